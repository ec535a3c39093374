"""Little's law: number = rate × time, in every desk that settles, whatever its rules."""

from __future__ import annotations

from dataclasses import dataclass

from sim.errors import TheoryError
from sim.theory.result import Result
from sim.theory.times import Duration, hours
from sim.units import rate_per_h


@dataclass(frozen=True, repr=False)
class Little(Result):
    """Three figures of which two give the third.

    Parameters
    ----------
    rate_per_h : float
        Tickets that come (and go) in an hour.
    time : Duration
        Mean time that each stays.
    number : float
        Mean number there.
    """

    rate_per_h: float
    time: Duration
    number: float

    def title(self) -> str:
        """Say which law."""
        return "Little's law"

    def figures(self) -> dict[str, object]:
        """Give the figures to print."""
        return {
            "rate": f"{self.rate_per_h:.4g} / h",
            "time": self.time,
            "number": f"{self.number:.4g}",
        }


def little(
    *, rate: str | None = None, time: str | Duration | None = None, number: float | None = None
) -> Little:
    """Work out the third of rate, time and number from two of them.

    Parameters
    ----------
    rate : str, optional
        Tickets that come: ``"60 / h"``.
    time : str or Duration, optional
        Mean time that a ticket stays: ``"40 min"``.
    number : float, optional
        Mean number of tickets there.

    Returns
    -------
    Little
        All three.

    Raises
    ------
    UnitError
        If a quantity cannot be read.
    TheoryError
        Unless exactly two are given, or if the third does not follow from them.

    Notes
    -----
    Little (1961), "A proof for the queuing formula L = λ W". It holds for the whole desk, a tier, or
    only its queue, as long as all three are of the same place and the same tickets.

    Examples
    --------
    >>> little(rate="60 / h", time="40 min")
    Little's law
      rate    60 / h
      time    40 min
      number  40
    >>> little(rate="420 / week", number=35).time
    14 h
    """
    if number is not None and number < 0:
        raise TheoryError(f"{number!r} tickets are no number of tickets: give at least 0")
    if rate is not None and time is not None and number is None:
        per_h, long_h = rate_per_h(rate), hours(time)
        return Little(per_h, Duration.of_hours(long_h), per_h * long_h)
    if rate is not None and number is not None and time is None:
        per_h = rate_per_h(rate)
        if per_h == 0:
            raise TheoryError("where nobody comes, the number says nothing about the time")
        return Little(per_h, Duration.of_hours(number / per_h), number)
    if time is not None and number is not None and rate is None:
        long_h = hours(time)
        if long_h == 0:
            raise TheoryError("where nobody stays, the number says nothing about the rate")
        return Little(number / long_h, Duration.of_hours(long_h), number)
    raise TheoryError("Little's law needs exactly two of rate, time and number")
