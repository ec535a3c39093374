"""A known desk is calibrated on its own export, and its parameters come out."""

from __future__ import annotations

import pytest

from sim.units import MINUTE
from tests.calibrate.round_trip import (
    ABSENCE,
    HOURS,
    NOT_TOLD,
    PEOPLE,
    WORK_MIN,
    calibrated,
    rows,
    waits,
)

MOST_OUTSIDE = 3
"""Of 18 intervals of 95 %: more lie outside in 1 % of logs by chance."""


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """Calibrate once."""
    return calibrated(2, tmp_path_factory.mktemp("round-trip"))


def test_parameters_come_out(found):
    """Over-dispersion, ways, notes, users' answers: the truth lies in its interval (seeded)."""
    table = list(rows(found))
    outside = [row for row in table if not row.inside]
    assert len(table) == 18
    assert len(outside) <= MOST_OUTSIDE, outside
    for row in table:
        assert row.low < row.fitted < row.high, row
        assert row.fitted == pytest.approx(row.true, rel=0.25), row


def test_waits_on_others_come_out_together(found):
    """The wait of a mean ticket is found within a fifth; share and mean apart are not claimed."""
    for row in waits(found):
        assert row.fitted == pytest.approx(row.true, rel=0.2), row


def test_hours_of_users_and_vendors_come_out(found):
    """Waits run in the hours in which answers come, and the fitted desk waits in the same."""
    named = found.scenario.model_dump(mode="json", by_alias=True)["hours"]
    assert {name: {"Mon-Fri": named[name]["Mon-Fri"]} for name in HOURS} == HOURS
    assert found.scenario.users.hours == "users"
    assert found.scenario.tiers["L3"].vendor.hours == "vendors"


def test_people_and_touch_times_are_measured(found):
    """Where states show who works on what: people within one, touch times within a sixth, absence."""
    origins = {one.path: one.origin for one in found.parameters}
    for name, tier in found.scenario.tiers.items():
        assert tier.staff[f"{name} day"] == pytest.approx(PEOPLE[name], abs=1)
        assert tier.work == pytest.approx(WORK_MIN[name] * MINUTE, rel=1 / 6)
        assert (
            origins[f"tiers.{name}.work"] == origins[f"tiers.{name}.staff.{name} day"] == "measured"
        )
        # One fewer who are never absent are as many on a usual day.
        usual = tier.staff[f"{name} day"] * (1 - tier.absence)
        assert usual == pytest.approx(PEOPLE[name] * (1 - ABSENCE), rel=0.05)
        assert origins[f"tiers.{name}.breaks"] == origins[f"tiers.{name}.absence"] == "fitted"


def test_what_cannot_be_told_is_said_to_be_assumed(found):
    """No number is called fitted that any other would fit as well."""
    origins = {one.path: one.origin for one in found.parameters}
    for path in NOT_TOLD:
        named = [origin for key, origin in origins.items() if key.startswith(path)]
        assert set(named) == {"assumed"}, path
