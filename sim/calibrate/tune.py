"""Fit what no export holds by simulation: the desk is run, and held against the export.

The desk's own part (queues, touch, users' answers) is simulated once; what a tier's tickets take
longer than that in the export is a wait on others: so many of them, for so long (a lognormal). The
three numbers of each tier are those at which the quantiles of the time from opening to resolution
are nearest, on the logarithms, and the shares done within
some hours (simulated moments; McFadden 1989). The same random numbers serve
every trial.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sim.calibrate.families import LEAST
from sim.intake.export import Export
from sim.scenario.laws import LawName as Law
from sim.scenario.waiting import Answers
from sim.workload.laws import from_normal

QUANTILES: Final = np.array([0.1, 0.25, 0.35, 0.45, 0.5, 0.55, 0.65, 0.75, 0.85, 0.9, 0.95, 0.98])
WEIGHTS: Final = np.array([0.3, 0.6, 0.7, 1, 2, 1, 1, 2, 1, 2, 0.7, 0.3]) / 12.6
"""Of the quantiles: the quickest tickets are dealt with in the tool, the slowest are forgotten."""
WITHIN_H: Final = np.array([1.0, 4.0, 8.0, 24.0, 72.0, 168.0, 336.0])
WEIGHT_OF_SHARES: Final = 20.0
"""A share that is off by 1 % of the tickets weighs as much as quantiles that are off by 4.5 %."""
LARGEST_CV: Final = 5.0
LONGEST_H: Final = 24.0 * 365
DRAWS: Final = 8_000
OFFSET_MIN: Final = 3.0
"""Added before taking logarithms: a minute more or less does not matter."""
FEWEST: Final = 20
MOST_STEPS: Final = 120
FIRST_STEPS: Final = (0.5, 0.7, 0.4)
"""Of the search: logit of the share, logarithm of the median, logarithmic spread."""
RESAMPLES: Final = 20


@dataclass(frozen=True)
class OtherWaits:
    """What a tier's tickets wait for others.

    Attributes
    ----------
    share : float
        Of its tickets.
    hours, cv : float
        Mean and coefficient of variation.
    share_interval, hours_interval : tuple of float
        95 % intervals, by resampling the export's tickets.
    misfit : float
        Root mean square of the differences of the logarithms of the quantiles.
    """

    share: float
    hours: float
    cv: float
    share_interval: tuple[float, float]
    hours_interval: tuple[float, float]
    misfit: float


Moments = tuple[NDArray[np.float64], NDArray[np.float64]]


def moments(hours: NDArray[np.float64]) -> Moments:
    """Return the quantiles of log(minutes + 3), and the shares done within ``WITHIN_H``."""
    ordered = np.sort(hours)
    at = ordered[np.round(QUANTILES * (len(ordered) - 1)).astype(int)]
    within = np.searchsorted(ordered, WITHIN_H, side="right") / len(ordered)
    return np.log(np.maximum(at * 60, LEAST) + OFFSET_MIN), np.asarray(within)


def fit_other_waits(
    real_h: NDArray[np.float64],
    desk_h: NDArray[np.float64],
    *,
    seed: int = 1,
    law: Law = "lognormal",
    intervals: bool = True,
) -> OtherWaits | None:
    """Fit what has to come on top of the desk's own time.

    Parameters
    ----------
    real_h, desk_h : float64 arrays
        Hours from opening to resolution, in the export and by the desk alone.
    seed : int
    law : {"lognormal", "gamma", "Weibull"}
    intervals : bool
        Whether they are needed: they cost most of the time.

    Returns
    -------
    OtherWaits or None
        None where there are too few tickets.
    """
    from scipy.optimize import minimize  # noqa: PLC0415 - heavy, and only needed here

    real_h, desk_h = real_h[np.isfinite(real_h)], desk_h[np.isfinite(desk_h)]
    if len(real_h) < FEWEST or len(desk_h) < FEWEST:
        return None
    rng = np.random.default_rng(seed)
    base = rng.choice(desk_h, DRAWS)
    uniform, normal = rng.random(DRAWS), rng.standard_normal(DRAWS)
    answers = _Law(law, normal)

    def waits(x: NDArray[np.float64]) -> tuple[float, float, float]:
        share = 1 / (1 + np.exp(-x[0]))
        return float(share), float(np.exp(np.clip(x[1], -3, np.log(LONGEST_H)))), float(x[2])

    def loss(x: NDArray[np.float64], target: Moments) -> float:
        share, median, sigma = waits(x)
        longer = base + (uniform < share) * answers.drawn(median, sigma)
        quantiles, shares = moments(longer)
        misfit = (WEIGHTS * (quantiles - target[0]) ** 2).sum()
        return float(misfit + WEIGHT_OF_SHARES * ((shares - target[1]) ** 2).mean())

    def best(
        target: Moments, begin: NDArray[np.float64], steps: int = MOST_STEPS
    ) -> NDArray[np.float64]:
        def of(x: NDArray[np.float64]) -> float:
            return loss(x, target)

        # The usual first steps are a part of the start: next to nothing where that is near 0.
        corners = np.vstack([begin, begin + np.diag(FIRST_STEPS)])
        found = minimize(
            of,
            begin,
            method="Nelder-Mead",
            options={"maxiter": steps, "xatol": 0.01, "fatol": 1e-5, "initial_simplex": corners},
        )
        return np.asarray(found.x, np.float64)

    target = moments(real_h)
    starts = [np.array([s, np.log(m), 1.2]) for s in (-1.0, 0.5) for m in (8.0, 60.0)]
    trials = [best(target, start) for start in starts]
    x = min(trials, key=lambda trial: loss(trial, target))
    again = [
        best(moments(rng.choice(real_h, len(real_h))), x, MOST_STEPS // 3)
        for _ in range(RESAMPLES if intervals else 1)
    ]
    share, hours, cv = answers.moments(*waits(x))
    spread = np.array([answers.moments(*waits(one))[:2] for one in again])
    low, high = np.quantile(spread, (0.025, 0.975), axis=0)
    return OtherWaits(
        share,
        hours,
        cv,
        (float(low[0]), float(high[0])),
        (float(low[1]), float(high[1])),
        float(np.sqrt(loss(x, target))),
    )


class _Law:
    """A family of waits, by a median and the logarithmic spread of the lognormal that is as wide.

    Gamma and Weibull get the same coefficient of variation, and the same mean.
    """

    def __init__(self, law: Law, normal: NDArray[np.float64]) -> None:
        self._law, self._normal = law, normal

    def moments(self, share: float, median: float, sigma: float) -> tuple[float, float, float]:
        """Return the share, the mean in hours and the coefficient of variation."""
        sigma = min(max(abs(sigma), 0.2), float(np.sqrt(np.log1p(LARGEST_CV**2))))
        hours = min(median * float(np.exp(sigma**2 / 2)), LONGEST_H)
        return share, hours, float(np.sqrt(np.expm1(sigma**2)))

    def drawn(self, median: float, sigma: float) -> NDArray[np.float64]:
        """Return waits in hours, one for each of the normal numbers."""
        _, hours, cv = self.moments(1.0, median, sigma)
        answers = Answers.model_construct(
            answers_in=0, answers_cv=cv, answers_law=self._law, answers_shape=()
        )
        return from_normal(answers.law(), hours, self._normal)


def by_top(export: Export, top: NDArray[np.int8], tier: int) -> NDArray[np.float64]:
    """Return the hours to resolution of the tickets that went as far as a tier."""
    hours: NDArray[np.float64] = export.durations_h()[top == tier]
    return hours
