"""The engine to be read: SimPy, with one process per ticket that tells its story.

Start at ``_Run.ticket``: it is what happens to a ticket, from top to bottom. ``_Run.visit`` is what
happens in one of its visits. Lines, teams and dispatching are in ``sim.engine.simpy_desk``, the
clock is in ``sim.engine.simpy_clock``, and the rules, which hold for the compiled engine as well,
are in ``sim.engine.rules``.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Generator, Iterator
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.engine.log import Log, Spells
from sim.engine.rules import Ending, Rank
from sim.engine.simpy_clock import Clock, Moment, Tale
from sim.engine.simpy_desk import Floor
from sim.engine.simpy_line import Record, Rule, Ticket, Visit
from sim.workload.desk import NO_PROVIDER, Desk
from sim.workload.journeys import ALWAYS, NEVER_MS, NONE, NOT_YET, SUCCESSORS, Outcome, Workload

COMPLETE, SIGNAL, LEAVE, COME, JOIN = (
    Rank.COMPLETE,
    Rank.SIGNAL,
    Rank.LEAVE,
    Rank.COME,
    Rank.JOIN,
)
DONE, GAVE_UP, LEFT, WITHDRAWN = Outcome

Story = Generator[Moment, Any, None]
ENDINGS = {DONE: Ending.RESOLVED, GAVE_UP: Ending.UNRESOLVED, LEFT: Ending.ABANDONED}


def run(workload: Workload, desk: Desk, rule: Rule | None = None) -> Log:
    """Play a workload on a desk.

    Parameters
    ----------
    workload : Workload
    desk : Desk
    rule : Rule, optional
        A rule of one's own.

    Returns
    -------
    Log
        Without a rule, equal, in every integer, to that of the compiled engine.
    """
    played = _Run(workload, desk)
    played.floor.rule = rule
    return played.log()


class _Signal:
    """A signal, the tickets that it closes, and the visits that are held until it is raised."""

    def __init__(self, count: int) -> None:
        self.missing = count
        self.is_raised = count == 0
        self.closes: list[Ticket] = []
        self.holds: list[Moment] = []


class _Run:
    """One workload on one desk."""

    def __init__(self, workload: Workload, desk: Desk, ties: Iterator[Any] | None = None) -> None:
        tickets, visits = workload.tickets, workload.visits
        self.tickets, self.desk = tickets, desk
        self.clock = Clock(workload.end_ms, ties)
        self.record = Record(len(tickets), len(visits))
        self.floor = Floor(desk, self.clock, self.record)
        self.calendars: list[tuple[list[int], list[int]]] = [
            (opens.tolist(), closes.tolist())
            for opens, closes in zip(desk.calendar_open_ms, desk.calendar_close_ms, strict=True)
        ]
        self.provider_calendar = [queue.calendar for queue in desk.queues]
        self.scheduled: set[int] = set()
        """Visits of side chains: none joins twice, should two chains lead to it."""
        self.signals = [_Signal(count) for count in workload.signal_count.tolist()]

        # Plain lists: one number at a time, they are several times faster than arrays.
        def column(array: NDArray[Any], nothing: int) -> Any:
            return array.tolist() if array.size else [nothing] * len(visits)

        def columns(array: NDArray[Any], nothing: int) -> Any:
            return array.tolist() if array.size else [[nothing] * len(visits)] * SUCCESSORS

        self.queue = visits.queue.tolist()
        self.work_ms = visits.work_ms.tolist()
        self.successor = columns(visits.successor, NONE)
        self.delay_ms = columns(visits.delay_ms, 0)
        self.delay_calendar = columns(visits.delay_calendar, ALWAYS)
        self.patience_ms = column(visits.patience_ms, NEVER_MS)
        self.give_up_ms = column(visits.give_up_ms, NONE)
        self.lot = column(visits.lot, 0)
        self.needs_room = column(visits.needs_room, 0)
        self.awaits = column(visits.awaits, NONE)
        self.raises = column(visits.raises, NONE)
        self.resolves = column(visits.resolves, 0)
        self.is_side = column(visits.is_side, 0)
        self.side_visit = column(visits.side_visit, NONE)
        self.side_delay_ms = column(visits.side_delay_ms, 0)
        self.side_calendar = column(visits.side_calendar, ALWAYS)

    def log(self) -> Log:
        """Play it to the end of the period, and return what was written down."""
        Tale(self.clock, self.roster())
        Tale(self.clock, self.arrivals())
        self.clock.play()
        return _log(self.record)

    # The stories.

    def ticket(self, ticket: Ticket, number: int) -> Story:
        """Tell what happens to a ticket, from its arrival to its end."""
        while True:
            if self.is_held(number):
                yield from self.held(number)
            if not ticket.is_open:
                return
            outcome = yield from self.visit(ticket, number)
            if outcome == WITHDRAWN:
                return
            if ticket.is_closing:
                self.end(ticket, Ending.CLOSED)
                return
            if outcome == DONE and self.resolves[number]:
                self.stop_side_chains(ticket)
            following = self.successor[outcome][number]
            if following == NONE:
                self.end(ticket, ENDINGS[outcome])
                return
            yield self.clock.at(self.joins_ms(number, outcome), JOIN)
            number = following

    def side_chain(self, ticket: Ticket, number: int, joins_ms: int) -> Story:
        """Tell what happens beside the main chain: updates, chasers."""
        begun = ticket.resolutions
        while number not in self.scheduled:
            self.scheduled.add(number)
            yield self.clock.at(joins_ms, JOIN)
            if self.is_held(number):
                yield from self.held(number)
            if not ticket.is_open or ticket.resolutions != begun:
                return
            outcome = yield from self.visit(ticket, number)
            if outcome == WITHDRAWN:
                return
            following = self.successor[outcome][number]
            if following == NONE:
                return
            joins_ms = self.joins_ms(number, outcome)
            number = following

    def visit(self, ticket: Ticket, number: int) -> Generator[Moment, Any, Any]:
        """Tell what happens in one visit: it joins, waits, and is worked on; or it leaves."""
        clock, floor, record = self.clock, self.floor, self.record
        now = clock.now_ms
        line = floor.lines[self.queue[number]]
        visit = Visit(number, ticket, line, now)
        visit.left_ms = visit.asked_ms = self.work_ms[number]
        visit.lot = self.lot[number]
        visit.needs_room = self.needs_room[number]
        visit.give_up_ms = self.give_up_ms[number]
        record.joined_ms[number] = now
        if self.is_side[number]:
            ticket.side.append(visit)
        else:
            ticket.main = visit
        if self.side_visit[number] != NONE:
            self.begin_side_chain(ticket, number)

        calendar = self.provider_calendar[self.queue[number]]
        outcome: Any = None
        if calendar != NO_PROVIDER:
            record.started_ms[number] = now
            done_ms = self.advance(calendar, now, visit.left_ms)
            outcome = yield clock.at(done_ms, COMPLETE, DONE)
        else:
            if self.patience_ms[number] < NEVER_MS:
                floor.lose_at(visit, now + self.patience_ms[number])
            while outcome is None:  # again whenever it was parked
                outcome = yield floor.wait(visit)
                if outcome is None:  # an agent has taken it up
                    outcome = yield visit.work
                    if outcome is not None:
                        floor.free(visit.agent)

        record.finished_ms[number] = clock.now_ms
        record.outcome[number] = outcome
        if self.is_side[number]:
            ticket.side.remove(visit)
        else:
            ticket.main = None
        if outcome == DONE and self.raises[number] != NONE:
            self.count(self.signals[self.raises[number]])
        return outcome

    def arrivals(self) -> Story:
        """Let tickets arrive, each to tell its own story."""
        arrival_ms = self.tickets.arrival_ms.tolist()
        first_visit = self.tickets.first_visit.tolist()
        priority = self.tickets.priority.tolist()
        due_ms = self.tickets.due_ms.tolist() or [0] * len(arrival_ms)
        prevented_by = self.tickets.prevented_by.tolist() or [NONE] * len(arrival_ms)
        closes_on = self.tickets.closes_on.tolist() or [NONE] * len(arrival_ms)
        for number in self.arrival_order():
            yield self.clock.at(arrival_ms[number], JOIN)
            ticket = Ticket(number, priority[number], due_ms[number])
            if prevented_by[number] != NONE and self.signals[prevented_by[number]].is_raised:
                self.end(ticket, Ending.PREVENTED)
                continue
            if closes_on[number] != NONE:
                signal = self.signals[closes_on[number]]
                if signal.is_raised:
                    self.end(ticket, Ending.PREVENTED)
                    continue
                signal.closes.append(ticket)
            Tale(self.clock, self.ticket(ticket, first_visit[number]))

    def arrival_order(self) -> list[int]:
        """Return the numbers of tickets, earliest arrival first."""
        order: list[int] = np.argsort(self.tickets.arrival_ms, kind="stable").tolist()
        return order

    def roster(self) -> Story:
        """Let agents come and leave."""
        desk, floor = self.desk, self.floor
        steps = (desk.step_ms.tolist(), desk.step_agent.tolist(), desk.step_comes.tolist())
        now = None
        for step_ms, number, comes in zip(*steps, strict=True):
            if now != (step_ms, comes):
                now = (step_ms, comes)
                yield self.clock.at(step_ms, COME if comes else LEAVE)
            if comes:
                floor.come(floor.agents[number])
            else:
                floor.leave(floor.agents[number])

    # What stories are made of.

    def is_held(self, number: int) -> bool:
        """Tell whether a visit awaits a signal that is not raised yet."""
        return self.awaits[number] != NONE and not self.signals[self.awaits[number]].is_raised

    def held(self, number: int) -> Story:
        """Wait for the signal that a visit awaits, and then for the time to join."""
        raised = Moment(self.clock)
        self.signals[self.awaits[number]].holds.append(raised)
        yield raised
        yield self.clock.at(self.clock.now_ms, JOIN)

    def count(self, signal: _Signal) -> None:
        """Count a visit done towards a signal, and raise it with the last one."""
        signal.missing -= 1
        if signal.missing == 0:
            self.clock.call(self.clock.now_ms, SIGNAL, partial(self.raise_signal, signal))

    def raise_signal(self, signal: _Signal, _: Moment) -> None:
        """Close the tickets that a signal closes, and let the visits that it holds join."""
        signal.is_raised = True
        for ticket in signal.closes:
            if ticket.is_open:
                if ticket.main is not None and ticket.main.turn is None:
                    ticket.is_closing = True
                else:
                    self.end(ticket, Ending.CLOSED)
        for moment in signal.holds:
            moment.happen()

    def end(self, ticket: Ticket, ending: Ending) -> None:
        """End a ticket, and withdraw its visits that wait."""
        ticket.is_open = False
        self.record.ended_ms[ticket.number] = self.clock.now_ms
        self.record.ending[ticket.number] = ending
        if ticket.main is not None:
            self.floor.remove(ticket.main, WITHDRAWN)
        if ticket.side:
            self.stop_side_chains(ticket)

    def begin_side_chain(self, ticket: Ticket, number: int) -> None:
        """Begin the side chain of a visit that joins."""
        joins_ms = self.advance(
            self.side_calendar[number], self.clock.now_ms, self.side_delay_ms[number]
        )
        Tale(self.clock, self.side_chain(ticket, self.side_visit[number], joins_ms))

    def stop_side_chains(self, ticket: Ticket) -> None:
        """Stop the side chains begun so far, and withdraw their visits that wait."""
        ticket.resolutions += 1
        for visit in ticket.side.copy():
            leaves_now = visit.leaves_ms == self.clock.now_ms and visit.started_ms == NOT_YET
            if visit.turn is not None and not leaves_now:
                self.floor.remove(visit, WITHDRAWN)

    def joins_ms(self, number: int, outcome: Outcome) -> int:
        """Return when the successor of a visit that has just ended joins."""
        delay_ms = self.delay_ms[outcome][number]
        if outcome == LEFT:
            delay_ms = max(delay_ms, 1)  # so that nothing joins after LOSE
        return self.advance(self.delay_calendar[outcome][number], self.clock.now_ms, delay_ms)

    def advance(self, calendar: int, start_ms: int, delay_ms: int) -> int:
        """Tell when a delay is over; ``sim.workload.desk.advance`` on lists."""
        if calendar == ALWAYS or delay_ms == 0:
            return start_ms + delay_ms
        opens, closes = self.calendars[calendar]
        for spell in range(bisect_right(closes, start_ms), len(opens)):
            begin_ms = max(start_ms, opens[spell])
            if begin_ms + delay_ms <= closes[spell]:
                return begin_ms + delay_ms
            delay_ms -= closes[spell] - begin_ms
        return NEVER_MS


def _log(record: Record) -> Log:
    """Turn what was written down into arrays."""
    cut = np.array(record.interrupted, np.int64).reshape(-1, 4)
    cut = cut[np.lexsort((cut[:, 1], cut[:, 0]))]
    return Log(
        ended_ms=np.array(record.ended_ms, np.int64),
        ending=np.array(record.ending, np.int8),
        joined_ms=np.array(record.joined_ms, np.int64),
        started_ms=np.array(record.started_ms, np.int64),
        finished_ms=np.array(record.finished_ms, np.int64),
        outcome=np.array(record.outcome, np.int8),
        agent=np.array(record.agent, np.int32),
        taken_up_ms=np.array(record.taken_up_ms, np.int64),
        interrupted=Spells(
            visit=cut[:, 0].astype(np.int32),
            agent=cut[:, 3].astype(np.int32),
            from_ms=cut[:, 1].copy(),
            to_ms=cut[:, 2].copy(),
        ),
    )
