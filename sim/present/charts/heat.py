"""The week at a glance: how busy people are and how long tickets wait, by weekday and hour."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from sim import outcome
from sim.present.charts.backlog import needed_curve
from sim.present.charts.shared import heading
from sim.present.picture import Canvas, Chart, Value
from sim.present.say import phrase
from sim.present.sentences import evidence_words, figure, footer
from sim.present.text import one_line, shortened
from sim.present.theme import DEFAULT, Theme
from sim.scenario.quantities import WEEKDAYS
from sim.scenario.wording import listed
from sim.study.periods import period_words
from sim.study.result import Result
from sim.study.study import Study
from sim.study.worst import worst_hour
from sim.units import DAY, HOUR, MINUTE, SECOND

if TYPE_CHECKING:
    from matplotlib.axes import Axes

UTILISATION: Final = "utilisation"
WAITING: Final = "waiting"
_HOURS: Final = 24
_NOBODY: Final = 0.005
"""Agents on average below which an hour counts as one without staff."""
_LIGHT: Final = 0.42
"""Where the scale of colours is so light that letters have to be dark."""
_WHITE: Final = "#FEFEFE"
"""On a dark cell whatever the ground is: the theme's own white turns with a page's dark mode."""
_ACROSS: Final = 12
"""Hours that fit beside one another on a phone."""
_NAMES: Final = 0.5
_CLOCK_WIDTH: Final = 0.45
"""Inches that names of days and a time of day take."""
_LETTERS, _LETTER = 5, 0.6
"""Letters of the longest number, and the width of one as a part of its height."""
_POINTS: Final = 72
_TEN: Final = 9.95
_CELL: Final = 0.27
"""Inches of a row."""

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Panel:
    """One heat map.

    Attributes
    ----------
    name : str
    values, low, high, staff : float64, shape (7, 24)
        NaN where there is nothing.
    """

    name: str
    values: Floats
    low: Floats
    high: Floats
    staff: Floats


def _panels(result: Result, curve: str, names: list[str], staff: Floats) -> list[Panel]:
    drawn = needed_curve(result, curve)
    mean, low, high = (
        line.reshape(-1, len(WEEKDAYS), _HOURS) for line in (drawn.mean, drawn.low, drawn.high)
    )
    return [
        Panel(name, mean[place], low[place], high[place], staff[place])
        for place, name in enumerate(names)
    ]


def _rows(panels: list[Panel], unit: float) -> list[tuple[Value, ...]]:
    return [
        (
            panel.name,
            WEEKDAYS[day],
            f"{hour:02}:00",
            *(float(of[day, hour]) / unit for of in (panel.values, panel.low, panel.high)),
            float(panel.staff[day, hour]),
        )
        for panel in panels
        for day in range(len(WEEKDAYS))
        for hour in range(_HOURS)
    ]


def utilisation(study: Study, *, scenario: str | int = 0, theme: Theme = DEFAULT) -> Chart:
    """Draw how busy each pool is by weekday and hour; the numbers have the staff on shift too."""
    result = study[scenario]
    pools: list[str] = outcome.axis("pool", result.scenario)
    staff = np.nan_to_num(needed_curve(result, "staff_by_hour").mean)
    panels = _panels(result, "utilisation_by_hour", pools, staff)
    panels = [panel for panel in panels if (panel.staff > _NOBODY).any()]
    means = [f"{one_line(one.name)} {figure(result, f'utilisation[{one.name}]')}" for one in panels]
    title = f"{one_line(result.name)}: nobody was on shift"
    if panels:
        busiest = phrase(worst_hour(result, "utilisation_by_hour", pools)).partition(": ")[2]
        title = f"{one_line(result.name)}: at work {listed(means)} of the time; {busiest}"
    what = (
        "Part of the time that agents are there that they work, in per cent; how many are there, "
        "absences and breaks taken off, is in the numbers"
    )
    return _chart(
        (UTILISATION, title, what),
        study,
        result,
        panels,
        theme,
    )


def waiting(study: Study, *, scenario: str | int = 0, theme: Theme = DEFAULT) -> Chart:
    """Draw how long tickets wait to be taken up, by when they join; the numbers have the staff too."""
    result = study[scenario]
    tiers = list(result.scenario.tiers)
    pools: list[str] = outcome.axis("pool", result.scenario)
    by_pool = np.nan_to_num(needed_curve(result, "staff_by_hour").mean)
    staff = np.array(
        [
            sum(
                (by_pool[at] for at, pool in enumerate(pools) if _belongs(pool, tier)),
                start=np.zeros((len(WEEKDAYS), _HOURS)),
            )
            for tier in tiers
        ]
    )
    panels = _panels(result, "waiting_by_hour", tiers, staff)
    title = f"{one_line(result.name)}: nothing waited"
    if any(not np.isnan(panel.values).all() for panel in panels):
        title = phrase(worst_hour(result, "waiting_by_hour", tiers))
    what = (
        "Mean elapsed time until a ticket is taken up, by the hour in which it joins; in brackets: "
        "nobody is there"
    )
    return _chart(
        (WAITING, title, what),
        study,
        result,
        panels,
        theme,
    )


def _belongs(pool: str, tier: str) -> bool:
    """Tell whether a pool is a tier's: pools are called ``L1``, ``L2 network`` or ``L2.network``."""
    return pool == tier or pool.startswith((f"{tier} ", f"{tier}."))


def _chart(
    words: tuple[str, str, str],
    study: Study,
    result: Result,
    panels: list[Panel],
    theme: Theme,
) -> Chart:
    name, title, what = words
    hours_too = "" if name == UTILISATION else ", hours"
    days, hours = _days(panels), _hours(panels)
    count = max(1, len(panels))
    height = 2.1 + count * (0.42 + _CELL * len(days))
    down = hours if len(hours) > _ACROSS else days
    return Chart(
        name,
        title,
        f"{what} · {period_words(result.scenario)} · {evidence_words(study)}",
        footer(study, [result], brand=theme.footer),
        (
            "queue or pool",
            "weekday",
            "hour",
            "mean share" if name == UTILISATION else "mean, hours",
            f"low 10 %{hours_too}",
            f"high 90 %{hours_too}",
            "agents there",
        ),
        _rows(panels, 1 if name == UTILISATION else HOUR),
        lambda canvas: _draw(canvas, name, panels),
        theme,
        phone_height=2.5 + count * (0.42 + _CELL * len(down)),
        height=max(5.625, height),
    )


def _days(panels: list[Panel]) -> list[int]:
    """Return the days worth a row: those with staff, all if there are none."""
    used = [
        day
        for day in range(len(WEEKDAYS))
        if any((panel.staff[day] > _NOBODY).any() for panel in panels)
    ]
    return used or list(range(len(WEEKDAYS)))


def _hours(panels: list[Panel]) -> list[int]:
    used = [
        hour
        for hour in range(_HOURS)
        if any((panel.staff[:, hour] > _NOBODY).any() for panel in panels)
    ]
    if not used:
        return list(range(_HOURS))
    return list(range(min(used), max(used) + 1))


@dataclass(frozen=True)
class _View:
    """Which cells are drawn, and how.

    Attributes
    ----------
    days, hours : list of int
    upright : bool
        Hours run downwards: a phone is too narrow for a day of many.
    colour : callable
        A value's red, green and blue.
    """

    name: str
    days: list[int]
    hours: list[int]
    upright: bool
    colour: Callable[[float], Sequence[float]]

    def room(self, canvas: Canvas) -> float:
        """Return the width of a cell in inches."""
        columns = self.days if self.upright else self.hours
        return (canvas.size.width - 2 * canvas.size.margin - _NAMES) / len(columns)


def _colours(name: str) -> Callable[[float], Sequence[float]]:
    from matplotlib import colormaps  # noqa: PLC0415 - heavy
    from matplotlib.colors import LogNorm, Normalize  # noqa: PLC0415

    # cividis is read alike by all kinds of colour vision; its dark end is the low one.
    scale = colormaps["cividis"]
    norm: Any = Normalize(0, 1, clip=True)
    least = 0.0
    if name == WAITING:
        norm, least = LogNorm(MINUTE, 2 * DAY, clip=True), float(MINUTE)
    return lambda value: scale(float(norm(max(value, least))))[:3]


def _draw(canvas: Canvas, name: str, panels: list[Panel]) -> None:
    days, hours = _days(panels), _hours(panels)
    view = _View(name, days, hours, canvas.narrow and len(hours) > _ACROSS, _colours(name))
    clock = [f"{hour:02}:00" for hour in hours]
    weekday = [WEEKDAYS[day] for day in days]
    down, across = (clock, weekday) if view.upright else (weekday, clock)
    for axes, panel in zip(canvas.axes(max(1, len(panels)), 1), panels, strict=False):
        heading(canvas, axes, shortened(panel.name))
        _cells(canvas, axes, panel, view)
        every = 1 if view.room(canvas) > _CLOCK_WIDTH or view.upright else 2
        axes.set_xticks(range(0, len(across), every), across[::every])
        axes.set_yticks(range(len(down)), down)
        axes.set_xlim(-0.5, len(across) - 0.5)
        axes.set_ylim(len(down) - 0.5, -0.5)
        axes.tick_params(length=0, labelsize=canvas.size.text - 1)
        for side in axes.spines.values():
            side.set_visible(False)
        if panel is not panels[-1]:
            axes.set_xticklabels([])


def _cells(canvas: Canvas, axes: Axes, panel: Panel, view: _View) -> None:
    """Draw the cells, and write into each what its colour says, so that colour is not needed."""
    from matplotlib.collections import PolyCollection  # noqa: PLC0415 - heavy

    size = min(canvas.size.text - 1.0, view.room(canvas) * _POINTS / (_LETTERS * _LETTER))
    squares: list[list[tuple[float, float]]] = []
    colours: list[Sequence[float]] = []
    for row, day in enumerate(view.days):
        for column, hour in enumerate(view.hours):
            value, there = panel.values[day, hour], panel.staff[day, hour]
            if math.isnan(value):
                continue
            x, y = (row, column) if view.upright else (column, row)
            colour = view.colour(value)
            left, right, top, bottom = x - 0.5, x + 0.5, y - 0.5, y + 0.5
            squares.append([(left, top), (right, top), (right, bottom), (left, bottom)])
            colours.append(colour)
            brief = _brief(view.name, value)
            axes.text(
                x,
                y,
                brief if there > _NOBODY else f"({brief})",
                ha="center",
                va="center",
                fontsize=size,
                color="#000000" if sum(colour) / 3 > _LIGHT else _WHITE,
            )
    edge = canvas.theme.colours.paper
    axes.add_collection(
        PolyCollection(squares, facecolors=colours, edgecolors=edge, linewidths=1), autolim=False
    )


def _brief(name: str, value: float) -> str:
    """Write a number in as few letters as can be.

    Examples
    --------
    >>> _brief("utilisation", 0.523), _brief("waiting", 5_400_000), _brief("waiting", 20_000)
    ('52', '1.5h', '<1m')
    >>> _brief("waiting", 44_500_000)
    '12h'
    """
    if name == UTILISATION:
        return f"{100 * value:.0f}"
    if value < MINUTE - 30 * SECOND:
        return "<1m"
    for unit, letter in ((DAY, "d"), (HOUR, "h")):
        if value >= unit:
            # Of ten and more the tenths are left out: "12h" is as large as "1.5h".
            digits = 1 if value / unit < _TEN else 0
            return f"{value / unit:.{digits}f}".removesuffix(".0") + letter
    return f"{value / MINUTE:.0f}m"
