"""What is the same in every replication of a scenario, worked out once.

Names become positions here: tiers, teams and topics become queues; shifts become spells of the
clock; means and shares become arrays by tier and topic.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from sim.scenario.calendar import hour_of_week, local_days, open_spells, start_instant
from sim.scenario.consistency import queue_names, served_queue
from sim.scenario.hours import Hours
from sim.scenario.model import Scenario, Site
from sim.scenario.support import FIELDS_OF_NOTES, Tier
from sim.units import DAY, HOUR, HOURS_PER_WEEK, YEAR
from sim.workload.desk import (
    NO_LIMIT,
    NO_PRE_EMPTION,
    NO_PROVIDER,
    USUAL_SPEED,
    Discipline,
    Pool,
    Queue,
    Service,
    ShiftEnd,
)
from sim.workload.journeys import ALWAYS, NEVER_MS, Numbers, Times

QUANTILES = 1024
"""Steps of the tables by which a uniform number becomes a difficulty."""
LONGEST_SHIFT_MS = 16 * HOUR
"""What runs longer is staffed by people in turns of a day, each with an absence of its own."""

PER_MILLE = 1000

_DISCIPLINES = {
    "priority": Discipline.PRIORITY,
    "first come": Discipline.FIRST_COME,
    "earliest due": Discipline.EARLIEST_DUE,
    "last come": Discipline.LAST_COME,
    "random": Discipline.RANDOM,
    "shortest work": Discipline.SHORTEST_WORK,
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
    reserved, reserved_pool : float, int
        The first part of each spell that is spent in another pool, on permanent fixes.
    learns : float64, shape (heads, spells)
        How much of each spell each person is there for.
    """

    pool: int
    place: int
    heads: int
    absence: float
    breaks: float
    from_ms: Times
    to_ms: Times
    reserved: float
    reserved_pool: int
    learns: NDArray[np.float64]


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
    completeness : tuple of float
        Of each field of the notes.
    speeds : int32
        By pool, in thousandths; empty where all are alike.
    writing_ms : int
        Time that the notes of one escalation take.
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
    completeness: tuple[float, ...]
    writing_ms: int
    speeds: Numbers


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
    calendars = _calendar_names(scenario)
    spells = [spells_of(scenario, scenario.hours_named(name)) for name in list(calendars)[1:]]
    queues = _queues(scenario)
    groups = _groups(scenario, names)
    tiers, topics = list(scenario.tiers.values()), list(scenario.topics.values())
    return Plan(
        rates=rates,
        day=day,
        queues=tuple(queues),
        pools=tuple(_pools(scenario, groups, queues)),
        queue_of=np.array(
            [
                [names.index(_queue_name(scenario, tier, topic)) for topic in scenario.topics]
                for tier in scenario.tiers
            ],
            np.int32,
        ),
        shifts=tuple(_shifts(scenario, groups)),
        calendars=calendars,
        calendar_open_ms=tuple(opened for opened, _ in spells),
        calendar_close_ms=tuple(closed for _, closed in spells),
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
        completeness=tuple(map(scenario.documentation.completeness, FIELDS_OF_NOTES)),
        writing_ms=scenario.documentation.writing_ms(),
        speeds=_speeds(scenario, groups),
    )


def _rates(scenario: Scenario) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    period, demand = scenario.period, scenario.demand
    where = period.start, period.length, period.time_zone
    day = local_days(*where).astype(np.int64)
    weights = demand.volume * HOURS_PER_WEEK * np.array(demand.profile.weights())
    alone = Site(
        share=1,
        time_zone=period.time_zone,
        holidays=scenario.holidays,
        half_days=scenario.half_days,
    )
    rates = np.zeros(len(day))
    for site in scenario.sites.values() or (alone,):
        hours = hour_of_week(*where, site.time_zone)
        there = local_days(*where, site.time_zone)
        of_site = weights[hours] * site.share
        for holiday in site.holidays:
            of_site[there == (holiday - period.start).days] *= demand.holiday_share
        afternoon = hours % 24 >= 12  # noqa: PLR2004 - noon
        for half in site.half_days:
            of_site[(there == (half - period.start).days) & afternoon] *= demand.holiday_share
        rates += of_site
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
    calendars = _calendar_names(scenario)
    found = []
    for position, (name, tier) in enumerate(scenario.tiers.items()):
        box = NEVER_MS if tier.time_box is None else max(tier.time_box, 1)
        short = box if tier.short_box is None else min(max(tier.short_box, 1), box)
        provider = tier.provider
        found += [
            Queue(
                name=f"{name}.{team}" if team else name,
                tier=position,
                discipline=_DISCIPLINES[tier.order],
                box_ms=box,
                short_box_ms=short,
                pressure_permille=round(PER_MILLE * tier.pressure_at),
                calendar=NO_PROVIDER if provider is None else calendars[provider.hours],
                room=NO_LIMIT if tier.room is None else tier.room,
            )
            for team in (tier.teams or ("",))
        ]
    if _reserves(scenario):
        assert scenario.problems is not None
        tier_name = scenario.problems.tier
        tier_at = list(scenario.tiers).index(tier_name)
        found.append(Queue(f"{tier_name} projects", tier=tier_at, discipline=Discipline.FIRST_COME))
    return found


def _reserves(scenario: Scenario) -> bool:
    """Tell whether anybody has time for permanent fixes."""
    return scenario.problems is not None and scenario.problems.reserved > 0


def _speeds(scenario: Scenario, groups: list[_Group]) -> Numbers:
    speeds = [group.speed for group in groups] + [USUAL_SPEED] * _reserves(scenario)
    return np.array([] if set(speeds) <= {USUAL_SPEED} else speeds, np.int32)


@dataclass(frozen=True)
class _Group:
    """A pool, and the heads of its shifts."""

    pool: Pool
    tier: Tier
    staff: dict[str, int]
    team: str = ""
    reserved: float = 0.0
    speed: int = USUAL_SPEED


def _groups(scenario: Scenario, names: list[str]) -> list[_Group]:
    """List the pools of own staff, tier by tier; then those on call."""
    found: list[_Group] = []
    on_call: list[_Group] = []
    priorities = list(scenario.priorities)
    for position, (tier_name, tier) in enumerate(scenario.tiers.items()):
        if tier.provider is not None:
            continue
        pre_empts = NO_PRE_EMPTION if tier.pre_empts is None else priorities.index(tier.pre_empts)
        shift_end = _SHIFT_ENDS[tier.at_shift_end]
        own: list[int] = []
        for team in tier.teams or ("",):
            name = f"{tier_name}.{team}" if team else tier_name
            helps = tier.teams[team].also_serves if team else tier.also_serves
            own.append(names.index(name))
            services = {own[-1]: Service(own[-1])}
            for other, after in helps.items():
                queue = names.index(served_queue(scenario, tier_name, other) or name)
                services.setdefault(queue, Service(queue, after_ms=after))
            pool = Pool(
                name,
                tuple(services.values()),
                position,
                shift_end,
                pre_empts,
                by_wait=tier.takes == "longest wait",
            )
            staff = tier.teams[team].staff if team else tier.staff or {}
            problems = scenario.problems
            reserves = problems is not None and problems.tier == tier_name
            reserved = problems.reserved if problems is not None and reserves else 0.0
            found.append(_Group(pool, tier, staff, team, reserved))
        for person, one in tier.people.items():
            home = names.index(f"{tier_name}.{one.team}" if one.team else tier_name)
            skills = {home: Service(home)}
            for other, after in one.also_serves.items():
                queue = names.index(served_queue(scenario, tier_name, other) or tier_name)
                skills.setdefault(queue, Service(queue, after_ms=after))
            pool = Pool(
                f"{tier_name}: {person}",
                tuple(skills.values()),
                position,
                shift_end,
                pre_empts,
                by_wait=tier.takes == "longest wait",
            )
            speed = round(one.speed * USUAL_SPEED)
            found.append(_Group(pool, tier, {one.shift: 1}, one.team or "", speed=speed))
        if tier.on_call is not None:
            urgent = priorities.index(tier.on_call.priority)
            services_on_call = tuple(Service(queue, tier.on_call.after, urgent) for queue in own)
            pool = Pool(
                f"{tier_name} on call", services_on_call, position, ShiftEnd.FINISH, on_call=True
            )
            on_call.append(_Group(pool, tier, tier.on_call.staff))
    return found + on_call


def _pools(scenario: Scenario, groups: list[_Group], queues: list[Queue]) -> list[Pool]:
    """Return the pools of all groups, and last the one that works in reserved time."""
    pools = [group.pool for group in groups]
    if _reserves(scenario):
        projects = queues[-1]
        # Who has nothing left to fix takes the tier's tickets, rather than wait for a problem.
        tickets = (at for at, one in enumerate(queues[:-1]) if one.tier == projects.tier)
        services = tuple(Service(queue) for queue in (len(queues) - 1, *tickets))
        pools.append(Pool(projects.name, services, projects.tier, ShiftEnd.PARK))
    return pools


def spells_of(scenario: Scenario, hours: Hours, *, beyond_ms: int = YEAR) -> tuple[Times, Times]:
    """Return the spells of named hours, from the period's start to ``beyond_ms`` after its end."""
    period = scenario.period
    return open_spells(
        hours, period.start, period.length, period.time_zone, scenario.holidays, beyond_ms=beyond_ms
    )


def midnight_ms(scenario: Scenario, day: dt.date) -> int:
    """Return when a day begins, on the scenario's clock; outside its period every day has 24 h."""
    period = scenario.period
    plain_ms = (day - period.start).days * DAY
    if not 0 < plain_ms <= period.length:
        return plain_ms
    since = start_instant(day, period.time_zone) - start_instant(period.start, period.time_zone)
    return since // dt.timedelta(milliseconds=1)


def _shifts(scenario: Scenario, groups: list[_Group]) -> list[Shift]:
    places = list(scenario.shifts)
    found = []
    for number, group in enumerate(groups):
        calm = group.pool.on_call
        for name, heads in group.staff.items():
            opened, closed = spells_of(scenario, scenario.shifts[name], beyond_ms=0)
            start, end = _turns(opened, closed)
            found.append(
                Shift(
                    pool=number,
                    place=places.index(name),
                    heads=heads,
                    absence=0.0 if calm else group.tier.absence,
                    breaks=0.0 if calm else group.tier.breaks,
                    from_ms=start,
                    to_ms=end,
                    reserved=group.reserved,
                    reserved_pool=len(groups),
                    learns=_learns(scenario, group, name, heads, start),
                )
            )
    return found


def _learns(
    scenario: Scenario, group: _Group, shift: str, heads: int, start: Times
) -> NDArray[np.float64]:
    """Return how much of each spell each person of a shift is there for: vacancies and ramp-up."""
    part = np.ones((heads, len(start)))
    if group.pool.on_call:
        return part
    staying = heads
    for vacancy in group.tier.vacancies:
        if (vacancy.shift, vacancy.team or "") != (shift, group.team):
            continue
        # Each concerns other people, from the last on, as long as there are any.
        staying = heads if staying < vacancy.heads else staying
        who = slice(staying - vacancy.heads, staying)
        staying -= vacancy.heads
        there = np.ones(len(start))
        there[start >= midnight_ms(scenario, vacancy.start)] = 0
        if vacancy.until is not None:
            back = midnight_ms(scenario, vacancy.until)
            learned = (start - back) / max(vacancy.ramp_up, 1)
            there[start >= back] = 1
            learning = (start >= back) & (learned < 1) & (vacancy.ramp_up > 0)
            there[learning] = vacancy.starts_at + (1 - vacancy.starts_at) * learned[learning]
        part[who] = np.minimum(part[who], there)
    return part


def _turns(opened: Times, closed: Times) -> tuple[Times, Times]:
    """Cut spells that are longer than a shift into turns of a day."""
    length = closed - opened
    turns = np.where(length > LONGEST_SHIFT_MS, -(-length // DAY), 1)
    which = np.repeat(np.arange(len(opened)), turns)
    turn = np.arange(len(which)) - np.repeat(np.cumsum(turns) - turns, turns)
    start = opened[which] + turn * DAY
    last = turn == turns[which] - 1
    return start, np.where(last, closed[which], start + DAY)


def _calendar_names(scenario: Scenario) -> dict[str, int]:
    """Give each of the hours in which delays run its number."""
    used = [scenario.users.hours]
    if scenario.updates is not None:
        used.append(scenario.updates.hours)
    for tier in scenario.tiers.values():
        parts = (tier.provider, tier.vendor, tier.change, tier.left_lying)
        used += [part.hours for part in parts if part is not None]
        if tier.left_lying is not None and tier.left_lying.handed_over is not None:
            used.append(tier.left_lying.handed_over.hours)
    named = dict.fromkeys(name for name in used if name != "always")
    return {"always": ALWAYS} | {name: number for number, name in enumerate(named)}
