"""What the desk costs, and what waiting costs its users.

*Staff* is paid for the shifts that the scenario plans: every head for every hour of its shift in the
counted period, whether absent, at a break or at work. A position that is vacant is not paid. Hours
on which a shift does not hold (its holidays) are not paid. Overtime is paid on top, times
``costs.overtime_factor``. What people do on a shift changes nothing about their cost.

*On call* is paid by the hour of standing by and by the call-out: work of an agent on call that does
not follow at once on other work of the same agent.

A *provider* is paid for each ticket that came to it in the counted period, once however often it
comes back, and a retainer by the month (a twelfth of 365 days).

*Credits* are paid for each whole week and service level: ``credit`` for each percentage point by
which the week's share falls short of the goal.

A figure in money is not measured where the scenario states no cost.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from sim.outcome.facts import Facts
from sim.outcome.grid import week_edges
from sim.outcome.load import agents, by_pool, work
from sim.outcome.registry import NOT_MEASURED, Figures, ratio, register
from sim.outcome.service import weekly
from sim.scenario.calendar import open_spells, start_instant
from sim.scenario.hours import Hours
from sim.scenario.model import Scenario
from sim.scenario.quantities import Date
from sim.scenario.support import Tier
from sim.units import HOUR, MONTH, WEEK
from sim.workload.journeys import NONE, NOT_YET, Times

_POINTS = 100
"""Percentage points in a whole."""


def _planned_hours(
    scenario: Scenario, hours: Hours, start: int = 0, stop: int | None = None
) -> float:
    """Return how many hours of a shift lie in the counted period (from ``start`` to ``stop``)."""
    period = scenario.period
    opens, closes = open_spells(
        hours, period.start, period.length, period.time_zone, scenario.holidays, beyond_ms=0
    )
    low = max(period.warm_up, start)
    high = period.length if stop is None else stop
    return int(np.maximum(np.minimum(closes, high) - np.maximum(opens, low), 0).sum()) / HOUR


def _day_ms(scenario: Scenario, day: Date) -> int:
    """Return when a local day begins, in ms since the start of the period."""
    zone = scenario.period.time_zone
    since = start_instant(day, zone) - start_instant(scenario.period.start, zone)
    return round(since.total_seconds() * 1000)


def _staffs(tier: Tier) -> list[Mapping[str, int]]:
    named = ({person.shift: 1} for person in tier.people.values())
    return [tier.staff or {}, *(team.staff for team in tier.teams.values()), *named]


def paid_hours(scenario: Scenario) -> dict[str, float]:
    """Return the hours paid to each tier in the counted period: heads times hours of shifts."""
    paid = dict.fromkeys(scenario.tiers, 0.0)
    for name, tier in scenario.tiers.items():
        for staff in _staffs(tier):
            for shift, heads in staff.items():
                paid[name] += heads * _planned_hours(scenario, scenario.shifts[shift])
        for vacancy in tier.vacancies:
            begins = _day_ms(scenario, vacancy.start)
            ends = None if vacancy.until is None else _day_ms(scenario, vacancy.until)
            empty = _planned_hours(scenario, scenario.shifts[vacancy.shift], begins, ends)
            paid[name] -= vacancy.heads * empty
    return paid


def staff_cost(facts: Facts) -> dict[str, float]:
    """Return what each tier's staff costs in the counted period: shifts, overtime, on call."""
    scenario, desk = facts.run.scenario, facts.run.desk
    paid = paid_hours(scenario)
    over = by_pool(facts, facts.once(agents).overtime_ms) / HOUR
    outs = facts.once(call_outs)
    total = {}
    for position, (name, tier) in enumerate(scenario.tiers.items()):
        own = [p for p, pool in enumerate(desk.pools) if pool.tier == position]
        planned = [p for p in own if not desk.pools[p].on_call]
        extra = float(over[planned].sum()) * scenario.costs.overtime_factor
        total[name] = (paid[name] + extra) * tier.cost
        if tier.on_call is not None:
            ready = sum(
                heads * _planned_hours(scenario, scenario.shifts[shift])
                for shift, heads in tier.on_call.staff.items()
            )
            called = int(outs[[p for p in own if desk.pools[p].on_call]].sum())
            total[name] += ready * tier.on_call.standby + called * tier.on_call.call_out
    return total


def call_outs(facts: Facts) -> Times:
    """Count the call-outs of each pool in the counted period."""
    desk = facts.run.desk
    on_call = np.array([pool.on_call for pool in desk.pools] or [False])
    if not on_call.any():
        return np.zeros(len(desk.pools), np.int64)
    spells = facts.once(work)
    called = on_call[desk.agent_pool[spells.agent]]
    agent, from_ms, to_ms = (a[called] for a in (spells.agent, spells.from_ms, spells.to_ms))
    order = np.lexsort((from_ms, agent))
    agent, from_ms, to_ms = agent[order], from_ms[order], to_ms[order]
    fresh = np.ones(len(agent), np.bool_)
    fresh[1:] = (agent[1:] != agent[:-1]) | (from_ms[1:] != to_ms[:-1])
    fresh &= from_ms >= facts.warm_up_ms
    return np.bincount(desk.agent_pool[agent[fresh]], minlength=len(desk.pools)).astype(np.int64)


def provider_cost(facts: Facts) -> dict[str, float]:
    """Return what each tier's provider is paid in the counted period; 0 for tiers with staff."""
    scenario = facts.run.scenario
    total = dict.fromkeys(scenario.tiers, 0.0)
    for position, (name, tier) in enumerate(scenario.tiers.items()):
        if tier.provider is None:
            continue
        came = facts.first_of_ticket(np.flatnonzero(facts.tier == position))
        counted = int(np.count_nonzero(facts.joined_ms[came] >= facts.warm_up_ms))
        months = facts.counted_ms / MONTH
        total[name] = tier.provider.price * counted + tier.provider.retainer * months
    return total


def credits_paid(facts: Facts) -> dict[str, float]:
    """Return the credits paid for each service level in the counted period."""
    total = {}
    for name, (met, judged) in facts.once(weekly).items():
        promise = facts.run.scenario.service_levels[name]
        real = judged > 0
        short = np.maximum(promise.goal - met[real] / judged[real], 0)
        total[name] = float(short.sum()) * _POINTS * promise.credit
    return total


def resolutions(facts: Facts) -> int:
    """Count tickets first resolved in the counted period, whenever they arrived."""
    rows = facts.resolved_row[facts.resolved_row != NONE]
    return int(np.count_nonzero(facts.finished_ms[rows] >= facts.warm_up_ms))


def desk_cost(facts: Facts) -> float:
    """Return staff, providers and credits in the counted period."""
    parts = (facts.once(staff_cost), facts.once(provider_cost), facts.once(credits_paid))
    return sum(sum(part.values()) for part in parts)


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
    sentence="Cost of planned shifts, overtime, standing by and call-outs in a week.",
    unit="money",
    numerator="paid hours and overtime times the cost of an hour; on-call hours and call-outs",
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
    "provider_cost",
    label="Provider cost in a week",
    sentence="What providers are paid in a week: tickets and retainers.",
    unit="money",
    numerator="price of the tickets that came to the provider, and its retainer; 0 for own staff",
    denominator="weeks of the counted period",
    open_tickets="paid when they come",
    better="lower",
    variants="tier",
)
def _provider_cost(facts: Facts) -> Figures:
    cost, weeks = facts.once(provider_cost), facts.counted_ms / WEEK
    # Who does a tier's work by its own people pays no provider; a provider without a price is not known.
    tiers = facts.run.scenario.tiers
    paid = {
        name: cost[name] if tiers[name].provider is None else _stated(cost[name]) for name in cost
    }
    return {"": ratio(sum(paid.values()), weeks)} | {
        name: ratio(value, weeks) for name, value in paid.items()
    }


@register(
    "credits",
    label="Service credits in a week",
    sentence="Credits paid in a week for service levels that fell short of their goal.",
    unit="money",
    numerator="credit for each percentage point short, over the whole weeks",
    denominator="whole weeks of the counted period",
    left_out="weeks without a ticket that can be judged",
    open_tickets="late if the target has passed by the end of the period; else left out",
    better="lower",
    variants="service level",
)
def _credits(facts: Facts) -> Figures:
    paid, promised = facts.once(credits_paid), facts.run.scenario.service_levels
    weeks = len(week_edges(facts.run.scenario.period)) - 1
    any_credit = any(level.credit for level in promised.values())
    found = {
        name: ratio(value if promised[name].credit else NOT_MEASURED, weeks)
        for name, value in paid.items()
    }
    return {"": ratio(sum(paid.values()) if any_credit else NOT_MEASURED, weeks), **found}


@register(
    "call_outs",
    label="Call-outs in a week",
    sentence="How often somebody on call is called out in a week.",
    unit="count",
    numerator="stretches of work of agents on call in the counted period",
    denominator="weeks of the counted period",
    open_tickets="no matter",
    better="lower",
)
def _call_outs(facts: Facts) -> Figures:
    return {"": ratio(facts.once(call_outs).sum(), facts.counted_ms / WEEK)}


@register(
    "cost_per_ticket",
    label="Cost per resolved ticket",
    sentence="Cost of the desk in the counted period for each ticket resolved in it.",
    unit="money",
    numerator="staff, providers and credits in the counted period",
    denominator="tickets first resolved in the counted period, whenever they arrived",
    left_out="tickets that ended otherwise",
    open_tickets="not in the denominator: a desk that falls behind is dearer per ticket",
    better="lower",
)
def _cost_per_ticket(facts: Facts) -> Figures:
    return {"": ratio(_stated(facts.once(desk_cost)), resolutions(facts))}


def lost_ms(facts: Facts) -> tuple[float, int]:
    """Add up the working time that users lost, and count the tickets."""
    scenario, tickets = facts.run.scenario, facts.run.workload.tickets
    # From the creation to the first resolution, and again from each reopening on.
    whose, arrival = facts.whose, tickets.arrival_ms
    until = facts.of_counted(facts.resolved_ms).copy()
    open_at_end = np.flatnonzero(until == NOT_YET)
    ended = facts.run.log.ended_ms[whose[open_at_end]]
    until[open_at_end] = np.where(ended == NOT_YET, facts.end_ms, ended)
    open_: Times = facts.business.elapsed(facts.of_counted(arrival), until)
    if len(facts.reopened):
        again = np.flatnonzero(facts.after_reopening)
        more = facts.business.elapsed(facts.joined_ms[again], facts.held_until_ms[again])
        open_ = np.concatenate([open_, more])
        whose = np.concatenate([whose, facts.ticket[again]])
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
    return {"": ratio(_stated(_lost_cost_of(facts)), facts.counted_ms / WEEK)}


def _lost_cost_of(facts: Facts) -> float:
    lost, _ = facts.once(lost_ms)
    return lost / HOUR * facts.run.scenario.costs.user_hour


@register(
    "total_cost",
    label="Total cost in a week",
    sentence="Staff, providers, credits and lost working time in a week, as far as the scenario "
    "states their cost.",
    unit="money",
    numerator="cost of the desk and of lost working time",
    denominator="weeks of the counted period",
    open_tickets="with the time lost so far",
    better="lower",
)
def _total_cost(facts: Facts) -> Figures:
    total = facts.once(desk_cost) + _lost_cost_of(facts)
    return {"": ratio(_stated(total), facts.counted_ms / WEEK)}
