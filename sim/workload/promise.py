"""When each ticket is promised, for queues that serve the earliest due first."""

from __future__ import annotations

import numpy as np

from sim.scenario.calendar import working_days
from sim.scenario.model import Scenario
from sim.scenario.working_time import allowed, passed_of
from sim.workload.arrivals import Arrivals
from sim.workload.desk import advance_each
from sim.workload.journeys import NEVER_MS, Times
from sim.workload.plan import spells_of


def due(scenario: Scenario, arrivals: Arrivals) -> Times:
    """Return when each ticket is due: the earliest end of the promises to resolve it.

    Only promises that depend on nothing but the ticket itself can be known ahead, not those for
    tickets that a certain tier resolves; each is counted from creation, in its own hours, without
    pauses.

    Returns
    -------
    int64 array
        One row a ticket; ``NEVER_MS`` without a promise. Empty when no tier serves by due time.
    """
    if all(tier.order != "earliest due" for tier in scenario.tiers.values()):
        return np.empty(0, np.int64)
    promised = np.full(len(arrivals), NEVER_MS, np.int64)
    topics, priorities = list(scenario.topics), list(scenario.priorities)
    for level in scenario.service_levels.values():
        if level.clock != "resolve" or level.tier is not None:
            continue
        meant = np.ones(len(arrivals), np.bool_)
        if level.topics:
            meant &= np.isin(arrivals.topic, [topics.index(name) for name in level.topics])
        if level.priorities:
            wanted = [priorities.index(name) for name in level.priorities]
            meant &= np.isin(arrivals.priority, wanted)
        spells = spells_of(scenario, scenario.hours_named(level.hours))
        within: Times | int = int(level.within)
        if level.within.working:
            period = scenario.period
            days = working_days(
                scenario.hours_named(level.hours),
                *(period.start, period.length, period.time_zone, scenario.holidays),
            )
            within = allowed(level.within, days, passed_of(*spells), arrivals.arrival_ms[meant])
        ends = advance_each(*spells, arrivals.arrival_ms[meant], within)
        promised[meant] = np.minimum(promised[meant], ends)
    return promised
