"""What must hold for any log, told from the log alone: who waited, who was idle, and when.

Everything is counted in events: an instant and by how much a number changes then. Numbers are exact
whole milliseconds, so identities hold to the last one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.engine.log import Log
from sim.workload.desk import NO_PROVIDER, Desk
from sim.workload.journeys import NOT_YET, Workload

Times = NDArray[np.int64]


@dataclass(frozen=True)
class Count:
    """A number that changes in time, from 0 at first: ``value[i]`` holds from ``at_ms[i]`` on."""

    at_ms: Times
    value: NDArray[np.int64]

    @classmethod
    def of(cls, up_ms: Times, down_ms: Times) -> Count:
        """Return the number that goes up at some instants and down at others."""
        at_ms = np.concatenate([up_ms, down_ms])
        step = np.concatenate([np.ones(len(up_ms), np.int64), -np.ones(len(down_ms), np.int64)])
        order = np.argsort(at_ms, kind="stable")
        at_ms, value = at_ms[order], np.cumsum(step[order])
        last = np.append(at_ms[1:] != at_ms[:-1], True)[: len(at_ms)]
        return cls(at_ms[last], value[last])

    def at(self, times_ms: Times, side: str = "right") -> NDArray[np.int64]:
        """Return the number at some instants, or just before them (``side="left"``)."""
        return np.append(self.value, 0)[np.searchsorted(self.at_ms, times_ms, side) - 1]

    def integral(self) -> int:
        """Return the integral over time, in ms; the number ends as 0."""
        assert not len(self.value) or self.value[-1] == 0
        return int((self.value[:-1] * np.diff(self.at_ms)).sum())

    def positive_until(self, times_ms: Times) -> Times:
        """Return for how long the number was above 0 before some instants."""
        gone = np.concatenate([[0], np.cumsum((self.value[:-1] > 0) * np.diff(self.at_ms))])
        place = np.searchsorted(self.at_ms, times_ms, side="right") - 1
        inside = np.maximum(place, 0)
        here = (self.value[inside] > 0) * (times_ms - self.at_ms[inside])
        return np.where(place < 0, 0, gone[inside] + here)


def served_by_agents(workload: Workload, desk: Desk) -> NDArray[np.bool_]:
    """Tell which visits wait for agents, not for a provider."""
    own = np.array([queue.calendar == NO_PROVIDER for queue in desk.queues])
    return own[workload.visits.queue]


def waiting(workload: Workload, log: Log, visits: NDArray[np.bool_]) -> tuple[Times, Times]:
    """Return when visits began to wait, and ceased to: parked ones wait again."""
    spells = log.spells()
    joined = np.flatnonzero(visits & (log.joined_ms != NOT_YET))
    parked = visits[log.interrupted.visit]
    taken = visits[spells.visit]
    # Whoever has no last spell left, was withdrawn, or still waits.
    rest = joined[log.taken_up_ms[joined] == NOT_YET]
    rest_ms = np.where(log.finished_ms[rest] == NOT_YET, workload.end_ms, log.finished_ms[rest])
    begins = np.concatenate([log.joined_ms[joined], log.interrupted.to_ms[parked]])
    return begins, np.concatenate([spells.from_ms[taken], rest_ms])


def idle(workload: Workload, desk: Desk, log: Log, pool: int) -> tuple[Times, Times]:
    """Return when agents of a pool began to be idle on shift, and ceased to."""
    spells = log.spells()
    mine = desk.agent_pool == pool
    works = mine[spells.agent]
    to_ms = np.where(spells.to_ms == NOT_YET, workload.end_ms, spells.to_ms)[works]
    steps = mine[desk.step_agent]
    present = np.where(desk.step_comes[steps], 1, -1)
    agent = np.concatenate([desk.step_agent[steps], spells.agent[works], spells.agent[works]])
    at_ms = np.concatenate([desk.step_ms[steps], spells.from_ms[works], to_ms])
    # Present counts 1 and busy 2, so that 1 is idle, 3 busy on shift and 2 busy in overtime.
    change = np.concatenate([present, np.full(works.sum(), 2), np.full(works.sum(), -2)])
    order = np.lexsort((at_ms, agent))
    agent, at_ms, change = agent[order], at_ms[order], change[order]
    state = np.cumsum(change)
    first = np.flatnonzero(np.diff(agent, prepend=-1))
    # What one agent leaves behind at the end of its events is not the next one's.
    before = state[first] - change[first]
    state -= np.repeat(before, np.diff(first, append=len(agent)))
    until_ms = np.append(at_ms[1:], workload.end_ms)
    until_ms[np.append(first[1:] - 1, len(agent) - 1)[: len(agent)]] = workload.end_ms
    is_idle = (state == 1) & (until_ms > at_ms) & (at_ms < workload.end_ms)
    return at_ms[is_idle], np.minimum(until_ms[is_idle], workload.end_ms)


def idle_while_waiting_ms(workload: Workload, desk: Desk, log: Log) -> int:
    """Return for how long, in all, somebody was idle while a visit waited that they might take.

    Services that begin only when a visit has waited for some time are left out: there idleness is
    meant.
    """
    total = 0
    own = served_by_agents(workload, desk)
    for number, pool in enumerate(desk.pools):
        there = Count.of(*idle(workload, desk, log, number))
        for service in pool.serves:
            if service.after_ms:
                continue
            visits = own & (workload.visits.queue == service.queue)
            visits &= workload.tickets.priority[workload.visits.ticket] <= service.lowest_priority
            queue = Count.of(*waiting(workload, log, visits))
            at_ms = np.union1d(there.at_ms, queue.at_ms)
            both = (there.at(at_ms) > 0) & (queue.at(at_ms) > 0)
            total += int((both[:-1] * np.diff(at_ms)).sum())
    return total


def seen_and_expected(
    count: Count, arrival_ms: Times, rate_per_ms: NDArray[np.float64], step_ms: int
) -> tuple[int, float]:
    """Return how many arrivals found a number above 0, and how many were expected to.

    Arrivals of rate λ(t) that do not look ahead see what is there on average over λ: the number of
    those that find it, less ∫ λ 1{found} dt, is a martingale of variance ∫ λ 1{found} dt (Brémaud
    1981, II.3; for a constant rate it is PASTA, Wolff 1982).

    Parameters
    ----------
    count : Count
    arrival_ms : int64
    rate_per_ms : float64
        Expected arrivals in each ms of each step of time.
    step_ms : int
        The length of a step.
    """
    edges = np.arange(len(rate_per_ms) + 1, dtype=np.int64) * step_ms
    expected = float(rate_per_ms @ np.diff(count.positive_until(edges)))
    return int((count.at(arrival_ms, "left") > 0).sum()), expected
