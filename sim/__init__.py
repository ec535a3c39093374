"""TierSim: simulate a tiered IT service desk, and decide how to staff it, document it and buy it.

::

    import sim

    base = sim.load("scenarios/in-house-desk.yaml")
    more = base.with_({"tiers.L1.staff.day": 7}, name="One more at L1")
    study = sim.compare([base, more], replications=20, seed=2026)

This is the one public door: every name below is fetched from its room when it is first used, so
that ``import sim`` itself costs nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim import calibrate, present, scenario, theory
    from sim.course.checking import check
    from sim.errors import (
        ConservationError,
        ExportError,
        MissingExtraError,
        OutputError,
        ScenarioError,
        StudyError,
        TheoryError,
        TierSimError,
        UnitError,
    )
    from sim.facts.infer import desk_from
    from sim.outcome.measures import Measures, measure
    from sim.outcome.registry import metric
    from sim.outcome.run import Run
    from sim.outcome.story import tell
    from sim.present.sketch import sketch
    from sim.scenario.change import difference_lines, differences
    from sim.scenario.file import dump, dumps, load
    from sim.scenario.gallery import example
    from sim.scenario.model import Scenario
    from sim.scenario.one_queue import one_queue
    from sim.scenario.seen import durations
    from sim.study.choosing import choose_best
    from sim.study.compare import compare
    from sim.study.covariates import controlled_estimate
    from sim.study.estimate import mean_estimate, replications_needed
    from sim.study.evaluate import replicate as run
    from sim.study.implied import Implied, implied
    from sim.study.paired import paired_difference
    from sim.study.search import search
    from sim.study.study import Study
    from sim.study.warmup import mser5, welch

__version__ = "0.2.0"

_HOMES = {
    "ConservationError": "sim.errors",
    "ExportError": "sim.errors",
    "Implied": "sim.study.implied",
    "Measures": "sim.outcome.measures",
    "MissingExtraError": "sim.errors",
    "OutputError": "sim.errors",
    "Run": "sim.outcome.run",
    "Scenario": "sim.scenario.model",
    "ScenarioError": "sim.errors",
    "Study": "sim.study.study",
    "StudyError": "sim.errors",
    "TheoryError": "sim.errors",
    "TierSimError": "sim.errors",
    "UnitError": "sim.errors",
    "calibrate": "sim",
    "check": "sim.course.checking",
    "choose_best": "sim.study.choosing",
    "compare": "sim.study.compare",
    "controlled_estimate": "sim.study.covariates",
    "desk_from": "sim.facts.infer",
    "difference_lines": "sim.scenario.change",
    "differences": "sim.scenario.change",
    "dump": "sim.scenario.file",
    "dumps": "sim.scenario.file",
    "durations": "sim.scenario.seen",
    "example": "sim.scenario.gallery",
    "implied": "sim.study.implied",
    "load": "sim.scenario.file",
    "mean_estimate": "sim.study.estimate",
    "measure": "sim.outcome.measures",
    "metric": "sim.outcome",
    "mser5": "sim.study.warmup",
    "one_queue": "sim.scenario.one_queue",
    "paired_difference": "sim.study.paired",
    "present": "sim",
    "replications_needed": "sim.study.estimate",
    "run": "sim.study.evaluate",
    "scenario": "sim",
    "search": "sim.study.search",
    "sketch": "sim.present.sketch",
    "tell": "sim.outcome.story",
    "theory": "sim",
    "welch": "sim.study.warmup",
}
"""The module that each public name lives in; ``sim`` for a room itself."""
_CALLED_THERE = {"run": "replicate"}

__all__ = [
    "ConservationError",
    "ExportError",
    "Implied",
    "Measures",
    "MissingExtraError",
    "OutputError",
    "Run",
    "Scenario",
    "ScenarioError",
    "Study",
    "StudyError",
    "TheoryError",
    "TierSimError",
    "UnitError",
    "calibrate",
    "check",
    "choose_best",
    "compare",
    "controlled_estimate",
    "desk_from",
    "difference_lines",
    "differences",
    "dump",
    "dumps",
    "durations",
    "example",
    "implied",
    "load",
    "mean_estimate",
    "measure",
    "metric",
    "mser5",
    "one_queue",
    "paired_difference",
    "present",
    "replications_needed",
    "run",
    "scenario",
    "search",
    "sketch",
    "tell",
    "theory",
    "welch",
]


def __getattr__(name: str) -> Any:
    try:
        home = _HOMES[name]
    except KeyError:
        raise AttributeError(f"module 'sim' has no attribute {name!r}") from None
    if home == __name__:
        return importlib.import_module(f"sim.{name}")
    value = getattr(importlib.import_module(home), _CALLED_THERE.get(name, name))
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
