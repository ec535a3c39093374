"""Tickets that lie in a queue before they can be taken up: engines need not know of it.

For an engine such a visit joins when it can be taken up first: a ticket's first visit by arriving
later, another after a delay. Once the run is over, the log says of each that it joined when it came
to the queue. What depends on who waits (pressure) does not see what lies; and a ticket that may be
prevented, or closed with an incident, does not lie when it comes in: what becomes of it must be
settled when it arrives.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sim.engine.log import Log
from sim.engine.rules import Ending
from sim.workload.journeys import NONE, NOT_YET, SUCCESSORS, Flags, Wait, Workload


def as_played(workload: Workload) -> Workload:
    """Return the workload as engines play it: tickets arrive when they can be taken up.

    The same object where no ticket lies when it comes in.
    """
    tickets = workload.tickets
    if not len(tickets.taken_from_ms):
        return workload
    arrival_ms = np.where(lies_first(workload), tickets.taken_from_ms, tickets.arrival_ms)
    return replace(workload, tickets=replace(tickets, arrival_ms=arrival_ms))


def lies_first(workload: Workload) -> Flags:
    """Tell which tickets lie when they come in; one a ticket."""
    tickets = workload.tickets
    if not len(tickets.taken_from_ms):
        return np.zeros(len(tickets), np.bool_)
    lies: Flags = tickets.taken_from_ms > tickets.arrival_ms
    for signal in (tickets.prevented_by, tickets.closes_on):
        if len(signal):
            lies &= signal == NONE
    return lies


def as_seen(workload: Workload, played: Workload, log: Log) -> Log:
    """Return the log in which what lay had joined when it came to its queue.

    Parameters
    ----------
    workload, played : Workload
        As sampled, and as the engine played it.
    log : Log
    """
    visits = workload.visits
    waits = bool(len(visits.wait)) and bool((visits.wait == Wait.LYING).any())
    if played is workload and not waits:
        return log
    joined_ms = log.joined_ms.copy()
    if played is not workload:
        arrival_ms = workload.tickets.arrival_ms
        lay = np.flatnonzero(lies_first(workload) & (arrival_ms < workload.end_ms))
        joined_ms[workload.tickets.first_visit[lay]] = arrival_ms[lay]
    if waits:
        followed = np.flatnonzero((log.outcome != NOT_YET) & (log.outcome < SUCCESSORS))
        following = visits.successor[log.outcome[followed], followed]
        lies = following != NONE
        lies[lies] = visits.wait[following[lies]] == Wait.LYING
        # A ticket that ended meanwhile does not come there.
        lies &= (log.ending[visits.ticket[followed]] == Ending.OPEN) | (
            joined_ms[following] != NOT_YET
        )
        joined_ms[following[lies]] = log.finished_ms[followed[lies]]
    return replace(log, joined_ms=joined_ms)
