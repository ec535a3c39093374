"""Measuring a run: every registered metric, and the curves."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.outcome import (
    experience,
    flows,
    handovers,
    hourly,
    incidents,
    load,
    money,
    recurring,
    resolution,
    service,
    times,
    waterfall,
)
from sim.outcome.curves import curves as curves_of
from sim.outcome.facts import Facts
from sim.outcome.registry import arrange, families
from sim.outcome.run import Run

REGISTERED = (
    resolution,
    times,
    service,
    handovers,
    recurring,
    experience,
    incidents,
    load,
    money,
    flows,
    hourly,
    waterfall,
)
"""The modules that register metrics and curves; to import them is to fill the registries."""

arrange([module.__name__ for module in REGISTERED])


@dataclass(frozen=True, eq=False)
class Measures:
    """What one run measured.

    Attributes
    ----------
    values : dict of str to float
        By metric id; ``sim.outcome.metric`` tells what an id means. NaN for what cannot be
        measured, as the response time of a tier that nobody came to. Durations are in ms. Runs of
        one scenario have the same ids.
    counts : dict of str to float
        What each value was divided by; for means and quantiles how many tickets are in it.
    curves : dict of str to array
        By curve id; ``sim.outcome.curve`` tells the axes. Runs of one scenario have the same
        shapes.
    """

    values: dict[str, float]
    counts: dict[str, float]
    curves: dict[str, NDArray[np.float64]]


def measure(run: Run, *, curves: bool = True, metrics: Collection[str] | None = None) -> Measures:
    """Measure a run.

    Parameters
    ----------
    run : Run
    curves : bool
        Whether to work out the curves too, which takes longer than all the rest.
    metrics : collection of str, optional
        Ids of metrics whose families are measured, where not all of them are asked for.

    Returns
    -------
    Measures
    """
    facts = Facts(run)
    wanted = None if metrics is None else {name.partition("[")[0] for name in metrics}
    values, counts = {}, {}
    for family in families():
        if wanted is not None and family.key not in wanted:
            continue
        for variant, figure in family.compute(facts).items():
            name = f"{family.key}[{variant}]" if variant else family.key
            values[name] = figure.value
            counts[name] = figure.out_of
    return Measures(values, counts, curves_of(facts) if curves else {})
