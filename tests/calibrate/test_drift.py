"""Drift inside the weeks that a desk is fitted to."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest
from export_files import CHECKOUT

from sim.calibrate.drift import find_drift
from sim.calibrate.fit import calibrate
from sim.calibrate.mirror import Rehearsal
from sim.scenario.file import load
from sim.units import WEEK
from sim.workload.journeys import NOT_YET

WEEKS = 8
FIRST = dt.date(2026, 1, 5)
LAST = FIRST + dt.timedelta(7 * WEEKS - 1)


@pytest.fixture(scope="module")
def steady():
    """Give eight weeks of a desk that does not change."""
    base = load(CHECKOUT / "scenarios" / "in-house-desk.yaml")
    desk = base.with_(
        {
            "period.start": FIRST.isoformat(),
            "period.length": f"{WEEKS} weeks",
            "period.warm_up": 0,
            "holidays": [],
            "demand.volume": "700 / week",
            "demand.busyness": 0,
            "tiers.L1.staff.day": 12,
            "tiers.L2.staff.day": 10,
            "tiers.L3.staff.day": 9,
        },
        name="Steady",
    )
    return Rehearsal(desk).runs(1, seed=3)[0]


def _slower_at_first(export, weeks=6):
    """Make tickets take longer in the first weeks: six times as long, falling to once."""
    one = export.tickets
    week = (one.opened_ms - one.opened_ms.min()) / WEEK
    factor = 6 ** np.clip(1 - week / weeks, 0, 1)
    taken = (one.resolved_ms - one.opened_ms) * factor
    resolved = np.where(one.resolved_ms == NOT_YET, NOT_YET, one.opened_ms + taken.astype(np.int64))
    return replace(export, tickets=replace(one, resolved_ms=resolved))


def test_a_steady_desk_does_not_drift(steady):
    """A desk that does not change is not taken for one that does (false alarm 1 %; seeded)."""
    found = find_drift(steady, LAST)
    assert not found.found
    assert found.sentences() == ()
    assert found.recent is None
    assert len(found.weeks) == WEEKS


def test_drift_is_found_and_said_first(steady):
    """Times that fall over weeks are found; the last days foretell better; it is said first."""
    export = _slower_at_first(steady)
    found = find_drift(export, LAST)
    assert found.found
    assert found.weeks[0][1] > 3 * found.weeks[-1][1]
    assert found.recent is not None
    assert found.gain > 1.645 * found.error
    whole, recent = calibrate(export), calibrate(export, recent=True)
    for desk in (whole, recent):
        assert desk.notices[0].startswith("The log drifts")
    assert len(recent.export) < len(whole.export) <= len(export)
    assert recent.scenario.period == whole.scenario.period
    assert recent.scenario.demand == whole.scenario.demand
    assert any("All but the demand is fitted" in notice for notice in recent.notices)


def test_what_comes_after_is_not_looked_at(steady):
    """What is found up to a day is the same whether or not the export goes on."""
    export, end = _slower_at_first(steady), LAST - dt.timedelta(14)
    assert find_drift(export, end) == find_drift(export.between(FIRST, end), end)


def test_a_week_cannot_drift(steady):
    """One week differs from nothing."""
    found = find_drift(steady.between(FIRST, FIRST + dt.timedelta(6)), LAST)
    assert np.isnan(found.chance)
    assert not found.found
