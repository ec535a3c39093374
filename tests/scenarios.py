"""Generated scenarios: small desks with every mechanism on and off.

``build`` makes one from numbers that somebody picks, like ``strategies.build``; a pick of 0 is the
plainest. ``ON`` names the mechanisms, each by the changes that switch it on in ``base()``: a test of
one mechanism takes that alone.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import Any

from hypothesis import strategies as st

from sim.scenario.model import Scenario

Pick = Callable[[int, int], int]
Tree = dict[str, Any]

BASE: Tree = {
    "name": "Generated",
    "period": {"start": "2026-03-23", "length": "2 weeks", "warm_up": 0},
    "shifts": {"day": {"Mon-Fri": "08:00-17:00"}, "night": {"Mon-Sun": "22:00-06:00"}},
    "hours": {"office": {"Mon-Fri": "08:00-17:00"}, "windows": {"Tue, Thu": "18:00-20:00"}},
    "demand": {"volume": "60 / week", "busyness": 0},
    "priorities": {"P1": {"share": 0.1}, "P2": {"share": 0.3}, "P3": {"share": 0.6}},
    "channels": {"phone": {"share": 0.6}, "portal": {"share": 0.4}},
    "topics": {
        "account": {"share": 0.5, "difficulty": 0.3},
        "software": {"share": 0.3, "difficulty": 0.5},
        "network": {"share": 0.2, "difficulty": 0.7},
    },
    "documentation": {"quality": 1},
    "users": {"hours": "office"},
    "tiers": {
        "L1": {"ability": 0.45, "work": "12 min", "reopens": 0, "staff": {"day": 2}},
        "L2": {"ability": 0.6, "work": "40 min", "reopens": 0, "staff": {"day": 2}},
        "L3": {"ability": 1.0, "work": "2 h", "reopens": 0, "staff": {"day": 1}},
    },
}
"""A desk of three tiers with nothing beside plain flow."""

ON: dict[str, Tree] = {
    "busyness": {"demand.busyness": "30 %"},
    "growth": {"demand.growth": "50 %"},
    "holidays": {"holidays": ["2026-03-25"]},
    "time zone": {"period.time_zone": "Europe/Amsterdam"},
    "other zone": {"shifts.day": {"Mon-Fri": "08:00-17:00", "time_zone": "Asia/Kolkata"}},
    "around the clock": {"shifts.day": {"Mon-Sun": "00:00-24:00", "on_holidays": True}},
    "night shift": {"tiers.L1.staff": {"day": 1, "night": 1}},
    "patience": {"channels.phone": {"share": 0.6, "patience": "10 min", "redials": 0.5}},
    "asks users": {"tiers.L1.asks_user": 0.3, "tiers.L2.asks_user": 0.3},
    "reopening": {"tiers.L1.reopens": 0.2, "tiers.L3.reopens": 0.2},
    "closed early": {"tiers.L1.closes_early": 0.5, "tiers.L2.closes_early": 0.3},
    "poor notes": {"documentation.quality": 0.4},
    "no notes": {"documentation.quality": 0, "documentation.sent_back": 1},
    "unclear criteria": {"routing.clarity": 0.5},
    "sender solves": {
        "documentation.reason": 0.4,
        "documentation.sent_back": 0.6,
        "documentation.sender_solves": 0.7,
    },
    "through the first": {"routing.through_first": 0.4},
    "own tickets through the first": {"routing.owned_through_first": 0.4},
    "one tier sends back": {"documentation.reason": 0.4, "tiers.L3.sends_back": 0.9},
    "handed back": {
        "routing.confirms": 0.3,
        "tiers.L2.hands_back": 0.4,
        "tiers.L3.hands_back": 0.6,
    },
    "waits before passing on": {
        "tiers.L1.vendor": {
            "share": 0.1,
            "answers_law": "gamma",
            "passed_on": {"share": 0.4, "answers_in": "6 h", "answers_law": "Weibull"},
        },
    },
    "left lying": {
        "tiers.L1.left_lying": {
            "share": 0.3,
            "answers_in": "40 min",
            "hours": "office",
            "handed_over": {"share": 0.5, "answers_law": "gamma", "hours": "windows"},
        },
        "tiers.L2.left_lying": {
            "share": 0.2,
            "answers_shape": [0, 1, 5],
            "handed_over": {"share": 0.4},
        },
        "tiers.L2.first_contact": 0.2,
    },
    "first contact": {"tiers.L1.asks_user": 0.5, "tiers.L1.first_contact": 0.6},
    "answers by tier": {
        "tiers.L1.asks_user": 0.3,
        "tiers.L2.asks_user": 0.3,
        "tiers.L2.user_answers": {"answers_in": "2 d", "answers_law": "gamma"},
        "users.hours": "office",
    },
    "waits as seen": {"tiers.L1.asks_user": 0.3, "users.answers_shape": [1, 2, 5, 30]},
    "teams": {
        "tiers.L2.staff": None,
        "tiers.L2.teams": {
            "network": {"staff": {"day": 1}, "topics": ["network"]},
            "applications": {
                "staff": {"day": 1},
                "topics": ["account", "software"],
                "also_serves": {"network": "20 min", "L1": "1 h"},
            },
        },
    },
    "direct route": {"topics.network.goes_to": "L2"},
    "runbooks": {"topics.account.runbook": 0.9, "topics.software.runbook": 0.5},
    "runbooks age": {
        "topics.account.runbook": 0.9,
        "knowledge.ages": "3 weeks",
        "knowledge.upkeep": {"tier": "L2", "time": "2 h"},
    },
    "self-service": {"topics.account.self_service": 0.4},
    "time-box": {"tiers.L1.time_box": "15 min", "tiers.L1.short_box": "5 min"},
    "short box alone": {"tiers.L2.short_box": "20 min"},
    "triage": {"tiers.L1.triage": "3 min"},
    "vendor": {"tiers.L2.vendor": {"share": 0.4, "hours": "office"}},
    "change windows": {"tiers.L3.change": {"share": 0.4, "hours": "windows"}},
    "provider": {
        "tiers.L3.staff": None,
        "tiers.L3.provider": {"hours": "office", "intake": "2 h"},
    },
    "provider in the middle": {
        "tiers.L2.staff": None,
        "tiers.L2.provider": {"hours": "office", "intake": "1 h"},
    },
    "updates": {"updates": {"tier": "L3", "every": "6 h", "hours": "office", "most": 3}},
    "problems": {"problems": {"count": 5, "share": 0.3, "tier": "L2", "reserved": 0.3}},
    "incidents": {
        "incidents": {
            "outage": {
                "rate": "2 / week",
                "priority": "P1",
                "topic": "network",
                "engineers": {"L2": 2, "L1": 1},
                "linked": 5,
                "review": "1 h",
            }
        }
    },
    "pre-emption": {"tiers.L1.pre_empts": "P1", "tiers.L3.pre_empts": "P1"},
    "earliest due": {
        "tiers.L1.order": "earliest due",
        "service_levels": {"all": {"clock": "resolve", "within": "4 h", "hours": "office"}},
    },
    "first come": {"tiers.L1.order": "first come", "tiers.L1.at_shift_end": "finish"},
    "on call": {
        "tiers.L2.on_call": {"staff": {"night": 1}, "priority": "P1", "after": "20 min"},
    },
    "vacancy": {
        "tiers.L1.vacancies": [
            {"shift": "day", "start": "2026-03-25", "until": "2026-03-30", "ramp_up": "5 d"}
        ],
    },
    "no staff": {"tiers.L3.staff": {"day": 0}},
}
"""Each mechanism as changes of ``BASE``: dotted paths to values; None takes a key away."""

APART = (
    {"provider in the middle", "left lying"},
    {"teams", "provider in the middle"},
    {"teams", "vacancy"},
    {"provider", "change windows"},
    {"provider", "updates"},
    {"provider", "no staff"},
    {"provider in the middle", "short box alone"},
    {"provider in the middle", "problems"},
    {"provider in the middle", "on call"},
    {"provider in the middle", "runbooks age"},
    {"runbooks", "runbooks age"},
    {"other zone", "around the clock"},
    {"poor notes", "no notes"},
)
"""What cannot, or need not, go together."""


def with_on(names: list[str], changes: Mapping[str, Any] | None = None) -> Scenario:
    """Return the base with mechanisms on, and perhaps other changes."""
    tree = copy.deepcopy(BASE)
    for name in names:
        for path, value in ON[name].items():
            _put(tree, path, value)
    for path, value in (changes or {}).items():
        _put(tree, path, value)
    return Scenario.model_validate(tree)


def _put(tree: Tree, path: str, value: Any) -> None:
    *parents, last = path.split(".")
    for key in parents:
        tree = tree.setdefault(key, {})
    if value is None:
        tree.pop(last, None)
    else:
        tree[last] = copy.deepcopy(value)


def build(pick: Pick) -> Scenario:
    """Make a scenario from picked numbers."""
    names: list[str] = []
    for name in ON:
        clashes = any(name in pair and pair & set(names) for pair in APART)
        if pick(0, 2) == 2 and not clashes:
            names.append(name)
    changes = {"demand.volume": f"{(60, 0, 200, 7)[pick(0, 3)]} / week"}
    if pick(0, 4) == 4:
        changes["period.length"] = "90 min"
    return with_on(names, changes)


def scenarios() -> st.SearchStrategy[Scenario]:
    """Return small scenarios, which shrink to the base."""
    return st.composite(lambda draw: build(lambda low, high: draw(st.integers(low, high))))()
