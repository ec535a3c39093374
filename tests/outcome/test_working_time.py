"""Targets in working days, hours that hardly open, and working time as people say it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import sim
from sim.errors import UnitError
from sim.outcome.clocks import days_named, hours_named
from sim.scenario.model import Scenario
from sim.scenario.targets import Target, target_text
from sim.scenario.working_time import allowed, passed_of
from sim.study.implied import implied
from sim.units import DAY, HOUR

OFFICE = {"Mon-Thu": "09:00-12:00, 13:00-17:00", "Fri": "09:00-12:00"}
"""Seven hours with a lunch break, three on Friday."""


def tree(within, hours="office", **changes):
    """Write a scenario with one promise."""
    return {
        "name": "clocks",
        "period": {"start": "2026-01-05", "length": "4 weeks", "warm_up": 0},
        "holidays": ["2026-01-14"],
        "shifts": {"day": {"Mon-Fri": "08:00-17:00"}},
        "hours": {"office": OFFICE, "never": {"Sat": "09:00-10:00"}},
        "demand": {"volume": "20 / week"},
        "priorities": {"P1": {"share": 1}},
        "topics": {"all": {"share": 1, "difficulty": 0.5}},
        "tiers": {"L1": {"ability": 1, "work": "1 h", "staff": {"day": 2}}},
        "service_levels": {"fix": {"clock": "resolve", "within": within, "hours": hours}},
    } | changes


def due(within, day, hour):
    """Tell when a ticket of that day and hour is due, as open hours from its start."""
    made = Scenario.model_validate(tree(within))
    hours, days = hours_named(made, "office"), days_named(made, "office")
    start = np.array([day * DAY + round(hour * HOUR)])
    return float(allowed(made.service_levels["fix"].within, days, hours.passed, start)[0]) / HOUR


@pytest.mark.parametrize(
    ("within", "day", "hour", "open_hours"),
    [
        # Monday 10:00 to Wednesday 10:00: two days of seven hours, whatever lies between.
        ("2 working days", 0, 10, 14),
        ("2 working days", 0, 15, 14),
        # Wednesday 10:00 to Friday 10:00; from 15:00, five hours into a day, Friday is over at noon.
        ("2 working days", 2, 10, 14),
        ("2 working days", 2, 15, 2 + 7 + 3),
        # Saturday, or Monday before nine: two whole days from Monday's opening.
        ("2 working days", 5, 12, 14),
        ("2 working days", 7, 7, 14),
        # Tuesday 13 January: the 14th is a holiday, Thursday and Friday follow.
        ("2 working days", 8, 10, 6 + 7 + 1),
        ("end of working day", 0, 10, 6),
        ("end of working day", 0, 18, 7),
        ("end of next working day", 0, 10, 6 + 7),
        ("end of next working day", 0, 18, 7),
        ("end of next working day", 0, 8, 7 + 7),
        ("end of next working day", 5, 12, 7),
        ("end of next working day", 8, 10, 6 + 7),
    ],
)
def test_when_a_working_day_is_over_by_hand(within, day, hour, open_hours):
    """As the calendar has it: lunch, a short Friday, a weekend, a holiday."""
    assert due(within, day, hour) == open_hours


def test_beyond_the_period_nothing_is_late():
    """A day after the end of the period is not yet due in it."""
    assert due("5 working days", 25, 10) > 1e6


@given(st.integers(0, 27 * 24 * 60), st.integers(1, 6))
def test_more_days_are_never_sooner(minute, days):
    """Each working day more gives at least as much time, and at most the longest day."""
    at = (0, minute / 60)
    less, more = due(f"{days} working days", *at), due(f"{days + 1} working days", *at)
    assert less <= more
    assert more <= less + 7 or more > 1e6


def test_a_reading_uses_it():
    """The service level of a run is that of the instants; with equal days, of as many hours."""
    even = {"office": {"Mon-Fri": "09:00-17:00"}}
    run = sim.run(
        Scenario.model_validate(tree("2 working days", hours="office") | {"hours": even}), seed=3
    )
    hours = sim.run(Scenario.model_validate(tree("16 h", hours="office") | {"hours": even}), seed=3)
    key = "service_level[fix]"
    assert sim.measure(run).values[key] == sim.measure(hours).values[key]


@pytest.mark.parametrize(
    "text",
    [
        "2 working days",
        "1 working day",
        "end of working day",
        "end of next working day",
        "72 h",
        "3 d",
        "15 min",
        "90 s",
    ],
)
def test_it_is_written_as_it_was_read(text):
    """A target survives being written and read, and so does a scenario with it."""
    assert target_text(Target.read(text)) == text
    made = Scenario.model_validate(tree(text, hours="always" if text == "3 d" else "office"))
    again = Scenario.model_validate(made.model_dump(mode="json"))
    assert again == made
    assert again.service_levels["fix"].within.days == made.service_levels["fix"].within.days


def test_working_days_are_no_hours():
    """Two working days of eight hours differ from 16 h in what they mean."""
    assert Target.read("2 working days") != Target.read("16 h")
    assert Target.read("15 min") == 15 * 60_000


def test_a_day_of_24_hours_of_work_is_refused():
    """What may mean either is asked back, with both ways to say it; so is a slip."""
    with pytest.raises(ValueError, match="'3 working days' or '72 h'"):
        Scenario.model_validate(tree("3 d"))
    with pytest.raises(UnitError, match="'2 working days'"):
        Target.read("2 workin days")


def test_a_promise_whose_hours_never_open_is_a_fault_and_never_met():
    """Nothing can be late: `check` says so, and the level is not measured."""
    made = Scenario.model_validate(
        tree("1 h", hours="never", period={"start": "2026-01-05", "length": "4 d", "warm_up": 0})
    )
    ((key, why),) = implied(made).errors
    assert key == "service_levels.fix.hours"
    assert "never open" in why
    found = sim.compare(made, replications=3)[0]
    assert found.verdicts["fix"].word == "not yet known"
    assert np.isnan(found.estimate("service_level[fix]").mean)


def test_hours_shorter_than_the_target_are_a_fault():
    """Four hours of opening in all cannot hold a target of five."""
    made = Scenario.model_validate(tree("5 h", hours="never"))
    ((key, why),) = implied(made).errors
    assert key == "service_levels.fix.within"
    assert "4 h of the counted period" in why
    assert np.isnan(sim.measure(sim.run(made, seed=1)).values["service_level[fix]"])
    assert not implied(Scenario.model_validate(tree("3 h", hours="never"))).errors


def test_working_time_is_written_in_working_days():
    """Twelve working days are written as such, never as four days."""
    known = sim.outcome.metric("resolution[mean, business hours]")
    assert known.format(96 * HOUR, "", 8 * HOUR) == "12 working days"
    assert known.format(96 * HOUR) == "96 h"
    assert sim.outcome.metric("resolution[mean]").format(96 * HOUR) == "4 d"


def test_passed_is_the_clocks():
    """Both ways to count open time agree."""
    made = Scenario.model_validate(tree("1 h"))
    hours = hours_named(made, "office")
    at = np.arange(0, 28 * DAY, 17 * 60_000 + 1)
    assert (passed_of(hours.open_ms, hours.close_ms)(at) == hours.passed(at)).all()
