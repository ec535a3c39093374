"""A break-even in an input that both scenarios share: horizons and volumes."""

from dataclasses import dataclass

import pytest

from sim.study.replication import Replication
from sim.study.sensitivity import break_even
from sim.units import HOURS_PER_WEEK


@dataclass(frozen=True)
class Priced:
    """People cost 1,000 a week and 100 for each of them; a provider costs 2 a ticket."""

    def __call__(self, scenario, seed, replication):  # noqa: ARG002 - as a study calls it
        """Work the cost out: one head at L2 stands for the provider."""
        tickets = scenario.demand.volume * HOURS_PER_WEEK
        heads = scenario.tiers["L2"].staff["day"]
        cost = 2 * tickets if heads == 1 else 1000 - 1e-6 * tickets
        return Replication({"cost": cost + replication * 1e-9})


def test_the_volume_at_which_two_ways_cost_the_same(desk):
    """Varied in both, the volume is where 2 a ticket make 1,000; in one alone it says otherwise."""
    provider = desk.with_({"tiers.L2.staff.day": 1}, name="provider")
    found = break_even(
        desk,
        provider,
        "demand.volume",
        ("100 / week", "900 / week"),
        metric="cost",
        both=True,
        evaluate=Priced(),
        replications=3,
        tolerance=0.001,
        jobs=1,
    )
    per_hour = float(str(found.value).removesuffix(" / h"))
    assert per_hour * HOURS_PER_WEEK == pytest.approx(500, abs=1)
