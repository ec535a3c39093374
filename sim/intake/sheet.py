"""A file of rows becomes columns: CSV, compressed CSV, a workbook, or XES.

Each column wanted is kept as its distinct values and, for every row, the number of the value. A
million rows of an event log repeat a few thousand texts, so this takes tens of megabytes, and each
date is read once however often it occurs. Rows are numbered as a spreadsheet shows them: the header
is row 1. Nothing in a cell is ever evaluated; what looks like a formula is text.
"""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import io
import zlib
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import IO, Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from sim.errors import ExportError, MissingExtraError
from sim.intake.columns import find_columns
from sim.intake.mapping import Mapping
from sim.intake.xes import xes_rows

LONGEST_CELL = 1_000_000
"""Characters; a small file can unpack to one cell that fills the memory."""
PORTION = 4096
"""Rows taken at a time."""
SAMPLE = 65536
"""Bytes looked at to tell what kind of file it is."""
WINDOWS = "cp1252"
"""Tried where a text is not in UTF-8, and no encoding is stated."""
_GZIP = b"\x1f\x8b"
_ZIP = b"PK\x03\x04"
_OLD_WORKBOOK = b"\xd0\xcf\x11\xe0"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_Read = TypeVar("_Read")
_SEPARATORS = ",;\t|"
_NAMES_OF_SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}


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
        As a spreadsheet numbers it: the header is row 1.
    ticket : str
        Its id, where it has one.
    reason : str
    """

    row: int
    ticket: str
    reason: str


@dataclass(frozen=True, eq=False)
class Sheet:
    """The columns of an export that its mapping asks for.

    Attributes
    ----------
    columns : dict
        Role (``Mapping.columns``) to column; roles that the export lacks are absent.
    row : int64 array
        The number of each row kept.
    set_aside : list of SetAside
        Rows with too many or too few fields.
    notices : list of str
    """

    columns: dict[str, Column]
    row: NDArray[np.int64]
    set_aside: list[SetAside]
    notices: list[str]


def read_sheet(path: Path, mapping: Mapping) -> Sheet:
    """Read the columns that a mapping asks for.

    Raises
    ------
    ExportError
        If the file is missing, empty, a folder, binary, cut short, in another encoding, or lacks a
        column that is needed.
    MissingExtraError
        If it is a workbook, and python-calamine is not installed.
    """

    def read(mapping: Mapping, notices: list[str]) -> Sheet:
        with _rows(path, mapping, notices) as rows:
            numbered = enumerate(rows, 1)
            names = _first_names(path, (row for _, row in numbered))
            places = find_columns(names, mapping, path.name)
            return _gather(numbered, names, places, notices)

    return _in_either_encoding(path, mapping, read)


def read_header(path: Path) -> list[str]:
    """Read the names of a file's columns.

    Raises
    ------
    ExportError
        As for ``read_sheet``.
    """

    def read(mapping: Mapping, notices: list[str]) -> list[str]:
        with _rows(path, mapping, notices) as rows:
            return _first_names(path, rows)

    return _in_either_encoding(path, Mapping(), read)


class _OtherEncodingError(ExportError):
    """A text is not in the encoding that it was read in."""


def _in_either_encoding(
    path: Path, mapping: Mapping, read: Callable[[Mapping, list[str]], _Read]
) -> _Read:
    """Read a file in UTF-8 and, where it is not that, as Windows writes it; or as is stated."""
    try:
        return read(mapping, [])
    except _OtherEncodingError as error:
        if not _is_utf8(mapping.encoding):
            raise
        told = [f"{error} It is read as {WINDOWS} (Windows)."]
        try:
            return read(mapping.model_copy(update={"encoding": WINDOWS}), told)
        except _OtherEncodingError:
            raise ExportError(
                f"{path.name} is neither in utf-8 nor in {WINDOWS}; say `encoding:` in the mapping."
            ) from None


def _is_utf8(encoding: str) -> bool:
    return encoding.replace("_", "-").casefold() in ("utf-8", "utf8")


def _first_names(path: Path, rows: Iterator[Sequence[Any]]) -> list[str]:
    header = next((row for row in rows if any(_text(cell) for cell in row)), None)
    if header is None:
        raise ExportError(f"{path.name} is empty: it has no header and no rows.")
    return [_text(cell).strip() for cell in header]


def _text(cell: Any) -> str:
    return cell if isinstance(cell, str) else "" if cell is None else str(cell)


class _Numbers(dict[Any, int]):
    """Distinct values, numbered in the order in which they come."""

    def __missing__(self, value: Any) -> int:
        number = self[value] = len(self)
        return number


def _gather(
    rows: Iterable[tuple[int, Sequence[Any]]],
    names: list[str],
    places: dict[str, int],
    notices: list[str],
) -> Sheet:
    known = [_Numbers() for _ in places]
    codes = [array("i") for _ in places]
    kept: array[int] = array("q")
    aside: list[SetAside] = []
    whole = _whole_rows(rows, len(names), kept, aside)
    # Column by column, a portion of the rows at a time. Empty fields beyond the header fall away.
    while portion := list(zip(*islice(whole, PORTION), strict=False)):
        for place, numbers, code in zip(places.values(), known, codes, strict=True):
            cells = [c.strip() if c.__class__ is str else c for c in portion[place]]
            code.extend(map(numbers.__getitem__, cells))
    columns = {
        role: Column(names[place], list(numbers), np.array(code, np.int32))
        for (role, place), numbers, code in zip(places.items(), known, codes, strict=True)
    }
    return Sheet(columns, np.array(kept, np.int64), aside, notices)


def _whole_rows(
    rows: Iterable[tuple[int, Sequence[Any]]],
    width: int,
    kept: array[int],
    aside: list[SetAside],
) -> Iterator[Sequence[Any]]:
    """Give the rows that have as many fields as the header, noting which they are."""
    for number, row in rows:
        if len(row) != width:
            if len(row) < width or any(row[width:]):
                if row:
                    aside.append(
                        SetAside(number, "", f"fields in it: {len(row)}, in the header: {width}")
                    )
                continue
        elif not any(row):
            continue
        kept.append(number)
        yield row


@contextmanager
def _rows(path: Path, mapping: Mapping, notices: list[str]) -> Iterator[Iterator[Sequence[Any]]]:
    """Open a file, tell what it is, and give its rows."""
    try:
        if path.is_dir():
            raise ExportError(f"{path} is a folder; name the file in it.")
        with path.open("rb") as raw:
            start = raw.read(SAMPLE)
            raw.seek(0)
            if not start:
                raise ExportError(f"{path.name} is empty: it has no header and no rows.")
            if start.startswith((_ZIP, _OLD_WORKBOOK)):
                yield _workbook_rows(path, mapping)
                return
            opened: Any = raw
            if start.startswith(_GZIP):
                opened = gzip.GzipFile(fileobj=raw)
                start = opened.read(SAMPLE)
                opened.seek(0)
            if start.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
                if b"<!DOCTYPE" in start:
                    raise ExportError(f"{path.name} has a document type, which no XES needs.")
                yield xes_rows(opened, path.name)
                return
            encoding = _encoding(path, start, mapping, notices)
            lines = io.TextIOWrapper(opened, encoding=encoding, newline="")
            try:
                yield _csv_rows(path, lines, mapping, notices)
            finally:
                lines.detach()
    except FileNotFoundError:
        raise ExportError(f"There is no file {path}.") from None
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise ExportError(f"{path.name} is cut short or damaged: it does not unpack.") from None
    except OSError as error:
        raise ExportError(f"{path} cannot be read: {error.strerror or error}.") from None


def _encoding(path: Path, start: bytes, mapping: Mapping, notices: list[str]) -> str:
    if start.startswith(_UTF16):
        notices.append(f"{path.name} is in UTF-16, as its first bytes say.")
        return "utf-16"
    if b"\x00" in start:
        raise ExportError(f"{path.name} is a binary file, not a table of text.")
    return "utf-8-sig" if _is_utf8(mapping.encoding) else mapping.encoding


def _csv_rows(
    path: Path, lines: IO[str], mapping: Mapping, notices: list[str]
) -> Iterator[Sequence[str]]:
    number = 0
    try:
        first = lines.readline(LONGEST_CELL)
        if len(first) == LONGEST_CELL:
            raise ExportError(f"{path.name} has a first line without end; no export's header is.")
        # A spreadsheet's own hint, `sep=;`, may stand above the header.
        hint = first.strip().casefold().removeprefix("sep=")
        hinted = (
            hint
            if len(hint) == 1 and hint in _SEPARATORS and first[:4].casefold() == "sep="
            else ""
        )
        separator = mapping.separator or hinted or _separator(first)
        if separator != ",":
            what = _NAMES_OF_SEPARATORS.get(separator, repr(separator))
            notices.append(f"Fields are separated by a {what}.")
        csv.field_size_limit(LONGEST_CELL)
        whole = lines if hinted else chain([first], lines)
        for row in csv.reader(whole, delimiter=separator):
            number += 1
            yield row
    except UnicodeDecodeError as error:
        byte = f"0x{error.object[error.start]:02x}" if error.start < len(error.object) else "a byte"
        raise _OtherEncodingError(
            f"{path.name} is not in {mapping.encoding}: {byte} near row {number + 1}."
        ) from None
    except csv.Error as error:
        raise ExportError(
            f"{path.name} cannot be read after row {number}: {error}; is a quotation mark left open?"
        ) from None


def _separator(header: str) -> str:
    return max(_SEPARATORS, key=header.count) if any(s in header for s in _SEPARATORS) else ","


def _workbook_rows(path: Path, mapping: Mapping) -> Iterator[Sequence[Any]]:
    try:
        from python_calamine import CalamineError, CalamineWorkbook  # noqa: PLC0415 - an extra
    except ImportError:
        raise MissingExtraError("python-calamine", "office", "A workbook") from None
    try:
        book = CalamineWorkbook.from_path(path)
        names = book.sheet_names
        if mapping.sheet is not None and mapping.sheet not in names:
            raise ExportError(
                f"{path.name} has no sheet {mapping.sheet!r}; it has {', '.join(map(repr, names))}."
            )
        sheet = book.get_sheet_by_name(mapping.sheet or names[0])
        rows = sheet.to_python(skip_empty_area=False)
    except (CalamineError, OSError, ValueError, IndexError) as error:
        raise ExportError(f"{path.name} is not a workbook that can be read: {error}.") from None
    # Only a row that misses trailing cells is shorter than the header; calamine pads the rest.
    return (tuple(map(_cell, row)) for row in rows)


def _cell(value: Any) -> Any:
    """Turn a workbook's cell into text, but leave real dates as they are."""
    if isinstance(value, dt.datetime) or value == "":
        return value
    if isinstance(value, dt.date):
        return dt.datetime.combine(value, dt.time())
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
