"""What several charts draw alike: axes in human units, intervals, labels beside the data."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from sim import outcome
from sim.errors import TierSimError
from sim.present.picture import Canvas
from sim.study.estimate import Estimate, mean_estimate
from sim.study.result import Result
from sim.units import DAY, HOUR, MINUTE, SECOND, format_duration

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis

LOG_TICKS_MS: Final = (
    10 * SECOND,
    MINUTE,
    5 * MINUTE,
    15 * MINUTE,
    HOUR,
    4 * HOUR,
    DAY,
    3 * DAY,
    7 * DAY,
    30 * DAY,
)
"""What people name when they speak of times; about evenly spread on a log scale."""
_STEPS_MS: Final = (
    *(n * SECOND for n in (1, 5, 10, 30)),
    *(n * MINUTE for n in (1, 2, 5, 10, 15, 30)),
    *(n * HOUR for n in (1, 2, 4, 8, 12)),
    *(n * DAY for n in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)),
)
_MOST_TICKS: Final = 6
_LETTERS_PER_INCH: Final = 9
_STEPS_PER_DECADE: Final = (1.0, 2.0, 5.0, 10.0)


def duration_ticks(high_ms: float, low_ms: float = 0.0, most: int = _MOST_TICKS) -> list[int]:
    """Choose ticks of a linear axis of durations.

    Examples
    --------
    >>> [format_duration(tick) for tick in duration_ticks(100 * MINUTE)]
    ['0 min', '30 min', '1 h', '1 h 30 min']
    """
    span = max(high_ms - low_ms, 1.0)
    step = next((s for s in _STEPS_MS if span / s <= most), _STEPS_MS[-1])
    first = math.ceil(low_ms / step) * step
    return list(range(first, math.floor(high_ms) + 1, step))


def duration_axis(axis: Axis, ticks: Sequence[float]) -> None:
    """Label an axis of durations as people say them."""
    axis.set_ticks(list(ticks), [format_duration(tick).replace("-", "−") for tick in ticks])
    axis.set_minor_locator(_no_ticks())


def share_axis(axis: Axis, low: float = 0.0, high: float = 1.0, *, most: int = 5) -> None:
    """Label an axis of shares in per cent."""
    step = nice_step((high - low) / most)
    first = math.ceil(round(low / step, 9))
    last = math.floor(round(high / step, 9))
    ticks = [n * step for n in range(first, last + 1)]
    digits = 0 if step >= 0.01 else 1  # noqa: PLR2004 - one per cent
    axis.set_ticks(ticks, [f"{100 * tick:.{digits}f} %".replace("-", "−") for tick in ticks])


def nice_step(near: float, *, below: bool = False) -> float:
    """Return the smallest of 1, 2, 5 times a power of ten that is at least so large.

    Parameters
    ----------
    near : float
    below : bool
        The largest that is at most so large instead.

    Examples
    --------
    >>> nice_step(0.13), nice_step(3), nice_step(3, below=True)
    (0.2, 5.0, 2.0)
    """
    if not near > 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(near))
    steps = [step * power for step in _STEPS_PER_DECADE]
    if below:
        return round(max(step for step in steps if step <= near * 1.000001), 12)
    return round(next(step for step in steps if step >= near * 0.999999), 12)


def _no_ticks() -> Any:
    from matplotlib.ticker import NullLocator  # noqa: PLC0415 - heavy

    return NullLocator()


def interval_bar(
    axes: Axes, estimate: Estimate, at: float, colour: str, *, upright: bool = False
) -> None:
    """Draw an interval as a line with ends."""
    if math.isnan(estimate.low) or math.isnan(estimate.mean):
        return
    below, above = estimate.mean - estimate.low, estimate.high - estimate.mean
    error = [[max(0.0, below)], [max(0.0, above)]]
    style: dict[str, Any] = {
        "fmt": "none",
        "ecolor": colour,
        "elinewidth": 1.4,
        "capsize": 3,
        "zorder": 4,
    }
    if upright:
        axes.errorbar([at], [estimate.mean], yerr=error, **style)
    else:
        axes.errorbar([estimate.mean], [at], xerr=error, **style)


def bare(axes: Axes, *, left: bool = False, bottom: bool = True) -> None:
    """Leave out the lines around the data that say nothing."""
    axes.spines["left"].set_visible(left)
    axes.spines["bottom"].set_visible(bottom)
    if not left:
        axes.tick_params(axis="y", length=0)


def names_axis(axes: Axes, names: Sequence[str], *, shown: bool, size: float, colour: str) -> None:
    """Put names at the rows of a chart, the first on top."""
    axes.set_ylim(len(names) - 0.4, -0.62)
    axes.set_yticks(range(len(names)), list(names) if shown else [""] * len(names))
    axes.tick_params(axis="y", labelsize=size, labelcolor=colour)


def spread_out(places: Sequence[float], least: float) -> list[float]:
    """Move labels apart that would stand on each other, as little as needed, keeping their order.

    Examples
    --------
    >>> spread_out([0.5, 0.52, 0.9], 0.1)
    [0.46, 0.56, 0.9]
    """
    order = sorted(range(len(places)), key=lambda i: places[i])
    groups: list[tuple[list[int], float]] = []
    for i in order:
        groups.append(([i], places[i]))
        while len(groups) > 1:
            (upper, middle), (lower, below) = groups[-1], groups[-2]
            gap = middle - below
            if gap >= least * (len(upper) + len(lower)) / 2 - 1e-12:
                break
            both = [*lower, *upper]
            centre = (below * len(lower) + middle * len(upper)) / len(both)
            groups[-2:] = [(both, centre)]
    moved = list(places)
    for members, centre in groups:
        for rank, i in enumerate(members):
            moved[i] = round(centre + (rank - (len(members) - 1) / 2) * least, 12)
    return moved


def panel_grid(count: int, *, narrow: bool, most: int = 4) -> tuple[int, int]:
    """Choose rows and columns for panels.

    Examples
    --------
    >>> panel_grid(4, narrow=False), panel_grid(5, narrow=False), panel_grid(3, narrow=True)
    ((1, 4), (2, 3), (3, 1))
    """
    if narrow:
        return count, 1
    rows = math.ceil(count / most)
    return rows, math.ceil(count / rows)


def curve_estimate(result: Result, curve: str, *place: int) -> Estimate:
    """Estimate one point of a curve over replications, as any other figure."""
    values = [float(one.curves[curve][place]) for one in result.replications if curve in one.curves]
    return from_zero(mean_estimate(values, level=result.level))


def from_zero(estimate: Estimate) -> Estimate:
    """Let the interval of a count, or of a sum of times, begin at 0: no such thing is below it.

    The t interval of few replications, of which only some have any, reaches below 0.

    Examples
    --------
    >>> from_zero(Estimate(0.5, -1.1, 2.9, 4)).low
    0.0
    """
    return replace(estimate, low=max(0.0, estimate.low)) if estimate.low < 0 else estimate


def unit_of(metric: str, currency: str) -> tuple[str, float]:
    """Return the unit of a metric's numbers in tables, and what its values are divided by.

    Examples
    --------
    >>> unit_of("resolution[mean]", "EUR"), unit_of("staff_cost", "EUR"), unit_of("mine", "EUR")
    (('hours', 3600000.0), ('EUR', 1.0), ('', 1.0))
    """
    try:
        unit = outcome.metric(metric).unit
    except TierSimError:
        return "", 1.0
    if unit == "duration":
        return "hours", float(HOUR)
    return (currency if unit == "money" else unit), 1.0


def in_hours(ms: float) -> float:
    """Return a duration as charts' numbers and workbooks have it."""
    return ms / HOUR


def has_curve(result: Result, curve: str) -> bool:
    """Tell whether the replications kept a curve."""
    return any(curve in one.curves for one in result.replications)


def heading(canvas: Canvas, axes: Axes, text: str, columns: int = 1) -> None:
    """Write what a panel shows above it, on two lines where ``columns`` panels share the width."""
    letters = int(canvas.size.width * _LETTERS_PER_INCH / columns)
    lines = textwrap.wrap(canvas.write(text), letters, max_lines=2, placeholder="…")
    axes.set_title(
        "\n".join(lines),
        fontsize=canvas.size.text,
        fontweight="bold",
        loc="left",
        color=canvas.theme.colours.ink,
    )


LINES: Final = ("-", (0, (5, 1.6)), (0, (1.2, 1.2)), (0, (5, 1.5, 1.2, 1.5)), (0, (9, 2)))
"""Line styles that go with the colours, so that no colour is needed to tell lines apart."""
MARKERS: Final = ("o", "s", "D", "^", "v", "P", "X", "*")


def line_style(position: int) -> Any:
    """Return the style of the n-th line, counted from 0; they repeat."""
    return LINES[position % len(LINES)]


def end_labels(
    canvas: Canvas, axes: Axes, labels: Sequence[tuple[float, str, str]], room: float
) -> None:
    """Name lines at their right end, as (height, text, colour), moved apart by ``room``."""
    low, high = axes.get_ylim()
    least = room * (high - low)
    places = spread_out([height for height, _, _ in labels], least)
    right = axes.get_xlim()[1]
    for (_, text, colour), height in zip(labels, places, strict=True):
        axes.annotate(
            canvas.write(text),
            (right, height),
            xytext=(4, 0),
            textcoords="offset points",
            va="center",
            fontsize=canvas.size.text,
            color=colour,
            fontweight="bold",
            annotation_clip=False,
        )
