"""What a tier finds when a ticket comes to it, and what it will do: drawn, not yet laid out.

1. It can be solved there with probability ``logistic((ability - difficulty) / slope)``; a usable
   runbook raises the first tier's ability (Rasch 1960; Shumsky & Pinker 2003: success falls with
   complexity).
2. Its touch time is lognormal, longer for hard tickets. A tier that cannot solve it finds out after
   a part of that time, writes its notes, and escalates. The last tier has nobody to escalate to:
   what it cannot solve at the first attempt takes it that part longer, and is then solved.
3. What came with the escalation decides what else the receiver has to do. Reason missing, or
   criteria unclear: perhaps it looks, and sends the ticket back to the sender, who gives the reason
   and sends it again. Summary missing: it asks the user to explain again, and waits. Steps missing:
   it repeats a part of what the earlier tiers did. Data missing: its own diagnosis takes longer.
4. It may have to wait for the user, a vendor or a change window, and a solved ticket may come back.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.scenario.model import Scenario
from sim.scenario.support import FIELDS_OF_NOTES, Tier
from sim.workload.arrivals import Arrivals
from sim.workload.draws import Draws, Flags, Floats, exponential, lognormal
from sim.workload.journeys import NEVER_MS, Numbers
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

    @property
    def clarifies(self) -> Flags:
        """The summary is missing."""
        unclear: Flags = self.notes & SUMMARY == 0
        return unclear

    @property
    def escalates(self) -> Flags:
        """It goes on to the next tier when all work here is done."""
        onwards: Flags = ~self.solved & (~self.early | self.back)
        return onwards

    @property
    def may_give_up(self) -> Flags:
        """The time-box may run out."""
        tier = self.tier
        shortest = tier.time_box if tier.short_box is None else tier.short_box
        if self.last or shortest is None:
            return np.zeros(len(self.who), np.bool_)
        longer: Flags = self.touch_ms() > shortest
        return longer

    def touch_ms(self) -> Floats:
        """Return all work of this tier on the ticket, the writing of its own notes apart."""
        touch: Floats = self.own_ms + self.rework_ms
        return touch + np.where(self.fresh, self.tier.triage, 0)


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
    topic, hard = case.arrivals.topic[who], case.difficulty[who]
    last = position == len(scenario.tiers) - 1
    helped = case.runbook[who] if case.runbook is not None and position == 0 else None
    margin = tier.ability - hard
    if helped is not None:
        margin += scenario.knowledge.lift * helped
    chance = 1 / (1 + np.exp(-margin / scenario.knowledge.slope))
    can = draws.uniform(Purpose.SOLVES, position)[who] < chance
    factor = 1 + scenario.demand.hardness * (hard - known.mean_difficulty[topic])
    mean = known.work_ms[position, topic] * np.maximum(factor, LEAST_HARDNESS)
    if helped is not None:
        mean *= 1 - scenario.knowledge.time_saved * helped
    base = lognormal(mean, tier.work_cv, draws.normal(Purpose.WORK, position)[who])
    part = 1 + tier.finds_out_after if last else tier.finds_out_after
    nobody = np.zeros(len(who), np.bool_)
    stage = Stage(
        position=position,
        tier=tier,
        who=who,
        last=last,
        queue=known.queue_of[position][topic],
        fresh=case.arrivals.entry_tier[who] == position,
        base_ms=base,
        own_ms=np.where(can, base, base * part),
        rework_ms=np.zeros(len(who)),
        solved=np.ones(len(who), np.bool_) if last else can,
        early=nobody,
        back=nobody,
        back_after_ms=np.zeros(len(who)),
        notes=np.full(len(who), ALL_NOTES, np.int8),
        returned=nobody,
        misrouted=nobody,
        wrong_queue=known.queue_of[position][topic],
        asks=nobody,
        vendor=nobody,
        vendor_ms=np.zeros(len(who)),
        change=nobody,
    )
    if not stage.fresh.all():
        _judge_notes(case, stage, earlier_ms)
        _route(case, stage)
    _wait(case, stage)
    _come_back(case, stage)
    return stage


def _judge_notes(case: Case, stage: Stage, earlier_ms: Floats) -> None:
    """Settle what came with the escalations to this tier, and what that costs it."""
    notes = case.scenario.documentation
    number = case.draws.uniform(Purpose.NOTES, stage.position, columns=len(FIELDS_OF_NOTES) + 1)
    number = number[stage.who]
    complete = number[:, :-1] < [notes.completeness(field) for field in FIELDS_OF_NOTES]
    bits = (complete << np.arange(len(FIELDS_OF_NOTES))).sum(axis=1).astype(np.int8)
    stage.notes = np.where(stage.fresh, ALL_NOTES, bits).astype(np.int8)
    stage.returned = (stage.notes & REASON == 0) & (number[:, -1] < notes.sent_back)
    lacks_steps = stage.notes & STEPS == 0
    lacks_data = stage.notes & DATA == 0
    stage.rework_ms = (
        lacks_steps * notes.steps_repeated * earlier_ms
        + lacks_data * notes.extra_diagnosis * stage.base_ms
    )


def _route(case: Case, stage: Stage) -> None:
    """Settle which escalations go to a wrong team, or back to the sender, for want of criteria."""
    clarity = case.scenario.routing.clarity
    if clarity == 1:
        return
    number = case.draws.uniform(Purpose.ROUTE, stage.position, columns=2)[stage.who]
    unclear = ~stage.fresh & (number[:, 0] >= clarity)
    queues = np.unique(case.known.queue_of[stage.position])
    if len(queues) == 1:
        stage.returned = stage.returned | unclear
        return
    # One of the other teams, all alike: skip from the right one by 1 to their number.
    skip = 1 + (number[:, 1] * (len(queues) - 1)).astype(np.intp)
    right = np.searchsorted(queues, stage.queue)
    stage.wrong_queue = queues[(right + skip) % len(queues)].astype(np.int32)
    stage.misrouted = unclear


def _wait(case: Case, stage: Stage) -> None:
    """Settle which tickets have to wait for the user, a vendor or a change window."""
    tier, draws, at = stage.tier, case.draws, stage.position
    lacks_data = stage.notes & DATA == 0
    if tier.asks_user or tier.provider:
        number = draws.uniform(Purpose.ASK, at)[stage.who]
        requests = tier.provider.info_requests if tier.provider else 0.0
        stage.asks = number < np.where(lacks_data, max(tier.asks_user, requests), tier.asks_user)
    if tier.vendor is not None:
        number = draws.uniform(Purpose.VENDOR, at, columns=2)[stage.who]
        stage.vendor = stage.solved & (number[:, 0] < tier.vendor.share)
        rounds = 1 + (lacks_data & (number[:, 1] < tier.vendor.info_requests))
        normal = draws.normal(Purpose.VENDOR_ANSWER, at)[stage.who]
        one = lognormal(float(tier.vendor.answers_in), tier.vendor.answers_cv, normal)
        stage.vendor_ms = rounds * one
    if tier.change is not None:
        number = draws.uniform(Purpose.CHANGE, at)[stage.who]
        stage.change = stage.solved & (number < tier.change.share)


def _come_back(case: Case, stage: Stage) -> None:
    """Settle which tickets are closed too early, and which closed ones come back."""
    tier, draws, at = stage.tier, case.draws, stage.position
    if tier.closes_early and not stage.last:
        number = draws.uniform(Purpose.EARLY, at, columns=2)[stage.who]
        stage.early = ~stage.solved & (number[:, 0] < tier.closes_early)
        stage.back = stage.early & (number[:, 1] < tier.early_comes_back)
    if tier.reopens or stage.early.any():
        number = draws.uniform(Purpose.REOPEN, at, columns=2)[stage.who]
        stage.back = stage.back | (stage.solved & (number[:, 0] < tier.reopens))
        after = case.scenario.users.comes_back_after
        stage.back_after_ms = np.minimum(exponential(after, number[:, 1]), NEVER_MS)
