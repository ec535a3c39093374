"""The worst hour, cause or place is named only where it differs beyond noise over all looked at."""

import numpy as np
import pytest

import sim
from sim.present.say import say
from sim.study.replication import Replication
from sim.study.result import Result
from sim.study.worst import worst, worst_hour

LEVELS = 168


def test_where_nothing_differs_something_is_named_in_one_study_of_twenty_at_most():
    """400 flat studies of 168 hours, even and skewed: 5 % is the bound; over 8 % comes once in 200."""
    rng = np.random.default_rng(9)
    for law in (rng.standard_normal, rng.standard_exponential):
        named = [bool(worst(law((20, LEVELS))).named) for _ in range(200)]
        assert np.mean(named) <= 0.08


def test_a_peak_is_named_and_two_are_named_together():
    """One hour far above the rest is it; of two alike neither alone."""
    flat = np.random.default_rng(3).normal(10, 1, (20, LEVELS))
    one, two = flat.copy(), flat.copy()
    one[:, 33] += 4
    two[:, [33, 57]] += 4
    assert worst(one).named == (33,)
    assert set(worst(two).named) == {33, 57}


def test_few_replications_or_places_name_nothing():
    """Four replications show nothing; one place is no comparison."""
    peak = np.random.default_rng(3).normal(10, 1, (20, LEVELS)) + 9 * (np.arange(LEVELS) == 5)
    assert worst(peak[:4]).named == ()
    assert worst(peak[:, 5:6]).named == ()


def test_places_that_were_not_always_measured_are_left_out():
    """An hour in which some replication had no ticket is not held against the others."""
    peak = np.random.default_rng(3).normal(10, 1, (20, LEVELS)) + 9 * (np.arange(LEVELS) == 5)
    peak[3, 5] = np.nan
    found = worst(peak)
    assert found.looked_at == LEVELS - 1
    assert found.named == ()


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_desk_with_the_same_demand_at_every_hour_has_no_worst_one(seed):
    """Whatever the seed (case 07): 20 agents round the clock, 200 calls an hour."""
    desk = sim.one_queue(rate="120 / h", work="3 min", staff=7, length="3 weeks", warm_up="1 d")
    result = sim.compare(desk, replications=8, seed=seed, jobs=1)[0]
    claim = worst_hour(result, "waiting_by_hour", ["L1"])
    assert claim.kind == "no hour"
    assert "no hour stands out" in say(claim)


def test_a_peak_in_the_demand_is_found():
    """Where Tuesdays at ten bring twice as many calls, it is said, with the wait and its interval."""
    curve = np.random.default_rng(3).normal(60_000, 5_000, (12, 1, LEVELS))
    curve[:, 0, 34] += 120_000
    replications = tuple(Replication({}, curves={"waiting_by_hour": one}) for one in curve)
    claim = worst_hour(Result(sim.example(), replications), "waiting_by_hour", ["L1"])
    assert claim.what == ("L1, Tue 10:00",)
    assert "the longest waits begin at L1, Tue 10:00: 3 min" in say(claim)
