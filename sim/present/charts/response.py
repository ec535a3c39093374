"""What one dial does: metrics of scenarios that differ in one number only, as documentation quality."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final

from sim import outcome
from sim.errors import TierSimError, UnitError
from sim.present.charts.shared import (
    bare,
    duration_axis,
    duration_ticks,
    heading,
    line_style,
    nice_step,
    panel_grid,
    share_axis,
    unit_of,
)
from sim.present.picture import SLIDE, Canvas, Chart, Value
from sim.present.sentences import evidence_words, figure, footer, written
from sim.present.text import one_line
from sim.present.theme import DEFAULT, Theme
from sim.scenario.change import plain
from sim.study.asked import HEADLINE, words
from sim.study.periods import period_words
from sim.study.result import Result
from sim.study.study import Study
from sim.units import duration_ms, rate_per_h, signed_share

NAME: Final = "response curve"
COLUMNS: Final = ("dial", "setting", "metric", "unit", "mean", "low", "high")
_TICKS_APART: Final = 0.24
"""Part of an axis that a label takes."""
USUAL: Final = (HEADLINE, "reexplains", "rework", "resolution[mean, business hours]", "total_cost")
"""What documentation quality moves, in the order in which a reader asks."""


def dial_of(study: Study) -> str:
    """Find the one field in which all scenarios differ from the first.

    Raises
    ------
    TierSimError
        If they differ in several, or in none.
    """
    paths = {path for result in study.results[1:] for path in result.changes}
    if len(paths) != 1:
        found = ", ".join(sorted(paths)[:4]) or "nothing"
        raise TierSimError(
            f"a response curve needs scenarios that differ in one field; these differ in {found}"
        )
    return paths.pop()


def setting(result: Result, dial: str) -> tuple[float, str]:
    """Return where a dial stands, as a number to draw and as it is written."""
    tree: Any = plain(result.scenario)
    for key in dial.split("."):
        tree = tree.get(key) if isinstance(tree, dict) else None
    text = written(tree)
    for read in (signed_share, duration_ms, rate_per_h):
        try:
            return float(read(tree)), text
        except UnitError:
            continue
    if isinstance(tree, int | float) and not isinstance(tree, bool):
        return float(tree), text
    raise TierSimError(f"{dial} is no number: {text}")


def response_curve(
    study: Study, *, metrics: Sequence[str] | None = None, theme: Theme = DEFAULT
) -> Chart:
    """Draw metrics over the settings of the one dial in which the scenarios differ."""
    dial = dial_of(study)
    results = sorted(study, key=lambda result: setting(result, dial)[0])
    wanted = list(metrics) if metrics is not None else [m for m in USUAL if _known(study, m)]
    for metric in wanted:
        for result in results:
            result.values(metric)
    rows: list[tuple[Value, ...]] = []
    for metric in wanted:
        for result in results:
            estimate = result.estimate(metric)
            place = setting(result, dial)[1]
            unit, by = unit_of(metric, result.scenario.costs.currency)
            ends = (estimate.mean / by, estimate.low / by, estimate.high / by)
            rows.append((dial, place, metric, unit, *ends))
    count, _ = panel_grid(max(1, len(wanted)), narrow=False, most=3)
    return Chart(
        NAME,
        _finding(results, dial, wanted),
        f"{dial} at {len(results)} settings, all else equal · {period_words(study[0].scenario)} · "
        f"{evidence_words(study)} · line: mean, band: interval",
        footer(study, brand=theme.footer),
        COLUMNS,
        rows,
        lambda canvas: _draw(canvas, results, dial, wanted),
        theme,
        phone_height=2.1 + 1.65 * len(wanted),
        height=max(SLIDE.height, 1.8 + 1.8 * count),
    )


def _known(study: Study, metric: str) -> bool:
    return all(
        metric in result.metrics and not math.isnan(result.estimate(metric).mean)
        for result in study
    )


def _finding(results: Sequence[Result], dial: str, wanted: Sequence[str]) -> str:
    """Say where the last metric that has a best direction is best."""
    for metric in reversed(wanted):
        better = words(metric).better
        if better is None:
            continue
        sign = 1 if better == "lower" else -1
        best = min(results, key=lambda r: sign * r.estimate(metric).mean)
        ends = best in (results[0], results[-1])
        place = setting(best, dial)[1]
        where = f"{dial} {place}"
        tail = ", at the end of what was tried" if ends else ""
        label = words(metric).label
        return f"{label} is best at {where}: {figure(best, metric)}{tail}"
    first, last = results[0], results[-1]
    metric = wanted[0] if wanted else HEADLINE
    return (
        f"{words(metric).label}: {figure(first, metric)} at {dial} {setting(first, dial)[1]}, "
        f"{figure(last, metric)} at {setting(last, dial)[1]}"
    )


def _draw(canvas: Canvas, results: Sequence[Result], dial: str, wanted: Sequence[str]) -> None:
    colours = canvas.theme.colours
    rows, columns = panel_grid(max(1, len(wanted)), narrow=canvas.narrow, most=3)
    x = [setting(result, dial)[0] for result in results]
    texts = [setting(result, dial)[1] for result in results]
    for place, axes in enumerate(canvas.axes(rows, columns)):
        if place >= len(wanted):
            axes.set_visible(False)
            continue
        metric = wanted[place]
        estimates = [result.estimate(metric) for result in results]
        colour = canvas.theme.series(place)
        low = [e.mean if math.isnan(e.low) else e.low for e in estimates]
        high = [e.mean if math.isnan(e.high) else e.high for e in estimates]
        mean = [e.mean for e in estimates]
        axes.fill_between(x, low, high, color=colour, alpha=0.2, lw=0)
        axes.plot(x, mean, color=colour, ls=line_style(place), marker="o", ms=4, clip_on=False)
        better = words(metric).better
        if better is not None:
            best = (min if better == "lower" else max)(range(len(mean)), key=mean.__getitem__)
            axes.plot(
                x[best], mean[best], "o", ms=9, mfc="none", mec=colours.ink, mew=1.5, clip_on=False
            )
        currency = results[0].scenario.costs.currency
        unit = f", {currency}" if _unit(metric) == "money" else ""
        heading(canvas, axes, f"{words(metric).label}{unit}", columns)
        _value_axis(axes, metric, low, high)
        shown = _apart(x)
        axes.set_xticks([x[at] for at in shown], [one_line(texts[at]) for at in shown])
        axes.grid(axis="y")
        bare(axes)


def _apart(places: Sequence[float]) -> list[int]:
    """Choose settings to be labelled: the first, the last, and those between that have room.

    Examples
    --------
    >>> _apart([0.0, 0.2, 0.4, 0.8, 0.9, 1.0])
    [0, 2, 5]
    """
    least = (places[-1] - places[0]) * _TICKS_APART
    found: list[int] = []
    for at, place in enumerate(places[:-1]):
        if (not found or place - places[found[-1]] >= least) and places[-1] - place >= least:
            found.append(at)
    return [*found, len(places) - 1]


def _unit(metric: str) -> str:
    try:
        return outcome.metric(metric).unit
    except TierSimError:
        return ""


def _value_axis(axes: Any, metric: str, low: Sequence[float], high: Sequence[float]) -> None:
    known = [value for value in (*low, *high) if not math.isnan(value)]
    bottom, top = min(known, default=0.0), max(known, default=1.0)
    margin = max((top - bottom) * 0.12, 1e-9, abs(top) * 0.01)
    bottom, top = max(0.0, bottom - margin), top + margin
    axes.set_ylim(bottom, top)
    if _unit(metric) == "duration":
        duration_axis(axes.yaxis, duration_ticks(top, bottom, most=4))
    elif words(metric).share:
        share_axis(axes.yaxis, bottom, top, most=4)
    else:
        step = nice_step((top - bottom) / 4)
        ticks = [n * step for n in range(math.ceil(bottom / step), math.floor(top / step) + 1)]
        digits = max(0, -math.floor(math.log10(step) + 1e-9))
        axes.set_yticks(ticks, [f"{tick:,.{digits}f}" for tick in ticks])
