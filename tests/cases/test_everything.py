"""One desk with every mechanism on: engines, laws and metrics."""

import math
import time
from dataclasses import fields
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest

from sim import engine as engines
from sim.engine.conservation import check
from sim.engine.lying import as_played
from sim.outcome.measures import measure
from sim.outcome.run import Run
from sim.scenario.file import load
from sim.workload.journeys import Kind, Origin, Wait
from sim.workload.roster import staff
from sim.workload.sample import sample

EVERYTHING = Path(__file__).parent / "everything.yaml"
SEED = 2026
NOTHING_TO_MEASURE = {
    # The maker is a provider: it has no people of ours.
    "staff_cost[maker]",
    # One promise has a credit.
    "credits[L1 response]",
    "credits[L1 resolution]",
    "credits[L3 resolution]",
    "credits[L3 updates]",
}
"""What is null for a reason, whatever happens."""


@pytest.fixture(scope="module")
def scenario():
    """Load the scenario."""
    return load(EVERYTHING)


@pytest.fixture(scope="module")
def workload(scenario):
    """Sample what happens."""
    return sample(scenario, SEED, 0)


@pytest.fixture(scope="module")
def desk(scenario):
    """Sample who is there."""
    return staff(scenario, SEED, 0)


@pytest.fixture(scope="module")
def logs(workload, desk):
    """Play it with every engine, and say how fast that was."""
    found = {}
    for name in engines.available_engines():
        began = time.perf_counter()
        found[name] = engines.play(workload, desk, engine=name)
        rate = len(workload.tickets) / (time.perf_counter() - began)
        print(f"{name}: {rate:,.0f} tickets a second with every mechanism on")  # noqa: T201
    return found


def test_every_mechanism_is_there(workload):
    """Every kind of visit, wait and ticket that the model knows is in the workload."""
    assert set(workload.visits.kind.tolist()) == set(map(int, Kind))
    assert set(workload.visits.wait.tolist()) == set(map(int, Wait))
    assert set(workload.tickets.origin.tolist()) == set(map(int, Origin))


def test_both_engines_tell_the_same(logs):
    """Each integer of each column of the log is the same."""
    if len(logs) < 2:
        pytest.skip("the compiled engine is not installed")
    one, other = logs.values()
    for column in fields(one):
        mine, theirs = getattr(one, column.name), getattr(other, column.name)
        if column.name == "interrupted":
            for part in fields(mine):
                assert np.array_equal(getattr(mine, part.name), getattr(theirs, part.name))
        else:
            assert np.array_equal(mine, theirs), column.name


def test_nothing_is_lost(workload, desk):
    """The laws of the desk hold for what every engine makes of it."""
    played = as_played(workload)
    for name in engines.available_engines():
        check(played, desk, import_module(f"sim.engine.{name}_engine").run(played, desk))


def test_every_metric_is_a_number_or_null_for_a_reason(scenario, workload, desk, logs):
    """No metric is infinite, and none is null that has something to be measured on."""
    name, log = next(iter(logs.items()))
    found = measure(Run(scenario, workload, desk, log, SEED, 0, name))
    for metric, value in found.values.items():
        assert not math.isinf(value), metric
        if math.isnan(value) and metric not in NOTHING_TO_MEASURE:
            assert found.counts[metric] == 0, metric
    few = [metric for metric, value in found.values.items() if math.isnan(value)]
    assert len(few) < 0.1 * len(found.values), few
