"""Hours of the week: shifts that people work, and hours in which clocks and delays run."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, NamedTuple, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    PrivateAttr,
    WithJsonSchema,
    model_serializer,
    model_validator,
)

from sim.errors import UnitError
from sim.scenario.quantities import (
    DAY_MINUTES,
    WEEKDAYS,
    read_day_range,
    read_days,
    write_day_range,
)
from sim.units import HOUR

WEEK_MINUTES = len(WEEKDAYS) * DAY_MINUTES
_RANGE_PATTERN = r"\d{1,2}(:\d{2})?\s*-\s*\d{1,2}(:\d{2})?"


class Model(BaseModel):
    """What every part of a scenario is: frozen, closed to unknown keys, compared by value."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)


def _read_spans(value: Any) -> tuple[tuple[int, int], ...]:
    parts = value.split(",") if isinstance(value, str) else value
    if not isinstance(parts, list | tuple) or not parts:
        raise UnitError(f"{value!r} are no hours; write for example '08:00-17:00'")
    return tuple(
        part if isinstance(part, tuple) else read_day_range(str(part).strip()) for part in parts
    )


def _write_spans(spans: tuple[tuple[int, int], ...]) -> str:
    return ", ".join(map(write_day_range, spans))


DaySpans = Annotated[
    tuple[tuple[int, int], ...],
    BeforeValidator(_read_spans),
    PlainSerializer(_write_spans, return_type=str),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": rf"^\s*{_RANGE_PATTERN}(\s*,\s*{_RANGE_PATTERN})*\s*$",
            "examples": ["08:00-17:00", "08:00-12:00, 13:00-17:00", "22:00-06:00"],
        }
    ),
]


class DaysOff(NamedTuple):
    """Where hours are kept, and the days on which they do not hold, or until noon alone."""

    time_zone: str
    holidays: tuple[dt.date, ...]
    half_days: tuple[dt.date, ...]


class Hours(Model):
    """Hours of the week in local time: ``{Mon-Fri: 08:00-17:00, Sat: 09:00-13:00}``.

    Attributes
    ----------
    week : dict
        Days to spans of the clock. A span that passes midnight belongs to the day it starts on.
        In a file the days stand directly in the mapping, without ``week``.
    time_zone : str, optional
        Where these hours are kept; the scenario's own zone if absent.
    on_holidays : bool
        Whether these hours hold on holidays too.
    site : str, optional
        The site of the scenario where these hours are kept: in its zone, with its holidays and half
        days.
    """

    week: dict[str, DaySpans] = Field(min_length=1)
    time_zone: str | None = None
    on_holidays: bool = False
    site: str | None = None
    _days_off: DaysOff | None = PrivateAttr(None)

    @property
    def days_off(self) -> DaysOff | None:
        """The zone and the days of the site, where the scenario has settled them; else None."""
        return self._days_off

    def settle(self, days_off: DaysOff) -> None:
        """Let these hours keep the zone, holidays and half days of a site (or of the scenario)."""
        self._days_off = days_off

    @model_validator(mode="after")
    def _one_zone(self) -> Self:
        if self.site is not None and self.time_zone is not None:
            raise UnitError("`site` says the time zone: give one of the two")
        return self

    @model_validator(mode="before")
    @classmethod
    def _gather_days(cls, value: Any) -> Any:
        if not isinstance(value, dict) or "week" in value:
            return value
        own = {name: value[name] for name in ("time_zone", "on_holidays", "site") if name in value}
        return {"week": {k: v for k, v in value.items() if k not in own}, **own}

    @model_serializer(mode="wrap")
    def _spread_days(self, write: Any) -> dict[str, Any]:
        plain = write(self)
        week = plain.pop("week")
        return {**week, **{k: v for k, v in plain.items() if v not in (None, False)}}

    @model_validator(mode="after")
    def _no_overlap(self) -> Self:
        spans = self.spans()
        around = [*spans, (spans[0][0] + WEEK_MINUTES, spans[0][1] + WEEK_MINUTES)]
        for (start, end), (following, _) in zip(spans, around[1:], strict=True):
            if following < end:
                day = WEEKDAYS[following // DAY_MINUTES % len(WEEKDAYS)]
                raise UnitError(
                    f"two spans overlap on {day}: "
                    f"{write_day_range((start % DAY_MINUTES, start % DAY_MINUTES + end - start))} "
                    f"runs past {following % DAY_MINUTES // 60:02}:{following % 60:02}"
                )
        return self

    def spans(self) -> list[tuple[int, int]]:
        """Return the spans as minutes since Monday 00:00, in order; a late one may pass the week.

        Examples
        --------
        >>> Hours.model_validate({"Mon-Tue": "22:00-06:00"}).spans()
        [(1320, 1800), (2760, 3240)]
        """
        return sorted(
            (day * DAY_MINUTES + start, day * DAY_MINUTES + end)
            for days, spans in self.week.items()
            for day in read_days(days)
            for start, end in spans
        )

    def working_day_ms(self) -> int:
        """Return how long a day on which they hold is, on average over the days of a week.

        Examples
        --------
        >>> office = {"Mon-Thu": "08:00-12:00, 13:00-17:00", "Fri": "09:00-12:00"}
        >>> Hours.model_validate(office).working_day_ms() / 3_600_000
        7.0
        """
        days = {day for named in self.week for day in read_days(named)}
        return round(self.hours_per_week() * HOUR / len(days))

    def hours_per_week(self) -> float:
        """Return how long they are."""
        return sum(end - start for start, end in self.spans()) / 60


ALL_HOURS = Hours.model_validate({"Mon-Sun": "00:00-24:00", "on_holidays": True})
"""Every hour of every day."""


def _read_profile(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    return {str(days): spans for days, spans in value.items()}


class Profile(Model):
    """How demand spreads over the hours of the week: ``{Mon: {08-12: 120, 12-18: 90}}``.

    The numbers are weights per hour: only their proportions count. Hours that are not named have
    none. Spans begin and end on the hour, and do not pass midnight.
    """

    week: dict[str, dict[str, Annotated[float, Field(ge=0, allow_inf_nan=False)]]]

    @model_validator(mode="before")
    @classmethod
    def _gather_days(cls, value: Any) -> Any:
        if isinstance(value, dict) and "week" not in value:
            return {"week": _read_profile(value)}
        return value

    @model_serializer(mode="wrap")
    def _spread_days(self, write: Any) -> dict[str, Any]:
        week: dict[str, Any] = write(self)["week"]
        return week

    @model_validator(mode="after")
    def _has_demand(self) -> Self:
        if not any(self.weights()):
            raise UnitError("the profile has no weight at any hour")
        return self

    def weights(self) -> tuple[float, ...]:
        """Return 168 shares of the week's demand that add up to 1, Monday 00:00 first.

        Examples
        --------
        >>> shares = Profile.model_validate({"Mon": {"08-10": 3, "10-11": 2}}).weights()
        >>> len(shares), shares[8:11]
        (168, (0.375, 0.375, 0.25))
        """
        hours_per_day = DAY_MINUTES // 60
        weight = [0.0] * (len(WEEKDAYS) * hours_per_day)
        named: set[int] = set()
        for days, spans in self.week.items():
            for day in read_days(days):
                for span, number in spans.items():
                    start, end = read_day_range(span)
                    if start % 60 or end % 60 or end > DAY_MINUTES:
                        raise UnitError(
                            f"{span!r} in the profile: spans begin and end on the hour, "
                            "and do not pass midnight"
                        )
                    for hour in range(start // 60, end // 60):
                        at = day * hours_per_day + hour
                        if at in named:
                            raise UnitError(
                                f"the profile names {WEEKDAYS[day]} {hour:02}:00 more than once"
                            )
                        named.add(at)
                        weight[at] = number
        total = sum(weight)
        return tuple(number / total for number in weight) if total else tuple(weight)
