"""Texts are read as dates, all at once.

Dates of one export have few shapes: 13/01/2026 09:05 and 27/11/2026 18:30 are the same one, in which
every digit is written 0. A form is matched against each shape once; the digits of all its texts are then
taken as columns of an array. So a million dates cost no more than one pass of the standard library's
ISO reader does, in any form.
"""

from __future__ import annotations

import datetime as dt
import zoneinfo
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from sim.intake.date_forms import NUMBERS, Form, Spans
from sim.intake.date_words import ZONES, fold_word
from sim.scenario.calendar import local_instants
from sim.units import DAY, HOUR, MINUTE, SECOND
from sim.workload.journeys import NOT_YET, Times

_ZEROES: Final = bytes.maketrans(b"123456789", b"000000000")
_BETWEEN: Final = "\0"
_PORTION: Final = 65_536
_NOON: Final = 12
EARLIEST, LATEST = 1980, 2200
"""Years that a ticket may be of."""
_CENTURY, _TURN = 2000, 80
_DIGIT_0: Final = ord("0")


@dataclass(eq=False)
class Shape:
    """Texts that are alike but for their digits.

    Attributes
    ----------
    text : str
        With every digit 0.
    at : list of int
        Positions among the values of the column.
    """

    text: str
    at: list[int] = field(default_factory=list)


@dataclass(frozen=True, eq=False)
class Instants:
    """The values of a column, read in one form.

    Attributes
    ----------
    wall_ms : int64 array, one per value
        What the text says, in ms since 1970; ``NOT_YET`` where it cannot be read.
    local : bool array
        Whether that is a local time, rather than UTC.
    timed : bool array
        Whether a time of day is written.
    zones : set of str
        Names of zones that mean nothing certain; their values are read as if none were there.
    """

    wall_ms: Times
    local: NDArray[np.bool_]
    timed: NDArray[np.bool_]
    zones: set[str]


def shapes_of(values: Sequence[Any], at: Collection[int] | None = None) -> list[Shape]:
    """Sort texts by their shape, the most frequent first; what is no text, or empty, is left out.

    Examples
    --------
    >>> [shape.text for shape in shapes_of(["13/1/2026", "5/1/2026", "14/1/2026", ""])]
    ['00/0/0000', '0/0/0000']
    """
    written = [
        place
        for place in (range(len(values)) if at is None else at)
        if values[place].__class__ is str and values[place]
    ]
    found: dict[bytes, list[int]] = defaultdict(list)
    for begin in range(0, len(written), _PORTION):
        some = written[begin : begin + _PORTION]
        # A text with the mark in it would be two: none has it but what is no date.
        texts = [values[place].replace(_BETWEEN, "?") for place in some]
        whole = _BETWEEN.join(texts).encode(errors="replace").translate(_ZEROES)
        for place, text in zip(some, whole.split(_BETWEEN.encode()), strict=True):
            found[text].append(place)
    shapes = [Shape(text.decode(), at) for text, at in found.items()]
    return sorted(shapes, key=lambda one: -len(one.at))


def read_shapes(
    values: Sequence[Any], shapes: Sequence[Shape], form: Form, local_names: Collection[str] = ()
) -> Instants:
    """Read the texts of some shapes in one form.

    Parameters
    ----------
    values : sequence
        The distinct values of a column.
    shapes : sequence of Shape
        Of these values.
    form : Form
    local_names : collection of str
        Abbreviations (folded) of the zone in which dates are local.
    """
    count = len(values)
    wall = np.full(count, NOT_YET, np.int64)
    local, timed = np.zeros(count, np.bool_), np.zeros(count, np.bool_)
    zones: set[str] = set()
    for shape in shapes:
        spans = form.spans(shape.text)
        if spans is None:
            continue
        at = np.array(shape.at)
        for begin in range(0, len(at), _PORTION):
            some = at[begin : begin + _PORTION]
            texts = [values[place] for place in some]
            wall[some] = _number(texts, form) if spans.number else _wall(texts, spans)
        timed[at] = spans.timed
        local[at] = not (spans.number or spans.zone or "zh" in spans.at or "zh2" in spans.at)
        if form.text.startswith("Excel"):
            local[at] = True
        if spans.zone:
            wall[at], local[at], unknown = _to_utc(wall[at], spans.zone, local_names)
            zones |= {spans.zone} if unknown else set()
    return Instants(wall, local, timed, zones)


def read_typed(values: Sequence[Any]) -> Times:
    """Return the dates that are no texts, in ms; ``NOT_YET`` elsewhere."""
    wall = np.full(len(values), NOT_YET, np.int64)
    for at, value in enumerate(values):
        if isinstance(value, dt.datetime) and EARLIEST <= value.year <= LATEST:
            wall[at] = (value.replace(tzinfo=None) - _EPOCH) // _MS
    return wall


def _to_utc(wall: Times, zone: str, local_names: Collection[str]) -> tuple[Times, bool, bool]:
    """Move times of a named zone to UTC; say whether they are local instead, or it is not known."""
    name = fold_word(zone)
    known = wall != NOT_YET
    moved = wall.copy()
    if "/" in zone and zone in zoneinfo.available_timezones():
        moved[known] = local_instants(wall[known], zone)[0]
    elif name in ZONES:
        moved[known] -= round(ZONES[name] * HOUR)
    else:
        return wall, name in local_names, name not in local_names
    return moved, False, False


def _number(texts: list[str], form: Form) -> Times:
    scale, origin = NUMBERS[form.text]
    number = np.array([float(text.replace(",", ".")) for text in texts]) * scale + origin
    low, high = (dt.datetime(year, 1, 1, tzinfo=dt.UTC).timestamp() * 1000 for year in (EARLIEST, LATEST))  # fmt: skip
    good = (number >= low) & (number < high)
    return np.where(good, np.rint(np.where(good, number, 0)), NOT_YET).astype(np.int64)


def _wall(texts: list[str], spans: Spans) -> Times:
    """Return the clock's time of texts of one shape."""
    signs = np.frombuffer("".join(texts).encode("utf-32-le", "replace"), np.uint32)
    signs = signs.reshape(len(texts), -1)

    def part(name: str, longest: int = 9) -> NDArray[np.int32]:
        start, end = spans.at.get(name, (0, 0))
        number = np.zeros(len(texts), np.int32)
        for place in range(start, min(end, start + longest)):
            number = number * 10 + (signs[:, place] - _DIGIT_0).astype(np.int32)
        return number

    year = part("Y")
    if "y" in spans.at:
        year = part("y")
        year += np.where(year >= _TURN, _CENTURY - 100, _CENTURY)
    month = np.full(len(texts), spans.month) if spans.month else part("m")
    day = part("d")
    hour, minute, second = part("H") + part("I"), part("M"), part("S")
    good = (year >= EARLIEST) & (year <= LATEST) & (month >= 1) & (month <= _NOON) & (day >= 1)
    good &= (minute < 60) & (second <= 60)  # noqa: PLR2004 - of a clock; leap seconds are written 60
    if spans.afternoon is None:
        midnight = (hour == 24) & (minute == 0) & (second == 0)  # noqa: PLR2004 - the day's end
        good &= (hour < 24) | midnight  # noqa: PLR2004 - hours of a day
    else:
        # Some tools write PM behind a clock of 24 hours; never AM.
        good &= (hour <= _NOON) | (spans.afternoon & (hour < 24))  # noqa: PLR2004
        hour = np.where(hour > _NOON, hour, hour % _NOON + (_NOON if spans.afternoon else 0))
    first = ((np.where(good, year, 1970) - 1970) * 12 + np.where(good, month, 1) - 1).astype(
        "M8[M]"
    )
    days = first.astype("M8[D]").astype(np.int64)
    after = (first + 1).astype("M8[D]").astype(np.int64)
    good &= day <= after - days
    days = days + day - 1  # int64: milliseconds do not fit into less
    start, end = spans.at.get("f", (0, 0))
    milli = part("f", 3) * 10 ** max(0, 3 - (end - start)) if end > start else 0
    wall = days * DAY + (hour * HOUR + minute * MINUTE + second * SECOND + milli)
    if spans.weekdays:
        # 1 January 1970 was a Thursday.
        good &= np.isin((days + 3) % 7, list(spans.weekdays))
    ahead = (part("zh") + part("zh2")) * HOUR + part("zm") * MINUTE
    return np.where(good, wall - spans.ahead * ahead, NOT_YET)


_EPOCH: Final = dt.datetime(1970, 1, 1)  # noqa: DTZ001 - held against local times
_MS: Final = dt.timedelta(milliseconds=1)
