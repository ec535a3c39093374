"""Waits for somebody, one by one: with which stay they were, from when to when."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.intake.export import Export
from sim.intake.visits import filled, stay_of
from sim.workload.journeys import NOT_YET, Flags, Numbers, Times


@dataclass(frozen=True, eq=False)
class Spells:
    """Waits that are over.

    Attributes
    ----------
    stay : int32 array
        Row of the stay in which each began.
    from_ms, to_ms : int64 arrays
        Absolute.
    """

    stay: Numbers
    from_ms: Times
    to_ms: Times

    def __len__(self) -> int:
        return len(self.stay)

    def of(self, which: Flags) -> Spells:
        """Return some of the waits."""
        return Spells(self.stay[which], self.from_ms[which], self.to_ms[which])


def waits_for(export: Export, states: tuple[int, ...]) -> Spells:
    """Return each wait in some states: with one team, and until the resolution at most.

    A wait that was not over when the export was made is left out.
    """
    events = export.events
    state, team = filled(events.state, events.ticket), filled(events.team, events.ticket)
    count = len(events)
    first = np.append(np.ones(1, np.bool_), np.diff(events.ticket) != 0)[:count]
    last = np.append(first[1:], np.ones(1, np.bool_))[:count]
    resolved = export.tickets.resolved_ms[events.ticket]
    latest = np.iinfo(np.int64).max
    until = np.where(resolved == NOT_YET, latest, resolved)
    following = np.minimum(np.where(last, until, np.roll(events.at_ms, -1)), until)
    waits = np.isin(state, states)
    goes_on = waits & ~first & np.roll(waits, 1) & (np.roll(team, 1) == team)
    begins = np.flatnonzero(waits & ~goes_on)
    ends = np.flatnonzero(waits & ~np.append(goes_on[1:], np.zeros(1, np.bool_))[:count])
    found = Spells(stay_of(events)[begins], events.at_ms[begins], following[ends])
    # Of a ticket that no team ever had, no wait is known to be with one.
    return found.of((found.to_ms > found.from_ms) & (found.to_ms < latest) & (found.stay >= 0))
