"""What lies in a queue: worked out by hand, on a desk with two tiers of one person each."""

from __future__ import annotations

import numpy as np
import pytest

from scenarios import with_on
from sim.engine import available_engines
from sim.engine.lying import as_played, lies_first
from sim.outcome.measures import measure
from sim.study.evaluate import replicate
from sim.units import HOUR, MINUTE
from sim.workload.journeys import NOT_YET, Outcome, Wait
from sim.workload.sample import sample

QUIET = {"demand.volume": "20 / week", "demand.busyness": 0, "period.length": "8 weeks"}
LYING = {"share": 1, "answers_in": "2 h", "answers_cv": 0}


def _run(changes, engine="auto"):
    return replicate(with_on([], {**QUIET, **changes}), seed=1, replication=0, engine=engine)


@pytest.mark.parametrize("engine", available_engines())
def test_a_ticket_that_lies_waits_in_the_queue_so_long(engine):
    """On a quiet desk, each ticket is in the queue for the two hours, and is taken up then."""
    run = _run({"tiers.L1.left_lying": LYING, "shifts.day": {"Mon-Sun": "00:00-24:00"}}, engine)
    log, tickets = run.log, run.workload.tickets
    first = tickets.first_visit
    seen = log.started_ms[first] != NOT_YET
    assert (log.joined_ms[first] == tickets.arrival_ms)[seen].all()
    waited = (log.started_ms - log.joined_ms)[first[seen]]
    assert waited.min() == 2 * HOUR
    assert np.median(waited) < 2 * HOUR + 30 * MINUTE
    found = measure(run)
    assert found.values["left_lying"] == found.values["left_lying[L1]"] == 1
    assert found.values["left_lying[L2]"] == 0
    assert found.values["response[L1, p50]"] >= 2 * HOUR


@pytest.mark.parametrize("engine", available_engines())
def test_a_hand_over_lies_by_its_own_law(engine):
    """What is handed over lies in the hours stated, in the queue of the tier that it came to."""
    handed = {"share": 0.5, "answers_in": "1 h", "answers_cv": 0, "hours": "office"}
    law = {"share": 0, "handed_over": handed}
    run = _run({"tiers.L2.left_lying": law}, engine)
    log, visits = run.log, run.workload.visits
    came = np.flatnonzero((visits.queue == 1) & (log.joined_ms != NOT_YET))
    lay = visits.wait[came] == Wait.LYING
    assert 0.3 < lay.mean() < 0.7
    before = np.flatnonzero((log.outcome == Outcome.DONE) & (visits.queue == 0))
    onwards = visits.successor[Outcome.DONE][before]
    own = np.isin(onwards, came)
    assert (log.joined_ms[onwards[own]] == log.finished_ms[before[own]]).all()
    begun = log.started_ms[came] != NOT_YET
    waited = (log.started_ms - log.joined_ms)[came]
    assert waited[begun & lay].min() >= HOUR
    assert measure(run).values["left_lying[L2]"] == pytest.approx(lay.mean(), abs=0.05)


def test_what_is_settled_in_the_first_contact_does_not_lie():
    """If all that L1 solves is settled at once, only what it cannot solve lies there."""
    changes = {"tiers.L1.left_lying": LYING, "tiers.L1.first_contact": 1, "tiers.L1.asks_user": 0.5}
    workload = sample(with_on([], {**QUIET, **changes}), 1, 0)
    log = _run(changes).log
    lies = lies_first(workload)
    visits, first = workload.visits, workload.tickets.first_visit
    resolved = (visits.successor[Outcome.DONE][first] == -1) & (log.outcome[first] == Outcome.DONE)
    assert resolved.any()
    assert not lies[resolved].any()
    assert lies[~resolved & (log.outcome[first] == Outcome.DONE)].all()


def test_callers_do_not_lie_and_nothing_lies_by_default():
    """Who may hang up is not left lying; a desk that says nothing of it is played as sampled."""
    patient = {"channels": {"phone": {"share": 1, "patience": "5 min"}}}
    calls = sample(with_on([], {**QUIET, **patient, "tiers.L1.left_lying": LYING}), 1, 0)
    assert not lies_first(calls).any()
    plain = sample(with_on([], QUIET), 1, 0)
    assert as_played(plain) is plain
