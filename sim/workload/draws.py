"""Random numbers of tickets, and the distributions they are turned into."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from sim.workload.journeys import NEVER_MS, Times
from sim.workload.streams import Purpose, stream

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
_LATEST_MS = np.nextafter(float(NEVER_MS), 0)
"""The largest float that is not later than ``NEVER_MS``."""
_Any = TypeVar("_Any", bound=np.generic)


class Draws:
    """The random numbers of one replication; row i belongs to ticket i.

    Parameters
    ----------
    seed, replication : int
    tickets : int
        How many there are.
    """

    def __init__(self, seed: int, replication: int, tickets: int) -> None:
        self._seed, self._replication, self._tickets = seed, replication, tickets

    def uniform(self, purpose: Purpose, *place: int, columns: int = 0) -> Floats:
        """Return uniform numbers in [0, 1): one a ticket, or a row of ``columns``."""
        shape = (self._tickets, columns) if columns else self._tickets
        return self.source(purpose, *place).random(shape)

    def normal(self, purpose: Purpose, *place: int) -> Floats:
        """Return standard normal numbers, one a ticket."""
        return self.source(purpose, *place).standard_normal(self._tickets)

    def source(self, purpose: Purpose, *place: int) -> np.random.Generator:
        """Return the stream of a purpose."""
        return stream(self._seed, self._replication, purpose, *place)


def rows(column: NDArray[_Any], who: NDArray[np.intp]) -> NDArray[_Any]:
    """Return the rows of some tickets: the column itself, which nobody changes, if it is all."""
    return column if len(who) == len(column) else column[who]


def by_topic(table: NDArray[_Any], topic: NDArray[np.int16]) -> NDArray[_Any]:
    """Return what a table says of each ticket's topic; one number, repeated, if all are the same."""
    if (table == table[0]).all():
        return np.broadcast_to(table[0], topic.shape)
    return table[topic]


def lognormal(mean: Floats | float, cv: float, normal: Floats) -> Floats:
    """Turn standard normal numbers into lognormal ones of a given mean and variation."""
    if cv == 0:
        return np.broadcast_to(np.asarray(mean, np.float64), normal.shape)
    variance = np.log1p(cv**2)
    value: Floats = np.sqrt(variance) * normal
    value -= variance / 2
    np.exp(value, out=value)
    value *= mean
    return value


def exponential(mean: Floats | float, uniform: Floats) -> Floats:
    """Turn uniform numbers into exponential ones of a given mean."""
    value: Floats = -mean * np.log1p(-uniform)
    return value


def work(ms: Floats) -> Times:
    """Round work to whole milliseconds, at least one."""
    return _whole(ms, 1)


def patience(ms: Floats) -> Times:
    """Round patience to whole milliseconds, at least one: an idle agent answers at any patience."""
    return _whole(ms, 1)


def delay(ms: Floats) -> Times:
    """Round a delay to whole milliseconds."""
    return _whole(ms, 0)


def _whole(ms: Floats, least: int) -> Times:
    rounded = np.rint(ms)
    np.clip(rounded, least, _LATEST_MS, out=rounded)
    return rounded.astype(np.int64)
