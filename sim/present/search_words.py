"""The answer of a search, as a leader would read it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from sim.outcome import metric as definition
from sim.present.sentences import written_change
from sim.scenario.quantities import WEEKDAYS
from sim.study import answer
from sim.study.estimate import Estimate, mean_estimate
from sim.study.result import Result
from sim.study.search import Found, Kept
from sim.study.space import Design
from sim.units import format_duration, format_share

HOURS_A_DAY = 24


def figure(kept: Kept) -> str:
    """Write how a promise is kept: the figure, its bound, and the verdict."""
    known = definition(kept.promise.metric)
    bound = known.format(kept.promise.bound)
    side = "at least" if kept.promise.sign > 0 else "at most"
    return (
        f"{kept.promise.label}: {known.format(kept.value)} ({side} {bound} is asked): {kept.word}"
    )


def money(found: Found, value: float) -> str:
    """Write what is to be least."""
    return definition(found.book.cost).format(value, found.space.base.costs.currency)


def mean_cost(found: Found, design: Design) -> Estimate:
    """Return what a desk costs, with its interval."""
    return mean_estimate(found.book.costs(design))


def headline(found: Found) -> str:
    """Say in one sentence what it would take."""
    label = definition(found.book.cost).label.lower()
    if found.best is None:
        broken = [kept.promise.label for kept in found.kept if kept.word != "met"]
        return (
            "No desk within the bounds is known to keep every promise; nearest comes "
            f"{what(found, found.nearest)}, which does not surely keep {', '.join(broken)}."
        )
    cost = mean_cost(found, found.best)
    sure = ""
    if not math.isnan(found.sure):
        sure = (
            f"; the cheapest of {found.considered:,} considered with {format_share(found.sure, 0)} "
            "confidence"
        )
    return (
        f"It takes {what(found, found.best)}: {label} {money(found, cost.mean)} "
        f"({money(found, cost.low)} to {money(found, cost.high)}){sure}."
    )


def what(found: Found, design: Design) -> str:
    """Name a desk by what differs from the base, or say that it is the base."""
    start = found.space.start
    parts = [
        f"{axis.name} {axis.labels[at]} instead of {axis.labels[was]}"
        for axis, at, was in zip(found.space.axes, design, start, strict=True)
        if at != was
    ]
    return "; ".join(parts) or "nothing but what is there now"


def effort(found: Found) -> str:
    """Say what the search has looked at."""
    kept = f", {found.taken_up:,} of them kept from before" if found.taken_up else ""
    stopped = f" The search ended early: {found.stopped}." if found.stopped else ""
    return (
        f"{found.simulated:,} of {found.considered:,} desks were simulated, with "
        f"{found.replications:,} replications in all{kept}.{stopped}"
    )


def price_lines(found: Found, prices: Sequence[answer.Price]) -> Iterator[str]:
    """Say what one step away would do, axis by axis."""
    currency = found.space.base.costs.currency
    for price in prices:
        change = written_change(found.book.cost, price.cost, currency)
        broken = ", ".join(kept.promise.label for kept in price.broken)
        then = f"; it no longer surely keeps {broken}" if broken else "; every promise holds"
        yield f"{price.axis} {price.before} → {price.after}: {change} a week{then}."


def binding_line(found: Found, hour: tuple[int, float] | None) -> str:
    """Say which promise has the least room, and when waiting piles up."""
    least = answer.binding(found)
    text = f"The promise with the least room is {figure(least)}."
    if hour is None:
        return text
    day, clock = divmod(hour[0], HOURS_A_DAY)
    return (
        f"{text} Most waiting at the first line comes from tickets of {WEEKDAYS[day]} "
        f"{clock:02}:00–{clock + 1:02}:00, who wait {format_duration(hour[1])} on average."
    )


def strain_lines(strains: Sequence[answer.Strain], base: Result) -> Iterator[str]:
    """Say what trouble does to the desk."""
    for strain in strains:
        broken = ", ".join(promise.label for promise in strain.broken)
        kept = f"breaks {broken}" if broken else "no promise is clearly broken"
        cost = strain.result.difference("total_cost", base).estimate
        change = written_change("total_cost", cost, base.scenario.costs.currency)
        yield f"With {strain.name}: {kept}; total cost {change} a week."


def formula_line(found: Found, formula: answer.Formula) -> str:
    """Say what mean loads and the square-root rule would have staffed, and how that does."""
    if formula.design == (found.best or found.nearest):
        return "Mean loads and the square-root rule would have staffed the same desk."
    broken = [kept.promise.label for kept in formula.kept if kept.word == "missed"]
    change = written_change(found.book.cost, formula.cost, found.space.base.costs.currency)
    then = f"it misses {', '.join(broken)}" if broken else "it misses no promise"
    return (
        f"Mean loads and the square-root rule would have staffed {what(found, formula.design)}: "
        f"{then}, {change} a week against the desk found. They know neither busy hours and days, "
        "nor absences, nor what users lose by waiting."
    )


def impossible_lines(bounds: Sequence[Kept]) -> Iterator[str]:
    """Explain why no desk keeps its promises, and what would have to give."""
    missed = [kept for kept in bounds if kept.word != "met"]
    if not missed:
        yield (
            "The fullest desk keeps every promise, but nothing cheaper was surely found to: allow "
            "more replications."
        )
        return
    yield "Even the fullest desk within the bounds does not surely keep:"
    for kept in missed:
        yield f"{figure(kept)}. Either this promise or a bound has to give."


def frontier_rows(found: Found, points: Sequence[answer.Point]) -> list[tuple[str, str, str]]:
    """List the frontier of cost against service: desk, cost, room to the tightest promise."""
    return [
        (
            what(found, point.design) + ("  ◀ knee" if point.knee else ""),
            money(found, point.cost),
            f"{'+' if point.slack >= 0 else '−'}{100 * abs(point.slack):.1f} %",
        )
        for point in points
    ]
