"""Theory beside simulation as people read it: a table, what bends each formula, and what is refused."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Final

from sim.present.numbers import measured
from sim.present.text import one_line
from sim.scenario.wording import listed
from sim.study.beside_theory import Beside, Row
from sim.units import format_duration, format_share

HEADINGS: Final = ("queue: figure", "formula", "theory", "simulation", "apart", "")
_DIGITS: Final = 3


def write(row: Row, value: float) -> str:
    """Write a value in the unit of its row.

    Examples
    --------
    >>> from sim.study.estimate import Estimate
    >>> wait = Row("L1", "mean wait", "Erlang C", "", "duration", 90_000, Estimate(0, 0, 0, 1), ())
    >>> write(wait, 90_000)
    '1.5 min'
    """
    if math.isnan(value):
        return "not measured"
    if row.unit == "duration":
        return format_duration(value)
    return format_share(value) if row.unit == "share" else f"{value:.{_DIGITS}g}"


def rows(found: Beside) -> list[tuple[str, ...]]:
    """Return the table, under ``HEADINGS``; a letter refers to what bends the formula."""
    marks = dict(zip(bends(found), _letters(), strict=False))
    return [
        (
            f"{one_line(row.queue)}: {row.figure}",
            f"{row.formula} {' '.join(marks[bent] for bent in row.bent)}".strip(),
            write(row, row.theory),
            measured(row.simulated, lambda value, row=row: write(row, value)),  # type: ignore[misc]
            "–" if math.isnan(row.apart) else f"{100 * row.apart:+.1f} %".replace("-", "−"),
            "inside" if row.inside else "outside",
        )
        for row in found.rows
    ]


def bends(found: Beside) -> list[str]:
    """List what bends some formula, each once."""
    return list(dict.fromkeys(bent for row in found.rows for bent in row.bent))


def _letters() -> Iterator[str]:
    yield from "abcdefghijklmnopqrstuvwxyz"
    number = 1
    while True:
        yield f"a{number}"
        number += 1


def sentences(found: Beside) -> Iterator[str]:
    """Say what bends formulas, where none applies and why, and where the formulas come from."""
    for letter, bent in zip(_letters(), bends(found), strict=False):
        yield f"{letter}  {bent}"
    whys: dict[str, list[str]] = {}
    for queue, why in found.refused:
        whys.setdefault(why, []).append(one_line(queue))
    for why, queues in whys.items():
        yield f"No formula for the wait at {listed(queues)}: {why}."
    sources = dict.fromkeys((row.formula, row.source) for row in found.rows)
    yield from (f"{formula}: {source}." for formula, source in sources)
