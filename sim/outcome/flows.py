"""Curves over tickets: how long they took, where they went, what became of them at the first line."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.engine.rules import Ending
from sim.outcome.clocks import Fate
from sim.outcome.curves import ENDS, FATES, TIME_GRID_MS, Arrays, Floats, register_curve
from sim.outcome.facts import Facts
from sim.outcome.resolution import fates
from sim.outcome.service import levels
from sim.outcome.times import first_escalations
from sim.workload.journeys import NOT_YET, Outcome, Times


def ecdf(took_ms: Times) -> Floats:
    """Return the share of some times that each time of the grid is not exceeded by.

    Examples
    --------
    >>> ecdf(np.array([0, 10_000, 10_001, 10**12]))[[0, 1, -1]].tolist()
    [0.5, 0.75, 0.75]
    """
    if not len(took_ms):
        return np.full(len(TIME_GRID_MS), np.nan)
    shares: Floats = within_grid(took_ms) / len(took_ms)
    return shares


def within_grid(took_ms: Times) -> NDArray[np.int64]:
    """Count how many times each time of the grid is not exceeded by."""
    place = np.searchsorted(TIME_GRID_MS, took_ms)
    counts: NDArray[np.int64] = np.cumsum(np.bincount(place, minlength=len(TIME_GRID_MS) + 1)[:-1])
    return counts


@register_curve(
    "response_ecdf",
    label="Response time",
    sentence="Share of the tickets taken up at a tier (at all) within a time from their arrival "
    "there (from their creation).",
    unit="share",
    axes=("tier or all", "time"),
)
def _response_ecdf(facts: Facts) -> Arrays:
    rows = facts.of_counted(facts.first_row)
    rows = rows[rows >= 0]
    lines = [
        (facts.joined_ms[own], facts.taken_up(own, tier))
        for tier, own in enumerate(map(facts.entries, range(len(facts.tiers))))
    ]
    arrival = facts.run.workload.tickets.arrival_ms
    lines.append((arrival[facts.ticket[rows]], facts.taken_up(rows)))
    return {"": np.array([ecdf((to - begin)[to != NOT_YET]) for begin, to in lines])}


@register_curve(
    "resolution_ecdf",
    label="Resolution time",
    sentence="Share of the tickets that a tier (anybody) resolved within a time from their creation.",
    unit="share",
    axes=("tier or all", "time"),
)
def _resolution_ecdf(facts: Facts) -> Arrays:
    rows = facts.resolved_rows
    took = facts.finished_ms[rows] - facts.run.workload.tickets.arrival_ms[facts.ticket[rows]]
    by = facts.tier[rows]
    lines = [ecdf(took[by == tier]) for tier in range(len(facts.tiers))]
    return {"": np.array([*lines, ecdf(took)])}


@register_curve(
    "promise_ecdf",
    label="Time on the clock of a promise",
    sentence="Share of the tickets that would have met a service level, had its target been this "
    "time; at the target it is `service_level`.",
    unit="share",
    axes=("time",),
)
def _promise_ecdf(facts: Facts) -> Arrays:
    found = {}
    for name, level in facts.once(levels).items():
        reading = level.reading
        stopped, elapsed = reading.stopped, reading.elapsed_ms
        met = within_grid(elapsed[stopped])
        running = elapsed[~stopped & (reading.fate == Fate.TIME)]
        certain = np.count_nonzero(stopped | (reading.fate == Fate.MISSED))
        judged = certain + len(running) - within_grid(running)
        found[name] = np.divide(met, judged, out=np.full(len(met), np.nan), where=judged > 0)
    return found


@register_curve(
    "flow",
    label="Where tickets go",
    sentence="How many moves tickets made from tier to tier, bounces and reopenings included; on "
    "the diagonal between teams of a tier.",
    unit="count",
    axes=("from", "to"),
)
def _flow(facts: Facts) -> Arrays:
    tiers = len(facts.tiers)
    shape = (tiers + 2, tiers + len(ENDS))
    # The row before another is the same ticket's, but for the first row of a ticket.
    back = ~facts.opens
    back[1:] &= facts.resolving[:-1]
    moved = facts.opens | back
    moved[1:] |= facts.queue[1:] != facts.queue[:-1]
    rows = np.flatnonzero(moved & facts.row_counts)
    onwards = facts.tier[rows - 1] + np.int16(1)
    source = np.where(facts.opens[rows], 0, np.where(back[rows], tiers + 1, onwards))
    joins = np.bincount(source * shape[1] + facts.tier[rows], minlength=shape[0] * shape[1])
    last = np.flatnonzero((facts.resolving | facts.closes) & facts.row_counts)
    column = np.array(
        [ENDS.index(name) for name in ("open", "resolved", "abandoned", "unresolved", "closed")],
        np.int16,
    )
    ending = np.minimum(facts.run.log.ending[facts.ticket[last]], Ending.CLOSED)
    end = np.where(facts.resolving[last], ENDS.index("resolved"), column[ending])
    leaves = (facts.tier[last] + np.int16(1)) * shape[1] + tiers + end
    count = joins + np.bincount(leaves, minlength=shape[0] * shape[1])
    return {"": count.reshape(shape).astype(np.float64)}


@register_curve(
    "l1_fates",
    label="What became of tickets at the first line",
    sentence="How many tickets the first line resolved, and why it did not resolve the others.",
    unit="count",
    axes=("fate",),
)
def _l1_fates(facts: Facts) -> Arrays:
    fate = facts.once(fates)
    ending = facts.of_counted(facts.run.log.ending)
    heard = np.flatnonzero(facts.outcome != Outcome.LEFT)
    first = facts.per_ticket(facts.first_of_ticket(heard))[facts.whose]
    rows = facts.once(first_escalations)
    hurried = np.zeros(facts.tickets, np.bool_)
    hurried[facts.ticket[rows[facts.outcome[rows - 1] == Outcome.GAVE_UP]]] = True
    left = fate.decided & (fate.highest > 0)
    # The first condition that holds decides, so that every ticket is counted once.
    which = np.select(
        [
            ~fate.began,
            fate.stayed & (first == fate.resolved_row),
            fate.stayed,
            left & ~hurried[facts.whose],
            left,
            ending == Ending.ABANDONED,
            (ending == Ending.UNRESOLVED) | (ending == Ending.CLOSED),
        ],
        list(range(len(FATES) - 1)),
        len(FATES) - 1,
    )
    return {"": np.bincount(which, minlength=len(FATES)).astype(np.float64)}
