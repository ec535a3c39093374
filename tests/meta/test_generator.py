"""Nothing that an engine knows can stay out of the cases on which both are held equal."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from enum import IntEnum

import numpy as np
from strategies import random_case

from sim.workload.desk import Desk, Discipline, Pool, Queue, Service, ShiftEnd
from sim.workload.journeys import Tickets, Visits, Workload

CASES = 250
TOLD_ONLY = {
    Queue: {"name", "tier"},
    Pool: {"name", "tier", "on_call"},
    Tickets: {"topic", "channel", "difficulty", "origin", "problem"},
    Visits: {"kind", "rework_ms", "writing_ms", "notes", "runbook"},
    Desk: set(),
    Service: set(),
    Workload: {"warm_up_ms"},
}
"""What no engine reads: it is told afterwards. A field that an engine reads must not be here."""
CHOICES: tuple[type[IntEnum], ...] = (Discipline, ShiftEnd)


def seen_values():
    """Return what the generated cases hold in each field: its values, or whether it is filled."""
    seen = defaultdict(set)

    def note(part):
        for field in dataclasses.fields(part):
            value = getattr(part, field.name)
            key = (type(part), field.name)
            if isinstance(value, np.ndarray):
                seen[key].update(np.unique(value).tolist()[:50] if value.size else ["empty"])
            elif isinstance(value, tuple):
                seen[key].add(len(value))
                for one in value:
                    if dataclasses.is_dataclass(one):
                        note(one)
            elif dataclasses.is_dataclass(value):
                note(value)
                seen[key] |= {"a table", "of its own"}
            else:
                seen[key].add(value)

    for seed in range(CASES):
        workload, desk = random_case(seed, most_tickets=12)
        note(workload)
        note(desk)
    return seen


def test_every_field_that_an_engine_reads_varies_in_the_generated_cases():
    """A new column or rule has to be drawn, with two values at least, or said to be told only."""
    seen = seen_values()
    constant = [
        f"{part.__name__}.{field.name}"
        for part, told in TOLD_ONLY.items()
        for field in dataclasses.fields(part)
        if field.name not in told and len(seen[part, field.name]) < 2
    ]
    assert constant == []


def test_every_choice_is_drawn():
    """A new order of service or policy has to be drawn by the generator."""
    seen = seen_values()
    drawn = {type(value): set() for values in seen.values() for value in values}
    for values in seen.values():
        for value in values:
            drawn[type(value)].add(value)
    for choice in CHOICES:
        assert drawn.get(choice, set()) == set(choice)


def test_no_choice_is_forgotten_here():
    """Every enumeration among the fields of a desk is one of those held complete above."""
    kinds = {
        field.type
        for part in (Queue, Pool, Service)
        for field in dataclasses.fields(part)
        if field.type not in {"int", "str", "bool", "tuple[Service, ...]"}
    }
    assert kinds == {choice.__name__ for choice in CHOICES}


def test_what_is_told_only_is_read_by_no_engine():
    """A field named as told only is in none of the engines' files."""
    from pathlib import Path  # noqa: PLC0415

    from sim.engine import compiled_engine, simpy_desk, simpy_engine, simpy_line  # noqa: PLC0415

    source = "".join(
        Path(module.__file__).read_text(encoding="utf-8")
        for module in (compiled_engine, simpy_desk, simpy_engine, simpy_line)
    )
    read = [
        name
        for part in (Tickets, Visits, Workload)
        for name in TOLD_ONLY[part]
        if f"visits.{name}" in source or f"tickets.{name}" in source or f'"{name}"' in source
    ]
    assert read == []
