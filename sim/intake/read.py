"""Read and clean a ticket export.

What cannot be used is set aside, row by row, with its reason; what can be used but is odd (resolved
before it was opened, an unknown state) is counted in a notice. What makes the whole file unusable
is one ``ExportError``.
"""

from __future__ import annotations

import datetime as dt
import os
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sim.errors import ExportError, UnitError
from sim.intake.aside import usable, without_repeats
from sim.intake.dates import Dates, read_forms, to_dates, zone_names
from sim.intake.export import Export
from sim.intake.labels import with_names_as_one
from sim.intake.leave_out import ask_about, left_out
from sim.intake.losses import told_of_lost
from sim.intake.mapping import DATE_ROLES, Mapping, load_mapping
from sim.intake.phrases import many, rows_shown
from sim.intake.rows import Rows
from sim.intake.sheet import Column, Sheet, read_sheet
from sim.intake.states import found_states
from sim.intake.untimed import over_the_day
from sim.scenario.model import check_zone
from sim.workload.journeys import Numbers

ONE_TEAM: Final = "All"
"""What the team is called where no update names one."""
MOSTLY_TICKETS = 0.9
"""Ids that differ in this share of the rows: one row per ticket."""


def read_export(
    path: str | os.PathLike[str],
    mapping: str | os.PathLike[str] | Mapping,
    *,
    time_zone: str | None = None,
    holidays: Iterable[dt.date] = (),
) -> Export:
    """Read a ticket export.

    Parameters
    ----------
    path : path
        CSV, a workbook (XLSX; needs the extra ``office``) or XES; CSV and XES may be gzipped.
    mapping : str, path or Mapping
        A preset, a mapping file, or a mapping.
    time_zone : str, optional
        Zone of dates that do not say theirs, where the mapping does not state one; UTC if absent.
    holidays : iterable of date, optional
        Days off, beside those that the mapping states; also of weeks after the export's.

    Returns
    -------
    Export

    Raises
    ------
    ExportError
        If the file, or the mapping, cannot be used.
    MissingExtraError
        If it is a workbook, and python-calamine is not installed.
    """
    asked = mapping if isinstance(mapping, Mapping) else load_mapping(mapping)
    file = Path(path)
    sheet = with_names_as_one(_without_missing(read_sheet(file, asked), asked))
    zone = asked.time_zone or time_zone or "UTC"
    try:
        check_zone(zone)
    except UnitError as error:
        raise ExportError(f"The time zone cannot be used: {error}.") from None
    notices = sheet.notices
    rows = len(sheet.row) + len(sheet.set_aside)
    if not len(sheet.row):
        reason = f"; {sheet.set_aside[0].reason}" if sheet.set_aside else ""
        raise ExportError(f"{file.name} has a header and no rows that can be used{reason}.")
    taken = {role: column.name for role, column in sheet.columns.items()}
    if sheet.unread:
        notices.insert(0, f"Not read, though it may matter: {', '.join(sheet.unread)}.")
    notices.append(
        "Columns: " + ", ".join(f"{role} from {name!r}" for role, name in taken.items()) + "."
    )
    kind = _kind(sheet, asked, file.name)
    dates = _dates(sheet, asked, zone, time_zone, notices)
    dates, timed = over_the_day(dates, kind)
    kept, aside = usable(sheet, dates, kind)
    aside = [*sheet.set_aside, *aside]
    lost = told_of_lost(sheet, dates, kept, aside, rows)
    if not kept.any():
        reason, count = Counter(one.reason for one in aside).most_common(1)[0]
        raise ExportError(
            f"{file.name} has no row that can be used: {reason} ({many(count, 'row')})."
        )
    kept &= ~left_out(sheet, asked, kind, notices)
    if not kept.any():
        raise ExportError(f"{file.name}: `leave_out` leaves no ticket.")
    if kind == "tickets":
        kept, doubled = without_repeats(sheet, dates, kept, aside, file.name)
        notices += doubled
    ask_about(sheet, asked, kept, notices)
    clean = Rows(sheet, dates, np.flatnonzero(kept), asked, notices)
    tickets, visits, events = clean.events() if kind == "events" else clean.tickets()
    if not asked.time_zone:
        where = "the desk's own zone" if time_zone else "nothing else being stated"
        notices.append(f"Dates without a zone are read in {zone} ({where}).")
    forms = {d.form for d in dates.values()} - {""}
    found = asked.model_copy(
        update={
            "kind": kind,
            "columns": {role: (name,) for role, name in taken.items()},
            "find_columns": False,
            "states": found_states(sheet, asked),
            "dates": tuple(form for form in sorted(forms) if form) or ("ISO",),
            "time_zone": zone,
            "holidays": tuple(sorted({*asked.holidays, *holidays})),
        }
    )
    return Export(
        source=file.name,
        kind=kind,
        mapping=found,
        zone=zone,
        rows=rows,
        tickets=tickets,
        visits=visits,
        events=events,
        priorities=clean.labels("priority"),
        categories=clean.labels("category"),
        channels=clean.labels("channel"),
        teams=(ONE_TEAM,) if clean.is_one_team(kind) else clean.labels("team"),
        agents=clean.labels("assignee"),
        set_aside=tuple(sorted(aside, key=lambda one: one.row)),
        unread=tuple(sheet.unread),
        notices=tuple(notices),
        timed=timed,
        lost=lost,
    )


def _without_missing(sheet: Sheet, mapping: Mapping) -> Sheet:
    """Write every text that means "nothing known" as the empty text."""
    missing = {text.casefold() for text in mapping.missing} | {""}
    # Folding makes no text shorter, so that a longer one than these need not be folded.
    longest = max(map(len, missing))
    columns = {
        role: Column(
            column.name,
            [
                ""
                if value.__class__ is str and len(value) <= longest and value.casefold() in missing
                else value
                for value in column.values
            ],
            column.code,
        )
        for role, column in sheet.columns.items()
    }
    return replace(sheet, columns=columns)


def _kind(sheet: Sheet, mapping: Mapping, name: str) -> str:
    if mapping.kind != "found":
        return mapping.kind
    ids = sheet.columns["id"]
    different = len(ids.values) / len(sheet.row)
    if different > MOSTLY_TICKETS or "updated" not in sheet.columns:
        if "opened" not in sheet.columns:
            raise ExportError(
                f"{name} says when tickets were opened in no column, only when its rows were updated "
                f"({sheet.columns['updated'].name!r}), and ids hardly repeat. Name the column "
                "`opened` in a mapping, or say `kind: events` if each row is an update."
            )
        sheet.notices.append("Each row is taken for a ticket.")
        return "tickets"
    updates = len(np.unique(_pair(ids.code, sheet.columns["updated"].code)))
    if updates <= len(ids.values):
        if "opened" not in sheet.columns:
            raise ExportError(
                f"{name}: ids repeat, but the rows of a ticket do not differ in "
                f"{sheet.columns['updated'].name!r}; say `kind: events` or `kind: tickets`."
            )
        sheet.notices.append("Each row is taken for a ticket, though ids repeat.")
        return "tickets"
    sheet.notices.append(
        f"Each row is taken for an update of a ticket: {len(ids.values):,} ids in "
        f"{len(sheet.row):,} rows."
    )
    return "events"


def _pair(a: Numbers, b: Numbers) -> NDArray[np.int64]:
    return a.astype(np.int64) << 32 | b


def _dates(
    sheet: Sheet, mapping: Mapping, zone: str, stated_zone: str | None, notices: list[str]
) -> dict[str, Dates]:
    columns = {role: sheet.columns[role] for role in DATE_ROLES if role in sheet.columns}
    stated = mapping.time_zone or stated_zone
    names = zone_names(stated) if stated else frozenset[str]()
    readings = read_forms(columns, sheet.row, mapping.dates, local_names=names, words=mapping.words)
    dates = {role: to_dates(columns[role], reading, zone) for role, reading in readings.items()}
    shown = sorted({reading.form for reading in readings.values() if reading.form})
    if shown and "found" in mapping.dates:
        notices.append(f"Dates are read as {', '.join(shown)}: no other form reads them all.")
    for reading in readings.values():
        notices.extend(reading.told)
    notices.extend(
        f"{many(dates[role].nothing, 'row')} of {column.name!r} say in words, zeros or a tool's first or "
        "last day that there is no date; taken as missing."
        for role, column in columns.items()
        if dates[role].nothing
    )
    for count, what in (
        (sum(d.skipped for d in dates.values()), "that the clock skips; the skip is taken"),
        (sum(d.twice for d in dates.values()), "that the clock shows twice; the first is taken"),
    ):
        if count:
            notices.append(f"Local times {what} ({many(count, 'date')}).")
    notices.extend(
        f"{many(int(dates[role].unreadable.sum()), 'date')} in {sheet.columns[role].name!r} cannot "
        f"be read ({rows_shown(sheet.row[dates[role].unreadable])}); taken as missing."
        for role in ("resolved", "closed")
        if role in dates and dates[role].unreadable.any()
    )
    return dates
