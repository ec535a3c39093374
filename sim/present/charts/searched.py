"""What a search has found: cost against the room that is left to the tightest promise."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from sim.outcome import metric as definition
from sim.present.charts.shared import bare, nice_step
from sim.present.picture import SLIDE, Canvas, Chart
from sim.present.text import one_line, plural, shortened
from sim.present.theme import DEFAULT, Theme
from sim.study.answer import Point, frontier
from sim.study.doubt import kept_of
from sim.study.estimate import mean_estimate
from sim.study.manifest import version
from sim.study.periods import period_words
from sim.study.search import Found

NAME: Final = "search"
ROOM_BELOW, ROOM_ABOVE = 0.12, 0.25
"""Desks that lack more of a promise than that, or have more room, are in the numbers alone."""
PERCENT = 100


@dataclass(frozen=True)
class _Mark:
    """A desk of the frontier, with the intervals of its cost and of its room."""

    point: Point
    cost: tuple[float, float]
    room: tuple[float, float]


def searched(found: Found, *, theme: Theme = DEFAULT) -> Chart:
    """Draw the frontier of cost against service, with the knee and the desk found.

    Parameters
    ----------
    found : Found
    theme : Theme
    """
    points = frontier(found)
    marks = [_mark(found, point) for point in points]
    shown = [m for m in marks if -ROOM_BELOW <= m.point.slack <= ROOM_ABOVE] or marks
    currency = found.space.base.costs.currency
    label = definition(found.book.cost)
    here = found.best or found.nearest
    cost = mean_estimate(found.book.costs(here))
    writes = [label.format(value, currency) for value in (cost.mean, cost.low, cost.high)]
    what = "Cheapest desk that keeps every promise" if found.best else "No desk surely keeps all"
    title = f"{what}: {writes[0]} a week ({writes[1]} to {writes[2]})"
    knee = next((mark.point for mark in marks if mark.point.knee), None)
    if knee is not None and knee.design != here and found.best:
        title += f"; beyond {label.format(knee.cost, currency)} room gets dearer"
    base = found.space.base
    return Chart(
        NAME,
        title,
        f"room to the tightest promise, as a part of its bound, against {label.label.lower()} · "
        f"{period_words(base)} · desks of which none is cheaper and better, of "
        f"{found.simulated:,} simulated; {PERCENT * found.confidence:g} % intervals",
        f"{shortened(base.name)} · seed {found.book.seed} · "
        f"{plural(found.replications, 'replication')} in all · TierSim {version()}",
        ("desk", "cost", "cost low", "cost high", "room", "low", "high", "replications", "mark"),
        [
            (
                found.space.name(mark.point.design),
                mark.point.cost,
                *mark.cost,
                mark.point.slack,
                *mark.room,
                mark.point.replications,
                _word(mark.point, here),
            )
            for mark in marks
        ],
        lambda canvas: _draw(canvas, found, shown),
        theme,
        height=SLIDE.height,
    )


def _word(point: Point, here: tuple[int, ...]) -> str:
    return "found" if point.design == here else "knee" if point.knee else ""


def _mark(found: Found, point: Point) -> _Mark:
    costs = mean_estimate(found.book.costs(point.design))
    kept = kept_of(found.book, point.design, found.confidence)
    tight = min(kept, key=lambda one: one.slack / one.promise.scale)
    reach_up, reach_down = (tight.high - tight.slack), (tight.slack - tight.low)
    scale = tight.promise.scale
    return _Mark(
        point,
        (point.cost - (costs.mean - costs.low), point.cost + (costs.high - costs.mean)),
        (point.slack - reach_down / scale, point.slack + reach_up / scale),
    )


def _draw(canvas: Canvas, found: Found, marks: Sequence[_Mark]) -> None:
    colours, size = canvas.theme.colours, canvas.size
    here = found.best or found.nearest
    (axes,) = canvas.axes()
    costs = [mark.point.cost for mark in marks]
    rooms = [PERCENT * mark.point.slack for mark in marks]
    low, high = min(costs), max(costs)
    margin = max((high - low) * 0.12, high * 0.01)
    bottom = min(*rooms, 0.0) - 3
    top = max(*rooms, 0.0) + 4
    # Above and left of a frontier there is no desk: names stand there.
    axes.set_xlim(low - 2 * margin, high + margin)
    axes.set_ylim(bottom, top)
    axes.plot(costs, rooms, color=colours.grid, lw=3, zorder=1)
    axes.axhline(0, color=colours.ink, lw=1.2, ls=(0, (4, 3)))
    axes.annotate(
        "above this line every promise is kept",
        (high + margin, 0),
        xytext=(-2, -4),
        textcoords="offset points",
        ha="right",
        va="top",
        fontsize=size.small,
    )
    for mark, room in zip(marks, rooms, strict=True):
        special = mark.point.knee or mark.point.design == here
        colour = canvas.theme.series(0) if special else colours.muted
        at = mark.point.cost
        ends = np.clip([PERCENT * end for end in mark.room], bottom, top)
        axes.plot([at, at], ends, color=colour, lw=1.4, zorder=3)
        axes.plot(mark.cost, [room, room], color=colour, lw=1.0, zorder=3)
        axes.plot(at, room, "D" if mark.point.knee else "o", ms=8, color=colour, zorder=4)
        word = _word(mark.point, here)
        if not word:
            continue
        words = {"found": "the desk found", "knee": "knee"}[word]
        if mark.point.knee and word == "found":
            words = "the desk found, at the knee"
        axes.annotate(
            words,
            (at, room),
            xytext=(-9, size.text * 0.4),
            textcoords="offset points",
            ha="right",
            fontsize=size.text,
            fontweight="bold",
            color=colour,
        )
    step = nice_step((high - low + 3 * margin) / (3 if canvas.narrow else 5))
    first, last = math.ceil((low - 2 * margin) / step), math.floor((high + margin) / step)
    ticks = [n * step for n in range(first, last + 1)]
    axes.set_xticks(ticks, [f"{tick:,.0f}" for tick in ticks])
    rise = nice_step((top - bottom) / 5)
    heights = [n * rise for n in range(math.ceil(bottom / rise), math.floor(top / rise) + 1)]
    axes.set_yticks(
        heights, [f"{'+' if h > 0 else '−' if h < 0 else ''}{abs(h):g} %" for h in heights]
    )
    currency = found.space.base.costs.currency
    label = definition(found.book.cost).label
    axes.set_xlabel(canvas.write(one_line(f"{label}, {currency}")), fontsize=size.text)
    axes.grid(axis="y")
    bare(axes)
