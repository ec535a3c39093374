"""How busy the desk is: backlog, utilisation, overtime.

These are measured over the counted period ``[warm_up_ms, end_ms)`` and include all that loads the
desk in it: tickets that arrived during the warm-up, updates, projects.

*Staffed* time is the time in which agents were there to take tickets: absences and breaks are not
in it. *Utilisation* is the part of it that they worked. Work of an agent after the end of the shift
is *overtime*, and counts as neither.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.engine.rules import Ending
from sim.outcome.facts import Facts
from sim.outcome.registry import Figures, ratio, register
from sim.units import WEEK
from sim.workload.desk import ShiftEnd
from sim.workload.journeys import NOT_YET, Numbers, Times

_INSTANT_BITS = 40
"""Room for an instant beside the agent in one integer: 34 years."""
_MOST_NARROW = 1 << 16


@dataclass(frozen=True, eq=False)
class Stays:
    """When agents were there, or at work; each with the agent. Cut at the end of the period."""

    agent: Numbers
    from_ms: Times
    to_ms: Times

    def within(self, low_ms: int, agents: int) -> Times:
        """Return the time of each agent from an instant on."""
        length = self.to_ms - (np.maximum(self.from_ms, low_ms) if low_ms else self.from_ms)
        if low_ms:
            np.maximum(length, 0, out=length)
        return np.bincount(self.agent, length, minlength=agents).astype(np.int64)


def presence(facts: Facts) -> Stays:
    """Return when each agent was there, agent by agent, in order."""
    desk = facts.run.desk
    order = _by_agent(desk.step_agent)
    agent, at_ms, comes = desk.step_agent[order], desk.step_ms[order], desk.step_comes[order]
    came = np.flatnonzero(comes)
    leaves = np.minimum(came + 1, max(len(agent) - 1, 0))
    gone = (leaves > came) & (agent[leaves] == agent[came]) & ~comes[leaves]
    to_ms = np.where(gone, at_ms[leaves], facts.end_ms)
    from_ms, to_ms = (np.minimum(t, facts.end_ms) for t in (at_ms[came], to_ms))
    return Stays(agent[came], from_ms, to_ms)


def _by_agent(agent: Numbers) -> NDArray[np.intp]:
    """Return the order by agent that keeps the order within each agent."""
    # A stable sort of 16 bits is a radix sort: many times faster than any other.
    narrow = np.uint16 if agent.max(initial=0) < _MOST_NARROW else np.int32
    return np.argsort(agent.astype(narrow), kind="stable")


def work(facts: Facts) -> Stays:
    """Return every spell of work, of whatever origin."""
    log = facts.run.log
    last = log.taken_up_ms != NOT_YET
    agent, from_ms, to_ms = log.agent[last], log.taken_up_ms[last], log.finished_ms[last]
    to_ms[to_ms == NOT_YET] = facts.end_ms
    cut = log.interrupted
    if len(cut):
        agent = np.concatenate([agent, cut.agent])
        from_ms = np.concatenate([from_ms, cut.from_ms])
        to_ms = np.concatenate([to_ms, cut.to_ms])
    return Stays(agent, from_ms, to_ms)


def overtime(facts: Facts) -> Stays:
    """Return the stretches in which agents worked after the end of their shift."""
    desk, there = facts.run.desk, facts.once(presence)
    finishes = np.array([pool.shift_end == ShiftEnd.FINISH for pool in desk.pools] or [False])
    may = finishes[desk.agent_pool] if len(desk.agent_pool) else np.zeros(0, np.bool_)
    if not may.any() or not len(there.agent):
        nothing = np.empty(0, np.int64)
        return Stays(np.empty(0, np.int32), nothing, nothing)
    spells = facts.once(work)
    does = may[spells.agent]
    # The spells of an agent are disjoint, so that sorting their starts and their ends apart pairs
    # them: the spell in hand when an agent leaves is the last one begun before.
    mine = np.flatnonzero(does)
    mine = mine[_by_agent(spells.agent[mine])]
    who = spells.agent[mine].astype(np.int64) << _INSTANT_BITS
    # In order of visits an agent's spells are nearly in order of time: quick to sort when stable.
    begins = np.sort(who | spells.from_ms[mine], kind="stable")
    ends = np.sort(who | spells.to_ms[mine], kind="stable")
    leaver = there.agent.astype(np.int64) << _INSTANT_BITS
    leaves = leaver | there.to_ms
    at = np.searchsorted(begins, leaves) - 1
    known = at >= 0
    in_hand = np.zeros(len(leaves), np.bool_)
    in_hand[known] = (begins[at[known]] < leaves[known]) & (ends[at[known]] > leaves[known])
    # An earlier agent's last spell ends below this agent's keys, so the comparison above covers it.
    rows = np.flatnonzero(in_hand & may[there.agent] & (there.to_ms < facts.end_ms))
    until = ends[at[rows]] - leaver[rows]
    following = np.minimum(rows + 1, len(there.agent) - 1)
    again = (following > rows) & (there.agent[following] == there.agent[rows])
    back = np.where(again, there.from_ms[following], facts.end_ms)
    return Stays(there.agent[rows], there.to_ms[rows], np.minimum(until, back))


@dataclass(frozen=True, eq=False)
class AgentTime:
    """Time of each agent in the counted period, in ms; int64, one per agent."""

    staffed_ms: Times
    busy_ms: Times
    overtime_ms: Times

    def on_shift_ms(self) -> Times:
        """Return the work done on shift."""
        return self.busy_ms - self.overtime_ms


def agents(facts: Facts) -> AgentTime:
    """Add up the time of each agent."""
    count, low = len(facts.run.desk.agent_pool), facts.warm_up_ms
    return AgentTime(
        staffed_ms=facts.once(presence).within(low, count),
        busy_ms=facts.once(work).within(low, count),
        overtime_ms=facts.once(overtime).within(low, count),
    )


def groups(facts: Facts) -> dict[str, list[int]]:
    """Name the pools of which figures are given: each pool, and each tier of several."""
    desk = facts.run.desk
    found: dict[str, list[int]] = {}
    for tier, name in enumerate(facts.tiers):
        own = [p for p, pool in enumerate(desk.pools) if pool.tier == tier]
        if own:
            found[name] = own
        found |= {
            desk.pools[p].name: [p] for p in own if desk.pools[p].name != name or len(own) == 1
        }
    return found


def by_pool(facts: Facts, per_agent: Times) -> Times:
    """Add up agents' time by pool."""
    desk = facts.run.desk
    total = np.bincount(desk.agent_pool, per_agent, minlength=len(desk.pools))
    return total.astype(np.int64)


@register(
    "utilisation",
    label="Utilisation",
    sentence="Part of the time in which agents were there to take tickets that they worked on them.",
    unit="share",
    numerator="work on shift in the counted period",
    denominator="time that agents were there, without absences and breaks",
    left_out="overtime; agents on call, who are not there to be busy",
    open_tickets="with the work so far",
    better=None,
    variants="tier or pool",
)
def _utilisation(facts: Facts) -> Figures:
    hours = facts.once(agents)
    busy, staffed = by_pool(facts, hours.on_shift_ms()), by_pool(facts, hours.staffed_ms)
    waits = np.array([not pool.on_call for pool in facts.run.desk.pools] or [True])
    found = {}
    for name, pools in groups(facts).items():
        there = [p for p in pools if waits[p]]
        found[name] = ratio(busy[there].sum(), staffed[there].sum())
    return found


@register(
    "staffed",
    label="Agents there",
    sentence="How many agents were there to take tickets, on average over all hours.",
    unit="count",
    numerator="time that agents were there, without absences and breaks",
    denominator="length of the counted period",
    open_tickets="no matter",
    better=None,
    variants="tier or pool",
)
def _staffed(facts: Facts) -> Figures:
    staffed = by_pool(facts, facts.once(agents).staffed_ms)
    return {
        name: ratio(staffed[pools].sum(), facts.counted_ms) for name, pools in groups(facts).items()
    }


@register(
    "overtime",
    label="Overtime in a week",
    sentence="Work in a week after the end of a shift, to finish what was in hand.",
    unit="duration",
    numerator="work outside shifts in the counted period",
    denominator="weeks of the counted period",
    open_tickets="with the work so far",
    better="lower",
    variants="tier or pool",
)
def _overtime(facts: Facts) -> Figures:
    over = by_pool(facts, facts.once(agents).overtime_ms)
    weeks = facts.counted_ms / WEEK
    found = {name: ratio(over[pools].sum(), weeks) for name, pools in groups(facts).items()}
    return {"": ratio(over.sum(), weeks), **found}


@register(
    "backlog",
    label="Backlog",
    sentence="How many tickets are open at once: on average over all hours, and at the end.",
    unit="count",
    numerator="time that tickets were open (mean), or open tickets (end); with a tier, those that "
    "it held, their waits for others included",
    denominator="length of the counted period (mean), or one (end)",
    left_out="work that is no contact; tickets resolved and not yet reopened",
    open_tickets="counted, those from the warm-up too",
    better="lower",
    variants="[tier, ]mean | end",
)
def _backlog(facts: Facts) -> Figures:
    since = np.maximum(facts.joined_ms, facts.warm_up_ms)
    held = np.subtract(facts.held_until_ms, since, dtype=np.float64)
    del since
    np.maximum(held, 0, out=held)
    time = np.bincount(facts.tier, held, minlength=len(facts.tiers))
    last = np.flatnonzero(facts.closes & ~facts.resolving)
    last = last[facts.run.log.ending[facts.ticket[last]] == Ending.OPEN]
    open_ = np.bincount(facts.tier[last], minlength=len(facts.tiers))
    found = {"mean": ratio(time.sum(), facts.counted_ms), "end": ratio(open_.sum(), 1)}
    for tier, name in enumerate(facts.tiers):
        found[f"{name}, mean"] = ratio(time[tier], facts.counted_ms)
        found[f"{name}, end"] = ratio(open_[tier], 1)
    return found
