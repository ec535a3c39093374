"""Major incidents: how long until they are contained, and what happens in their shadow.

The *shadow* of an incident is from its start until a working day (``SHADOW_MS``) after it was
contained: the time in which the tickets that it displaced are caught up with.
"""

from __future__ import annotations

import numpy as np

from sim.engine.rules import Ending
from sim.outcome.facts import Facts, Flags
from sim.outcome.registry import Figures, ratio, register
from sim.outcome.service import levels
from sim.units import DAY, WEEK
from sim.workload.journeys import NOT_YET, Origin

SHADOW_MS = DAY


def _of_origin(facts: Facts, origin: Origin) -> Flags:
    """Tell which counted tickets come from there."""
    tickets = facts.run.workload.tickets
    ours: Flags = (tickets.origin == origin) & (tickets.arrival_ms >= facts.warm_up_ms)
    return ours


@register(
    "time_to_contain",
    label="Time to contain",
    sentence="Time from the start of a major incident until the last engineer is done with it and "
    "it is closed.",
    unit="duration",
    numerator="time from arrival to the end of the incident's own ticket, in elapsed hours",
    denominator="major incidents contained by the end of the period",
    left_out="incidents of the warm-up",
    open_tickets="left out",
    better="lower",
)
def _time_to_contain(facts: Facts) -> Figures:
    tickets, log = facts.run.workload.tickets, facts.run.log
    if not facts.run.scenario.incidents:
        return {}
    if not len(tickets.origin):
        return {"": ratio(0, 0)}
    over = _of_origin(facts, Origin.INCIDENT) & (log.ended_ms != NOT_YET)
    taken = (log.ended_ms - tickets.arrival_ms)[over]
    return {"": ratio(taken.sum(), len(taken))}


@register(
    "incident_contacts",
    label="Contacts about major incidents in a week",
    sentence="How many users call about a major incident in a week.",
    unit="count",
    numerator="linked tickets that arrived",
    denominator="weeks of the counted period",
    left_out="those who would have called after it was contained",
    open_tickets="counted",
    better="lower",
)
def _incident_contacts(facts: Facts) -> Figures:
    if not facts.run.scenario.incidents:
        return {}
    tickets, log = facts.run.workload.tickets, facts.run.log
    if not len(tickets.origin):
        return {"": ratio(0, facts.counted_ms / WEEK)}
    came = _of_origin(facts, Origin.LINKED) & (log.ending != Ending.PREVENTED)
    return {"": ratio(np.count_nonzero(came), facts.counted_ms / WEEK)}


@register(
    "shadow_service_level",
    label="Service level in the shadow of a major incident",
    sentence="Share of tickets that met the target, of those that came between the start of a "
    "major incident and a day after it was contained.",
    unit="share",
    numerator="tickets of the shadow that met the target",
    denominator="tickets of the shadow with the target met or passed",
    left_out="tickets that came at other times",
    open_tickets="late if the target has passed by the end of the period; else left out",
    better="higher",
    variants="service level",
)
def _shadow_service_level(facts: Facts) -> Figures:
    if not facts.run.scenario.incidents:
        return {}
    tickets, log = facts.run.workload.tickets, facts.run.log
    start = np.empty(0, np.int64)
    end = start
    if len(tickets.origin):
        struck = np.flatnonzero(tickets.origin == Origin.INCIDENT)
        struck = struck[np.argsort(tickets.arrival_ms[struck], kind="stable")]
        start = tickets.arrival_ms[struck]
        over = log.ended_ms[struck]
        end = np.where(over == NOT_YET, facts.end_ms, over + SHADOW_MS)
        end = np.maximum.accumulate(end) if len(end) else end
    found = {}
    for name, level in facts.once(levels).items():
        reading = level.reading
        arrival = tickets.arrival_ms[reading.ticket]
        last = np.searchsorted(start, arrival, side="right") - 1
        dark = last >= 0
        dark[dark] = arrival[dark] < end[last[dark]]
        decided = reading.judged() & dark
        late = reading.late() & decided
        found[name] = ratio(np.count_nonzero(decided & ~late), np.count_nonzero(decided))
    return found
