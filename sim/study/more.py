"""How many more replications would tell on which side of a goal a figure lies: a range, or nothing.

A figure that is not yet known lies within its interval of the goal, so that its distance from the
goal is known badly, and the replications that it takes go by its square. What is foretold is
therefore not "the estimate stays where it is", but where the mean of N replications will lie, given
n of them: n of the N are known, the others are drawn about a mean that is itself not known.
"""

from __future__ import annotations

import math
from typing import Final

from scipy import special

from sim.study.estimate import Estimate
from sim.study.interval import reach

FEWEST: Final = 10
"""Replications below which a spread is too badly known to foretell anything."""
SOON, SURELY = 0.25, 0.93
"""Chances that as many replications tell, at the ends of the range. The upper one is above the nine
times in ten that are promised, since spread and skewness of few replications are estimates too."""
MOST_TIMES: Final = 100
"""More than so many times what there is says that nobody knows."""
DIGITS: Final = 2


def more_to_tell(estimate: Estimate, goal: float) -> tuple[int, int] | None:
    """Say how many more replications would tell: from a few, to what suffices nine times in ten.

    Parameters
    ----------
    estimate : Estimate
    goal : float

    Returns
    -------
    tuple of int, or None
        None where too little is known to say.

    Examples
    --------
    >>> from sim.study.estimate import mean_estimate
    >>> import numpy as np
    >>> near = mean_estimate(0.906 + 0.025 * np.cos(np.arange(20)))
    >>> more_to_tell(near, 0.9), more_to_tell(mean_estimate([0.91, 0.93, 0.92]), 0.9)
    ((3, 440), None)
    """
    if estimate.n < FEWEST or not estimate.sd > 0 or estimate.missing:
        return None
    ends = tuple(_first_with(estimate, goal, chance) for chance in (SOON, SURELY))
    low, high = ends
    if low is None or high is None:
        return None
    return _rounded(low - estimate.n, up=False), _rounded(high - estimate.n, up=True)


def chance_to_tell(estimate: Estimate, goal: float, replications: int) -> float:
    """Return the chance that so many replications in all leave the goal outside their interval.

    The mean of N, of which n are known, is Student's t with n - 1 degrees of freedom about the
    mean so far, with the scale s √((N - n) / (N n)).
    """
    n, total = estimate.n, replications
    if total <= n:
        return 0.0
    scale = estimate.sd * math.sqrt((total - n) / (total * n))
    below, above = (
        side * estimate.sd / math.sqrt(total)
        for side in reach(total, estimate.level, estimate.skewness)
    )
    distance = estimate.mean - goal
    up = special.stdtr(n - 1, (distance - below) / scale)
    down = special.stdtr(n - 1, (-distance - above) / scale)
    return float(up + down)


def _first_with(estimate: Estimate, goal: float, chance: float) -> int | None:
    """Return the fewest replications, made ones included, that tell with a chance."""
    top = estimate.n + 1
    most = MOST_TIMES * estimate.n
    while chance_to_tell(estimate, goal, top) < chance:
        top *= 2
        if top > most:
            return None
    bottom = max(estimate.n, top // 2)
    while top - bottom > 1:
        middle = (top + bottom) // 2
        if chance_to_tell(estimate, goal, middle) >= chance:
            top = middle
        else:
            bottom = middle
    return top


def _rounded(count: int, *, up: bool) -> int:
    """Round to two figures, an upper end upwards."""
    digits = max(0, math.floor(math.log10(max(count, 1))) - DIGITS + 1)
    step = 10**digits
    whole = math.ceil(count / step) if up else count // step
    return max(1, int(whole * step))
