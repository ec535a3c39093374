"""Is it people at all? What the best desk would cost without the notes, or the choice, that it has.

For each thing that is no head and that the best desk has otherwise than the base: the cheapest desk
that the search has seen with that thing as it is today, and no promise that is missed. If it is
dearer and has more people, better notes are cheaper than heads.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from sim.study.book import Floats
from sim.study.doubt import kept_of
from sim.study.estimate import Estimate, mean_estimate
from sim.study.search import Found
from sim.study.space import Design


@dataclass(frozen=True)
class Instead:
    """What it would take if one thing stayed as it is.

    Attributes
    ----------
    axis, today, best : str
        The thing, its value in the base and in the best desk.
    design : tuple of int or None
        The cheapest desk seen with the value of today; None where every one misses a promise.
    more_people : int
        Heads over all shifts, against the best desk.
    cost : Estimate or None
        Difference in what is to be least, on common tickets.
    """

    axis: str
    today: str
    best: str
    design: Design | None
    more_people: int = 0
    cost: Estimate | None = None


def instead(found: Found) -> tuple[Instead, ...]:
    """Tell what each thing that is no head, and that changed, has saved; empty where none changed."""
    return tuple(_instead(found))


def _instead(found: Found) -> Iterator[Instead]:
    best, start, book = found.best, found.space.start, found.book
    if best is None:
        return
    for place, axis in enumerate(found.space.axes):
        if axis.heads or best[place] == start[place]:
            continue
        named = (axis.title, axis.labels[start[place]], axis.labels[best[place]])
        as_today = [
            design
            for design in book.designs
            if design[place] == start[place]
            and all(kept.slack >= 0 for kept in kept_of(book, design, found.confidence))
        ]
        if not as_today:
            yield Instead(*named, None)
            continue
        # Each is held against the best on the tickets that both met.
        gaps = {design: _gap(found, design, best) for design in as_today}
        there = min(as_today, key=lambda design: (float(np.nanmean(gaps[design])), design))
        more = people(found, there) - people(found, best)
        yield Instead(*named, there, more, mean_estimate(gaps[there]))


def _gap(found: Found, design: Design, best: Design) -> Floats:
    mine, theirs = found.book.costs(design), found.book.costs(best)
    both = min(len(mine), len(theirs))
    gap: Floats = mine[:both] - theirs[:both]
    return gap


def people(found: Found, design: Design) -> int:
    """Count the heads that move, over all shifts."""
    pairs = zip(found.space.axes, design, strict=True)
    return sum(int(axis.changes[at][axis.name]) for axis, at in pairs if axis.heads)
