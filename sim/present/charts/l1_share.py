"""The share that the first line resolves, in three fair definitions, in the bands it should lie in."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from sim.present.charts.shared import bare, interval_bar, names_axis, share_axis
from sim.present.numbers import measured
from sim.present.picture import SLIDE, Canvas, Chart, Value
from sim.present.say import band_words, phrase
from sim.present.sentences import change, evidence_words, footer
from sim.present.text import one_line, short_names
from sim.present.theme import DEFAULT, Theme
from sim.scenario.promises import Band
from sim.study.asked import HEADLINE
from sim.study.claims import first_line
from sim.study.findings import share_changed
from sim.study.periods import period_words
from sim.study.study import Study
from sim.units import format_share

if TYPE_CHECKING:
    from matplotlib.axes import Axes

NAME: Final = "L1 share"
DEFINITIONS: Final = {HEADLINE: "o", "l1_share_all": "s", "l1_share_last": "D"}
"""Each definition, with its mark."""
COLUMNS: Final = ("scenario", "metric", "share", "low", "high")
_APART: Final = 0.24
_ROW: Final = 0.8


def finding(study: Study) -> str:
    """Say what share the first scenario's first line resolves, and whose change of it is the surest."""
    sentence, changed = phrase(first_line(study[0])), share_changed(study)
    if changed is None:
        return sentence
    return f"{sentence}; {one_line(changed.of[0])}: {change(study[changed.of[0]], HEADLINE)}"


def l1_share(study: Study, *, theme: Theme = DEFAULT) -> Chart:
    """Draw the three shares of the first line of every scenario, over both bands."""
    rows: list[tuple[Value, ...]] = []
    for result in study:
        for metric in DEFINITIONS:
            if metric in result.metrics:
                estimate = result.estimate(metric)
                rows.append((result.name, metric, estimate.mean, estimate.low, estimate.high))
    bands = study[0].scenario.bands
    return Chart(
        NAME,
        finding(study),
        f"Share of tickets that the first line resolves: ● of what began there  ■ of all tickets  "
        f"◆ last handled there · "
        f"{period_words(study[0].scenario)} · {evidence_words(study, HEADLINE)} · "
        f"bands: healthy {band_words(bands.healthy)}, well run {band_words(bands.well_run)}",
        footer(study, brand=theme.footer),
        COLUMNS,
        rows,
        lambda canvas: _draw(canvas, study),
        theme,
        phone_height=2.6 + _ROW * 0.8 * len(study),
        height=max(SLIDE.height, 2.4 + _ROW * len(study)),
    )


def _draw(canvas: Canvas, study: Study) -> None:
    colours, size = canvas.theme.colours, canvas.size
    (axes,) = canvas.axes()
    names = [canvas.write(name) for name in short_names(study.names, 16 if canvas.narrow else 26)]
    bands = study[0].scenario.bands
    _band(canvas, axes, "well run", bands.well_run, -0.9)
    _band(canvas, axes, "healthy", bands.healthy, -0.62)
    for row, result in enumerate(study):
        for number, (metric, marker) in enumerate(DEFINITIONS.items()):
            if metric not in result.metrics:
                continue
            estimate = result.estimate(metric)
            if math.isnan(estimate.mean):
                continue
            at = row + (number - 1) * _APART
            headline = metric == HEADLINE
            colour = canvas.theme.series(0) if headline else colours.muted
            interval_bar(axes, estimate, at, colour)
            axes.plot(estimate.mean, at, marker, ms=8 if headline else 6, color=colour, zorder=5)
            axes.text(
                0.0,
                at,
                measured(estimate, format_share),
                fontsize=size.text - (0 if headline else 1.5) - (1 if canvas.narrow else 0),
                color=colours.ink if headline else colours.muted,
                fontweight="bold" if headline else "normal",
                va="center",
            )
    axes.set_xlim(0, 1)
    share_axis(axes.xaxis)
    names_axis(axes, names, shown=True, size=size.text, colour=colours.ink)
    axes.set_ylim(len(names) - 0.4, -1.06)
    bare(axes)


def _band(canvas: Canvas, axes: Axes, name: str, band: Band, at: float) -> None:
    colours = canvas.theme.colours
    axes.axvspan(band.low, band.high, color=colours.grid, alpha=0.55, zorder=0, lw=0)
    axes.text(
        band.high - 0.005,
        at,
        f"{name} {band_words(band)}",
        fontsize=canvas.size.small,
        color=colours.ink,
        ha="right",
        va="center",
    )
