"""What tickets wait for apart from the desk, and what the desk owes them meanwhile."""

from __future__ import annotations

import itertools
from typing import Annotated, Self

from pydantic import Field, model_validator

from sim.errors import UnitError
from sim.scenario.hours import Model
from sim.scenario.laws import Law, LawName, law
from sim.scenario.quantities import Duration, Share, written

Variation = Annotated[float, Field(ge=0, le=5)]
Seen = Annotated[tuple[Duration, ...], Field(max_length=10_000)]
"""Times that were seen; so many at most (of more, take every n-th of the sorted)."""
Shape = tuple[Annotated[float, Field(ge=0)], ...]
FEWEST_QUANTILES = 2
LAW_WORDS = (
    "Its distribution, by inverse transform. `exponential` has a variation of 1, `deterministic` of 0 "
    "(nothing else is allowed then); `uniform` 0.577 at most, `hyperexponential` (balanced means) 1 "
    "at least, `Erlang` 1/√k."
)
SEEN_WORDS = (
    "Times that were seen, each as likely, instead of variation and law: their proportions count, "
    "the mean stays `{}`."
)


class Answers(Model):
    """How long somebody takes to answer: a mean, and how answers lie around it."""

    answers_in: Duration = Field(description="Mean time until the answer, in `hours`.")
    answers_cv: Variation = Field(
        1.0, description="Coefficient of variation of that time (assumed)."
    )
    answers_law: LawName = Field("lognormal", description=LAW_WORDS)
    answers_shape: Shape = Field(
        (),
        description="Quantiles that were seen, evenly spaced from the shortest to the longest, "
        "instead of variation and law: their proportions count, the mean stays `answers_in`.",
    )
    answers_seen: Seen = Field((), description=SEEN_WORDS.format("answers_in"))

    @model_validator(mode="after")
    def _check_shape(self) -> Self:
        shape = self.answers_shape
        if shape and (len(shape) < FEWEST_QUANTILES or shape[-1] == 0):
            raise UnitError("`answers_shape` needs two quantiles or more, the last above 0")
        if shape and (self.answers_law != "lognormal" or self.answers_seen):
            raise UnitError("give `answers_law`, `answers_shape` or `answers_seen`")
        if any(later < earlier for earlier, later in itertools.pairwise(shape)):
            raise UnitError("`answers_shape` goes from the shortest to the longest")
        self.law()
        return self

    def law(self) -> Law:
        """Return the law of the time until the answer."""
        return law(
            self.answers_law,
            self.answers_cv,
            field="answers",
            cv_given=self.answers_cv != type(self).model_fields["answers_cv"].default,
            shape=self.answers_shape,
            seen=self.answers_seen,
        )


class Users(Answers):
    """The people who wait, and are waited for."""

    answers_in: Duration = Field(
        written("3 h"),
        description="Mean time until a user answers, in `hours` (lognormal; assumed).",
    )
    answers_cv: Variation = Field(
        1.5, description="Coefficient of variation of that time (assumed)."
    )
    hours: str = Field("always", description="Named hours in which users answer.")
    comes_back_after: Duration = Field(
        written("2 d"),
        description="Mean time until a ticket is reopened, in `hours` (assumed).",
    )
    comes_back_law: LawName = Field("exponential", description=LAW_WORDS)
    comes_back_cv: Variation = Field(1.0, description="Coefficient of variation of that time.")
    reopened_work: Share = Field(
        0.6, description="Work on a reopened ticket, as a part of a new one's (assumed)."
    )

    @model_validator(mode="after")
    def _check_law(self) -> Self:
        self.law_of_return()
        return self

    def law_of_return(self) -> Law:
        """Return the law of the time until a ticket comes back."""
        given = self.comes_back_cv != type(self).model_fields["comes_back_cv"].default
        return law(self.comes_back_law, self.comes_back_cv, field="comes_back", cv_given=given)


class PassedOn(Answers):
    """What tickets wait for at a tier that in the end passes them on."""

    share: Share = Field(description="Share of the tickets that the tier passes on.")
    answers_in: Duration = Field(
        written("1 d"), description="Mean wait, in the vendor's `hours` (assumed)."
    )


class Vendor(Answers):
    """A third party that some of a tier's tickets need an answer from."""

    share: Share = Field(description="Share of the tier's tickets that need the vendor.")
    answers_in: Duration = Field(
        written("2 d"), description="Mean time until it answers, in `hours` (lognormal; assumed)."
    )
    hours: str = Field("always", description="Named hours in which the vendor works.")
    info_requests: Share = Field(
        0.6,
        description="Data missing in the notes: chance that the vendor asks for it, which costs "
        "one more round (assumed).",
    )
    passed_on: PassedOn | None = Field(
        None,
        description="Tickets that wait likewise and are then passed on all the same; absent: none.",
    )


class HandedOver(Answers):
    """How tickets lie at a tier that they did not come in at."""

    share: Share = Field(description="Share of the times that a ticket is handed over to the tier.")
    answers_in: Duration = Field(
        written("4 h"),
        description="Mean time until somebody turns to it, in `hours` (assumed).",
    )
    hours: str = Field("always", description="Named hours in which that time runs.")


class LeftLying(Answers):
    """Tickets that lie in somebody's list before they are taken up, although people may be free.

    They are in the queue meanwhile, and nobody takes them up; more people do not change that.
    """

    share: Share = Field(description="Share of the tickets that come in at the tier.")
    answers_in: Duration = Field(
        written("4 h"), description="Mean time until somebody turns to it, in `hours` (assumed)."
    )
    hours: str = Field("always", description="Named hours in which that time runs.")
    handed_over: HandedOver | None = Field(
        None,
        description="Tickets that are handed over to the tier, or back to it; absent: none lie.",
    )


class ChangeWindow(Model):
    """Fixes that may only go in at certain times."""

    share: Share = Field(description="Share of the tier's tickets whose fix needs a window.")
    hours: str = Field(description="Named hours of the windows.")
    work: Duration = Field(
        written("30 min"), description="Work to bring the fix in, by the tier's people (assumed)."
    )


class Updates(Model):
    """Status updates that are promised from when a ticket reaches a tier until it is solved."""

    tier: str = Field(description="The tier whose people write them.")
    every: Duration = Field(written("1 d"), description="Time between updates, in `hours`.")
    hours: str = Field("always", description="Named hours in which that time runs.")
    work: Duration = Field(written("5 min"), description="Time to write one (assumed).")
    late_after: Duration = Field(
        written("4 h"),
        description="An update that nobody has taken up by then is late, and is not sent: "
        "the user may chase instead.",
    )
    chases: Share = Field(
        0.5, description="Share of late updates for which the user chases at the first tier."
    )
    chase_work: Duration = Field(
        written("4 min"), description="Time of the first tier for one chaser (assumed)."
    )
    most: Annotated[int, Field(ge=1, le=100)] = Field(
        10, description="Updates of one ticket that are simulated at most."
    )
