"""Tickets that are none: left out where the mapping says so, and asked about where it does not."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Final

import numpy as np

from sim.intake.mapping import Mapping, folded
from sim.intake.names import stems, words_of
from sim.intake.sheet import Column, Sheet
from sim.workload.journeys import Flags

SHOWN: Final = 6
"""Values that a question names."""


def left_out(sheet: Sheet, mapping: Mapping, kind: str, notices: list[str]) -> Flags:
    """Tell which rows belong to tickets that the mapping leaves out."""
    out = np.zeros(len(sheet.row), np.bool_)
    for key, asked in mapping.leave_out.items():
        column = sheet.columns.get(key) or sheet.extra[key]
        wanted = [text.casefold().strip() for text in asked]
        hit = np.array([_matches(str(value), wanted) for value in column.values], np.bool_)
        if not hit.any():
            notices.append(
                f"Nothing in {column.name!r} is {' or '.join(map(repr, asked))}, which leave_out names."
            )
            continue
        out |= hit[column.code]
    if out.any() and kind == "events":
        ids = sheet.columns["id"]
        gone = np.zeros(len(ids.values), np.bool_)
        gone[ids.code[out]] = True
        out = gone[ids.code]
    if out.any():
        notices.append(f"Left out, as the mapping says: {int(out.sum()):,} of {len(out):,} rows.")
    return out


def _matches(value: str, wanted: list[str]) -> bool:
    text = value.casefold().strip()
    return any(
        fnmatchcase(text, one) or (folded(text) and folded(text) == folded(one)) for one in wanted
    )


def ask_about(sheet: Sheet, mapping: Mapping, kept: Flags, notices: list[str]) -> None:
    """Ask whether spam, duplicates and merged tickets are work, where nothing is said of them."""
    for role in ("state", "category"):
        column = sheet.columns.get(role)
        if column is None or role in mapping.leave_out:
            continue
        some = _not_work(column)
        count = int(np.isin(column.code[kept], some).sum())
        if count:
            names = ", ".join(str(column.values[code]) for code in some[:SHOWN])
            notices.append(
                f"{column.name!r} has rows that may be no work of their own ({names}): {count:,} of "
                f"{int(kept.sum()):,}. They are counted; `leave_out: {{{role}: [{names}]}}` in the "
                "mapping leaves them out."
            )


def _not_work(column: Column) -> list[int]:
    meant = stems("values", "not_work")
    return [
        code
        for code, value in enumerate(column.values)
        if isinstance(value, str) and meant.places(words_of(value)[:2])
    ]


__all__ = ["ask_about", "left_out"]
