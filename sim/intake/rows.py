"""Rows that can be used become the tables of an export: tickets, stays with teams, events.

A row is a ticket, or an update of one. What is odd in it (resolved before it was opened, opened at
several times) is counted in a notice.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sim.intake.dates import Dates
from sim.intake.durations import read_durations
from sim.intake.export import Events, TeamVisits, Tickets
from sim.intake.mapping import STATES, Mapping
from sim.intake.phrases import many, rows_shown
from sim.intake.sheet import Column, Sheet
from sim.intake.states import state_meanings
from sim.intake.visits import Stays, stays
from sim.units import DAY, format_duration
from sim.workload.journeys import NONE, NOT_YET, Codes, Numbers, Times

_YES: Final = ("true", "yes", "1", "y", "met", "made", "ja", "oui", "si", "sí")
_NO: Final = ("false", "no", "0", "n", "missed", "breached", "nein", "non")


@dataclass(frozen=True, eq=False)
class Rows:
    """The rows that can be used, on their way to tables.

    Attributes
    ----------
    sheet : Sheet
    dates : dict
        Role to its instants.
    at : int64 array
        Positions of the rows that are used.
    mapping : Mapping
    notices : list of str
        Where what was odd is told.
    """

    sheet: Sheet
    dates: dict[str, Dates]
    at: NDArray[np.int64]
    mapping: Mapping
    notices: list[str]

    def labels(self, role: str) -> tuple[str, ...]:
        """Return the distinct values of a role, without the empty one."""
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
        count = np.bincount(column.code[at], minlength=len(column.values))
        meaning = state_meanings(column, self.mapping, count, self.notices)
        state: Codes = meaning[column.code[at]]
        return state

    def _impossible(self, opened: Times, resolved: Times, row: NDArray[np.int64]) -> Times:
        wrong = (resolved != NOT_YET) & (resolved < opened)
        if wrong.any():
            self.notices.append(
                "Resolved before it was opened, so that its resolution is taken as missing: "
                f"{many(int(wrong.sum()), 'ticket')} ({rows_shown(row[wrong])})."
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
            return self._with_closures(opened, resolved, closed)
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

    def _with_closures(self, opened: Times, resolved: Times, closed: Times) -> Times:
        """Take the closure where there is no resolution, as long before it as others were resolved."""
        only_closed = (resolved == NOT_YET) & (closed != NOT_YET)
        if not only_closed.any():
            return resolved
        both = (resolved != NOT_YET) & (closed != NOT_YET)
        lag = max(0, int(np.median((closed - resolved)[both]))) if both.any() else 0
        missing = f"{many(int(only_closed.sum()), 'ticket')} of {len(resolved):,} have a closing date and no "
        if lag >= DAY:
            # Closed by a rule, days later: that tells nothing of when the work was done.
            self.notices.append(
                f"{missing}resolution date; tickets are closed {format_duration(lag)} after they are resolved, "
                "so that it is not known when these were."
            )
            return resolved
        before = (
            f" less {format_duration(lag)}, as with the others" if lag else ", which may be later"
        )
        self.notices.append(f"{missing}resolution date; when they were closed is taken{before}.")
        # Nothing is resolved before it was opened, unless it was closed before that, which is told apart.
        earliest = np.minimum(opened, closed)
        return np.where(only_closed, np.maximum(closed - lag, earliest), resolved)

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
                f"{many(changed, 'row')}; the first is taken."
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
