"""What users and leaders feel: satisfaction, after-hours service, the right person at once.

**The satisfaction index** is a stated formula, not a survey. A ticket begins with 100 points and
loses points for what the published surveys and the brief name as annoying::

    wait          10 for each doubling of the time to resolution beyond an hour, 40 at most
                  (in users' hours, so that a night costs nothing)
    re-explaining 15 each time the user has to explain again
    hand-overs     4 for each move to another queue
    broken promise 15 if a service level about the ticket was missed
    reopened      20 if it came back
    abandoned     all of it

and never falls below 0. A ticket counts for the tier that resolved it. The weights are assumed; only
differences between desks mean anything.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.engine.rules import Ending
from sim.outcome.clocks import Hours
from sim.outcome.facts import Facts, Flags
from sim.outcome.handovers import hops
from sim.outcome.registry import Figure, Figures, ratio, register
from sim.outcome.service import levels
from sim.outcome.times import spread
from sim.scenario.calendar import open_spells
from sim.scenario.hours import Hours as HoursOfWeek
from sim.units import HOUR
from sim.workload.journeys import NONE, NOT_YET, Kind


@dataclass(frozen=True)
class Weights:
    """Points that a ticket loses; see the module's formula."""

    full: float = 100.0
    doubling: float = 10.0
    longest_wait: float = 40.0
    explaining: float = 15.0
    hand_over: float = 4.0
    promise: float = 15.0
    reopened: float = 20.0


WEIGHTS = Weights()


def points(facts: Facts) -> NDArray[np.float64]:
    """Return the satisfaction of each ticket; NaN for those still open or not counted."""
    rows = facts.resolved_rows
    whose = facts.ticket[rows]
    arrival = facts.run.workload.tickets.arrival_ms
    lost = facts.business.elapsed(arrival[whose], facts.finished_ms[rows]) / HOUR
    np.maximum(lost, 1.0, out=lost)
    np.log2(lost, out=lost)
    lost *= WEIGHTS.doubling
    np.minimum(lost, WEIGHTS.longest_wait, out=lost)
    left: NDArray[np.float64] = np.full(facts.tickets, np.nan)
    left[whose] = np.subtract(WEIGHTS.full, lost, out=lost)
    del lost
    for weight, of in (
        (WEIGHTS.explaining, facts.of_kind(Kind.CLARIFY)),
        (WEIGHTS.hand_over, facts.once(hops)),
    ):
        if len(of):
            left -= weight * np.bincount(facts.ticket[of], minlength=facts.tickets)
    broken = np.zeros(facts.tickets, np.bool_)
    for level in facts.once(levels).values():
        broken[level.reading.ticket[level.reading.late()]] = True
    left -= WEIGHTS.promise * broken
    left[facts.ticket[facts.reopened]] -= WEIGHTS.reopened
    left = left.clip(min=0.0)
    hung_up = facts.counted & (facts.run.log.ending == Ending.ABANDONED)
    left[hung_up] = 0.0
    return left


@register(
    "satisfaction",
    label="Satisfaction index",
    sentence="An index from 0 to 100 by a stated formula of waiting, re-explaining, hand-overs, "
    "broken promises and reopening (sim.outcome.experience).",
    unit="index",
    numerator="points of the tickets",
    denominator="tickets resolved or abandoned; by the tier that resolved them first",
    left_out="tickets that ended otherwise",
    open_tickets="left out",
    better="higher",
    variants="tier",
)
def _satisfaction(facts: Facts) -> Figures:
    left = facts.once(points)
    known = left.compress(~np.isnan(left))
    found = {"": ratio(known.sum(), len(known))}
    del known
    rows = facts.resolved_rows
    of_resolved, by = left[facts.ticket[rows]], facts.tier[rows]
    for tier, name in enumerate(facts.tiers):
        of_tier = of_resolved.compress(by == tier)
        found[name] = ratio(of_tier.sum(), len(of_tier))
    return found


_OFFICE = HoursOfWeek.model_validate({"Mon-Fri": "08:00-18:00"})


def after_hours(facts: Facts) -> Flags:
    """Tell which rows joined outside users' hours (or Mon-Fri 8-18, where users never sleep)."""
    business = facts.business
    if business.open_ms is None:
        period = facts.run.scenario.period
        holidays = facts.run.scenario.holidays
        business = Hours(
            *open_spells(_OFFICE, period.start, period.length, period.time_zone, holidays)
        )
    return ~business.open_at(facts.joined_ms)


ON_CALL, REST = "on call", "not on call"
"""Tickets of the priorities for which somebody of the tier is on call, and all others."""


@register(
    "after_hours_response",
    label="Response time after hours",
    sentence="Time until a ticket that came to a tier outside users' hours is taken up there.",
    unit="duration",
    numerator="elapsed time to the first start of work at the tier",
    denominator="tickets that came to the tier outside `users.hours` (Mon-Fri 8-18 if those are "
    "always) and were taken up",
    left_out="tickets that came in users' hours",
    open_tickets="counted once taken up",
    better="lower",
    variants=f"tier, [{ON_CALL} | {REST}, ]mean | p50 | p90 | p95",
)
def _after_hours_response(facts: Facts) -> Figures:
    dark = facts.once(after_hours)
    found: dict[str, Figure] = {}
    for tier, name in enumerate(facts.tiers):
        rows = facts.entries(tier)
        rows = rows[dark[rows]]
        taken = facts.taken_up(rows, tier)
        known = taken != NOT_YET
        figures = spread(taken[known] - facts.joined_ms[rows[known]])
        found.update({f"{name}, {which}": figure for which, figure in figures.items()})
        called = facts.run.scenario.tiers[name].on_call
        if called is None:
            continue
        least = list(facts.run.scenario.priorities).index(called.priority)
        urgent = facts.run.workload.tickets.priority[facts.ticket[rows]] <= least
        for who, of in ((ON_CALL, known & urgent), (REST, known & ~urgent)):
            figures = spread(taken[of] - facts.joined_ms[rows[of]])
            found.update({f"{name}, {who}, {which}": one for which, one in figures.items()})
    return found


@register(
    "after_hours_share",
    label="Tickets after hours",
    sentence="Share of tickets that come outside users' hours.",
    unit="share",
    numerator="tickets created outside `users.hours` (Mon-Fri 8-18 if those are always)",
    denominator="tickets",
    open_tickets="counted",
    better=None,
)
def _after_hours_share(facts: Facts) -> Figures:
    rows = facts.first_row[facts.whose]
    rows = rows[rows != NONE]
    return {"": ratio(np.count_nonzero(facts.once(after_hours)[rows]), len(rows))}


@register(
    "simple_work_above",
    label="Senior time on simple tickets",
    sentence="Share of the work above the first tier that went into tickets which the first tier "
    "solves more often than not.",
    unit="share",
    numerator="work above the first tier on tickets no harder than the first tier's ability",
    denominator="work above the first tier on users' tickets",
    open_tickets="counted with the work so far",
    better="lower",
)
def _simple_work_above(facts: Facts) -> Figures:
    difficulty = facts.run.workload.tickets.difficulty
    if len(facts.tiers) == 1:
        return {}
    if not len(difficulty):
        return {"": ratio(0, 0)}
    first = next(iter(facts.run.scenario.tiers.values()))
    above = np.flatnonzero((facts.tier > 0) & facts.row_counts & ~facts.at_provider)
    work = facts.touch_ms[above]
    simple = difficulty[facts.ticket[above]] <= first.ability
    return {"": ratio(work[simple].sum(), work.sum())}


@register(
    "first_time_right",
    label="First time right",
    sentence="Share of resolved tickets that went to the right people at once and stayed solved: "
    "no bounce, no tier that could not solve it, no reopening.",
    unit="share",
    numerator="tickets resolved at the queue they came to first, and not reopened",
    denominator="resolved tickets",
    left_out="tickets that ended otherwise",
    open_tickets="left out",
    better="higher",
)
def _first_time_right(facts: Facts) -> Figures:
    rows = facts.resolved_rows
    whose = facts.ticket[rows]
    wrong = np.zeros(facts.tickets, np.bool_)
    wrong[facts.ticket[facts.once(hops)]] = True
    wrong[facts.ticket[facts.reopened]] = True
    return {"": ratio(np.count_nonzero(~wrong[whose]), len(whose))}
