"""Dates: forms, zones, and the clock's changes."""

# ruff: noqa: DTZ001 - local times have no zone
from __future__ import annotations

import datetime as dt
import zoneinfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.errors import ExportError
from sim.intake.dates import KNOWN_FORMS, Form
from sim.intake.read import read_export
from sim.scenario.calendar import local_instants

ZONES = ("Europe/Amsterdam", "America/New_York", "Australia/Lord_Howe", "UTC", "Asia/Kolkata")


def _local_instant(moment, zone):
    shown = (moment - dt.datetime(1970, 1, 1)) // dt.timedelta(milliseconds=1)
    at_ms, skipped, twice = local_instants(np.array([shown]), zone)
    return int(at_ms[0]), bool(skipped[0]), bool(twice[0])


@pytest.mark.parametrize(
    ("form", "text", "moment"),
    [
        ("ISO", "2026-01-05T08:00:01+01:00", dt.datetime(2026, 1, 5, 8, 0, 1)),
        ("ISO", "20260105", None),
        ("%m/%d/%Y %I:%M[:%S] %p", "1/5/2026 12:07 AM", dt.datetime(2026, 1, 5, 0, 7)),
        ("%d/%b/%y[ %I:%M %p]", "05/Jan/26 3:04 PM", dt.datetime(2026, 1, 5, 15, 4)),
        ("%d.%m.%Y[ %H:%M[:%S]]", "05.01.2026", dt.datetime(2026, 1, 5)),
        ("%d.%m.%Y[ %H:%M[:%S]]", "05x01x2026", None),
        (
            "%Y-%m-%d %H:%M:%S %z",
            "2026-01-05 08:00:00.25 -0530",
            dt.datetime(2026, 1, 5, 8, 0, 0, 250000),
        ),
        ("%d/%m/%Y", "31/2/2026", None),
        ("%d/%m/%Y", "1/1/0026", None),
    ],
)
def test_forms(form, text, moment):
    """Each form reads its own dates, and no others."""
    read = Form(form).read(text)
    assert (read and read.replace(tzinfo=None)) == moment


def test_a_form_that_is_none():
    """An unknown part of a form is named with the known ones."""
    with pytest.raises(ExportError, match="%q"):
        Form("%d/%q")


def test_known_forms_can_be_read():
    """Every form that is tried is a form."""
    assert all(Form(text) for text in KNOWN_FORMS)


@given(st.datetimes(dt.datetime(2000, 1, 1), dt.datetime(2040, 1, 1)), st.sampled_from(ZONES))
def test_local_times_are_instants_that_show_them(moment, zone):
    """An instant shows the local time it was read from, unless the clock skips that."""
    clock = zoneinfo.ZoneInfo(zone)
    at_ms, skipped, _ = _local_instant(moment, zone)
    shown = dt.datetime.fromtimestamp(at_ms / 1000, tz=clock).replace(tzinfo=None)
    whole = moment.replace(microsecond=moment.microsecond // 1000 * 1000)
    assert skipped == (abs(shown - whole) > dt.timedelta(milliseconds=1))
    if skipped:
        # The skip's own instant: a second earlier the clock showed an earlier time.
        before = dt.datetime.fromtimestamp(at_ms / 1000 - 1, tz=clock).replace(tzinfo=None)
        assert before < whole < shown


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (dt.datetime(2026, 3, 29, 2, 30), ("2026-03-29T01:00:00", True, False)),
        (dt.datetime(2026, 10, 25, 2, 30), ("2026-10-25T00:30:00", False, True)),
        (dt.datetime(2026, 7, 1, 12, 0), ("2026-07-01T10:00:00", False, False)),
    ],
)
def test_the_clock_changes(moment, expected):
    """A skipped time is the skip, one shown twice is the first."""
    at_ms, skipped, twice = _local_instant(moment, "Europe/Amsterdam")
    utc = dt.datetime.fromtimestamp(at_ms / 1000, tz=dt.UTC).replace(tzinfo=None)
    assert (utc.isoformat(), skipped, twice) == expected


def test_changes_of_the_clock_are_counted(write):
    """A reader is told how many dates the rule was needed for."""
    text = "number,opened_at\nA,2026-03-29 02:30\nB,2026-10-25 02:10\nC,2026-10-25 02:20\n"
    export = read_export(write(text), "servicenow", time_zone="Europe/Amsterdam")
    told = " ".join(export.notices)
    assert "Local times that the clock skips; the skip is taken (1 date)." in told
    assert "Local times that the clock shows twice; the first is taken (2 dates)." in told


def test_one_column_tells_the_form_of_another(write):
    """Where opening dates alone are ambiguous, the other dates of the export decide."""
    text = "number,opened_at,closed_at\nA,1/2/2026 08:00,13/2/2026 09:00\n"
    export = read_export(write(text), "servicenow")
    assert export.days_opened() == (dt.date(2026, 2, 1), dt.date(2026, 2, 1))


def test_the_mapping_decides_day_or_month(write):
    """What cannot be told is stated; a stated form that a date contradicts is refused."""
    path = write("number,opened_at\nA,1/2/2026 08:00\n")
    stated = write("{extends: servicenow, dates: '%m/%d/%Y %H:%M'}", "us.yaml")
    assert read_export(path, stated).days_opened()[0] == dt.date(2026, 1, 2)
    other = write("number,opened_at\nA,1/2/2026 08:00\nB,13/2/2026 08:00\n", "other.csv")
    with pytest.raises(ExportError, match="mixes forms"):
        read_export(other, stated)


def test_a_cell_with_a_time_and_no_day_is_no_date(tmp_path):
    """A workbook shows a bare time as one of 1900 or so: its row is set aside, not believed."""
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    book.active.append(["number", "opened_at"])
    book.active.append(["A", dt.datetime(2026, 1, 5, 8)])
    book.active.append(["B", dt.datetime(1905, 1, 1, 8)])
    book.save(tmp_path / "export.xlsx")
    export = read_export(tmp_path / "export.xlsx", "servicenow")
    assert [(one.ticket, one.row) for one in export.set_aside] == [("B", 3)]
    assert "is no date" in export.set_aside[0].reason
