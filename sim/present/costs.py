"""What the options of a study cost in a week, and what that is made of."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from sim.present.text import one_line
from sim.scenario.wording import listed
from sim.study.asked import words
from sim.study.listing import Row
from sim.study.periods import period_words
from sim.study.result import Result
from sim.study.study import Effect, Study

TOTAL: Final = "total_cost"
LOST: Final = "lost_cost"
_PARTS: Final = {
    "staff_cost": "staff",
    "provider_cost": "providers",
    "credits": "service credits",
}


def comparable(results: Sequence[Result]) -> bool:
    """Tell whether total costs may stand beside each other.

    Each is measured, in one currency, and users' lost time has a price in all or in none.
    """
    if not all(_measured(result, TOTAL) for result in results):
        return False
    costs = [result.scenario.costs for result in results]
    currencies, priced = ({one.currency for one in costs}, {one.user_hour > 0 for one in costs})
    return len(currencies) == len(priced) == 1


def cost_rows(study: Study) -> list[Row]:
    """List total cost in a week, and users' lost time in it, scenario by scenario.

    Differences are left out where the costs are not comparable. Each of the two is judged over all
    the scenarios, apart from what the study asks.
    """
    beside = comparable(study.results)
    rows = []
    for metric in (TOTAL, LOST):
        judged = {}
        if beside and all(_measured(result, metric) for result in study):
            judged = {change.scenario: change for change in study.changes((metric,))}
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


def cost_effects(study: Study) -> dict[tuple[str, str], Effect]:
    """Return what each option does to the costs, by scenario and metric."""
    if not comparable(study.results):
        return {}
    return {
        (change.scenario, metric): change.effect
        for metric in (TOTAL, LOST)
        if all(_measured(result, metric) for result in study)
        for change in study.changes((metric,))
    }


def cost_sentence(study: Study) -> str:
    """Say what total cost is made of; empty where no scenario states a cost."""
    results = [result for result in study if _measured(result, TOTAL)]
    if not results:
        return ""
    parts = [
        name for metric, name in _PARTS.items() if any(_measured(one, metric) for one in results)
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
    if len(results) > 1 and not comparable(study.results):
        without = [one_line(r.name) for r in study if not _measured(r, TOTAL)]
        why = f"{listed(without[:3])} states none" if without else _unlike(currencies)
        sentence += f" Costs are not compared: {why}."
    return sentence


def _unlike(currencies: Sequence[str]) -> str:
    if len(currencies) > 1:
        return f"they are in {listed(currencies)}"
    return "users’ lost working time has a price (`costs.user_hour`) in some scenarios alone"


def _measured(result: Result, metric: str) -> bool:
    return metric in result.metrics and not math.isnan(result.estimate(metric).mean)
