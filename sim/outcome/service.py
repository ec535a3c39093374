"""Service levels: which tickets each is about, what its clock reads, and how often it holds.

What a clock measures is laid down in ``clocks``. Here each service level of the scenario gets its
tickets and instants; the readings are the base of the shares, the breaches, the weeks that met the
goal, and the waterfall of causes.

The clock ``update`` is laid down in ``news``.

A *week* is seven local days; the first begins with the counted period. A ticket belongs to the
week in which it was created. A rest of less than a week at the end is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sim.engine.rules import Ending
from sim.outcome.clocks import NO_STRETCHES, Clocks, Fate, Reading, Stretches, days_named
from sim.outcome.facts import Facts, Flags, Rows
from sim.outcome.grid import week_of, weeks
from sim.outcome.news import longest_silence, news
from sim.outcome.registry import Figure, Figures, of_priority, ratio, register
from sim.scenario.opening import never_late
from sim.scenario.promises import Leavers, ServiceLevel
from sim.scenario.working_time import allowed
from sim.workload.journeys import NONE, NOT_YET, Times, Wait

NO_PAUSES: Final = "no pauses"
FORMULAS: Final[dict[Leavers, str]] = {
    "missed": "in time / all who came",
    "short ones left out": "in time / all but those who left within the target",
    "left out": "in time / all who did not leave",
}
"""What share a service level is, by its ``leavers``."""
_FATE = {"missed": Fate.MISSED, "short ones left out": Fate.TIME, "left out": Fate.LEFT_OUT}
_WAITS = {"user": Wait.USER, "vendor": Wait.VENDOR, "change": Wait.CHANGE}


@dataclass(frozen=True, eq=False)
class Level:
    """A service level, and what its clocks read.

    Attributes
    ----------
    promise : ServiceLevel
    reading : Reading
    left : bool, one per clock
        Which tickets left unanswered.
    """

    promise: ServiceLevel
    reading: Reading
    left: Flags


def levels(facts: Facts) -> dict[str, Level]:
    """Read the clocks of every service level of the scenario."""
    return {
        name: _read(facts, promise) for name, promise in facts.run.scenario.service_levels.items()
    }


def _read(facts: Facts, promise: ServiceLevel) -> Level:
    tiers = facts.tiers
    tier = None if promise.tier is None else tiers.index(promise.tier)
    find = {"respond": _respond, "resolve": _resolve, "update": _whole_life}[promise.clock]
    rows, stop_ms = find(facts, tier)
    wanted = _asked(facts, promise, facts.ticket[rows])
    if wanted is not None:
        rows, stop_ms = rows[wanted], stop_ms[wanted]
    ticket = facts.ticket[rows]
    if promise.starts == "creation":
        start_ms = facts.run.workload.tickets.arrival_ms[ticket]
    else:
        start_ms = facts.joined_ms[rows]
    until_ms = facts.run.log.ended_ms[ticket]
    until_ms = np.where(until_ms == NOT_YET, facts.end_ms, until_ms)
    ended = facts.run.log.ending[ticket]
    left = (ended == Ending.ABANDONED) & (stop_ms == NOT_YET)
    fate = np.where(left, _FATE[promise.leavers], Fate.TIME).astype(np.int8)
    if promise.clock == "resolve":
        fate[(ended == Ending.UNRESOLVED) & (stop_ms == NOT_YET)] = Fate.MISSED
    hours = facts.hours(promise.hours)
    if never_late(facts.run.scenario, promise):
        stop_ms = np.full_like(stop_ms, NOT_YET)
        fate[:] = Fate.LEFT_OUT
    clocks = Clocks(ticket, start_ms, stop_ms, until_ms, fate)
    again = NO_STRETCHES
    if promise.reopened != "stays stopped":
        stop_ms, again = _until_for_good(facts, rows, stop_ms)
        clocks = replace(clocks, stop_ms=stop_ms)
    pauses = facts.pauses(frozenset(_WAITS[name] for name in promise.pauses))
    within_ms: int | Times = int(promise.within)
    if promise.within.working:
        days = days_named(facts.run.scenario, promise.hours)
        within_ms = allowed(promise.within, days, hours.passed, start_ms)
    if promise.clock == "update":
        reading = longest_silence(clocks, hours, within_ms, pauses, facts.once(news))
    elif promise.reopened == "starts anew":
        back = Stretches(again.whose, again.to_ms, again.to_ms)
        reading = longest_silence(clocks, hours, within_ms, pauses, back, solved=again)
    else:
        reading = clocks.read(hours, within_ms, pauses, again)
    return Level(promise, reading, left)


def _asked(facts: Facts, promise: ServiceLevel, ticket: NDArray[np.int32]) -> Flags | None:
    """Tell which tickets a level is about, by priority and topic; None for all."""
    scenario, tickets = facts.run.scenario, facts.run.workload.tickets
    wanted = None
    if promise.priorities:
        allowed = np.array([name in promise.priorities for name in scenario.priorities])
        wanted = allowed[tickets.priority[ticket]]
    if promise.topics and len(tickets.topic):
        allowed = np.array([name in promise.topics for name in scenario.topics])
        fits = allowed[tickets.topic[ticket]]
        wanted = fits if wanted is None else wanted & fits
    return wanted


def _arrivals(facts: Facts, tier: int | None) -> Rows:
    """Return the rows with which tickets came (to the tier)."""
    if tier is not None:
        return facts.entries(tier)
    rows = facts.of_counted(facts.first_row)
    arrived: Rows = rows[rows != NONE]
    return arrived


def _respond(facts: Facts, tier: int | None) -> tuple[Rows, Times]:
    rows = _arrivals(facts, tier)
    return rows, facts.taken_up(rows, tier)


def _resolve(facts: Facts, tier: int | None) -> tuple[Rows, Times]:
    rows, stop_ms = _whole_life(facts, tier)
    if tier is None:
        return rows, stop_ms
    ticket = facts.ticket[rows]
    by = facts.resolved_row[ticket]
    here = np.where(by == NONE, facts.holder[ticket], facts.tier[by]) == tier
    return rows[here], stop_ms[here]


def _whole_life(facts: Facts, tier: int | None) -> tuple[Rows, Times]:
    """Return arrivals (at the tier) and when those tickets were resolved by anybody."""
    rows = _arrivals(facts, tier)
    by = facts.resolved_row[facts.ticket[rows]]
    stop_ms = facts.resolved_ms[facts.ticket[rows]]
    if tier is not None:
        # Who came here with a reopening has been resolved before.
        fresh = (by == NONE) | (by >= rows)
        if not fresh.all():
            rows, stop_ms = rows[fresh], stop_ms[fresh]
    return rows, stop_ms


def _until_for_good(facts: Facts, rows: Rows, stop_ms: Times) -> tuple[Times, Stretches]:
    """Return when tickets were resolved after their last reopening, and when they were solved before.

    Parameters
    ----------
    facts : Facts
    rows : Rows
        One of each ticket.
    stop_ms : int64
        When they were first resolved.
    """
    back = facts.reopened
    last = facts.per_ticket(back)[facts.ticket[rows]]
    resolving = np.flatnonzero(facts.resolving)
    place = np.searchsorted(resolving, last)
    found = np.append(resolving, NONE)[place]
    real = (last != NONE) & (found != NONE)
    real &= facts.ticket[found] == facts.ticket[rows]
    until = np.where(last != NONE, NOT_YET, stop_ms)
    until[real] = facts.finished_ms[found[real]]
    solved = Stretches(facts.ticket[back], facts.finished_ms[back - 1], facts.joined_ms[back])
    return until, solved


def _by_level(facts: Facts, measure: Callable[[Reading, bool], Figure]) -> Figures:
    """Measure each level, with and without its pauses."""
    found = {}
    for name, level in facts.once(levels).items():
        found[name] = measure(level.reading, True)  # noqa: FBT003 - the flag of `Reading.late`
        found[f"{name}, {NO_PAUSES}"] = measure(level.reading, False)  # noqa: FBT003
        for priority, reading in _of_priorities(facts, level):
            found[f"{name}, {priority}"] = measure(reading, True)  # noqa: FBT003
    return found


def _of_priorities(facts: Facts, level: Level) -> Iterator[tuple[str, Reading]]:
    """Yield the readings of the tickets of each priority, where a level is about several."""
    known = facts.run.scenario.priorities
    asked = [
        name for name in known if not level.promise.priorities or name in level.promise.priorities
    ]
    if len(asked) < 2:  # noqa: PLR2004 - of one it is the level itself
        return
    priority = facts.run.workload.tickets.priority[level.reading.ticket]
    for code, name in enumerate(known):
        if name in asked:
            yield of_priority(name), level.reading.of(priority == code)


_LEVEL_VARIANTS = "service level[, no pauses | , priority NAME]"
_OPEN_AT_END = "late if the target has passed by the end of the period; else left out"
_LEAVERS = "; ".join(f"`leavers: {word}`: {formula}" for word, formula in FORMULAS.items())


@register(
    "service_level",
    label="Service level",
    sentence="Share of tickets that met the target; `no pauses` does not subtract the time in "
    f"which the ticket waited for others. Who left unanswered counts as the level says: {_LEAVERS}.",
    unit="share",
    numerator="tickets whose clock stopped within the target",
    denominator="tickets that the level is about and that can be judged, those that left "
    "unanswered included unless its `leavers` says otherwise",
    left_out="tickets open at the end (or closed with an incident) and not yet late, and leavers "
    "that the level leaves out: `service_left_out`",
    open_tickets=_OPEN_AT_END,
    better="higher",
    variants=_LEVEL_VARIANTS,
)
def _service_level(facts: Facts) -> Figures:
    def met(reading: Reading, pauses: bool) -> Figure:  # noqa: FBT001 - as in `_by_level`
        late = np.count_nonzero(reading.late(pauses=pauses))
        judged = np.count_nonzero(reading.judged(pauses=pauses))
        return ratio(judged - late, judged)

    return _by_level(facts, met)


@register(
    "breaches",
    label="Breaches",
    sentence="How many tickets missed the target in the counted period.",
    unit="count",
    numerator="tickets past the target, or that left unanswered and count",
    denominator="one",
    left_out="tickets open at the end and not yet late; leavers that the level leaves out",
    open_tickets=_OPEN_AT_END,
    better="lower",
    variants=_LEVEL_VARIANTS,
)
def _breaches(facts: Facts) -> Figures:
    return _by_level(
        facts, lambda reading, pauses: ratio(np.count_nonzero(reading.late(pauses=pauses)), 1)
    )


@register(
    "breach_time",
    label="Time past the target",
    sentence="By how much a ticket that missed the target missed it, on average, in the hours of "
    "the level.",
    unit="duration",
    numerator="time past the target",
    denominator="tickets past the target",
    left_out="tickets that met it, or left before it had passed",
    open_tickets="with the time past the target so far",
    better="lower",
    variants=_LEVEL_VARIANTS,
)
def _breach_time(facts: Facts) -> Figures:
    def over(reading: Reading, pauses: bool) -> Figure:  # noqa: FBT001 - as in `_by_level`
        took = reading.elapsed_ms if pauses else reading.running_ms
        over = (took - reading.within_ms)[reading.late(pauses=pauses) & reading.past(pauses=pauses)]
        return ratio(int(over.sum()), len(over))

    return _by_level(facts, over)


@register(
    "service_left_out",
    label="Not judged yet",
    sentence="How many tickets a level leaves out, because they were open at the end and not late "
    "yet, or left unanswered and do not count.",
    unit="count",
    numerator="tickets that the level is about and that cannot be judged",
    denominator="one",
    open_tickets="these are they",
    better=None,
    variants="service level",
)
def _service_left_out(facts: Facts) -> Figures:
    return {
        name: ratio(np.count_nonzero(~level.reading.judged()), 1)
        for name, level in facts.once(levels).items()
    }


@register(
    "left_unanswered",
    label="Left unanswered",
    sentence="Share of the tickets of a service level whose caller hung up for good before they "
    "were answered (resolved); to be read beside the level, whatever its `leavers` says.",
    unit="share",
    numerator="tickets that left unanswered",
    denominator="tickets that the level is about",
    open_tickets="counted as not left",
    better="lower",
    variants="service level",
)
def _left_unanswered(facts: Facts) -> Figures:
    return {
        name: ratio(np.count_nonzero(level.left), len(level.left))
        for name, level in facts.once(levels).items()
    }


def weekly(facts: Facts) -> dict[str, tuple[NDArray[np.intp], NDArray[np.intp]]]:
    """Count by week of creation how many tickets met each level, and how many were judged."""
    count = weeks(facts.run.scenario.period)
    week_of_ticket = facts.once(week_of)
    found = {}
    for name, level in facts.once(levels).items():
        reading = level.reading
        week = week_of_ticket[reading.ticket]
        late = np.bincount(week[reading.late()], minlength=count + 1)[:count]
        judged = np.bincount(week[reading.judged()], minlength=count + 1)[:count]
        found[name] = (judged - late, judged)
    return found


@register(
    "weeks_met",
    label="Weeks that met the goal",
    sentence="Share of weeks in which the share of tickets that met the target reached its goal.",
    unit="share",
    numerator="weeks whose own service level is at or above the goal",
    denominator="whole weeks of the counted period with a ticket that can be judged",
    left_out="weeks without such a ticket; a rest of less than a week at the end",
    open_tickets=_OPEN_AT_END,
    better="higher",
    variants="service level",
)
def _weeks_met(facts: Facts) -> Figures:
    found = {}
    for name, (met, judged) in facts.once(weekly).items():
        goal = facts.run.scenario.service_levels[name].goal
        held = (judged > 0) & (met >= goal * judged - _LAST_PLACE)
        found[name] = ratio(np.count_nonzero(held), np.count_nonzero(judged))
    return found


_LAST_PLACE = 1e-9
"""Keeps 9 of 10 at a goal of 90 % from failing in the last place of a double."""
