"""The desk of one replication: queues, the pools of agents that serve them, and who is there when.

A *queue* is where visits wait; a *pool* is a group of agents who serve queues in a stated order;
an *agent* belongs to one pool and is there between the steps of its roster. Absences are sampled
when the roster is made (``sim.workload.roster``), so that nothing here is random.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from sim.workload.journeys import ALWAYS, NEVER_MS, Numbers, Times

ANY_PRIORITY = 127
"""As ``Service.lowest_priority``: every class is served."""
NO_PRE_EMPTION = -1
NO_LIMIT = -1
"""As ``Queue.room``: any number may wait."""
USUAL_SPEED = 1000
"""As ``Desk.agent_speed``: work takes as long as it is."""
LONGEST_SCALED_MS = 2**50
"""Work of more is the same at any speed."""


class Discipline(IntEnum):
    """In what order a queue is served; parked work always comes first."""

    PRIORITY = 0
    """Priority class, then first come."""
    FIRST_COME = 1
    EARLIEST_DUE = 2
    LAST_COME = 3
    """Who joined last is served first."""
    RANDOM = 4
    """By lots that are drawn ahead and kept: the mean wait of a fresh draw each time, and more spread."""
    SHORTEST_WORK = 5
    """By the work asked, as if it were known."""


class ShiftEnd(IntEnum):
    """What becomes of work in hand when an agent's shift ends."""

    FINISH = 0
    """It is finished, in overtime."""
    PARK = 1
    """It is put back at the front of its queue, and keeps what was done."""


@dataclass(frozen=True)
class Queue:
    """A place where visits wait.

    Attributes
    ----------
    name, tier : str, int
        The tier is a position in the scenario's ``tiers``.
    discipline : Discipline
    box_ms, short_box_ms : int
        The time-box of visits that have one, and the one that holds under pressure.
    pressure_permille : int
        Pressure: more than this many thousandths of a visit wait per agent on shift in the pools
        that serve the queue without condition.
    calendar : int
        For a provider that takes everything at once: the calendar in which its work runs; no pool
        serves the queue then. ``NO_PROVIDER`` for a queue served by agents.
    room : int
        How many may wait; of more, those that need room are turned away. ``NO_LIMIT`` for any.
    """

    name: str
    tier: int = 0
    discipline: Discipline = Discipline.PRIORITY
    box_ms: int = NEVER_MS
    short_box_ms: int = NEVER_MS
    pressure_permille: int = 0
    calendar: int = -2
    room: int = NO_LIMIT


NO_PROVIDER = -2


@dataclass(frozen=True)
class Service:
    """One queue that a pool serves.

    Attributes
    ----------
    queue : int
    after_ms : int
        Only when the best visit has waited this long: a swing threshold, or a call-out delay.
        Waiting counts from joining, or from being parked.
    lowest_priority : int
        Only visits of this class or a more urgent one.
    """

    queue: int
    after_ms: int = 0
    lowest_priority: int = ANY_PRIORITY


@dataclass(frozen=True)
class Pool:
    """A group of agents.

    Attributes
    ----------
    name, tier : str, int
    serves : tuple of Service
        In order of preference.
    shift_end : ShiftEnd
    pre_empts : int
        Visits of this class or a more urgent one interrupt less urgent work; ``NO_PRE_EMPTION``.
    on_call : bool
        Its agents are paid when called out, not for being there.
    by_wait : bool
        It takes the visit that has waited longest of the best of each service, whatever their order.
    """

    name: str
    serves: tuple[Service, ...]
    tier: int = 0
    shift_end: ShiftEnd = ShiftEnd.FINISH
    pre_empts: int = NO_PRE_EMPTION
    on_call: bool = False
    by_wait: bool = False


@dataclass(frozen=True, eq=False)
class Desk:
    """Everything about the desk that a replication needs; no ticket is in it.

    Attributes
    ----------
    queues, pools : tuple
    agent_pool : int32
        The pool of each agent.
    step_ms, step_agent, step_comes : int64, int32, bool
        When an agent comes (True) or leaves (False), in order of time, leaving before coming,
        then agent number. For one agent they alternate, starting with coming.
    calendar_open_ms, calendar_close_ms : tuple of int64 arrays
        The open spells of each calendar: disjoint, in order, in ``[open, close)``.
    agent_speed : int32
        In thousandths of the usual speed; empty: all are alike.
    """

    queues: tuple[Queue, ...]
    pools: tuple[Pool, ...]
    agent_pool: Numbers
    step_ms: Times
    step_agent: Numbers
    step_comes: NDArray[np.bool_]
    calendar_open_ms: tuple[Times, ...] = ()
    calendar_close_ms: tuple[Times, ...] = ()
    agent_speed: Numbers = field(default_factory=lambda: np.empty(0, np.int32))


def at_speed(work_ms: int, speed: int) -> int:
    """Return how long work takes at a speed in thousandths.

    Examples
    --------
    >>> at_speed(600_000, 1200), at_speed(600_000, 800), at_speed(1, 9000)
    (500000, 750000, 1)
    """
    if work_ms > LONGEST_SCALED_MS:
        return work_ms
    return max((work_ms * USUAL_SPEED + speed // 2) // speed, 1)


def advance(open_ms: Times, close_ms: Times, start_ms: int, delay_ms: int) -> int:
    """Tell when a delay that runs in open hours alone is over.

    Parameters
    ----------
    open_ms, close_ms : int64 arrays
        The calendar's open spells.
    start_ms, delay_ms : int

    Returns
    -------
    int
        The earliest instant by which ``delay_ms`` of open time have passed since ``start_ms``;
        ``start_ms`` itself for no delay, ``NEVER_MS`` when the calendar ends before.

    Examples
    --------
    >>> nine_to_five = np.array([9, 33]), np.array([17, 41])
    >>> advance(*nine_to_five, 16, 3), advance(*nine_to_five, 16, 1), advance(*nine_to_five, 40, 2)
    (35, 17, 2305843009213693951)
    """
    if delay_ms == 0:
        return start_ms
    spell = int(np.searchsorted(close_ms, start_ms, side="right"))
    left, now = delay_ms, start_ms
    while spell < len(open_ms):
        begin = max(now, int(open_ms[spell]))
        if begin + left <= close_ms[spell]:
            return begin + left
        left -= int(close_ms[spell]) - begin
        spell += 1
    return NEVER_MS


def advance_each(open_ms: Times, close_ms: Times, start_ms: Times, delay_ms: Times | int) -> Times:
    """Tell for many starts when the same delay, or each its own above 0, is over; see ``advance``.

    Examples
    --------
    >>> nine_to_five = np.array([9, 33]), np.array([17, 41])
    >>> advance_each(*nine_to_five, np.array([16, 16, 40]), 3).tolist()
    [35, 35, 2305843009213693951]
    """
    if not np.any(delay_ms):
        return start_ms
    gone = np.concatenate([[0], np.cumsum(close_ms - open_ms)])
    spell = np.searchsorted(close_ms, start_ms, side="right")
    inside = np.minimum(spell, len(open_ms) - 1)
    target = gone[spell] + np.maximum(start_ms - open_ms[inside], 0) * (spell == inside) + delay_ms
    end = np.searchsorted(gone, target, side="left") - 1
    reached = end < len(open_ms)
    end = np.minimum(end, len(open_ms) - 1)
    return np.where(reached, open_ms[end] + target - gone[end], NEVER_MS)


__all__ = [
    "ALWAYS",
    "ANY_PRIORITY",
    "LONGEST_SCALED_MS",
    "NO_LIMIT",
    "NO_PRE_EMPTION",
    "NO_PROVIDER",
    "USUAL_SPEED",
    "Desk",
    "Discipline",
    "Pool",
    "Queue",
    "Service",
    "ShiftEnd",
    "advance",
    "advance_each",
    "at_speed",
]
