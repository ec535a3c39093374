"""Textbook queues in TierSim, in Ciw and in plain SimPy: lines, seconds, and whether they are right.

Each text is run for a few replications after a week of warm-up; the mean over them has a 99 %
interval. Seconds are those that an interval of ± 2 % would take: the time of a replication times
the number of them that such an interval needs, one core. Each text is compiled once and imports are
not counted; lines are those written, at most 110 characters each.
"""

from __future__ import annotations

import math
import random
import statistics
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import ciw
import numpy as np
import simpy
from bench._teach_models import MODELS
from scipy import stats

import sim

OUT = Path(__file__).parents[2] / "results" / "bench" / "teach.md"
TOOLS = ("tiersim", "ciw", "simpy")
REPLICATIONS = {"tiersim": 20, "ciw": 10, "simpy": 10}
LEVEL = 0.99
PROCESSES = 2
PRECISION = 0.02
WEEK_MIN = 7 * 24 * 60.0
NAMES = {
    "sim": sim,
    "ciw": ciw,
    "simpy": simpy,
    "math": math,
    "random": random,
    "mean": statistics.fmean,
    "WARM": WEEK_MIN,
    "HORIZON": 2 * WEEK_MIN,
}


def played(text: str, count: int) -> tuple[np.ndarray[Any, Any], float]:
    """Run a text for so many seeds; return its values, and seconds for one."""
    code = compile(text, "model", "exec")
    values, begun = [], time.process_time()
    for seed in range(1, count + 1):
        found = dict(NAMES, seed=seed)
        exec(code, found)
        values.append(found["value"])
    return np.array(values), (time.process_time() - begun) / count


def row(name: str, text: str, tool: str, right: float) -> dict[str, Any]:
    """Measure one model in one tool."""
    if not text:
        return {"name": name, "tool": tool, "lines": None}
    values, seconds = played(text, REPLICATIONS[tool])
    error = values.std(ddof=1) / math.sqrt(len(values))
    half = stats.t.ppf((1 + LEVEL) / 2, len(values) - 1) * error
    deviation = values.std(ddof=1) / right
    needed = (stats.norm.ppf((1 + LEVEL) / 2) * deviation / PRECISION) ** 2
    return {
        "name": name,
        "tool": tool,
        "lines": sum(bool(line.strip()) for line in text.splitlines()),
        "mean": values.mean(),
        "half": half,
        "right": abs(values.mean() - right) <= half,
        "seconds": seconds * max(needed, 1),
    }


def cell(one: dict[str, Any], key: str) -> str:
    """Write one figure; a dash where the tool has no such queue."""
    if one["lines"] is None:
        return "–"
    if key == "seconds":
        return f"{one['seconds']:.2g}"
    if key == "right":
        return "yes" if one["right"] else "**no**"
    return str(one[key])


def measured(number: int) -> tuple[float, dict[str, dict[str, Any]]]:
    """Measure one model in each tool."""
    model = MODELS[number]
    right = model.truth()
    # What is loaded once is not a model's.
    exec(MODELS[0].tiersim, dict(NAMES, seed=1))
    found = {tool: row(model.name, getattr(model, tool), tool, right) for tool in TOOLS}
    sys.stdout.write(f"{model.name}: {right:.4g}, {found['tiersim']}\n")
    sys.stdout.flush()
    return right, found


def main() -> None:
    """Measure all, and write the table."""
    rows, least, fastest, inside = [], 0, 0, dict.fromkeys(TOOLS, 0)
    with ProcessPoolExecutor(PROCESSES) as pool:
        all_found = list(pool.map(measured, range(len(MODELS))))
    for number, (right, found) in enumerate(all_found, 1):
        model = MODELS[number - 1]
        there = [one for one in found.values() if one["lines"] is not None]
        own = found["tiersim"]
        least += all(own["lines"] < one["lines"] for one in there if one is not own)
        fastest += all(own["seconds"] < one["seconds"] for one in there if one is not own)
        for tool, one in found.items():
            inside[tool] += bool(one.get("right"))
        cells = [cell(found[tool], key) for key in ("lines", "seconds", "right") for tool in TOOLS]
        estimate = f"{own['mean']:.4g} ± {own['half']:.2g}"
        rows.append(f"| {number} | {model.name} | {right:.4g} | {estimate} | {' | '.join(cells)} |")
    ciw_has = sum(bool(model.ciw) for model in MODELS)
    text = f"""\
# Twenty textbook queues in three tools

Made by `python tests/bench teach`. Each queue is written out in TierSim, in Ciw and in plain SimPy
(`tests/bench/_teach_models.py`) and held against a closed form or a chain that is solved
(`tests/bench/_teach_truth.py`): the mean wait in minutes, or the share lost (3 and 4). *Lines* are those of
the text, imports apart. *Seconds* are processor time for a 99 % interval of ± 2 %: the time of a
replication (26 weeks after one of warm-up in TierSim, one after one in the others) times those that it takes,
set-up of the model included. With few replications it is rough: read ratios of two or three as about the same.
*Right* says whether the truth is inside the 99 % interval of {REPLICATIONS["tiersim"]} (TierSim) or
{REPLICATIONS["ciw"]} replications; one in a hundred misses by chance.

TierSim {sim.__version__}, Ciw {ciw.__version__}, SimPy {simpy.__version__}. Fewest lines in {least} of {len(MODELS)},
fastest in {fastest}. Right: TierSim {inside["tiersim"]} of {len(MODELS)}, Ciw {inside["ciw"]} of {ciw_has}, SimPy
{inside["simpy"]} of {len(MODELS)}. Where Ciw has a dash, it has no such queue without a class of one's own that
overrides its nodes.

| | queue | truth | TierSim | lines: TierSim | Ciw | SimPy | seconds: TierSim | Ciw | SimPy | right: TierSim | Ciw | SimPy |
|---|---|---|---|---|---|---|---|---|---|---|---|---|
{chr(10).join(rows)}

Two that a course may ask for are not in the table, because TierSim has not the textbook's queue. *Feedback*: a
ticket that comes back keeps how hard it was, so its second work is not drawn anew. *Chat*, several at once per
person with slow-down: one person works on one ticket at a time.
"""
    OUT.write_text(text, encoding="utf-8")
