"""Levers: what a desk could do, each as a change of the scenario with a price of its own.

They are tried, not judged by rule: a short paired study per lever says what it moves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from sim.scenario.model import Scenario
from sim.scenario.support import FIELDS_OF_NOTES, Tier

MORE_ABILITY = 0.05
"""What training adds to a tier's ability (assumed)."""
TRAINING_HOURS = 1.0
"""Hours of training a week, for each of the tier's people (assumed)."""
MORE_SHARE = 0.2
"""What a programme adds to a share such as completeness or clarity (assumed)."""
ALMOST_ALL = 0.95
"""What a programme can reach (assumed)."""
UPKEEP_HOURS = 4.0
"""Hours a week of the second tier that a programme takes to keep going (assumed)."""
MORE_RESERVED = 0.15
"""What is reserved for permanent fixes, more than now."""


@dataclass(frozen=True)
class Lever:
    """Something that can be done.

    Attributes
    ----------
    name : str
        As a suggestion: "one more at L1".
    changes : dict
        As for ``Scenario.with_``.
    price : float
        What it costs in a week beside the staff that the scenario pays, in the currency.
    """

    name: str
    changes: dict[str, Any]
    price: float = 0.0

    def applied(self, scenario: Scenario) -> Scenario:
        """Return the scenario with the lever pulled."""
        return scenario.with_(self.changes, name=self.name)


def more_people(scenario: Scenario, tier: str) -> Iterator[Lever]:
    """One more head in the largest shift of a tier (of each of its teams)."""
    known = scenario.tiers[tier]
    if known.provider is not None:
        return
    places = {f"{tier} {name}": (f"teams.{name}.staff", t.staff) for name, t in known.teams.items()}
    for name, (path, staff) in (places or {tier: ("staff", known.staff or {})}).items():
        if staff:
            shift = max(staff, key=lambda one: staff[one])
            change = {f"tiers.{tier}.{path}.{shift}": staff[shift] + 1}
            yield Lever(f"one more at {name}", change)


def training(scenario: Scenario, tier: str) -> Iterator[Lever]:
    """Raise a tier's ability."""
    known = scenario.tiers[tier]
    price = TRAINING_HOURS * heads(known) * known.cost
    raised = round(known.ability + MORE_ABILITY, 6)
    yield Lever(f"train {tier}", {f"tiers.{tier}.ability": raised}, price)


def better_notes(scenario: Scenario) -> Iterator[Lever]:
    """Raise the completeness of all four fields; the writing time is part of the model."""
    notes = scenario.documentation
    raised = {
        f"documentation.{field}": min(notes.completeness(field) + MORE_SHARE, ALMOST_ALL)
        for field in FIELDS_OF_NOTES
        if notes.completeness(field) < ALMOST_ALL
    }
    if raised:
        yield Lever("better hand-over notes", raised)


def summary_template(scenario: Scenario) -> Iterator[Lever]:
    """Make the summary alone nearly always complete."""
    if scenario.documentation.completeness("summary") < ALMOST_ALL:
        yield Lever("a template for the summary", {"documentation.summary": ALMOST_ALL})


def clear_criteria(scenario: Scenario) -> Iterator[Lever]:
    """Say more clearly what goes where, and why; the reason field is part of that."""
    changes = {}
    if scenario.routing.clarity < 1:
        changes["routing.clarity"] = min(scenario.routing.clarity + MORE_SHARE, 1.0)
    if scenario.documentation.completeness("reason") < ALMOST_ALL:
        changes["documentation.reason"] = ALMOST_ALL
    if changes:
        yield Lever("clear escalation criteria", changes, _upkeep_price(scenario))


def runbooks(scenario: Scenario) -> Iterator[Lever]:
    """Keep more of the runbooks usable."""
    usable = scenario.documentation.completeness("runbooks")
    if usable < ALMOST_ALL and any(topic.runbook for topic in scenario.topics.values()):
        raised = min(usable + MORE_SHARE, ALMOST_ALL)
        change = {"documentation.runbooks": raised}
        yield Lever("better runbooks", change, _upkeep_price(scenario))


def longer_box(scenario: Scenario, tier: str) -> Iterator[Lever]:
    """Do without the time-box."""
    if scenario.tiers[tier].time_box is not None:
        changes = {f"tiers.{tier}.time_box": None, f"tiers.{tier}.short_box": None}
        yield Lever(f"no time-box at {tier}", changes)


def honest_closure(scenario: Scenario, tier: str) -> Iterator[Lever]:
    """Close only what is solved."""
    if scenario.tiers[tier].closes_early:
        yield Lever("close only what is solved", {f"tiers.{tier}.closes_early": 0})


def fixing(scenario: Scenario) -> Iterator[Lever]:
    """Reserve more time for permanent fixes."""
    problems = scenario.problems
    if problems is not None and problems.reserved + MORE_RESERVED < 1:
        raised = round(problems.reserved + MORE_RESERVED, 6)
        yield Lever("time for permanent fixes", {"problems.reserved": raised})


def heads(tier: Tier) -> int:
    """Count the people of a tier."""
    staffs = [team.staff for team in tier.teams.values()] or [tier.staff or {}]
    return sum(sum(staff.values()) for staff in staffs)


def _upkeep_price(scenario: Scenario) -> float:
    tiers = list(scenario.tiers.values())
    return UPKEEP_HOURS * tiers[min(1, len(tiers) - 1)].cost


def tried(scenario: Scenario, *kinds: Callable[[Scenario], Iterator[Lever]]) -> list[Lever]:
    """List levers of several kinds, each once."""
    found = {lever.name: lever for kind in kinds for lever in kind(scenario)}
    return list(found.values())
