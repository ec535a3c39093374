"""The exercises of notebooks 7 to 12, and how their answers are worked out."""

from __future__ import annotations

import math
from typing import Any

from sim.course.exercise import Exercise
from sim.theory import staff_for


def _reserved(name: str) -> float:
    return float(name.partition(" %")[0]) / 100


def _may_be_best(ranking: Any) -> set[float]:
    kept = zip(ranking.names, ranking.among_best, strict=True)
    return {_reserved(name) for name, among in kept if among}


def _heads() -> int:
    need = staff_for("60 / h", "10 min", within="15 min", share="80 %")
    return math.ceil(need / (1 - 0.08) / (1 - 0.12))


SECOND_HALF = {
    "7.1": Exercise(
        lambda: 24 / 0.6,
        "On average 1 / 0.6 attempts are made until one holds.",
        "24 h x 1 / 0.6.",
        within=0.1,
    ),
    "7.2": Exercise(
        lambda: 100 / sum(1 / k for k in range(1, 6)),
        "Divide 1 by the sum of 1 / k over the five problems.",
        "1 / 2.283.",
        within=0.1,
    ),
    "7.3": Exercise(
        _may_be_best,
        "ranking.best names it; one that may be the best as well counts too, and no other.",
        "Any share that the ranking keeps among those that may be the best.",
        within=0.001,
        share=True,
    ),
    "8.1": Exercise(
        lambda: 1600,
        "The half width falls with the root of the number: a quarter of it takes sixteen times as "
        "many.",
        "100 x 4².",
        within=50,
    ),
    "8.2": Exercise(
        lambda: 1 / (1 - 0.9),
        "The difference has a variance of 2 s² (1 - 0.9); two independent runs have 2 s².",
        "1 / (1 - 0.9).",
        within=0.1,
    ),
    "8.3": Exercise(
        lambda: 1 - 0.95**20,
        "1 minus the chance that all twenty are quiet.",
        "64 %.",
        within=0.01,
        share=True,
    ),
    "8.4": Exercise(
        lambda: 5 * 0.004,
        "Holm multiplies the smallest of five by five.",
        "5 x 0.004.",
        within=0.001,
    ),
    "9.1": Exercise(
        lambda: staff_for("200 / h", "6 min", within="30 s", share="90 %"),
        "theory.staff_for(rate, work, within=…, share=…).",
        "A load of 20 and six people of safety.",
    ),
    "9.2": Exercise(
        lambda: 2 * 2 * math.sqrt(50) - 2 * 10,
        "A load of 100 needs a safety of 2 x 10; two loads of 50 need 2 x 2 x √50.",
        "28.3 - 20.",
        within=0.5,
    ),
    "9.3": Exercise(
        _heads,
        "Divide by the share that is not absent, and by the share that is no break; then round up.",
        "11 / 0.92 / 0.88 = 13.6.",
    ),
    "9.4": Exercise(
        lambda found: found,
        "The search above stops at it.",
        "The last line of the search.",
    ),
    "10.1": Exercise(
        lambda desk: sum(one.origin == "assumed" for one in desk.parameters),
        "desk.parameters holds them all, each with its origin.",
        "Count them: sum(one.origin == 'assumed' for one in desk.parameters).",
    ),
    "10.2": Exercise(
        lambda implied: 100 * next(q.utilisation for q in implied.queues if q.name == "L3"),
        "sim.implied(informed).queues holds the utilisation of each tier.",
        "Hours asked of L3, of those that its people are there.",
        within=1,
    ),
    "10.3": Exercise(
        lambda ranking: ranking.best,
        "ranking.best names it.",
        "The first line of the ranking.",
    ),
}
"""By number."""
