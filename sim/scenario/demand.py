"""What is asked of the desk: volume over time, topics, priorities, channels."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from sim.errors import UnitError
from sim.scenario.hours import Model, Profile
from sim.scenario.laws import Law, LawName, law
from sim.scenario.quantities import Duration, Rate, Share, SignedShare, written
from sim.scenario.waiting import LAW_WORDS, Variation

OFFICE_PROFILE = Profile.model_validate(
    {
        "Mon": {"07-08": 40, "08-12": 150, "12-13": 80, "13-17": 110, "17-18": 40},
        "Tue-Fri": {"07-08": 30, "08-12": 120, "12-13": 70, "13-17": 95, "17-18": 35},
        "Mon-Fri": {"18-22": 4, "22-24": 1, "00-07": 1},
        "Sat-Sun": {"00-08": 0.5, "08-18": 4, "18-24": 1},
    }
)
"""Office hours with a Monday peak (measured: 83 % on Mon-Fri 8-18, Mondays 15-20 % above)."""

Difficulty = Annotated[float, Field(gt=0, lt=1)]


class Priority(Model):
    """A class of service."""

    share: Share = Field(description="Share of tickets of topics that do not say otherwise.")


class Channel(Model):
    """A way in which users reach the desk."""

    share: Share = Field(description="Share of tickets.")
    patience: Duration | None = Field(
        None,
        description="Mean time that a caller waits before hanging up. Absent: nobody leaves, "
        "as with e-mail or a portal.",
    )
    patience_law: LawName = Field("exponential", description=LAW_WORDS)
    patience_cv: Variation = Field(1.0, description="Coefficient of variation of the patience.")
    redials: Share = Field(0.0, description="Share of those who hung up that call again.")
    redial_after: Duration = Field(
        written("20 min"), description="Mean time before they do (assumed)."
    )
    redial_law: LawName = Field("exponential", description=LAW_WORDS)
    redial_cv: Variation = Field(1.0, description="Coefficient of variation of that time.")

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.redials and self.patience is None:
            raise UnitError("`redials` needs `patience`: nobody hangs up without it")
        self.law_of("patience")
        self.law_of("redial")
        return self

    def law_of(self, what: Literal["patience", "redial"]) -> Law:
        """Return the law of the patience, or of the time before calling again."""
        name, cv = getattr(self, f"{what}_law"), getattr(self, f"{what}_cv")
        return law(
            name, cv, field=what, cv_given=cv != type(self).model_fields[f"{what}_cv"].default
        )


class Topic(Model):
    """A kind of request or incident."""

    share: Share = Field(description="Share of tickets.")
    difficulty: Difficulty = Field(
        description="Mean of a Beta distribution on (0, 1); a tier of the same `ability` solves "
        "half of such tickets."
    )
    spread: Annotated[float, Field(ge=0, lt=0.5)] = Field(
        0.1, description="Standard deviation of the difficulty (assumed)."
    )
    work: dict[str, Duration] = Field(
        default_factory=dict,
        description="Mean touch time by tier, where it differs from the tier's own `work`.",
    )
    runbook: Share = Field(
        0.0, description="Share of the topic's tickets that a runbook exists for."
    )
    goes_to: str | None = Field(
        None, description="The tier at which such tickets come in, where not the first."
    )
    self_service: Share = Field(
        0.0, description="Share of users who find the answer themselves, and send no ticket."
    )
    priorities: dict[str, Share] = Field(
        default_factory=dict,
        description="Shares of priorities, where they differ from `priorities`.",
    )
    impact: dict[str, Share] = Field(
        default_factory=dict, description="Shares of impact, for `demand.priority_matrix`."
    )
    urgency: dict[str, Share] = Field(
        default_factory=dict, description="Shares of urgency, for `demand.priority_matrix`."
    )
    stops_work: Share = Field(
        0.22,
        description="Share of a user's working time lost until restored, on average (measured: "
        "22 % of tickets stop someone's work, Fixify 2026).",
    )

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.spread**2 >= self.difficulty * (1 - self.difficulty):
            raise UnitError(
                f"a spread of {self.spread} is not possible with a mean difficulty of "
                f"{self.difficulty}: it must stay below "
                f"{(self.difficulty * (1 - self.difficulty)) ** 0.5:.2g}"
            )
        if bool(self.impact) != bool(self.urgency):
            raise UnitError("`impact` and `urgency` go together")
        if self.impact and self.priorities:
            raise UnitError("give `priorities`, or `impact` and `urgency`, not both")
        return self


class Demand(Model):
    """How many tickets come, and when."""

    volume: Rate = Field(description="Mean tickets in a week without holidays: `460 / week`.")
    arrivals: Literal["Poisson"] | LawName = Field(
        "Poisson",
        description="How they come at an even rate: `Poisson`, `deterministic` (one every so often), or "
        "gaps of another law (a renewal process). Where the rate changes, time runs faster or slower.",
    )
    arrivals_cv: Variation = Field(
        1.0, description="Coefficient of variation of the gaps, where `arrivals` is a law."
    )
    batch: Annotated[float, Field(ge=1, le=1000)] = Field(
        1.0, description="Mean tickets that come at once; the volume stays."
    )
    batch_law: Literal["geometric", "fixed"] = Field(
        "geometric", description="How the size of a batch varies; `fixed` needs a whole number."
    )
    users: Annotated[int, Field(ge=1)] | None = Field(
        None, description="How many people the desk serves; for figures per user."
    )
    profile: Profile = Field(
        OFFICE_PROFILE, description="Weights of the hours of the week, in local time."
    )
    busyness: SignedShare = Field(
        0.14,
        ge=0,
        le=2,
        description="Coefficient of variation of a day's busyness: a gamma factor of mean 1 "
        "(measured: 0.14 within a weekday in one real log).",
    )
    holiday_share: Share = Field(
        0.1, description="Demand on a holiday, against a day of its weekday."
    )
    growth: SignedShare = Field(0.0, ge=-0.99, le=10, description="Growth of the volume in a year.")
    hardness: Annotated[float, Field(ge=0, le=5)] = Field(
        1.0,
        description="How much longer a hard ticket takes: work is multiplied by 1 + hardness x "
        "(difficulty - the topic's mean), at least 0.2 (assumed).",
    )
    priority_matrix: dict[str, dict[str, str]] = Field(
        default_factory=dict,
        description="Priority by impact, then urgency; topics give shares of both.",
    )

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.arrivals == "Poisson":
            if self.arrivals_cv != 1:
                raise UnitError(
                    "Poisson arrivals vary by 1; name a law in `arrivals`, such as gamma"
                )
        else:
            self.law_of_gaps()
        if self.batch_law == "fixed" and self.batch != round(self.batch):
            raise UnitError(f"a fixed `batch` is a whole number, not {self.batch:g}")
        return self

    def law_of_gaps(self) -> Law:
        """Return the law of the gaps between arrivals, at an even rate."""
        name = "exponential" if self.arrivals == "Poisson" else self.arrivals
        given = self.arrivals_cv != type(self).model_fields["arrivals_cv"].default
        return law(name, self.arrivals_cv, field="arrivals", cv_given=given)
