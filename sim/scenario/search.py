"""What a search may move, what must hold, and what it is to be cheapest in."""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from sim.errors import UnitError
from sim.scenario.hours import Model
from sim.scenario.quantities import Duration, Share

MOST_VALUES = 200
"""Values of one thing that may move."""


class Range(Model):
    """Values from one end to the other; whole numbers by steps of 1, shares by `step`."""

    low: Annotated[int, Field(ge=0, le=100_000)] | Share = Field(
        alias="from", description="The least: heads (`4`) or a share (`50 %`)."
    )
    high: Annotated[int, Field(ge=0, le=100_000)] | Share = Field(
        alias="to", description="The most."
    )
    step: Annotated[int, Field(ge=1)] | Share | None = Field(
        None, description="Between values; 1 for heads, 5 % for shares if absent."
    )

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.low >= self.high:
            raise UnitError("`from` lies below `to`")
        if self.step is not None and self.step <= 0:
            raise UnitError("`step` is more than 0")
        if len(self.values()) > MOST_VALUES:
            raise UnitError(f"more than {MOST_VALUES} values; take a larger `step`")
        return self

    @property
    def heads(self) -> bool:
        """Whether these are counts of people."""
        return isinstance(self.low, int) and isinstance(self.high, int)

    def values(self) -> tuple[float, ...]:
        """Return every value, from low to high.

        Examples
        --------
        >>> Range.model_validate({"from": 4, "to": 6}).values()
        (4, 5, 6)
        >>> Range.model_validate({"from": "50 %", "to": "60 %"}).values()
        (0.5, 0.55, 0.6)
        """
        if self.heads:
            step = int(self.step or 1)
            return tuple(range(int(self.low), int(self.high) + 1, step))
        step_share = float(self.step or 0.05)
        count = round((self.high - self.low) / step_share, 9)
        return tuple(round(self.low + i * step_share, 9) for i in range(int(count) + 1))


class Promise(Model):
    """Something that must hold: a service level, the first line's share, or any metric."""

    level: str | None = Field(None, description="A service level: its goal is met.")
    weeks: Share | None = Field(
        None, description="With `level`: its goal is met in at least this share of weeks."
    )
    metric: str | None = Field(None, description="Or any metric, as `utilisation[L2]`.")
    at_least: Share | float | None = Field(None, description="Its least value.")
    at_most: Share | float | None = Field(None, description="Its greatest value.")

    @model_validator(mode="after")
    def _check(self) -> Self:
        if (self.level is None) == (self.metric is None):
            raise UnitError("a promise names a `level` or a `metric`")
        if self.level is not None and not (self.at_least is None and self.at_most is None):
            raise UnitError("a `level` has its goal already; `at_least` goes with `metric`")
        if self.metric is not None and self.at_least is None and self.at_most is None:
            raise UnitError("a `metric` needs `at_least` or `at_most`")
        if self.weeks is not None and self.level is None:
            raise UnitError("`weeks` goes with `level`")
        return self


class Search(Model):
    """The question "what would it take?"."""

    move: dict[str, Range] = Field(
        default_factory=dict,
        description="What may move, by path. Absent: every head count by half, and the quality of "
        "documentation.",
    )
    choose: dict[str, dict[str, dict[str, Any]]] = Field(
        default_factory=dict,
        description="Alternatives: name of the choice, then of each alternative, then its changes.",
    )
    hold: tuple[Promise, ...] = Field(
        (), description="What must hold; absent: every service level meets its goal."
    )
    minimise: str = Field("total_cost", description="The metric to be least.")
    confidence: Share = Field(0.95, description="Of every promise, and of being the cheapest.")
    replications: Annotated[int, Field(ge=4, le=100_000)] = Field(
        360,
        description="Replications of one desk at most; rivals of the best so far get a quarter.",
    )
    time: Duration | None = Field(
        None,
        description="How long it may take. With a limit the answer may depend on the machine; "
        "without one it depends on the seed alone.",
    )
