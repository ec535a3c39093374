"""What the gallery teaches, and the figures that bear it out.

``PYTHONPATH=tests python -m cases.lessons`` writes ``scenarios/LESSONS.md``: each scenario with its
lesson, and what was measured, with 95 % intervals, on the same tickets as the scenario that it is
held against.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from cases import break_evens
from cases.directions import (
    L1_RESPONSE,
    L1_WAIT,
    L2_RESOLUTION,
    L2_WAIT,
    L3_RESOLUTION,
    L3_TIME,
    L3_WAIT,
    P1,
    SHADOW,
)
from cases.moves import BASE, SEED, difference_of, known

from sim.present.numbers import written_change
from sim.present.sentences import figure
from sim.scenario.gallery import folder
from sim.study.asked import words
from sim.study.compare import compare
from sim.study.result import Result
from sim.study.study import Study

REPLICATIONS = 20
PAGE = "LESSONS.md"


@dataclass(frozen=True)
class Lesson:
    """Which figures bear a lesson out.

    Attributes
    ----------
    expects : mapping
        Metric to ``up``, ``down``, or the largest change that is none; ``shown`` where the figure
        speaks for itself.
    against : str
        The scenario of the gallery that it is held against.
    also : mapping
        Changes made to both, such as a promise to measure by.
    """

    expects: Mapping[str, str | float]
    against: str = BASE
    also: Mapping[str, Any] = field(default_factory=dict)


_LOST = "lost_hours"
_TOTAL = "total_cost"
_TIME = "resolution[mean, business hours]"
_P1 = "service_level[P1 resolved]"
_P1_TAKEN = "service_level[P1 taken up]"
_P4 = "service_level[P4 resolved]"
_L3_NO_PAUSES = "service_level[L3 resolution, no pauses]"
_LATE_SHARE = "recurring_share[last quarter]"

LESSONS: dict[str, Lesson] = {
    "ad-hoc": Lesson({"bounces": "up", _TIME: "up", "satisfaction": "down", _TOTAL: "up"}),
    "change-windows": Lesson({L3_TIME: "up", "utilisation[L3]": "up"}),
    "closed-by-l1": Lesson(
        {"l1_share_last": "up", "l1_share": 0.002, "hops": "up", "resolution[mean]": "up"}
    ),
    "closed-too-soon": Lesson(
        {"l1_share": "up", "reopen_share": "up", "l1_share_reopen_adjusted": 0.03}
    ),
    "cross-trained": Lesson({L2_WAIT: "down", L2_RESOLUTION: "up"}, "l2-in-teams"),
    "direct-to-l2": Lesson({"hops": "down", "l1_share": "up", "l1_share_all": "down"}),
    "earliest-due": Lesson({_P4: "up", L2_RESOLUTION: "down"}, also=P1),
    "excellent-notes": Lesson(
        {
            "rework": "down",
            "reexplains": "down",
            "l1_share": "up",
            "writing": "up",
            L1_RESPONSE: "down",
        }
    ),
    "first-come": Lesson({L1_WAIT: 60_000, _P1: "down"}, also=P1),
    "follow-the-sun": Lesson({"after_hours_response[L1, mean]": "down", L1_RESPONSE: "down"}),
    "impatient-callers": Lesson({L1_WAIT: "down", "abandonment": "up"}),
    "l1-short-handed": Lesson({L1_RESPONSE: "down", "l1_share": 0.002}),
    "l1-two-shifts": Lesson({"after_hours_response[L1, mean]": "down", L1_RESPONSE: "down"}),
    "l2-in-teams": Lesson({L2_WAIT: "up", L2_RESOLUTION: "down"}),
    "l3-needs-a-vendor": Lesson({L3_TIME: "up", L3_RESOLUTION: 0.02, _L3_NO_PAUSES: "down"}),
    "l3-outsourced": Lesson({"staff_cost": "down", "provider_cost": "shown", L3_TIME: "shown"}),
    "l3-vacancy": Lesson({L3_WAIT: "up", L3_RESOLUTION: "down"}),
    "left-lying": Lesson(
        {L2_RESOLUTION: "down", L2_WAIT: "up", "utilisation[L2]": 0.01, _TOTAL: "up"}
    ),
    "left-lying-one-more": Lesson({L2_RESOLUTION: "down", L2_WAIT: "up"}),
    "no-news": Lesson(
        {"chasers": "up", "updates_sent": "down", "utilisation[L3]": "down"}, "promised-updates"
    ),
    "no-tiers-same-budget": Lesson(
        {_TIME: "down", L1_RESPONSE: "down", "staff_cost": "shown", _TOTAL: "shown"}
    ),
    "no-tiers-same-people": Lesson({_TIME: "down", "hops": "down", _TOTAL: "shown"}),
    "on-call": Lesson({_P1_TAKEN: "up", "staff_cost": "up"}, also=P1),
    "one-more-at-l1": Lesson({L1_RESPONSE: "up", L2_RESOLUTION: 0.01, "staff_cost": "up"}),
    "one-more-at-l2": Lesson({L2_RESOLUTION: "up", L1_RESPONSE: 0.005}),
    "poor-notes": Lesson({"reexplains": "up", "rework": "up", "utilisation[L2]": "up"}),
    "problems-fixed": Lesson({L3_WAIT: "up", _LATE_SHARE: "down"}, "problems-unfixed"),
    "problems-fixed-a-little": Lesson({L3_WAIT: "up", _LATE_SHARE: "down"}, "problems-unfixed"),
    "problems-fixed-a-lot": Lesson(
        {_LATE_SHARE: "down", L3_RESOLUTION: "down"}, "problems-unfixed"
    ),
    "problems-unfixed": Lesson({"recurring_share": "shown", _LATE_SHARE: "shown"}),
    "promised-updates": Lesson(
        {"utilisation[L3]": "up", "updates_sent": "shown", "chasers": "shown"}
    ),
    "provider-a": Lesson({L1_RESPONSE: "up", L3_TIME: "up", _TOTAL: "up"}),
    "provider-b": Lesson({"l1_share": "down", L3_TIME: "down", L1_RESPONSE: "down"}),
    "provider-c": Lesson({"l1_share": "up", "staff_cost": "up", _TOTAL: "down"}),
    "runbooks-age": Lesson({"runbook_share": "down", "l1_share": "down"}),
    "runbooks-kept": Lesson({"l1_share": "up", "utilisation[L2]": "down"}, "runbooks-age"),
    "security-breach": Lesson({L3_WAIT: "up", SHADOW: "shown", "time_to_contain": "shown"}),
    "self-service": Lesson({"tickets": "down", "l1_share": "down", _TOTAL: "down"}),
    "service-credits": Lesson({"credits": "shown", _TOTAL: "up"}, "l1-short-handed"),
    "slow-diagnosis": Lesson({"l1_share": 0.002, "utilisation[L1]": "up"}),
    "swing-staff": Lesson({L1_RESPONSE: "up", L2_RESOLUTION: 0.02}, "l1-short-handed"),
    "ten-percent-more": Lesson({L1_RESPONSE: "down", L2_RESOLUTION: "down", L3_RESOLUTION: "down"}),
    "time-boxed-and-short-handed": Lesson({"l1_share": "down"}, "time-boxed-l1"),
    "time-boxed-l1": Lesson({L1_WAIT: "down", "l1_share": "down", L2_WAIT: "up"}),
    "trained-l1": Lesson({"l1_share": "up", "utilisation[L2]": "down", L2_WAIT: "down"}),
    "unclear-criteria": Lesson(
        {"bounces": "up", "hops": "up", "resolution_rate[L2]": 0.01}, "l2-in-teams"
    ),
    "vendor-asks-back": Lesson({L3_TIME: "up"}, "l3-needs-a-vendor"),
    "what-would-it-take": Lesson(
        {L1_RESPONSE: "down", L2_RESOLUTION: "down", _P1_TAKEN: "shown", _TOTAL: "shown"}
    ),
}
"""By scenario of the gallery; the base is held against its own promises instead."""


@lru_cache(maxsize=1)
def base_study() -> Study:
    """Run the base alone."""
    return compare(known(BASE), seed=SEED, replications=REPLICATIONS, curves=False)


def measured(name: str) -> Study:
    """Run a scenario and what it is held against, on the same tickets."""
    lesson = LESSONS[name]
    desks = [known(lesson.against), known(name)]
    if lesson.also:
        desks = [desk.with_(lesson.also, name=desk.name) for desk in desks]
    return compare(desks, seed=SEED, replications=REPLICATIONS, curves=False)


def lines(name: str, study: Study) -> Iterator[str]:
    """Write the figures of a scenario, a line each."""
    after = study[1]
    for metric in LESSONS[name].expects:
        label = words(metric).label
        line = f"{label}: {figure(after, metric)}"
        if metric in study[0].metrics:
            change = difference_of(metric, study[0], after).estimate
            if change.n:
                currency = after.scenario.costs.currency
                change_words = written_change(metric, change, currency)
                line += f", {'' if change_words == 'no change' else 'a change of '}{change_words}"
        yield line


def _base_lines(result: Result) -> Iterator[str]:
    yield f"{words('l1_share').label}: {figure(result, 'l1_share')}"
    for level, verdict in result.verdicts.items():
        yield f"{level}: {figure(result, f'service_level[{level}]')}, {verdict}"


def page() -> Iterator[str]:
    """Write the page, line by line."""
    yield "# What the gallery teaches"
    yield ""
    yield (
        f"Each scenario with its lesson and the figures that bear it out: means over {REPLICATIONS} "
        "replications of 11 weeks with 95 % intervals, and paired differences on the same tickets. "
        "This page is written by `PYTHONPATH=tests python -m cases.lessons`; a test holds that each "
        "lesson is true."
    )
    yield ""
    yield "| scenario | lesson | measured |"
    yield "|---|---|---|"
    base = known(BASE)
    yield _row(BASE, base.lesson, "", _base_lines(base_study()[0]))
    for name, lesson in LESSONS.items():
        yield _row(name, known(name).lesson, lesson.against, lines(name, measured(name)))
    yield ""
    yield "## Where it breaks even"
    yield ""
    yield (
        f"By bisection, on common tickets of {break_evens.REPLICATIONS} replications. Costs hold "
        "staff, providers, credits and the lost working time of users."
    )
    yield ""
    yield from break_evens.table()


def _row(name: str, lesson: str, against: str, figures: Iterator[str]) -> str:
    held = f"<br>against `{against}`" if against else ""
    return (
        f"| [{known(name).name}]({name}.yaml){held} | {lesson.strip()} | {'<br>'.join(figures)} |"
    )


if __name__ == "__main__":
    text = "\n".join(page()) + "\n"
    Path(folder() / PAGE).write_text(text, encoding="utf-8")
    sys.stdout.write(f"Written: {PAGE}\n")
