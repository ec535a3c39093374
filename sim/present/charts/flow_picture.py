"""The picture of the flow: boxes, straight arrows between neighbours, lanes for what goes further.

On a slide tiers stand beside one another. What skips a tier runs in a lane of its own above (up, and
straight in) or below (back), as in a wiring plan: lanes cross what leaves and enters a tier at right
angles, and every number stands on its own lane, in the gap between two tiers, where nothing else is.
A phone has no room for lanes: tiers stand below one another, and what skips one is written out.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sim.present.numbers import measured
from sim.present.picture import PHONE, SLIDE, Canvas
from sim.present.text import shortened
from sim.study.estimate import Estimate

if TYPE_CHECKING:
    from matplotlib.axes import Axes

ENTRY, REOPENED, RESOLVED, OPEN = "entry", "reopened", "resolved", "open"
_THIN, _THICK, _THICK_DASHES = 0.9, 7.0, 2.4
_BOX: Final = 0.27
"""Half the width of a box on a slide; tiers stand 1 apart."""
_LEFT, _RIGHT = 0.95, 0.4
"""Room before the first tier and behind the last one."""
_FEW: Final = 4
"""Tiers up to which letters have their full size."""
# Inches, on a slide.
_LINE_HIGH: Final = 0.15
_BESIDE: Final = 0.4
"""Of a box's edge to the first lane: two lines of text stand there, three where tiers are many."""
_LANE: Final = 0.25
_OUT: Final = 0.24
_HEAD: Final = 0.2
_HEAD_WIDE: Final = 1.35
"""Half the width of an arrow head, as a part of the width of its line."""
_SLOT: Final = 0.14
_FIRST_SLOT: Final = 0.2
_FRAME: Final = 1.65
# Inches, on a phone.
_SMALL_LINE: Final = 0.12
_SMALL_BOX: Final = 0.5
_SMALL_ARROW: Final = 0.28
_SMALL_HEAD: Final = 0.16
_SMALL_THICK: Final = 5.0
_LONGEST: Final = 31
"""Letters of a line beside a phone's arrow."""
_SMALL_FRAME: Final = 2.0
_POINTS: Final = 72
_LETTER: Final = 0.78
"""Width of a bold letter, as a part of its height."""


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


@dataclass(frozen=True)
class Lane:
    """A way that skips a tier.

    Attributes
    ----------
    move : Move
    start, end : int
        Places of its tiers; what arrives starts at -1.
    height : int
        Which lane, counted from the boxes.
    """

    move: Move
    start: int
    end: int
    height: int


def lanes(found: Sequence[Move], tiers: Sequence[str], *, back: bool) -> list[Lane]:
    """Give every way that skips a tier a lane; shorter ways are nearer to the boxes.

    Examples
    --------
    >>> some = Estimate(9, 8, 10, 4)
    >>> ways = [Move("L1", "L3", some), Move("L2", "L4", some), Move("L3", "L5", some)]
    >>> [(lane.move.source, lane.height) for lane in lanes(ways, ["L1", "L2", "L3", "L4", "L5"], back=False)]
    [('L1', 0), ('L2', 1), ('L3', 0)]
    """
    ways = []
    for move in found:
        if move.target in tiers and move.source in (ENTRY, *tiers):
            start = -1 if move.source == ENTRY else tiers.index(move.source)
            end = tiers.index(move.target)
            if abs(end - start) > 1 and (end < start) == back:
                ways.append((move, start, end))
    given: list[Lane] = []
    for move, start, end in sorted(ways, key=lambda way: (abs(way[2] - way[1]), min(way[1:]))):
        low, high = min(start, end), max(start, end)
        taken = {
            lane.height
            for lane in given
            if min(lane.start, lane.end) < high and max(lane.start, lane.end) > low
        }
        given.append(Lane(move, start, end, min(set(range(len(given) + 1)) - taken)))
    return given


class Picture:
    """Where everything of a flow stands, in inches across and, on a slide, in tiers along.

    Parameters
    ----------
    found : sequence of Move
        Those that are drawn.
    tiers : sequence of str
    """

    def __init__(self, found: Sequence[Move], tiers: Sequence[str]) -> None:
        self.found, self.tiers = found, tiers
        self.most = max((m.estimate.mean for m in found), default=1.0) or 1.0
        self.above = lanes(found, tiers, back=False)
        self.below = lanes(found, tiers, back=True)
        self.inside = [self._inside(tier) for tier in tiers]
        self.stacked = len(tiers) > _FEW
        self.half = 0.07 + _LINE_HIGH / 2 * max(text.count("\n") + 2 for text in self.inside)
        self.out = [self._leaving(tier) for tier in tiers]
        lines = max((2 * len(leaving) for leaving in self.out), default=0)
        self.top = self._level(len(_heights(self.above))) + _OUT
        self.high = self.top + 0.06 + _LINE_HIGH * lines
        self.deep = self._level(len(_heights(self.below))) + _OUT
        self.low = self.deep + (0.06 + 2 * _LINE_HIGH) * any(m.source == REOPENED for m in found)

    @property
    def height(self) -> float:
        """Inches of a slide with titles and footer."""
        return max(SLIDE.height, _FRAME + self.high + self.low)

    @property
    def phone_height(self) -> float:
        """Inches of a phone's picture with titles and footer."""
        return max(PHONE.height, _SMALL_FRAME + sum(self._rows()))

    def draw(self, canvas: Canvas) -> None:
        """Draw it."""
        (axes,) = canvas.axes()
        axes.set_axis_off()
        (_Tall if canvas.narrow else _Wide)(self, canvas, axes).draw()

    def between(self, place: int, *, back: bool) -> list[Move]:
        """List what goes up from a tier, or back from the next one, the nearest first."""
        source = self.tiers[place + back]
        others = self.tiers[place::-1] if back else self.tiers[place + 1 :]
        ways = {(m.source, m.target): m for m in self.found}
        return [ways[source, other] for other in others if (source, other) in ways]

    def of(self, source: str, target: str) -> Move | None:
        """Return one way, if it is drawn."""
        return next((m for m in self.found if (m.source, m.target) == (source, target)), None)

    def _inside(self, tier: str) -> str:
        """Say below a tier's name what stays there."""
        lines = []
        for target, word in ((OPEN, "open"), (tier, "between\nteams")):
            move = self.of(tier, target)
            if move is not None:
                count, _, interval = number(move).partition(" ")
                lines.append(f"{word} {count}" + (f"\n{interval}" if interval else ""))
        return "\n".join(lines)

    def _leaving(self, tier: str) -> list[Move]:
        """List how tickets end at a tier, the resolved ones first."""
        ends = [m for m in self.found if m.source == tier and m.target not in (*self.tiers, OPEN)]
        return sorted(ends, key=lambda move: move.target != RESOLVED)

    def _level(self, lane: float) -> float:
        """Return how far from the middle a lane runs."""
        return self.half + _BESIDE + _LINE_HIGH * self.stacked + _LANE * lane

    def _rows(self) -> list[float]:
        """Return inches of a phone's tiers and of the gaps between them, in turn."""
        rows = []
        for place in range(len(self.tiers)):
            lines = max(4, self.inside[place].count("\n") + 2, 2 * len(self.out[place]))
            rows.append(0.12 + _SMALL_LINE * lines)
            if place + 1 < len(self.tiers):
                most = max(len(self.between(place, back=back)) for back in (False, True))
                rows.append(max(0.5, 0.14 + _SMALL_LINE * most))
        return rows


def number(move: Move) -> str:
    """Write how many, with the interval."""
    return measured(move.estimate, lambda count: f"{max(0.0, count):,.0f}")


def _heights(given: Sequence[Lane]) -> set[int]:
    return {lane.height for lane in given}


class _Drawn:
    """What both pictures draw with."""

    def __init__(self, picture: Picture, canvas: Canvas, axes: Axes) -> None:
        self.picture, self.canvas, self.axes = picture, canvas, axes
        self.colours = canvas.theme.colours
        self.size = canvas.size.text - 2.0

    def box(self, place: int, middle: tuple[float, float], half: tuple[float, float]) -> None:
        """Draw a tier, ``half`` as wide and high."""
        (x, y), (wide, high) = middle, half
        self.axes.fill(
            [x - wide, x + wide, x + wide, x - wide],
            [y - high, y - high, y + high, y + high],
            color=self.canvas.theme.series(place),
            lw=0,
            zorder=6,
        )
        letters = int(2 * wide * self.inches() * _POINTS / (self.size * _LETTER))
        name = self.canvas.write(shortened(self.picture.tiers[place], max(4, letters)))
        inside = self.picture.inside[place]
        self.say((x, y), f"{name}\n{inside}" if inside else name, colour="#FFFFFF", bold=True)

    def inches(self) -> float:
        """Return how long 1 is across the picture."""
        low, high = self.axes.get_xlim()
        return (self.canvas.size.width - 2 * self.canvas.size.margin) / float(high - low)

    def say(
        self,
        at: tuple[float, float],
        text: str,
        side: tuple[str, str] = ("center", "center"),
        *,
        colour: str | None = None,
        bold: bool = False,
    ) -> None:
        """Write; a label that stands on its line covers it."""
        # As long as the widest line can be: what is longer is written smaller.
        size = self.size
        if self.canvas.narrow and not bold:
            size *= min(1.0, _LONGEST / max(map(len, text.split("\n"))))
        self.axes.text(
            *at,
            text,
            ha=side[0],
            va=side[1],
            fontsize=size,
            in_layout=False,
            fontweight="bold" if bold else "normal",
            color=colour or self.colours.ink,
            linespacing=1.15,
            bbox=None if bold else {"fc": self.colours.paper, "ec": "none", "pad": 0.6},
            zorder=7,
        )

    def way(
        self, points: Sequence[tuple[float, float]], head: float, width: float, *, like: str
    ) -> None:
        """Draw a way with its arrow head, of which the last ``head`` of the line is a part."""
        colour, style = {
            "in": (self.colours.muted, "-"),
            "up": (self.colours.ink, "-"),
            "back": (self.colours.bad, "--"),
            "again": (self.colours.unsure, ":"),
            "solved": (self.colours.good, "-"),
            "lost": (self.colours.bad, "-"),
        }[like]
        if style != "-":
            width = min(width, _THICK_DASHES)
        (x0, y0), (x1, y1) = points[-2:]
        part = 1 - min(1.0, head / (math.hypot(x1 - x0, y1 - y0) or 1.0))
        before = (x0 + part * (x1 - x0), y0 + part * (y1 - y0))
        xs, ys = zip(*points[:-1], before, strict=True)
        self.axes.plot(xs, ys, style, color=colour, lw=width, solid_capstyle="butt", zorder=4)
        self.axes.annotate(
            "",
            (x1, y1),
            xytext=before,
            arrowprops={
                "arrowstyle": f"-|>,head_width={0.2 + width / 22:.3f},head_length={0.4 + width / 16:.3f}",
                "lw": width,
                "color": colour,
                "shrinkA": 0,
                "shrinkB": 0,
                "joinstyle": "miter",
                "capstyle": "butt",
            },
            zorder=5,
        )

    def width(self, *several: Move) -> float:
        """Return the width of a way in points."""
        part = sum(move.estimate.mean for move in several) / self.picture.most
        thick = _SMALL_THICK if self.canvas.narrow else _THICK
        return _THIN + (thick - _THIN) * math.sqrt(min(1.0, part))


class _Wide(_Drawn):
    """Tiers beside one another; *x* counts tiers, *y* inches from the middle of the boxes."""

    def draw(self) -> None:
        picture, tiers = self.picture, self.picture.tiers
        self.size *= min(1.0, (_FEW + 1) / (len(tiers) + 0.6))
        self.axes.set_xlim(-_LEFT, len(tiers) - 1 + _RIGHT)
        self.axes.set_ylim(-picture.low, picture.high)
        self.tier = self.inches()
        for place in range(len(tiers)):
            self.box(place, (place, 0), (_BOX, picture.half))
            self._ends(place)
            if place + 1 < len(tiers):
                self._next(place)
        first = picture.of(ENTRY, tiers[0])
        if first is not None:
            self.way([(-_LEFT, 0), (-_BOX, 0)], _HEAD / self.tier, self.width(first), like="in")
            beside = 0.06 + _HEAD_WIDE * self.width(first) / _POINTS
            middle = (-_LEFT - _BOX) / 2
            self.say((middle, beside), f"arrive\n{number(first)}", ("center", "bottom"))
        for given in (picture.above, picture.below):
            for lane in given:
                self._lane(lane, given)

    def _next(self, place: int) -> None:
        """Draw what goes to the next tier, and what comes back from it."""
        picture, tiers = self.picture, self.picture.tiers
        near, far = place + _BOX, place + 1 - _BOX
        for one, other, like, word, sign in (
            (near, far, "up", "up", 1),
            (far, near, "back", "back", -1),
        ):
            pair = tiers[place : place + 2]
            move = picture.of(*pair) if sign > 0 else picture.of(*reversed(pair))
            if move is None:
                continue
            level = sign * (picture.half - 0.14)
            self.way([(one, level), (other, level)], _HEAD / self.tier, self.width(move), like=like)
            edge = ("center", "bottom" if sign > 0 else "top")
            at = (place + 0.5, sign * (picture.half + 0.03))
            text = f"{word}\n{number(move)}"
            self.say(at, text.replace(" (", "\n(") if picture.stacked else text, edge)

    def _ends(self, place: int) -> None:
        """Draw what leaves the desk at a tier, and what comes to it again."""
        picture = self.picture
        leaving = picture.out[place]
        lost = [move for move in leaving if move.target != RESOLVED]
        solved = [move for move in leaving if move.target == RESOLVED]
        apart = 0.07 / self.tier * (bool(lost) and bool(solved))
        for some, at, like in ((solved, place - apart, "solved"), (lost, place + apart, "lost")):
            if some:
                self.way(
                    [(at, picture.half), (at, picture.top)], _HEAD, self.width(*some), like=like
                )
        text = "\n".join(f"{move.target}\n{number(move)}" for move in leaving)
        if text:
            self.say((place, picture.top + 0.04), text, ("center", "bottom"))
        again = picture.of(REOPENED, picture.tiers[place])
        if again is not None:
            points = [(float(place), -picture.deep), (float(place), -picture.half)]
            self.way(points, _HEAD, self.width(again), like="again")
            self.say((place, -picture.deep - 0.04), f"reopened\n{number(again)}", ("center", "top"))

    def _lane(self, lane: Lane, given: Sequence[Lane]) -> None:
        """Draw a way that skips a tier: out of a box, along its lane, and into the other box."""
        up = lane.end > lane.start
        sign, forth = (1, 1) if up else (-1, -1)
        picture = self.picture
        level = sign * picture._level(lane.height)  # noqa: SLF001 - of the same picture
        edge = sign * picture.half
        leaving = [one for one in given if one.start == lane.start]
        entering = [one for one in given if one.end == lane.end]
        # The longer way runs further out, and stands nearer to the middle: so the two never cross.
        out = sum(one.height > lane.height for one in leaving)
        into = sum(one.height > lane.height for one in entering)
        down_at = lane.end - forth * self._slot(into, len(entering))
        points = [(down_at, level), (down_at, edge)]
        if lane.start < 0:
            points.insert(0, (-_LEFT, level))
        else:
            up_at = lane.start + forth * self._slot(out, len(leaving))
            points = [(up_at, edge), (up_at, level), *points]
        like = "in" if lane.start < 0 else "up" if up else "back"
        self.way(points, _HEAD, self.width(lane.move), like=like)
        word = "arrive" if lane.start < 0 else like
        self.say((lane.start + forth * 0.5, level), f"{word} {number(lane.move)}")

    def _slot(self, place: int, count: int) -> float:
        """Return how far from a box's middle a way leaves or enters it, in tiers."""
        widest = _BOX * self.tier - 0.06 - _FIRST_SLOT
        step = min(_SLOT, widest / max(1, count - 1))
        return (_FIRST_SLOT + step * place) / self.tier


class _Tall(_Drawn):
    """Tiers below one another; inches from the middle across, and downwards from the top."""

    def draw(self) -> None:
        picture, tiers = self.picture, self.picture.tiers
        half = self.canvas.size.width / 2 - self.canvas.size.margin
        rows = picture._rows()  # noqa: SLF001 - of the same picture
        self.axes.set_xlim(-half, half)
        self.axes.set_ylim(sum(rows), 0)
        top = 0.0
        for place, tier in enumerate(tiers):
            high = rows[2 * place]
            middle = top + high / 2
            self.box(place, (0, middle), (_SMALL_BOX, high / 2))
            self._into(picture.of(ENTRY, tier), middle - high / 4, "in", "arrive")
            self._into(picture.of(REOPENED, tier), middle + high / 4, "again", "reopened")
            self._out(place, middle)
            top += high
            if place + 1 < len(tiers):
                self._gap(place, top, rows[2 * place + 1])
                top += rows[2 * place + 1]

    def _into(self, move: Move | None, level: float, like: str, word: str) -> None:
        if move is not None:
            outer = -_SMALL_BOX - _SMALL_ARROW
            points = [(outer, level), (-_SMALL_BOX, level)]
            self.way(points, _SMALL_HEAD, self.width(move), like=like)
            self.say((outer - 0.04, level), f"{word}\n{number(move)}", ("right", "center"))

    def _out(self, place: int, middle: float) -> None:
        leaving = self.picture.out[place]
        if not leaving:
            return
        lost = [move for move in leaving if move.target != RESOLVED]
        solved = [move for move in leaving if move.target == RESOLVED]
        apart = 0.09 * (bool(lost) and bool(solved))
        outer = _SMALL_BOX + _SMALL_ARROW
        for some, at, like in (
            (solved, middle - apart, "solved"),
            (lost, middle + apart, "lost"),
        ):
            if some:
                points = [(_SMALL_BOX, at), (outer, at)]
                self.way(points, _SMALL_HEAD, self.width(*some), like=like)
        text = "\n".join(f"{move.target}\n{number(move)}" for move in leaving)
        self.say((outer + 0.04, middle), text, ("left", "center"))

    def _gap(self, place: int, top: float, high: float) -> None:
        """Draw what goes to the next tier and comes back; write out what skips one."""
        tiers = self.picture.tiers
        for back, x, side, word in ((False, 0.14, "left", "up"), (True, -0.14, "right", "back")):
            going = self.picture.between(place, back=back)
            if not going:
                continue
            next_one = tiers[place if back else place + 1]
            ends = [(x, top), (x, top + high)]
            if going[0].target == next_one:
                points = ends[::-1] if back else ends
                self.way(points, _SMALL_HEAD, self.width(going[0]), like=word)
            lines = [
                f"{word} to {self.canvas.write(shortened(move.target, 9))} {number(move)}"
                for move in going
            ]
            at = (x + (0.15 if not back else -0.15), top + high / 2)
            self.say(at, "\n".join(lines), (side, "center"))
