"""What one replication of a large desk takes, told before it is run.

Two rehearsals of the same desk, over the first days of its period, tell what a ticket takes and what is
there without any; the whole lies on the line through both. Rehearsed rather than
looked up: a ticket of a desk with every mechanism takes five times the memory of a plain one.
"""

from __future__ import annotations

import time
import tracemalloc
from dataclasses import dataclass

from sim import outcome
from sim.errors import ScenarioError
from sim.limits import size
from sim.scenario.limits import expected_entries
from sim.scenario.model import Scenario
from sim.study.evaluate import replicate
from sim.units import DAY

TOLD_FROM = 2_000_000
"""Tickets: with fewer, a replication is over before it could be told."""
REHEARSED = (40_000, 120_000)
"""Tickets."""
PYTHON_BYTES = 130 << 20
"""The interpreter with what is imported, measured (``results/bench/memory.md``)."""


@dataclass(frozen=True)
class Footprint:
    """What one replication takes, as far as rehearsals tell.

    Attributes
    ----------
    tickets : float
    memory : float
        In bytes, of one process, all that it holds at most.
    seconds : float
        Of one core of this machine.
    """

    tickets: float
    memory: float
    seconds: float

    def sentence(self) -> str:
        """Say it."""
        return (
            f"One replication: about {self.tickets:,.0f} tickets, {size(round(self.memory))} of memory "
            f"and {max(self.seconds, 1):,.0f} s of one core, foretold by its first days. Each of "
            "`--jobs` takes as much memory again."
        )


def footprint(
    scenario: Scenario, *, engine: str = "auto", told_from: float = TOLD_FROM
) -> Footprint | None:
    """Foretell memory and time of one replication with all metrics; None of a small desk.

    Parameters
    ----------
    scenario : Scenario
    engine : {"auto", "simpy", "compiled"}
    told_from : float
        From so many tickets on.
    """
    tickets = expected_entries(scenario)
    if tickets < told_from:
        return None
    try:
        few, more = (_rehearse(scenario, count / tickets, engine) for count in REHEARSED)
    except ScenarioError:  # it is not there with so few tickets: nothing is known then
        return None
    part = (tickets - few.tickets) / max(more.tickets - few.tickets, 1)
    return Footprint(
        tickets,
        PYTHON_BYTES + few.memory + part * (more.memory - few.memory),
        few.seconds + part * max(more.seconds - few.seconds, 0.0),
    )


def _rehearse(scenario: Scenario, part: float, engine: str) -> Footprint:
    """Run the desk over a part of its period."""
    length = max(round(scenario.period.length * part), DAY)
    smaller = scenario.with_(
        {"period.length": f"{length} ms", "period.warm_up": "0 ms"}, name=scenario.name
    )
    began = time.perf_counter()
    outcome.measure(replicate(smaller, engine=engine))
    seconds = time.perf_counter() - began
    traced_before = tracemalloc.is_tracing()
    tracemalloc.start()
    try:
        tracemalloc.reset_peak()
        held = tracemalloc.get_traced_memory()[0]
        done = replicate(smaller, engine=engine)
        outcome.measure(done)
        peak = tracemalloc.get_traced_memory()[1] - held
    finally:
        if not traced_before:
            tracemalloc.stop()
    return Footprint(len(done.workload.tickets), peak, seconds)
