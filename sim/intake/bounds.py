"""Files that ask for more than they hold: how much is unfolded, how long a row is, how far a sheet goes.

A few kilobytes may unfold to gigabytes, one row may have a thousand million fields, and a workbook of
one cell in the far corner stands for seventeen thousand million. Each is counted before it is taken.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from typing import IO, Any, Final, TextIO

from sim.errors import ExportError
from sim.limits import (
    EXPORT_COLUMNS,
    EXPORT_ROW_CHARACTERS,
    EXPORT_UNFOLDED_BYTES,
    WORKBOOK_CELLS,
    WORKBOOK_UNFOLDED_BYTES,
    size,
)

_PORTION: Final = 1 << 20
_OVERLAP: Final = 64
"""Bytes of a portion that are looked at again with the next: a place may lie across."""
_SHEET: Final = re.compile(r"xl/worksheets/[^/]+\.xml", re.IGNORECASE)
_ROW: Final = re.compile(rb"<(?:\w+:)?row\b[^>]*?\br=[\"'](\d{1,10})[\"']")
_FAR: Final = re.compile(rb"<(?:\w+:)?c\b[^>]*?\br=[\"']([A-Za-z]{2,3})(\d{1,10})[\"']")
_NEAR: Final = 26
"""Columns with one letter."""


class Unfolding(io.BufferedIOBase):
    """What a packed file unfolds to, as far as it is read at most.

    Parameters
    ----------
    name : str
        Of the file, for messages.
    file : binary file
    """

    def __init__(self, name: str, file: IO[bytes], most: int = EXPORT_UNFOLDED_BYTES) -> None:
        self._name, self._file, self._most, self._at = name, file, most, 0

    def readable(self) -> bool:
        """Tell that it can be read."""
        return True

    def seekable(self) -> bool:
        """Tell that it can be read again."""
        return True

    def read(self, size_: int | None = -1, /) -> bytes:
        """Read on; of everything, no more than may be unfolded."""
        left = self._most - self._at + 1
        wanted = left if size_ is None or size_ < 0 else min(size_, left)
        found = self._file.read(wanted)
        self._at += len(found)
        if self._at > self._most:
            raise ExportError(f"{self._name} unfolds to more than {size(self._most)}; unpack it.")
        return found

    def read1(self, size_: int = -1, /) -> bytes:
        """Read a portion."""
        return self.read(_PORTION if size_ < 0 else size_)

    def seek(self, offset: int, whence: int = 0, /) -> int:
        """Go to a place, as to the start to read it again."""
        self._at = self._file.seek(offset, whence)
        return self._at

    def tell(self) -> int:
        """Return the place."""
        return self._at


class Lines:
    """The lines of a text, for one row after the other: what a row takes in together is bounded.

    Parameters
    ----------
    name : str
        Of the file, for messages.
    head : list of str
        Lines that were read before.
    rest : text file
    """

    def __init__(self, name: str, head: list[str], rest: TextIO) -> None:
        self._name, self._head, self._rest = name, iter(head), rest
        self._row, self._taken = 1, 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = next(self._head, None)
        if line is None:
            line = self._rest.readline(EXPORT_ROW_CHARACTERS + 1)
        if not line:
            raise StopIteration
        self._taken += len(line)
        if self._taken > EXPORT_ROW_CHARACTERS:
            raise ExportError(
                f"{self._name}: row {self._row} has more than {EXPORT_ROW_CHARACTERS:,} characters; "
                "is a quotation mark left open?"
            )
        return line

    def row_done(self) -> None:
        """Begin to count for the next row."""
        self._row, self._taken = self._row + 1, 0


def narrow(name: str, rows: Iterator[Sequence[Any]]) -> Iterator[Sequence[Any]]:
    """Give rows on, as long as they have as many fields as a table may have.

    Raises
    ------
    ExportError
        If one has more.
    """
    for number, row in enumerate(rows, 1):
        if len(row) > EXPORT_COLUMNS:
            raise ExportError(
                f"{name}: row {number} has {len(row):,} fields; a table has at most "
                f"{EXPORT_COLUMNS:,} columns."
            )
        yield row


def check_workbook(name: str, file: IO[bytes]) -> None:
    """Look how far the sheets of an XLSX workbook go, before they are read: empty cells are room too.

    Raises
    ------
    ExportError
        If it unfolds to too much, or a sheet goes too far.
    """
    with zipfile.ZipFile(file) as packed:
        members = packed.infolist()
        unfolded = sum(one.file_size for one in members)
        if unfolded > WORKBOOK_UNFOLDED_BYTES:
            raise ExportError(
                f"{name} unfolds to {size(unfolded)}; workbooks are read up to "
                f"{size(WORKBOOK_UNFOLDED_BYTES)}. Save the sheet as CSV."
            )
        for one in members:
            if _SHEET.fullmatch(one.filename):
                with packed.open(one) as sheet:
                    _check_sheet(name, one.filename, sheet)
    file.seek(0)


def _check_sheet(name: str, sheet: str, file: IO[bytes]) -> None:
    rows, columns, before = 0, _NEAR, b""
    while portion := file.read(_PORTION):
        text = before + portion
        before = text[-_OVERLAP:]
        rows = max(rows, max(map(int, _ROW.findall(text)), default=0))
        for letters, row in set(_FAR.findall(text)):
            columns, rows = max(columns, _column(letters)), max(rows, int(row))
        if rows * columns > WORKBOOK_CELLS:
            raise ExportError(
                f"{name}: {sheet.rpartition('/')[2]} goes to row {rows:,} and column {columns:,}, "
                f"which is room for {rows * columns:,} cells; at most {WORKBOOK_CELLS:,} are read. "
                "Delete what stands far from the table, or save the sheet as CSV."
            )


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = 26 * number + letter - 64
    return number
