"""Dates without a time of day: they tell days, and nothing in hours.

Tickets opened on a day are spread over it from 8 to 18 h, and those resolved on one end with it, so that
counts of days are right, and nothing is resolved before it was opened.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

import numpy as np

from sim.errors import ExportError
from sim.intake.dates import Dates
from sim.units import DAY, HOUR
from sim.workload.journeys import NOT_YET

FROM, TO = 8 * HOUR, 18 * HOUR
"""Over which tickets of a day are spread."""
GOLDEN: Final = 0.6180339887498949
"""Its multiples spread most evenly over (0, 1)."""


def over_the_day(dates: Mapping[str, Dates], kind: str) -> tuple[dict[str, Dates], bool]:
    """Spread dates that have no time of day over it; say whether all that is timed by hours is.

    Parameters
    ----------
    dates : mapping of str to Dates
        By role.
    kind : {"tickets", "events"}

    Raises
    ------
    ExportError
        If rows are updates: in which order they were made is not known then.
    """
    untimed = {role for role, one in dates.items() if not one.timed}
    if kind == "events" and "updated" in untimed:
        raise ExportError(
            "The rows are updates, and their dates have no time of day: in which order they were made, and "
            "how long each lasted, cannot be known. Export them with times, or one row per ticket."
        )
    placed = dict(dates)
    for role in untimed:
        at_ms = dates[role].at_ms
        part = (np.arange(1, len(at_ms) + 1) * GOLDEN) % 1
        offset = FROM + part * (TO - FROM) if role == "opened" else np.full(len(at_ms), DAY - 1.0)
        moved = np.where(at_ms == NOT_YET, NOT_YET, at_ms + offset.astype(np.int64))
        placed[role] = replace(dates[role], at_ms=moved)
    return placed, not untimed & {"opened", "resolved", "closed"}
