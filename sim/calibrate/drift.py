"""Whether the desk changes while tickets come in, and which days foretell the next ones.

Exports drift: a team grows, a tool settles in. Weeks differ beyond chance when the means of the days'
times to resolution (on logarithms) differ between weeks by more than days of one week do (analysis of
variance; Fisher 1925). If they do, a desk that has to foretell may be fitted to the last days alone.
Whether that is better is told without a look at what comes after: each day's times are foretold, a
week ahead, by those of so many days and by those of all days (forward validation; Tashman 2000). The
weeks of a ramp-up, to which no desk is fitted, count here: they show where things are going.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sim.calibrate.figures import WEEK_DAYS
from sim.calibrate.tune import OFFSET_MIN
from sim.intake.export import Export, midnight_ms
from sim.units import DAY, HOUR, MINUTE

UNLIKELY: Final = 0.01
"""Chance of such a difference between weeks where there is none."""
FEWEST_A_DAY: Final = 20
FEWEST_DAYS: Final = 5
"""Days with enough tickets, that are foretold."""
BINS: Final = 30
AHEAD_DAYS: Final = 7
WINDOWS_DAYS: Final = (7, 14, 28, 56, 91)
SURE: Final = 1.645
"""Standard errors by which fewer days have to be better: 95 %, one-sided."""
PRIOR: Final = 0.5


@dataclass(frozen=True)
class Drift:
    """How times to resolution change over the weeks.

    Attributes
    ----------
    weeks : tuple of (date, float)
        The first day of each week, and the geometric mean of the hours to resolution.
    chance : float
        Of weeks that differ so much where there is no drift; NaN where that cannot be told.
    recent : date, optional
        The first of the days that foretell best; all days if absent.
    gain, error : float
        Held-out log-likelihood per ticket by which they do, and its standard error; NaN if not told.
    """

    weeks: tuple[tuple[dt.date, float], ...]
    chance: float
    recent: dt.date | None
    gain: float
    error: float

    @property
    def found(self) -> bool:
        """Whether weeks differ beyond chance."""
        return self.chance < UNLIKELY

    def sentences(self) -> tuple[str, ...]:
        """Say what was found, first of all, to who relies on a prediction."""
        if not self.found:
            return ()
        (first, before), (last, after) = self.weeks[0], self.weeks[-1]
        said = (
            f"The log drifts: tickets of the week of {first} took {_hours(before)} (geometric mean), "
            f"those of the week of {last} {_hours(after)}; without drift, weeks differ so much in "
            f"{100 * self.chance:.1g} % of logs. What comes may be as far off again."
        )
        if self.recent is None:
            which = (
                "The last days alone foretell a week ahead no better, beyond chance, than all do."
            )
        else:
            which = (
                f"The days from {self.recent} on foretell a week ahead better than all do, by "
                f"{self.gain:.3f} of log-likelihood per ticket (standard error {self.error:.3f})."
            )
        return said, which


def _hours(hours: float) -> str:
    return f"{60 * hours:.0f} min" if hours < 1 else f"{hours:.1f} h"


def find_drift(export: Export, last: dt.date) -> Drift:
    """Find drift in the tickets opened up to a day.

    Parameters
    ----------
    export : Export
    last : date
        Of the tickets to be fitted: what comes after it is not looked at.
    """
    first = export.days_opened()[0]
    export = export.between(first, last)
    hours = export.durations_h()
    known = np.isfinite(hours)
    day = (export.tickets.opened_ms[known] - midnight_ms(first, export.zone)) // DAY
    time = np.log(np.maximum(hours[known], 0) * HOUR / MINUTE + OFFSET_MIN)
    days = (last - first).days + 1
    inside = (day >= 0) & (day < days)
    day, time = day[inside], time[inside]
    count = np.bincount(day, minlength=days)
    weeks = []
    for week in range(days // WEEK_DAYS):
        own = day // WEEK_DAYS == week
        if own.any():
            middle = float(np.expm1(time[own].mean() - np.log(OFFSET_MIN)) * OFFSET_MIN)
            weeks.append((first + dt.timedelta(week * WEEK_DAYS), middle * MINUTE / HOUR))
    chance = _chance(day, time, count)
    recent, gain, error = None, float("nan"), float("nan")
    if chance < UNLIKELY:
        window, gain, error = _best_window(day, time, count)
        if window is not None:
            recent = last - dt.timedelta(window - 1)
    return Drift(tuple(weeks), chance, recent, gain, error)


def _chance(day: NDArray[np.int64], time: NDArray[np.float64], count: NDArray[np.int64]) -> float:
    """Return how likely weeks differ so much by chance: days within a week are the noise."""
    from scipy.stats import f_oneway  # noqa: PLC0415 - heavy, and only needed here

    used = np.flatnonzero(count >= FEWEST_A_DAY)
    mean = np.bincount(day, time, minlength=len(count))[used] / count[used]
    groups = [mean[used // WEEK_DAYS == week] for week in np.unique(used // WEEK_DAYS)]
    groups = [group for group in groups if len(group) > 1]
    if len(groups) < 2:  # noqa: PLR2004 - one week differs from none
        return float("nan")
    return float(f_oneway(*groups).pvalue)


def _best_window(
    day: NDArray[np.int64], time: NDArray[np.float64], count: NDArray[np.int64]
) -> tuple[int | None, float, float]:
    """Return so many days as foretell the next one better than all before it; None for all."""
    edges = np.quantile(time, np.linspace(0, 1, BINS + 1)[1:-1])
    table = np.zeros((len(count), BINS))
    np.add.at(table, (day, np.searchsorted(edges, time, side="right")), 1)
    below = np.vstack([np.zeros(BINS), np.cumsum(table, axis=0)])
    best: tuple[int | None, float, float] = (None, float("nan"), float("nan"))
    for window in WINDOWS_DAYS:
        least = window + AHEAD_DAYS + 1
        foretold = [at for at in range(least, len(count)) if count[at] >= FEWEST_A_DAY]
        if len(foretold) < FEWEST_DAYS:
            break
        gains = np.array(
            [
                _likely(table[at], below[at - AHEAD_DAYS] - below[at - AHEAD_DAYS - window])
                - _likely(table[at], below[at - AHEAD_DAYS])
                for at in foretold
            ]
        )
        gain, error = float(gains.mean()), float(gains.std(ddof=1) / np.sqrt(len(gains)))
        if gain > SURE * error and not gain <= best[1]:
            best = (window, gain, error)
    return best


def _likely(seen: NDArray[np.float64], by: NDArray[np.float64]) -> float:
    """Return the log-likelihood per ticket of what was seen, by the shares of other tickets."""
    shares = (by + PRIOR) / (by.sum() + PRIOR * BINS)
    return float((seen * np.log(shares)).sum() / seen.sum())
