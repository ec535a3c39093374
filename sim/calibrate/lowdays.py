"""Days on which fewer tickets came than chance explains.

Each working day is held against the same weekdays of the weeks around it (their median: volume may grow or
fall). A low day has less than half of that, and so few that chance leaves less than one in a hundred of
finding any such day among all that were looked at (Bonferroni): by a Poisson law or, where days differ by
more than that, a negative binomial of the same spread. A few such days in a row are holidays; a longer run
is a gap in the export, or a desk that was shut.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sim.calibrate.figures import WEEK_DAYS, WORKING_DAYS

LOW: Final = 0.5
"""Part of the usual tickets below which a day may be low."""
CHANCE: Final = 0.01
"""Of calling any day low where none is, over all days looked at."""
AROUND_WEEKS: Final = 6
"""Weeks before and after whose same days tell what is usual."""
FEWEST: Final = 4
"""… of these; with fewer, all working days around tell."""
LONGEST: Final = 3
"""Working days in a row that can be holidays."""


@dataclass(frozen=True)
class LowDays:
    """Days on which hardly any tickets came.

    Attributes
    ----------
    single : tuple of date
        Taken for holidays.
    gaps : tuple of (date, date)
        The first and last day of each longer run.
    """

    single: tuple[dt.date, ...]
    gaps: tuple[tuple[dt.date, dt.date], ...]

    def in_gaps(self) -> tuple[dt.date, ...]:
        """Return the days of all gaps, weekends between them included."""
        return tuple(
            begin + dt.timedelta(n)
            for begin, end in self.gaps
            for n in range((end - begin).days + 1)
        )


def find_low_days(counts: NDArray[np.int64], first: dt.date) -> LowDays:
    """Find the working days on which fewer tickets came than chance explains.

    Parameters
    ----------
    counts : int64 array
        Tickets opened on each day.
    first : date
        The first of them.
    """
    weekday = (np.arange(len(counts)) + first.weekday()) % WEEK_DAYS
    working = np.flatnonzero(weekday < WORKING_DAYS)
    if not len(working):
        return LowDays((), ())
    usual = np.array([_usual(counts, weekday, int(day)) for day in working])
    few = _beyond_chance(counts[working].astype(np.float64), usual)
    runs = np.split(working[few], np.flatnonzero(np.diff(np.flatnonzero(few)) > 1) + 1)
    days = [[first + dt.timedelta(int(day)) for day in run] for run in runs if len(run)]
    return LowDays(
        tuple(day for run in days if len(run) <= LONGEST for day in run),
        tuple((run[0], run[-1]) for run in days if len(run) > LONGEST),
    )


def _usual(counts: NDArray[np.int64], weekday: NDArray[np.int64], day: int) -> float:
    """Return the usual tickets of a day, by those around it."""
    same = np.arange(day % WEEK_DAYS, len(counts), WEEK_DAYS)
    near = same[(np.abs(same - day) <= AROUND_WEEKS * WEEK_DAYS) & (same != day)]
    if len(near) < FEWEST:
        around = np.arange(len(counts))
        near = around[
            (np.abs(around - day) <= AROUND_WEEKS * WEEK_DAYS)
            & (around != day)
            & (weekday < WORKING_DAYS)
        ]
    return float(np.median(counts[near])) if len(near) else 0.0


def _beyond_chance(count: NDArray[np.float64], usual: NDArray[np.float64]) -> NDArray[np.bool_]:
    from scipy.stats import nbinom, poisson  # noqa: PLC0415 - heavy, and only needed here

    low = count < LOW * usual
    rest = ~low & (usual > 0)
    spread = 0.0
    if rest.any():
        # What the days that are not low vary beyond Poisson, as a part of their mean.
        beyond = ((count - usual) ** 2 - usual)[rest].sum() / (usual[rest] ** 2).sum()
        spread = max(float(beyond), 0.0)
    mean = np.maximum(usual, 1e-9)
    if spread > 0:
        size = 1 / spread
        chance = nbinom.cdf(count, size, size / (size + mean))
    else:
        chance = poisson.cdf(count, mean)
    return np.asarray(low & (chance * len(count) < CHANCE))
