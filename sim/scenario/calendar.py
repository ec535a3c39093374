"""When hours hold: from hours of the local week to spells of real time.

A scenario speaks in wall-clock time; a replication counts elapsed milliseconds since the period's
start, which is local midnight of its first day in the scenario's zone. Between the two lies
daylight saving: a day may have 23 or 25 hours, and a shift over the change is an hour shorter or
longer. Two rules settle what a wall-clock time means then:

* a time that the clock skips is the instant of the skip;
* a time that the clock shows twice is the first of the two.

Both say the same: the first instant at which the clock shows that time or a later one. It never
turns the order of two times round, so that spans that touch on the clock touch in real time.
"""

from __future__ import annotations

import datetime as dt
import zoneinfo
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.scenario.hours import Hours
from sim.scenario.quantities import DAY_MINUTES, WEEKDAYS
from sim.units import DAY, HOUR, MINUTE, SECOND, YEAR

Instants = NDArray[np.int64]

_EPOCH: Final = dt.date(1970, 1, 1)
_EPOCH_WEEKDAY: Final = _EPOCH.weekday()
_WEEK_DAYS: Final = len(WEEKDAYS)
_DAY_SECONDS: Final = DAY // SECOND
_MARGIN_DAYS: Final = 3
"""Zones are at most 26 hours apart, and a span that began yesterday may still be open."""
_LAST_ORDINAL: Final = dt.date.max.toordinal() - 2 * _MARGIN_DAYS


@dataclass(frozen=True, eq=False)
class _Clock:
    """The offsets of a zone over some years; all times in ms, UTC since 1970.

    Attributes
    ----------
    begins : int64
        When each offset begins to hold; the first one from before the range on.
    offset : int64
        Local time less UTC.
    shown_before : int64
        The latest local time shown by the end of each stretch (exclusive); it never falls.
    """

    begins: Instants
    offset: Instants
    shown_before: Instants

    def instants(self, local_ms: Instants) -> Instants:
        """Return the first instants at which the clock shows these local times or later ones."""
        stretch = np.searchsorted(self.shown_before, local_ms, side="right")
        first: Instants = np.maximum(local_ms - self.offset[stretch], self.begins[stretch])
        return first

    def shows(self, utc_ms: Instants) -> Instants:
        """Return the local times at these instants."""
        stretch = np.searchsorted(self.begins, utc_ms, side="right") - 1
        shown: Instants = utc_ms + self.offset[stretch]
        return shown


@lru_cache(maxsize=256)
def _clock(zone: str, first_day: int, days: int) -> _Clock:
    """Find the changes of a zone's offset between two days (numbered from 1970-01-01)."""
    rules = zoneinfo.ZoneInfo(zone)

    def offset_s(utc_s: int) -> int:
        there = dt.datetime.fromtimestamp(utc_s, tz=rules).utcoffset()
        assert there is not None
        return round(there.total_seconds())

    midnights = range(first_day * _DAY_SECONDS, (first_day + days + 1) * _DAY_SECONDS, _DAY_SECONDS)
    at_midnight = [offset_s(second) for second in midnights]
    begins, offsets = [-(2**62)], [at_midnight[0]]
    for day, (now, following) in enumerate(pairwise(at_midnight)):
        if now == following:
            continue
        before, after = midnights[day], midnights[day + 1]
        while after - before > 1:
            middle = (before + after) // 2
            before, after = (middle, after) if offset_s(middle) == now else (before, middle)
        begins.append(after * SECOND)
        offsets.append(following)
    begin_ms = np.array(begins, np.int64)
    offset_ms = np.array(offsets, np.int64) * SECOND
    ends_local = np.append(begin_ms[1:] + offset_ms[:-1], 2**62)
    return _Clock(begin_ms, offset_ms, np.maximum.accumulate(ends_local))


def _days_around(start: dt.date, length_ms: int) -> tuple[int, int]:
    """Return the first day (from 1970-01-01) and the number of days that a stretch may touch."""
    days = length_ms // DAY + 2
    if start.toordinal() + days > _LAST_ORDINAL:
        raise ValueError(f"the calendar ends with the year {dt.MAXYEAR}")
    return (start - _EPOCH).days - _MARGIN_DAYS, days + 2 * _MARGIN_DAYS


def _start_utc_ms(start: dt.date, clock: _Clock) -> int:
    midnight = np.array([(start - _EPOCH).days * DAY], np.int64)
    return int(clock.instants(midnight)[0])


def start_instant(start: dt.date, zone: str) -> dt.datetime:
    """Return the instant from which a period counts, in UTC.

    Examples
    --------
    >>> start_instant(dt.date(2026, 1, 5), "Europe/Amsterdam").isoformat()
    '2026-01-04T23:00:00+00:00'
    """
    clock = _clock(zone, *_days_around(start, 0))
    return dt.datetime.fromtimestamp(_start_utc_ms(start, clock) // SECOND, tz=dt.UTC)


def local_instants(
    local_ms: Instants, zone: str
) -> tuple[Instants, NDArray[np.bool_], NDArray[np.bool_]]:
    """Return the instants of local times.

    Parameters
    ----------
    local_ms : int64 array
        What the clock shows, in ms since 1970-01-01 00:00 of the clock.
    zone : str

    Returns
    -------
    at_ms : int64 array
        UTC, ms since 1970. A time that the clock skips is the instant of the skip; one that it shows
        twice is the first of the two.
    skipped, twice : bool arrays

    Examples
    --------
    The half hour after two that the last Sunday of March lacks, and that of October has twice:

    >>> local = np.array(["2026-03-29T02:30", "2026-10-25T02:30"], "datetime64[ms]").astype(np.int64)
    >>> at_ms, skipped, twice = local_instants(local, "Europe/Amsterdam")
    >>> at_ms.astype("datetime64[ms]").astype(str).tolist(), skipped.tolist(), twice.tolist()
    (['2026-03-29T01:00:00.000', '2026-10-25T00:30:00.000'], [True, False], [False, True])
    """
    if not len(local_ms):
        return local_ms, np.zeros(0, np.bool_), np.zeros(0, np.bool_)
    first, last = int(local_ms.min()) // DAY, int(local_ms.max()) // DAY
    clock = _clock(zone, first - _MARGIN_DAYS, last - first + 1 + 2 * _MARGIN_DAYS)
    at_ms = clock.instants(local_ms)
    following = np.searchsorted(clock.begins, at_ms, side="right")
    later = np.minimum(following, len(clock.begins) - 1)
    again = local_ms - clock.offset[later] >= clock.begins[later]
    return at_ms, clock.shows(at_ms) != local_ms, again & (following < len(clock.begins))


def open_spells(
    hours: Hours,
    start: dt.date,
    length_ms: int,
    zone: str,
    holidays: tuple[dt.date, ...] = (),
    *,
    beyond_ms: int = YEAR,
) -> tuple[Instants, Instants]:
    """Tell when hours hold during a period and for a while after it.

    Parameters
    ----------
    hours : Hours
        Their own ``time_zone``, where they have one, replaces ``zone`` for the clock and the days.
    start : date
        The period's first day.
    length_ms : int
        The period's length.
    zone : str
        The scenario's time zone: the period starts at its midnight.
    holidays : tuple of date
        Days on which no span starts, unless the hours hold on holidays.
    beyond_ms : int
        How far past the period the answer goes, for delays that end after it; a year.

    Returns
    -------
    open_ms, close_ms : int64 arrays, read-only
        Disjoint spells ``[open, close)`` in order, in ms since the period's start, cut at its
        start and at ``length_ms + beyond_ms``. Spans that touch are one spell. A span that passes
        midnight belongs to the day on which it starts, holiday or not.

    Examples
    --------
    >>> office = Hours.model_validate({"Mon-Fri": "09:00-17:00"})
    >>> opens, closes = open_spells(office, dt.date(2026, 1, 9), 4 * DAY, "UTC", beyond_ms=0)
    >>> (opens // HOUR).tolist(), (closes // HOUR).tolist()
    ([9, 81], [17, 89])
    """
    own_zone, closed, half = days_off(hours, zone, holidays)
    return _spells(
        tuple(hours.spans()),
        start,
        length_ms + beyond_ms,
        zone,
        own_zone=own_zone,
        closed=closed,
        half=half,
    )


def days_off(
    hours: Hours, zone: str, holidays: tuple[dt.date, ...]
) -> tuple[str, tuple[dt.date, ...], tuple[dt.date, ...]]:
    """Return where hours are kept, on which days they do not hold, and on which until noon alone."""
    own = hours.days_off
    own_zone = hours.time_zone or zone if own is None else own.time_zone
    if hours.on_holidays:
        return own_zone, (), ()
    closed, half = (holidays, ()) if own is None else (own.holidays, own.half_days)
    return own_zone, tuple(sorted(set(closed))), tuple(sorted(set(half)))


@lru_cache(maxsize=256)
def _spells(
    spans: tuple[tuple[int, int], ...],
    start: dt.date,
    length_ms: int,
    zone: str,
    *,
    own_zone: str,
    closed: tuple[dt.date, ...],
    half: tuple[dt.date, ...] = (),
) -> tuple[Instants, Instants]:
    first, count = _days_around(start, length_ms)
    day = np.arange(first, first + count, dtype=np.int64)
    day = day[~np.isin(day, [(holiday - _EPOCH).days for holiday in closed])]
    weekday = (day + _EPOCH_WEEKDAY) % _WEEK_DAYS
    opens, closes = [], []
    for span_start, span_end in spans:
        on_day, minute = divmod(span_start, DAY_MINUTES)
        days = day[weekday == on_day]
        open_local = days * DAY + minute * MINUTE
        opens.append(open_local)
        closes.append(_by_noon(days, open_local + (span_end - span_start) * MINUTE, half))
    own_clock = _clock(own_zone, first, count)
    zero = _start_utc_ms(start, _clock(zone, first, count))
    open_ms = np.clip(own_clock.instants(np.concatenate(opens)) - zero, 0, length_ms)
    close_ms = np.clip(own_clock.instants(np.concatenate(closes)) - zero, 0, length_ms)
    return _merged(open_ms, close_ms)


def _by_noon(day: Instants, close_local: Instants, half: tuple[dt.date, ...]) -> Instants:
    """Cut at noon what closes later on half days; what opens after noon is empty then."""
    if not half:
        return close_local
    is_half = np.isin(day, [(one - _EPOCH).days for one in half])
    noon = day * DAY + DAY // 2
    return np.where(is_half, np.minimum(close_local, noon), close_local)


def _merged(open_ms: Instants, close_ms: Instants) -> tuple[Instants, Instants]:
    """Put spells in order and join those that touch; drop the empty ones."""
    holds = close_ms > open_ms
    open_ms, close_ms = open_ms[holds], close_ms[holds]
    order = np.argsort(open_ms, kind="stable")
    open_ms, close_ms = open_ms[order], np.maximum.accumulate(close_ms[order])
    apart = open_ms[1:] > close_ms[:-1]
    merged_open = open_ms[np.concatenate(([True], apart))] if len(open_ms) else open_ms
    merged_close = close_ms[np.concatenate((apart, [True]))] if len(close_ms) else close_ms
    merged_open.flags.writeable = False
    merged_close.flags.writeable = False
    return merged_open, merged_close


class WorkingDays(NamedTuple):
    """The days of a period on which hours hold, in ms since its start.

    Attributes
    ----------
    midnight_ms, open_ms, close_ms : int64
        When each day begins on the clock of the hours, when it opens first and closes last.
    """

    midnight_ms: Instants
    open_ms: Instants
    close_ms: Instants


def working_days(
    hours: Hours, start: dt.date, length_ms: int, zone: str, holidays: tuple[dt.date, ...] = ()
) -> WorkingDays:
    """List the working days of a period; the arguments are those of ``open_spells``.

    Examples
    --------
    >>> office = Hours.model_validate({"Mon-Fri": "09:00-12:00, 13:00-17:00"})
    >>> days = working_days(office, dt.date(2026, 1, 9), 4 * DAY, "UTC")
    >>> (days.open_ms // HOUR).tolist(), (days.close_ms // HOUR).tolist()
    ([9, 81], [17, 89])
    """
    first, count = _days_around(start, length_ms)
    own_zone, closed, half = days_off(hours, zone, holidays)
    day = np.arange(first, first + count, dtype=np.int64)
    day = day[~np.isin(day, [(holiday - _EPOCH).days for holiday in closed])]
    opens = np.full(_WEEK_DAYS, 2**31, np.int64)
    closes = np.full(_WEEK_DAYS, -1, np.int64)
    for span_start, span_end in hours.spans():
        weekday, minute = divmod(span_start, DAY_MINUTES)
        opens[weekday] = min(opens[weekday], minute)
        closes[weekday] = max(closes[weekday], minute + span_end - span_start)
    weekday_of = (day + _EPOCH_WEEKDAY) % _WEEK_DAYS
    day = day[closes[weekday_of] >= 0]
    weekday_of = (day + _EPOCH_WEEKDAY) % _WEEK_DAYS
    own = _clock(own_zone, first, count)
    zero = _start_utc_ms(start, _clock(zone, first, count))
    midnight, opening, closing = (
        own.instants(day * DAY + minutes * MINUTE) - zero
        for minutes in (np.zeros_like(day), opens[weekday_of], closes[weekday_of])
    )
    noon = own.instants(_by_noon(day, day * DAY + 2 * DAY, half)) - zero
    closing = np.minimum(closing, noon)
    inside = (closing > np.maximum(opening, 0)) & (midnight < length_ms)
    return WorkingDays(midnight[inside], opening[inside], closing[inside])


@lru_cache(maxsize=64)
def _local_hours(start: dt.date, length_ms: int, zone: str, at: str | None = None) -> Instants:
    """Return the local time (in ms since 1970) at the start of each elapsed hour of a period.

    It starts at midnight of ``zone``; ``at`` is the zone whose clock is read, where another.
    """
    first, count = _days_around(start, length_ms)
    clock = _clock(zone, first, count)
    elapsed = np.arange(-(-length_ms // HOUR), dtype=np.int64) * HOUR
    shows = clock if at is None else _clock(at, first, count)
    return shows.shows(_start_utc_ms(start, clock) + elapsed)


@lru_cache(maxsize=64)
def hour_of_week(
    start: dt.date, length_ms: int, zone: str, at: str | None = None
) -> NDArray[np.int16]:
    """Tell the hour of the local week of each elapsed hour of a period.

    Returns
    -------
    int16 array, read-only
        0 is Monday 00:00, 167 Sunday 23:00; one for each hour begun. Where the local clock stands
        at half past at the start of an hour, that hour counts as the one begun.

    Examples
    --------
    >>> hour_of_week(dt.date(2026, 3, 29), 4 * HOUR, "Europe/Amsterdam").tolist()
    [144, 145, 147, 148]
    """
    local = _local_hours(start, length_ms, zone, at) + _EPOCH_WEEKDAY * DAY
    hour = (local // HOUR % (_WEEK_DAYS * DAY // HOUR)).astype(np.int16)
    hour.flags.writeable = False
    return hour


@lru_cache(maxsize=64)
def local_days(
    start: dt.date, length_ms: int, zone: str, at: str | None = None
) -> NDArray[np.int32]:
    """Tell the local day of each elapsed hour of a period.

    Returns
    -------
    int32 array, read-only
        Days since ``start``: the date is ``start + timedelta(days)``. One for each hour begun.

    Examples
    --------
    >>> days = local_days(dt.date(2026, 3, 29), 48 * HOUR, "Europe/Amsterdam")
    >>> [int((days == day).sum()) for day in range(3)]
    [23, 24, 1]
    """
    days = (_local_hours(start, length_ms, zone, at) // DAY - (start - _EPOCH).days).astype(
        np.int32
    )
    days.flags.writeable = False
    return days
