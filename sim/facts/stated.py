"""What somebody knows of a desk: ten facts, each but the first two optional."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, Final, Self

from pydantic import BeforeValidator, Field, PlainSerializer, ValidationError, model_validator

from sim.errors import Fault, ScenarioError, UnitError
from sim.facts import usual
from sim.scenario.hours import Hours, Model
from sim.scenario.quantities import Duration, Money, Rate, Share
from sim.scenario.wording import did_you_mean
from sim.units import DAY, HOURS_PER_WEEK, MINUTE, duration_ms, exact_duration

MOST_HEADS: Final = 100_000
LONGEST_SHIFT_H: Final = 10
"""Opening hours that are longer than this in a day are covered by several shifts."""
SHAPES: Final = ("office day", "morning peak", "even over the opening hours", "round the clock")
_TIERS: Final = ("L1", "L2", "L3", "L4", "L5")
_RANGE: Final = re.compile(r"^\s*([\d.]+)\s*([A-Za-z]*)\s*(?:-|to|–)\s*([\d.]+)\s*([A-Za-z]+)\s*$")
_UNKNOWN: Final = ("", "not known", "unknown", "?", "-")


def read_between(value: Any) -> Any:
    """Read ``"13 min"``, ``"10-15 min"`` or ``"not known"`` as ends in ms."""
    if value is None or isinstance(value, tuple):
        return value
    if isinstance(value, list):
        return tuple(map(duration_ms, value))
    if isinstance(value, str) and value.strip().lower() in _UNKNOWN:
        return None
    found = _RANGE.match(value) if isinstance(value, str) else None
    if found is None:
        exact = duration_ms(value)
        return (exact, exact)
    low, low_unit, high, high_unit = found.groups()
    ends = (duration_ms(f"{low} {low_unit or high_unit}"), duration_ms(f"{high} {high_unit}"))
    if ends[0] > ends[1]:
        raise UnitError(f"{value!r} ends before it begins")
    return ends


def _said(ends: tuple[int, int] | None) -> str | None:
    if ends is None:
        return None
    low, high = map(exact_duration, ends)
    return low if low == high else f"{low} to {high}"


Between = Annotated[
    tuple[int, int] | None,
    BeforeValidator(read_between),
    PlainSerializer(_said, return_type=str | None),
]
"""Ends in ms of what is known of a duration; None: nothing is."""


class TierFacts(Model):
    """What is known of a tier.

    Attributes
    ----------
    heads : int
        People planned at the same time within its hours; 0 with a provider.
    hours : dict of str to str
        When they are there: ``{"Mon-Fri": "08:00-17:00"}``.
    work : tuple of int, optional
        Handling time of a ticket that the tier solves, ms: ``"13 min"``, ``"10-15 min"``.
    solves : float, optional
        Share of what comes to it that it solves today.
    takes : int, optional
        Median time to resolution today of what it resolves, ms of elapsed time.
    cost : float
        Of a paid hour.
    on_call : str, optional
        Priority for which somebody is called outside the hours: ``"P1"``.
    provider : bool
        A third party does the work.
    price, retainer : float
        A provider's, for a ticket and a month.
    """

    heads: Annotated[int, Field(ge=0, le=MOST_HEADS)] = 0
    hours: dict[str, str] = Field(default_factory=lambda: {"Mon-Fri": "08:00-17:00"}, min_length=1)
    work: Between = None
    solves: Annotated[Share, Field(gt=0, lt=1)] | None = None
    takes: Duration | None = None
    cost: Money = 0.0
    on_call: str | None = None
    provider: bool = False
    price: Money = 0.0
    retainer: Money = 0.0

    @model_validator(mode="after")
    def _check(self) -> Self:
        if not self.provider and not self.heads:
            raise UnitError("a tier has heads, or a provider")
        if self.provider and (self.heads or self.on_call or self.cost):
            raise UnitError("a provider's people are its own: it has no heads, cost or on_call")
        if not self.provider and (self.price or self.retainer):
            raise UnitError("price and retainer are a provider's; set `provider`")
        if self.on_call and Hours.model_validate(self.hours).hours_per_week() == HOURS_PER_WEEK:
            raise UnitError("nobody is on call for a tier that is always open")
        if self.work is not None and not self.work[0]:
            raise UnitError("handling a ticket takes some time")
        if self.takes == 0:
            raise UnitError("resolving a ticket takes some time")
        return self


class Promise(Model):
    """A service level, and what share keeps it today.

    Attributes
    ----------
    clock : str
        ``"respond"`` or ``"resolve"``.
    tier : str
    within : int
        The target, ms of the tier's hours.
    goal : float
    today : float, optional
        Share of tickets within the target today.
    """

    clock: str
    tier: str
    within: Duration
    goal: Share = 0.9
    today: Annotated[Share, Field(gt=0, lt=1)] | None = None


class Facts(Model):
    """Ten facts about a desk; only ``tickets`` (or ``users``) and the tiers' heads are due.

    Attributes
    ----------
    tickets : float, optional
        An hour, over the whole week.
    users : int, optional
        People that the desk serves.
    tiers : dict of str to TierFacts
        The first line first.
    when : str or tuple of float
        When tickets come: one of ``SHAPES``, or 24 weights for the hours of a working day.
    complete : float, optional
        Share of escalations that arrive complete today.
    reopened : float, optional
        Share of solved tickets that come back.
    backlog : float, optional
        Tickets open today, on average.
    calls : float, optional
        Share of tickets by phone or chat; without it nobody hangs up.
    patience : int, optional
        How long callers wait on average before they hang up, ms.
    answered_in_time : float, optional
        Share of tickets that the first line takes up within its target today; one of ``promises`` may say
        it instead.
    promises : dict of str to Promise
        15 min, 1 h, 4 h and three working days if absent.
    """

    name: str = Field("Our desk", min_length=1, max_length=200)
    tickets: Rate | None = None
    users: Annotated[int, Field(ge=1)] | None = None
    tiers: dict[str, TierFacts] = Field(min_length=1, max_length=len(_TIERS))
    when: str | tuple[Annotated[float, Field(ge=0)], ...] = SHAPES[0]
    complete: Annotated[Share, Field(gt=0, lt=1)] | None = None
    reopened: Share | None = None
    backlog: Annotated[float, Field(ge=0)] | None = None
    calls: Annotated[Share, Field(gt=0)] | None = None
    patience: Duration | None = None
    answered_in_time: Annotated[Share, Field(gt=0, lt=1)] | None = None
    promises: dict[str, Promise] | None = None
    currency: str = "EUR"
    user_hour: Money = 0.0
    time_zone: str = "UTC"

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.tickets is None and self.users is None:
            raise UnitError("how many tickets come? give `tickets` (`460 / week`), or `users`")
        if isinstance(self.when, str) and self.when not in SHAPES:
            hint = did_you_mean(self.when, SHAPES)
            raise UnitError(
                f"when: {self.when!r} is not known{hint}; allowed are {', '.join(SHAPES)}, or 24 numbers"
            )
        if not isinstance(self.when, str) and (
            len(self.when) != DAY // 3_600_000 or not any(self.when)
        ):
            raise UnitError(
                f"when: a day has 24 hours, not all of them empty; here are {len(self.when)}"
            )
        if self.patience is not None and self.calls is None:
            raise UnitError("patience is of those who call: give `calls`, their share")
        if self.answered_in_time is not None and self.promises is not None:
            raise UnitError(
                "answered_in_time: where promises are given, `today` of the promise says it"
            )
        for name, promise in (self.promises or {}).items():
            if promise.tier not in self.tiers:
                hint = did_you_mean(promise.tier, self.tiers)
                raise UnitError(f"promises.{name}.tier: there is no tier {promise.tier!r}{hint}")
        return self

    def volume_per_week(self) -> float:
        """Return how many tickets come in a week."""
        if self.tickets is not None:
            return self.tickets * HOURS_PER_WEEK
        assert self.users is not None  # checked above
        return self.users * usual.TICKETS_PER_USER_AND_MONTH / usual.WEEKS_PER_MONTH


def facts(known: Mapping[str, Any]) -> Facts:
    """Check what somebody states.

    Parameters
    ----------
    known : mapping
        As ``Facts`` names it; quantities as people write them.

    Raises
    ------
    ScenarioError
        With every fault, each with its key.

    Examples
    --------
    >>> facts({"tickets": "460 / week", "tiers": {"L1": {"heads": 6, "work": "10-15 min"}}}).volume_per_week()
    460.0
    >>> facts({"tiers": {"L1": {"head": 6}}})
    Traceback (most recent call last):
    ...
    sim.errors.ScenarioError: tiers.L1.head: there is no such fact (did you mean 'heads'?)
    """
    try:
        return Facts.model_validate(known)
    except ValidationError as error:
        raise ScenarioError([_fault(one) for one in error.errors()]) from None


def _fault(one: Any) -> Fault:
    path = ".".join(str(part) for part in one["loc"])
    if one["type"] == "extra_forbidden":
        last = str(one["loc"][-1])
        fields = [*Facts.model_fields, *TierFacts.model_fields, *Promise.model_fields]
        return Fault(f"there is no such fact{did_you_mean(last, fields)}", path)
    return Fault(one["msg"].removeprefix("Value error, "), path)


def minutes(ends: tuple[int, int]) -> tuple[float, float]:
    """Return a range of ms in minutes."""
    return ends[0] / MINUTE, ends[1] / MINUTE
