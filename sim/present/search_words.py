"""The answer of a search, as a leader would read it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from sim.outcome import metric as definition
from sim.present.numbers import interval, measured, written_change
from sim.present.text import plural
from sim.scenario.quantities import WEEKDAYS
from sim.scenario.wording import listed
from sim.study import answer
from sim.study.claim import Claim
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
WEEKLY = "in a week"
"""How the label of a metric ends that counts by the week."""
EXAMPLE = 0.01
"""Room that is told in points."""


def figure(kept: Kept) -> str:
    """Write how a promise is kept: the figure, its bound, and the verdict."""
    known = definition(kept.promise.metric)
    bound = known.format(kept.promise.bound)
    side = "at least" if kept.promise.sign > 0 else "at most"
    shown = known.format(kept.value)
    if not math.isnan(kept.value):
        shown += f" ({interval(known.format, *ends(kept))})"
    return f"{kept.promise.label}: {shown}, {side} {bound} is asked: {kept.word}"


def ends(kept: Kept) -> tuple[float, float]:
    """Return the interval of a promise's figure; not known (NaN) of a single replication."""
    less, more = kept.slack - kept.low, kept.high - kept.slack
    if not math.isfinite(less + more):
        return math.nan, math.nan
    low, high = (less, more) if kept.promise.sign > 0 else (more, less)
    low, high = kept.value - low, kept.value + high
    if definition(kept.promise.metric).unit == "share":
        return max(0.0, low), min(1.0, high)
    return low, high


def costs(found: Found, design: Design) -> str:
    """Write what a desk costs, in what time, with its interval."""
    return f"{measured(mean_cost(found, design), lambda v: money(found, v))}{per(found)}"


def per(found: Found) -> str:
    """Return in what time something costs as much: ``" a week"``, or nothing."""
    return " a week" if definition(found.book.cost).label.endswith(WEEKLY) else ""


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
        f"It takes {what(found, found.best)}: {label} "
        f"{measured(cost, lambda value: money(found, value))}{sure}."
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
        yield f"{what(found, design)}: {costs(found, design)}; {figure(kept)}."
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
        yield f"{price.axis} {price.before} → {price.after}: {change}{per(found)}; {then}."


def binding_line(found: Found, pressed: Claim) -> str:
    """Say which promise has the least room, and when waiting presses on it, if some hour stands out."""
    least = answer.binding(found)
    text = f"The promise with the least room is {figure(least)}."
    if pressed.kind == "no hour":
        return f"{text} Of {int(pressed['looked at']):,} hours while it runs, none presses more than others beyond noise."
    told = listed(
        f"{place} (they wait {measured(pressed[place], format_duration)})" for place in pressed.what
    )
    return f"{text} While it runs, waiting comes most from tickets of {told}, by how many come."


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
            f"{change}{per(found)}."
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
        f"{then}, {change}{per(found)} against the desk found. They know neither busy hours and days, "
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


def frontier_headings(found: Found) -> tuple[str, str, str]:
    """Return the headings of the frontier: cost with its unit and time."""
    label = definition(found.book.cost)
    currency = found.space.base.costs.currency
    unit = f", {currency}" if label.unit == "money" else ""
    return "against the desk found", f"{label.label.lower()}{unit}", "room to the tightest promise"


def frontier_lines(found: Found) -> Iterator[str]:
    """Explain what the frontier shows."""
    yield (
        "Of the desks simulated, those of which none is both cheaper and better, by what differs from "
        "the desk found; their cost and room are estimated on the tickets that both met, with the "
        "replications that the steps above have added."
    )
    binding = answer.binding(found).promise
    example = ""
    if definition(binding.metric).unit == "share":
        points = PERCENT * binding.scale * EXAMPLE
        example = f": {PERCENT * EXAMPLE:.0f} % of {format_share(binding.bound, 0)} is {points:.2g} points"
    yield (
        "Room: how far the promise with the least room is on the good side (+) of what is asked, or on "
        f"the bad side (−), as a part of what is asked{example}."
    )
    yield "Knee: up to there room is cheap; beyond it each further part of room costs more than before."


def frontier_rows(found: Found, points: Sequence[answer.Point]) -> list[tuple[str, str, str]]:
    """List the frontier around the desk found: what differs from it, cost, room left."""
    here = found.best or found.nearest
    # The best costs least of those that keep every promise: dearer ones may have just as much room.
    middle = sum(point.slack < 0 for point in points)
    return [
        (
            what(found, point.design, here) + ("  ◀ knee" if point.knee else ""),
            _point_cost(found, point),
            _point_room(found, point),
        )
        for place, point in enumerate(points)
        if abs(place - middle) <= MOST_ROWS_EACH_SIDE or point.knee or point.design == here
    ]


def _point_cost(found: Found, point: answer.Point) -> str:
    cost = mean_cost(found, point.design)
    low, high = point.cost - (cost.mean - cost.low), point.cost + (cost.high - cost.mean)
    # The unit stands in the heading.
    write = definition(found.book.cost).format
    return f"{write(point.cost)} ({interval(write, low, high)})"


def _point_room(found: Found, point: answer.Point) -> str:
    tight = doubtful_kept(found, point.design)
    scale = tight.promise.scale
    low, high = (
        point.slack + (end - tight.slack) / scale if math.isfinite(end) else math.nan
        for end in (tight.low, tight.high)
    )
    ends = "interval not known"
    if not math.isnan(low + high):
        ends = f"{signed(low).removesuffix(' %')} to {signed(high)}"
    return f"{signed(point.slack)} ({ends})"


def signed(part: float) -> str:
    """Write a part with its sign.

    Examples
    --------
    >>> signed(0.0149), signed(-0.132)
    ('+1.5 %', '−13.2 %')
    """
    return f"{'+' if part >= 0 else '−'}{PERCENT * abs(part):.1f} %"
