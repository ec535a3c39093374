"""Lengths of time as theory gives them: a mean, the share within a limit, a percentile.

Formulas work in hours; people say ``"15 min"``. A `Duration` keeps the number and prints itself as
people say it, so that nobody has to guess the unit of a bare float.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass

from sim.errors import TheoryError
from sim.units import HOUR, MINUTE, SECOND, duration_ms, format_duration, format_share, share

MEDIAN = 0.5
HIGH_PERCENTILE = 0.95
BISECTIONS = 200
"""More than the bits of a double: bisection ends earlier, at two neighbouring numbers."""


@dataclass(frozen=True, order=True, repr=False)
class Duration:
    """A length of time that prints itself and is a number only in a unit you ask for.

    Parameters
    ----------
    ms : float
        Milliseconds. Theory does not round them: they are no clock times.

    Examples
    --------
    >>> wait = Duration(ms=134_814.0)
    >>> wait
    2.2 min
    >>> round(wait.minutes, 4), wait.seconds
    (2.2469, 134.814)
    >>> wait < Duration.of_hours(1)
    True
    """

    ms: float

    @classmethod
    def of_hours(cls, hours: float) -> Duration:
        """Take a number of hours.

        Examples
        --------
        >>> Duration.of_hours(1.5)
        1 h 30 min
        """
        return cls(ms=hours * HOUR)

    @property
    def seconds(self) -> float:
        """The length in seconds."""
        return self.ms / SECOND

    @property
    def minutes(self) -> float:
        """The length in minutes."""
        return self.ms / MINUTE

    @property
    def hours(self) -> float:
        """The length in hours."""
        return self.ms / HOUR

    def __repr__(self) -> str:
        return "for ever" if math.isinf(self.ms) else format_duration(self.ms)


def hours(value: str | Duration) -> float:
    """Read a length of time in hours.

    Parameters
    ----------
    value : str or Duration
        ``"15 min"``, or a duration that theory gave.

    Returns
    -------
    float
        Hours, at least 0.

    Raises
    ------
    UnitError
        If a text has no unit or an unknown one.

    Examples
    --------
    >>> hours("15 min"), hours(Duration.of_hours(2.0))
    (0.25, 2.0)
    """
    return value.hours if isinstance(value, Duration) else duration_ms(value) / HOUR


class Times(ABC):
    """A distribution of waiting or sojourn times, known by its tail."""

    @property
    @abstractmethod
    def mean(self) -> Duration:
        """The mean."""

    @abstractmethod
    def longer_than_h(self, limit_h: float) -> float:
        """Give the share that takes longer than a limit in hours (at least 0)."""

    def within(self, limit: str | Duration) -> float:
        """Give the share that takes at most a limit.

        Parameters
        ----------
        limit : str or Duration
            For example ``"15 min"``.

        Returns
        -------
        float
            A share from 0 to 1.
        """
        return 1.0 - self.longer_than_h(hours(limit))

    def percentile(self, of: float | str) -> Duration:
        """Give the time that a share of the tickets does not exceed.

        Parameters
        ----------
        of : float or str
            The share: ``0.95`` or ``"95 %"``.

        Returns
        -------
        Duration
            The smallest time within which that share falls, to the last bits of a double.

        Raises
        ------
        TheoryError
            For 100 %: no time is long enough.
        """
        beyond = 1.0 - _below_one(of)
        if self.longer_than_h(0.0) <= beyond:
            return Duration(0.0)
        low, high = 0.0, max(self.mean.hours, SECOND / HOUR)
        while self.longer_than_h(high) > beyond:
            low, high = high, 2 * high
        for _ in range(BISECTIONS):
            middle = (low + high) / 2
            if middle in {low, high}:
                break
            if self.longer_than_h(middle) > beyond:
                low = middle
            else:
                high = middle
        return Duration.of_hours(high)

    def __repr__(self) -> str:
        median, high = self.percentile(MEDIAN), self.percentile(HIGH_PERCENTILE)
        return f"mean {self.mean}, p50 {median}, p95 {high}"


@dataclass(frozen=True, repr=False)
class ExponentialWait(Times):
    """Nothing for most, exponential for the rest: P(W > t) = p_wait · exp(−decay · t).

    Parameters
    ----------
    p_wait : float
        Share that waits at all.
    decay_per_h : float
        One over the mean wait in hours of those who wait.

    Examples
    --------
    >>> wait = ExponentialWait(p_wait=0.5, decay_per_h=12.0)
    >>> wait.mean, wait.percentile("95 %"), wait.percentile(0.3)
    (2.5 min, 12 min, 0 min)
    >>> round(wait.within("5 min"), 4)
    0.8161
    """

    p_wait: float
    decay_per_h: float

    @property
    def mean(self) -> Duration:
        """The mean over all, those who do not wait included."""
        return Duration.of_hours(self.p_wait / self.decay_per_h)

    def longer_than_h(self, limit_h: float) -> float:
        """Give the share that waits longer than a limit in hours."""
        return self.p_wait * math.exp(-self.decay_per_h * limit_h)

    def percentile(self, of: float | str) -> Duration:
        """Give the wait that a share of the tickets does not exceed, in closed form."""
        beyond = 1.0 - _below_one(of)
        if self.p_wait <= beyond:
            return Duration(0.0)
        return Duration.of_hours(math.log(self.p_wait / beyond) / self.decay_per_h)


@dataclass(frozen=True, repr=False)
class MeanTime(Times):
    """A time of which theory knows the mean and no more.

    Parameters
    ----------
    expected : Duration
        The mean.

    Examples
    --------
    >>> wait = MeanTime(Duration.of_hours(0.5))
    >>> wait
    mean 30 min
    >>> wait.within("15 min")
    Traceback (most recent call last):
    ...
    sim.errors.TheoryError: of this wait theory knows the mean only: simulate it for shares and percentiles
    """

    expected: Duration

    @property
    def mean(self) -> Duration:
        """The mean."""
        return self.expected

    def longer_than_h(self, limit_h: float) -> float:  # noqa: ARG002 - the others need it
        """Refuse: the formula says nothing about limits."""
        raise TheoryError(
            "of this wait theory knows the mean only: simulate it for shares and percentiles"
        )

    def __repr__(self) -> str:
        return f"mean {self.mean}"


def _below_one(of: float | str) -> float:
    part = share(of)
    if part == 1.0:
        raise TheoryError(
            f"no limit holds for {format_share(part, 0)} of the tickets: ask for less, such as '99 %'"
        )
    return part
