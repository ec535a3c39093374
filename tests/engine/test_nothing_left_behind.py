from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from strategies import random_case

from sim.engine import play
from sim.engine.lying import as_played
from sim.workload.desk import ANY_PRIORITY, NO_PRE_EMPTION, NO_PROVIDER, Discipline
from sim.workload.journeys import NEVER_MS, NOT_YET


class Moment:
    """Who waits, who works and who is idle just after an instant, told from a log alone."""

    def __init__(self, workload, desk, log, now):
        self.workload, self.desk, self.log, self.now = workload, desk, log, now
        spells = log.spells()
        self.ends = np.where(spells.to_ms == NOT_YET, NEVER_MS, spells.to_ms)
        self.spells = spells
        running = (spells.from_ms <= now) & (self.ends > now)
        self.in_hand = dict(
            zip(spells.agent[running].tolist(), spells.visit[running].tolist(), strict=True)
        )
        self.present = set()
        for at, agent, comes in zip(desk.step_ms, desk.step_agent, desk.step_comes, strict=True):
            if at <= now:
                (self.present.add if comes else self.present.discard)(int(agent))
        self.waiting = [
            visit
            for visit in np.flatnonzero(
                (log.joined_ms != NOT_YET) & (log.joined_ms <= now)
            ).tolist()
            if not NOT_YET < log.finished_ms[visit] <= now
            and visit not in self.in_hand.values()
            and desk.queues[workload.visits.queue[visit]].calendar == NO_PROVIDER
        ]

    def priority(self, visit):
        """Return the class of a visit's ticket."""
        return int(self.workload.tickets.priority[self.workload.visits.ticket[visit]])

    def since(self, visit):
        """Return since when a visit waits: it joined, or was parked."""
        parked = self.ends[(self.spells.visit == visit) & (self.ends <= self.now)]
        return int(parked.max(initial=self.log.joined_ms[visit]))

    def lot(self, visit):
        """Return a visit's lot, where there are lots."""
        return int(self.workload.visits.lot[visit]) if self.workload.visits.lot.size else 0

    def key(self, visit):
        """Return what a visit is sorted by in its queue."""
        queue = self.desk.queues[self.workload.visits.queue[visit]]
        is_fresh = not NOT_YET < self.log.started_ms[visit] <= self.now
        joined = int(self.log.joined_ms[visit])
        due = int(self.workload.tickets.due_ms[self.workload.visits.ticket[visit]])
        by = {
            Discipline.PRIORITY: (self.priority(visit), joined),
            Discipline.FIRST_COME: (joined,),
            Discipline.EARLIEST_DUE: (due,),
            Discipline.LAST_COME: (-joined,),
            Discipline.RANDOM: (self.lot(visit),),
            Discipline.SHORTEST_WORK: (int(self.workload.visits.work_ms[visit]),),
        }
        return is_fresh, by[queue.discipline], visit

    def ready(self, pool, limit):
        """Return a visit that the pool may take now, up to a class."""
        for service in pool.serves:
            found = [
                visit
                for visit in self.waiting
                if self.workload.visits.queue[visit] == service.queue
                and self.priority(visit) <= min(limit, service.lowest_priority)
            ]
            best = min(found, key=self.key, default=None)
            if best is not None and self.now - self.since(best) >= service.after_ms:
                return best
        return None


def instants(workload, desk, log):
    """Return every instant at which something happens, or a threshold may be reached."""
    spells = log.spells()
    waits = np.concatenate([log.joined_ms, spells.to_ms])
    after = {service.after_ms for pool in desk.pools for service in pool.serves}
    times = [log.joined_ms, log.finished_ms, spells.from_ms, spells.to_ms, desk.step_ms]
    times = np.unique(np.concatenate([*times, *(waits[waits != NOT_YET] + ms for ms in after)]))
    return times[(times >= 0) & (times < workload.end_ms)].tolist()


@pytest.mark.parametrize("first", range(0, 400, 50))
def test_no_agent_is_idle_while_a_visit_waits_for_them(first):
    """After every instant no pool has an agent, idle or interruptible, for a visit that waits."""
    for seed in range(first, first + 50):
        workload, desk = random_case(seed, most_tickets=12)
        # What lies is not there to be taken: it may well be left while somebody is idle.
        visits = replace(workload.visits, wait=np.empty(0, np.int8))
        workload = as_played(replace(workload, visits=visits))
        tickets = replace(workload.tickets, taken_from_ms=np.empty(0, np.int64))
        workload = replace(workload, tickets=tickets)
        log = play(workload, desk)
        for now in instants(workload, desk, log):
            moment = Moment(workload, desk, log, now)
            for number, pool in enumerate(desk.pools):
                agents = set(np.flatnonzero(desk.agent_pool == number).tolist()) & moment.present
                if agents - set(moment.in_hand):
                    assert moment.ready(pool, ANY_PRIORITY) is None, (seed, now, number)
                if pool.pre_empts == NO_PRE_EMPTION:
                    continue
                urgent = moment.ready(pool, pool.pre_empts)
                in_hand = [moment.in_hand[a] for a in agents if a in moment.in_hand]
                can_stop = any(moment.priority(visit) > pool.pre_empts for visit in in_hand)
                is_idle = bool(agents - set(moment.in_hand))
                assert urgent is None or not (can_stop or is_idle), (seed, now, number)
