"""A desk made from facts, in words: is this your desk, what cannot be, and what is left open."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from sim.calibrate.write import commented
from sim.facts.conflicts import Conflict, WayOut
from sim.facts.desk import VOLUME, Latent
from sim.facts.figures import FAR
from sim.facts.infer import Inferred
from sim.facts.left_open import Open
from sim.facts.usual import BREAKS, SOLVES, at
from sim.scenario.model import Scenario
from sim.study.estimate import Estimate
from sim.study.implied import TIGHT, implied
from sim.study.result import Result
from sim.units import MINUTE, SECOND, exact_duration, format_duration, format_share

HEADINGS: Final = ("", "you said", "this desk does", "")
_NOT_KNOWN: Final = "–"
_UNTOLD: Final = (_NOT_KNOWN, "cannot be told")
_SHORT_MIN: Final = 5
_MOVED: Final = 0.9
"""Standard deviations left of one: below, the facts have said something of a number."""
_KEYS: Final = {"complete": "escalations that arrive complete", "reopened": "solved tickets that come back", "backlog": "open tickets"}  # fmt: skip


def figure_name(key: str) -> str:
    """Say which figure a fact is.

    Examples
    --------
    >>> figure_name("tiers.L2.takes"), figure_name("promises.L1 response.today")
    ('time to resolution at L2, half of the tickets', 'L1 response, tickets in time')
    """
    parts = key.split(".")
    if parts[0] == "promises":
        return f"{'.'.join(parts[1:-1])}, tickets in time"
    if parts[0] == "tiers":
        what = {
            "solves": "share solved at {}",
            "takes": "time to resolution at {}, half of the tickets",
            "work": "handling time at {}",
        }
        return what[parts[-1]].format(parts[1])
    return _KEYS[key]


def said(kind: str, value: float) -> str:
    """Write a stated figure as people say it.

    Examples
    --------
    >>> said("share", 0.85), said("duration", 18_000_000), said("count", 60)
    ('85 %', '5 h', '60')
    """
    if kind == "share":
        return format_share(value, 0)
    return format_duration(value) if kind == "duration" else f"{value:,.0f}"


def today_rows(found: Inferred, result: Result) -> list[tuple[str, str, str, str]]:
    """Return the table "Is this your desk?", under ``HEADINGS``; figures nobody stated come last.

    Of a desk that cannot cope only its load is told: all else is a matter of how long one looks.
    """
    rows = []
    queues = [queue for queue in implied(result.scenario).queues if not queue.provider]
    copes = all(queue.utilisation < 1 for queue in queues)
    numbers = found.numbers()
    for one, sds in zip(found.latents, found.sds, strict=True):
        if one.origin == "stated":
            taken = _minutes(numbers[one.path])
            word = "" if abs(sds) <= FAR else "differs"
            stated = one.source.removeprefix("stated: ")
            rows.append((figure_name(one.path), stated, taken, word))
    if found.known.calls is None:
        rows.append(("callers, who may hang up", _NOT_KNOWN, "none, assumed", ""))
    known = {fact.metric for fact in found.facts}
    for fact in found.facts:
        estimate = result.estimate(fact.metric)
        fits = abs(fact.off(estimate.mean)) <= FAR
        does, word = (_does(fact.kind, estimate), "" if fits else "differs") if copes else _UNTOLD
        rows.append((figure_name(fact.key), said(fact.kind, fact.said), does, word))
    for name in result.scenario.service_levels:
        for metric, what in (
            (f"service_level[{name}]", f"{name}, tickets in time"),
            (f"left_unanswered[{name}]", f"{name}, left unanswered"),
        ):
            if metric in known or metric not in result.metrics:
                continue
            estimate = result.estimate(metric)
            if metric.startswith("left") and not estimate.mean:
                continue
            does, word = (_does("share", estimate), "") if copes else _UNTOLD
            rows.append((what, _NOT_KNOWN, does, word))
    for queue in queues:
        busy = format_share(queue.utilisation, 0)
        word = "cannot cope" if queue.utilisation >= 1 else ""
        if TIGHT < queue.utilisation < 1:
            word = "hardly copes"
        rows.append((f"{queue.name}, work asked of the hours there", _NOT_KNOWN, busy, word))
    return rows


def _does(kind: str, estimate: Estimate) -> str:
    def write(value: float) -> str:
        if kind == "share":
            return format_share(value, 0)
        return format_duration(value) if kind == "duration" else f"{value:,.0f}"

    return estimate.format(write)


def conflict_lines(found: Conflict) -> Iterator[str]:
    """Say what cannot all be true, and the changes that would reconcile it."""
    figures = [] if found.overloaded else found.missed
    told = [
        f"{figure_name(fact.key)}: you said {said(fact.kind, fact.said)}, the nearest desk does {said(fact.kind, does)}"
        for fact, does in figures
    ]
    told += [
        f"{tier} is asked for {format_share(load, 0)} of the hours that its people are there"
        for tier, load in found.overloaded
    ]
    yield "What you said cannot all be true:"
    for one in told:
        yield f"  {one}."
    if not found.ways_out:
        yield "No single change reconciles it: two or more of the facts are off."
        return
    yield "Each of these alone would reconcile it:"
    for way in found.ways_out:
        yield f"  {_way(way)}."


def _way(way: WayOut) -> str:
    if way.what == "tickets":
        return f"about {way.needed:,.0f} tickets a week instead of {way.said:,.0f}"
    tier = way.key.split(".")[1] if way.key.startswith("tiers.") else ""
    if way.what == "heads":
        return f"{way.needed:,.0f} people at {tier} instead of {way.said:,.0f}"
    if way.what == "work":
        return f"handling a ticket at {tier} takes {_minutes(way.needed)} instead of {_minutes(way.said)}"
    kind = (
        "duration" if way.key.endswith(".takes") else "count" if way.key == "backlog" else "share"
    )
    return f"{figure_name(way.key)} is {said(kind, way.needed)} instead of {said(kind, way.said)}"


def _minutes(value: float) -> str:
    return format_duration(round(value) * MINUTE) if value >= 1 else format_duration(value * MINUTE)


def latent_name(latent: Latent) -> str:
    """Say what a number is."""
    if latent.path == VOLUME:
        return "Tickets a week"
    tier = latent.path.split(".")[1]
    if latent.path.endswith(".work"):
        return f"Handling time at {tier}"
    return f"The share of tickets that lie at {tier} before anybody turns to them"


def _number(latent: Latent, value: float) -> str:
    return _minutes(value) if latent.kind == "duration" else format_share(value, 0)


def open_lines(rows: Sequence[Open]) -> Iterator[str]:
    """Say what the facts leave open, and whether a promise hangs on it."""
    for one in rows:
        low, high = _number(one.latent, one.low), _number(one.latent, one.high)
        stated = one.latent.origin == "stated"
        known = (
            f"is {one.latent.source}, and by all you said" if stated else "is not known, and lies"
        )
        flips = [m for m in one.moved if m.flips]
        if flips:
            what = "; ".join(
                f"{m.promise} is then kept for {format_share(m.at_low, 0)} or {format_share(m.at_high, 0)} of the "
                f"tickets (goal {format_share(m.goal, 0)})"
                for m in flips
            )
            yield f"{latent_name(one.latent)} {known} between {low} and {high}. The answer hangs on it: {what}."
        else:
            yield (
                f"{latent_name(one.latent)} {known} between {low} and {high}: no promise hangs on it."
            )


def file_text(found: Inferred, clash: Conflict | None = None) -> str:
    """Return the scenario file of a desk, in which each number says where it comes from.

    Where the facts cannot all be true, that is told beside all its results.
    """
    scenario = _rounded(found)
    if clash is not None:
        scenario = scenario.with_({"caution": " ".join(conflict_lines(clash))}, name=scenario.name)
    lines = [
        "# A desk made from what is known of it.",
        "# stated: somebody said so · inferred: chosen so that the desk does what was said of it",
        "# · assumed: nobody said anything; what is usual. In brackets: where it lies with 90 %.",
        "",
        *commented(scenario, _notes(found)),
    ]
    return "\n".join(lines) + "\n"


def _rounded(found: Inferred) -> Scenario:
    """Return the desk with handling times in whole minutes, or seconds where they are short."""
    scenario = found.scenario()
    changes = {}
    for name, tier in scenario.tiers.items():
        step = MINUTE if tier.work >= _SHORT_MIN * MINUTE else 10 * SECOND
        changes[f"tiers.{name}.work"] = exact_duration(max(step, round(tier.work / step) * step))
    return scenario.with_(changes, name=scenario.name)


def _notes(found: Inferred) -> dict[str, str]:
    known = found.known
    notes = {VOLUME: "stated" if known.tickets is not None else f"assumed: {known.users} users, 1.25 tickets each a month"}  # fmt: skip
    spreads = found.covariance.diagonal() ** 0.5
    moved = {fact.key for fact in found.facts}
    for latent, sds, spread in zip(found.latents, found.sds, spreads, strict=True):
        reach = 1.645 * float(spread)
        ends = [_number(latent, latent.value(float(sds) + side * reach)) for side in (-1, 1)]
        source = latent.source
        if latent.origin == "assumed" and spread < _MOVED:
            source = (
                f"inferred; before that {source}" if "assumed" in source else f"inferred; {source}"
            )
        notes[latent.path] = f"{source} [{ends[0]} to {ends[1]}]"
    if known.calls is not None:
        notes["channels.phone.share"] = "stated"
        notes["channels.phone.patience"] = "assumed" if known.patience is None else "stated"
    else:
        notes["channels"] = "assumed: nobody calls, so that nobody hangs up"
    for place, (name, tier) in enumerate(known.tiers.items()):
        last = place == len(known.tiers) - 1
        share = tier.solves if tier.solves is not None else at(SOLVES, place).value
        if last:
            notes[f"tiers.{name}.ability"] = "assumed: the last tier solves nearly all"
        else:
            whose = "stated" if tier.solves is not None else at(SOLVES, place).source
            notes[f"tiers.{name}.ability"] = (
                f"inferred from {format_share(share, 0)} solved here ({whose})"
            )
        notes[f"tiers.{name}.staff"] = "stated"
        notes[f"tiers.{name}.asks_user"] = "assumed"
        notes[f"tiers.{name}.breaks"] = (
            f"assumed: {format_share(BREAKS[min(place, len(BREAKS) - 1)], 0)} is usual"
        )
        if tier.cost:
            notes[f"tiers.{name}.cost"] = "stated, for a paid hour"
        if f"tiers.{name}.takes" in moved:
            notes[f"tiers.{name}.left_lying.answers_in"] = (
                "assumed: as long as half of the tickets take"
            )
    if known.complete is None:
        notes["documentation.quality"] = "assumed: chance that each of four fields is complete"
    else:
        notes["documentation.quality"] = (
            f"stated: {format_share(known.complete, 0)} of the escalations arrive complete, each of four fields so often"
        )
    return notes
