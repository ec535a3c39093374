"""What lies, what is settled at once and what is noted: from simulated logs with known shares."""

from __future__ import annotations

import numpy as np
import pytest

from sim.calibrate.families import choose_family
from sim.calibrate.firstcontact import beyond_chance
from sim.calibrate.laws import Desk, fit_waits
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
