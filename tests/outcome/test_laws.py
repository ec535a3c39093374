"""What holds of every run, whatever happens in it."""

import dataclasses
import functools
import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.engine import simpy_engine
from sim.outcome import measure, metric, tell
from sim.outcome.facts import Facts
from sim.outcome.run import Run
from sim.outcome.service import levels
from sim.outcome.waterfall import split
from sim.scenario.file import load
from sim.scenario.model import Scenario
from sim.units import MINUTE
from sim.workload.journeys import Kind, Wait
from sim.workload.roster import staff
from sim.workload.sample import sample

ROOT = Path(__file__).parents[2]
GALLERY = sorted((ROOT / "scenarios").glob("*.yaml"))


@functools.cache
def _strategies():
    spec = importlib.util.spec_from_file_location("_odd_cases", ROOT / "tests/strategies.py")
    module = importlib.util.module_from_spec(spec)
    # Dataclasses look their module up by name.
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def _level(clock, **more):
    return {"clock": clock, "within": "5 min", **more}


def odd_run(seed):
    """Return a run of a generated workload, with tiers, kinds and waits thrown in at random."""
    rng = np.random.default_rng(seed)
    workload, desk = _strategies().random_case(seed, most_tickets=25)
    visits = workload.visits
    count = len(visits)
    desk = dataclasses.replace(
        desk,
        queues=tuple(dataclasses.replace(q, tier=n % 3) for n, q in enumerate(desk.queues)),
    )
    workload = dataclasses.replace(
        workload,
        visits=dataclasses.replace(
            visits,
            kind=rng.integers(0, len(Kind), count).astype(np.int8),
            wait=rng.integers(0, len(Wait), count).astype(np.int8),
            rework_ms=rng.integers(0, visits.work_ms + 1),
            notes=rng.integers(-1, 16, count).astype(np.int8),
        ),
        warm_up_ms=int(rng.integers(0, 2)) * workload.end_ms // 3,
    )
    scenario = Scenario.model_validate(
        {
            "name": "odd",
            "period": {
                "length": f"{max(workload.end_ms, MINUTE)} ms",
                "warm_up": f"{workload.warm_up_ms} ms",
            },
            "shifts": {"day": {"Mon-Sun": "00:00-24:00"}},
            "hours": {"odd": {"Mon-Sun": "00:05-00:20, 00:30-01:00"}},
            "demand": {"volume": "1 / week"},
            "priorities": {name: {"share": 1 / 3} for name in ("P1", "P2", "P3")},
            "topics": {"all": {"share": 1, "difficulty": 0.5}},
            "tiers": {
                name: {"ability": 1, "work": "1 h", "staff": {"day": 1}, "cost": 1}
                for name in ("L1", "L2", "L3")
            },
            "users": {"hours": "odd"},
            "service_levels": {
                "respond": _level("respond"),
                "respond L2": _level("respond", tier="L2", starts="creation", hours="odd"),
                "resolve": _level("resolve", hours="odd", starts="creation"),
                "resolve L1": _level("resolve", tier="L1", pauses=[]),
                "update L3": _level("update", tier="L3"),
                "urgent": _level("resolve", priorities=["P1"], hours="odd"),
            },
        }
    )
    log = simpy_engine.run(workload, desk)
    return Run(scenario, workload, desk, log, seed, 0, "simpy")


def gallery_run(path, seed):
    """Return a short run of a gallery scenario with little demand."""
    scenario = load(path)
    small = scenario.model_copy(
        update={
            "period": scenario.period.model_copy(
                update={"length": 14 * 24 * 60 * MINUTE, "warm_up": 3 * 24 * 60 * MINUTE}
            ),
        }
    )
    workload, desk = sample(small, seed, 0), staff(small, seed, 0)
    return Run(small, workload, desk, simpy_engine.run(workload, desk), seed, 0, "simpy")


def check_laws(run):
    """Check shares, clocks and waterfalls of a run."""
    found = measure(run)
    for name, value in found.values.items():
        assert not np.isinf(value), name
        assert found.counts[name] >= 0, name
        if metric(name).unit == "share" and not np.isnan(value):
            assert 0 <= value <= 1, name
        if metric(name).unit == "duration" and not np.isnan(value):
            assert value >= 0, name
    values = found.values
    both = values["l1_share"], values["l1_share_reopen_adjusted"]
    assert np.isnan(both[0]) or both[1] <= both[0]
    for key in ("response", "resolution"):
        quantiles = [values[f"{key}[{q}]"] for q in ("p50", "p90", "p95")]
        assert np.isnan(quantiles[0]) or quantiles == sorted(quantiles)
    facts = Facts(run)
    for name, level in facts.once(levels).items():
        reading = level.reading
        hours = facts.hours(level.promise.hours)
        parts = split(facts, reading, hours, np.ones(len(reading.ticket), np.bool_))
        # The parts of the elapsed time add up to it, to the millisecond, for every ticket.
        assert (parts.sum(axis=1) == reading.stop_ms - reading.start_ms).all(), name
        assert (parts >= 0).all(), name
        assert (reading.elapsed_ms >= 0).all(), name
        assert (reading.elapsed_ms <= reading.running_ms).all(), name
        left_out = values[f"service_left_out[{name}]"]
        assert found.counts[f"service_level[{name}]"] + left_out == len(reading.ticket)
    assert found.curves["flow"][0].sum() <= values["tickets"]
    assert found.curves["l1_fates"].sum() == values["tickets"]
    for ticket in range(min(len(run.workload.tickets), 30)):
        assert tell(run, ticket).startswith(f"Ticket {ticket} (")


@pytest.mark.parametrize("seed", range(120))
def test_odd_runs(seed):
    """Nothing breaks and every law holds on workloads that no scenario would make."""
    check_laws(odd_run(seed))


@pytest.mark.parametrize("path", GALLERY, ids=lambda p: p.stem)
def test_gallery_runs(path):
    """Every law holds on every mechanism of the gallery."""
    check_laws(gallery_run(path, 1))


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10**6))
def test_more_odd_runs(seed):
    """The same on workloads that hypothesis picks."""
    check_laws(odd_run(seed))


def test_observing_changes_nothing(six):
    """Measuring, telling and tabulating leave the log as it was, and repeat to the bit."""
    before = {name: getattr(six.log, name).copy() for name in ("joined_ms", "started_ms", "agent")}
    one, other = measure(six), measure(six)
    assert one.values.keys() == other.values.keys()
    for name, value in one.values.items():
        assert np.float64(value).tobytes() == np.float64(other.values[name]).tobytes()
    for name, array in before.items():
        assert (getattr(six.log, name) == array).all()


def test_without_curves(six):
    """Curves can be left out; the values are the same."""
    lean = measure(six, curves=False)
    assert lean.curves == {}
    assert lean.values.keys() == measure(six).values.keys()
