"""Columns of texts become columns of instants.

One form has to read all that is filled in a column: the mapping's, or the one of the catalogue that does.
At most ``FEW`` may be left unread (two, or one in a hundred), and none of those of a shape that repeats or
that another form reads: a form that leaves more is no form. Where several forms read all, as 1/2/2026
alone does not tell day from month, the other columns decide; then dates that lie in the future; then the
order of dates within rows (nothing is resolved before it was opened). Where none of these tells, the
export is refused until the mapping says.

Words where a date belongs (never, n/a) and what tools write for none (0000-00-00, 1 January 1900) are no
dates, and are counted.

A workbook's real dates beside texts may be half of a column of texts: Excel turned those into dates that
it could read, with day and month exchanged, and left the others. They are found by their days (``halves``).

A date without a zone is a local time of the stated zone. A time that the clock skips in spring is
the instant of the skip; one that it shows twice in autumn is the first of the two. Both are counted.

Of libraries, three were tried. dateutil 2.9 guesses each date alone, month first: 12.1.2026 and 13.1.2026 in
one column are read the one way and the other; a zone it does not know (IST) is left out with a warning.
pandas 3.1 takes the form of the first value, month first, and stops at 13.1.2026. dateparser 1.5 also
guesses each date alone, took IST for Israel's, and needed some 4 ms a text. What they would save is the
catalogue of forms, which is the short part here.
"""

from __future__ import annotations

import datetime as dt
import re
import time
import zoneinfo
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from sim.intake.date_choice import choose
from sim.intake.date_column import (
    MOST_SHAPES,
    WORDS,
    Reading,
    Texts,
    fitting_readings,
    no_date,
    stated_reading,
)
from sim.intake.date_forms import Form, catalogue
from sim.intake.date_values import read_shapes, shapes_of
from sim.intake.date_words import KNOWN_WORDS, DateWords, fold_word
from sim.intake.halves import repaired
from sim.intake.mapping import FOUND
from sim.intake.sheet import Column
from sim.scenario.calendar import local_instants
from sim.workload.journeys import NOT_YET, Times

BEGINNINGS: Final = ("opened", "updated")
"""Roles in which there always is a date."""


@dataclass(frozen=True, eq=False)
class Dates:
    """The instants of one column.

    Attributes
    ----------
    at_ms : int64 array, one per row
        UTC, ms since 1970; ``NOT_YET`` where there is none.
    unreadable : bool array, one per row
        There is a text that should be a date, and cannot be read.
    form : str
        The form in which they are written; empty where there was nothing to read.
    skipped, twice : int
        Rows with a local time that the clock skips, or shows twice.
    nothing : int
        Rows with a text that says that there is no date.
    timed : bool
        Whether times of day are written.
    """

    at_ms: Times
    unreadable: NDArray[np.bool_]
    form: str
    skipped: int
    twice: int
    nothing: int = 0
    timed: bool = True


def looks_like_dates(values: Sequence[Any], *, numbers: bool = False) -> bool:
    """Tell whether nearly all of some values are dates in one form.

    Parameters
    ----------
    values : sequence
        Of a column; some hundreds are enough.
    numbers : bool
        Whether bare numbers count (epoch, Excel serials, 20260105): they may be anything.

    Examples
    --------
    >>> looks_like_dates(["5/1/2026 8:00", "13/1/2026 9:30", ""]), looks_like_dates(["T1", "T2"])
    (True, False)
    >>> looks_like_dates(["45292.35", "45293.6"]), looks_like_dates(["45292.35"], numbers=True)
    (False, True)
    """
    values = [value.strip() if isinstance(value, str) else value for value in values]
    typed = sum(isinstance(value, dt.datetime) for value in values)
    shapes = [
        shape
        for shape in shapes_of(values)
        if not no_date(values[shape.at[0]])
        and (numbers or not re.fullmatch(r"0+(?:[.,]0+)?", shape.text))
    ]
    filled = sum(len(shape.at) for shape in shapes)
    bare = sum(isinstance(value, str) and bool(value) for value in values)
    if filled < bare / 2 and typed < bare:
        return False
    most = 0
    for one in catalogue():
        if filled and any(one.form.spans(shape.text) for shape in shapes[:MOST_SHAPES]):
            read = read_shapes(values, shapes[:MOST_SHAPES], one.form)
            most = max(most, int((read.wall_ms != NOT_YET).sum()))
    return most + typed > 0 and most >= 0.9 * filled


def read_forms(
    columns: Mapping[str, Column],
    row: NDArray[np.int64],
    asked: Sequence[str],
    *,
    local_names: Collection[str] = (),
    words: DateWords = KNOWN_WORDS,
    now_ms: int | None = None,
) -> dict[str, Reading]:
    """Settle the form in which the dates of each column are written, and read them.

    Parameters
    ----------
    columns : mapping of str to Column
        By role: ``"opened"``.
    row : int64 array
        The number of each row.
    asked : sequence of str
        The mapping's ``dates``.
    local_names : collection of str
        Folded abbreviations of the zone that was stated, such as ``ist``.
    words : DateWords
        Names of months and weekdays that the mapping states.
    now_ms : int, optional
        What lies after it, in ms since 1970, is in the future; now if absent.

    Raises
    ------
    ExportError
        If no form reads them, several do, or some are of one form and some of another.
    """
    texts = {role: Texts.of(column, row, words) for role, column in columns.items()}
    if FOUND not in asked:
        forms = [Form(text, words) for text in asked]
        return {
            role: _settled(one, stated_reading(one, forms, local_names))
            for role, one in texts.items()
        }
    options = {
        role: fitting_readings(one, local_names, 0 if role in BEGINNINGS else WORDS)
        for role, one in texts.items()
    }
    now_ms = round(time.time() * 1000) if now_ms is None else now_ms
    chosen = choose(texts, options, now_ms)
    return {role: _settled(texts[role], reading) for role, reading in chosen.items()}


def _settled(texts: Texts, reading: Reading) -> Reading:
    """Put exchanged days and months of a workbook right."""
    wall, told = repaired(texts.column, reading.wall_ms, texts.typed_ms, reading.order)
    return replace(reading, wall_ms=wall, told=told) if told else reading


def zone_names(zone: str) -> frozenset[str]:
    """Return what a zone calls itself in winter and summer, folded.

    Examples
    --------
    >>> sorted(zone_names("Asia/Kolkata")), sorted(zone_names("Europe/London"))
    (['ist'], ['bst', 'gmt'])
    """
    clock = zoneinfo.ZoneInfo(zone)
    days = (dt.datetime(2025, month, 1, tzinfo=clock) for month in (1, 7))
    return frozenset(fold_word(day.tzname() or "") for day in days)


def to_dates(column: Column, reading: Reading, zone: str) -> Dates:
    """Find the instants of a column that was read.

    Parameters
    ----------
    column : Column
    reading : Reading
        From ``read_forms``.
    zone : str
        Where dates without a zone of their own are local.
    """
    at_ms = reading.wall_ms.copy()
    skipped, twice = (np.zeros(len(at_ms), np.bool_) for _ in range(2))
    local = reading.local & (at_ms != NOT_YET)
    at_ms[local], skipped[local], twice[local] = local_instants(at_ms[local], zone)
    empty = np.array([value == "" or value is None for value in column.values], np.bool_)
    where = column.code
    return Dates(
        at_ms[where],
        ((reading.wall_ms == NOT_YET) & ~empty & ~reading.nothing)[where],
        reading.form,
        int(skipped[where].sum()),
        int(twice[where].sum()),
        int(reading.nothing[where].sum()),
        reading.timed,
    )
