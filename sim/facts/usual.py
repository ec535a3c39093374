"""What is usual where nobody states it: a value, how far desks differ, and where that comes from."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

WORK_SPREAD_KNOWN: Final = 0.10
"""Standard deviation of the logarithm of a handling time that somebody states as one number."""
RANGE_SDS: Final = 2 * 1.645
"""Standard deviations that a stated range spans: it is read as 90 % sure."""


@dataclass(frozen=True)
class Usual:
    """A usual value.

    Attributes
    ----------
    value : float
        Its middle: minutes, or a share.
    spread : float
        Standard deviation of its logarithm (minutes) or of its logit (a share), between desks.
    source : str
    """

    value: float
    spread: float
    source: str


WORK_MIN: Final = (
    Usual(13.0, 0.40, "assumed; phone contacts take 6.5 to 7 min, ERP tickets 15 min and more"),
    Usual(30.0, 0.50, "assumed"),
    Usual(120.0, 0.70, "assumed"),
)
"""Handling minutes at the first, the second and every later tier."""
SOLVES: Final = (
    Usual(0.70, 0.25, "the brief: a well run first line resolves 60-80 %"),
    Usual(0.80, 0.50, "assumed"),
)
"""Share of what comes to a tier that it solves, at the first and at later ones; the last solves all it can."""
ASKS_USER: Final = (0.08, 0.15, 0.10)
"""Share of tickets for which a tier waits for the user (assumed)."""
BREAKS: Final = (0.15, 0.25, 0.30)
"""Share of a shift not spent on tickets (vendor guide: shrinkage of 20-30 % at tier 1, 30-50 % behind)."""
LIES: Final = Usual(0.03, 1.2, "assumed: few tickets lie while somebody is free")
"""Share of tickets that lie in somebody's list before they are taken up."""
PATIENCE_MIN: Final = 5.0
"""Minutes that callers wait on average before they hang up (assumed; no figure was found)."""
TICKETS_PER_USER_AND_MONTH: Final = 1.25
"""MetricNet, a worked example rather than a mean."""
WEEKS_PER_MONTH: Final = 365.25 / 12 / 7
COMPLETE: Final = 0.6**4
"""Share of escalations in which all four fields are complete, at the usual quality of 60 % each (assumed)."""


def at(usual: tuple[Usual, ...], tier: int) -> Usual:
    """Return what is usual at a tier, counted from 0; later ones are like the last."""
    return usual[min(tier, len(usual) - 1)]


def logit(share: float) -> float:
    """Return the logarithm of the odds.

    Examples
    --------
    >>> logit(0.5)
    0.0
    """
    return math.log(share / (1 - share))


def share_of(odds: float) -> float:
    """Return the share whose logit it is.

    Examples
    --------
    >>> round(share_of(logit(0.7)), 9)
    0.7
    """
    return 1 / (1 + math.exp(-odds))
