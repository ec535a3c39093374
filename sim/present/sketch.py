"""A picture of one's own, in the frame and the theme of every other chart."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import ArrayLike

from sim.present.charts.shared import bare, end_labels
from sim.present.picture import PHONE, SLIDE, Canvas, Chart, Value
from sim.present.theme import DEFAULT, Theme
from sim.units import format_share

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.lines import Line2D

NAME: Final = "sketch"
COLUMNS: Final = ("panel", "series", "x", "y")
_ROOM: Final = 0.075
"""Part of an axis's height that the name of a line takes."""
_ROOM_ON_PHONE: Final = 0.1


def sketch(
    draw: Callable[..., object],
    *,
    title: str,
    subtitle: str = "",
    footer: str = "",
    panels: int = 1,
    percent: str = "",
    height: float = SLIDE.height,
    theme: Theme = DEFAULT,
) -> Chart:
    """Make a chart of one's own; notebooks show it by themselves.

    Parameters
    ----------
    draw : callable
        ``draw(axes)`` draws with matplotlib, or ``draw(first, second)`` on two panels. A line with
        a label is named at its right end, points with a label in a legend.
    title : str
        The finding: a sentence with its number.
    subtitle : str
        Measure, unit, n and method.
    footer : str
        What it was made from.
    panels : int
        How many axes, side by side.
    percent : str
        Which axes show shares: ``"x"``, ``"y"`` or ``"xy"``.
    height : float
        In inches.
    theme : Theme

    Returns
    -------
    Chart
        It draws itself as SVG and PNG; its numbers are those of the lines, points and bars drawn
        (a bar's place is its lower edge).

    Examples
    --------
    >>> chart = sketch(lambda axes: axes.plot([1, 2], [3, 4], label="load"), title="It grows")
    >>> chart
    <chart 'sketch': It grows>
    >>> chart.csv().splitlines()
    ['panel,series,x,y', '1,load,1.0,3.0', '1,load,2.0,4.0']
    """

    def fill(canvas: Canvas) -> None:
        rows, columns = (panels, 1) if canvas.narrow else (1, panels)
        every = canvas.axes(rows, columns)
        for axes in every:
            axes.set_prop_cycle(color=theme.colours.series)
            axes.xaxis.label.set_fontsize(canvas.size.text)
            axes.yaxis.label.set_fontsize(canvas.size.text)
            bare(axes, left=True)
            axes.tick_params(axis="y", length=3)
        draw(*every)
        for axes in every:
            for axis in percent:
                getattr(axes, f"{axis}axis").set_major_formatter(_percent)
            _name(canvas, axes)

    return Chart(
        name=NAME,
        title=title,
        subtitle=subtitle,
        footer=footer,
        columns=COLUMNS,
        rows=_numbers(draw, panels),
        draw=fill,
        theme=theme,
        phone_height=PHONE.height * panels,
        height=height,
    )


def _percent(value: float, _: int | None = None) -> str:
    return format_share(value, 0).replace("-", "−")


def _name(canvas: Canvas, axes: Axes) -> None:
    """Name lines at their ends, and everything else in a legend."""
    # On a log scale names cannot be moved apart as on an even one.
    even = axes.get_yscale() == "linear"
    lines = [line for line in axes.get_lines() if even and _is_named_line(line)]
    labels = [(_end(axes, line), str(line.get_label()), str(line.get_color())) for line in lines]
    if labels:
        end_labels(canvas, axes, labels, _ROOM_ON_PHONE if canvas.narrow else _ROOM)
    handles, names = axes.get_legend_handles_labels()
    rest = [(h, n) for h, n in zip(handles, names, strict=True) if h not in lines]
    if rest:
        axes.legend(
            [handle for handle, _ in rest],
            [name for _, name in rest],
            frameon=False,
            fontsize=canvas.size.text,
        )
    axes.title.set_fontsize(canvas.size.text)


def _end(axes: Axes, line: Line2D) -> float:
    """Return the height at which a line leaves the panel, or ends."""
    x, y = (np.asarray(values, dtype=np.float64) for values in line.get_data())
    inside = y if line.get_transform() != axes.transData else y[x <= axes.get_xlim()[1]]
    low, high = sorted(axes.get_ylim())
    return max(low, min(high, float(inside[-1] if inside.size else y[-1])))


def _is_named_line(line: Line2D) -> bool:
    named = not str(line.get_label()).startswith("_")
    return named and line.get_linestyle() not in ("None", "none", " ", "") and _drawn(line)


def _drawn(line: Line2D) -> bool:
    return np.asarray(line.get_xdata()).size > 1


def _numbers(draw: Callable[..., object], panels: int) -> list[list[Value]]:
    """Draw once, and read back what was drawn."""
    from matplotlib.container import BarContainer  # noqa: PLC0415 - heavy
    from matplotlib.figure import Figure  # noqa: PLC0415

    every = Figure().subplots(1, panels, squeeze=False)[0]
    draw(*every)
    rows: list[list[Value]] = []
    for panel, axes in enumerate(every, start=1):
        for line in axes.get_lines():
            if line.get_transform() != axes.transData:
                continue  # a line across the panel, as a goal, has no points of its own
            x, y = line.get_data(orig=True)
            rows += _rows(panel, line.get_label(), x, y)
        for bars in axes.containers:
            if isinstance(bars, BarContainer) and bars.datavalues is not None:
                flat = bars.orientation == "horizontal"
                places = [bar.get_y() if flat else bar.get_x() for bar in bars.patches]
                rows += _rows(panel, bars.get_label(), places, bars.datavalues)
    return rows


def _rows(panel: int, label: object, x: ArrayLike, y: ArrayLike) -> list[list[Value]]:
    name = "" if str(label).startswith("_") else str(label)
    pairs = zip(np.asarray(x).tolist(), np.asarray(y).tolist(), strict=True)
    return [[panel, name, _value(a), _value(b)] for a, b in pairs]


def _value(value: object) -> Value:
    return float(value) if isinstance(value, int | float) else str(value)
