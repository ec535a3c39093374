"""What a study says first: which option, what it gains, and how sure that is, as claims.

The rule is stated, so that a reader may disagree with it. Of the options that surely keep every
promise the cheapest is named, where it is shown to be the cheapest; where none surely keeps them all,
the one that surely misses the fewest. What is not shown to differ is never ranked: ties are broken by
the promises that are surely kept, then by cost, and else left as ties. Nothing is said about a desk
that cannot be judged but why it cannot, and money is held beside money of the same currency, period
and tickets alone. Cost is the total cost in a week where the scenarios say what a user's hour costs,
else what the desk itself costs.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from sim.study.alike import compares, unlike
from sim.study.asked import HEADLINE, level_metric
from sim.study.claim import Claim, Number
from sim.study.estimate import Estimate
from sim.study.result import Result
from sim.study.study import Change, Study

NAMED: Final = 3
"""Options that are named one by one; of more, how many there are."""
Figures = tuple[tuple[str, Number], ...]


@dataclass(frozen=True, eq=False)
class Told:
    """What is told first.

    Attributes
    ----------
    headline : tuple of Claim
        Which option, and what is open.
    because : tuple of Claim
        What it gains, and how sure that is.
    best : Result
        The option named; where none is, the first of those that may be.
    cost : str or None
        The metric of cost that decided; None where no cost is stated.
    """

    headline: tuple[Claim, ...]
    because: tuple[Claim, ...]
    best: Result
    cost: str | None


@dataclass(frozen=True)
class Kept:
    """The promises of an option by how surely they are kept."""

    met: tuple[str, ...]
    missed: tuple[str, ...]
    open: tuple[str, ...]
    unjudged: tuple[str, ...]

    @property
    def total(self) -> int:
        """How many there are."""
        return len(self.met) + len(self.missed) + len(self.open) + len(self.unjudged)


def kept_by(result: Result) -> Kept:
    """Sort an option's promises into met, missed, not yet known, and not judged."""
    words = ("met", "missed", "not yet known", "no verdict")
    verdicts = result.verdicts
    return Kept(*(tuple(n for n, v in verdicts.items() if v.word == word) for word in words))


def desk_cost(results: Iterable[Result]) -> str:
    """Return the metric that says what the desk itself costs, users' time left out.

    Staff alone would make an outsourced tier look free.
    """
    paid = ("provider_cost", "credits")
    several = list(results)
    more = any(
        metric in result.metrics and result.estimate(metric).mean > 0
        for result in several
        for metric in paid
    )
    return "cost_per_ticket" if more else "staff_cost"


def cost_metric(results: Sequence[Result]) -> str | None:
    """Return the metric of cost that every scenario has measured."""
    for metric in ("total_cost", desk_cost(results)):
        if metric == "total_cost" and not all(r.scenario.costs.user_hour for r in results):
            continue
        if all(metric in r.metrics and not math.isnan(r.estimate(metric).mean) for r in results):
            return metric
    return None


def told(study: Study) -> Told:
    """Say which option a study speaks for, as claims."""
    results = list(study)
    cost = cost_metric(results)
    if len(results) == 1:
        return _alone(results[0], cost)
    troubles = [result.trouble.claim(result.name) for result in results if result.trouble]
    sound = [result for result in results if not result.trouble]
    if not sound:
        return Told(tuple(troubles), (), results[0], cost)
    head, leaders = _headline(study, sound, cost)
    best = leaders[0]
    # All of them: whom nobody names is taken for one that copes.
    because = [*troubles, *_because(study, sound, leaders, cost)]
    return Told(tuple(head), tuple(because), best, cost)


def _alone(result: Result, cost: str | None) -> Told:
    if result.trouble:
        return Told((result.trouble.claim(result.name),), (), result, cost)
    promises = (promise_claim(result, name) for name in result.scenario.service_levels)
    return Told((kept_claim(result),), (*promises, first_line(result)), result, cost)


def kept_claim(result: Result) -> Claim:
    """Say how many promises an option keeps, and which it does not."""
    kept = kept_by(result)
    figures = (("met", len(kept.met)), ("total", kept.total), ("missed", len(kept.missed)))
    return Claim("kept", (result.name,), (*kept.missed, *kept.open, *kept.unjudged), figures)


def promise_claim(result: Result, level: str) -> Claim:
    """Say whether a promise is kept."""
    verdict, left = result.verdict(level), left_unanswered(result, level)
    figures: Figures = (("share", verdict.estimate), ("goal", verdict.goal))
    figures += (("left", left),) if left is not None else ()
    return Claim("promise", (result.name,), (level,), figures, (verdict.word,))


def left_unanswered(result: Result, level: str) -> Estimate | None:
    """Estimate what share of a promise's tickets left unanswered; None where none did."""
    metric = f"left_unanswered[{level}]"
    if metric not in result.metrics or not result.estimate(metric).mean > 0:
        return None
    return result.estimate(metric)


def first_line(result: Result) -> Claim:
    """Say what share the first line resolves, and where that lies in the healthy band."""
    tier = next(iter(result.scenario.tiers))
    figures: Figures = ()
    if HEADLINE in result.metrics and not math.isnan(result.estimate(HEADLINE).mean):
        band = result.scenario.bands.healthy
        figures = (("share", result.estimate(HEADLINE)), ("low", band.low), ("high", band.high))
    return Claim(
        "first line",
        (result.name,),
        (tier,),
        figures,
        tuple([result.trouble.why][: bool(result.trouble)]),
    )


def _headline(
    study: Study, sound: Sequence[Result], cost: str | None
) -> tuple[list[Claim], list[Result]]:
    """Return the claims of the headline, and the options between which nothing decides."""
    keeping = [
        r for r in sound if r.scenario.service_levels and len(kept_by(r).met) == kept_by(r).total
    ]
    may = [r for r in sound if not kept_by(r).missed and kept_by(r).open]
    if keeping:
        claim, leaders = _of_those_that_keep(study, keeping, cost, alone=not may)
        may = [r for r in may if not _dearer(r, leaders[0], cost)]
        return [claim, *_unknown(may)], leaders
    if may:
        return [Claim("none surely keeps"), *_unknown(may)], _first_of(study, may)
    promising = [r for r in sound if r.scenario.service_levels]
    if not promising:
        return [Claim("promises nothing", tuple(r.name for r in sound))], _first_of(study, sound)
    return _closest(study, promising, cost)


def _first_of(study: Study, results: Sequence[Result]) -> list[Result]:
    """Put the first scenario first, where it is among them: a tie is no reason to change anything."""
    return sorted(results, key=lambda r: r is not study[0])


def _of_those_that_keep(
    study: Study, keeping: Sequence[Result], cost: str | None, *, alone: bool
) -> tuple[Claim, list[Result]]:
    names, size = tuple(r.name for r in keeping), ("options", len(study))
    if len(keeping) == 1:
        price: Figures = () if cost is None else (("cost", keeping[0].estimate(cost)),)
        sole = ("alone",) if alone and all(not r.trouble for r in study) else ()
        metric = () if cost is None else (cost,)
        return Claim("one keeps", names, metric, (*price, size), sole), list(keeping)
    if cost is None:
        return Claim("several keep", names, (), (size,), ("no cost",)), _first_of(study, keeping)
    why = _why_apart(keeping, cost)
    if why:
        return Claim("several keep", names, (cost,), (size,), why), _first_of(study, keeping)
    leaders = cheapest(keeping, cost)
    many: Figures = (("keep", len(keeping)), size)
    if len(leaders) == 1:
        price = (("cost", leaders[0].estimate(cost)),)
        return Claim("cheapest", (leaders[0].name,), (cost,), (*price, *many)), leaders
    leaders = _first_of(study, leaders)
    of = tuple(r.name for r in leaders)
    return Claim("no clear difference", of, (cost,), many), leaders


def _why_apart(results: Sequence[Result], cost: str) -> tuple[str, ...]:
    """Say why the costs of several options are not compared."""
    first, *others = results
    return tuple(dict.fromkeys(why for other in others for why in unlike(other, first, cost)))


def cheapest(results: Sequence[Result], cost: str) -> list[Result]:
    """Return the options that are not shown to be dearer than the one with the lowest mean.

    By paired differences, each at the level of the study shared out among them (Bonferroni).
    """
    leader = min(results, key=lambda r: r.estimate(cost).mean)
    wrong = (1 - leader.level) / max(1, len(results) - 1)
    return [
        r
        for r in results
        if r is leader or not _shown_dearer(r.difference(cost, leader).p, r, leader, cost, wrong)
    ]


def _shown_dearer(p: float, result: Result, leader: Result, cost: str, wrong: float) -> bool:
    return p <= wrong and result.difference(cost, leader).estimate.mean > 0


def _dearer(result: Result, best: Result, cost: str | None) -> bool:
    """Tell whether an option is shown to cost more than the one that is named."""
    if cost is None or not compares(result, best, cost):
        return False
    return result.difference(cost, best).estimate.low > 0


def _unknown(results: Sequence[Result]) -> list[Claim]:
    """Say of which options it is open whether they keep which promises, and what would tell."""
    found = []
    for result in results:
        verdicts = [v for v in result.verdicts.values() if v.word == "not yet known"]
        ranges = [v.more for v in verdicts if v.more is not None]
        figures: Figures = ()
        if len(ranges) == len(verdicts):
            figures = (("from", max(r[0] for r in ranges)), ("to", max(r[1] for r in ranges)))
        found.append(Claim("not yet known", (result.name,), kept_by(result).open, figures))
    return found


def _closest(
    study: Study, results: Sequence[Result], cost: str | None
) -> tuple[list[Claim], list[Result]]:
    """Say which option misses the fewest promises, where that is shown; else what breaks the tie."""
    known = {r.name: kept_by(r) for r in results}

    def fewer(one: Result, other: Result) -> bool:
        mine, theirs = known[one.name], known[other.name]
        return len(mine.missed) + len(mine.open) < len(theirs.missed)

    leaders = [r for r in results if not any(fewer(other, r) for other in results)]
    if len(leaders) == 1:
        kept = known[leaders[0].name]
        figures: Figures = (("missed", len(kept.missed)), ("open", len(kept.open)))
        name = (leaders[0].name,)
        return [Claim("closest", name, (*kept.missed, *kept.open), figures)], leaders
    ties = tuple(r.name for r in _first_of(study, leaders))
    open_ones = _unknown([r for r in leaders if known[r.name].open])
    if len({tuple(r.scenario.service_levels) for r in leaders}) == 1:
        most = max(len(known[r.name].met) for r in leaders)
        surest = [r for r in leaders if len(known[r.name].met) == most]
        if len(surest) == 1:
            figures = (("met", most), ("total", known[surest[0].name].total))
            ordered = (surest[0].name, *(name for name in ties if name != surest[0].name))
            return [Claim("tie, surely keeps most", ordered, (), figures), *open_ones], surest
        leaders = surest
    ties = tuple(r.name for r in _first_of(study, leaders))
    if cost is not None and not _why_apart(leaders, cost):
        least = cheapest(leaders, cost)
        if len(least) == 1:
            ordered = (least[0].name, *(name for name in ties if name != least[0].name))
            figures = (("cost", least[0].estimate(cost)),)
            return [Claim("tie, cheapest", ordered, (cost,), figures), *open_ones], least
    return [Claim("tie", ties), *open_ones], _first_of(study, leaders)


def _because(
    study: Study, sound: Sequence[Result], leaders: Sequence[Result], cost: str | None
) -> Iterable[Claim]:
    base, best = study[0], leaders[0]
    alone = len(leaders) == 1
    if base.trouble:
        yield Claim("base unjudged", (base.name,))
    elif best is base or not alone:
        yield from _cheaper(study, sound, base, cost)
    else:
        yield gains(study, best, cost)
    yield first_line(best)
    if alone and cost is not None:
        yield from _next(sound, best, cost)
    weakest = _weakest(best)
    if weakest is not None:
        yield promise_claim(best, weakest)
    missing = [r for r in sound if kept_by(r).missed]
    for result in missing[:NAMED]:
        yield Claim("misses", (result.name,), kept_by(result).missed)
    if len(missing) > NAMED:
        yield Claim("more miss", figures=(("options", len(missing) - NAMED),))


def changes_in(study: Study, metric: str) -> dict[str, Change]:
    """Return what each option changes in a metric, judged as everywhere in the study.

    What the study asks is judged together (Holm); a metric beyond that, over its scenarios.
    """
    asked = None if metric in study.metrics else (metric,)
    return {one.scenario: one for one in study.changes(asked) if one.metric == metric}


def is_clear(study: Study, result: Result, metric: str) -> bool:
    """Tell whether an option's difference from the first is shown."""
    if metric not in result.metrics or metric not in study[0].metrics:
        return False
    change = changes_in(study, metric).get(result.name)
    return change is not None and change.effect not in ("no difference shown", "not compared")


def gains(study: Study, result: Result, cost: str | None) -> Claim:
    """Say what an option changes for sure against the first."""
    asked = [HEADLINE, *map(level_metric, result.scenario.service_levels)]
    metrics = [*([cost] if cost is not None else []), *asked]
    shown = [
        metric
        for metric in metrics
        if is_clear(study, result, metric) and not result.difference(metric).estimate.dominated
    ]
    figures = tuple((metric, result.difference(metric).estimate) for metric in shown)
    paired = ("same tickets",) if result.common_tickets() else ()
    return Claim("gains", (result.name, study[0].name), tuple(shown), figures, paired)


def _cheaper(
    study: Study, sound: Sequence[Result], base: Result, cost: str | None
) -> Iterable[Claim]:
    """Say which options are shown to be cheaper than the first, and what of its promises they miss."""
    if cost is None:
        yield Claim("no costs", (base.name,))
        return
    others = [r for r in sound if r is not base]
    judged = [r for r in others if compares(r, base, cost)]
    if not judged:
        return
    less = [r for r in judged if is_clear(study, r, cost) and r.difference(cost).estimate.high < 0]
    if not less:
        names = tuple(r.name for r in judged)
        yield Claim("none cheaper", (base.name, *names), (cost,))
    kept = kept_by(base).met
    for result in less[:NAMED]:
        missed = tuple(name for name in kept_by(result).missed if name in kept)
        unsure = tuple(name for name in kept_by(result).open if name in kept)
        figures: Figures = (
            ("saving", result.difference(cost).estimate.negated),
            ("missed", len(missed)),
        )
        of = (result.name, base.name)
        yield Claim("cheaper", of, (*missed, *unsure), figures, (cost,))


def _next(sound: Sequence[Result], best: Result, cost: str) -> Iterable[Claim]:
    """Say by how much the next of those that keep every promise is dearer than the cheapest."""
    rivals = [
        r
        for r in sound
        if r is not best
        and r.scenario.service_levels
        and len(kept_by(r).met) == kept_by(r).total
        and compares(r, best, cost)
    ]
    if not rivals or len(kept_by(best).met) < kept_by(best).total:
        return
    near = min(rivals, key=lambda r: r.estimate(cost).mean)
    figures = (("dearer", near.difference(cost, best).estimate),)
    yield Claim("next", (near.name, best.name), (cost,), figures)


def _weakest(result: Result) -> str | None:
    """Return the service level with the least room above its goal."""
    rated = [
        (verdict.estimate.mean - verdict.goal, name)
        for name, verdict in result.verdicts.items()
        if verdict.estimate.n
    ]
    return min(rated)[1] if rated else None
