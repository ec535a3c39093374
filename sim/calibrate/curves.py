"""Whole curves of an export beside those of simulated runs: what a chart draws."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sim.calibrate.compared import Window, backlog, weekly_counts
from sim.calibrate.figures import Figures, local_hour
from sim.calibrate.lines import Lines, shows_first_team
from sim.intake.export import Export
from sim.units import HOURS_PER_WEEK
from sim.workload.journeys import Flags

ARRIVALS, RESOLUTION, WEEKS, BACKLOG = "arrivals", "resolution", "weeks", "backlog"
SHORTEST_H, LONGEST_H = 1 / 60, 24 * 90
POINTS: Final = 121
RANGE: Final = (0.025, 0.975)
"""Of the replications: what lies between is drawn as a band."""


@dataclass(frozen=True, eq=False)
class Curve:
    """One curve, real beside simulated.

    Attributes
    ----------
    name : str
        ``arrivals`` (tickets in each hour of the local week, mean of the weeks), ``resolution``
        (share resolved within some hours, of those resolved), ``weeks`` (tickets opened in each
        whole week), ``backlog`` (open tickets after each day).
    of : str
        Which tickets; empty for all.
    at : float64 array
        Hours of the week, hours, weeks or days from the first.
    real, simulated, low, high : float64 arrays
        The mean of the replications, and the range of 95 % of them.
    """

    name: str
    of: str
    at: NDArray[np.float64]
    real: NDArray[np.float64]
    simulated: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]


def curves(
    real: Export, lines: Lines, runs: Sequence[tuple[Export, Lines]], window: Window
) -> tuple[Curve, ...]:
    """Return the curves of an export beside those of runs of the same days."""
    seen = _curves(real, lines, window)
    simulated = [_curves(run, own, window) for run, own in runs]
    found = []
    for key, (at, values) in seen.items():
        drawn = np.array([one[key][1] for one in simulated])
        low, high = np.quantile(drawn, RANGE, axis=0)
        found.append(Curve(*key, at, values, drawn.mean(axis=0), low, high))
    return tuple(found)


_Points = tuple[NDArray[np.float64], NDArray[np.float64]]


def _curves(export: Export, lines: Lines, window: Window) -> dict[tuple[str, str], _Points]:
    grid = np.geomspace(SHORTEST_H, LONGEST_H, POINTS)
    groups = {"L1 only": Figures(export, lines).stayed_in_first_line()}
    groups["others"] = ~groups["L1 only"]
    if not shows_first_team(export):
        last = lines.of(export.tickets.last_team)
        groups = {"last at L1": last == 0, "last beyond L1": last > 0}
    hours = export.durations_h()
    days = (window.last - window.first).days + 1
    weekly = np.bincount(local_hour(export), minlength=HOURS_PER_WEEK) / (days / 7)
    found = {(ARRIVALS, ""): (np.arange(HOURS_PER_WEEK, dtype=float), weekly)}
    for name, which in {"": None, **groups}.items():
        found[RESOLUTION, name] = grid, _share_within(hours, grid, which)
    if window.weeks > 1:
        counts = weekly_counts(export, window)
        found[WEEKS, ""] = np.arange(window.weeks, dtype=float), counts.astype(float)
    open_ = backlog(export, window)
    found[BACKLOG, ""] = np.arange(days, dtype=float), open_.astype(float)
    return found


def _share_within(
    hours: NDArray[np.float64], grid: NDArray[np.float64], which: Flags | None
) -> NDArray[np.float64]:
    own = hours if which is None else hours[which]
    own = np.sort(own[np.isfinite(own)])
    return np.searchsorted(own, grid, side="right") / max(len(own), 1)
