"""A file of rows becomes columns: its header is found, its columns are told, and the rows gathered.

Each column wanted is kept as its distinct values and, for every row, the number of the value. A
million rows of an event log repeat a few thousand texts, so this takes tens of megabytes, and each
date is read once however often it occurs. Rows are numbered as a spreadsheet shows them, titles above
the header counted.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path
from typing import Any, Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from sim.errors import ExportError
from sim.intake.columns import Places, extra_places, find_columns, matched, unread_columns
from sim.intake.header import Head, choose_table
from sim.intake.mapping import Mapping
from sim.intake.opening import is_utf8, opened
from sim.intake.text_rows import OtherEncodingError

PORTION: Final = 4096
"""Rows taken at a time."""
WINDOWS: Final = "cp1252"
"""Tried where a text is not in UTF-8, and no encoding is stated."""
RAGGED: Final = 0.005
"""Share of rows with other fields than the header's, from which another escape is tried."""
_Read = TypeVar("_Read")


@dataclass(frozen=True, eq=False)
class Column:
    """One column of a sheet.

    Attributes
    ----------
    name : str
        As the header writes it.
    values : list
        The distinct values: texts, or datetimes where a workbook holds real dates.
    code : int32 array
        One per row: the position of its value in ``values``.
    """

    name: str
    values: list[Any]
    code: NDArray[np.int32]


@dataclass(frozen=True)
class SetAside:
    """A row that cannot be used.

    Attributes
    ----------
    row : int
        As a spreadsheet numbers it.
    ticket : str
        Its id, where it has one.
    reason : str
    """

    row: int
    ticket: str
    reason: str


@dataclass(frozen=True, eq=False)
class Sheet:
    """The columns of an export that its mapping asks for, or that were found.

    Attributes
    ----------
    columns : dict
        Role (``Mapping.columns``) to column; roles that the export lacks are absent.
    row : int64 array
        The number of each row kept.
    set_aside : list of SetAside
        Rows with too many or too few fields.
    notices : list of str
    extra : dict
        Other columns that ``leave_out`` asks for, by name.
    unread : list of str
        Columns of dates, teams and states that no role was found for.
    """

    columns: dict[str, Column]
    row: NDArray[np.int64]
    set_aside: list[SetAside]
    notices: list[str]
    extra: dict[str, Column] = field(default_factory=dict)
    unread: list[str] = field(default_factory=list)


def read_sheet(path: Path, mapping: Mapping) -> Sheet:
    """Read the columns that a mapping asks for, or that are found.

    Raises
    ------
    ExportError
        If the file is missing, empty, a folder, binary, cut short, in another encoding, or lacks a
        column that is needed.
    MissingExtraError
        If what reads it is not installed.
    """

    def read(mapping: Mapping, notices: list[str], *, escape: bool = False) -> Sheet:
        with opened(path, mapping, notices, escape=escape) as tables:
            head = choose_table(path.name, tables, mapping, notices, matched)
            places = find_columns(head, mapping, path.name, notices)
            extra = extra_places(head, mapping, places, path.name)
            left = unread_columns(head, chain.from_iterable(places.values()))
            return _gather(head, {**places, **extra}, notices, left)

    def read_either(mapping: Mapping, notices: list[str]) -> Sheet:
        own = list(notices)
        sheet = read(mapping, own)
        ragged = len(sheet.set_aside)
        if ragged <= RAGGED * (len(sheet.row) + ragged):
            return sheet
        try:
            other = read(mapping, notices, escape=True)
        except ExportError:
            return sheet
        return other if len(other.set_aside) < ragged / 2 else sheet

    return in_either_encoding(path, mapping, read_either)


def read_head(path: Path, mapping: Mapping) -> tuple[Head, list[str]]:
    """Read the header and the first rows of a file, and what was noticed on the way.

    Raises
    ------
    ExportError
        As for ``read_sheet``.
    """

    def read(mapping: Mapping, notices: list[str]) -> tuple[Head, list[str]]:
        with opened(path, mapping, notices) as tables:
            return choose_table(path.name, tables, mapping, notices, matched), notices

    return in_either_encoding(path, mapping, read)


def in_either_encoding(
    path: Path, mapping: Mapping, read: Callable[[Mapping, list[str]], _Read]
) -> _Read:
    """Read a file in UTF-8 and, where it is not that, as Windows writes it; or as is stated."""
    try:
        return read(mapping, [])
    except OtherEncodingError as error:
        if not is_utf8(mapping.encoding):
            raise
        told = [f"{error} It is read as {WINDOWS} (Windows)."]
        try:
            return read(mapping.model_copy(update={"encoding": WINDOWS}), told)
        except OtherEncodingError:
            raise ExportError(
                f"{path.name} is neither in utf-8 nor in {WINDOWS}; say `encoding:` in the mapping."
            ) from None


class _Numbers(dict[Any, int]):
    """Distinct values, numbered in the order in which they come."""

    def __missing__(self, value: Any) -> int:
        number = self[value] = len(self)
        return number


def _gather(head: Head, places: dict[str, Places], notices: list[str], unread: list[str]) -> Sheet:
    width = len(head.names)
    # Columns of one name are all gathered: the first that is filled is taken in the end.
    wanted = [(role, several) for role, choices in places.items() for several in choices]
    known = [_Numbers() for _ in wanted]
    codes = [array("i") for _ in wanted]
    kept: array[int] = array("q")
    aside: list[SetAside] = []
    rows = chain(head.sample, head.rest)
    whole = _whole_rows(rows, width, kept, aside, padded=head.padded)
    # Column by column, a portion of the rows at a time. Empty fields beyond the header fall away.
    while portion := list(zip(*islice(whole, PORTION), strict=False)):
        for (_, several), numbers, code in zip(wanted, known, codes, strict=True):
            cells = [c.strip() if c.__class__ is str else c for c in portion[several[0]]]
            if len(several) > 1:
                cells = [_joined(a, b) for a, b in zip(cells, portion[several[1]], strict=True)]
            code.extend(map(numbers.__getitem__, cells))
    columns: dict[str, Column] = {}
    for (role, several), numbers, code in zip(wanted, known, codes, strict=True):
        if role not in columns or set(columns[role].values) <= {""}:
            name = " + ".join(head.names[place] for place in several)
            columns[role] = Column(name, list(numbers), np.array(code, np.int32))
    own = {role: one for role, one in columns.items() if not role.startswith(":")}
    extra = {role[1:]: one for role, one in columns.items() if role.startswith(":")}
    return Sheet(own, np.array(kept, np.int64), aside, notices, extra, unread)


def _joined(date: Any, clock: Any) -> Any:
    """Join a date and a time of day that stand in two columns."""
    clock = clock.strip() if clock.__class__ is str else clock
    # Where nothing is known, both may say so in the same words.
    if date in ("", clock) or clock == "":
        return date
    day = f"{date:%Y-%m-%d}" if hasattr(date, "hour") else date
    return f"{day} {clock:%H:%M:%S}" if hasattr(clock, "hour") else f"{day} {clock}"


def _whole_rows(
    rows: Iterable[tuple[int, Sequence[Any]]],
    width: int,
    kept: array[int],
    aside: list[SetAside],
    *,
    padded: bool,
) -> Iterator[Sequence[Any]]:
    """Give the rows that have as many fields as the header, noting which they are."""
    for number, row in rows:
        if len(row) != width:
            if padded and len(row) < width and any(row):
                row = [*row, *[""] * (width - len(row))]  # noqa: PLW2901 - what the file left out
            elif len(row) < width or any(row[width:]):
                if row and any(row):
                    aside.append(
                        SetAside(number, "", f"fields in it: {len(row)}, in the header: {width}")
                    )
                continue
        elif not any(row):
            continue
        kept.append(number)
        yield row
