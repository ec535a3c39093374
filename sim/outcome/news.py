"""The clock of promised status updates: how long a user goes without news.

It reads the longest time without news: from the start to the first news, from news to news, and
from the last news to the resolution (or to the end). *News* are a status update that is done, and
the moments at which the user is asked something. The answer to a chaser is none: an update that the
user had to ask for was not sent. The promise is kept when no such time is longer than the target.
Hours and pauses act as in every clock (``clocks``).
"""

from __future__ import annotations

import numpy as np

from sim.outcome.clocks import NO_STRETCHES, Clocks, Hours, Reading, Stretches
from sim.outcome.facts import Facts
from sim.workload.journeys import NOT_YET, Kind, Outcome, Times, Wait


def news(facts: Facts) -> Stretches:
    """Return when users heard of their tickets, as stretches without length."""
    visits, log = facts.run.workload.visits, facts.run.log
    asked = facts.pauses(frozenset({Wait.USER}))
    whose, when = [asked.whose], [asked.from_ms]
    if len(visits.kind):
        told = np.flatnonzero((visits.kind == Kind.UPDATE) & (log.outcome == Outcome.DONE))
        whose.append(visits.ticket[told])
        when.append(log.finished_ms[told])
    at_ms = np.concatenate(when)
    return Stretches(np.concatenate(whose), at_ms, at_ms)


def longest_silence(
    clocks: Clocks,
    hours: Hours,
    within_ms: int | Times,
    pauses: Stretches,
    told: Stretches,
    *,
    solved: Stretches = NO_STRETCHES,
) -> Reading:
    """Read clocks that news (or reopenings) set back to 0.

    Parameters
    ----------
    clocks : Clocks
    hours : Hours
    within_ms : int or int64, one per clock
    pauses, told : Stretches
        Of any tickets, in any order.
    solved : Stretches
        Likewise: what no clock counts, with or without pauses.

    Returns
    -------
    Reading
        Its elapsed time is the longest without news.

    Examples
    --------
    >>> clocks = Clocks(np.array([5]), np.array([0]), np.array([100]), np.array([100]))
    >>> told = Stretches(np.array([5]), np.array([30]), np.array([30]))
    >>> pauses = Stretches(np.array([5]), np.array([60]), np.array([80]))
    >>> reading = longest_silence(clocks, Hours.always(), 60, pauses, told)
    >>> reading.elapsed_ms.tolist(), reading.running_ms.tolist()
    ([50], [70])
    """
    stopped = clocks.stop_ms != NOT_YET
    stop_ms = np.where(stopped, clocks.stop_ms, clocks.until_ms)
    count = len(clocks.ticket)
    pauses = _own(clocks, stop_ms, pauses)
    told = _own(clocks, stop_ms, told)
    solved = _own(clocks, stop_ms, solved)
    number = np.arange(count)
    # Every instant at which something changes, clock by clock: between two of them a clock runs or
    # stands, and belongs to one silence.
    clock = np.concatenate(
        [number, number, told.whose, *[pauses.whose] * 2, *[solved.whose] * 2],
    )
    at_ms = np.concatenate(
        [clocks.start_ms, stop_ms, told.from_ms, *pauses[1:], *solved[1:]],
    )
    lengths = [len(number)] * 2 + [len(told.whose)]
    lengths += [len(pauses.whose)] * 2 + [len(solved.whose)] * 2
    breaks = np.repeat([True, False, True, False, False, False, False], lengths)
    stands = np.repeat([0, 0, 0, 1, -1, 0, 0], lengths)
    never = np.repeat([0, 0, 0, 0, 0, 1, -1], lengths)
    order = np.lexsort((at_ms, clock))
    clock, at_ms = clock[order], at_ms[order]
    same = clock[1:] == clock[:-1]
    counts = same & (np.cumsum(never[order])[:-1] <= 0)
    between = np.where(counts, hours.elapsed(at_ms[:-1], at_ms[1:]), 0)
    moving = np.where(np.cumsum(stands[order])[:-1] > 0, 0, between)
    silence = np.cumsum(breaks[order])[:-1]
    longest = []
    for length in (moving, between):
        each = np.bincount(silence, length) if len(silence) else np.zeros(1)
        top = np.zeros(count, np.int64)
        np.maximum.at(top, clock[:-1], each.astype(np.int64)[silence])
        longest.append(top)
    return Reading(
        *(clocks.ticket, clocks.start_ms, stop_ms, stopped),
        *(longest[0], longest[1], within_ms, clocks.fates),
    )


def _own(clocks: Clocks, stop_ms: np.ndarray, stretches: Stretches) -> Stretches:
    """Keep stretches of the clocks' tickets, cut at start and stop; ``whose`` becomes the clock."""
    most = max(clocks.ticket.max(initial=-1), stretches.whose.max(initial=-1))
    clock_of = np.full(most + 1, -1, np.intp)
    clock_of[clocks.ticket] = np.arange(len(clocks.ticket))
    clock = clock_of[stretches.whose]
    ours = clock >= 0
    clock, from_ms, to_ms = clock[ours], stretches.from_ms[ours], stretches.to_ms[ours]
    inside = (to_ms >= clocks.start_ms[clock]) & (from_ms <= stop_ms[clock])
    clock, from_ms, to_ms = clock[inside], from_ms[inside], to_ms[inside]
    return Stretches(
        clock,
        np.maximum(from_ms, clocks.start_ms[clock]),
        np.minimum(to_ms, stop_ms[clock]),
    )
