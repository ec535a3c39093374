"""Which scenarios may be held against each other: in money, over the same time, on the same tickets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from sim.study.claim import Claim
from sim.study.priced import unpriced
from sim.study.trouble import is_money

if TYPE_CHECKING:
    from sim.scenario.model import Scenario
    from sim.study.result import Result

PERIOD: Final = ("start", "length", "warm_up", "time_zone")
OF_USERS: Final = ("total_cost", "lost_cost")
"""Amounts in which users' time has its price."""
Key = tuple[Any, ...]


def period_of(scenario: Scenario) -> Key:
    """Return what says over which time a scenario is counted."""
    return tuple(getattr(scenario.period, name) for name in PERIOD)


def unlike(result: Result, other: Result, metric: str = "total_cost") -> tuple[str, ...]:
    """Say why the money of two scenarios is not compared; empty where it is.

    Returns
    -------
    tuple of {"currency", "price of users' time", "prices", "period", "arrivals"}
        "prices": the work of some tier has a price in one, and none in the other.
    """
    mine, theirs = result.scenario, other.scenario
    known = (
        ("currency", mine.costs.currency != theirs.costs.currency),
        (
            "price of users' time",
            metric in OF_USERS and mine.costs.user_hour != theirs.costs.user_hour,
        ),
        ("prices", unpriced(mine) != unpriced(theirs)),
        ("period", period_of(mine) != period_of(theirs)),
        ("arrivals", not result.common_tickets(other)),
    )
    return tuple(name for name, holds in known if holds)


def compares(result: Result, other: Result, metric: str) -> bool:
    """Tell whether a difference in a metric between two scenarios is a verdict.

    Not where one of them cannot be judged; nor in money where currency, period or tickets differ.
    """
    if result.trouble or other.trouble:
        return False
    return not (is_money(metric) and unlike(result, other, metric))


def differing(results: Sequence[Result]) -> list[Claim]:
    """Return a claim for each scenario that is not like the first, and for no other."""
    base, *others = results
    found = []
    for result in others:
        why = unlike(result, base, "staff_cost")
        if why:
            fields = tuple(
                f"period.{name}"
                for name, a, b in zip(
                    PERIOD, period_of(base.scenario), period_of(result.scenario), strict=True
                )
                if a != b
            )
            found.append(Claim("unlike", (result.name, base.name), fields, rests=why))
    return found
