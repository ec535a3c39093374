"""What the desk has promised, what counts as healthy, and what things cost."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from sim.errors import UnitError
from sim.scenario.hours import Model
from sim.scenario.quantities import Duration, Money, Share, written
from sim.scenario.targets import Target

Leavers = Literal["missed", "short ones left out", "left out"]
"""How a level counts tickets that left unanswered."""
Reopened = Literal["stays stopped", "goes on", "starts anew"]
"""What the clock of a resolution does when a ticket comes back."""


class ServiceLevel(Model):
    """One promise: which clock, for which tickets, within what, and how often it must hold."""

    clock: Literal["respond", "resolve", "update"] = Field(
        description="`respond`: until somebody takes it up. `resolve`: until it is solved. "
        "`update`: a status update at least this often while it is open."
    )
    tier: str | None = Field(
        None,
        description="respond: tickets that reach this tier. resolve: tickets that this tier "
        "resolves (or holds when the period ends). Absent: all.",
    )
    priorities: tuple[str, ...] = Field((), description="Only these; absent: all.")
    topics: tuple[str, ...] = Field((), description="Only these; absent: all.")
    within: Target = Field(
        description="The target: `15 min`, `27 h`; in working days of `hours`: `2 working days`, "
        "`end of working day`, `end of next working day`."
    )
    hours: str = Field(
        "always",
        description="The clock runs in these named hours alone. With others than `always` a target "
        "of days is told as `3 working days` or as `72 h`, never as `3 d`.",
    )
    pauses: tuple[Literal["user", "vendor", "change"], ...] = Field(
        ("user", "vendor", "change"),
        description="The clock stops while the ticket waits for these.",
    )
    starts: Literal["creation", "arrival at the tier"] = Field(
        "arrival at the tier", description="Where the clock starts."
    )
    reopened: Reopened = Field(
        "stays stopped",
        description="resolve: after a ticket was reopened. `stays stopped`: the first resolution "
        "counts. `goes on`: the clock runs on until it is resolved again, without the time in which "
        "it was solved. `starts anew`: each time it has the whole target; the longest one counts.",
    )
    leavers: Leavers = Field(
        "missed",
        description="Tickets that left unanswered: `missed`: answered in time, of all who came "
        "(Erlang A's). `short ones left out`: of all but those who left within the target "
        "(contact centres'). `left out`: of the answered alone.",
    )
    goal: Share = Field(0.9, description="Share of tickets that meet the target.")
    credit: Money = Field(
        0.0,
        description="Service credit paid for each percentage point by which a week's share falls "
        "short of the goal.",
    )

    @model_validator(mode="after")
    def _reopened_acts(self) -> Self:
        if self.clock != "resolve" and self.reopened != "stays stopped":
            raise UnitError(
                "`reopened` is about the clock `resolve`; the others stop for good when a ticket is "
                "taken up or resolved"
            )
        return self


class Band(Model):
    """A range that a share should lie in."""

    low: Share = Field(description="The lower end.")
    high: Share = Field(description="The upper end.")

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.low >= self.high:
            raise UnitError("the low end of a band lies below the high end")
        return self


class Bands(Model):
    """What share of tickets the first line of a good desk resolves."""

    well_run: Band = Field(Band(low=0.60, high=0.80), description="The brief: 60-80 %.")
    healthy: Band = Field(Band(low=0.65, high=0.80), description="The brief: 65-80 %.")


class Signs(Model):
    """From where on a figure is a sign that the support model does not work."""

    bounced: Share = Field(
        0.20,
        description="Share of escalated tickets that bounce. Measured: 9-10 % of all tickets come "
        "back to a team that they had left, in two real logs with half of them handed over.",
    )
    routine: Duration = Field(
        written("1 h"),
        description="The time within which nine in ten of the first line's tickets are resolved, "
        "in users' hours (the brief: within the hour).",
    )
    recurring: Share = Field(
        0.10, description="Share of tickets from known problems (vendor paper, weak: 10-20 %)."
    )
    explaining: Annotated[float, Field(ge=0, le=10)] = Field(
        0.30, description="Re-explains per escalated ticket (assumed)."
    )


class Costs(Model):
    """What things cost, apart from people (`tiers.*.cost`)."""

    currency: Annotated[str, Field(min_length=1, max_length=8)] = Field(
        "EUR", description="How amounts are marked; nothing is converted."
    )
    overtime_factor: Annotated[float, Field(ge=1, le=5)] = Field(
        1.5, description="What an hour of overtime costs, against a normal one (assumed)."
    )
    user_hour: Money = Field(
        0.0, description="What a lost working hour of a user costs; 0 leaves it out of totals."
    )
