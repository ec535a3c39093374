"""A known desk, its export, and what calibrating that finds: true, fitted, interval."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sim.calibrate.fit import Calibration, calibrate
from sim.calibrate.mirror import Rehearsal
from sim.calibrate.sample import write_sample
from sim.intake.read import read_export
from sim.scenario.file import load
from sim.scenario.gallery import gallery
from sim.scenario.model import Scenario
from sim.units import HOUR

WEEKS = 12
MONDAY = dt.date(2026, 1, 5)
SENT_BACK = 0.4
REASON = 0.55
TOPICS = {"software": 0.42, "hardware and devices": 0.50, "network and access": 0.58}

TRUTH: dict[str, float] = {
    "demand.volume": 900 / 168,
    "demand.busyness": 0.25,
    "topics.software.share": 0.6,
    **{f"topics.{name}.difficulty": value for name, value in TOPICS.items()},
    "tiers.L2.ability": 0.62,
    "tiers.L1.asks_user": 0.12,
    "documentation.summary": 0.75,
    # Of an escalation: how much of it is the reason missing is assumed, the product is not.
    "sent back": SENT_BACK * (1 - REASON),
    "documentation.sender_solves": 0.35,
    "routing.through_first": 0.2,
    "routing.confirms": 0.3,
    "tiers.L2.hands_back": 0.25,
    "tiers.L3.hands_back": 0.4,
    "tiers.L1.reopens": 0.02,
    "tiers.L1.user_answers.answers_in": 8 * HOUR,
    "tiers.L2.user_answers.answers_in": 20 * HOUR,
}
"""What an export shows, by its path in the scenario, in the model's units."""

WAITS: dict[str, tuple[float, float]] = {
    "tiers.L1.vendor.passed_on": (0.4, 9 * HOUR),
    "tiers.L3.vendor": (0.5, 40 * HOUR),
}
"""Share and mean of waits on others: told only together, as the wait of a mean ticket.

A short wait looks like a longer touch time, which no export holds; so more tickets may seem to wait,
for less long.
"""

HOURS: dict[str, dict[str, str]] = {
    "users": {"Mon-Fri": "08:00-18:00"},
    "vendors": {"Mon-Fri": "09:00-17:00"},
}
"""When users and vendors answer."""

PEOPLE: dict[str, int] = {"L1": 12, "L2": 10, "L3": 14}
WORK_MIN: dict[str, float] = {"L1": 15, "L2": 30, "L3": 120}
ABSENCE = 0.08
BREAKS: dict[str, float] = {"L1": 0.15, "L2": 0.25, "L3": 0.3}
"""What the states show of each tier: its people, the mean touch time (with triage) in minutes, absences, breaks."""

NOT_TOLD: dict[str, str] = {
    "documentation.quality": "steps and data missing only cost touch time",
    "tiers.L1.ability": "only differences of ability and difficulty count",
    "tiers.L3.ability": "the last tier resolves whatever reaches it",
}
"""What it cannot show, and why: assumed by a fit, and said to be so."""


@dataclass(frozen=True)
class Row:
    """One parameter of the known desk, and what was found of it."""

    path: str
    true: float
    fitted: float
    low: float
    high: float

    @property
    def inside(self) -> bool:
        """Whether the interval holds the true value."""
        return self.low <= self.true <= self.high


def known_desk() -> Scenario:
    """Return the desk whose numbers have to come out."""
    base = load(gallery()["in-house-desk"])
    waits = {"share": 0, "info_requests": 0, "hours": "vendors"}
    passed_on = {"share": 0.4, "answers_in": "9 h", "answers_cv": 1.2}
    vendor = waits | {"share": 0.5, "answers_in": "40 h", "answers_cv": 1}
    shares = dict(zip(TOPICS, (0.6, 0.2, 0.2), strict=True))
    changes = {
        "period.start": MONDAY.isoformat(),
        "period.length": f"{WEEKS} weeks",
        "period.warm_up": 0,
        "holidays": [],
        **{f"tiers.{tier}.staff.day": people for tier, people in PEOPLE.items()},
        "demand.volume": "900 / week",
        "demand.busyness": "25 %",
        "topics": {
            name: {"share": shares[name], "difficulty": hard} for name, hard in TOPICS.items()
        },
        "tiers.L1.vendor": {**waits, "passed_on": passed_on},
        "tiers.L3.vendor": vendor,
        "tiers.L2.ability": 0.62,
        "tiers.L1.asks_user": 0.12,
        "tiers.L2.asks_user": 0.12,
        "tiers.L3.asks_user": 0.12,
        "tiers.L2.hands_back": 0.25,
        "tiers.L3.hands_back": 0.4,
        "documentation.summary": 0.75,
        "documentation.reason": REASON,
        "documentation.sent_back": SENT_BACK,
        "documentation.sender_solves": 0.35,
        "routing.through_first": 0.2,
        "routing.confirms": 0.3,
        **{f"tiers.{tier}.absence": ABSENCE for tier in PEOPLE},
        **{f"tiers.{tier}.breaks": share for tier, share in BREAKS.items()},
        **{f"hours.{name}": hours for name, hours in HOURS.items()},
        "users.answers_in": "8 h",
        "users.answers_cv": 1.2,
        "users.hours": "users",
        "tiers.L2.user_answers": {"answers_in": "20 h", "answers_cv": 1.2},
    }
    return base.with_(changes, name="Known")


def calibrated(seed: int, folder: Path) -> Calibration:
    """Simulate the known desk, write its tickets as an export, read that, and fit."""
    desk = known_desk()
    export = Rehearsal(desk).runs(1, seed=seed)[0]
    path = write_sample(export, folder / f"known-{seed}.csv")
    zone = desk.period.time_zone
    return calibrate(read_export(path, "servicenow", time_zone=zone))


def rows(calibration: Calibration) -> Iterator[Row]:
    """Hold what was found against the truth."""
    found = {one.path: one for one in calibration.parameters}
    notes = calibration.scenario.documentation
    for path, true in TRUTH.items():
        scale = 1 - notes.completeness("reason") if path == "sent back" else 1.0
        one = found["documentation.sent_back" if path == "sent back" else path]
        low = float("-inf") if one.low is None else one.low * scale
        high = float("inf") if one.high is None else one.high * scale
        yield Row(path, true, one.value * scale, low, high)


def waits(calibration: Calibration) -> Iterator[Row]:
    """Hold the waits of a mean ticket against the truth, with intervals of both numbers."""
    found = {one.path: one for one in calibration.parameters}
    for path, (share, mean) in WAITS.items():
        of, long = found[f"{path}.share"], found[f"{path}.answers_in"]
        low = (of.low or 0) * (long.low or 0)
        high = (of.high or 1) * (long.high or float("inf"))
        yield Row(f"{path}: share x mean", share * mean, of.value * long.value, low, high)
