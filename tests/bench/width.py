"""How wide: replications on two workers against one, and a whole command against a whole script.

``python tests/bench width`` runs it and keeps ``results/bench/width.md``. Times are of the clock on
the wall, the least of some rounds in which the ways take turns: what else a machine does only adds.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

import sim
from sim.scenario.file import load
from sim.scenario.gallery import gallery
from sim.scenario.model import Scenario
from sim.study.evaluate import Evaluation
from sim.study.replication import Task
from sim.study.runner import How, Runner, Work, prepare

RESULTS = Path(__file__).parents[2] / "results" / "bench"
T3 = Path(__file__).with_name("t3.yaml")
SCRIPT = Path(__file__).with_name("_usual_script.py")
REPLICATIONS, WORKERS, RUNS = 64, 2, 7
GOAL, GOAL_COMMAND = 1.8, 2.0
TICKETS = 20_000


def replications(work: Work, how: How, jobs: int) -> tuple[float, str]:
    """Return how long the replications take, and how they were run."""
    tasks = [Task(number, 0) for number in range(REPLICATIONS)]
    began = time.perf_counter()
    with Runner(work, jobs, how) as runner:
        for _ in runner.map(tasks):
            pass
        return time.perf_counter() - began, runner.chosen


def on_workers(name: str, scenario: Scenario, *, curves: bool) -> list[str]:
    """Compare ways to run the replications of a desk; returns lines of the table."""
    work = Work((scenario,), 1, Evaluation(curves=curves))
    prepare(WORKERS)
    ways: dict[str, tuple[How, int]] = {
        "serial": ("serial", 1),
        "threads": ("threads", WORKERS),
        "processes, kept": ("processes", WORKERS),
        "chosen": ("auto", WORKERS),
    }
    taken: dict[str, list[float]] = {way: [] for way in ways}
    chosen = ""
    for run in range(RUNS + 1):
        for way, (how, jobs) in ways.items():
            seconds, was = replications(work, how, jobs)
            chosen = was if way == "chosen" else chosen
            if run:  # The first round warms everything up.
                taken[way].append(seconds)
    one = min(taken["serial"])
    what = f"{name}{', with curves' if curves else ''}"
    lines = []
    for way in ("threads", "processes, kept", "chosen"):
        took = min(taken[way])
        goal = f"≥ {GOAL} | {'yes' if one / took >= GOAL else 'no'}" if way == "chosen" else "– | –"
        label = f"chosen: {chosen}" if way == "chosen" else way
        spread = max(taken[way]) / min(taken[way])
        lines.append(
            f"| {what} | {label} | {one / took:.2f} | {goal} "
            f"| serial {1000 * one / REPLICATIONS:.1f} ms a replication; spread {spread:.2f} |"
        )
        sys.stdout.write(lines[-1] + "\n")
        sys.stdout.flush()
    return lines


def whole_process() -> str:
    """Compare the command with a script that does the same by SimPy and pandas, start-up included."""
    commands = {
        "ours": [sys.executable, "-m", "sim", "run", str(T3), "--json"],
        "script": [sys.executable, str(SCRIPT), str(TICKETS), "1"],
    }
    taken: dict[str, list[float]] = {name: [] for name in commands}
    for run in range(RUNS + 1):
        for name, command in commands.items():
            began = time.perf_counter()
            subprocess.run(command, check=True, capture_output=True)
            if run:
                taken[name].append(time.perf_counter() - began)
    ours, script = (min(taken[name]) for name in ("ours", "script"))
    good = "yes" if script / ours >= GOAL_COMMAND else "no"
    line = (
        f"| `tiersim run t3.yaml --json` against the script | whole process | {script / ours:.2f} "
        f"| ≥ {GOAL_COMMAND:g} | {good} | {ours:.2f} s and {script:.2f} s for {TICKETS:,} tickets |"
    )
    sys.stdout.write(line + "\n")
    return line


def main() -> None:
    """Run the bench and keep the table."""
    base = load(gallery()["in-house-desk"])
    lines = [whole_process(), *on_workers("T3, 20,000 tickets", load(T3), curves=False)]
    lines += on_workers("base, a quarter", base, curves=False)
    lines += on_workers("base, a quarter", base, curves=True)
    head = (
        f"{REPLICATIONS} replications on {WORKERS} workers against one process, whole command against "
        f"whole script; wall time, least of {RUNS}. {platform.machine()}, {os.cpu_count()} cores, "
        f"load {os.getloadavg()[0]:.1f}; Python {platform.python_version()}, numpy {np.__version__}, "
        f"TierSim {sim.__version__}. *Chosen* is what a study does if it is not told: processes that "
        "are there from before are used at once, new ones take a second to start. "
        "*Spread* is the slowest round over the fastest: far above 1, other work ran meanwhile, and the "
        "ratio says little."
    )
    text = [
        "# Width",
        "",
        head,
        "",
        "| what | how | ratio | goal | reached | figures |",
        "|---|---|---|---|---|---|",
        *lines,
        "",
    ]
    RESULTS.mkdir(parents=True, exist_ok=True)
    (RESULTS / "width.md").write_text("\n".join(text), encoding="utf-8")
