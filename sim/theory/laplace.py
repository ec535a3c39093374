"""From a Laplace transform back to the probability: for waits that have no closed form."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Transform = Callable[[NDArray[np.complex128]], NDArray[np.complex128]]

DIGITS = 8
"""Digits asked for; the error of the method is about exp(−DAMPING)."""
DAMPING = DIGITS * math.log(10)
PLAIN_TERMS = 38
"""Terms of the alternating series before averaging; fifteen suffice for smooth tails."""
AVERAGED_TERMS = 11
_WEIGHTS = np.array([math.comb(AVERAGED_TERMS, i) for i in range(AVERAGED_TERMS + 1)])


def invert(transform: Transform, t: float) -> float:
    """Evaluate a function of time from its Laplace transform.

    Parameters
    ----------
    transform : callable
        Takes complex arguments of shape (n,), real part above 0, and gives the transform there.
    t : float
        Time, above 0, in the unit whose inverse is the transform's argument.

    Returns
    -------
    float
        The function at `t`, to about eight digits after the point for a smooth function within
        [0, 1].

    Notes
    -----
    Abate & Whitt (1995), "Numerical inversion of Laplace transforms of probability distributions",
    the method Euler: a Fourier series, its alternating tail averaged
    binomially.

    Examples
    --------
    >>> round(invert(lambda s: 1 / (s + 1), 2.0), 7), round(math.exp(-2.0), 7)
    (0.1353353, 0.1353353)
    """
    k = np.arange(PLAIN_TERMS + AVERAGED_TERMS + 1)
    points = np.asarray((DAMPING + 2j * math.pi * k) / (2 * t), dtype=np.complex128)
    values = transform(points).real
    values[0] /= 2
    sums = np.cumsum(np.where(k % 2, -values, values))
    averaged = sums[PLAIN_TERMS:] @ _WEIGHTS / _WEIGHTS.sum()
    return float(math.exp(DAMPING / 2) / t * averaged)
