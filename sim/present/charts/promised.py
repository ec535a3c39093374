"""How long it took on the clock that was promised: each line reaches its target at the service level."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import numpy as np

from sim import outcome
from sim.present.charts.shared import (
    LOG_TICKS_MS,
    duration_axis,
    has_curve,
    in_hours,
    line_style,
    share_axis,
)
from sim.present.picture import Canvas, Chart, Value
from sim.present.say import CLOCKS, promise
from sim.present.sentences import evidence_words, figure, footer
from sim.present.text import one_line, shortened
from sim.present.theme import Theme
from sim.scenario.promises import ServiceLevel
from sim.scenario.targets import target_text
from sim.study.asked import level_metric
from sim.study.periods import period_words
from sim.study.result import Result
from sim.study.study import Study
from sim.units import HOUR, MINUTE

if TYPE_CHECKING:
    from matplotlib.axes import Axes

NAMES: Final = {"response": "response time", "resolution": "resolution time"}
_CLOCK: Final = {"response": "respond", "resolution": "resolve"}
_SHORTEST: Final = MINUTE
_AT_LEAST: Final = 8 * HOUR
_BEYOND: Final = 6
"""How many times the longest target is drawn."""


def promises_on(result: Result, clock: str) -> dict[str, ServiceLevel]:
    """Return the service levels of a clock whose times the study has kept."""
    return {
        name: level
        for name, level in result.scenario.service_levels.items()
        if level.clock == clock and has_curve(result, _curve(name))
    }


def _curve(level: str) -> str:
    return f"promise_ecdf[{level}]"


def promised_times(study: Study, what: str, result: Result, *, theme: Theme) -> Chart:
    """Draw how long tickets took on the clock of each promise, beside its target and its goal.

    Parameters
    ----------
    study : Study
    what : {"response", "resolution"}
    result : Result
        The scenario that is drawn.
    theme : Theme
    """
    levels = promises_on(result, _CLOCK[what])
    grid: Sequence[int] = outcome.axis("time", result.scenario)
    rows: list[tuple[Value, ...]] = []
    for name in levels:
        curve = result.curve(_curve(name))
        for place, at_ms in enumerate(grid):
            points = curve.mean[place], curve.low[place], curve.high[place]
            rows.append((name, in_hours(at_ms), *map(float, points)))
    return Chart(
        NAMES[what],
        _finding(result, levels),
        f"Share of tickets {CLOCKS[_CLOCK[what]].removesuffix(' within')} within a time on the clock "
        "of the promise: its own hours, less its pauses · "
        f"{period_words(result.scenario)} · {evidence_words(study)}; bands: 10–90 % of replications "
        "· dashed: target, bar on it: goal, dot: service level",
        footer(study, [result], brand=theme.footer),
        ("promise", "time, hours", "share", "low 10 %", "high 90 %"),
        rows,
        lambda canvas: _draw(canvas, result, levels, grid),
        theme,
        phone_height=5.2,
    )


def _finding(result: Result, levels: dict[str, ServiceLevel]) -> str:
    """Tell of the promise with the least room."""
    room = {name: result.verdict(name).estimate.mean - level.goal for name, level in levels.items()}
    known = {name: value for name, value in room.items() if not math.isnan(value)}
    name = min(known, key=known.__getitem__) if known else next(iter(levels))
    told = f"{figure(result, level_metric(name))} {promise(levels[name])}"
    return f"{one_line(result.name)}, {one_line(name)}: {told}"


def _draw(
    canvas: Canvas, result: Result, levels: dict[str, ServiceLevel], grid: Sequence[int]
) -> None:
    colours = canvas.theme.colours
    (axes,) = canvas.axes()
    longest = max(_AT_LEAST, _BEYOND * max(level.within for level in levels.values()))
    times = np.array(grid, dtype=np.float64)
    seen = (times >= _SHORTEST) & (times <= longest)
    axes.set_xscale("log")
    axes.set_xlim(_SHORTEST, longest)
    axes.set_ylim(0, 1)
    for place, (name, level) in enumerate(levels.items()):
        colour, curve = canvas.theme.series(place), result.curve(_curve(name))
        if np.isnan(curve.mean).all():
            continue
        axes.fill_between(
            times[seen], curve.low[seen], curve.high[seen], color=colour, alpha=0.16, lw=0
        )
        # Through the service level itself, which the grid of times may miss by a little.
        x = np.append(times[seen], level.within)
        y = np.append(curve.mean[seen], result.estimate(level_metric(name)).mean)
        order = np.argsort(x, kind="stable")
        axes.plot(x[order], y[order], color=colour, ls=line_style(place), lw=1.8)
        _target(axes, result, name, level, colour)
    _words(canvas, axes, levels)
    ticks = [tick for tick in LOG_TICKS_MS if _SHORTEST <= tick <= longest]
    duration_axis(axes.xaxis, ticks[:: 2 if canvas.narrow else 1])
    share_axis(axes.yaxis)
    axes.grid(axis="y", color=colours.grid)
    axes.tick_params(labelsize=canvas.size.text)


def _target(axes: Axes, result: Result, name: str, level: ServiceLevel, colour: str) -> None:
    """Mark a target, its goal, and how often it is met."""
    axes.axvline(level.within, color=colour, ls=(0, (4, 3)), lw=1)
    wide = 1.12
    axes.plot(
        [level.within / wide, level.within * wide],
        [level.goal, level.goal],
        color=colour,
        lw=3.2,
        solid_capstyle="butt",
        zorder=5,
    )
    met = result.estimate(level_metric(name)).mean
    axes.plot([level.within], [met], "o", ms=6, color=colour, mec="white", zorder=6)


def _words(canvas: Canvas, axes: Axes, levels: dict[str, ServiceLevel]) -> None:
    """Name the targets above the picture, in steps so that no two stand on each other."""
    begin, end = (math.log(edge) for edge in axes.get_xlim())
    step_pt = canvas.size.small * 1.35
    # From right to left, so that lines do not run through the words of others.
    ordered = sorted(levels.items(), key=lambda one: -one[1].within)
    for step, (name, level) in enumerate(ordered):
        late = (math.log(level.within) - begin) / (end - begin) > (0.5 if canvas.narrow else 0.8)
        goal = "" if canvas.narrow else f", goal {100 * level.goal:g} %"
        axes.annotate(
            canvas.write(f"{shortened(name, 20)}: {target_text(level.within)}{goal}"),
            (level.within, 1.0),
            xytext=(-3 if late else 3, 3 + step * step_pt),
            textcoords="offset points",
            ha="right" if late else "left",
            fontsize=canvas.size.small,
            color=canvas.theme.series(list(levels).index(name)),
            bbox={"fc": canvas.theme.colours.paper, "ec": "none", "pad": 0.5},
            annotation_clip=False,
            zorder=7,
        )
        axes.annotate(
            "",
            (level.within, 1.0),
            xytext=(0, 3 + (step + 1) * step_pt),
            textcoords="offset points",
            arrowprops={"arrowstyle": "-", "lw": 0.8, "color": canvas.theme.colours.muted},
            annotation_clip=False,
        )
