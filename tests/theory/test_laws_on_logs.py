"""Little's law, what arrivals see, work conservation and flow, on every scenario of the gallery.

All but one are identities, which hold to the last millisecond. What arrivals see is a matter of
chance: over all scenarios and cases of this file it raises a false alarm with at most ``ALARM``.
"""

from functools import cache

import numpy as np
import pytest
from log_checks import Count, idle_while_waiting_ms, seen_and_expected, served_by_agents, waiting
from queueing import always_there, exponential, network, one_queue, poisson
from scipy import stats

from sim.engine import simpy_engine
from sim.engine.lying import as_played
from sim.engine.rules import Ending
from sim.engine.run import play
from sim.scenario.file import load
from sim.scenario.gallery import gallery
from sim.units import HOUR
from sim.workload.arrivals import hourly_rates
from sim.workload.journeys import NONE, NOT_YET, SUCCESSORS, Origin, Outcome
from sim.workload.roster import staff
from sim.workload.sample import sample

ALARM = 1e-4
MOST_COMPARISONS = 200
SEED = 20261124

SCENARIOS = gallery()


@cache
def _played(name):
    scenario = load(SCENARIOS[name])
    workload, desk = sample(scenario, SEED, 0), staff(scenario, SEED, 0)
    return scenario, workload, desk, play(workload, desk)


def _synthetic(name):
    rng = np.random.default_rng([SEED, *name.encode()])
    arrival_ms = poisson(rng, 60, 30_000)
    work_ms = exponential(rng, 10, len(arrival_ms))
    if name == "plain":
        return one_queue(arrival_ms, work_ms), always_there([12])
    if name == "impatient":
        patience_ms = exponential(rng, 5, len(arrival_ms))
        return one_queue(arrival_ms, work_ms, patience_ms=patience_ms), always_there([10])
    if name == "pre-emptive":
        priority = rng.integers(0, 3, len(arrival_ms)).astype(np.int8)
        return one_queue(arrival_ms, work_ms, priority=priority), always_there([12], pre_empts=0)
    routing = np.array([[0, 0.30, 0.02], [0.06, 0, 0.20], [0, 0.08, 0]])
    return network(rng, arrival_ms, routing, [10, 35, 180]), always_there([13, 15, 17])


@cache
def _synthetic_played(name):
    workload, desk = _synthetic(name)
    return workload, desk, play(workload, desk)


SYNTHETIC = ("plain", "impatient", "pre-emptive", "bounces")
EVERYTHING = [*SCENARIOS, *SYNTHETIC]


def _run(name):
    return _synthetic_played(name) if name in SYNTHETIC else _played(name)[1:]


def _little(workload, log, visits):
    """Return the integral of the number waiting, and the sum of all waits."""
    number = Count.of(*waiting(workload, log, visits)).integral()
    joined = np.flatnonzero(visits & (log.joined_ms != NOT_YET))
    spells = log.spells()
    until_ms = np.where(spells.to_ms == NOT_YET, workload.end_ms, spells.to_ms)
    worked = np.zeros(len(visits), np.int64)
    np.add.at(worked, spells.visit, until_ms - spells.from_ms)
    over = log.finished_ms[joined]
    over = np.where(over == NOT_YET, workload.end_ms, over)
    return number, int((over - log.joined_ms[joined] - worked[joined]).sum())


@pytest.mark.parametrize("name", EVERYTHING)
def test_little(name):
    """In every queue, and in all, the number there over time is the time of those who were there."""
    workload, desk, log = _run(name)
    own = served_by_agents(workload, desk)
    for queue in range(len(desk.queues)):
        number, waits = _little(workload, log, own & (workload.visits.queue == queue))
        assert number == waits
    came = log.ending != Ending.PREVENTED
    begin = workload.tickets.arrival_ms[came]
    end = np.where(log.ended_ms == NOT_YET, workload.end_ms, log.ended_ms)[came]
    assert Count.of(begin, end).integral() == (end - begin).sum()


@pytest.mark.parametrize("name", EVERYTHING)
def test_nobody_idle_while_a_visit_waits(name):
    """Nobody is idle on shift for a millisecond while a visit waits that they may take at once.

    What lies in somebody's list may not be taken yet: the law is one of the desk as it is played.
    """
    workload, desk, log = _run(name)
    if len(workload.tickets.taken_from_ms):
        workload = as_played(workload)
        log = simpy_engine.run(workload, desk)
    assert idle_while_waiting_ms(workload, desk, log) == 0


def test_idleness_is_found():
    """A desk that leaves a visit waiting for a minute, with somebody idle, is caught."""
    workload, desk, log = _run("plain")
    late = log.started_ms.copy()
    free = int(np.argmax(late == log.joined_ms))
    late[free] += 60_000
    moved = type(log)(**{**log.__dict__, "started_ms": late, "taken_up_ms": late})
    assert 0 < idle_while_waiting_ms(workload, desk, moved) <= 60_000


@pytest.mark.parametrize("name", EVERYTHING)
def test_flow_balances(name):
    """What joins a queue came from outside or from another visit, and went on or is still there."""
    workload, desk, log = _run(name)
    visits, queues = workload.visits, len(desk.queues)
    made = log.joined_ms != NOT_YET
    over = made & (log.outcome != NOT_YET)

    def by_queue(which):
        return np.bincount(visits.queue[which], minlength=queues)

    is_there = made & (log.finished_ms == NOT_YET)
    assert (by_queue(made) == by_queue(over) + by_queue(is_there)).all()
    before = np.flatnonzero(over & (log.outcome < SUCCESSORS))
    after = visits.successor[log.outcome[before], before]
    led = np.zeros(len(visits), np.bool_)
    led[after[after != NONE]] = True
    led[workload.tickets.first_visit] = True
    if visits.side_visit.size:
        begun = visits.side_visit[made]
        led[begun[begun != NONE]] = True
    assert not (made & ~led).any()
    ended = np.bincount(log.ending, minlength=len(Ending))
    assert ended.sum() == len(workload.tickets)


def _improbable(seen, expected):
    """Tell whether so many, or so few, would be a false alarm at the rate of each comparison."""
    chance = 2 * min(stats.poisson.cdf(seen, expected), stats.poisson.sf(seen - 1, expected))
    return chance < ALARM / MOST_COMPARISONS


@pytest.mark.parametrize("name", SCENARIOS)
def test_users_see_what_is_there(name):
    """Arrivals find people waiting as often as their rate and the hours with a queue say.

    PASTA for rates that change: it fails when a run looks ahead, or samples other rates than it
    states.
    """
    scenario, workload, desk, log = _played(name)
    first = served_by_agents(workload, desk)
    first &= np.array([queue.tier == 0 for queue in desk.queues])[workload.visits.queue]
    queue = Count.of(*waiting(workload, log, first))
    arrival_ms = workload.tickets.arrival_ms
    if workload.tickets.origin.size:
        arrival_ms = arrival_ms[workload.tickets.origin == Origin.USER]
    rates = hourly_rates(scenario, SEED, 0) / HOUR
    assert not _improbable(*seen_and_expected(queue, arrival_ms, rates, HOUR))


@pytest.mark.parametrize("name", SYNTHETIC)
def test_poisson_arrivals_see_time_averages(name):
    """Of Poisson arrivals, the share that finds a queue is the share of time with one."""
    workload, _, log = _run(name)
    queue = Count.of(*waiting(workload, log, workload.visits.queue == 0))
    hours = int(workload.tickets.arrival_ms[-1]) // HOUR
    arrival_ms = workload.tickets.arrival_ms
    arrival_ms = arrival_ms[arrival_ms < hours * HOUR]
    seen, expected = seen_and_expected(queue, arrival_ms, np.full(hours, 60 / HOUR), HOUR)
    assert not _improbable(seen, expected)
    assert expected > 1000


def test_looking_ahead_is_found():
    """Arrivals that come only when somebody waits are caught by the same comparison."""
    workload, _, log = _run("plain")
    begins, ends = waiting(workload, log, workload.visits.queue == 0)
    queue = Count.of(begins, ends)
    hours = int(workload.tickets.arrival_ms[-1]) // HOUR
    seen, expected = seen_and_expected(queue, begins + 1, np.full(hours, 60 / HOUR), HOUR)
    assert _improbable(seen, expected)


def test_every_way_of_ending_is_looked_at():
    """The gallery makes every outcome of a visit, so that these laws are tested on all of them."""
    outcomes = {int(o) for name in EVERYTHING for o in np.unique(_run(name)[2].outcome)}
    assert set(Outcome) <= outcomes
