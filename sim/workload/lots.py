"""Lots by which visits are served in a queue of random order: drawn ahead, so that no engine draws."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.workload.draws import Draws
from sim.workload.journeys import Numbers, Times
from sim.workload.streams import Purpose

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_FIRST, _SECOND = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_LOT_BITS = np.uint64(2)
"""Bits that a lot leaves free, so that it is a positive number of 62 bits."""


def lots(draws: Draws, users: int, ticket: Numbers, first_visit: Numbers) -> Times:
    """Give each visit its lot.

    A ticket has a number of its own; that of each of its visits follows from it by splitmix64
    (Steele, Lea & Flood 2014), so that the n-th visit of a ticket keeps its lot whatever others do.

    Parameters
    ----------
    draws : Draws
    users : int
        How many tickets are users'; the others come after them, and draw from a stream of their own.
    ticket, first_visit : int32
        The ticket of each visit, and the first visit of each ticket.

    Returns
    -------
    int64 array, one a visit
    """
    count = len(first_visit)
    own = [_numbers(draws, 0, users), _numbers(draws, 1, count - users)]
    place = np.arange(len(ticket), dtype=np.int64) - first_visit[ticket]
    with np.errstate(over="ignore"):
        mixed = np.concatenate(own)[ticket] + (place.astype(np.uint64) + np.uint64(1)) * _GOLDEN
        mixed = (mixed ^ (mixed >> np.uint64(30))) * _FIRST
        mixed = (mixed ^ (mixed >> np.uint64(27))) * _SECOND
    mixed ^= mixed >> np.uint64(31)
    lot: Times = (mixed >> _LOT_BITS).astype(np.int64)
    return lot


def _numbers(draws: Draws, place: int, count: int) -> NDArray[np.uint64]:
    source = draws.source(Purpose.LOT, place)
    return source.integers(0, 2**64 - 1, count, dtype=np.uint64, endpoint=True)
