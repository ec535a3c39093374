"""In which hours users answer, and whether tiers are answered alike."""

from __future__ import annotations

import numpy as np
import pytest
from calibrate.round_trip import known_desk

from sim.calibrate.answers import settle_answers
from sim.calibrate.mirror import Rehearsal, lines_of
from sim.calibrate.parameters import Ledger
from sim.calibrate.paths import find_levels
from sim.calibrate.spells import waits_for
from sim.intake.export import USER
from sim.units import HOUR

ALIKE = {"tiers.L2.user_answers": None, "period.length": "4 weeks"}
"""Every tier is answered by the same law."""


def _settled(changes):
    """Return what is found of the answers of a desk."""
    desk = known_desk().with_(ALIKE | changes)
    export = Rehearsal(desk).run(0)
    tree = {"tiers": {name: {} for name in desk.tiers}, "hours": {}, "holidays": []}
    ledger = Ledger()
    settle_answers(tree, export, find_levels(export, lines_of(desk, export)), ledger)
    return tree, ledger


def test_answers_at_any_time_are_told_from_those_in_hours():
    """Users who answer day and night are not given hours; those who do not are."""
    always, _ = _settled({"users.hours": "always", "users.answers_in": "20 h"})
    assert always["hours"] == {}
    assert always["users"]["hours"] == "always"
    office, ledger = _settled({})
    assert office["hours"] == {"users": {"Mon-Fri": "08:00-18:00"}}
    assert office["users"]["hours"] == "users"
    mean = next(one for one in ledger.parameters if one.path == "users.answers_in")
    assert mean.low < 8 * HOUR < mean.high


def test_weekends_count_where_users_answer_on_them():
    """Hours are of working days: users who answer on Sundays too have none."""
    hours = {"Mon-Sun": "08:00-18:00"}
    found, _ = _settled({"hours.users": hours, "users.answers_in": "20 h"})
    assert found["users"]["hours"] == "always"


@pytest.mark.parametrize(("other", "apart"), [(None, False), ({"answers_in": "30 h"}, True)])
def test_tiers_have_answers_of_their_own_where_they_differ(other, apart):
    """One law serves all tiers unless their waits differ beyond chance (1 % of logs; seeded)."""
    found, _ = _settled({"tiers.L2.user_answers": other})
    assert ["user_answers" in one for one in found["tiers"].values()] == [apart] * 3


def test_waits_are_one_by_one():
    """Every wait of a run is found, from the visit that asked to the one that goes on."""
    export = Rehearsal(known_desk().with_(ALIKE)).run(0)
    waits = waits_for(export, (USER,))
    total = np.zeros(len(export.visits), np.int64)
    np.add.at(total, waits.stay, waits.to_ms - waits.from_ms)
    assert len(waits) > 100
    assert np.array_equal(total, export.visits.in_state_ms[:, USER])
