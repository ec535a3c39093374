"""Textbook queues as workloads and desks, straight from arrays: what theory has a formula for.

Arrivals, work and routes are drawn here with numpy and whole milliseconds; an engine plays them like
any other workload. Agents are always there, and each queue has a pool of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.units import HOUR, MINUTE
from sim.workload.desk import NO_PRE_EMPTION, Desk, Discipline, Pool, Queue, Service
from sim.workload.journeys import NONE, SUCCESSORS, Tickets, Visits, Workload

Times = NDArray[np.int64]
AFTERWARDS_MS = 10_000 * HOUR
"""Time after the last arrival in which everything is finished."""


def poisson(rng: np.random.Generator, per_h: float, tickets: int) -> Times:
    """Draw arrivals of a Poisson process."""
    return np.rint(np.cumsum(rng.exponential(HOUR / per_h, tickets))).astype(np.int64)


def exponential(rng: np.random.Generator, mean_min: float, count: int) -> Times:
    """Draw exponential work, or patience, of at least a millisecond."""
    return np.maximum(np.rint(rng.exponential(mean_min * MINUTE, count)), 1).astype(np.int64)


def lognormal(
    rng: np.random.Generator, mean_min: NDArray[np.float64], cv: float, count: int
) -> Times:
    """Draw lognormal work of at least a millisecond."""
    variance = np.log1p(cv**2)
    factor = np.exp(np.sqrt(variance) * rng.standard_normal(count) - variance / 2)
    return np.maximum(np.rint(mean_min * MINUTE * factor), 1).astype(np.int64)


def one_queue(
    arrival_ms: Times,
    work_ms: Times,
    *,
    priority: NDArray[np.int8] | None = None,
    patience_ms: Times | None = None,
) -> Workload:
    """Make the workload of tickets that make one visit each."""
    count = len(arrival_ms)
    columns: dict[str, Any] = {} if patience_ms is None else {"patience_ms": patience_ms}
    return Workload(
        Tickets(
            arrival_ms=arrival_ms,
            first_visit=np.arange(count, dtype=np.int32),
            priority=np.zeros(count, np.int8) if priority is None else priority,
        ),
        Visits(
            ticket=np.arange(count, dtype=np.int32),
            queue=np.zeros(count, np.int32),
            work_ms=work_ms,
            successor=np.full((SUCCESSORS, count), NONE, np.int32),
            **columns,
        ),
        end_ms=int(arrival_ms[-1]) + AFTERWARDS_MS,
    )


def network(
    rng: np.random.Generator,
    arrival_ms: Times,
    routing: NDArray[np.float64],
    work_min: Sequence[float],
) -> Workload:
    """Make the workload of a Jackson network: all come in at the first station.

    Parameters
    ----------
    rng : Generator
    arrival_ms : int64
    routing : float64, shape (stations, stations)
        Share of visits to the row's station that go on to the column's.
    work_min : sequence of float
        Mean exponential work by station.
    """
    edges = np.cumsum(routing, axis=1)
    ticket, station = np.arange(len(arrival_ms)), np.zeros(len(arrival_ms), np.intp)
    steps = []
    while len(ticket):
        steps.append((ticket, station))
        onwards = (rng.random(len(ticket))[:, np.newaxis] >= edges[station]).sum(axis=1)
        stays = onwards < len(routing)
        ticket, station = ticket[stays], onwards[stays]
    ticket = np.concatenate([step[0] for step in steps])
    station = np.concatenate([step[1] for step in steps])
    order = np.argsort(ticket, kind="stable")
    ticket, station = ticket[order].astype(np.int32), station[order].astype(np.int32)
    last = np.append(ticket[1:] != ticket[:-1], True)
    successor = np.full((SUCCESSORS, len(ticket)), NONE, np.int32)
    successor[0] = np.where(last, NONE, np.arange(1, len(ticket) + 1))
    return Workload(
        Tickets(
            arrival_ms=arrival_ms,
            first_visit=np.searchsorted(ticket, np.arange(len(arrival_ms))).astype(np.int32),
            priority=np.zeros(len(arrival_ms), np.int8),
        ),
        Visits(
            ticket=ticket,
            queue=station,
            work_ms=exponential(rng, np.array(work_min)[station], len(ticket)),
            successor=successor,
        ),
        end_ms=int(arrival_ms[-1]) + AFTERWARDS_MS,
    )


def always_there(
    agents: Sequence[int],
    *,
    discipline: Discipline = Discipline.PRIORITY,
    pre_empts: int = NO_PRE_EMPTION,
) -> Desk:
    """Make a desk of one queue and one pool for each number of agents, who never leave."""
    total = sum(agents)
    return Desk(
        queues=tuple(Queue(f"L{n + 1}", n, discipline) for n in range(len(agents))),
        pools=tuple(
            Pool(f"L{n + 1}", (Service(n),), n, pre_empts=pre_empts) for n in range(len(agents))
        ),
        agent_pool=np.repeat(np.arange(len(agents), dtype=np.int32), agents),
        step_ms=np.zeros(total, np.int64),
        step_agent=np.arange(total, dtype=np.int32),
        step_comes=np.ones(total, np.bool_),
    )
