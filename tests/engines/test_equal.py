"""Both engines write equal logs, whatever the workload; and the order inside a rank does not matter.

When a case fails hypothesis prints it smallest, with the line that reproduces it. A seed that fails
is seen among the locals of the traceback (``pytest --showlocals``), and gives the case by
``random_case(seed)``.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import count

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from strategies import cases, random_case

from sim.engine import available_engines, play, simpy_engine
from sim.engine.conservation import check
from sim.engine.lying import lies_first
from sim.engine.rules import Ending
from sim.workload.desk import NO_PROVIDER
from sim.workload.journeys import NOT_YET, Outcome, Wait

if "compiled" in available_engines():
    from sim.engine import compiled_engine

needs_both = pytest.mark.skipif(
    "compiled" not in available_engines(), reason="the compiled engine is not installed"
)
many = settings(
    deadline=None,
    max_examples=1500,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def assert_equal(workload, desk):
    """Compare the logs of the engine to be read and of both ways of the compiled one."""
    log = simpy_engine.run(workload, desk)
    assert log.differences(compiled_engine.run(workload, desk)) == []
    assert log.differences(compiled_engine.run(workload, desk, by_events=True)) == []
    check(workload, desk, log)
    assert_lying_is_queueing(workload, desk)


def assert_lying_is_queueing(workload, desk):
    """Play what lies by both engines: equal, and in its queue from when it came there."""
    log = play(workload, desk, engine="simpy")
    assert log.differences(play(workload, desk, engine="compiled")) == []
    tickets, visits = workload.tickets, workload.visits
    lay = np.flatnonzero(lies_first(workload) & (tickets.arrival_ms < workload.end_ms))
    first = tickets.first_visit[lay]
    assert (log.joined_ms[first] == tickets.arrival_ms[lay]).all()
    if len(lay):
        started = log.started_ms[first]
        assert ((started == NOT_YET) | (started >= tickets.taken_from_ms[lay])).all()
    if visits.wait.size:
        done = np.flatnonzero((log.outcome == Outcome.DONE) & (visits.successor[0] != NOT_YET))
        following = visits.successor[Outcome.DONE][done]
        lies = (visits.wait[following] == Wait.LYING) & (log.joined_ms[following] != NOT_YET)
        assert (log.joined_ms[following[lies]] == log.finished_ms[done[lies]]).all()


@needs_both
@many
@given(cases())
def test_engines_write_equal_logs(case):
    """Every integer of every column is equal, and each log keeps the laws of the desk."""
    assert_equal(*case)


@needs_both
@pytest.mark.parametrize("first", range(0, 1200, 100))
def test_engines_write_equal_logs_of_busier_desks(first):
    """Long queues, many ties and many interruptions: equal still."""
    for seed in range(first, first + 100):
        assert_equal(*random_case(seed))


@needs_both
@pytest.mark.parametrize("seed", range(4))
def test_engines_write_equal_logs_in_overload(seed):
    """Hundreds of visits in every line: equal still."""
    assert_equal(*random_case(seed, most_tickets=3000))


class Shuffled(simpy_engine._Run):
    """A run in which whatever stands at one instant and rank comes in random order."""

    def __init__(self, workload, desk, rng):
        self.rng = rng
        # Rows of the roster at one instant and rank change places too.
        order = np.lexsort((rng.random(len(desk.step_ms)), desk.step_comes, desk.step_ms))
        roster = {
            name: getattr(desk, name)[order] for name in ("step_ms", "step_agent", "step_comes")
        }
        ties = zip(iter(rng.random, None), count(), strict=False)
        super().__init__(workload, replace(desk, **roster), ties)

    def arrival_order(self):
        """Let tickets that arrive at one instant come in random order."""
        arrival_ms = self.tickets.arrival_ms
        return np.lexsort((self.rng.random(len(arrival_ms)), arrival_ms)).tolist()


@settings(many, max_examples=800)
@given(cases(), st.integers(0, 2**32 - 1))
def test_the_order_inside_a_rank_does_not_matter(case, seed):
    """Waiting lines and idle agents are sorted by what they hold, not by who was scheduled first."""
    workload, desk = case
    log = simpy_engine.run(workload, desk)
    shuffled = Shuffled(workload, desk, np.random.default_rng(seed)).log()
    assert log.differences(shuffled) == []


@pytest.mark.parametrize("seed", range(150))
def test_the_order_inside_a_rank_does_not_matter_on_busier_desks(seed):
    """Likewise with more of everything at one instant."""
    workload, desk = random_case(seed)
    log = simpy_engine.run(workload, desk)
    shuffled = Shuffled(workload, desk, np.random.default_rng(seed)).log()
    assert log.differences(shuffled) == []


def test_generated_cases_exercise_every_mechanism():
    """What equality is tested on has everything in it, so that a gap in the cases is seen."""
    seen = Counter()
    for seed in range(600):
        workload, desk = random_case(seed)
        log = simpy_engine.run(workload, desk)
        seen.update(Outcome(outcome).name for outcome in log.outcome[log.outcome != NOT_YET])
        seen.update(Ending(ending).name for ending in log.ending)
        calendars = np.array([queue.calendar for queue in desk.queues])
        at_provider = calendars[workload.visits.queue] != NO_PROVIDER
        seen["done by a provider"] += (at_provider & (log.outcome == Outcome.DONE)).sum()
        if workload.visits.is_side.size:
            seen["side visits"] += (workload.visits.is_side & (log.joined_ms != NOT_YET)).sum()
        cut = log.interrupted
        leaves = set(zip(desk.step_agent, desk.step_ms, strict=True))
        at_shift_end = np.array(
            [(a, t) in leaves for a, t in zip(cut.agent, cut.to_ms, strict=True)]
        )
        seen["parked"] += int(at_shift_end.sum())
        seen["pre-empted"] += len(cut) - int(at_shift_end.sum())
        seen["taken up by another agent"] += int((log.agent[cut.visit] != cut.agent).sum())
        swings = [any(service.after_ms for service in pool.serves) for pool in desk.pools]
        pools = desk.agent_pool[log.agent[log.agent != NOT_YET]]
        seen["worked on by a swing pool"] += int(np.array(swings)[pools].sum())
        seen["nobody there"] += not len(desk.agent_pool)
        seen["no tickets"] += not len(workload.tickets)
    expected = {
        *(member.name for member in Outcome),
        *(member.name for member in Ending),
        "done by a provider",
        "side visits",
        "parked",
        "pre-empted",
        "taken up by another agent",
        "worked on by a swing pool",
        "nobody there",
        "no tickets",
    }
    assert {name for name in expected if seen[name] < 3} == set(), seen
