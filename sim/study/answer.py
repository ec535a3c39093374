"""What a searched desk is worth knowing for: prices, the frontier, what binds, how fragile it is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.scenario.change import plain
from sim.scenario.model import Scenario
from sim.study.begin import staffed
from sim.study.claim import Claim
from sim.study.compare import compare
from sim.study.doubt import Kept, kept_beside, kept_of
from sim.study.estimate import Estimate, mean_estimate
from sim.study.held import Held
from sim.study.result import Result
from sim.study.search import Found
from sim.study.shift_cover import hours_held
from sim.study.space import Design
from sim.study.study import Study
from sim.study.worst import worst_hour

GROWTH = 1.1
AWAY_WEEKS = 13
BREACH_AT = "10 h"
BREACH_WORK = "8 h"
BREACH_CALLS = 50


@dataclass(frozen=True)
class Price:
    """What one step away from the best desk does.

    Attributes
    ----------
    axis, before, after : str
    cost : Estimate
        Difference in what is to be least.
    kept : tuple of Kept
        The promises there.
    """

    axis: str
    before: str
    after: str
    cost: Estimate
    kept: tuple[Kept, ...]

    @property
    def broken(self) -> tuple[Kept, ...]:
        """The promises that are clearly missed there."""
        return tuple(kept for kept in self.kept if kept.word == "missed")

    @property
    def unsure(self) -> tuple[Kept, ...]:
        """The promises of which that is not known yet."""
        return tuple(kept for kept in self.kept if kept.word == "not yet known")


def prices(found: Found, replications: int = 40) -> tuple[Price, ...]:
    """Tell what one more or one less would do, on each axis, on common tickets."""
    here = found.best or found.nearest
    moves = []
    for at, axis in enumerate(found.space.axes):
        reach = (-1, 1) if axis.ordered else [i - here[at] for i in range(len(axis))]
        for step in reach:
            there = here[at] + step
            if step and 0 <= there < len(axis):
                moves.append((at, (*here[:at], there, *here[at + 1 :])))
    found.book.ensure([here, *(design for _, design in moves)], replications)
    costs = found.book.costs(here)[:replications]
    return tuple(
        Price(
            axis=found.space.axes[at].title,
            before=found.space.axes[at].labels[here[at]],
            after=found.space.axes[at].labels[design[at]],
            cost=mean_estimate(found.book.costs(design)[:replications] - costs),
            kept=kept_beside(found.book, design, here, found.confidence),
        )
        for at, design in moves
    )


@dataclass(frozen=True)
class Point:
    """A desk on the frontier of cost against service.

    Attributes
    ----------
    design : tuple of int
    cost : float
    slack : float
        The least slack of all promises, as a part of its bound; 0: a promise is just kept.
    replications : int
    knee : bool
        From here on more service costs more than before.
    """

    design: Design
    cost: float
    slack: float
    replications: int
    knee: bool = False


def frontier(found: Found) -> tuple[Point, ...]:
    """Return the desks seen of which none is both cheaper and better, the cheapest first."""
    book, here = found.book, found.best or found.nearest
    points = []
    for design in book.designs:
        # Desks have unlike replications: each is set against the best on the tickets both met.
        both = min(book.replications(design), book.replications(here))
        slack = book.slacks(here).mean(axis=0)
        slack = slack + (book.slacks(design)[:both] - book.slacks(here)[:both]).mean(axis=0)
        scaled = [s / p.scale for s, p in zip(slack, book.promises, strict=True)]
        dearer = np.nanmean(book.costs(design)[:both] - book.costs(here)[:both])
        cost = float(np.nanmean(book.costs(here)) + dearer)
        points.append(Point(design, cost, float(min(scaled)), both))
    best: list[Point] = []
    for point in sorted(points, key=lambda p: (p.cost, -p.slack)):
        if not best or point.slack > best[-1].slack:
            best.append(point)
    return tuple(_with_knee(best))


def _with_knee(points: list[Point]) -> Iterator[Point]:
    """Mark the point farthest from the line between the ends."""
    if len(points) < 3:  # noqa: PLR2004 - a knee lies between two ends
        yield from points
        return
    cost = np.array([p.cost for p in points])
    slack = np.array([p.slack for p in points])
    across = (cost - cost[0]) / (cost[-1] - cost[0])
    up = (slack - slack[0]) / (slack[-1] - slack[0])
    at = int(np.argmax(up - across))
    for place, point in enumerate(points):
        yield Point(point.design, point.cost, point.slack, point.replications, place == at)


def binding(found: Found) -> Kept:
    """Return the promise with the least room, as a part of its bound."""
    return min(found.kept, key=lambda kept: kept.slack / kept.promise.scale)


def pressing(found: Found, result: Result) -> Claim:
    """Say when waiting presses most on the promise with the least room, if that is more than noise.

    Hours count by how long their tickets wait and by how many come: a long wait on a Sunday that
    hardly anybody has binds nothing. Hours in which the promise does not run are left out. The tier
    is that of the promise, the first if it has none.
    """
    scenario = result.scenario
    levels = scenario.service_levels
    name = binding(found).promise.metric.partition("[")[2].rstrip("]")
    level = levels.get(name)
    tier = level.tier if level is not None and level.tier else next(iter(scenario.tiers))
    place, curves = list(scenario.tiers).index(tier), [one.curves for one in result.replications]
    come = np.stack([np.asarray(one["arrivals_by_hour"], np.float64).reshape(-1) for one in curves])
    if level is not None:
        come = np.where(hours_held(scenario, level.hours).reshape(-1) > 0, come, np.nan)
    every = np.full((len(come), len(scenario.tiers), come.shape[1]), np.nan)
    every[:, place] = come
    return worst_hour(result, "waiting_by_hour", list(scenario.tiers), every.reshape(len(come), -1))


@dataclass(frozen=True, eq=False)
class Strain:
    """The best desk under strain.

    Attributes
    ----------
    name : str
    result : Result
    kept : tuple of (Held, Estimate)
        Slack of each promise.
    """

    name: str
    result: Result
    kept: tuple[tuple[Held, Estimate], ...]

    @property
    def broken(self) -> tuple[Held, ...]:
        """Promises that are clearly broken."""
        return tuple(promise for promise, slack in self.kept if slack.high < 0)


def strains(found: Found, *, replications: int = 20, seed: int = 1) -> tuple[Study, list[Strain]]:
    """Try the best desk with more volume, one person away for a quarter, and a security breach.

    Returns
    -------
    study : Study
        The desk itself first.
    strains : list of Strain
    """
    desk = found.scenario()
    several = [desk, *(desk.with_(changes, name=name) for name, changes in _trouble(desk).items())]
    study = compare(several, replications=replications, seed=seed)
    return study, [
        Strain(
            result.name,
            result,
            tuple(
                (
                    promise,
                    mean_estimate(promise.slacks(result.parts(promise.metric))),
                )
                for promise in found.book.promises
            ),
        )
        for result in study.results[1:]
    ]


def _trouble(desk: Scenario) -> dict[str, dict[str, Any]]:
    tree = plain(desk)
    start = desk.period.start + dt.timedelta(milliseconds=desk.period.warm_up)
    trouble: dict[str, dict[str, Any]] = {
        "volume +10 %": {"demand.volume": f"{desk.demand.volume * GROWTH} / h"}
    }
    for name, tier in desk.tiers.items():
        staffs = [("", tier.staff or {})] + [(t, v.staff) for t, v in tier.teams.items()]
        team, staff = max(staffs, key=lambda one: sum(one[1].values()))
        if not staff:
            continue
        shift = max(staff, key=lambda one: staff[one])
        if not staff[shift]:
            continue
        away = {
            "shift": shift,
            "team": team or None,
            "start": start.isoformat(),
            "until": (start + dt.timedelta(weeks=AWAY_WEEKS)).isoformat(),
        }
        already = tree["tiers"][name]["vacancies"]
        trouble[f"one person away at {name}"] = {f"tiers.{name}.vacancies": [*already, away]}
    own = [name for name, tier in desk.tiers.items() if tier.provider is None]
    if own:
        day = start + dt.timedelta(days=(1 - start.weekday()) % 7 + 7)
        engineers = dict.fromkeys(own[-2:], 1)
        breach = {
            "on": [day.isoformat()],
            "at": BREACH_AT,
            "priority": next(iter(desk.priorities)),
            "topic": max(desk.topics, key=lambda name: desk.topics[name].difficulty),
            "engineers": engineers,
            "work": BREACH_WORK,
            "linked": BREACH_CALLS,
        }
        trouble["a security breach"] = {"incidents": {**tree["incidents"], "breach": breach}}
    return trouble


@dataclass(frozen=True)
class Formula:
    """What formulas alone would have staffed.

    Attributes
    ----------
    design : tuple of int
    cost : Estimate
        Of that desk, against the best: the difference in what is to be least.
    kept : tuple of Kept
        Its promises, by simulation.
    """

    design: Design
    cost: Estimate
    kept: tuple[Kept, ...]


def by_formula(found: Found, replications: int = 20) -> Formula:
    """Return the desk that mean loads and the square-root rule would have staffed."""
    here, design = found.best or found.nearest, staffed(found.space, found.space.start)
    found.book.ensure([here, design], replications)
    difference = found.book.costs(design)[:replications] - found.book.costs(here)[:replications]
    return Formula(design, mean_estimate(difference), kept_of(found.book, design, found.confidence))


def at_the_bounds(found: Found, replications: int = 20) -> tuple[Kept, ...]:
    """Return the promises of the fullest desk: those it misses cannot be kept within the bounds."""
    found.book.ensure([found.space.fullest], replications)
    return kept_of(found.book, found.space.fullest, found.confidence)
