"""Fitting of what comes back, goes round, is handed back, or lies before it is passed on."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from export_files import CHECKOUT

from sim.calibrate.handovers import (
    fit_hand_overs,
    possible_ways,
    runs_of,
    settle_by_tier,
    ways_of,
)
from sim.calibrate.laws import Desk, fit_waits
from sim.calibrate.mirror import Rehearsal, lines_of
from sim.calibrate.parameters import Ledger
from sim.calibrate.paths import apart_priorities, find_levels
from sim.calibrate.rehearse import until_passed_on
from sim.scenario.file import load

HABITS = {
    "documentation.reason": "50 %",
    "documentation.sent_back": "40 %",
    "documentation.sender_solves": "40 %",
    "routing.through_first": "25 %",
    "tiers.L2.hands_back": "30 %",
    "tiers.L3.hands_back": "50 %",
    "documentation.summary": 1,
}


def _mirrored(changes, weeks=20):
    base = load(CHECKOUT / "scenarios" / "in-house-desk.yaml")
    desk = base.with_(
        {
            "period.length": f"{weeks} weeks",
            "period.warm_up": 0,
            "holidays": [],
            "demand.volume": "600 / week",
            "tiers.L1.staff.day": 10,
            "tiers.L2.staff.day": 8,
            "tiers.L3.staff.day": 8,
            **changes,
        },
        name="Known",
    )
    export = Rehearsal(desk).runs(1, seed=7)[0]
    return desk, export, find_levels(export, lines_of(desk, export))


def test_habits_are_recovered():
    """Habits put in come out within their intervals (95 % each; two of six lie outside in 3 % of logs)."""
    _, export, levels = _mirrored(HABITS)
    found = fit_hand_overs(export, levels)
    truth = (0.2, 0.4, 0.25, 0, 0.3, 0.5)
    table = list(zip(found.all_shares, found.intervals, truth, strict=True))
    outside = [one for one in table if not one[1][0] <= one[2] <= one[1][1]]
    assert len(outside) <= 1, outside
    for share, _, true in table:
        assert share == pytest.approx(true, abs=0.06)


def test_tiers_and_owners_that_differ_are_told():
    """Where L3 sends back more than L2, and L1 looks at more of its own tickets, both come out.

    Where they do not differ, as in the desk before, nothing is told apart (1 % each by chance; seeded).
    """
    _, export, levels = _mirrored(HABITS)
    found = fit_hand_overs(export, levels)
    assert not found.tiers_differ
    differ = {
        "topics.software.goes_to": "L2",
        "topics.business systems.goes_to": "L2",
        "tiers.L2.sends_back": "20 %",
        "tiers.L3.sends_back": "80 %",
        "routing.owned_through_first": "60 %",
    }
    _, export, levels = _mirrored(HABITS | differ, 30)
    found = fit_hand_overs(export, levels)
    assert found.tiers_differ
    shares = (*found.sends_back[1:], found.through_first, found.owned_through_first)
    assert shares == pytest.approx((0.1, 0.4, 0.25, 0.6), abs=0.05)
    tree = {
        "tiers": {"L1": {}, "L2": {}, "L3": {}},
        "documentation": {"reason": 0.5},
        "routing": {},
    }
    settle_by_tier(tree, found, Ledger())
    assert tree["tiers"]["L1"] == {}
    assert tree["tiers"]["L3"]["sends_back"] == pytest.approx(0.8, abs=0.1)
    assert tree["routing"]["owned_through_first"] == pytest.approx(0.6, abs=0.05)


def test_no_habit_is_found_where_there_is_none():
    """A desk whose tickets only go up has none of them."""
    _, export, levels = _mirrored({"documentation.quality": 1, "routing.clarity": 1}, 6)
    found = fit_hand_overs(export, levels)
    assert max(found.sent_back, found.through_first, *found.hands_back) < 0.005


def test_ways_and_their_runs():
    """Each pair of tiers has the ways that the mechanisms make, once each, all of them known."""
    found = [way for way, _ in possible_ways(0, 2)]
    assert len(found) == len(set(found))
    assert {(0, 1, 2), (0, 1, 2, 0), (0, 1, 0, 2), (0, 1, 2, 1), (0, 1, 0, 1, 2)} <= set(found)
    assert possible_ways(1, 1)[0][0] == (1,)
    assert sum(runs_of((0, 1, 0)).values()) == 5


def test_ways_of_a_run():
    """The ways seen are those that tickets went, each stay after another tier's counted."""
    _, export, levels = _mirrored(HABITS, 2)
    ways = ways_of(export, levels)
    assert len(ways) == len(export)
    assert all(a != b for way in ways for a, b in pairwise(way))


def test_lying_before_passing_on():
    """Waits before passing on are seen in when tickets come to the next tier.

    People are there day and night: where they are not, a wait ends when they come.
    """
    always = {"shifts.day": {"Mon-Sun": "00:00-24:00", "on_holidays": True}}
    lies = {"share": 0, "passed_on": {"share": "50 %", "answers_in": "2 d"}}
    _, plain, plain_levels = _mirrored(always, 6)
    _, export, levels = _mirrored({**always, "tiers.L2.vendor": lies}, 6)
    desk = until_passed_on(plain, plain_levels)[1]
    found = fit_waits(until_passed_on(export, levels)[1], Desk(desk, np.empty(0), np.empty(0)))
    assert found.fitted.share == pytest.approx(0.5, abs=0.08)
    assert found.fitted.hours == pytest.approx(48, rel=0.2)


def test_what_waits_end_in_is_the_desks():
    """Time until somebody is there, after a wait, is no part of the wait."""
    rng = np.random.default_rng(6)
    count = 6000
    wait, nights = rng.exponential(20, count), rng.choice([0.0, 14.0], count)
    desk = rng.lognormal(-1, 0.5, count)
    waits = rng.random(count) < 0.5
    real = desk + waits * (wait + nights)
    lengths = np.geomspace(0.2, 400, 2000)
    more = rng.choice([0.0, 14.0], len(lengths))
    found = fit_waits(real, Desk(rng.permutation(desk), lengths, more)).fitted
    assert found.share == pytest.approx(0.5, abs=0.03)
    assert found.hours == pytest.approx(20, rel=0.1)
    blind = fit_waits(real, Desk(rng.permutation(desk), np.empty(0), np.empty(0))).fitted
    assert blind.hours > 25


@pytest.mark.parametrize("law", ["lognormal", "gamma", "Weibull", "as seen"])
def test_laws_of_waits_are_told(law):
    """The law that made waits foretells held-out tickets best; its share and mean come out."""
    rng = np.random.default_rng(4)
    count = 12_000
    waits = {
        "lognormal": lambda: rng.lognormal(3.5, 0.9, count),
        "gamma": lambda: rng.gamma(0.4, 120, count),
        "Weibull": lambda: 60 * rng.weibull(3, count),
        "as seen": lambda: (
            np.where(rng.random(count) < 0.6, 20, 400) * rng.uniform(0.8, 1.2, count)
        ),
    }[law]()
    wait = np.where(rng.random(count) < 0.5, waits, 0)
    desk = rng.lognormal(-1, 0.6, count)
    none = np.empty(0)
    found = fit_waits(desk + wait, Desk(rng.permutation(desk), none, none))
    assert found.law == law, found.gain
    assert found.fitted.share == pytest.approx(0.5, abs=0.06)
    assert found.fitted.hours == pytest.approx(waits.mean(), rel=0.15)


def test_priorities_that_go_other_ways():
    """Tickets of a priority that never end at L1 are told; those that go like the others are not."""
    mixed = {"P1": 0.1, "P2": 0, "P3": 0.8, "P4": 0.1}
    urgent = {"P1": 1, "P2": 0, "P3": 0, "P4": 0}
    topics = {
        "usual": {"share": "95 %", "difficulty": 0.4, "priorities": mixed | {"P1": 0, "P3": 0.9}},
        "urgent": {"share": "5 %", "difficulty": 0.7, "priorities": urgent},
    }
    _, export, levels = _mirrored({"topics": topics}, 6)
    assert [export.priorities[code] for code in apart_priorities(export, levels)] == ["P1"]
    alike = {"all": {"share": 1, "difficulty": 0.45, "priorities": mixed}}
    _, export, levels = _mirrored({"topics": alike}, 6)
    assert apart_priorities(export, levels) == []
