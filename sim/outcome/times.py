"""How long it takes: response, resolution and escalation time.

Times are elapsed (every hour of day and night) unless the id says ``business hours``: then only the
hours in which users work count (``users.hours`` of the scenario). Pauses are not subtracted: this is
what a user lives through. What was promised is measured by ``service``.

A quantile is the smallest time that at least that share of the tickets does not exceed (nearest
rank), so that it is a time that some ticket really took.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from sim.engine.lying import lies_first
from sim.outcome.facts import Facts, Rows
from sim.outcome.registry import (
    BUSINESS,
    NOT_MEASURED,
    QUANTILES,
    Figure,
    Figures,
    of_priority,
    ratio,
    register,
)
from sim.workload.journeys import NOT_YET, Times, Wait

_VARIANTS = "[tier | priority NAME, ]mean | p50 | p90 | p95[, business hours]"


def rank(share: float, count: int) -> int:
    """Return the position of a quantile among sorted values (nearest rank).

    Examples
    --------
    >>> rank(0.5, 5), rank(0.9, 10), rank(0.95, 10)
    (2, 8, 9)
    """
    # 0.9 x 10 is 9.000000000000002 on some machines: a ninth of ten is still the ninth.
    return max(math.ceil(round(share * count, 9)) - 1, 0)


def spread(took_ms: Times) -> Figures:
    """Return mean and quantiles of some times, by selection rather than by sorting.

    The times are put into another order: whoever needs theirs hands over a copy.
    """
    count = len(took_ms)
    if not count:
        return dict.fromkeys(("mean", *QUANTILES), Figure(NOT_MEASURED, 0.0))
    ranks = [rank(share, count) for share in QUANTILES.values()]
    found = {"mean": Figure(float(took_ms.sum()) / count, float(count))}
    took_ms.partition(ranks)
    for name, at in zip(QUANTILES, ranks, strict=True):
        found[name] = Figure(float(took_ms[at]), float(count))
    return found


def _named(figures: Figures, tier: str = "", hours: str = "") -> Figures:
    return {
        ", ".join(part for part in (tier, name, hours) if part): figure
        for name, figure in figures.items()
    }


def _both(facts: Facts, from_ms: Times, to_ms: Times, tier: str = "") -> Figures:
    """Spread of the time from an instant to another, in all hours and in those of users."""
    known = to_ms != NOT_YET
    if not known.all():
        from_ms, to_ms = from_ms[known], to_ms[known]
    business = None
    if facts.business.open_ms is not None:
        business = spread(facts.business.elapsed(from_ms, to_ms))
    elapsed = spread(to_ms - from_ms)
    business = business or elapsed
    return {**_named(elapsed, tier), **_named(business, tier, BUSINESS)}


@register(
    "response",
    label="Response time",
    sentence="Time until somebody takes a ticket up: from its creation; with a tier, from its "
    "arrival there (the wait of a hand-over).",
    unit="duration",
    numerator="time to the first start of work (at the tier)",
    denominator="tickets taken up (at the tier)",
    left_out="tickets that nobody took up",
    open_tickets="counted once taken up",
    better="lower",
    variants=_VARIANTS,
)
def _response(facts: Facts) -> Figures:
    rows = facts.of_counted(facts.first_row)
    rows = rows[rows >= 0]
    arrival = facts.run.workload.tickets.arrival_ms
    taken = facts.taken_up(rows)
    found = dict(_both(facts, arrival[facts.ticket[rows]], taken))
    of = facts.run.workload.tickets.priority[facts.ticket[rows]]
    for name, which in _priorities(facts, of):
        found |= _both(facts, arrival[facts.ticket[rows[which]]], taken[which], name)
    for tier, name in enumerate(facts.tiers):
        rows = facts.entries(tier)
        found |= _both(facts, facts.joined_ms[rows], facts.taken_up(rows, tier), name)
    return found


def _priorities(facts: Facts, of: NDArray[np.int8]) -> Iterator[tuple[str, NDArray[np.intp]]]:
    """Yield each priority, where there are several, with the places of its tickets."""
    names = list(facts.run.scenario.priorities)
    if len(names) > 1:
        for code, name in enumerate(names):
            yield of_priority(name), np.flatnonzero(of == code)


@register(
    "left_lying",
    label="Left lying",
    sentence="Share of tickets that lay in somebody's list before they could be taken up, although "
    "people may have been free; with a tier, there.",
    unit="share",
    numerator="tickets that lay (at the tier)",
    denominator="tickets (that came to the tier)",
    left_out="nobody",
    open_tickets="counted",
    better="lower",
    variants="tier",
)
def _left_lying(facts: Facts) -> Figures:
    lay = facts.opens & lies_first(facts.run.workload)[facts.ticket] & facts.row_counts
    if len(facts.wait):
        lay |= (facts.wait == Wait.LYING) & facts.row_counts
    rows = np.flatnonzero(lay)
    found = {"": ratio(len(facts.first_of_ticket(rows)), len(facts.whose))}
    for tier, name in enumerate(facts.tiers):
        here = facts.first_of_ticket(rows[facts.tier[rows] == tier])
        found[name] = ratio(len(here), len(facts.entries(tier)))
    return found


@register(
    "resolution",
    label="Resolution time",
    sentence="Time from creation to the first resolution; with a tier, of the tickets that this "
    "tier resolved.",
    unit="duration",
    numerator="time from creation to the end of the visit that resolved it",
    denominator="resolved tickets (by the tier)",
    left_out="tickets that ended otherwise",
    open_tickets="left out; their share is `tickets[open]` of `tickets`",
    better="lower",
    variants=_VARIANTS,
)
def _resolution(facts: Facts) -> Figures:
    rows = facts.resolved_rows
    from_ms = facts.run.workload.tickets.arrival_ms[facts.ticket[rows]]
    to_ms, by = facts.finished_ms[rows], facts.tier[rows]
    of = facts.run.workload.tickets.priority[facts.ticket[rows]]

    def spreads(took_ms: Times, hours: str) -> Figures:
        own = [spread(took_ms.compress(by == tier)) for tier in range(len(facts.tiers))]
        found = dict(_named(spread(took_ms.copy()), "", hours))
        for name, figures in zip(facts.tiers, own, strict=True):
            found |= _named(figures, name, hours)
        for name, which in _priorities(facts, of):
            found |= _named(spread(took_ms[which]), name, hours)
        return found

    business: Figures = {}
    if facts.business.open_ms is not None:
        business = spreads(facts.business.elapsed(from_ms, to_ms), BUSINESS)
    to_ms -= from_ms
    elapsed = spreads(to_ms, "")
    if not business:
        business = {f"{variant}, {BUSINESS}": figure for variant, figure in elapsed.items()}
    return {**elapsed, **business}


def first_escalations(facts: Facts) -> Rows:
    """Return the row of the first escalation of each counted ticket that was escalated."""
    return facts.first_of_ticket(facts.escalations)


@register(
    "escalation",
    label="Escalation time",
    sentence="Time from the creation of an escalated ticket until the next tier takes it up; with "
    "a tier, until that tier does.",
    unit="duration",
    numerator="time from creation to the first start of work after the escalation",
    denominator="tickets escalated and taken up there",
    left_out="tickets that came in at the tier",
    open_tickets="counted once taken up",
    better="lower",
    variants=_VARIANTS,
)
def _escalation(facts: Facts) -> Figures:
    arrival = facts.run.workload.tickets.arrival_ms
    rows = facts.once(first_escalations)
    found = dict(_both(facts, arrival[facts.ticket[rows]], facts.taken_up(rows)))
    reached = facts.tier[facts.escalations]
    for tier, name in enumerate(facts.tiers[1:], 1):
        rows = facts.escalations[reached == tier]
        found |= _both(facts, arrival[facts.ticket[rows]], facts.taken_up(rows, tier), name)
    return found
