"""What several metrics need to know about a run, worked out once.

The *path* of a ticket is its visits that were made, in order, without the side chain of updates and
chasers. The paths of all tickets that users brought stand one after the other in arrays, ticket by
ticket; ``Facts`` holds these arrays, and those of one row per ticket.

Which tickets count: those that a user brought (``Origin.USER``), that arrived in
``[warm_up_ms, end_ms)``, and that were not prevented. Work that is no contact (crews, projects)
loads the desk and is no ticket here.

A ticket is *resolved* when a visit is done that resolves it; a later visit is a reopening. Where a
metric says "resolved" it means the first resolution, and reopening is counted apart: what a user
was promised was a solution by then, and whether it held is another question.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from sim.engine.rules import Ending
from sim.outcome.clocks import NO_STRETCHES, Hours, Stretches, hours_named
from sim.workload.desk import NO_PROVIDER
from sim.workload.journeys import NONE, NOT_YET, Kind, Origin, Outcome, Times, Wait

if TYPE_CHECKING:
    from sim.outcome.run import Run

Rows = NDArray[np.signedinteger]
"""Positions in the path arrays; ``NONE`` where there is none. Those kept here take 32 bits."""
Flags = NDArray[np.bool_]
Made = TypeVar("Made")

_TIER_BITS = 8
"""Room for a tier beside the ticket in one integer."""


class Facts:
    """Derived arrays of one run.

    Parameters
    ----------
    run : Run

    Attributes
    ----------
    user, counted : bool, one per ticket
        Brought by a user and not prevented; and arrived in the counted period.
    whose : int32
        Numbers of the counted tickets.
    all_count : bool
        Whether every ticket counts.
    visit, ticket, queue, tier : int32, int32, int16, int8, one per row of the paths
        Of all user tickets, counted or not.
    joined_ms, started_ms, finished_ms : int64
        ``NOT_YET`` where not.
    outcome : int8
    opens, closes : bool
        The first and the last row of a ticket.
    """

    def __init__(self, run: Run) -> None:
        self.run = run
        self._made: dict[Any, Any] = {}
        self._hours: dict[str, Hours] = {}
        tickets, visits, log = run.workload.tickets, run.workload.visits, run.log
        self.end_ms, self.warm_up_ms = run.workload.end_ms, run.workload.warm_up_ms
        self.counted_ms = self.end_ms - self.warm_up_ms
        self.tickets = len(tickets)
        self.user = log.ending != Ending.PREVENTED
        if len(tickets.origin):
            self.user &= tickets.origin == Origin.USER
        arrival = tickets.arrival_ms
        self.counted = self.user & (arrival >= self.warm_up_ms) & (arrival < self.end_ms)
        self.whose = np.flatnonzero(self.counted).astype(np.int32)
        self.all_count = len(self.whose) == self.tickets
        # Mostly they are the last ones, in a row: a slice is then a view, and costs nothing.
        in_a_row = len(self.whose) and self.whose[-1] - self.whose[0] == len(self.whose) - 1
        self._those: Any = self.whose
        if in_a_row:
            self._those = slice(int(self.whose[0]), int(self.whose[-1]) + 1)

        made = log.joined_ms != NOT_YET
        if len(visits.is_side):
            made &= ~visits.is_side
        if not self.user.all():
            made &= self.user[visits.ticket]
        visit = np.flatnonzero(made)
        self.visit = visit.astype(np.int32)
        self.ticket = visits.ticket[visit]
        self.queue = visits.queue[visit].astype(np.int16)
        self.tier_of_queue = np.array([q.tier for q in run.desk.queues] or [0], np.int8)
        self.tier = self.tier_of_queue[self.queue]
        self.joined_ms = log.joined_ms[visit]
        self.started_ms = log.started_ms[visit]
        self.finished_ms = log.finished_ms[visit]
        self.outcome = log.outcome[visit]
        self.opens = np.ones(len(self.visit), np.bool_)
        self.opens[1:] = self.ticket[1:] != self.ticket[:-1]
        self.closes = np.ones(len(self.visit), np.bool_)
        self.closes[:-1] = self.opens[1:]

    def once(self, make: Callable[[Facts], Made]) -> Made:
        """Return what a function makes of these facts; it is called once."""
        if make not in self._made:
            self._made[make] = make(self)
        made: Made = self._made[make]
        return made

    def let_go(self, *made: Callable[[Facts], Any] | str) -> None:
        """Forget what was worked out once: by ``once``, or a property of that name.

        Who asks for it all the same has it worked out again.
        """
        for one in made:
            if isinstance(one, str):
                self.__dict__.pop(one, None)
            else:
                self._made.pop(one, None)

    def of_counted(self, per_ticket: NDArray[Any]) -> NDArray[Any]:
        """Return the entries of the counted tickets, in the order of ``whose``; not to be changed."""
        entries: NDArray[Any] = per_ticket[self._those]
        return entries

    @property
    def tiers(self) -> list[str]:
        """The names of the tiers."""
        return list(self.run.scenario.tiers)

    @cached_property
    def row_counts(self) -> Flags:
        """Whether a row belongs to a counted ticket."""
        counts: Flags = self.counted[self.ticket]
        return counts

    def of_kind(self, kind: Kind) -> Rows:
        """Return the rows of a kind, other than plain work, that belong to counted tickets."""
        rows = self._of_kind.get(kind, np.empty(0, np.intp))
        return rows if self.all_count else rows[self.row_counts[rows]]

    @cached_property
    def _of_kind(self) -> dict[int, Rows]:
        """The rows of each kind but plain work, which are few."""
        kinds = self.run.workload.visits.kind
        if not len(kinds):
            return {}
        kind = kinds[self.visit]
        rows = np.flatnonzero(kind)
        kind = kind[rows]
        return {of: rows[kind == of] for of in np.unique(kind).tolist()}

    @cached_property
    def wait(self) -> NDArray[np.int8]:
        """What was waited for before each row (``Wait``); empty if nothing anywhere."""
        waits = self.run.workload.visits.wait
        return waits[self.visit] if len(waits) else waits

    def first_of_ticket(self, rows: Rows) -> Rows:
        """Keep the first row of each ticket; rows ascend."""
        keep = np.ones(len(rows), np.bool_)
        whose = self.ticket[rows]
        keep[1:] = whose[1:] != whose[:-1]
        return rows[keep]

    def per_ticket(self, rows: Rows) -> Rows:
        """Spread rows, at most one a ticket, over all tickets; ``NONE`` for the others."""
        at = np.full(self.tickets, NONE, np.int32)
        at[self.ticket[rows]] = rows
        return at

    @cached_property
    def first_row(self) -> Rows:
        """The first row of each ticket."""
        return self.per_ticket(np.flatnonzero(self.opens))

    @cached_property
    def last_row(self) -> Rows:
        """The last row of each ticket."""
        return self.per_ticket(np.flatnonzero(self.closes))

    @cached_property
    def resolving(self) -> Flags:
        """Whether a row, being done, resolved its ticket."""
        visits = self.run.workload.visits
        ends = visits.successor[Outcome.DONE][self.visit] == NONE
        if len(visits.resolves):
            ends |= visits.resolves[self.visit]
        resolving: Flags = ends & (self.outcome == Outcome.DONE)
        return resolving

    @cached_property
    def resolved_row(self) -> Rows:
        """The row of each ticket that resolved it first; ``NONE`` if none has yet."""
        return self.per_ticket(self.first_of_ticket(np.flatnonzero(self.resolving)))

    @cached_property
    def resolved_ms(self) -> Times:
        """When each ticket was first resolved; ``NOT_YET`` if it was not."""
        at_ms = np.full(self.tickets, NOT_YET, np.int64)
        rows = self.resolved_row[self.resolved_row != NONE]
        at_ms[self.ticket[rows]] = self.finished_ms[rows]
        return at_ms

    @cached_property
    def resolved_rows(self) -> Rows:
        """``resolved_row`` of the counted tickets that were resolved, ascending by ticket."""
        row = self.of_counted(self.resolved_row)
        resolved: Rows = row[row != NONE]
        return resolved

    @cached_property
    def highest(self) -> NDArray[np.int8]:
        """The highest tier that the ticket had reached by each row, that row included."""
        if not len(self.visit):
            return self.tier
        # The ticket in front of the tier: the running maximum starts anew with each ticket.
        place = self.ticket.astype(np.int64) << _TIER_BITS | self.tier
        running = np.maximum.accumulate(place)
        return (running & ((1 << _TIER_BITS) - 1)).astype(np.int8)

    @cached_property
    def escalations(self) -> Rows:
        """Rows of counted tickets with which a ticket came to a tier above all it had been at."""
        up = self.highest[1:] > self.highest[:-1]
        up &= ~self.opens[1:]
        rows = _rows(up) + 1
        return rows if self.all_count else rows[self.counted[self.ticket[rows]]]

    @cached_property
    def reopened(self) -> Rows:
        """Rows of counted tickets that follow a resolution: reopenings."""
        rows = np.flatnonzero(self.resolving[:-1] & ~self.opens[1:]) + 1
        reopened: Rows = rows[self.counted[self.ticket[rows]]]
        return reopened

    @cached_property
    def after_reopening(self) -> Flags:
        """Whether a row of a counted ticket comes after its first resolution."""
        number = np.arange(len(self.visit))
        first = self.resolved_row[self.ticket]
        after: Flags = (first != NONE) & (number > first) & self.row_counts
        return after

    def entries(self, tier: int) -> Rows:
        """Return the rows with which counted tickets first came to a tier."""
        return self._entries[tier]

    @cached_property
    def _entries(self) -> list[Rows]:
        found = []
        for tier in range(len(self.tiers)):
            here = self.tier == tier
            if not self.all_count:
                here &= self.row_counts
            found.append(self.first_of_ticket(_rows(here)))
        return found

    def taken_up(self, rows: Rows, tier: int | None = None) -> Times:
        """Tell when the tickets of rows were first taken up from there on (at the tier).

        Parameters
        ----------
        rows : Rows
            At most one a ticket, ascending.
        tier : int, optional

        Returns
        -------
        int64
            ``NOT_YET`` for those that were not.
        """
        taken = self.started_ms[rows]
        # Only a caller who left, and called again, is taken up at a later visit than the first.
        again = np.flatnonzero(taken == NOT_YET)
        again = again[~self.closes[rows[again]]]
        if len(again):
            rest = self.started_ms != NOT_YET
            if tier is not None:
                rest &= self.tier == tier
            later = np.flatnonzero(rest)
            follow = np.searchsorted(later, rows[again])
            real = follow < len(later)
            found = later[follow[real]]
            same = self.ticket[found] == self.ticket[rows[again[real]]]
            taken[again[real][same]] = self.started_ms[found[same]]
        return taken

    @cached_property
    def pending(self) -> NDArray[np.int32]:
        """The visit that each last row's ticket waits to make, by ticket; ``NONE`` for none.

        Such a ticket waits for its user, a vendor or the like at the end of the period, or did so
        until it was closed with an incident.
        """
        successor = self.run.workload.visits.successor
        to_come = np.full(self.tickets, NONE, np.int32)
        rows = np.flatnonzero(self.closes)
        ending = self.run.log.ending[self.ticket[rows]]
        waits = (ending == Ending.OPEN) | (ending == Ending.CLOSED)
        rows = rows[waits & (self.finished_ms[rows] != NOT_YET)]
        ended = self.outcome[rows]
        goes_on = ended < len(successor)
        rows, ended = rows[goes_on], ended[goes_on]
        to_come[self.ticket[rows]] = successor[ended, self.visit[rows]]
        return to_come

    @cached_property
    def holder(self) -> NDArray[np.int8]:
        """The tier that each ticket was at last, or waits to come to."""
        tier = np.full(self.tickets, NONE, np.int8)
        known = self.last_row != NONE
        tier[known] = self.tier[self.last_row[known]]
        waits = self.pending != NONE
        tier[waits] = self.tier_of_queue[self.run.workload.visits.queue[self.pending[waits]]]
        return tier

    def pauses(self, waits: frozenset[Wait]) -> Stretches:
        """Return when tickets waited for others.

        Returns
        -------
        Stretches
            Of tickets: from the end of a visit to the joining of the next, or to the end of the period.
        """
        known = self.run.workload.visits.wait
        if not len(known) or not waits:
            return NO_STRETCHES
        wanted = np.zeros(len(Wait), np.bool_)
        wanted[list(waits)] = True
        rows = np.flatnonzero(wanted[self.wait] & ~self.opens)
        to_come = np.flatnonzero(self.pending != NONE)
        to_come = to_come[wanted[known[self.pending[to_come]]]]
        return Stretches(
            np.concatenate([self.ticket[rows], to_come.astype(np.int32)]),
            np.concatenate([self.finished_ms[rows - 1], self.finished_ms[self.last_row[to_come]]]),
            np.concatenate([self.joined_ms[rows], np.full(len(to_come), self.end_ms)]),
        )

    @cached_property
    def held_until_ms(self) -> Times:
        """Until when the tier of each row held the ticket.

        To the joining of the next row; to the resolution where the row resolved it; to the end of
        the ticket, or of the period.
        """
        until = np.full(len(self.visit), self.end_ms)
        if len(until):
            until[:-1] = self.joined_ms[1:]
        ends = np.flatnonzero(self.closes)
        over = self.run.log.ended_ms[self.ticket[ends]]
        until[ends] = np.where(over == NOT_YET, self.end_ms, over)
        np.copyto(until, self.finished_ms, where=self.resolving)
        return until

    @cached_property
    def touch_ms(self) -> Times:
        """How long agents have worked on each row's visit; 0 in a provider's queue."""
        log = self.run.log
        begun = log.taken_up_ms[self.visit]
        touch = self.finished_ms.copy()
        touch[touch == NOT_YET] = self.end_ms
        touch -= begun
        touch[begun == NOT_YET] = 0
        cut = log.interrupted
        if len(cut):
            before = np.bincount(
                cut.visit, cut.to_ms - cut.from_ms, minlength=len(log.joined_ms)
            ).astype(np.int64)
            touch += before[self.visit]
        return touch

    @cached_property
    def at_provider(self) -> Flags:
        """Whether a row's queue is a provider's."""
        outside = np.array([q.calendar != NO_PROVIDER for q in self.run.desk.queues] or [False])
        return outside[self.queue]

    def hours(self, name: str) -> Hours:
        """Return named hours of the scenario."""
        if name not in self._hours:
            self._hours[name] = hours_named(self.run.scenario, name)
        return self._hours[name]

    @property
    def business(self) -> Hours:
        """The hours in which users work: those of ``users.hours``."""
        return self.hours(self.run.scenario.users.hours)


def _rows(which: Flags) -> NDArray[np.int32]:
    return np.flatnonzero(which).astype(np.int32)
