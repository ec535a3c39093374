"""The answer first: which option, what it gains, and how sure that is.

The rule is stated, so that a reader may disagree with it: of the options that surely keep every
promise the cheapest is named, with those beside it of which that is not yet known; where none does, the
one that misses the fewest, if that is known; else what is not known, and what would tell. Cost is the
total cost in a week where the scenarios say what a user's hour costs, else what the desk itself costs.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from sim.errors import StudyError
from sim.present.sentences import (
    COST_OF,
    change,
    clear,
    desk_cost,
    figure,
    interval,
    kept,
    kept_sentence,
    l1_sentence,
    verdict_sentence,
)
from sim.present.text import one_line, plural
from sim.scenario.wording import listed
from sim.study.asked import HEADLINE, level_metric, words
from sim.study.ranking import rank
from sim.study.result import Result
from sim.study.study import Study

RULE: Final = (
    "Of the options that surely keep every promise, the cheapest is named; where none does, the one "
    "that misses the fewest, once that is known."
)
_SURE: Final = 0.95
_SENTENCES: Final = 5
_NAMED: Final = 3


@dataclass(frozen=True)
class Answer:
    """What a leader is told first.

    Attributes
    ----------
    headline : str
        Which option.
    sentences : tuple of str
        What it gains, and how sure that is.
    best : Result
    cost : str or None
        The metric of cost that decided; None where no cost is stated.
    """

    headline: str
    sentences: tuple[str, ...]
    best: Result
    cost: str | None


def cost_metric(results: Sequence[Result]) -> str | None:
    """Return the metric of cost that every scenario has measured."""
    for metric in ("total_cost", desk_cost(results)):
        if metric == "total_cost" and not all(r.scenario.costs.user_hour for r in results):
            continue
        if all(metric in r.metrics and not math.isnan(r.estimate(metric).mean) for r in results):
            return metric
    return None


def answer(study: Study) -> Answer:
    """Say which option a study speaks for."""
    results = list(study)
    cost = cost_metric(results)
    keeping = [r for r in results if r.scenario.service_levels and not any(kept(r)[1:])]
    best = _best(keeping or results, cost, sure=bool(keeping))
    if len(results) == 1:
        return Answer(kept_sentence(best), _one(study, best), best, cost)
    name = one_line(best.name)
    if keeping:
        many = plural(len(keeping), "option")
        keeps = "every promise" if len(best.scenario.service_levels) > 1 else "its promise"
        headline = f"{name} keeps {keeps}"
        undecided = [r for r in _undecided(results) if not _surely_dearer(r, best, cost)]
        surely = " surely" if undecided else ""
        if cost is not None and len(keeping) > 1:
            headline += f", at the least cost of the {many} that{surely} do: {_weekly(best, cost)}"
        elif cost is not None:
            alone = "" if undecided else f", alone of {plural(len(results), 'option')},"
            headline += f"{alone} at {_weekly(best, cost)}"
        if undecided:
            headline += f"; not yet known is {_not_known(undecided)}"
    else:
        headline = _none_surely(results, best)
    return Answer(f"{headline}.", _several(study, best, keeping, cost), best, cost)


def _undecided(results: Sequence[Result]) -> list[Result]:
    """Return the options that may keep every promise, though that is not yet known."""
    return [r for r in results if not kept(r)[1] and kept(r)[2]]


def _surely_dearer(result: Result, best: Result, cost: str | None) -> bool:
    return cost is not None and result.estimate(cost).low > best.estimate(cost).high


def _none_surely(results: Sequence[Result], best: Result) -> str:
    """Say which option comes closest where none surely keeps every promise, if that is known."""
    undecided = _undecided(results)
    if undecided:
        return f"No option surely keeps every promise; not yet known is {_not_known(undecided)}"
    missed, unsure = kept(best)[1:]
    # What is open here may come out as missed, and leave another option closer.
    most = len(missed) + len(unsure)
    rivals = [r for r in results if r is not best and len(kept(r)[1]) < most]
    if rivals:
        open_ones = [r for r in (best, *rivals) if kept(r)[2]]
        return (
            "No option keeps every promise; which comes closest is not yet known, as is "
            f"{_not_known(open_ones)}"
        )
    parts = [f"misses {listed(map(one_line, missed))}"] * bool(missed)
    parts += [f"leaves {listed(map(one_line, unsure))} not yet known"] * bool(unsure)
    found = " and ".join(parts) if parts else "has no promise to keep"
    return f"No option surely keeps every promise; {one_line(best.name)} comes closest: it {found}"


def _not_known(results: Sequence[Result]) -> str:
    """Say whether which options keep which promises is open, and how many replications would tell."""
    told = [
        f"whether {one_line(r.name)} keeps {listed(map(one_line, kept(r)[2]))}"
        for r in results[:_NAMED]
    ]
    rest = len(results) - _NAMED
    told += [f"the same of {plural(rest, 'other option')}"] * (rest > 0)
    more = [v.more for r in results for v in r.verdicts.values() if v.word == "not yet known"]
    known = [count for count in more if count is not None]
    if len(known) < len(more):
        return f"{listed(told)} (more replications are needed)"
    return f"{listed(told)} (about {plural(max(known), 'more replication')} would tell)"


def few(study: Study, most: int) -> Study:
    """Return a study of fewer options: the first, the one that the answer names, the next best.

    Parameters
    ----------
    study : Study
    most : int
        At least 2.
    """
    if len(study) <= most:
        return study
    told = answer(study)
    others = [r for r in study.results[1:] if r is not told.best]
    others.sort(key=lambda r: (len(kept(r)[1]), len(kept(r)[2])))
    chosen = {study[0].name, told.best.name}
    for result in others:
        if len(chosen) >= most:
            break
        chosen.add(result.name)
    return replace(study, results=tuple(r for r in study if r.name in chosen))


def _best(results: Sequence[Result], cost: str | None, *, sure: bool) -> Result:
    def merit(result: Result) -> tuple[float, ...]:
        _, missed, unsure = kept(result)
        price = result.estimate(cost).mean if cost is not None else 0.0
        if sure:
            return (price,)
        short = sum(
            max(0.0, v.goal - v.estimate.mean) for v in result.verdicts.values() if v.estimate.n
        )
        return (float(len(missed)), float(len(unsure)), short, price)

    return min(results, key=merit)


def _weekly(result: Result, cost: str) -> str:
    return f"{figure(result, cost)} {COST_OF[cost]}"


def _one(study: Study, result: Result) -> tuple[str, ...]:
    sentences = [
        verdict_sentence(study, result, name, named=False)
        for name in result.scenario.service_levels
    ]
    return (*sentences, l1_sentence(result))


def _several(
    study: Study, best: Result, keeping: Sequence[Result], cost: str | None
) -> tuple[str, ...]:
    base, name = study[0], one_line(best.name)
    sentences = []
    if best is base:
        sentences.append(_others(study, cost))
    else:
        sentences.append(f"{name} against {one_line(base.name)}: {_gains(study, best, cost)}.")
    sentences.append(l1_sentence(best))
    sentences.append(_how_sure(keeping, best, cost))
    weakest = _weakest(best)
    if weakest is not None:
        sentences.append(verdict_sentence(study, best, weakest, named=False))
    worst = [r for r in study if kept(r)[1]]
    if worst:
        told = [f"{one_line(r.name)} misses {listed(map(one_line, kept(r)[1]))}" for r in worst]
        rest = len(told) - 3
        shown = told[:3] + ([f"{plural(rest, 'other option')} miss some too"] if rest > 0 else [])
        sentences.append(f"{'; '.join(shown)}.")
    return tuple(s for s in sentences if s)[:_SENTENCES]


def _gains(study: Study, result: Result, cost: str | None) -> str:
    """Say what an option changes for sure against the first."""
    asked = [HEADLINE, *(level_metric(n) for n in result.scenario.service_levels)]
    if cost is not None:
        asked.insert(0, cost)
    base = result.base
    assert base is not None
    found = []
    for metric in asked:
        if metric not in result.metrics or metric not in base.metrics:
            continue
        if clear(study, result, metric):
            currency = result.scenario.costs.currency
            label = words(metric, currency).label.removeprefix("Service level: ")
            first = label[0].lower() if label[1:2].islower() else label[0]
            found.append(f"{one_line(first + label[1:])} {change(result, metric)}")
    return "; ".join(found) if found else "no difference is shown in what was asked"


def _others(study: Study, cost: str | None) -> str:
    """Say whether any other option is surely cheaper than the first, and what it does not keep."""
    name = one_line(study[0].name)
    if cost is None:
        return f"No costs are stated, so that {name} stays the choice while it keeps its promises."
    cheaper = [r for r in study.results[1:] if r.difference(cost).estimate.high < 0]
    if not cheaper:
        return f"No other option is surely cheaper than {name}."
    told = [f"{_saving(r, cost)}, but {_doubt(r)}" for r in cheaper[:3]]
    return f"{'; '.join(told)}."


def _saving(result: Result, cost: str) -> str:
    """Say by how much an option is cheaper than the first, as a number above 0."""
    assert result.base is not None
    difference = result.difference(cost).estimate
    write = words(cost, result.scenario.costs.currency).write
    ends = interval(write, -difference.high, -difference.low)
    what = COST_OF[cost].removeprefix("a week ")
    weekly = "a week " if what != COST_OF[cost] else ""
    return (
        f"{one_line(result.name)} is {write(-difference.mean)} {weekly}({ends}) "
        f"cheaper than {one_line(result.base.name)} {what}"
    )


def _doubt(result: Result) -> str:
    """Say which promises an option misses, and of which it is not yet known."""
    _, missed, unsure = kept(result)
    parts = [f"it misses {listed(map(one_line, missed))}"] * bool(missed)
    if unsure:
        parts.append(f"it is not yet known whether it keeps {listed(map(one_line, unsure))}")
    return " and ".join(parts) or "it makes no promise"


def _how_sure(keeping: Sequence[Result], best: Result, cost: str | None) -> str:
    """Say how sure it is that the best is the best of those that keep every promise."""
    if len(keeping) < 2 or cost is None:  # noqa: PLR2004 - one alone needs no ranking
        return ""
    try:
        ranking = rank({r.name: r.values(cost) for r in keeping}, better="lower", level=best.level)
    except StudyError:
        return ""
    probability = dict(zip(ranking.names, ranking.probability, strict=True))[best.name]
    rivals = [
        one_line(name)
        for name, kept_in in zip(ranking.names, ranking.among_best, strict=True)
        if kept_in and name != best.name
    ]
    sentence = f"It is the cheapest of them with probability {100 * probability:.0f} %"
    if rivals and probability < _SURE:
        sentence += f"; {listed(rivals[:3])} may be as cheap"
    return f"{sentence}."


def _weakest(result: Result) -> str | None:
    """Return the service level with the least room above its goal."""
    rated = [
        (verdict.estimate.mean - verdict.goal, name)
        for name, verdict in result.verdicts.items()
        if verdict.estimate.n
    ]
    return min(rated)[1] if rated else None
