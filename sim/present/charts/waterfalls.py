"""Two sums taken apart: what becomes of tickets at the first line, and where late tickets lost time."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from sim import outcome
from sim.errors import TierSimError
from sim.present.charts.shared import (
    bare,
    curve_estimate,
    duration_axis,
    duration_ticks,
    from_zero,
    has_curve,
    in_hours,
    interval_bar,
    names_axis,
    share_axis,
)
from sim.present.numbers import measured
from sim.present.picture import SLIDE, Canvas, Chart
from sim.present.say import band_words, phrase
from sim.present.sentences import evidence_words, figure, footer
from sim.present.text import one_line
from sim.present.theme import DEFAULT, Theme
from sim.scenario.wording import did_you_mean, listed
from sim.study.asked import HEADLINE
from sim.study.claims import first_line
from sim.study.estimate import Estimate, mean_estimate
from sim.study.periods import period_words
from sim.study.ratio import ratio_parts
from sim.study.result import Result
from sim.study.study import Study
from sim.study.worst import worst
from sim.units import format_duration, format_share

if TYPE_CHECKING:
    from matplotlib.axes import Axes

L1: Final = "L1 resolution"
BREACHES: Final = "breaches"
_ROW: Final = 0.42
_OUT_OF_TIME: Final = "escalated, out of time"
_COULD_NOT: Final = "escalated, could not be solved"
_KEPT: Final = ("resolved at once", "resolved later")
_GIVEN_UP: Final = "given up or closed"


@dataclass(frozen=True)
class Step:
    """One bar of a waterfall.

    Attributes
    ----------
    name : str
    estimate : Estimate
        Its length.
    begin : float
        Where it starts.
    kind : {"part", "total"}
    """

    name: str
    estimate: Estimate
    begin: float
    kind: str = "part"

    @property
    def end(self) -> float:
        """Where it ends."""
        return self.begin + self.estimate.mean


def l1_resolution(study: Study, *, scenario: str | int = 0, theme: Theme = DEFAULT) -> Chart:
    """Draw what becomes of the tickets that begin at the first line, down to what it solves for good."""
    result = study[scenario]
    if not has_curve(result, "l1_fates"):
        raise TierSimError("the study kept no curve 'l1_fates'; run it with curves=True")
    steps = _l1_steps(result)
    bands = result.scenario.bands
    return Chart(
        L1,
        f"{phrase(first_line(result))}; {figure(result, 'l1_share_reopen_adjusted')} for good",
        f"Share of the decided tickets that began at the first line; open and abandoned ones left "
        f"out · {period_words(result.scenario)} · {evidence_words(study, HEADLINE)} · bands: healthy "
        f"{band_words(bands.healthy)}, well run {band_words(bands.well_run)}",
        footer(study, [result], brand=theme.footer),
        ("step", "share", "low", "high", "bar begins at"),
        [(s.name, s.estimate.mean, s.estimate.low, s.estimate.high, s.begin) for s in steps],
        lambda canvas: _draw_l1(canvas, result, steps),
        theme,
        phone_height=2.4 + _ROW * 1.15 * len(steps),
    )


def _l1_steps(result: Result) -> list[Step]:
    """Take 100 % apart, of all tickets of all replications together."""
    fates = outcome.axis("fate", result.scenario)
    of = {fate: place for place, fate in enumerate(fates)}
    counted = [one.curves["l1_fates"] for one in result.replications if "l1_fates" in one.curves]
    # Those that the metric `l1_share` has in its denominator.
    decided = [of[name] for name in (*_KEPT, _COULD_NOT, _OUT_OF_TIME)]

    def share(*names: str) -> Estimate:
        totals = np.array([float(counts[decided].sum()) for counts in counted])
        parts = np.array([float(sum(counts[of[name]] for name in names)) for counts in counted])
        shares = np.divide(parts, totals, out=np.full(len(totals), math.nan), where=totals > 0)
        return mean_estimate(ratio_parts(shares, totals), level=result.level)

    whole = Estimate(1.0, 1.0, 1.0, len(counted), result.level, 0.0)
    steps = [Step("begin at the first line", whole, 0.0, "total")]
    level = 1.0
    for name in (_COULD_NOT, _OUT_OF_TIME):
        part = share(name)
        if part.mean > 0:
            level -= part.mean
            steps.append(Step(name, part, level))
    resolved = share(*_KEPT)
    steps.append(Step("resolved there", resolved, 0.0, "total"))
    first, later = (share(name) for name in _KEPT)
    if not math.isnan(resolved.mean):
        steps.append(Step("of these at once", first, 0.0, "detail"))
        steps.append(Step("of these later", later, first.mean, "detail"))
    if {HEADLINE, "l1_share_reopen_adjusted"} <= set(result.metrics):
        good = result.estimate("l1_share_reopen_adjusted")
        gone = mean_estimate(
            result.parts(HEADLINE) - result.parts("l1_share_reopen_adjusted"), level=result.level
        )
        steps.append(Step("reopened", gone, good.mean))
        steps.append(Step("resolved for good", good, 0.0, "total"))
    return steps


def _draw_l1(canvas: Canvas, result: Result, steps: Sequence[Step]) -> None:
    colours = canvas.theme.colours
    (axes,) = canvas.axes()
    bands = result.scenario.bands
    for band, height, name in (
        (bands.well_run, -0.95, "well run"),
        (bands.healthy, -0.62, "healthy"),
    ):
        axes.axvspan(band.low, band.high, color=colours.grid, alpha=0.55, lw=0, zorder=0)
        axes.text(
            band.high - 0.005,
            height,
            f"{name} {band_words(band)}",
            fontsize=canvas.size.small,
            ha="right",
            va="center",
        )
    for row, step in enumerate(steps):
        colour = {"total": canvas.theme.series(0), "detail": canvas.theme.series(5)}.get(
            step.kind, colours.bad
        )
        hatch = "////" if step.kind == "part" else ""
        axes.barh(
            row,
            step.estimate.mean,
            0.52,
            step.begin,
            color=colour,
            alpha=0.85,
            hatch=hatch,
            edgecolor=colours.paper,
            linewidth=0,
        )
        _ends(axes, step, row, colours.ink)
        sign = "−" if step.kind == "part" else ""
        text = "100 %" if row == 0 else f"{sign}{measured(step.estimate, format_share)}"
        inside = step.kind != "part" and step.end > 0.5  # noqa: PLR2004 - room for the words
        axes.text(
            0.01 if inside else step.begin - 0.01,
            row,
            text,
            ha="left" if inside else "right",
            va="center",
            fontsize=canvas.size.text - 1,
            color="#FFFFFF" if inside and step.kind == "total" else colours.ink,
            fontweight="bold" if step.kind == "total" else "normal",
        )
    axes.set_xlim(0, 1)
    share_axis(axes.xaxis)
    names_axis(
        axes, [s.name for s in steps], shown=True, size=canvas.size.text - 1, colour=colours.ink
    )
    axes.set_ylim(len(steps) - 0.5, -1.15)
    bare(axes)


def _ends(axes: Axes, step: Step, row: int, colour: str) -> None:
    """Draw the interval at the end of a bar that moves."""
    estimate = step.estimate
    if step.kind == "part":
        # A loss grows to the left: its interval stands at its left end.
        shifted = Estimate(
            step.begin,
            step.begin - (estimate.high - estimate.mean),
            step.begin + (estimate.mean - estimate.low),
            estimate.n,
        )
    else:
        shifted = Estimate(
            step.end,
            step.end - (estimate.mean - estimate.low),
            step.end + estimate.high - estimate.mean,
            estimate.n,
        )
    if estimate.sd:
        interval_bar(axes, shifted, row, colour)


def breaches(
    study: Study,
    *,
    level: str | None = None,
    scenario: str | int = 0,
    theme: Theme = DEFAULT,
) -> Chart:
    """Draw where the time of late tickets went.

    Parameters
    ----------
    study : Study
    level : str, optional
        A service level; the one with the most breaches if absent.
    scenario : str or int
    """
    result = study[scenario]
    levels = [
        name for name in result.scenario.service_levels if has_curve(result, f"waterfall[{name}]")
    ]
    if not levels:
        raise TierSimError(f"{result.name!r} has no service level whose breaches were taken apart")
    if level is None:
        level = max(levels, key=lambda name: (_late(result, name), -levels.index(name)))
    if level not in levels:
        raise TierSimError(
            f"{result.name!r} has no service level {level!r}{did_you_mean(level, levels)}; "
            f"it has {', '.join(levels)}"
        )
    curve = f"waterfall[{level}]"
    causes = outcome.axis("cause", result.scenario)
    parts = [(cause, curve_estimate(result, curve, place)) for place, cause in enumerate(causes)]
    parts = [(cause, part) for cause, part in parts if part.mean > 0]
    parts.sort(key=lambda one: -one[1].mean)
    steps, begin = [], 0.0
    for cause, part in parts:
        steps.append(Step(cause, part, begin))
        begin += part.mean
    sums = [float(one.curves[curve].sum()) for one in result.replications]
    total = from_zero(mean_estimate(sums, level=result.level))
    steps.append(Step("all of it", total, 0.0, "total"))
    count = figure(result, f"breaches[{level}]")
    if parts:
        title = f"{one_line(result.name)}: {count} tickets missed {one_line(level)}; " + _most(
            result, curve, total, result.scenario.service_levels[level].pauses
        )
    else:
        title = f"{one_line(result.name)}: no ticket missed {one_line(level)}"
    return Chart(
        BREACHES,
        title,
        "Elapsed time of late tickets from the start of the clock, by cause, in total; the clock stands "
        "in closed hours and pauses · "
        f"{period_words(result.scenario)} · {evidence_words(study)}",
        footer(study, [result], brand=theme.footer),
        ("cause", "hours", "low, hours", "high, hours", "bar begins at, hours"),
        [
            (s.name, *map(in_hours, (s.estimate.mean, s.estimate.low, s.estimate.high, s.begin)))
            for s in steps
        ],
        lambda canvas: _draw_breaches(canvas, steps),
        theme,
        phone_height=2.3 + _ROW * 1.1 * len(steps),
        height=SLIDE.height,
    )


def _most(result: Result, curve: str, total: Estimate, pauses: Sequence[str]) -> str:
    """Say which cause took most of the time, where that is shown; the clock stands in closed hours."""
    causes = outcome.axis("cause", result.scenario)
    counted = [at for at, cause in enumerate(causes) if cause not in ("closed hours", *pauses)]
    stacked = np.stack([one.curves[curve] for one in result.replications if curve in one.curves])
    found = worst(stacked[:, counted], result.level).named
    told = f"in all they took {format_duration(total.mean)}"
    if not found:
        return told
    named = listed(
        f"{causes[counted[at]]}: {measured(curve_estimate(result, curve, counted[at]), format_duration)}"
        for at in found
    )
    which = (
        "most of their time went to " if len(found) == 1 else "most of their time went to one of "
    )
    return f"while the clock ran, {which}{named}; {told}"


def _late(result: Result, level: str) -> float:
    metric = f"breaches[{level}]"
    mean = result.estimate(metric).mean if metric in result.metrics else math.nan
    return -1.0 if math.isnan(mean) else mean


def _draw_breaches(canvas: Canvas, steps: Sequence[Step]) -> None:
    colours = canvas.theme.colours
    (axes,) = canvas.axes()
    total = steps[-1]
    ends = [s.begin + end for s in steps for end in (s.estimate.mean, s.estimate.high)]
    reach = max([1.0, *(end for end in ends if not math.isnan(end))])
    for row, step in enumerate(steps):
        whole = step.kind == "total"
        colour = colours.muted if whole else canvas.theme.series(row)
        axes.barh(row, step.estimate.mean, 0.36, step.begin, color=colour, alpha=0.85)
        _grows(axes, step, row, colours.ink)
        share = step.estimate.mean / total.estimate.mean if total.estimate.mean else 0.0
        text = measured(step.estimate, format_duration)
        axes.text(
            0.0,
            row - 0.23,
            text if whole else f"{format_share(share, 0)}: {text}",
            va="bottom",
            fontsize=canvas.size.text - 1.5,
            color=colours.ink,
            fontweight="bold" if whole else "normal",
        )
    axes.set_xlim(0, reach * 1.04)
    duration_axis(axes.xaxis, duration_ticks(reach, most=3 if canvas.narrow else 6))
    names_axis(axes, [s.name for s in steps], shown=True, size=canvas.size.text, colour=colours.ink)
    bare(axes)


def _grows(axes: Axes, step: Step, row: int, colour: str) -> None:
    """Draw the interval of a part at its right end."""
    estimate = step.estimate
    shifted = Estimate(step.end, step.begin + estimate.low, step.begin + estimate.high, estimate.n)
    interval_bar(axes, shifted, row, colour)
