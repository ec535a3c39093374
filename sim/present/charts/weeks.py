"""Week by week: how often a promise is kept in each week, because a mean hides bad weeks."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from sim import outcome
from sim.errors import TierSimError
from sim.present.charts.shared import bare, has_curve, heading, panel_grid, share_axis
from sim.present.picture import SLIDE, Canvas, Chart, Value
from sim.present.say import goal_words
from sim.present.sentences import evidence_words, figure, footer
from sim.present.text import one_line
from sim.present.theme import DEFAULT, Theme
from sim.study.asked import level_metric
from sim.study.periods import period_words
from sim.study.result import Result
from sim.study.study import Study

NAME: Final = "weeks"
COLUMNS: Final = ("service level", "week", "mean share", "low 10 %", "high 90 %", "goal")


def weeks(study: Study, *, scenario: str | int = 0, theme: Theme = DEFAULT) -> Chart:
    """Draw a control chart of every service level: each week's share, its spread, and the goal."""
    result = study[scenario]
    levels = [
        name
        for name in result.scenario.service_levels
        if has_curve(result, f"weekly[{level_metric(name)}]")
    ]
    starts = outcome.axis("week", result.scenario)
    if not levels or not starts:
        raise TierSimError(f"{result.name!r} has no whole week with a service level in it")
    rows: list[tuple[Value, ...]] = []
    for name in levels:
        curve = result.curve(f"weekly[{level_metric(name)}]")
        goal = result.scenario.service_levels[name].goal
        rows += [
            (
                name,
                start.isoformat(),
                *(float(c[at]) for c in (curve.mean, curve.low, curve.high)),
                goal,
            )
            for at, start in enumerate(starts)
        ]
    count, _ = panel_grid(len(levels), narrow=False, most=2)
    return Chart(
        NAME,
        _finding(result, levels),
        f"Share of a week's tickets that kept the promise, by week of creation · "
        f"{period_words(result.scenario)} · {evidence_words(study)} · dot: mean, bar: 10–90 % of "
        "replications, line: goal, ✗: mean below it",
        footer(study, [result], brand=theme.footer),
        COLUMNS,
        rows,
        lambda canvas: _draw(canvas, result, levels),
        theme,
        phone_height=2.1 + 1.5 * len(levels),
        height=max(SLIDE.height, 1.8 + 1.6 * count),
    )


def _finding(result: Result, levels: list[str]) -> str:
    metrics = {name: f"weeks_met[{name}]" for name in levels}
    known = [
        name
        for name, metric in metrics.items()
        if metric in result.metrics and not math.isnan(result.estimate(metric).mean)
    ]
    if not known:
        return f"{one_line(result.name)}: no week could be judged"
    worst = min(known, key=lambda name: result.estimate(metrics[name]).mean)
    goal = goal_words(result.scenario.service_levels[worst])
    return (
        f"{one_line(result.name)}: {one_line(worst)} reaches its {goal} in "
        f"{figure(result, metrics[worst])} of weeks"
    )


def _draw(canvas: Canvas, result: Result, levels: list[str]) -> None:
    colours = canvas.theme.colours
    rows, columns = panel_grid(len(levels), narrow=canvas.narrow, most=2)
    starts = outcome.axis("week", result.scenario)
    x = np.arange(len(starts))
    for place, axes in enumerate(canvas.axes(rows, columns)):
        if place >= len(levels):
            axes.set_visible(False)
            continue
        name = levels[place]
        curve = result.curve(f"weekly[{level_metric(name)}]")
        goal = result.scenario.service_levels[name].goal
        metric = f"weeks_met[{name}]"
        heading(canvas, axes, name)
        axes.set_title(
            f"goal met in {figure(result, metric)} of weeks",
            loc="right",
            fontsize=canvas.size.small,
            color=colours.muted,
        )
        axes.axhline(goal, color=colours.ink, lw=1.2, ls=(0, (4, 3)))
        axes.vlines(x, curve.low, curve.high, color=canvas.theme.series(0), alpha=0.35, lw=5)
        below = curve.mean < goal
        axes.plot(x, curve.mean, color=canvas.theme.series(0), lw=1.2)
        axes.plot(x[~below], curve.mean[~below], "o", ms=5, color=canvas.theme.series(0))
        axes.plot(x[below], curve.mean[below], "X", ms=7, color=colours.bad, zorder=5)
        known = [float(v) for v in (*curve.low, goal) if not math.isnan(v)]
        low = max(0.0, math.floor(10 * (min(known) - 0.03)) / 10)
        axes.set_ylim(low, 1.02)
        share_axis(axes.yaxis, low, 1.0, most=4)
        axes.annotate(
            f"goal {100 * goal:g} %",
            (len(starts) - 0.5, goal),
            xytext=(0, -2),
            textcoords="offset points",
            ha="right",
            va="top",
            fontsize=canvas.size.small,
            bbox={"fc": colours.paper, "ec": "none", "alpha": 0.8, "pad": 0.5},
            zorder=6,
        )
        every = max(1, math.ceil(len(starts) / (4 if canvas.narrow else 6)))
        axes.set_xticks(x[::every], [f"{day.day} {day:%b}" for day in starts[::every]])
        axes.set_xlim(-0.6, len(starts) - 0.4)
        axes.grid(axis="y")
        bare(axes)
