"""Where a search begins: staff for the mean load, by the square-root rule, before any simulation.

Each tier's offered load follows from arithmetic on means (``sim.study.implied``); it gets the load
itself and a safety of its square root (Halfin & Whitt 1981), over the hours its people are there.
The deterministic flow is a good start for tiers (Hasija, Pinker & Shumsky 2005), and no more:
variability by the hour and the day is left to the simulation.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from sim.scenario.model import Scenario
from sim.study.implied import implied
from sim.study.shift_cover import cover
from sim.study.space import Design, Space

SAFETY = 1.0
"""Heads beyond the load, in square roots of the load."""
MOST_ROUNDS = 40


def starts(space: Space) -> list[Design]:
    """List the desks from which a search sets out.

    The base; what arithmetic staffs, by mean load and hour by hour; and what it staffs where
    something that is no head is far from the base: with good notes other heads are needed, and the
    way there leads over desks that are worse than both.
    """
    by_load = staffed(space, space.start)
    by_hour = cover(space, by_load)
    found = [space.start, by_load] + ([] if by_hour is None else [by_hour.design])
    found += [staffed(space, far) for far in _far(space)]
    return [design for design in dict.fromkeys(found) if space.possible(design)]


def _far(space: Space) -> Iterator[Design]:
    """Yield the base with one thing that is no head moved far, or chosen otherwise."""
    for place, axis in enumerate(space.axes):
        if axis.heads:
            continue
        here = space.start[place]
        others = [at for at in range(len(axis)) if at != here]
        if axis.ordered:
            quarter = len(axis) // 4
            others = [quarter, len(axis) - 1 - quarter]
        for at in others:
            if at != here:
                yield (*space.start[:place], at, *space.start[place + 1 :])


def staffed(space: Space, others: Design) -> Design:
    """Return the smallest desk of a space in which every queue has load and safety to spare.

    Heads are added one at a time where the load presses most; axes that are no heads stay as in
    `others`.
    """
    design = tuple(0 if axis.heads else here for axis, here in zip(space.axes, others, strict=True))
    for _ in range(MOST_ROUNDS):
        if not space.possible(design):
            return others
        pressed = _pressed(space, design)
        if pressed is None:
            return design
        moved = list(design)
        moved[pressed] += 1
        design = tuple(moved)
    return design


def _pressed(space: Space, design: Design) -> int | None:
    """Return the axis of the queue that lacks most, and can still get more; None if none lacks."""
    scenario = space.scenario(design)
    worst, lack = None, 0.0
    for queue in implied(scenario).queues:
        if queue.provider or queue.asked_h == 0:
            continue
        tier, _, team = queue.name.partition(".")
        path = f"tiers.{tier}.teams.{team}.staff." if team else f"tiers.{tier}.staff."
        places = [
            at
            for at, axis in enumerate(space.axes)
            if axis.heads and axis.name.startswith(path) and design[at] + 1 < len(axis)
        ]
        if not places:
            continue
        heads = _heads(scenario, tier, team)
        each = queue.there_h / heads if heads else 0.0
        load = queue.asked_h / each if each else math.inf
        missing = load + SAFETY * math.sqrt(load) - heads if each else math.inf
        if missing > lack:
            worst, lack = min(places, key=lambda at: design[at]), missing
    return worst


def _heads(scenario: Scenario, tier: str, team: str) -> int:
    known = scenario.tiers[tier]
    staff = known.teams[team].staff if team else known.staff or {}
    return sum(staff.values())
