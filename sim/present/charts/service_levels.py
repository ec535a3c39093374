"""Service levels of every scenario: how often each promise is kept, its goal, and how sure that is."""

from __future__ import annotations

from typing import Final

from sim.present.charts.shared import (
    bare,
    heading,
    interval_bar,
    names_axis,
    panel_grid,
    share_axis,
)
from sim.present.numbers import measured
from sim.present.picture import Canvas, Chart, Value
from sim.present.say import left, phrase
from sim.present.sentences import MARKS, evidence_words, footer
from sim.present.text import short_names
from sim.present.theme import DEFAULT, Theme
from sim.scenario.wording import listed
from sim.study.asked import level_metric
from sim.study.claims import kept_claim, left_unanswered
from sim.study.findings import levels_finding
from sim.study.periods import period_words
from sim.study.result import Result
from sim.study.study import Study
from sim.units import format_share

NAME: Final = "service levels"
HATCHES: Final = {"met": "", "missed": "////", "not yet known": "\\\\", "no verdict": ".."}
_MANY: Final = 8
_ROW: Final = 0.44
"""Inches for one scenario in one panel."""
COLUMNS: Final = (
    "scenario",
    "service level",
    "share met",
    "low",
    "high",
    "goal",
    "verdict",
    "share met without pauses",
)


def level_names(study: Study) -> list[str]:
    """List the service levels of all scenarios, in the order in which they come."""
    return list(dict.fromkeys(name for result in study for name in result.scenario.service_levels))


def _common(study: Study, name: str) -> bool:
    """Tell whether a service level is worth a panel: among many desks, not for one alone."""
    having = sum(name in result.scenario.service_levels for result in study)
    return len(study) <= _MANY or having * 4 >= len(study)


def without_pauses(result: Result, level: str) -> float | None:
    """Return the share that met a level when waiting for others counts too; None if not known."""
    metric = level_metric(f"{level}, no pauses")
    return result.estimate(metric).mean if metric in result.metrics else None


def finding(study: Study) -> str:
    """Say how many desks keep their promises; of one alone, which it does not keep."""
    if len(study) == 1:
        only = study[0]
        return phrase(only.trouble.claim(only.name) if only.trouble else kept_claim(only))
    return phrase(levels_finding(study))


def service_levels(study: Study, *, theme: Theme = DEFAULT) -> Chart:
    """Draw bars of every service level of every scenario, with goals and intervals."""
    levels = level_names(study)
    shown = [name for name in levels if _common(study, name)]
    few = f" · not drawn: {listed(n for n in levels if n not in shown)}" if shown != levels else ""
    rows: list[tuple[Value, ...]] = []
    for result in study:
        for name, verdict in result.verdicts.items():
            estimate = verdict.estimate
            rows.append(
                (
                    result.name,
                    name,
                    estimate.mean,
                    estimate.low,
                    estimate.high,
                    verdict.goal,
                    verdict.word,
                    without_pauses(result, name),
                )
            )
    first = level_metric(levels[0]) if levels else None
    return Chart(
        NAME,
        finding(study),
        f"Share of tickets that kept the promise · {period_words(study[0].scenario)} · "
        f"{evidence_words(study, first)} · ✓ met  ✗ missed  ? not yet known · "
        f"◇ when waiting for users and vendors counts too{few}",
        footer(study, brand=theme.footer),
        COLUMNS,
        rows,
        lambda canvas: _draw(canvas, study, shown),
        theme,
        phone_height=1.9 + max(1, len(shown)) * (0.62 + _ROW * len(study)),
        height=max(
            5.625,
            1.9 + panel_grid(max(1, len(shown)), narrow=False)[0] * (0.6 + _ROW * len(study)),
        ),
    )


def _draw(canvas: Canvas, study: Study, levels: list[str]) -> None:
    colours = canvas.theme.colours
    verdict_colours = {
        "met": colours.good,
        "missed": colours.bad,
        "not yet known": colours.unsure,
        "no verdict": colours.muted,
    }
    names = [canvas.write(name) for name in short_names(study.names, 16 if canvas.narrow else 24)]
    rows, columns = panel_grid(max(1, len(levels)), narrow=canvas.narrow)
    panels = canvas.axes(rows, columns)
    for place, axes in enumerate(panels):
        bare(axes)
        if place >= len(levels):
            axes.set_visible(False)
            continue
        level = levels[place]
        heading(canvas, axes, level, columns)
        for at, result in enumerate(study):
            if level not in result.scenario.service_levels:
                axes.text(
                    0.02,
                    at,
                    "no such promise",
                    fontsize=canvas.size.small,
                    va="center",
                    color=colours.muted,
                )
                continue
            verdict = result.verdict(level)
            mean = verdict.estimate.mean
            colour = verdict_colours[verdict.word]
            if verdict.estimate.n:
                hatch = HATCHES[verdict.word]
                axes.barh(
                    at,
                    mean,
                    0.34,
                    color=colour,
                    alpha=0.85,
                    hatch=hatch,
                    edgecolor=colours.paper,
                    linewidth=0,
                )
                interval_bar(axes, verdict.estimate, at, colours.ink)
            bare_share = without_pauses(result, level)
            if bare_share is not None and abs(bare_share - mean) > 0.005:  # noqa: PLR2004 - half a point
                axes.plot(
                    bare_share, at, "D", ms=5, mfc=colours.paper, mec=colours.ink, mew=1, zorder=5
                )
            axes.text(
                0.0,
                at - 0.22,
                f"{MARKS[verdict.word]} {measured(verdict.estimate, format_share)}"
                f"{left(left_unanswered(result, level))}",
                fontsize=canvas.size.text - 1.5,
                va="bottom",
                color=colours.ink,
            )
            goal = verdict.goal
            axes.plot([goal, goal], [at - 0.2, at + 0.3], color=colours.ink, lw=1.6, zorder=6)
        goals = {
            r.scenario.service_levels[level].goal
            for r in study
            if level in r.scenario.service_levels
        }
        for goal in goals:
            axes.annotate(
                f"goal {100 * goal:g} %",
                (goal, len(names) - 0.42),
                xytext=(-3, 0),
                textcoords="offset points",
                ha="right",
                va="bottom",
                fontsize=canvas.size.small,
                color=colours.ink,
            )
        axes.set_xlim(0, 1.04)
        share_axis(axes.xaxis, most=3)
        names_axis(
            axes, names, shown=place % columns == 0, size=canvas.size.text, colour=colours.ink
        )
