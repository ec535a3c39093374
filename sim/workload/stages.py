"""What a tier finds when a ticket comes to it, and what it will do: drawn, not yet laid out.

1. It can be solved there with probability ``logistic((ability - difficulty) / slope)``; a usable
   runbook raises the first tier's ability (Rasch 1960; Shumsky & Pinker 2003: success falls with
   complexity).
2. Its touch time is drawn by the tier's law (lognormal by default), longer for hard tickets. A tier that cannot solve it finds out after
   a part of that time, writes its notes, and escalates. The last tier has nobody to escalate to:
   what it cannot solve at the first attempt takes it that part longer, and is then solved.
3. What came with the escalation decides what else the receiver has to do. Reason missing, or
   criteria unclear: perhaps it looks, and sends the ticket back to the sender, who gives the reason
   and sends it again. Summary missing: it asks the user to explain again, and waits. Steps missing:
   it repeats a part of what the earlier tiers did. Data missing: its own diagnosis takes longer.
4. It may have to wait for the user, a vendor or a change window, and a solved ticket may come back.
   What is settled at once waits for nobody.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from sim.scenario.model import Scenario
from sim.scenario.support import FIELDS_OF_NOTES, Tier
from sim.workload.arrivals import Arrivals
from sim.workload.draws import (
    Draws,
    Flags,
    Floats,
    by_topic,
    rows,
)
from sim.workload.journeys import NEVER_MS, Numbers
from sim.workload.laws import from_normal, from_uniform
from sim.workload.layout import Which
from sim.workload.plan import Plan
from sim.workload.streams import Purpose

LEAST_HARDNESS = 0.2
"""No ticket is so easy that it takes less than this part of its topic's mean."""
ALL_NOTES = (1 << len(FIELDS_OF_NOTES)) - 1
SUMMARY, STEPS, DATA, REASON = (1 << bit for bit in range(len(FIELDS_OF_NOTES)))


@dataclass(frozen=True, eq=False)
class Case:
    """What is being sampled."""

    scenario: Scenario
    known: Plan
    arrivals: Arrivals
    draws: Draws
    difficulty: Floats
    runbook: Flags | None
    """Whether a usable runbook exists; None for nobody."""


@dataclass(eq=False)
class Stage:
    """What a tier finds, for the tickets that may reach it (arrays of one row for each)."""

    position: int
    tier: Tier
    who: Which
    last: bool
    """There is no tier above."""
    queue: Numbers
    fresh: Flags
    """The ticket comes in here."""
    base_ms: Floats
    """The touch time of a ticket that is solved."""
    own_ms: Floats
    """The touch time of this one, notes and repetition apart."""
    rework_ms: Floats
    solved: Flags
    early: Flags
    """It is closed as solved although it is not."""
    back: Flags
    """It comes back after being closed."""
    back_after_ms: Floats
    notes: NDArray[np.int8]
    """What came complete, as bits; all for fresh tickets."""
    returned: Flags
    """It is sent back to the sender."""
    misrouted: Flags
    wrong_queue: Numbers
    asks: Flags
    vendor: Flags
    vendor_ms: Floats
    change: Flags
    at_once: Flags
    """It comes in here, and is settled at once."""
    settles: Flags
    """It is sent back, and the sender solves it."""
    hands_back: Flags
    """It goes back to the first tier to be closed."""

    @property
    def clarifies(self) -> Flags:
        """The summary is missing."""
        unclear: Flags = (self.notes & SUMMARY == 0) & ~self.settles
        return unclear

    def worked(self) -> Stage:
        """Return the stage of the tickets that this tier works on: all but those its sender solves."""
        if not self.settles.any():
            return self
        kept = ~self.settles
        arrays = [f.name for f in fields(self) if isinstance(getattr(self, f.name), np.ndarray)]
        return replace(self, **{name: getattr(self, name)[kept] for name in arrays})

    @property
    def escalates(self) -> Flags:
        """It goes on to the next tier when all work here is done."""
        onwards: Flags = ~self.solved
        if self.early.any():
            onwards &= ~self.early | self.back
        if self.settles.any():
            onwards &= ~self.settles
        return onwards

    @property
    def may_give_up(self) -> Flags:
        """The time-box may run out."""
        tier = self.tier
        shortest = tier.time_box if tier.short_box is None else tier.short_box
        if self.last or shortest is None:
            return np.zeros(len(self.who), np.bool_)
        longer: Flags = (self.touch_ms() > shortest) & ~self.settles
        return longer

    def touch_ms(self) -> Floats:
        """Return all work of this tier on the ticket, the writing of its own notes apart."""
        touch = self.own_ms
        if self.rework_ms.any():
            touch = touch + self.rework_ms
        if self.tier.triage:
            touch = touch + np.where(self.fresh, self.tier.triage, 0)
        return touch


def find(case: Case, position: int, tier: Tier, who: Which, earlier_ms: Floats) -> Stage:
    """Draw what a tier finds.

    Parameters
    ----------
    case : Case
    position : int
    tier : Tier
    who : Which
        The tickets that may reach it.
    earlier_ms : float64
        What the earlier tiers worked on each of them.
    """
    scenario, known, draws = case.scenario, case.known, case.draws
    topic, hard = rows(case.arrivals.topic, who), rows(case.difficulty, who)
    last = position == len(scenario.tiers) - 1
    helped = rows(case.runbook, who) if case.runbook is not None and position == 0 else None
    mean = by_topic(known.work_ms[position], topic)
    if scenario.demand.hardness:
        factor = hard - by_topic(known.mean_difficulty, topic)
        factor *= scenario.demand.hardness
        factor += 1
        mean = mean * np.maximum(factor, LEAST_HARDNESS, out=factor)
    if helped is not None:
        mean = mean * (1 - scenario.knowledge.time_saved * helped)
    normal = rows(draws.normal(Purpose.WORK, position), who)
    base = from_normal(tier.law_of_work(), mean, normal)
    nobody, nothing = np.zeros(len(who), np.bool_), np.zeros(len(who))
    can: Flags = ~nobody
    part = 1 + tier.finds_out_after if last else tier.finds_out_after
    if not last or part > 1:
        chance = _success(case, tier, hard, helped)
        can = rows(draws.uniform(Purpose.SOLVES, position), who) < chance
    queue = by_topic(known.queue_of[position], topic)
    stage = Stage(
        position=position,
        tier=tier,
        who=who,
        last=last,
        queue=queue,
        fresh=rows(case.arrivals.entry_tier, who) == position,
        base_ms=base,
        own_ms=base if part == 1 else np.where(can, base, base * part),
        rework_ms=nothing,
        solved=~nobody if last else can,
        early=nobody,
        back=nobody,
        back_after_ms=nothing,
        notes=np.full(len(who), ALL_NOTES, np.int8),
        returned=nobody,
        misrouted=nobody,
        wrong_queue=queue,
        asks=nobody,
        vendor=nobody,
        vendor_ms=nothing,
        change=nobody,
        at_once=nobody,
        settles=nobody,
        hands_back=nobody,
    )
    if not stage.fresh.all():
        _judge_notes(case, stage, earlier_ms)
        _route(case, stage)
        _settle(case, stage)
    _wait(case, stage)
    _come_back(case, stage)
    if tier.hands_back:
        number = rows(draws.uniform(Purpose.HANDS_BACK, position), who)
        stage.hands_back = stage.solved & ~stage.back & (number < tier.hands_back)
    return stage


def _success(case: Case, tier: Tier, hard: Floats, helped: Flags | None) -> Floats:
    """Return the chance that a tier can solve each ticket."""
    knowledge = case.scenario.knowledge
    chance = tier.ability - hard
    if helped is not None:
        chance += knowledge.lift * helped
    chance /= -knowledge.slope
    np.exp(chance, out=chance)
    chance += 1
    return np.divide(1, chance, out=chance)


def _judge_notes(case: Case, stage: Stage, earlier_ms: Floats) -> None:
    """Settle what came with the escalations to this tier, and what that costs it."""
    notes = case.scenario.documentation
    if min(case.known.completeness) == 1:
        return
    number = case.draws.uniform(Purpose.NOTES, stage.position, columns=len(FIELDS_OF_NOTES) + 1)
    came = np.full(len(stage.who), ALL_NOTES, np.int8)
    for bit, complete in enumerate(case.known.completeness):
        if complete < 1:
            lacks = ~stage.fresh & (number[stage.who, bit] >= complete)
            came -= lacks.view(np.int8) << bit
    stage.notes = came
    own = stage.tier.sends_back
    sent_back = number[stage.who, -1] < (notes.sent_back if own is None else own)
    stage.returned = (came & REASON == 0) & sent_back
    lacks_steps = stage.notes & STEPS == 0
    lacks_data = stage.notes & DATA == 0
    stage.rework_ms = (
        lacks_steps * notes.steps_repeated * earlier_ms
        + lacks_data * notes.extra_diagnosis * stage.base_ms
    )


def _route(case: Case, stage: Stage) -> None:
    """Settle which escalations go to a wrong team, or back to the sender, for want of criteria."""
    _route_through_first(case, stage)
    clarity = case.scenario.routing.clarity
    if clarity == 1:
        return
    number = rows(case.draws.uniform(Purpose.ROUTE, stage.position, columns=2), stage.who)
    unclear = ~stage.fresh & (number[:, 0] >= clarity) & ~stage.misrouted
    queues = np.unique(case.known.queue_of[stage.position])
    if len(queues) == 1:
        stage.returned = stage.returned | unclear
        return
    # One of the other teams, all alike: skip from the right one by 1 to their number.
    skip = 1 + (number[:, 1] * (len(queues) - 1)).astype(np.intp)
    right = np.searchsorted(queues, stage.queue)
    wrong = queues[(right + skip) % len(queues)].astype(np.int32)
    stage.wrong_queue = np.where(stage.misrouted, stage.wrong_queue, wrong)
    stage.misrouted = stage.misrouted | unclear


def _route_through_first(case: Case, stage: Stage) -> None:
    """Settle which escalations between the tiers behind the first go through it."""
    routing = case.scenario.routing
    owned = routing.owned_through_first
    if not (routing.through_first or owned) or stage.position == 1:
        return
    number = rows(case.draws.uniform(Purpose.THROUGH, stage.position), stage.who)
    share = np.full(len(number), routing.through_first)
    if owned is not None:
        share[rows(case.arrivals.entry_tier, stage.who) == 0] = owned
    stage.misrouted = ~stage.fresh & (number < share)
    stage.wrong_queue = by_topic(case.known.queue_of[0], rows(case.arrivals.topic, stage.who))


def _settle(case: Case, stage: Stage) -> None:
    """Settle which of the tickets sent back their sender solves after all."""
    share = case.scenario.documentation.sender_solves
    if share and stage.returned.any():
        number = rows(case.draws.uniform(Purpose.SETTLES, stage.position), stage.who)
        stage.settles = stage.returned & (number < share)


def _wait(case: Case, stage: Stage) -> None:
    """Settle which tickets have to wait for the user, a vendor or a change window."""
    tier, draws, at = stage.tier, case.draws, stage.position
    lacks_data = stage.notes & DATA == 0
    if tier.asks_user or tier.provider:
        number = rows(draws.uniform(Purpose.ASK, at), stage.who)
        requests = tier.provider.info_requests if tier.provider else 0.0
        stage.asks = number < np.where(lacks_data, max(tier.asks_user, requests), tier.asks_user)
    if tier.vendor is not None:
        number = rows(draws.uniform(Purpose.VENDOR, at, columns=2), stage.who)
        stage.vendor = stage.solved & (number[:, 0] < tier.vendor.share)
        rounds = 1 + (lacks_data & (number[:, 1] < tier.vendor.info_requests))
        normal = rows(draws.normal(Purpose.VENDOR_ANSWER, at), stage.who)
        stage.vendor_ms = rounds * from_normal(
            tier.vendor.law(), float(tier.vendor.answers_in), normal
        )
        also = tier.vendor.passed_on
        if also is not None:
            number = rows(draws.uniform(Purpose.PASSED_ON, at), stage.who)
            waits = ~stage.solved & (number < also.share)
            stage.vendor = stage.vendor | waits
            stage.vendor_ms = np.where(
                waits, from_normal(also.law(), float(also.answers_in), normal), stage.vendor_ms
            )
    if tier.change is not None:
        number = rows(draws.uniform(Purpose.CHANGE, at), stage.who)
        stage.change = stage.solved & (number < tier.change.share)
    if tier.first_contact:
        number = rows(draws.uniform(Purpose.FIRST_CONTACT, at), stage.who)
        stage.at_once = stage.fresh & stage.solved & (number < tier.first_contact)
        stage.asks = stage.asks & ~stage.at_once
        stage.vendor = stage.vendor & ~stage.at_once
        stage.change = stage.change & ~stage.at_once


def _come_back(case: Case, stage: Stage) -> None:
    """Settle which tickets are closed too early, and which closed ones come back."""
    tier, draws, at = stage.tier, case.draws, stage.position
    if tier.closes_early and not stage.last:
        number = rows(draws.uniform(Purpose.EARLY, at, columns=2), stage.who)
        stage.early = ~stage.solved & (number[:, 0] < tier.closes_early)
        stage.back = stage.early & (number[:, 1] < tier.early_comes_back)
    if tier.reopens or stage.early.any():
        number = rows(draws.uniform(Purpose.REOPEN, at, columns=2), stage.who)
        stage.back = stage.back | (stage.solved & (number[:, 0] < tier.reopens))
        after = case.scenario.users.comes_back_after
        law = case.scenario.users.law_of_return()
        stage.back_after_ms = np.minimum(from_uniform(law, after, number[:, 1]), NEVER_MS)
