"""What a service level costs: every scenario by its cost and by how often a promise is kept."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from sim.errors import TierSimError
from sim.present.charts.shared import (
    MARKERS,
    bare,
    interval_bar,
    nice_step,
    share_axis,
    spread_out,
)
from sim.present.picture import SLIDE, Canvas, Chart
from sim.present.say import headline
from sim.present.sentences import evidence_words, footer
from sim.present.text import one_line, short_names
from sim.present.theme import DEFAULT, Theme
from sim.scenario.wording import did_you_mean
from sim.study.alike import compares
from sim.study.asked import level_metric, words
from sim.study.claims import desk_cost, told
from sim.study.periods import period_words
from sim.study.result import Result
from sim.study.study import Study

NAME: Final = "frontier"
MOST_NAMES: Final = 12
"""Names that fit beside the points; of more desks only those that matter are named."""


def hardest_level(study: Study) -> str:
    """Return the service level that is missed by the most, or met by the least, anywhere."""
    rated = [
        (verdict.estimate.mean - verdict.goal, name)
        for result in study
        for name, verdict in result.verdicts.items()
        if verdict.estimate.n and all(name in one.scenario.service_levels for one in study)
    ]
    if not rated:
        raise TierSimError("the scenarios have no service level in common")
    return min(rated)[1]


def on_frontier(points: Sequence[tuple[float, float]]) -> list[int]:
    """Return the points that no other beats in both: cheaper (first) and better kept (second).

    Examples
    --------
    >>> on_frontier([(10, 0.8), (12, 0.7), (15, 0.95)])
    [0, 2]
    """
    found = []
    for place, (cost, share) in enumerate(points):
        beaten = any(c <= cost and s >= share and (c, s) != (cost, share) for c, s in points)
        if not beaten:
            found.append(place)
    return sorted(found, key=lambda place: points[place])


def frontier(
    study: Study,
    *,
    level: str | None = None,
    cost: str | None = None,
    theme: Theme = DEFAULT,
) -> Chart:
    """Draw cost against how often a promise is kept; its title is what the answer says.

    Parameters
    ----------
    study : Study
    level : str, optional
        A service level that every scenario has; the hardest if absent.
    cost : str, optional
        A metric in money; the one by which the answer decides if absent.
    """
    answer = told(study)
    cost = cost or answer.cost or desk_cost(study)
    shared = [
        n
        for n in study[0].scenario.service_levels
        if all(n in r.scenario.service_levels for r in study)
    ]
    level = level or hardest_level(study)
    if level not in shared:
        raise TierSimError(
            f"not every scenario has the service level {level!r}{did_you_mean(level, shared)}"
        )
    metric = level_metric(level)
    sound = [
        r
        for r in study
        if not r.trouble
        and cost in r.metrics
        and not math.isnan(r.estimate(cost).mean)
        and not math.isnan(r.estimate(metric).mean)
    ]
    results = [r for r in sound if compares(r, sound[0], cost)]
    if len(results) < 2:  # noqa: PLR2004 - a line needs two points
        raise TierSimError(
            f"fewer than two scenarios have both {cost} and {metric}, in one currency, over one period "
            "and on the same tickets; do the tiers state a cost?"
        )
    currency = results[0].scenario.costs.currency
    goal = results[0].scenario.service_levels[level].goal
    title = headline(answer.headline[:1], study).removesuffix(".")
    points = [(r.estimate(cost).mean, r.estimate(metric).mean) for r in results]
    front = on_frontier(points)
    many = len(results) > MOST_NAMES
    few = " · named: the first, and those on the line; the rest are in the numbers" if many else ""
    rows = [
        (
            r.name,
            *(
                getattr(r.estimate(m), end)
                for m in (cost, metric)
                for end in ("mean", "low", "high")
            ),
            r.verdict(level).word,
            "yes" if place in front else "no",
        )
        for place, r in enumerate(results)
    ]
    return Chart(
        NAME,
        title,
        f"{one_line(level)}, share of tickets, against {words(cost).label.lower()} in {currency} · "
        f"{period_words(study[0].scenario)} · {evidence_words(study, metric)} · line: nobody is "
        f"both cheaper and better{few}",
        footer(study, brand=theme.footer),
        (
            "scenario",
            "cost",
            "cost low",
            "cost high",
            "share met",
            "low",
            "high",
            "verdict",
            "on the frontier",
        ),
        rows,
        lambda canvas: _draw(canvas, results, (cost, metric), front, goal),
        theme,
        phone_height=5.4,
        height=SLIDE.height,
    )


def _draw(
    canvas: Canvas,
    results: Sequence[Result],
    metrics: tuple[str, str],
    front: Sequence[int],
    goal: float,
) -> None:
    colours, size = canvas.theme.colours, canvas.size
    cost, metric = metrics
    (axes,) = canvas.axes()
    names = short_names([r.name for r in results], 22 if canvas.narrow else 30)
    costs = [r.estimate(cost).mean for r in results]
    shares = [r.estimate(metric) for r in results]
    lows = [e.mean if math.isnan(e.low) else e.low for e in shares]
    low, high = min(costs), max(costs)
    margin = max((high - low) * 0.15, high * 0.01)
    left, right = low - margin, high + margin * (6 if canvas.narrow else 4)
    bottom = max(0.0, math.floor(10 * (min([*lows, goal]) - 0.04)) / 10)
    axes.set_xlim(left, right)
    axes.set_ylim(bottom, 1.02)
    axes.plot(
        [costs[p] for p in front],
        [shares[p].mean for p in front],
        color=colours.grid,
        lw=3,
        zorder=1,
    )
    axes.axhline(goal, color=colours.ink, lw=1.2, ls=(0, (4, 3)))
    axes.annotate(
        f"goal {100 * goal:g} %",
        (right, goal),
        xytext=(-2, 3),
        textcoords="offset points",
        ha="right",
        fontsize=size.small,
    )
    least = size.text * 1.25 / 72 / (2.6 if canvas.narrow else 3.4) * (1.02 - bottom)
    named = set(range(len(results)))
    if len(results) > MOST_NAMES:
        named = {0, *front[-(MOST_NAMES - 1) :]}
    order = sorted(named)
    heights = dict(zip(order, spread_out([shares[at].mean for at in order], least), strict=True))
    for place, (at, estimate, name) in enumerate(zip(costs, shares, names, strict=True)):
        if place not in named:
            axes.plot(at, estimate.mean, "o", ms=4, color=colours.muted, alpha=0.6, zorder=2)
            continue
        colour = canvas.theme.series(place)
        interval_bar(axes, estimate, at, colour, upright=True)
        price = results[place].estimate(cost)
        if not math.isnan(price.low):
            axes.plot([price.low, price.high], [estimate.mean] * 2, color=colour, lw=1.4, zorder=4)
        axes.plot(at, estimate.mean, MARKERS[place % len(MARKERS)], ms=8, color=colour, zorder=5)
        axes.annotate(
            canvas.write(name),
            (at, estimate.mean),
            xytext=(high + margin * 0.35, heights[place]),
            textcoords="data",
            va="center",
            fontsize=size.text - (1.5 if canvas.narrow else 0),
            color=colour,
            fontweight="bold",
            bbox={"fc": colours.paper, "ec": "none", "pad": 0.8},
            arrowprops={"arrowstyle": "-", "color": colours.grid, "lw": 0.8, "shrinkB": 6},
        )
    step = nice_step((right - left) / (3 if canvas.narrow else 5))
    ticks = [n * step for n in range(math.ceil(left / step), math.floor(right / step) + 1)]
    digits = max(0, -math.floor(math.log10(step) + 1e-9))
    axes.set_xticks(ticks, [f"{tick:,.{digits}f}" for tick in ticks])
    currency = results[0].scenario.costs.currency
    axes.set_xlabel(canvas.write(f"{words(cost).label}, {currency}"), fontsize=size.text)
    share_axis(axes.yaxis, bottom, 1.0, most=4)
    axes.grid(axis="y")
    bare(axes)
