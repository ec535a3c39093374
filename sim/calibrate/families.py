"""Which family of distributions fits durations best: by the likelihood of what was held out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

FAMILIES: Final = ("lognormal", "gamma", "Weibull", "exponential")
SEEN: Final = "as seen"
FOLDS: Final = 5
FEWEST: Final = 30
SHOWN: Final = 40
"""Steps of what was seen."""
WORTH: Final = 0.01
"""Gain per duration from which on another family than the lognormal is taken."""
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
        One of ``FAMILIES``, or ``SEEN``.
    gain : dict
        Family to its held-out log-likelihood per duration, less the lognormal's; empty where all
        durations are alike.
    mean, cv : float
        Of the best, in minutes.
    shape : tuple of float
        Evenly spaced quantiles in minutes, where the best is what was seen.
    """

    best: str
    gain: dict[str, float]
    mean: float
    cv: float
    shape: tuple[float, ...] = ()


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
    if minutes.min() == minutes.max():
        return Choice("lognormal", {}, float(minutes[0]), 0.0)
    laws = {
        "lognormal": stats.lognorm,
        "gamma": stats.gamma,
        "Weibull": stats.weibull_min,
        "exponential": stats.expon,
    }
    fold = rng.permutation(len(minutes)) % FOLDS
    score = dict.fromkeys((*FAMILIES, SEEN), 0.0)
    for held in range(FOLDS):
        known, rest = minutes[fold != held], minutes[fold == held]
        for name, law in laws.items():
            fitted = law.fit(known, floc=0)
            score[name] += float(law.logpdf(rest, *fitted).sum())
        score[SEEN] += _seen_likely(known, rest)
    gain = {name: (score[name] - score["lognormal"]) / len(minutes) for name in score}
    best = simplest(gain, WORTH)
    if best == "lognormal":
        return Choice("lognormal", gain, *lognormal_of(minutes))
    if best == SEEN:
        shape = evenly_spaced(minutes)
        mean = float(minutes.mean())
        cv = float(minutes.std()) / mean
        return Choice(SEEN, gain, mean, cv, tuple(float(f"{q:.4g}") for q in shape))
    law = laws[best]
    fitted = law.fit(minutes, floc=0)
    mean = float(law.mean(*fitted))
    return Choice(best, gain, mean, float(law.std(*fitted)) / mean)


def law_of(minutes: NDArray[np.float64]) -> Choice:
    """Return the family that is best, or the lognormal where there are too few to tell."""
    return choose_family(minutes) or Choice("lognormal", {}, *lognormal_of(minutes))


def simplest(gain: dict[str, float], worth: float) -> str:
    """Return the best family, but the lognormal, or a named one, where that is nearly as good.

    Examples
    --------
    >>> simplest({"lognormal": 0.0, "gamma": 0.020, "as seen": 0.021}, worth=0.002)
    'gamma'
    """
    named = max((name for name in gain if name != SEEN), key=lambda name: gain[name])
    if gain[named] < worth:
        named = "lognormal"
    return SEEN if gain[SEEN] - gain[named] >= worth else named


def evenly_spaced(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return evenly spaced quantiles, the last such that the mean of the longest is kept."""
    found = np.quantile(values, np.linspace(0, 1, SHOWN + 1))
    longest = values[values >= found[-2]]
    found[-1] = max(2 * longest.mean() - found[-2], found[-2])
    return np.asarray(found)


def _seen_likely(known: NDArray[np.float64], rest: NDArray[np.float64]) -> float:
    """Return the log-likelihood under a histogram of the logarithms."""
    edges = np.linspace(np.log(LEAST), np.log(max(known.max(), rest.max())) + 1e-9, SHOWN + 1)
    counted = np.histogram(np.log(known), edges)[0] + 0.5
    bins = np.clip(np.searchsorted(edges, np.log(rest), side="right") - 1, 0, SHOWN - 1)
    density = counted / counted.sum() / np.diff(edges)
    return float((np.log(density[bins]) - np.log(rest)).sum())


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
