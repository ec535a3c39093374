"""Differences between two scenarios that met the same tickets, and several of them at once.

Where both scenarios meet the same tickets, what chance did to both cancels in the difference of
one replication: the interval of the differences is shorter than of two separate runs, often by far
(common random numbers: Law, "Simulation Modeling and Analysis", 5th ed. 2015, section 11.2).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.errors import StudyError
from sim.study.estimate import Estimate, mean_estimate
from sim.study.interval import two_sided_p


@dataclass(frozen=True)
class Difference:
    """What a scenario changes against another, on the same replications.

    Attributes
    ----------
    estimate : Estimate
        The mean difference, with the interval of the differences' mean.
    p : float
        Two-sided p-value of "no difference", the one that goes with the interval: it is below 5 %
        where the 95 % interval leaves out 0. NaN when fewer than two pairs are measured.
    variance_reduction : float
        How many times more replications two independent runs would have needed for the same
        interval: (variance of one + variance of the other) / variance of the difference. Infinite
        when the difference never varies.
    correlation : float
        Between the two scenarios' values, over replications; NaN when one of them never varies.
    """

    estimate: Estimate
    p: float
    variance_reduction: float
    correlation: float

    @property
    def shown(self) -> bool:
        """Whether the interval leaves out 0."""
        return self.estimate.low > 0 or self.estimate.high < 0

    def __repr__(self) -> str:
        shown = "" if math.isnan(self.p) else f", p = {self.p:.3g}"
        return f"{self.estimate}{shown}"


def paired_difference(values: ArrayLike, base: ArrayLike, *, level: float = 0.95) -> Difference:
    """Estimate the mean difference of two scenarios over common replications.

    Parameters
    ----------
    values, base : arrays of float64, one per replication, in the same order
        A replication that one of them did not measure is left out of both.
    level : float

    Examples
    --------
    >>> paired_difference([5.1, 6.0, 7.2], [4.0, 5.0, 6.0])
    1.1 [0.8516, 1.348] from 3 replications, p = 0.00274
    """
    mine = np.asarray(values, dtype=np.float64).ravel()
    theirs = np.asarray(base, dtype=np.float64).ravel()
    if mine.shape != theirs.shape:
        raise StudyError(
            f"{len(mine)} replications cannot be paired with {len(theirs)}; run equally many"
        )
    estimate = mean_estimate(mine - theirs, level=level)
    if estimate.n < 2:  # noqa: PLR2004 - a spread needs two
        return Difference(estimate, math.nan, math.nan, math.nan)
    both = ~np.isnan(mine) & ~np.isnan(theirs)
    apart = float(np.var(mine[both], ddof=1) + np.var(theirs[both], ddof=1))
    spread = estimate.sd**2
    if spread == 0:
        p = 1.0 if estimate.mean == 0 else 0.0
        reduction = math.inf if apart else math.nan
    else:
        t = estimate.mean / estimate.standard_error
        p = two_sided_p(t, estimate.n, estimate.skewness)
        reduction = apart / spread
    return Difference(estimate, p, reduction, _correlation(mine[both], theirs[both]))


def _correlation(mine: NDArray[np.float64], theirs: NDArray[np.float64]) -> float:
    a, b = mine - mine.mean(), theirs - theirs.mean()
    scale = math.sqrt(float(a @ a) * float(b @ b))
    return float(a @ b) / scale if scale else math.nan


def holm(p_values: Sequence[float]) -> tuple[float, ...]:
    """Adjust p-values for being several, so that one false alarm among all is as rare as asked.

    Holm's step-down method (Scandinavian Journal of Statistics 6, 1979): the i-th smallest of m is
    multiplied by m - i + 1, and never falls below the one before. It holds whatever the dependence
    between them, as it must on common tickets.

    Parameters
    ----------
    p_values : sequence of float
        NaN for what was not measured: it stays NaN and is not counted among the m.

    Examples
    --------
    >>> holm([0.01, 0.04, 0.03])
    (0.03, 0.06, 0.06)
    """
    raw = np.asarray(p_values, dtype=np.float64)
    adjusted = np.full(raw.shape, np.nan)
    known = np.flatnonzero(~np.isnan(raw))
    order = known[np.argsort(raw[known], kind="stable")]
    largest = 0.0
    for rank, place in enumerate(order):
        largest = max(largest, min(1.0, (len(order) - rank) * float(raw[place])))
        adjusted[place] = largest
    return tuple(float(p) for p in adjusted)
