"""Rows of an export that cannot be used: found, and written beside what is."""

from __future__ import annotations

import csv
import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from sim import writing
from sim.borders import cell
from sim.errors import ExportError
from sim.intake.dates import Dates
from sim.intake.losses import cell_shown
from sim.intake.sheet import Column, SetAside, Sheet
from sim.workload.journeys import NOT_YET, Flags

MOVING = ("state", "team", "assignee")
"""What changes while a ticket is open: rows of one ticket that differ in it may be updates."""
SET_ASIDE = "rows set aside"
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


def without_repeats(
    sheet: Sheet, dates: dict[str, Dates], kept: Flags, aside: list[SetAside], name: str
) -> tuple[Flags, list[str]]:
    """Keep one row of each ticket, where one row is a ticket; no ticket is lost by that.

    A row that repeats another whole is set aside. Where rows of one id differ, but not in when it was
    opened, they were doubled by a join of two tables, or stem from two exports of one ticket: the row
    updated last is kept or, where nothing says which, the first.

    Returns
    -------
    kept : bool array
    notices : list of str

    Raises
    ------
    ExportError
        If rows of one id were opened at different times, so that ids are no tickets', or if they
        differ in what changes while a ticket is open, so that they may be updates.
    """
    ids = sheet.columns["id"]
    at = np.flatnonzero(kept)
    latest = dates["updated"].at_ms[at] if "updated" in dates else np.zeros(len(at), np.int64)
    at = at[np.lexsort((at, -latest, ids.code[at]))]
    same_id = np.append(False, ids.code[at][1:] == ids.code[at][:-1])
    if not same_id.any():
        return kept, []
    opened = dates["opened"].at_ms[at]
    clash = np.flatnonzero(same_id & np.append(False, opened[1:] != opened[:-1]))
    if len(clash):
        examples = ", ".join(
            f"{ids.values[ids.code[at[i]]]} in rows {sheet.row[at[i - 1]]} and {sheet.row[at[i]]}"
            for i in clash[:SHOWN]
        )
        raise ExportError(
            f"{name}: {len(clash):,} ids in {ids.name!r} stand for rows that were opened at different "
            f"times ({examples}). If another column names tickets, say `columns: {{id: …}}`; if each "
            "row is an update, say `kind: events` and name the column `updated`."
        )
    differs = {
        column.name: same_id & np.append(False, column.code[at][1:] != column.code[at][:-1])
        for column in sheet.columns.values()
    }
    other = np.logical_or.reduce(list(differs.values()))
    moving = [c.name for r, c in sheet.columns.items() if r in MOVING and differs[c.name].any()]
    if moving and "updated" not in dates:
        i = int(np.flatnonzero(other)[0])
        raise ExportError(
            f"{name}: {int(other.sum()):,} rows name a ticket again ({ids.values[ids.code[at[i]]]} in "
            f"row {sheet.row[at[i]]}), with another {' or '.join(map(repr, moving))}.\nIf each row is an "
            "update, say `kind: events` and name the column `updated`.\nIf two tables were joined, leave "
            "that column out of the export, or out of the mapping's `columns`."
        )
    first = at[np.maximum.accumulate(np.where(same_id, 0, np.arange(len(at))))]
    kept = kept.copy()
    for i in np.flatnonzero(same_id).tolist():
        but = [column for column, which in differs.items() if which[i]]
        text = f"it repeats row {sheet.row[first[i]]}"
        text += f" but for {', '.join(but)}" if but else ""
        aside.append(SetAside(int(sheet.row[at[i]]), str(ids.values[ids.code[at[i]]]), text))
        kept[at[i]] = False
    if not other.any():
        return kept, []
    names = ", ".join(repr(column) for column, which in differs.items() if which.any())
    how = "the one updated last" if "updated" in dates else "the first"
    told = (
        f"{int(other.sum()):,} rows name a ticket again and differ in {names}, as when two tables were "
        f"joined: of each ticket {how} is kept. Without that column in the export each is one row."
    )
    return kept, [told]


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
            out.writerows((one.row, cell(one.ticket), cell(one.reason)) for one in rows)

    return writing.write(path, write, SET_ASIDE)
