"""What a scenario implies before any simulation: loads, utilisation, the first line's share."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Final

import numpy as np

from sim.scenario.model import Scenario
from sim.scenario.opening import idle_promises
from sim.scenario.support import FIELDS_OF_NOTES
from sim.scenario.wording import listed
from sim.study.arguments import a_scenario
from sim.study.callers import Callers, callers, hang_up
from sim.study.flow import Flow, flow
from sim.units import HOUR, WEEK, exact_duration, format_duration, format_share
from sim.workload.desk import NO_PROVIDER, Pool, ShiftEnd
from sim.workload.plan import Plan, Shift, plan

TIGHT: Final = 0.85
"""Utilisation from which waits grow fast with every ticket more (Kingman 1961)."""
VERY_TIGHT: Final = 0.95
NOTHING_H: Final = 0.01
"""Agent-hours a week that count as none."""


@dataclass(frozen=True)
class QueueLoad:
    """What one queue is asked, and what its people can give.

    Attributes
    ----------
    name, tier : str
    asked_h : float
        Agent-hours a week.
    rework_h : float
        The part of them that missing notes and unclear criteria cause.
    there_h : float
        Hours a week that its own people are there for tickets: shifts less absence, breaks,
        vacancies and time reserved for permanent fixes.
    helpers : tuple of str
        Pools that help out, and have people.
    provider : bool
        A provider does the work.
    comes : float
        Share of all tickets that come to it: to a team, its own.
    callers_h : float
        The part of the hours asked that comes with callers, who hang up instead of waiting for ever.
    answered : float
        Of the tickets that would come, the part whose callers have not hung up at an earlier tier,
        by the same arithmetic.
    overtime_h : float
        Hours a week that its people work on after their shifts, if they always have work in hand.
    """

    name: str
    tier: str
    asked_h: float
    rework_h: float
    there_h: float
    helpers: tuple[str, ...] = ()
    provider: bool = False
    comes: float = 1.0
    callers_h: float = 0.0
    answered: float = 1.0
    overtime_h: float = 0.0

    @property
    def utilisation(self) -> float:
        """Hours asked, of those that its own people are there; NaN without own people."""
        return self.asked_h / self.there_h if self.there_h > 0 else float("nan")

    @property
    def hang_up(self) -> float:
        """Part of its callers that must hang up, since there is no time for them; at most 1."""
        return min(self._lost, 1.0)

    @property
    def never_clears(self) -> bool:
        """Whether its own people can never do what comes to it, even if every caller hangs up."""
        over = self.asked_h * self.answered >= self.there_h > 0
        return (over and not self.callers_h) or self._lost > 1

    @property
    def _lost(self) -> float:
        return hang_up(asked=self.asked_h, given=self.there_h, callers=self.callers_h)

    @property
    def served(self) -> bool:
        """Whether somebody takes its visits."""
        return self.provider or self.there_h > 0 or bool(self.helpers)


@dataclass(frozen=True)
class Implied:
    """What a scenario implies.

    Attributes
    ----------
    scenario : str
        Its name.
    tickets : float
        A week.
    l1_share : float
        Share of what comes in at the first tier that it resolves before it leaves, as the metric
        ``l1_share``; NaN where nothing comes in.
    reaches, resolves : dict of str to float
        Share of all tickets, by tier.
    queues : tuple of QueueLoad
    errors : tuple of str
        Why it cannot work at all, each with its key: a queue that nobody serves.
    sentences : tuple of str
        What a reader should know.
    """

    HEADINGS: ClassVar[tuple[str, ...]] = (
        "queue",
        "tickets that come",
        "asked, h / week",
        "of it rework",
        "there, h / week",
        "utilisation",
    )

    scenario: str
    tickets: float
    l1_share: float
    reaches: dict[str, float]
    resolves: dict[str, float]
    queues: tuple[QueueLoad, ...]
    errors: tuple[tuple[str, str], ...]
    sentences: tuple[str, ...]

    def rows(self) -> list[tuple[str, ...]]:
        """Return the queues as a table, under ``HEADINGS``."""
        return [
            (
                queue.name,
                format_share(queue.comes),
                f"{queue.asked_h:,.1f}",
                format_share(queue.rework_h / queue.asked_h) if queue.asked_h else "–",
                "a provider" if queue.provider else f"{queue.there_h:,.1f}",
                "–" if queue.provider else format_share(queue.utilisation),
            )
            for queue in self.queues
        ]

    def plain(self) -> dict[str, Any]:
        """Return it as JSON holds it; shares from 0 to 1, hours a week."""
        return {
            "scenario": self.scenario,
            "tickets_per_week": self.tickets,
            "l1_share": self.l1_share,
            "reaches": self.reaches,
            "resolves": self.resolves,
            "queues": [
                {
                    "name": queue.name,
                    "comes": queue.comes,
                    "asked_h": queue.asked_h,
                    "rework_h": queue.rework_h,
                    "there_h": None if queue.provider else queue.there_h,
                    "utilisation": None if queue.provider else queue.utilisation,
                    "hang_up": None if queue.provider else queue.hang_up,
                }
                for queue in self.queues
            ],
            "sentences": list(self.sentences),
        }


def implied(scenario: Scenario) -> Implied:
    """Work out what a scenario implies, by arithmetic on means.

    Examples
    --------
    >>> from sim.scenario.file import load
    >>> from sim.scenario.gallery import gallery
    >>> base = load(gallery()["in-house-desk"])
    >>> short = base.with_({"tiers.L2.staff.day": 2}, name="Two at L2")
    >>> [s for s in implied(short).sentences if "backlog" in s]
    ['L2 is offered ... % of its capacity: the backlog will never clear.']
    """
    known = plan(a_scenario(scenario))
    flows = flow(scenario)
    queues = _without_lost(tuple(_queues(scenario, known, flows)), callers(scenario))
    names = list(scenario.tiers)
    return Implied(
        scenario=scenario.name,
        tickets=flows.tickets,
        l1_share=float(flows.resolves_own[0]),
        reaches=dict(zip(names, map(float, flows.reaches), strict=True)),
        resolves=dict(zip(names, map(float, flows.resolves), strict=True)),
        queues=queues,
        errors=(*_errors(queues), *idle_promises(scenario)),
        sentences=tuple(_sentences(scenario, flows, queues)),
    )


def _queues(scenario: Scenario, known: Plan, flows: Flow) -> Iterator[QueueLoad]:
    weeks = scenario.period.length / WEEK
    there, overtime = np.zeros((2, len(known.pools)))
    for shift in known.shifts:
        spells = (shift.to_ms - shift.from_ms) / HOUR
        hours = float((shift.learns * spells).sum()) * (1 - shift.absence) * (1 - shift.breaks)
        there[shift.pool] += hours * (1 - shift.reserved) / weeks
        overtime[shift.pool] += _overtime_h(scenario, known, shift) / weeks
    names = list(scenario.tiers)
    least_urgent = len(scenario.priorities) - 1
    visited = set(known.queue_of.ravel().tolist())
    for number, queue in enumerate(known.queues):
        if number not in visited:  # time reserved for permanent fixes has a queue of its own
            continue
        pools = [(at, pool) for at, pool in enumerate(known.pools) if not pool.on_call]
        own = [at for at, pool in pools if pool.serves[0].queue == number]
        helpers = tuple(
            pool.name
            for at, pool in enumerate(known.pools)
            if there[at] > 0 and _helps(pool, number, least_urgent)
        )
        yield QueueLoad(
            name=queue.name,
            tier=names[queue.tier],
            asked_h=float(flows.load_h[number]),
            rework_h=float(flows.rework_h[number]),
            there_h=float(there[own].sum()),
            helpers=helpers,
            provider=queue.calendar != NO_PROVIDER,
            comes=float(flows.comes[number]),
            callers_h=float(flows.callers_h[number]),
            overtime_h=float(overtime[own].sum()),
        )


def _overtime_h(scenario: Scenario, known: Plan, shift: Shift) -> float:
    """Return the hours after its spells for which a shift's people have work in hand that they finish.

    What is left of work that is under way is E[S²] / 2 E[S] on average (the inspection paradox).
    """
    pool = known.pools[shift.pool]
    if pool.shift_end != ShiftEnd.FINISH or pool.on_call:
        return 0.0
    tier = list(scenario.tiers.values())[pool.tier]
    ends = int((shift.from_ms[1:] > shift.to_ms[:-1]).sum()) + 1
    left = tier.work * (1 + tier.work_cv**2) / 2 / HOUR
    return float(ends * shift.heads * (1 - shift.absence) * left) if len(shift.to_ms) else 0.0


def _without_lost(queues: tuple[QueueLoad, ...], some: Callers | None) -> tuple[QueueLoad, ...]:
    """Tell the queues that callers do not come to how many tickets have been given up before."""
    brought = sum(queue.callers_h for queue in queues)
    if some is None or not brought:
        return queues
    lost = sum(queue.hang_up * queue.callers_h for queue in queues if not queue.helpers) / brought
    return tuple(
        queue if queue.callers_h else replace(queue, answered=1 - lost * some.share)
        for queue in queues
    )


def _helps(pool: Pool, queue: int, least_urgent: int) -> bool:
    """Tell whether a pool takes any visit of a queue that is not its own, or is on call for it."""
    services = pool.serves if pool.on_call else pool.serves[1:]
    return any(
        service.queue == queue and service.lowest_priority >= least_urgent for service in services
    )


def _errors(queues: tuple[QueueLoad, ...]) -> Iterator[tuple[str, str]]:
    for queue in queues:
        if queue.asked_h > NOTHING_H and not queue.served:
            tier, _, team = queue.name.partition(".")
            key = f"tiers.{tier}.teams.{team}.staff" if team else f"tiers.{tier}.staff"
            what = (
                f"nobody serves this queue, and {queue.asked_h:,.1f} agent-hours a week come to it: "
                "give it people or a `provider`, or let others serve it (`also_serves`, or `on_call` "
                "for every priority)"
            )
            yield key, what


def _sentences(scenario: Scenario, flows: Flow, queues: tuple[QueueLoad, ...]) -> Iterator[str]:
    if flows.tickets * scenario.period.length / WEEK < 1:
        yield "No ticket is expected in the whole period: there is nothing to measure."
        return
    yield f"About {flows.tickets:,.0f} tickets a week are expected."
    yield from _first_line(scenario, flows)
    yield from _notes(scenario)
    for queue in queues:
        yield from _load_sentence(queue)
    left_out = [
        words
        for words, holds in (
            (
                "callers who hang up",
                any(c.patience is not None for c in scenario.channels.values()),
            ),
            ("short time-boxes", any(t.short_box for t in scenario.tiers.values())),
            ("status updates and chasers", scenario.updates is not None),
            ("tickets that a permanent fix prevents", scenario.problems is not None),
        )
        if holds
    ]
    if left_out:
        yield f"Not in this arithmetic, and in the simulation: {', '.join(left_out)}."


def _notes(scenario: Scenario) -> Iterator[str]:
    """Say what the notes of an escalation are taken to be, in both ways to say it, and what they cost."""
    notes = scenario.documentation
    if len(scenario.tiers) < 2:  # noqa: PLR2004 - nobody escalates
        return
    chances = {field: notes.completeness(field) for field in FIELDS_OF_NOTES}
    each = f"each of the {len(chances)} fields of the notes with {format_share(notes.quality, 0)}"
    if len(set(chances.values())) > 1:
        each = listed([f"{field} with {format_share(one, 0)}" for field, one in chances.items()])
    elif notes.complete is not None or chances["summary"] != notes.quality:
        each = f"each of the {len(chances)} fields of the notes with {format_share(chances['summary'], 0)}"
    yield (
        f"Notes: {each} (`documentation.quality`, or by field), so that "
        f"{format_share(notes.arrives_complete())} of the escalations arrive complete "
        "(`documentation.complete`); writing them takes "
        f"{format_duration(notes.writing_ms())} an escalation (from `documentation.writing`, "
        f"{exact_duration(notes.writing)} for complete ones: say how long yours takes, it decides what "
        "better notes cost)."
    )


def _first_line(scenario: Scenario, flows: Flow) -> Iterator[str]:
    share = float(flows.resolves_own[0])
    if np.isnan(share):
        return
    name, band = next(iter(scenario.tiers)), scenario.bands.healthy
    where = "inside"
    if share < band.low:
        where = "below"
    elif share > band.high:
        where = "above"
    yield (
        f"{name} is expected to resolve {format_share(share)} of what comes in there: {where} the "
        f"healthy band of {format_share(band.low, 0)} to {format_share(band.high, 0)}."
    )


def _load_sentence(queue: QueueLoad) -> Iterator[str]:
    if queue.provider or queue.there_h <= 0:
        if queue.helpers and queue.asked_h > NOTHING_H:
            yield f"{queue.name} has nobody of its own; it lives on {', '.join(queue.helpers)}."
        return
    offered = f"{queue.name} is offered {format_share(queue.utilisation)} of its capacity"
    if queue.utilisation >= 1:
        if queue.helpers:
            yield f"{offered}: it depends on the help of {', '.join(queue.helpers)}."
        elif queue.never_clears:
            yield f"{offered}: the backlog will never clear."
        elif queue.callers_h:
            yield (
                f"{offered}: at least {format_share(queue.hang_up, 0)} of its callers have to hang up, "
                "since nobody has time for them."
            )
        else:
            yield f"{offered}, before callers hang up at an earlier tier: waits are long."
    elif queue.utilisation >= TIGHT and queue.callers_h > queue.asked_h / 2:
        yield f"{offered}: callers wait, and more of them hang up with every ticket more."
    elif queue.utilisation >= VERY_TIGHT:
        yield f"{offered}: a bad week takes months to clear."
    elif queue.utilisation >= TIGHT:
        yield f"{offered}: waits are long, and grow fast with every ticket more."
