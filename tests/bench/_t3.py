"""T3: Poisson arrivals, three first-come tiers, lognormal work; and the usual ways to simulate it.

25 % escalate at the first and at the second tier; 5 % of those that come to the second bounce back
once. Mean work 12, 60 and 240 minutes, coefficient of variation 1; agents at 85 % utilisation.
"""

from __future__ import annotations

import ctypes
import math
import random
import shutil
import subprocess
import tempfile
from pathlib import Path

import numpy as np

from sim.units import MINUTE
from sim.workload.desk import Desk, Discipline, Pool, Queue, Service
from sim.workload.journeys import NONE, Tickets, Visits, Workload

MEANS = (12.0, 60.0, 240.0)
AGENTS = (14, 18, 18)
ESCALATES, BOUNCES, UTILISATION = 0.25, 0.05, 0.85
SIGMA = math.sqrt(math.log(2))
RATE_PER_MIN = UTILISATION * AGENTS[0] / MEANS[0] / (1 + ESCALATES * BOUNCES)


def t3(
    tickets: int,
    *,
    seed: int = 1,
    scale: int = 1,
    classes: int = 1,
    discipline: Discipline = Discipline.FIRST_COME,
) -> tuple[Workload, Desk]:
    """Sample T3 as flat arrays; ``scale`` multiplies agents and arrivals alike."""
    rng = np.random.default_rng(seed)
    arrival = np.cumsum(rng.exponential(MINUTE / (RATE_PER_MIN * scale), tickets)).astype(np.int64)
    second = rng.random(tickets) < ESCALATES
    bounce = second & (rng.random(tickets) < BOUNCES)
    third = second & (rng.random(tickets) < ESCALATES)
    counts = 1 + second + 2 * bounce + third
    first = np.cumsum(counts) - counts
    total = int(counts.sum())
    tier = np.zeros(total, np.int32)
    tier[first[second] + 1] = 1
    tier[first[bounce] + 3] = 1
    tier[(first + counts - 1)[third]] = 2
    mean = np.array(MEANS)[tier] * MINUTE
    work = np.exp(np.log(mean) - SIGMA**2 / 2 + SIGMA * rng.standard_normal(total))
    after = np.arange(1, total + 1, dtype=np.int32)
    after[first + counts - 1] = NONE
    successor = np.full((3, total), NONE, np.int32)
    successor[0] = after
    workload = Workload(
        Tickets(
            arrival_ms=arrival,
            first_visit=first.astype(np.int32),
            priority=rng.integers(0, classes, tickets).astype(np.int8),
        ),
        Visits(
            ticket=np.repeat(np.arange(tickets, dtype=np.int32), counts),
            queue=tier,
            work_ms=np.maximum(np.rint(work), 1).astype(np.int64),
            successor=successor,
        ),
        end_ms=int(arrival[-1]) + 10_000 * 24 * 60 * MINUTE,
    )
    agents = [count * scale for count in AGENTS]
    pool = np.repeat(np.arange(3, dtype=np.int32), agents)
    desk = Desk(
        queues=tuple(Queue(f"L{k + 1}", tier=k, discipline=discipline) for k in range(3)),
        pools=tuple(Pool(f"L{k + 1}", (Service(k),), tier=k) for k in range(3)),
        agent_pool=pool,
        step_ms=np.zeros(len(pool), np.int64),
        step_agent=np.arange(len(pool), dtype=np.int32),
        step_comes=np.ones(len(pool), np.bool_),
    )
    return workload, desk


def usual_simpy(tickets: int, seed: int = 1) -> list[tuple[int, float, float, float]]:
    """Simulate T3 with SimPy as its documentation shows: a Resource a tier, a process a ticket."""
    import simpy

    draw = random.Random(seed)
    env = simpy.Environment()
    tiers = [simpy.Resource(env, agents) for agents in AGENTS]
    mu = [math.log(mean) - SIGMA**2 / 2 for mean in MEANS]
    rows: list[tuple[int, float, float, float]] = []

    def work(tier: int):
        joined = env.now
        with tiers[tier].request() as request:
            yield request
            started = env.now
            yield env.timeout(draw.lognormvariate(mu[tier], SIGMA))
            rows.append((tier, joined, started, env.now))

    def ticket():
        yield from work(0)
        if draw.random() < ESCALATES:
            yield from work(1)
            if draw.random() < BOUNCES:
                yield from work(0)
                yield from work(1)
            if draw.random() < ESCALATES:
                yield from work(2)

    def arrivals():
        for _ in range(tickets):
            yield env.timeout(draw.expovariate(RATE_PER_MIN))
            env.process(ticket())

    env.process(arrivals())
    env.run()
    return rows


def usual_ciw(tickets: int, seed: int = 1) -> int:
    """Simulate T3 with Ciw, bounces as a routing back to the first node; returns its records."""
    import ciw

    lognormal = [ciw.dists.Lognormal(math.log(mean) - SIGMA**2 / 2, SIGMA) for mean in MEANS]
    back = BOUNCES
    up = (1 - BOUNCES) * ESCALATES
    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Exponential(RATE_PER_MIN), None, None],
        service_distributions=lognormal,
        routing=[[0.0, ESCALATES, 0.0], [back, 0.0, up], [0.0, 0.0, 0.0]],
        number_of_servers=list(AGENTS),
    )
    ciw.seed(seed)
    simulation = ciw.Simulation(network)
    simulation.simulate_until_max_customers(tickets, method="Finish")
    return len(simulation.get_all_records())


def usual_salabim(tickets: int, seed: int = 1) -> int:
    """Simulate T3 with salabim, a component a ticket; returns the tickets done."""
    import salabim

    salabim.yieldless(False)
    env = salabim.Environment(random_seed=seed, trace=False)
    tiers = [salabim.Resource(f"L{k}", capacity=agents) for k, agents in enumerate(AGENTS)]
    draw = random.Random(seed)
    mu = [math.log(mean) - SIGMA**2 / 2 for mean in MEANS]
    done = [0]

    class Ticket(salabim.Component):
        def work(self, tier: int):
            yield self.request(tiers[tier])
            yield self.hold(draw.lognormvariate(mu[tier], SIGMA))
            self.release()

        def process(self):
            yield from self.work(0)
            if draw.random() < ESCALATES:
                yield from self.work(1)
                if draw.random() < BOUNCES:
                    yield from self.work(0)
                    yield from self.work(1)
                if draw.random() < ESCALATES:
                    yield from self.work(2)
            done[0] += 1

    class Arrivals(salabim.Component):
        def process(self):
            for _ in range(tickets):
                yield self.hold(draw.expovariate(RATE_PER_MIN))
                Ticket()

    Arrivals()
    env.run()
    return done[0]


class Limit:
    """The same algorithm in C, compiled on the spot; ``None`` from ``build`` without a compiler."""

    def __init__(self, library: ctypes.CDLL) -> None:
        self._run = library.run

    @classmethod
    def build(cls) -> Limit | None:
        """Compile ``limit.c`` with ordinary flags."""
        compiler = shutil.which("cc") or shutil.which("gcc")
        if compiler is None:
            return None
        source = Path(__file__).with_name("limit.c")
        target = Path(tempfile.mkdtemp()) / "limit.so"
        subprocess.run(
            [compiler, "-O3", "-fPIC", "-shared", str(source), "-o", str(target)], check=True
        )
        return cls(ctypes.CDLL(str(target)))

    def __call__(self, workload: Workload, desk: Desk) -> dict[str, np.ndarray]:
        """Play T3; returns the log's columns."""
        tickets, visits = workload.tickets, workload.visits
        n, v = len(tickets), len(visits)
        out = {"ended_ms": np.empty(n, np.int64), "ending": np.empty(n, np.int8)}
        for name in ("joined_ms", "started_ms", "finished_ms", "taken_up_ms"):
            out[name] = np.empty(v, np.int64)
        out |= {"outcome": np.empty(v, np.int8), "agent": np.empty(v, np.int32)}
        agents = np.bincount(desk.agent_pool).astype(np.int32)
        after = np.ascontiguousarray(visits.successor[0])

        def at(array: np.ndarray) -> ctypes.c_void_p:
            return ctypes.c_void_p(array.ctypes.data)

        inputs = (visits.ticket, visits.queue, visits.work_ms, after)
        self._run(
            ctypes.c_int64(n),
            at(tickets.arrival_ms),
            at(tickets.first_visit),
            ctypes.c_int64(v),
            *map(at, inputs),
            ctypes.c_size_t(len(desk.queues)),
            at(agents),
            *map(at, out.values()),
        )
        return out
