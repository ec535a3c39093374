"""The questions that a business leader is told to ask, answered in words with numbers."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from sim.outcome.experience import ON_CALL, REST
from sim.present.numbers import NOTHING
from sim.present.sentences import NOT_COMPARED, change, figure
from sim.present.text import one_line
from sim.scenario.promises import Band
from sim.scenario.support import FIELDS_OF_NOTES
from sim.scenario.wording import listed
from sim.study.asked import HEADLINE
from sim.study.estimate import Estimate
from sim.study.result import Result
from sim.study.study import Study
from sim.study.trouble import ABANDONED
from sim.units import exact_duration, format_share


@dataclass(frozen=True)
class Answer:
    """One question, and what the study says to it.

    Attributes
    ----------
    question : str
    sentences : tuple of str
    """

    question: str
    sentences: tuple[str, ...]


def answers(study: Study, name: str | int = 0) -> tuple[Answer, ...]:
    """Answer the brief's questions for one desk of a study.

    Parameters
    ----------
    study : Study
    name : str or int
        Which desk; the first if not said.

    Returns
    -------
    tuple of Answer
    """
    result = study[name]
    first = next(iter(result.scenario.tiers))
    return (
        Answer(f"What share of tickets is resolved at {first}?", tuple(_l1_share(result))),
        Answer("How long until an escalated ticket is taken up?", tuple(_escalation(result))),
        Answer("Do escalations carry their documentation?", tuple(_documentation(result))),
        Answer("Is each tier in-house or outsourced?", tuple(_sourcing(study, result))),
        Answer("How does each tier do?", tuple(_tiers(result))),
        Answer("What happens after hours, at each tier?", tuple(_after_hours(result))),
    )


def place(estimate: Estimate, band: Band) -> str:
    """Say where an estimate lies against a band, only as far as its interval says so.

    Examples
    --------
    >>> place(Estimate(0.7, 0.68, 0.72, 20), Band(low=0.65, high=0.8))
    'inside the band of 65–80 %'
    >>> place(Estimate(0.64, 0.62, 0.66, 20), Band(low=0.65, high=0.8))
    'at the lower edge of the band of 65–80 %: not yet known on which side'
    """
    low, high = format_share(band.low, 0).removesuffix(" %"), format_share(band.high, 0)
    written = f"the band of {low}–{high}"
    if math.isnan(estimate.mean):
        return f"not measured against {written}"
    bottom = estimate.mean if math.isnan(estimate.low) else estimate.low
    top = estimate.mean if math.isnan(estimate.high) else estimate.high
    if band.low <= bottom and top <= band.high:
        return f"inside {written}"
    if top < band.low:
        return f"below {written}"
    if bottom > band.high:
        return f"above {written}"
    edge = "lower" if bottom < band.low else "upper"
    return f"at the {edge} edge of {written}: not yet known on which side"


def _l1_share(result: Result) -> Iterator[str]:
    first = next(iter(result.scenario.tiers))
    bands = result.scenario.bands
    if HEADLINE not in result.metrics:
        yield f"What share {first} resolves was not measured."
        return
    share = result.estimate(HEADLINE)
    yield (
        f"Of the tickets that begin at {first}, {figure(result, HEADLINE)} never leave it: "
        f"{place(share, bands.healthy)} (healthy), {place(share, bands.well_run)} (well run)."
    )
    yield (
        f"Counting only those that stay solved it is {figure(result, 'l1_share_reopen_adjusted')}."
    )
    yield (
        f"Of all tickets it is {figure(result, 'l1_share_all')}; {first} is the last to handle "
        f"{figure(result, 'l1_share_last')} of those resolved."
    )
    yield f"Solved in the first conversation: {figure(result, 'first_contact_share')}."
    if ABANDONED in result.metrics and result.estimate(ABANDONED).mean:
        yield (
            f"{figure(result, ABANDONED)} of all tickets are given up by callers who hang up before anybody "
            "takes them; the shares above are of the others."
        )


def _escalation(result: Result) -> Iterator[str]:
    _, *above = result.scenario.tiers
    if not above:
        yield "There is nobody to escalate to."
        return
    yield (
        "From creation until the next tier takes it up: on average "
        f"{figure(result, 'escalation[mean, business hours]')} of users' hours; nine in ten within "
        f"{figure(result, 'escalation[p90, business hours]')}."
    )
    for tier in above:
        until = figure(result, f"escalation[{tier}, mean, business hours]")
        if result.scenario.tiers[tier].provider is not None:
            yield f"To {tier}: on average {until}, the provider's intake among it."
            continue
        waits = figure(result, f"response[{tier}, mean, business hours]")
        yield f"To {tier}: on average {until}; of that it waits {waits} at {tier}."


def _documentation(result: Result) -> Iterator[str]:
    if "documented_share" not in result.metrics:
        yield "Nothing is escalated."
        return
    fields = ", ".join(
        f"{field} {figure(result, f'documented_share[{field}]')}" for field in FIELDS_OF_NOTES
    )
    yield (
        f"{figure(result, 'documented_share')} of escalations are fully documented; by field: "
        f"{fields}."
    )
    notes = result.scenario.documentation
    each = listed(
        f"{field} {format_share(notes.completeness(field), 0)}" for field in FIELDS_OF_NOTES
    )
    yield (
        f"This is no finding: it follows from the completeness that the scenario assumes ({each}, "
        "`documentation`); count it in your tickets."
    )
    yield (
        f"Users explain again {figure(result, 'reexplains')} times for each escalated ticket, and "
        f"{figure(result, 'rework')} of work on it repeats what had been done; writing the notes "
        f"takes {figure(result, 'writing')} each time."
    )


def _sourcing(study: Study, result: Result) -> Iterator[str]:
    scenario = result.scenario
    for name, tier in scenario.tiers.items():
        if tier.provider is None:
            cost = figure(result, f"staff_cost[{name}]")
            people = "no costs are stated" if cost == NOTHING else f"its people cost {cost} a week"
            yield f"{name} is in-house; {people}."
            continue
        price = figure(result, f"provider_cost[{name}]")
        at = "" if price == NOTHING else f", at {price} a week"
        currency = scenario.costs.currency
        terms = tier.provider
        yield (
            f"{name} is outsourced{at} (terms: {terms.price:,g} {currency} a ticket, "
            f"{terms.retainer:,g} {currency} a month, taken up after {exact_duration(terms.intake)}, hours "
            f"“{one_line(terms.hours)}”). A ticket "
            f"resolved there takes {figure(result, f'resolution[{name}, mean, business hours]')} "
            "of users' hours from creation."
        )
    for other in study:
        turned = [
            name
            for name, tier in scenario.tiers.items()
            if name in other.scenario.tiers
            and (tier.provider is None) != (other.scenario.tiers[name].provider is None)
        ]
        if other is not result and turned:
            yield _in_or_out(result, other, turned)


def _in_or_out(result: Result, other: Result, tiers: list[str]) -> str:
    longer = []
    for tier in tiers:
        metric = f"resolution[{tier}, mean, business hours]"
        way = "in-house" if other.scenario.tiers[tier].provider is None else "outsourced"
        changed = change(other, metric, result)
        if changed not in (NOTHING, NOT_COMPARED):
            longer.append(f"with {tier} {way} by {changed}")
    spent = change(other, "total_cost", result)
    costs = {
        NOTHING: "no costs are stated",
        NOT_COMPARED: "their costs are not compared",
    }.get(spent, f"staff, providers, credits and lost time of users cost {spent} a week")
    times = "the time from creation to resolution is not compared"
    if longer:
        times = (
            "the time from creation to resolution changes, for tickets resolved there, "
            f"{listed(longer)}"
        )
    return f"{one_line(other.name)}, by comparison: {times}; {costs}."


def _tiers(result: Result) -> Iterator[str]:
    for tier in result.scenario.tiers:
        rate = figure(result, f"resolution_rate[{tier}]")
        satisfied = figure(result, f"satisfaction[{tier}]")
        busy = f"utilisation[{tier}]"
        load = f", utilisation on shift {figure(result, busy)}" if busy in result.metrics else ""
        yield (
            f"{tier} resolves {rate} of what comes to it; satisfaction index {satisfied} of "
            f"100{load}."
        )


def _after_hours(result: Result) -> Iterator[str]:
    yield f"{figure(result, 'after_hours_share')} of tickets come outside users' hours."
    for name, tier in result.scenario.tiers.items():
        waits = figure(result, f"after_hours_response[{name}, mean]")
        rule = "on call" if tier.on_call is not None else "not on call"
        if tier.provider is not None:
            rule = f"the provider works in the hours '{tier.provider.hours}'"
        if waits == NOTHING and tier.provider is not None:
            yield f"{name} ({rule}): what comes outside them waits for them."
        elif waits == NOTHING:
            yield f"{name} ({rule}): nothing came to it then that was taken up."
        elif tier.on_call is not None:
            yield f"{name}: {_called(result, name, tier.on_call.priority)}."
        else:
            yield f"{name} ({rule}): what comes then waits {waits} on average."


def _called(result: Result, tier: str, least: str) -> str:
    """Tell the priorities for which somebody is on call apart from the rest."""
    names = list(result.scenario.priorities)
    called, rest = names[: names.index(least) + 1], names[names.index(least) + 1 :]
    parts = []
    for who, some, rule in ((ON_CALL, called, "somebody is called out"), (REST, rest, "nobody is")):
        if not some:
            continue
        waits = figure(result, f"after_hours_response[{tier}, {who}, mean]")
        told = "none came then that was taken up"
        if waits != NOTHING:
            told = f"what comes then waits {waits} on average"
        parts.append(f"for {listed(map(one_line, some))} {rule}: {told}")
    return "; ".join(parts)
