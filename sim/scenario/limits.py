"""How large a scenario may be: beyond these it is a slip of the keyboard, or fills the memory."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from sim.units import DAY, HOUR, YEAR

if TYPE_CHECKING:
    from sim.scenario.model import Scenario
    from sim.scenario.wording import Path

MOST_TICKETS: Final = 50_000_000
"""Expected in one period; about ten gigabytes of log."""
MOST_AGENT_DAYS: Final = 20_000_000
"""Heads times days of the period: 50,000 people for a year."""


def expected_tickets(scenario: Scenario) -> float:
    """Return how many tickets the period would see without holidays, growth included."""
    hours = scenario.period.length / HOUR
    years = scenario.period.length / YEAR
    # The mean of (1 + growth) ^ t over the period, by the trapezium rule, is close enough.
    grown = (1.0 + float((1 + scenario.demand.growth) ** years)) / 2
    return scenario.demand.volume * hours * grown


def limit_faults(scenario: Scenario) -> Iterator[tuple[Path, str]]:
    """Tell what is too large, as (path, what)."""
    tickets = expected_tickets(scenario)
    if tickets > MOST_TICKETS:
        what = (
            f"about {tickets:.3g} tickets in the period; at most {MOST_TICKETS:,} are simulated at "
            "once: is the volume or the period a slip?"
        )
        yield ("demand", "volume"), what
    days = scenario.period.length / DAY
    for name, tier in scenario.tiers.items():
        staffs = [tier.staff or {}, *(team.staff for team in tier.teams.values())]
        heads = sum(sum(staff.values()) for staff in staffs)
        if heads * days > MOST_AGENT_DAYS:
            what = (
                f"{heads:,} people for {days:,.0f} days; at most {MOST_AGENT_DAYS:,} working days "
                "of a tier are simulated at once: is a head count a slip?"
            )
            yield ("tiers", name), what
