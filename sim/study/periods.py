"""Scenarios that are counted over unlike stretches of time: what a reader of differences must know."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, Final

from sim.scenario.model import Scenario
from sim.study.result import Result
from sim.units import WEEK, exact_duration

_FIELDS: Final = ("start", "length", "warm_up", "time_zone")
_NAMED: Final = 3


def unlike_periods(results: Sequence[Result]) -> list[str]:
    """Say which fields of the period differ, and what differences of figures then mean.

    Replications stay pairs (number 3 of one with number 3 of the other), so that intervals of
    differences hold; but the pairs did not meet the same tickets, which makes the intervals wide, and
    a difference holds what the calendar does besides what the scenario does.

    Parameters
    ----------
    results : sequence of Result
        The first is what the others are held against.

    Returns
    -------
    list of str
        One sentence, or none.
    """
    first, *others = [result.scenario for result in results]
    unlike = [one for one in others if _period(one) != _period(first)]
    if not unlike:
        return []
    fields = [
        name
        for at, name in enumerate(_FIELDS)
        if any(_period(one)[at] != _period(first)[at] for one in unlike)
    ]
    shown = [f"“{one.name}” {_words(one, fields)}" for one in (first, *unlike[:_NAMED])]
    rest = len(unlike) - _NAMED
    more = f" and {rest} more" if rest > 0 else ""
    paths = ", ".join(f"`period.{name}`" for name in fields)
    met = "They do not meet the same tickets"
    wide = ", but their intervals are wider than on common tickets"
    if all(result.common_tickets() for result in results):
        met, wide = "They meet the same tickets, but do not count the same ones", ""
    sentence = (
        f"Not all scenarios are counted over the same period ({paths}): {'; '.join(shown)}{more}. "
        f"{met}: differences are still taken replication by replication{wide}, and what the calendar "
        "does (holidays, growth, how full the desk is) is in them. Give all the same `period` to see "
        "what the options do."
    )
    return [sentence]


def _period(scenario: Scenario) -> tuple[Any, ...]:
    return tuple(getattr(scenario.period, name) for name in _FIELDS)


def _words(scenario: Scenario, fields: Sequence[str]) -> str:
    period = scenario.period
    zone = f", time of {period.time_zone}" if "time_zone" in fields else ""
    warm_up = f" after a warm-up of {exact_duration(period.warm_up)}" if period.warm_up else ""
    return f"{period_words(scenario)}{warm_up}{zone}"


def period_words(scenario: Scenario) -> str:
    """Say what stretch of time was counted.

    Examples
    --------
    >>> import sim
    >>> period_words(sim.load("scenarios/in-house-desk.yaml"))
    '11 weeks from 19 Jan 2026'
    """
    period = scenario.period
    begins = period.start + dt.timedelta(milliseconds=period.warm_up)
    counted = period.length - period.warm_up
    weeks = counted // WEEK
    length = f"{weeks} week{'s' * (weeks != 1)}" if counted % WEEK == 0 else exact_duration(counted)
    return f"{length} from {begins.day} {begins:%b %Y}"
