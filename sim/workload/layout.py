"""Laying out the visits of all tickets side by side, vectorised.

What a ticket may do is spread over numbered *slots*: for each tier the roles of ``Role``, in the
order in which a ticket can come to them, and behind the last tier those of ``After``. A ticket
occupies some of them. Which ones is kept as one
bit a slot, so that the number of a visit is the ticket's first visit plus the number of occupied
slots below, and no table of tickets by slots is ever made::

    tier            L1                              L2
    slot      0 1 2 3 [WORK] 5 [CONTINUE] …   12 13 14 [CLARIFY] [WORK] …
    visit              7          8                       9        10
"""

from __future__ import annotations

from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.workload.added import VISIT_DEFAULTS, Added
from sim.workload.draws import rows
from sim.workload.journeys import ALWAYS, NONE, SUCCESSORS, Numbers, Outcome, Visits

Which = NDArray[np.intp]
"""Numbers of tickets, ascending."""


class Role(IntEnum):
    """What a slot of a tier is for, in the order in which a ticket can come to it."""

    MISROUTED = 0
    RETURNED = 1
    COMPLETE_NOTES = 2
    CLARIFY = 3
    WORK = 4
    REDIAL = 5
    CONTINUE = 6
    AFTER_VENDOR = 7
    AFTER_CHANGE = 8
    REOPENED = 9


class After(IntEnum):
    """What a slot behind those of all tiers is for."""

    CLOSE = 0
    CONFIRM = 1


ROLES = len(Role)
MOST_TIERS = (64 - len(After)) // ROLES
"""As many tiers as fit into 64 bits."""


class Layout:
    """Visits under construction: first ``occupy`` slots, then ``number`` them, then fill.

    Parameters
    ----------
    tickets : int
        How many there are.
    """

    def __init__(self, tickets: int) -> None:
        self._bits = np.zeros(tickets, np.uint64)
        self._all_bits = 0
        self._beside = np.zeros(tickets, np.int32)
        self._who: dict[int, Which] = {}
        self._columns: dict[str, NDArray[Any]] = {}
        self._first: Numbers = np.empty(0, np.int32)

    def occupy(self, tier: int, role: Role | After, who: Which) -> None:
        """Give tickets a visit in a slot."""
        slot = tier * ROLES + role
        bit = np.uint64(1 << slot)
        if len(who) == len(self._bits):
            self._bits |= bit
        else:
            self._bits[who] |= bit
        self._all_bits |= 1 << slot
        self._who[slot] = who

    def reserve(self, who: Which, visits: NDArray[np.integer]) -> None:
        """Give tickets more visits, after all those in slots."""
        self._beside[who] = visits

    def number(self) -> None:
        """Give each visit its number; no slot can be occupied from here on."""
        counts = np.bitwise_count(self._bits).astype(np.int32) + self._beside
        self._ends = np.cumsum(counts, dtype=np.int32)
        self._first = self._ends - counts
        total = int(self._ends[-1]) if len(counts) else 0
        self.total = total
        self._ticket = np.repeat(np.arange(len(counts), dtype=np.int32), counts)
        self._successor = np.full((SUCCESSORS, total), NONE, np.int32)
        self._delay_ms = np.empty((SUCCESSORS, 0), np.int64)
        self._delay_calendar = np.empty((SUCCESSORS, 0), np.int8)
        self._columns["work_ms"] = np.ones(total, np.int64)
        self._columns["queue"] = np.zeros(total, np.int32)

    @property
    def first(self) -> Numbers:
        """The first visit of each ticket."""
        return self._first

    def who(self, tier: int, role: Role) -> Which:
        """Return the tickets that occupy a slot."""
        return self._who.get(tier * ROLES + role, np.empty(0, np.intp))

    def visit(self, tier: int, role: Role | After, who: Which) -> Numbers:
        """Return the visits of tickets in a slot, all of which they occupy."""
        visits: Numbers = rows(self._first, who) + self._below(tier * ROLES + role, who)
        return visits

    def entrance(self, tier: int, who: Which) -> Numbers:
        """Return the first visit at a tier of tickets that all may come to it."""
        visits: Numbers = rows(self._first, who) + self._below(tier * ROLES, who)
        return visits

    def _below(self, slot: int, who: Which) -> Numbers:
        mask = (1 << slot) - 1
        if not self._all_bits & mask:
            return np.zeros(len(who), np.int32)
        occupied: Numbers = np.bitwise_count(rows(self._bits, who) & np.uint64(mask))
        return occupied.astype(np.int32)

    def fill(self, visit: Numbers, **columns: Any) -> None:
        """Set columns of visits; a column that nobody fills stays empty."""
        for name, values in columns.items():
            column = self._columns.get(name)
            if column is None:
                dtype, default = VISIT_DEFAULTS[name]
                column = self._columns[name] = np.full(self.total, default, dtype)
            column[visit] = values

    def add(self, visit: Numbers, **columns: Any) -> None:
        """Add to columns of visits, which are filled already."""
        for name, values in columns.items():
            self._columns[name][visit] += values

    def link(
        self,
        visit: Numbers,
        outcome: Outcome,
        successor: Numbers,
        delay_ms: Any = None,
        calendar: int = ALWAYS,
    ) -> None:
        """Say what comes after visits, and after what delay in which calendar."""
        self._successor[outcome, visit] = successor
        if delay_ms is None:
            return
        if not self._delay_ms.shape[1]:
            self._delay_ms = np.zeros((SUCCESSORS, self.total), np.int64)
        self._delay_ms[outcome, visit] = delay_ms
        if calendar != ALWAYS:
            if not self._delay_calendar.shape[1]:
                self._delay_calendar = np.full((SUCCESSORS, self.total), ALWAYS, np.int8)
            self._delay_calendar[outcome, visit] = calendar

    def repeat(self, visit: Numbers, again: Numbers) -> None:
        """Make visits the same as others: their columns, and what being done leads to."""
        for column in self._columns.values():
            column[again] = column[visit]
        for links in (self._successor, self._delay_ms, self._delay_calendar):
            if links.shape[1]:
                links[:, again] = links[:, visit]

    def side_visits(self, who: Which) -> Numbers:
        """Return the first of the visits that were reserved beside the slots."""
        first: Numbers = self._ends[who] - self._beside[who]
        return first

    def visits(self, added: Added | None = None) -> Visits:
        """Return the finished visits, those of added tickets after the others."""
        columns: dict[str, Any] = {
            "ticket": self._ticket,
            "successor": self._successor,
            "delay_ms": self._delay_ms,
            "delay_calendar": self._delay_calendar,
            **self._columns,
        }
        if added is not None and added.tickets:
            columns = added.after(columns, len(self._first), self.total)
        return Visits(**columns)
