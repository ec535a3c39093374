"""An independent simulator agrees: Ciw (Palmer et al. 2019) on five networks.

Each network is played by both from an empty desk over the same stretch, a number of times, on
random numbers of their own; the means of replications are compared by Welch's test. All comparisons
together raise a false alarm with a chance of at most ``ALARM``.
"""

import numpy as np
import pytest
from queueing import always_there, exponential, lognormal, network, one_queue, poisson
from scipy import stats

from sim.engine.run import play
from sim.units import HOUR, MINUTE
from sim.workload.desk import Desk, Pool, Queue, Service, ShiftEnd
from sim.workload.journeys import Outcome, Tickets, Visits, Workload

ciw = pytest.importorskip("ciw", reason="Ciw, the independent simulator, is not installed")

ALARM = 1e-4
MOST_COMPARISONS = 20
SEED = 20261124
OURS, THEIRS = 60, 12
"""Replications."""
HOURS, AFTERWARDS_H = 120, 20
"""What arrives in the last hours is not counted, so that all that is counted is finished."""
COUNTED_MIN = (HOURS - AFTERWARDS_H) * 60


def _play_ciw(networks):
    """Yield the records of replications, those counted alone."""
    for replication in range(THEIRS):
        ciw.seed(SEED + replication)
        simulation = ciw.Simulation(networks)
        simulation.simulate_until_max_time(HOURS * 60)
        records = simulation.get_all_records()
        first = {}
        for record in records:
            came = first.get(record.id_number, np.inf)
            first[record.id_number] = min(came, record.arrival_date)
        yield [record for record in records if first[record.id_number] < COUNTED_MIN]


def _play_ours(build):
    """Yield the workload, the log and which visits are counted, of replications."""
    for replication in range(OURS):
        rng = np.random.default_rng([SEED, replication])
        workload, desk = build(rng)
        log = play(workload, desk)
        came = workload.tickets.arrival_ms[workload.visits.ticket]
        yield workload, log, came < COUNTED_MIN * MINUTE


def _wait_min(workload, log):
    waited = log.finished_ms - log.joined_ms
    return (waited - np.where(log.outcome == Outcome.LEFT, 0, workload.visits.work_ms)) / MINUTE


def _agree(ours, theirs):
    """Compare columns of figures, a row a replication."""
    chance = stats.ttest_ind(np.array(ours), np.array(theirs), equal_var=False).pvalue
    assert (chance > ALARM / MOST_COMPARISONS).all(), (np.mean(ours, 0), np.mean(theirs, 0))


def _arrivals(rng, per_h):
    count = int(per_h * HOURS + 8 * (per_h * HOURS) ** 0.5)
    arrival_ms = poisson(rng, per_h, count)
    return arrival_ms[arrival_ms < HOURS * HOUR]


def test_priorities():
    """Two classes of tickets wait as long as in Ciw, each of them."""
    peer = ciw.create_network(
        arrival_distributions={
            "P1": [ciw.dists.Exponential(10 / 60)],
            "P2": [ciw.dists.Exponential(20 / 60)],
        },
        service_distributions={
            "P1": [ciw.dists.Exponential(1 / 12)],
            "P2": [ciw.dists.Exponential(1 / 12)],
        },
        priority_classes={"P1": 0, "P2": 1},
        routing={"P1": [[0.0]], "P2": [[0.0]]},
        number_of_servers=[7],
    )
    theirs = [
        [
            np.mean([r.waiting_time for r in records if r.customer_class == name])
            for name in ("P1", "P2")
        ]
        for records in _play_ciw(peer)
    ]

    def build(rng):
        arrival_ms = _arrivals(rng, 30)
        priority = (rng.random(len(arrival_ms)) >= 1 / 3).astype(np.int8)
        work_ms = exponential(rng, 12, len(arrival_ms))
        return one_queue(arrival_ms, work_ms, priority=priority), always_there([7])

    ours = []
    for workload, log, counted in _play_ours(build):
        wait, priority = _wait_min(workload, log), workload.tickets.priority
        ours.append([wait[counted & (priority == level)].mean() for level in (0, 1)])
    _agree(ours, theirs)


def test_schedules():
    """Shifts of different sizes, work in hand finished in overtime, give the waits of Ciw."""
    shift_min, sizes = 240, (3, 8)
    peer = ciw.create_network(
        arrival_distributions=[ciw.dists.Exponential(0.5)],
        service_distributions=[ciw.dists.Exponential(1 / 10)],
        number_of_servers=[
            ciw.Schedule(
                numbers_of_servers=list(sizes),
                shift_end_dates=[shift_min, 2 * shift_min],
                preemption=False,
            )
        ],
    )
    theirs = []
    for records in _play_ciw(peer):
        waits = np.array([r.waiting_time for r in records])
        theirs.append([waits.mean(), (waits > 30).mean()])

    steps = []
    for begin in range(0, HOURS * 60, 2 * shift_min):
        for agent in range(sum(sizes)):
            start = begin + (agent >= sizes[0]) * shift_min
            steps += [(start, True, agent), (start + shift_min, False, agent)]
    steps.sort()
    desk = Desk(
        queues=(Queue("L1"),),
        pools=(Pool("L1", (Service(0),), shift_end=ShiftEnd.FINISH),),
        agent_pool=np.zeros(sum(sizes), np.int32),
        step_ms=np.array([step[0] * MINUTE for step in steps], np.int64),
        step_agent=np.array([step[2] for step in steps], np.int32),
        step_comes=np.array([step[1] for step in steps], np.bool_),
    )

    def build(rng):
        arrival_ms = _arrivals(rng, 30)
        return one_queue(arrival_ms, exponential(rng, 10, len(arrival_ms))), desk

    ours = []
    for workload, log, counted in _play_ours(build):
        wait = _wait_min(workload, log)[counted]
        ours.append([wait.mean(), (wait > 30).mean()])
    _agree(ours, theirs)


def test_reneging():
    """Callers whose patience is uniform, not exponential, leave as often as in Ciw."""
    peer = ciw.create_network(
        arrival_distributions=[ciw.dists.Exponential(1)],
        service_distributions=[ciw.dists.Exponential(1 / 10)],
        reneging_time_distributions=[ciw.dists.Uniform(2, 12)],
        number_of_servers=[9],
    )
    theirs = []
    for records in _play_ciw(peer):
        left = np.array([r.record_type == "renege" for r in records])
        waits = np.array([r.waiting_time for r in records])
        theirs.append([left.mean(), waits[~left].mean()])

    def build(rng):
        arrival_ms = _arrivals(rng, 60)
        count = len(arrival_ms)
        patience_ms = np.rint(rng.uniform(2, 12, count) * MINUTE).astype(np.int64)
        work_ms = exponential(rng, 10, count)
        return one_queue(arrival_ms, work_ms, patience_ms=patience_ms), always_there([9])

    ours = []
    for workload, log, counted in _play_ours(build):
        left = log.outcome == Outcome.LEFT
        wait = _wait_min(workload, log)
        ours.append([left[counted].mean(), wait[counted & ~left].mean()])
    _agree(ours, theirs)


ROUTING = [[0.0, 0.30, 0.02], [0.06, 0.0, 0.20], [0.0, 0.08, 0.0]]
WORK_MIN, STAFF = (10, 35, 60), (13, 15, 7)


def test_feedback():
    """Three tiers with bounces have the waits of Ciw at each, and as many visits in all."""
    peer = ciw.create_network(
        arrival_distributions=[ciw.dists.Exponential(1), None, None],
        service_distributions=[ciw.dists.Exponential(1 / mean) for mean in WORK_MIN],
        routing=ROUTING,
        number_of_servers=list(STAFF),
    )
    theirs = []
    for records in _play_ciw(peer):
        tickets = len({r.id_number for r in records})
        waits = [[r.waiting_time for r in records if r.node == n] for n in (1, 2, 3)]
        theirs.append([len(records) / tickets, *map(np.mean, waits)])

    def build(rng):
        workload = network(rng, _arrivals(rng, 60), np.array(ROUTING), WORK_MIN)
        return workload, always_there(STAFF)

    ours = []
    for workload, log, counted in _play_ours(build):
        wait, queue = _wait_min(workload, log), workload.visits.queue
        tickets = len(np.unique(workload.visits.ticket[counted]))
        waits = [wait[counted & (queue == n)].mean() for n in range(3)]
        ours.append([counted.sum() / tickets, *waits])
    _agree(ours, theirs)


def test_tandem():
    """Two tiers one after the other with lognormal work, which has no formula, wait as in Ciw."""
    cv, means, staff = 1.4, (10, 25), (7, 16)
    sigma = np.log1p(cv**2) ** 0.5
    peer = ciw.create_network(
        arrival_distributions=[ciw.dists.Exponential(36 / 60), None],
        service_distributions=[
            ciw.dists.Lognormal(np.log(mean) - sigma**2 / 2, sigma) for mean in means
        ],
        routing=[[0.0, 1.0], [0.0, 0.0]],
        number_of_servers=list(staff),
    )
    theirs = [
        [np.mean([r.waiting_time for r in records if r.node == n]) for n in (1, 2)]
        for records in _play_ciw(peer)
    ]

    def build(rng):
        arrival_ms = _arrivals(rng, 36)
        count = len(arrival_ms)
        work_ms = lognormal(rng, np.tile(np.array(means, float), count), cv, 2 * count)
        number = np.arange(2 * count, dtype=np.int32)
        successor = np.full((3, 2 * count), -1, np.int32)
        successor[0, ::2] = number[1::2]
        workload = Workload(
            Tickets(arrival_ms, number[::2], np.zeros(count, np.int8)),
            Visits(number // 2, number % 2, work_ms, successor),
            end_ms=2 * HOURS * HOUR,
        )
        return workload, always_there(staff)

    ours = []
    for workload, log, counted in _play_ours(build):
        wait, queue = _wait_min(workload, log), workload.visits.queue
        ours.append([wait[counted & (queue == n)].mean() for n in (0, 1)])
    _agree(ours, theirs)
