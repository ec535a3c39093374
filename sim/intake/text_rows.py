"""Rows of a text whose fields are separated: by what, and how they are quoted, is found by the rows.

The separator is the one that cuts most rows into the same number of fields, and into the most. A
quotation mark inside a quoted field is doubled, or escaped by a backslash where that cuts the rows
more evenly.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, TextIO

from sim.errors import ExportError
from sim.intake.bounds import Lines

LONGEST_CELL: Final = 1_000_000
"""Characters; a small file can unpack to one cell that fills the memory."""
HEAD: Final = 1 << 16
"""Characters by which a text is judged."""
USUAL, UNUSUAL = ",;\t|", "^~\x1f\x1e\x01¦§#:"
"""Separators; the second kind is tried where none of the first cuts the rows evenly."""
EVEN: Final = 0.8
"""Share of the rows that have as many fields as most: cut evenly."""
SEPARATOR_NAMES: Final = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}


@dataclass(frozen=True)
class Writing:
    """How fields are separated and quoted.

    Attributes
    ----------
    separator, quote : str
    escape : bool
        Whether a backslash stands before a quotation mark that belongs to the text.
    """

    separator: str = ","
    quote: str = '"'
    escape: bool = False

    def rows(self, lines: Iterable[str]) -> Iterator[list[str]]:
        """Cut lines into fields."""
        csv.field_size_limit(LONGEST_CELL)
        return csv.reader(
            lines,
            delimiter=self.separator,
            quotechar=self.quote,
            escapechar="\\" if self.escape else None,
        )


class OtherEncodingError(ExportError):
    """A text is not in the encoding that it was read in."""


def text_rows(
    name: str, lines: TextIO, asked: str | None, notices: list[str], *, escape: bool = False
) -> Iterator[Sequence[str]]:
    """Give the rows of a text.

    Parameters
    ----------
    name : str
        Of the file, for messages.
    lines : text file
    asked : str or None
        The separator that the mapping states.
    notices : list of str
        What was found is added.
    escape : bool
        Take a backslash for an escape, whatever the head says.

    Raises
    ------
    ExportError
        If it is no text of fields.
    OtherEncodingError
        If it is in another encoding.
    """
    number = 0
    try:
        head = _head(name, lines)
        # A spreadsheet's own hint, `sep=;`, may stand above the header.
        first = head[0].strip() if head else ""
        hint = first[4:] if first[:4].casefold() == "sep=" and len(first) == len("sep=;") else ""
        if hint or first.casefold() == "sep=":
            head, number = head[1:], 1
            yield []
        writing = writing_of(head, asked or hint or None, escape=escape)
        if writing.separator != ",":
            what = SEPARATOR_NAMES.get(writing.separator, repr(writing.separator))
            notices.append(f"Fields are separated by a {what}.")
        if writing.escape:
            notices.append("A backslash before a quotation mark is taken for an escape.")
        bounded = Lines(name, head, lines)
        for row in writing.rows(bounded):
            number += 1
            bounded.row_done()
            yield row
    except UnicodeDecodeError as error:
        byte = f"0x{error.object[error.start]:02x}" if error.start < len(error.object) else "a byte"
        raise OtherEncodingError(
            f"{name} is not in {lines.encoding.removesuffix('-sig')}: {byte} near row {number + 1}."
        ) from None
    except csv.Error as error:
        raise ExportError(
            f"{name} cannot be read after row {number}: {error}; is a quotation mark left open?"
        ) from None


def _head(name: str, lines: TextIO) -> list[str]:
    head: list[str] = []
    size = 0
    while size < HEAD and (line := lines.readline(LONGEST_CELL)):
        if len(line) == LONGEST_CELL and not head:
            raise ExportError(f"{name} has a first line without end; no export's header is.")
        head.append(line)
        size += len(line)
    return head


def writing_of(
    head: Sequence[str], separator: str | None = None, *, escape: bool = False
) -> Writing:
    r"""Find how the first lines of a text are written.

    Examples
    --------
    >>> writing_of(["Ticket;Opened, local", "1;2026-01-05"]).separator
    ';'
    >>> writing_of(["a,b", '"says \\"no, no\\"",1']).escape
    True
    """
    text = "".join(head)
    kinds = [separator] if separator else [one for one in USUAL if one in text]
    best, even = _best(head, text, kinds, escape=escape)
    if not separator and even < EVEN:
        other, more = _best(head, text, [one for one in UNUSUAL if one in text], escape=escape)
        best = other if more > even else best
    return best


def _best(
    head: Sequence[str], text: str, separators: Sequence[str], *, escape: bool
) -> tuple[Writing, float]:
    best, most = Writing(separators[0] if separators else ",", escape=escape), (0.0, 0)
    for separator in separators:
        for quote in ('"', "'") if f"{separator}'" in text else ('"',):
            for escapes in (
                (True,) if escape else (False, True) if f"\\{quote}" in text else (False,)
            ):
                one = Writing(separator, quote, escapes)
                found = _evenness(head, one)
                if found > most:
                    best, most = one, found
    return best, most[0]


def _evenness(head: Sequence[str], writing: Writing) -> tuple[float, int]:
    """Return the share of rows that have as many fields as most, and how many those are."""
    try:
        # The last line may be cut; what is quoted in it may go on.
        widths = Counter(len(row) for row in writing.rows(head[: max(2, len(head) - 1)]) if row)
    except csv.Error:
        return 0.0, 0
    several = [(count, width) for width, count in widths.items() if width > 1]
    if not several:
        return 0.0, 0
    count, width = max(several)
    return round(count / widths.total(), 2), width
