"""Fit the demand: how many tickets come, when, and how much days differ.

*Profile.* Tickets by hour of the local week. With few weeks the hours of one weekday are noisy, so
each day's own shape is drawn towards that of all working days (or both weekend days), the more so
the fewer tickets it rests on.

*Busyness.* Counts of the same weekday vary more than a Poisson process allows. If the rate of a day
is multiplied by a random factor of mean 1 and coefficient of variation c, the variance of its count
is m + c² m²: the first m is chance, what is beyond it is busyness (method of moments; Jongbloed &
Koole 2001; Avramidis, Deslauriers & L'Ecuyer 2004).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sim.calibrate.datapage import LEAST_A_DAY, daily_counts
from sim.calibrate.figures import WEEK_DAYS, WORKING_DAYS, local_hour
from sim.calibrate.parameters import NORMAL_95, Parameter
from sim.calibrate.trend import Trend, fit_trend
from sim.intake.export import Export, midnight_ms
from sim.units import DAY, HOURS_PER_WEEK

HOURS: Final = 24
SHRINK_TICKETS: Final = 200.0
"""A weekday's own shape weighs as much as the common one at this many tickets."""
FEWEST_DAYS: Final = 3
"""Days beyond one of each weekday that are needed before busyness can be told."""
SHORTEST_TREND_DAYS: Final = 182
"""A trend over less than half a year is taken for a season or for chance."""
LEAST_GROWTH, MOST_GROWTH = -0.99, 10.0
"""Of a year, that a scenario can have."""
USUAL_BUSYNESS: Final = 0.14
USUAL_SHARE: Final = 0.1
"""Of a holiday, where the export has none: the scenario's own default."""
RESAMPLES: Final = 400


@dataclass(frozen=True, eq=False)
class Demand:
    """The demand that was found.

    Attributes
    ----------
    parameters : tuple of Parameter
        ``demand.volume`` (per hour), ``demand.busyness``, ``demand.holiday_share``,
        ``demand.growth``.
    weights : float64 array of 168
        Mean tickets in each hour of the local week, Monday 00:00 first.
    notices : tuple of str
    """

    parameters: tuple[Parameter, ...]
    weights: NDArray[np.float64]
    notices: tuple[str, ...] = ()


def fit_demand(
    export: Export,
    first: dt.date,
    last: dt.date,
    holidays: tuple[dt.date, ...],
    gaps: Collection[dt.date] = (),
) -> Demand:
    """Fit the demand of the tickets opened from one day to another.

    Parameters
    ----------
    export : Export
        With the tickets of those days alone.
    first, last : date
    holidays : tuple of date
        Stated or found, of these days and others. They count neither for the volume nor for the
        profile.
    gaps : collection of date
        Days that the export lacks; nor do they.
    """
    counts = daily_counts(export, first, last).astype(np.float64)
    weekday = (np.arange(len(counts)) + first.weekday()) % WEEK_DAYS
    days = [first + dt.timedelta(n) for n in range(len(counts))]
    low = np.array([day in holidays for day in days])
    gone = np.array([day in gaps for day in days]) & ~low
    usual = ~low & ~gone
    trend = fit_trend(counts, weekday, usual)
    growth = _growth(trend, len(counts))
    if trend is None or not growth.value:
        means = _weekday_means(counts, weekday, usual)
        expected = means[weekday]
        volume, busyness = _level_volume(counts, weekday, usual, means)
    else:
        means = _filled(trend.first_day)
        expected = np.asarray(means[weekday] * trend.growth_to(np.arange(len(counts))))
        volume, busyness = _trend_volume(trend, means), _busyness(counts, weekday, usual, trend)
    notices = []
    if len(np.unique(weekday[usual])) < WEEK_DAYS:
        notices.append(
            "Not every day of the week is in the export; days that are missing get the mean of "
            "the days of their kind."
        )
    return Demand(
        (volume, busyness, _holidays(counts, expected, low), growth),
        _profile(export, means, first, low | gone),
        tuple(notices),
    )


def _level_volume(
    counts: NDArray[np.float64],
    weekday: NDArray[np.int64],
    usual: NDArray[np.bool_],
    means: NDArray[np.float64],
) -> tuple[Parameter, Parameter]:
    """Return the volume and the busyness of days without a trend."""
    per_week = float(means.sum())
    busyness = _busyness(counts, weekday, usual, None)
    spread = busyness.value**2 * float((means**2).sum()) + per_week
    error = NORMAL_95 * np.sqrt(spread / max(len(counts) / WEEK_DAYS, 1))
    volume = Parameter(
        "demand.volume",
        per_week / HOURS_PER_WEEK,
        "measured",
        f"{int(usual.sum())} days, holidays left out",
        max(per_week - float(error), 0) / HOURS_PER_WEEK,
        (per_week + float(error)) / HOURS_PER_WEEK,
    )
    return volume, busyness


def _trend_volume(trend: Trend, means: NDArray[np.float64]) -> Parameter:
    per_hour = float(means.sum()) / HOURS_PER_WEEK
    factor = float(np.exp(NORMAL_95 * trend.level_error))
    return Parameter(
        "demand.volume",
        per_hour,
        "measured",
        "level of the first day; growth goes on from it",
        per_hour / factor,
        per_hour * factor,
    )


def _growth(trend: Trend | None, days: int) -> Parameter:
    """Return the growth of a year, compounding, where it is beyond chance."""
    if days < SHORTEST_TREND_DAYS:
        return Parameter("demand.growth", 0.0, "assumed", "the export is shorter than half a year")
    if trend is None:
        return Parameter("demand.growth", 0.0, "assumed", "too few tickets for a trend")
    low, high = (
        float(np.expm1(trend.slope + side * NORMAL_95 * trend.slope_error)) for side in (-1, 1)
    )
    if low <= 0 <= high:
        return Parameter("demand.growth", 0.0, "measured", "no trend beyond chance", low, high)
    value = float(np.clip(np.expm1(trend.slope), LEAST_GROWTH, MOST_GROWTH))
    return Parameter(
        "demand.growth",
        value,
        "measured",
        "compounding, of the days' counts within the weekday",
        max(low, LEAST_GROWTH),
        min(high, MOST_GROWTH),
    )


def _weekday_means(
    counts: NDArray[np.float64], weekday: NDArray[np.int64], usual: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Return the mean tickets of each weekday; of days of the same kind where there is none."""
    means = np.full(WEEK_DAYS, np.nan)
    for day in range(WEEK_DAYS):
        own = counts[(weekday == day) & usual]
        means[day] = own.mean() if len(own) else np.nan
    return _filled(means)


def _filled(means: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give weekdays that are not in the export the mean of the days of their kind."""
    means = means.copy()
    for kind in (slice(0, WORKING_DAYS), slice(WORKING_DAYS, WEEK_DAYS)):
        known = means[kind][~np.isnan(means[kind])]
        means[kind] = np.where(
            np.isnan(means[kind]), known.mean() if len(known) else np.nan, means[kind]
        )
    # An export of working days alone says nothing of weekends: nobody is taken to write then.
    return np.asarray(np.nan_to_num(means))


def _moments(counts: NDArray[np.float64], weekday: NDArray[np.int64]) -> float:
    """Return the coefficient of variation of the busyness; NaN if days do not repeat."""
    beyond, scale = 0.0, 0.0
    for day in np.unique(weekday):
        own = counts[weekday == day]
        if len(own) < 2 or own.mean() == 0:  # noqa: PLR2004 - one day has no variance
            continue
        free = len(own) - 1
        beyond += free * (own.var(ddof=1) - own.mean())
        scale += free * own.mean() ** 2
    return float(np.sqrt(max(beyond, 0.0) / scale)) if scale else float("nan")


def _busyness(
    counts: NDArray[np.float64],
    weekday: NDArray[np.int64],
    usual: NDArray[np.bool_],
    trend: Trend | None,
) -> Parameter:
    counts, weekday = counts[usual], weekday[usual]
    repeats = len(counts) - len(np.unique(weekday))
    value = _moments(counts, weekday) if trend is None else trend.spread
    if repeats < FEWEST_DAYS or np.isnan(value):
        return Parameter(
            "demand.busyness",
            USUAL_BUSYNESS,
            "assumed",
            "too few weeks to tell; 0.14 within a weekday in one real log",
        )
    # Resampling days would understate it (the same day twice has no variance); chi-square of the
    # variance does not: each weekday's squares have one degree less than its days.
    free = float(repeats)
    rng = np.random.default_rng(1)
    mean = float(counts[weekday < WORKING_DAYS].mean()) if (weekday < WORKING_DAYS).any() else 1.0
    mean = max(mean, 1.0)
    total = mean + (value * mean) ** 2
    draws = total * free / rng.chisquare(free, RESAMPLES)
    beyond = np.sqrt(np.maximum(draws - mean, 0)) / mean
    low, high = np.quantile(beyond, (0.025, 0.975))
    return Parameter(
        "demand.busyness",
        min(value, 2.0),
        "measured",
        "variance of days within the weekday beyond Poisson",
        float(low),
        min(float(high), 2.0),
    )


def _holidays(
    counts: NDArray[np.float64], usual: NDArray[np.float64], low: NDArray[np.bool_]
) -> Parameter:
    expected = float(usual[low].sum())
    if expected < LEAST_A_DAY:
        return Parameter("demand.holiday_share", USUAL_SHARE, "assumed", "no holiday in the export")
    share = min(float(counts[low].sum()) / expected, 1.0)
    return Parameter("demand.holiday_share", share, "measured", f"{low.sum()} holidays")


def _profile(
    export: Export, means: NDArray[np.float64], first: dt.date, low: NDArray[np.bool_]
) -> NDArray[np.float64]:
    hour = local_hour(export)
    day = (export.tickets.opened_ms - midnight_ms(first, export.zone)) // DAY
    inside = (day >= 0) & (day < len(low))
    kept = inside & ~low[np.clip(day, 0, len(low) - 1)]
    table = np.bincount(hour[kept], minlength=HOURS_PER_WEEK).reshape(WEEK_DAYS, HOURS)
    shape = np.zeros((WEEK_DAYS, HOURS))
    for kind in (slice(0, WORKING_DAYS), slice(WORKING_DAYS, WEEK_DAYS)):
        # Half a ticket in each hour: an hour without any in four weeks is not one without for ever.
        common = table[kind].sum(axis=0) + 0.5
        common = common / common.sum()
        own = table[kind].sum(axis=1, keepdims=True)
        shape[kind] = (table[kind] + SHRINK_TICKETS * common) / (own + SHRINK_TICKETS)
    return np.asarray(means[:, None] * shape).ravel()
