"""In which direction each mechanism must work: the cases, and the table of what they measure.

``PYTHONPATH=tests python -m cases.directions`` writes ``scenarios/DIRECTIONS.md``. Every case is run on the same
tickets before and after; it holds when the whole paired 95 % interval lies on the right side, so
that a mechanism which does nothing is taken for one that works in at most 1 case of 40.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from cases.moves import BASE, Move, holds

from sim.present.numbers import written_change
from sim.scenario.gallery import folder

PAGE = "DIRECTIONS.md"
MECHANISMS = (
    "demand",
    "difficulty and ability",
    "touch time",
    "pressure",
    "documentation",
    "routing",
    "waiting on others",
    "staff",
    "order of service",
    "incidents",
    "problems",
    "knowledge",
    "updates",
    "leaving and coming back",
    "outsourcing",
    "money and people",
)
P1 = {
    "service_levels.P1 taken up": {
        "clock": "respond",
        "priorities": ["P1"],
        "within": "30 min",
        "starts": "creation",
        "goal": "90 %",
    },
    "service_levels.P1 resolved": {
        "clock": "resolve",
        "priorities": ["P1"],
        "within": "4 h",
        "hours": "office",
        "starts": "creation",
        "goal": "90 %",
    },
    "service_levels.P4 resolved": {
        "clock": "resolve",
        "priorities": ["P4"],
        "within": "27 h",
        "hours": "office",
        "starts": "creation",
        "goal": "90 %",
    },
}
"""Promises by priority, which the gallery's base does not make."""
MANY_P1 = {"priorities.P1.share": 0.05, "priorities.P3.share": 0.81}
"""A P1 in a hundred is too few to measure in a few replications."""

WAIT = "response[{}, mean, business hours]"
L1_WAIT, L2_WAIT, L3_WAIT = (WAIT.format(tier) for tier in ("L1", "L2", "L3"))
L1_RESPONSE = "service_level[L1 response]"
L2_RESOLUTION = "service_level[L2 resolution]"
L3_RESOLUTION = "service_level[L3 resolution]"
L2_TIME = "resolution[L2, mean, business hours]"
L3_TIME = "resolution[L3, mean, business hours]"
SHADOW = "shadow_service_level[L2 resolution]"

MOVES = (
    Move(
        1,
        "more tickets",
        {"tickets": "up", L1_RESPONSE: "down", L2_RESOLUTION: "down", L3_RESOLUTION: "down"},
        to={"demand.volume": "506 / week"},
        replications=20,
    ),
    Move(
        1,
        "days that differ more",
        {L1_RESPONSE: "down", "weeks_met[L1 response]": "down"},
        start={"demand.busyness": "0 %"},
        to={"demand.busyness": "40 %"},
    ),
    Move(1, "growth", {"tickets": "up", "utilisation[L2]": "up"}, to={"demand.growth": "50 %"}),
    Move(
        2,
        "an abler first line",
        {"l1_share": "up", "utilisation[L2]": "down", "total_cost": "down"},
        to={"tiers.L1.ability": 0.55},
    ),
    Move(2, "harder tickets", {"l1_share": "down"}, to={"topics.software.difficulty": 0.52}),
    Move(
        3,
        "longer work at L1",
        {"utilisation[L1]": "up", L1_WAIT: "up", "l1_share": 0.002},
        to={"tiers.L1.work": "16 min"},
    ),
    Move(
        3,
        "work at L3 that varies less",
        {L3_WAIT: "down"},
        to={"tiers.L3.work_cv": 0.7},
        replications=24,
    ),
    Move(
        3,
        "a slower diagnosis at L1",
        {"utilisation[L1]": "up", "l1_share": 0.002},
        to={"tiers.L1.finds_out_after": 1},
    ),
    Move(
        4,
        "two fewer at L1, with a time-box",
        {"l1_share": "down", "service_level[L2 resolution]": "down"},
        "time-boxed-l1",
        to={"tiers.L1.staff.day": 4},
    ),
    Move(
        4,
        "two fewer at L1, without a time-box",
        {"l1_share": 0.002, L1_RESPONSE: "down"},
        to={"tiers.L1.staff.day": 4},
    ),
    Move(
        4,
        "a time-box",
        {"l1_share": "down", L1_WAIT: "down", L2_WAIT: "up"},
        to="time-boxed-l1",
    ),
    Move(
        4,
        "pressure that is felt later",
        {"l1_share": "up"},
        "time-boxed-and-short-handed",
        to={"tiers.L1.pressure_at": 3},
    ),
    Move(
        5,
        "poorer notes",
        {
            "reexplains": "up",
            "rework": "up",
            "bounces": "up",
            "documented_share": "down",
            "l1_share": "down",
            "satisfaction": "down",
            "writing": "down",
        },
        to="poor-notes",
    ),
    Move(
        5,
        "the summary is there",
        {"reexplains": "down", "bounces": 0.002},
        to={"documentation.summary": 0.95},
    ),
    Move(
        5,
        "the steps are there",
        {"rework": "down", "reexplains": 0.01},
        to={"documentation.steps": 0.95},
    ),
    Move(
        5,
        "the data are there",
        {"rework": "down", "reexplains": 0.01},
        to={"documentation.data": 0.95},
    ),
    Move(
        5,
        "the reason is there",
        {"bounces[returned]": "down", "reexplains": 0.01},
        to={"documentation.reason": 0.95},
    ),
    Move(
        5,
        "notes that take longer to write",
        {"writing": "up", "utilisation[L1]": "up", "reexplains": 0.01},
        to={"documentation.writing": "80 min"},
    ),
    Move(
        6,
        "unclear criteria between teams",
        {"bounces[misrouted]": "up", "hops": "up", "rework": "up", L2_RESOLUTION: "down"},
        "l2-in-teams",
        to={"routing.clarity": 0.75},
    ),
    Move(
        6,
        "unclear criteria, one team a tier",
        {"bounces[returned]": "up", "bounces[misrouted]": "same"},
        to={"routing.clarity": 0.75},
    ),
    Move(
        6,
        "a topic sent straight to L2",
        {"hops": "down", "l1_share": "up", "l1_share_all": "down"},
        to="direct-to-l2",
    ),
    Move(6, "L2 split into teams", {L2_WAIT: "up", L2_RESOLUTION: "down"}, to="l2-in-teams"),
    Move(
        6,
        "no tiers, the same people",
        {"hops": "down", "bounces": "down", "resolution[mean, business hours]": "down"},
        to="no-tiers-same-people",
    ),
    Move(
        6,
        "no tiers, the same budget",
        {"hops": "down", L1_RESPONSE: "down", "resolution[mean, business hours]": "down"},
        to="no-tiers-same-budget",
    ),
    Move(
        6,
        "ad hoc",
        {"bounces": "up", "resolution[mean]": "up", "satisfaction": "down", "total_cost": "up"},
        to="ad-hoc",
    ),
    Move(
        6,
        "closed by L1",
        {"l1_share_last": "up", "l1_share": 0.002, "hops": "up", "utilisation[L1]": "up"},
        to="closed-by-l1",
    ),
    Move(
        6,
        "senders who solve what comes back",
        {"hops": "down", "bounces[returned]": "down", "l1_share": 0.002},
        to={"documentation.sender_solves": 0.5},
    ),
    Move(
        6,
        "escalations that go through L1",
        {"bounces[misrouted]": "up", "hops": "up", "utilisation[L1]": "up"},
        to={"routing.through_first": 0.5},
    ),
    Move(
        6,
        "own tickets that go through L1",
        {"bounces[misrouted]": "up", "hops": "up", "utilisation[L1]": "up"},
        to={"routing.owned_through_first": 0.5},
    ),
    Move(
        6,
        "an L3 that sends back what lacks a reason",
        {"bounces[returned]": "up", "hops": "up"},
        to={"tiers.L3.sends_back": 0.9},
    ),
    Move(
        7,
        "L2 waits before it passes on",
        {"escalation[L3, mean]": "up"},
        start={"tiers.L2.vendor": {"share": 0, "passed_on": {"share": 0}}},
        to={"tiers.L2.vendor.passed_on.share": 0.5},
    ),
    Move(
        9,
        "tickets that lie at L1",
        {"response[mean]": "up", "left_lying[L1]": "up", "resolution[mean]": "up"},
        start={"tiers.L1.left_lying": {"share": 0}},
        to={"tiers.L1.left_lying.share": 0.3},
    ),
    Move(
        9,
        "tickets that lie at L2 when they are handed over",
        {"response[L2, mean]": "up", "escalation[L3, mean]": "up"},
        start={"tiers.L2.left_lying": {"share": 0, "handed_over": {"share": 0}}},
        to={"tiers.L2.left_lying.handed_over.share": 0.3},
    ),
    Move(
        7,
        "users answer L2 later",
        {L2_TIME: "up"},
        start={"tiers.L2.asks_user": 0.3, "tiers.L2.user_answers": {"answers_in": "3 h"}},
        to={"tiers.L2.user_answers.answers_in": "2 d"},
    ),
    Move(
        7,
        "settled at once",
        {"first_contact_share": "up"},
        # First contact is of calls, and a caller is somebody who may hang up.
        start={"tiers.L1.asks_user": 0.3, "channels.phone.patience": "2 h"},
        to={"tiers.L1.first_contact": 0.5},
    ),
    Move(
        7,
        "a vendor at L3",
        {L3_TIME: "up", f"{L3_RESOLUTION[:-1]}, no pauses]": "down"},
        to="l3-needs-a-vendor",
    ),
    Move(
        7,
        "data missing in the notes, with a vendor who asks",
        {L3_TIME: "up"},
        "l3-needs-a-vendor",
        start={"documentation.extra_diagnosis": 0},
        to={"documentation.data": 0.15},
    ),
    Move(
        7,
        "data missing in the notes, with a vendor who does not ask",
        {L3_TIME: "same"},
        "l3-needs-a-vendor",
        start={
            "documentation.extra_diagnosis": 0,
            "documentation.writing": 0,
            "tiers.L3.vendor.info_requests": 0,
        },
        to={"documentation.data": 0.15},
    ),
    Move(7, "change windows", {L3_TIME: "up", "utilisation[L3]": "up"}, to="change-windows"),
    Move(
        8,
        "one more at L1",
        {L1_RESPONSE: "up", "staff_cost": "up", "l1_share": 0.002},
        to="one-more-at-l1",
    ),
    Move(8, "one more at L2", {L2_RESOLUTION: "up", L1_RESPONSE: 0.005}, to="one-more-at-l2"),
    Move(
        8,
        "swing staff",
        {L1_RESPONSE: "up", "utilisation[L2]": "up", "utilisation[L1]": "down"},
        "l1-short-handed",
        to="swing-staff",
    ),
    Move(
        8,
        "cross-trained teams",
        {L2_WAIT: "down", L2_RESOLUTION: "up"},
        "l2-in-teams",
        to="cross-trained",
    ),
    Move(
        8,
        "on call for P1",
        {"service_level[P1 taken up]": "up", "call_outs": "up", "staff_cost": "up"},
        start={**P1, **MANY_P1},
        to="on-call",
    ),
    Move(
        8,
        "follow the sun",
        {"after_hours_response[L1, mean]": "down", L1_RESPONSE: "down"},
        to="follow-the-sun",
    ),
    Move(
        8,
        "a vacancy at L3",
        {L3_WAIT: "up", L3_RESOLUTION: "down", "staff_cost": "down"},
        to="l3-vacancy",
    ),
    Move(
        8,
        "a successor who learns longer",
        {L3_WAIT: "up", "staff_cost": 20},
        "l3-vacancy",
        start={
            "tiers.L3.vacancies": [{"shift": "day", "start": "2026-01-26", "until": "2026-02-16"}]
        },
        to={
            "tiers.L3.vacancies": [
                {
                    "shift": "day",
                    "start": "2026-01-26",
                    "until": "2026-02-16",
                    "ramp_up": "6 weeks",
                }
            ]
        },
    ),
    Move(8, "more absence", {L1_RESPONSE: "down", "l1_share": 0.002}, to={"tiers.L1.absence": 0.2}),
    Move(
        8,
        "work finished after the shift",
        {"overtime[L2]": "up", "staff_cost": "up"},
        to={"tiers.L2.at_shift_end": "finish"},
    ),
    Move(
        9,
        "first come, first served",
        {"service_level[P1 resolved]": "down", L1_WAIT: 60_000, "l1_share": 0.002},
        start={**P1, **MANY_P1},
        to="first-come",
    ),
    Move(
        9,
        "no pre-emption",
        {"service_level[P1 resolved]": "down"},
        start={**P1, **MANY_P1},
        to={f"tiers.{tier}.pre_empts": None for tier in ("L1", "L2", "L3")},
    ),
    Move(
        9,
        "earliest due first",
        {"service_level[P4 resolved]": "up", L2_RESOLUTION: "down"},
        start=P1,
        to="earliest-due",
        replications=12,
    ),
    Move(
        10,
        "a security breach",
        {
            f"{SHADOW} − {L2_RESOLUTION}": "down",
            L3_WAIT: "up",
            L3_RESOLUTION: "down",
            "utilisation[L3]": "up",
        },
        to="security-breach",
        replications=30,
    ),
    Move(
        10,
        "a breach that takes less work",
        {"time_to_contain": "down", "incident_contacts": "down", L3_WAIT: "down"},
        "security-breach",
        to={"incidents.breach.work": "2 h"},
        replications=48,
    ),
    Move(
        10,
        "a breach that fewer notice",
        {"incident_contacts": "down"},
        "security-breach",
        to={"incidents.breach.linked": 20},
    ),
    *(
        Move(
            11,
            f"{share} % of L3's time for permanent fixes",
            {
                "recurring_share": "down",
                "recurring_share[last quarter]": "down",
                "fixes": "up",
                "prevented": "up",
                "tickets": "down",
                L3_WAIT: "up",
            },
            "problems-unfixed",
            # With a trifle reserved there is a queue of fixes to measure.
            start={"problems.reserved": 0.001},
            to={"problems.reserved": share / 100},
            replications=24,
        )
        for share in (10, 20, 30)
    ),
    Move(
        11,
        "fixes that hold",
        {"fixes": "up", "recurring_share": "down"},
        "problems-fixed",
        start={"problems.success": 0.4},
        to={"problems.success": 1},
        replications=10,
    ),
    Move(12, "more runbooks", {"l1_share": "up"}, to={"topics.software.runbook": 0.7}),
    Move(12, "runbooks that age", {"l1_share": "down", "runbook_share": "down"}, to="runbooks-age"),
    Move(
        12,
        "runbooks kept up",
        {"l1_share": "up", "runbook_share": "up"},
        "runbooks-age",
        to="runbooks-kept",
    ),
    Move(
        12,
        "time for upkeep, whatever it restores",
        {"utilisation[L2]": "up"},
        "runbooks-kept",
        start={"knowledge.rewriting": "1000 h"},
        to={"knowledge.upkeep.time": "12 h"},
    ),
    Move(
        12,
        "self-service",
        {"tickets": "down", "l1_share": "down", "total_cost": "down"},
        to="self-service",
    ),
    Move(
        13,
        "promised updates",
        {"utilisation[L3]": "up", "utilisation[L1]": "up"},
        to="promised-updates",
    ),
    Move(
        13,
        "updates that nobody sends",
        {"chasers": "up", "updates_sent": "down", "service_level[L3 updates]": "down"},
        "promised-updates",
        to="no-news",
        replications=16,
    ),
    Move(
        13,
        "users who chase more",
        {"chasers": "up", "updates_sent": 0.05},
        "promised-updates",
        start={"updates.chases": 0.2},
        to={"updates.chases": 0.9},
        replications=20,
    ),
    Move(
        14,
        "callers with less patience",
        {"abandonment": "up", L1_WAIT: "down"},
        "impatient-callers",
        start={"channels.phone.patience": "20 min"},
        to={"channels.phone.patience": "4 min"},
    ),
    Move(
        14,
        "callers who call again",
        {"abandonment": "down"},
        "impatient-callers",
        start={"channels.phone.redials": 0},
        to={"channels.phone.redials": 0.7},
    ),
    Move(
        14,
        "tickets closed too soon",
        {"l1_share": "up", "reopen_share": "up", "l1_share_reopen_adjusted": 0.01},
        start={"tiers.L1.early_comes_back": 1},
        to={"tiers.L1.closes_early": 0.25},
    ),
    Move(
        14,
        "fixes that do not last",
        {"reopen_share[L2]": "up", "reopen_share[L1]": 0.002, "satisfaction": "down"},
        to={"tiers.L2.reopens": 0.2},
    ),
    Move(
        15,
        "L3 outsourced",
        {"staff_cost": "down", "rework": "down", "first_time_right": 0.01},
        to="l3-outsourced",
    ),
    Move(
        15,
        "a provider that takes in more slowly",
        {L3_TIME: "up", "escalation[L3, mean, business hours]": "up", "provider_cost": 150},
        "l3-outsourced",
        to={"tiers.L3.provider.intake": "12 h"},
    ),
    Move(
        15,
        "a dearer provider",
        {"provider_cost": "up", "total_cost": "up", L3_TIME: "same"},
        "l3-outsourced",
        to={"tiers.L3.provider.price": 400},
    ),
    Move(
        15,
        "data missing in the notes for a provider",
        {L3_TIME: "up"},
        "l3-outsourced",
        start={"documentation.extra_diagnosis": 0},
        to={"documentation.data": 0.15},
    ),
    Move(
        16,
        "a credit for a promise that is missed",
        {"total_cost": "up", "staff_cost": "same", L1_RESPONSE: "same"},
        "l1-short-handed",
        to="service-credits",
    ),
    Move(
        16,
        "users whose time is dearer",
        {"total_cost": "up", "staff_cost": "same", "lost_hours": "same"},
        to={"costs.user_hour": 60},
    ),
    Move(
        16,
        "dearer overtime",
        {"staff_cost": "up", "overtime": "same"},
        to={"costs.overtime_factor": 3},
    ),
)


@dataclass(frozen=True)
class Sweep:
    """An input over its range: what never gets worse, and what is best inside.

    Attributes
    ----------
    mechanism : int
    what, path : str
    values : tuple of float
    never_up : tuple of str
        Metrics that never rise for sure from one value to the next, on a desk with room.
    best_inside : str
        A metric whose lowest value lies inside, and for sure below both ends.
    room : mapping
        Changes with which the desk keeps up at every value. Where a queue grows for ever, the tickets
        that get through are not like those that wait, and figures per ticket mix up both.
    """

    mechanism: int
    what: str
    path: str
    values: tuple[float, ...]
    never_up: tuple[str, ...]
    best_inside: str
    room: Mapping[str, int]
    scenario: str = BASE


SWEEPS = (
    Sweep(
        5,
        "documentation, from none to complete",
        "documentation.quality",
        tuple(step / 10 for step in range(11)),
        ("reexplains", "rework", "bounces"),
        "total_cost",
        {"tiers.L2.staff.day": 6, "tiers.L3.staff.day": 4},
    ),
)

_WORDS: Mapping[str, str] = {"same": "exactly the same", "up": "up", "down": "down"}


def expected_words(metric: str, expected: str | float) -> str:
    """Say what was expected."""
    if isinstance(expected, str):
        return _WORDS[expected]
    return f"no change beyond {written_change(metric, _plain(expected)).split(' (')[0][1:]}"


def _plain(value: float):
    from sim.study.estimate import Estimate  # noqa: PLC0415

    return Estimate(value, value, value, 2)


def rows() -> Iterator[tuple[str, ...]]:
    """Measure every case, a row each."""
    for move in MOVES:
        for metric, expected, difference in move.found(move.study()):
            measured = written_change(metric.partition(" − ")[0], difference.estimate, "EUR")
            yield (
                f"{move.mechanism} {MECHANISMS[move.mechanism - 1]}",
                move.what,
                move.written(),
                f"`{metric}`",
                expected_words(metric, expected),
                measured,
                "✓" if holds(expected, difference) else "✗",
            )


def page() -> Iterator[str]:
    """Write the page in Markdown, line by line."""
    yield "# In which direction each mechanism works"
    yield ""
    yield (
        "What was moved, what has to follow, and what was measured: paired differences on the same "
        "tickets, with 95 % intervals. This page is written by `PYTHONPATH=tests python -m "
        "cases.directions`; a test holds every line, each with the whole of its interval."
    )
    yield ""
    yield "| mechanism | moved | from → to | metric | expected | measured | |"
    yield "|---|---|---|---|---|---|---|"
    for row in rows():
        yield f"| {' | '.join(row)} |"


if __name__ == "__main__":
    text = "\n".join(page()) + "\n"
    Path(folder() / PAGE).write_text(text, encoding="utf-8")
    sys.stdout.write(f"Written: {PAGE}\n")
