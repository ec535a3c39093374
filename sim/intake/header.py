"""Where the header is, and which table holds the tickets.

Reports put titles above the header and totals below; workbooks put a cover sheet first. The header is
the first row that names as many things of tickets as any, and is as wide as the rows below it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import chain, islice
from typing import Any, Final

from sim.errors import ExportError
from sim.intake.look import Look, date_like, look
from sim.intake.mapping import ROLES, Mapping, folded, load_mapping, presets
from sim.intake.names import said
from sim.intake.opening import Table

SAMPLE: Final = 1000
"""Rows that are looked at."""
MOST_TITLES: Final = 40
"""Rows that may stand above the header."""
NAMED: Final = 2.0
"""Points from which a cell names something of tickets."""
AS_GOOD: Final = 0.6
"""Share of the best row's names, and of the usual width, from which a row is the header."""
_RULE: Final = re.compile(r"[-=_+| ]+")


Matched = Callable[["Head", Mapping], Collection[str]]
"""Tells which roles a table has columns for."""


@dataclass(frozen=True)
class Head:
    """The header of a table, its first rows, and the rest of them.

    Attributes
    ----------
    sheet : str
    names : list of str
    number : int
        The row of the header.
    sample : list of tuple
        Number and cells of the first rows below it.
    rest : iterator
        Of the rows after those, likewise.
    padded : bool
    missing : frozenset of str
        Texts that mean that nothing is known, in small letters.
    """

    sheet: str
    names: list[str]
    number: int
    sample: list[tuple[int, Sequence[Any]]]
    rest: Iterator[tuple[int, Sequence[Any]]]
    padded: bool
    missing: frozenset[str] = frozenset()

    @cached_property
    def looks(self) -> list[Look]:
        """A look at each column."""
        width = len(self.names)
        rows = [
            [*row, *[""] * (width - len(row))][:width]
            for _, row in self.sample
            if len(row) == width
            or (self.padded and row)
            or (not any(row[width:]) and len(row) > width)
        ]
        columns = list(zip(*rows, strict=True)) or [()] * width
        words = known_states()
        return [
            look(name, [self._known(cell) for cell in cells], words)
            for name, cells in zip(self.names, columns, strict=True)
        ]

    def _known(self, cell: Any) -> Any:
        """Return a cell; the empty text where it says that nothing is known."""
        return "" if isinstance(cell, str) and cell.strip().casefold() in self.missing else cell


@cache
def known_states() -> frozenset[str]:
    """Return the words that presets know as states, folded."""
    return frozenset(
        folded(word)
        for name in presets()
        for words in load_mapping(name).states.values()
        for word in words
    )


def choose_table(
    name: str, tables: list[Table], mapping: Mapping, notices: list[str], matched: Matched
) -> Head:
    """Find the table that holds tickets, and its header.

    Raises
    ------
    ExportError
        If there are no rows, or if several sheets hold tickets and the mapping names none.
    """
    heads = [head for table in tables if (head := _head(table, mapping)) is not None]
    if not heads:
        raise ExportError(f"{name} is empty: it has no header and no rows.")
    if len(mapping.sheet) > 1:
        return _one_below_the_other(name, heads)
    if len(heads) == len(tables) == 1:
        return _told(heads[0], mapping, notices)
    worth = [_worth(head, matched(head, mapping)) for head in heads]
    best = max(range(len(heads)), key=lambda at: worth[at])
    head = heads[best]
    good = [one for one, value in zip(heads, worth, strict=True) if value >= worth[best]]
    same = [one.sheet for one in good if _alike(one, head)]
    if len(same) > 1 and worth[best][0]:
        names = ", ".join(same)
        raise ExportError(
            f"{name} has {len(same)} sheets that hold tickets: {names}.\nSay which in the mapping, "
            f"one or several that are read one below the other:\nsheet: [{names}]"
        )
    others = ", ".join(repr(table.name) for table in tables if table.name != head.sheet)
    if others:
        notices.append(f"Tickets are read from {head.sheet!r}; left unread: {others}.")
    return _told(head, mapping, notices)


def _told(head: Head, mapping: Mapping, notices: list[str]) -> Head:
    if head.number > 1 and mapping.header_row is None:
        notices.append(f"The header is taken to be in row {head.number}.")
    return head


def _alike(one: Head, other: Head) -> bool:
    return [folded(n) for n in one.names] == [folded(n) for n in other.names] and bool(one.sample)


def _one_below_the_other(name: str, heads: list[Head]) -> Head:
    first = heads[0]
    for one in heads[1:]:
        if not _alike(one, first) and one.sample:
            raise ExportError(
                f"{name}: the sheets {first.sheet!r} and {one.sheet!r} have other columns, so that "
                "they cannot be read one below the other."
            )

    def rows() -> Iterator[tuple[int, Sequence[Any]]]:
        begin = 0
        for head in heads:
            last = 0
            for number, row in chain(head.sample if head is not first else (), head.rest):
                last = number
                yield begin + number, row
            begin += max(last, head.number)

    return Head(
        first.sheet, first.names, first.number, first.sample, rows(), first.padded, first.missing
    )


def _worth(head: Head, found: Collection[str]) -> tuple[bool, int, bool]:
    """Return how well a table looks like one of tickets: needed columns, others, and rows."""
    needed = "id" in found and bool({"opened", "updated"} & set(found))
    return needed, len(found), bool(head.sample)


def _head(table: Table, mapping: Mapping) -> Head | None:
    numbered = enumerate(table.rows, 1)
    first = list(islice(numbered, SAMPLE + MOST_TITLES))
    filled = [(number, row) for number, row in first if any(map(_text, row))]
    if not filled:
        return None
    if mapping.header_row is not None:
        at = next((n for n, (number, _) in enumerate(filled) if number == mapping.header_row), None)
        if at is None:
            raise ExportError(f"header_row: row {mapping.header_row} is empty, or is not there.")
    else:
        at = _header_at([row for _, row in filled], mapping)
    number, row = filled[at]
    names = [_text(cell).strip() for cell in row]
    usual = _usual_width([row for _, row in filled])
    while len(names) > usual and not names[-1]:
        names.pop()
    below = [one for one in filled[at + 1 :] if not _is_rule(one[1])]
    missing = frozenset(text.casefold() for text in mapping.missing)
    return Head(table.name, names, number, below, numbered, table.padded, missing)


def _is_rule(row: Sequence[Any]) -> bool:
    """Tell a line of dashes, as databases draw it below a header."""
    texts = [_text(cell).strip() for cell in row]
    return all(_RULE.fullmatch(text) for text in texts) and any("--" in text for text in texts)


def _usual_width(rows: Sequence[Sequence[Any]]) -> int:
    return Counter(len(row) for row in rows).most_common(1)[0][0]


def _header_at(rows: Sequence[Sequence[Any]], mapping: Mapping) -> int:
    """Return which of the rows that are filled is the header."""
    filled = [sum(bool(_text(cell).strip()) for cell in row) for row in rows]
    usual = sorted(filled)[len(filled) // 2]
    stated = {
        folded(part) or part for name in _stated(mapping) for part in [name, *name.split(" + ")]
    }
    names = []
    for row, width in zip(rows[:MOST_TITLES], filled, strict=False):
        dated = any(date_like(cell) for cell in row)
        wide = width >= max(1, AS_GOOD * usual)
        names.append(_names_in(row, stated) if wide and not dated else 0)
    most = max(names)
    if most:
        return next(at for at, count in enumerate(names) if count >= AS_GOOD * most)
    return next(at for at, width in enumerate(filled) if width >= AS_GOOD * usual)


def _stated(mapping: Mapping) -> list[str]:
    return [name for names in mapping.columns.values() for name in names]


def _names_in(row: Sequence[Any], stated: set[str]) -> int:
    count = 0
    for cell in row:
        text = _text(cell).strip()
        if text and ((folded(text) or text) in stated or _names_something(text)):
            count += 1
    return count


def _names_something(text: str) -> bool:
    return len(text) < 80 and any(said(text, role).points >= NAMED for role in ROLES)  # noqa: PLR2004 - no name is as long


def _text(cell: Any) -> str:
    return cell if isinstance(cell, str) else "" if cell is None else str(cell)
