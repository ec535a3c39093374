"""Warm-up held against the backlog: warned of when replications agree, and only then."""

import numpy as np
import pytest

from sim.errors import StudyError
from sim.present import chart
from sim.study.compare import compare
from sim.study.replication import Replication
from sim.study.settling import holiday_weeks, horizon, settling, too_short
from sim.study.showing import said

DAYS = 13 * 7


def evaluated(level, noise=1.0):
    """Make an evaluation whose backlog follows ``level`` day by day, with noise."""

    def evaluate(scenario, seed, replication):
        rng = np.random.default_rng([seed, replication])
        backlog = level + noise * rng.standard_normal() + noise * rng.standard_normal(DAYS + 1)
        curves = {"backlog_by_day": np.stack([backlog, np.zeros(DAYS + 1)])}
        values = {"l1_share": 0.7, "service_level[L1 response]": 0.9}
        return Replication(values, curves=curves)

    return evaluate


def filling(weeks):
    """Fill up to 40 tickets with a time constant of some weeks."""
    return 40 * (1 - np.exp(-np.arange(DAYS + 1) / (7 * weeks)))


@pytest.fixture
def long_desk(desk):
    """Give the desk thirteen weeks, one of them warm-up."""
    return desk.with_({"period.length": "13 weeks"}, name="Desk")


def study(desk, level, replications=20, **noise):
    """Run a study of such a backlog."""
    return compare(
        desk, replications=replications, jobs=1, evaluate=evaluated(level, **noise), seed=7
    )


def test_a_warm_up_that_is_too_short_is_warned_of(long_desk):
    """A desk that takes weeks to fill up, counted from the second: the note says what to set."""
    found = study(long_desk, filling(1.5))
    (note,) = found.notes
    assert "The warm-up of 1 week is too short" in note
    assert "period.warm_up" in note
    seen = settling(found[0])
    assert seen.proposed > seen.stated == 1
    assert seen.early.estimate.high < 0


def test_a_desk_that_has_filled_up_is_left_in_peace(long_desk):
    """A backlog that only varies gives no warning; at 99 % one of a hundred such desks would at most."""
    alarms = [
        study(long_desk.with_({}, name=f"desk {n}"), 30.0 + np.zeros(DAYS + 1), noise=n / 4).notes
        for n in range(1, 21)
    ]
    assert not any(alarms)


def test_a_lack_that_does_not_matter_is_left_out(long_desk):
    """Two per cent of the backlog are seen by many replications, and are no reason to run longer."""
    level = np.full(DAYS + 1, 100.0)
    level[:21] = 98.0
    assert not study(long_desk, level, noise=0.2).notes


def test_a_backlog_that_grows_is_said_to_grow(long_desk):
    """No warm-up helps a desk with too few people."""
    (note,) = study(long_desk, np.arange(DAYS + 1.0)).notes
    assert note.startswith("The backlog still grows")


def test_holidays_are_no_warm_up(long_desk):
    """A quiet week with a holiday in it says nothing about the start."""
    level = np.full(DAYS + 1, 30.0)
    level[7:14] = 10.0
    assert study(long_desk, level).notes
    quiet = long_desk.with_({"holidays": ["2026-01-14"]}, name="Quiet week")
    assert holiday_weeks(quiet, 13) == (1,)
    assert not study(quiet, level).notes


def test_desks_that_change_by_design_are_not_judged(long_desk):
    """Growth looks like a warm-up without end, and is none."""
    grows = long_desk.with_({"demand.growth": "50 %"}, name="Grows")
    assert too_short(study(grows, filling(3))[0]) is None


def test_too_little_is_said_to_be_too_little(desk, long_desk):
    """Three replications, or a period of three weeks, say nothing, and no alarm is raised."""
    few = settling(study(long_desk, filling(1.5), replications=3)[0])
    assert few.early is None
    assert not few.too_short
    assert "cannot be told" in said(few.claim())
    kept_none = compare(
        desk, replications=2, jobs=1, evaluate=lambda *_: Replication({"l1_share": 0.7}), metrics=()
    )
    with pytest.raises(StudyError, match="kept no curves"):
        settling(kept_none[0])


def test_a_study_says_of_what_kind_it_is(long_desk):
    """Without a warm-up the figures are those of an empty start, and a note says so."""
    assert "non-terminating" in horizon(long_desk)
    start = long_desk.with_({"period.warm_up": "0 d"}, name="From the start")
    assert horizon(start).startswith("The study is terminating")
    assert study(start, filling(1.5)).notes == (horizon(start),)


@pytest.mark.parametrize("size", ["slide", "phone"])
def test_welchs_plot_is_drawn(long_desk, size):
    """The finding is the title; the numbers of the plot stand beside it."""
    drawn = chart(study(long_desk, filling(1.5)), "warm up")
    assert "a warm-up of 1 week is too short" in drawn.title
    assert len(drawn.rows) == DAYS
    assert drawn.svg(size).startswith("<?xml")
