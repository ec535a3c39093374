"""Local hours, days and weeks of a period, and how much of something lies in each.

Cells are the elapsed hours since the start of the period; each belongs to an hour of the local
week and to a local day. A change of the clocks makes a day of 23 or 25 cells.
"""

from __future__ import annotations

import datetime as dt
import zoneinfo
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.scenario.calendar import hour_of_week, local_days, start_instant
from sim.scenario.model import Period
from sim.units import HOUR, HOURS_PER_WEEK, SECOND
from sim.workload.journeys import Times

if TYPE_CHECKING:
    from sim.outcome.facts import Facts

Floats = NDArray[np.float64]
_WEEK_DAYS = 7


@lru_cache(maxsize=64)
def week_edges(period: Period) -> Times:
    """Return the starts of the whole weeks of the counted period, and the end of the last.

    A week is seven local days, so that one in which the clocks change lasts an hour more or less.

    Returns
    -------
    int64, read-only
        One more than there are weeks; in ms since the start of the period.

    Examples
    --------
    >>> march = Period(start=dt.date(2026, 3, 25), length="15 d", warm_up=0, time_zone="Europe/Paris")
    >>> (week_edges(march) // HOUR).tolist()
    [0, 167, 335]
    """
    start = start_instant(period.start, period.time_zone)
    zone = zoneinfo.ZoneInfo(period.time_zone)
    local = (start + dt.timedelta(milliseconds=period.warm_up)).astimezone(zone)
    found: list[int] = []
    while True:
        # Adding days to a local time moves the hands of the clock, not the hours that pass.
        passed = (local + dt.timedelta(days=_WEEK_DAYS * len(found))).astimezone(dt.UTC) - start
        at = round(passed.total_seconds() * SECOND)
        if at > period.length:
            break
        found.append(at)
    starts = np.array(found, np.int64)
    starts.flags.writeable = False
    return starts


def weeks(period: Period) -> int:
    """Return how many whole weeks are counted."""
    return max(len(week_edges(period)) - 1, 0)


def week_of(facts: Facts) -> NDArray[np.intp]:
    """Return the week in which each ticket was created.

    Those of the warm-up, and of the rest at the end, have the number of weeks.
    """
    starts = week_edges(facts.run.scenario.period)
    arrival = facts.run.workload.tickets.arrival_ms
    if not len(starts):
        return np.zeros(len(arrival), np.intp)
    week = np.searchsorted(starts, arrival, side="right") - 1
    return np.where(week < 0, len(starts) - 1, week)


def cells(period: Period) -> tuple[NDArray[np.int16], NDArray[np.int32]]:
    """Return the hour of the local week and the local day of each elapsed hour of the period."""
    where = (period.start, period.length, period.time_zone)
    return hour_of_week(*where), local_days(*where)


def edges(end_ms: int) -> Times:
    """Return the bounds of the cells; the last one is the end of the period.

    A period without length has one cell, without length.
    """
    return np.append(np.arange(0, max(end_ms, 1), HOUR, dtype=np.int64), end_ms)


def occupied(bounds: Times, from_ms: Times, to_ms: Times) -> Times:
    """Return how much of some stretches lies in each cell, summed over the stretches.

    Parameters
    ----------
    bounds : int64
        Ascending from 0; cell i is ``[bounds[i], bounds[i + 1])``. The last cell may be shorter than
        the others, which are of one length.
    from_ms, to_ms : int64
        From 0 to the last bound; ``to_ms`` at least ``from_ms``.

    Returns
    -------
    int64
        One per cell; divided by a cell's length it is the mean number at once.

    Examples
    --------
    >>> occupied(np.array([0, 10, 20, 30]), np.array([5, 12]), np.array([25, 14])).tolist()
    [5, 12, 5]
    """
    return _after(bounds, from_ms) - _after(bounds, to_ms)


def _after(bounds: Times, at_ms: Times) -> Times:
    """Return how much of each cell comes after each instant, summed over the instants."""
    count = len(bounds) - 1
    cell = at_ms // max(bounds[1], 1)
    into_ms = at_ms - bounds[cell]
    # Sums of whole milliseconds below 2^53 are exact in doubles.
    spent = np.bincount(cell, into_ms, minlength=count)[:count].astype(np.int64)
    begun = np.cumsum(np.bincount(cell, minlength=count)[:count])
    after: Times = begun * np.diff(bounds) - spent
    return after


def by_hour_of_week(values: Times, hour: NDArray[np.int16], first: int, bounds: Times) -> Floats:
    """Average time-weighted values of cells by hour of the week, from cell ``first`` on.

    Returns
    -------
    float64, shape (168,)
        The mean number at once; NaN for an hour that the period does not have.
    """
    length = np.diff(bounds)[first:]
    total = np.bincount(hour[first:], values[first:], minlength=HOURS_PER_WEEK)
    return divided(total, np.bincount(hour[first:], length, minlength=HOURS_PER_WEEK))


def divided(total: NDArray[Any], by: NDArray[Any]) -> Floats:
    """Divide where there is something to divide by; NaN elsewhere."""
    result: Floats = np.divide(
        total, by, out=np.full(np.shape(total), np.nan), where=np.asarray(by) > 0
    )
    return result
