"""A scorecard of providers: desks with the same demand, tier by tier, and which surely beats which."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

from sim.study.alike import compares
from sim.study.asked import words
from sim.study.estimate import Better, Estimate
from sim.study.paired import holm
from sim.study.study import Study

Aspect = Literal[
    "resolution rate",
    "escalation time",
    "satisfaction",
    "after-hours response",
    "total cost",
]


@dataclass(frozen=True)
class Line:
    """One aspect at one tier (or of the whole desk).

    Attributes
    ----------
    aspect : str
    tier : str
        Empty for the whole desk.
    metric : str
    better : {"higher", "lower"}
    estimates : dict of str to Estimate
        By scenario, in the order of the study; one that has no such tier, or where nothing is
        measured, is not among them.
    beats : tuple of (str, str)
        Pairs of scenarios of which the first is better for sure (Holm over the whole scorecard).
    """

    aspect: Aspect
    tier: str
    metric: str
    better: Better
    estimates: dict[str, Estimate]
    beats: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Scorecard:
    """Lines, and what they come to.

    Attributes
    ----------
    names : tuple of str
        Scenarios.
    lines : tuple of Line
    level : float
    """

    names: tuple[str, ...]
    lines: tuple[Line, ...]
    level: float

    def wins(self) -> dict[str, int]:
        """Count on how many lines each scenario beats every other that is on the line."""
        found = dict.fromkeys(self.names, 0)
        for line in self.lines:
            for name in line.estimates:
                others = [other for other in line.estimates if other != name]
                if others and all((name, other) in line.beats for other in others):
                    found[name] += 1
        return found

    def between(self, first: str, second: str) -> tuple[list[Line], list[Line], list[Line]]:
        """Return the lines on which the first beats the second, loses, and on which it is not known."""
        ahead: list[Line] = []
        behind: list[Line] = []
        open_: list[Line] = []
        for line in self.lines:
            if first in line.estimates and second in line.estimates:
                group = open_
                if (first, second) in line.beats:
                    group = ahead
                elif (second, first) in line.beats:
                    group = behind
                group.append(line)
        return ahead, behind, open_


def _asked(study: Study) -> Iterator[tuple[Aspect, str, str]]:
    tiers = list(dict.fromkeys(t for result in study for t in result.scenario.tiers))
    for tier in tiers:
        yield "resolution rate", tier, f"resolution_rate[{tier}]"
        yield "escalation time", tier, f"escalation[{tier}, mean, business hours]"
        yield "satisfaction", tier, f"satisfaction[{tier}]"
        yield "after-hours response", tier, f"after_hours_response[{tier}, mean]"
    yield "satisfaction", "", "satisfaction"
    yield "total cost", "", "total_cost"


def scorecard(study: Study) -> Scorecard:
    """Hold the desks of a study against each other, tier by tier.

    Parameters
    ----------
    study : Study
        Of at least two scenarios.

    Returns
    -------
    Scorecard
    """
    drafts, p_values = [], []
    for aspect, tier, metric in _asked(study):
        better: Better = words(metric).better or "higher"
        known = {
            result.name: result.estimate(metric) for result in study if metric in result.metrics
        }
        known = {name: one for name, one in known.items() if not math.isnan(one.mean)}
        if len(known) < 2:  # noqa: PLR2004 - a comparison needs two
            continue
        sign = -1 if better == "higher" else 1
        names = [name for name in study.names if name in known]
        pairs = []
        for one, other in combinations(names, 2):
            if not compares(study[one], study[other], metric):
                continue
            first, second = sorted((one, other), key=lambda n, k=known, s=sign: s * k[n].mean)  # type: ignore[misc]
            difference = study[first].difference(metric, study[second])
            pairs.append((first, second))
            p_values.append(1.0 if math.isnan(difference.p) else difference.p)
        drafts.append((aspect, tier, metric, better, {n: known[n] for n in names}, pairs))
    adjusted = iter(holm(p_values))
    lines = tuple(
        Line(
            aspect,
            tier,
            metric,
            better,
            estimates,
            tuple(pair for pair in pairs if next(adjusted) <= 1 - study.level),
        )
        for aspect, tier, metric, better, estimates, pairs in drafts
    )
    return Scorecard(study.names, lines, study.level)
