"""What is the same in every replication of a scenario, worked out once.

Names become positions here: tiers, teams and topics become queues; shifts become spells of the
clock; means and shares become arrays by tier and topic.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from sim.scenario.calendar import hour_of_week, local_days, open_spells
from sim.scenario.consistency import queue_names, served_queue
from sim.scenario.hours import Hours
from sim.scenario.model import Scenario
from sim.units import DAY, HOUR, HOURS_PER_WEEK, YEAR
from sim.workload.desk import (
    NO_PRE_EMPTION,
    Discipline,
    Pool,
    Queue,
    Service,
    ShiftEnd,
)
from sim.workload.journeys import ALWAYS, Numbers, Times

QUANTILES = 1024
"""Steps of the tables by which a uniform number becomes a difficulty."""
LONGEST_SHIFT_MS = 16 * HOUR
"""What runs longer is staffed by people in turns of a day, each with an absence of its own."""

_DISCIPLINES = {
    "priority": Discipline.PRIORITY,
    "first come": Discipline.FIRST_COME,
    "earliest due": Discipline.EARLIEST_DUE,
}
_SHIFT_ENDS = {"finish": ShiftEnd.FINISH, "park": ShiftEnd.PARK}


@dataclass(frozen=True, eq=False)
class Shift:
    """The people of one pool who work the same hours.

    Attributes
    ----------
    pool, place : int
        The pool, and the shift's position among the scenario's shifts (it names random streams).
    heads : int
    absence, breaks : float
        Shares.
    from_ms, to_ms : int64
        Its spells, in order.
    """

    pool: int
    place: int
    heads: int
    absence: float
    breaks: float
    from_ms: Times
    to_ms: Times


@dataclass(frozen=True, eq=False)
class Plan:
    """A scenario in arrays.

    Attributes
    ----------
    rates : float64
        Expected arrivals in each elapsed hour, on days of mean busyness.
    day : int64
        The local day of each elapsed hour.
    queues, pools : tuple
        As in ``Desk``.
    queue_of : int32, shape (tiers, topics)
        Which queue takes a topic at a tier.
    shifts : tuple of Shift
    calendars : dict
        Name of hours to calendar number; ``always`` is ``ALWAYS``.
    calendar_open_ms, calendar_close_ms : tuple of int64 arrays
    priority_shares : float64, shape (topics, priorities)
    difficulty : float64, shape (topics, QUANTILES + 1)
        Quantiles of the difficulty.
    mean_difficulty : float64, one per topic
    work_ms : float64, shape (tiers, topics)
        Mean touch time.
    """

    rates: NDArray[np.float64]
    day: NDArray[np.int64]
    queues: tuple[Queue, ...]
    pools: tuple[Pool, ...]
    queue_of: Numbers
    shifts: tuple[Shift, ...]
    calendars: dict[str, int]
    calendar_open_ms: tuple[Times, ...]
    calendar_close_ms: tuple[Times, ...]
    priority_shares: NDArray[np.float64]
    difficulty: NDArray[np.float64]
    mean_difficulty: NDArray[np.float64]
    work_ms: NDArray[np.float64]


class _Same:
    """A key that is equal for the same object alone: scenarios are frozen, and slow to compare."""

    __slots__ = ("scenario",)

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario

    def __hash__(self) -> int:
        return id(self.scenario)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.scenario is other.scenario


def plan(scenario: Scenario) -> Plan:
    """Return the plan of a scenario; the same object gets the same plan."""
    return _plan(_Same(scenario))


@lru_cache(maxsize=64)
def _plan(key: _Same) -> Plan:
    scenario = key.scenario
    rates, day = _rates(scenario)
    names = queue_names(scenario)
    calendars, opens, closes = _calendars(scenario)
    tiers, topics = list(scenario.tiers.values()), list(scenario.topics.values())
    return Plan(
        rates=rates,
        day=day,
        queues=tuple(_queues(scenario)),
        pools=tuple(_pools(scenario, names)),
        queue_of=np.array(
            [
                [names.index(_queue_name(scenario, tier, topic)) for topic in scenario.topics]
                for tier in scenario.tiers
            ],
            np.int32,
        ),
        shifts=tuple(_shifts(scenario)),
        calendars=calendars,
        calendar_open_ms=opens,
        calendar_close_ms=closes,
        priority_shares=_priority_shares(scenario),
        difficulty=np.array([_difficulties(t.difficulty, t.spread) for t in topics]),
        mean_difficulty=np.array([t.difficulty for t in topics]),
        work_ms=np.array(
            [
                [topic.work.get(name, tier.work) for topic in topics]
                for name, tier in zip(scenario.tiers, tiers, strict=True)
            ],
            np.float64,
        ),
    )


def _rates(scenario: Scenario) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    period, demand = scenario.period, scenario.demand
    hours = hour_of_week(period.start, period.length, period.time_zone)
    day = local_days(period.start, period.length, period.time_zone).astype(np.int64)
    rates = demand.volume * HOURS_PER_WEEK * np.array(demand.profile.weights())[hours]
    for holiday in scenario.holidays:
        rates[day == (holiday - period.start).days] *= demand.holiday_share
    if demand.growth:
        rates *= (1 + demand.growth) ** (np.arange(len(rates)) * HOUR / YEAR)
    rates[-1] *= (period.length - (len(rates) - 1) * HOUR) / HOUR
    return rates, day


def _priority_shares(scenario: Scenario) -> NDArray[np.float64]:
    names = list(scenario.priorities)
    table = np.zeros((len(scenario.topics), len(names)))
    for row, topic in zip(table, scenario.topics.values(), strict=True):
        if topic.impact:
            for impact, of_impact in topic.impact.items():
                for urgency, of_urgency in topic.urgency.items():
                    name = scenario.demand.priority_matrix[impact][urgency]
                    row[names.index(name)] += of_impact * of_urgency
        else:
            own = topic.priorities or {k: p.share for k, p in scenario.priorities.items()}
            row[:] = [own.get(name, 0.0) for name in names]
    table /= table.sum(axis=1, keepdims=True)
    return table


@lru_cache(maxsize=1024)
def _difficulties(mean: float, spread: float) -> NDArray[np.float64]:
    """Tabulate the quantiles of a Beta distribution of a given mean and standard deviation."""
    if spread == 0:
        return np.full(QUANTILES + 1, mean)
    from scipy.special import betaincinv  # noqa: PLC0415 - its import is slower than a small run

    size = mean * (1 - mean) / spread**2 - 1
    # The ends of the table are medians of the outermost half steps, so that none is exactly 0 or 1.
    step = np.linspace(0, 1, QUANTILES + 1)
    step[0], step[-1] = 0.25 / QUANTILES, 1 - 0.25 / QUANTILES
    table: NDArray[np.float64] = betaincinv(mean * size, (1 - mean) * size, step)
    return table


def _queue_name(scenario: Scenario, tier: str, topic: str) -> str:
    teams = scenario.tiers[tier].teams
    return next((f"{tier}.{name}" for name, team in teams.items() if topic in team.topics), tier)


def _queues(scenario: Scenario) -> list[Queue]:
    found = []
    for position, (name, tier) in enumerate(scenario.tiers.items()):
        found += [
            Queue(
                name=f"{name}.{team}" if team else name,
                tier=position,
                discipline=_DISCIPLINES[tier.order],
            )
            for team in (tier.teams or ("",))
        ]
    return found


def _pools(scenario: Scenario, names: list[str]) -> list[Pool]:
    found: list[Pool] = []
    for position, (tier_name, tier) in enumerate(scenario.tiers.items()):
        helped = {team: value.also_serves for team, value in tier.teams.items()} or {
            "": tier.also_serves
        }
        pre_empts = (
            NO_PRE_EMPTION
            if tier.pre_empts is None
            else list(scenario.priorities).index(tier.pre_empts)
        )
        for others in helped.values():
            resolved = [served_queue(scenario, tier_name, other) for other in others]
            own = [len(found), *(names.index(name) for name in resolved if name is not None)]
            found.append(
                Pool(
                    name=names[len(found)],
                    tier=position,
                    serves=tuple(Service(queue) for queue in dict.fromkeys(own)),
                    shift_end=_SHIFT_ENDS[tier.at_shift_end],
                    pre_empts=pre_empts,
                )
            )
    return found


def spells_of(scenario: Scenario, hours: Hours, *, beyond_ms: int = YEAR) -> tuple[Times, Times]:
    """Return the spells of named hours, from the period's start to ``beyond_ms`` after its end."""
    period = scenario.period
    return open_spells(
        hours, period.start, period.length, period.time_zone, scenario.holidays, beyond_ms=beyond_ms
    )


def _shifts(scenario: Scenario) -> list[Shift]:
    places = list(scenario.shifts)
    found = []
    pool = 0
    for tier in scenario.tiers.values():
        staffs = [team.staff for team in tier.teams.values()] or [tier.staff or {}]
        for staff in staffs:
            for name, heads in staff.items():
                opened, closed = spells_of(scenario, scenario.shifts[name], beyond_ms=0)
                start, end = _turns(opened, closed)
                place = places.index(name)
                found.append(Shift(pool, place, heads, tier.absence, tier.breaks, start, end))
            pool += 1
    return found


def _turns(opened: Times, closed: Times) -> tuple[Times, Times]:
    """Cut spells that are longer than a shift into turns of a day."""
    length = closed - opened
    turns = np.where(length > LONGEST_SHIFT_MS, -(-length // DAY), 1)
    which = np.repeat(np.arange(len(opened)), turns)
    turn = np.arange(len(which)) - np.repeat(np.cumsum(turns) - turns, turns)
    start = opened[which] + turn * DAY
    last = turn == turns[which] - 1
    return start, np.where(last, closed[which], start + DAY)


def _calendars(
    scenario: Scenario,
) -> tuple[dict[str, int], tuple[Times, ...], tuple[Times, ...]]:
    """Give each of the hours in which delays run its number and spells."""
    named = [name for name in (scenario.users.hours,) if name != "always"]
    spells = [spells_of(scenario, scenario.hours_named(name)) for name in named]
    numbers = {"always": ALWAYS} | {name: number for number, name in enumerate(named)}
    return numbers, tuple(s[0] for s in spells), tuple(s[1] for s in spells)
