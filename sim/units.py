"""Quantities as people write them, and the whole milliseconds and plain rates they become.

Inside TierSim time is a whole number of milliseconds (``int``, names end in ``_ms``), a rate is a
number of events per hour (``float``, names end in ``_per_h``) and a share is a number from 0 to 1.
Outside, each carries its unit: ``"15 min"``, ``"420 / week"``, ``"65 %"``. A bare number where a
unit is due is an error, because nobody can tell minutes from hours afterwards.
"""

from __future__ import annotations

import difflib
import math
import re

from sim.errors import UnitError

MS = 1
SECOND = 1000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
WEEK = 7 * DAY
MONTHS_PER_YEAR = 12
YEAR = 365 * DAY
MONTH = YEAR // MONTHS_PER_YEAR
HOURS_PER_WEEK = WEEK // HOUR

LONGEST_MS = 100 * YEAR
"""A hundred years: more is a typing error, and keeps every sum of times inside 64 bits."""

_UNITS: dict[str, int] = {
    **dict.fromkeys(("ms", "millisecond", "milliseconds"), MS),
    **dict.fromkeys(("s", "sec", "second", "seconds"), SECOND),
    **dict.fromkeys(("min", "minute", "minutes"), MINUTE),
    **dict.fromkeys(("h", "hour", "hours"), HOUR),
    **dict.fromkeys(("d", "day", "days"), DAY),
    **dict.fromkeys(("w", "week", "weeks"), WEEK),
    **dict.fromkeys(("month", "months"), MONTH),
    **dict.fromkeys(("y", "year", "years"), YEAR),
}
_NUMBER = r"[+-]?(?:\d[\d_]*(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?"
_DURATION = re.compile(rf"\s*({_NUMBER})\s*([A-Za-z]+)\s*")
_RATE = re.compile(rf"\s*({_NUMBER})\s*(?:/|per)\s*([A-Za-z]+)\s*")
_SHARE = re.compile(rf"\s*({_NUMBER})\s*%\s*")


def _unit(name: str, text: object) -> int:
    try:
        return _UNITS[name if name in _UNITS else name.lower()]
    except KeyError:
        close = difflib.get_close_matches(name.lower(), _UNITS, n=1)
        hint = f"; did you mean {close[0]!r}?" if close else ""
        raise UnitError(
            f"{text!r} has the unknown unit {name!r}; allowed are s, min, h, d, weeks, months, years{hint}"
        ) from None


def duration_ms(value: object) -> int:
    """Read a duration.

    Parameters
    ----------
    value : str
        One or more numbers with units: ``"15 min"``, ``"1 h 30 min"``, ``"3 d"``. A bare ``0`` is
        allowed, since nothing is nothing in every unit.

    Returns
    -------
    int
        Whole milliseconds, rounded half to even, at least 0.

    Raises
    ------
    UnitError
        If it has no unit, an unknown unit, is negative, not finite or longer than a hundred years.

    Examples
    --------
    >>> duration_ms("1 h 30 min")
    5400000
    >>> duration_ms("15")
    Traceback (most recent call last):
    ...
    sim.errors.UnitError: '15' has no unit; write for example '15 min', '4 h' or '3 d'
    """
    if value == 0 and not isinstance(value, bool):
        return 0
    text = str(value).strip()
    if isinstance(value, bool) or not isinstance(value, str) or re.fullmatch(_NUMBER, text):
        if text == "0":
            return 0
        shown = text if not isinstance(value, bool) and re.fullmatch(_NUMBER, text) else "15"
        raise UnitError(f"{value!r} has no unit; write for example '{shown} min', '4 h' or '3 d'")
    total, at = 0.0, 0
    while at < len(text):
        match = _DURATION.match(text, at)
        if match is None:
            raise UnitError(
                f"{value!r} is not a duration; write for example '15 min', '4 h' or '3 d'"
            )
        total += float(match[1]) * _unit(match[2], value)
        at = match.end()
    if at == 0:
        raise UnitError("'' is not a duration; write for example '15 min', '4 h' or '3 d'")
    if not 0 <= total <= LONGEST_MS:
        raise UnitError(f"{value!r} is out of range; a duration is from 0 to 100 years")
    return round(total)


def format_duration(ms: float | None) -> str:
    """Write a duration as people say it, in the two largest units that matter.

    Examples
    --------
    >>> format_duration(5_400_000), format_duration(90_061_000), format_duration(2_500), format_duration(0)
    ('1 h 30 min', '1 d 1 h', '2.5 s', '0 min')
    >>> format_duration(None)
    '–'
    """
    if ms is None or math.isnan(ms):
        return "–"
    if ms < 0:
        return "-" + format_duration(-ms)
    if 0 < ms < MINUTE:
        return f"{ms / SECOND:.2g} s" if ms < 10 * SECOND else f"{ms / SECOND:.0f} s"
    if ms < 10 * MINUTE and ms % MINUTE:
        minutes = f"{ms / MINUTE:.1f}"
        return f"{minutes.removesuffix('.0')} min"
    for large, small, step, names in (
        (DAY, HOUR, 24, ("d", "h")),
        (HOUR, MINUTE, 60, ("h", "min")),
    ):
        if ms >= large - small / 2:
            whole, rest = divmod(round(ms / small), step)
            return f"{whole} {names[0]} {rest} {names[1]}" if rest else f"{whole} {names[0]}"
    return f"{round(ms / MINUTE)} min"


def format_working_time(ms: float | None, day_ms: int | None = None) -> str:
    """Write a duration of working time: in working days and hours, not in days of 24 hours.

    Parameters
    ----------
    ms : float, optional
    day_ms : int, optional
        How long a working day is. Not known: in hours. One of 24 hours is a day like any other.

    Examples
    --------
    >>> format_working_time(96 * HOUR, 8 * HOUR), format_working_time(13.4 * HOUR, 8 * HOUR)
    ('12 working days', '1 working day 5 h')
    >>> format_working_time(109 * HOUR), format_working_time(90 * MINUTE, 8 * HOUR)
    ('109 h', '1 h 30 min')
    """
    if ms is None or math.isnan(ms) or ms < 0 or day_ms == DAY:
        return format_duration(ms)
    if day_ms is None or ms < day_ms:
        return f"{ms / HOUR:,.0f} h" if ms >= DAY else format_duration(ms)
    whole, rest = divmod(ms, day_ms)
    days, hours = int(whole), round(rest / HOUR)
    if hours * HOUR >= day_ms or days >= _MANY_DAYS:
        days, hours = days + (2 * rest >= day_ms), 0
    text = f"{days:,} working day{'s' if days > 1 else ''}"
    return f"{text} {hours} h" if hours else text


_MANY_DAYS = 10
"""From here on working days are written without hours."""


def rate_per_h(value: object) -> float:
    """Read a rate.

    Returns
    -------
    float
        Events per hour, at least 0. A month is a twelfth of a year of 365 days.

    Examples
    --------
    >>> rate_per_h("420 / week")
    2.5
    >>> rate_per_h(420)
    Traceback (most recent call last):
    ...
    sim.errors.UnitError: 420 is not a rate; write for example '420 / week' or '60 / h'
    """
    match = _RATE.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise UnitError(f"{value!r} is not a rate; write for example '420 / week' or '60 / h'")
    number = float(match[1])
    if not (math.isfinite(number) and number >= 0):
        raise UnitError(f"{value!r} is out of range; a rate is at least 0")
    unit = _unit(match[2], value)
    # To multiply and divide by an hour would not give back each number.
    return number if unit == HOUR else number * HOUR / unit


def share(value: object) -> float:
    """Read a share of a whole: ``"65 %"`` or a number from 0 to 1.

    Raises
    ------
    UnitError
        If it is not between 0 and 100 %. A bare 65 is refused, because it may mean either.

    Examples
    --------
    >>> share("65 %"), share(0.65)
    (0.65, 0.65)
    >>> share(65)
    Traceback (most recent call last):
    ...
    sim.errors.UnitError: 65 is not a share; write '65 %' or a number from 0 to 1
    """
    number = signed_share(value)
    if not 0 <= number <= 1:
        raise UnitError(
            f"{value!r} is not a share; write {_percent_of(value)!r} or a number from 0 to 1"
        )
    return number


def _percent_of(value: object) -> str:
    in_range = isinstance(value, int | float) and 1 < value <= 100  # noqa: PLR2004 - a hundred per cent
    return f"{value} %" if in_range else "65 %"


def signed_share(value: object) -> float:
    """Read a change in per cent, which may be negative or above 100 %: ``"-5 %"``.

    Examples
    --------
    >>> signed_share("-5 %")
    -0.05
    """
    if isinstance(value, str):
        match = _SHARE.fullmatch(value)
        if match is not None:
            # Dividing (not multiplying by 0.01) gives the double that a person would type: 0.65.
            return float(match[1]) / 100
    elif isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
        return float(value)
    raise UnitError(f"{value!r} is not a share; write '65 %' or a number from 0 to 1")


def format_share(value: float | None, digits: int = 1) -> str:
    """Write a share in per cent, with a fixed number of decimals.

    Examples
    --------
    >>> format_share(0.6543), format_share(None)
    ('65.4 %', '–')
    """
    return "–" if value is None or math.isnan(value) else f"{100 * value:.{digits}f} %"


def exact_duration(ms: int) -> str:
    """Write a duration so that reading it gives the same number.

    Examples
    --------
    >>> exact_duration(900_000), exact_duration(5_400_000), exact_duration(7 * 86_400_000)
    ('15 min', '90 min', '7 d')
    """
    for unit, name in ((DAY, "d"), (HOUR, "h"), (MINUTE, "min"), (SECOND, "s")):
        if ms % unit == 0:
            return f"{ms // unit} {name}"
    return f"{ms} ms"


def exact_rate(per_h: float) -> str:
    """Write a rate so that reading it gives the same number.

    Examples
    --------
    >>> exact_rate(2.5), exact_rate(1 / 3)
    ('420 / week', '56 / week')
    """
    for hours, name in ((HOURS_PER_WEEK, "week"), (1, "h")):
        text = f"{per_h * hours:.12g} / {name}"
        if rate_per_h(text) == per_h:
            return text
    return f"{per_h!r} / h"


def exact_share(value: float) -> str | float:
    """Write a share so that reading it gives the same number: in per cent where that is exact.

    Examples
    --------
    >>> exact_share(0.65), exact_share(1 / 3)
    ('65 %', 0.3333333333333333)
    """
    text = f"{100 * value:.12g} %"
    return text if signed_share(text) == value else value
