"""How fast: ratios measured in one run, medians of five, in the processor time of one core.

``python tests/bench speed`` runs it and keeps ``results/bench/speed.md``. Each line is our figure
against something real in the same run: SimPy written the usual way, Ciw, salabim, and a small C
program that does the same heap algorithm (``limit.c``). Absolute times depend on the machine; the
ratios much less. A line that misses its goal says so.
"""

from __future__ import annotations

import importlib.util
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from bench import _all_in
from bench._t3 import Limit, t3, usual_ciw, usual_salabim, usual_simpy

import sim
from sim.engine import available_engines, play, simpy_engine
from sim.outcome import measure
from sim.workload.desk import Discipline
from sim.workload.roster import staff
from sim.workload.sample import sample

RESULTS = Path(__file__).parents[2] / "results" / "bench"
RUNS, MANY = 5, 25
SMALL, LARGE = 20_000, 1_000_000


TRIED = """\
- `-O2` instead of `-O3`: events 9 % and settling 6 % slower. `-fno-wrapv`, `-fomit-frame-pointer` and
  `-fno-stack-protector`: no difference. All on, with `-fno-tree-vectorize`, `-fno-tree-slp-vectorize`,
  `-fno-if-conversion`, `-fno-gcse`, and even `-march=native`: no difference either (2 % at most).
- A way of its own for an arrival at which nothing else happens, where visits are settled: no difference.
- Looking for open hours without a jump (a branchless binary search): all on, 3 % slower.
- Noting which tickets have a side chain, and looking at chains of visits without a jump: no difference.
- Counting among sorted times by merging two columns, instead of `searchsorted`: 2.4 times slower.
- Selecting three quantiles one after the other, instead of at once: 2.7 times slower; among 32 bits
  instead of 64: no difference.
- All on, sets of classes and of pools in one word instead of several: 1 to 3 % faster, within the
  noise; leaving columns unfilled that are written before they are read: no difference.
- T3 all in stays above its goal: what is drawn and what is played would have to leave {room:.1f} ms for
  everything else. Draws belong to tickets, so a tier's are drawn for all tickets, also for those
  that never come to it: {draws:.1f} ms; settling the visits takes {settling:.1f} ms; SimPy with pandas
  by 100 is {usual:.1f} ms."""


def seconds(run: Callable[[], object], runs: int = RUNS) -> tuple[float, float]:
    """Return the median processor time of some runs, and how far they spread (max / min)."""
    taken = []
    for _ in range(runs):
        began = time.process_time()
        run()
        taken.append(time.process_time() - began)
    return statistics.median(taken), max(taken) / max(min(taken), 1e-9)


class Table:
    """Lines of the result."""

    def __init__(self) -> None:
        self.lines = ["| what | ratio | goal | reached | figures |", "|---|---|---|---|---|"]

    def add(self, what: str, ratio: float, goal: float, figures: str, *, least: bool) -> None:
        """Add a line; ``least``: the goal is a lower bound."""
        good = ratio >= goal if least else ratio <= goal
        sign = "≥" if least else "≤"
        line = f"| {what} | {ratio:.2f} | {sign} {goal:g} | {'yes' if good else 'no'} | {figures} |"
        self.lines.append(line)
        sys.stdout.write(line + "\n")
        sys.stdout.flush()


def ns(taken: float, tickets: int) -> str:
    """Write time per ticket."""
    return f"{taken / tickets * 1e9:,.0f} ns"


def engines(table: Table) -> None:
    """Hold the compiled engine against other ways to simulate T3."""
    from sim.engine import compiled_engine

    large, small = t3(LARGE), t3(SMALL)
    usual, spread = seconds(lambda: usual_simpy(SMALL))
    events, _ = seconds(lambda: compiled_engine.run(*large, by_events=True))
    settled, _ = seconds(lambda: compiled_engine.run(*large))
    per_usual = usual / SMALL
    shown = f"SimPy {ns(usual, SMALL)} a ticket (spread {spread:.2f})"
    per_events, per_settled = events / LARGE, settled / LARGE
    table.add(
        "events against SimPy the usual way",
        per_usual / per_events,
        100,
        f"{ns(events, LARGE)}; {shown}",
        least=True,
    )
    table.add(
        "settled at join against SimPy the usual way",
        per_usual / per_settled,
        250,
        f"{ns(settled, LARGE)}; {shown}",
        least=True,
    )
    others = {"ciw": (usual_ciw, 200, 500), "salabim": (usual_salabim, None, None)}
    for name, (other, goal, goal_settled) in others.items():
        if importlib.util.find_spec(name) is None:
            table.lines.append(f"| against {name} | – | – | – | not installed |")
            continue
        taken, _ = seconds(lambda run=other: run(SMALL // 4), 3)
        per = taken / (SMALL // 4)
        figures = f"{name} {ns(taken, SMALL // 4)} a ticket"
        table.add(f"events against {name}", per / per_events, goal or 0, figures, least=True)
        table.add(
            f"settled at join against {name}",
            per / per_settled,
            goal_settled or 0,
            figures,
            least=True,
        )
    limit = Limit.build()
    if limit is None:
        table.lines.append("| against the C limit | – | – | – | no compiler |")
    else:
        same = limit(*small)
        log = compiled_engine.run(*small, by_events=True)
        assert all((same[name] == getattr(log, name)).all() for name in same)
        least, _ = seconds(lambda: limit(*large))
        table.add(
            "events against the same algorithm in C",
            events / least,
            1.15,
            f"C {ns(least, LARGE)}",
            least=False,
        )
    ours, _ = seconds(lambda: simpy_engine.run(*small), 3)
    table.add(
        "our SimPy engine against SimPy the usual way",
        ours / usual,
        1.0,
        f"{ns(ours, SMALL)}; {shown}",
        least=False,
    )
    scaling(table, per_events)


def scaling(table: Table, per_events: float) -> None:
    """Hold the engine against itself on larger and wider desks."""
    from sim.engine import compiled_engine

    def per(tickets: int, **asked: int | Discipline) -> float:
        case = t3(tickets, **asked)  # type: ignore[arg-type]
        taken, _ = seconds(lambda: compiled_engine.run(*case, by_events=True), 3)
        return taken / tickets

    hundred_thousand, ten_million = per(100_000), per(10_000_000)
    table.add(
        "a ticket of 10 million against one of 100,000",
        ten_million / hundred_thousand,
        1.3,
        f"{hundred_thousand * 1e9:.0f} and {ten_million * 1e9:.0f} ns",
        least=False,
    )
    many = per(LARGE, scale=20)
    table.add(
        "1,000 agents against 50",
        many / per_events,
        3,
        f"{per_events * 1e9:.0f} and {many * 1e9:.0f} ns",
        least=False,
    )
    one = per(LARGE, discipline=Discipline.PRIORITY)
    sixteen = per(LARGE, discipline=Discipline.PRIORITY, classes=16)
    table.add(
        "16 priority classes against 1",
        sixteen / one,
        1.15,
        f"{one * 1e9:.0f} and {sixteen * 1e9:.0f} ns",
        least=False,
    )


def desks(table: Table) -> None:
    """Hold the engines against each other on real desks, over a year."""
    for name, year in _all_in.desks().items():
        if name == "T3":
            continue
        workload, desk = sample(year, 1, 0), staff(year, 1, 0)
        fast, _ = seconds(
            lambda w=workload, d=desk: play(w, d, engine="compiled", check=False), MANY
        )
        slow, _ = seconds(lambda w=workload, d=desk: simpy_engine.run(w, d), 3)
        tickets = len(workload.tickets)
        table.add(
            f"a year of {name} ({tickets:,} tickets): compiled against our SimPy engine",
            slow / fast,
            60,
            f"SimPy {slow:.2f} s; compiled {1000 * fast:.1f} ms",
            least=True,
        )


def whole(table: Table) -> dict[str, float]:
    """Hold whole replications of T3, and start-up, against their goals; say what there is room for.

    Returns
    -------
    dict of str to float
        In ms: what drawing and settling take, a hundredth of the usual way, and what that leaves.
    """
    scenario = _all_in.desks()["T3"]
    tickets = len(sample(scenario, 1, 0).tickets)
    ours, _ = seconds(lambda: _all_in.all_in(scenario), MANY)
    usual, spread = seconds(lambda: _all_in.usual(tickets))
    events, _ = seconds(_all_in.by_events(scenario), MANY)
    played, _ = seconds(lambda: _all_in.replicate(scenario), MANY)
    whole, _ = seconds(lambda: measure(_all_in.replicate(scenario), curves=False), MANY)
    table.add(
        f"T3, {tickets:,} tickets, all in (sampling, engine, figures), warm, in ms",
        1000 * ours,
        4,
        f"figures: {', '.join(_all_in.USUAL_FIGURES)}",
        least=False,
    )
    table.add(
        "the same against SimPy the usual way with pandas",
        usual / ours,
        100,
        f"{1000 * usual:.0f} ms (spread {spread:.2f}) and {1000 * ours:.1f} ms",
        least=True,
    )
    for what, taken in (("", played), (", every metric", whole)):
        table.add(
            f"a replication of T3 (sampling, roster, engine, laws{what}) against the event engine",
            taken / events,
            3,
            f"{1000 * taken:.1f} and {1000 * events:.1f} ms",
            least=False,
        )
    bare = wall([sys.executable, "-c", "pass"])
    imported = wall([sys.executable, "-c", "import sim"]) - bare
    helped = wall([sys.executable, "-m", "sim", "--help"])
    table.add("import sim, in seconds", imported, 0.15, f"Python alone {bare:.3f} s", least=False)
    table.add("tiersim --help, in seconds", helped, 0.25, "whole process", least=False)
    draws, settling = (1000 * seconds(part, MANY)[0] for part in _all_in.least(scenario))
    hundredth = 1000 * usual / 100
    return {
        "draws": draws,
        "settling": settling,
        "usual": hundredth,
        "room": hundredth - draws - settling,
    }


def wall(command: list[str]) -> float:
    """Return the median time of a whole process, bytecode in place."""
    subprocess.run(command, check=True, capture_output=True)
    taken = []
    for _ in range(RUNS):
        began = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        taken.append(time.perf_counter() - began)
    return statistics.median(taken)


def header() -> str:
    """Say on what, and how, it was measured."""
    return (
        f"Ratios in one run on one core, medians of {RUNS} (of what takes milliseconds, {MANY}) in "
        "processor time. "
        f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; "
        f"Python {platform.python_version()}, numpy {np.__version__}, TierSim {sim.__version__}."
    )


def main() -> None:
    """Run the benches and keep the table."""
    if "compiled" not in available_engines():
        sys.exit("the compiled engine is not installed: there is nothing to measure")
    table = Table()
    engines(table)
    desks(table)
    room = whole(table)
    shares = _all_in.split(lambda part, runs: seconds(part, runs)[0])
    sys.stdout.write("\n".join(shares) + "\n")
    text = [
        "# Speed",
        "",
        header(),
        "",
        *table.lines,
        "",
        "## Where the time of a replication goes",
        "",
        *shares,
        "",
        "## Tried, and taken out again",
        "",
        TRIED.format_map(room),
        "",
    ]
    RESULTS.mkdir(parents=True, exist_ok=True)
    (RESULTS / "speed.md").write_text("\n".join(text), encoding="utf-8")
