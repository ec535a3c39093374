"""What each scenario changes against the first, on the same tickets."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from sim.errors import TierSimError
from sim.present.charts.shared import (
    bare,
    duration_axis,
    duration_ticks,
    heading,
    interval_bar,
    names_axis,
    nice_step,
    panel_grid,
    unit_of,
)
from sim.present.numbers import written_change
from sim.present.picture import SLIDE, Canvas, Chart, Value
from sim.present.say import phrase
from sim.present.sentences import EFFECT_MARKS, NOT_COMPARED, evidence_words, footer, written
from sim.present.text import one_line, plural, short_names, shortened
from sim.present.theme import DEFAULT, Theme
from sim.study.asked import words
from sim.study.findings import clearest
from sim.study.listing import judged_together
from sim.study.periods import period_words
from sim.study.study import Change, Study

if TYPE_CHECKING:
    from matplotlib.axes import Axes

DIFFERENCES: Final = "differences"
TORNADO: Final = "tornado"
COLUMNS: Final = (
    "scenario",
    "metric",
    "unit",
    "difference",
    "low",
    "high",
    "p adjusted (Holm)",
    "effect",
)
MOST_DIALS: Final = 15
_ROW: Final = 0.46
_NONE: Final = "○"
_HALF: Final = 0.34
"""Width that a label has on its side of 0 at least, as a part of a chart's."""
_EM: Final = 0.54
"""Mean width of a letter, as a part of its height."""
_WIDEST: Final = 3.2
"""Bars are never drawn shorter than that for their labels."""
_POINTS: Final = 72
_JUDGED: Final = "Holm's adjustment over all of them"
_EVEN_SO: Final = "; so also where one interval alone leaves out 0"
_TICKED: Final = 0.8
"""Part of an axis that has ticks: a label at its very end would reach into the next panel."""
_LEAST_REACH: Final = 0.001
"""A tenth of a point, the last digit that is written: a narrower axis would show noise as large."""
_GAP: Final = 2
"""Letters left free beside a label."""


def _needs_two(study: Study) -> None:
    if len(study) < 2:  # noqa: PLR2004 - a difference needs two
        raise TierSimError("a difference needs at least two scenarios")


def _rows(changes: Sequence[Change], currency: str) -> list[tuple[Value, ...]]:
    rows: list[tuple[Value, ...]] = []
    for one in changes:
        unit, by = unit_of(one.metric, currency)
        found = one.difference.estimate
        ends = (found.mean / by, found.low / by, found.high / by)
        rows.append((one.scenario, one.metric, unit, *ends, one.p_adjusted, one.effect))
    return rows


def differences(
    study: Study, *, metrics: Sequence[str] | None = None, theme: Theme = DEFAULT
) -> Chart:
    """Draw paired differences against the first scenario, metric by metric.

    Parameters
    ----------
    study : Study
    metrics : sequence of str, optional
        What was asked of the study if absent.
    """
    _needs_two(study)
    changes = study.changes(metrics)
    asked = list(dict.fromkeys(one.metric for one in changes))
    rows, _ = panel_grid(max(1, len(asked)), narrow=False, most=3)
    many = len(study) - 1
    paired = ", paired by replication" if study.common_tickets else ""
    return Chart(
        DIFFERENCES,
        phrase(clearest(study, changes), study),
        f"Difference against {one_line(study[0].name)}{paired} · "
        f"{period_words(study[0].scenario)} · {evidence_words(study)} · ▲ better  ▼ worse  "
        f"↑ higher  ↓ lower  ○ none shown ({_JUDGED}{_EVEN_SO if judged_together(study) else ''})",
        footer(study, brand=theme.footer),
        COLUMNS,
        _rows(changes, study[0].scenario.costs.currency),
        lambda canvas: _draw(canvas, study, changes, asked),
        theme,
        phone_height=2.1 + len(asked) * (0.72 + _ROW * many),
        height=max(SLIDE.height, 1.8 + rows * (0.72 + _ROW * many)),
    )


def _draw(canvas: Canvas, study: Study, changes: Sequence[Change], asked: list[str]) -> None:
    colours, size = canvas.theme.colours, canvas.size
    names = list(study.names[1:])
    short = [canvas.write(n) for n in short_names(names, 16 if canvas.narrow else 22)]
    rows, columns = panel_grid(max(1, len(asked)), narrow=canvas.narrow, most=3)
    for place, axes in enumerate(canvas.axes(rows, columns)):
        if place >= len(asked):
            axes.set_visible(False)
            continue
        metric = asked[place]
        heading(canvas, axes, words(metric).label, columns)
        reach = 0.0
        for change in changes:
            if change.metric != metric:
                continue
            estimate = change.difference.estimate
            at = names.index(change.scenario)
            if change.effect == NOT_COMPARED or math.isnan(estimate.mean):
                said = NOT_COMPARED if change.effect == NOT_COMPARED else "not measured"
                axes.text(0, at, said, fontsize=size.small, color=colours.muted)
                continue
            ends = [
                abs(e) for e in (estimate.mean, estimate.low, estimate.high) if not math.isnan(e)
            ]
            reach = max(reach, *ends)
            colour = _colour(canvas, change)
            interval_bar(axes, estimate, at, colour)
            hollow = change.effect == "no difference shown"
            axes.plot(
                estimate.mean,
                at,
                "o",
                ms=7,
                mfc=colours.paper if hollow else colour,
                mec=colour,
                mew=1.5,
                zorder=5,
            )
            currency = study[change.scenario].scenario.costs.currency
            mark = EFFECT_MARKS.get(change.effect, _NONE)
            axes.annotate(
                f"{mark} {written_change(metric, estimate, currency)}",
                (0, at - 0.2),
                xycoords=("axes fraction", "data"),
                fontsize=size.text - 1.5,
                va="bottom",
                color=colours.ink,
                bbox={"fc": colours.paper, "ec": "none", "pad": 0.8},
                zorder=3,
            )
        _difference_axis(axes, metric, reach, each_side=1)
        axes.axvline(0, color=colours.ink, lw=1, zorder=1)
        names_axis(axes, short, shown=place % columns == 0, size=size.text, colour=colours.ink)
        bare(axes)


def _colour(canvas: Canvas, change: Change) -> str:
    colours = canvas.theme.colours
    return {"better": colours.good, "worse": colours.bad, "no difference shown": colours.muted}.get(
        change.effect, canvas.theme.series(0)
    )


def _difference_axis(axes: Axes, metric: str, reach: float, *, each_side: int) -> None:
    """Label an axis of differences, symmetric about 0, with one or two ticks on each side."""
    known = words(metric)
    reach = max(reach * 1.12, _LEAST_REACH if known.share else 1e-9)
    axes.set_xlim(-reach, reach)
    if _is_duration(metric):
        positive = [tick for tick in duration_ticks(_TICKED * reach, most=2) if tick]
        if each_side == 1:
            positive = positive[-1:]
        duration_axis(axes.xaxis, [*(-tick for tick in reversed(positive)), 0, *positive])
        return
    step = nice_step(_TICKED * reach / each_side, below=True)
    ticks_at: list[Any] = [n * step for n in range(-each_side, each_side + 1)]
    if known.share:
        digits = max(0, -math.floor(math.log10(100 * step) + 1e-9))
        labels = [f"{100 * tick:+.{digits}f} pts" if tick else "0" for tick in ticks_at]
    else:
        labels = [f"{tick:+,.4g}" if tick else "0" for tick in ticks_at]
    axes.set_xticks(ticks_at, [label.replace("-", "−") for label in labels])


def _is_duration(metric: str) -> bool:
    from sim import outcome  # noqa: PLC0415 - asked once a chart

    try:
        return outcome.metric(metric).unit == "duration"
    except TierSimError:
        return False


def tornado(study: Study, metric: str, *, theme: Theme = DEFAULT) -> Chart:
    """Draw what each scenario does to one metric, the largest effect on top.

    Scenarios that turn the same dial up and down share a bar.

    Parameters
    ----------
    study : Study
        The base, and one scenario for each turn of a dial.
    metric : str
    """
    _needs_two(study)
    changes = [
        one for one in study.changes([metric]) if not math.isnan(one.difference.estimate.mean)
    ]
    dials: dict[str, list[Change]] = {}
    for change in changes:
        found = study[change.scenario].changes
        dial = ", ".join(found) if len(found) == 1 else change.scenario
        dials.setdefault(dial, []).append(change)
    ordered = sorted(
        dials.items(), key=lambda one: -max(abs(c.difference.estimate.mean) for c in one[1])
    )
    drawn = ordered[:MOST_DIALS]
    rest = len(ordered) - len(drawn)
    more = f" · {plural(rest, 'smaller one')} in the numbers" if rest else ""
    label = words(metric).label
    title = f"“{label}” was not measured"
    if ordered:
        title = phrase(clearest(study, changes), study)
    return Chart(
        TORNADO,
        title,
        f"{label}: difference against {one_line(study[0].name)}, which has "
        f"{study[0].estimate(metric).format(words(metric, study[0].scenario.costs.currency).write)} · "
        f"{period_words(study[0].scenario)} · {evidence_words(study, metric)}{more}",
        footer(study, brand=theme.footer),
        COLUMNS,
        _rows(
            [change for _, several in ordered for change in several],
            study[0].scenario.costs.currency,
        ),
        lambda canvas: _draw_tornado(canvas, study, metric, drawn),
        theme,
        phone_height=2.3 + 0.5 * len(drawn),
        height=max(SLIDE.height, 2.0 + 0.42 * len(drawn)),
    )


def _draw_tornado(
    canvas: Canvas, study: Study, metric: str, ordered: list[tuple[str, list[Change]]]
) -> None:
    colours, size = canvas.theme.colours, canvas.size
    (axes,) = canvas.axes()
    reach = 0.0
    for row, (_, several) in enumerate(ordered):
        for change in several:
            estimate = change.difference.estimate
            colour = _colour(canvas, change)
            axes.barh(row, estimate.mean, 0.42, color=colour, alpha=0.85)
            interval_bar(axes, estimate, row, colours.ink)
            ends = [
                abs(e) for e in (estimate.mean, estimate.low, estimate.high) if not math.isnan(e)
            ]
            reach = max(reach, *ends)
    letters = canvas.size.width * _HALF / (_EM * (size.text - 1.5) / _POINTS)
    most = reach
    for row, (_, several) in enumerate(ordered):
        for right in (False, True):
            here = [c for c in several if (c.difference.estimate.mean >= 0) == right]
            if not here:
                continue
            # Beyond every interval of the row, and one below the other: labels never meet.
            away = max(0.0, *(_away(c, right=right) for c in several))
            parts = "\n" if canvas.narrow or len(here) == 1 else " "
            label = "\n".join(parts.join(_turn(canvas, study, metric, c)) for c in here)
            room = 1 - (max(map(len, label.split("\n"))) + _GAP) / letters
            most = max(most, min(away / max(room, 0.01), _WIDEST * reach))
            axes.annotate(
                label,
                (away if right else -away, row),
                xytext=(5 if right else -5, 0),
                textcoords="offset points",
                ha="left" if right else "right",
                va="center",
                linespacing=1.15,
                fontsize=size.text - 1.5,
                color=colours.ink,
            )
    _difference_axis(axes, metric, most, each_side=1 if canvas.narrow else 2)
    axes.axvline(0, color=colours.ink, lw=1)
    names = [
        canvas.write(n) for n in short_names([n for n, _ in ordered], 18 if canvas.narrow else 34)
    ]
    names_axis(axes, names, shown=True, size=size.text - 1, colour=colours.ink)
    bare(axes)


def _away(change: Change, *, right: bool) -> float:
    """Return how far an interval reaches to one side of 0."""
    estimate = change.difference.estimate
    end = estimate.high if right else estimate.low
    return (1 if right else -1) * (estimate.mean if math.isnan(end) else end)


def _turn(canvas: Canvas, study: Study, metric: str, change: Change) -> tuple[str, ...]:
    """Write what a turn of a dial does, and what it was turned to: in two lines, if there is room."""
    scenario = study[change.scenario]
    found = list(scenario.changes.values())
    turned = f"→ {shortened(written(found[0][1]), 14)}" if len(found) == 1 else ""
    mean = written_change(metric, change.difference.estimate, scenario.scenario.costs.currency)
    number, bracket, ends = mean.partition(" (")
    first = f"{EFFECT_MARKS.get(change.effect, _NONE)} {number}"
    if canvas.narrow:
        lines = (first, turned)
    else:
        lines = (f"{first} {turned}".rstrip(), f"({ends}" if bracket else "")
    return tuple(canvas.write(line) for line in lines if line)
