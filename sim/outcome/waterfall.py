"""Why a service level was missed: the time of late tickets, split by cause, to the millisecond.

The split covers the elapsed time of every hour from the start of the clock to its stop (or to where
it was read), and its parts add up to it exactly:

queue
    waiting for an agent (or parked) in the hours of the level
closed hours
    the same outside them
work
    touch time, apart from
rework
    its part that repeats what somebody had done
bounce
    queue and touch time of looks that sent the ticket back or on, and of completing its notes
user, vendor, change
    waiting for them; in a provider's hands counts as vendor, and so does its intake
other
    waiting for something else (a caller to call again, an incident)
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.outcome.clocks import Hours, Reading
from sim.outcome.curves import CAUSES, Arrays, register_curve
from sim.outcome.facts import Facts
from sim.outcome.service import levels
from sim.workload.journeys import NONE, NOT_YET, Kind, Times, Wait

_CAUSE = {name: place for place, name in enumerate(CAUSES)}
_OF_WAIT = np.full(len(Wait), _CAUSE["other"])
_OF_WAIT[[Wait.USER, Wait.CHANGE]] = _CAUSE["user"], _CAUSE["change"]
_OF_WAIT[[Wait.VENDOR, Wait.INTAKE]] = _CAUSE["vendor"]
_OF_WAIT[Wait.LYING] = _CAUSE["queue"]
_BOUNCES = (Kind.MISROUTED, Kind.RETURNED, Kind.COMPLETE_NOTES)


def split(facts: Facts, reading: Reading, hours: Hours, which: NDArray[np.bool_]) -> Times:
    """Split the elapsed time of some clocks by cause.

    Parameters
    ----------
    facts : Facts
    reading : Reading
    hours : Hours
        Those of the level.
    which : bool, one per clock
        Which clocks.

    Returns
    -------
    int64, shape (clocks, causes)
    """
    ticket, start, stop = (a[which] for a in (reading.ticket, reading.start_ms, reading.stop_ms))
    clock_of = np.full(facts.tickets, NONE, np.intp)
    clock_of[ticket] = np.arange(len(ticket))
    parts = np.zeros((len(ticket), len(CAUSES)), np.int64)
    rows = np.flatnonzero(clock_of[facts.ticket] != NONE)
    clock = clock_of[facts.ticket[rows]]

    def cut(from_ms: Times, to_ms: Times, own: NDArray[np.intp]) -> tuple[Times, Times]:
        """Cut stretches at the start and the stop of their clocks."""
        low = np.clip(from_ms, start[own], stop[own])
        return low, np.clip(to_ms, low, stop[own])

    def add(own: NDArray[np.intp], cause: NDArray[np.intp] | int, length: Times) -> None:
        np.add.at(parts, (own, np.broadcast_to(cause, own.shape)), length)

    visits, joined = facts.run.workload.visits, facts.joined_ms[rows]
    begun, finished = facts.started_ms[rows], facts.finished_ms[rows]
    done = np.where(finished == NOT_YET, facts.end_ms, finished)
    left_queue = np.where(begun == NOT_YET, done, begun)

    # From the visit before (or the creation) to the joining.
    before = np.where(
        facts.opens[rows],
        facts.run.workload.tickets.arrival_ms[facts.ticket[rows]],
        facts.finished_ms[np.maximum(rows - 1, 0)],
    )
    waits = facts.wait[rows] if len(facts.wait) else np.zeros(len(rows), np.int8)
    low, high = cut(before, joined, clock)
    add(clock, _OF_WAIT[waits], high - low)
    pending = facts.pending[ticket]
    held = np.flatnonzero(pending != NONE)
    if len(held):
        waits = visits.wait[pending[held]] if len(visits.wait) else np.zeros(len(held), np.int8)
        ended = facts.finished_ms[facts.last_row[ticket[held]]]
        low, high = cut(ended, np.full(len(held), facts.end_ms), held)
        add(held, _OF_WAIT[waits], high - low)

    kinds = visits.kind[facts.visit[rows]] if len(visits.kind) else np.zeros(len(rows), np.int8)
    bounces = np.isin(kinds, _BOUNCES)
    queues = np.where(bounces, _CAUSE["bounce"], _CAUSE["queue"])

    # In the queue.
    low, high = cut(joined, left_queue, clock)
    waited = hours.elapsed(low, high)
    add(clock, queues, waited)
    add(clock, _CAUSE["closed hours"], high - low - waited)

    # In hand: a clock never stops in the middle, so that all of a visit's touch time is in or out.
    low, high = cut(left_queue, done, clock)
    inside = (high > low) & (begun != NOT_YET)
    rows, clock, low, high = rows[inside], clock[inside], low[inside], high[inside]
    bounces, queues = bounces[inside], queues[inside]
    outside = facts.at_provider[rows]
    touch = facts.touch_ms[rows]
    add(clock[outside], _CAUSE["vendor"], (high - low)[outside])
    parked = np.where(outside, 0, high - low - touch)
    parked_open = np.zeros_like(parked)
    some = np.flatnonzero(parked)
    if len(some):
        worked = _open_touch_ms(facts, hours, rows[some])
        parked_open[some] = hours.elapsed(low[some], high[some]) - worked
    add(clock, queues, parked_open)
    add(clock, _CAUSE["closed hours"], parked - parked_open)
    again = visits.rework_ms[facts.visit[rows]] if len(visits.rework_ms) else np.zeros_like(touch)
    again = np.where(bounces, 0, np.minimum(again, touch))
    add(clock, _CAUSE["rework"], again)
    add(clock, np.where(bounces, _CAUSE["bounce"], _CAUSE["work"]), touch - again)
    return parts


def _open_touch_ms(facts: Facts, hours: Hours, rows: NDArray[np.intp]) -> Times:
    """Return the touch time of some rows inside some hours."""
    log, visit = facts.run.log, facts.visit[rows]
    begun, finished = log.taken_up_ms[visit], log.finished_ms[visit]
    done = np.where(finished == NOT_YET, facts.end_ms, finished)
    last = hours.elapsed(np.where(begun == NOT_YET, done, begun), done)
    cut = log.interrupted
    before = np.bincount(
        cut.visit, hours.elapsed(cut.from_ms, cut.to_ms), minlength=len(log.joined_ms)
    )
    touch: Times = last + before.astype(np.int64)[visit]
    return touch


@register_curve(
    "waterfall",
    label="Where the time of late tickets went",
    sentence="Elapsed time of the tickets that missed a service level, by cause, in total.",
    unit="duration",
    axes=("cause",),
)
def _waterfall(facts: Facts) -> Arrays:
    found = {}
    for name, level in facts.once(levels).items():
        hours = facts.hours(level.promise.hours)
        parts = split(facts, level.reading, hours, level.reading.late())
        found[name] = parts.sum(axis=0).astype(np.float64)
    return found
