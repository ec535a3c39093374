"""Rows of tables in markup: HTML that calls itself .xls, and Excel's XML of 2003 (SpreadsheetML).

Both are read with the standard library, piece by piece. ``pandas.read_html`` was considered: it needs
lxml or html5lib, holds the whole tree in memory, and guesses types of its own unless told not to (an id
``00123`` becomes a number). Document types, which can be made to grow without end, are refused before XML
is parsed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from html.parser import HTMLParser
from typing import IO, Any, Final
from xml.etree import ElementTree as ET

from sim.errors import ExportError

PORTION: Final = 1 << 16
MOST_SPANNED: Final = 200
"""Columns that a cell may span; more is no table of tickets."""


class _Tables(HTMLParser):
    """Collects the rows of tables, in order."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.rows: list[tuple[int, list[str]]] = []
        self._table = 0
        self._row: list[str] | None = None
        self._cell: list[str] | None = None
        self._span = 1

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self._table += 1
        elif tag == "tr":
            self._end_row()
            self._row = []
        elif tag in ("td", "th"):
            self._end_cell()
            spans = dict(attrs).get("colspan") or "1"
            self._span = min(int(spans), MOST_SPANNED) if spans.isdigit() else 1
            self._cell = []
        elif tag == "br" and self._cell is not None:
            self._cell.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th"):
            self._end_cell()
        elif tag in ("tr", "table"):
            self._end_row()

    def handle_data(self, data: str) -> None:
        if self._cell is not None:
            self._cell.append(data)

    def _end_cell(self) -> None:
        if self._cell is not None and self._row is not None:
            text = " ".join("".join(self._cell).split())
            self._row.extend([text, *[""] * (self._span - 1)])
        self._cell = None

    def _end_row(self) -> None:
        self._end_cell()
        if self._row:
            self.rows.append((self._table, self._row))
        self._row = None


def html_rows(file: IO[str]) -> Iterator[tuple[int, Sequence[str]]]:
    """Give the rows of all tables of a page, each with the number of its table."""
    parser = _Tables()
    while portion := file.read(PORTION):
        parser.feed(portion)
        yield from parser.rows
        parser.rows.clear()
    parser.close()
    yield from parser.rows


def spreadsheet_rows(file: IO[bytes], name: str) -> Iterator[tuple[str, Sequence[Any]]]:
    """Give the rows of all sheets of a SpreadsheetML file, each with the name of its sheet.

    Raises
    ------
    ExportError
        If it is no XML that can be read.
    """
    sheet, row, cells = "", list[Any](), 0
    try:
        for event, element in ET.iterparse(file, events=("start", "end")):  # noqa: S314 - no DOCTYPE
            tag = element.tag.rpartition("}")[2]
            if event == "start":
                if tag == "Worksheet":
                    sheet = _attribute(element, "Name")
                elif tag == "Row":
                    row, cells = [], cells + 1
                continue
            if tag == "Cell":
                place = _attribute(element, "Index")
                if place.isdigit() and int(place) - 1 <= len(row) + MOST_SPANNED:
                    row.extend([""] * (int(place) - 1 - len(row)))
                row.append(_value(element))
                row.extend([""] * _across(element))
            elif tag == "Row":
                yield sheet, row
                element.clear()
    except ET.ParseError as error:
        raise ExportError(f"{name} is not XML that can be read: {error}.") from None


def _attribute(element: ET.Element, name: str) -> str:
    return next((v for key, v in element.attrib.items() if key.rpartition("}")[2] == name), "")


def _across(element: ET.Element) -> int:
    across = _attribute(element, "MergeAcross")
    return min(int(across), MOST_SPANNED) if across.isdigit() else 0


def _value(cell: ET.Element) -> Any:
    data = next((one for one in cell if one.tag.rpartition("}")[2] == "Data"), None)
    if data is None:
        return ""
    text = "".join(data.itertext())
    if _attribute(data, "Type") == "DateTime":
        try:
            return dt.datetime.fromisoformat(text)
        except ValueError:
            return text
    return text.removesuffix(".0") if _attribute(data, "Type") == "Number" else text
