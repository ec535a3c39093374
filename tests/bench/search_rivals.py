"""The same budget for others: what random search and optuna reach with as many replications.

``python tests/bench search_rivals`` runs it and keeps ``results/bench/search_rivals.csv`` and
``.md``. Optuna is no dependency: ``pip install optuna`` for this bench alone, which else says that it
leaves that part out.

Each method may spend as many replications as the search of this package has spent, and meets the same
tickets. The others try desks with ``EACH`` replications, steered by cost and by what promises lack,
and name the cheapest of those that kept every promise on average. What they name is then held
against other replications: what it truly costs, and whether it truly keeps its promises.

On the six small problems (``search_proof``) the truth is known exactly; on the gallery's question
``what-would-it-take`` it is measured on ``FRESH`` replications of another seed.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from bench.search_proof import PROBLEMS, RESULTS, World, say, write_table

import sim
from sim.scenario.search import Search
from sim.study.book import Book
from sim.study.held import held
from sim.study.replication import Evaluate
from sim.study.search import Found, search
from sim.study.space import Design, Space

EACH = 10
"""Replications of each desk that the others try."""
MOST_REPEATS = 4
"""Times the tries that fit the budget, at most: proposals may come again and again."""
SEEDS = 20
FRESH = 100
SEED_OF_GALLERY, SEED_OF_FRESH = 1, 771_261
GALLERY = "what-would-it-take"

Rival = Callable[[Book, int, int], None]
"""Spends so many replications, with chance from a seed."""


def at_random(book: Book, budget: int, seed: int) -> None:
    """Try desks drawn with equal chances."""
    rng = np.random.default_rng(seed)
    axes = book.space.axes
    for _ in _tries(book, budget):
        design = tuple(int(rng.integers(len(axis))) for axis in axes)
        if book.space.possible(design):
            book.ensure([design], EACH)


def _tries(book: Book, budget: int) -> Iterator[int]:
    """Count tries until the budget is spent: a desk that is proposed again costs nothing."""
    for number in range(MOST_REPEATS * budget // EACH):
        if book.evaluations + EACH > budget:
            return
        yield number


def by_optuna(book: Book, budget: int, seed: int) -> None:
    """Try desks that optuna's tree-structured Parzen estimator proposes, promises as constraints."""
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)

    study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=seed))
    for _ in _tries(book, budget):
        trial: Any = study.ask()
        design = tuple(
            trial.suggest_int(axis.name, 0, len(axis) - 1)
            if axis.ordered
            else trial.suggest_categorical(axis.name, list(range(len(axis))))
            for axis in book.space.axes
        )
        book.ensure([design], EACH)
        slack = book.slacks(design)[:EACH].mean(axis=0)
        for number, one in enumerate(slack):
            # Kept where it is not positive.
            trial.set_constraint(f"promise {number}", -float(one))
        study.tell(trial, float(np.nanmean(book.costs(design)[:EACH])))


def rivals() -> dict[str, Rival]:
    """Return who is compared."""
    found: dict[str, Rival] = {"random": at_random}
    try:
        import optuna  # noqa: F401
    except ImportError:
        say("optuna is left out: it is not installed here (pip install optuna)")
    else:
        found["optuna"] = by_optuna
    return found


def named(book: Book) -> Design | None:
    """Return the cheapest desk that kept every promise on average."""
    able = [d for d in book.designs if (book.slacks(d).mean(axis=0) >= 0).all()]
    return min(able, key=lambda d: float(np.nanmean(book.costs(d))), default=None)


@dataclass(frozen=True)
class Row:
    """What one method came to on one problem.

    Attributes
    ----------
    named : float
        Share of the seeds in which it named a desk.
    keeps : float
        Share in which that desk truly keeps every promise.
    right : float
        Share in which it keeps them, and is at most 1 % dearer than the best (than the best found).
    cost : float
        Mean cost of the desks that truly keep them, against the best.
    replications, seconds : float
        Spent in one run.
    """

    problem: str
    method: str
    named: float
    keeps: float
    right: float
    cost: float
    replications: float
    seconds: float


def small() -> Iterator[Row]:
    """Compare on problems whose truth is known."""
    for problem in PROBLEMS:
        world = World(problem)
        cost, slack = world.truth()
        least = float(cost[slack >= 0].min())
        asked = problem.search()
        budgets, ours, took = [], [], []
        for seed in range(SEEDS):
            began = time.perf_counter()
            found = search(world.space.base, asked, seed=seed, jobs=1, evaluate=world.evaluate)
            took.append(time.perf_counter() - began)
            budgets.append(found.replications)
            ours.append(found.best)
        yield _row(world, "this search", ours, least, spent=budgets, took=took)
        for method, rival in rivals().items():
            theirs, spent, took = [], [], []
            for seed, budget in enumerate(budgets):
                book = _book(world.space, asked, seed, world.evaluate)
                began = time.perf_counter()
                rival(book, budget, seed)
                took.append(time.perf_counter() - began)
                theirs.append(named(book))
                spent.append(book.evaluations)
            yield _row(world, method, theirs, least, spent=spent, took=took)


def _book(space: Space, asked: Search, seed: int, evaluate: Evaluate | None) -> Book:
    return Book(
        space, asked.minimise, held(space.base, asked), seed=seed, jobs=1, evaluate=evaluate
    )


def _row(
    world: World,
    method: str,
    designs: list[Design | None],
    least: float,
    *,
    spent: list[int],
    took: list[float],
) -> Row:
    cost, slack = world.truth()
    places = [world.place[world.space.name(d)] for d in designs if d is not None]
    kept = [place for place in places if slack[place] >= 0]
    return Row(
        world.problem.name,
        method,
        len(places) / len(designs),
        len(kept) / len(designs),
        sum(bool(cost[place] <= 1.01 * least) for place in kept) / len(designs),
        float(np.mean(cost[kept])) / least if kept else float("nan"),
        float(np.mean(spent)),
        float(np.mean(took)),
    )


def gallery(jobs: int | None = None) -> Iterator[Row]:
    """Compare on the gallery's question, by the engine itself."""
    base = sim.example(GALLERY)
    asked = base.search or Search()
    began = time.perf_counter()
    found = search(base, asked, seed=SEED_OF_GALLERY, jobs=jobs)
    seconds = time.perf_counter() - began
    fresh = _book(found.space, asked, SEED_OF_FRESH, None)
    fresh.jobs = jobs
    rows = [("this search", found.best, found.replications, seconds)]
    for method, rival in rivals().items():
        book = _book(found.space, asked, SEED_OF_GALLERY, None)
        began = time.perf_counter()
        rival(book, found.replications, SEED_OF_GALLERY)
        rows.append((method, named(book), book.evaluations, time.perf_counter() - began))
    fresh.ensure([design for _, design, _, _ in rows if design is not None], FRESH)
    least = _true_cost(fresh, found)
    for method, design, spent, took in rows:
        if design is None:
            yield Row(base.name, method, 0.0, 0.0, 0.0, float("nan"), spent, took)
            continue
        keeps = bool((fresh.slacks(design).mean(axis=0) >= 0).all())
        cost = float(np.nanmean(fresh.costs(design))) / least
        right = keeps and cost <= 1.01
        yield Row(base.name, method, 1.0, float(keeps), float(right), cost, spent, took)


def _true_cost(fresh: Book, found: Found) -> float:
    return float(np.nanmean(fresh.costs(found.best or found.nearest)))


def main() -> None:
    """Compare everywhere, and keep the result."""
    rows = []
    for row in (*small(), *gallery()):
        say(row)
        rows.append(row)
    write_table("search_rivals", rows)
    (RESULTS / "search_rivals.md").write_text(_page(rows), encoding="utf-8")


def _page(rows: list[Row]) -> str:
    lines = [
        "# The same budget for others",
        "",
        (
            f"Each method spends as many replications as the search did, the others {EACH} on each "
            f"desk; {SEEDS} seeds on each small problem, one on the gallery's question where it is "
            "listed. *Keeps*: the desk named truly keeps every promise. *Right*: it does, at no "
            "more than 1 % above the best. *Cost*: of the desks named that truly keep them (on the "
            "gallery's question: of the desk named), against the best. *Seconds*: of the method "
            "itself on the small problems, whose figures are looked up; on a machine at work."
        ),
        "",
        "| problem | method | named | keeps | right | cost | replications | seconds |",
        "|---|---|---:|---:|---:|---:|---:|---:|",
    ]
    lines += [
        f"| {r.problem} | {r.method} | {r.named:.0%} | {r.keeps:.0%} | {r.right:.0%} | "
        f"{'–' if np.isnan(r.cost) else f'{r.cost:.3f}'} | {r.replications:,.0f} | {r.seconds:.1f} |"
        for r in rows
    ]
    return "\n".join(lines) + "\n"
