"""Dates: forms, zones, and the clock's changes."""

# ruff: noqa: DTZ001 - local times have no zone
from __future__ import annotations

import datetime as dt
import zoneinfo

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from sim.errors import ExportError
from sim.intake.date_forms import Form
from sim.intake.date_values import read_shapes, shapes_of
from sim.intake.dates import looks_like_dates, read_forms
from sim.intake.mapping import load_mapping, mapping_text
from sim.intake.read import read_export
from sim.intake.sheet import Column
from sim.scenario.calendar import local_instants
from sim.workload.journeys import NOT_YET

EPOCH = dt.datetime(1970, 1, 1)

ZONES = ("Europe/Amsterdam", "America/New_York", "Australia/Lord_Howe", "UTC", "Asia/Kolkata")


def _local_instant(moment, zone):
    shown = (moment - dt.datetime(1970, 1, 1)) // dt.timedelta(milliseconds=1)
    at_ms, skipped, twice = local_instants(np.array([shown]), zone)
    return int(at_ms[0]), bool(skipped[0]), bool(twice[0])


@pytest.mark.parametrize(
    ("form", "text", "moment"),
    [
        ("ISO", "2026-01-05T08:00:01+01:00", dt.datetime(2026, 1, 5, 7, 0, 1)),
        ("ISO", "20260105", None),
        ("%m/%d/%Y %I:%M[:%S] %p", "1/5/2026 12:07 AM", dt.datetime(2026, 1, 5, 0, 7)),
        ("%d/%b/%y[ %I:%M %p]", "05/Jan/26 3:04 PM", dt.datetime(2026, 1, 5, 15, 4)),
        ("%d.%m.%Y[ %H:%M[:%S]]", "05.01.2026", dt.datetime(2026, 1, 5)),
        ("%d.%m.%Y[ %H:%M[:%S]]", "05x01x2026", None),
        (
            "%Y-%m-%d %H:%M:%S %z",
            "2026-01-05 08:00:00.25 -0530",
            dt.datetime(2026, 1, 5, 13, 30, 0, 250000),
        ),
        ("%d/%m/%Y", "31/2/2026", None),
        ("%d/%m/%Y", "1/1/0026", None),
        ("%d %b %Y", "29 Feb 2025", None),
        ("%a %d %b %Y", "Tue 5 Jan 2026", None),
        ("%Y|%d|%m %H.%M", "2026|05|01 9.30", dt.datetime(2026, 1, 5, 9, 30)),
    ],
)
def test_forms(form, text, moment):
    """Each form reads its own dates, and no others."""
    assert _one(form, text) == moment


def _one(form, text):
    read = read_shapes([text], shapes_of([text]), Form(form)).wall_ms[0]
    return None if read == NOT_YET else EPOCH + dt.timedelta(milliseconds=int(read))


@pytest.mark.parametrize("form", ["%d/%q", "%d/%m", "yesterday", "%d/%m/%Y["])
def test_a_form_that_is_none(form):
    """An unknown part of a form is named with the known ones; a form needs day, month and year."""
    with pytest.raises(ExportError, match="dates:"):
        Form(form)


AFTERNOON = dt.datetime(2026, 1, 5, 15, 4, 9)
WRITTEN = {
    "05/ene/26 3:04:09 PM": "%d %b %y[ %I:%M[:%S] %p]",
    "2026-01-05 15:04:09 UTC": "ISO",
    "2026-01-05T15:04:09.1234567": "ISO",
    "2026-01-05 16:04:09 MEZ": "ISO",
    "1767625449000": "epoch ms",
    "1767625449": "epoch s",
    "46027.62788194445": "Excel serial",
    "46027,62788194445": "Excel serial",
    "Mon Jan  5 15:04:09 2026": "%b %d %H:%M:%S[ %z] %Y",
    "Mon Jan 05 16:04:09 CET 2026": "%b %d %H:%M:%S[ %z] %Y",
    "Mon Jan 05 2026 16:04:09 GMT+0100 (Central European Standard Time)": "%b %d, %Y[ %H:%M[:%S]]",
    "Monday, 05 January 2026 15:04:09": "%d %b %Y[ %H:%M[:%S]]",
    "lunes, 5 de enero de 2026 15:04:09": "%d %b %Y[ %H:%M[:%S]]",
    "segunda-feira, 5 de janeiro de 2026 às 15:04:09": "%d %b %Y[ %H:%M[:%S]]",
    "lun. 05 janv. 2026 à 15:04:09": "%d %b %Y[ %H:%M[:%S]]",
    "Montag, 5. Januar 2026, 15:04:09 Uhr": "%d %b %Y[ %H:%M[:%S]]",
    "lunedì 5 gennaio 2026 15:04:09": "%d %b %Y[ %H:%M[:%S]]",
    "maandag 5 januari 2026 15:04:09": "%d %b %Y[ %H:%M[:%S]]",
    "January 5th, 2026 3:04:09 p. m.": "%b %d, %Y[ %I:%M[:%S] %p]",
    "05-JAN-26 03.04.09.123456 PM": "%d %b %y[ %I:%M[:%S] %p]",
    "05/Jan/2026:15:04:09 +0000": "%d %b %Y[ %H:%M[:%S]]",
    "20260105T150409": "%Y%m%d[T%H%M[%S]]",
    "20260105T150409Z": "%Y%m%d[T%H%M[%S]]",
    "20260105150409": "%Y%m%d%H%M[%S]",
    "2026/1/5 15:04:09": "%Y/%m/%d[ %H:%M[:%S]]",
    "5. 1. 2026 15:04:09": "%d.%m.%Y[ %H:%M[:%S]]",
}


@pytest.mark.parametrize("text", WRITTEN)
def test_ways_of_writing_one_moment(text, write):
    """The form is found, reads the moment, and reads it again when it is stated."""
    path = write(f'number,opened_at\nA,"{text}"\n')
    export = read_export(path, "servicenow")
    assert export.mapping.dates == (WRITTEN[text],)
    assert _shown(export) == [AFTERNOON]
    assert _shown(read_export(path, export.mapping)) == [AFTERNOON]


def _shown(export):
    return [EPOCH + dt.timedelta(seconds=int(at) // 1000) for at in export.tickets.opened_ms]


def _cells(*texts):
    lines = [f'T{at},"{text}"' for at, text in enumerate(texts)]
    return "\n".join(["number,opened_at", *lines]) + "\n"


MINUTES = st.datetimes(dt.datetime(2024, 1, 1), dt.datetime(2024, 12, 31)).map(
    lambda at: at.replace(second=0, microsecond=0)
)
STYLES = {
    "%d/%m/%Y %H:%M": lambda at: f"{at:%d/%m/%Y %H:%M}",
    "%m/%d/%Y %H:%M": lambda at: f"{at.month}/{at.day}/{at.year} {at.hour}:{at:%M}",
    "%m/%d/%y %I:%M %p": lambda at: f"{at.month}/{at.day}/{at:%y} {at.hour % 12 or 12}:{at:%M %p}",
    "%d-%m-%Y": lambda at: f"{at:%d-%m-%Y %H:%M:%S}",
    "%Y-%d-%m": lambda at: f"{at:%Y-%d-%m %H:%M}",
    "%Y-%m-%d": lambda at: f"{at:%Y-%m-%d} {at.hour}:{at:%M}",
    "%d.%m.%y": lambda at: f"{at.day}.{at.month}.{at:%y} {at:%H:%M}",
    "%y-%m-%d": lambda at: f"{at:%y-%m-%d %H:%M}",
    "%d-%b-%Y": lambda at: f"{at:%d-%b-%Y %I:%M %p}",
}


@settings(max_examples=150)
@given(st.lists(MINUTES, min_size=1, max_size=40), st.sampled_from(sorted(STYLES)))
def test_every_date_is_read_right_or_the_column_is_refused(moments, style):
    """No guess gets through: whatever the dates are, all of them are right, or none is taken."""
    column = Column("opened", [STYLES[style](at) for at in moments], np.arange(len(moments)))
    try:
        reading = read_forms({"opened": column}, np.arange(len(moments)) + 2, ("found",))["opened"]
    except ExportError:
        assert all(at.day <= 12 for at in moments) or style == "%y-%m-%d"
        return
    # Year, day, month is written so seldom that what also reads as ISO is taken for that.
    assume(style != "%Y-%d-%m" or any(at.day > 12 for at in moments))
    read = [EPOCH + dt.timedelta(milliseconds=int(at)) for at in reading.wall_ms]
    assert read == moments


def test_no_row_is_lost_to_the_form_of_its_hour(write):
    """Hours before ten without a zero in front are read as the others are."""
    texts = [f"2023-01-02 {hour}:14" for hour in range(24)]
    export = read_export(write(_cells(*texts)), "servicenow")
    assert [at.hour for at in _shown(export)] == list(range(24))


def test_all_months_of_a_language_are_read(write):
    """A year of Spanish months is a year."""
    names = ["ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sep", "oct", "nov", "dic"]
    export = read_export(write(_cells(*(f"02/{name}/23 9:14 AM" for name in names))), "servicenow")
    assert [at.month for at in _shown(export)] == list(range(1, 13))


def test_year_day_month_is_found(write):
    """A form that leaves half of the dates unread is no form: the one that reads all is taken."""
    days = [dt.datetime(2026, 1, 5, 9) + dt.timedelta(day) for day in range(42)]
    export = read_export(write(_cells(*(f"{day:%Y-%d-%m %H:%M:%S}" for day in days))), "servicenow")
    assert export.mapping.dates == ("%Y-%d-%m[ %H:%M[:%S]]",)
    assert _shown(export) == days


def test_a_form_that_leaves_more_than_a_few_is_none(write):
    """A shape that repeats and cannot be read refuses the file; a slip here and there is set aside."""
    good = [f"{1 + n % 28}.1.2026 08:00" for n in range(100)]
    export = read_export(write(_cells(*good, "45.1.2026 08:00")), "servicenow")
    assert [one.ticket for one in export.set_aside] == ["T100"]
    with pytest.raises(ExportError, match=r"does not read: 4 of 104 rows \(row 102 '2026 week 1'"):
        read_export(write(_cells(*good, *(f"2026 week {n}" for n in range(1, 5)))), "servicenow")


def test_unknown_months_are_refused(write):
    """Months of a language that is not known are no reason to lose some of the rows."""
    with pytest.raises(ExportError, match=r"no dates that can be read|does not read"):
        read_export(
            write(_cells("2 sty 2026", "3 lut 2026", "4 mar 2026", "5 kwi 2026")), "servicenow"
        )


def test_a_zone_that_may_be_several_is_asked_for(write):
    """IST is India, Israel or Ireland: the desk's zone tells, or the file is refused."""
    path = write(_cells("2026-01-05 20:34:09 IST"))
    with pytest.raises(ExportError, match=r"time_zone.*Asia/Kolkata"):
        read_export(path, "servicenow")
    assert _shown(read_export(path, "servicenow", time_zone="Asia/Kolkata")) == [AFTERNOON]


def test_times_with_and_without_a_zone_are_not_mixed(write):
    """Half in UTC, half local: which is which for the others, nobody can tell."""
    texts = [f"2026-01-05 0{n}:00{'Z' if n % 2 else ''}" for n in range(8)]
    with pytest.raises(ExportError, match="with a zone and times without"):
        read_export(write(_cells(*texts)), "servicenow")


def test_what_stands_for_no_date_is_counted(write):
    """Words, zeros and a tool's first day are no date, and no fault."""
    rows = [f"T{n},{1 + n}.1.2026 08:00,{1 + n}.1.2026 09:00" for n in range(20)]
    none = ["never", "00.00.0000 00:00", "01.01.1900 00:00", "not yet"]
    rows += [f"N{n},3.1.2026 08:00,{text}" for n, text in enumerate(none)]
    export = read_export(write("\n".join(["number,opened_at,resolved_at", *rows])), "servicenow")
    assert int((export.tickets.resolved_ms == NOT_YET).sum()) == 4
    assert any("4 rows of 'resolved_at' say in words" in one for one in export.notices)


def test_the_future_tells_day_from_month():
    """Where the other reading has tickets of months to come, it is not taken."""
    column = Column("opened", [f"0{1 + n}/03/2026 08:00" for n in range(9)], np.arange(9))
    now = round(dt.datetime(2026, 3, 12, tzinfo=dt.UTC).timestamp() * 1000)
    read = read_forms({"opened": column}, np.arange(9), ("found",), now_ms=now)
    assert read["opened"].order == "dmY"
    for year in (-1, 1):
        with pytest.raises(ExportError, match="more than one way"):
            read_forms(
                {"opened": column},
                np.arange(9),
                ("found",),
                now_ms=now + year * 365 * 86_400_000,
            )


def test_the_order_within_rows_tells_day_from_month(write):
    """Nothing is resolved before it was opened."""
    rows = [f"T{n},{9 + n % 4:02}/11/2025 08:00,0{1 + n % 5}/12/2025 08:00" for n in range(12)]
    export = read_export(write("\n".join(["number,opened_at,resolved_at", *rows])), "servicenow")
    assert export.mapping.dates == ("%d/%m/%Y[ %H:%M[:%S]]",)


def _workbook(path, cells):
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    book.active.append(["number", "opened_at"])
    for number, cell in enumerate(cells):
        book.active.append([f"T{number}", cell])
    book.save(path)
    return path


def _halves(days):
    """Write days as Excel leaves texts of day/month that it read as month/day."""
    for day in days:
        yield (
            day.replace(month=day.day, day=day.month) if day.day <= 12 else f"{day:%d/%m/%Y %H:%M}"
        )


def test_days_and_months_that_excel_exchanged_are_exchanged_back(tmp_path):
    """Real dates up to the 12th beside texts from the 13th on are one column of day/month texts."""
    days = [dt.datetime(2024, 1, 1, 9) + dt.timedelta(day) for day in range(110)]
    export = read_export(_workbook(tmp_path / "a.xlsx", _halves(days)), "servicenow")
    assert _shown(export) == days
    assert any("took day for month" in one for one in export.notices)
    again = read_export(tmp_path / "a.xlsx", export.mapping)
    assert _shown(again) == days


def test_real_dates_beside_texts_stay_what_they_are(tmp_path):
    """Dates of any day beside texts of any day were not exchanged."""
    days = [dt.datetime(2024, 1, 1, 9) + dt.timedelta(day) for day in range(60)]
    cells = [day if n % 2 else f"{day:%d/%m/%Y %H:%M}" for n, day in enumerate(days)]
    assert _shown(read_export(_workbook(tmp_path / "a.xlsx", cells), "servicenow")) == days


def test_few_halves_that_nothing_tells_apart_are_refused(tmp_path):
    """Two dates and two texts, none in the other's months: exchanged or not, nobody knows."""
    cells = [dt.datetime(2024, 5, 9), dt.datetime(2024, 9, 5), "13/01/2024", "14/12/2024"]
    with pytest.raises(ExportError, match="may have exchanged day and month"):
        read_export(_workbook(tmp_path / "a.xlsx", cells), "servicenow")


@pytest.mark.parametrize(
    ("values", "numbers", "expected"),
    [
        (["2026-01-05", "", "never"], False, True),
        ([dt.datetime(2026, 1, 5)], False, True),
        (["INC001", "INC002"], False, False),
        (["20260105", "20260106"], False, False),
        (["20260105", "20260106"], True, True),
        (["Mail", "Printer", "Network"], False, False),
        (["3:20", "4:10"], False, False),
        ([], False, False),
    ],
)
def test_a_look_at_values_tells_dates(values, numbers, expected):
    """Dates look like dates; ids, words, durations and bare numbers do not."""
    assert looks_like_dates(values, numbers=numbers) is expected


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


POLISH = """\
columns: {id: number, opened: opened_at}
months: [[sty, stycznia], [lut, lutego], [mar, marca], [kwi, kwietnia], [maj, maja], [cze, czerwca],
  [lip, lipca], [sie, sierpnia], [wrz, września], [paź, października], [lis, listopada], [gru, grudnia]]
weekdays: [pon, wt, śr, czw, pt, sob, niedz]
"""
RUSSIAN = """\
columns: {id: number, opened: opened_at}
months: [янв, фев, мар, апр, мая, июн, июл, авг, сен, окт, ноя, дек]
dates: "%d-%b-%Y %H:%M"
"""
ROMAN = """\
columns: {id: number, opened: opened_at}
months: [I, II, III, IV, V, VI, VII, VIII, IX, X, XI, XII]
"""


@pytest.mark.parametrize(
    ("stated", "texts"),
    [
        (POLISH, ("pt, 30 paź 2026 15:04", "sob., 31 października 2026 15:04")),
        (POLISH, ("30 PAŹ. 2026 15:04", "31 października 2026 15:04")),
        (RUSSIAN, ("30-окт-2026 15:04", "31-Окт.-2026 15:04")),
        (ROMAN, ("30.X.2026 15:04", "31 X 2026 15:04")),
    ],
)
def test_months_of_any_language_can_be_stated(stated, texts, write):
    """What no language here knows is refused unstated, read when stated, and so by the saved mapping."""
    path, own = write(_cells(*texts)), write(stated, "own.yaml")
    with pytest.raises(ExportError, match="months"):
        read_export(path, write("columns: {id: number, opened: opened_at}", "bare.yaml"))
    export = read_export(path, own)
    expected = [dt.datetime(2026, 10, day, 15, 4) for day in (30, 31)]
    assert _shown(export) == expected
    saved = write(mapping_text(export.mapping), "saved.yaml")
    assert _shown(read_export(path, saved)) == expected


def test_a_stated_month_goes_before_a_known_one_and_a_wrong_weekday_is_no_date(write):
    """``mar`` may be what the mapping says; 30 October 2026 was a Friday, not a Monday."""
    names = "[aa, mar, b, c, d, e, f, g, h, i, j, k]"
    own = write(f"columns: {{id: number, opened: opened_at}}\nmonths: {names}\n", "own.yaml")
    export = read_export(write(_cells("5 mar 2026 15:04", "6 mar 2026 15:04")), own)
    assert [at.month for at in _shown(export)] == [2, 2]
    polish = write(POLISH, "polish.yaml")
    with pytest.raises(ExportError, match="no dates that can be read"):
        read_export(write(_cells("pon, 30 paź 2026 15:04", "pon, 30 paź 2026 15:05")), polish)


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("months: [jan, feb]", "these are 2; state all 12, January first"),
        ("weekdays: [a, b, c, d, e, f, g, h]", "these are 8; state all 7, Monday first"),
        ("weekdays: [a, b, c, d, e, f, A]", "'A' is there twice, for numbers 1 and 7"),
        ("weekdays: [a, b, c, d, e, f, 7日]", "'7日' is no name in letters"),
        ("weekdays: [a, b, c, d, e, f, []]", "number 7 has no name"),
    ],
)
def test_names_that_cannot_be_those_of_months_or_weekdays(fault, said, write):
    """Each fault is one sentence."""
    with pytest.raises(ExportError, match=said):
        load_mapping(write(fault, "own.yaml"))


@pytest.mark.parametrize(
    ("form", "texts"),
    [
        ("%Y-%d-%m %H:%M", ("2026-05-01 15:04", "2026-06-01 15:04")),
        ("%Y/%d/%m[ %H:%M[:%S]]", ("2026/5/1 15:04", "2026/06/01 15:04:00")),
        ("%Y年%d日%m月 %H:%M", ("2026年5日1月 15:04", "2026年06日01月 15:04")),
    ],
)
def test_year_day_month_can_be_stated(form, texts, write):
    """What also reads as year, month, day is taken as the mapping says."""
    own = write(f'columns: {{id: number, opened: opened_at}}\ndates: "{form}"\n', "own.yaml")
    export = read_export(write(_cells(*texts)), own)
    assert _shown(export) == [dt.datetime(2026, 1, day, 15, 4) for day in (5, 6)]
