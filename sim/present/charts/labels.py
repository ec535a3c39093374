"""Labels of a picture without axes: each as near its place as it can stand without being stood on."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.text import Text

_AIR: Final = 1.5
"""Points kept free around a label."""
_RINGS: Final = 9
"""Distances that are tried, a line of text apart."""
_TURNS: Final = 16
"""Directions that are tried at each distance."""
_ON_TEXT, _OUTSIDE, _ON_LINE = 1e6, 1e5, 300.0
"""What standing on a text, beyond the picture and on a line cost, in points of distance."""
_ALONG: Final = np.linspace(0.0, 1.0, 40)
_POINTS: Final = 72


@dataclass(frozen=True)
class Line:
    """An arrow of a picture, as ``arc3`` bends it.

    Attributes
    ----------
    start, end : tuple of float
        In the picture's own numbers.
    bend : float
        Of what lies between them, a part of their distance.
    width : float
        Points.
    """

    start: tuple[float, float]
    end: tuple[float, float]
    bend: float
    width: float


def settle(
    axes: Axes, movable: Sequence[Text], fixed: Sequence[Text], lines: Sequence[Line]
) -> None:
    """Move labels off each other, off fixed texts and off lines, as little as needed.

    The axes keep the place that the layout gives them: labels and fixed texts are no part of it.

    Parameters
    ----------
    axes : Axes
    movable : sequence of Text
        In the order in which they choose; their places are in the picture's own numbers.
    fixed : sequence of Text
    lines : sequence of Line
    """
    figure: Any = axes.figure
    for text in (*movable, *fixed):
        text.set_in_layout(False)
    figure.get_layout_engine().execute(figure)
    renderer = figure.canvas.get_renderer()
    point = figure.dpi / _POINTS
    picture = axes.get_window_extent(renderer)
    around = _Around(
        [_box(text, renderer, point) for text in fixed],
        [_points(axes, line, point) for line in lines],
        np.array([picture.x0, picture.y0, picture.x1, picture.y1]),
        point,
    )
    back = axes.transData.inverted()
    for text in movable:
        box = _box(text, renderer, point)
        best = around.move(box, text.get_fontsize() * point)
        around.taken.append(box + np.tile(best, 2))
        place = axes.transData.transform(text.get_position())
        text.set_position(tuple(back.transform(place + best)))


def _box(text: Text, renderer: Any, point: float) -> NDArray[np.float64]:
    """Return left, lower, right and upper edge, in pixels, of a text or of the box around it."""
    patch: Any = text.get_bbox_patch()
    text.update_bbox_position_size(renderer)
    found = (text if patch is None else patch).get_window_extent(renderer)
    air = _AIR * point
    return np.array([found.x0 - air, found.y0 - air, found.x1 + air, found.y1 + air])


def _points(axes: Axes, line: Line, point: float) -> tuple[NDArray[np.float64], float]:
    """Return points along a line, and half its width, in pixels."""
    start, end = axes.transData.transform([line.start, line.end])
    across = np.array([end[1] - start[1], start[0] - end[0]])
    middle = (start + end) / 2 + line.bend * across
    t = _ALONG[:, None]
    curve = (1 - t) ** 2 * start + 2 * t * (1 - t) * middle + t**2 * end
    return curve, line.width * point / 2


def _moves(step: float) -> list[NDArray[np.float64]]:
    """List moves in pixels, the shortest first."""
    found = [np.zeros(2)]
    for ring in range(1, _RINGS + 1):
        for turn in range(_TURNS):
            angle = 2 * math.pi * turn / _TURNS
            found.append(np.round(ring * step * np.array([math.cos(angle), math.sin(angle)]), 3))
    return found


@dataclass(frozen=True)
class _Around:
    """What a label must keep off, in pixels.

    Attributes
    ----------
    taken : list of array (4,)
        Left, lower, right and upper edges of texts that stand already.
    lines : sequence of (array (points, 2), float)
        Points along a line, and half its width.
    frame : array (4,)
        Edges of the picture.
    point : float
        Pixels of a point.
    """

    taken: list[NDArray[np.float64]]
    lines: Sequence[tuple[NDArray[np.float64], float]]
    frame: NDArray[np.float64]
    point: float

    def move(self, box: NDArray[np.float64], step: float) -> NDArray[np.float64]:
        """Return the cheapest move of a label; of equals the first."""
        return min(_moves(step), key=lambda move: self._cost(box + np.tile(move, 2), move))

    def _cost(self, box: NDArray[np.float64], move: NDArray[np.float64]) -> float:
        cost = float(np.hypot(*move)) / self.point
        for other in self.taken:
            wide = min(box[2], other[2]) - max(box[0], other[0])
            high = min(box[3], other[3]) - max(box[1], other[1])
            if wide > 0 and high > 0:
                cost += _ON_TEXT * (1 + min(wide, high) / self.point)
        for curve, half in self.lines:
            inside = (curve > box[:2] - half).all(axis=1) & (curve < box[2:] + half).all(axis=1)
            cost += _ON_LINE * int(inside.any()) + int(inside.sum())
        beyond = max(0.0, *(self.frame[:2] - box[:2]), *(box[2:] - self.frame[2:]))
        return cost + (_OUTSIDE * (1 + beyond / self.point) if beyond > 0 else 0.0)
