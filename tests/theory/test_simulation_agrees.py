"""Both engines give what theory says wherever there is a closed form.

All comparisons of this file together raise a false alarm with a chance of at most ``ALARM``, shared
out evenly (Bonferroni); and since the seed is fixed, they raise it always or never.
"""

import numpy as np
import pytest
from queueing import always_there, exponential, one_queue, poisson
from verification import (
    BATCHES,
    CASES,
    DAY_CASES,
    UNSETTLED,
    Case,
    Found,
    Measure,
    day_levels,
    table,
    waited_ms,
)

from sim import theory
from sim.engine import compiled_engine, simpy_engine
from sim.engine.run import available_engines, play
from sim.units import MINUTE
from sim.workload.desk import Discipline

ALARM = 1e-4
MOST_COMPARISONS = 200
EACH = ALARM / MOST_COMPARISONS
GRID = [(staff, rate) for staff in (1, 4, 30) for rate in (20, 28, 33)]

pytestmark = pytest.mark.skipif(
    "compiled" not in available_engines(), reason="millions of tickets need the compiled engine"
)


def _wrong(case: Case, engine: str) -> list[str]:
    return [
        f"{measure.name}: {found.mean:.5g} ± {found.half_width(1 - EACH):.2g}, theory {measure.theory:.5g}"
        for measure, found in case.found(engine)
        if found.misses(measure.theory, EACH)
    ]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_compiled_engine_gives_closed_form(case):
    """Millions of tickets by the compiled engine lie within the interval of every closed form."""
    assert not _wrong(case, "compiled")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_simpy_engine_gives_closed_form(case):
    """A shorter run by the SimPy engine agrees with theory, and to the bit with the compiled one."""
    assert not _wrong(case, "simpy")
    workload, desk, log = case.run("simpy")
    assert not log.differences(compiled_engine.run(workload, desk))
    assert not log.differences(compiled_engine.run(workload, desk, by_events=True))


@pytest.mark.parametrize(("staff", "rate_cv"), DAY_CASES)
def test_days_that_differ(staff, rate_cv):
    """Days of gamma rates, each played by itself, meet the service level that theory mixes."""
    level, found = day_levels(staff, rate_cv)
    assert abs(found.mean - level) < found.half_width(1 - EACH) + UNSETTLED


def test_not_more_comparisons_than_counted():
    """The false-alarm rate of the file is shared out over at least as many figures as there are."""
    short = [Case(c.name, c.build, c.measures, dict.fromkeys(BATCHES, 100)) for c in CASES]
    figures = sum(len(case.measures(*case.run("compiled")[::2])) for case in short)
    of_others = len(DAY_CASES) + 2 * len(GRID) + 1
    assert len(BATCHES) * figures + of_others <= MOST_COMPARISONS


def test_wrong_theory_is_found():
    """The intervals are narrow enough to tell a desk from one whose handle time is 2 % longer."""
    case = next(case for case in CASES if case.name == "M/M/7, 30 / h x 12 min")
    wrong = theory.erlang_c("30 / h", "12.24 min", 7)
    found = {measure.name: one for measure, one in case.found("compiled")}
    assert found["P(wait)"].misses(wrong.p_wait, EACH)
    assert found["mean wait, min"].misses(wrong.wait.mean.minutes, EACH)


@pytest.mark.parametrize(("staff", "rate"), GRID)
def test_grid_of_loads(staff, rate):
    """Around the reference cases too: one agent to many, at 57 to 94 % load."""
    work_min = 60 * staff / 35
    rng = np.random.default_rng([staff, rate])
    tickets = 1_000_000
    arrival_ms = poisson(rng, rate, tickets)
    workload = one_queue(arrival_ms, exponential(rng, work_min, tickets))
    wait = waited_ms(workload, play(workload, always_there([staff]), check=False))
    desk = theory.erlang_c(f"{rate} / h", f"{work_min} min", staff)
    waited = Found.of(Measure("", 0, wait > 0).batches(25))
    assert not waited.misses(desk.p_wait, EACH)
    mean = Found.of(Measure("", 0, wait / MINUTE).batches(25))
    assert not mean.misses(desk.wait.mean.minutes, EACH)


def test_order_of_service_keeps_waiting_work():
    """With one agent Σ work x wait is the same for any order that finishes its work: Kleinrock 1965.

    On the same tickets it is so to the last millisecond, with both engines.
    """
    rng = np.random.default_rng(3)
    tickets = 20_000
    arrival_ms, work_ms = poisson(rng, 30, tickets), exponential(rng, 1.8, tickets)
    priority = rng.integers(0, 4, tickets).astype(np.int8)
    workload = one_queue(arrival_ms, work_ms, priority=priority)
    waits = {
        discipline: waited_ms(
            workload, engine.run(workload, always_there([1], discipline=discipline))
        )
        for discipline in (Discipline.PRIORITY, Discipline.FIRST_COME)
        for engine in (compiled_engine, simpy_engine)
    }
    by_priority, first_come = waits[Discipline.PRIORITY], waits[Discipline.FIRST_COME]
    assert (by_priority != first_come).any()
    assert (by_priority * work_ms).sum() == (first_come * work_ms).sum()


def test_priorities_keep_mean_wait():
    """With one handle time for all, priorities move waiting between classes and leave its mean.

    The same tickets by both orders; false-alarm rate as for the others.
    """
    rng = np.random.default_rng(4)
    tickets = 1_000_000
    arrival_ms, work_ms = poisson(rng, 30, tickets), exponential(rng, 12, tickets)
    workload = one_queue(arrival_ms, work_ms, priority=rng.integers(0, 3, tickets).astype(np.int8))
    waits = [
        waited_ms(workload, play(workload, always_there([7], discipline=order), check=False))
        for order in (Discipline.PRIORITY, Discipline.FIRST_COME)
    ]
    difference = Found.of(Measure("", 0, (waits[0] - waits[1]) / MINUTE).batches(40))
    assert not difference.misses(0, EACH)


def test_table_is_written(monkeypatch):
    """The verification table has a line for every figure."""
    short = tuple(
        Case(c.name, c.build, c.measures, dict.fromkeys(BATCHES, 2_000)) for c in CASES[:2]
    )
    monkeypatch.setattr("verification.CASES", short)
    monkeypatch.setattr("verification.DAY_CASES", ())
    lines = list(table())
    assert len([line for line in lines if line.startswith("| M/M/")]) == 10
