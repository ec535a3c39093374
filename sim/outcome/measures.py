"""Measuring a run: every registered metric, and the curves."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.errors import ColumnError, TierSimError
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
from sim.outcome.curves import drawn_curves
from sim.outcome.facts import Facts
from sim.outcome.grid import week_of
from sim.outcome.registry import arrange, families, metric
from sim.outcome.run import Run
from sim.scenario.wording import did_you_mean

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

SHOWN = 15
"""Figures that a glance shows."""
_LARGE_ROWS = 100_000
"""Visits from which on memory counts for more than the time to work something out again."""
_LAST_ASKED: dict[str, tuple[Callable[[Facts], Any] | str, ...]] = {
    "reopen_share": (resolution.fates,),
    "weeks_met": (week_of, "last_row", "holder", "pending", "wait"),
    "writing": (times.first_escalations, "escalations"),
    "satisfaction": (experience.points,),
    "after_hours_share": (experience.after_hours, "first_row", "_entries"),
    "simple_work_above": ("touch_ms",),
    "first_time_right": (handovers.hops, "resolved_rows"),
    "shadow_service_level": (service.levels,),
    "overtime": (load.work, load.presence, load.overtime),
    "backlog": ("held_until_ms",),
    "backlog_by_day": ("held_until_ms",),
    "utilisation_by_hour": (load.work, load.presence, load.overtime),
}
"""What no metric, or curve, after this one asks for."""


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

    def __getitem__(self, name: str) -> float:
        """Return the value of a metric."""
        if name in self.values:
            return self.values[name]
        hint = did_you_mean(name, self.values)
        raise ColumnError(f"nothing called {name!r} was measured{hint}; `values` has all ids")

    def __repr__(self) -> str:
        first = list(self.values)[:SHOWN]
        rows = [f"  {name:40} {metric(name).format(self.values[name])}" for name in first]
        rest = len(self.values) - len(first)
        more = [f"  … and {rest} more: measures['id'], or .values"] if rest else []
        return "\n".join([f"{len(self.values)} figures of one run", *rows, *more])


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
    if not isinstance(run, Run):
        raise TierSimError(
            f"measure takes a run, not a {type(run).__name__}; sim.run(desk) makes one."
        )
    facts = Facts(run)
    is_large = len(facts.visit) > _LARGE_ROWS
    wanted = None if metrics is None else {name.partition("[")[0] for name in metrics}
    values, counts = {}, {}
    for family in families():
        if wanted is None or family.key in wanted:
            for variant, figure in family.compute(facts).items():
                name = f"{family.key}[{variant}]" if variant else family.key
                values[name] = figure.value
                counts[name] = figure.out_of
        if is_large:
            facts.let_go(*_LAST_ASKED.get(family.key, ()))
    drawn: dict[str, NDArray[np.float64]] = {}
    for key, arrays in drawn_curves(facts) if curves else ():
        drawn |= arrays
        if is_large:
            facts.let_go(*_LAST_ASKED.get(key, ()))
    return Measures(values, counts, drawn)
