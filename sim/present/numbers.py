"""Numbers with their intervals, as every surface writes them."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Final

from sim.study.asked import words
from sim.study.estimate import Estimate

NOTHING: Final = "not measured"
_UNIT = re.compile(r"(−?[\d.,]+) (\D+)")
_FINE: Final = 0.1
"""Percentage points below which a second decimal is shown."""


def interval(write: Callable[[float], str], low: float, high: float) -> str:
    """Write the ends of an interval, the unit once where both have the same.

    Examples
    --------
    >>> from sim.units import format_share
    >>> interval(format_share, 0.952, 0.97), interval(lambda hours: f"{hours} h", 2, 3)
    ('95.2–97.0 %', '2–3 h')
    """
    if math.isnan(low) or math.isnan(high):
        return "interval not known"
    ends = [write(low).replace("-", "−"), write(high).replace("-", "−")]
    if ends[0] == ends[1]:
        return ends[1]
    apart = "–" if low >= 0 else " to "
    parts = [_UNIT.fullmatch(end) for end in ends]
    if parts[0] and parts[1] and parts[0][2] == parts[1][2]:
        return f"{parts[0][1]}{apart}{ends[1]}"
    if any(" " in end and not _UNIT.fullmatch(end) for end in ends):
        apart = " to "
    return f"{ends[0]}{apart}{ends[1]}"


def measured(estimate: Estimate, write: Callable[[float], str]) -> str:
    """Write an estimate with its interval.

    No metric is below 0; where few replications give an interval that reaches there, it is written
    from 0 on.

    Examples
    --------
    >>> from sim.units import format_share
    >>> measured(Estimate(0.961, 0.952, 0.97, 20), format_share)
    '96.1 % (95.2–97.0 %)'
    >>> measured(Estimate(float("nan"), 0, 0, 0), format_share)
    'not measured'
    """
    if math.isnan(estimate.mean):
        return NOTHING
    mean = write(estimate.mean).replace("-", "−")
    low = max(0.0, estimate.low) if estimate.mean >= 0 else estimate.low
    return f"{mean} ({interval(write, low, estimate.high)})"


def points(change: float, digits: int | None = None) -> str:
    """Write a difference of two shares; with two decimals where it is small, if not told how many.

    Examples
    --------
    >>> points(0.032), points(-0.0004)
    ('+3.2 points', '−0.04 points')
    """
    if digits is None:
        digits = 2 if 0 < abs(100 * change) < _FINE else 1
    number = fixed(100 * change, digits)
    return f"{'' if number.startswith('−') else '+'}{number} points"


def fixed(value: float, digits: int) -> str:
    """Write a number with so many decimals; what rounds to 0 has no sign.

    Examples
    --------
    >>> fixed(-0.004, 2), fixed(-0.25, 2)
    ('0.00', '−0.25')
    """
    text = f"{value:.{digits}f}"
    return text.removeprefix("-") if float(text) == 0 else text.replace("-", "−")


def written_change(metric: str, difference: Estimate, currency: str = "") -> str:
    """Write a difference with its interval.

    Examples
    --------
    >>> written_change("l1_share", Estimate(0.032, 0.028, 0.036, 20))
    '+3.2 points (2.8 to 3.6)'
    >>> written_change("l1_share", Estimate(0.0, 0.0, 0.0, 20))
    'no change'
    """
    if math.isnan(difference.mean):
        return NOTHING
    if difference.mean == difference.low == difference.high == 0:
        return "no change"
    known = words(metric, currency)
    if known.share:
        if math.isnan(difference.low):
            return f"{points(difference.mean)} (interval not known)"
        digits = 2 if 100 * abs(difference.mean) < _FINE else 1
        low, high = (fixed(100 * end, digits) for end in (difference.low, difference.high))
        return f"{points(difference.mean, digits)} ({low} to {high})"
    write = _without_sign_at_zero(known.write)
    mean = write(difference.mean)
    ends_text = interval(write, difference.low, difference.high).replace("–", " to ")
    return f"{'' if mean.startswith('−') else '+'}{mean} ({ends_text})"


def _without_sign_at_zero(write: Callable[[float], str]) -> Callable[[float], str]:
    def written_value(value: float) -> str:
        text = write(value).replace("-", "−")
        return text if any(c in "123456789" for c in text) else text.removeprefix("−")

    return written_value
