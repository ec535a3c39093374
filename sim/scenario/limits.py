"""How large a scenario may be: beyond these it is a slip of the keyboard, or fills the memory."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from sim.units import DAY, HOUR, YEAR

if TYPE_CHECKING:
    from sim.scenario.model import Scenario
    from sim.scenario.wording import Path

EARLIEST: Final = dt.date(1900, 1, 1)
LATEST: Final = dt.date(2200, 1, 1)
"""Days of which periods are simulated; beyond, the calendar itself soon ends."""
MOST_TICKETS: Final = 50_000_000
"""Expected in one period, calls about incidents included; about ten gigabytes of log."""
MOST_AGENT_DAYS: Final = 20_000_000
"""Heads times days of the period: 50,000 people for a year."""
MOST_INCIDENTS: Final = 100_000
"""Expected in one period: each is looked at by itself, which takes a millisecond."""


def expected_tickets(scenario: Scenario) -> float:
    """Return how many tickets the period would see without holidays, growth included."""
    hours = scenario.period.length / HOUR
    years = scenario.period.length / YEAR
    # The mean of (1 + growth) ^ t over the period, by the trapezium rule, is close enough.
    grown = (1.0 + float((1 + scenario.demand.growth) ** years)) / 2
    return scenario.demand.volume * hours * grown


def expected_incidents(scenario: Scenario) -> dict[str, float]:
    """Return how many incidents of each kind the period would see."""
    hours = scenario.period.length / HOUR
    return {
        name: len(one.on) if one.rate is None else one.rate * hours
        for name, one in scenario.incidents.items()
    }


def expected_entries(scenario: Scenario) -> float:
    """Return how many entries the desk's list would have: tickets, and what incidents add.

    Who calls about an incident is an entry, and so is the work of each engineer on it.
    """
    happen = expected_incidents(scenario)
    return expected_tickets(scenario) + sum(
        happen[name] * (1 + one.linked + sum(one.engineers.values()))
        for name, one in scenario.incidents.items()
    )


def agent_days(scenario: Scenario) -> dict[str, float]:
    """Return the heads of each tier, on call too, times the days of the period."""
    days = scenario.period.length / DAY
    found = {}
    for name, tier in scenario.tiers.items():
        staffs = [tier.staff or {}, *(team.staff for team in tier.teams.values())]
        staffs += [tier.on_call.staff] if tier.on_call is not None else []
        heads = sum(sum(staff.values()) for staff in staffs) + len(tier.people)
        found[name] = heads * days
    return found


def limit_faults(scenario: Scenario) -> Iterator[tuple[Path, str]]:
    """Tell what is too large, as (path, what)."""
    start = scenario.period.start
    left = (LATEST - start).days * DAY
    if start < EARLIEST or scenario.period.length > left:
        what = (
            f"a period from {start} that takes {scenario.period.length / DAY:,.0f} days; allowed is "
            f"one between {EARLIEST} and {LATEST}, where calendars and time zones mean something"
        )
        yield ("period", "start"), what
    tickets, entries = expected_tickets(scenario), expected_entries(scenario)
    happen = sum(expected_incidents(scenario).values())
    if tickets > MOST_TICKETS:
        what = (
            f"about {tickets:.3g} tickets in the period; at most {MOST_TICKETS:,} are simulated at "
            "once: is the volume or the period a slip?"
        )
        yield ("demand", "volume"), what
    elif happen > MOST_INCIDENTS:
        what = (
            f"about {happen:.3g} incidents in the period; at most {MOST_INCIDENTS:,} are simulated "
            "at once: is a rate a slip?"
        )
        yield ("incidents",), what
    elif entries > MOST_TICKETS:
        what = (
            f"about {entries:.3g} calls and pieces of work with the tickets in the period; at most "
            f"{MOST_TICKETS:,} are simulated at once: are `linked` or `engineers` a slip?"
        )
        yield ("incidents",), what
    for name, heads_days in agent_days(scenario).items():
        if heads_days > MOST_AGENT_DAYS:
            days = scenario.period.length / DAY
            what = (
                f"{heads_days / days:,.0f} people for {days:,.0f} days; at most "
                f"{MOST_AGENT_DAYS:,} working days of a tier are simulated at once: is a head count "
                "a slip?"
            )
            yield ("tiers", name), what
