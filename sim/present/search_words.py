"""The answer of a search, as a leader would read it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from sim.outcome import metric as definition
from sim.present.sentences import written_change
from sim.present.text import plural
from sim.scenario.quantities import WEEKDAYS
from sim.study import answer
from sim.study.doubt import INDIFFERENCE, Kept, kept_of
from sim.study.estimate import Estimate, mean_estimate
from sim.study.instead import Instead
from sim.study.result import Result
from sim.study.search import Found
from sim.study.shift_cover import cover
from sim.study.space import Design
from sim.units import format_duration, format_share

HOURS_A_DAY = 24
PERCENT = 100
LEAST_TOLD = 0.5
"""Confidence from which on it is told."""
MOST_UNDECIDED = 3
MOST_ROWS_EACH_SIDE = 4


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
    sure = f"; of {found.considered:,} considered it may not be the cheapest"
    if found.sure >= LEAST_TOLD:
        # Rounded down: nothing that was sampled is known with 100 %.
        whole = min(math.floor(PERCENT * found.sure), PERCENT - 1)
        sure = (
            f"; none of {found.considered:,} considered that keeps them is cheaper by more than "
            f"{format_share(INDIFFERENCE, 0)}, with {whole} % confidence"
        )
    return (
        f"It takes {what(found, found.best)}: {label} {money(found, cost.mean)} "
        f"({money(found, cost.low)} to {money(found, cost.high)}){sure}."
    )


def what(found: Found, design: Design, against: Design | None = None) -> str:
    """Name a desk by what differs from the base (or another desk), or say that it is the same."""
    start = found.space.start if against is None else against
    parts = [
        f"{axis.title} {axis.labels[at]} instead of {axis.labels[was]}"
        for axis, at, was in zip(found.space.axes, design, start, strict=True)
        if at != was
    ]
    same = "nothing but what is there now" if against is None else "the desk found"
    return "; ".join(parts) or same


def effort(found: Found) -> str:
    """Say what the search has looked at."""
    kept = f", {found.taken_up:,} of them kept from before" if found.taken_up else ""
    stopped = f" The search ended early: {found.stopped}." if found.stopped else ""
    return (
        f"{found.simulated:,} of {found.considered:,} desks were simulated, with "
        f"{found.replications:,} replications in all{kept}.{stopped}"
    )


def undecided_lines(found: Found) -> Iterator[str]:
    """Name the desks that may be cheaper and keep every promise, for all that was seen."""
    if found.best is None or not found.undecided:
        return
    yield "Not decided within the replications allowed:"
    for design in found.undecided[:MOST_UNDECIDED]:
        kept = doubtful_kept(found, design)
        yield (
            f"{what(found, design)}: {money(found, mean_cost(found, design).mean)}; {figure(kept)}."
        )
    more = len(found.undecided) - MOST_UNDECIDED
    if more > 0:
        yield f"and {more} more."


def doubtful_kept(found: Found, design: Design) -> Kept:
    """Return the promise of a desk with the least room."""
    several = kept_of(found.book, design, found.confidence)
    return min(several, key=lambda kept: kept.slack / kept.promise.scale)


def price_lines(found: Found, prices: Sequence[answer.Price]) -> Iterator[str]:
    """Say what one step away would do, axis by axis."""
    currency = found.space.base.costs.currency
    for price in prices:
        change = written_change(found.book.cost, price.cost, currency)
        parts = [
            f"{word} {', '.join(kept.promise.label for kept in several)}"
            for word, several in (("breaks", price.broken), ("may break", price.unsure))
            if several
        ]
        then = " and ".join(parts) or "every promise holds"
        yield f"{price.axis} {price.before} → {price.after}: {change} a week; {then}."


def binding_line(found: Found, pressed: tuple[str, int, float] | None) -> str:
    """Say which promise has the least room, and when waiting presses on it."""
    least = answer.binding(found)
    text = f"The promise with the least room is {figure(least)}."
    if pressed is None:
        return text
    tier, hour, wait = pressed
    return (
        f"{text} While it runs, most waiting at {tier} comes from tickets of {clock_words(hour)}, "
        f"which wait {format_duration(wait)} on average."
    )


def instead_lines(found: Found, several: Sequence[Instead]) -> Iterator[str]:
    """Say whether what is no head is cheaper than heads: notes, runbooks, who is on call."""
    currency = found.space.base.costs.currency
    for one in several:
        with_it = f"{one.axis} {one.best} instead of {one.today}"
        if one.design is None or one.cost is None:
            yield (
                f"{with_it} is needed: no desk that was simulated with {one.today} kept every "
                "promise."
            )
            continue
        change = written_change(found.book.cost, one.cost, currency)
        heads = "as many heads"
        if one.more_people:
            word = "more" if one.more_people > 0 else "fewer"
            heads = f"{plural(abs(one.more_people), 'head')} {word}"
        dearer = one.cost.low > 0
        cheap = " is cheaper than heads" if one.more_people > 0 else " pays"
        yield (
            f"{with_it}{cheap if dearer else ' makes no sure difference to the cost'}: left at "
            f"{one.today}, the cheapest desk simulated that kept every promise has {heads}: "
            f"{change} a week."
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


def impossible_lines(found: Found, bounds: Sequence[Kept]) -> Iterator[str]:
    """Explain why no desk keeps its promises, and what would have to give."""
    missed = [kept for kept in bounds if kept.word != "met"]
    if not missed:
        more = "more time" if found.stopped else "more replications"
        yield (
            "The fullest desk keeps every promise, but nothing cheaper was surely found to: allow "
            f"{more}."
        )
        return
    yield "Even the fullest desk within the bounds does not surely keep:"
    for kept in missed:
        yield f"{figure(kept)}. Either this promise or a bound has to give."
    by_hour = cover(found.space, found.space.fullest)
    if by_hour is not None and by_hour.worst is not None:
        hour = by_hour.worst
        yield (
            f"By arithmetic {by_hour.tier} needs {by_hour.needed[hour]:.0f} on shift at "
            f"{clock_words(hour)}, and the bounds allow {by_hour.there[hour]:.0f}."
        )


def clock_words(hour: int) -> str:
    """Write an hour of the week.

    Examples
    --------
    >>> clock_words(25)
    'Tue 01:00–02:00'
    """
    day, clock = divmod(hour, HOURS_A_DAY)
    return f"{WEEKDAYS[day]} {clock:02}:00–{clock + 1:02}:00"


def frontier_rows(found: Found, points: Sequence[answer.Point]) -> list[tuple[str, str, str]]:
    """List the frontier around the desk found: what differs from it, cost, room left."""
    here = found.best or found.nearest
    # The best costs least of those that keep every promise: dearer ones may have just as much room.
    middle = sum(point.slack < 0 for point in points)
    return [
        (
            what(found, point.design, here) + ("  ◀ knee" if point.knee else ""),
            money(found, point.cost),
            f"{'+' if point.slack >= 0 else '−'}{100 * abs(point.slack):.1f} %",
        )
        for place, point in enumerate(points)
        if abs(place - middle) <= MOST_ROWS_EACH_SIDE or point.knee or point.design == here
    ]
