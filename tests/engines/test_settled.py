"""Where a visit is settled as it joins, the log is that of going from event to event."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from strategies import random_case

from sim.engine import simpy_engine
from sim.workload.desk import NO_PRE_EMPTION, NO_PROVIDER, Discipline, Service
from sim.workload.desk import ShiftEnd as End

compiled_engine = pytest.importorskip("sim.engine.compiled_engine")

STATE_DEPENDENT = (
    "patience_ms",
    "needs_room",
    "give_up_ms",
    "awaits",
    "raises",
    "side_visit",
    "side_delay_ms",
    "side_calendar",
    "is_side",
)


def plain_case(seed):
    """Make a case plain: first come, first served, by one pool each that serves nothing else."""
    workload, desk = random_case(seed, most_tickets=200)
    rng = np.random.default_rng(seed)
    tickets, visits = workload.tickets, workload.visits
    visits = replace(visits, **{name: getattr(visits, name)[:0] for name in STATE_DEPENDENT})
    tickets = replace(
        tickets,
        prevented_by=tickets.arrival_ms[:0].astype(np.int32),
        closes_on=tickets.due_ms[:0].astype(np.int32),
    )
    workload = replace(workload, tickets=tickets, visits=visits, signal_count=np.empty(0, np.int32))
    queues = tuple(replace(queue, discipline=Discipline.FIRST_COME) for queue in desk.queues)
    open_to_agents = [n for n, queue in enumerate(queues) if queue.calendar == NO_PROVIDER]
    rng.shuffle(open_to_agents)
    pools = tuple(
        replace(
            pool,
            serves=tuple(Service(queue) for queue in open_to_agents[number : number + 1]),
            pre_empts=NO_PRE_EMPTION,
            shift_end=End.FINISH,
        )
        for number, pool in enumerate(desk.pools)
    )
    none = desk.agent_speed[:0]
    return workload, replace(desk, queues=queues, pools=pools, agent_speed=none)


def is_plain(workload, desk):
    """Tell whether the compiled engine settles visits as they join."""
    flat = compiled_engine._flat_workload(workload)
    flat |= compiled_engine._flat_desk(desk, class_count=compiled_engine._class_count(workload))
    return compiled_engine._is_plain(workload, desk, flat)


@pytest.mark.parametrize("first", range(0, 300, 100))
def test_settling_gives_the_log_of_the_events(first):
    """Start and agent are equal to the integer: shifts, overtime, ties and providers included."""
    waited = 0
    for seed in range(first, first + 100):
        workload, desk = plain_case(seed)
        assert is_plain(workload, desk), seed
        settled = compiled_engine.run(workload, desk)
        assert settled.differences(compiled_engine.run(workload, desk, by_events=True)) == [], seed
        if seed % 10 == 0:
            assert settled.differences(simpy_engine.run(workload, desk)) == [], seed
        waited += int((settled.started_ms > settled.joined_ms).sum())
    assert waited > 100


@pytest.mark.parametrize(
    "change",
    [
        {"pre_empts": 0},
        {"shift_end": End.PARK},
        {"serves": (Service(0, after_ms=60_000),)},
        {"serves": (Service(0, lowest_priority=0),)},
        {"serves": (Service(0), Service(1))},
    ],
    ids=str,
)
def test_what_depends_on_the_state_of_the_desk_is_not_settled(change):
    """Each rule that looks at the desk's state sends the run from event to event."""
    for seed in range(200):
        workload, desk = plain_case(seed)
        leaves = ~desk.step_comes & (desk.agent_pool[desk.step_agent] == 0)
        classes = len(np.unique(workload.tickets.priority))
        if len(desk.queues) > 1 and leaves.any() and classes > 1:
            break
    pools = (replace(desk.pools[0], **change), *desk.pools[1:])
    assert not is_plain(workload, replace(desk, pools=pools))


def test_a_shift_that_ends_with_the_period_parks_nothing():
    """Who leaves when the period is over parks no work: visits are settled all the same."""
    for seed in range(50):
        workload, desk = plain_case(seed)
        leaves = ~desk.step_comes & (desk.step_ms < workload.end_ms)
        pools = tuple(replace(pool, shift_end=End.PARK) for pool in desk.pools)
        desk = replace(desk, pools=pools)
        assert is_plain(workload, desk) == (not leaves.any()), seed
        agents = np.arange(len(desk.agent_pool), dtype=np.int32)
        come, leave = np.zeros(len(agents), np.int64), np.full(len(agents), workload.end_ms)
        desk = replace(
            desk,
            step_ms=np.concatenate([come, leave]),
            step_agent=np.concatenate([agents, agents]),
            step_comes=np.arange(2 * len(agents)) < len(agents),
        )
        assert is_plain(workload, desk), seed
        log = compiled_engine.run(workload, desk)
        assert log.differences(compiled_engine.run(workload, desk, by_events=True)) == [], seed
