"""Where tickets go: in, up the tiers, back down, out, and in again."""

from __future__ import annotations

from typing import Final

from sim import outcome
from sim.errors import TierSimError
from sim.present.charts.flow_picture import ENTRY, Move, Picture
from sim.present.charts.shared import curve_estimate, has_curve
from sim.present.picture import Chart
from sim.present.sentences import evidence_words, figure, footer
from sim.present.text import one_line
from sim.present.theme import DEFAULT, Theme
from sim.study.periods import period_words
from sim.study.result import Result
from sim.study.study import Study

NAME: Final = "flow"
COLUMNS: Final = ("from", "to", "tickets", "low", "high")
_SEEN: Final = 0.5
"""Moves in a period below which an arrow is left out of the picture; it stays in the numbers."""
_MANY_TIERS: Final = 4
_SMALL: Final = 0.005
"""Of what arrives: the moves that a picture of many tiers leaves out, so that it can be read."""


def moves(result: Result) -> list[Move]:
    """List every way that tickets went, with how many."""
    if not has_curve(result, "flow"):
        raise TierSimError("the study kept no curve 'flow'; run it with curves=True")
    sources, targets = (outcome.axis(name, result.scenario) for name in ("from", "to"))
    return [
        Move(source, target, curve_estimate(result, "flow", i, j))
        for i, source in enumerate(sources)
        for j, target in enumerate(targets)
        if any(one.curves["flow"][i, j] for one in result.replications if "flow" in one.curves)
    ]


def flow(study: Study, *, scenario: str | int = 0, theme: Theme = DEFAULT) -> Chart:
    """Draw how many tickets go from tier to tier; what comes back is drawn backwards, below."""
    result = study[scenario]
    found = moves(result)
    tiers = list(result.scenario.tiers)
    back = [m for m in found if _is_back(m, tiers)]
    title = (
        f"{one_line(result.name)}: {figure(result, 'escalated_share')} of tickets are escalated; "
        f"{figure(result, 'bounced_share')} of those are sent back or on"
    )
    if not back and "bounced_share" not in result.metrics:
        title = f"{one_line(result.name)}: no ticket is sent back"
    shown = _shown(found, tiers)
    seen = [m for m in found if m.estimate.mean >= _SEEN]
    left_out = (
        f" · moves below {100 * _SMALL:g} % of tickets are not drawn"
        if len(shown) < len(seen)
        else ""
    )
    picture = Picture(shown, tiers)
    return Chart(
        NAME,
        title,
        f"Moves of tickets in the counted period, mean (interval) · {period_words(result.scenario)} "
        f"· {evidence_words(study, 'escalated_share')} · solid: forwards, dashed: sent back, "
        f"dotted: reopened{left_out}",
        footer(study, [result], brand=theme.footer),
        COLUMNS,
        [(m.source, m.target, m.estimate.mean, m.estimate.low, m.estimate.high) for m in found],
        picture.draw,
        theme,
        phone_height=picture.phone_height,
        height=picture.height,
    )


def _shown(found: list[Move], tiers: list[str]) -> list[Move]:
    """Leave out what is hardly ever seen and, of many tiers, what is a small part of all."""
    least = _SEEN
    if len(tiers) >= _MANY_TIERS:
        arrive = sum(move.estimate.mean for move in found if move.source == ENTRY)
        least = max(least, _SMALL * arrive)
    return [m for m in found if m.estimate.mean >= (_SEEN if m.target == "open" else least)]


def _is_back(move: Move, tiers: list[str]) -> bool:
    pair = move.source in tiers and move.target in tiers
    return pair and tiers.index(move.target) < tiers.index(move.source)
