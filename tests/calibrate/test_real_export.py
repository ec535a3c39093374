"""The real ServiceNow export: its published facts must come out, to the last digit given."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest
from export_files import CHECKOUT

from sim.calibrate.check import check
from sim.calibrate.figures import Figures
from sim.calibrate.fit import calibrate
from sim.calibrate.replay import replay
from sim.intake.read import read_export
from sim.scenario.file import load
from sim.units import WEEK

DISTANCES = ("n-gram", "circadian", "relative event", "cycle time")


@pytest.fixture(scope="module")
def whole(real_export):
    """Read the export once."""
    return read_export(real_export, "servicenow")


@pytest.fixture(scope="module")
def figures(whole):
    """Give the figures of the four weeks after the ramp-up."""
    return Figures.of(whole.between(dt.date(2016, 4, 4), dt.date(2016, 5, 1)))


def test_size(whole, figures):
    """All rows are read, none is set aside."""
    assert (whole.rows, len(whole), len(figures), whole.set_aside) == (101_440, 17_216, 7_450, ())


def test_where_tickets_go(figures):
    """The first line, hand-overs, returns, reopening and service level are as published."""
    assert figures.first_line_share() == pytest.approx(0.535, abs=5e-4)
    assert figures.never_left_share() == pytest.approx(0.751, abs=5e-4)
    assert figures.hand_off_shares() == pytest.approx((0.649, 0.206, 0.066, 0.040, 0.018), abs=6e-4)
    assert figures.returned_share() == pytest.approx(0.095, abs=5e-4)
    assert figures.reopened_share() == pytest.approx(0.009, abs=5e-4)
    assert figures.sla_share() == pytest.approx(0.765, abs=5e-4)
    assert sorted(figures.priority_shares().values()) == pytest.approx(
        [0.011, 0.018, 0.019, 0.952], abs=5e-4
    )


def test_how_long_it_takes(figures):
    """Quantiles of the resolution, overall and by path, are as published."""
    quarters = (0.25, 0.5, 0.75, 0.9)
    alone = figures.never_left()
    assert figures.resolution_h((*quarters, 0.95)) == pytest.approx(
        (0.23, 4.1, 92, 313, 547), rel=0.02
    )
    assert figures.resolution_h(quarters, alone) == pytest.approx(
        (0.12, 0.25, 0.68, 24.6), rel=0.03
    )
    assert figures.resolution_h(quarters, ~alone) == pytest.approx((2.5, 32, 168, 455), rel=0.01)
    within = [figures.resolved_within(hours) for hours in (1, 4, 8, 24)]
    assert within == pytest.approx((0.389, 0.472, 0.511, 0.574), abs=6e-4)


def test_waits_and_states(figures):
    """The time before resolution splits over the states as published."""
    assert figures.waited_for_user_share() == pytest.approx(0.178, abs=5e-4)
    shares = list(figures.time_shares().values())
    assert shares == pytest.approx((0.34, 0.31, 0.23, 0.10, 0.01), abs=6e-3)


def test_when_tickets_come(figures):
    """Weekdays, weekends and office hours are as published."""
    assert figures.per_working_day() == pytest.approx((354, 46), abs=0.6)
    assert figures.office_hours_share() == pytest.approx(0.83, abs=2e-3)


def test_replay_on_the_base(real_export):
    """All tickets of whole weeks arrive, in order, at two tiers."""
    base = load(CHECKOUT / "scenarios" / "in-house-desk.yaml")
    played = replay(real_export, "servicenow", base)
    assert len(played.arrivals) == 17_216
    assert played.scenario.period.length // WEEK >= 8
    assert set(np.unique(played.arrivals.entry_tier)) == {0, 1}


def test_a_fitted_desk_has_the_exports_figures(whole):
    """The ramp-up is found, and the desk reproduces what is published of the rest.

    Shares within 3 points, resolution p50, p75 and p90 within a factor of 1.25, distances within
    twice those of the export's own halves.
    """
    calibration = calibrate(whole)
    assert calibration.export.days_opened() == (dt.date(2016, 4, 4), dt.date(2016, 5, 1))
    assert any(one.about == "ramp-up" for one in calibration.page.findings)
    found = check(calibration, replications=4)
    published = (
        "began at L1",
        "last at L1",
        "never left L1, of those that began there",
        *(f"{count} hand-overs" for count in range(5)),
        "returned to a team it had left",
        "reopened",
        "waited for the user",
        *(f"resolved within {hours} h, of those resolved" for hours in (1, 4, 8, 24)),
    )
    for figure in published:
        assert found[figure].off < 0.03, str(found[figure])
    for quantile in ("p50", "p75", "p90"):
        assert found[f"resolution {quantile}"].off < np.log(1.25), str(found)
    for distance in DISTANCES:
        assert not found[f"{distance} distance"].outside, str(found)


def test_a_prediction_of_later_weeks(whole):
    """Fitted to two weeks, the desk foretells the next two as far as the log's drift lets it.

    Ways, shares and the long times come out; that tickets are settled ever faster, and wait for users
    ever less, is said first.
    """
    calibration = calibrate(
        whole, first=dt.date(2016, 4, 4), last=dt.date(2016, 4, 17), recent=True
    )
    assert calibration.notices[0].startswith("The log drifts")
    assert calibration.drift.recent == dt.date(2016, 4, 11)
    later = whole.between(dt.date(2016, 4, 18), dt.date(2016, 5, 1))
    found = check(calibration, later, replications=4)
    assert found.quiet_days()[0].startswith("21 April, 22 April: hardly any tickets")
    assert str(found).startswith(found.quiet_days()[0])
    for figure in (
        "began at L1",
        "last at L1",
        "never left L1, of those that began there",
        *(f"{count} hand-overs" for count in range(5)),
        "returned to a team it had left",
        "reopened",
    ):
        assert found[figure].off < 0.03, str(found[figure])
    for quantile in ("p75", "p90"):
        assert found[f"resolution {quantile}"].off < np.log(1.25), str(found)
    for distance in DISTANCES:
        assert not found[f"{distance} distance"].outside, str(found)


def test_stated_holidays_bring_the_arrivals_back(whole):
    """Told of 21 and 22 April, which nothing before them shows, the desk foretells the arrivals."""
    days = (dt.date(2016, 4, 21), dt.date(2016, 4, 22))
    told = replace(whole, mapping=whole.mapping.model_copy(update={"holidays": days}))
    calibration = calibrate(told, first=dt.date(2016, 4, 4), last=dt.date(2016, 4, 17), recent=True)
    later = told.between(dt.date(2016, 4, 18), dt.date(2016, 5, 1))
    found = check(calibration, later, replications=4)
    assert not found.quiet_days()
    assert not found["arrival distance"].outside, str(found)
    assert found["tickets a week"].off < np.log(1.1), str(found["tickets a week"])
