"""How many tickets each tier holds: over the hours of a week, and over the days of the period."""

from __future__ import annotations

import datetime as dt
import math
from typing import TYPE_CHECKING, Final

import numpy as np

from sim import outcome
from sim.errors import TierSimError
from sim.present.charts.shared import bare, heading, line_style, nice_step
from sim.present.picture import Canvas, Chart, Value
from sim.present.say import phrase
from sim.present.sentences import evidence_words, figure, footer
from sim.present.text import one_line, plural
from sim.present.theme import DEFAULT, Theme
from sim.scenario.quantities import WEEKDAYS
from sim.study.periods import period_words
from sim.study.result import Curve, Result
from sim.study.study import Study
from sim.study.worst import worst_hour
from sim.units import DAY

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WEEK: Final = "backlog over the week"
PERIOD: Final = "backlog"
_HOURS: Final = 24
_MOST_DATES: Final = 8
_SPREAD: Final = "line: median, band: 10–90 % of replications"


def needed_curve(result: Result, name: str) -> Curve:
    """Return a curve of a result.

    Raises
    ------
    TierSimError
        If the study kept none.
    """
    if not any(name in one.curves for one in result.replications):
        raise TierSimError(f"the study kept no curve {name!r}; run it with curves=True")
    return result.curve(name)


def clock(hour: int) -> str:
    """Write an hour of the week.

    Examples
    --------
    >>> clock(9), clock(167)
    ('Mon 09:00', 'Sun 23:00')
    """
    return f"{WEEKDAYS[hour // _HOURS]} {hour % _HOURS:02}:00"


def backlog_week(study: Study, *, scenario: str | int = 0, theme: Theme = DEFAULT) -> Chart:
    """Draw the backlog of each tier by hour of the week; hours without staff are shaded."""
    result = study[scenario]
    curve = needed_curve(result, "backlog_by_hour")
    tiers = list(result.scenario.tiers)
    rows: list[tuple[Value, ...]] = [
        (
            tier,
            clock(hour),
            *(float(line[place, hour]) for line in (curve.median, curve.low, curve.high)),
        )
        for place, tier in enumerate(tiers)
        for hour in range(curve.mean.shape[1])
    ]
    return Chart(
        WEEK,
        _week_finding(result, tiers, curve),
        f"Open tickets that each tier holds, by hour of the week · {period_words(result.scenario)} · "
        f"{evidence_words(study)} · {_SPREAD} · shaded: nobody on shift",
        footer(study, [result], brand=theme.footer),
        ("tier", "hour of the week", "median tickets", "low 10 %", "high 90 %"),
        rows,
        lambda canvas: _draw_week(canvas, result, tiers, curve),
        theme,
        phone_height=2.2 + 1.35 * len(tiers),
    )


def _week_finding(result: Result, tiers: list[str], curve: Curve) -> str:
    if np.isnan(curve.median).all():
        return f"{one_line(result.name)}: no backlog was measured"
    return phrase(worst_hour(result, "backlog_by_hour", tiers))


def closed_hours(result: Result) -> list[tuple[int, int]]:
    """Return the spans of the week in which no agent is there, as hours from Monday 00:00.

    A tier that a provider runs has no agents; such a desk has no closed hours to show.
    """
    scenario = result.scenario
    if any(tier.provider for tier in scenario.tiers.values()):
        return []
    if not any("staff_by_hour" in one.curves for one in result.replications):
        return []
    staff = result.curve("staff_by_hour").mean
    empty = (np.nan_to_num(staff).sum(axis=0) < 1e-9).ravel()  # noqa: PLR2004 - nobody, but for rounding
    spans = []
    begin = None
    for hour, closed in enumerate([*empty, False]):
        if closed and begin is None:
            begin = hour
        elif not closed and begin is not None:
            spans.append((begin, hour))
            begin = None
    return spans


def _draw_week(canvas: Canvas, result: Result, tiers: list[str], curve: Curve) -> None:
    colours = canvas.theme.colours
    panels = canvas.axes(len(tiers), 1, sharex=True)
    hours = np.arange(curve.mean.shape[1])
    for place, (axes, tier) in enumerate(zip(panels, tiers, strict=True)):
        for begin, end in closed_hours(result):
            axes.axvspan(begin, end, color=colours.shade, lw=0, zorder=0)
        _line(canvas, axes, hours + 0.5, curve, place)
        heading(canvas, axes, tier)
        _count_axis(axes, curve.high[place])
        axes.set_xlim(0, len(hours))
        middles = [day * _HOURS + _HOURS // 2 for day in range(len(WEEKDAYS))]
        axes.set_xticks(middles, list(WEEKDAYS))
        axes.tick_params(axis="x", length=0, labelsize=canvas.size.text)
        for day in range(1, len(WEEKDAYS)):
            axes.axvline(day * _HOURS, color=colours.grid, lw=0.7, zorder=0)


def _line(canvas: Canvas, axes: Axes, x: np.ndarray, curve: Curve, place: int) -> None:
    colour = canvas.theme.series(place)
    axes.fill_between(x, curve.low[place], curve.high[place], color=colour, alpha=0.22, lw=0)
    axes.plot(x, curve.median[place], color=colour, ls=line_style(place), lw=1.7)


def _count_axis(axes: Axes, high: np.ndarray) -> None:
    top = float(np.nanmax(high)) if not np.isnan(high).all() else 1.0
    top = max(top * 1.08, 1e-6)
    step = max(nice_step(top / 3), 0.01)
    axes.set_ylim(0, top)
    ticks = [n * step for n in range(math.floor(top / step) + 1)]
    digits = max(0, -math.floor(math.log10(step)))
    axes.set_yticks(ticks, [f"{tick:,.{digits}f}" for tick in ticks])
    axes.grid(axis="y")
    bare(axes)


def backlog_period(study: Study, *, scenario: str | int = 0, theme: Theme = DEFAULT) -> Chart:
    """Draw the backlog of each tier by day of the period, the warm-up shaded."""
    result = study[scenario]
    curve = needed_curve(result, "backlog_by_day")
    tiers = list(result.scenario.tiers)
    days: list[dt.date] = outcome.axis("day", result.scenario)
    rows: list[tuple[Value, ...]] = [
        (
            tier,
            day.isoformat(),
            *(float(line[place, at]) for line in (curve.median, curve.low, curve.high)),
        )
        for place, tier in enumerate(tiers)
        for at, day in enumerate(days)
    ]
    return Chart(
        PERIOD,
        f"{one_line(result.name)}: {figure(result, 'backlog[mean]')} tickets are open at once on "
        f"average, {figure(result, 'backlog[end]')} at the end",
        f"Open tickets that each tier holds, on average over each day · {plural(len(days), 'day')} from "
        f"{days[0].day} {days[0]:%b %Y} · {evidence_words(study)} · {_SPREAD} · shaded: warm-up, "
        f"not counted{', and holidays' if result.scenario.holidays else ''}",
        footer(study, [result], brand=theme.footer),
        ("tier", "day", "median tickets", "low 10 %", "high 90 %"),
        rows,
        lambda canvas: _draw_period(canvas, result, tiers, curve, days),
        theme,
        phone_height=2.2 + 1.35 * len(tiers),
    )


def _draw_period(
    canvas: Canvas, result: Result, tiers: list[str], curve: Curve, days: list[dt.date]
) -> None:
    colours = canvas.theme.colours
    panels = canvas.axes(len(tiers), 1, sharex=True)
    x = np.arange(len(days))
    warm_up = result.scenario.period.warm_up / DAY
    mondays = [at for at, day in enumerate(days) if day.weekday() == 0] or [0]
    every = math.ceil(len(mondays) / (_MOST_DATES // (2 if canvas.narrow else 1)))
    for place, (axes, tier) in enumerate(zip(panels, tiers, strict=True)):
        if warm_up:
            axes.axvspan(0, warm_up, color=colours.shade, lw=0, zorder=0)
        for at, day in enumerate(days):
            if day in result.scenario.holidays:
                axes.axvspan(at, at + 1, color=colours.grid, lw=0, zorder=0)
        _line(canvas, axes, x + 0.5, curve, place)
        heading(canvas, axes, tier)
        _count_axis(axes, curve.high[place])
        axes.set_xlim(0, len(days))
        ticks = mondays[::every]
        axes.set_xticks(ticks, [f"{days[at].day} {days[at]:%b}" for at in ticks])
        axes.tick_params(axis="x", length=3, labelsize=canvas.size.text)
