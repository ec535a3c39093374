"""Whole replications: T3 all in against a script, and where the time of a replication goes."""

from __future__ import annotations

import contextlib
import io
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest import mock

from bench import _usual_script

import sim
from sim.engine import compiled_engine, play
from sim.engine.conservation import check
from sim.engine.lying import as_played
from sim.outcome import Measures, measure
from sim.outcome.run import Run
from sim.present.charts.catalogue import standard
from sim.scenario.file import load
from sim.scenario.gallery import gallery
from sim.scenario.model import Scenario
from sim.workload.draws import Draws
from sim.workload.roster import staff
from sim.workload.sample import sample

T3 = Path(__file__).with_name("t3.yaml")
EVERYTHING = Path(__file__).parents[1] / "cases" / "everything.yaml"
USUAL_FIGURES = ("l1_share", "resolution", "response", "service_level", "utilisation")
"""What the usual script works out, and the families that they come with."""
SEED = 1
FIRST_AND_LATER = """
import sys, time
began = time.process_time()
import sim
scenario = sim.load(sys.argv[1])
taken = []
for replication in range(int(sys.argv[2])):
    sim.measure(sim.run(scenario, seed=1, replication=replication), curves=False)
    taken.append(time.process_time() - began)
    began = time.process_time()
print(*taken)
"""
CALLS = 11

RUNS = 9
PICTURES = "every picture, as SVG (once)"

Seconds = Callable[[Callable[[], object], int], float]
"""Measures how long something takes, by the median of so many runs."""


def desks() -> dict[str, Scenario]:
    """Return the desks whose replications are split."""
    years = {
        name: load(path).with_({"period.length": "52 weeks"}, name=name)
        for name, path in (("base", gallery()["in-house-desk"]), ("all on", EVERYTHING))
    }
    promised = {
        f"service_levels.{tier} response": {"clock": "respond", "tier": tier, "within": "15 min"}
        for tier in ("L1", "L2", "L3")
    }
    return {"T3": load(T3).with_(promised, name="T3"), **years}


def all_in(scenario: Scenario) -> Measures:
    """Do what the usual script does: sample, play, and work out its figures."""
    workload, desk = sample(scenario, SEED, 0), staff(scenario, SEED, 0)
    log = play(workload, desk, engine="compiled", check=False)
    run = Run(scenario, workload, desk, log, SEED, 0, "compiled")
    return measure(run, curves=False, metrics=USUAL_FIGURES)


def replicate(scenario: Scenario) -> Run:
    """Run one replication, as ``sim.run`` does; its laws are checked."""
    return sim.run(scenario, seed=SEED, engine="compiled")


def usual(tickets: int) -> None:
    """Run the usual script in this process, its screen unseen."""
    with contextlib.redirect_stdout(io.StringIO()):
        _usual_script.main(tickets, SEED)


def by_events(scenario: Scenario) -> Callable[[], object]:
    """Return the event engine alone, on a sampled desk."""
    workload, desk = sample(scenario, SEED, 0), staff(scenario, SEED, 0)
    return lambda: compiled_engine.run(workload, desk, by_events=True)


def least(scenario: Scenario) -> tuple[Callable[[], object], Callable[[], object]]:
    """Return what no way of sampling and playing can do without: drawing, and settling visits.

    Draws belong to tickets, so each is drawn for every ticket of the replication.
    """
    asked: list[Callable[[Draws], object]] = []

    class Noted(Draws):
        def uniform(self, *purpose: Any, columns: int = 0) -> Any:
            asked.append(lambda draws: draws.uniform(*purpose, columns=columns))
            return super().uniform(*purpose, columns=columns)

        def normal(self, *purpose: Any) -> Any:
            asked.append(lambda draws: draws.normal(*purpose))
            return super().normal(*purpose)

    with mock.patch("sim.workload.sample.Draws", Noted):
        workload = sample(scenario, SEED, 0)
    desk, draws = staff(scenario, SEED, 0), Draws(SEED, 0, len(workload.tickets))
    return (
        lambda: [draw(draws) for draw in asked],
        lambda: compiled_engine.run(workload, desk),
    )


def parts(scenario: Scenario) -> dict[str, Callable[[], object]]:
    """Return the parts of a replication, each to be done again and again."""
    run = sim.run(scenario, seed=SEED, engine="compiled")
    workload, desk = run.workload, run.desk
    # The laws hold for what the engine played: what lies joins later there.
    played = as_played(workload)
    log = compiled_engine.run(played, desk)
    study = sim.compare([scenario], replications=2, seed=SEED)

    def tables() -> list[object]:
        fresh = replace(run)
        return [table.to_pandas() for table in (fresh.tickets, fresh.visits, fresh.spells)]

    return {
        "sampling": lambda: sample(scenario, SEED, 0),
        "roster": lambda: staff(scenario, SEED, 0),
        "engine": lambda: play(workload, desk, engine="compiled", check=False),
        "laws": lambda: check(played, desk, log),
        "metrics": lambda: measure(run, curves=False),
        "curves": lambda: measure(run),
        "tables as data frames": tables,
        PICTURES: lambda: [chart.svg() for chart in standard(study)],
    }


def first_and_later(scenario: Scenario) -> tuple[float, float]:
    """Return the seconds of the first replication of a process, imports included, and of a later."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "desk.yaml"
        sim.dump(scenario, path)
        command = [sys.executable, "-c", FIRST_AND_LATER, str(path), str(CALLS)]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
    first, *later = map(float, done.stdout.split())
    return first, statistics.median(later)


def split(seconds: Seconds) -> list[str]:
    """Return a table of where the time of a replication goes, in ms."""
    columns = {}
    for name, scenario in desks().items():
        taken = {
            part: seconds(one, 1 if part == PICTURES else RUNS)
            for part, one in parts(scenario).items()
        }
        taken["curves"] -= taken["metrics"]
        first, later = first_and_later(scenario)
        taken["first call of a process, imports included"], taken["later calls"] = first, later
        columns[name] = taken
    lines = ["| ms | " + " | ".join(columns) + " |", "|---|" + "---|" * len(columns)]
    for part in next(iter(columns.values())):
        shown = " | ".join(f"{1000 * taken[part]:.1f}" for taken in columns.values())
        lines.append(f"| {part} | {shown} |")
    return lines
