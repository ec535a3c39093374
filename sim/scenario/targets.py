"""Targets of service levels, as people say them: ``27 h``, ``2 working days``, ``end of next working day``.

A *working day* is a day on which the hours of the level hold. ``2 working days`` after Monday 10:00 is
Wednesday 10:00, after Saturday it is the end of Tuesday; where days differ in length, the target is
as far into its day as the ticket came into its own, or at its end. A day of 24 hours is elapsed time
alone: with hours other than ``always`` a target in days says which of the two it means.
"""

from __future__ import annotations

import re
from typing import Any, Final, Self

from pydantic import GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

from sim import units
from sim.errors import UnitError
from sim.units import HOUR, MINUTE, SECOND

END_OF_DAY: Final = ("end of working day", "end of next working day")
_WORKING: Final = re.compile(r"\s*(\d+)\s*(?:working|business|work)\s+days?\s*", re.IGNORECASE)
_END: Final = re.compile(
    r"\s*end of (?:the )?(next )?(?:working|business|work) day\s*", re.IGNORECASE
)
_LONG: Final = re.compile(r"\d\s*(?:d|days?|w|weeks?|months?|y|years?)\b", re.IGNORECASE)
MOST_WORKING_DAYS: Final = 3650
USUAL_DAY_MS: Final = 8 * HOUR
"""A working day before the hours of its level are known."""


class Target(int):
    """A target: how long a clock may run, in milliseconds; of working days, how long that mostly is.

    Attributes
    ----------
    days : int
        Working days; 0 for a length of time.
    ends : bool
        Whether it is the end of the day ``days`` working days later, not the same time of that day.
    long : bool
        Whether it was written in days of 24 hours or longer units.
    """

    days: int
    ends: bool
    long: bool

    def __new__(cls, ms: int, days: int = 0, *, ends: bool = False, long: bool = False) -> Self:
        """Make a target."""
        made = super().__new__(cls, ms)
        made.days, made.ends, made.long = days, ends, long
        return made

    @property
    def working(self) -> bool:
        """Whether it is told in working days."""
        return bool(self.days or self.ends)

    def in_days_of(self, day_ms: int) -> Target:
        """Return the target with how long it mostly is, given the length of a working day."""
        if not self.working:
            return self
        return Target((self.days + self.ends) * day_ms, self.days, ends=self.ends)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Target) and (other.days, other.ends) != (self.days, self.ends):
            return False
        return super().__eq__(other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return super().__hash__()

    @classmethod
    def read(cls, value: object) -> Target:
        """Read a target.

        Examples
        --------
        >>> Target.read("2 working days").days, Target.read("end of next working day").ends
        (2, True)
        >>> Target.read("90 min") == 5_400_000
        True
        >>> Target.read("2 workin days")
        Traceback (most recent call last):
        ...
        sim.errors.UnitError: '2 workin days' is no target; write for example '15 min', '27 h', '2 working days' or 'end of next working day'
        """
        if isinstance(value, Target):
            return value
        if isinstance(value, int) and type(value) is int and value:
            raise UnitError(
                f"{value!r} has no unit; write for example '15 min' or '2 working days'"
            )
        text = value if isinstance(value, str) else ""
        working, end = _WORKING.fullmatch(text), _END.fullmatch(text)
        if working:
            days = int(working[1])
            if not 1 <= days <= MOST_WORKING_DAYS:
                raise UnitError(
                    f"{value!r} is out of range; from 1 to {MOST_WORKING_DAYS} working days"
                )
            return cls(days * USUAL_DAY_MS, days)
        if end:
            days = 1 if end[1] else 0
            return cls((days + 1) * USUAL_DAY_MS, days, ends=True)
        try:
            return cls(units.duration_ms(value), long=bool(_LONG.search(text)))
        except UnitError:
            if "day" in text.lower() or "end" in text.lower():
                raise UnitError(
                    f"{value!r} is no target; write for example '15 min', '27 h', '2 working days' or "
                    "'end of next working day'"
                ) from None
            raise

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> CoreSchema:
        """Let pydantic read and write it."""
        return core_schema.no_info_plain_validator_function(
            cls.read,
            serialization=core_schema.plain_serializer_function_ser_schema(
                target_text, return_schema=core_schema.str_schema()
            ),
        )

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Describe it to editors."""
        return {
            "anyOf": [
                {"type": "string", "pattern": r"^\s*([\d.]+\s*[A-Za-z]+\s*)+$"},
                {"type": "string", "pattern": r"^\s*\d+\s+(working|business) days?\s*$"},
                {"enum": list(END_OF_DAY)},
                {"const": 0},
            ],
            "examples": ["15 min", "4 h", "2 working days", "end of next working day"],
        }


def target_text(target: int) -> str:
    """Write a target so that reading it gives the same one.

    Examples
    --------
    >>> [target_text(Target.read(t)) for t in ("2 working days", "end of next working day", "72 h")]
    ['2 working days', 'end of next working day', '72 h']
    >>> target_text(Target.read("3 d")), target_text(Target.read("90 min"))
    ('3 d', '90 min')
    """
    if isinstance(target, Target) and target.ends:
        return END_OF_DAY[target.days]
    if isinstance(target, Target) and target.days:
        return f"{target.days} working day{'s' if target.days > 1 else ''}"
    if isinstance(target, Target) and target.long:
        return units.exact_duration(target)
    for unit, name in ((HOUR, "h"), (MINUTE, "min"), (SECOND, "s")):
        if target % unit == 0:
            return f"{target // unit} {name}"
    return f"{int(target)} ms"
