"""A desk made from facts: as a scenario, with the numbers behind it filled in."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from scipy.optimize import brentq

from sim.errors import Fault, ScenarioError
from sim.facts import usual
from sim.facts.stated import LONGEST_SHIFT_H, Facts, Promise, TierFacts, minutes
from sim.scenario.checking import judged
from sim.scenario.hours import Hours
from sim.scenario.model import Scenario
from sim.scenario.quantities import DAY_MINUTES, write_day_range
from sim.scenario.wording import dotted
from sim.study.implied import Implied, implied
from sim.units import MINUTE

Origin = Literal["stated", "inferred", "assumed"]
WEEKS: Final = 13
WARM_UP_WEEKS: Final = 4
LONG_DAY_MIN: Final = LONGEST_SHIFT_H * 60
FULL_SHIFT_MIN: Final = 8 * 60
USUAL_ABILITY: Final = 1.2
"""Of the last tier: it solves nearly everything that comes to it, if it takes its time."""
VOLUME: Final = "demand.volume"
"""The path of the tickets a week."""
_ABILITIES: Final = (-1.0, 3.0)
_DIFFICULTY, _SPREAD, _RUNBOOK = 0.45, 0.16, "60 %"
"""Of the one kind of ticket: the mix of the gallery's base (assumed). The share solved sets the ability."""
_DEFAULT_PROMISES: Final = (("respond", "15 min", 0.9), ("resolve", "1 h", 0.8))
_LATER: Final = ("4 h", None)
_WORKING_DAYS: Final = 3


@dataclass(frozen=True)
class Latent:
    """A number that nobody states exactly.

    Attributes
    ----------
    path : str
        Its key in the scenario.
    kind : {"duration", "share"}
        Durations are inferred on the logarithm of minutes (a volume on that of tickets a week), shares on
        their logit.
    middle, spread : float
        What is known before any figure of the desk is looked at: mean and standard deviation there.
    origin : {"stated", "assumed"}
    source : str
    """

    path: str
    kind: Literal["duration", "share"]
    middle: float
    spread: float
    origin: Origin
    source: str

    def value(self, sds: float) -> float:
        """Return the number so many standard deviations from its middle: minutes, or a share."""
        at = self.middle + sds * self.spread
        return math.exp(at) if self.kind == "duration" else usual.share_of(at)


def latents(known: Facts) -> tuple[Latent, ...]:
    """List what has to be inferred, or assumed: handling times, and tickets that lie in a list."""
    found = []
    for place, (name, tier) in enumerate(known.tiers.items()):
        found.append(_work(f"tiers.{name}.work", place, tier))
        if not tier.provider and _timed(known, name):
            lies = usual.LIES
            found.append(
                Latent(
                    f"tiers.{name}.left_lying.share", "share", usual.logit(lies.value), lies.spread,
                    "assumed", lies.source,
                )
            )  # fmt: skip
    return tuple(found)


def volume(known: Facts) -> Latent:
    """Return the volume as a number to be inferred, where somebody doubts it."""
    return Latent(VOLUME, "duration", math.log(known.volume_per_week()), 1.0, "stated", "stated")


def _timed(known: Facts, name: str) -> bool:
    """Tell whether a fact says how long tickets take at a tier."""
    promises = promised(known).values()
    return known.tiers[name].takes is not None or any(
        one.tier == name and one.today is not None for one in promises
    )


def _work(path: str, place: int, tier: TierFacts) -> Latent:
    if tier.work is None:
        own = usual.at(usual.WORK_MIN, place)
        return Latent(path, "duration", math.log(own.value), own.spread, "assumed", own.source)
    low, high = minutes(tier.work)
    spread = max(math.log(high / low) / usual.RANGE_SDS, usual.WORK_SPREAD_KNOWN)
    stated = f"stated: {low:g} min" if low == high else f"stated: {low:g} to {high:g} min"
    return Latent(path, "duration", math.log(low * high) / 2, spread, "stated", stated)


def desk(known: Facts, numbers: Mapping[str, float], *, weeks: int = WEEKS) -> Scenario:
    """Make the scenario of a desk.

    Parameters
    ----------
    known : Facts
    numbers : mapping of str to float
        Minutes and shares by the paths of ``latents``.
    weeks : int
        Length of the period, warm-up included.

    Raises
    ------
    ScenarioError
        If what is stated cannot be a desk.
    """
    tree = _tree(known, numbers, weeks)
    made, findings = judged(tree)
    if made is None:
        raise ScenarioError(Fault(one.what, dotted(one.path)) for one in findings)
    for place, (name, tier) in enumerate(list(known.tiers.items())[:-1]):
        wanted = usual.at(usual.SOLVES, place).value if tier.solves is None else tier.solves
        made = _with_ability(made, name, wanted, place)
    return made


def _with_ability(scenario: Scenario, name: str, wanted: float, place: int) -> Scenario:
    """Give a tier the ability with which it solves a share of what comes to it."""

    def able(ability: float) -> Scenario:
        return scenario.with_({f"tiers.{name}.ability": ability}, name=scenario.name)

    def beyond(ability: float) -> float:
        return solved(implied(able(ability)), name, place) - wanted

    low, high = _ABILITIES
    if beyond(low) > 0 or beyond(high) < 0:
        reachable = solved(implied(able(high)), name, place)
        raise ScenarioError(
            [
                Fault(
                    f"{wanted:.0%} cannot be solved here; at most {reachable:.0%}",
                    f"tiers.{name}.solves",
                )
            ]
        )
    return able(round(float(brentq(beyond, low, high, xtol=1e-4)), 4))


def solved(found: Implied, name: str, place: int) -> float:
    """Return the share of what comes to a tier that it solves."""
    if place == 0:
        return found.l1_share
    reaches = found.reaches[name]
    return found.resolves[name] / reaches if reaches else float("nan")


def _tree(known: Facts, numbers: Mapping[str, float], weeks: int) -> dict[str, Any]:
    shifts: dict[str, Any] = {}
    tiers: dict[str, Any] = {}
    hours: dict[str, Any] = {}
    for place, (name, tier) in enumerate(known.tiers.items()):
        hours[f"{name} hours"] = dict(tier.hours)
        tiers[name] = _tier(known, name, place, numbers, shifts)
    first = next(iter(known.tiers))
    share = known.complete if known.complete is not None else usual.COMPLETE
    return {
        "name": known.name,
        "period": {
            "length": f"{weeks} weeks",
            "warm_up": f"{min(WARM_UP_WEEKS, weeks // 2)} weeks",
            "time_zone": known.time_zone,
        },
        "shifts": shifts,
        "hours": hours,
        "demand": {
            "volume": f"{numbers.get(VOLUME, known.volume_per_week()):.12g} / week",
            "users": known.users,
            **_profile(known),
        },
        "priorities": {"P1": {"share": "1 %"}, "P2": {"share": "4 %"}, "P3": {"share": "95 %"}},
        "channels": _channels(known),
        "topics": {
            "all tickets": {
                "share": 1, "difficulty": _DIFFICULTY, "spread": _SPREAD, "runbook": _RUNBOOK,
            }
        },
        "tiers": tiers,
        # Four fields are each complete or not; that all are is their product.
        "documentation": {"quality": round(share ** (1 / 4), 6)},
        "users": {"hours": f"{first} hours"},
        "service_levels": {
            name: {
                "clock": one.clock,
                "tier": one.tier,
                "within": f"{one.within} ms",
                "hours": f"{one.tier} hours",
                "goal": one.goal,
            }
            for name, one in promised(known).items()
        },
        "costs": {"currency": known.currency, "user_hour": known.user_hour},
    }  # fmt: skip


def _channels(known: Facts) -> dict[str, Any]:
    """Return how tickets come: only those who call may hang up."""
    if known.calls is None:
        return {"portal": {"share": 1}}
    patience = usual.PATIENCE_MIN * MINUTE if known.patience is None else known.patience
    found: dict[str, Any] = {"phone": {"share": known.calls, "patience": f"{patience:.0f} ms"}}
    if known.calls < 1:
        found["portal"] = {"share": 1 - known.calls}
    return found


def _tier(
    known: Facts, name: str, place: int, numbers: Mapping[str, float], shifts: dict[str, Any]
) -> dict[str, Any]:
    tier = known.tiers[name]
    found: dict[str, Any] = {
        "ability": USUAL_ABILITY,
        "work": f"{numbers[f'tiers.{name}.work'] * MINUTE:.0f} ms",
        "asks_user": usual.ASKS_USER[min(place, len(usual.ASKS_USER) - 1)],
    }
    if known.reopened is not None:
        found["reopens"] = known.reopened
    if tier.provider:
        found["provider"] = {
            "hours": f"{name} hours",
            "price": tier.price,
            "retainer": tier.retainer,
        }
        return found
    found |= {
        "breaks": usual.BREAKS[min(place, len(usual.BREAKS) - 1)],
        "cost": tier.cost,
        "staff": {},
    }
    for label, week in _shifts(tier.hours):
        shift = f"{name} {label}"
        shifts[shift] = week
        found["staff"][shift] = tier.heads
    lies = numbers.get(f"tiers.{name}.left_lying.share")
    if lies is not None:
        wait = f"{tier.takes} ms" if tier.takes else "4 h"
        found["left_lying"] = {
            "share": round(lies, 4),
            "answers_in": wait,
            "hours": f"{name} hours",
        }
    if tier.on_call is not None:
        closed = f"{name} on call"
        shifts[closed] = {**_complement(tier.hours), "on_holidays": True}
        found["on_call"] = {"staff": {closed: 1}, "priority": tier.on_call}
    return found


def promised(known: Facts) -> dict[str, Promise]:
    """Return the promises: those stated, else those of the brief for the tiers there are."""
    if known.promises is not None:
        return dict(known.promises)
    names = list(known.tiers)
    found = {}
    for clock, within, goal in _DEFAULT_PROMISES:
        words = "response" if clock == "respond" else "resolution"
        found[f"{names[0]} {words}"] = Promise.model_validate(
            {
                "clock": clock,
                "tier": names[0],
                "within": within,
                "goal": goal,
                "today": known.answered_in_time if clock == "respond" else None,
            }
        )
    for name, stated in zip(
        names[1:], itertools.chain(_LATER, itertools.repeat(None)), strict=False
    ):
        longest = _WORKING_DAYS * max(
            end - start for start, end in _day_spans(known.tiers[name].hours)
        )
        found[f"{name} resolution"] = Promise.model_validate(
            {"clock": "resolve", "tier": name, "within": stated or f"{longest} min", "goal": 0.8}
        )
    return found


def _day_spans(hours: Mapping[str, str]) -> list[tuple[int, int]]:
    return Hours.model_validate(dict(hours)).spans()


def _shifts(hours: Mapping[str, str]) -> Iterable[tuple[str, dict[str, str]]]:
    """Cut opening hours into shifts that people can work."""
    spans = {
        days: [
            (start % DAY_MINUTES, start % DAY_MINUTES + end - start)
            for start, end in Hours.model_validate({days.split("-")[0]: text}).spans()
        ]
        for days, text in hours.items()
    }
    longest = max(end - start for each in spans.values() for start, end in each)
    count = 1 if longest <= LONG_DAY_MIN else math.ceil(longest / FULL_SHIFT_MIN)
    labels = ("day",) if count == 1 else ("early", "late", "night")[:count]
    for number, label in enumerate(labels):
        week = {}
        for days, each in spans.items():
            parts = []
            for start, end in each:
                if end - start <= LONG_DAY_MIN:
                    # A short day of a long week needs one shift alone.
                    cut = (start, end) if number == 0 else None
                else:
                    step = (end - start) / count
                    cut = (round(start + number * step), round(start + (number + 1) * step))
                if cut is not None:
                    parts.append(write_day_range(_within_a_day(cut)))
            if parts:
                week[days] = ", ".join(parts)
        yield label, week


def _within_a_day(cut: tuple[int, int]) -> tuple[int, int]:
    """Move a span that begins after midnight to the clock of its day."""
    start, end = cut
    return (start % DAY_MINUTES, start % DAY_MINUTES + end - start)


def _complement(hours: Mapping[str, str]) -> dict[str, str]:
    """Return the hours of the week outside some hours."""
    open_at = [False] * (7 * DAY_MINUTES)
    for start, end in _day_spans(hours):
        for minute in range(start, end):
            open_at[minute % len(open_at)] = True
    found = {}
    for day, name in enumerate(("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")):
        spans = []
        minute = 0
        there = open_at[day * DAY_MINUTES : (day + 1) * DAY_MINUTES]
        for is_open, run in itertools.groupby(there):
            length = len(list(run))
            if not is_open:
                spans.append(write_day_range((minute, minute + length)))
            minute += length
        if spans:
            found[name] = ", ".join(spans)
    return found


def _profile(known: Facts) -> dict[str, Any]:
    """Return when tickets come, as a file holds it; nothing for the usual office day."""
    if known.when == "office day":
        return {}
    if known.when == "morning peak":
        return {
            "profile": {
                "Mon-Fri": {"07-08": 50, "08-11": 180, "11-13": 90, "13-17": 60, "17-19": 15}
            }
        }
    if known.when == "round the clock":
        return {"profile": {"Mon-Sun": {"00-24": 1}}}
    first = next(iter(known.tiers.values()))
    if isinstance(known.when, str):
        weights = [0.0] * (7 * DAY_MINUTES // 60)
        for start, end in _day_spans(first.hours):
            for minute in range(start, end):
                weights[minute // 60 % len(weights)] += 1 / 60
        week = {
            day: {
                f"{hour:02}-{hour + 1:02}": round(weights[place * 24 + hour], 4)
                for hour in range(24)
                if weights[place * 24 + hour]
            }
            for place, day in enumerate(("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"))
        }
        return {"profile": {day: spans for day, spans in week.items() if spans}}
    spans = {f"{hour:02}-{hour + 1:02}": weight for hour, weight in enumerate(known.when) if weight}
    days = "Mon-Sun" if any("S" in days for days in first.hours) else "Mon-Fri"
    return {"profile": {days: spans}}
