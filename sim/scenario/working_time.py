"""Targets in working days as open time: how long a clock may run from each start."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from sim.scenario.calendar import Instants, WorkingDays
from sim.scenario.targets import Target

Passed = Callable[[Instants], Instants]

FOR_EVER_MS = np.iinfo(np.int64).max // 4
"""Longer than any clock runs: a target that lies after the period."""


def allowed(target: Target, days: WorkingDays, passed: Passed, start_ms: Instants) -> Instants:
    """Return how long each clock may run, in the hours of a target in working days.

    Parameters
    ----------
    target : Target
    days : WorkingDays
        The days of those hours.
    passed : callable
        Gives the open time from the start of the period to each instant.
    start_ms : int64, one per clock

    Examples
    --------
    Nine to five on two days, the second one cut at noon; from 10:00 and from before opening:

    >>> day = WorkingDays(np.array([0, 24]), np.array([9, 33]), np.array([17, 36]))
    >>> passed = passed_of(np.array([9, 33]), np.array([17, 36]))
    >>> start = np.array([10, 16, 8])
    >>> allowed(Target.read("1 working day"), day, passed, start).tolist()
    [8, 4, 8]
    >>> allowed(Target.read("end of working day"), day, passed, start).tolist()
    [7, 1, 8]
    >>> allowed(Target.read("end of next working day"), day, passed, start).tolist()
    [10, 4, 11]
    """
    count = len(days.open_ms)
    if not count:
        return np.full(len(start_ms), FOR_EVER_MS, np.int64)
    begun = passed(start_ms)
    if target.ends and target.days:
        due = np.searchsorted(days.midnight_ms, start_ms, side="right")
    else:
        due = np.searchsorted(days.close_ms, start_ms, side="right") + target.days
    known = np.minimum(due, count - 1)
    end = passed(np.maximum(days.close_ms[known], 0))
    if not target.ends:
        own = np.minimum(due - target.days, count - 1)
        into = np.maximum(begun - passed(np.maximum(days.open_ms[own], 0)), 0)
        end = np.minimum(passed(np.maximum(days.open_ms[known], 0)) + into, end)
    return np.where(due < count, end - begun, FOR_EVER_MS)


def passed_of(open_ms: Instants, close_ms: Instants) -> Passed:
    """Return what gives the open time up to an instant, of spells in order.

    Examples
    --------
    >>> passed_of(np.array([9, 33]), np.array([17, 41]))(np.array([0, 10, 20, 34])).tolist()
    [0, 1, 8, 9]
    """
    gone = np.concatenate([[0], np.cumsum(close_ms - open_ms)])

    def passed(at_ms: Instants) -> Instants:
        spell = np.searchsorted(open_ms, at_ms, side="right")
        if not len(open_ms):
            return np.zeros_like(at_ms)
        last = np.maximum(spell - 1, 0)
        inside = np.minimum(at_ms - open_ms[last], close_ms[last] - open_ms[last])
        found: Instants = gone[last] + np.maximum(inside, 0)
        return found

    return passed
