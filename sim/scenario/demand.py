"""What is asked of the desk: volume over time, topics, priorities, channels."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from sim.errors import UnitError
from sim.scenario.hours import Model, Profile
from sim.scenario.quantities import Duration, Rate, Share, SignedShare, written

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
        description="Mean time that a caller waits before hanging up (exponential). Absent: "
        "nobody leaves, as with e-mail or a portal.",
    )
    redials: Share = Field(0.0, description="Share of those who hung up that call again.")
    redial_after: Duration = Field(
        written("20 min"), description="Mean time before they do (exponential; assumed)."
    )

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.redials and self.patience is None:
            raise UnitError("`redials` needs `patience`: nobody hangs up without it")
        return self


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
