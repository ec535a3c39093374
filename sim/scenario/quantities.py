"""The fields of a scenario that carry a unit, as types that pydantic reads, writes and describes.

What is stored is a plain number (whole milliseconds, events per hour, a share from 0 to 1); what is
written is the text that a person would write, and reading it again gives the same number.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, Field, PlainSerializer, WithJsonSchema

from sim import units
from sim.errors import UnitError

WEEKDAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
DAY_MINUTES: Final = 24 * 60
_HOUR_MINUTES: Final = 60
_DAYS = re.compile(r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun)(?:-(Mon|Tue|Wed|Thu|Fri|Sat|Sun))?")
_RANGE = re.compile(r"(\d{1,2})(?::(\d{2}))?\s*-\s*(\d{1,2})(?::(\d{2}))?")


def written(text: str) -> Any:
    """Give a default as a file would write it (pydantic reads it as any other value)."""
    return text


def _schema(pattern: str, *examples: str) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "pattern": pattern, "examples": list(examples)})


Duration = Annotated[
    int,
    BeforeValidator(units.duration_ms),
    PlainSerializer(units.exact_duration, return_type=str),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "pattern": r"^\s*([\d.]+\s*[A-Za-z]+\s*)+$"},
                {"const": 0},
            ],
            "examples": ["15 min", "4 h", "3 d"],
        }
    ),
]
"""Whole milliseconds, written ``"15 min"``."""

Rate = Annotated[
    float,
    BeforeValidator(units.rate_per_h),
    PlainSerializer(units.exact_rate, return_type=str),
    _schema(r"^\s*[\d.eE+-]+\s*(/|per)\s*[A-Za-z]+\s*$", "420 / week", "60 / h"),
]
"""Events per hour, written ``"420 / week"``."""

Money = Annotated[float, Field(ge=0, allow_inf_nan=False)]
"""In the scenario's currency."""

Share = Annotated[
    float,
    BeforeValidator(units.share),
    PlainSerializer(units.exact_share, return_type=str | float),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "pattern": r"^\s*[\d.]+\s*%\s*$"},
                {"type": "number", "minimum": 0, "maximum": 1},
            ],
            "examples": ["65 %", 0.65],
        }
    ),
]
"""From 0 to 1, written ``"65 %"``."""

SignedShare = Annotated[
    float,
    BeforeValidator(units.signed_share),
    PlainSerializer(units.exact_share, return_type=str | float),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "pattern": r"^\s*[+-]?[\d.]+\s*%\s*$"},
                {"type": "number"},
            ],
            "examples": ["-5 %"],
        }
    ),
]
"""A change, or a spread, that may pass 100 %."""


def read_days(text: str) -> tuple[int, ...]:
    """Read days of the week, Monday 0.

    Examples
    --------
    >>> read_days("Mon-Fri"), read_days("Sat, Sun"), read_days("Fri-Mon")
    ((0, 1, 2, 3, 4), (5, 6), (0, 4, 5, 6))
    """
    days: set[int] = set()
    for part in str(text).split(","):
        match = _DAYS.fullmatch(part.strip())
        if match is None:
            raise UnitError(f"{text!r} are no days; write for example 'Mon-Fri' or 'Sat, Sun'")
        first = WEEKDAYS.index(match[1])
        last = WEEKDAYS.index(match[2] or match[1])
        length = (last - first) % len(WEEKDAYS)
        days.update((first + i) % len(WEEKDAYS) for i in range(length + 1))
    return tuple(sorted(days))


def read_day_range(value: Any) -> tuple[int, int]:
    """Read a span of the clock as minutes of the day; one that passes midnight ends above 24 h.

    Examples
    --------
    >>> read_day_range("08:00-17:30"), read_day_range("22-06"), read_day_range("00:00-24:00")
    ((480, 1050), (1320, 1800), (0, 1440))
    """
    match = _RANGE.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        raise UnitError(f"{value!r} are no hours; write for example '08:00-17:00'")
    start = int(match[1]) * _HOUR_MINUTES + int(match[2] or 0)
    end = int(match[3]) * _HOUR_MINUTES + int(match[4] or 0)
    minutes_fit = int(match[2] or 0) < _HOUR_MINUTES and int(match[4] or 0) < _HOUR_MINUTES
    if not minutes_fit or start >= DAY_MINUTES or end > DAY_MINUTES:
        raise UnitError(f"{value!r} are no hours of a day; they run from 00:00 to 24:00")
    if start == end:
        raise UnitError(f"{value!r} is empty; write '00:00-24:00' for the whole day")
    return start, end if end > start else end + DAY_MINUTES


def write_day_range(span: tuple[int, int]) -> str:
    """Write minutes of the day as a span of the clock.

    Examples
    --------
    >>> write_day_range((1320, 1800)), write_day_range((0, 1440))
    ('22:00-06:00', '00:00-24:00')
    """
    start, end = span
    end = end if end <= DAY_MINUTES else end - DAY_MINUTES
    return (
        f"{start // _HOUR_MINUTES:02}:{start % _HOUR_MINUTES:02}"
        f"-{end // _HOUR_MINUTES:02}:{end % _HOUR_MINUTES:02}"
    )


Date = dt.date
"""A day, written ``2026-03-02``."""
