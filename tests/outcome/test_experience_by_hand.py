"""Satisfaction, after-hours service, recurrence and incidents, by hand, on the six tickets of ``conftest``."""

import dataclasses
import math
from pathlib import Path

import numpy as np
import pytest

from sim.engine.rules import Ending
from sim.outcome import experience, families, incidents, measure, recurring
from sim.outcome.facts import Facts
from sim.outcome.news import news
from sim.outcome.run import Run
from sim.units import HOUR, MINUTE
from sim.workload.journeys import NONE, Kind, Origin, Outcome

A, B, C, D, E, F = range(6)
MONTHS = 14 / (365 / 12)
# Points that B and C lose for the time to resolution, in office hours.
B_WAIT = 10 * math.log2(310 / 60)
C_WAIT = 10 * math.log2(130 / 60)
POINTS = {
    A: 100,
    # One re-explanation, one hand-over, L1 response late.
    B: 100 - B_WAIT - 15 - 4 - 15,
    # Three hand-overs, a promise broken, reopened.
    C: 100 - C_WAIT - 3 * 4 - 15 - 20,
    # D hung up.
    D: 0,
    # Within the hour, at the tier that it came to.
    F: 100,
}
VALUES = {
    "satisfaction": (sum(POINTS.values()) / 5, 5),
    "satisfaction[L1]": (100, 1),
    "satisfaction[L2]": ((POINTS[B] + POINTS[C] + POINTS[F]) / 3, 3),
    # All came in office hours.
    "after_hours_share": (0, 6),
    "after_hours_response[L1, mean]": (math.nan, 0),
    # Every ticket is as hard as L1 is able: all of L2's work is on simple tickets (B 70, C 95, F 20 min).
    "simple_work_above": (1, 185 * MINUTE),
    # A and F; B and C changed hands.
    "first_time_right": (2 / 4, 4),
}


@pytest.mark.parametrize("name", VALUES)
def test_a_value_and_its_denominator(measured, name):
    """Each number is the one that follows from its definition."""
    value, out_of = VALUES[name]
    assert measured.values[name] == pytest.approx(value, nan_ok=True, rel=1e-12)
    assert measured.counts[name] == out_of


def test_the_longest_wait_costs_forty_points(six):
    """C waits for ever longer: from 16 hours on the wait costs no more."""
    finished = six.log.finished_ms.copy()
    finished[8] = finished[8] + 48 * HOUR  # the second visit of C at L2, two working days later
    log = dataclasses.replace(six.log, finished_ms=finished)
    points = experience.points(Facts(changed(six, log=log)))
    assert points[C] == 100 - 40 - 3 * 4 - 15 - 20
    assert math.isnan(points[E])


def changed(six, changes=None, *, tickets=None, visits=None, log=None):
    """Return the run with a changed scenario, other columns or another log."""
    workload = dataclasses.replace(
        six.workload,
        tickets=dataclasses.replace(six.workload.tickets, **(tickets or {})),
        visits=dataclasses.replace(six.workload.visits, **(visits or {})),
    )
    scenario = six.scenario.with_(changes) if changes else six.scenario
    return Run(scenario, workload, six.desk, log or six.log, 1, 0, "by hand")


def values(run):
    """Measure a run, without curves."""
    found = measure(run, curves=False)
    return {name: (value, found.counts[name]) for name, value in found.values.items()}


def test_after_hours(six):
    """Users work from 10 to 16: all but D come outside, and so do the hand-overs to L2."""
    core = {"hours.core": {"Mon-Fri": "10:00-16:00"}, "users.hours": "core"}
    found = values(changed(six, core))
    assert found["after_hours_share"] == (5 / 6, 6)
    # A 0, B 20, C 915, E 5 minutes.
    assert found["after_hours_response[L1, mean]"] == (235 * MINUTE, 4)
    assert found["after_hours_response[L1, p50]"] == (5 * MINUTE, 4)
    # B 30, C 0, F 0.
    assert found["after_hours_response[L2, mean]"] == (10 * MINUTE, 3)


def test_after_hours_for_whom_somebody_is_on_call(six):
    """A and F are P1, for which L1 is on call: A waits 0; B 20, C 915 and E 5 minutes are the rest."""
    core = {
        "hours.core": {"Mon-Fri": "10:00-16:00"},
        "users.hours": "core",
        "tiers.L1.on_call": {"staff": {"day": 1}, "priority": "P1"},
    }
    found = values(changed(six, core))
    assert found["after_hours_response[L1, on call, mean]"] == (0, 1)
    assert found["after_hours_response[L1, not on call, mean]"] == (
        pytest.approx((20 + 915 + 5) / 3 * MINUTE),
        3,
    )
    assert "after_hours_response[L2, on call, mean]" not in found


def test_work_on_hard_tickets_is_not_simple(six):
    """B is harder than L1 is able: its 70 minutes at L2 were needed there."""
    hard = np.full(6, 0.5, np.float32)
    hard[B] = 0.6
    assert values(changed(six, tickets={"difficulty": hard}))["simple_work_above"] == (
        pytest.approx(115 / 185),
        185 * MINUTE,
    )


PROBLEMS = {"problems": {"count": 2, "tier": "L2"}}


def test_recurrence(six):
    """A, C and E are symptoms; E alone came in the last quarter."""
    problem = np.array([0, NONE, 1, NONE, 0, NONE], np.int32)
    found = values(changed(six, PROBLEMS, tickets={"problem": problem}))
    assert found["recurring_share"] == (3 / 6, 6)
    assert found["recurring_share[last quarter]"] == (1, 1)


def test_what_was_prevented_is_no_ticket(six):
    """F was prevented: it is no ticket any more, and one avoided in half a month."""
    problem = np.array([0, NONE, 1, NONE, 0, 0], np.int32)
    by = np.array([NONE] * 5 + [0], np.int32)
    ending = six.log.ending.copy()
    ending[F] = Ending.PREVENTED
    log = dataclasses.replace(six.log, ending=ending)
    found = values(
        changed(six, PROBLEMS, tickets={"problem": problem, "prevented_by": by}, log=log)
    )
    assert found["recurring_share"] == (3 / 5, 5)
    assert found["prevented"] == (pytest.approx(1 / MONTHS), pytest.approx(MONTHS))
    assert found["tickets"] == (5, 1)


def test_fixes(six):
    """Two attempts were done, and one of them held."""
    kind = six.workload.visits.kind.copy()
    kind[[9, 14]] = Kind.FIX
    raises = np.full(len(kind), NONE, np.int32)
    raises[14] = 0
    problem = np.full(6, NONE, np.int32)
    found = values(
        changed(
            six, PROBLEMS, tickets={"problem": problem}, visits={"kind": kind, "raises": raises}
        )
    )
    assert found["fixes"][0] == pytest.approx(1 / MONTHS)


def test_runbooks(six):
    """A had one, of the four that L1 took up; D, who hung up, does not count."""
    runbook = np.zeros(len(six.workload.visits), np.bool_)
    runbook[[0, 10]] = True
    written = {"topics.software.runbook": 0.5}
    assert values(changed(six, written, visits={"runbook": runbook}))["runbook_share"] == (1 / 4, 4)


@pytest.fixture
def updated(six):
    """Make side visits: C got an update and chased, D's update was late."""
    kind = six.workload.visits.kind.copy()
    kind[[6, 7, 11]] = Kind.UPDATE, Kind.CHASE, Kind.UPDATE
    side = np.zeros(len(kind), np.bool_)
    side[[6, 7, 11]] = True
    assert six.log.outcome[11] == Outcome.LEFT
    return changed(six, {"updates": {"tier": "L2"}}, visits={"kind": kind, "is_side": side})


def test_updates_and_chasers(updated):
    """One of two updates was sent in time, and one user asked."""
    found = values(updated)
    assert found["updates_sent"] == (1 / 2, 2)
    assert found["chasers"] == (1 / 6, 6)


def test_news_is_what_was_sent_or_asked(updated):
    """C's update is news, and what B and E were asked; a late update and an answer to a chaser are not."""
    told = news(Facts(updated))
    assert sorted(told.whose.tolist()) == [B, C, E]
    at_c = told.from_ms[told.whose == C]
    assert at_c.tolist() == [updated.log.finished_ms[6]]


OUTAGE = {
    "incidents.outage": {
        "on": ["2026-01-05"],
        "priority": "P1",
        "topic": "software",
        "engineers": {"L1": 1},
    }
}


@pytest.fixture
def struck(six):
    """Make A a major incident, and F a call about it."""
    origin = np.array([Origin.INCIDENT, 0, 0, 0, 0, Origin.LINKED], np.int8)
    return changed(six, OUTAGE, tickets={"origin": origin})


def test_an_incident(struck):
    """A was contained in ten minutes, and one call in two weeks was about it."""
    found = values(struck)
    assert found["time_to_contain"] == (10 * MINUTE, 1)
    assert found["incident_contacts"] == (1 / 2, 2)
    # Work on it and calls about it are no tickets of users.
    assert found["tickets"] == (4, 1)


def test_its_shadow(struck):
    """Until Tuesday 08:20 B and C came: B was answered late, C in time; D and E came later."""
    found = values(struck)
    assert found["service_level[L1 response]"] == (2 / 4, 4)
    assert found["shadow_service_level[L1 response]"] == (1 / 2, 2)
    # L2: B in time (160 min without the pause), C in time.
    assert found["shadow_service_level[L2 resolution]"] == (1, 2)


def test_an_incident_that_is_not_over_casts_its_shadow_to_the_end(struck):
    """All four users' tickets came in it."""
    ended = struck.log.ended_ms.copy()
    ended[A] = NONE
    log = dataclasses.replace(struck.log, ended_ms=ended)
    run = Run(struck.scenario, struck.workload, struck.desk, log, 1, 0, "by hand")
    found = values(run)
    assert math.isnan(found["time_to_contain"][0])
    assert found["shadow_service_level[L1 response]"] == (2 / 4, 4)


def test_desks_without_the_thing_have_no_such_metric(measured):
    """Nothing is 0 that was not there to be measured."""
    for name in (
        "recurring_share",
        "fixes",
        "prevented",
        "runbook_share",
        "chasers",
        "time_to_contain",
    ):
        assert name not in measured.values


def test_every_family_is_worked_out_by_hand():
    """A metric without an expectation here would be one that nobody checked."""
    here = {module.__name__ for module in (recurring, experience, incidents)}
    source = Path(__file__).read_text(encoding="utf-8")
    for family in families():
        if family.compute.__module__ in here:
            assert f'"{family.key}' in source, family.key
