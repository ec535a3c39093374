"""Days differ: the service level when each day's rate is random.

A formula at the mean rate promises too much, because bad days have more tickets and serve them
worse. Here each day is in steady state at its own rate, and every ticket counts once.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy import special

from sim.theory.load import Load, check_cv
from sim.theory.mmc import erlang_c_of
from sim.theory.times import Duration, hours

NODES = 200
"""Points of Gauss and Legendre's rule; the integrand is smooth, 60 give ten digits."""
LEFT_OUT = 1e-14
"""Share of the tickets in either tail that is left out."""


def gamma_mixed_service_level(
    rate: str,
    work: str | Duration,
    staff: int,
    *,
    rate_cv: float,
    within: str | Duration,
) -> float:
    """Give the share of tickets that wait at most a limit when the rate differs from day to day.

    Parameters
    ----------
    rate : str
        Mean Poisson arrivals over all days: ``"60 / h"``.
    work : str or Duration
        Mean handle time, exponential.
    staff : int
        Agents, the same every day.
    rate_cv : float
        Coefficient of variation of the day's rate, gamma with the mean `rate`; 0.14 was measured
        within one weekday. 0 is Erlang C.
    within : str or Duration
        The limit: ``"15 min"``.

    Returns
    -------
    float
        A share of all tickets. On days that ask for more than the staff can do, none of them is
        within any limit.

    Raises
    ------
    UnitError, TheoryError
        If a quantity cannot be read, or without variation the staff cannot carry the load.

    Notes
    -----
    Gamma busyness of the day: Avramidis, Deslauriers & L'Ecuyer (2004). Weighted by its tickets, a
    gamma day of shape k = 1/cv² is one of shape k + 1, so the level is the mean of Erlang C over
    that distribution.

    Examples
    --------
    >>> for cv in (0.0, 0.10, 0.14, 0.25):
    ...     level = gamma_mixed_service_level(
    ...         rate="60 / h", work="10 min", staff=12, rate_cv=cv, within="15 min"
    ...     )
    ...     print(cv, round(level, 3))
    0.0 0.978
    0.1 0.884
    0.14 0.805
    0.25 0.652
    """
    check_cv(rate_cv, "the day's rate")
    load, limit = Load.read(rate, work, staff), hours(within)
    if rate_cv == 0:
        return 1.0 - erlang_c_of(load).wait.longer_than_h(limit)
    if load.rate_per_h == 0:
        return 1.0
    shape = rate_cv**-2
    busyness, weights = _by_tickets(shape, up_to=1.0 / load.utilisation if staff else 0.0)
    met = [
        1.0 - erlang_c_of(day).wait.longer_than_h(limit) if day.settles else 0.0
        for day in (Load(float(b) * load.rate_per_h, load.work_h, staff) for b in busyness)
    ]
    return float(weights @ np.array(met))


def _by_tickets(shape: float, up_to: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give nodes and weights of the gamma busyness of the days as tickets see it.

    Nodes are factors of the mean rate, shape (NODES,); the weights, of the same shape, add up to
    the share of the tickets that come on days below `up_to`.
    """
    lowest = float(special.gammaincinv(shape + 1, LEFT_OUT)) / shape
    highest = min(float(special.gammainccinv(shape + 1, LEFT_OUT)) / shape, up_to)
    if highest <= lowest:
        return np.zeros(0), np.zeros(0)
    points, weights = np.polynomial.legendre.leggauss(NODES)
    half = (highest - lowest) / 2
    busyness = np.asarray(lowest + half * (points + 1), dtype=np.float64)
    log_density = (
        (shape + 1) * math.log(shape)
        + shape * np.log(busyness)
        - shape * busyness
        - special.gammaln(shape + 1)
    )
    return busyness, np.asarray(half * weights * np.exp(log_density), dtype=np.float64)
