"""Which assumptions of queueing formulas a queue of a scenario keeps, bends or breaks.

A formula for a steady queue asks for the same people at every hour, an even stream of tickets, and a
pool of its own. Where one of these fails no formula of that kind applies, and this says so. Lesser
things bend a formula: it can be held against the simulation, and the difference shows what they do.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sim.scenario.model import Scenario
from sim.scenario.promises import ServiceLevel
from sim.scenario.support import Tier
from sim.study.callers import callers
from sim.workload.desk import NO_PRE_EMPTION, NO_PROVIDER, Discipline
from sim.workload.plan import Plan, plan

EVEN: Final = 1e-3
"""Rates whose ends differ by less, as a part of their mean, are even."""


@dataclass(frozen=True)
class Standing:
    """How a queue stands to the formulas for steady queues.

    Attributes
    ----------
    queue, tier : str
    number : int
        Position of the queue in the plan.
    staff : int
        Agents that formulas are given: those who are there on average, rounded.
    closed : tuple of str
        Why no such formula applies; empty where one does.
    bent : tuple of str
        What a formula that applies leaves out.
    patience : bool
        Whether callers leave this queue.
    classes : bool
        Whether urgent tickets are served first.
    interrupts : bool
        Whether the most urgent interrupt others.
    """

    queue: str
    tier: str
    number: int
    staff: int
    closed: tuple[str, ...]
    bent: tuple[str, ...]
    patience: bool
    classes: bool
    interrupts: bool


def standings(scenario: Scenario) -> tuple[Standing, ...]:
    """Say for each queue that tickets come to how it stands to the formulas.

    Examples
    --------
    >>> import sim
    >>> plain = sim.one_queue(rate="60 / h", work="10 min", staff=12)
    >>> [(one.queue, one.staff, one.closed, one.bent) for one in standings(plain)]
    [('L1', 12, (), ())]
    >>> for one in standings(sim.example("in-house-desk"))[:1]:
    ...     print(one.closed[0])
    its people are not there at every hour: shifts end, and work waits behind closed doors
    """
    known = plan(scenario)
    names = list(scenario.tiers)
    visited = set(known.queue_of.ravel().tolist())
    return tuple(
        _standing(scenario, known, number, names[queue.tier])
        for number, queue in enumerate(known.queues)
        if number in visited
    )


def levels_of(scenario: Scenario, one: Standing) -> Iterator[tuple[str, ServiceLevel]]:
    """Yield the service levels that are about every ticket of a queue, from its arrival there."""
    for name, level in scenario.service_levels.items():
        some = level.priorities or level.topics or level.hours != "always"
        here = level.clock == "respond" and one.queue == one.tier == level.tier
        first = one.tier == next(iter(scenario.tiers))
        if here and not some and (first or level.starts == "arrival at the tier"):
            yield name, level


def _standing(scenario: Scenario, known: Plan, number: int, tier_name: str) -> Standing:
    queue, tier = known.queues[number], scenario.tiers[tier_name]
    pools = [
        (at, pool)
        for at, pool in enumerate(known.pools)
        if any(service.queue == number for service in pool.serves)
    ]
    own = [at for at, pool in pools if not pool.on_call and pool.serves[0].queue == number]
    levels = _heads(known, own)
    there = sum(
        shift.heads * (1 - shift.absence) * (1 - shift.breaks)
        for shift in known.shifts
        if shift.pool in own
    )
    heads = int(levels[0]) if len(levels) == 1 else 0
    shrunk = _shrunk(known, own, heads)
    entry = [
        0 if t.goes_to is None else list(scenario.tiers).index(t.goes_to)
        for t in scenario.topics.values()
    ]
    first = queue.tier in entry
    leave = first and callers(scenario) is not None
    several = sum(p.share > 0 for p in scenario.priorities.values()) > 1 or bool(
        scenario.demand.priority_matrix or any(t.priorities for t in scenario.topics.values())
    )
    return Standing(
        queue=queue.name,
        tier=tier_name,
        number=number,
        staff=max(1, round(shrunk)) if heads else 0,
        closed=tuple(
            _closed(
                levels,
                known,
                provider=queue.calendar != NO_PROVIDER,
                helped=[pool.name for at, pool in pools if at not in own],
                helps=any(len(known.pools[at].serves) > 1 for at in own),
            )
        ),
        bent=tuple(
            _bent(
                scenario,
                tier,
                first=first,
                leave=leave,
                several=several,
                away=heads - shrunk if there else 0.0,
            )
        ),
        patience=leave,
        classes=several and queue.discipline == Discipline.PRIORITY,
        interrupts=several and any(known.pools[at].pre_empts != NO_PRE_EMPTION for at in own),
    )


def _heads(known: Plan, own: list[int]) -> NDArray[np.int64]:
    """Return the distinct numbers of people that the plan has there at some time."""
    edges, steps = [0], [0]
    for shift in known.shifts:
        if shift.pool in own:
            edges += [*shift.from_ms.tolist(), *shift.to_ms.tolist()]
            steps += [shift.heads] * len(shift.from_ms) + [-shift.heads] * len(shift.to_ms)
    order = np.argsort(edges, kind="stable")
    at = np.array(edges, np.int64)[order]
    level = np.cumsum(np.array(steps, np.int64)[order])
    # Only what lasts counts: where one shift takes over from another the level passes through others.
    length = int(max((shift.to_ms[-1] for shift in known.shifts if len(shift.to_ms)), default=0))
    lasts = np.diff(np.append(at, length)) > 0
    found: NDArray[np.int64] = np.unique(level[lasts])
    return found


def _shrunk(known: Plan, own: list[int], heads: int) -> float:
    """Return how many of the heads are there on average."""
    full = gone = 0.0
    for shift in known.shifts:
        if shift.pool in own:
            spell = (shift.to_ms - shift.from_ms).astype(np.float64)
            full += shift.heads * float(spell.sum())
            there = (1 - shift.absence) * (1 - shift.breaks) * (1 - shift.reserved)
            gone += float((shift.learns * spell).sum()) * there
    return heads * gone / full if full else 0.0


def _closed(
    levels: NDArray[np.int64], known: Plan, *, provider: bool, helped: list[str], helps: bool
) -> Iterator[str]:
    if provider:
        yield "a provider takes every ticket at once: there is no queue to describe"
        return
    if not levels.any():
        yield "nobody of its own serves it"
    elif 0 in levels:
        yield (
            "its people are not there at every hour: shifts end, and work waits behind closed doors"
        )
    elif len(levels) > 1:
        yield "the number of people changes with the hour"
    rates = known.rates[:-1] if len(known.rates) > 1 else known.rates
    if len(rates) and float(np.ptp(rates)) > EVEN * float(rates.mean()):
        yield "tickets come at a rate that changes with the hour"
    if helps:
        yield "its people also serve other queues"
    if helped:
        yield f"others help out: {', '.join(helped)}"


def _bent(
    scenario: Scenario, tier: Tier, *, first: bool, leave: bool, several: bool, away: float
) -> Iterator[str]:
    if away > 0.01:  # noqa: PLR2004 - a hundredth of a person
        yield f"absence and breaks take {away:.1f} people away at changing times"
    if scenario.demand.busyness and first:
        yield f"days differ in busyness (CV {scenario.demand.busyness:g})"
    if not first:
        yield "what an earlier tier hands over is no Poisson stream"
    if several and tier.pre_empts is not None:
        yield f"{tier.pre_empts} interrupts others, and the others do not interrupt each other"
    if several and tier.order == "earliest due":
        yield "the earliest due is served first"
    if tier.short_box is not None:
        yield "the time-box shortens under pressure"
    named = (
        ("callers who hang up", leave),
        ("status updates and chasers", scenario.updates is not None),
        ("incidents, which come as surges", bool(scenario.incidents)),
        ("fixes that prevent tickets", scenario.problems is not None),
    )
    yield from (words for words, holds in named if holds)
