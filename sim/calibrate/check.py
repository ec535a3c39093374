"""Hold a desk against an export: the client's own figures beside the simulated ones.

The noise of a figure is how much it differs between two halves of the export, cut at random many
times: nobody can ask a simulation to be nearer to the export than the export is to itself. What is
further off than twice the noise comes first. As many simulated tickets of each tier lose their
resolution as lack it in the export, so that quantiles are of like tickets.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from math import exp, isfinite
from typing import Final

import numpy as np

from sim.borders import harmless
from sim.calibrate.compared import (
    APART,
    FEWEST,
    Unit,
    Value,
    Window,
    least_difference_h,
    shown,
    values,
    weekly_counts,
)
from sim.calibrate.curves import RANGE, Curve, curves
from sim.calibrate.distances import distances
from sim.calibrate.figures import WEEK_DAYS
from sim.calibrate.fit import Calibration, calibrate
from sim.calibrate.lines import Lines
from sim.calibrate.mirror import Rehearsal, lines_of
from sim.calibrate.noted import Noted, as_noted, find_noted
from sim.calibrate.paths import find_levels
from sim.calibrate.promise import find_promise
from sim.calibrate.replay_kinds import GOLDEN, spread
from sim.errors import ExportError
from sim.intake.export import Export
from sim.units import HOUR, format_duration, format_share
from sim.workload.journeys import NOT_YET

SPLITS: Final = 20
TIMES_NOISE: Final = 2.0
REPLICATIONS: Final = 10
FEWEST_RUNS: Final = 2
"""Replications, below which they do not tell how they differ."""
_LITTLE: Final = 0.05
"""Hours added before taking logarithms: three minutes do not matter."""
_N_GRAM: Final = "n-gram distance"


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
        How much two halves of the export differ, in the unit of ``off``.
    fitted : float
        The figure in the tickets that the desk was fitted to: a difference from ``real`` is the
        export's own drift, which no desk fitted before can know.
    about : str
        One of the headings of ``sim.calibrate.compared``.
    """

    figure: str
    unit: Unit
    real: float
    simulated: float
    low: float
    high: float
    noise: float
    fitted: float = float("nan")
    about: str = ""

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

    def shown(self, value: float) -> str:
        """Write a value of this figure as people do."""
        if not isfinite(value):
            return "not known"
        if self.unit == "share":
            return format_share(value)
        if self.unit == "count":
            return f"{value:,.0f}"
        if self.unit == "hours" or self.figure != _N_GRAM:
            return format_duration(value * HOUR)
        return f"{value:.3f}"

    @property
    def noise_shown(self) -> str:
        """The noise in words: points of a share, a factor of hours and counts, a distance."""
        if not isfinite(self.noise):
            return "not known"
        if self.unit == "share":
            return f"{100 * self.noise:.1f} points"
        if self.unit in ("hours", "count"):
            return f"a factor of {exp(self.noise):.2f}"
        return self.shown(self.noise)

    @harmless
    def __str__(self) -> str:
        drift = ""
        if isfinite(self.fitted) and self.fitted != self.real:
            drift = f"; {self.shown(self.fitted)} in the weeks fitted"
        real = "" if self.unit == "distance" else f"{self.shown(self.real)} real, "
        flag = "  outside twice the noise" if self.outside else ""
        return (
            f"{self.figure}: {real}{self.shown(self.simulated)} simulated "
            f"({self.shown(self.low)} to {self.shown(self.high)}); "
            f"noise {self.noise_shown}{drift}{flag}"
        )


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
    curves : tuple of Curve
    window : Window
    replications : int
    if_right : tuple of float
        How many of the figures would lie within twice the noise if the desk were exactly right:
        mean over the replications, each held against the others as if it were the export, and the
        range of 95 % of them; NaN for one alone. Weeks of one desk differ more than random
        halves of the same weeks.
    """

    calibration: Calibration
    real: Export
    lines: tuple[Line, ...]
    curves: tuple[Curve, ...]
    window: Window
    replications: int
    if_right: tuple[float, float, float]

    def __getitem__(self, figure: str) -> Line:
        for line in self.lines:
            if line.figure == figure:
                return line
        raise KeyError(figure)

    @harmless
    def __str__(self) -> str:
        return "\n".join([*self.quiet_days(), *map(str, self.lines)])

    def quiet_days(self) -> tuple[str, ...]:
        """Say which of the days compared had hardly any tickets, though nobody told the desk so.

        Holidays that come after the weeks fitted cannot be known: what is off because of them comes
        before all else.
        """
        low = [
            day
            for day in self.calibration.page.low_days
            if self.window.first <= day <= self.window.last
            and day not in self.window.scenario.holidays
        ]
        if not low:
            return ()
        days = ", ".join(f"{day:%d %B}" for day in low)
        said = (
            f"{days}: hardly any tickets came, as on a holiday, and the desk was not told. Counts, "
            "arrivals and what follows from them are off by that."
        )
        return (said,)

    def outside(self) -> tuple[Line, ...]:
        """Return the figures outside twice the noise."""
        return tuple(line for line in self.lines if line.outside)

    @property
    def ahead(self) -> bool:
        """Whether it is a prediction: the tickets are later than those that the desk was fitted to."""
        return self.window.first > self.calibration.export.days_opened()[1]


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
            "period.warm_up": 0,
        },
        name=calibration.scenario.name,
    )
    lines = calibration.lines
    noted = find_noted(calibration.export, calibration.levels)
    runs = [
        (_as_written(run, own, calibration, noted), own)
        for run in Rehearsal(scenario).runs(replications, seed=seed)
        for own in [lines_of(scenario, run)]
    ]
    window = Window(first, last, scenario, find_promise(calibration.export))
    fitted_days = calibration.export.days_opened()
    before = values(
        calibration.export, lines, replace(window, first=fitted_days[0], last=fitted_days[1])
    )
    simulated = [values(run, own, window) for run, own in runs]
    noise = _noise(real, lines, window)
    found = []
    for name, one in shown(values(real, lines, window), real).items():
        got = [run[name].value for run in simulated if name in run]
        if isfinite(one.value) and np.isfinite(got).any() and name in noise:
            known = before[name].value if name in before else float("nan")
            found.append(_line(name, one, got, noise[name], known))
    # Nor do distances of times say anything where there are none.
    floor = _distance_floor(real, lines) if real.timed else {}
    apart = [distances(run, own, real, lines) for run, own in runs]
    found += [
        _line(name, Value(0.0, "distance", APART), got, floor[name])
        for name in floor
        if np.isfinite(got := [one[name] for one in apart]).any()
    ]

    between = [distances(*runs[n - 1], *one) for n, one in enumerate(runs)]

    def worst(line: Line) -> float:
        return line.off / max(line.noise, 1e-9)

    ordered = sorted((f for f in found if f.outside), key=worst, reverse=True)
    return Check(
        calibration,
        real,
        (*ordered, *(f for f in found if not f.outside)),
        curves(real, lines, runs, window),
        window,
        replications,
        _if_right(found, simulated, between),
    )


def _if_right(
    lines: list[Line], simulated: list[dict[str, Value]], between: list[dict[str, float]]
) -> tuple[float, float, float]:
    """Count, for each run in turn, the figures that are within twice the noise of the other runs."""
    if len(simulated) < FEWEST_RUNS:
        return float("nan"), float("nan"), float("nan")
    counts = []
    for number, run in enumerate(simulated):
        others = [one for at, one in enumerate(simulated) if at != number]
        held = []
        for line in lines:
            name, real, got = line.figure, 0.0, [between[number].get(line.figure, float("nan"))]
            if line.unit != "distance":
                real = run[name].value if name in run else float("nan")
                got = [one[name].value for one in others if name in one]
            if isfinite(real) and np.isfinite(got).any():
                mean = float(np.nanmean(got))
                held.append(not replace(line, real=real, simulated=mean).outside)
        counts.append(len(lines) * float(np.mean(held)) if held else float("nan"))
    low, high = np.nanquantile(counts, RANGE)
    return float(np.nanmean(counts)), float(low), float(high)


def _line(
    name: str, one: Value, got: list[float], noise: float, fitted: float = float("nan")
) -> Line:
    low, high = np.nanquantile(got, RANGE)
    ends = (float(np.nanmean(got)), float(low), float(high))
    return Line(name, one.unit, one.value, *ends, noise, fitted, one.about)


def _as_written(run: Export, lines: Lines, calibration: Calibration, noted: Noted | None) -> Export:
    """Return a simulated log as the people of the export, and its form, would have written it."""
    run = run if calibration.export.kind == "events" else run.as_table()
    run = _unstamped(run, lines, calibration)
    return run if noted is None else as_noted(run, find_levels(run, lines), noted)


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
    export: Export,
    *,
    first: dt.date | None = None,
    last: dt.date | None = None,
    share: float = 0.5,
    replications: int = REPLICATIONS,
    seed: int = 2,
) -> Check:
    """Fit a desk to the first weeks of an export, and hold it against the last.

    Parameters
    ----------
    export : Export
        The whole of it: how it drifted before the first day says which days foretell best.
    first, last : date, optional
        Of the weeks that are fitted or predicted, as for ``calibrate``.
    share : float
        Of these weeks, for the fit.

    Raises
    ------
    ExportError
        If there are fewer than two usable weeks.
    """
    from sim.calibrate.datapage import data_page  # noqa: PLC0415 - one use

    page, window = data_page(export), export.mapping.window
    first, last = first or window.first or page.first, last or window.last or page.last
    weeks = ((last - first).days + 1) // WEEK_DAYS
    if weeks < 2:  # noqa: PLR2004 - one to fit, one to predict
        raise ExportError(
            f"{export.source} has {weeks} usable weeks; a prediction needs two: one to fit, one to "
            "predict."
        )
    fitted = min(max(round(share * weeks), 1), weeks - 1)
    end = first + dt.timedelta(fitted * WEEK_DAYS - 1)
    calibration = calibrate(export, first=first, last=end, recent=True)
    rest = export.between(end + dt.timedelta(1), last)
    return check(calibration, rest, replications=replications, seed=seed)


def _halves(export: Export) -> list[tuple[Export, Export]]:
    rng = np.random.default_rng(1)
    found = []
    for _ in range(SPLITS):
        left = rng.random(len(export)) < 0.5  # noqa: PLR2004 - halves
        found.append((export.where(left), export.where(~left)))
    return found


def _noise(export: Export, lines: Lines, window: Window) -> dict[str, float]:
    """Return how much the figures of two halves of an export differ, on average.

    Counts are the exception: two halves of a random cut have nearly the same. What is between one
    week and the next is taken, where it is more.
    """
    apart: dict[str, list[float]] = {}
    for left, right in _halves(export):
        # Half a group has half its tickets: what the whole shows, its halves show too.
        a, b = (values(half, lines, window, fewest=FEWEST // 3) for half in (left, right))
        for name in a.keys() & b.keys():
            line = Line(name, a[name].unit, a[name].value, b[name].value, 0, 0, 0)
            apart.setdefault(name, []).append(line.off)
    found = {}
    weekly = _week_noise(export, window)
    # Half of it, since twice the noise is still no difference.
    stamp_h = least_difference_h(export) / TIMES_NOISE
    for name, one in values(export, lines, window).items():
        off = [o for o in apart.get(name, []) if isfinite(o)]
        if not off:
            continue
        found[name] = float(np.mean(off))
        if one.unit == "count":
            found[name] = max(found[name], weekly)
        if one.unit == "hours":
            stamp = float(np.log1p(stamp_h / (one.value + _LITTLE)))
            found[name] = max(found[name], stamp)
    return found


def _week_noise(export: Export, window: Window) -> float:
    if window.weeks < 2:  # noqa: PLR2004 - one week has no noise
        return float("inf")
    counts = np.maximum(weekly_counts(export, window), 1)
    return float(np.mean(np.abs(np.diff(np.log(counts)))))


def _distance_floor(export: Export, lines: Lines) -> dict[str, float]:
    found: dict[str, list[float]] = {}
    for left, right in _halves(export)[: SPLITS // 2]:
        for name, value in distances(left, lines, right, lines).items():
            found.setdefault(name, []).append(value)
    known = {name: [v for v in several if isfinite(v)] for name, several in found.items()}
    return {name: float(np.mean(several)) for name, several in known.items() if several}
