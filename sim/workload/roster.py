"""Who is there when: the desk of one replication, with its sampled absences and breaks.

A person belongs to one shift. For each spell of the shift they are absent with probability
``absence``; otherwise ``breaks`` of its length is spent away from tickets, in pieces of about half
an hour, one at a random place in each equal part of the spell. Each person has a row of draws of
their own, so that one more person changes nobody else's days.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.scenario.model import Scenario
from sim.units import MINUTE
from sim.workload.desk import Desk
from sim.workload.journeys import Times
from sim.workload.plan import Shift, plan
from sim.workload.streams import Purpose, stream

BREAK_MS = 30 * MINUTE
"""About how long one break is."""


Presence = tuple[NDArray[np.int64], Times, Times]
"""Persons, and the spells in which they are there."""


def staff(
    scenario: Scenario,
    seed: int,
    replication: int,
    known_presence: dict[tuple[Any, ...], Presence] | None = None,
) -> Desk:
    """Sample the desk of one replication.

    Parameters
    ----------
    scenario : Scenario
    seed, replication : int
        At least 0; together they name every draw.
    known_presence : dict, optional
        Who is there in shifts that were sampled before, of this seed and replication: what is in it
        is taken, and what is not is put there. For a search, whose desks share most shifts.

    Returns
    -------
    Desk
        Agents are numbered pool by pool, and in a pool shift by shift. Who has reserved time is
        two agents; those that work in it have the numbers after the others of their shift.
    """
    known = plan(scenario)
    agent_pool: list[NDArray[np.int32]] = []
    agents: list[NDArray[np.int32]] = []
    come: list[Times] = []
    leave: list[Times] = []
    count = 0
    for shift in known.shifts:
        presence = _remembered(shift, seed, replication, known_presence)
        for pool, (person, start, end) in _by_pool(shift, presence):
            agent_pool.append(np.full(shift.heads, pool, np.int32))
            agents.append((person + count).astype(np.int32))
            come.append(start)
            leave.append(end)
            count += shift.heads
    agent = _join(agents, np.int32)
    times = np.concatenate([_join(leave, np.int64), _join(come, np.int64)])
    comes = np.arange(len(times)) >= len(agent)
    both = np.concatenate([agent, agent])
    pool_of_agent = _join(agent_pool, np.int32)
    order = np.lexsort((both, comes, times))
    return Desk(
        queues=known.queues,
        pools=known.pools,
        agent_pool=pool_of_agent,
        step_ms=times[order],
        step_agent=both[order],
        step_comes=comes[order],
        calendar_open_ms=known.calendar_open_ms,
        calendar_close_ms=known.calendar_close_ms,
        agent_speed=known.speeds[pool_of_agent] if len(known.speeds) else known.speeds,
    )


def _join(parts: list[NDArray[np.signedinteger]], dtype: type) -> NDArray[np.signedinteger]:
    return np.concatenate([*parts, np.empty(0, dtype)]).astype(dtype, copy=False)


def _remembered(
    shift: Shift, seed: int, replication: int, known: dict[tuple[Any, ...], Presence] | None
) -> Presence:
    if known is None:
        return _presence(shift, seed, replication)
    arrays = (shift.from_ms.tobytes(), shift.to_ms.tobytes(), shift.learns.tobytes())
    key = (shift.pool, shift.place, shift.heads, shift.absence, shift.breaks, *arrays)
    if key not in known:
        known[key] = _presence(shift, seed, replication)
    return known[key]


def _by_pool(shift: Shift, presence: Presence) -> Iterator[tuple[int, Presence]]:
    """Split presence between a shift's own pool and the one that works in reserved time.

    One person is an agent in each of the two, and never in both at once.
    """
    if not shift.reserved:
        yield shift.pool, presence
        return
    person, start, end = presence
    spell = np.searchsorted(shift.from_ms, start, side="right") - 1
    length = shift.to_ms - shift.from_ms
    cut = (shift.from_ms + np.rint(length * shift.reserved).astype(np.int64))[spell]
    yield shift.pool, _merged(person, np.maximum(start, cut), end)
    yield shift.reserved_pool, _merged(person, start, np.minimum(end, cut))


def _presence(shift: Shift, seed: int, replication: int) -> Presence:
    """Return the spells in which the people of a shift can take tickets.

    Returns
    -------
    person : int64
        0 to ``heads - 1``.
    start, end : int64
        Disjoint spells; those of one person that touch are merged.
    """
    spells = len(shift.from_ms)
    shape = (shift.heads, spells)
    there = np.ones(shape, np.bool_)
    if shift.absence:
        number = stream(seed, replication, Purpose.ABSENCE, shift.pool, shift.place)
        there = number.random(shape) >= shift.absence
    there &= shift.learns > 0
    person, spell = np.nonzero(there)
    start, end = shift.from_ms[spell], shift.to_ms[spell]
    end = start + np.rint((end - start) * shift.learns[there]).astype(np.int64)
    if shift.breaks:
        away_ms = (shift.to_ms - shift.from_ms).max(initial=0) * shift.breaks
        pieces = max(1, round(away_ms / BREAK_MS))
        number = stream(seed, replication, Purpose.BREAKS, shift.pool, shift.place)
        place = number.random((*shape, pieces))[there]
        part = ((end - start) // pieces)[:, np.newaxis]
        piece = np.rint(part * shift.breaks).astype(np.int64)
        offset = part * np.arange(pieces) + np.rint(place * (part - piece)).astype(np.int64)
        begin = start[:, np.newaxis] + offset
        start = np.column_stack([start, begin + piece]).ravel()
        end = np.column_stack([begin, end]).ravel()
        person = np.repeat(person, pieces + 1)
    return _merged(person, start, end)


def _merged(person: NDArray[np.int64], start: Times, end: Times) -> Presence:
    """Drop empty spells, and merge those of one person that touch."""
    real = end > start
    person, start, end = person[real], start[real], end[real]
    if not len(person):
        return person, start, end
    new = np.ones(len(person), np.bool_)
    new[1:] = (person[1:] != person[:-1]) | (start[1:] != end[:-1])
    last = np.append(new[1:], True)
    return person[new], start[new], end[last]
