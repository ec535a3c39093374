"""A column of which Excel made dates of one half, with day and month exchanged.

Opened on a computer of another country, a file with texts like 5/1/2026 becomes a column of two halves:
what could be read the other way round (5/1 as 1 May) is a real date now, and what could not (13/1) is
still a text. So all real dates have days up to 12, and all texts one above it.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from sim.errors import ExportError
from sim.intake.sheet import Column
from sim.units import DAY
from sim.workload.journeys import NOT_YET, Times

LAST_MONTH: Final = 12
SURE: Final = 20
"""Rows of each half from which on chance does not make it: days up to 12 are 4 in 10."""
SAME_MONTHS: Final = 0.9
"""Share of the dates that lie in months of the texts, or beside one, where they belong to them."""
EXCHANGED: Final = {"dmY": "mdY", "mdY": "dmY", "dmy": "mdy", "mdy": "dmy"}
"""Orders in which a day and a month can be taken for each other."""


def repaired(
    column: Column,
    wall_ms: Times,
    typed_ms: Times,
    order: str,
) -> tuple[Times, tuple[str, ...]]:
    """Put day and month of a workbook's real dates right, where its texts show that they are exchanged.

    Parameters
    ----------
    column : Column
    wall_ms, typed_ms : int64 array
        What was read of all values, and of those that are no texts; ``NOT_YET`` for none.
    order : str
        In which the texts are read.

    Returns
    -------
    wall_ms : int64 array
    told : tuple of str
        Empty where nothing was put right.

    Raises
    ------
    ExportError
        If they may be exchanged, and nothing tells.
    """
    typed = typed_ms != NOT_YET
    texts = (wall_ms != NOT_YET) & ~typed
    if order not in EXCHANGED or not typed.any() or not texts.any():
        return wall_ms, ()
    day, _ = _day_and_month(wall_ms)
    if (day[typed] > LAST_MONTH).any() or (day[texts] <= LAST_MONTH).any():
        return wall_ms, ()
    name, values = column.name, column.values
    count = np.bincount(column.code, minlength=len(values))
    other = _exchanged(wall_ms, typed)
    rows = int(count[typed].sum()), int(count[texts].sum())
    as_is = _beside(wall_ms[typed], wall_ms[texts], count[typed])
    turned = _beside(other[typed], wall_ms[texts], count[typed])
    if turned >= SAME_MONTHS and (turned > as_is or min(rows) >= SURE):
        told = (
            f"In {name!r}, {rows[0]:,} rows are real dates, all with days up to 12, and {rows[1]:,} are "
            "texts, all with days above 12: a spreadsheet took day for month in the first. They are "
            "exchanged back."
        )
        return other, (told,)
    if as_is >= SAME_MONTHS > turned and min(rows) < SURE:
        return wall_ms, ()
    example = int(np.flatnonzero(typed)[0])
    raise ExportError(
        f"{name!r} holds real dates, all with days up to 12, beside texts, all with days above 12: a "
        f"spreadsheet may have exchanged day and month ({values[example]} may be another day). Export it "
        "again as CSV, without opening it in a spreadsheet."
    )


def _day_and_month(wall_ms: Times) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    days = np.where(wall_ms == NOT_YET, 0, wall_ms).astype("M8[ms]").astype("M8[D]")
    months = days.astype("M8[M]")
    day = (days - months.astype("M8[D]")).astype(np.int64) + 1
    return day, months.astype(np.int64) % LAST_MONTH + 1


def _exchanged(wall_ms: Times, which: NDArray[np.bool_]) -> Times:
    day, month = _day_and_month(wall_ms)
    year = wall_ms[which].astype("M8[ms]").astype("M8[Y]").astype(np.int64)
    first = (year * LAST_MONTH + day[which] - 1).astype("M8[M]").astype("M8[D]").astype(np.int64)
    turned = wall_ms.copy()
    turned[which] = (first + month[which] - 1) * DAY + wall_ms[which] % DAY
    return turned


def _beside(dates: Times, texts: Times, count: NDArray[np.int64]) -> float:
    """Return the share of dates in a month in which, or beside which, texts lie."""
    months = np.unique(texts.astype("M8[ms]").astype("M8[M]").astype(np.int64))
    near = np.unique(np.concatenate([months - 1, months, months + 1]))
    inside = np.isin(dates.astype("M8[ms]").astype("M8[M]").astype(np.int64), near)
    return float(count[inside].sum() / count.sum())
