"""Rows of JSON: an array of objects, one object a line, or a list wrapped in an object.

Fields of fields get names with dots between, as ``fields.status.name``. A list of lists is a table
whose first list has the names. The text is taken in portions; no more than one is in memory.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import chain, islice
from typing import IO, Any, Final

from sim.errors import ExportError

PORTION: Final = 1 << 20
"""Characters read at a time."""
LONGEST: Final = 1 << 26
"""Characters of one object, or of what wraps the list."""
SAMPLE: Final = 1000
"""Objects whose fields make the header; fields that come later are found by a second reading."""
DEEPEST: Final = 4
"""Levels of fields in fields."""
_SPACE: Final = " \t\r\n,\ufeff\x1e"
_LEAST: Final = 2


def json_rows(file: IO[str], name: str) -> Iterator[Sequence[Any]]:
    """Give the header, then one row for each object.

    Parameters
    ----------
    file : text file
        It can be read from its start again.
    name : str
        For messages.

    Raises
    ------
    ExportError
        If it is no JSON, or holds no list of objects.
    """
    values = _values(file, name)
    first = list(islice(values, SAMPLE))
    if not first:
        raise ExportError(f"{name} is JSON without a list of objects, so that it has no rows.")
    if all(isinstance(value, list) for value in first):
        yield from ([_plain(cell) for cell in row] for row in chain(first, values))
        return
    if not all(isinstance(value, dict) for value in first):
        raise ExportError(
            f"{name} is JSON, but not a list of objects: each row must name its fields."
        )
    names: dict[str, None] = {}
    for value in first:
        names.update(dict.fromkeys(_flat(value)))
    rest = list(_later_names(file, name, names))
    names.update(dict.fromkeys(rest))
    yield list(names)
    for value in _values(file, name):
        flat = _flat(value)
        yield [flat.get(one, "") for one in names]


def _later_names(file: IO[str], name: str, names: dict[str, None]) -> Iterator[str]:
    """Find fields that the first objects lack: where tickets are open, that may be the resolution."""
    known = set(names)
    for value in _values(file, name):
        if not isinstance(value, dict):
            raise ExportError(f"{name} is JSON in which objects and other things are mixed.")
        for key, inner in value.items():
            if key in known and not isinstance(inner, dict):
                continue
            for one in _flat({key: inner}):
                if one not in known:
                    known.add(one)
                    yield one


def _values(file: IO[str], name: str) -> Iterator[Any]:
    """Give the elements of the list, however it is wrapped."""
    file.seek(0)
    text = file.read(PORTION).lstrip(_SPACE)
    if text.startswith("["):
        inner = text[1:].lstrip()
        # Lists on lines of their own, or one list of all.
        if inner.startswith(("{", "[", "]")) or not inner:
            yield from _elements(file, text[1:], name, end="]")
            return
    whole, text = _decode(file, text, name)
    wrapped = _list_in(whole)
    if not text.strip(_SPACE) and wrapped is not None:
        yield from wrapped
        return
    yield whole
    yield from _elements(file, text, name, end="")


def _decode(file: IO[str], text: str, name: str) -> tuple[Any, str]:
    """Read one value; returns it, and the text after it."""
    decoder = json.JSONDecoder()
    while True:
        try:
            value, end = decoder.raw_decode(text)
        except (json.JSONDecodeError, RecursionError) as error:
            more = file.read(max(PORTION, len(text))) if len(text) < LONGEST else ""
            if not more:
                raise ExportError(
                    f"{name} is not JSON that can be read: {getattr(error, 'msg', 'too deep')}."
                ) from None
            text += more
            continue
        rest = text[end:]
        return value, rest or file.read(PORTION)


def _elements(file: IO[str], text: str, name: str, *, end: str) -> Iterator[Any]:
    decode = json.JSONDecoder().raw_decode
    at, portion = 0, PORTION
    while True:
        # White space and commas between values.
        while at < len(text) and text[at] in _SPACE:
            at += 1
        if end and text.startswith(end, at):
            return
        try:
            value, at = decode(text, at)
        except (json.JSONDecodeError, RecursionError) as error:
            text = text[at:]
            at = 0
            more = file.read(portion) if len(text) < LONGEST else ""
            if not more:
                if text.strip(_SPACE) or end:
                    what = getattr(error, "msg", "too deep")
                    raise ExportError(f"{name} is not JSON that can be read: {what}.") from None
                return
            portion = max(PORTION, len(text))
            text += more
            continue
        yield value


def _list_in(value: Any, depth: int = 0) -> list[Any] | None:
    """Find the longest list of objects inside of an object."""
    if isinstance(value, list):
        return value if value and all(isinstance(one, dict) for one in value) else None
    if not isinstance(value, dict) or depth > DEEPEST:
        return None
    found = [inner for one in value.values() if (inner := _list_in(one, depth + 1))]
    best = max(found, key=len, default=None)
    # An object that has one list inside of many fields is a ticket of its own.
    alone = sum(not isinstance(one, dict | list) for one in value.values()) > len(value) / 2
    return None if best is None or (alone and len(best) < _LEAST) else best


def _flat(value: dict[str, Any], above: str = "", depth: int = 0) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, inner in value.items():
        name = f"{above}{key}"
        if isinstance(inner, dict) and depth < DEEPEST:
            flat.update(_flat(inner, f"{name}.", depth + 1))
        else:
            flat[name] = _plain(inner)
    return flat


def _plain(value: Any) -> Any:
    """Write a value as text; texts stay what they are."""
    if value.__class__ is str:
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:  # noqa: PLR2004 - exact
        return str(int(value))
    if isinstance(value, list):
        return ", ".join(str(one) for one in value if not isinstance(one, dict | list))
    return str(value)
