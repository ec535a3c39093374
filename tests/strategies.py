"""Generated workloads and desks: small, full of ties, with every mechanism on and off.

``build`` makes one case from whole numbers that somebody picks: hypothesis, which shrinks what
fails, or a seeded generator, for larger ones. All times are whole minutes, so that things happen at
the same instant; a pick of 0 is always the plainest, so that what is shrunk is plain.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from hypothesis import strategies as st

from sim.units import MINUTE
from sim.workload.desk import (
    ANY_PRIORITY,
    NO_LIMIT,
    NO_PRE_EMPTION,
    NO_PROVIDER,
    Desk,
    Discipline,
    Pool,
    Queue,
    Service,
    ShiftEnd,
)
from sim.workload.journeys import ALWAYS, NEVER_MS, NONE, Tickets, Visits, Wait, Workload

Pick = Callable[[int, int], int]
"""Picks a whole number from a range, both ends included."""
Case = tuple[Workload, Desk]

CLASSES = 3
WAYS_ON = 3


def cases(most_tickets: int = 7) -> st.SearchStrategy[Case]:
    """Return small cases, which shrink."""
    return st.composite(
        lambda draw: build(lambda low, high: draw(st.integers(low, high)), most_tickets)
    )()


def random_case(seed: int, most_tickets: int = 60) -> Case:
    """Return a larger case, which does not shrink."""
    rng = np.random.default_rng(seed)
    return build(lambda low, high: int(rng.integers(low, high, endpoint=True)), most_tickets)


def build(pick: Pick, most_tickets: int) -> Case:
    """Make a case from picked numbers; now and then a plain one, first come first served."""
    is_plain = _now_and_then(pick)
    desk, served = _desk(pick, is_plain=is_plain)
    workload = _workload(pick, most_tickets, desk, served, is_plain=is_plain)
    workload.check()
    return workload, desk


def _often(pick: Pick) -> bool:
    return pick(0, 3) > 0


def _now_and_then(pick: Pick) -> bool:
    return pick(0, 3) == 3


def _seldom(pick: Pick) -> bool:
    return pick(0, 9) == 9


def _minutes(pick: Pick, low: int, high: int) -> int:
    return MINUTE * pick(low, high)


# ---- the desk ----------------------------------------------------------------------------------


def _desk(pick: Pick, *, is_plain: bool) -> tuple[Desk, list[int]]:
    calendars = [_calendar(pick) for _ in range(pick(0, 2))]
    queues = tuple(
        _queue(pick, number, len(calendars), may_be_provider=number > 0)
        for number in range(pick(1, 4))
    )
    served = [number for number, queue in enumerate(queues) if queue.calendar == NO_PROVIDER]
    if is_plain:
        queues = tuple(replace(queue, discipline=Discipline.FIRST_COME) for queue in queues)
        pools = tuple(Pool(f"pool {number}", (Service(number),)) for number in served)
    else:
        pools = tuple(_pool(pick, number, served) for number in range(pick(1, 3)))
    has_speeds = not is_plain and _now_and_then(pick)
    agent_pool = [number for number in range(len(pools)) for _ in range(pick(0, 3))]
    steps = sorted(step for agent in range(len(agent_pool)) for step in _roster(pick, agent))
    return (
        Desk(
            queues=queues,
            pools=pools,
            agent_pool=np.array(agent_pool, np.int32),
            step_ms=np.array([step[0] for step in steps], np.int64),
            step_agent=np.array([step[2] for step in steps], np.int32),
            step_comes=np.array([step[1] for step in steps], np.bool_),
            calendar_open_ms=tuple(np.array(opens, np.int64) for opens, _ in calendars),
            calendar_close_ms=tuple(np.array(closes, np.int64) for _, closes in calendars),
            agent_speed=np.array(
                [500 + 250 * pick(0, 4) for _ in agent_pool] if has_speeds else [], np.int32
            ),
        ),
        served,
    )


def _calendar(pick: Pick) -> tuple[list[int], list[int]]:
    opens, closes, now = [], [], 0
    for _ in range(pick(0, 4)):
        opens.append(now := now + _minutes(pick, 0, 6))
        closes.append(now := now + _minutes(pick, 1, 12))
    return opens, closes


def _queue(pick: Pick, number: int, calendars: int, *, may_be_provider: bool) -> Queue:
    is_provider = may_be_provider and _now_and_then(pick)
    has_box = _often(pick)
    box_ms = _minutes(pick, 1, 6) if has_box else NEVER_MS
    return Queue(
        name=f"queue {number}",
        discipline=Discipline(pick(0, len(Discipline) - 1)),
        box_ms=box_ms,
        short_box_ms=_minutes(pick, 1, 3) if has_box else box_ms,
        pressure_permille=500 * pick(0, 4),
        calendar=pick(ALWAYS, calendars - 1) if is_provider else NO_PROVIDER,
        room=pick(0, 3) if _now_and_then(pick) else NO_LIMIT,
    )


def _pool(pick: Pick, number: int, served: list[int]) -> Pool:
    # The same queue may come twice: urgent visits at once, the others when they have waited.
    chosen = [served[pick(0, len(served) - 1)] for _ in range(pick(1, 3))]
    return Pool(
        name=f"pool {number}",
        serves=tuple(
            Service(
                queue,
                after_ms=_minutes(pick, 0, 5) if _now_and_then(pick) else 0,
                lowest_priority=pick(0, CLASSES - 1) if _now_and_then(pick) else ANY_PRIORITY,
            )
            for queue in chosen
        ),
        shift_end=ShiftEnd(pick(0, 1)),
        pre_empts=pick(0, CLASSES - 1) if _now_and_then(pick) else NO_PRE_EMPTION,
        by_wait=_now_and_then(pick),
    )


def _roster(pick: Pick, agent: int) -> list[tuple[int, bool, int]]:
    steps, now = [], _minutes(pick, 0, 4)
    for _ in range(pick(0, 4)):
        steps.append((now, True, agent))
        if _seldom(pick):
            break
        now += _minutes(pick, 1, 15)
        steps.append((now, False, agent))
        now += _minutes(pick, 0, 5)
    return steps


# ---- the workload ------------------------------------------------------------------------------


@dataclass
class _Rows:
    """Visits as they are made up, one row each; a column that has nothing in it stays out."""

    rows: list[dict[str, Any]] = field(default_factory=list)

    def column(self, name: str, dtype: Any, nothing: int) -> Any:
        values = [row.get(name, nothing) for row in self.rows]
        if all(value == nothing for value in values):
            return np.empty(0, dtype)
        return np.array(values, dtype)

    def columns(self, name: str, dtype: Any, nothing: int) -> Any:
        values = [row.get(name, [nothing] * WAYS_ON) for row in self.rows]
        if all(value == [nothing] * WAYS_ON for value in values):
            return np.empty(0, dtype)
        return np.array(values, dtype).T.copy()


@dataclass
class _Scope:
    """What there is for visits to name, and which mechanisms are on."""

    queues: int
    served: list[int]
    calendars: int
    signals: int
    has: dict[str, bool]


def _workload(
    pick: Pick, most_tickets: int, desk: Desk, served: list[int], *, is_plain: bool
) -> Workload:
    has = {name: bool(pick(0, 1)) for name in ("delays", "resolves", "due", "far", "lying")}
    has |= {
        name: not is_plain and bool(pick(0, 1))
        for name in ("rooms", "patience", "boxes", "sides", "signals")
    }
    signals = pick(1, 2) if has["signals"] else 0
    by_lots = any(queue.discipline is Discipline.RANDOM for queue in desk.queues)
    scope = _Scope(len(desk.queues), served, len(desk.calendar_open_ms), signals, has)
    visits = _Rows()
    first_visit = []
    count = pick(0, most_tickets)
    for ticket in range(count):
        first_visit.append(len(visits.rows))
        _journey(pick, visits.rows, ticket, scope)
    successor = np.array([row["successor"] for row in visits.rows], np.int32).reshape(-1, WAYS_ON)

    def signal() -> list[int]:
        if not signals:
            return []
        return [pick(0, signals - 1) if _now_and_then(pick) else NONE for _ in range(count)]

    arrival_ms = np.array([_minutes(pick, 0, 12) for _ in range(count)], np.int64)
    lies_ms = [_minutes(pick, 0, 8) if has["lying"] and _often(pick) else 0 for _ in range(count)]
    return Workload(
        Tickets(
            arrival_ms=arrival_ms,
            taken_from_ms=arrival_ms + lies_ms if has["lying"] else np.empty(0, np.int64),
            first_visit=np.array(first_visit, np.int32),
            priority=np.array([pick(0, CLASSES - 1) for _ in range(count)], np.int8),
            due_ms=np.array(
                [_minutes(pick, 0, 20) if has["due"] else 0 for _ in range(count)], np.int64
            ),
            prevented_by=np.array(signal(), np.int32),
            closes_on=np.array(signal(), np.int32),
        ),
        Visits(
            ticket=np.array([row["ticket"] for row in visits.rows], np.int32),
            queue=np.array([row["queue"] for row in visits.rows], np.int32),
            work_ms=np.array([row["work_ms"] for row in visits.rows], np.int64),
            successor=np.ascontiguousarray(successor.T),
            delay_ms=visits.columns("delay_ms", np.int64, 0),
            delay_calendar=visits.columns("delay_calendar", np.int8, ALWAYS),
            patience_ms=visits.column("patience_ms", np.int64, NEVER_MS),
            give_up_ms=visits.column("give_up_ms", np.int64, NONE),
            awaits=visits.column("awaits", np.int32, NONE),
            raises=visits.column("raises", np.int32, NONE),
            resolves=visits.column("resolves", np.bool_, 0),
            side_visit=visits.column("side_visit", np.int32, NONE),
            side_delay_ms=visits.column("side_delay_ms", np.int64, 0),
            side_calendar=visits.column("side_calendar", np.int8, ALWAYS),
            is_side=visits.column("is_side", np.bool_, 0),
            wait=visits.column("wait", np.int8, Wait.NOTHING),
            needs_room=visits.column("needs_room", np.bool_, 0),
            lot=visits.column("lot", np.int64, NONE) if by_lots else np.empty(0, np.int64),
        ),
        end_ms=_minutes(pick, 60, 90) if has["far"] else _minutes(pick, 0, 40),
        signal_count=np.array(
            [0 if _seldom(pick) else pick(1, 3) for _ in range(signals)], np.int32
        ),
    )


def _journey(pick: Pick, rows: list[dict[str, Any]], ticket: int, scope: _Scope) -> None:
    """Make up every visit of one ticket: a main chain, and side chains that its visits begin."""
    has, signals, calendars = scope.has, scope.signals, scope.calendars

    def visit(*, is_side: bool) -> dict[str, Any]:
        row: dict[str, Any] = {"ticket": ticket, "is_side": is_side, "successor": [NONE] * WAYS_ON}
        row["queue"] = pick(0, scope.queues - 1) if _now_and_then(pick) else scope.served[0]
        row["work_ms"] = 1 if _seldom(pick) else _minutes(pick, 1, 10)
        row["lot"] = pick(0, 5)
        if has["rooms"]:
            row["needs_room"] = _often(pick)
        if has["patience"] and _often(pick):
            row["patience_ms"] = max(_minutes(pick, 0, 6), 1)
        if has["boxes"] and _often(pick):
            row["give_up_ms"] = _minutes(pick, 0, 2)
        if has["resolves"] and not is_side:
            row["resolves"] = _now_and_then(pick)
        if has["lying"]:
            row["wait"] = Wait.LYING if _often(pick) and not is_side else Wait.NOTHING
        if signals:
            row["raises"] = pick(0, signals - 1) if _now_and_then(pick) else NONE
            row["awaits"] = pick(0, signals - 1) if _seldom(pick) else NONE
        rows.append(row)
        return row

    def go_on(numbers: list[int]) -> None:
        for at, number in enumerate(numbers):
            row, later = rows[number], numbers[at + 1 :]
            if later:
                row["successor"] = [
                    later[pick(0, len(later) - 1)] if _often(pick) else NONE for _ in range(WAYS_ON)
                ]
            if has["delays"]:
                row["delay_ms"] = [_minutes(pick, 0, 4) for _ in range(WAYS_ON)]
                row["delay_calendar"] = [pick(ALWAYS, calendars - 1) for _ in range(WAYS_ON)]

    def begin_side_chain(row: dict[str, Any]) -> list[int]:
        row["side_visit"] = len(rows)
        row["side_delay_ms"] = _minutes(pick, 0, 4)
        row["side_calendar"] = pick(ALWAYS, calendars - 1)
        numbers = [len(rows) + k for k in range(pick(1, 3))]
        for _ in numbers:
            visit(is_side=True)
        go_on(numbers)
        return numbers

    main: list[int] = []
    for _ in range(pick(1, 4)):
        main.append(len(rows))
        row = visit(is_side=False)
        if has["sides"] and _now_and_then(pick):
            side = begin_side_chain(row)
            if _seldom(pick):
                begin_side_chain(rows[side[-1]])
            if len(main) > 1 and _seldom(pick):
                # Two visits lead to one chain: none of it joins twice.
                rows[main[-2]].setdefault("side_visit", row["side_visit"])
    go_on(main)
