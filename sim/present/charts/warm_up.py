"""Welch's plot: when the desk has filled up, beside the warm-up that the scenario states."""

from __future__ import annotations

import datetime as dt
import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sim import outcome
from sim.present.charts.backlog import needed_curve
from sim.present.charts.shared import bare, nice_step
from sim.present.picture import Canvas, Chart, Value
from sim.present.sentences import evidence_words, footer
from sim.present.text import one_line, plural
from sim.present.theme import DEFAULT, Theme
from sim.study.estimate import mean_estimate
from sim.study.result import DAYS_PER_WEEK, Result
from sim.study.settling import CURVE, Settling, settling
from sim.study.study import Study
from sim.study.warmup import welch
from sim.units import DAY

NAME: Final = "warm up"
COLUMNS: Final = (
    "day",
    "mean open tickets",
    "moving average",
    "moving average, low",
    "moving average, high",
    "stated warm-up",
)
WINDOW: Final = DAYS_PER_WEEK
"""Days on each side: two weeks and a day, so that the pattern of the week is smoothed away."""
_MOST_DATES: Final = 8


def warm_up(study: Study, *, scenario: str | int = 0, theme: Theme = DEFAULT) -> Chart:
    """Draw Welch's plot of the backlog: daily means over replications, and their moving average."""
    result = study[scenario]
    series = needed_curve(result, CURVE).mean.sum(axis=0)
    found = settling(result)
    window = min(WINDOW, max(len(series) // 2 - 1, 0))
    smooth = welch(series, window)
    band = _band(result, window)
    days: list[dt.date] = outcome.axis("day", result.scenario)
    stated = result.scenario.period.warm_up / DAY
    rows: list[tuple[Value, ...]] = [
        (
            day.isoformat(),
            float(series[at]),
            *(float(line[at]) if at < len(line) else math.nan for line in (smooth, *band)),
            "yes" if at < stated else "no",
        )
        for at, day in enumerate(days)
    ]
    return Chart(
        NAME,
        f"{one_line(result.name)}: {_finding(found)}",
        f"Open tickets of all tiers, mean of each day over replications, and its moving average over "
        f"{2 * window + 1} days (Welch), with its interval as a band · {plural(len(days), 'day')} from {days[0].day} "
        f"{days[0]:%b %Y} · {evidence_words(study)} · shaded: stated warm-up",
        footer(study, [result], brand=theme.footer),
        COLUMNS,
        rows,
        lambda canvas: _draw(canvas, (series, smooth, *band), days, found),
        theme,
    )


def _band(result: Result, window: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the ends of the interval of the moving average; NaN of one replication alone."""
    smooth = [
        welch(one.curves[CURVE].sum(axis=0), window)
        for one in result.replications
        if CURVE in one.curves
    ]
    told = [mean_estimate(values, level=result.level) for values in np.transpose(smooth)]
    return np.array([one.low for one in told]), np.array([one.high for one in told])


def _finding(found: Settling) -> str:
    stated = plural(found.stated, "week")
    if found.early is None:
        return f"whether {stated} of warm-up are enough cannot be told from so little"
    if not found.too_short:
        return f"nothing speaks clearly against a warm-up of {stated}"
    if found.grows:
        return "the backlog still grows when the period ends"
    longer = "" if found.proposed is None else f", MSER proposes {plural(found.proposed, 'week')}"
    return f"a warm-up of {stated} is too short{longer}"


def _draw(
    canvas: Canvas, lines: tuple[NDArray[np.float64], ...], days: list[dt.date], found: Settling
) -> None:
    series, smooth, low, high = lines
    colours, size = canvas.theme.colours, canvas.size
    (axes,) = canvas.axes()
    middle = np.arange(len(series)) + 0.5
    if found.stated:
        axes.axvspan(0, found.stated * DAYS_PER_WEEK, color=colours.shade, lw=0, zorder=0)
    axes.plot(middle, series, color=colours.muted, lw=0.9, marker=".", ms=3)
    axes.plot(middle[: len(smooth)], smooth, color=canvas.theme.series(0), lw=2.4)
    axes.fill_between(
        middle[: len(smooth)],
        np.maximum(low, 0),
        high,
        color=canvas.theme.series(0),
        alpha=0.22,
        lw=0,
    )
    top = 1.15 * max(float(np.nanmax([*series, *high])), 1e-6)
    axes.set_ylim(0, top)
    if found.proposed is not None and not found.grows:
        at = found.proposed * DAYS_PER_WEEK
        axes.axvline(at, color=colours.ink, lw=1.2, ls=(0, (4, 3)))
        axes.annotate(
            "MSER: steadiest from here on",
            (at, top),
            xytext=(4, -4),
            textcoords="offset points",
            va="top",
            fontsize=size.small,
            color=colours.ink,
        )
    step = max(nice_step(top / 4), 0.01)
    digits = max(0, -math.floor(math.log10(step)))
    ticks = [n * step for n in range(math.floor(top / step) + 1)]
    axes.set_yticks(ticks, [f"{tick:,.{digits}f}" for tick in ticks])
    mondays = [at for at, day in enumerate(days) if day.weekday() == 0] or [0]
    every = math.ceil(len(mondays) / (_MOST_DATES // (2 if canvas.narrow else 1)))
    shown = mondays[::every]
    axes.set_xticks(shown, [f"{days[at].day} {days[at]:%b}" for at in shown])
    axes.set_xlim(0, len(days))
    axes.grid(axis="y")
    bare(axes)
