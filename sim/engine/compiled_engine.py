"""The compiled engine: a workload and a desk as flat arrays, for the kernel to play.

This is the way in and out; what happens in between is in ``kernel.pyx``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import MISSING, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.engine.kernel import play
from sim.engine.log import Log, Spells
from sim.workload.desk import (
    ANY_PRIORITY,
    NO_LIMIT,
    NO_PRE_EMPTION,
    NO_PROVIDER,
    USUAL_SPEED,
    Desk,
    Discipline,
    ShiftEnd,
)
from sim.workload.journeys import ALWAYS, NEVER_MS, NONE, NOT_YET, SUCCESSORS, Workload

Flat = dict[str, Any]

KEY_BITS = 63
"""Bits of a key that has a sign."""
LATEST_END_MS: int = 2 ** (KEY_BITS - 3) - 1
"""The latest end of a period: the kernel keeps a rank beside each time, in 64 bits."""

_TICKET_COLUMNS = {
    "arrival_ms": np.int64,
    "due_ms": np.int64,
    "first_visit": np.int32,
    "prevented_by": np.int32,
    "closes_on": np.int32,
    "priority": np.int8,
}
_VISIT_COLUMNS = {
    "ticket": np.int32,
    "queue": np.int32,
    "awaits": np.int32,
    "raises": np.int32,
    "side_visit": np.int32,
    "work_ms": np.int64,
    "patience_ms": np.int64,
    "give_up_ms": np.int64,
    "side_delay_ms": np.int64,
    "lot": np.int64,
    "resolves": np.uint8,
    "needs_room": np.uint8,
    "is_side": np.uint8,
    "side_calendar": np.int8,
}
_WAYS_ON = {"successor": np.int32, "delay_ms": np.int64, "delay_calendar": np.int8}
"""Columns with a row for each outcome that has a successor."""


def run(workload: Workload, desk: Desk, *, by_events: bool = False) -> Log:
    """Play one replication to the end of its period.

    Parameters
    ----------
    workload : Workload
    desk : Desk
    by_events : bool
        Go from event to event even where each visit could be settled when it joins, which is faster
        and gives the same log.

    Returns
    -------
    Log

    Raises
    ------
    ValueError
        If the workload or the desk breaks an invariant of its module.
    MemoryError
        If there is no room for the log, or for what is still to happen.
    """
    _check(workload, desk)
    log = _empty_log(len(workload.tickets), len(workload.visits))
    flat = _flat_workload(workload) | _flat_desk(desk, class_count=_class_count(workload))
    if not by_events and _is_plain(workload, desk, flat):
        flat |= _presences(desk)
    visit, agent, from_ms, to_ms = play(flat | log)
    order = np.lexsort((from_ms, visit))
    return Log(**log, interrupted=Spells(visit[order], agent[order], from_ms[order], to_ms[order]))


def _check(workload: Workload, desk: Desk) -> None:
    """Raise ``ValueError`` where a number names nothing, or the desk breaks an invariant.

    The kernel itself looks at the columns that every workload has, and at the chains of visits.
    """
    tickets, visits = workload.tickets, workload.visits
    signals, calendars = len(workload.signal_count), len(desk.calendar_open_ms)
    queues, pools, agents = len(desk.queues), len(desk.pools), len(desk.agent_pool)
    services = [service for pool in desk.pools for service in pool.serves]
    for table in (tickets, visits):
        for column in fields(table):
            array = getattr(table, column.name)
            rows = (SUCCESSORS,) * (column.name in _WAYS_ON) + (len(table),)
            is_needed = column.default_factory is MISSING
            if ((is_needed and len(table)) or array.size) and array.shape != rows:
                raise ValueError(f"{column.name} has the shape {array.shape}, not {rows}")
    if desk.agent_speed.size and len(desk.agent_speed) != agents:
        raise ValueError("agent_speed has not one number for each agent")
    if not len(desk.step_ms) == len(desk.step_agent) == len(desk.step_comes):
        raise ValueError("step_ms, step_agent and step_comes differ in length")
    ranges: list[tuple[str, Any, int, int]] = [
        ("prevented_by", tickets.prevented_by, NONE, signals - 1),
        ("closes_on", tickets.closes_on, NONE, signals - 1),
        ("awaits", visits.awaits, NONE, signals - 1),
        ("raises", visits.raises, NONE, signals - 1),
        ("delay_ms", visits.delay_ms, 0, NEVER_MS),
        ("delay_calendar", visits.delay_calendar, ALWAYS, calendars - 1),
        ("patience_ms", visits.patience_ms, 1, NEVER_MS),
        ("give_up_ms", visits.give_up_ms, NONE, NEVER_MS),
        ("side_delay_ms", visits.side_delay_ms, 0, NEVER_MS),
        ("side_calendar", visits.side_calendar, ALWAYS, calendars - 1),
        ("end_ms", [workload.end_ms], 0, LATEST_END_MS),
        ("a queue's calendar", [q.calendar for q in desk.queues], NO_PROVIDER, calendars - 1),
        ("box_ms", [q.box_ms for q in desk.queues], 0, NEVER_MS),
        ("short_box_ms", [q.short_box_ms for q in desk.queues], 0, NEVER_MS),
        ("a service's queue", [s.queue for s in services], 0, queues - 1),
        ("after_ms", [s.after_ms for s in services], 0, NEVER_MS),
        ("room", [queue.room for queue in desk.queues], NO_LIMIT, NEVER_MS),
        ("agent_pool", desk.agent_pool, 0, pools - 1),
        ("agent_speed", desk.agent_speed, 1, USUAL_SPEED**2),
        ("step_agent", desk.step_agent, 0, agents - 1),
        ("step_ms, from one to the next,", np.diff(desk.step_ms), 0, NEVER_MS),
    ]
    for name, values, lowest, highest in ranges:
        least, most = (min, max) if isinstance(values, list) else (np.min, np.max)
        if np.size(values) and not lowest <= least(values) <= most(values) <= highest:
            raise ValueError(f"{name} is not from {lowest} to {highest} everywhere")
    if any(queue.discipline is Discipline.EARLIEST_DUE for queue in desk.queues) and (
        len(tickets.due_ms) != len(tickets)
    ):
        raise ValueError("a queue serves the earliest due first, and tickets have no due time")
    if any(queue.discipline is Discipline.RANDOM for queue in desk.queues) and (
        len(visits.lot) != len(visits)
    ):
        raise ValueError("a queue serves by lots, and visits have none")


def _empty_log(tickets: int, visits: int) -> Flat:
    """Make the columns of a log in which nothing has happened."""
    columns: Flat = {
        name: np.full(visits, NOT_YET, np.int64)
        for name in ("joined_ms", "started_ms", "finished_ms", "taken_up_ms")
    }
    return columns | {
        "ended_ms": np.full(tickets, NOT_YET, np.int64),
        "ending": np.zeros(tickets, np.int8),
        "outcome": np.full(visits, NOT_YET, np.int8),
        "agent": np.full(visits, NONE, np.int32),
    }


def _class_count(workload: Workload) -> int:
    priority = workload.tickets.priority
    return int(priority.max()) + 1 if len(priority) else 1


def _column(array: NDArray[Any], dtype: Any) -> NDArray[Any]:
    """Return a column as the kernel reads it: one row, and no copy where it is that already."""
    if dtype is np.uint8 and array.dtype == np.bool_:
        array = array.view(np.uint8)
    return np.ascontiguousarray(array, dtype).reshape(-1)


def _flat_workload(workload: Workload) -> Flat:
    tickets, visits = workload.tickets, workload.visits
    flat: Flat = {n: _column(getattr(tickets, n), t) for n, t in _TICKET_COLUMNS.items()}
    flat |= {n: _column(getattr(visits, n), t) for n, t in (_VISIT_COLUMNS | _WAYS_ON).items()}
    arrival_ms = flat["arrival_ms"]
    is_sorted = bool((arrival_ms[1:] >= arrival_ms[:-1]).all())
    order = np.empty(0, np.int32) if is_sorted else np.argsort(arrival_ms, kind="stable")
    return flat | {
        "arrival_order": _column(order, np.int32),
        "signal_count": _column(workload.signal_count, np.int32),
        "end_ms": workload.end_ms,
    }


def _flat_desk(desk: Desk, *, class_count: int) -> Flat:
    queues, pools = desk.queues, desk.pools
    services = [(number, service) for number, pool in enumerate(pools) for service in pool.serves]
    pool_of_service = [number for number, _ in services]
    served = [[k for k, (_, s) in enumerate(services) if s.queue == q] for q in range(len(queues))]
    crews = [
        sorted(
            {
                number
                for number, s in services
                if s.queue == q and s.after_ms == 0 and s.lowest_priority == ANY_PRIORITY
            }
        )
        for q in range(len(queues))
    ]
    selective = {
        s.queue
        for number, s in services
        if s.lowest_priority < class_count - 1 or pools[number].pre_empts != NO_PRE_EMPTION
    }
    members = [np.flatnonzero(desk.agent_pool == number).tolist() for number in range(len(pools))]
    spells = [
        np.cumsum(close - begin)
        for begin, close in zip(desk.calendar_open_ms, desk.calendar_close_ms, strict=True)
    ]
    return {
        "class_count": class_count,
        "pool_first": _firsts([pool.serves for pool in pools]),
        "queue_of_service": _numbers(s.queue for _, s in services),
        "pool_of_service": _numbers(pool_of_service),
        "lowest_of_service": _numbers(s.lowest_priority for _, s in services),
        "after_of_service_ms": np.array([s.after_ms for _, s in services], np.int64),
        "queue_first": _firsts(served),
        "service_of_queue": _numbers(k for row in served for k in row),
        "crew_first": _firsts(crews),
        "pool_of_crew": _numbers(number for crew in crews for number in crew),
        "calendar_of_queue": _numbers(queue.calendar for queue in queues),
        "pressure_of_queue": np.array([queue.pressure_permille for queue in queues], np.int64),
        "box_of_queue_ms": np.array([queue.box_ms for queue in queues], np.int64),
        "short_box_of_queue_ms": np.array([queue.short_box_ms for queue in queues], np.int64),
        "room_of_queue": np.array([queue.room for queue in queues], np.int64),
        "discipline_of_queue": np.array([queue.discipline for queue in queues], np.int8),
        "shift_end_of_pool": np.array([pool.shift_end for pool in pools], np.int8),
        "by_class": np.array(
            [
                class_count > 1 and (queue.discipline is Discipline.PRIORITY or q in selective)
                for q, queue in enumerate(queues)
            ],
            np.uint8,
        ),
        "pre_empts": _numbers(pool.pre_empts for pool in pools),
        "by_wait": np.array([pool.by_wait for pool in pools], np.uint8),
        "member_first": _firsts(members),
        "agent_of_member": _numbers(number for row in members for number in row),
        "pool_of_agent": _column(desk.agent_pool, np.int32),
        "speed_of_agent": _column(desk.agent_speed, np.int32),
        "step_ms": _column(desk.step_ms, np.int64),
        "step_agent": _column(desk.step_agent, np.int32),
        "step_comes": _column(desk.step_comes, np.uint8),
        "spell_first": _firsts(spells),
        "open_ms": _joined(desk.calendar_open_ms),
        "close_ms": _joined(desk.calendar_close_ms),
        "opened_ms": _joined(spells),
    }


def _is_plain(workload: Workload, desk: Desk, flat: Flat) -> bool:
    """Tell whether visits can be settled as they join: see ``kernel_settled.pxd``."""
    visits = workload.visits
    depends_on_state = (
        workload.signal_count,
        visits.patience_ms,
        visits.needs_room,
        visits.give_up_ms,
        desk.agent_speed,
        visits.side_visit,
        visits.is_side,
    )
    return (
        not any(column.size for column in depends_on_state)
        and not flat["by_class"].any()
        and (flat["discipline_of_queue"] <= Discipline.FIRST_COME).all()
        and all(pool.pre_empts == NO_PRE_EMPTION for pool in desk.pools)
        and (np.diff(flat["pool_first"]) <= 1).all()
        and (np.diff(flat["queue_first"]) <= 1).all()
        and not flat["after_of_service_ms"].any()
        and (flat["lowest_of_service"] >= flat["class_count"] - 1).all()
        and workload.end_ms.bit_length() + len(desk.agent_pool).bit_length() < KEY_BITS
        and _steps_alternate(desk)
        and not _parks(desk, workload.end_ms)
    )


def _steps_alternate(desk: Desk) -> bool:
    """Tell whether each agent comes, leaves, comes and so on, so that no step is ignored."""
    _, is_coming, place = _steps_by_agent(desk)
    return bool((is_coming == (place % 2 == 0)).all())


def _parks(desk: Desk, end_ms: int) -> bool:
    """Tell whether work may be parked at the end of a shift that ends within the period."""
    parks = np.array([pool.shift_end is ShiftEnd.PARK for pool in desk.pools], np.bool_)
    leaves = ~desk.step_comes & (desk.step_ms < end_ms)
    return bool(parks[desk.agent_pool[desk.step_agent[leaves]]].any())


def _steps_by_agent(desk: Desk) -> tuple[NDArray[np.intp], NDArray[np.bool_], NDArray[np.intp]]:
    """Return steps sorted by agent: their rows, whether they come, their place among the agent's."""
    order = np.argsort(desk.step_agent, kind="stable")
    steps = np.bincount(desk.step_agent, minlength=len(desk.agent_pool))
    place = np.arange(len(order)) - np.repeat(np.cumsum(steps) - steps, steps)
    return order, desk.step_comes[order], place


def _presences(desk: Desk) -> Flat:
    """Return from when to when agents are there, and where each one's presences begin."""
    order, is_coming, place = _steps_by_agent(desk)
    agent = desk.step_agent[order]
    counts = np.bincount(agent[is_coming], minlength=len(desk.agent_pool)) + 1
    first = np.cumsum(counts) - counts
    # The last presence of each, which the kernel never reaches.
    come_ms = np.full(counts.sum(), NEVER_MS)
    leave_ms = np.full(counts.sum(), np.iinfo(np.int64).max)
    row = first[agent] + place // 2
    come_ms[row[is_coming]] = desk.step_ms[order][is_coming]
    leave_ms[row[~is_coming]] = desk.step_ms[order][~is_coming]
    return {"come_ms": come_ms, "leave_ms": leave_ms, "first_presence": _numbers(first)}


def _numbers(values: Iterable[int]) -> NDArray[np.int32]:
    return np.array(list(values), np.int32)


def _firsts(rows: Sequence[Any]) -> NDArray[np.int32]:
    """Return where each row begins when all are laid end to end, and where the last ends."""
    return np.cumsum([0, *map(len, rows)], dtype=np.int32)


def _joined(arrays: Sequence[NDArray[np.int64]]) -> NDArray[np.int64]:
    return np.concatenate([np.empty(0, np.int64), *arrays]).astype(np.int64, copy=False)
