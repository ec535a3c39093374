"""Signs that a support model does not work: measured, explained, and tied to what would help.

Each sign is a figure with a threshold (``scenario.signs`` and ``scenario.bands``). For a sign that
shows, levers are tried in one paired study on common tickets, and ranked by what they move of it
for what they cost.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal

from sim.scenario.model import Scenario
from sim.study import levers as pull
from sim.study.asked import HEADLINE
from sim.study.compare import compare
from sim.study.estimate import Better, Estimate
from sim.study.levers import Lever
from sim.study.paired import Difference
from sim.study.result import Result
from sim.study.study import Study

Word = Literal["shows", "does not show", "not yet known", "not measured"]
REPLICATIONS = 12
TOTAL_COST = "total_cost"


@dataclass(frozen=True)
class Tried:
    """What a lever did to a sign.

    Attributes
    ----------
    lever : Lever
    effect : Difference
        Change of the sign's figure.
    cost : Difference
        Change of the total cost in a week: staff, providers, credits, lost working time; the
        lever's own price comes on top.
    helps : bool
        The whole interval of the effect lies on the good side.
    per_money : float
        Effect, as a number that is larger the better, for each unit of money spent in a week;
        infinite for a lever that helps and is not shown to cost anything.
    """

    lever: Lever
    effect: Difference
    cost: Difference
    helps: bool
    per_money: float

    @property
    def spent(self) -> float:
        """What it costs in a week in all, the lever's own price included; less than 0 saves."""
        cost = self.cost.estimate.mean
        return (0.0 if math.isnan(cost) else cost) + self.lever.price


@dataclass(frozen=True)
class Sign:
    """One sign.

    Attributes
    ----------
    name, metric : str
    question : str
        What the brief names as its cause.
    estimate : Estimate
    threshold : float
    better : {"higher", "lower"}
        On which side of the threshold all is well.
    word : str
        Whether it shows: only when the whole interval says so.
    evidence : dict of str to Estimate
        What its cause looks like in this desk: metrics that were measured.
    tried : tuple of Tried
        What helps it most first.
    """

    name: str
    metric: str
    question: str
    estimate: Estimate
    threshold: float
    better: Better
    word: Word
    evidence: dict[str, Estimate]
    tried: tuple[Tried, ...] = ()


@dataclass(frozen=True)
class _Known:
    """What is known of a sign before it is measured."""

    name: str
    metric: str
    question: str
    threshold: float
    better: Better
    levers: tuple[Callable[[Scenario], Iterator[Lever]], ...]
    evidence: tuple[str, ...]


def _known(scenario: Scenario) -> list[_Known]:
    limits, bands = scenario.signs, scenario.bands
    first, *above = scenario.tiers
    people = partial(pull.more_people, tier=first)
    train = partial(pull.training, tier=first)
    box = partial(pull.longer_box, tier=first)
    found = [
        _Known(
            "tickets bounce",
            "bounced_share",
            "unclear criteria for where a ticket belongs",
            limits.bounced,
            "lower",
            (pull.clear_criteria, pull.better_notes),
            ("bounces[returned]", "bounces[misrouted]", "documented_share[reason]"),
        ),
        _Known(
            "routine issues are slow",
            f"resolution[{first}, p90, business hours]",
            "the first line has too few people or too little training",
            float(limits.routine),
            "lower",
            (people, train, pull.runbooks),
            (f"response[{first}, p90, business hours]", f"utilisation[{first}]"),
        ),
        _Known(
            "problems keep recurring",
            "recurring_share",
            "nobody has time to fix them for good",
            limits.recurring,
            "lower",
            (pull.fixing, *(partial(pull.more_people, tier=name) for name in above[-1:])),
            ("recurring_share[last quarter]", "fixes"),
        ),
        _Known(
            "users explain again and again",
            "reexplains",
            "hand-overs without their documentation",
            limits.explaining,
            "lower",
            (pull.summary_template, pull.better_notes),
            ("documented_share[summary]", "documented_share"),
        ),
        _Known(
            "the first line resolves too little",
            HEADLINE,
            "training, documentation or understaffing",
            bands.healthy.low,
            "higher",
            (train, pull.runbooks, people, box, pull.better_notes),
            (f"utilisation[{first}]", "runbook_share", f"response[{first}, p90, business hours]"),
        ),
        _Known(
            "the first line resolves suspiciously much",
            HEADLINE,
            "tickets closed too soon, or specialists who are not needed",
            bands.healthy.high,
            "lower",
            (partial(pull.honest_closure, tier=first),),
            (f"reopen_share[{first}]", "l1_share_reopen_adjusted"),
        ),
    ]
    return [one for one in found if above or one.metric != HEADLINE]


def showing(result: Result) -> tuple[Sign, ...]:
    """Look for the signs in what a study has found of a scenario; nothing is tried.

    Parameters
    ----------
    result : Result

    Returns
    -------
    tuple of Sign
        In the order of the brief.

    Examples
    --------
    >>> import sim
    >>> study = sim.compare(sim.example("in-house-desk"), replications=20, seed=1)
    >>> for sign in showing(study[0]):
    ...     print(f"{sign.name}: {sign.word}")
    tickets bounce: does not show
    routine issues are slow: does not show
    problems keep recurring: not measured
    users explain again and again: shows
    the first line resolves too little: does not show
    the first line resolves suspiciously much: does not show
    """
    return tuple(_seen(result, one) for one in _known(result.scenario))


def _seen(result: Result, known: _Known) -> Sign:
    return Sign(
        known.name,
        known.metric,
        known.question,
        _estimate(result, known.metric),
        known.threshold,
        known.better,
        _word(result, known),
        {name: result.estimate(name) for name in known.evidence if name in result.metrics},
    )


def signs(
    scenario: Scenario,
    *,
    seed: int = 1,
    replications: int = REPLICATIONS,
    jobs: int | None = None,
    engine: str = "auto",
    try_all: bool = False,
) -> tuple[Sign, ...]:
    """Look for the signs that a support model does not work, and for what would help.

    Parameters
    ----------
    scenario : Scenario
    seed, replications, jobs, engine
        As for ``compare``.
    try_all : bool
        Try levers for signs that do not show too.

    Returns
    -------
    tuple of Sign
        In the order of the brief.
    """
    known = _known(scenario)
    settings = {"seed": seed, "replications": replications, "jobs": jobs, "engine": engine}
    study = compare(scenario, **settings, curves=False)  # type: ignore[arg-type]
    found = showing(study[0])
    asked = [
        one
        for one, sign in zip(known, found, strict=True)
        if try_all or sign.word != "does not show"
    ]
    wanted = pull.tried(scenario, *(kind for one in asked for kind in one.levers))
    if wanted:
        named = [lever.applied(scenario) for lever in wanted]
        study = compare([scenario, *named], **settings, curves=False)  # type: ignore[arg-type]
    return tuple(
        replace(sign, tried=_ranked(study, scenario, one)) if one in asked else sign
        for one, sign in zip(known, found, strict=True)
    )


def _estimate(result: Result, metric: str) -> Estimate:
    if metric not in result.metrics:
        return Estimate(math.nan, math.nan, math.nan, 0)
    return result.estimate(metric)


def _word(result: Result, known: _Known) -> Word:
    estimate = _estimate(result, known.metric)
    if math.isnan(estimate.mean):
        return "not measured"
    well = estimate.clears(known.threshold, known.better)
    if well is None:
        return "not yet known"
    return "does not show" if well else "shows"


def _ranked(study: Study, scenario: Scenario, known: _Known) -> tuple[Tried, ...]:
    if known.metric not in study[0].metrics:
        return ()
    found = []
    for lever in pull.tried(scenario, *known.levers):
        result = study[lever.name]
        effect, cost = result.difference(known.metric), result.difference(TOTAL_COST)
        gain = effect.estimate.mean if known.better == "higher" else -effect.estimate.mean
        sure = effect.estimate.low > 0 if known.better == "higher" else effect.estimate.high < 0
        spent = (0.0 if math.isnan(cost.estimate.mean) else cost.estimate.mean) + lever.price
        # A cost that may be none is no cost to divide by: its mean is mostly chance.
        costs = spent > 0 and not cost.estimate.low + lever.price <= 0
        per_money = gain / spent if costs else math.copysign(math.inf, gain)
        found.append(Tried(lever, effect, cost, sure, per_money))

    def merit(one: Tried) -> tuple[bool, float, float]:
        return one.helps, one.per_money, abs(one.effect.estimate.mean)

    return tuple(sorted(found, key=merit, reverse=True))
