"""What the options of a study cost in a week, and what that is made of."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Final

from sim.present.text import one_line
from sim.scenario.wording import listed
from sim.study.alike import compares
from sim.study.asked import words
from sim.study.listing import Row
from sim.study.periods import period_words
from sim.study.result import Result
from sim.study.study import Change, Effect, Study

TOTAL: Final = "total_cost"
LOST: Final = "lost_cost"
_PARTS: Final = {
    "staff_cost": "staff",
    "provider_cost": "providers",
    "credits": "service credits",
}


def cost_rows(study: Study) -> list[Row]:
    """List total cost in a week, and users' lost time in it, scenario by scenario.

    Differences are left out where they are no verdict. Each of the two is judged over all the
    scenarios, apart from what the study asks.
    """
    rows = []
    for metric in (TOTAL, LOST):
        judged = _judged(study, metric)
        for result in study:
            if not _measured(result, metric):
                continue
            known = words(metric, result.scenario.costs.currency)
            if metric == LOST:
                known = replace(known, label="of it users’ lost time")
            change = judged.get(result.name)
            rows.append(
                Row(
                    result.name,
                    metric,
                    known,
                    result.estimate(metric),
                    None if change is None else change.difference,
                    math.nan if change is None else change.p_adjusted,
                    None,
                )
            )
    return rows


def _judged(study: Study, metric: str) -> dict[str, Change]:
    """Return what each option changes in a cost, where that is a verdict."""
    if not all(_measured(result, metric) for result in study):
        return {}
    changes = study.changes((metric,))
    return {one.scenario: one for one in changes if one.effect != "not compared"}


def cost_effects(study: Study) -> dict[tuple[str, str], Effect]:
    """Return what each option does to the costs, by scenario and metric."""
    return {
        (name, metric): change.effect
        for metric in (TOTAL, LOST)
        for name, change in _judged(study, metric).items()
    }


def cost_sentence(study: Study) -> str:
    """Say what total cost is made of; empty where no scenario states a cost."""
    results = [result for result in study if _measured(result, TOTAL)]
    if not results:
        return ""
    parts = [
        name
        for metric, name in _PARTS.items()
        if any(_measured(one, metric) and one.estimate(metric).mean > 0 for one in results)
    ]
    prices = sorted({result.scenario.costs.user_hour for result in results})
    currencies = sorted({result.scenario.costs.currency for result in results})
    lost = ""
    if prices[-1] > 0:
        price = " to ".join(f"{one:g}" for one in dict.fromkeys((prices[0], prices[-1])))
        parts.append(f"users’ lost working time at {price} {'/'.join(currencies)} an hour")
    else:
        lost = " Users’ lost working time has no price (`costs.user_hour`), and is not in it."
    periods = {period_words(result.scenario): result.name for result in results}
    over = f", on average over {next(iter(periods))}" if len(periods) == 1 else ""
    sentence = f"Total cost in a week is {listed(parts)}{over}.{lost}"
    apart = [one_line(r.name) for r in study.results[1:] if not compares(r, study[0], TOTAL)]
    if apart:
        sentence += f" Not compared with {one_line(study[0].name)}: {listed(apart)}."
    return sentence


def _measured(result: Result, metric: str) -> bool:
    return metric in result.metrics and not math.isnan(result.estimate(metric).mean)
