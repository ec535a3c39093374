"""Which family of distributions fits durations best: by the likelihood of what was held out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

FAMILIES: Final = ("lognormal", "gamma", "Weibull", "exponential")
FOLDS: Final = 5
FEWEST: Final = 30
LARGEST_SAMPLE: Final = 4000
"""Rows used to choose a family: more would not change the choice."""
QUANTILES: Final = (0.25, 0.5, 0.75, 0.9)
NORMAL_QUANTILES: Final = (-0.6744897501960817, 0.0, 0.6744897501960817, 1.2815515655446004)
LEAST: Final = 0.5
"""Whole-minute stamps write 0 for what takes less: half a minute stands for it."""


@dataclass(frozen=True)
class Choice:
    """How the families compare.

    Attributes
    ----------
    best : str
    gain : dict
        Family to its held-out log-likelihood per duration, less the lognormal's.
    """

    best: str
    gain: dict[str, float]


def choose_family(minutes: NDArray[np.float64], *, seed: int = 1) -> Choice | None:
    """Compare the families on durations; None if there are too few to tell.

    Parameters
    ----------
    minutes : float64 array
        Durations.
    seed : int
        Of the folds.
    """
    from scipy import stats  # noqa: PLC0415 - heavy, and only needed here

    minutes = np.maximum(minutes[np.isfinite(minutes)], LEAST)
    rng = np.random.default_rng(seed)
    if len(minutes) > LARGEST_SAMPLE:
        minutes = rng.choice(minutes, LARGEST_SAMPLE, replace=False)
    if len(minutes) < FEWEST:
        return None
    laws = {
        "lognormal": stats.lognorm,
        "gamma": stats.gamma,
        "Weibull": stats.weibull_min,
        "exponential": stats.expon,
    }
    fold = rng.permutation(len(minutes)) % FOLDS
    score = dict.fromkeys(FAMILIES, 0.0)
    for held in range(FOLDS):
        known, rest = minutes[fold != held], minutes[fold == held]
        for name, law in laws.items():
            fitted = law.fit(known, floc=0)
            score[name] += float(law.logpdf(rest, *fitted).sum())
    gain = {name: (score[name] - score["lognormal"]) / len(minutes) for name in FAMILIES}
    return Choice(max(gain, key=lambda name: gain[name]), gain)


def lognormal_of(values: NDArray[np.float64]) -> tuple[float, float]:
    """Return the mean and the coefficient of variation of the lognormal that fits best.

    A line through the logarithms of the quantiles (the straight part of a normal plot): whole
    minutes make the shortest durations unreliable, and a few forgotten tickets the longest.
    """
    log = np.quantile(np.log(np.maximum(values, LEAST)), QUANTILES)
    at = np.array(NORMAL_QUANTILES)
    sigma = max(float(((at - at.mean()) * log).sum() / ((at - at.mean()) ** 2).sum()), 0.0)
    middle = float(log.mean() - sigma * at.mean())
    return float(np.exp(middle + sigma**2 / 2)), float(np.sqrt(np.expm1(sigma**2)))
