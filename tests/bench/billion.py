"""A thousand million tickets: the slope up to ten million, and where it leads.

``python tests/bench billion`` runs it and keeps ``results/bench/billion.md``. Large studies partition
by replication: here each is a million tickets of T3, sampled, played, checked, measured and kept on
disk. What was not run is called extrapolated.
"""

from __future__ import annotations

import platform
import resource
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

import sim
from sim.scenario.file import load
from sim.study.compare import compare

RESULTS = Path(__file__).parents[2] / "results" / "bench"
SIZES = (1, 2, 4, 10)
TICKETS = 1_000_000
HOURS = 17_017
BILLION = 1_000
"""Replications of a million."""
RUNS = 2


def run(scenario: sim.Scenario, replications: int) -> tuple[float, int]:
    """Return the processor time of a study, and the bytes that it keeps on disk."""
    with tempfile.TemporaryDirectory() as folder:
        began = time.process_time()
        compare(scenario, replications=replications, curves=False, jobs=1, folder=folder)
        taken = time.process_time() - began
        kept = sum(file.stat().st_size for file in Path(folder).rglob("*") if file.is_file())
    return taken, kept


def main() -> None:
    """Measure the slope, and keep the table."""
    changes = {"period.length": f"{HOURS} h"}
    scenario = load(Path(__file__).with_name("t3.yaml")).with_(changes, name="T3, a million")
    run(scenario, 1)
    lines = [
        "| tickets | core seconds | µs a ticket | kept on disk, KiB |",
        "|---|---|---|---|",
    ]
    seconds = []
    for size in SIZES:
        found = [run(scenario, size) for _ in range(RUNS if size < SIZES[-1] else 1)]
        taken, kept = min(found)
        seconds.append(taken)
        lines.append(
            f"| {size * TICKETS:,} | {taken:.1f} | {taken / size:.2f} | {kept / 1024:.0f} |"
        )
        sys.stdout.write(lines[-1] + "\n")
        sys.stdout.flush()
    slope, start = np.polyfit(SIZES, seconds, 1)
    straight = 1 - np.var(np.polyval((slope, start), SIZES) - seconds) / np.var(seconds)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (
        1024 if sys.platform != "darwin" else 1024**2
    )
    minutes = BILLION * slope / 60
    lines.append(f"| 1,000,000,000 (extrapolated) | {BILLION * slope:,.0f} | {slope:.2f} | – |")
    head = (
        f"One core, replications of a million tickets (T3), without curves. Slope {slope:.2f} s a "
        f"replication (R² = {straight:.4f}); the process never held more than {peak:.0f} MiB, however "
        f"many replications. *Extrapolated* to a thousand of them: {minutes:,.0f} minutes of one core, "
        "divided by the cores there are (see `width.md` for what two give). "
        f"{platform.machine()}, Python {platform.python_version()}, numpy {np.__version__}, "
        f"TierSim {sim.__version__}."
    )
    text = [
        "# A thousand million tickets",
        "",
        head,
        "",
        *lines,
        "",
    ]
    RESULTS.mkdir(parents=True, exist_ok=True)
    (RESULTS / "billion.md").write_text("\n".join(text), encoding="utf-8")
