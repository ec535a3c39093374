"""An export beside the desk that was fitted to it: arrivals, times, weeks and backlog."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sim.calibrate.check import Check
from sim.calibrate.curves import ARRIVALS, BACKLOG, RESOLUTION, WEEKS, Curve
from sim.present.charts.backlog import clock
from sim.present.charts.shared import LOG_TICKS_MS, bare, duration_axis, line_style, share_axis
from sim.present.figure_names import GROUPS
from sim.present.picture import Canvas, Chart, Value
from sim.present.text import one_line, plural
from sim.present.theme import DEFAULT, Theme
from sim.scenario.quantities import WEEKDAYS
from sim.study.manifest import version
from sim.units import HOUR, MINUTE

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COLUMNS: Final = ("of", "at", "real", "simulated", "low 2.5 %", "high 97.5 %")
_HOURS: Final = 24
_GROUPS: Final = {"": "all", **GROUPS}
_LONGEST: Final = 90 * _HOURS * HOUR
_MOST_DATES: Final = 8


def fitted_charts(check: Check, *, theme: Theme = DEFAULT) -> list[Chart]:
    """Draw an export beside the desk.

    Returns
    -------
    list of Chart
        Resolution, arrivals, weeks (where there are at least two), backlog.
    """
    by_name: dict[str, list[Curve]] = {}
    for curve in check.curves:
        by_name.setdefault(curve.name, []).append(curve)
    makers = {RESOLUTION: _resolution, ARRIVALS: _arrivals, WEEKS: _weeks, BACKLOG: _backlog}
    return [make(check, by_name[name], theme) for name, make in makers.items() if name in by_name]


@dataclass(frozen=True)
class _Words:
    """What stands above a chart.

    Attributes
    ----------
    name, title : str
    what : str
        What is drawn, and of which tickets.
    """

    name: str
    title: str
    what: str


def _chart(
    check: Check,
    curves: Sequence[Curve],
    theme: Theme,
    words: _Words,
    draw: Callable[[Canvas], None],
) -> Chart:
    window = check.window
    rows: list[tuple[Value, ...]] = [
        (_GROUPS.get(curve.of, curve.of), *(float(part[at]) for part in _parts(curve)))
        for curve in curves
        for at in range(len(curve.at))
    ]
    kind = "predicted" if check.ahead else "fitted to"
    foot = (
        f"{one_line(check.real.source)} · {one_line(window.scenario.name)} · "
        f"TierSim {version()}{f' · {theme.footer}' if theme.footer else ''}"
    )
    return Chart(
        words.name,
        words.title,
        f"{words.what} · {window.first} to {window.last} ({kind}) · {plural(len(check.real), 'ticket')} · "
        f"simulated: mean and range of 95 % of {plural(check.replications, 'replication')}",
        foot,
        COLUMNS,
        rows,
        draw,
        theme,
        phone_height=4.0,
    )


def _parts(curve: Curve) -> tuple[np.ndarray, ...]:
    return curve.at, curve.real, curve.simulated, curve.low, curve.high


def _both(canvas: Canvas, axes: Axes, x: np.ndarray, curve: Curve, **style: Any) -> None:
    """Draw the export as a full dark line, the desk as a dashed coloured one with its range."""
    colours = canvas.theme.colours
    colour = style.pop("color", canvas.theme.series(0))
    axes.fill_between(x, curve.low, curve.high, color=colour, alpha=0.22, lw=0, **style)
    line: dict[str, Any] = {"drawstyle": "steps-post"} if style.get("step") else {}
    axes.plot(x, curve.real, color=colours.ink, lw=1.6, **line)
    axes.plot(x, curve.simulated, color=colour, lw=1.6, ls=line_style(1), **line)


def _legend(canvas: Canvas, axes: Axes, *, place: Any = "upper right") -> None:
    from matplotlib.lines import Line2D  # noqa: PLC0415 - heavy

    axes.legend(
        [
            Line2D([], [], color=canvas.theme.colours.ink, lw=1.6),
            Line2D([], [], color=canvas.theme.series(0), lw=1.6, ls=line_style(1)),
        ],
        ["export", "simulated"],
        loc=place,
        fontsize=canvas.size.text,
        frameon=False,
    )


def _resolution(check: Check, curves: Sequence[Curve], theme: Theme) -> Chart:
    line = next((one for one in check.lines if one.figure == "resolution p50"), None)
    title = "Hardly any time to resolution is known"
    if line is not None:
        title = (
            f"Half of the tickets are resolved within {line.shown(line.real)} in the export, "
            f"{line.shown(line.simulated)} on the desk "
            f"({line.shown(line.low)} to {line.shown(line.high)})"
        )

    def draw(canvas: Canvas) -> None:
        (axes,) = canvas.axes()
        axes.set_xscale("log")
        axes.set_xlim(MINUTE, _LONGEST)
        axes.set_ylim(0, 1)
        for place, curve in enumerate(curves):
            _both(canvas, axes, curve.at * HOUR, curve, color=canvas.theme.series(place))
        for place, (curve, height) in enumerate(zip(curves, (0.57, 0.86, 0.22), strict=False)):
            at = int(np.argmax(curve.real >= height))
            left = place == 1
            axes.annotate(
                _GROUPS.get(curve.of, curve.of),
                (float(curve.at[at]) * HOUR, height),
                xytext=(-7 if left else 7, 4 if left else -6),
                textcoords="offset points",
                ha="right" if left else "left",
                fontsize=canvas.size.text,
                fontweight="bold",
                color=canvas.theme.series(place),
                bbox={"fc": canvas.theme.colours.paper, "ec": "none", "alpha": 0.75, "pad": 1},
            )
        ticks = [tick for tick in LOG_TICKS_MS if MINUTE <= tick <= _LONGEST]
        duration_axis(axes.xaxis, ticks[:: 2 if canvas.narrow else 1])
        share_axis(axes.yaxis)
        axes.grid(axis="y")
        _legend(canvas, axes, place="lower right")

    what = "Share of tickets resolved within a time, of those whose resolution is known"
    return _chart(check, curves, theme, _Words("time to resolution", title, what), draw)


def _arrivals(check: Check, curves: Sequence[Curve], theme: Theme) -> Chart:
    (curve,) = curves
    busiest = int(np.argmax(curve.real))
    title = (
        f"The busiest hour of the export, {clock(busiest)}, has {curve.real[busiest]:.1f} tickets; "
        f"the desk gets {curve.simulated[busiest]:.1f} "
        f"({curve.low[busiest]:.1f} to {curve.high[busiest]:.1f})"
    )

    def draw(canvas: Canvas) -> None:
        (axes,) = canvas.axes()
        _both(canvas, axes, curve.at, curve, step="post")
        axes.set_xlim(0, len(curve.at))
        axes.set_ylim(0, None)
        days = range(len(WEEKDAYS))
        axes.set_xticks(
            [day * _HOURS + _HOURS / 2 for day in days], [day[:3] for day in WEEKDAYS], minor=True
        )
        axes.set_xticks([day * _HOURS for day in days], [""] * len(WEEKDAYS))
        axes.tick_params(axis="x", which="minor", length=0, labelsize=canvas.size.text)
        axes.grid()
        bare(axes)
        _legend(canvas, axes)

    what = "Tickets opened in each hour of the local week, mean of the weeks"
    return _chart(check, curves, theme, _Words("arrivals over the week", title, what), draw)


def _weeks(check: Check, curves: Sequence[Curve], theme: Theme) -> Chart:
    (curve,) = curves
    inside = int(((curve.real >= curve.low) & (curve.real <= curve.high)).sum())
    title = (
        f"{inside} of {plural(len(curve.at), 'week')}: as many tickets came as the desk would get, "
        "within its range"
    )

    def draw(canvas: Canvas) -> None:
        colours = canvas.theme.colours
        (axes,) = canvas.axes()
        axes.bar(
            curve.at,
            curve.real,
            0.62,
            color=colours.shade,
            edgecolor=colours.ink,
            lw=1,
            label="export",
        )
        error = [curve.simulated - curve.low, curve.high - curve.simulated]
        axes.errorbar(
            curve.at,
            curve.simulated,
            yerr=error,
            fmt="D",
            ms=4.5,
            color=canvas.theme.series(0),
            capsize=4,
            label="simulated",
        )
        axes.set_ylim(0, float(max(curve.real.max(), curve.high.max())) * 1.18)
        starts = [check.window.first + dt.timedelta(7 * week) for week in range(len(curve.at))]
        _dates(canvas, axes, curve.at, starts)
        axes.grid(axis="y")
        bare(axes)
        axes.legend(loc="upper right", ncols=2, fontsize=canvas.size.text, frameon=False)

    words = _Words("tickets a week", title, "Tickets opened in each whole week")
    return _chart(check, curves, theme, words, draw)


def _backlog(check: Check, curves: Sequence[Curve], theme: Theme) -> Chart:
    (curve,) = curves
    title = (
        f"At the end {curve.real[-1]:,.0f} tickets are open in the export, "
        f"{curve.simulated[-1]:,.0f} on the desk ({curve.low[-1]:,.0f} to {curve.high[-1]:,.0f})"
    )

    def draw(canvas: Canvas) -> None:
        (axes,) = canvas.axes()
        _both(canvas, axes, curve.at + 1, curve)
        axes.set_xlim(0, len(curve.at) + 0.5)
        axes.set_ylim(0, None)
        days = [check.window.first + dt.timedelta(int(day)) for day in curve.at]
        _dates(canvas, axes, curve.at + 1, days)
        axes.grid(axis="y")
        bare(axes)
        _legend(canvas, axes, place="upper left")

    what = (
        "Tickets opened in these days and open after each of them; those without a known "
        "resolution are left out"
    )
    return _chart(check, curves, theme, _Words("backlog beside the export", title, what), draw)


def _dates(canvas: Canvas, axes: Axes, at: np.ndarray, days: Sequence[dt.date]) -> None:
    most = _MOST_DATES // 2 if canvas.narrow else _MOST_DATES
    step = -(-len(days) // most)
    axes.set_xticks(list(at[::step]), [f"{day.day} {day:%b}" for day in days[::step]])


__all__ = ["COLUMNS", "fitted_charts"]
