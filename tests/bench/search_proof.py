"""Does the search find the cheapest desk, and is it as sure as it says? Six problems, 100 seeds each.

``python tests/bench search_proof`` runs it and keeps ``results/bench/search_proof.csv`` and ``.md``.

Each problem is small enough to try every desk: all of them play the same ``WORLD`` replications on
the same tickets. What was measured there is the world that the searches meet: replication r of seed
s draws one of the world's replications at random, with replacement, the same for every desk (common
tickets). So the true figures of every desk are known exactly (the means over the world), seeds are
independent of each other, and a search costs no more than its arithmetic. That the search does the
same with the engine itself is tested in ``tests/study/test_search.py``.

A search is *right* when the desk that it names truly keeps every promise and truly costs no more
than 1 % above the cheapest that does. *Trying all* is every desk with ``OF_ALL`` replications: fewer
than the search gives to a leader that has little room.
"""

from __future__ import annotations

import csv
import hashlib
import itertools
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np

import sim
from sim.engine import play
from sim.scenario.change import plain
from sim.scenario.search import Search
from sim.study.doubt import INDIFFERENCE
from sim.study.held import held
from sim.study.replication import Replication
from sim.study.search import search
from sim.study.space import Design, Space
from sim.workload.roster import staff
from sim.workload.sample import sample

RESULTS = Path(__file__).parents[2] / "results" / "bench"
WORLDS = Path(tempfile.gettempdir()) / "tiersim-worlds"
"""Worlds that were measured already, by what they are made of."""
WORLD = 120
SEEDS = 100
OF_ALL = 120
"""Replications of each desk when all are tried."""
SEED_OF_WORLD = 8_261
NEAR = 0.01
"""How much dearer than the best a desk may be, and still be found right."""

SMALL: dict[str, Any] = {
    "period.start": "2026-01-05",
    "period.length": "4 weeks",
    "period.warm_up": "1 week",
    "holidays": [],
    "demand.volume": "150 / week",
    "demand.users": 600,
    "tiers.L1.staff.day": 3,
    "tiers.L2.staff.day": 2,
    "tiers.L3.staff.day": 2,
    "priorities": {"P3": {"share": 1}},
    "channels": {"phone": {"share": 1}},
    **{f"tiers.{tier}.pre_empts": None for tier in ("L1", "L2", "L3")},
}


@dataclass(frozen=True)
class Problem:
    """A desk whose every variant can be tried.

    Attributes
    ----------
    name : str
    binds : str
        What makes it hard.
    changes : dict
        What differs from the gallery's base.
    asked : dict
        The question, as in a scenario's ``search``.
    """

    name: str
    binds: str
    changes: dict[str, Any]
    asked: dict[str, Any]

    def space(self) -> Space:
        """Return the desks around its base."""
        base = sim.example("in-house-desk").with_(SMALL | self.changes, name=self.name)
        levels = plain(base)["service_levels"]
        # What nobody asks for need not be measured; one level is the least that a desk may have.
        asked = [name for name in levels if name in repr(self.asked["hold"])]
        kept = {name: levels[name] for name in asked or ["L1 response"]}
        return Space(base.with_({"service_levels": kept}, name=self.name), self.search())

    def search(self) -> Search:
        """Return what is asked."""
        return Search.model_validate(self.asked)


def heads(low: int, high: int) -> dict[str, int]:
    """Write bounds of heads."""
    return {"from": low, "to": high}


def provided(work: str, *, intake: str, price: float, retainer: float) -> dict[str, Any]:
    """Write what makes L3 a provider's."""
    terms = {"hours": "provider", "intake": intake, "price": price, "retainer": retainer}
    return {
        "tiers.L3.staff": None,
        "tiers.L3.pre_empts": None,
        "tiers.L3.work": work,
        "tiers.L3.provider": terms,
    }


TWO_SHIFTS = {
    "shifts": {
        "early": {"Mon-Fri": "07:00-15:00"},
        "day": {"Mon-Fri": "08:00-17:00"},
        "late": {"Mon-Fri": "11:00-19:00"},
    }
}
PROBLEMS = (
    Problem(
        "Three shifts at L1",
        "L1 response, where shifts overlap",
        TWO_SHIFTS
        | {
            "demand.volume": "400 / week",
            "tiers.L1.staff": {"early": 2, "day": 2, "late": 1},
            "tiers.L2.staff.day": 4,
            "tiers.L3.staff.day": 3,
        },
        {
            "move": {f"tiers.L1.staff.{shift}": heads(0, 6) for shift in ("early", "day", "late")},
            "hold": [{"level": "L1 response"}],
            "minimise": "staff_cost",
        },
    ),
    Problem(
        "Three tiers",
        "L2 resolution",
        {"demand.volume": "250 / week"},
        {
            "move": {
                "tiers.L1.staff.day": heads(2, 9),
                "tiers.L2.staff.day": heads(1, 7),
                "tiers.L3.staff.day": heads(1, 6),
            },
            "hold": [{"level": "L2 resolution"}, {"level": "L1 response"}],
        },
    ),
    Problem(
        "Nine weeks in ten",
        "the share of weeks that keep L1 response and L2 resolution",
        {"demand.busyness": 0.25, "period.length": "13 weeks"},
        {
            "move": {
                "tiers.L1.staff.day": heads(2, 9),
                "tiers.L2.staff.day": heads(1, 7),
                "tiers.L3.staff.day": heads(1, 6),
            },
            "hold": [
                {"level": "L1 response", "weeks": "90 %"},
                {"level": "L2 resolution", "weeks": "90 %"},
            ],
            "minimise": "staff_cost",
        },
    ),
    Problem(
        "Nobody above 60 %",
        "utilisation at every tier",
        {"demand.volume": "250 / week"},
        {
            "move": {
                "tiers.L1.staff.day": heads(2, 9),
                "tiers.L2.staff.day": heads(1, 7),
                "tiers.L3.staff.day": heads(1, 6),
            },
            "hold": [
                {"metric": f"utilisation[{tier}]", "at_most": "60 %"} for tier in ("L1", "L2", "L3")
            ],
            "minimise": "staff_cost",
        },
    ),
    Problem(
        "Notes or heads",
        "L1 response against the time that good notes take to write",
        {"demand.volume": "250 / week", "documentation.writing": "60 min"},
        {
            "move": {
                "documentation.quality": {"from": "40 %", "to": "95 %"},
                "tiers.L1.staff.day": heads(2, 9),
                "tiers.L2.staff.day": heads(1, 6),
            },
            "hold": [
                {"metric": "service_level[L1 response]", "at_least": "91 %"},
                {"metric": "service_level[L2 resolution]", "at_least": "70 %"},
            ],
        },
    ),
    Problem(
        "L3: own people or a provider",
        "L3 resolution; the alternatives are unlike each other",
        {"hours.provider": {"Mon-Fri": "09:00-17:00"}},
        {
            "move": {
                "documentation.quality": {"from": "50 %", "to": "90 %", "step": "10 %"},
                "tiers.L1.staff.day": heads(2, 6),
                "tiers.L2.staff.day": heads(1, 4),
            },
            "choose": {
                "L3": {
                    "two engineers": {},
                    "one engineer": {"tiers.L3.staff.day": 1},
                    "a cheap provider": provided("14 h", intake="6 h", price=150, retainer=1500),
                    "a quick provider": provided("6 h", intake="2 h", price=300, retainer=2500),
                }
            },
            "hold": [
                {"level": level} for level in ("L1 response", "L2 resolution", "L3 resolution")
            ],
        },
    ),
)


class World:
    """Every desk of a problem, in every replication."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.space = problem.space()
        asked = problem.search()
        self.promises = held(self.space.base, asked)
        self.cost = asked.minimise
        self.metrics = tuple(
            dict.fromkeys([self.cost, *(promise.metric for promise in self.promises)])
        )
        self.designs = [
            design
            for design in itertools.product(*(range(len(axis)) for axis in self.space.axes))
            if self.space.possible(design)
        ]
        self.place = {self.space.name(design): at for at, design in enumerate(self.designs)}
        self.values = self._kept()

    def _kept(self) -> np.ndarray:
        """Return figures by desk, replication and metric; measured once on a machine."""
        # What is promised changes nothing that is measured.
        asked = {key: value for key, value in self.problem.asked.items() if key != "hold"}
        base = plain(self.space.base)
        made_of = repr((base, asked, self.metrics, WORLD, SEED_OF_WORLD, sim.__version__))
        path = WORLDS / f"{hashlib.sha256(made_of.encode()).hexdigest()[:16]}.npy"
        if not path.exists():
            WORLDS.mkdir(parents=True, exist_ok=True)
            np.save(path, self._measured())
        return np.load(path)

    def _measured(self) -> np.ndarray:
        found = np.empty((len(self.designs), WORLD, len(self.metrics)))
        alike: dict[Design, list[int]] = {}
        for at, design in enumerate(self.designs):
            # The workload does not hang on heads: it is sampled once for all desks that differ in
            # nothing else.
            apart = tuple(
                -1 if axis.heads else here
                for axis, here in zip(self.space.axes, design, strict=True)
            )
            alike.setdefault(apart, []).append(at)
        for group in alike.values():
            scenarios = [self.space.scenario(self.designs[at]) for at in group]
            for number in range(WORLD):
                workload = sample(scenarios[0], SEED_OF_WORLD, number)
                for at, scenario in zip(group, scenarios, strict=True):
                    desk = staff(scenario, SEED_OF_WORLD, number)
                    log = play(workload, desk, check=not number)
                    run = sim.Run(scenario, workload, desk, log, SEED_OF_WORLD, number, "auto")
                    values = sim.measure(run, curves=False, metrics=self.metrics).values
                    found[at, number] = [values[metric] for metric in self.metrics]
        return found

    def evaluate(self, scenario: sim.Scenario, seed: int, replication: int) -> Replication:
        """Draw a replication of this world, the same for every desk."""
        number = int(np.random.default_rng([seed, replication]).integers(WORLD))
        figures = self.values[self.place[scenario.name], number]
        values = dict(zip(self.metrics, map(float, figures), strict=True))
        return Replication(values, dict.fromkeys(values, 1.0))

    def truth(self) -> tuple[np.ndarray, np.ndarray]:
        """Return each desk's true cost, and the least slack of its promises as a part of the bound."""
        column = {metric: self.values[:, :, at] for at, metric in enumerate(self.metrics)}
        slacks = [
            # What was not measured breaks nothing, as in the search.
            np.nan_to_num(promise.sign * (column[promise.metric] - promise.bound)).mean(axis=1)
            / promise.scale
            for promise in self.promises
        ]
        cost, slack = np.nanmean(column[self.cost], axis=1), np.min(slacks, axis=0)
        return cost, slack


@dataclass(frozen=True)
class Row:
    """What the searches of one problem came to."""

    problem: str
    binds: str
    desks: int
    best: str
    best_cost: float
    best_slack: float
    found: float
    right: float
    mean_ratio: float
    worst_ratio: float
    stated: float
    held: float
    replications: float
    part_of_all: float
    seconds: float


def judge(world: World, seeds: int = SEEDS) -> Row:
    """Search one problem with many seeds, and hold the answers against the truth."""
    asked = world.problem.search()
    cost, slack = world.truth()
    able = slack >= 0
    least = float(cost[able].min())
    best = int(np.flatnonzero(able & (cost == least))[0])
    ratios, stated, kept, spent, right = [], [], [], [], []
    began = time.perf_counter()
    for seed in range(seeds):
        found = search(world.space.base, asked, seed=seed, jobs=1, evaluate=world.evaluate)
        spent.append(found.replications)
        if found.best is None:
            right.append(False)
            continue
        at = world.place[world.space.name(found.best)]
        ratios.append(cost[at] / least)
        right.append(bool(able[at]) and cost[at] <= (1 + NEAR) * least)
        if not np.isnan(found.sure):
            stated.append(found.sure)
            kept.append(bool(able[at]) and cost[at] <= (1 + INDIFFERENCE) * least)
    return Row(
        problem=world.problem.name,
        binds=world.problem.binds,
        desks=len(world.designs),
        best=world.space.name(world.designs[best]),
        best_cost=least,
        best_slack=float(slack[best]),
        found=len(ratios) / seeds,
        right=float(np.mean(right)),
        mean_ratio=float(np.mean(ratios)),
        worst_ratio=float(np.max(ratios)),
        stated=float(np.mean(stated)) if stated else float("nan"),
        held=float(np.mean(kept)) if kept else float("nan"),
        replications=float(np.mean(spent)),
        part_of_all=float(np.mean(spent)) / (len(world.designs) * OF_ALL),
        seconds=(time.perf_counter() - began) / seeds,
    )


def say(what: object) -> None:
    """Tell how far it is: a bench is watched."""
    sys.stdout.write(f"{what}\n")
    sys.stdout.flush()


def write_table(name: str, rows: Sequence[Any]) -> None:
    """Keep rows, all of one dataclass, as CSV."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    with (RESULTS / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, [field.name for field in fields(rows[0])])
        writer.writeheader()
        writer.writerows(map(asdict, rows))


def main() -> None:
    """Prove it on every problem, and keep the result."""
    rows = []
    for problem in PROBLEMS:
        say(problem.name)
        rows.append(judge(World(problem)))
        say(rows[-1])
    write_table("search_proof", rows)
    (RESULTS / "search_proof.md").write_text(_page(rows), encoding="utf-8")


def _page(rows: list[Row]) -> str:
    lines = [
        "# Does the search find the cheapest desk, and is it as sure as it says?",
        "",
        (
            f"Every desk of each problem was tried with {WORLD} replications; {SEEDS} searches each "
            "then met worlds drawn from them, so that the truth is known exactly. *Found / best*: "
            "true cost of the desk named, against the true cheapest that keeps its promises (mean, "
            "worst). *Right*: it truly keeps them, at no more than 1 % above the best. *Stated*: "
            "mean confidence told, of those who told one; *held*: how often it was true (the desk "
            f"keeps every promise, and none is cheaper by more than {INDIFFERENCE:.0%}). *Of all*: "
            f"replications spent, against {OF_ALL} of every desk."
        ),
        "",
        (
            "| problem | what makes it hard | desks | the best has room | found / best | right | "
            "stated | held | replications | of all | s |"
        ),
        "|---|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    lines += [
        f"| {r.problem} | {r.binds} | {r.desks} | {r.best_slack:.1%} | "
        f"{r.mean_ratio:.4f}, {r.worst_ratio:.4f} | {r.right:.0%} | {r.stated:.1%} | {r.held:.1%} | "
        f"{r.replications:,.0f} | {r.part_of_all:.1%} | {r.seconds:.2f} |"
        for r in rows
    ]
    return "\n".join(lines) + "\n"
