"""Curves over hours, days and weeks: backlog, staff, utilisation, waiting, arrivals, weekly shares."""

from __future__ import annotations

import numpy as np

from sim.outcome.curves import Arrays, Floats, days, register_curve
from sim.outcome.facts import Facts
from sim.outcome.grid import by_hour_of_week, cells, divided, edges, occupied, week_of, weeks
from sim.outcome.load import Stays, overtime, presence, work
from sim.outcome.resolution import fates
from sim.outcome.service import weekly
from sim.units import HOUR, HOURS_PER_WEEK
from sim.workload.journeys import NOT_YET, Times

_WEEK = (7, 24)


def _first_cell(facts: Facts) -> int:
    """Return the first whole hour of the counted period."""
    return -(-facts.warm_up_ms // HOUR)


def _backlogs(facts: Facts) -> list[Times]:
    """Return the ticket time in each hour of the period, by tier."""
    bounds = edges(facts.end_ms)
    found = []
    for tier in range(len(facts.tiers)):
        rows = np.flatnonzero(facts.tier == tier)
        found.append(occupied(bounds, facts.joined_ms[rows], facts.held_until_ms[rows]))
    return found


@register_curve(
    "backlog_by_hour",
    label="Backlog by hour of the week",
    sentence="Mean number of tickets that each tier holds, by hour of the local week, after the "
    "warm-up.",
    unit="count",
    axes=("tier", "hour of the week"),
)
def _backlog_by_hour(facts: Facts) -> Arrays:
    hour, _ = cells(facts.run.scenario.period)
    bounds, first = edges(facts.end_ms), _first_cell(facts)
    rows = [by_hour_of_week(time, hour, first, bounds) for time in facts.once(_backlogs)]
    return {"": np.array(rows)}


@register_curve(
    "backlog_by_day",
    label="Backlog by day",
    sentence="Mean number of tickets that each tier holds, by local day, warm-up included.",
    unit="count",
    axes=("tier", "day"),
)
def _backlog_by_day(facts: Facts) -> Arrays:
    _, day = cells(facts.run.scenario.period)
    count, length = days(facts.run.scenario), np.diff(edges(facts.end_ms))
    per_day = np.bincount(day, length, minlength=count)
    rows = [
        divided(np.bincount(day, time, minlength=count), per_day) for time in facts.once(_backlogs)
    ]
    return {"": np.array(rows)}


def _at_once(facts: Facts, stays: Stays) -> Floats:
    """Return the mean number of agents of each pool in each hour of the week."""
    hour, _ = cells(facts.run.scenario.period)
    bounds, first = edges(facts.end_ms), _first_cell(facts)
    pool = facts.run.desk.agent_pool[stays.agent]
    rows = []
    for number in range(len(facts.run.desk.pools)):
        own = np.flatnonzero(pool == number)
        time = occupied(bounds, stays.from_ms[own], stays.to_ms[own])
        rows.append(by_hour_of_week(time, hour, first, bounds))
    return np.array(rows).reshape(-1, *_WEEK)


def _staff(facts: Facts) -> Floats:
    return _at_once(facts, facts.once(presence))


def _busy(facts: Facts) -> Floats:
    return _at_once(facts, facts.once(work)) - _at_once(facts, facts.once(overtime))


@register_curve(
    "staff_by_hour",
    label="Agents there",
    sentence="Mean number of agents there to take tickets, by weekday and hour.",
    unit="count",
    axes=("pool", "weekday", "hour"),
)
def _staff_by_hour(facts: Facts) -> Arrays:
    return {"": facts.once(_staff)}


@register_curve(
    "busy_by_hour",
    label="Agents at work",
    sentence="Mean number of agents at work on shift, by weekday and hour.",
    unit="count",
    axes=("pool", "weekday", "hour"),
)
def _busy_by_hour(facts: Facts) -> Arrays:
    return {"": facts.once(_busy)}


@register_curve(
    "utilisation_by_hour",
    label="Utilisation by hour",
    sentence="Part of the time that agents were there that they worked, by weekday and hour.",
    unit="share",
    axes=("pool", "weekday", "hour"),
)
def _utilisation_by_hour(facts: Facts) -> Arrays:
    return {"": divided(facts.once(_busy), facts.once(_staff))}


@register_curve(
    "waiting_by_hour",
    label="Waiting by hour of the week",
    sentence="Mean time that visits wait to be taken up, by the hour of the week in which they "
    "join a tier's queues.",
    unit="duration",
    axes=("tier", "hour of the week"),
)
def _waiting_by_hour(facts: Facts) -> Arrays:
    hour, _ = cells(facts.run.scenario.period)
    taken_up = (facts.started_ms != NOT_YET) & facts.row_counts
    total, count = np.zeros((2, len(facts.tiers), HOURS_PER_WEEK))
    for tier in range(len(facts.tiers)):
        rows = np.flatnonzero(taken_up & (facts.tier == tier))
        joined = facts.joined_ms[rows]
        waited = np.subtract(facts.started_ms[rows], joined, dtype=np.float64)
        joined //= HOUR
        place = hour[joined]
        total[tier] = np.bincount(place, waited, minlength=HOURS_PER_WEEK)
        count[tier] = np.bincount(place, minlength=HOURS_PER_WEEK)
    return {"": divided(total, count)}


@register_curve(
    "arrivals_by_hour",
    label="Tickets in an hour",
    sentence="Mean number of tickets created in an hour, by hour of the week.",
    unit="count",
    axes=("hour of the week",),
)
def _arrivals_by_hour(facts: Facts) -> Arrays:
    hour, _ = cells(facts.run.scenario.period)
    first = _first_cell(facts)
    cell = facts.of_counted(facts.run.workload.tickets.arrival_ms) // HOUR
    count = np.bincount(hour[cell[cell >= first]], minlength=HOURS_PER_WEEK)
    return {"": divided(count, np.bincount(hour[first:], minlength=HOURS_PER_WEEK))}


@register_curve(
    "weekly",
    label="By week",
    sentence="The first line's share and each service level, by the week in which tickets were "
    "created.",
    unit="share",
    axes=("week",),
)
def _weekly(facts: Facts) -> Arrays:
    found = {}
    count = weeks(facts.run.scenario.period)
    fate = facts.once(fates)
    week = facts.once(week_of)[facts.whose]
    began = np.bincount(week[fate.decided & fate.began], minlength=count + 1)[:count]
    stayed = np.bincount(week[fate.stayed], minlength=count + 1)[:count]
    found["l1_share"] = divided(stayed, began)
    for name, (met, judged) in facts.once(weekly).items():
        found[f"service_level[{name}]"] = divided(met, judged)
    return found
