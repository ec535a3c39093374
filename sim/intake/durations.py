"""How long tickets took, where a column says that instead of when they were resolved.

Numbers are in the unit that the mapping, or the column's name, states. Written out (``5:58``,
``2 d 4 h``, ``1 Tag, 3 Std.``) a value says its own unit.
"""

from __future__ import annotations

import re
from typing import Final

import numpy as np

from sim.errors import ExportError
from sim.intake.mapping import Mapping
from sim.intake.names import unit_of
from sim.intake.sheet import Column
from sim.units import DAY, HOUR, MINUTE, SECOND
from sim.workload.journeys import NOT_YET, Times

UNITS: Final = {"ms": 1, "s": SECOND, "min": MINUTE, "h": HOUR, "d": DAY}
_CLOCK: Final = re.compile(
    r"(?:(\d+)(?:\.|:(?=\d+:\d{2}:)))?(\d+):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?"
)
"""Hours and minutes, perhaps seconds; perhaps days before them, as ``1.02:30`` or ``1:02:30:00``."""
_PART: Final = re.compile(r"(\d+(?:[.,]\d+)?)\s*([^\W\d_]+)")
_PLAIN: Final = re.compile(r"-?\d+(?:[.,]\d+)?")


def read_durations(column: Column, mapping: Mapping) -> tuple[Times, str]:
    """Read a column of durations.

    Returns
    -------
    lasted_ms : int64 array, one per row
        ``NOT_YET`` where there is none, or none that can be read.
    unit : str
        In which its numbers are; empty where each value says its own.

    Raises
    ------
    ExportError
        If its numbers are in no unit that is stated.
    """
    plain = [v for v in column.values if isinstance(v, str) and _PLAIN.fullmatch(v)]
    named = {ms: unit for unit, ms in UNITS.items()}.get(unit_of(column.name), "")
    unit = mapping.duration_unit or named
    if plain and not unit:
        raise ExportError(
            f"{column.name!r} says how long tickets took, but not in which unit (as {plain[0]!r}).\n"
            "Say it in the mapping, one of ms, s, min, h, d:\nduration_unit: h"
        )
    ms = [_lasted(value, UNITS.get(unit, 0)) for value in column.values]
    return np.array(ms, np.int64)[column.code], unit if plain else ""


def _lasted(value: object, unit_ms: int) -> int:
    """Return the ms of one value.

    Examples
    --------
    >>> _lasted("1.02:30:00", 0) == _lasted("26:30", 0) == 26 * HOUR + 30 * MINUTE
    True
    >>> _lasted("1.5", HOUR) == _lasted("1:30", 0) == _lasted("1 h 30 min", 0) == 90 * MINUTE
    True
    """
    text = str(value).strip()
    if _PLAIN.fullmatch(text):
        number = float(text.replace(",", "."))
        return round(number * unit_ms) if 0 <= number * unit_ms < 1e15 else NOT_YET  # noqa: PLR2004
    clock = _CLOCK.fullmatch(text)
    if clock:
        days, hours, minutes, seconds = (int(part or 0) for part in clock.groups())
        return days * DAY + hours * HOUR + minutes * MINUTE + seconds * SECOND
    parts = [(float(n.replace(",", ".")), unit_of(word)) for n, word in _PART.findall(text)]
    if parts and all(ms for _, ms in parts):
        return round(sum(number * ms for number, ms in parts))
    return NOT_YET


__all__ = ["read_durations"]
