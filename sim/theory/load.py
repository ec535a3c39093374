"""What a desk is offered, and whether its staff can carry it at all."""

from __future__ import annotations

import math
from dataclasses import dataclass
from numbers import Integral

from sim.errors import TheoryError
from sim.theory.times import Duration, hours
from sim.units import rate_per_h

NO_SLACK = 1e-12
"""A utilisation this close to 1 is 1: the rest is rounding of rate × work."""


@dataclass(frozen=True)
class Load:
    """Tickets that come, the work in each, and the people for it.

    Parameters
    ----------
    rate_per_h : float
        Tickets an hour, at least 0.
    work_h : float
        Mean handle time in hours, above 0.
    staff : int
        Agents, at least 0.

    Raises
    ------
    TheoryError
        If a figure is out of range.

    Examples
    --------
    >>> load = Load.read("60 / h", "10 min", 12)
    >>> print(load)
    60 / h × 10 min on 12 staff
    >>> load.offered_load, round(load.utilisation, 4)
    (10.0, 0.8333)
    """

    rate_per_h: float
    work_h: float
    staff: int

    def __post_init__(self) -> None:
        if not (math.isfinite(self.rate_per_h) and self.rate_per_h >= 0):
            raise TheoryError(
                f"a rate of {self.rate_per_h:g} / h is no rate: give one of at least 0"
            )
        if not (math.isfinite(self.work_h) and self.work_h > 0):
            raise TheoryError(
                "work must take some time: give a handle time above 0, such as '10 min'"
            )
        check_staff(self.staff)

    @classmethod
    def read(cls, rate: str, work: str | Duration, staff: int) -> Load:
        """Read a load from quantities as people write them."""
        return cls(rate_per_h(rate), hours(work), staff)

    @property
    def offered_load(self) -> float:
        """Agents that would be busy if nobody ever waited (erlang)."""
        return self.rate_per_h * self.work_h

    @property
    def utilisation(self) -> float:
        """Share of the staff's time that the load asks for; above 1 it asks for more than all."""
        if self.staff == 0:
            return math.inf if self.rate_per_h else 0.0
        return self.offered_load / self.staff

    @property
    def spare_per_h(self) -> float:
        """Tickets an hour that the staff could finish beyond those that come."""
        return (self.staff - self.offered_load) / self.work_h

    @property
    def settles(self) -> bool:
        """Whether a queue without leaving comes to a steady state."""
        return self.utilisation < 1.0 - NO_SLACK

    def require_steady(self, where: str = "") -> None:
        """Refuse a load that no queue survives.

        Parameters
        ----------
        where : str
            The station, for the message: ``"L2: "``.

        Raises
        ------
        TheoryError
            If utilisation is 1 or more.

        Examples
        --------
        >>> Load.read("60 / h", "15 min", 12).require_steady()
        Traceback (most recent call last):
        ...
        sim.errors.TheoryError: 12 staff at 60 / h × 15 min are offered 125 % of their capacity: the queue never settles; at least 16 are needed
        """
        if self.settles:
            return
        found = (
            f"{self.staff} staff at {self._demand()} are offered {100 * self.utilisation:.4g} % of their capacity"
            if self.staff
            else f"nobody is there for {self._demand()}"
        )
        raise TheoryError(
            f"{where}{found}: the queue never settles; "
            f"at least {fewest_staff(self.offered_load)} are needed"
        )

    def _demand(self) -> str:
        return f"{self.rate_per_h:.6g} / h × {Duration.of_hours(self.work_h)}"

    def __str__(self) -> str:
        return f"{self._demand()} on {self.staff} staff"


def fewest_staff(offered_load: float) -> int:
    """Give the fewest staff with whom a queue settles.

    Examples
    --------
    >>> fewest_staff(10.0), fewest_staff(10.2)
    (11, 11)
    """
    return math.floor(offered_load * (1.0 + NO_SLACK)) + 1


def check_staff(staff: object) -> None:
    """Refuse staff that is no whole number of people.

    Raises
    ------
    TheoryError
        If it is negative or not whole.
    """
    # numpy's whole numbers are people too; True is not.
    if not isinstance(staff, bool) and isinstance(staff, Integral) and int(staff) >= 0:
        return
    raise TheoryError(f"{staff!r} staff is no number of people: give a whole number, at least 0")


def check_cv(cv: float, of: str) -> None:
    """Refuse a coefficient of variation that is none.

    Raises
    ------
    TheoryError
        If it is negative or not finite.
    """
    if not (math.isfinite(cv) and cv >= 0):
        raise TheoryError(
            f"{cv!r} is no coefficient of variation of {of}: give standard deviation over mean, at least 0"
        )
