"""How tickets flow between tiers on average: arithmetic on means, before any simulation.

Each topic's difficulty is cut into slices of equal probability; on each slice the chance of being
solved and the mean work are numbers, so that averages over tickets are sums. What depends on
waiting lines (callers who hang up, short time-boxes, updates of tickets that stay open, fixes that
come in time) is left out. A good first guess of staffing (Hasija, Pinker & Shumsky 2005).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.scenario.model import Scenario
from sim.scenario.support import Tier
from sim.study.callers import callers
from sim.units import HOUR, WEEK
from sim.workload.laws import from_normal
from sim.workload.plan import Plan, plan
from sim.workload.sample import usable_runbooks
from sim.workload.stages import LEAST_HARDNESS

SLICES_OF_WORK = 1000
"""Of a law of work that no formula is known for here."""
Slices = NDArray[np.float64]
"""Numbers by topic, slice of difficulty, and whether a runbook helps: (topics, slices, 2)."""


@dataclass(frozen=True, eq=False)
class Flow:
    """The mean flow of a scenario.

    Attributes
    ----------
    tickets : float
        A week, over the whole period, holidays and growth included.
    reaches, resolves : float64, one a tier
        Share of tickets that come to a tier, and that it resolves.
    resolves_own : float64, one a tier
        Of the tickets that come in at a tier, the share that it resolves before they leave it, as
        ``l1_share`` counts them: one closed too early is resolved, until it comes back. NaN where
        none come in.
    load_h, rework_h : float64, one a queue
        Agent-hours that a week asks for, and the part that missing notes and unclear criteria cause.
    comes : float64, one a queue
        Share of the tickets that come to each queue: to each team of a tier, its own.
    callers_h : float64, one a queue
        The part of the hours asked that comes with callers who would hang up.
    """

    tickets: float
    reaches: NDArray[np.float64]
    resolves: NDArray[np.float64]
    resolves_own: NDArray[np.float64]
    load_h: NDArray[np.float64]
    rework_h: NDArray[np.float64]
    callers_h: NDArray[np.float64]
    comes: NDArray[np.float64]


def flow(scenario: Scenario) -> Flow:
    """Work out the mean flow of a scenario."""
    known = plan(scenario)
    names = list(scenario.tiers)
    mix = _mix(scenario, known)
    entry = np.array(
        [0 if t.goes_to is None else names.index(t.goes_to) for t in scenario.topics.values()]
    )
    load, rework, calls = _Load(known), _Load(known), _Load(known)
    some = callers(scenario)
    who_calls = 0.0 if some is None else some.share
    reaches, resolves, own = np.zeros((3, len(names)))
    comes = np.zeros(len(known.queues))
    handed = earlier = np.zeros_like(mix)
    for position, tier in enumerate(scenario.tiers.values()):
        fresh = mix * (entry == position)[:, np.newaxis, np.newaxis]
        step = _Step(scenario, known, position, tier)
        new, again = step.work(float(tier.triage)), step.work(step.rework_ms(earlier))
        step.load_notes(handed, rework)
        settled = step.settled * handed
        handed = handed - settled
        rework.add(position, handed * (step.rework_ms(earlier)))
        load.add(position, fresh * new.load_ms + handed * again.load_ms)
        if tier.provider is None:
            calls.add(position, fresh * new.load_ms * who_calls)
        kept = fresh * new.kept + handed * again.kept
        load.add(0, kept * step.closing_ms)
        here = (fresh + handed + settled).sum(axis=(1, 2))
        reaches[position] = here.sum()
        np.add.at(comes, known.queue_of[position], here)
        resolves[position] += kept.sum()
        if position:
            resolves[position - 1] += settled.sum()
        own[position] = (fresh * new.closed).sum() / fresh.sum() if fresh.any() else np.nan
        onwards = fresh * new.onwards_ms[0] + handed * again.onwards_ms[0]
        worked = fresh * new.onwards_ms[1] + handed * (
            again.onwards_ms[1] + again.onwards_ms[0] * earlier
        )
        earlier = np.divide(worked, onwards, out=np.zeros_like(worked), where=onwards > 0)
        handed = onwards
    # Looks at what is sent back or on, and completing its notes, are rework alone; what is
    # repeated stands in the receiver's own load already.
    weeks = scenario.period.length / WEEK
    arrivals = float(known.rates.sum()) / weeks
    sent = float(mix.sum())
    return Flow(
        tickets=arrivals * sent,
        reaches=reaches / sent if sent else reaches,
        resolves=resolves / sent if sent else resolves,
        resolves_own=own,
        load_h=(load.ms + rework.apart_ms) * arrivals / HOUR + _planned_h(scenario, known),
        rework_h=(rework.ms + rework.apart_ms) * arrivals / HOUR,
        callers_h=calls.ms * arrivals / HOUR,
        comes=comes / sent if sent else comes,
    )


def _through_first(scenario: Scenario) -> Slices:
    """Return the share of escalations between the tiers behind the first that go through it, by topic."""
    first, routing = next(iter(scenario.tiers)), scenario.routing
    owned = routing.owned_through_first
    shares = [
        routing.through_first if owned is None or topic.goes_to not in (None, first) else owned
        for topic in scenario.topics.values()
    ]
    return np.array(shares)[:, np.newaxis, np.newaxis]


def _mix(scenario: Scenario, known: Plan) -> Slices:
    """Return the share of each kind of ticket among all that would be sent."""
    topics = list(scenario.topics.values())
    at_ms = np.arange(len(known.rates), dtype=np.int64) * HOUR
    usable = usable_runbooks(scenario, at_ms) * np.ones(len(at_ms))
    total = known.rates.sum()
    helped = float((usable * known.rates).sum() / total) if total else 0.0
    slices = known.difficulty.shape[1] - 1
    mix = np.empty((len(topics), slices, 2))
    for row, topic in zip(mix, topics, strict=True):
        runbook = topic.runbook * helped
        row[:] = np.array([1 - runbook, runbook]) * topic.share * (1 - topic.self_service) / slices
    return mix


class _Load:
    """Work by queue, in ms for each ticket that would be sent."""

    def __init__(self, known: Plan) -> None:
        self._queue_of = known.queue_of
        self.ms = np.zeros(len(known.queues))
        self.apart_ms = np.zeros(len(known.queues))

    def add(self, position: int, work_ms: Slices, *, apart: bool = False) -> None:
        """Add work of the teams that take each topic at a tier."""
        np.add.at(
            self.apart_ms if apart else self.ms,
            self._queue_of[position],
            work_ms.sum(axis=(1, 2)),
        )


@dataclass(frozen=True, eq=False)
class _Work:
    """What a tier does with one ticket of each kind.

    Attributes
    ----------
    load_ms, kept, closed : Slices
        Work, the share that ends here, and the share that is closed here, perhaps too early.
    onwards_ms : pair of Slices
        The share that goes on, and that share times what this tier has worked on it.
    """

    load_ms: Slices
    kept: Slices
    closed: Slices
    onwards_ms: tuple[Slices, Slices]


class _Step:
    """One tier."""

    def __init__(self, scenario: Scenario, known: Plan, position: int, tier: Tier) -> None:
        self.scenario, self.known = scenario, known
        self.position, self.tier = position, tier
        self.last = position == len(scenario.tiers) - 1
        table = known.difficulty
        hard = ((table[:, 1:] + table[:, :-1]) / 2)[:, :, np.newaxis]
        helped = np.array([0.0, 1.0 if position == 0 else 0.0])
        knowledge, notes = scenario.knowledge, scenario.documentation
        margin = tier.ability - hard + knowledge.lift * helped
        self.solves: Slices = 1 / (1 + np.exp(-margin / knowledge.slope))
        mean = known.mean_difficulty[:, np.newaxis, np.newaxis]
        factor = np.maximum(1 + scenario.demand.hardness * (hard - mean), LEAST_HARDNESS)
        work = known.work_ms[position][:, np.newaxis, np.newaxis]
        self.base_ms: Slices = work * factor * (1 - knowledge.time_saved * helped)
        several = len(np.unique(known.queue_of[position])) > 1
        unclear = 1 - scenario.routing.clarity
        own = tier.sends_back
        sent_back = (1 - notes.completeness("reason")) * (notes.sent_back if own is None else own)
        self.misrouted = unclear if several else 0.0
        self.returned = sent_back if several else 1 - (1 - sent_back) * (1 - unclear)
        self.settled = self.returned * notes.sender_solves
        self.through_first = _through_first(scenario) * (position > 1)
        self.closing_ms = tier.hands_back * (1 - tier.reopens) * scenario.routing.closing

    def rework_ms(self, earlier_ms: Slices) -> Slices:
        """Return what missing notes add to the receiver's work on a ticket handed to it."""
        notes = self.scenario.documentation
        repeated = (1 - notes.completeness("steps")) * notes.steps_repeated * earlier_ms
        diagnosis = (1 - notes.completeness("data")) * notes.extra_diagnosis * self.base_ms
        return repeated + diagnosis

    def load_notes(self, handed: Slices, rework: _Load) -> None:
        """Add the visits that missing notes and unclear criteria cause."""
        if not handed.any():
            return
        notes = self.scenario.documentation
        unclear = 1 - notes.completeness("summary")
        here = self.returned * notes.looking + unclear * notes.explaining_again
        rework.add(self.position, handed * here, apart=True)
        rework.add(self.position - 1, handed * self.returned * notes.completing, apart=True)
        looked = handed * self.through_first * notes.looking
        rework.add(0, looked, apart=True)
        # A wrong team is any of the others, all alike.
        queues = np.unique(self.known.queue_of[self.position])
        looks = handed.sum(axis=(1, 2)) * self.misrouted * notes.looking
        for queue, ms in zip(self.known.queue_of[self.position], looks, strict=True):
            others = queues[queues != queue]
            rework.apart_ms[others] += ms / max(len(others), 1)

    def work(self, more_ms: Slices | float) -> _Work:
        """Work out what becomes of a ticket, with what this tier has to do beside its own work."""
        tier, users = self.tier, self.scenario.users
        can, base = self.solves, self.base_ms
        again_ms = tier.reopens * users.reopened_work * base
        change_ms = tier.change.share * tier.change.work if tier.change is not None else 0.0
        if self.last:
            own = base * (can + (1 - can) * (1 + tier.finds_out_after))
            none = np.zeros_like(can)
            all_of_them = np.ones_like(can)
            load = own + more_ms + again_ms + change_ms
            return _Work(load, all_of_them, all_of_them, (none, none))
        found_ms = base * tier.finds_out_after
        solved_ms, solved_over = self._boxed(base, more_ms)
        failed_ms, failed_over = self._boxed(found_ms, more_ms)
        done, failed = can * (1 - solved_over), (1 - can) * (1 - failed_over)
        early = failed * tier.closes_early
        back = early * tier.early_comes_back
        kept = done + early - back
        writing = self.scenario.documentation.writing_ms()
        load = (
            can * solved_ms
            + (1 - can) * failed_ms
            + (1 - kept) * writing
            + done * (again_ms + change_ms)
            + back * users.reopened_work * base
        )
        worked = can * solved_over * base + (1 - can - early + back) * found_ms
        return _Work(load, kept, done + early, (1 - kept, worked))

    def _boxed(self, own_ms: Slices, more_ms: Slices | float) -> tuple[Slices, Slices]:
        """Return the mean work inside the time-box, and the share that it cuts off."""
        whole = own_ms + more_ms
        box = self.tier.time_box
        if box is None:
            return whole, np.zeros_like(whole)
        from scipy.special import ndtr, ndtri  # noqa: PLC0415 - only desks with a time-box need it

        left = np.maximum(box - np.asarray(more_ms), 1.0) / own_ms
        law = self.tier.law_of_work()
        cv = law.cv
        if law.name != "lognormal" or law.seen:
            # The mean over the quantiles of many equal slices.
            part = from_normal(law, 1.0, ndtri((np.arange(SLICES_OF_WORK) + 0.5) / SLICES_OF_WORK))
            worked = np.minimum(part, left[..., np.newaxis])
            over = (part > left[..., np.newaxis]).mean(axis=-1)
            return own_ms * worked.mean(axis=-1) + more_ms, over
        if cv == 0:
            return np.minimum(whole, box), (left < 1).astype(np.float64)
        sigma = np.sqrt(np.log1p(cv**2))
        at = np.log(left) / sigma
        over = 1 - ndtr(at + sigma / 2)
        # The mean of a lognormal number cut at a limit: what lies below, and the limit above.
        inside = own_ms * (ndtr(at - sigma / 2) + left * over)
        return inside + more_ms, over


def _planned_h(scenario: Scenario, known: Plan) -> NDArray[np.float64]:
    """Return the weekly work that no user's ticket asks for: upkeep of runbooks, and incidents."""
    hours = np.zeros(len(known.queues))
    tiers, topics = list(scenario.tiers), list(scenario.topics)
    upkeep = scenario.knowledge.upkeep
    if upkeep is not None:
        hours[known.queue_of[tiers.index(upkeep.tier)][0]] += upkeep.time / HOUR
    weeks = scenario.period.length / WEEK
    for incident in scenario.incidents.values():
        times = len(incident.on) / weeks if incident.rate is None else incident.rate * WEEK / HOUR
        topic = topics.index(incident.topic)
        crew = [tiers.index(name) for name in incident.engineers]
        for at, heads in zip(crew, incident.engineers.values(), strict=True):
            hours[known.queue_of[at][topic]] += times * heads * incident.work / HOUR
        hours[known.queue_of[max(crew)][topic]] += times * incident.review / HOUR
        hours[known.queue_of[0][topic]] += times * incident.linked * incident.linked_work / HOUR
    return hours
