"""How much memory: bytes of a ticket beyond its log, a million tickets, a year of too much work.

``python tests/bench memory`` runs it and keeps ``results/bench/memory.md``. Every case is a fresh
process, twice: once for what the system says that it took at most, once traced, for the peak of each
step. What is imported and cached for good is there before the counting begins.
"""

from __future__ import annotations

import json
import os
import platform
import resource
import subprocess
import sys
import tracemalloc
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np

import sim
from sim.engine import play
from sim.outcome import measure
from sim.outcome.run import Run
from sim.scenario.file import load
from sim.scenario.gallery import gallery
from sim.scenario.model import Scenario
from sim.workload.roster import staff
from sim.workload.sample import sample

RESULTS = Path(__file__).parents[2] / "results" / "bench"
EVERYTHING = Path(__file__).parents[1] / "cases" / "everything.yaml"
MIB = 2**20
GOAL_BYTES, GOAL_MIB = 200, 400
KIB_OF_MAXRSS = 1024 if sys.platform != "darwin" else 1


def _base() -> Scenario:
    return load(gallery()["in-house-desk"])


def _t3(hours: float, load_factor: float = 1.0) -> Scenario:
    volume = f"{58.765 * load_factor:.4f} / h"
    changes = {"period.length": f"{hours:.0f} h", "demand.volume": volume}
    return load(Path(__file__).with_name("t3.yaml")).with_(changes, name="T3")


def _large_base() -> Scenario:
    heads = {"tiers.L1.staff.day": 60, "tiers.L2.staff.day": 40, "tiers.L3.staff.day": 30}
    changes = {"period.length": "218 weeks", "demand.volume": "4600 / week", **heads}
    return _base().with_(changes, name="Base, ten times as large")


CASES: dict[str, tuple[Callable[[], Scenario], str]] = {
    "T3, 1,000,000 tickets": (lambda: _t3(17_017), "compiled"),
    "T3, 100,000 tickets": (lambda: _t3(1_702), "compiled"),
    "base, ten times as large, 1,000,000 tickets": (_large_base, "compiled"),
    "all mechanisms, ten years": (
        lambda: load(EVERYTHING).with_({"period.length": "520 weeks"}, name="All"),
        "compiled",
    ),
    "T3, 300 % load, a year": (lambda: _t3(8_760, 3 / 0.85), "compiled"),
    "base, 300 % load, a year": (
        lambda: _base().with_({"period.length": "52 weeks", "demand.volume": "2650 / week"}),
        "compiled",
    ),
    "base, 300 % load, a year, SimPy": (
        lambda: _base().with_({"period.length": "52 weeks", "demand.volume": "2650 / week"}),
        "simpy",
    ),
}


def _held_mib() -> float:
    """Return the most that this process has held so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * KIB_OF_MAXRSS / MIB


def size(table: Any) -> int:
    """Return the bytes of all arrays of a table."""
    columns = (getattr(table, column.name) for column in fields(table))
    return sum(
        one.nbytes if isinstance(one, np.ndarray) else size(one)
        for one in columns
        if isinstance(one, np.ndarray) or hasattr(one, "__dataclass_fields__")
    )


def case(name: str, *, traced: bool) -> None:
    """Run one case, and write what it took as JSON."""
    make, engine = CASES[name]
    scenario = make()
    short = scenario.with_({"period.length": "8 weeks"}, name="Warm")
    _steps(short, engine, lambda _, work: work())
    before_mib = _held_mib()
    peaks: dict[str, float] = {}

    def step(name: str, work: Callable[[], Any]) -> Any:
        if traced:
            tracemalloc.reset_peak()
        result = work()
        peaks[name] = tracemalloc.get_traced_memory()[1] if traced else _held_mib()
        return result

    if traced:
        tracemalloc.start()
    run, figures = _steps(scenario, engine, step)
    found = {
        "tickets": len(run.workload.tickets),
        "before_mib": before_mib,
        "log": size(run.log),
        "workload": size(run.workload),
        "peaks": peaks,
        "open": figures.values["backlog[end]"],
    }
    sys.stdout.write(json.dumps(found))


def _steps(
    scenario: Scenario, engine: str, step: Callable[[str, Callable[[], Any]], Any]
) -> tuple[Run, Any]:
    workload = step("sample", lambda: sample(scenario, 1, 0))
    desk = staff(scenario, 1, 0)
    log = step("play", lambda: play(workload, desk, engine=engine))
    run = Run(scenario, workload, desk, log, 1, 0, engine)
    figures = step("metrics", lambda: measure(run, curves=False))
    step("curves", lambda: measure(run))
    return run, figures


def _ask(name: str, *, traced: bool) -> dict[str, Any]:
    command = f"from bench.memory import case; case({name!r}, traced={traced})"
    done = subprocess.run(
        [sys.executable, "-c", command],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])},
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


def main() -> None:
    """Run every case and keep the table."""
    lines = [
        "| desk | tickets | open at the end | MiB with metrics | and curves | bytes a ticket: log | workload | beyond the log: sample | play and laws | metrics | curves |",
        "|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    missed = []
    for name in CASES:
        plain, traced = _ask(name, traced=False), _ask(name, traced=True)
        tickets = plain["tickets"]
        log, workload = plain["log"] / tickets, plain["workload"] / tickets
        # While tickets are sampled there is no log yet.
        beyond = {
            step: (peak - (0 if step == "sample" else plain["log"])) / tickets
            for step, peak in traced["peaks"].items()
        }
        shown = " | ".join(f"{value:.0f}" for value in beyond.values())
        line = (
            f"| {name} | {tickets:,} | {plain['open']:,.0f} | {plain['peaks']['metrics']:.0f} "
            f"| {plain['peaks']['curves']:.0f} | {log:.0f} | {workload:.0f} | {shown} |"
        )
        lines.append(line)
        sys.stdout.write(line + "\n")
        sys.stdout.flush()
        worst = max(value for step, value in beyond.items() if step != "curves")
        if worst > GOAL_BYTES:
            missed.append(f"{name}: {worst:.0f} bytes a ticket beyond the log")
        if name == next(iter(CASES)) and plain["peaks"]["metrics"] > GOAL_MIB:
            missed.append(f"{name}: {plain['peaks']['metrics']:.0f} MiB")
    head = (
        f"Each case is a fresh process; *MiB* is all that it held at most, Python and imports "
        f"(about {plain['before_mib']:.0f} MiB) included. *Beyond the log*: the traced "
        "peak of each step, the workload included, less the log. Goals: at most "
        f"{GOAL_BYTES} bytes a ticket beyond the log, and a million tickets (T3) with metrics under "
        f"{GOAL_MIB} MiB. {platform.machine()}, Python {platform.python_version()}, "
        f"numpy {np.__version__}, TierSim {sim.__version__}."
    )
    overload = (
        "At 300 % load the waiting lines grow for the whole year and nothing else does: every visit "
        "is laid out before the engine begins, so that a line is numbers in arrays that are there "
        "already, and memory is bounded by the tickets of the period (`scenario/limits.py`: at most "
        "50 million), however many of them wait. The SimPy engine keeps a process for every open "
        "ticket, about 2 KB each; with it memory grows with the line, within the same bound."
    )
    goals = [f"- Missed: {one}." for one in missed] or ["Both goals are reached in every case."]
    text = ["# Memory", "", head, "", *lines, "", *goals, "", overload, ""]
    RESULTS.mkdir(parents=True, exist_ok=True)
    (RESULTS / "memory.md").write_text("\n".join(text), encoding="utf-8")
