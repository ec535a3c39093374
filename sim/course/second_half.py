"""The exercises of notebooks 7 to 11, and how their answers are worked out."""

from __future__ import annotations

import math
from typing import Any

from sim.course.exercise import Exercise
from sim.scenario.model import Scenario
from sim.theory import staff_for
from sim.units import MINUTE

CALLS_PER_H, CALL_MIN, PEOPLE, ROOM = 20, 6, 2, 4
"""The help line of exercise 11.1."""


def _reserved(name: str) -> float:
    return float(name.partition(" %")[0]) / 100


def _may_be_best(ranking: Any) -> set[float]:
    kept = zip(ranking.names, ranking.among_best, strict=True)
    return {_reserved(name) for name, among in kept if among}


def _heads() -> int:
    need = staff_for("60 / h", "10 min", within="15 min", share="80 %")
    return math.ceil(need / (1 - 0.08) / (1 - 0.12))


def _help_line(desk: Any) -> str:
    """Tell what is wrong with the help line that a student built; nothing if it is right."""
    if not isinstance(desk, Scenario):
        return "Give the desk itself: what sim.one_queue(…) returns."
    tier = next(iter(desk.tiers.values()))
    asked = (
        (math.isclose(desk.demand.volume, CALLS_PER_H), "Twenty calls an hour are asked for."),
        (tier.work == CALL_MIN * MINUTE, "A call takes six minutes."),
        (tier.law_of_work().is_exponential, "Work is to be exponential: `work_law`."),
        (sum((tier.staff or {}).values()) == PEOPLE, "Two people are asked for: `staff`."),
        (tier.room == ROOM, "Four may wait: `room`."),
    )
    return next((what for fits, what in asked if not fits), "")


def _turned_away() -> float:
    load = CALLS_PER_H * CALL_MIN / 60
    weight = [1.0]
    for callers in range(1, PEOPLE + ROOM + 1):
        weight.append(weight[-1] * load / min(callers, PEOPLE))
    return weight[-1] / sum(weight)


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
    "11.1": Exercise(
        lambda: _help_line,
        "sim.one_queue(rate=…, work=…, staff=…, work_law=…, room=…).",
        "one_queue(rate='20 / h', work='6 min', staff=2, work_law='exponential', room=4).",
    ),
    "11.2": Exercise(
        _turned_away,
        "Simulate your desk and take waits().left.mean(); or solve the chain of 0 to 6 callers.",
        "The chain of 0 to 6 callers with a load of 2 on two people: 2/13 of the time it is full.",
        within=0.01,
        share=True,
    ),
    "11.3": Exercise(
        lambda: 1 + 2**2,
        "(1 + cv²) / 2, once for 2 and once for 0.",
        "2.5 against 0.5.",
        within=0.05,
    ),
    "11.4": Exercise(
        lambda: "no",
        "What is the most that ten people can take in an hour, of how many that call?",
        "At least 6 of 66 calls, 9.1 %, find nobody, however long they wait.",
    ),
}
"""By number."""
