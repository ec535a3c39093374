"""The exercises of notebooks 1 to 6, and how their answers are worked out."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from sim.course.exercise import Exercise
from sim.scenario.gallery import example
from sim.theory import allen_cunneen, erlang_c, gamma_mixed_service_level, jackson, staff_for
from sim.theory.network import Station

HOURS_A_DAY = 24


def _one_desk() -> Any:
    return erlang_c("60 / h", "10 min", 12)


def _staff_for_busy_days() -> int:
    people, goal = 12, 0.95
    while (
        gamma_mixed_service_level("60 / h", "10 min", people, rate_cv=0.14, within="15 min") < goal
    ):
        people += 1
    return people


def _tiers_less_pool() -> float:
    tiers = jackson(
        {
            "L1": Station(work="10 min", staff=12, arrivals="60 / h", to={"L2": "30 %"}),
            "L2": Station(work="35 min", staff=13, to={"L3": "25 %"}),
            "L3": Station(work="3 h", staff=17),
        }
    )
    # A tier's exponential work has a square of mean 2 w²; the tiers that a ticket sees add up.
    first, second, third = 10, 35, 180
    mean = first + 0.3 * second + 0.075 * third
    square = 2 * (first**2 + 0.3 * (second**2 + first * second))
    square += 2 * 0.075 * (third**2 + first * third + second * third)
    cv = math.sqrt(square / mean**2 - 1)
    pool = allen_cunneen("60 / h", f"{mean} min", 42, work_cv=cv)
    return tiers.mean_time.minutes - (mean + pool.wait.mean.minutes)


def _pay_for_ten() -> float:
    tiers = example().tiers.values()
    return sum(tier.cost * (tier.staff or {})["day"] for tier in tiers) / 10


def _quality(name: str) -> float:
    return float(name.removeprefix("quality ").removesuffix(" %")) / 100


def _may_be_best(ranking: Any) -> set[float]:
    kept = zip(ranking.names, ranking.among_best, strict=True)
    return {_quality(name) for name, among in kept if among}


def _gets_again() -> float:
    # rate = 60 + back x (0.3 x rate)
    return 60 / (1 - 0.3 * 0.25) - 60


def _first_to_fail() -> float:
    # L1 does 12 x 6 = 72 an hour, and is asked 60 / (1 - 0.3 b).
    return (1 - 60 / (12 * 6)) / 0.3


def _worth_of_pauses(met: Mapping[str, Any]) -> float:
    here = "office hours, {} paused for users, from arrival at L2"
    paused = met["office hours, paused for users, from arrival at L2"].mean
    return 100 * float(paused - met[here.format("never").replace(" for users", "")].mean)


FIRST_HALF = {
    "1.1": Exercise(
        lambda: staff_for("60 / h", "10 min", within="1 min", share="80 %"),
        "theory.staff_for turns the formula round; a wait of one minute is asked of 80 % of the "
        "tickets.",
        "Erlang C: 13 people answer 78.9 % within a minute, 14 people 88.3 %.",
    ),
    "1.2": Exercise(
        lambda: erlang_c("30 / h", "10 min", 6).wait.mean.minutes / _one_desk().wait.mean.minutes,
        "Each half has 6 people and 30 tickets an hour. Divide its mean wait by that of the whole.",
        "5.9 min against 2.2 min: the same utilisation, half the size.",
        within=0.05,
    ),
    "1.3": Exercise(
        lambda: HOURS_A_DAY * 12 * (1 - _one_desk().utilisation),
        "Utilisation leaves a sixth of twelve people's time over. How many person-hours are that "
        "in a day of 24 hours?",
        "24 x 12 / 6 hours; they buy waits of two minutes instead of ever longer ones.",
        within=0.5,
    ),
    "2.1": Exercise(
        lambda: 1.0,
        "With constant work (1 + cv²) / 2 is a half. For which cv is it twice as much?",
        "(1 + cv²) / 2 is 1 for cv = 1: exponential work waits twice as long as constant work.",
        within=0.01,
    ),
    "2.2": Exercise(
        lambda: 1 + 250 * 0.14**2,
        "Divide m + m² cv² by m.",
        "1 + m cv²: the larger the desk, the less Poisson its days.",
        within=0.1,
    ),
    "2.3": Exercise(
        _staff_for_busy_days,
        "Try theory.gamma_mixed_service_level with 12, 13, 14, … people.",
        "13 people reach 92.6 %, 14 people 97.8 %.",
    ),
    "3.1": Exercise(
        lambda: 0.5 + 0.1 * math.log(4),
        "Solve 0.8 = 1 / (1 + exp(-(ability - 0.5) / 0.1)) for the ability.",
        "The odds are 4 to 1, so the ability lies 0.1 x ln 4 above the difficulty.",
        within=0.005,
    ),
    "3.2": Exercise(
        _tiers_less_pool,
        "tiers.mean_time holds the one; the other is the mean work and mixed.wait.mean. Both have .minutes.",
        "38.9 min in tiers, 34 + 1.7 min in the pool. (Without its variation it would be 4.3 min.)",
        within=0.2,
    ),
    "3.3": Exercise(
        lambda: "business systems",
        "Compare each topic's difficulty with the edge, then look at which simulated change is a "
        "saving.",
        "Its mean difficulty of 0.70 is the only one beyond the edge.",
    ),
    "3.4": Exercise(
        _pay_for_ten,
        "tiers_cost is what the thirteen cost in an hour.",
        "What the thirteen cost in an hour, divided by ten.",
        within=0.5,
    ),
    "4.1": Exercise(
        lambda: 40 * 0.8**5,
        "Each of the four fields takes a quarter of 40 minutes times 0.8 to the power of 5.",
        "40 x 0.8⁵: the last fifth of quality takes two thirds of the time.",
        within=0.2,
    ),
    "4.2": Exercise(
        lambda: 0.4 * 0.35,
        "Both must happen: the reason is missing (1 - 0.6), and then the ticket is sent back (0.35).",
        "0.4 x 0.35.",
        within=0.005,
        share=True,
    ),
    "4.3": Exercise(
        lambda saved: max(saved, key=lambda field: saved[field].mean),
        "Look at the left panel above.",
        "The field whose bar is longest; the notebook's own run says the summary.",
    ),
    "4.4": Exercise(
        _may_be_best,
        "The cheapest setting of the dial in the simulated table; one that the table says may be "
        "the best counts too, and no other.",
        "Any setting that the ranking keeps among those that may be the best: 90 % and 95 %.",
        within=0.001,
        share=True,
    ),
    "5.1": Exercise(
        lambda: 1 / (1 - 0.2),
        "1 + 0.2 + 0.04 + … is a geometric series.",
        "1 / 0.8.",
        within=0.01,
    ),
    "5.2": Exercise(
        _gets_again,
        "network(0.25)['L1'].load.rate_per_h, less what comes from outside. Or solve the two "
        "equations by hand.",
        "λ₁ = 60 + 0.25 x 0.3 λ₁ gives 64.86 an hour.",
        within=0.05,
    ),
    "5.3": Exercise(
        _first_to_fail,
        "Work out for each tier what it can do in an hour and what it is asked at share b: "
        "60 / (1 - 0.3 b) at L1, 0.3 of that at L2. Which of the two reaches its limit first?",
        "L1: 60 / (1 - 0.3 b) = 72 at b = 0.556. L2 alone would reach 22 an hour at b = 0.606, but "
        "never gets there: L1 can pass on no more than 0.3 x 72 = 21.6.",
        within=0.005,
        share=True,
    ),
    "5.4": Exercise(
        lambda: "no",
        "What is the most that L1 can send on in an hour, however long its queue grows?",
        "L1 finishes at most 72 an hour and passes on 21.6; eleven people at L2 do 22.",
    ),
    "6.1": Exercise(
        lambda: 3.0,
        "Friday has one office hour left; Monday's office opens at 8.",
        "One hour on Friday, two on Monday.",
        within=0.01,
    ),
    "6.2": Exercise(
        lambda: 100 * (600 / 850 - 600 / 1000),
        "Both have 600 above; one is divided by those that began at L1, the other by all.",
        "70.6 % against 60 %.",
        within=0.1,
    ),
    "6.3": Exercise(
        _worth_of_pauses,
        "Take the first two bars of the chart; `met` holds them.",
        "The difference of the first two bars.",
        within=0.5,
    ),
    "6.4": Exercise(
        lambda values: max(values, key=values.get),
        "Look at `values`.",
        "The largest of the four.",
    ),
}
"""By number."""
