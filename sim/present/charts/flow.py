"""Where tickets go: in, up the tiers, back down, out, and in again."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sim import outcome
from sim.errors import TierSimError
from sim.present.charts.labels import Line, settle
from sim.present.charts.shared import curve_estimate, has_curve
from sim.present.picture import SLIDE, Canvas, Chart
from sim.present.sentences import evidence_words, figure, footer, measured, period_words
from sim.present.text import one_line, shortened
from sim.present.theme import DEFAULT, Theme
from sim.study.estimate import Estimate
from sim.study.result import Result
from sim.study.study import Study

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.text import Text

NAME: Final = "flow"
COLUMNS: Final = ("from", "to", "tickets", "low", "high")
_SEEN: Final = 0.5
"""Moves in a period below which an arrow is left out of the picture; it stays in the numbers."""
_THIN, _THICK = 0.9, 9.0
_BOX: Final = 0.29
"""Half the length of a tier's box, beside which arrows end."""
_ENDED: Final = ("abandoned", "unresolved", "closed")


@dataclass(frozen=True)
class Move:
    """How many tickets went one way.

    Attributes
    ----------
    source, target : str
    estimate : Estimate
    """

    source: str
    target: str
    estimate: Estimate


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
    return Chart(
        NAME,
        title,
        f"Moves of tickets in the counted period, mean (interval) · {period_words(result.scenario)} "
        f"· {evidence_words(study, 'escalated_share')} · solid: forwards, dashed: sent back, "
        "dotted: reopened",
        footer(study, [result], brand=theme.footer),
        COLUMNS,
        [(m.source, m.target, m.estimate.mean, m.estimate.low, m.estimate.high) for m in found],
        lambda canvas: _draw(canvas, found, tiers),
        theme,
        phone_height=2.6 + 1.75 * len(tiers),
        height=SLIDE.height,
    )


def _is_back(move: Move, tiers: list[str]) -> bool:
    pair = move.source in tiers and move.target in tiers
    return pair and tiers.index(move.target) < tiers.index(move.source)


def _draw(canvas: Canvas, found: list[Move], tiers: list[str]) -> None:
    (axes,) = canvas.axes()
    axes.set_axis_off()
    picture = _Picture(canvas, axes, found, tiers)
    waiting = {
        move.source: f"open {measured(move.estimate, lambda count: f'{count:,.0f}')}"
        for move in found
        if move.target == "open"
    }
    for place, tier in enumerate(tiers):
        picture.box(place, tier, waiting.get(tier, ""))
    for move in found:
        if move.estimate.mean >= _SEEN and move.target != "open":
            picture.arrow(move)
    picture.limits()
    settle(axes, picture.words, picture.boxes, picture.lines)


class _Picture:
    """The arrows and boxes; *along* runs from tier to tier, *aside* across.

    On a slide tiers stand beside one another; on a phone, one below the other.
    """

    def __init__(self, canvas: Canvas, axes: Axes, found: list[Move], tiers: list[str]) -> None:
        self.canvas, self.axes, self.tiers = canvas, axes, tiers
        self.most = max((m.estimate.mean for m in found), default=1.0) or 1.0
        self.down = canvas.narrow
        self.boxes: list[Text] = []
        self.words: list[Text] = []
        self.lines: list[Line] = []

    def at(self, along: float, aside: float) -> tuple[float, float]:
        """Place a point: aside is up on a slide, to the right on a phone."""
        return (aside, -along) if self.down else (along, aside)

    def limits(self) -> None:
        """Show the whole picture."""
        length = len(self.tiers)
        if self.down:
            self.axes.set_xlim(-1.3, 1.3)
            self.axes.set_ylim(-length + 0.45, 0.95)
        else:
            self.axes.set_xlim(-0.95, length - 0.45)
            self.axes.set_ylim(-1.05, 1.05)

    def box(self, place: int, tier: str, still_open: str) -> None:
        """Draw a tier, with the tickets that are open there at the end."""
        x, y = self.at(place, 0)
        name = self.canvas.write(shortened(tier, 14))
        size = self.canvas.size.text
        self.boxes.append(
            self.axes.text(
                x,
                y,
                f"{name}\n{still_open}" if still_open else name,
                ha="center",
                va="center",
                fontsize=size - 1.5,
                fontweight="bold",
                linespacing=1.4,
                color="#FFFFFF",
                bbox={
                    "boxstyle": "round,pad=0.55",
                    "fc": self.canvas.theme.series(place),
                    "ec": "none",
                },
                zorder=6,
            )
        )

    def arrow(self, move: Move) -> None:
        """Draw one way of going."""
        colours = self.canvas.theme.colours
        if move.source == "entry":
            to = self.tiers.index(move.target)
            if to == 0:
                self._line((-0.92, 0.0), (-_BOX, 0.0), move, colours.muted, "-")
                self._say((-0.62, 0.2), "arrive", move)
            else:
                self._line((to - 0.45, 0.62), (to - 0.16, 0.2), move, colours.muted, "-")
                self._say((to - 0.45, 0.74), "arrive", move)
        elif move.source == "reopened":
            to = self.tiers.index(move.target)
            near = -0.36 if self.down else -0.2
            self._line((to + 0.12, -0.66), (to + 0.06, near), move, colours.unsure, ":")
            self._say((to + 0.12, -0.78), "reopened", move)
        elif move.target in self.tiers:
            self._between(move)
        elif move.target == "resolved":
            place = self.tiers.index(move.source)
            self._line((place, 0.2), (place, 0.58 if self.down else 0.64), move, colours.good, "-")
            self._say((place, 0.78), "resolved", move)
        else:
            place = self.tiers.index(move.source)
            rank = _ENDED.index(move.target)
            self._line((place + 0.14, 0.2), (place + 0.3, 0.4 + 0.2 * rank), move, colours.bad, "-")
            self._say((place + 0.42, 0.46 + 0.2 * rank), move.target, move)

    def _between(self, move: Move) -> None:
        colours = self.canvas.theme.colours
        start, end = self.tiers.index(move.source), self.tiers.index(move.target)
        far = abs(end - start)
        if start == end:
            self._say((start - 0.12, 0.29), "between teams", move)
        elif end > start:
            bend = -0.42 * (far > 1)
            side = 0.2 if far > 1 else 0.05
            self._line((start + _BOX, side), (end - _BOX, side), move, colours.ink, "-", bend=bend)
            self._say(((start + end) / 2, 0.24 + 0.42 * (far > 1)), "up", move)
        else:
            self._line(
                (start - 0.2, -0.2), (end + 0.2, -0.2), move, colours.bad, "--", bend=-0.25 * far
            )
            self._say(((start + end) / 2, -0.44 - 0.3 * (far - 1)), "back", move)

    def _line(
        self,
        start: tuple[float, float],
        end: tuple[float, float],
        move: Move,
        colour: str,
        style: str,
        *,
        bend: float = 0.0,
    ) -> None:
        width = _THIN + (_THICK - _THIN) * math.sqrt(move.estimate.mean / self.most)
        # A curve that bends up on a slide bends to the right on a phone: the same turn.
        properties: dict[str, Any] = {
            "arrowstyle": f"-|>,head_width={0.2 + width / 22:.3f},head_length={0.4 + width / 16:.3f}",
            "connectionstyle": f"arc3,rad={bend:.2f}",
            "lw": width,
            "color": colour,
            "ls": style,
            "shrinkA": 0,
            "shrinkB": 0,
            "joinstyle": "miter",
        }
        if style != "-":
            properties["lw"] = min(width, 2.4)
        self.axes.annotate(
            "", self.at(*end), xytext=self.at(*start), arrowprops=properties, zorder=4
        )
        self.lines.append(Line(self.at(*start), self.at(*end), bend, properties["lw"]))

    def _say(self, place: tuple[float, float], word: str, move: Move) -> None:
        """Write how many beside an arrow."""
        along, aside = place
        if self.down:
            # Words stand beside an arrow, and are wider than high: they need more room there.
            aside += {"up": 0.22, "arrive": 0.22, "resolved": 0.17, "reopened": -0.1}.get(
                word, -0.1
            )
        x, y = self.at(along, aside)
        number = measured(move.estimate, lambda count: f"{count:,.0f}")
        self.words.append(
            self.axes.text(
                x,
                y,
                f"{word}\n{number}",
                ha="center",
                va="center",
                fontsize=self.canvas.size.text - 2.0,
                color=self.canvas.theme.colours.ink,
                linespacing=1.15,
                # Where no place is free of lines, a label covers the line, not the line the label.
                bbox={"fc": self.canvas.theme.colours.paper, "ec": "none", "pad": 0.4},
                zorder=7,
            )
        )
