"""Rates that change with the hour: the load that lags behind, and staff for it.

Work that came in the morning is still in hand in the afternoon. With enough staff that nobody waits
(M_t/G/∞) the number busy is known exactly; staffing each hour for that load is the modified offered
load approximation. It serves short queues; where most tickets wait for hours, simulate.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from sim.errors import TheoryError
from sim.theory.load import Load, check_cv
from sim.theory.result import Result
from sim.theory.staffing import reachable, staff_for_load
from sim.theory.times import Duration, hours

REMEMBERED = 1e-12
"""Share of the work that may still be in hand from before the time looked back to."""
POINTS_PER_STEP = 12
"""Where the load is read within a step: every five minutes of an hour."""
FARTHEST_BACK = 4_000_000
"""Fine steps looked back to at most; what is in hand from before is spread over the period."""
NOBODY = 1e-9
"""A load below this (erlang) is the rounding of none."""


@dataclass(frozen=True, repr=False)
class LoadCurve(Result):
    """The offered load over a period that repeats.

    Parameters
    ----------
    step : Duration
        Length of a step of the rates.
    times_h : ndarray of float64, shape (n,)
        Hours since the period's start.
    load : ndarray of float64, shape (n,)
        Mean number busy then, if nobody waited (erlang).
    """

    step: Duration
    times_h: NDArray[np.float64]
    load: NDArray[np.float64]

    @property
    def peak(self) -> float:
        """The highest load."""
        return float(self.load.max())

    @property
    def peak_at(self) -> Duration:
        """When it is reached first, since the period's start."""
        return Duration.of_hours(float(self.times_h[self.load.argmax()]))

    def highest_by_step(self) -> NDArray[np.float64]:
        """Give the highest load in each step, its end included; shape (steps,)."""
        inside = self.load.reshape(-1, POINTS_PER_STEP)
        ends = np.roll(inside[:, 0], -1)
        highest: NDArray[np.float64] = np.maximum(inside.max(axis=1), ends)
        return highest

    def title(self) -> str:
        """Say which model."""
        return f"Offered load over {len(self.load) // POINTS_PER_STEP} steps of {self.step}"

    def figures(self) -> dict[str, object]:
        """Give the figures to print."""
        return {
            "peak": f"{self.peak:.4g}",
            "peak_at": self.peak_at,
            "lowest": f"{float(self.load.min()):.4g}",
            "mean": f"{float(self.load.mean()):.4g}",
        }


def offered_load_curve(
    rates_per_h: ArrayLike,
    work: str | Duration,
    *,
    step: str | Duration = "1 h",
    work_cv: float | None = None,
) -> LoadCurve:
    """Give the mean number busy over time if nobody waited: M_t/G/∞.

    Parameters
    ----------
    rates_per_h : array_like
        Poisson arrivals per hour in each step, shape (n,). The n steps repeat for ever: give 24 hours
        or 168.
    work : str or Duration
        Mean handle time.
    step : str or Duration
        Length of a step.
    work_cv : float, optional
        Coefficient of variation of lognormal handle times, 0 for constant ones; left out,
        handle times are exponential.

    Returns
    -------
    LoadCurve
        At twelve times a step.

    Raises
    ------
    UnitError, TheoryError
        If a quantity cannot be read or is out of range.

    Notes
    -----
    Palm (1943), Khinchine (1955); Eick, Massey & Whitt (1993), "The physics of the M_t/G/∞ queue",
    theorem 1: the number busy is Poisson with mean ``m(t) = ∫ λ(t − u) P(S > u) du``. With rates
    constant over a step the integral is a sum of differences of E[min(S, u)].

    Examples
    --------
    >>> day = [0] * 8 + [20] * 8 + [0] * 8
    >>> offered_load_curve(day, work="3 h")
    Offered load over 24 steps of 1 h
      peak     55.85
      peak_at  16 h
      lowest   0.2696
      mean     20
    """
    rates = np.asarray(rates_per_h, dtype=np.float64)
    if rates.ndim != 1 or not rates.size or not np.isfinite(rates).all() or (rates < 0).any():
        raise TheoryError("rates_per_h must be a list of tickets an hour, each at least 0")
    if work_cv is not None:
        check_cv(work_cv, "the work")
    work_h, step_h = hours(work), hours(step)
    if work_h == 0 or step_h == 0:
        raise TheoryError("work and step must take some time: give for example '10 min' and '1 h'")
    fine_h = step_h / POINTS_PER_STEP
    fine = np.repeat(rates, POINTS_PER_STEP)
    # The work still in hand of what came j to j + 1 fine steps ago, folded over the period.
    edges = np.arange(_look_back(work_h, work_cv, fine_h) + 1, dtype=np.float64) * fine_h
    in_hand = np.diff(_mean_up_to(edges, work_h, work_cv))
    folded = np.full(fine.size, (work_h - in_hand.sum()) / fine.size)
    np.add.at(folded, np.arange(in_hand.size) % fine.size, in_hand)
    # Turned back by i, the reversed rates begin with the step that ended at the start of step i.
    load = [np.roll(fine[::-1], i) @ folded for i in range(fine.size)]
    return LoadCurve(
        step=Duration.of_hours(step_h),
        times_h=np.arange(fine.size, dtype=np.float64) * fine_h,
        load=np.array(load, dtype=np.float64),
    )


def staff_over_time(
    rates_per_h: ArrayLike,
    work: str | Duration,
    *,
    within: str | Duration,
    share: float | str,
    step: str | Duration = "1 h",
    work_cv: float | None = None,
    lagged: bool = True,
) -> NDArray[np.int64]:
    """Give the staff for each step so that a share of the tickets is answered within a limit.

    Parameters
    ----------
    rates_per_h : array_like
        Poisson arrivals per hour in each step of a period that repeats, shape (n,).
    work : str or Duration
        Mean handle time.
    within : str or Duration
        The limit: ``"15 min"``.
    share : float or str
        The goal: ``"80 %"``.
    step : str or Duration
        Length of a step.
    work_cv : float, optional
        As in `offered_load_curve`.
    lagged : bool
        Whether to staff for the load that lags behind the rates (modified offered load), or as if
        every step were in steady state at its own rate, which fails for long work.

    Returns
    -------
    ndarray of int64, shape (n,)
        Staff present in each step.

    Raises
    ------
    UnitError, TheoryError
        If a quantity cannot be read or is out of range.

    Notes
    -----
    Jennings, Mandelbaum, Massey & Whitt (1996), "Server staffing to meet time-varying demand";
    Green, Kolesar & Whitt (2007): Erlang C at the highest load of the step in place of rate × work.

    Examples
    --------
    >>> day = [0] * 8 + [20] * 8 + [0] * 8
    >>> staff_over_time(day, work="3 h", within="1 h", share="80 %").tolist()[6:20]
    [2, 2, 20, 33, 41, 48, 52, 56, 58, 60, 60, 44, 32, 24]
    >>> staff_over_time(day, work="3 h", within="1 h", share="80 %", lagged=False).tolist()[6:20]
    [0, 0, 64, 64, 64, 64, 64, 64, 64, 64, 0, 0, 0, 0]
    """
    curve = offered_load_curve(rates_per_h, work, step=step, work_cv=work_cv)
    work_h, limit_h, goal = hours(work), hours(within), reachable(share)
    if lagged:
        loads = curve.highest_by_step()
    else:
        loads = np.asarray(rates_per_h, dtype=np.float64) * work_h
    needed = {
        load: staff_for_load(Load(load / work_h, work_h, 0), limit_h=limit_h, goal=goal)
        if load > NOBODY
        else 0
        for load in set(loads.tolist())
    }
    return np.array([needed[load] for load in loads.tolist()], dtype=np.int64)


def _look_back(work_h: float, work_cv: float | None, fine_h: float) -> int:
    """Give the fine steps to look back until next to nothing is still in hand."""
    back_h = work_h
    while work_h - float(_mean_up_to(np.array([back_h]), work_h, work_cv)[0]) > REMEMBERED * work_h:
        back_h *= 2
    return math.ceil(min(back_h / fine_h, FARTHEST_BACK))


def _mean_up_to(u: NDArray[np.float64], mean: float, cv: float | None) -> NDArray[np.float64]:
    """Give E[min(S, u)] of handle times S, all in hours."""
    if cv is None:
        return -mean * np.expm1(-u / mean)
    if cv == 0:
        return np.minimum(u, mean)
    spread = math.sqrt(math.log1p(cv * cv))
    # log(0) is meant: of nothing nothing is in hand.
    with np.errstate(divide="ignore"):
        z = np.log(u / mean) / spread
    below = special.ndtr(z - spread / 2)
    above = special.ndtr(-z - spread / 2)
    partial: NDArray[np.float64] = mean * below + u * above
    return partial
