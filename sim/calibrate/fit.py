"""From an export to a scenario: every number measured, fitted or assumed, and said to be so.

::

    export ─▶ data page ─▶ demand · topics · paths · waits · hours ─▶ a first desk
                                                    simulate it ◀┐      │
                                                touch at L1, waits on others ─▶ the desk

What an export of a ticket tool never holds is touch time behind the first line, rosters, and the
state of the notes. They are assumed, within what the export does show, and marked as such: people
are as many as the work needs at the usual utilisation, not as many names as were seen.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from math import ceil, isfinite, sqrt
from typing import Any, Final

import numpy as np

from sim.calibrate.datapage import DataPage, data_page
from sim.calibrate.demand import Demand, fit_demand
from sim.calibrate.export import Export
from sim.calibrate.families import choose_family
from sim.calibrate.figures import Figures
from sim.calibrate.kinds import channels, priorities, profile_of, topic_priorities
from sim.calibrate.lines import Lines, find_lines
from sim.calibrate.parameters import Ledger, Origin, Parameter, share_interval
from sim.calibrate.paths import (
    SLOPE,
    SPREAD,
    Abilities,
    Bounces,
    Levels,
    Topics,
    find_levels,
    find_topics,
    fit_abilities,
    fit_bounces,
)
from sim.calibrate.rehearse import FEWEST_TICKETS, bound_touch, minutes_of, rehearse
from sim.calibrate.times import (
    HOURS_A_DAY,
    OFF_HOURS,
    UserWaits,
    WorkingHours,
    until_reopened_ms,
    user_waits,
    working_hours,
)
from sim.errors import ExportError
from sim.scenario.model import Scenario
from sim.units import DAY, HOUR, HOURS_PER_WEEK, MINUTE, WEEK
from sim.workload.journeys import NONE

UTILISATION: Final = 0.478
"""Mean utilisation of agents (HDI, as quoted by Mechdyne)."""
BREAKS: Final = 0.12
QUALITY: Final = 0.6
"""Completeness of notes where nothing tells (assumed)."""
LEAST_SHARE: Final = 1e-4
LARGEST_CV: Final = 5.0


@dataclass(frozen=True, eq=False)
class Calibration:
    """A calibrated desk, and what is known about each of its numbers.

    Attributes
    ----------
    scenario : Scenario
        Its period is the window of the export that it was fitted to.
    parameters : tuple of Parameter
    page : DataPage
    export : Export
        The tickets that it was fitted to.
    lines : Lines
    levels : Levels
    notices : tuple of str
    """

    scenario: Scenario
    parameters: tuple[Parameter, ...]
    page: DataPage
    export: Export
    lines: Lines
    levels: Levels
    notices: tuple[str, ...]

    def __repr__(self) -> str:
        kinds = [p.origin for p in self.parameters]
        counted = ", ".join(f"{kinds.count(k)} {k}" for k in ("measured", "fitted", "assumed"))
        return f"<{self.scenario.name}: {len(self.export):,} tickets, parameters {counted}>"


def calibrate(
    export: Export,
    *,
    first: dt.date | None = None,
    last: dt.date | None = None,
    name: str | None = None,
) -> Calibration:
    """Fit a desk to an export.

    Parameters
    ----------
    export : Export
    first, last : date, optional
        Days whose tickets are fitted; those that the mapping states, or the data page finds fit.
    name : str, optional
        Of the scenario.

    Raises
    ------
    ExportError
        If the export holds too little to make a desk.
    """
    lines = find_lines(export)
    page = data_page(export, lines)
    window = export.mapping.window
    first, last = first or window.first or page.first, last or window.last or page.last
    some = export.between(first, last)
    if len(some) < FEWEST_TICKETS:
        raise ExportError(
            f"{export.source} has {len(some)} tickets from {first} to {last}; a desk cannot be "
            f"fitted to fewer than {FEWEST_TICKETS}."
        )
    low = tuple(day for day in page.low_days if first <= day <= last)
    return _Fit(some, lines, page, first, last, low, name or f"{export.source}, calibrated").fit()


@dataclass(eq=False)
class _Fit:
    """One calibration under way: facts first, then the desk as a file would say it."""

    export: Export
    lines: Lines
    page: DataPage
    first: dt.date
    last: dt.date
    low: tuple[dt.date, ...]
    name: str
    ledger: Ledger = field(default_factory=Ledger)

    def fit(self) -> Calibration:
        export = self.export
        self.ledger.notices += [*export.notices, *self.lines.evidence]
        levels = find_levels(export, self.lines)
        tiers = self._tier_names(levels)
        topics = find_topics(export, levels, tiers)
        demand = fit_demand(export, self.first, self.last, self.low)
        self.ledger.notices += demand.notices
        self.ledger.parameters += demand.parameters
        abilities = fit_abilities(levels, topics, tiers)
        self.ledger.parameters += abilities.parameters
        waits = user_waits(export, levels)
        tree = self._tree(tiers, topics, demand, abilities)
        self._notes(tree, waits, fit_bounces(export, levels))
        self._users(tree, tiers, waits)
        self._reopening(tree, tiers)
        self._promises(tree, tiers)
        hours = working_hours(export, levels, self.lines)
        longest = bound_touch(export, tree, tiers, levels)
        self._staff(tree, tiers, levels, hours)
        scenario = rehearse(export, tree, levels, longest, self.ledger)
        if len(levels.entry) and (levels.top > levels.entry).mean() < LEAST_SHARE:
            self.ledger.notices.append(
                "No ticket is seen to be handed over: abilities behind the first line, and the "
                "notes, cannot be identified from this export, and are assumed."
            )
        return Calibration(
            scenario,
            tuple(self.ledger.parameters),
            self.page,
            export,
            self.lines,
            levels,
            tuple(self.ledger.notices),
        )

    def _tier_names(self, levels: Levels) -> tuple[str, ...]:
        if not self.lines.found and len(self.lines.names) == levels.tiers:
            return self.lines.names
        return tuple(f"L{n + 1}" for n in range(levels.tiers))

    # The parts of the file ------------------------------------------------------------------

    def _tree(
        self,
        tiers: tuple[str, ...],
        topics: Topics,
        demand: Demand,
        abilities: Abilities,
    ) -> dict[str, Any]:
        rates = {p.path.removeprefix("demand."): p.value for p in demand.parameters}
        weeks = ((self.last - self.first).days + 1) * DAY
        tree: dict[str, Any] = {
            "name": self.name,
            "about": (
                f"Fitted to {len(self.export):,} tickets of {self.export.source} opened from "
                f"{self.first} to {self.last}."
            ),
            "period": {
                "start": self.first,
                "length": f"{weeks // HOUR} h",
                "warm_up": 0,
                "time_zone": self.export.zone,
            },
            "holidays": list(self.low),
            "shifts": {},
            "demand": {
                "volume": f"{rates['volume'] * HOURS_PER_WEEK:.6g} / week",
                "busyness": round(rates["busyness"], 4),
                "holiday_share": round(rates["holiday_share"], 4),
                "growth": round(rates["growth"], 4),
                "profile": profile_of(demand.weights),
            },
            "priorities": priorities(self.export, self.ledger),
            "channels": channels(self.export, self.ledger),
            "topics": {},
            "tiers": {},
            "documentation": {"quality": QUALITY},
            "knowledge": {"slope": SLOPE},
            "users": {},
        }
        shares = np.bincount(topics.of_ticket, minlength=len(topics.names)).astype(float)
        shares /= shares.sum()
        for number, label in enumerate(topics.names):
            topic: dict[str, Any] = {
                "share": round(float(shares[number]), 5),
                "difficulty": round(abilities.difficulty[number], 4),
                "spread": _spread(abilities.difficulty[number]),
            }
            if topics.entry[number]:
                topic["goes_to"] = tiers[topics.entry[number]]
            tree["topics"][label] = topic
            own = topic_priorities(self.export, topics.of_ticket == number, tree["priorities"])
            if own:
                topic["priorities"] = own
            count = float((topics.of_ticket == number).sum())
            self.ledger.say(
                f"topics.{label}.share",
                float(shares[number]),
                "measured",
                f"{count:.0f} tickets",
                *share_interval(count, len(self.export)),
            )
        for number, label in enumerate(tiers):
            tree["tiers"][label] = {
                "ability": round(abilities.ability[number], 4),
                "work": "10 min",
                "staff": {},
                "absence": 0,
                "breaks": BREAKS,
                "at_shift_end": "finish" if number == 0 else "park",
            }
        return tree

    def _notes(self, tree: dict[str, Any], waits: UserWaits | None, bounces: Bounces) -> None:
        """Settle the notes: what the export shows of their lack, and what it cannot show."""
        notes = tree["documentation"]
        self.ledger.say(
            "documentation.quality",
            QUALITY,
            "assumed",
            "steps and data missing only cost touch time, which no export holds",
        )
        if isfinite(bounces.chance):
            reason = QUALITY if bounces.chance <= 1 - QUALITY else 1 - bounces.chance
            notes["reason"] = round(reason, 4)
            notes["sent_back"] = (
                round(min(bounces.chance / (1 - reason), 1.0), 4) if bounces.chance else 0
            )
            scale = max(1 - reason, 1e-9)
            self.ledger.say(
                "documentation.sent_back",
                float(notes["sent_back"]),
                "fitted",
                f"{100 * bounces.chance:.0f} % of escalations come back; how much of it is the "
                "reason missing is assumed",
                bounces.low / scale,
                min(bounces.high / scale, 1.0),
            )
        if waits is None:
            return
        count, total = waits.after_hand_over
        if not total:
            return
        rate, interval = count / total, share_interval(count, total)
        expected = waits.expected
        most, least = (expected, expected) if waits.told_apart else (2 * expected, 0.0)
        notes["summary"] = round(_complete(rate, expected), 4)
        why = (
            f"after a hand-over {100 * rate:.0f} % of stays wait for the user; "
            f"{100 * expected:.0f} % would without one"
        )
        if not waits.told_apart:
            why += (
                ", if the tiers behind ask as often as the first: nothing tells (0 to twice that)"
            )
        ends = _complete(interval[1], least), _complete(interval[0], most)
        self.ledger.say("documentation.summary", notes["summary"], "fitted", why, *ends)

    def _promises(self, tree: dict[str, Any], tiers: tuple[str, ...]) -> None:
        """Promise what is usual: no export says what was promised."""
        levels: dict[str, Any] = {}
        usual = (("respond", 0, "15 min", 0.9), ("resolve", 0, "1 h", 0.8),
                 ("resolve", 1, "4 h", 0.8), ("resolve", 2, "3 d", 0.8))  # fmt: skip
        for clock, number, within, goal in usual:
            if number < len(tiers):
                tier = tiers[number]
                name = f"{tier} {'response' if clock == 'respond' else 'resolution'}"
                levels[name] = {
                    "clock": clock,
                    "tier": tier,
                    "within": within,
                    "hours": f"{tier} day",
                    "goal": goal,
                }
                self.ledger.say(f"service_levels.{name}", goal, "assumed", "the usual promise")
        tree["service_levels"] = levels

    def _users(self, tree: dict[str, Any], tiers: tuple[str, ...], waits: UserWaits | None) -> None:
        if waits is None:
            self.ledger.say("users.answers_in", 3 * HOUR, "assumed", "no wait for users is seen")
            return
        for tier, (count, total) in zip(tiers, waits.asks, strict=True):
            share = count / total if total else 0.0
            tree["tiers"][tier]["asks_user"] = round(share, 4)
            interval = share_interval(count, total)
            self.ledger.say(
                f"tiers.{tier}.asks_user", share, "measured", f"of {total} stays", *interval
            )
        if not isfinite(waits.mean_ms):
            return
        tree["users"] = {
            "answers_in": f"{max(round(waits.mean_ms / MINUTE), 1)} min",
            "answers_cv": round(min(waits.cv, LARGEST_CV), 3),
        }
        family = choose_family(waits.waits_min)
        told = ""
        if family is not None and family.best != "lognormal":
            told = f"; {family.best} fits {family.gain[family.best]:.2f} better per wait, held out"
        self.ledger.say(
            "users.answers_in",
            waits.mean_ms,
            "fitted",
            f"lognormal, {len(waits.waits_min)} waits, nights and weekends counted{told}",
        )

    def _reopening(self, tree: dict[str, Any], tiers: tuple[str, ...]) -> None:
        reopened = self.export.tickets.reopened
        known = reopened[reopened != NONE]
        if not len(known):
            for tier in tiers:
                self.ledger.say(
                    f"tiers.{tier}.reopens", 0.02, "assumed", "0.9 % to 4.3 % in real logs"
                )
            return
        count = int((known > 0).sum())
        share, interval = count / len(known), share_interval(count, len(self.export))
        for tier in tiers:
            tree["tiers"][tier]["reopens"] = round(share, 5)
            self.ledger.say(f"tiers.{tier}.reopens", share, "measured", "of all tickets", *interval)
        after = until_reopened_ms(self.export)
        if len(after):
            mean = float(np.mean(after))
            tree["users"]["comes_back_after"] = f"{max(round(mean / MINUTE), 1)} min"
            self.ledger.say("users.comes_back_after", mean, "measured", f"{len(after)} reopenings")

    def _staff(
        self,
        tree: dict[str, Any],
        tiers: tuple[str, ...],
        levels: Levels,
        hours: list[WorkingHours],
    ) -> None:
        """Staff each tier for its work at the usual utilisation, in the hours seen."""
        weeks = ((self.last - self.first).days + 1) * DAY / WEEK
        for number, (tier, seen) in enumerate(zip(tiers, hours, strict=True)):
            reached = float(((levels.entry <= number) & (levels.top >= number)).sum()) / weeks
            asked_h = reached * minutes_of(tree["tiers"][tier]["work"]) / 60
            shift, off = f"{tier} day", f"{tier} off-hours"
            whole_day = seen.end - seen.start >= HOURS_A_DAY
            tree["shifts"][shift] = {"Mon-Fri": f"{seen.start:02}:00-{seen.end:02}:00"}
            day_h = 5 * (seen.end - seen.start) * (1 - BREAKS)
            heads = max(1, ceil(asked_h * (1 - seen.off) / (UTILISATION * day_h)))
            tree["tiers"][tier]["staff"] = {shift: heads}
            people = (
                f"{seen.people:.0f} people are seen on a working day; "
                if isfinite(seen.people)
                else ""
            )
            self.ledger.say(
                f"tiers.{tier}.staff.{shift}",
                heads,
                "assumed",
                f"{people}as many as the work needs at 47.8 % utilisation (HDI, as quoted by Mechdyne)",
            )
            where: Origin = "measured" if seen.seen else "assumed"
            self.ledger.say(
                f"shifts.{shift}", seen.start, where, "hours with updates by the tier's people"
            )
            if seen.off >= OFF_HOURS and not whole_day:
                early = f"00:00-{seen.start:02}:00"
                late = f"{seen.end:02}:00-24:00"
                spans = ", ".join(s for s in (early, late) if s[:5] != s[6:])
                tree["shifts"][off] = {"Mon-Fri": spans, "Sat-Sun": "00:00-24:00"}
                off_h = (HOURS_PER_WEEK - 5 * (seen.end - seen.start)) * (1 - BREAKS)
                tree["tiers"][tier]["staff"][off] = max(
                    1, ceil(asked_h * seen.off / (UTILISATION * off_h))
                )
                self.ledger.say(
                    f"tiers.{tier}.staff.{off}",
                    tree["tiers"][tier]["staff"][off],
                    "assumed",
                    f"{100 * seen.off:.0f} % of the updates are made outside working hours",
                )


def _complete(rate: float, expected: float) -> float:
    """Return how often the summary is there, if else a share of stays waits for the user."""
    return float(np.clip((1 - rate) / max(1 - expected, 1e-9), 0, 1))


def _spread(difficulty: float) -> float:
    return round(min(SPREAD, 0.9 * sqrt(difficulty * (1 - difficulty))), 4)


def figures_of(calibration: Calibration) -> Figures:
    """Return the figures of the tickets that a desk was fitted to."""
    return Figures(calibration.export, calibration.lines)
