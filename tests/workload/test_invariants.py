"""What must hold for every workload and roster, whatever is switched on."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scenarios import ON, scenarios, with_on
from sim.engine.run import play
from sim.scenario.model import Scenario
from sim.workload.journeys import NONE, Outcome
from sim.workload.roster import staff
from sim.workload.sample import sample

SLOW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def _check_workload(workload):
    workload.check()
    tickets, visits = workload.tickets, workload.visits
    assert (np.diff(tickets.arrival_ms[tickets.origin == 0]) >= 0).all() or not tickets.origin.size
    assert (tickets.arrival_ms < workload.end_ms).all()
    for column in (visits.writing_ms, visits.rework_ms):
        if column.size:
            assert (column >= 0).all()
            assert (column <= visits.work_ms).all()
    signals = len(workload.signal_count)
    for column in (visits.raises, visits.awaits, tickets.prevented_by, tickets.closes_on):
        assert (column < signals).all()
    if visits.raises.size:
        raised = np.bincount(visits.raises[visits.raises != NONE], minlength=signals)
        assert (raised >= workload.signal_count).all()


def _reached(workload):
    """Tell which visits something leads to."""
    visits = workload.visits
    led = np.zeros(len(visits), np.bool_)
    led[workload.tickets.first_visit] = True
    led[visits.successor[visits.successor != NONE]] = True
    if visits.side_visit.size:
        led[visits.side_visit[visits.side_visit != NONE]] = True
    return led


@SLOW
@given(scenarios(), st.integers(0, 3))
def test_workloads_hold_their_invariants(scenario, seed):
    """Whatever is on, journeys keep to their ticket, something leads to each visit, work is real."""
    workload = sample(scenario, seed, 0)
    _check_workload(workload)
    assert _reached(workload).all()


@SLOW
@given(scenarios(), st.integers(0, 3))
def test_rosters_hold_their_invariants(scenario, seed):
    """Whatever is on, each agent comes and leaves in turn, within the period, in order of time."""
    desk = staff(scenario, seed, 0)
    order = np.lexsort((desk.step_agent, desk.step_comes, desk.step_ms))
    assert (order == np.arange(len(order))).all()
    assert ((desk.step_ms >= 0) & (desk.step_ms <= scenario.period.length)).all()
    for agent in range(len(desk.agent_pool)):
        mine = desk.step_agent == agent
        assert (desk.step_comes[mine] == (np.arange(mine.sum()) % 2 == 0)).all()
        assert (np.diff(desk.step_ms[mine]) > 0).all()
    assert ((desk.agent_pool >= 0) & (desk.agent_pool < len(desk.pools))).all()


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(scenarios(), st.integers(0, 3))
def test_both_engines_can_play_it(scenario, seed):
    """Both engines make the same of any scenario, and break no law of the desk."""
    workload, desk = sample(scenario, seed, 0), staff(scenario, seed, 0)
    log = play(workload, desk)
    assert not log.differences(play(workload, desk, engine="simpy"))


@pytest.mark.parametrize("name", ON)
def test_each_mechanism_does_something(name):
    """No mechanism that a scenario accepts is ignored: tickets, people or queues differ."""

    def digest(scenario: Scenario):
        workload, desk = sample(scenario, 1, 0), staff(scenario, 1, 0)
        columns = [*vars(workload.tickets).values(), *vars(workload.visits).values()]
        columns += [desk.step_ms, desk.step_agent]
        return [column.tobytes() for column in columns], desk.queues, desk.pools

    volume = {"demand.volume": "300 / week"}
    assert digest(with_on([name], volume)) != digest(with_on([], volume))


def test_nobody_comes():
    """A desk without demand has no ticket, and projects and incidents all the same."""
    names = ["incidents", "problems", "runbooks age", "earliest due", "self-service"]
    quiet = with_on(names, {"demand.volume": "0 / week"})
    workload = sample(quiet, 1, 0)
    _check_workload(workload)
    assert (workload.tickets.origin != 0).all()
    play(workload, staff(quiet, 1, 0))
    empty = sample(with_on([], {"demand.volume": "0 / week"}), 1, 0)
    assert len(empty.tickets) == len(empty.visits) == 0


def test_nothing_is_drawn_twice_from_one_seed():
    """The same seed and replication give the same workload and desk; another gives another."""
    scenario = with_on(list(ON)[:3])
    once, again = sample(scenario, 5, 2), sample(scenario, 5, 2)
    assert (once.visits.work_ms == again.visits.work_ms).all()
    for seed, replication in ((5, 3), (6, 2)):
        other = sample(scenario, seed, replication)
        assert not np.array_equal(once.tickets.arrival_ms, other.tickets.arrival_ms)


@SLOW
@given(scenarios())
def test_resolving_visits_are_done_and_followed(scenario):
    """A visit that resolves a ticket is of the main chain, and a reopening follows it."""
    visits = sample(scenario, 0, 0).visits
    if visits.resolves.size:
        assert (visits.successor[Outcome.DONE, visits.resolves] != NONE).all()
        if visits.is_side.size:
            assert not (visits.resolves & visits.is_side).any()
