"""Both engines write equal logs, whatever the workload; and the order inside a rank does not matter.

When a case fails hypothesis prints it smallest, with the line that reproduces it. A seed that fails
is reproduced by ``random_case(seed)``.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import count

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from strategies import cases, random_case

from sim.engine import available_engines, simpy_engine
from sim.engine.conservation import check

if "compiled" in available_engines():
    from sim.engine import compiled_engine

needs_both = pytest.mark.skipif(
    "compiled" not in available_engines(), reason="the compiled engine is not installed"
)
many = settings(
    deadline=None,
    max_examples=1500,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@needs_both
@many
@given(cases())
def test_engines_write_equal_logs(case):
    """Every integer of every column is equal, and each log keeps the laws of the desk."""
    workload, desk = case
    read, fast = simpy_engine.run(workload, desk), compiled_engine.run(workload, desk)
    assert read.differences(fast) == []
    check(workload, desk, read)


@needs_both
@pytest.mark.parametrize("first", range(0, 1200, 100))
def test_engines_write_equal_logs_of_busier_desks(first):
    """Long queues, many ties and many interruptions: equal still."""
    for seed in range(first, first + 100):
        workload, desk = random_case(seed)
        read, fast = simpy_engine.run(workload, desk), compiled_engine.run(workload, desk)
        assert read.differences(fast) == [], seed
        check(workload, desk, read)


@needs_both
@pytest.mark.parametrize("seed", range(4))
def test_engines_write_equal_logs_in_overload(seed):
    """Hundreds of visits in every line: equal still."""
    workload, desk = random_case(seed, most_tickets=3000)
    read, fast = simpy_engine.run(workload, desk), compiled_engine.run(workload, desk)
    assert read.differences(fast) == []
    check(workload, desk, read)


class Shuffled(simpy_engine._Run):
    """A run in which whatever stands at one instant and rank comes in random order."""

    def __init__(self, workload, desk, rng):
        self.rng = rng
        # Rows of the roster at one instant and rank change places too.
        order = np.lexsort((rng.random(len(desk.step_ms)), desk.step_comes, desk.step_ms))
        roster = {
            name: getattr(desk, name)[order] for name in ("step_ms", "step_agent", "step_comes")
        }
        ties = zip(iter(rng.random, None), count(), strict=False)
        super().__init__(workload, replace(desk, **roster), ties)

    def arrival_order(self):
        """Let tickets that arrive at one instant come in random order."""
        arrival_ms = self.tickets.arrival_ms
        return np.lexsort((self.rng.random(len(arrival_ms)), arrival_ms)).tolist()


@settings(many, max_examples=800)
@given(cases(), st.integers(0, 2**32 - 1))
def test_the_order_inside_a_rank_does_not_matter(case, seed):
    """Waiting lines and idle agents are sorted by what they hold, not by who was scheduled first."""
    workload, desk = case
    log = simpy_engine.run(workload, desk)
    shuffled = Shuffled(workload, desk, np.random.default_rng(seed)).log()
    assert log.differences(shuffled) == []


@pytest.mark.parametrize("seed", range(150))
def test_the_order_inside_a_rank_does_not_matter_on_busier_desks(seed):
    """Likewise with more of everything at one instant."""
    workload, desk = random_case(seed)
    log = simpy_engine.run(workload, desk)
    shuffled = Shuffled(workload, desk, np.random.default_rng(seed)).log()
    assert log.differences(shuffled) == []
