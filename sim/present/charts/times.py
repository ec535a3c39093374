"""How long it took: the share of tickets answered or resolved within a time, by tier, with targets."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sim import outcome
from sim.errors import TierSimError
from sim.present.charts.promised import promised_times, promises_on
from sim.present.charts.shared import (
    LOG_TICKS_MS,
    duration_axis,
    has_curve,
    in_hours,
    line_style,
    share_axis,
)
from sim.present.numbers import measured
from sim.present.picture import Canvas, Chart, Value
from sim.present.sentences import evidence_words, footer
from sim.present.text import one_line, shortened
from sim.present.theme import DEFAULT, Theme
from sim.scenario.promises import ServiceLevel
from sim.scenario.targets import target_text
from sim.scenario.wording import did_you_mean
from sim.study.periods import period_words
from sim.study.result import Result
from sim.study.study import Study
from sim.units import DAY, MINUTE, SECOND, format_duration

if TYPE_CHECKING:
    from matplotlib.axes import Axes

RESPONSE: Final = "response time"
RESOLUTION: Final = "resolution time"
COLUMNS: Final = ("scenario", "tier", "time, hours", "share", "low 10 %", "high 90 %")
_SHORTEST: Final = MINUTE
_LONGEST: Final = 30 * DAY
_ALL: Final = "all"
_NAME_WIDTH: Final = 2.2
"""On the log scale: about what a name takes."""
_NAME_HEIGHT: Final = 0.09
_CLOCKS: Final = {"response": "respond", "resolution": "resolve"}
_WHAT: Final = {
    "response": ("taken up", "from their arrival at the tier"),
    "resolution": ("resolved", "from their creation"),
}


def times(
    study: Study,
    what: str,
    *,
    tier: str | None = None,
    scenario: str | int = 0,
    theme: Theme = DEFAULT,
) -> Chart:
    """Draw the distribution of times.

    Of one scenario each promise is drawn on its own clock, so that the line reaches its target at
    the service level. Of one tier, and where nothing is promised, times are elapsed times.

    Parameters
    ----------
    study : Study
    what : {"response", "resolution"}
    tier : str, optional
        Of this tier, every scenario; without it, of one scenario, every tier.
    scenario : str or int
        Which, where no tier is given.

    See Also
    --------
    sim.present.charts.promised : What is drawn of promises.
    """
    first = study[scenario]
    tiers = list(first.scenario.tiers)
    if tier is not None and tier not in (*tiers, _ALL):
        raise TierSimError(
            f"{first.name!r} has no tier {tier!r}{did_you_mean(tier, tiers)}; "
            f"it has {', '.join(tiers)} and {_ALL!r}"
        )
    if tier is None and promises_on(first, _CLOCKS[what]):
        return promised_times(study, what, first, theme=theme)
    if tier is None:
        lines = [(first, one) for one in tiers]
        names = tiers
    else:
        lines = [(one, tier) for one in study if tier in (*one.scenario.tiers, _ALL)]
        names = [one.name for one, _ in lines]
    curve = f"{what}_ecdf"
    for result, _ in lines:
        if not has_curve(result, curve):
            raise TierSimError("the study kept no curves; run it with curves=True")
    rows: list[tuple[Value, ...]] = []
    for result, one in lines:
        drawn, row = result.curve(curve), _row(result, one)
        for place, at_ms in enumerate(outcome.axis("time", result.scenario)):
            points = drawn.mean[row, place], drawn.low[row, place], drawn.high[row, place]
            rows.append((result.name, one, in_hours(at_ms), *map(float, points)))
    done, since = _WHAT[what]
    return Chart(
        RESPONSE if what == "response" else RESOLUTION,
        _finding(what, lines[-1] if tier is None else lines[0], lines, tier),
        f"Share of tickets {done} within a time {since}; elapsed time, nights and weekends included "
        f"· {period_words(first.scenario)} · {evidence_words(study)}; bands: 10–90 % of "
        "replications · dashed: targets, whose clocks run in their own hours and pause",
        footer(study, {id(r): r for r, _ in lines}.values(), brand=theme.footer),
        COLUMNS,
        rows,
        lambda canvas: _draw(canvas, lines, names, what),
        theme,
        phone_height=5.2,
    )


def _row(result: Result, tier: str) -> int:
    return outcome.axis("tier or all", result.scenario).index(tier)


def _finding(
    what: str, line: tuple[Result, str], lines: Sequence[tuple[Result, str]], tier: str | None
) -> str:
    done = _WHAT[what][0]
    result, where = line
    if tier is None:
        # The tier that takes longest says most about a desk.
        known = [one for one in lines if not math.isnan(_p90(what, *one))]
        result, where = max(known, key=lambda one: _p90(what, *one), default=line)
    place = "at" if what == "response" else "by"
    at = "" if where == _ALL else f" {place} {one_line(where)}"
    middle, most = (_within(result, _metric(what, where, quantile)) for quantile in ("p50", "p90"))
    return (
        f"{one_line(result.name)}: half of the tickets are {done}{at} {middle}, nine in ten {most}"
    )


def _within(result: Result, metric: str) -> str:
    """Write a quantile: ``within 4 h (3–5 h)``."""
    estimate = result.estimate(metric)
    if estimate.mean < SECOND and estimate.high < SECOND:
        return "at once"
    return f"within {measured(estimate, format_duration)}"


def _metric(what: str, tier: str, quantile: str) -> str:
    return f"{what}[{quantile}]" if tier == _ALL else f"{what}[{tier}, {quantile}]"


def _p90(what: str, result: Result, tier: str) -> float:
    metric = _metric(what, tier, "p90")
    return result.estimate(metric).mean if metric in result.metrics else math.nan


def _draw(
    canvas: Canvas, lines: Sequence[tuple[Result, str]], names: Sequence[str], what: str
) -> None:
    colours, size = canvas.theme.colours, canvas.size
    (axes,) = canvas.axes()
    grid = np.array(outcome.axis("time", lines[0][0].scenario), dtype=np.float64)
    seen = (grid >= _SHORTEST) & (grid <= _LONGEST)
    axes.set_xscale("log")
    axes.set_xlim(_SHORTEST, _LONGEST)
    axes.set_ylim(0, 1)
    drawn: list[_Line] = []
    for place, ((result, tier), name) in enumerate(zip(lines, names, strict=True)):
        curve, row = result.curve(f"{what}_ecdf"), _row(result, tier)
        colour, mean = canvas.theme.series(place), curve.mean[row][seen]
        if np.isnan(mean).all():
            continue
        low, high = curve.low[row][seen], curve.high[row][seen]
        axes.fill_between(grid[seen], low, high, color=colour, alpha=0.16, lw=0)
        axes.plot(grid[seen], mean, color=colour, ls=line_style(place))
        height = 0.3 + 0.45 * (place + 0.5) / len(lines)
        above = np.flatnonzero(mean >= height)
        at = int(above[0]) if len(above) else len(mean) - 1
        drawn.append(_Line(place, shortened(name, 24), float(grid[seen][at]), float(mean[at])))
    _name_lines(canvas, axes, drawn)
    targets = _targets([result for result, _ in lines], [tier for _, tier in lines], what)
    for _, level in targets:
        axes.axvline(level.within, color=colours.ink, ls=(0, (4, 3)), lw=1)
    _target_words(canvas, axes, targets)
    ticks = [tick for tick in LOG_TICKS_MS if _SHORTEST <= tick <= _LONGEST]
    duration_axis(axes.xaxis, ticks[:: 2 if canvas.narrow else 1])
    share_axis(axes.yaxis)
    axes.grid(axis="y")
    axes.tick_params(labelsize=size.text)


@dataclass(frozen=True)
class _Line:
    """A line that was drawn, and where its name may stand: on it, at a height of its own."""

    place: int
    name: str
    at_ms: float
    share: float


def _name_lines(canvas: Canvas, axes: Axes, lines: Sequence[_Line]) -> None:
    """Write names beside lines; in the empty corner below them where they would overlap."""
    crowded = any(
        abs(math.log(a.at_ms / b.at_ms)) < _NAME_WIDTH and abs(a.share - b.share) < _NAME_HEIGHT
        for a, b in combinations(lines, 2)
    )
    paper = canvas.theme.colours.paper
    for rank, line in enumerate(reversed(lines)):
        colour = canvas.theme.series(line.place)
        style: dict[str, Any] = {
            "fontsize": canvas.size.text,
            "fontweight": "bold",
            "color": colour,
        }
        if not crowded:
            axes.annotate(
                canvas.write(line.name),
                (line.at_ms, line.share),
                xytext=(6, -4),
                textcoords="offset points",
                va="top",
                bbox={"fc": paper, "ec": "none", "alpha": 0.75, "pad": 1},
                **style,
            )
            continue
        height = 0.06 + rank * 1.6 * canvas.size.text / 72 / (1.6 if canvas.narrow else 2.6)
        axes.plot(
            [0.91, 0.98],
            [height, height],
            color=colour,
            ls=line_style(line.place),
            transform=axes.transAxes,
        )
        axes.text(
            0.9,
            height,
            canvas.write(line.name),
            ha="right",
            va="center",
            transform=axes.transAxes,
            **style,
        )


def _targets(
    results: Sequence[Result], tiers: Sequence[str], what: str
) -> list[tuple[str, ServiceLevel]]:
    """Return the service levels that are about what is drawn."""
    found: dict[tuple[str, int], ServiceLevel] = {}
    for result in results:
        for name, level in result.scenario.service_levels.items():
            about = level.tier if level.tier is not None else _ALL
            if level.clock == _CLOCKS[what] and about in tiers:
                found[name, level.within] = level
    return [(name, level) for (name, _), level in found.items()]


def _target_words(canvas: Canvas, axes: Axes, targets: Sequence[tuple[str, ServiceLevel]]) -> None:
    """Name the targets above the picture, in steps so that no two stand on each other."""
    ordered = sorted(targets, key=lambda one: one[1].within)
    for step, (name, level) in enumerate(ordered):
        late = level.within > 4 * DAY
        axes.annotate(
            canvas.write(f"{shortened(name, 20)}: {target_text(level.within)}"),
            (level.within, 1.0),
            xytext=(-3 if late else 3, 3 + step * canvas.size.small * 1.35),
            textcoords="offset points",
            ha="right" if late else "left",
            fontsize=canvas.size.small,
            color=canvas.theme.colours.ink,
            annotation_clip=False,
        )
        axes.annotate(
            "",
            (level.within, 1.0),
            xytext=(0, 3 + (step + 1) * canvas.size.small * 1.35),
            textcoords="offset points",
            arrowprops={"arrowstyle": "-", "lw": 0.8, "color": canvas.theme.colours.muted},
            annotation_clip=False,
        )
