"""Promised updates: a side chain that goes on in its hours, kept or not."""

import numpy as np
from chance import share_fits

from scenarios import with_on
from sim.units import HOUR, MINUTE
from sim.workload.journeys import ALWAYS, NEVER_MS, NONE, Kind, Outcome
from sim.workload.plan import plan
from sim.workload.sample import sample

MOST = 4
UPDATES = {
    "tier": "L2",
    "every": "6 h",
    "hours": "office",
    "most": MOST,
    "chases": 0.3,
    "work": "5 min",
    "late_after": "4 h",
}


def _drawn(names=(), **changes):
    scenario = with_on([*names], {"updates": UPDATES, "demand.volume": "2000 / week", **changes})
    return scenario, sample(scenario, 1, 0).visits


def test_chain_starts_where_the_tier_is_reached():
    """The chain starts as the ticket joins the tier that promised, once, and for it alone."""
    _, visits = _drawn(["poor notes", "asks users"])
    begins = np.flatnonzero(visits.side_visit != NONE)
    assert (visits.queue[begins] == 1).all()
    assert (visits.notes[begins] != NONE).all()
    assert len(np.unique(visits.ticket[begins])) == len(begins)
    reached = np.unique(visits.ticket[(visits.queue == 1) & ~visits.is_side])
    assert np.array_equal(reached, visits.ticket[begins])
    assert (visits.kind[visits.side_visit[begins]] == Kind.UPDATE).all()


def test_updates_come_at_their_interval():
    """Each update is due an interval of office time after the last, sent, late or chased."""
    scenario, visits = _drawn()
    office = plan(scenario).calendars["office"]
    begins = visits.side_visit != NONE
    assert (visits.side_delay_ms[begins] == 6 * HOUR).all()
    assert (visits.side_calendar[begins] == office).all()
    for before in np.flatnonzero(visits.is_side)[:2000]:
        for way in (Outcome.DONE, Outcome.LEFT):
            after = visits.successor[way, before]
            if after == NONE:
                continue
            if visits.kind[after] == Kind.UPDATE:
                assert visits.delay_ms[way, before] == 6 * HOUR
                assert visits.delay_calendar[way, before] == office
            else:
                # A user chases at once.
                assert visits.kind[before] == Kind.UPDATE
                assert way == Outcome.LEFT
                assert visits.delay_ms[way, before] == 0
                assert visits.delay_calendar[way, before] == ALWAYS


def test_every_way_through_has_all_updates():
    """Sent or late, chased or not: a ticket that stays open has as many updates as are simulated."""
    _, visits = _drawn()
    starts = visits.side_visit[visits.side_visit != NONE]
    for way in (Outcome.DONE, Outcome.LEFT):
        seen = np.zeros(len(starts), int)
        at = starts.copy()
        for _ in range(2 * MOST):
            here = at != NONE
            seen += here & (visits.kind[at] == Kind.UPDATE)
            chaser = here & (visits.kind[at] == Kind.CHASE)
            following = np.where(
                chaser, visits.successor[Outcome.DONE, at], visits.successor[way, at]
            )
            at = np.where(here, following, NONE)
        assert (at == NONE).all()
        assert (seen == MOST).all()


def test_late_updates_are_chased():
    """For its share of late updates the user chases, at the first tier."""
    _, visits = _drawn()
    updates = np.flatnonzero(visits.kind == Kind.UPDATE)
    assert (visits.patience_ms[updates] == 4 * HOUR).all()
    assert (visits.work_ms[updates] == 5 * MINUTE).all()
    late = visits.successor[Outcome.LEFT, updates]
    chased = np.where(late != NONE, visits.kind[late] == Kind.CHASE, np.False_)
    assert share_fits(chased, 0.3)
    chasers = visits.kind == Kind.CHASE
    assert (visits.queue[chasers] == 0).all()
    assert (visits.patience_ms[chasers] == NEVER_MS).all()
