"""What the desk costs, and what waiting costs its users.

Staff is paid for the shifts that the scenario plans: every head for every hour of its shift in the
counted period, whether absent, at a break or at work. Hours on which a shift does not hold (its
holidays) are not paid. Overtime is paid on top, times ``costs.overtime_factor``. What people do on
a shift changes nothing about their cost; that is why two desks with the same plan cost the same.

A figure in money is not measured where the scenario states no cost.
"""

from __future__ import annotations

import numpy as np

from sim.outcome.facts import Facts
from sim.outcome.load import agents, by_pool
from sim.outcome.registry import NOT_MEASURED, Figure, Figures, ratio, register
from sim.scenario.calendar import open_spells
from sim.scenario.model import Scenario
from sim.units import HOUR, WEEK
from sim.workload.journeys import NONE, Times


def paid_hours(scenario: Scenario) -> dict[str, float]:
    """Return the hours paid to each tier in the counted period: heads times hours of shifts."""
    period = scenario.period
    paid = dict.fromkeys(scenario.tiers, 0.0)
    for name, tier in scenario.tiers.items():
        for staff in [tier.staff or {}, *(team.staff for team in tier.teams.values())]:
            for shift, heads in staff.items():
                opens, closes = open_spells(
                    scenario.shifts[shift],
                    period.start,
                    period.length,
                    period.time_zone,
                    scenario.holidays,
                    beyond_ms=0,
                )
                counted = np.maximum(closes - np.maximum(opens, period.warm_up), 0)
                paid[name] += heads * int(counted.sum()) / HOUR
    return paid


def staff_cost(facts: Facts) -> dict[str, float]:
    """Return what each tier's staff costs in the counted period, overtime included."""
    scenario, desk = facts.run.scenario, facts.run.desk
    paid = paid_hours(scenario)
    over = by_pool(facts, facts.once(agents).overtime_ms) / HOUR
    total = {}
    for position, (name, tier) in enumerate(scenario.tiers.items()):
        own = [p for p, pool in enumerate(desk.pools) if pool.tier == position]
        extra = float(over[own].sum()) * scenario.costs.overtime_factor
        total[name] = (paid[name] + extra) * tier.cost
    return total


def resolutions(facts: Facts) -> int:
    """Count tickets first resolved in the counted period, whenever they arrived."""
    rows = facts.resolved_row[facts.resolved_row != NONE]
    return int(np.count_nonzero(facts.finished_ms[rows] >= facts.warm_up_ms))


@register(
    "paid_hours",
    label="Paid hours in a week",
    sentence="Hours of planned shifts in a week, over all heads, overtime apart.",
    unit="hours",
    numerator="heads times the hours of their shifts in the counted period",
    denominator="weeks of the counted period",
    left_out="overtime; holidays on which a shift does not hold",
    open_tickets="no matter",
    better=None,
    variants="tier",
)
def _paid_hours(facts: Facts) -> Figures:
    weeks = facts.counted_ms / WEEK
    paid = paid_hours(facts.run.scenario)
    found = {name: ratio(hours, weeks) for name, hours in paid.items()}
    return {"": ratio(sum(paid.values()), weeks), **found}


@register(
    "staff_cost",
    label="Staff cost in a week",
    sentence="Cost of planned shifts and overtime in a week.",
    unit="money",
    numerator="paid hours and overtime, times the cost of an hour",
    denominator="weeks of the counted period",
    open_tickets="no matter",
    better="lower",
    variants="tier",
)
def _staff_cost(facts: Facts) -> Figures:
    cost, weeks = facts.once(staff_cost), facts.counted_ms / WEEK
    found = {name: ratio(_stated(value), weeks) for name, value in cost.items()}
    return {"": ratio(_stated(sum(cost.values())), weeks), **found}


def _stated(cost: float) -> float:
    return cost or NOT_MEASURED


@register(
    "cost_per_ticket",
    label="Cost per resolved ticket",
    sentence="Staff cost of the counted period for each ticket resolved in it.",
    unit="money",
    numerator="staff cost of the counted period",
    denominator="tickets first resolved in the counted period, whenever they arrived",
    left_out="tickets that ended otherwise",
    open_tickets="not in the denominator: a desk that falls behind is dearer per ticket",
    better="lower",
)
def _cost_per_ticket(facts: Facts) -> Figures:
    cost = sum(facts.once(staff_cost).values())
    return {"": ratio(_stated(cost), resolutions(facts))}


def lost_ms(facts: Facts) -> tuple[float, int]:
    """Add up the working time that users lost, and count the tickets."""
    scenario, tickets = facts.run.scenario, facts.run.workload.tickets
    rows = np.flatnonzero(facts.row_counts)
    whose = facts.ticket[rows]
    # The tiers hold a ticket in turn from its creation to its resolution, and again once reopened.
    open_: Times = facts.business.elapsed(facts.joined_ms[rows], facts.held_until_ms[rows])
    stops = np.array([topic.stops_work for topic in scenario.topics.values()])
    if len(tickets.topic):
        lost = float((open_ * stops[tickets.topic[whose]]).sum())
    else:
        shares = np.array([topic.share for topic in scenario.topics.values()])
        lost = float(open_.sum() * (stops * shares).sum() / shares.sum())
    return lost, len(facts.whose)


@register(
    "lost_hours",
    label="Working time lost per ticket",
    sentence="Working hours of its user that a ticket costs while it is open.",
    unit="hours",
    numerator="hours of `users.hours` that tickets were open, reopenings included, times the share "
    "of work that their topic stops (`stops_work`)",
    denominator="tickets",
    open_tickets="with the time lost so far",
    better="lower",
)
def _lost_hours(facts: Facts) -> Figures:
    lost, tickets = facts.once(lost_ms)
    return {"": ratio(lost / HOUR, tickets)}


@register(
    "lost_cost",
    label="Cost of lost working time in a week",
    sentence="What the working time that users lost in a week costs.",
    unit="money",
    numerator="lost hours of the counted tickets times `costs.user_hour`",
    denominator="weeks of the counted period",
    left_out="time that the tickets of the warm-up were open",
    open_tickets="with the time lost so far",
    better="lower",
)
def _lost_cost(facts: Facts) -> Figures:
    return {"": _lost_per_week(facts)}


def _lost_per_week(facts: Facts) -> Figure:
    lost, _ = facts.once(lost_ms)
    cost = lost / HOUR * facts.run.scenario.costs.user_hour
    return ratio(_stated(cost), facts.counted_ms / WEEK)


@register(
    "total_cost",
    label="Total cost in a week",
    sentence="Staff and lost working time in a week, as far as the scenario states their cost.",
    unit="money",
    numerator="staff cost and the cost of lost working time",
    denominator="weeks of the counted period",
    open_tickets="with the time lost so far",
    better="lower",
)
def _total_cost(facts: Facts) -> Figures:
    staff = sum(facts.once(staff_cost).values())
    lost, _ = facts.once(lost_ms)
    total = staff + lost / HOUR * facts.run.scenario.costs.user_hour
    return {"": ratio(_stated(total), facts.counted_ms / WEEK)}
