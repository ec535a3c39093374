"""What the tests of studies share: a small scenario, and a stand-in for running it.

The stand-in gives figures that depend on scenario, seed and replication alone, in microseconds, so
that the rules of a study can be tested by the thousand. Figures of real runs are tested in
``test_real.py``.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass

import cloudpickle
import numpy as np
import pytest

from sim.scenario.model import Scenario
from sim.study.asked import HEADLINE, level_metric
from sim.study.replication import Replication

RESPONSE = level_metric("L1 response")


@dataclass(frozen=True)
class Coin:
    """Evaluates a replication by drawing numbers: chance common to all scenarios, and own."""

    own: float = 0.002
    common: float = 0.02
    per_head: float = 0.01
    response: float = 0.92

    def __call__(self, scenario, seed, replication):
        """Draw the figures of one replication."""
        shared = np.random.default_rng([seed, replication])
        heads = scenario.tiers["L1"].staff["day"]
        mine = np.random.default_rng([seed, replication, heads])
        luck = self.common * shared.standard_normal() + self.own * mine.standard_normal()
        wait = 10.0 - heads + 20 * luck
        never = scenario.demand.volume > 1 and replication % 2 == 1
        return Replication(
            values={
                HEADLINE: 0.7 + luck,
                RESPONSE: min(1.0, self.response + self.per_head * (heads - 6) + luck),
                "wait": wait,
                "sometimes": float("nan") if never else wait,
                "pay": 1000.0 * heads,
            },
            counts={HEADLINE: 400.0, RESPONSE: 400.0},
            curves={"backlog": np.array([1.0, wait, np.nan])},
            tickets=f"{scenario.demand.volume:g}-{seed}-{replication}",
        )


@pytest.fixture(autouse=True)
def _sent_whole(request):
    """Send stand-ins to workers whole: they cannot import a test's module."""
    modules = {sys.modules[__name__], request.module}
    for module in modules:
        cloudpickle.register_pickle_by_value(module)
    yield
    for module in modules:
        cloudpickle.unregister_pickle_by_value(module)


@pytest.fixture
def coin():
    """Give the stand-in for running a replication."""
    return Coin


@pytest.fixture
def desk():
    """Build a small desk."""
    return Scenario.model_validate(
        {
            "name": "Desk",
            "period": {"length": "4 weeks", "warm_up": "1 week"},
            "shifts": {"day": {"Mon-Fri": "08:00-17:00"}},
            "demand": {"volume": "460 / week"},
            "priorities": {"P3": {"share": "100 %"}},
            "topics": {"software": {"share": "100 %", "difficulty": 0.4}},
            "tiers": {
                "L1": {"ability": 0.5, "work": "13 min", "staff": {"day": 6}, "cost": 32},
                "L2": {"ability": 0.9, "work": "40 min", "staff": {"day": 4}, "cost": 45},
            },
            "service_levels": {
                "L1 response": {
                    "clock": "respond",
                    "tier": "L1",
                    "within": "15 min",
                    "goal": "90 %",
                }
            },
        }
    )


@pytest.fixture
def more(desk):
    """Change one thing: one more at L1."""
    return desk.with_({"tiers.L1.staff.day": 7}, name="One more at L1")
