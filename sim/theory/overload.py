"""More work than people: the backlog as a fluid, for the hours in which no queue settles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.errors import TheoryError
from sim.theory.load import Load, check_staff
from sim.theory.result import Result
from sim.theory.times import Duration, hours
from sim.units import rate_per_h


@dataclass(frozen=True, repr=False)
class Surge(Result):
    """What a temporary overload leaves behind.

    Parameters
    ----------
    load : Load
        The load during the surge.
    peak_backlog : float
        Tickets waiting when it ends.
    longest_wait : Duration
        Wait of the ticket that comes last in it, first come first served.
    cleared_after : Duration
        From its beginning until nobody waits.
    tickets_delayed : float
        Tickets that have to wait, those after the surge included.
    """

    load: Load
    peak_backlog: float
    longest_wait: Duration
    cleared_after: Duration
    tickets_delayed: float

    def title(self) -> str:
        """Say which model, and of what."""
        return f"Surge as a fluid: {self.load}"

    def figures(self) -> dict[str, object]:
        """Give the figures to print."""
        return {
            "peak_backlog": f"{self.peak_backlog:.4g}",
            "longest_wait": self.longest_wait,
            "cleared_after": self.cleared_after,
            "tickets_delayed": f"{self.tickets_delayed:.4g}",
        }


def surge(
    rate: str, work: str | Duration, staff: int, *, lasting: str | Duration, afterwards: str
) -> Surge:
    """Describe the backlog that a temporary overload builds up and the desk then works off.

    Parameters
    ----------
    rate : str
        Arrivals during the surge: ``"100 / h"``.
    work : str or Duration
        Mean handle time.
    staff : int
        Agents, all busy from the first minute on.
    lasting : str or Duration
        How long the surge lasts.
    afterwards : str
        Arrivals after it; the staff must be able to carry more than these.

    Returns
    -------
    Surge
        Peak, longest wait and when it is over; all 0 if the staff can carry the surge.

    Raises
    ------
    UnitError, TheoryError
        If a quantity cannot be read, or the backlog would never be worked off.

    Notes
    -----
    Newell (1982), "Applications of queueing theory", chapter 2: arrivals and work as straight lines.
    It leaves out chance, so it is a lower estimate, and a good one while the overload is large.

    Examples
    --------
    >>> surge(rate="100 / h", work="10 min", staff=12, lasting="2 h", afterwards="60 / h")
    Surge as a fluid: 100 / h × 10 min on 12 staff
      peak_backlog     56
      longest_wait     47 min
      cleared_after    6 h 40 min
      tickets_delayed  480
    """
    load = Load.read(rate, work, staff)
    later = Load(rate_per_h(afterwards), load.work_h, staff)
    long_h = hours(lasting)
    gained_per_h = -load.spare_per_h
    if gained_per_h <= 0:
        return Surge(load, 0.0, Duration(0.0), Duration(0.0), 0.0)
    later.require_steady("after the surge ")
    peak = gained_per_h * long_h
    clearing_h = peak / later.spare_per_h
    return Surge(
        load=load,
        peak_backlog=peak,
        longest_wait=Duration.of_hours(peak * load.work_h / staff),
        cleared_after=Duration.of_hours(long_h + clearing_h),
        tickets_delayed=load.rate_per_h * long_h + later.rate_per_h * clearing_h,
    )


def fluid_backlog(
    rates_per_h: ArrayLike,
    staff: int | Sequence[int] | NDArray[np.int64],
    *,
    work: str | Duration,
    step: str | Duration = "1 h",
    backlog: float = 0.0,
) -> NDArray[np.float64]:
    """Follow the backlog through steps of constant arrivals and staff.

    Parameters
    ----------
    rates_per_h : array_like
        Arrivals per hour in each step, shape (n,).
    staff : int or sequence of int
        Agents in each step, shape (n,), or the same in all.
    work : str or Duration
        Mean handle time.
    step : str or Duration
        Length of a step.
    backlog : float
        Tickets waiting at the start.

    Returns
    -------
    ndarray of float64, shape (n + 1,)
        Tickets waiting at the start and at the end of each step.

    Raises
    ------
    UnitError, TheoryError
        If a quantity cannot be read or is out of range.

    Notes
    -----
    Newell (1982), chapter 2: ``q' = λ − cμ``, held at 0; exact for the fluid at the ends of the
    steps. A desk with chance waits also where the fluid does not.

    Examples
    --------
    >>> fluid_backlog([100, 100, 60, 60], staff=12, work="10 min").tolist()
    [0.0, 28.0, 56.0, 44.0, 32.0]
    """
    rates = np.asarray(rates_per_h, dtype=np.float64)
    if rates.ndim != 1 or not np.isfinite(rates).all() or (rates < 0).any():
        raise TheoryError("rates_per_h must be a list of tickets an hour, each at least 0")
    if not backlog >= 0:
        raise TheoryError(f"a backlog of {backlog!r} tickets is none: give at least 0")
    people = np.asarray(staff)
    if people.ndim and people.shape != rates.shape:
        raise TheoryError(f"{people.size} steps of staff for {rates.size} steps of rates")
    for number in people.ravel():
        check_staff(number)
    work_h, step_h = hours(work), hours(step)
    if work_h == 0 or step_h == 0:
        raise TheoryError("work and step must take some time: give for example '10 min' and '1 h'")
    gained = (rates - people / work_h) * step_h
    path = np.empty(rates.size + 1)
    path[0] = backlog
    for i, gain in enumerate(gained):
        path[i + 1] = max(0.0, path[i] + gain)
    return path
