"""Shorter intervals from what is known beforehand: control variates.

A replication in which more tickets came than were to be expected waits longer. How many were to be
expected is known exactly, so that part of the chance can be taken out.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.errors import StudyError
from sim.study.estimate import Estimate, mean_estimate
from sim.study.interval import reach, skewness


@dataclass(frozen=True)
class Controlled:
    """An estimate with some of the chance taken out.

    Attributes
    ----------
    estimate : Estimate
        The adjusted one.
    plain : Estimate
        Without controls.
    weights : dict of str to float
        What one unit more of each control adds to the metric.
    variance_reduction : float
        Squared half width of the plain interval over that of the adjusted one: below 1 the
        controls cost more degrees of freedom than they explain, and the plain one is better.
    """

    estimate: Estimate
    plain: Estimate
    weights: dict[str, float]
    variance_reduction: float


def controlled_estimate(
    values: ArrayLike,
    controls: Mapping[str, ArrayLike],
    expected: Mapping[str, float],
    *,
    level: float = 0.95,
) -> Controlled:
    """Estimate a mean, adjusted by controls whose true means are known.

    Least squares of the metric on (control - its mean): the intercept is the estimate, with n - q - 1
    degrees of freedom for q controls (Lavenberg and Welch, Management Science 27, 1981; Nelson,
    "Control variate remedies", Operations Research 38, 1990). Exact for jointly normal values, with
    a bias of order 1/n otherwise.

    Parameters
    ----------
    values : array of float64, one per replication
    controls : mapping of name to array, one value per replication
        As the number of arrivals, or the mean work sampled.
    expected : mapping of name to float
        The true mean of each.
    level : float

    Raises
    ------
    StudyError
        When a control has no known mean, or there are too few replications.

    Examples
    --------
    >>> arrivals = [90.0, 100.0, 120.0, 95.0, 110.0, 105.0]
    >>> waits = [9.2, 10.1, 11.9, 9.4, 11.1, 10.5]
    >>> found = controlled_estimate(waits, {"arrivals": arrivals}, {"arrivals": 100.0})
    >>> found.estimate.format(), found.plain.format()
    ('10.05 [9.868, 10.19]', '10.37 [9.289, 11.61]')
    """
    plain = mean_estimate(values, level=level)
    missing = sorted(set(controls) - set(expected))
    if missing or not controls:
        raise StudyError(f"the true mean of {', '.join(missing) or 'no control'} is not given")
    y = np.asarray(values, dtype=np.float64).ravel()
    x = np.stack(
        [np.asarray(c, dtype=np.float64).ravel() - expected[k] for k, c in controls.items()], axis=1
    )
    kept = ~np.isnan(y) & ~np.isnan(x).any(axis=1)
    y, x = y[kept], x[kept]
    # A control that never varies explains nothing, and would make the system singular.
    varies = x.std(axis=0) > 0
    x = x[:, varies]
    n, q = x.shape
    freedom = n - q - 1
    if freedom < 1:
        raise StudyError(f"{q} controls need at least {q + 2} replications; there are {n}")
    design: NDArray[np.float64] = np.column_stack([np.ones(n), x])
    weights, *_ = np.linalg.lstsq(design, y, rcond=None)
    residual = y - design @ weights
    noise = float(residual @ residual) / freedom
    error = math.sqrt(noise * float(np.linalg.pinv(design.T @ design)[0, 0]))
    # What the controls leave over is as skewed as any replications may be.
    skew = skewness(residual)
    below, above = (side * error for side in reach(freedom + 1, level, skew))
    mean = float(weights[0])
    adjusted = Estimate(
        mean, mean - below, mean + above, n, level, error * math.sqrt(n), plain.missing, skew
    )
    by_name = dict.fromkeys(controls, 0.0)
    names = [name for name, v in zip(controls, varies, strict=True) if v]
    by_name.update(zip(names, (float(w) for w in weights[1:]), strict=True))
    reduction = (plain.half_width / adjusted.half_width) ** 2 if error else math.inf
    return Controlled(adjusted, plain, by_name, reduction)
