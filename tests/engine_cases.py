"""Cases of the rules written by hand: read from YAML, played, and told back in the same words.

A case is a desk and its tickets, in whole minutes (or durations such as ``"5 min 1 ms"``)::

    - says: one sentence, the rule that it pins
      queues: {L1: {}}                                  what differs from a plain queue
      pools: {L1: {serves: [L1], agents: [[[0, 60]]]}}  agents: presences [from, to] of each
      tickets:
        - {at: 0, visits: {a: {queue: L1, work: 10}}}
      end: 60
      expect:
        a: 0 | agent 0: 0-10 | DONE 10
        tickets: [RESOLVED 10]

What is expected of a visit: when it joined, who worked on it from when to when, how it ended and
when. Visits that are not made are not listed. Agents are numbered through all pools.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from ruamel.yaml import YAML

from sim.engine.log import Log
from sim.engine.rules import Ending
from sim.units import MINUTE, duration_ms
from sim.workload.desk import (
    ANY_PRIORITY,
    NO_PRE_EMPTION,
    NO_PROVIDER,
    Desk,
    Discipline,
    Pool,
    Queue,
    Service,
    ShiftEnd,
)
from sim.workload.journeys import (
    ALWAYS,
    NEVER_MS,
    NONE,
    NOT_YET,
    Outcome,
    Tickets,
    Visits,
    Workload,
)

FOLDER = Path(__file__).parent / "cases" / "rules"
WAYS_ON = ("done", "gave_up", "left")


def load() -> list[Any]:
    """Return every case, with the file it is in."""
    cases = []
    for path in sorted(FOLDER.glob("*.yaml")):
        for case in YAML(typ="safe").load(path):
            case["file"] = path.stem
            cases.append(case)
    return cases


def ms(value: Any) -> int:
    """Read a time: whole minutes, or a duration."""
    return value * MINUTE if isinstance(value, int) else duration_ms(value)


def build(case: dict[str, Any]) -> tuple[Workload, Desk]:
    """Make a case's workload and desk."""
    calendars = list(case.get("calendars", {}))
    queues = list(case["queues"])

    def calendar(name: str | None) -> int:
        return ALWAYS if name in {None, "always"} else calendars.index(name)

    desk = _desk(case, queues, calendar)
    workload = _workload(case, queues, calendar)
    workload.check()
    return workload, desk


def _desk(case: dict[str, Any], queues: list[str], calendar: Any) -> Desk:
    pools, agent_pool, steps = [], [], []
    for number, (name, pool) in enumerate(case["pools"].items()):
        services = [s if isinstance(s, dict) else {"queue": s} for s in pool["serves"]]
        pools.append(
            Pool(
                name,
                tuple(
                    Service(
                        queues.index(s["queue"]),
                        ms(s.get("after", 0)),
                        s.get("lowest_priority", ANY_PRIORITY),
                    )
                    for s in services
                ),
                shift_end=ShiftEnd[pool.get("shift_end", "FINISH")],
                pre_empts=pool.get("pre_empts", NO_PRE_EMPTION),
                by_wait=pool.get("by_wait", False),
            )
        )
        for presences in pool["agents"]:
            for comes, *leaves in presences:
                steps.append((ms(comes), True, len(agent_pool)))
                steps += [(ms(leave), False, len(agent_pool)) for leave in leaves]
            agent_pool.append(number)
    steps.sort()
    spells = case.get("calendars", {}).values()
    return Desk(
        queues=tuple(
            Queue(
                name,
                discipline=Discipline[queue.get("discipline", "PRIORITY")],
                box_ms=ms(queue["box"]) if "box" in queue else NEVER_MS,
                short_box_ms=ms(queue["short_box"]) if "short_box" in queue else NEVER_MS,
                pressure_permille=queue.get("pressure_permille", 0),
                calendar=calendar(queue["provider"]) if "provider" in queue else NO_PROVIDER,
            )
            for name, queue in case["queues"].items()
        ),
        pools=tuple(pools),
        agent_pool=np.array(agent_pool, np.int32),
        step_ms=np.array([step[0] for step in steps], np.int64),
        step_agent=np.array([step[2] for step in steps], np.int32),
        step_comes=np.array([step[1] for step in steps], np.bool_),
        calendar_open_ms=tuple(np.array([ms(o) for o, _ in open_], np.int64) for open_ in spells),
        calendar_close_ms=tuple(np.array([ms(c) for _, c in open_], np.int64) for open_ in spells),
    )


def visit_names(case: dict[str, Any]) -> list[str]:
    """Return the names of a case's visits, by number."""
    return [name for ticket in case["tickets"] for name in ticket["visits"]]


def _workload(case: dict[str, Any], queues: list[str], calendar: Any) -> Workload:
    names, signals = visit_names(case), list(case.get("signals", {}))
    tickets = case["tickets"]
    owner = [number for number, ticket in enumerate(tickets) for _ in ticket["visits"]]
    rows = [visit for ticket in tickets for visit in ticket["visits"].values()]

    def visit(name: str | None) -> int:
        return NONE if name is None else names.index(name)

    def signal(name: str | None) -> int:
        return NONE if name is None else signals.index(name)

    def ways_on(of_way: Any, dtype: Any) -> Any:
        return np.array([[of_way(row, way) for row in rows] for way in WAYS_ON], dtype).reshape(
            3, -1
        )

    return Workload(
        Tickets(
            arrival_ms=np.array([ms(ticket["at"]) for ticket in tickets], np.int64),
            first_visit=np.array([visit(next(iter(t["visits"]))) for t in tickets], np.int32),
            priority=np.array([ticket.get("priority", 0) for ticket in tickets], np.int8),
            due_ms=np.array([ms(ticket.get("due", 0)) for ticket in tickets], np.int64),
            prevented_by=np.array([signal(t.get("prevented_by")) for t in tickets], np.int32),
            closes_on=np.array([signal(t.get("closes_on")) for t in tickets], np.int32),
        ),
        Visits(
            ticket=np.array(owner, np.int32),
            queue=np.array([queues.index(row["queue"]) for row in rows], np.int32),
            work_ms=np.array([ms(row["work"]) for row in rows], np.int64),
            successor=ways_on(lambda row, way: visit(row.get(way)), np.int32),
            delay_ms=ways_on(lambda row, way: ms(row.get(f"{way}_after", 0)), np.int64),
            delay_calendar=ways_on(lambda row, way: calendar(row.get(f"{way}_in")), np.int8),
            patience_ms=np.array(
                [ms(row["patience"]) if "patience" in row else NEVER_MS for row in rows], np.int64
            ),
            give_up_ms=np.array(
                [ms(row["give_up"]) if "give_up" in row else NONE for row in rows], np.int64
            ),
            awaits=np.array([signal(row.get("awaits")) for row in rows], np.int32),
            raises=np.array([signal(row.get("raises")) for row in rows], np.int32),
            resolves=np.array([row.get("resolves", False) for row in rows], np.bool_),
            side_visit=np.array([visit(row.get("begins")) for row in rows], np.int32),
            side_delay_ms=np.array([ms(row.get("begins_after", 0)) for row in rows], np.int64),
            side_calendar=np.array([calendar(row.get("begins_in")) for row in rows], np.int8),
            lot=np.array([row.get("lot", 0) for row in rows], np.int64),
            is_side=np.array([row.get("side", False) for row in rows], np.bool_),
        ),
        end_ms=ms(case["end"]),
        signal_count=np.array(list(case.get("signals", {}).values()), np.int32),
    )


def _time(at_ms: int) -> str:
    if at_ms == NOT_YET:
        return ""
    minutes, rest = divmod(int(at_ms), MINUTE)
    return f"{minutes} min {rest} ms" if rest else str(minutes)


def story(case: dict[str, Any], log: Log) -> dict[str, Any]:
    """Tell a log in the words of a case."""
    spells = log.spells()
    told: dict[str, Any] = {}
    for number, name in enumerate(visit_names(case)):
        if log.joined_ms[number] == NOT_YET:
            continue
        worked = [
            f"agent {spells.agent[row]}: {_time(spells.from_ms[row])}-{_time(spells.to_ms[row])}"
            for row in np.flatnonzero(spells.visit == number)
        ]
        if not worked and log.started_ms[number] != NOT_YET:
            worked = [f"provider: {_time(log.started_ms[number])}-{_time(log.finished_ms[number])}"]
        over = log.outcome[number]
        end = (
            f"{Outcome(over).name} {_time(log.finished_ms[number])}" if over != NOT_YET else "open"
        )
        told[name] = f"{_time(log.joined_ms[number])} | {', '.join(worked) or 'nobody'} | {end}"
    told["tickets"] = [
        f"{Ending(how).name} {_time(at_ms)}".strip()
        for how, at_ms in zip(log.ending, log.ended_ms, strict=True)
    ]
    return told
