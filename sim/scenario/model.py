"""A scenario: what the user says about a service desk, checked and frozen.

Every part is a frozen pydantic model. The reference of all fields (``scenarios/REFERENCE.md``) is
generated from the descriptions here. A field's default says where it comes from: *measured* (in a
published survey or a real log), or *assumed*.
"""

from __future__ import annotations

import datetime as dt
import zoneinfo
from collections.abc import Mapping
from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from sim.errors import UnitError
from sim.scenario.demand import Channel, Demand, Priority, Topic
from sim.scenario.events import Incident, Problems
from sim.scenario.hours import ALL_HOURS, DaysOff, Hours, Model
from sim.scenario.promises import Bands, Costs, ServiceLevel, Signs
from sim.scenario.quantities import Date, Duration, Share, written
from sim.scenario.search import Search
from sim.scenario.support import MOST_NAMES, Documentation, Knowledge, Routing, Tier
from sim.scenario.waiting import Updates, Users
from sim.units import exact_duration, exact_rate

LONGEST_NAME = 200
Named = Annotated[str, Field(min_length=1, max_length=LONGEST_NAME)]
LONGEST_PERIOD_MS = 20 * 365 * 24 * 3_600_000


class Period(Model):
    """What stretch of time is simulated."""

    start: Date = Field(dt.date(2026, 1, 5), description="First day, at midnight local time.")
    length: Duration = Field(written("13 weeks"), description="How long, warm-up included.")
    warm_up: Duration = Field(
        written("2 weeks"),
        description="Time in which the desk fills up; its tickets are not counted.",
    )
    time_zone: str = Field("UTC", description="IANA name of the zone in which local times are.")

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.length == 0:
            raise UnitError("the period has no length")
        if self.length > LONGEST_PERIOD_MS:
            raise UnitError("the period is longer than 20 years")
        if self.warm_up >= self.length:
            raise UnitError("the warm-up is as long as the period: nothing would be counted")
        check_zone(self.time_zone)
        return self


def check_zone(name: str) -> None:
    """Raise ``UnitError`` unless a time zone of this name exists."""
    try:
        zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        raise UnitError(f"{name!r} is no time zone; write for example 'Europe/Paris'") from None


class Site(Model):
    """Where users sit: its own clock, days off, and part of the demand."""

    share: Share = Field(description="Share of the tickets that come from there.")
    time_zone: str = Field(
        description="IANA name of its zone: `demand.profile` holds on its clock for what comes from there."
    )
    holidays: tuple[Date, ...] = Field(
        (), description="Its holidays, instead of the scenario's.", max_length=2000
    )
    half_days: tuple[Date, ...] = Field(
        (),
        description="Days on which its hours and shifts end at noon, and its demand is then that of "
        "a holiday.",
        max_length=2000,
    )

    @model_validator(mode="after")
    def _check(self) -> Self:
        check_zone(self.time_zone)
        return self


class Scenario(Model):
    """A service desk, what it is asked, and what it has promised."""

    name: Named = Field(description="What it is called in tables and charts.")
    about: str = Field("", description="What desk this is: who, how many, when.")
    lesson: str = Field("", description="One sentence: what to look for in the result.")
    caution: str = Field(
        "", description="What has to be known before its results are used; told beside them."
    )
    period: Period = Field(default_factory=Period)
    holidays: tuple[Date, ...] = Field(
        (),
        description="Days on which shifts and hours do not hold, unless they say so.",
        max_length=2000,
    )
    half_days: tuple[Date, ...] = Field(
        (),
        description="Days on which shifts and hours end at noon, unless they hold on holidays.",
        max_length=2000,
    )
    sites: dict[Named, Site] = Field(
        default_factory=dict,
        description="Sites of the users; hours and shifts that name one (`site`) are kept there. "
        "Absent: one, in the period's time zone.",
        max_length=MOST_NAMES,
    )
    shifts: dict[Named, Hours] = Field(
        description="When people work: names for `tiers.*.staff`.",
        min_length=1,
        max_length=MOST_NAMES,
    )
    hours: dict[Named, Hours] = Field(
        default_factory=dict,
        description="Named hours for clocks and delays; `always` is known already.",
        max_length=MOST_NAMES,
    )
    demand: Demand
    priorities: dict[Named, Priority] = Field(
        description="Classes of service, the most urgent first.", min_length=1, max_length=16
    )
    channels: dict[Named, Channel] = Field(
        default_factory=lambda: {"portal": Channel(share=1)},
        description="How tickets come in.",
        min_length=1,
        max_length=64,
    )
    topics: dict[Named, Topic] = Field(
        description="What tickets are about.", min_length=1, max_length=1000
    )
    tiers: dict[Named, Tier] = Field(
        description="The lines of support, the first line first.", min_length=1, max_length=5
    )
    documentation: Documentation = Field(default_factory=Documentation)
    knowledge: Knowledge = Field(default_factory=Knowledge)
    routing: Routing = Field(default_factory=Routing)
    users: Users = Field(default_factory=Users)
    updates: Updates | None = Field(None, description="Status updates that are promised.")
    incidents: dict[Named, Incident] = Field(
        default_factory=dict, description="Major and security incidents.", max_length=100
    )
    problems: Problems | None = Field(None, description="Causes of recurring tickets.")
    service_levels: dict[Named, ServiceLevel] = Field(
        default_factory=dict, description="What is promised.", max_length=MOST_NAMES
    )
    bands: Bands = Field(default_factory=Bands)
    signs: Signs = Field(default_factory=Signs)
    costs: Costs = Field(default_factory=Costs)
    search: Search | None = Field(None, description="What `tiersim search` looks for.")

    @model_validator(mode="after")
    def _check(self) -> Self:
        from sim.scenario.consistency import faults  # noqa: PLC0415 - it needs this class

        found = faults(self)
        if found:
            raise UnitError("\n".join(found))
        for hours in (*self.shifts.values(), *self.hours.values()):
            if hours.site is not None:
                site = self.sites[hours.site]
                hours.settle(DaysOff(site.time_zone, site.holidays, site.half_days))
            elif self.half_days:
                zone = hours.time_zone or self.period.time_zone
                hours.settle(DaysOff(zone, self.holidays, self.half_days))
        for name, level in self.service_levels.items():
            if level.within.working:
                day_ms = self.hours_named(level.hours).working_day_ms()
                within = level.within.in_days_of(day_ms)
                self.service_levels[name] = level.model_copy(update={"within": within})
        return self

    @property
    def currency_and_day(self) -> tuple[str, int]:
        """How amounts are marked, and how long users' working day is, in ms: what figures are written in."""
        return self.costs.currency, self.hours_named(self.users.hours).working_day_ms()

    def __repr__(self) -> str:
        people = []
        for name, tier in self.tiers.items():
            staffs = [tier.staff or {}, *(team.staff for team in tier.teams.values())]
            heads = sum(sum(staff.values()) for staff in staffs) + len(tier.people)
            people.append(f"{name} {'a provider' if tier.provider else heads}")
        return (
            f"<Scenario {self.name!r}: {exact_rate(self.demand.volume)}, {len(self.topics)} topics; "
            f"{', '.join(people)}; {exact_duration(self.period.length)}. print(sim.dumps(…)) shows all>"
        )

    __str__ = __repr__

    def hours_named(self, name: str) -> Hours:
        """Return named hours or a shift; ``always`` is every hour."""
        if name in self.hours:
            return self.hours[name]
        if name in self.shifts:
            return self.shifts[name]
        if name == "always":
            return ALL_HOURS
        raise KeyError(name)

    def with_(self, changes: Mapping[str, Any], *, name: str | None = None) -> Scenario:
        """Return a new scenario with some fields changed.

        Parameters
        ----------
        changes : mapping of str to anything
            Dotted paths to values as a file would hold them: ``{"tiers.L1.staff.day": 7}``.
        name : str, optional
            The new scenario's name; the old one with the changes if absent.

        Raises
        ------
        ScenarioError
            If a path or a value is not allowed.
        """
        from sim.scenario.change import changed  # noqa: PLC0415 - it needs this class

        return changed(self, changes, name=name)
