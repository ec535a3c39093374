"""What a study says, in sentences that can stand alone: terminal, report, deck and charts share them.

Every simulated number comes with its interval, every verdict in the words of ``study.verdict``.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterable
from typing import Any, Final

from sim import outcome
from sim.errors import TierSimError
from sim.present.numbers import NOTHING, measured, written_change
from sim.present.text import one_line, plural, shortened
from sim.study.alike import compares
from sim.study.asked import words
from sim.study.result import Result
from sim.study.study import Study

MARKS: Final = {"met": "✓", "missed": "✗", "not yet known": "?", "no verdict": "–"}
"""Beside the words of a verdict, so that colour is never needed."""
EFFECT_MARKS: Final = {"better": "▲", "worse": "▼", "higher": "↑", "lower": "↓"}
"""Beside a difference; where none is shown stands ○."""
NOT_COMPARED: Final = "not compared"
_LONGEST_IN_FOOTER: Final = 60
_CHANGES_SHOWN: Final = 4
_MANY: Final = 12


def figure(result: Result, metric: str) -> str:
    """Write what a scenario measured, with its interval."""
    if metric not in result.metrics:
        return NOTHING
    known = words(metric, *result.scenario.currency_and_day)
    return measured(result.estimate(metric), known.write)


def change(result: Result, metric: str, base: Result | None = None) -> str:
    """Write what a scenario changes against the first of its study (or another), if it is a verdict."""
    against = result.base if base is None else base
    assert against is not None
    if metric not in result.metrics or metric not in against.metrics:
        return NOTHING
    if not compares(result, against, metric):
        return NOT_COMPARED
    found = result.difference(metric, against).estimate
    return written_change(metric, found, result.scenario.costs.currency)


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
        parts.append(tickets_words(study))
    return ", ".join(parts)


def tickets_words(study: Study) -> str:
    """Say whether all options met the same tickets; of those that did not, how many."""
    others = sum(not result.common_tickets() for result in study)
    if not others:
        return "same tickets for all"
    return f"not the same tickets in {others:,} of {len(study):,}"


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


def definition(metric: str) -> str:
    """Return the sentence that defines a metric; empty for a figure of the user's own."""
    try:
        return outcome.metric(metric).sentence
    except TierSimError:
        return ""
