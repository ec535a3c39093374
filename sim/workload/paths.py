"""From what a tier finds to the visits that a ticket makes there, and what each leads to.

::

    [misrouted] ▶ [returned ▶ complete notes] ▶ [clarify ▶ user]
        ▶ work ▶ [user ▶ continue] ▶ [vendor ▶ after vendor] ▶ [window ▶ after change]
        ▶ the end, or [reopened] ▶ the end, or the next tier

The touch time of a tier is spread evenly over work, continue and after vendor. A ticket that is
given up goes to the next tier from wherever it is.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from sim.workload.draws import Flags, Floats, delay, patience, work
from sim.workload.journeys import ALWAYS, Kind, Numbers, Outcome, Times, Wait
from sim.workload.laws import from_normal, from_uniform
from sim.workload.layout import After, Layout, Role, Which
from sim.workload.lying import Coming, Occasion, handed_over_ms
from sim.workload.stages import Case, Stage
from sim.workload.streams import Purpose


def occupy(case: Case, layout: Layout, stage: Stage) -> None:
    """Take the slots that the tickets of a stage need."""
    at, worked = stage.position, stage.worked()
    layout.occupy(at, Role.WORK, worked.who)
    for role, which in {
        Role.MISROUTED: stage.misrouted,
        Role.RETURNED: stage.returned,
        Role.COMPLETE_NOTES: stage.returned,
        Role.CLARIFY: stage.clarifies,
    }.items():
        if which.any():
            layout.occupy(at, role, stage.who[which])
    for role, which in {
        Role.REDIAL: _redials(case, worked),
        Role.CONTINUE: worked.asks,
        Role.AFTER_VENDOR: worked.vendor,
        Role.AFTER_CHANGE: worked.change,
        Role.REOPENED: worked.back,
    }.items():
        if which.any():
            layout.occupy(at, role, worked.who[which])
    if worked.hands_back.any():
        closed = worked.who[worked.hands_back]
        layout.occupy(_behind(case), After.CLOSE, closed)
        layout.occupy(_behind(case), After.CONFIRM, closed[_confirmed(case, closed)])


def fill(case: Case, layout: Layout, stage: Stage) -> None:
    """Fill the visits of a stage, and say what each leads to."""
    worked = stage.worked()
    final = _fill_work(case, layout, worked)
    _fill_end(case, layout, worked, final)
    if stage.tier.room is not None:
        fresh = worked.who[worked.fresh]
        layout.fill(layout.visit(stage.position, Role.WORK, fresh), needs_room=True)
    _fill_patience(case, layout, worked)
    if not stage.fresh.all():
        _fill_notes(case, layout, stage)


def _behind(case: Case) -> int:
    """Return the place of what comes after all tiers."""
    return len(case.scenario.tiers)


def _confirmed(case: Case, who: Which) -> Flags:
    """Tell which of the tickets handed back the user has to confirm."""
    confirmed: Flags = case.draws.uniform(Purpose.CONFIRM)[who] < case.scenario.routing.confirms
    return confirmed


def _users_calendar(case: Case) -> int:
    return case.known.calendars[case.scenario.users.hours]


def _answer_ms(case: Case, purpose: Purpose, stage: Stage, who: Which) -> Times:
    answers = stage.tier.user_answers or case.scenario.users
    normal = case.draws.normal(purpose, stage.position)[who]
    return delay(from_normal(answers.law(), float(answers.answers_in), normal))


def _onwards(case: Case, layout: Layout, stage: Stage, who: Which) -> tuple[Numbers, Times, int]:
    """Return where tickets go from here, after what delay in which calendar."""
    next_tier = list(case.scenario.tiers.values())[stage.position + 1]
    entrance = layout.entrance(stage.position + 1, who)
    if next_tier.provider is None:
        coming = Coming(stage.position + 1, Occasion.ESCALATED)
        return entrance, *_lie(case, layout, coming, who, entrance)
    number = case.draws.uniform(Purpose.INTAKE, stage.position + 1)[who]
    layout.fill(entrance, wait=Wait.INTAKE)
    calendar = case.known.calendars[next_tier.provider.hours]
    return (
        entrance,
        delay(from_uniform(next_tier.provider.law(), next_tier.provider.intake, number)),
        calendar,
    )


def _lie(
    case: Case, layout: Layout, coming: Coming, who: Which, visit: Numbers
) -> tuple[Times, int]:
    """Let tickets lie before a visit; return for how long in which calendar, for the link to it."""
    found = handed_over_ms(case, coming, who)
    if found is None:
        return np.zeros(len(who), np.int64), ALWAYS
    lies_ms, calendar = found
    if coming.occasion is Occasion.ESCALATED:
        # What goes to a wrong team first is looked at, and sent on.
        lies_ms[np.isin(who, layout.who(coming.position, Role.MISROUTED))] = 0
    layout.fill(visit[lies_ms > 0], wait=Wait.LYING)
    return lies_ms, calendar


def _hand_over(
    case: Case, layout: Layout, coming: Coming, who: Which, visits: tuple[Numbers, Numbers]
) -> None:
    """Say that being done leads from a visit to another, at a tier where the ticket may lie first."""
    visit, following = visits
    wait, calendar = _lie(case, layout, coming, who, following)
    layout.link(visit, Outcome.DONE, following, wait if wait.any() else None, calendar)


def _fill_work(case: Case, layout: Layout, stage: Stage) -> Numbers:
    """Lay the tier's own work out; return the visit in which it ends."""
    at, who, tier = stage.position, stage.who, stage.tier
    writing_ms = case.known.writing_ms
    writes = ~(stage.solved | stage.early)
    piece_ms = stage.touch_ms()
    if stage.asks.any() or stage.vendor.any():
        piece_ms = piece_ms / (1 + stage.asks.astype(np.int64) + stage.vendor)
    first = layout.visit(at, Role.WORK, who)
    last = first.copy()
    visits: list[tuple[Numbers, Any]] = [(first, slice(None))]
    for role, which, kind_of_wait in (
        (Role.CONTINUE, stage.asks, Wait.USER),
        (Role.AFTER_VENDOR, stage.vendor, Wait.VENDOR),
    ):
        if not which.any():
            continue
        visit = layout.visit(at, role, who[which])
        if kind_of_wait is Wait.USER:
            wait, calendar = (
                _answer_ms(case, Purpose.ANSWER, stage, who[which]),
                _users_calendar(case),
            )
        else:
            assert tier.vendor is not None
            wait = delay(stage.vendor_ms[which])
            calendar = case.known.calendars[tier.vendor.hours]
        layout.fill(visit, kind=Kind.CONTINUE, wait=kind_of_wait)
        layout.link(last[which], Outcome.DONE, visit, wait, calendar)
        last[which] = visit
        visits.append((visit, np.flatnonzero(which)))
    give_up = stage.may_give_up
    repeats = stage.rework_ms.any()
    again_ms = stage.rework_ms.copy() if repeats else stage.rework_ms
    for visit, where in visits:
        asked_ms = piece_ms[where]
        if writing_ms:
            asked_ms = asked_ms + writing_ms * (writes[where] & (last[where] == visit))
        layout.fill(visit, queue=stage.queue[where], work_ms=work(asked_ms))
        if repeats:
            # What is done again is done first.
            part = np.minimum(again_ms[where], piece_ms[where])
            layout.fill(visit, rework_ms=delay(part))
            again_ms[where] -= part
        hurried = give_up[where]
        if hurried.any():
            _fill_give_up(case, layout, stage, visit[hurried], who[where][hurried])
    if writing_ms and writes.any():
        layout.fill(last, writing_ms=writing_ms * writes)
    if tier.provider is not None and stage.fresh.any():
        _add_intake(case, layout, stage, first)
    if case.runbook is not None and at == 0:
        layout.fill(first, runbook=case.runbook[who])
    if stage.change.any():
        assert tier.change is not None
        which = stage.change
        visit = layout.visit(at, Role.AFTER_CHANGE, who[which])
        layout.fill(
            visit,
            queue=stage.queue[which],
            work_ms=max(tier.change.work, 1),
            kind=Kind.CONTINUE,
            wait=Wait.CHANGE,
        )
        # A millisecond of a window's time: at once when it is open, else when it opens.
        window = case.known.calendars[tier.change.hours]
        layout.link(last[which], Outcome.DONE, visit, 1, window)
        last[which] = visit
    return last


def _add_intake(case: Case, layout: Layout, stage: Stage, first: Numbers) -> None:
    """Let a provider take in what comes to it directly; an escalation waits for that before it."""
    assert stage.tier.provider is not None
    fresh = stage.fresh
    number = case.draws.uniform(Purpose.INTAKE, stage.position)[stage.who[fresh]]
    provider = stage.tier.provider
    taken_in = delay(from_uniform(provider.law(), provider.intake, number))
    layout.add(first[fresh], work_ms=taken_in)


def _fill_give_up(case: Case, layout: Layout, stage: Stage, visit: Numbers, who: Which) -> None:
    onwards, wait, calendar = _onwards(case, layout, stage, who)
    layout.fill(visit, give_up_ms=case.known.writing_ms)
    layout.link(visit, Outcome.GAVE_UP, onwards, wait if wait.any() else None, calendar)


def _fill_end(case: Case, layout: Layout, stage: Stage, final: Numbers) -> None:
    """Say what comes after the tier's work: the end, a reopening, or the next tier."""
    at, who, scenario = stage.position, stage.who, case.scenario
    if stage.back.any():
        back = stage.back
        again = layout.visit(at, Role.REOPENED, who[back])
        early = stage.early[back]
        writing = np.where(early, case.known.writing_ms, 0)
        again_ms = scenario.users.reopened_work * stage.base_ms[back] + writing
        layout.fill(
            again,
            queue=stage.queue[back],
            work_ms=work(again_ms),
            kind=Kind.REOPENED,
            wait=Wait.REOPEN,
        )
        if early.any():
            layout.fill(again, writing_ms=writing)
        layout.fill(final[back], resolves=True)
        layout.link(
            final[back],
            Outcome.DONE,
            again,
            delay(stage.back_after_ms[back]),
            _users_calendar(case),
        )
        final[back] = again
    if stage.hands_back.any():
        _fill_closing(case, layout, who[stage.hands_back], final[stage.hands_back])
    if stage.last:
        return
    onwards = stage.escalates
    if onwards.any():
        target, wait, calendar = _onwards(case, layout, stage, who[onwards])
        layout.link(final[onwards], Outcome.DONE, target, wait if wait.any() else None, calendar)


def _fill_closing(case: Case, layout: Layout, who: Which, solved: Numbers) -> None:
    """Let the first tier close what was solved behind it, once the user has confirmed it."""
    asks = _confirmed(case, who)
    queue = case.known.queue_of[0][case.arrivals.topic[who]]
    visit = layout.visit(_behind(case), After.CLOSE, who)
    # The work is spread evenly over the two visits, where there are two.
    piece = work(case.scenario.routing.closing / (1.0 + asks))
    layout.fill(visit, queue=queue, work_ms=piece, kind=Kind.CLOSING)
    _hand_over(case, layout, Coming(0, Occasion.TO_BE_CLOSED), who, (solved, visit))
    if asks.any():
        again = layout.visit(_behind(case), After.CONFIRM, who[asks])
        layout.fill(
            again, queue=queue[asks], work_ms=piece[asks], kind=Kind.CLOSING, wait=Wait.USER
        )
        normal = case.draws.normal(Purpose.CONFIRMED)[who[asks]]
        users = case.scenario.users
        wait = delay(from_normal(users.law(), float(users.answers_in), normal))
        layout.link(visit[asks], Outcome.DONE, again, wait, _users_calendar(case))


def _redials(case: Case, stage: Stage) -> Flags:
    shares = np.array([channel.redials for channel in case.scenario.channels.values()])
    if not shares.any() or stage.tier.provider is not None:
        return np.zeros(len(stage.who), np.bool_)
    number = case.draws.uniform(Purpose.REDIAL, columns=2)[stage.who, 0]
    again: Flags = stage.fresh & (number < shares[case.arrivals.channel[stage.who]])
    return again


def _fill_patience(case: Case, layout: Layout, stage: Stage) -> None:
    """Let callers hang up before they are answered, and perhaps call again."""
    channels = case.scenario.channels.values()
    mean = np.array([np.nan if c.patience is None else c.patience for c in channels], np.float64)
    if np.isnan(mean).all() or stage.tier.provider is not None:
        return
    channel = case.arrivals.channel[stage.who]
    leaves = stage.fresh & ~np.isnan(mean[channel])
    who = stage.who[leaves]
    number = case.draws.uniform(Purpose.PATIENCE, columns=2)[who]
    waits = patience(_by_channel(case, "patience", mean, channel[leaves], number))
    visit = layout.visit(stage.position, Role.WORK, who)
    layout.fill(visit, patience_ms=waits[:, 0])
    again = _redials(case, stage)[leaves]
    if not again.any():
        return
    second = layout.visit(stage.position, Role.REDIAL, who[again])
    layout.repeat(visit[again], second)
    layout.fill(second, kind=Kind.REDIAL, wait=Wait.REDIAL, patience_ms=waits[again, 1])
    mean = np.array([c.redial_after for c in channels], np.float64)
    number = case.draws.uniform(Purpose.REDIAL, columns=2)[who[again], 1]
    after = _by_channel(case, "redial", mean, channel[leaves][again], number)
    layout.link(visit[again], Outcome.LEFT, second, delay(after))


def _by_channel(
    case: Case,
    what: Literal["patience", "redial"],
    mean: Floats,
    channel: NDArray[np.integer],
    number: Floats,
) -> Floats:
    """Turn uniform numbers, one or a row a ticket, into times by the law of each ticket's channel."""
    laws = [one.law_of(what) for one in case.scenario.channels.values()]
    if len(set(laws)) == 1:
        return from_uniform(laws[0], mean[channel], number.T).T
    times = np.empty(number.shape)
    for place, law in enumerate(laws):
        mine = channel == place
        times[mine] = from_uniform(law, mean[place], number[mine])
    return times


def _fill_notes(case: Case, layout: Layout, stage: Stage) -> None:
    """Lay out what missing notes and unclear criteria lead to."""
    at, who, notes = stage.position, stage.who, case.scenario.documentation
    handed = who[~stage.fresh]
    layout.fill(layout.entrance(at, handed), notes=stage.notes[~stage.fresh])
    looking = max(notes.looking, 1)
    if stage.misrouted.any():
        wrong = stage.misrouted
        visit = layout.visit(at, Role.MISROUTED, who[wrong])
        layout.fill(
            visit,
            queue=stage.wrong_queue[wrong],
            work_ms=looking,
            rework_ms=looking,
            kind=Kind.MISROUTED,
        )
        # The next visit of the same ticket is the right team's first one; likewise below.
        layout.link(visit, Outcome.DONE, visit + 1)
    if stage.returned.any():
        returned = stage.returned
        look = layout.visit(at, Role.RETURNED, who[returned])
        complete = layout.visit(at, Role.COMPLETE_NOTES, who[returned])
        sender = case.known.queue_of[at - 1][case.arrivals.topic[who[returned]]]
        completing = max(notes.completing, 1)
        layout.fill(
            look,
            queue=stage.queue[returned],
            work_ms=looking,
            rework_ms=looking,
            kind=Kind.RETURNED,
        )
        layout.fill(
            complete,
            queue=sender,
            work_ms=completing,
            rework_ms=completing,
            kind=Kind.COMPLETE_NOTES,
        )
        back = who[returned]
        _hand_over(case, layout, Coming(at - 1, Occasion.SENT_BACK), back, (look, complete))
        again = ~stage.settles[returned]
        done, back = complete[again], back[again]
        _hand_over(case, layout, Coming(at, Occasion.SENT_AGAIN), back, (done, done + 1))
    if stage.clarifies.any():
        unclear = who[stage.clarifies]
        ask = layout.visit(at, Role.CLARIFY, unclear)
        visit = layout.visit(at, Role.WORK, unclear)
        asking = max(notes.explaining_again, 1)
        layout.fill(
            ask,
            queue=stage.queue[stage.clarifies],
            work_ms=asking,
            rework_ms=asking,
            kind=Kind.CLARIFY,
        )
        layout.fill(visit, wait=Wait.USER)
        wait = _answer_ms(case, Purpose.EXPLAIN, stage, unclear)
        layout.link(ask, Outcome.DONE, visit, wait, _users_calendar(case))
