"""Sampling a workload: what each ticket is, and every visit it may make.

For each tier that a ticket may reach:

1. It can be solved there with probability ``logistic((ability - difficulty) / slope)``; a usable
   runbook raises the first tier's ability (Rasch 1960; Shumsky & Pinker 2003: success falls with
   complexity).
2. Its touch time is lognormal, longer for hard tickets. A tier that cannot solve it finds out after
   a part of that time, writes its notes, and escalates. The last tier has nobody to escalate to:
   what it cannot solve at the first attempt takes it that part longer, and is then solved.
3. What came with the escalation decides what else the receiver has to do. Reason missing: perhaps
   it looks, and sends the ticket back to be completed (and everything is complete then). Summary
   missing: it asks the user to explain again, and waits. Steps missing: it repeats a part of what
   the earlier tiers did. Data missing: its own diagnosis takes longer.
4. It may have to wait for the user half-way, and a solved ticket may come back.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.scenario.model import Scenario
from sim.scenario.support import FIELDS_OF_NOTES, Tier
from sim.workload.arrivals import Arrivals, sample_arrivals
from sim.workload.journeys import (
    NEVER_MS,
    NONE,
    Kind,
    Numbers,
    Outcome,
    Tickets,
    Times,
    Wait,
    Workload,
)
from sim.workload.layout import Layout, Role, Which
from sim.workload.plan import QUANTILES, Plan, plan
from sim.workload.promise import due
from sim.workload.streams import Purpose, stream

LEAST_HARDNESS = 0.2
"""No ticket is so easy that it takes less than this part of its topic's mean."""
FIRST_PART = 0.5
"""The part of the work that is done before the user has to be asked."""
ALL_NOTES = (1 << len(FIELDS_OF_NOTES)) - 1
SUMMARY, STEPS, DATA, REASON = (1 << bit for bit in range(len(FIELDS_OF_NOTES)))

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


def sample(
    scenario: Scenario, seed: int, replication: int, arrivals: Arrivals | None = None
) -> Workload:
    """Sample the workload of one replication.

    Parameters
    ----------
    scenario : Scenario
    seed, replication : int
        At least 0; together they name every draw.
    arrivals : Arrivals, optional
        Tickets to be replayed; sampled from the scenario's demand if absent.

    Returns
    -------
    Workload
    """
    if arrivals is None:
        arrivals = sample_arrivals(scenario, seed, replication)
    draws = _Draws(seed, replication, len(arrivals))
    known = plan(scenario)
    difficulty = _difficulty(known, arrivals, draws)
    runbook = _runbooks(scenario, arrivals, draws)
    case = _Case(scenario, known, arrivals, draws, difficulty, runbook)
    layout = Layout(len(arrivals))
    stages = []
    done_ms = np.zeros(len(arrivals))
    open_ = np.ones(len(arrivals), np.bool_)
    for position, tier in enumerate(scenario.tiers.values()):
        who = np.flatnonzero(open_ & (arrivals.entry_tier <= position))
        stage = _stage(case, position, tier, who)
        stages.append(stage)
        _judge_notes(case, stage, done_ms[who])
        done_ms[who] += stage.own_ms
        open_[who[stage.solved]] = False
        _occupy(layout, stage)
    layout.number()
    for stage in stages:
        _fill(case, layout, stage)
        if not stage.fresh.all():
            _fill_hand_over(case, layout, stage)
    return Workload(
        tickets=Tickets(
            arrival_ms=arrivals.arrival_ms,
            first_visit=layout.first,
            priority=arrivals.priority,
            due_ms=due(scenario, arrivals),
            topic=arrivals.topic,
            channel=arrivals.channel,
            difficulty=difficulty.astype(np.float32),
        ),
        visits=layout.visits(),
        end_ms=scenario.period.length,
        warm_up_ms=scenario.period.warm_up,
    )


class _Draws:
    """The random numbers of tickets; row i belongs to ticket i."""

    def __init__(self, seed: int, replication: int, tickets: int) -> None:
        self._seed, self._replication, self._tickets = seed, replication, tickets

    def uniform(self, purpose: Purpose, *place: int, columns: int = 0) -> Floats:
        shape = (self._tickets, columns) if columns else self._tickets
        return stream(self._seed, self._replication, purpose, *place).random(shape)

    def normal(self, purpose: Purpose, *place: int) -> Floats:
        source = stream(self._seed, self._replication, purpose, *place)
        return source.standard_normal(self._tickets)


def _lognormal(mean: Floats | float, cv: float, normal: Floats) -> Floats:
    """Turn standard normal numbers into lognormal ones of a given mean."""
    if cv == 0:
        return np.broadcast_to(np.asarray(mean, np.float64), normal.shape)
    variance = np.log1p(cv**2)
    value: Floats = mean * np.exp(np.sqrt(variance) * normal - variance / 2)
    return value


def _whole(ms: Floats) -> Times:
    """Round to whole milliseconds, at least one: the only place where times are rounded."""
    return np.maximum(np.rint(ms), 1).astype(np.int64)


def _difficulty(known: Plan, arrivals: Arrivals, draws: _Draws) -> Floats:
    if (known.difficulty == known.mean_difficulty[:, np.newaxis]).all():
        return known.mean_difficulty[arrivals.topic]
    place = draws.uniform(Purpose.DIFFICULTY) * QUANTILES
    step = place.astype(np.intp)
    flat = known.difficulty.ravel()
    at = arrivals.topic.astype(np.intp) * (QUANTILES + 1) + step
    low = flat[at]
    hard: Floats = low + (flat[at + 1] - low) * (place - step)
    return hard


def _runbooks(scenario: Scenario, arrivals: Arrivals, draws: _Draws) -> Flags | None:
    """Tell for which tickets a usable runbook exists; None for none."""
    usable = scenario.documentation.completeness("runbooks")
    share = np.array([topic.runbook for topic in scenario.topics.values()]) * usable
    if not share.any():
        return None
    usable_here: Flags = draws.uniform(Purpose.RUNBOOK) < share[arrivals.topic]
    return usable_here


@dataclass(frozen=True, eq=False)
class _Case:
    """What is being sampled."""

    scenario: Scenario
    known: Plan
    arrivals: Arrivals
    draws: _Draws
    difficulty: Floats
    runbook: Flags | None
    """Whether a usable runbook exists; None for nobody."""


@dataclass(eq=False)
class _Stage:
    """What a tier finds, for the tickets that may reach it (arrays of one row for each)."""

    position: int
    tier: Tier
    who: Which
    queue: Numbers
    fresh: Flags
    """The ticket comes in here."""
    base_ms: Floats
    """The touch time of a ticket that is solved."""
    own_ms: Floats
    """The touch time of this one, notes and repetition apart."""
    solved: Flags
    asks: Flags
    back: Flags
    """It comes back after being solved."""
    back_after: Floats
    """... after this many means."""
    notes: NDArray[np.int8]
    """What came complete, as bits; all for fresh tickets."""
    returned: Flags
    rework_ms: Floats


def _stage(case: _Case, position: int, tier: Tier, who: Which) -> _Stage:
    scenario, known, arrivals, draws = case.scenario, case.known, case.arrivals, case.draws
    topic, hard = arrivals.topic[who], case.difficulty[who]
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
    base = _lognormal(mean, tier.work_cv, draws.normal(Purpose.WORK, position)[who])
    part = 1 + tier.finds_out_after if last else tier.finds_out_after
    nobody = np.zeros(len(who), np.bool_)
    solved = np.ones(len(who), np.bool_) if last else can
    back, back_after = nobody, np.zeros(len(who))
    if tier.reopens:
        number = draws.uniform(Purpose.REOPEN, position, columns=2)[who]
        back = solved & (number[:, 0] < tier.reopens)
        back_after = -np.log1p(-number[:, 1])
    asks = nobody
    if tier.asks_user:
        asks = draws.uniform(Purpose.ASK, position)[who] < tier.asks_user
    return _Stage(
        position=position,
        tier=tier,
        who=who,
        queue=known.queue_of[position][topic],
        fresh=arrivals.entry_tier[who] == position,
        base_ms=base,
        own_ms=np.where(can, base, base * part),
        solved=solved,
        asks=asks,
        back=back,
        back_after=back_after,
        notes=np.full(len(who), ALL_NOTES, np.int8),
        returned=nobody,
        rework_ms=np.zeros(len(who)),
    )


def _judge_notes(case: _Case, stage: _Stage, earlier_ms: Floats) -> None:
    """Settle what came with the escalations to this tier, and what that costs it."""
    if stage.fresh.all():
        return
    notes = case.scenario.documentation
    number = case.draws.uniform(Purpose.NOTES, stage.position, columns=len(FIELDS_OF_NOTES) + 1)
    number = number[stage.who]
    complete = number[:, :-1] < [notes.completeness(field) for field in FIELDS_OF_NOTES]
    bits = (complete << np.arange(len(FIELDS_OF_NOTES))).sum(axis=1).astype(np.int8)
    stage.notes = np.where(stage.fresh, ALL_NOTES, bits).astype(np.int8)
    stage.returned = (stage.notes & REASON == 0) & (number[:, -1] < notes.sent_back)
    lacks_steps = (stage.notes & STEPS == 0) & ~stage.returned
    lacks_data = (stage.notes & DATA == 0) & ~stage.returned
    stage.rework_ms = (
        lacks_steps * notes.steps_repeated * earlier_ms
        + lacks_data * notes.extra_diagnosis * stage.base_ms
    )


def _clarifies(stage: _Stage) -> Flags:
    unclear: Flags = (stage.notes & SUMMARY == 0) & ~stage.returned
    return unclear


def _occupy(layout: Layout, stage: _Stage) -> None:
    at, who = stage.position, stage.who
    layout.occupy(at, Role.WORK, who)
    for role, which in (
        (Role.RETURNED, stage.returned),
        (Role.COMPLETE_NOTES, stage.returned),
        (Role.CLARIFY, _clarifies(stage)),
        (Role.CONTINUE, stage.asks),
        (Role.REOPENED, stage.back),
    ):
        if which.any():
            layout.occupy(at, role, who[which])


def _fill(case: _Case, layout: Layout, stage: _Stage) -> None:
    scenario, runbook = case.scenario, case.runbook
    at, who, tier = stage.position, stage.who, stage.tier
    users_hours = case.known.calendars[scenario.users.hours]
    work = layout.visit(at, Role.WORK, who)
    writing = np.where(stage.solved, 0, scenario.documentation.writing_ms())
    touch = stage.own_ms + stage.rework_ms + np.where(stage.fresh, tier.triage, 0)
    first = np.where(stage.asks, FIRST_PART * touch, touch)
    layout.fill(
        work,
        queue=stage.queue,
        work_ms=_whole(first + np.where(stage.asks, 0, writing)),
    )
    if stage.rework_ms.any():
        layout.fill(work, rework_ms=np.rint(stage.rework_ms).astype(np.int64))
    if runbook is not None and at == 0:
        layout.fill(work, runbook=runbook[who])

    # What comes after the tier's work: reopening, the end, or the next tier.
    after = layout.entrance(at + 1, who)
    after[stage.solved] = NONE
    final = work.copy()
    if stage.asks.any():
        asked = stage.asks
        again = layout.visit(at, Role.CONTINUE, who[asked])
        layout.fill(
            again,
            queue=stage.queue[asked],
            work_ms=_whole((1 - FIRST_PART) * touch[asked] + writing[asked]),
            kind=Kind.CONTINUE,
            wait=Wait.USER,
        )
        wait = _answer_ms(scenario, case.draws.normal(Purpose.ANSWER, at)[who[asked]])
        layout.link(work[asked], Outcome.DONE, again, wait, users_hours)
        final[asked] = again
    layout.link(final, Outcome.DONE, after)
    if writing.any():
        layout.fill(final, writing_ms=writing)

    if stage.back.any():
        back = stage.back
        again = layout.visit(at, Role.REOPENED, who[back])
        layout.fill(
            again,
            queue=stage.queue[back],
            work_ms=_whole(scenario.users.reopened_work * stage.base_ms[back]),
            kind=Kind.REOPENED,
            wait=Wait.REOPEN,
        )
        layout.fill(final[back], resolves=True)
        delay = np.rint(stage.back_after[back] * scenario.users.comes_back_after)
        layout.link(final[back], Outcome.DONE, again, delay.astype(np.int64), users_hours)


def _fill_hand_over(case: _Case, layout: Layout, stage: _Stage) -> None:
    scenario, known, arrivals = case.scenario, case.known, case.arrivals
    at, who, notes = stage.position, stage.who, scenario.documentation
    handed = who[~stage.fresh]
    layout.fill(layout.entrance(at, handed), notes=stage.notes[~stage.fresh])
    returned = stage.returned
    if returned.any():
        look = layout.visit(at, Role.RETURNED, who[returned])
        complete = layout.visit(at, Role.COMPLETE_NOTES, who[returned])
        sender = known.queue_of[at - 1][arrivals.topic[who[returned]]]
        looking, completing = max(notes.looking, 1), max(notes.completing, 1)
        layout.fill(look, queue=stage.queue[returned], work_ms=looking, kind=Kind.RETURNED)
        layout.fill(complete, queue=sender, work_ms=completing, kind=Kind.COMPLETE_NOTES)
        layout.fill(look, rework_ms=looking)
        layout.fill(complete, rework_ms=completing)
        layout.link(look, Outcome.DONE, complete)
        layout.link(complete, Outcome.DONE, layout.visit(at, Role.WORK, who[returned]))
    clarifies = _clarifies(stage)
    if clarifies.any():
        unclear = who[clarifies]
        ask = layout.visit(at, Role.CLARIFY, unclear)
        work = layout.visit(at, Role.WORK, unclear)
        asking = max(notes.explaining_again, 1)
        layout.fill(ask, queue=stage.queue[clarifies], work_ms=asking, kind=Kind.CLARIFY)
        layout.fill(ask, rework_ms=asking)
        layout.fill(work, wait=Wait.USER)
        wait = _answer_ms(scenario, case.draws.normal(Purpose.EXPLAIN, at)[unclear])
        layout.link(ask, Outcome.DONE, work, wait, known.calendars[scenario.users.hours])


def _answer_ms(scenario: Scenario, normal: Floats) -> Times:
    wait = _lognormal(float(scenario.users.answers_in), scenario.users.answers_cv, normal)
    return np.minimum(np.rint(wait), NEVER_MS).astype(np.int64)
