"""Event logs in XES (IEEE 1849): traces become tickets, events become rows.

Attributes of a trace are named ``case:…``, as process-mining tools write them in flat tables, and
``case:start`` is the time of its first event: XES does not say when a case was opened otherwise.
The file is read twice, first for the names of its attributes; no more than one trace is in memory.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import IO, Any, Final
from xml.etree import ElementTree as ET

from sim.errors import ExportError

START: Final = "case:start"
TIME: Final = "time:timestamp"
_VALUES: Final = frozenset(("string", "date", "int", "float", "boolean", "id"))


def xes_rows(file: IO[bytes], name: str) -> Iterator[Sequence[Any]]:
    """Give the header, then one row for each event.

    Parameters
    ----------
    file : binary file
        It can be read from its start again.
    name : str
        For messages.

    Raises
    ------
    ExportError
        If it is not XES.
    """
    columns: dict[str, int] = {}
    for trace in _traces(file, name):
        for event in trace:
            for key in event:
                columns.setdefault(key, len(columns))
    if not columns:
        raise ExportError(f"{name} has no traces with events; is it XES?")
    yield list(columns)
    file.seek(0)
    for trace in _traces(file, name):
        for event in trace:
            yield [event.get(key, "") for key in columns]


def _traces(file: IO[bytes], name: str) -> Iterator[list[dict[str, str]]]:
    try:
        # Document types, which can be made to grow without end, are refused before this.
        for _, element in ET.iterparse(file, events=("end",)):  # noqa: S314 - see above
            if _tag(element) == "trace":
                yield _events(element)
                element.clear()
    except ET.ParseError as error:
        raise ExportError(f"{name} is not XES that can be read: {error}.") from None


def _tag(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]


def _attributes(element: ET.Element) -> dict[str, str]:
    return {
        child.get("key", ""): child.get("value", "")
        for child in element
        if _tag(child) in _VALUES and child.get("key")
    }


def _events(trace: ET.Element) -> list[dict[str, str]]:
    case = {f"case:{key}": value for key, value in _attributes(trace).items()}
    events = [_attributes(child) for child in trace if _tag(child) == "event"]
    times = [event[TIME] for event in events if event.get(TIME)]
    if times:
        case[START] = min(times)
    return [{**case, **event} for event in events]
