"""The curves on six tickets, worked out by hand; the tickets A to F are told in ``conftest``."""

import numpy as np
import pytest

from sim.errors import TierSimError
from sim.outcome import axis, curve
from sim.outcome.curves import CAUSES, FATES, TIME_GRID_MS
from sim.units import MINUTE


def test_axes_fit_the_arrays(measured, six):
    """Every curve has as many places on each axis as the axis names."""
    for name, values in measured.curves.items():
        shape = tuple(len(axis(along, six.scenario)) for along in curve(name).axes)
        assert values.shape == shape, name


def test_where_the_time_of_late_tickets_went(measured):
    """B waited 20 min; D 6 and 5, and 14 min passed until it called again."""
    parts = dict(zip(CAUSES, measured.curves["waterfall[L1 response]"] / MINUTE, strict=True))
    # D's clock counts office hours, and it lies inside them.
    expected = {"queue": 20 + 6 + 5, "other": 14}
    assert {k: v for k, v in parts.items() if v} == expected


def test_where_the_time_of_late_resolutions_went(measured):
    """B, C and D, from creation to resolution, in all hours.

    B: queue 20 + 30 and parked 60; L1 10; clarifying 10 and 15 of 60 again; user 120: 310 min.
    C: queue 915 + 12; L1 20 and L2 60; look 5, wait 10, notes 8: 1030 min.
    D: queue 6 + 5, and 14 until it called again.
    """
    parts = dict(zip(CAUSES, measured.curves["waterfall[any resolution]"] / MINUTE, strict=True))
    assert {k: v for k, v in parts.items() if v} == {
        "queue": 110 + 927 + 11,
        "work": 10 + 45 + 80,
        "rework": 25,
        "bounce": 23,
        "user": 120,
        "other": 14,
    }


def test_closed_hours(measured):
    """C waits for L2 from Mon 16:50, of which 900 minutes are closed; 10 open ones at L1, 5 more."""
    parts = dict(
        zip(CAUSES, measured.curves["waterfall[hardware by creation]"] / MINUTE, strict=True)
    )
    assert {k: v for k, v in parts.items() if v} == {"queue": 15, "closed hours": 900, "work": 20}


def test_where_tickets_go(measured, six):
    """Moves between tiers, B and C up, C down and up again, and how each ended."""
    rows, columns = axis("from", six.scenario), axis("to", six.scenario)
    flow = measured.curves["flow"]
    found = {(rows[i], columns[j]): int(flow[i, j]) for i, j in zip(*np.nonzero(flow), strict=True)}
    assert found == {
        ("entry", "L1"): 5,
        ("entry", "L2"): 1,
        ("L1", "L2"): 3,
        ("L2", "L1"): 1,
        ("L1", "resolved"): 1,
        ("L2", "resolved"): 4,
        ("reopened", "L2"): 1,
        ("L1", "abandoned"): 1,
        ("L1", "open"): 1,
    }


def test_what_becomes_of_tickets_at_the_first_line(measured):
    """F came in elsewhere, A at once, B could not be solved, C out of time, D gone, E open."""
    fates = dict(zip(FATES, measured.curves["l1_fates"], strict=True))
    assert {k: v for k, v in fates.items() if v} == {
        "came in at another tier": 1,
        "resolved at once": 1,
        "escalated, could not be solved": 1,
        "escalated, out of time": 1,
        "abandoned": 1,
        "open": 1,
    }


def test_distributions(measured):
    """Resolution took 10, 20, 310 and 1030 minutes."""
    share = measured.curves["resolution_ecdf"][-1]
    within = dict(zip(TIME_GRID_MS.tolist(), share, strict=True))
    for at_ms, value in within.items():
        assert value == sum(took * MINUTE <= at_ms for took in (10, 20, 310, 1030)) / 4


def test_a_promise_is_read_at_every_target(measured, six):
    """At its target the line is the service level; open tickets count once they are late."""
    for name, level in six.scenario.service_levels.items():
        share = measured.curves[f"promise_ecdf[{name}]"]
        at = np.searchsorted(TIME_GRID_MS, level.within, side="right") - 1
        between = share[at : at + 2]
        assert between.min() <= measured.values[f"service_level[{name}]"] <= between.max(), name
    # Resolved after 10, 20, 310 less 120 for the user, and 1030 minutes. D left; E,
    # which is open at the end, had no clock of 100 minutes.
    share = measured.curves["promise_ecdf[any resolution]"]
    at = np.searchsorted(TIME_GRID_MS, np.array([9, 15, 100, 500]) * MINUTE)
    assert share[at].tolist() == [0, 1 / 6, 2 / 5, 3 / 5]


def test_hours_of_the_week(measured):
    """Monday 08:00 to 09:00: A is open 10 min and B 30, in one of two weeks."""
    backlog = measured.curves["backlog_by_hour"]
    assert backlog[0, 8] == pytest.approx((10 + 30) / 60 / 2)
    # B is at L2 from 09:00 on, its wait for the user included.
    assert backlog[1, 9] == pytest.approx(0.5)
    assert backlog[1, 13] == pytest.approx(40 / 60 / 2)
    staff = measured.curves["staff_by_hour"]
    assert staff[:, 0, 8].tolist() == [2, 1]
    assert staff[:, 0, 17].tolist() == [0, 0]
    # A and B keep two agents busy for 20 minutes of the 240 there in two weeks.
    assert measured.curves["utilisation_by_hour"][0, 0, 8] == pytest.approx(20 / 240)
    assert np.isnan(measured.curves["utilisation_by_hour"][0, 0, 17])
    # E works on past 17:00 on Friday: overtime is not busy time of a shift.
    assert measured.curves["busy_by_hour"][0, 4, 17] == 0
    assert measured.curves["arrivals_by_hour"][8] == 1


def test_waiting(measured):
    """Visits that join L1 on Monday at 8 are A (0) and B (20); D was never taken up."""
    waiting = measured.curves["waiting_by_hour"] / MINUTE
    assert waiting[0, 8] == 10
    assert np.isnan(waiting[0, 2 * 24 + 10])


def test_days_and_weeks(measured):
    """F is open for 20 minutes of the second Tuesday; weeks are those of creation."""
    assert measured.curves["backlog_by_day"][1, 8] == pytest.approx(20 / 1440)
    assert measured.curves["weekly[service_level[L1 response]]"].tolist() == [0.5, 1]
    first, second = measured.curves["weekly[l1_share]"]
    assert first == pytest.approx(1 / 3)
    assert np.isnan(second)


def test_an_unknown_curve_or_axis(six):
    """What is asked for wrongly is said."""
    with pytest.raises(TierSimError, match="there is no curve 'flows'"):
        curve("flows")
    with pytest.raises(TierSimError, match="there is no axis 'colour'"):
        axis("colour", six.scenario)
