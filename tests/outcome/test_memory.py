"""Large runs let go of what is not asked for again: the figures stay, the memory does not grow."""

import tracemalloc
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest
from cases.test_everything import EVERYTHING

from sim.outcome import measure, measures
from sim.outcome.clocks import Hours
from sim.outcome.curves import curve
from sim.scenario.file import load
from sim.study.evaluate import replicate

T3 = Path(__file__).parents[1] / "bench" / "t3.yaml"
MOST_BYTES = 200
"""Of a ticket, beyond its log."""


@pytest.fixture(scope="module")
def everything():
    """Run the desk with every mechanism on."""
    return replicate(load(EVERYTHING), seed=3)


def test_letting_go_changes_no_figure(everything, monkeypatch):
    """A large run gives every value, count and curve to the bit as a small one does, in order."""
    kept = measure(everything)
    monkeypatch.setattr(measures, "_LARGE_ROWS", 0)
    let_go = measure(everything)
    for mine, theirs in ((kept.values, let_go.values), (kept.counts, let_go.counts)):
        assert list(mine) == list(theirs)
        assert np.array_equal(list(mine.values()), list(theirs.values()), equal_nan=True)
    assert list(kept.curves) == list(let_go.curves)
    for name in kept.curves:
        assert np.array_equal(kept.curves[name], let_go.curves[name], equal_nan=True)


def test_what_is_let_go_is_named_by_its_last_reader():
    """A key that no metric or curve has would let go of nothing."""
    for key in measures._LAST_ASKED:
        assert key in {one.key for one in measures.families()} or curve(key).key == key


def test_open_instants():
    """An instant is open when time passes in it, whether hours fit into a table or not."""
    rng = np.random.default_rng(7)
    at_ms = rng.integers(0, 1000, 500)
    for unit in (1, 10):
        bounds = np.sort(rng.choice(np.arange(0, 1000, unit), 20, replace=False))
        hours = Hours(bounds[::2], bounds[1::2])
        assert np.array_equal(hours.open_at(at_ms), hours.elapsed(at_ms, at_ms + 1) > 0)
    assert Hours.always().open_at(at_ms).all()


def _bytes(table):
    columns = (getattr(table, column.name) for column in fields(table))
    return sum(a.nbytes if isinstance(a, np.ndarray) else _bytes(a) for a in columns)


def test_bytes_of_a_ticket():
    """Three tiers, 200,000 tickets, sampled, played, checked and measured in few bytes a ticket."""
    short = load(T3)
    measure(replicate(short), curves=False)  # What is imported or kept for good is not counted.
    long = short.with_({"period.length": "3403 h"}, name="Large")
    tracemalloc.start()
    try:
        run = replicate(long)
        measure(run, curves=False)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert (peak - _bytes(run.log)) / len(run.workload.tickets) < MOST_BYTES
