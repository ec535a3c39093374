"""What stretch of time is counted, in words."""

from __future__ import annotations

import datetime as dt

from sim.scenario.model import Scenario
from sim.units import WEEK, exact_duration


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
