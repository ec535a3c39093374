"""Promised status updates, and the users who chase when none came.

From when a ticket reaches the tier that promised them, an update is due at every interval until the
ticket is solved. An update that nobody has taken up in time is not sent: the user may chase at the
first tier instead, and the next one is due as before. They are a side chain of the ticket::

    ▶ update ──sent──▶ (interval) ▶ update …
         └────late──▶ [chaser] ▶ (interval) ▶ update …
"""

from __future__ import annotations

import numpy as np

from sim.workload.draws import Flags
from sim.workload.journeys import NONE, Kind, Outcome, Wait
from sim.workload.layout import Layout, Which
from sim.workload.stages import Case, Stage
from sim.workload.streams import Purpose


def reserve(case: Case, layout: Layout, stage: Stage) -> None:
    """Take the visits that the updates of a stage's tickets need."""
    if _promised_at(case, stage):
        updates = case.scenario.updates
        assert updates is not None
        layout.reserve(stage.who, updates.most + _chases(case, stage.who).sum(axis=1))


def fill(case: Case, layout: Layout, stage: Stage) -> None:
    """Lay the side chains of a stage's tickets out."""
    if not _promised_at(case, stage):
        return
    updates = case.scenario.updates
    assert updates is not None
    who = stage.who
    calendar = case.known.calendars[updates.hours]
    chases = _chases(case, who)
    first = layout.side_visits(who)
    start = layout.entrance(stage.position, who)
    layout.fill(start, side_visit=first, side_delay_ms=updates.every, side_calendar=calendar)
    first_line = case.known.queue_of[0][case.arrivals.topic[who]]
    visit = first
    for place in range(updates.most):
        chased = chases[:, place]
        following = visit + 1 + chased
        if place + 1 == updates.most:
            following = np.full(len(who), NONE, np.int32)
        layout.fill(
            visit,
            queue=stage.queue,
            work_ms=max(updates.work, 1),
            # An idle agent writes it at once, whatever is late.
            patience_ms=max(updates.late_after, 1),
            kind=Kind.UPDATE,
            wait=Wait.SCHEDULE,
            is_side=True,
        )
        layout.link(visit, Outcome.DONE, following, updates.every, calendar)
        layout.link(visit[~chased], Outcome.LEFT, following[~chased], updates.every, calendar)
        chaser = visit[chased] + 1
        layout.fill(
            chaser,
            queue=first_line[chased],
            work_ms=max(updates.chase_work, 1),
            kind=Kind.CHASE,
            wait=Wait.SCHEDULE,
            is_side=True,
        )
        layout.link(visit[chased], Outcome.LEFT, chaser)
        layout.link(chaser, Outcome.DONE, following[chased], updates.every, calendar)
        visit = visit + 1 + chased


def _promised_at(case: Case, stage: Stage) -> bool:
    updates = case.scenario.updates
    return updates is not None and updates.tier == list(case.scenario.tiers)[stage.position]


def _chases(case: Case, who: Which) -> Flags:
    updates = case.scenario.updates
    assert updates is not None
    number = case.draws.uniform(Purpose.CHASE, columns=updates.most)[who]
    chases: Flags = number < updates.chases
    return chases
