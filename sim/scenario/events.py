"""What strikes many at once, and what keeps striking: major incidents, and problems."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from sim.errors import UnitError
from sim.scenario.hours import Model
from sim.scenario.laws import Law, LawName, law
from sim.scenario.quantities import Date, Duration, Rate, Share, written
from sim.scenario.waiting import LAW_WORDS


class Incident(Model):
    """A kind of major or security incident.

    One ticket of the most urgent priority, several engineers at once, many users who call about the
    same thing (their tickets are linked, and closed with the incident), and a review afterwards.
    """

    rate: Rate | None = Field(None, description="How often it happens, at random: `4 / year`.")
    on: tuple[Date, ...] = Field((), description="Or the days on which it happens.")
    at: Duration = Field(
        written("10 h"), description="Time after midnight at which it starts, on those days."
    )
    priority: str = Field(description="Priority of the work on it.")
    topic: str = Field(description="What it is about: decides which teams work on it.")
    engineers: dict[str, Annotated[int, Field(ge=1, le=1000)]] = Field(
        description="How many work on it at once, by tier.", min_length=1
    )
    work: Duration = Field(written("4 h"), description="Mean work of each of them (assumed).")
    work_cv: Annotated[float, Field(ge=0, le=5)] = Field(
        0.6, description="Coefficient of variation of that work (assumed)."
    )
    work_law: LawName = Field("lognormal", description=LAW_WORDS)
    linked: Annotated[float, Field(ge=0, le=1_000_000)] = Field(
        0.0, description="Mean number of users who call about it, if it is not contained before."
    )
    linked_over: Duration = Field(
        written("4 h"), description="Mean time after its start at which they call (exponential)."
    )
    linked_work: Duration = Field(
        written("4 min"), description="Time of the first tier to log and link one (assumed)."
    )
    review: Duration = Field(
        0, description="Work of review or forensics after it, at the last of its tiers."
    )

    @model_validator(mode="after")
    def _check(self) -> Self:
        if (self.rate is None) == (not self.on):
            raise UnitError("an incident has either a `rate` or days (`on`)")
        if self.rate == 0:
            raise UnitError("an incident that never happens needs no `rate`: leave it out")
        self.law_of_work()
        return self

    def law_of_work(self) -> Law:
        """Return the law of the work of each engineer."""
        given = self.work_cv != type(self).model_fields["work_cv"].default
        return law(self.work_law, self.work_cv, field="work", cv_given=given)


class Problems(Model):
    """Causes that keep making tickets until somebody fixes them for good."""

    count: Annotated[int, Field(ge=1, le=100_000)] = Field(
        description="How many there are when the period begins."
    )
    share: Share = Field(
        0.15,
        description="Share of tickets that are symptoms of one (vendor paper, weak: 10-20 %).",
    )
    concentration: Annotated[float, Field(ge=0, le=5)] = Field(
        1.0,
        description="How unequal they are: the k-th makes tickets in proportion to k ^ "
        "-concentration (assumed).",
    )
    tier: str = Field(description="The tier that fixes them, in its reserved time.")
    reserved: Share = Field(
        0.0,
        description="Part of each shift of that tier that is reserved for fixing; when nothing is "
        "left to fix, it goes to tickets.",
    )
    fix: Duration = Field(
        written("16 h"), description="Mean work of one attempt at a fix (assumed)."
    )
    fix_cv: Annotated[float, Field(ge=0, le=5)] = Field(
        0.8, description="Coefficient of variation of that work (assumed)."
    )
    fix_law: LawName = Field("lognormal", description=LAW_WORDS)
    success: Share = Field(0.7, description="Chance that an attempt holds (assumed).")

    @model_validator(mode="after")
    def _check_law(self) -> Self:
        self.law_of_fix()
        return self

    def law_of_fix(self) -> Law:
        """Return the law of the work of one attempt."""
        given = self.fix_cv != type(self).model_fields["fix_cv"].default
        return law(self.fix_law, self.fix_cv, field="fix", cv_given=given)
