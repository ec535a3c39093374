"""From an export to a scenario: every number measured, fitted or assumed, and said to be so.

::

    export ─▶ data page ─▶ demand · topics · paths · waits · hours ─▶ a first desk
                                                    simulate it ◀┐      │
                                            touch, people, waits on others ─▶ the desk

Touch times and people are measured where the tool is told who works on what (``inhand``). Where it is
not, no export holds them, nor ever the state of the notes: they are assumed, within what the export
does show, and marked as such; people are then as many as the work needs at the usual utilisation, not
as many names as were seen.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from math import sqrt
from typing import Any, Final

import numpy as np

from sim.borders import harmless
from sim.calibrate.answers import settle_answers
from sim.calibrate.datapage import DataPage, data_page
from sim.calibrate.demand import Demand, fit_demand
from sim.calibrate.drift import Drift, find_drift
from sim.calibrate.firstcontact import settle_first_contact
from sim.calibrate.habits import (
    QUALITY,
    make_promises,
    settle_hand_overs,
    settle_notes,
    settle_reopening,
    settle_users,
)
from sim.calibrate.handovers import fit_hand_overs, settle_by_tier
from sim.calibrate.hours import working_hours
from sim.calibrate.inhand import settle_in_hand
from sim.calibrate.kinds import channels, priorities, profile_of, topic_priorities
from sim.calibrate.level_words import level_sentences
from sim.calibrate.lines import Lines, find_lines
from sim.calibrate.parameters import Ledger, Parameter, share_interval
from sim.calibrate.paths import (
    SLOPE,
    SPREAD,
    Abilities,
    Levels,
    Topics,
    find_levels,
    find_topics,
    fit_abilities,
)
from sim.calibrate.rehearse import FEWEST_TICKETS, bound_touch, note_waits, rehearse
from sim.calibrate.staffing import BREAKS, staff_tiers
from sim.calibrate.times import user_waits
from sim.errors import ExportError
from sim.intake.export import Export
from sim.scenario.model import Scenario
from sim.units import DAY, HOURS_PER_WEEK, WEEK, YEAR

LEAST_SHARE: Final = 1e-4
LEAD_IN_DAYS: Final = 35
"""Before the days that are counted: no desk begins empty."""


@dataclass(frozen=True, eq=False)
class Calibration:
    """A calibrated desk, and what is known about each of its numbers.

    Attributes
    ----------
    scenario : Scenario
        What is counted of its period is the window of the export that it was fitted to.
    parameters : tuple of Parameter
    page : DataPage
    export : Export
        The tickets that it was fitted to.
    lines : Lines
    levels : Levels
    drift : Drift
        How times to resolution changed up to the last day fitted, ramp-up included.
    notices : tuple of str
        What was decided; drift, where there is any, comes first.
    """

    scenario: Scenario
    parameters: tuple[Parameter, ...]
    page: DataPage
    export: Export
    lines: Lines
    levels: Levels
    drift: Drift
    notices: tuple[str, ...]

    @harmless
    def __repr__(self) -> str:
        kinds = [p.origin for p in self.parameters]
        counted = ", ".join(f"{kinds.count(k)} {k}" for k in ("measured", "fitted", "assumed"))
        return f"<{self.scenario.name}: {len(self.export):,} tickets, parameters {counted}>"

    def told(self, sentence: str) -> Calibration:
        """Return the same desk with one more sentence beside its results, such as how well it fits."""
        caution = {"caution": f"{self.scenario.caution} {sentence}".strip()}
        return replace(self, scenario=self.scenario.with_(caution, name=self.scenario.name))


def calibrate(
    export: Export,
    *,
    first: dt.date | None = None,
    last: dt.date | None = None,
    name: str | None = None,
    recent: bool = False,
) -> Calibration:
    """Fit a desk to an export.

    Parameters
    ----------
    export : Export
    first, last : date, optional
        Days whose tickets are fitted; those that the mapping states, or the data page finds fit.
    name : str, optional
        Of the scenario.
    recent : bool
        Fit all but the demand to the last days alone, where the export drifts and they foretell
        better: for a desk that has to predict, rather than to reproduce what was.

    Raises
    ------
    ExportError
        If the export holds too little to make a desk.
    """
    lines = find_lines(export)
    page = data_page(export, lines)
    window = export.mapping.window
    first, last = first or window.first or page.first, last or window.last or page.last
    drift = find_drift(export, last)
    start = max(first, drift.recent) if recent and drift.recent else first
    some = export.between(start, last)
    if len(some) < FEWEST_TICKETS:
        raise ExportError(
            f"{export.source} has too few tickets ({len(some)}) from {start} to {last}; a desk "
            f"cannot be fitted to fewer than {FEWEST_TICKETS}."
        )
    low = (day for day in page.low_days if first <= day <= last)
    holidays = tuple(sorted({*low, *export.mapping.holidays}))
    name = name or f"{export.source}, calibrated"
    return _Fit(
        some, export.between(first, last), lines, page, first, last, holidays, drift, name
    ).fit()


@dataclass(eq=False)
class _Fit:
    """One calibration under way: facts first, then the desk as a file would say it."""

    export: Export
    whole: Export
    lines: Lines
    page: DataPage
    first: dt.date
    last: dt.date
    holidays: tuple[dt.date, ...]
    drift: Drift
    name: str
    ledger: Ledger = field(default_factory=Ledger)

    def fit(self) -> Calibration:
        export = self.export
        self.ledger.notices += [*self.drift.sentences(), *export.notices, *self.lines.evidence]
        if len(export) < len(self.whole):
            self.ledger.notices.append(
                f"All but the demand is fitted to the {len(export):,} tickets opened from "
                f"{export.days_opened()[0]} on."
            )
        levels = find_levels(export, self.lines)
        tiers = self._tier_names(levels)
        self.ledger.notices += level_sentences(export, self.lines, levels, tiers)
        topics = find_topics(export, levels, tiers)
        demand = fit_demand(self.whole, self.first, self.last, self.holidays, self.page.gap_days)
        self.ledger.notices += demand.notices
        self.ledger.parameters += demand.parameters
        hand_overs = fit_hand_overs(export, levels)
        kept = hand_overs.kept_by_tier if hand_overs else ()
        abilities = fit_abilities(levels, topics, tiers, kept)
        self.ledger.parameters += abilities.parameters
        waits = user_waits(export, levels)
        tree = self._tree(tiers, topics, demand, abilities)
        settle_notes(tree, waits, self.ledger)
        settle_hand_overs(tree, export, levels, hand_overs, self.ledger)
        settle_by_tier(tree, hand_overs, self.ledger)
        settle_first_contact(tree, export, levels, self.ledger)
        settle_users(tree, waits, levels, self.ledger)
        settle_answers(tree, export, levels, self.ledger)
        settle_reopening(tree, export, self.ledger)
        hours = working_hours(export, levels, self.lines)
        longest = bound_touch(export, tree, tiers, levels)
        weeks = self._weeks_fitted()

        def staff(some: Collection[str]) -> None:
            staff_tiers(tree, weeks, levels, hours, self.ledger, only=some)

        staff(tiers)
        make_promises(tree, self.ledger)
        noted = note_waits(export, tree, levels, self.ledger)
        in_hand = settle_in_hand(export, tree, levels, self.ledger)
        for tier in in_hand:
            longest.pop(tier, None)
        noted = {tier: noted[tier] for tier, people in in_hand.items() if people}
        self._say_what_is_assumed(tree)
        scenario = rehearse(export, tree, levels, longest, self.ledger, restaff=staff, noted=noted)
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
            self.drift,
            tuple(self.ledger.notices),
        )

    def _volume_of_the_file(self, volume: float, growth: float) -> float:
        """Return the volume of the file's first day, which lies before the export's; with its interval."""
        before = float((1 + growth) ** (-LEAD_IN_DAYS * DAY / YEAR))
        for at, one in enumerate(self.ledger.parameters):
            if one.path == "demand.volume" and growth:
                self.ledger.parameters[at] = replace(
                    one,
                    value=one.value * before,
                    low=None if one.low is None else one.low * before,
                    high=None if one.high is None else one.high * before,
                    why=f"level of the file's first day, {LEAD_IN_DAYS} d before the export's, by its trend",
                )
        return volume * before

    def _say_what_is_assumed(self, tree: dict[str, Any]) -> None:
        """Say beside all results what the desk must not be asked."""
        known = {one.path for one in self.ledger.parameters if one.origin == "measured"}
        guessed = [
            tier
            for tier, one in tree["tiers"].items()
            if not known & {f"tiers.{tier}.staff.{shift}" for shift in one["staff"]}
        ]
        tree["caution"] = f"{self.name}: the promises are the usual ones, not the client's."
        if self.export.lost:
            tree["caution"] = f"{self.export.lost} {tree['caution']}"
        if not self.export.timed:
            tree["caution"] += (
                " The export's dates have no time of day: all that this desk says in hours is assumed."
            )
        if guessed:
            text = (
                f"How many people there are at {', '.join(guessed)} is "
                "assumed, for the export does not show it: what fewer or more people would do there "
                "is not known before their numbers and touch times are put in."
            )
            tree["caution"] += f" {text}"
            self.ledger.notices.append(text)

    def _weeks_fitted(self) -> float:
        return ((self.last - self.export.days_opened()[0]).days + 1) * DAY / WEEK

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
        days = (self.last - self.first).days + 1
        volume = self._volume_of_the_file(rates["volume"], rates["growth"])
        tree: dict[str, Any] = {
            "name": self.name,
            "about": (
                f"Fitted to {len(self.export):,} tickets of {self.export.source} opened from "
                f"{self.first} to {self.last}."
            ),
            "period": {
                "start": self.first - dt.timedelta(LEAD_IN_DAYS),
                "length": f"{LEAD_IN_DAYS + days} d",
                "warm_up": f"{LEAD_IN_DAYS} d",
                "time_zone": self.export.zone,
            },
            "holidays": list(self.holidays),
            "shifts": {},
            "hours": {},
            "demand": {
                "volume": f"{volume * HOURS_PER_WEEK:.6g} / week",
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
            "routing": {},
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


def _spread(difficulty: float) -> float:
    return round(min(SPREAD, 0.9 * sqrt(difficulty * (1 - difficulty))), 4)
