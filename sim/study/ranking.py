"""Which of several scenarios is best, and how sure that is, on common tickets."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.borders import harmless
from sim.errors import StudyError
from sim.study.estimate import Better, check_level
from sim.study.interval import one_sided_p, skewness

DRAWS = 100_000
"""Posterior draws: a probability is known to about 0.2 points."""
SEED_OF_DRAWS = 20_010
WHOLE_FROM = 10_000
"""Means from which on decimals say nothing."""


@dataclass(frozen=True)
class Ranking:
    """Scenarios by a metric, the best first.

    Attributes
    ----------
    names : tuple of str
    means : tuple of float
    probability : tuple of float
        That each is the best, given what was seen.
    among_best : tuple of bool
        Whether it belongs to the subset that holds the best one with confidence ``level``.
    correct : float
        A bound from below on the confidence that the first is the best.
    level : float
    n : int
        Replications in which all were measured.
    """

    names: tuple[str, ...]
    means: tuple[float, ...]
    probability: tuple[float, ...]
    among_best: tuple[bool, ...]
    correct: float
    level: float
    n: int

    @property
    def best(self) -> str:
        """The scenario with the best mean."""
        return self.names[0]

    @harmless
    def __repr__(self) -> str:
        lines = [f"best of {len(self.names)} after {self.n} replications on common tickets"]
        width = max(map(len, self.names))
        for name, mean, p, kept in zip(
            self.names, self.means, self.probability, self.among_best, strict=True
        ):
            word = "may be the best" if kept else "is not the best"
            written = f"{mean:,.0f}" if abs(mean) >= WHOLE_FROM else f"{mean:.4g}"
            lines.append(f"  {name:<{width}}  {written:>10}  best with {100 * p:.1f} %  {word}")
        return "\n".join(lines)


def rank(
    values: Mapping[str, ArrayLike], *, better: Better = "higher", level: float = 0.95
) -> Ranking:
    """Rank scenarios, with the probability that each is the best.

    Three statements, each for replications that are independent of one another while the
    scenarios of one replication may depend on each other in any way (common tickets):

    - ``probability``: the posterior under normal values of unknown means and covariance with the
      reference prior, a multivariate t with n - k degrees of freedom (Chick and Inoue, "New
      procedures to select the best simulated system using common random numbers", Management
      Science 47, 2001). From seeded draws, so that it is the same every time. It takes values for
      normal: a skewed posterior would need a law for them, which few replications do not show.
    - ``among_best``: subset selection by paired differences with Bonferroni's inequality (Nelson,
      Swann, Goldsman and Song, Operations Research 49, 2001, section 2.1, with paired variances, and
      intervals lengthened where the differences are skewed, see ``sim.study.interval``).
    - ``correct``: 1 - the sum of the one-sided p-values of the paired tests of the first against each
      other one, by the same intervals.

    Parameters
    ----------
    values : mapping of name to array, one value per replication, in the same order
        Replications that one of them did not measure are left out of all.
    better : {"higher", "lower"}
    level : float

    Raises
    ------
    StudyError
        With fewer than two scenarios, or not more replications than scenarios.

    Examples
    --------
    >>> rank({"as is": [4.0, 5.0, 6.0, 5.0], "one more": [4.5, 5.4, 6.6, 5.5]})
    best of 2 after 4 replications on common tickets
      one more         5.5  best with 99.5 %  may be the best
      as is              5  best with 0.5 %  is not the best
    """
    check_level(level)
    names = list(values)
    seen = _common(values)
    n, k = seen.shape
    sign = 1.0 if better == "higher" else -1.0
    means = seen.mean(axis=0)
    order = np.argsort(-sign * means, kind="stable")
    scored = sign * seen[:, order]
    probability = _posterior(scored)
    wrong = (1 - level) / (k - 1)
    kept, misses = [], 0.0
    for i in range(k):
        gaps = scored[:, i : i + 1] - np.delete(scored, i, axis=1)
        kept.append(all(_chance_of_behind(-one) >= wrong for one in gaps.T))
        if i == 0:
            misses = sum(map(_chance_of_behind, gaps.T))
    return Ranking(
        tuple(names[i] for i in order),
        tuple(float(means[i]) for i in order),
        tuple(float(p) for p in probability),
        tuple(kept),
        max(0.0, 1.0 - misses),
        level,
        n,
    )


def _chance_of_behind(gaps: NDArray[np.float64]) -> float:
    """Return how well what was seen goes with a scenario being no better than another."""
    gap, error = float(gaps.mean()), float(gaps.std(ddof=1)) / math.sqrt(len(gaps))
    if error == 0:
        return 0.0 if gap > 0 else 0.5 if gap == 0 else 1.0
    return one_sided_p(gap / error, len(gaps), skewness(gaps))


def _common(values: Mapping[str, ArrayLike]) -> NDArray[np.float64]:
    columns = [np.asarray(column, dtype=np.float64).ravel() for column in values.values()]
    if len(columns) < 2:  # noqa: PLR2004 - a ranking needs two
        raise StudyError("a ranking needs at least two scenarios")
    if len({len(column) for column in columns}) > 1:
        raise StudyError("scenarios are ranked on equally many replications")
    seen = np.stack(columns, axis=1)
    seen = seen[~np.isnan(seen).any(axis=1)]
    if len(seen) <= len(columns):
        raise StudyError(
            f"{len(columns)} scenarios are ranked on at least {len(columns) + 1} replications "
            f"that measured them all; there are {len(seen)}"
        )
    return seen


def _posterior(scored: NDArray[np.float64]) -> NDArray[np.float64]:
    """Share of draws of the means in which each is the highest; ties are shared out."""
    n, k = scored.shape
    rng = np.random.default_rng(SEED_OF_DRAWS)
    centred = scored - scored.mean(axis=0)
    freedom = n - k
    # An eigenbasis instead of Cholesky: two scenarios that behave alike make a singular matrix.
    spread, axes = np.linalg.eigh(centred.T @ centred / (n * freedom))
    root = axes * np.sqrt(np.maximum(spread, 0.0))
    normal = rng.standard_normal((DRAWS, k)) @ root.T
    heavy = np.sqrt(freedom / rng.chisquare(freedom, size=(DRAWS, 1)))
    draws = scored.mean(axis=0) + normal * heavy
    close = 1e-12 * max(1.0, float(np.abs(scored).max()))
    top = draws >= draws.max(axis=1, keepdims=True) - close
    share: NDArray[np.float64] = (top / top.sum(axis=1, keepdims=True)).mean(axis=0)
    return share
