"""What a study says, in sentences that can stand alone: terminal, report, deck and charts share them.

Every simulated number comes with its interval, every verdict in the words of ``study.verdict``.
"""

from __future__ import annotations

import math
import re
import statistics
from collections.abc import Callable, Iterable
from typing import Any, Final

from sim import outcome
from sim.errors import TierSimError
from sim.present.text import one_line, plural, shortened
from sim.scenario.promises import Band, ServiceLevel
from sim.scenario.wording import listed
from sim.study.asked import HEADLINE, level_metric, words
from sim.study.estimate import Estimate
from sim.study.result import Result
from sim.study.study import Study
from sim.units import exact_duration, exact_share, format_share

MARKS: Final = {"met": "✓", "missed": "✗", "not yet known": "?"}
"""Beside the words of a verdict, so that colour is never needed."""
EFFECT_MARKS: Final = {"better": "▲", "worse": "▼", "higher": "↑", "lower": "↓"}
"""Beside a difference; where none is shown stands ○."""
NOTHING: Final = "not measured"
CLOCKS: Final = {
    "respond": "taken up within",
    "resolve": "resolved within",
    "update": "news at least every",
}
_UNIT = re.compile(r"(−?[\d.,]+) (\D+)")
_LONGEST_IN_FOOTER: Final = 60
_CHANGES_SHOWN: Final = 4
_FINE: Final = 0.1
_MANY: Final = 12
"""Percentage points below which a second decimal is shown."""


def interval(write: Callable[[float], str], low: float, high: float) -> str:
    """Write the ends of an interval, the unit once where both have the same.

    Examples
    --------
    >>> interval(format_share, 0.952, 0.97), interval(lambda hours: f"{hours} h", 2, 3)
    ('95.2–97.0 %', '2–3 h')
    """
    if math.isnan(low) or math.isnan(high):
        return "interval not known"
    ends = [write(low).replace("-", "−"), write(high).replace("-", "−")]
    if ends[0] == ends[1]:
        return ends[1]
    apart = "–" if low >= 0 else " to "
    parts = [_UNIT.fullmatch(end) for end in ends]
    if parts[0] and parts[1] and parts[0][2] == parts[1][2]:
        return f"{parts[0][1]}{apart}{ends[1]}"
    if any(" " in end and not _UNIT.fullmatch(end) for end in ends):
        apart = " to "
    return f"{ends[0]}{apart}{ends[1]}"


def measured(estimate: Estimate, write: Callable[[float], str]) -> str:
    """Write an estimate with its interval.

    No metric is below 0; where few replications give an interval that reaches there, it is written
    from 0 on.

    Examples
    --------
    >>> measured(Estimate(0.961, 0.952, 0.97, 20), format_share)
    '96.1 % (95.2–97.0 %)'
    >>> measured(Estimate(float("nan"), 0, 0, 0), format_share)
    'not measured'
    """
    if math.isnan(estimate.mean):
        return NOTHING
    mean = write(estimate.mean).replace("-", "−")
    low = max(0.0, estimate.low) if estimate.mean >= 0 else estimate.low
    return f"{mean} ({interval(write, low, estimate.high)})"


def figure(result: Result, metric: str) -> str:
    """Write what a scenario measured, with its interval."""
    if metric not in result.metrics:
        return NOTHING
    known = words(metric, result.scenario.costs.currency)
    return measured(result.estimate(metric), known.write)


def points(change: float, digits: int | None = None) -> str:
    """Write a difference of two shares; with two decimals where it is small, if not told how many.

    Examples
    --------
    >>> points(0.032), points(-0.0004)
    ('+3.2 points', '−0.04 points')
    """
    if digits is None:
        digits = 2 if 0 < abs(100 * change) < _FINE else 1
    number = fixed(100 * change, digits)
    return f"{'' if number.startswith('−') else '+'}{number} points"


def fixed(value: float, digits: int) -> str:
    """Write a number with so many decimals; what rounds to 0 has no sign.

    Examples
    --------
    >>> fixed(-0.004, 2), fixed(-0.25, 2)
    ('0.00', '−0.25')
    """
    text = f"{value:.{digits}f}"
    return text.removeprefix("-") if float(text) == 0 else text.replace("-", "−")


def written_change(metric: str, difference: Estimate, currency: str = "") -> str:
    """Write a difference with its interval.

    Examples
    --------
    >>> written_change("l1_share", Estimate(0.032, 0.028, 0.036, 20))
    '+3.2 points (2.8 to 3.6)'
    >>> written_change("l1_share", Estimate(0.0, 0.0, 0.0, 20))
    'no change'
    """
    if math.isnan(difference.mean):
        return NOTHING
    if difference.mean == difference.low == difference.high == 0:
        return "no change"
    known = words(metric, currency)
    if known.share:
        if math.isnan(difference.low):
            return f"{points(difference.mean)} (interval not known)"
        digits = 2 if 100 * abs(difference.mean) < _FINE else 1
        low, high = (fixed(100 * end, digits) for end in (difference.low, difference.high))
        return f"{points(difference.mean, digits)} ({low} to {high})"
    write = _without_sign_at_zero(known.write)
    mean = write(difference.mean)
    ends_text = interval(write, difference.low, difference.high).replace("–", " to ")
    return f"{'' if mean.startswith('−') else '+'}{mean} ({ends_text})"


def _without_sign_at_zero(write: Callable[[float], str]) -> Callable[[float], str]:
    def written_value(value: float) -> str:
        text = write(value).replace("-", "−")
        return text if any(c in "123456789" for c in text) else text.removeprefix("−")

    return written_value


def change(result: Result, metric: str) -> str:
    """Write what a scenario changes against the first of its study."""
    return written_change(
        metric, result.difference(metric).estimate, result.scenario.costs.currency
    )


def clear(study: Study, result: Result, metric: str) -> bool:
    """Tell whether a scenario's difference from the first is shown, as everywhere in the study.

    What the study asks is judged together (Holm); a metric beyond that, over its scenarios.
    """
    asked = None if metric in study.metrics else (metric,)
    return any(
        one.effect != "no difference shown"
        for one in study.changes(asked)
        if (one.scenario, one.metric) == (result.name, metric)
    )


def promise(level: ServiceLevel) -> str:
    """Say what a service level promises.

    Examples
    --------
    >>> promise(ServiceLevel(clock="respond", tier="L1", within="15 min", goal="90 %"))
    'taken up within 15 min, goal 90 %'
    """
    goal = exact_share(level.goal)
    shown = goal if isinstance(goal, str) else format_share(level.goal)
    return f"{CLOCKS[level.clock]} {exact_duration(level.within)}, goal {shown}"


def goal_words(level: ServiceLevel) -> str:
    """Write a goal: ``goal 90 %``."""
    return promise(level).rpartition(", ")[2]


def verdict_sentence(study: Study, result: Result, level: str, *, named: bool = True) -> str:
    """Say whether a promise is kept, how sure that is, and what changed against the first scenario.

    Parameters
    ----------
    study : Study
    result : Result
        One of its scenarios.
    level : str
        Name of the service level.
    named : bool
        Whether the sentence begins with the scenario's name.
    """
    verdict = result.verdict(level)
    promised = result.scenario.service_levels[level]
    start = f"{one_line(result.name)}: the" if named else "The"
    sentence = (
        f"{start} promise “{one_line(level)}” is {verdict}: {measured(verdict.estimate, format_share)} "
        f"{promise(promised)}"
    )
    metric = level_metric(level)
    if result.base is not None and metric in result.base.metrics:
        difference = result.difference(metric)
        against = one_line(result.base.name)
        if clear(study, result, metric):
            sentence += f"; {change(result, metric)} against {against}"
        elif difference.estimate.n > 1:
            sentence += f"; no difference shown against {against}: {change(result, metric)}"
    return f"{sentence}."


def kept(result: Result) -> tuple[list[str], list[str], list[str]]:
    """Sort a scenario's service levels into met, missed and not yet known."""
    sorted_ones: dict[str, list[str]] = {"met": [], "missed": [], "not yet known": []}
    for name, verdict in result.verdicts.items():
        sorted_ones[verdict.word].append(name)
    return sorted_ones["met"], sorted_ones["missed"], sorted_ones["not yet known"]


def kept_sentence(result: Result) -> str:
    """Say how many promises a scenario keeps, and which it does not."""
    met, missed, unsure = kept(result)
    total = len(met) + len(missed) + len(unsure)
    name = one_line(result.name)
    if not total:
        return f"{name} promises nothing that could be judged."
    if len(met) == total:
        return f"{name} keeps {'its promise' if total == 1 else f'all {total} promises'}."
    parts = []
    if missed:
        parts.append(f"misses {listed(map(one_line, missed))}")
    if unsure:
        parts.append(f"leaves {listed(map(one_line, unsure))} not yet known")
    return f"{name} keeps {len(met)} of {plural(total, 'promise')} and {' and '.join(parts)}."


def band_position(estimate: Estimate, band: Band) -> str:
    """Say where a share lies against a band, when its whole interval says so.

    Examples
    --------
    >>> band_position(Estimate(0.7, 0.69, 0.71, 20), Band(low=0.65, high=0.8))
    'inside'
    >>> band_position(Estimate(0.66, 0.64, 0.68, 20), Band(low=0.65, high=0.8))
    'not clearly inside'
    """
    if math.isnan(estimate.mean):
        return "not measured against"
    low, high = estimate.low, estimate.high
    if math.isnan(low):
        low = high = estimate.mean
    if high < band.low:
        return "below"
    if low > band.high:
        return "above"
    return "inside" if low >= band.low and high <= band.high else "not clearly inside"


def band_words(band: Band) -> str:
    """Write a band.

    Examples
    --------
    >>> band_words(Band(low=0.65, high=0.8))
    '65–80 %'
    """
    return interval(lambda share: f"{100 * share:.4g} %", band.low, band.high)


def l1_sentence(result: Result) -> str:
    """Say what share the first line resolves, and where that lies."""
    tier = one_line(next(iter(result.scenario.tiers)))
    if HEADLINE not in result.metrics:
        return f"{one_line(result.name)}: the share that {tier} resolves was not measured."
    estimate = result.estimate(HEADLINE)
    if math.isnan(estimate.mean):
        return f"{one_line(result.name)}: the share that {tier} resolves was not measured."
    healthy = result.scenario.bands.healthy
    return (
        f"{one_line(result.name)}: {tier} resolves {measured(estimate, format_share)} of what begins "
        f"there, {band_position(estimate, healthy)} the healthy band of {band_words(healthy)}."
    )


def changed_words(result: Result, most: int = _CHANGES_SHOWN) -> str:
    """Say what a scenario changes against the first, as found by comparing the two."""
    if result.base is None:
        return "what the others are held against"
    found = [f"{path} {written(a)} → {written(b)}" for path, (a, b) in result.changes.items()]
    rest = len(found) - most
    more = f" and {rest} more" if rest > 0 else ""
    return "; ".join(found[:most]) + more if found else "no difference"


def written(value: Any) -> str:
    """Write a value of a scenario as a file would hold it.

    Examples
    --------
    >>> written(None), written(["P1", "P2"]), written(True)
    ('–', 'P1, P2', 'yes')
    >>> written([0.5 * number for number in range(41)])
    '41 numbers, 0 to 20, median 10'
    """
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        if len(value) > _MANY and all(isinstance(one, int | float) for one in value):
            return (
                f"{len(value)} numbers, {min(value):g} to {max(value):g}, "
                f"median {statistics.median(value):g}"
            )
        return ", ".join(map(written, value)) or "none"
    if isinstance(value, dict):
        return ", ".join(f"{key} {written(one)}" for key, one in value.items()) or "none"
    if value == "0 d":
        return "0"
    if isinstance(value, float) and value == round(value):
        return f"{value:,.0f}"
    return shortened(str(value), 120)


def evidence_words(study: Study, metric: str | None = None) -> str:
    """Say how many replications there are, of how many tickets, and what the intervals are."""
    parts = [plural(study.replications, "replication")]
    counts = [
        one.counts[metric]
        for one in study.results[0].replications
        if metric is not None and metric in one.counts
    ]
    if counts:
        parts[0] += f" of about {sum(counts) / len(counts):,.0f} tickets"
    parts.append(f"{100 * study.level:g} % intervals")
    if len(study) > 1:
        parts.append("same tickets for all" if study.common_tickets else "not the same tickets")
    return ", ".join(parts)


def footer(study: Study, of: Iterable[Result] | None = None, brand: str = "") -> str:
    """Write the line below a chart: scenario, seed, replications, version."""
    results = list(of) if of is not None else list(study.results)
    names = [shortened(result.name) for result in results]
    shown = ", ".join(names)
    if len(shown) > _LONGEST_IN_FOOTER and len(names) > 1:
        shown = f"{names[0]} and {plural(len(names) - 1, 'other scenario')}"
    parts = [
        shown,
        f"seed {study.seed}",
        plural(study.replications, "replication"),
        f"TierSim {study.manifest.versions.get('tiersim', '')}".strip(),
    ]
    return " · ".join([*parts, *([one_line(brand)] if brand else [])])


def desk_cost(results: Iterable[Result]) -> str:
    """Return the metric that says what the desk itself costs, users' time left out.

    Staff alone would make an outsourced tier look free.
    """
    paid = ("provider_cost", "credits")
    more = any(
        not math.isnan(result.estimate(metric).mean)
        for result in results
        for metric in paid
        if metric in result.metrics
    )
    return "cost_per_ticket" if more else "staff_cost"


COST_OF: Final = {
    "total_cost": "a week for the desk and its users' lost time",
    "staff_cost": "a week for staff",
    "cost_per_ticket": "for each resolved ticket",
}
"""What a metric of cost pays for, and how long it lasts."""


def definition(metric: str) -> str:
    """Return the sentence that defines a metric; empty for a figure of the user's own."""
    try:
        return outcome.metric(metric).sentence
    except TierSimError:
        return ""
