"""Who is there beside the plan of shifts: on call, vacancies, and a provider instead of own staff."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from sim.errors import UnitError
from sim.scenario.hours import Model
from sim.scenario.laws import Law, LawName, law
from sim.scenario.quantities import Date, Duration, Money, Share, written
from sim.scenario.waiting import LAW_WORDS, Variation

Heads = Annotated[int, Field(ge=0, le=100_000)]


class OnCall(Model):
    """People who are called out when something urgent waits and nobody is there."""

    staff: dict[str, Heads] = Field(
        description="Heads by shift: when they are on call.", min_length=1
    )
    priority: str = Field(description="Called for tickets of this priority, or a more urgent one.")
    after: Duration = Field(
        written("30 min"), description="Time until a called person can start (assumed)."
    )
    call_out: Money = Field(0.0, description="Price of one call-out.")
    standby: Money = Field(0.0, description="Price of an hour on call for one person.")


class Person(Model):
    """Somebody with a name, skills and a speed of their own, beside the heads of `staff`."""

    shift: str = Field(description="The shift that this person works.")
    speed: Annotated[float, Field(ge=0.1, le=10)] = Field(
        1.0, description="Work takes its time divided by this: 1.25 is a quarter more in an hour."
    )
    team: str | None = Field(None, description="The team, where the tier has several.")
    also_serves: dict[str, Duration] = Field(
        default_factory=dict,
        description="Skills: other queues that this person takes from, in this order, as in a team.",
    )


class Vacancy(Model):
    """A position that is empty for a while, and then filled by somebody who has to learn."""

    shift: str = Field(description="The shift that lacks people.")
    team: str | None = Field(None, description="The team, where the tier has several.")
    heads: Annotated[int, Field(ge=1, le=100_000)] = Field(1, description="How many.")
    start: Date = Field(description="First day without them.")
    until: Date | None = Field(None, description="First day of the successor; absent: never.")
    ramp_up: Duration = Field(
        0, description="Time until the successor takes a full share of the work."
    )
    starts_at: Share = Field(
        0.4, description="Share of the shift that the successor can work at first (assumed)."
    )

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.until is not None and self.until <= self.start:
            raise UnitError(f"a vacancy from {self.start} cannot end on {self.until}")
        if self.ramp_up and self.until is None:
            raise UnitError("`ramp_up` needs `until`: nobody comes to learn")
        return self


class Provider(Model):
    """A third party that does the work of a tier, with as many people as it takes."""

    hours: str = Field("always", description="Named hours in which the provider works.")
    intake: Duration = Field(
        written("2 h"), description="Mean time until a ticket is taken in, in `hours` (assumed)."
    )
    intake_law: LawName = Field("exponential", description=LAW_WORDS)
    intake_cv: Variation = Field(1.0, description="Coefficient of variation of that time.")
    info_requests: Share = Field(
        0.5,
        description="Data missing in the notes: chance that the provider sends a question back to "
        "the user before it starts (assumed).",
    )
    price: Money = Field(0.0, description="Price of a ticket.")
    retainer: Money = Field(0.0, description="Price of a month, whatever comes.")

    @model_validator(mode="after")
    def _check(self) -> Self:
        self.law()
        return self

    def law(self) -> Law:
        """Return the law of the time until a ticket is taken in."""
        given = self.intake_cv != type(self).model_fields["intake_cv"].default
        return law(self.intake_law, self.intake_cv, field="intake", cv_given=given)
