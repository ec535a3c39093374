"""Rows of an export that cannot be used: found, and written beside what is."""

from __future__ import annotations

import csv
import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from sim.errors import ExportError
from sim.intake.dates import Dates
from sim.intake.losses import cell_shown
from sim.intake.sheet import Column, SetAside, Sheet
from sim.outcome.tables import write_whole
from sim.workload.journeys import NOT_YET, Flags

SHOWN = 3
"""Ids shown in a message."""


def usable(sheet: Sheet, dates: dict[str, Dates], kind: str) -> tuple[Flags, list[SetAside]]:
    """Tell which rows have an id and the dates that are needed; list the others with reasons."""
    ids = sheet.columns["id"]
    kept = np.ones(len(sheet.row), np.bool_)
    aside: list[SetAside] = []

    def drop(which: Flags, column: Column, reason: str) -> None:
        for at in np.flatnonzero(which & kept):
            text = reason.format(cell_shown(column.values[column.code[at]]))
            ticket = cell_shown(ids.values[ids.code[at]])
            aside.append(SetAside(int(sheet.row[at]), ticket, text))
        kept[which] = False

    nameless = np.array([value == "" for value in ids.values])[ids.code]
    drop(nameless, ids, "it has no id")
    wanted = ("opened", "updated") if kind == "events" else ("opened",)
    for role in (role for role in wanted if role in dates):
        column, when = sheet.columns[role], dates[role]
        # What says that there is none (never, n/a) is no date either, where there has to be one.
        written = np.array([value not in ("", None) for value in column.values], np.bool_)
        drop(
            written[column.code] & (when.at_ms == NOT_YET),
            column,
            f"{column.name} {{!r}} is no date",
        )
        drop(when.at_ms == NOT_YET, column, f"{column.name} is missing")
    return kept, aside


def without_repeats(sheet: Sheet, kept: Flags, aside: list[SetAside], name: str) -> Flags:
    """Set whole rows that are repeated aside; refuse ids that stand for different rows."""
    ids = sheet.columns["id"]
    at = np.flatnonzero(kept)
    at = at[np.argsort(ids.code[at], kind="stable")]
    same_id = np.append(False, ids.code[at][1:] == ids.code[at][:-1])
    if not same_id.any():
        return kept
    same = same_id.copy()
    for column in sheet.columns.values():
        values = column.code[at]
        same &= np.append(False, values[1:] == values[:-1])
    if (same_id & ~same).any():
        clash = np.flatnonzero(same_id & ~same)
        examples = ", ".join(
            f"{ids.values[ids.code[at[i]]]} in rows {sheet.row[at[i - 1]]} and {sheet.row[at[i]]}"
            for i in clash[:SHOWN]
        )
        raise ExportError(
            f"{name}: {len(clash):,} ids stand for several rows that differ ({examples}). If each "
            "row is an update, say `kind: events` and name the column `updated`."
        )
    kept = kept.copy()
    for i in np.flatnonzero(same):
        aside.append(
            SetAside(
                int(sheet.row[at[i]]),
                str(ids.values[ids.code[at[i]]]),
                f"it repeats row {sheet.row[at[i - 1]]}",
            )
        )
        kept[at[i]] = False
    return kept


def write_set_aside(rows: Sequence[SetAside], path: str | os.PathLike[str]) -> Path:
    """Write the rows that cannot be used, with their reasons, as CSV.

    Raises
    ------
    OutputError
        If it cannot be written; then no half of it is left.
    """

    def write(to: Path) -> None:
        with to.open("w", encoding="utf-8", newline="") as file:
            out = csv.writer(file)
            out.writerow(("row", "ticket", "reason"))
            out.writerows((one.row, harmless(one.ticket), harmless(one.reason)) for one in rows)

    return write_whole(Path(path), write)


def harmless(text: str) -> str:
    """Keep a spreadsheet from taking a text for a formula.

    Examples
    --------
    >>> harmless("=1+1"), harmless("INC1")
    ("'=1+1", 'INC1')
    """
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
