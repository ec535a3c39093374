"""The laws of agents: nobody works off shift, in two places, or on what their pool does not serve."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.engine.laws import hold
from sim.engine.log import Log, Spells
from sim.workload.desk import Desk, ShiftEnd
from sim.workload.journeys import NEVER_MS, NONE, NOT_YET, Numbers, Times, Workload

_SHORT = np.iinfo(np.int16).max


def check_whereabouts(workload: Workload, desk: Desk, log: Log) -> None:
    """Check that each agent took up only what their pool serves, on shift, one thing at a time."""
    spells = _spells(log)
    unknown = (spells.agent < NONE) | (spells.agent >= len(desk.agent_pool))
    hold("visit", "an agent worked on it who is not at the desk", unknown, spells.visit)
    _check_services(workload, desk, log, spells)

    # A time of an agent as one number, the agent in the upper bits; nobody's is below 0. A spell in
    # hand ends after everything that is logged.
    steps_ms = desk.step_ms[desk.step_ms < workload.end_ms]
    latest_ms = max(int(times.max(initial=0)) for times in (spells.from_ms, spells.to_ms, steps_ms))
    never_ms = latest_ms + 1
    shift = (never_ms + 1).bit_length()
    base = spells.agent.astype(np.int64) << shift
    to_ms = spells.to_ms
    if (to_ms == NOT_YET).any():
        to_ms = np.where((to_ms == NOT_YET) & (spells.from_ms != NOT_YET), never_ms, to_ms)
    hold("visit", "work ended before it began", to_ms < spells.from_ms, spells.visit)
    begins, ends = _in_order(spells.agent, base | spells.from_ms, base | to_ms)
    # Starts and ends may be sorted apart: nobody is in two places exactly when at no time more
    # than one spell has begun and not ended, that is, when each end comes before the next start.
    # Between agents it does, by the upper bits.
    hold("agent", "it was in two places at once", ends[:-1] > begins[1:], begins[1:] >> shift)

    comes, leaves = _presences(desk, workload.end_ms, shift, never_ms)
    begun = np.searchsorted(begins, leaves) - np.searchsorted(begins, comes)
    if begun.sum() != np.count_nonzero(begins >= 0):
        begins = begins[begins >= 0]
        place = np.searchsorted(comes, begins, side="right") - 1
        off = (place < 0) | (begins >= leaves[place])
        hold("agent", "it began to work off shift", off, begins >> shift)

    parks = np.array([pool.shift_end is ShiftEnd.PARK for pool in desk.pools], np.bool_)
    if not parks.any():
        return
    # As many spells end in each presence as began in it; those of no length are in none.
    real = (to_ms > spells.from_ms) & (spells.agent != NONE)
    if not parks.all():
        real &= np.append(parks[desk.agent_pool], np.False_)[spells.agent]
        comes, leaves = (keys[parks[desk.agent_pool[comes >> shift]]] for keys in (comes, leaves))
    if not real.all():
        agent, base, from_ms, to_ms = (
            spells.agent[real],
            base[real],
            spells.from_ms[real],
            to_ms[real],
        )
        begins, ends = _in_order(agent, base | from_ms, base | to_ms)
    begun = np.searchsorted(begins, leaves) - np.searchsorted(begins, comes)
    ended = np.searchsorted(ends, leaves, side="right") - np.searchsorted(ends, comes, side="right")
    hold("agent", "it worked on after its shift", begun != ended, comes >> shift)


def _spells(log: Log) -> Spells:
    """Return every spell, and rows of nobody's among them where that is cheaper."""
    if len(log.interrupted):
        return log.spells()
    visit = np.arange(len(log.agent), dtype=np.int32)
    return Spells(visit, log.agent, log.taken_up_ms, log.finished_ms)


def _in_order(agent: Numbers, *keys: Times) -> tuple[Times, ...]:
    """Sort times of agents: by agent first, then all."""
    order = _by_agent(agent)
    keys = tuple(key[order] for key in keys)
    for key in keys:
        # It is nearly in order by now, and a stable sort makes use of that.
        key.sort(kind="stable")
    return keys


def _by_agent(agent: Numbers) -> NDArray[np.intp]:
    """Return the order by agent that keeps the order within each agent."""
    # A stable sort of 16 bits goes by their digits: many times faster than any other.
    narrow = np.int16 if agent.max(initial=0) <= _SHORT else np.int32
    return np.argsort(agent.astype(narrow), kind="stable")


def _check_services(workload: Workload, desk: Desk, log: Log, spells: Spells) -> None:
    """Check that each spell is one that its agent's pool may take up, by then."""
    visits, tickets = workload.visits, workload.tickets
    classes, queues = int(tickets.priority.max()) + 1, len(desk.queues)
    # When an agent may take up a visit of a queue and a class, at the earliest after it waits.
    after_ms = np.full((len(desk.pools), queues, classes), NEVER_MS)
    for number, pool in enumerate(desk.pools):
        for service in pool.serves:
            served = after_ms[number, service.queue, : service.lowest_priority + 1]
            np.minimum(served, service.after_ms, out=served)
    nobody_ms = np.zeros((1, queues, classes), np.int64)
    after_ms = np.concatenate([nobody_ms, after_ms[desk.agent_pool]])
    is_same_for_all = bool((after_ms == after_ms[:, :, :1]).all())
    queue = visits.queue[spells.visit] if len(log.interrupted) else visits.queue
    row = (spells.agent + np.int32(1)) * np.int32(queues) + queue
    if not is_same_for_all:
        row = row * np.int32(classes) + tickets.priority[visits.ticket[spells.visit]]
    table_ms = (after_ms[:, :, 0] if is_same_for_all else after_ms).ravel()
    law = "an agent took it up whose pool does not serve it, or not yet"
    # Counting by row of the table is cheaper than looking up each.
    taken = np.bincount(row, minlength=len(table_ms))
    if (taken[table_ms == NEVER_MS]).any():
        hold("visit", law, table_ms[row] == NEVER_MS, spells.visit)
    if ((table_ms > 0) & (table_ms < NEVER_MS)).any():
        waits_since_ms = log.joined_ms[spells.visit]
        again = np.flatnonzero(spells.visit[1:] == spells.visit[:-1]) + 1
        waits_since_ms[again] = spells.to_ms[again - 1]
        too_soon = spells.from_ms - waits_since_ms < table_ms[row]
        hold("visit", law, too_soon & (spells.agent != NONE), spells.visit)


def _presences(desk: Desk, end_ms: int, shift: int, never_ms: int) -> tuple[Times, Times]:
    """Return when agents come and leave, with the agent in the upper bits, in that order."""
    rows = np.flatnonzero(desk.step_ms < end_ms)
    order = rows[_by_agent(desk.step_agent[rows])]
    agent, comes = desk.step_agent[order].astype(np.int64), desk.step_comes[order]
    key = agent << shift | desk.step_ms[order]
    first = np.flatnonzero(comes)
    leaves = agent << shift | never_ms
    stays = agent[1:] == agent[:-1]
    leaves[:-1][stays] = key[1:][stays]
    return key[first], leaves[first]
