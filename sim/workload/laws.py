"""Drawing times by their law, by inverse transform.

Each ticket has one number for each of its times. A law turns the place of that number among all of
its kind into the time of the same place, so that under another law, mean or variation whoever took
longest still does: common random numbers stay.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from sim.scenario.laws import Law
from sim.workload.draws import Floats, exponential, lognormal

NEWTON_STEPS = 200
"""Far more than the some ten that are needed."""
TOLERANCE = 1e-13


def from_normal(law: Law, mean: Floats | float, normal: Floats) -> Floats:
    """Turn standard normal numbers into times of a law.

    Parameters
    ----------
    law : Law
    mean : float or float64 array
        In any unit; the times have the same.
    normal : float64 array

    Returns
    -------
    float64 array
    """
    if law.name == "lognormal" and not law.shape and not law.seen:
        return lognormal(mean, law.cv, normal)
    from scipy import special  # noqa: PLC0415 - heavy, and seldom needed

    relative: Floats
    if law.cv == 0 and not law.shape and not law.seen:
        relative = np.ones(normal.shape)
    elif law.shape or law.seen or law.name in {"gamma", "Erlang", "uniform"}:
        relative = _below(law, np.asarray(special.ndtr(normal)))
    else:
        # The logarithm of what lies above, so that the longest are as exact as the shortest.
        relative = _above(law, -np.asarray(special.log_ndtr(-normal)))
    return mean * relative


def from_uniform(law: Law, mean: Floats | float, uniform: Floats) -> Floats:
    """Turn uniform numbers in [0, 1) into times of a law; see ``from_normal``."""
    if law.name == "exponential":
        return exponential(mean, uniform)
    from scipy import special  # noqa: PLC0415 - as above

    # 0 would be a normal number without end.
    smallest = np.finfo(np.float64).tiny
    return from_normal(law, mean, np.asarray(special.ndtri(np.maximum(uniform, smallest))))


def _below(law: Law, place: Floats) -> Floats:
    """Return the quantiles, mean 1, of laws that are given by what lies below."""
    from scipy import special  # noqa: PLC0415 - as above

    if law.shape:
        # Straight lines between the quantiles: the mean is that of the trapezes.
        shape: Floats = np.asarray(law.shape, np.float64)
        relative: Floats = shape / np.mean((shape[1:] + shape[:-1]) / 2)
        at: Floats = place * (len(shape) - 1)
        between: Floats = np.interp(at, np.arange(len(shape)), relative)
        return between
    if law.seen:
        seen: Floats = np.asarray(law.seen, np.float64)
        which = np.minimum((place * len(seen)).astype(np.intp), len(seen) - 1)
        again: Floats = seen[which] / seen.mean()
        return again
    if law.name == "uniform":
        even: Floats = 1 + law.cv * 3.0**0.5 * (2 * place - 1)
        return even
    size = 1 / law.cv**2
    gamma: Floats = np.asarray(special.gammaincinv(size, place))
    return gamma / size


def _above(law: Law, beyond: Floats) -> Floats:
    """Return the quantiles, mean 1, by minus the logarithm of what lies above."""
    if law.name == "Weibull":
        from scipy import special  # noqa: PLC0415 - as above

        power = _weibull_power(law.cv)
        waits: Floats = beyond ** (1 / power) / special.gamma(1 + 1 / power)
        return waits
    if law.name == "hyperexponential" and law.cv > 1:
        return _hyperexponential(law.cv, beyond)
    return beyond


def _hyperexponential(cv: float, beyond: Floats) -> Floats:
    """Return quantiles of two exponential laws of balanced means (Morse 1958), by Newton's method.

    Minus the logarithm of what lies above is concave, so that every step from 0 stays below.
    """
    share = (1 + np.sqrt((cv**2 - 1) / (cv**2 + 1))) / 2
    fast, slow = 2 * share, 2 * (1 - share)
    at: Floats = np.zeros(beyond.shape)
    for _ in range(NEWTON_STEPS):
        # As parts of the slow one, which does not vanish as fast.
        other = share / (1 - share) * np.exp(-(fast - slow) * at)
        value = slow * at - np.log1p(other) - np.log(1 - share)
        slope = (fast * other + slow) / (other + 1)
        step = (beyond - value) / slope
        at += step
        if not len(at) or np.max(np.abs(step) / (at + 1)) < TOLERANCE:
            break
    found: Floats = np.maximum(at, 0)
    return found


@lru_cache(maxsize=64)
def _weibull_power(cv: float) -> float:
    """Return the exponent of the Weibull distribution that varies so much, by halving."""
    from scipy.special import gammaln  # noqa: PLC0415 - as above

    low, high = 0.1, 1000.0
    for _ in range(100):
        middle = (low * high) ** 0.5
        varies = np.expm1(gammaln(1 + 2 / middle) - 2 * gammaln(1 + 1 / middle))
        low, high = (middle, high) if varies > cv**2 else (low, middle)
    return float((low * high) ** 0.5)
