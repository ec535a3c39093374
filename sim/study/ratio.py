"""Shares and means of tickets over replications: the ratio of two sums, not the mean of ratios.

A share over replications is *the share of tickets*: all that met the target, out of all that count. A
replication with twice the tickets weighs twice, and one without any takes nothing away. The mean of
the replications' own shares is something else: under load the periods with most tickets are those in
which fewest are answered in time, and it comes out too good.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray


def ratio_parts(values: ArrayLike, sizes: ArrayLike) -> NDArray[np.float64]:
    """Turn shares (or means) of replications into numbers whose mean is the share of all tickets.

    Parameters
    ----------
    values : array of float64, one per replication
        The share (or mean) in each. NaN where there was no ticket, or where it was not measured.
    sizes : array of float64, one per replication
        Of how many tickets (or weeks, or hours) it was taken; 0 where there was none.

    Returns
    -------
    float64, one per replication
        Jackknife pseudo-values ``R + (n - 1)(R - R without the replication)``, moved so that their
        mean is the ratio R itself (Quenouille, Biometrika 43, 1956; Miller, Biometrika 61, 1974):
        their standard deviation over √n is the standard error of R, their skewness is its
        skewness, and differences of two scenarios on common tickets are differences of theirs. NaN
        where nothing was measured although there were tickets. Where all replications have equally
        many tickets these are the values themselves. Where only one has any, the others have
        nothing to say, and are NaN.

    Examples
    --------
    >>> parts = ratio_parts([0.9, 0.5, np.nan], [90, 10, 0])
    >>> round(float(parts.mean()), 4), round(float(np.mean([0.9, 0.5])), 4)
    (0.86, 0.7)
    """
    every = np.asarray(values, np.float64).ravel()
    size = np.asarray(sizes, np.float64).ravel()
    some = size > 0
    known = ~(np.isnan(every) & some)
    here = known & some
    count = int(np.count_nonzero(known))
    if np.count_nonzero(here) < 2 or _equal(size[known]):  # noqa: PLR2004 - one has no spread
        return every
    parts = np.full(len(every), np.nan)
    if _equal(every[here]):
        parts[known] = every[here][0]
        return parts
    tickets = size[known]
    counted = np.where(some, np.where(here, every, 0.0) * size, 0.0)[known]
    total = math.fsum(tickets)
    ratio = math.fsum(counted) / total
    away = (count - 1) * (counted - ratio * tickets) / (total - tickets)
    parts[known] = ratio + (away - away.mean())
    return parts


def _equal(numbers: NDArray[np.float64]) -> bool:
    return bool((numbers == numbers[0]).all())
