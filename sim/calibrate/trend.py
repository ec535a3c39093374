"""Whether demand grows: a regression of the days' counts.

log(mean of a day) = level of its weekday + slope × years since the first day, fitted by iteratively
reweighted least squares (McCullagh & Nelder 1989, ch. 2) with the variance of a negative binomial, m + c² m²
(Hilbe 2011): c is the busyness of days. Errors are those of weeks, whose days go together (sandwich, by week;
Liang & Zeger 1986). The slope is compounding: growth of a year is exp(slope) - 1. statsmodels fits the same
model; it takes a second to import, and would be needed here alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sim.calibrate.figures import WEEK_DAYS
from sim.units import DAY, YEAR

STEPS: Final = 30
SETTLED: Final = 1e-9
FEWEST_DAYS: Final = 14
FEWEST_WEEKS: Final = 8
"""Weeks, below which their errors say nothing."""


@dataclass(frozen=True, eq=False)
class Trend:
    """Demand on the first day, and how it grows.

    Attributes
    ----------
    first_day : float64 array of 7
        Mean tickets of each weekday at the level of the first day; NaN where the export has none.
    slope, slope_error : float
        Of the logarithm, a year.
    level_error : float
        Standard error of the logarithm of a week's tickets at the level of the first day.
    spread : float
        Coefficient of variation of days beyond Poisson.
    """

    first_day: NDArray[np.float64]
    slope: float
    slope_error: float
    level_error: float
    spread: float

    def growth_to(self, day: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the volume of some days over that of the first."""
        return np.asarray(np.exp(self.slope * day * DAY / YEAR))


def fit_trend(
    counts: NDArray[np.float64], weekday: NDArray[np.int64], usual: NDArray[np.bool_]
) -> Trend | None:
    """Fit the trend of counts; None where there are too few days or tickets.

    Parameters
    ----------
    counts : float64 array
        Tickets of each day.
    weekday : int64 array
        Monday 0.
    usual : bool array
        Days that count: no holidays, no gaps.
    """
    # A weekday on which nobody ever writes has no logarithm, and says nothing of growth.
    known = [day for day in range(WEEK_DAYS) if counts[usual & (weekday == day)].sum() > 0]
    used = np.flatnonzero(usual & np.isin(weekday, known))
    weeks = np.unique(used // WEEK_DAYS)
    if len(used) < FEWEST_DAYS or len(weeks) < FEWEST_WEEKS:
        return None
    y = counts[used]
    design = np.column_stack([*(weekday[used] == day for day in known), used * DAY / YEAR])
    design = design.astype(np.float64)
    beta, spread2 = _fitted(design, y)
    mean = np.exp(design @ beta)
    weight = mean / (1 + spread2 * mean)
    bread = np.linalg.pinv(design.T @ (weight[:, None] * design))
    score = ((y - mean) / (1 + spread2 * mean))[:, None] * design
    of_week = np.array([score[used // WEEK_DAYS == week].sum(axis=0) for week in weeks])
    few = len(weeks) / max(len(weeks) - 1, 1)
    sandwich = few * bread @ (of_week.T @ of_week) @ bread
    # Counts that vary less than by chance (made ones) are no surer than chance lets them be.
    covariance = sandwich if sandwich[-1, -1] > bread[-1, -1] else bread
    level = np.exp(beta[:-1])
    share = np.append(level / level.sum(), 0.0)
    first_day = np.full(WEEK_DAYS, np.nan)
    first_day[known] = level
    never = [
        day for day in range(WEEK_DAYS) if day not in known and (usual & (weekday == day)).any()
    ]
    first_day[never] = 0.0
    return Trend(
        first_day,
        float(beta[-1]),
        float(np.sqrt(covariance[-1, -1])),
        float(np.sqrt(share @ covariance @ share)),
        float(np.sqrt(spread2)),
    )


def _fitted(
    design: NDArray[np.float64], y: NDArray[np.float64]
) -> tuple[NDArray[np.float64], float]:
    """Return the coefficients and the squared spread beyond Poisson."""
    free = max(len(y) - design.shape[1], 1)
    mean = np.full(len(y), max(float(y.mean()), 0.1))
    beta, spread2 = np.zeros(design.shape[1]), 0.0
    for _ in range(STEPS):
        weight = mean / (1 + spread2 * mean)
        towards = np.log(mean) + (y - mean) / mean
        root = np.sqrt(weight)
        new = np.linalg.lstsq(root[:, None] * design, root * towards, rcond=None)[0]
        moved = float(np.abs(new - beta).max())
        beta = new
        mean = np.exp(np.clip(design @ beta, -20, 20))
        beyond = len(y) / free * float(((y - mean) ** 2).sum()) - float(mean.sum())
        spread2 = max(beyond, 0.0) / float((mean**2).sum())
        if moved < SETTLED:
            break
    return beta, spread2
