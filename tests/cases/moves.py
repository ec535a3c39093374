"""What a move is: something changed on a desk, and what has to follow from it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from sim.scenario.change import difference_lines
from sim.scenario.file import load
from sim.scenario.gallery import gallery
from sim.scenario.model import Scenario
from sim.study.compare import compare
from sim.study.paired import Difference, paired_difference
from sim.study.result import Result
from sim.study.study import Study

BASE = "in-house-desk"
REPLICATIONS = 6
SEED = 2026
LEVEL = 0.95
LONGEST = 100
"""Signs of a change in a table."""
APART = " − "
"""Between two metrics whose difference, in one and the same run, is what is looked at."""


@dataclass(frozen=True)
class Move:
    """Something moved, and what must follow.

    Attributes
    ----------
    mechanism : int
        Of the model; 0 for several at once.
    what : str
        What is moved, in words.
    expects : mapping
        Metric to what must follow: ``up``, ``down``, ``same`` (to the bit), or the largest change
        that is none, as a number. The metric ``a − b`` is the difference of two figures of the moved
        desk itself, held against 0.
    scenario : str
        Where it is moved: a scenario of the gallery.
    start : mapping
        Changes to that scenario before anything is moved.
    to : mapping or str
        The move: changes, or another scenario of the gallery, with which ``start`` holds too.
    replications : int
    """

    mechanism: int
    what: str
    expects: Mapping[str, str | float]
    scenario: str = BASE
    start: Mapping[str, Any] = field(default_factory=dict)
    to: Mapping[str, Any] | str = field(default_factory=dict)
    replications: int = REPLICATIONS

    def desks(self) -> tuple[Scenario, Scenario]:
        """Return the desk before and after."""
        before = known(self.scenario).with_(self.start, name="before")
        if isinstance(self.to, str):
            return before, known(self.to).with_(self.start, name="after")
        return before, before.with_(self.to, name="after")

    def written(self) -> str:
        """Write what differs, found by comparing."""
        if isinstance(self.to, str):
            return f"{self.scenario} → {self.to}"
        before, after = self.desks()
        lines = difference_lines(before, after)
        short = (line if len(line) <= LONGEST else f"{line.partition(':')[0]}: …" for line in lines)
        return "; ".join(line.replace("->", "→") for line in short)

    def study(self, replications: int | None = None, **options: Any) -> Study:
        """Run both desks on the same tickets."""
        often = replications or self.replications
        settings = {"seed": SEED, "level": LEVEL, "curves": False, **options}
        return compare(self.desks(), replications=often, **settings)

    def found(self, study: Study) -> Iterator[tuple[str, str | float, Difference]]:
        """Measure what followed: metric, what was expected, and the paired difference."""
        for metric, expected in self.expects.items():
            yield metric, expected, difference_of(metric, study[0], study[1])


def difference_of(metric: str, before: Result, after: Result) -> Difference:
    """Return the paired difference of a metric, or of two metrics of the desk after the move."""
    first, apart, second = metric.partition(APART)
    if apart:
        return paired_difference(after.values(first), after.values(second), level=LEVEL)
    return paired_difference(after.values(metric), before.values(metric), level=LEVEL)


def holds(expected: str | float, difference: Difference) -> bool:
    """Tell whether a difference is what was expected, with the whole of its interval."""
    estimate = difference.estimate
    if expected == "up":
        return bool(estimate.low > 0)
    if expected == "down":
        return bool(estimate.high < 0)
    if expected == "same":
        return bool(estimate.mean == 0 and estimate.sd == 0)
    return bool(np.abs([estimate.low, estimate.high]).max() <= float(expected))


_loaded: dict[str, Scenario] = {}


def known(name: str) -> Scenario:
    """Load a scenario of the gallery once."""
    if name not in _loaded:
        _loaded[name] = load(gallery()[name])
    return _loaded[name]
