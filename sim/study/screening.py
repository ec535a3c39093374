"""Which of many inputs matter when they vary together: Morris' screening and Sobol's shares."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.errors import MissingExtraError, StudyError
from sim.scenario.model import Scenario
from sim.study.asked import HEADLINE
from sim.study.compare import compare
from sim.study.inputs import Input, Written, check_metric, read_inputs

LEVELS = 4
"""Levels of Morris' grid, as usual (Saltelli et al., "Global Sensitivity Analysis", 2008)."""


@dataclass(frozen=True)
class Screened:
    """What one input does by Morris' method.

    Attributes
    ----------
    input : Input
    strength : float
        Mean of the absolute elementary effects (mu*), over the whole range of the input.
    strength_half_width : float
        Of its bootstrap interval.
    interplay : float
        Standard deviation of the effects (sigma): large when the input's effect depends on its own
        value or on the others.
    """

    input: Input
    strength: float
    strength_half_width: float
    interplay: float


@dataclass(frozen=True)
class Share:
    """What part of a metric's variance an input explains, by Sobol's method.

    Attributes
    ----------
    input : Input
    alone, alone_half_width : float
        First order.
    in_all, in_all_half_width : float
        Total: with everything it does together with others.
    """

    input: Input
    alone: float
    alone_half_width: float
    in_all: float
    in_all_half_width: float


def morris(
    scenario: Scenario,
    ranges: Mapping[str, tuple[Written, Written]],
    *,
    metric: str = HEADLINE,
    trajectories: int = 10,
    seed: int = 1,
    level: float = 0.95,
    **options: Any,
) -> tuple[Screened, ...]:
    """Screen inputs by their elementary effects, the strongest first.

    Morris, "Factorial sampling plans for preliminary computational experiments", Technometrics 33,
    1991; mu* by Campolongo, Cariboni and Saltelli, 2007. It costs ``trajectories`` x (inputs + 1)
    scenarios, all on the same tickets.

    Parameters
    ----------
    scenario : Scenario
    ranges : mapping
        Path of an input to its low and high value.
    metric : str
    trajectories : int
    seed : int
        Of the design and of the tickets.
    level : float
    **options
        As for ``compare``.

    Raises
    ------
    MissingExtraError
        Without SALib.
    """
    inputs = read_inputs(ranges)
    problem = _problem(inputs)
    design = _salib("SALib.sample.morris").sample(
        problem, trajectories, num_levels=LEVELS, seed=seed
    )
    seen = _means(scenario, inputs, design, metric, seed=seed, **options)
    found = _salib("SALib.analyze.morris").analyze(
        problem, design, seen, num_levels=LEVELS, conf_level=level, seed=seed
    )
    screened = [
        Screened(one, float(strength), float(half), float(interplay))
        for one, strength, half, interplay in zip(
            inputs, found["mu_star"], found["mu_star_conf"], found["sigma"], strict=True
        )
    ]
    return tuple(sorted(screened, key=lambda one: -one.strength))


def sobol(
    scenario: Scenario,
    ranges: Mapping[str, tuple[Written, Written]],
    *,
    metric: str = HEADLINE,
    points: int = 64,
    seed: int = 1,
    level: float = 0.95,
    **options: Any,
) -> tuple[Share, ...]:
    """Share out the variance of a metric among inputs, the largest total first.

    Sobol 2001 with Saltelli's design (Computer Physics Communications 181, 2010). It costs
    ``points`` x (inputs + 2) scenarios, all on the same tickets; ``points`` is a power of 2.

    Parameters
    ----------
    scenario, ranges, metric, seed, level, **options
        As for ``morris``.
    points : int

    Raises
    ------
    MissingExtraError
        Without SALib.
    """
    if points < 2 or points & (points - 1):  # noqa: PLR2004 - the smallest power of 2 that varies
        raise StudyError(f"points is a power of 2, as 64, not {points}")
    inputs = read_inputs(ranges)
    problem = _problem(inputs)
    design = _salib("SALib.sample.sobol").sample(
        problem, points, calc_second_order=False, seed=seed
    )
    seen = _means(scenario, inputs, design, metric, seed=seed, **options)
    found = _salib("SALib.analyze.sobol").analyze(
        problem, seen, calc_second_order=False, conf_level=level, seed=seed
    )
    shares = [
        Share(one, *map(float, row))
        for one, *row in zip(
            inputs, found["S1"], found["S1_conf"], found["ST"], found["ST_conf"], strict=True
        )
    ]
    return tuple(sorted(shares, key=lambda one: -one.in_all))


def _salib(module: str) -> Any:
    try:
        return importlib.import_module(module)
    except ImportError:
        raise MissingExtraError("SALib", "sensitivity", "Screening") from None


def _problem(inputs: tuple[Input, ...]) -> dict[str, Any]:
    return {
        "num_vars": len(inputs),
        "names": [one.path for one in inputs],
        "bounds": [[0.0, 1.0]] * len(inputs),
    }


def _means(
    scenario: Scenario,
    inputs: tuple[Input, ...],
    design: NDArray[np.float64],
    metric: str,
    **options: Any,
) -> NDArray[np.float64]:
    """Run every point of a design; points that come out alike are run once."""
    check_metric(scenario, metric, options)
    settings = [tuple(one.at(u) for one, u in zip(inputs, row, strict=True)) for row in design]
    distinct = list(dict.fromkeys(settings))
    scenarios = [
        scenario.with_(
            dict(zip((one.path for one in inputs), values, strict=True)), name=f"point {number}"
        )
        for number, values in enumerate(distinct)
    ]
    study = compare(scenarios, metrics=[metric], **{"curves": False, **options})
    mean = {
        values: result.estimate(metric).mean
        for values, result in zip(distinct, study.results, strict=True)
    }
    seen = np.array([mean[values] for values in settings])
    if np.isnan(seen).any():
        raise StudyError(f"{metric} is not measured everywhere in these ranges")
    return seen
