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
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, cast

import numpy as np
from numpy.typing import NDArray

from sim.errors import ExportError, UnitError
from sim.intake.aside import usable, without_repeats
from sim.intake.dates import Dates, read_forms, to_dates, zone_names
from sim.intake.durations import read_durations
from sim.intake.export import Events, Export, TeamVisits, Tickets
from sim.intake.labels import with_names_as_one
from sim.intake.leave_out import ask_about, left_out
from sim.intake.losses import told_of_lost
from sim.intake.mapping import DATE_ROLES, STATES, Mapping, State, load_mapping
from sim.intake.names import state_meaning
from sim.intake.sheet import Column, Sheet, read_sheet
from sim.intake.untimed import over_the_day
from sim.intake.visits import Stays, stays
from sim.scenario.model import check_zone
from sim.workload.journeys import NONE, NOT_YET, Codes, Numbers, Times

ONE_TEAM: Final = "All"
"""What the team is called where no update names one."""
MOSTLY_TICKETS = 0.9
"""Ids that differ in this share of the rows: one row per ticket."""
SHOWN = 3
"""Rows or names shown in a message."""
_YES: Final = ("true", "yes", "1", "y", "met", "made", "ja", "oui", "si", "sí")
_NO: Final = ("false", "no", "0", "n", "missed", "breached", "nein", "non")


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
            f"{file.name} has no row that can be used: {reason} ({_many(count, 'row')})."
        )
    kept &= ~left_out(sheet, asked, kind, notices)
    if not kept.any():
        raise ExportError(f"{file.name}: `leave_out` leaves no ticket.")
    if kind == "tickets":
        kept, doubled = without_repeats(sheet, dates, kept, aside, file.name)
        notices += doubled
    ask_about(sheet, asked, kept, notices)
    clean = _Clean(sheet, dates, np.flatnonzero(kept), asked, notices)
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
            "states": clean.found_states(),
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
        f"{_many(dates[role].nothing, 'row')} of {column.name!r} say in words, zeros or a tool's first or "
        "last day that there is no date; taken as missing."
        for role, column in columns.items()
        if dates[role].nothing
    )
    for count, what in (
        (sum(d.skipped for d in dates.values()), "that the clock skips; the skip is taken"),
        (sum(d.twice for d in dates.values()), "that the clock shows twice; the first is taken"),
    ):
        if count:
            notices.append(f"Local times {what} ({_many(count, 'date')}).")
    notices.extend(
        f"{_many(int(dates[role].unreadable.sum()), 'date')} in {sheet.columns[role].name!r} cannot "
        f"be read ({_rows_shown(sheet.row[dates[role].unreadable])}); taken as missing."
        for role in ("resolved", "closed")
        if role in dates and dates[role].unreadable.any()
    )
    return dates


def _many(count: int, word: str) -> str:
    return f"{count:,} {word}{'' if count == 1 else 's'}"


def _rows_shown(rows: NDArray[np.int64]) -> str:
    more = ", …" if len(rows) > SHOWN else ""
    return ("row " if len(rows) == 1 else "rows ") + ", ".join(map(str, rows[:SHOWN])) + more


@dataclass(frozen=True, eq=False)
class _Clean:
    """The rows that can be used, on their way to tables."""

    sheet: Sheet
    dates: dict[str, Dates]
    at: NDArray[np.int64]
    mapping: Mapping
    notices: list[str]

    def labels(self, role: str) -> tuple[str, ...]:
        column = self.sheet.columns.get(role)
        return tuple(str(v) for v in column.values if v != "") if column else ()

    def _codes(self, role: str, at: NDArray[np.int64]) -> Numbers:
        """Return codes into ``labels``; ``NONE`` where nothing is known."""
        column = self.sheet.columns.get(role)
        if column is None:
            return np.full(len(at), NONE, np.int32)
        known = np.array([value != "" for value in column.values])
        number = np.where(known, np.cumsum(known) - 1, NONE).astype(np.int32)
        return number[column.code[at]]

    def is_one_team(self, kind: str) -> bool:
        """Tell whether rows are updates of which none names a team: all are one team's then."""
        return kind == "events" and bool((self._codes("team", self.at) == NONE).all())

    def _times(self, role: str, at: NDArray[np.int64]) -> Times:
        when = self.dates.get(role)
        return when.at_ms[at] if when else np.full(len(at), NOT_YET, np.int64)

    def _numbers(self, role: str, at: NDArray[np.int64], default: int) -> Numbers:
        column = self.sheet.columns.get(role)
        if column is None:
            return np.full(len(at), default, np.int32)
        values = [_whole(value, default) for value in column.values]
        return np.array(values, np.int32)[column.code[at]]

    def _sla(self, at: NDArray[np.int64]) -> Codes:
        column = self.sheet.columns.get("sla")
        if column is None:
            return np.full(len(at), NONE, np.int8)
        folded = [str(value).casefold() for value in column.values]
        values = [1 if v in _YES else 0 if v in _NO else NONE for v in folded]
        return np.array(values, np.int8)[column.code[at]]

    def _states(self, at: NDArray[np.int64]) -> Codes:
        column = self.sheet.columns.get("state")
        if column is None:
            return np.full(len(at), NONE, np.int8)
        stated = [self.mapping.state_of(str(v)) for v in column.values]
        # A word that the mapping does not know says what it means by its stems.
        by_stem = [(code, state_meaning(str(v))) for code, v in enumerate(column.values)]
        found = {
            code: STATES.index(text) for code, text in by_stem if text and stated[code] == NONE
        }
        meaning = np.array([found.get(code, one) for code, one in enumerate(stated)], np.int8)
        state: Codes = meaning[column.code[at]]
        self._tell_unknown_states(column, meaning, at)
        return state

    def found_states(self) -> dict[State, tuple[str, ...]]:
        """Return the mapping's states, with those that were told by their words."""
        column = self.sheet.columns.get("state")
        states = dict(self.mapping.states)
        for value in column.values if column else ():
            meaning = cast("State", state_meaning(str(value)))
            if meaning and self.mapping.state_of(str(value)) == NONE:
                states[meaning] = (*states.get(meaning, ()), str(value))
        return states

    def _tell_unknown_states(self, column: Column, meaning: Codes, at: NDArray[np.int64]) -> None:
        count = np.bincount(column.code[at], minlength=len(column.values))
        unknown = [
            (int(count[code]), str(value))
            for code, value in enumerate(column.values)
            if meaning[code] == NONE and value != "" and count[code]
        ]
        if unknown:
            named = ", ".join(
                f"{name!r} ({_many(n, 'row')})" for n, name in sorted(unknown, reverse=True)
            )
            self.notices.append(
                f"The mapping does not say what these states mean: {named}. The state before is "
                f"taken to go on; name them under `states:` ({', '.join(STATES)})."
            )

    def _impossible(self, opened: Times, resolved: Times, row: NDArray[np.int64]) -> Times:
        wrong = (resolved != NOT_YET) & (resolved < opened)
        if wrong.any():
            self.notices.append(
                "Resolved before it was opened, so that its resolution is taken as missing: "
                f"{_many(int(wrong.sum()), 'ticket')} ({_rows_shown(row[wrong])})."
            )
        return np.where(wrong, NOT_YET, resolved)

    def _resolution(
        self,
        at: NDArray[np.int64],
        opened: Times,
        resolved: Times,
        closed: Times,
        from_states: Times | None,
    ) -> Times:
        """Settle when tickets were resolved, where the export has no column that says so."""
        if "resolved" in self.dates:
            return self._with_closures(resolved, closed)
        if "duration" in self.sheet.columns:
            return self._by_duration(at, opened)
        if from_states is not None and (from_states != NOT_YET).any():
            self.notices.append("Tickets are resolved when their state last says so.")
            return from_states
        if "closed" in self.dates:
            self.notices.append(
                "No column says when tickets were resolved; when they were closed is taken, "
                "which may be later (automatic closure)."
            )
            return closed
        self.notices.append("Nothing says when tickets were resolved.")
        return resolved

    def _with_closures(self, resolved: Times, closed: Times) -> Times:
        """Take the closure where there is no resolution, and say so."""
        only_closed = (resolved == NOT_YET) & (closed != NOT_YET)
        if only_closed.any():
            self.notices.append(
                f"{_many(int(only_closed.sum()), 'ticket')} of {len(resolved):,} have a closing date and no "
                "resolution date; when they were closed is taken, which may be later."
            )
        return np.where(only_closed, closed, resolved)

    def _by_duration(self, at: NDArray[np.int64], opened: Times) -> Times:
        column = self.sheet.columns["duration"]
        lasted, unit = read_durations(column, self.mapping)
        said = f", in {unit}" if unit else ""
        self.notices.append(
            f"No column says when tickets were resolved; {column.name!r} says how long each took{said}, "
            "counted from when it was opened, by the clock on the wall."
        )
        return np.where(lasted[at] == NOT_YET, NOT_YET, opened + lasted[at])

    def tickets(self) -> tuple[Tickets, TeamVisits, Events]:
        """Make the tables of one row per ticket."""
        at, row = self.at, self.sheet.row[self.at]
        opened, closed = self._times("opened", at), self._times("closed", at)
        state, team = self._states(at), self._codes("team", at)
        resolved = self._resolution(at, opened, self._times("resolved", at), closed, None)
        resolved = self._impossible(opened, resolved, row)
        was_in = np.zeros((len(at), len(STATES)), np.bool_)
        was_in[np.flatnonzero(state != NONE), state[state != NONE]] = True
        hand_offs = self._numbers("reassigned", at, NONE)
        ids = self.sheet.columns["id"]
        tickets = Tickets(
            id=np.array([str(ids.values[code]) for code in ids.code[at]], object),
            row=row,
            opened_ms=opened,
            resolved_ms=resolved,
            closed_ms=closed,
            priority=self._codes("priority", at),
            category=self._codes("category", at),
            channel=self._codes("channel", at),
            # The only team known may be the last; it is the first where nothing was handed over.
            first_team=np.where(hand_offs > 0, NONE, team).astype(np.int32),
            last_team=team,
            hand_offs=hand_offs,
            returned=np.zeros(len(at), np.bool_),
            reopened=self._numbers("reopened", at, NONE),
            sla=self._sla(at),
            in_state_ms=np.zeros((len(at), len(STATES)), np.int64),
            was_in=was_in,
        )
        one = np.flatnonzero((team != NONE) & (hand_offs <= 0)).astype(np.int32)
        until = np.where(resolved == NOT_YET, opened, resolved)
        visits = TeamVisits(
            one,
            team[one],
            opened[one],
            until[one],
            np.full(len(one), NOT_YET, np.int64),
            np.zeros((len(one), len(STATES)), np.int64),
            (self._codes("assignee", at)[one] != NONE).astype(np.int32),
        )
        none = np.empty(0, np.int32)
        return (
            tickets,
            visits,
            Events(none, none.astype(np.int64), none.astype(np.int8), none, none),
        )

    def events(self) -> tuple[Tickets, TeamVisits, Events]:
        """Make the tables of one row per update."""
        ids = self.sheet.columns["id"]
        order = self._in_order(ids)
        at = self.at[order]
        # Tickets are numbered in the order in which the file names them.
        used, number = np.unique(ids.code[at], return_inverse=True)
        ticket = number.astype(np.int32)
        team = self._codes("team", at)
        if self.is_one_team("events"):
            self.notices.append("No row names a team; all tickets are taken to be with one.")
            team = np.zeros_like(team)
        events = Events(
            ticket,
            self._times("updated", at),
            self._states(at),
            team,
            self._codes("assignee", at),
        )
        first = np.append(True, np.diff(ticket) != 0)
        last = np.append(first[1:], True)
        begins, ends = at[first], at[last]
        opened = self._opened(at, ticket, begins)
        row = self.sheet.row[begins]
        closed = self._times("closed", ends)
        bare = stays(events, opened, np.full(len(used), NOT_YET, np.int64))
        stated = self._times("resolved", ends)
        resolved = self._resolution(ends, opened, stated, closed, bare.last_resolved_ms)
        resolved = self._impossible(opened, resolved, row)
        folded = stays(events, opened, resolved)
        visits = folded.visits
        first_team = np.full(len(used), NONE, np.int32)
        last_team = first_team.copy()
        first_team[visits.ticket[::-1]] = visits.team[::-1]
        last_team[visits.ticket] = visits.team
        stayed = np.bincount(visits.ticket, minlength=len(used)).astype(np.int32)
        tickets = Tickets(
            id=np.array([str(ids.values[code]) for code in used], object),
            row=row,
            opened_ms=opened,
            resolved_ms=resolved,
            closed_ms=closed,
            priority=self._codes("priority", ends),
            category=self._codes("category", ends),
            channel=self._codes("channel", begins),
            first_team=first_team,
            last_team=last_team,
            hand_offs=np.maximum(stayed - 1, 0),
            returned=folded.returned,
            reopened=self._reopened(at, ticket, folded),
            sla=self._sla(ends),
            in_state_ms=folded.in_state_ms,
            was_in=folded.was_in,
        )
        return tickets, visits, events

    def _in_order(self, ids: Column) -> NDArray[np.int64]:
        """Sort by ticket, then by the tool's own sequence where there is one, then by time."""
        sequence = self._numbers("sequence", self.at, 0)
        when = self._times("updated", self.at)
        if "sequence" in self.sheet.columns:
            return np.lexsort((self.at, sequence, ids.code[self.at]))
        return np.lexsort((self.at, when, ids.code[self.at]))

    def _opened(self, at: NDArray[np.int64], ticket: Numbers, begins: NDArray[np.int64]) -> Times:
        """Return when each ticket was opened: as its first row says, or when that was made."""
        if "opened" not in self.dates:
            self.notices.append(
                "No column says when tickets were opened; the first update of each is taken, so that "
                "tickets that were open before the export begins count as opened in it."
            )
            updated = self._times("updated", at)
            first = np.full(len(begins), np.iinfo(np.int64).max)
            np.minimum.at(first, ticket, updated)
            return first
        opened = self._times("opened", begins)
        self._tell_changing(self._times("opened", at), opened[ticket])
        return opened

    def _tell_changing(self, each: Times, taken: Times) -> None:
        changed = int((each != taken).sum())
        if changed:
            self.notices.append(
                "Another opening time than in the first row of the ticket stands in "
                f"{_many(changed, 'row')}; the first is taken."
            )

    def _reopened(self, at: NDArray[np.int64], ticket: Numbers, folded: Stays) -> Numbers:
        if "reopened" not in self.sheet.columns:
            return folded.reopened
        most = np.zeros(len(folded.reopened), np.int32)
        np.maximum.at(most, ticket, self._numbers("reopened", at, 0))
        return most


def _whole(value: object, default: int) -> int:
    try:
        number = int(float(str(value)))
    except (ValueError, OverflowError):
        return default
    return number if abs(number) < 2**31 else default
