"""What can be moved on the page: heads, notes, hours, and who does the last tier's work.

Each move is a change of the scenario as a user could write it into a file; what it does is found by
simulation.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sim.errors import ScenarioError
from sim.scenario.model import Scenario
from sim.units import exact_duration

ROOM: Final = 4
"""Heads that a slider offers beyond twice those there are."""
AS_IS: Final = "as it is"
IN_HOUSE: Final = "own staff"
OUTSOURCED: Final = "a provider"
PROVIDER_HOURS: Final = {"Mon-Fri": "09:00-17:00"}
PROVIDER: Final = {"hours": "provider", "intake": "4 h", "price": 260, "retainer": 3500}
"""A provider as in the gallery's ``l3-outsourced`` (assumed)."""
PRICED_IN: Final = "EUR"
"""The currency of those terms: in another one they say nothing, and have to be stated."""
PROVIDER_TAKES: Final = 3
"""Elapsed time of a provider for one hour of own work (assumed, as there)."""
PATTERNS: Final[Mapping[str, Mapping[str, Mapping[str, str]]]] = {
    "early and late, Mon–Fri 07–20": {
        "early": {"Mon-Fri": "07:00-16:00"},
        "late": {"Mon-Fri": "11:00-20:00"},
    },
    "two shifts, Mon–Fri 06–22": {
        "first": {"Mon-Fri": "06:00-14:00"},
        "second": {"Mon-Fri": "14:00-22:00"},
    },
    "weekends too, Mon–Sun 08–17": {
        "week": {"Mon-Fri": "08:00-17:00"},
        "weekend": {"Sat-Sun": "08:00-17:00"},
    },
    "round the clock, three shifts": {
        "morning": {"Mon-Sun": "06:00-14:00"},
        "evening": {"Mon-Sun": "14:00-22:00"},
        "night": {"Mon-Sun": "22:00-06:00"},
    },
}
"""Customary patterns of shifts, offered beside the scenario's own."""


@dataclass(frozen=True)
class Heads:
    """How many people of a tier, or of a team of it, work in a shift.

    Attributes
    ----------
    path : str
        ``tiers.L1.staff.day``.
    label : str
    now, most : int
        Heads there are, and as many as are offered.
    """

    path: str
    label: str
    now: int
    most: int


def heads(scenario: Scenario) -> Iterator[Heads]:
    """List the heads of every tier, team and shift that has own staff."""
    for tier, known in scenario.tiers.items():
        staffs = [(f"tiers.{tier}.staff", tier, known.staff or {})] + [
            (f"tiers.{tier}.teams.{name}.staff", f"{tier} {name}", team.staff)
            for name, team in known.teams.items()
        ]
        for path, who, staff in staffs:
            for shift, now in staff.items():
                if all("." not in key for key in (tier, shift, who)):
                    # A calibrated desk calls its shifts after their tiers: "L1 day".
                    label = f"{who}, {shift.removeprefix(f'{tier} ')}"
                    yield Heads(f"{path}.{shift}", label, now, 2 * now + ROOM)


def hours(scenario: Scenario) -> dict[str, dict[str, Any]]:
    """List the hours in which the first tier's people could work: a choice, and its changes.

    The same heads are shared out over the shifts of a pattern, the earlier ones first.
    """
    tier, known = next(iter(scenario.tiers.items()))
    if known.staff is None or "." in tier:
        return {AS_IS: {}}
    there = sum(known.staff.values())
    found: dict[str, dict[str, Any]] = {AS_IS: {}}
    for name in scenario.shifts:
        if list(known.staff) != [name]:
            found[f"all in “{name}”"] = {f"tiers.{tier}.staff": {name: there}}
    for name, shifts in PATTERNS.items():
        if any(shift in scenario.shifts or shift in scenario.hours for shift in shifts):
            continue
        plan = {f"shifts.{shift}": {**week} for shift, week in shifts.items()}
        found[name] = {**plan, f"tiers.{tier}.staff": _shared(there, list(shifts))}
    return found


@dataclass(frozen=True)
class Price:
    """What a tier's people cost.

    Attributes
    ----------
    path : str
        ``tiers.L1.cost``.
    label : str
    now : float
        Per paid hour, in the scenario's currency; 0 where none is stated.
    """

    path: str
    label: str
    now: float


def prices(scenario: Scenario) -> Iterator[Price]:
    """List what the people of each tier cost."""
    for name, tier in scenario.tiers.items():
        if tier.provider is None and "." not in name:
            yield Price(f"tiers.{name}.cost", name, tier.cost)


def _shared(count: int, shifts: list[str]) -> dict[str, int]:
    each, more = divmod(count, len(shifts))
    return {shift: each + (place < more) for place, shift in enumerate(shifts)}


def terms(currency: str) -> dict[str, Any]:
    """Return the assumed terms of a provider; without prices in a currency that they are not in.

    Examples
    --------
    >>> terms("EUR")["price"], terms("USD")["price"]
    (260, 0)
    """
    return dict(PROVIDER) | ({} if currency == PRICED_IN else {"price": 0, "retainer": 0})


def outsourcing(scenario: Scenario) -> dict[str, Any] | None:
    """Return what gives the last tier's work to a provider; None where that is no question."""
    tier, known = list(scenario.tiers.items())[-1]
    if len(scenario.tiers) == 1 or known.provider is not None or "." in tier:
        return None
    changes: dict[str, Any] = {
        f"tiers.{tier}.{name}": None for name in ("staff", "pre_empts", "time_box", "short_box")
    }
    changes[f"tiers.{tier}.work"] = exact_duration(PROVIDER_TAKES * known.work)
    changes[f"tiers.{tier}.provider"] = terms(scenario.costs.currency)
    for name, empty in (("teams", {}), ("also_serves", {}), ("vacancies", [])):
        if getattr(known, name):
            changes[f"tiers.{tier}.{name}"] = empty
    for name in ("on_call", "change"):
        if getattr(known, name) is not None:
            changes[f"tiers.{tier}.{name}"] = None
    if "provider" not in scenario.hours and "provider" not in scenario.shifts:
        changes["hours.provider"] = dict(PROVIDER_HOURS)
    try:
        scenario.with_(changes, name=scenario.name)
    except ScenarioError:
        # Its people are planned for something else too, as permanent fixes or promised updates.
        return None
    return changes
