"""Which shifts: heads that cover the first tier hour by hour, by formula and a small integer program.

Where several shifts of the first tier may move, what matters is who is there when tickets come. Each
hour of the week is given the heads that Erlang's formula asks for at that hour's arrivals, and the
cheapest heads by shift that cover every hour are found by ``scipy.optimize.milp`` (Dantzig 1954, "A
comment on Edie's 'Traffic delays at toll booths'"). It is a start for the search and no more: hours
are not independent of each other (a queue at nine is there at ten), which the simulation knows. Tiers
behind the first work on tickets for hours or days, where formulas by the hour fail (Green, Kolesar
and Whitt 2007); they are staffed by their mean load.
"""

from __future__ import annotations

import datetime as dt
import importlib
import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.scenario.calendar import hour_of_week, open_spells
from sim.scenario.model import Scenario
from sim.study.callers import callers
from sim.study.implied import implied
from sim.study.space import Axis, Design, Space
from sim.theory.load import Load
from sim.theory.staffing import staff_for_callers, staff_for_load
from sim.units import HOUR, HOURS_PER_WEEK, WEEK
from sim.workload.plan import plan

Floats = NDArray[np.float64]

MOST_GOAL = 0.999
"""A goal of 100 % is met by no finite staff."""
USUAL_GOAL, USUAL_WITHIN = 0.8, HOUR / 4
"""What is answered where no response is promised (the classic 80 % within a while)."""
LACKING = 1000.0
"""Price of a head lacking for an hour, in hours paid: cover first, then save."""


@dataclass(frozen=True, eq=False)
class Cover:
    """How the shifts of the first tier cover its hours.

    Attributes
    ----------
    tier : str
    design : tuple of int
        The desk, on the axes of the space.
    needed, there : float64, shape (168,)
        Heads on shift by hour of the week, Monday 0:00 first.
    """

    tier: str
    design: Design
    needed: Floats
    there: Floats

    @property
    def worst(self) -> int | None:
        """The hour of the week that lacks most within the bounds; None where none does."""
        lacks = self.needed - self.there
        # The program works with floating point: a head is a whole one.
        return int(np.argmax(lacks)) if lacks.max() > 1 / 2 else None


def cover(space: Space, others: Design) -> Cover | None:
    """Choose heads for the shifts of the first tier.

    Parameters
    ----------
    space : Space
    others : tuple of int
        A desk; what is no shift of the first tier stays as it is there.

    Returns
    -------
    Cover or None
        None where there are not several shifts to choose from.
    """
    scenario = space.scenario(others)
    tier = next(iter(scenario.tiers))
    places = _places(space, scenario, tier)
    if len(places) < 2:  # noqa: PLR2004 - one shift leaves no choice
        return None
    needed = _needed(scenario, tier)
    moving = [hours_held(scenario, space.axes[at].name.rpartition(".")[2]) for at in places]
    values = [_heads(space.axes[at]) for at in places]
    there = _fixed(space, scenario, tier, places)
    low = [each[0] for each in values]
    steps = [each[1] - each[0] for each in values]
    base = there + sum(held * heads for held, heads in zip(moving, low, strict=True))
    held = np.array([h * step for h, step in zip(moving, steps, strict=True)])
    chosen = _cheapest(held, needed - base, [len(each) - 1 for each in values])
    design = list(others)
    for at, steps_taken in zip(places, chosen, strict=True):
        design[at] = steps_taken
    return Cover(tier, tuple(design), needed, base + np.array(chosen) @ held)


def _places(space: Space, scenario: Scenario, tier: str) -> list[int]:
    """List the axes that are heads on a shift of the tier."""
    if scenario.tiers[tier].staff is None:
        return []
    start = f"tiers.{tier}.staff."
    return [at for at, axis in enumerate(space.axes) if axis.heads and axis.name.startswith(start)]


def _heads(axis: Axis) -> list[int]:
    return [int(changes[axis.name]) for changes in axis.changes]


def _fixed(space: Space, scenario: Scenario, tier: str, places: list[int]) -> Floats:
    """Return the heads by hour on shifts that do not move."""
    moving = {space.axes[at].name.rpartition(".")[2] for at in places}
    there = np.zeros(HOURS_PER_WEEK)
    for shift, heads in (scenario.tiers[tier].staff or {}).items():
        if shift not in moving:
            there += heads * hours_held(scenario, shift)
    return there


def _cheapest(held: Floats, lacking: Floats, most: list[int]) -> list[int]:
    """Solve the cover: steps by shift, each within its bounds.

    ``held`` has a row for each shift, with the heads that a step puts there in each hour. What cannot
    be covered is paid for at a high price, so that an answer as near as possible is always there.
    """
    # scipy.optimize takes a third of a second to import.
    optimize: Any = importlib.import_module("scipy.optimize")
    hours = np.flatnonzero(lacking > 0)
    shifts, count = len(held), len(hours)
    costs = np.concatenate([held.sum(axis=1), np.full(count, LACKING)])
    cover_each = np.hstack([held[:, hours].T, np.eye(count)])
    answer = optimize.milp(
        costs,
        constraints=optimize.LinearConstraint(cover_each, lb=lacking[hours]) if count else (),
        integrality=np.concatenate([np.ones(shifts), np.zeros(count)]),
        bounds=optimize.Bounds(0, np.concatenate([most, np.full(count, np.inf)])),
    )
    assert answer.x is not None, answer.message
    return [round(steps) for steps in answer.x[:shifts]]


def _needed(scenario: Scenario, tier: str) -> Floats:
    """Return the heads on shift that each hour of the week needs, absence and breaks included."""
    flows = implied(scenario)
    known = scenario.tiers[tier]
    share = flows.reaches[tier]
    asked_h = sum(queue.asked_h for queue in flows.queues if queue.tier == tier)
    needed = np.zeros(HOURS_PER_WEEK)
    if flows.tickets * share == 0 or asked_h == 0:
        return needed
    work_h = asked_h / (flows.tickets * share)
    levels = [
        level
        for level in scenario.service_levels.values()
        if level.clock == "respond" and level.tier == tier
    ]
    within = min((level.within for level in levels), default=USUAL_WITHIN) / HOUR
    goal = min(max((level.goal for level in levels), default=USUAL_GOAL), MOST_GOAL)
    open_hours = np.max(
        [hours_held(scenario, level.hours) for level in levels]
        or [hours_held(scenario, shift) for shift in known.staff or {}],
        axis=0,
    )
    some = callers(scenario)
    present = (1 - known.absence) * (1 - known.breaks)
    by_rate: dict[float, int] = {}
    for hour, rate in enumerate(_arrivals(scenario) * share):
        if rate == 0 or open_hours[hour] == 0:
            continue
        if rate not in by_rate:
            load = Load(float(rate), work_h, 0)
            if some is None or some.share < 1:
                staff = staff_for_load(load, limit_h=within, goal=goal)
            else:
                staff = staff_for_callers(
                    load, patience_h=some.patience_h, limit_h=within, goal=goal
                )
            by_rate[rate] = math.ceil(staff / present)
        needed[hour] = by_rate[rate]
    return needed


def _arrivals(scenario: Scenario) -> Floats:
    """Return the tickets expected in each hour of an ordinary week."""
    period = scenario.period
    hours = hour_of_week(period.start, period.length, period.time_zone)
    rates = plan(scenario).rates
    total = np.bincount(hours, weights=rates, minlength=HOURS_PER_WEEK)
    count = np.bincount(hours, minlength=HOURS_PER_WEEK)
    mean: Floats = total / np.maximum(count, 1)
    return mean


def hours_held(scenario: Scenario, name: str) -> Floats:
    """Return the part of each hour of an ordinary week in which a shift, or named hours, hold."""
    period = scenario.period
    # The week before is there for spans that pass midnight on Sunday.
    monday = period.start - dt.timedelta(days=period.start.weekday() + 7)
    opens, closes = open_spells(
        scenario.hours_named(name), monday, 2 * WEEK, period.time_zone, beyond_ms=0
    )
    edges = WEEK + HOUR * np.arange(HOURS_PER_WEEK + 1)
    low = np.maximum(opens[:, np.newaxis], edges[:-1])
    high = np.minimum(closes[:, np.newaxis], edges[1:])
    held: Floats = np.maximum(high - low, 0).sum(axis=0) / HOUR
    return held
