"""The compiled engine refuses what would lead it out of its arrays, and never crashes."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest
from strategies import random_case

compiled_engine = pytest.importorskip("sim.engine.compiled_engine")


def with_cell(table, column, place, value):
    """Return a table in which one value is another."""
    array = getattr(table, column).copy()
    array[place] = value
    return replace(table, **{column: array})


def a_case():
    """Return a case with every column of visits that may be missing."""
    for seed in range(1000):
        workload, desk = random_case(seed)
        optional = ("patience_ms", "give_up_ms", "delay_calendar", "awaits", "side_visit")
        if all(getattr(workload.visits, name).size for name in optional) and len(desk.step_ms) > 1:
            return workload, desk
    raise AssertionError


@pytest.mark.parametrize(
    ("table", "column", "place", "value", "message"),
    [
        ("visits", "ticket", -1, 10**6, "visits are not numbered ticket by ticket"),
        ("visits", "ticket", 0, -1, "visits are not numbered ticket by ticket"),
        ("visits", "queue", 0, 99, "a visit is to a queue that the desk does not have"),
        ("visits", "queue", 0, -1, "a visit is to a queue that the desk does not have"),
        ("visits", "work_ms", 0, 0, "work of less than a millisecond"),
        ("visits", "work_ms", 0, 2**62, "work of less than a millisecond, or without end"),
        ("visits", "successor", (0, 0), 0, "not a later visit of its ticket"),
        ("visits", "successor", (2, -1), 10**8, "not a later visit of its ticket"),
        ("visits", "side_visit", 0, -7, "not a later visit of its ticket"),
        ("visits", "awaits", 0, 77, "awaits is not from"),
        ("visits", "delay_ms", (1, 0), -1, "delay_ms is not from"),
        ("visits", "delay_calendar", (0, 0), 50, "delay_calendar is not from"),
        ("visits", "patience_ms", 0, 0, "patience_ms is not from"),
        ("tickets", "first_visit", 0, -1, "a ticket's first visit"),
        ("tickets", "arrival_ms", 0, -1, "an arrival before the period"),
        ("tickets", "priority", 0, -1, "a priority below zero"),
    ],
)
def test_a_workload_that_breaks_an_invariant_is_refused(table, column, place, value, message):
    """One wrong number anywhere is a sentence, not a crash."""
    workload, desk = a_case()
    broken = with_cell(getattr(workload, table), column, place, value)
    with pytest.raises(ValueError, match=message):
        compiled_engine.run(replace(workload, **{table: broken}), desk)


def test_a_desk_that_breaks_an_invariant_is_refused():
    """Steps out of order, and agents and pools that are not there."""
    workload, desk = a_case()
    with pytest.raises(ValueError, match="agent_pool is not from"):
        compiled_engine.run(workload, with_cell(desk, "agent_pool", 0, 99))
    with pytest.raises(ValueError, match="step_agent is not from"):
        compiled_engine.run(workload, with_cell(desk, "step_agent", 0, -1))
    with pytest.raises(ValueError, match="step_ms, from one to the next"):
        compiled_engine.run(workload, with_cell(desk, "step_ms", 0, 2**50))
    with pytest.raises(ValueError, match="differ in length"):
        compiled_engine.run(workload, replace(desk, step_ms=desk.step_ms[1:]))


def test_a_column_of_the_wrong_length_is_refused():
    """A column that lacks a row names itself."""
    workload, desk = a_case()
    for name in ("tickets", "visits"):
        table = getattr(workload, name)
        for column in fields(table):
            array = getattr(table, column.name)
            if array.size > 1:
                broken = replace(table, **{column.name: array[..., :-1]})
                with pytest.raises(ValueError, match=r"has the shape|is not from|not numbered"):
                    compiled_engine.run(replace(workload, **{name: broken}), desk)


def test_wrong_numbers_anywhere_never_crash():
    """Whatever number stands wherever: a log, or a sentence."""
    rng = np.random.default_rng(20)
    refused = 0
    for seed in range(200):
        workload, desk = random_case(seed % 100)
        name = ("visits", "tickets")[seed % 2]
        table = getattr(workload, name)
        columns = [c.name for c in fields(table) if getattr(table, c.name).dtype.kind == "i"]
        columns = [c for c in columns if getattr(table, c).size]
        if not columns:
            continue
        column = columns[rng.integers(len(columns))]
        limits = np.iinfo(getattr(table, column).dtype)
        place = tuple(int(rng.integers(size)) for size in getattr(table, column).shape)
        value = int(rng.choice([limits.min, -2, -1, 0, 1, 100, limits.max]))
        broken = replace(workload, **{name: with_cell(table, column, place, value)})
        try:
            compiled_engine.run(broken, desk)
        except ValueError:
            refused += 1
    assert refused > 50
