"""Hours of the local week become spells of elapsed time."""

import datetime as dt
import time
import zoneinfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.scenario import calendar
from sim.scenario.calendar import hour_of_week, local_days, open_spells, start_instant
from sim.scenario.hours import ALL_HOURS, Hours
from sim.units import DAY, HOUR, MINUTE, WEEK, YEAR

AMSTERDAM = "Europe/Amsterdam"
SPRING = dt.date(2026, 3, 29)
AUTUMN = dt.date(2026, 10, 25)


def hours(**week):
    """Hours from days written with underscores: ``Mon_Fri="09:00-17:00"``."""
    return Hours.model_validate({k.replace("_", "-"): v for k, v in week.items()})


def in_hours(spells):
    """Spells as (open, close) in hours."""
    return [(o / HOUR, c / HOUR) for o, c in zip(*spells, strict=True)]


def test_a_plain_week():
    """Without a change of the clock, spells are the spans."""
    week = open_spells(
        hours(Mon_Fri="09:00-12:00, 13:00-17:00"), dt.date(2026, 1, 5), WEEK, "UTC", beyond_ms=0
    )
    assert in_hours(week) == [
        (24 * d + a, 24 * d + b) for d in range(5) for a, b in ((9, 12), (13, 17))
    ]


@pytest.mark.parametrize(
    ("day", "span", "expected"),
    [
        (SPRING, "00:00-24:00", (0, 23)),
        (SPRING, "09:00-17:00", (8, 16)),
        (SPRING, "01:00-03:00", (1, 2)),
        (SPRING, "02:30-04:00", (2, 3)),
        (SPRING, "01:00-02:30", (1, 2)),
        (AUTUMN, "00:00-24:00", (0, 25)),
        (AUTUMN, "09:00-17:00", (10, 18)),
        (AUTUMN, "02:30-04:00", (2.5, 5)),
        (AUTUMN, "01:00-02:30", (1, 2.5)),
    ],
)
def test_a_sunday_on_which_the_clock_changes(day, span, expected):
    """A skipped time is the skip, a repeated one its first showing; the day has 23 or 25 hours."""
    assert in_hours(open_spells(hours(Sun=span), day, 2 * DAY, AMSTERDAM, beyond_ms=0)) == [
        expected
    ]


def test_a_span_inside_the_skipped_hour_does_not_hold():
    """Nobody works from 02:10 to 02:50 when these minutes do not happen."""
    assert (
        in_hours(open_spells(hours(Sun="02:10-02:50"), SPRING, DAY, AMSTERDAM, beyond_ms=0)) == []
    )


@pytest.mark.parametrize(("eve", "length"), [(dt.date(2026, 3, 28), 7), (dt.date(2026, 10, 24), 9)])
def test_the_night_shift_of_the_change(eve, length):
    """A night of eight hours on the clock lasts seven or nine."""
    assert in_hours(
        open_spells(hours(Sat="22:00-06:00"), eve, 3 * DAY, AMSTERDAM, beyond_ms=0)
    ) == [(22, 22 + length)]


def test_spans_that_pass_midnight_belong_to_the_day_they_start():
    """A holiday drops the span that starts on it, not the one that ends on it."""
    night = hours(Mon_Sun="22:00-06:00")
    monday = dt.date(2026, 1, 5)
    tuesday = (dt.date(2026, 1, 6),)
    spells = open_spells(night, monday, 3 * DAY, "UTC", tuesday, beyond_ms=0)
    assert in_hours(spells) == [(0, 6), (22, 30), (70, 72)]


def test_hours_that_hold_on_holidays():
    """``on_holidays`` keeps a holiday's spans."""
    day = dt.date(2026, 1, 5)
    closed = hours(Mon="09:00-17:00")
    held = Hours.model_validate({"Mon": "09:00-17:00", "on_holidays": True})
    assert in_hours(open_spells(closed, day, DAY, "UTC", (day,), beyond_ms=0)) == []
    assert in_hours(open_spells(held, day, DAY, "UTC", (day,), beyond_ms=0)) == [(9, 17)]


def test_spans_that_touch_are_one_spell():
    """Every hour is a single spell, and so is a day of three shifts."""
    assert in_hours(open_spells(ALL_HOURS, SPRING, WEEK, AMSTERDAM, beyond_ms=DAY)) == [(0, 192)]
    shifts = hours(Mon_Sun="00:00-08:00, 08:00-16:00, 16:00-24:00")
    assert in_hours(open_spells(shifts, SPRING, WEEK, AMSTERDAM, beyond_ms=0)) == [(0, 168)]


def test_hours_of_another_zone():
    """Hours kept in Kolkata are at half past in Amsterdam, and move when Amsterdam's clock does."""
    office = Hours.model_validate({"Mon-Fri": "09:00-17:00", "time_zone": "Asia/Kolkata"})
    winter = open_spells(office, dt.date(2026, 1, 5), DAY, AMSTERDAM, beyond_ms=0)
    summer = open_spells(office, dt.date(2026, 7, 6), DAY, AMSTERDAM, beyond_ms=0)
    assert (in_hours(winter), in_hours(summer)) == ([(4.5, 12.5)], [(5.5, 13.5)])


def test_the_day_of_another_zone_may_be_yesterday():
    """Sunday evening in Honolulu is open when a Monday starts in Auckland."""
    office = Hours.model_validate({"Sat": "12:00-20:00", "time_zone": "Pacific/Honolulu"})
    # Monday 5 January 00:00 in Auckland (UTC+13) is Sunday 01:00 in Honolulu (UTC-10).
    sunday = open_spells(office, dt.date(2026, 1, 4), DAY, "Pacific/Auckland", beyond_ms=0)
    assert in_hours(sunday) == [(11, 19)]


def test_the_half_hour_change_of_lord_howe():
    """A change of half an hour is kept to the minute."""
    change = dt.date(2026, 4, 5)  # 02:00 becomes 01:30
    spells = open_spells(
        hours(Sun="00:00-24:00"), change, 2 * DAY, "Australia/Lord_Howe", beyond_ms=0
    )
    assert in_hours(spells) == [(0, 24.5)]
    assert hour_of_week(change, 4 * HOUR, "Australia/Lord_Howe").tolist() == [144, 145, 145, 146]


def test_a_midnight_that_is_skipped():
    """Where the clock jumps at midnight, the period starts at the jump."""
    assert start_instant(dt.date(2018, 11, 4), "America/Sao_Paulo").hour == 3
    spells = open_spells(
        hours(Sun="00:00-08:00"), dt.date(2018, 11, 4), DAY, "America/Sao_Paulo", beyond_ms=0
    )
    assert in_hours(spells) == [(0, 7)]


def test_spells_go_a_year_beyond_the_period():
    """A delay that starts on the last day has open hours to run in."""
    opens, closes = open_spells(hours(Mon_Fri="09:00-17:00"), dt.date(2026, 1, 5), WEEK, "UTC")
    assert WEEK + YEAR - WEEK < closes[-1] <= WEEK + YEAR
    assert not opens.flags.writeable
    assert not closes.flags.writeable


@pytest.mark.parametrize(
    "zone", [AMSTERDAM, "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"]
)
def test_hours_of_the_week_are_those_of_the_zone_database(zone):
    """Every hour of a year has the hour and the day that ``zoneinfo`` says."""
    start = dt.date(2026, 1, 5)
    began = start_instant(start, zone)
    rules = zoneinfo.ZoneInfo(zone)
    local = [(began + dt.timedelta(hours=h)).astimezone(rules) for h in range(YEAR // HOUR)]
    assert hour_of_week(start, YEAR, zone).tolist() == [t.weekday() * 24 + t.hour for t in local]
    assert local_days(start, YEAR, zone).tolist() == [(t.date() - start).days for t in local]


@given(
    spans=st.lists(st.tuples(st.integers(0, 1439), st.integers(1, 1440)), min_size=1, max_size=3),
    day=st.dates(dt.date(2020, 1, 1), dt.date(2030, 1, 1)),
    zone=st.sampled_from(
        [AMSTERDAM, "America/Sao_Paulo", "Australia/Lord_Howe", "Africa/Casablanca"]
    ),
)
def test_spells_agree_with_the_clock_minute_by_minute(spans, day, zone):
    """An instant is inside a spell if and only if the clock on the wall is inside a span."""
    text = ", ".join(
        f"{a // 60:02}:{a % 60:02}-{b // 60:02}:{b % 60:02}" for a, b in spans if a < b
    )
    try:
        office = Hours.model_validate({"Mon-Sun": text})
    except ValueError:
        return
    opens, closes = open_spells(office, day, 2 * DAY, zone, beyond_ms=0)
    assert (opens < closes).all()
    assert (closes[:-1] < opens[1:]).all()
    began, rules = start_instant(day, zone), zoneinfo.ZoneInfo(zone)
    for at_ms in range(0, 2 * DAY, 37 * MINUTE):
        wall = (began + dt.timedelta(milliseconds=at_ms)).astimezone(rules)
        fold_free = wall.replace(fold=0).utcoffset() == wall.replace(fold=1).utcoffset()
        minute = wall.hour * 60 + wall.minute
        held = any(a * 1 <= minute < b for a, b in spans if a < b)
        inside = bool(np.any((opens <= at_ms) & (at_ms < closes)))
        if fold_free:  # a time that is shown twice counts once, by the rule of the module
            assert inside == held, (wall, text)


def test_a_year_takes_a_few_milliseconds():
    """Calendars are made for every replication of every what-if: they must cost nothing."""
    day = hours(Mon_Fri="08:00-17:00", Sat="09:00-13:00")
    times = []
    for _ in range(5):
        calendar._spells.cache_clear()
        calendar._clock.cache_clear()
        began = time.perf_counter()
        open_spells(day, dt.date(2026, 1, 5), YEAR, AMSTERDAM)
        times.append(time.perf_counter() - began)
    assert min(times) < 0.02  # about 2 ms; the bound leaves room for a busy machine
