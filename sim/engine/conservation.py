"""The laws that every run keeps, whatever the engine: nothing is lost, nobody is in two places.

Everything is told from the log alone, by arrays, without playing it again:

- *Tickets*: each ended in exactly one way, and as its last visit says, or is open.
- *Visits*: what was not made left nothing behind; what was made happened in order, within the
  period, and ended as it may.
- *Journeys*: each visit that was made is the one that its predecessor names, joined when its delay
  and its signal said; each that should have joined has.
- *Work*: what was done is what was asked, to the millisecond; providers keep their calendars.
- *Agents*: each took up only what their pool serves, began on shift, was never in two places, and
  under PARK was gone when the shift ended.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.engine.laws import hold
from sim.engine.log import Log
from sim.engine.rules import Ending
from sim.engine.whereabouts import check_whereabouts
from sim.workload.desk import LONGEST_SCALED_MS, NO_LIMIT, NO_PROVIDER, USUAL_SPEED, Desk
from sim.workload.journeys import (
    ALWAYS,
    NEVER_MS,
    NONE,
    NOT_YET,
    SUCCESSORS,
    Flags,
    Numbers,
    Outcome,
    Times,
    Workload,
)

_ENDING_AFTER = np.array([Ending.RESOLVED, Ending.UNRESOLVED, Ending.ABANDONED], np.int8)
"""How a ticket ends after ``Outcome`` DONE, GAVE_UP and LEFT of its last visit."""


def check(workload: Workload, desk: Desk, log: Log) -> None:
    """Check that a log keeps the laws of the desk.

    Parameters
    ----------
    workload : Workload
    desk : Desk
    log : Log
        What an engine made of them.

    Raises
    ------
    ConservationError
        If a law is broken, with the first visit, ticket or agent that breaks it.
    """
    run = _Run(workload, desk, log)
    _check_tickets(run)
    if len(workload.visits):
        _check_visits(run)
        _check_journeys(run)
        _check_work(run)
        check_whereabouts(workload, desk, log)


@dataclass(frozen=True)
class _Run:
    workload: Workload
    desk: Desk
    log: Log

    @cached_property
    def at_provider(self) -> Flags | None:
        """Which visits are a provider's; ``None`` when no queue is."""
        is_provider = np.array([queue.calendar != NO_PROVIDER for queue in self.desk.queues])
        return is_provider[self.workload.visits.queue] if is_provider.any() else None

    @cached_property
    def raised_ms(self) -> Times:
        """When each signal was raised, or ``NEVER_MS``."""
        count = self.workload.signal_count
        raised_ms = np.where(count > 0, NEVER_MS, NOT_YET)
        raises = self.workload.visits.raises
        if raises.size:
            done = np.flatnonzero((raises != NONE) & (self.log.outcome == Outcome.DONE))
            for signal in np.unique(raises[done]):
                times = np.sort(self.log.finished_ms[done[raises[done] == signal]])
                if 0 < count[signal] <= len(times):
                    raised_ms[signal] = times[count[signal] - 1]
        return raised_ms

    def signal_ms(self, signal: Numbers) -> Times:
        """When the signal that a column names was raised; ``NEVER_MS`` where it names none."""
        return np.where(signal == NONE, NEVER_MS, self.raised_ms[signal])


# ---- tickets ---------------------------------------------------------------------------------


def _check_tickets(run: _Run) -> None:
    tickets, log, end_ms = run.workload.tickets, run.log, run.workload.end_ms
    is_open = log.ending == Ending.OPEN
    is_prevented = log.ending == Ending.PREVENTED
    hold("ticket", "it ended and is open", is_open != (log.ended_ms == NOT_YET))
    hold("ticket", "it ended before it arrived", ~is_open & (log.ended_ms < tickets.arrival_ms))
    hold("ticket", "it ended after the period", log.ended_ms >= end_ms)
    late = is_prevented & (log.ended_ms != tickets.arrival_ms)
    hold("ticket", "it was prevented, not when it would have arrived", late)
    if not run.workload.signal_count.size:
        hold("ticket", "it was prevented or closed without a signal", log.ending >= Ending.CLOSED)
        return
    raised_ms = np.full(len(tickets), NEVER_MS)
    if tickets.closes_on.size:
        raised_ms = run.signal_ms(tickets.closes_on)
    too_soon = (log.ending == Ending.CLOSED) & (log.ended_ms < raised_ms)
    hold("ticket", "it was closed before its signal was raised", too_soon)
    if tickets.prevented_by.size:
        raised_ms = np.minimum(raised_ms, run.signal_ms(tickets.prevented_by))
    arrives = tickets.arrival_ms < end_ms
    late = arrives & (raised_ms <= tickets.arrival_ms)
    hold("ticket", "it arrived though its problem was fixed, or the reverse", late != is_prevented)


# ---- visits ----------------------------------------------------------------------------------


def _check_visits(run: _Run) -> None:
    log, end_ms = run.log, run.workload.end_ms
    joined, started, finished = log.joined_ms, log.started_ms, log.finished_ms
    taken_up, outcome = log.taken_up_ms, log.outcome
    # Without a sign, "not yet" is later than every time: what has happened stands before it.
    late = _unsigned(started) < _unsigned(joined)
    hold("visit", "it started before it joined", late)
    late = _unsigned(taken_up) < _unsigned(started)
    hold("visit", "it was taken up before it started", late)
    other = started != _first_spell_ms(log)
    if run.at_provider is not None:
        other &= ~run.at_provider
    hold("visit", "it started, and nobody began to work on it then", other)
    latest = np.maximum(np.maximum(joined, started), taken_up)
    late = _unsigned(finished) < _unsigned(latest)
    hold("visit", "it was over before it had begun", late)
    np.maximum(latest, finished, out=latest)
    hold("visit", "it went on after the period", latest >= end_ms)
    is_over = finished != NOT_YET
    hold("visit", "it is over without an outcome", is_over != (outcome != NOT_YET))
    has_agent = taken_up != NOT_YET
    hold("visit", "somebody works on it who does not", has_agent != (log.agent != NONE))

    is_worked = has_agent if run.at_provider is None else has_agent | run.at_provider
    unworked = is_over & ~is_worked
    hold("visit", "it was done, and nobody did it", unworked & (outcome < Outcome.LEFT))
    has_left = (outcome == Outcome.LEFT) & ~_turned_away(run)
    has_started = started != NOT_YET
    hold("visit", "it left after it had been taken up", has_left & has_started)
    patience = run.workload.visits.patience_ms
    if not patience.size:
        hold("visit", "it left, and had all patience", has_left)
        return
    leaves_ms = joined + patience
    hold("visit", "it left before its time", has_left & (finished != leaves_ms))
    stayed = np.where(has_started, started, np.where(is_over, NOT_YET, end_ms - 1))
    too_long = (stayed >= leaves_ms) & (joined != NOT_YET)
    if run.at_provider is not None:
        too_long &= ~run.at_provider
    hold("visit", "it stayed beyond its patience", too_long)


def _turned_away(run: _Run) -> Flags:
    """Tell which visits left at once, as they may where there is no room."""
    visits, log = run.workload.visits, run.log
    if not visits.needs_room.size:
        return np.zeros(len(visits), np.bool_)
    has_limit = np.array([queue.room != NO_LIMIT for queue in run.desk.queues])[visits.queue]
    left_at_once = (log.outcome == Outcome.LEFT) & (log.finished_ms == log.joined_ms)
    turned: Flags = left_at_once & has_limit & visits.needs_room
    return turned


def _asked_ms(run: _Run) -> Times:
    """Return how long the work of each visit takes for whoever took it up first."""
    work_ms, speeds = run.workload.visits.work_ms, run.desk.agent_speed
    if not speeds.size:
        return work_ms
    first, cut = run.log.agent.copy(), run.log.interrupted
    order = np.lexsort((-cut.from_ms, cut.visit))
    first[cut.visit[order]] = cut.agent[order]
    speed = np.where(first == NONE, USUAL_SPEED, speeds[first]).astype(np.int64)
    scaled = np.maximum((work_ms % (1 << 51) * USUAL_SPEED + speed // 2) // speed, 1)
    return np.where(work_ms > LONGEST_SCALED_MS, work_ms, scaled)


def _first_spell_ms(log: Log) -> Times:
    """Return when the first spell of each visit began."""
    cut = log.interrupted
    if not len(cut):
        return log.taken_up_ms
    first_ms = log.taken_up_ms.copy()
    # Backwards, so that the first of a visit's spells is written last.
    first_ms[cut.visit[::-1]] = cut.from_ms[::-1]
    return first_ms


def _unsigned(times: Times) -> NDArray[np.uint64]:
    return times.view(np.uint64)


# ---- journeys --------------------------------------------------------------------------------


def _check_journeys(run: _Run) -> None:
    """Check that whatever joined was due then, and that whatever was due joined."""
    workload, log = run.workload, run.log
    tickets, visits = workload.tickets, workload.visits
    over = np.flatnonzero((log.outcome >= Outcome.DONE) & (log.outcome < SUCCESSORS))
    outcome = log.outcome[over]
    after = visits.successor.ravel()[outcome * np.int64(len(visits)) + over]
    last, on = np.flatnonzero(after == NONE), np.flatnonzero(after != NONE)

    due_ms = tickets.arrival_ms
    if workload.signal_count.size:
        due_ms = np.where(log.ending == Ending.PREVENTED, NEVER_MS, due_ms)
    joined = _check_joining(run, tickets.first_visit, due_ms)
    joined += _check_joining(run, after[on], _joins_ms(run, over[on], outcome[on]))
    made = int(np.count_nonzero(log.joined_ms != NOT_YET))
    if visits.side_visit.size:
        begins = np.flatnonzero((visits.side_visit != NONE) & (log.joined_ms != NOT_YET))
        begun = visits.side_visit[begins]
        # Two chains may lead to one side visit; it joins by the one that came first.
        leads = np.bincount(np.concatenate([after[on], begun]), minlength=len(visits)) > 1
        once = np.flatnonzero(~leads[begun])
        joined += _check_joining(run, begun[once], _side_joins_ms(run, begins[once]))
        made -= int(np.count_nonzero(leads & (log.joined_ms != NOT_YET)))
        joined -= int(np.count_nonzero(leads[after[on]] & (log.joined_ms[after[on]] != NOT_YET)))
    if joined != made:
        led = np.zeros(len(visits), np.bool_)
        led[tickets.first_visit] = True
        led[after[on]] = True
        if visits.side_visit.size:
            led[visits.side_visit[begins]] = True
        hold("visit", "it joined, and nothing led to it", (log.joined_ms != NOT_YET) & ~led)
    if visits.is_side.size or workload.signal_count.size:
        late = log.joined_ms > _ended_ms(run, visits.ticket)
        hold("visit", "it joined a ticket that had ended", late)
        _check_stops(run)

    # A ticket ends with the last visit of its main chain.
    last, how = over[last], _ENDING_AFTER[outcome[last]]
    if visits.is_side.size:
        main = np.flatnonzero(~visits.is_side[last])
        last, how = last[main], how[main]
    ticket = visits.ticket[last]
    wrong = log.ending[ticket] != how
    if workload.signal_count.size:
        wrong &= log.ending[ticket] != Ending.CLOSED
    wrong |= log.ended_ms[ticket] != log.finished_ms[last]
    hold("ticket", "it did not end with its last visit", wrong, ticket)
    ends_itself = (log.ending >= Ending.RESOLVED) & (log.ending <= Ending.UNRESOLVED)
    ends_itself[ticket] = False
    hold("ticket", "it ended, and had not come to its last visit", ends_itself)


def _check_stops(run: _Run) -> None:
    """Check that visits were withdrawn, and tickets closed, when something said so."""
    visits, log, closes_on = run.workload.visits, run.log, run.workload.tickets.closes_on
    span = run.workload.end_ms
    is_main = ~visits.is_side if visits.is_side.size else np.ones(len(visits), np.bool_)

    withdrawn = np.flatnonzero(log.outcome == Outcome.WITHDRAWN)
    ticket, at_ms = visits.ticket[withdrawn].astype(np.int64), log.finished_ms[withdrawn]
    ends = log.ended_ms[ticket] == at_ms
    ends &= ~is_main[withdrawn] | (log.ending[ticket] == Ending.CLOSED)
    if visits.resolves.size:
        loses = np.zeros(len(log.ending), np.bool_)
        loses[ticket] = True
        solved = np.flatnonzero(visits.resolves & (log.outcome == Outcome.DONE))
        solved = solved[loses[visits.ticket[solved]]]
        times = visits.ticket[solved].astype(np.int64) * span + log.finished_ms[solved]
        ends |= ~is_main[withdrawn] & np.isin(ticket * span + at_ms, times)
    hold("visit", "it was withdrawn, and its ticket went on", ~ends, withdrawn)

    closed = np.flatnonzero(log.ending == Ending.CLOSED)
    if len(closed):
        of_closed = (log.ending == Ending.CLOSED)[visits.ticket]
        done = np.flatnonzero(of_closed & is_main & (log.finished_ms != NOT_YET))
        times = visits.ticket[done].astype(np.int64) * span + log.finished_ms[done]
        by_signal = log.ended_ms[closed] == run.signal_ms(closes_on[closed])
        by_visit = np.isin(closed * span + log.ended_ms[closed], times)
        hold("ticket", "it was closed when nothing said so", ~by_signal & ~by_visit, closed)


def _check_joining(run: _Run, visit: NDArray[Any], due_ms: Times) -> int:
    """Check that visits joined when they were due, and count those that did."""
    log, visits = run.log, run.workload.visits
    if visits.awaits.size:
        signal = visits.awaits[visit]
        held = np.flatnonzero(signal != NONE)
        due_ms = due_ms.copy()
        due_ms[held] = np.maximum(due_ms[held], run.raised_ms[signal[held]])
    joined_ms = log.joined_ms[visit]
    other = np.flatnonzero(joined_ms != due_ms)
    has_joined = joined_ms[other] != NOT_YET
    hold("visit", "it joined when nothing said so", has_joined, visit[other])
    # Those that did not join were due after the end of their ticket, or of the period; or they
    # belong to a side chain that has stopped.
    missing = visit[other]
    open_until_ms = np.minimum(_ended_ms(run, visits.ticket[missing]), run.workload.end_ms)
    is_lost = due_ms[other] < open_until_ms
    if visits.is_side.size:
        is_lost &= ~visits.is_side[missing]
    hold("visit", "it was due, its ticket was open, and it never joined", is_lost, missing)
    return len(visit) - len(other)


def _ended_ms(run: _Run, ticket: Numbers) -> Times:
    """Return when tickets ended, ``NEVER_MS`` for open ones."""
    ended_ms = run.log.ended_ms[ticket]
    return np.where(ended_ms == NOT_YET, NEVER_MS, ended_ms)


def _joins_ms(run: _Run, before: NDArray[Any], way: NDArray[np.int8]) -> Times:
    """Return when the successor of each visit is due to join."""
    visits = run.workload.visits
    start_ms: Times = run.log.finished_ms[before]
    if visits.delay_ms.size:
        delay_ms: Times = visits.delay_ms[way, before]
        delay_ms = np.where(way == Outcome.LEFT, np.maximum(delay_ms, 1), delay_ms)
    else:
        delay_ms = (way == Outcome.LEFT).astype(np.int64)
    if not visits.delay_calendar.size:
        return start_ms + delay_ms
    return _advance(run.desk, visits.delay_calendar[way, before], start_ms, delay_ms)


def _side_joins_ms(run: _Run, begins: NDArray[Any]) -> Times:
    """Return when the side chain of each visit is due to join."""
    visits = run.workload.visits
    start_ms: Times = run.log.joined_ms[begins]
    if not visits.side_delay_ms.size:
        return start_ms
    delay_ms: Times = visits.side_delay_ms[begins]
    if not visits.side_calendar.size:
        return start_ms + delay_ms
    return _advance(run.desk, visits.side_calendar[begins], start_ms, delay_ms)


def _advance(desk: Desk, calendar: NDArray[Any], start_ms: Times, delay_ms: Times) -> Times:
    """Tell when delays are over; ``sim.workload.desk.advance`` on arrays."""
    over_ms: Times = start_ms + delay_ms
    for number in np.unique(calendar[calendar != ALWAYS]):
        opens, closes = desk.calendar_open_ms[number], desk.calendar_close_ms[number]
        rows = np.flatnonzero((calendar == number) & (delay_ms > 0))
        if not len(opens):
            over_ms[rows] = NEVER_MS
            continue
        opened_ms = np.cumsum(closes - opens)
        spell = np.searchsorted(closes, start_ms[rows], side="right")
        known = np.minimum(spell, len(opens) - 1)
        # Open time from the start of the calendar to the end of the delay.
        until_ms = opened_ms[known] - (closes[known] - np.maximum(start_ms[rows], opens[known]))
        until_ms += delay_ms[rows]
        last = np.searchsorted(opened_ms, until_ms, side="left")
        is_never = (spell == len(opens)) | (last == len(opens))
        last[is_never] = 0
        over_ms[rows] = np.where(is_never, NEVER_MS, closes[last] - (opened_ms[last] - until_ms))
    return over_ms


# ---- work ------------------------------------------------------------------------------------


def _check_work(run: _Run) -> None:
    workload, log = run.workload, run.log
    visits, cut = workload.visits, log.interrupted
    is_done, gave_up = log.outcome == Outcome.DONE, log.outcome == Outcome.GAVE_UP
    asked_ms = _asked_ms(run)
    worked_ms = log.finished_ms - log.taken_up_ms
    if len(cut):
        np.add.at(worked_ms, cut.visit, cut.to_ms - cut.from_ms)
    wrong = is_done & (worked_ms != asked_ms)
    if run.at_provider is not None:
        wrong &= ~run.at_provider
    hold("visit", "it was done, with more or less work than asked", wrong)

    in_hand = np.flatnonzero((log.taken_up_ms != NOT_YET) & (log.finished_ms == NOT_YET))
    most_ms = asked_ms[in_hand]
    if not visits.give_up_ms.size:
        hold("visit", "it gave up, and had no time-box", gave_up)
    else:
        rows = np.flatnonzero(gave_up)
        fits = np.zeros(len(rows), np.bool_)
        for limits_ms in zip(*((q.box_ms, q.short_box_ms) for q in run.desk.queues), strict=True):
            limit_ms = np.array(limits_ms, np.int64)[visits.queue]
            given_up_ms = np.maximum(limit_ms + visits.give_up_ms, 1)
            fits |= (asked_ms > limit_ms)[rows] & (worked_ms == given_up_ms)[rows]
            boxed = visits.give_up_ms[in_hand] != NONE
            most_ms = np.where(boxed, np.maximum(most_ms, given_up_ms[in_hand]), most_ms)
        hold(
            "visit",
            "it gave up, not at its time-box",
            ~fits | (visits.give_up_ms[rows] == NONE),
            rows,
        )
    # What is in hand at the end of the period is not overdue.
    so_far_ms = workload.end_ms - NOT_YET + worked_ms[in_hand]
    hold("visit", "it is in hand, and should be done", so_far_ms > most_ms, in_hand)

    if run.at_provider is not None:
        rows = np.flatnonzero(run.at_provider & (log.joined_ms != NOT_YET))
        calendars = np.array([queue.calendar for queue in run.desk.queues], np.int32)
        calendar = calendars[visits.queue[rows]]
        due_ms = _advance(run.desk, calendar, log.joined_ms[rows], asked_ms[rows])
        due_ms[due_ms >= workload.end_ms] = NOT_YET
        wrong = (log.finished_ms[rows] != due_ms) | (log.started_ms[rows] != log.joined_ms[rows])
        hold("visit", "its provider did not keep to the calendar", wrong, rows)
