"""Hold a desk against an export: the client's own figures beside the simulated ones.

The noise of a figure is how much it differs between two halves of the export, cut at random many
times: nobody can ask a simulation to be nearer to the export than the export is to itself. What is
further off than twice the noise comes first. As many simulated tickets of each tier lose their
resolution as lack it in the export, so that quantiles are of like tickets.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from math import isfinite
from typing import Final

import numpy as np

from sim.calibrate.distances import distances
from sim.calibrate.export import Export
from sim.calibrate.figures import Figures
from sim.calibrate.fit import Calibration, calibrate
from sim.calibrate.lines import Lines
from sim.calibrate.mirror import Rehearsal, lines_of
from sim.calibrate.paths import Levels, find_levels
from sim.calibrate.replay import GOLDEN, spread
from sim.errors import ExportError
from sim.units import format_share
from sim.workload.journeys import NOT_YET

SPLITS: Final = 20
TIMES_NOISE: Final = 2.0
REPLICATIONS: Final = 10
FEWEST: Final = 30
"""Tickets from which on a figure of a group is worth showing."""
QUANTILES: Final = (0.25, 0.5, 0.75, 0.9)


@dataclass(frozen=True)
class Line:
    """One figure, real beside simulated.

    Attributes
    ----------
    figure : str
    unit : {"share", "hours", "count", "distance"}
    real : float
        For a distance: 0, what a perfect desk has.
    simulated, low, high : float
        Mean over the replications, and the range of 95 % of them.
    noise : float
        How much two halves of the export differ.
    fitted : float
        The figure in the tickets that the desk was fitted to: a difference from ``real`` is the
        export's own drift, which no desk fitted before can know.
    """

    figure: str
    unit: str
    real: float
    simulated: float
    low: float
    high: float
    noise: float
    fitted: float = float("nan")

    @property
    def off(self) -> float:
        """How far the simulation is off: a difference of shares, or of logarithms of hours."""
        if self.unit in ("hours", "count"):
            return abs(float(np.log((self.simulated + _LITTLE) / (self.real + _LITTLE))))
        return abs(self.simulated - self.real)

    @property
    def outside(self) -> bool:
        """Whether it is off by more than twice the noise."""
        return isfinite(self.off) and self.off > TIMES_NOISE * self.noise

    def __str__(self) -> str:
        values = (self.real, self.simulated, self.low, self.high, self.fitted)
        if self.unit == "share":
            real, simulated, low, high, before = map(format_share, values)
        else:
            real, simulated, low, high, before = (f"{value:.3g}" for value in values)
        flag = "  outside twice the noise" if self.outside else ""
        unit = " h" if self.unit == "hours" else ""
        drift = ""
        if isfinite(self.fitted) and self.fitted != self.real:
            drift = f"; {before}{unit} in the weeks fitted"
        return (
            f"{self.figure}: {real}{unit} real, {simulated}{unit} simulated ({low} to {high})"
            f"{drift}{flag}"
        )


_LITTLE: Final = 0.05
"""Hours added before taking logarithms: three minutes do not matter."""


@dataclass(frozen=True, eq=False)
class Check:
    """A desk held against an export.

    Attributes
    ----------
    calibration : Calibration
    real : Export
        The tickets that it was held against.
    lines : tuple of Line
        Those outside twice the noise first, the worst of them on top.
    """

    calibration: Calibration
    real: Export
    lines: tuple[Line, ...]

    def __getitem__(self, figure: str) -> Line:
        for line in self.lines:
            if line.figure == figure:
                return line
        raise KeyError(figure)

    def __str__(self) -> str:
        return "\n".join(map(str, self.lines))

    def outside(self) -> tuple[Line, ...]:
        """Return the figures outside twice the noise."""
        return tuple(line for line in self.lines if line.outside)


def check(
    calibration: Calibration,
    real: Export | None = None,
    *,
    replications: int = REPLICATIONS,
    seed: int = 2,
) -> Check:
    """Hold a calibrated desk against the tickets it was fitted to, or against others.

    Parameters
    ----------
    calibration : Calibration
    real : Export, optional
        Tickets to hold it against; whole weeks are best. Those it was fitted to if absent.
    replications, seed : int
        Another seed than the fit's.
    """
    real = calibration.export if real is None else real
    first, last = real.days_opened()
    scenario = calibration.scenario.with_(
        {
            "period.start": first.isoformat(),
            "period.length": f"{24 * ((last - first).days + 1)} h",
        },
        name=calibration.scenario.name,
    )
    runs = [
        _unstamped(run, lines_of(scenario, run), calibration)
        for run in Rehearsal(scenario).runs(replications, seed=seed)
    ]
    lines = calibration.lines
    seen = _values(real, lines)
    before = _values(calibration.export, lines)
    simulated = [_values(run, lines_of(scenario, run)) for run in runs]
    noise = _noise(real, lines)
    apart = [distances(run, lines_of(scenario, run), real, lines) for run in runs]
    floor = _distance_floor(real, lines)
    found = []
    for name, (unit, value) in seen.items():
        got = np.array([one[name][1] for one in simulated if name in one])
        if len(got) and isfinite(value) and np.isfinite(got).any():
            low, high = np.nanquantile(got, (0.025, 0.975))
            mean = float(np.nanmean(got))
            known = before[name][1] if name in before else float("nan")
            ends = (float(low), float(high))
            found.append(Line(name, unit, value, mean, *ends, noise.get(name, 0), known))
    for name in apart[0] if apart else ():
        got = np.array([one[name] for one in apart])
        low, high = np.nanquantile(got, (0.025, 0.975))
        mean = float(np.nanmean(got))
        found.append(Line(name, "distance", 0.0, mean, float(low), float(high), floor[name]))

    def worst(line: Line) -> float:
        return line.off / max(line.noise, 1e-9)

    ordered = sorted((f for f in found if f.outside), key=worst, reverse=True)
    return Check(calibration, real, (*ordered, *(f for f in found if not f.outside)))


def _unstamped(run: Export, lines: Lines, calibration: Calibration) -> Export:
    """Take the resolution from as many simulated tickets of each tier as lack it in the export.

    Tools do not stamp every resolution, and those that lack it are not like the others: where most
    of them never left L1, the quantiles of those that have it are quantiles of other tickets.
    """
    top = find_levels(run, lines).top
    resolved = run.tickets.resolved_ms.copy()
    fitted = calibration.export.tickets.resolved_ms
    for tier in range(calibration.levels.tiers):
        own = calibration.levels.top == tier
        missing = float((fitted[own] == NOT_YET).mean()) if own.any() else 0.0
        at = np.flatnonzero(top == tier)
        resolved[at[spread([missing, 1 - missing], len(at), GOLDEN) == 0]] = NOT_YET
    return replace(run, tickets=replace(run.tickets, resolved_ms=resolved))


def predict(
    export: Export, *, share: float = 0.5, replications: int = REPLICATIONS, seed: int = 2
) -> Check:
    """Fit a desk to the first weeks of an export, and hold it against the last.

    Parameters
    ----------
    export : Export
    share : float
        Of the usable weeks, for the fit.

    Raises
    ------
    ExportError
        If there are fewer than two usable weeks.
    """
    from sim.calibrate.datapage import WEEK_DAYS, data_page  # noqa: PLC0415 - one use

    page = data_page(export)
    weeks = ((page.last - page.first).days + 1) // WEEK_DAYS
    if weeks < 2:  # noqa: PLR2004 - one to fit, one to predict
        raise ExportError(
            f"{export.source} has {weeks} usable weeks; a prediction needs two: one to fit, one to "
            "predict."
        )
    fitted = min(max(round(share * weeks), 1), weeks - 1)
    end = page.first + dt.timedelta(fitted * WEEK_DAYS - 1)
    calibration = calibrate(export, first=page.first, last=end)
    rest = export.between(end + dt.timedelta(1), page.last)
    return check(calibration, rest, replications=replications, seed=seed)


def _values(export: Export, lines: Lines) -> dict[str, tuple[str, float]]:
    """Return the figures that are compared, with their units; NaN for what is not known."""
    one = Figures(export, lines)
    levels = find_levels(export, lines)
    first, last = export.days_opened()
    weeks = ((last - first).days + 1) / 7
    found = {
        "tickets a week": ("count", len(export) / weeks),
        "in office hours": ("share", one.office_hours_share()),
        "began at L1": ("share", one.first_line_share()),
        "never left L1, of those that began there": ("share", one.never_left_share()),
        "last at L1": ("share", one.last_at_first_line_share()),
    }
    for count, share in enumerate(one.hand_off_shares()):
        found[f"{count} hand-overs"] = ("share", share)
    found["returned to a team it had left"] = ("share", one.returned_share())
    found["reopened"] = ("share", one.reopened_share())
    found["waited for the user"] = ("share", one.waited_for_user_share())
    known = export.tickets.resolved_ms != NOT_YET
    groups = {"": known, **_groups(one, levels)}
    for name, which in groups.items():
        if which.sum() < FEWEST:
            continue
        for quantile, hours in zip(QUANTILES, one.resolution_h(QUANTILES, which), strict=True):
            label = f"resolution p{100 * quantile:.0f}"
            found[f"{label}, {name}" if name else label] = ("hours", float(hours))
    for hours_ in (1, 4, 8, 24):
        share = one.resolved_within(hours_, known) if known.any() else float("nan")
        found[f"resolved within {hours_} h, of those resolved"] = ("share", share)
    return found


def _groups(one: Figures, levels: Levels) -> dict[str, np.ndarray]:
    """Return the tickets that stayed in L1, the others, and those of each priority."""
    alone = one.stayed_in_first_line()
    found = {"L1 only": alone, "others": ~alone}
    for code, label in enumerate(one.export.priorities):
        found[f"priority {label}"] = one.export.tickets.priority == code
    assert len(levels.top) == len(alone)
    return found


def _halves(export: Export) -> list[tuple[Export, Export]]:
    rng = np.random.default_rng(1)
    found = []
    for _ in range(SPLITS):
        left = rng.random(len(export)) < 0.5  # noqa: PLR2004 - halves
        found.append((export.where(left), export.where(~left)))
    return found


def _noise(export: Export, lines: Lines) -> dict[str, float]:
    """Return how much the figures of two halves of an export differ, on average.

    Counts are the exception: two halves of a random cut have nearly the same; their noise is that
    of weeks, so that of the export's own weeks is taken.
    """
    apart: dict[str, list[float]] = {}
    for left, right in _halves(export):
        a, b = _values(left, lines), _values(right, lines)
        for name in a.keys() & b.keys():
            unit, x = a[name]
            line = Line(name, unit, x, b[name][1], 0, 0, 0)
            apart.setdefault(name, []).append(line.off)
    noise = {name: float(np.nanmean(values)) for name, values in apart.items()}
    noise["tickets a week"] = _week_noise(export)
    return noise


def _week_noise(export: Export) -> float:
    first, last = export.days_opened()
    counts = []
    while first + dt.timedelta(6) <= last:
        counts.append(len(export.between(first, first + dt.timedelta(6))))
        first += dt.timedelta(7)
    if len(counts) < 2:  # noqa: PLR2004 - one week has no noise
        return float("inf")
    return float(np.mean(np.abs(np.diff(np.log(np.maximum(counts, 1))))))


def _distance_floor(export: Export, lines: Lines) -> dict[str, float]:
    found: dict[str, list[float]] = {}
    for left, right in _halves(export)[: SPLITS // 2]:
        for name, value in distances(left, lines, right, lines).items():
            found.setdefault(name, []).append(value)
    return {name: float(np.nanmean(values)) for name, values in found.items()}
