"""The data page: what spoils a calibration is found, and nothing else."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from sim.calibrate.datapage import data_page
from sim.calibrate.figures import Figures
from sim.calibrate.lines import find_lines
from sim.intake.read import read_export
from sim.workload.journeys import NOT_YET

MONDAY = dt.datetime(2026, 1, 5, 8)  # noqa: DTZ001 - local times have no zone
DAY = dt.timedelta(days=1)
HOUR = dt.timedelta(hours=1)


def _table(rows):
    lines = ["number,opened_at,resolved_at,closed_at,assignment_group,made_sla,category"]
    lines += [f"T{n}," + ",".join(str(cell) for cell in row) for n, row in enumerate(rows)]
    return "\n".join(lines) + "\n"


def _rows(weeks, *, a_day=30, hours=None, sla=None, closed=None, skip=()):
    """Give tickets of some weeks; hours to resolution and service level by week."""
    rng = np.random.default_rng(3)
    for week in range(weeks):
        for day in range(5):
            if (week, day) in skip:
                continue
            for n in range(a_day):
                at = MONDAY + (7 * week + day) * DAY + (n * 9 // a_day) * HOUR
                took = rng.exponential(hours(week) if hours else 10)
                done = at + took * HOUR
                done = done.replace(microsecond=0)
                made = "true" if rng.random() < (sla(week) if sla else 0.8) else "false"
                end = done + closed if closed else ""
                yield (at, done, end, "Desk" if n % 3 else "Apps", made, f"C{n % 4}")


def _page(write, rows):
    return data_page(read_export(write(_table(rows)), "servicenow"))


def _about(page):
    return {one.about for one in page.findings}


def test_a_settled_export_has_no_serious_finding(write):
    """Eight weeks alike: all of them are used."""
    page = _page(write, _rows(8))
    assert not any(one.serious for one in page.findings)
    assert not {"ramp-up", "odd week"} & _about(page)


def test_a_ramp_up_is_found_and_left_out(write):
    """Weeks of another service level at the start do not count."""
    page = _page(write, _rows(9, sla=lambda week: 0.1 if week < 3 else 0.8))
    assert page.first == dt.date(2026, 1, 26)
    assert "ramp-up" in _about(page)


def test_an_odd_week_is_no_ramp_up(write):
    """One bad week among good ones stays, with those before it, and is named."""
    page = _page(write, _rows(9, sla=lambda week: 0.1 if week == 4 else 0.8))
    assert page.first == dt.date(2026, 1, 5)
    (odd,) = (one for one in page.findings if one.about == "odd week")
    assert "2026-02-02" in odd.text
    assert not odd.serious


def test_the_last_change_counts(write):
    """Where two stretches are alike in themselves, the later one is used."""
    page = _page(write, _rows(12, sla=lambda week: 0.5 if week < 6 else 0.8))
    assert page.first == dt.date(2026, 2, 16)


def test_low_days_are_taken_for_holidays(write):
    """A day with hardly any tickets is named."""
    page = _page(write, _rows(8, skip={(3, 2)}))
    assert page.low_days == (dt.date(2026, 1, 28),)


def test_stated_holidays_are_said_and_low_days_still_found(write):
    """Days that somebody states are named as stated; one on which tickets came as ever is doubted."""
    path = write(_table(_rows(8, skip={(3, 2), (4, 2)})))
    stated = [dt.date(2026, 1, 28), dt.date(2026, 1, 29), dt.date(2026, 3, 17)]
    page = data_page(read_export(path, "servicenow", holidays=stated))
    assert page.low_days == (dt.date(2026, 1, 28), dt.date(2026, 2, 4))
    (said,) = (one for one in page.findings if one.about == "holidays")
    assert "2026-01-28, 2026-01-29, 2026-03-17 are holidays, as was stated" in said.text
    assert "On 2026-01-29 tickets came as on other days" in said.text


def test_automatic_closure_is_told(write):
    """A closure the same time after each resolution is a rule."""
    assert "automatic closure" in _about(_page(write, _rows(6, closed=5 * DAY)))


def test_length_bias_is_told(write):
    """An export of what ended in a period begins when it does, not with its oldest ticket."""
    begin = MONDAY + 28 * DAY
    rows = [row for row in _rows(10, hours=lambda _: 120) if begin <= row[1] < begin + 42 * DAY]
    page = _page(write, rows)
    assert "length bias" in _about(page)
    assert page.first >= begin.date()


def test_truncation_is_told(write):
    """Where late tickets lack their resolution, the export ended before they did."""
    rows = [
        (*row[:1], "" if n > 1000 and n % 2 else row[1], *row[2:]) for n, row in enumerate(_rows(8))
    ]
    assert "truncation" in _about(_page(write, rows))


def test_one_day_of_data(write):
    """A day is no week, and that is told."""
    page = _page(write, [row for row in _rows(1, a_day=120) if row[0].date() == MONDAY.date()])
    assert page.first == page.last == MONDAY.date()
    assert any(one.about == "period" and one.serious for one in page.findings)


def test_one_ticket_is_told_of_without_a_warning(write):
    """Tickets that were all opened at once have no earlier part to be held against."""
    export = read_export(write(_table(_rows(1))), "servicenow")
    page = data_page(export.where(np.arange(len(export)) == 0), find_lines(export))
    size = next(one.text for one in page.findings if one.about == "size")
    assert "1 ticket opened from 2026-01-05 to 2026-01-05" in size


@pytest.mark.parametrize("share", [0.3])
def test_missing_fields_are_counted(write, share):
    """Fields that are often empty are named with their share."""
    rows = [(*r[:3], "" if n % 10 < 10 * share else r[3], *r[4:]) for n, r in enumerate(_rows(6))]
    page = _page(write, rows)
    assert any("30.0 % of the tickets have no team" in one.text for one in page.findings)


def test_one_pass_finds_what_each_week_by_itself_shows(write):
    """The figures of a week are those of an export that holds its tickets alone."""
    rows = [
        (*row[:1], "" if n % 7 == 0 else row[1], *row[2:])
        for n, row in enumerate(_rows(6, hours=lambda week: 10 + 5 * week, skip={(2, 1)}))
        # A whole week without a ticket.
        if not MONDAY + 28 * DAY <= row[0] < MONDAY + 35 * DAY
    ]
    path = write(_table(rows))
    for zone in ("Europe/Amsterdam", "America/New_York"):
        export = read_export(path, "servicenow", time_zone=zone)
        lines = find_lines(export)
        weeks = data_page(export, lines).weeks
        assert [week.tickets for week in weeks] == [150, 150, 120, 150, 0]
        for week in weeks:
            alone = export.between(week.first, week.first + 6 * DAY)
            figures = Figures(alone, lines)
            known = alone.tickets.resolved_ms != NOT_YET
            expected = [
                figures.sla_share(),
                figures.resolved_within(24, known),
                figures.never_left_share(),
            ]
            np.testing.assert_array_equal(week.shares(), expected)
