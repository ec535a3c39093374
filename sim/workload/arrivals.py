"""When tickets arrive, and what kind they are.

The rate of each hour is the product of the volume, the weight of that hour of the week, the random
busyness of the day (gamma of mean 1: Avramidis, Deslauriers & L'Ecuyer 2004), the holidays and the
growth. Given the rates, unit gaps are mapped through the inverse of the cumulated rate: exponential
ones give a Poisson process (Çinlar 1975), those of another law a renewal process whose clock runs
with the rate. Ticket i uses gap i, so that another volume only stretches time.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sim.scenario.model import Scenario
from sim.units import HOUR
from sim.workload.draws import by_topic
from sim.workload.journeys import Codes, Times
from sim.workload.laws import from_uniform
from sim.workload.plan import plan
from sim.workload.streams import Purpose, stream

SPARE_DEVIATIONS = 6
"""Gaps are drawn ahead for this many standard deviations more than the expected number."""
SPARE_GAPS = 16


@dataclass(frozen=True, eq=False)
class Arrivals:
    """Tickets as they come in; arrays of one row a ticket, in order of arrival.

    Attributes
    ----------
    arrival_ms : int64
        Whole milliseconds since the period's start.
    topic : int16
    priority, channel, entry_tier : int8
        Positions in the scenario's ``topics``, ``priorities``, ``channels`` and ``tiers``.
    source : str
        Where they come from: ``"sampled"``, or the name of an export.
    """

    arrival_ms: Times
    topic: NDArray[np.int16]
    priority: Codes
    channel: Codes
    entry_tier: Codes
    source: str = "sampled"

    def __len__(self) -> int:
        return len(self.arrival_ms)


def hourly_rates(scenario: Scenario, seed: int, replication: int) -> NDArray[np.float64]:
    """Return the expected number of arrivals in each elapsed hour of the period.

    Returns
    -------
    float64 array
        One number for each hour begun; its sum is the expected number of tickets, given how busy
        the days turned out to be.
    """
    known = plan(scenario)
    cv = scenario.demand.busyness
    if cv == 0:
        return known.rates
    days = int(known.day[-1]) + 1
    factors = stream(seed, replication, Purpose.BUSYNESS).standard_gamma(cv**-2, days)
    return known.rates * (factors * cv**2)[known.day]


def sample_arrivals(scenario: Scenario, seed: int, replication: int) -> Arrivals:
    """Sample the tickets of one replication.

    Parameters
    ----------
    scenario : Scenario
    seed, replication : int
        At least 0; together they name every draw.

    Returns
    -------
    Arrivals
    """
    end = scenario.period.length
    rates = hourly_rates(scenario, seed, replication)
    reached = np.concatenate([[0.0], np.cumsum(rates)])
    edges = np.minimum(np.arange(len(reached), dtype=np.float64) * HOUR, end)
    expected = reached[-1]
    source = stream(seed, replication, Purpose.ARRIVAL)
    groups = expected / scenario.demand.batch
    ahead = int(groups + SPARE_DEVIATIONS * groups**0.5) + SPARE_GAPS
    at = np.cumsum(_gaps(scenario, source, ahead))
    while at[-1] < expected:
        at = np.concatenate([at, at[-1] + np.cumsum(_gaps(scenario, source, SPARE_GAPS))])
    at = at[: np.searchsorted(at, expected)]
    arrival_ms = np.minimum(np.interp(at, reached, edges).astype(np.int64), end - 1)
    if scenario.demand.batch > 1:
        arrival_ms = np.repeat(arrival_ms, _batches(scenario, seed, replication, len(arrival_ms)))
    return classify(scenario, seed, replication, arrival_ms)


def _gaps(scenario: Scenario, source: np.random.Generator, count: int) -> NDArray[np.float64]:
    """Draw gaps between arrivals, in units of the expected number."""
    demand = scenario.demand
    if demand.arrivals in {"Poisson", "exponential"}:
        gaps = source.standard_exponential(count)
    else:
        gaps = from_uniform(demand.law_of_gaps(), 1.0, source.random(count))
    return gaps * demand.batch if demand.batch > 1 else gaps


def _batches(scenario: Scenario, seed: int, replication: int, count: int) -> NDArray[np.int64]:
    """Draw how many come at once: geometric from 1 on, or always as many."""
    demand = scenario.demand
    if demand.batch_law == "fixed":
        return np.full(count, round(demand.batch), np.int64)
    number = stream(seed, replication, Purpose.BATCH).random(count)
    # P(more than k) = (1 - 1 / mean) ** k
    sizes: NDArray[np.int64] = 1 + np.floor(np.log1p(-number) / np.log1p(-1 / demand.batch)).astype(
        np.int64
    )
    return sizes


def classify(scenario: Scenario, seed: int, replication: int, arrival_ms: Times) -> Arrivals:
    """Give each arrival its topic, priority and channel."""
    count = len(arrival_ms)

    def draw(purpose: Purpose) -> NDArray[np.float64]:
        return stream(seed, replication, purpose).random(count)

    topic = np.zeros(count, np.int16)
    if len(scenario.topics) > 1:
        topic = pick([t.share for t in scenario.topics.values()], draw(Purpose.TOPIC), np.int16)
    channel = np.zeros(count, np.int8)
    if len(scenario.channels) > 1:
        shares = [c.share for c in scenario.channels.values()]
        channel = pick(shares, draw(Purpose.CHANNEL), np.int8)
    priority = np.zeros(count, np.int8)
    if len(scenario.priorities) > 1:
        edges = np.cumsum(plan(scenario).priority_shares, axis=1)[:, :-1]
        number = draw(Purpose.PRIORITY)
        for level in range(edges.shape[1]):
            priority += number >= edges[topic, level]
    tiers = list(scenario.tiers)
    entry = np.array(
        [0 if t.goes_to is None else tiers.index(t.goes_to) for t in scenario.topics.values()],
        np.int8,
    )
    return Arrivals(arrival_ms, topic, priority, channel, by_topic(entry, topic))


def fitted(scenario: Scenario, arrivals: Arrivals) -> Arrivals:
    """Fit tickets of an export to the tiers of a scenario.

    A ticket that came in at a tier which the scenario does not have comes in at its last; one whose
    topic goes straight to a higher tier comes in there.
    """
    tiers = list(scenario.tiers)
    least = np.array(
        [0 if t.goes_to is None else tiers.index(t.goes_to) for t in scenario.topics.values()],
        np.int8,
    )
    entry = np.minimum(np.maximum(arrivals.entry_tier, least[arrivals.topic]), len(tiers) - 1)
    return replace(arrivals, entry_tier=entry.astype(np.int8))


def pick(
    shares: list[float], number: NDArray[np.float64], dtype: type
) -> NDArray[np.signedinteger]:
    """Turn uniform numbers into positions with the given shares."""
    edges = np.cumsum(shares)[:-1]
    return np.searchsorted(edges, number, side="right").astype(dtype)
