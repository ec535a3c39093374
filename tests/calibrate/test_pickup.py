"""What lies, what is settled at once and what is noted: from simulated logs with known shares."""

from __future__ import annotations

import numpy as np
import pytest

from sim.calibrate.families import choose_family
from sim.calibrate.firstcontact import beyond_chance
from sim.calibrate.laws import Desk, fit_waits
from sim.calibrate.noted import noted_chances
from sim.calibrate.pickup import LENGTHS, SHORTEST_H
from sim.calibrate.tune import fit_other_waits

NONE = np.empty(0)


def test_short_waits_to_be_taken_up_come_out():
    """Waits of minutes on top of the desk's own: their share and mean are found (seeded)."""
    rng = np.random.default_rng(3)
    desk = np.where(rng.random(6000) < 0.9, 0, rng.exponential(0.1, 6000))
    lies = np.where(rng.random(6000) < 0.3, rng.lognormal(-1, 1, 6000), 0)
    found = fit_waits(
        desk + lies,
        Desk(rng.permutation(desk), NONE, NONE),
        shortest_h=SHORTEST_H,
        lengths_tried=LENGTHS,
    )
    assert found is not None
    assert found.fitted.share == pytest.approx(0.3, abs=0.04)
    assert found.fitted.hours == pytest.approx(np.exp(-0.5), rel=0.15)
    # Of those that may wait at all, more do.
    others = found.of_the_others(0.5)
    assert others.fitted.share == pytest.approx(2 * found.fitted.share)


@pytest.mark.parametrize("share", [0.0, 0.4])
def test_the_first_contact_is_what_chance_does_not_explain(share):
    """Independent waits leave some tickets without any; only more than that is a kind of its own."""
    rng = np.random.default_rng(5)
    waits = rng.random((20_000, 2)) < (0.5, 0.3)
    waits[rng.random(len(waits)) < share] = False
    assert beyond_chance(waits) == pytest.approx(share, abs=0.03)


@pytest.mark.parametrize("hours", [np.zeros(40), np.full(40, 5e3), np.geomspace(1e-3, 1e4, 220)])
def test_odd_durations_neither_overflow_nor_fail(hours):
    """Few, equal or wildly different durations are fitted without a warning."""
    with np.errstate(all="raise", under="ignore"):
        fit_other_waits(hours, np.array([0.1, 3.0] * 20))
        fit_waits(hours, Desk(np.array([0.1, 3.0] * 20), NONE, NONE))
    assert choose_family(60 * hours) is not None


def test_a_few_long_waits_are_found_by_a_named_law():
    """Where one ticket in fourteen waits, the search does not end in a corner (seeded)."""
    rng = np.random.default_rng(11)
    desk = rng.lognormal(-1.4, 1.0, 3000)
    waits = np.where(rng.random(3000) < 0.07, rng.lognormal(3, 0.8, 3000), 0)
    found = fit_waits(desk + waits, Desk(rng.permutation(desk), NONE, NONE))
    assert found is not None
    assert found.law == "lognormal"
    assert found.fitted.share == pytest.approx(0.07, abs=0.015)
    # A short wait looks like the desk's own time: share and mean are told together.
    assert found.fitted.share * found.fitted.hours == pytest.approx(waits.mean(), rel=0.1)


def test_as_many_waits_are_noted_and_as_long_as_wanted():
    """Chances add up to the number wanted, and favour what makes the mean come out."""
    lasts = np.random.default_rng(2).lognormal(4, 1.5, 5000)
    for power, mean in ((0.0, lasts.mean()), (0.5, (lasts**1.5).sum() / (lasts**0.5).sum())):
        chance = noted_chances(lasts, 50, mean)
        assert chance.sum() == pytest.approx(50, rel=1e-6)
        assert (chance * lasts).sum() / chance.sum() == pytest.approx(mean, rel=0.02), power
    assert np.all(noted_chances(lasts, 6000, 1.0) == 1)
