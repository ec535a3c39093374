"""Kinds of files, and what a mapping says of them: found, stated, or refused with the line to paste."""

from __future__ import annotations

import datetime as dt
import io
import zipfile

import pytest

from sim.errors import ExportError
from sim.intake.guess import guess_mapping
from sim.intake.read import read_export
from sim.workload.journeys import NOT_YET

ROWS = [
    ("Ticket", "Created", "Resolved", "Group", "Status"),
    ("T1", "2026-01-05 08:00", "2026-01-05 09:30", "Service Desk", "Closed"),
    ("T2", "2026-01-06 10:00", "2026-01-06 10:30", "Network", "Merged"),
    ("T3", "2026-01-07 11:00", "", "Network", "Open"),
]
CSV = "\n".join(",".join(row) for row in ROWS) + "\n"
MARK = '<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" '
MARK += 'xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet ss:Name="T"><Table>'


def spreadsheet():
    """Write the rows as SpreadsheetML, empty cells left out as Excel does."""
    lines = []
    for row in ROWS:
        cells = (
            f'<Cell ss:Index="{at}"><Data ss:Type="String">{value}</Data></Cell>'
            for at, value in enumerate(row, 1)
            if value
        )
        lines.append(f"<Row>{''.join(cells)}</Row>")
    return f"{MARK}{''.join(lines)}</Table></Worksheet></Workbook>"


def workbook(path, sheets):
    """Write sheets of rows."""
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def hours(path, mapping=None):
    """Read an export and return its ids with the hours to resolution."""
    export = read_export(path, mapping or guess_mapping(path)[0])
    return dict(zip(export.tickets.id, export.durations_h().round(3), strict=True))


def test_spreadsheet_in_xml(write):
    """Excel's XML of 2003, cells by their index."""
    found = hours(write(spreadsheet(), "export.xls"))
    assert (found["T1"], found["T2"]) == (1.5, 0.5)


def test_the_sheet_with_tickets_is_found_and_said(tmp_path):
    """A cover sheet before it is named as unread."""
    path = workbook(tmp_path / "book.xlsx", {"Cover": [["Made by"], ["the tool"]], "Data": ROWS})
    export = read_export(path, "any")
    assert len(export) == 3
    assert "Tickets are read from 'Data'; left unread: 'Cover'." in export.notices


def test_sheets_alike_are_asked_about_and_read_as_stated(tmp_path, write):
    """A month on each: nothing is taken in silence; both are read where the mapping says so."""
    february = [ROWS[0], ("T9", "2026-02-05 08:00", "2026-02-05 10:00", "Network", "Closed")]
    path = workbook(tmp_path / "book.xlsx", {"January": ROWS, "February": february})
    with pytest.raises(ExportError, match=r"sheet: \[January, February\]"):
        read_export(path, "any")
    assert set(hours(path, write("{extends: any, sheet: [January, February]}", "own.yaml"))) == {
        "T1",
        "T2",
        "T3",
        "T9",
    }


def test_a_zip_of_two_files_names_them(tmp_path):
    """Which one holds tickets is not guessed."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        file.writestr("a.csv", CSV)
        file.writestr("b.csv", CSV)
    path = tmp_path / "export.zip"
    path.write_bytes(packed.getvalue())
    with pytest.raises(ExportError, match=r"2 files: a\.csv, b\.csv"):
        read_export(path, "any")


def test_parquet(tmp_path):
    """Where the extra is there, with real dates."""
    pa = pytest.importorskip("pyarrow")
    pq = pytest.importorskip("pyarrow.parquet")
    columns = {name: [row[at] or None for row in ROWS[1:]] for at, name in enumerate(ROWS[0])}
    for name in ("Created", "Resolved"):
        columns[name] = [text and dt.datetime.fromisoformat(text) for text in columns[name]]
    pq.write_table(pa.table(columns), tmp_path / "export.parquet")
    assert hours(tmp_path / "export.parquet")["T1"] == 1.5


def test_the_header_row_can_be_stated(write):
    """Titles that look like a header are passed over."""
    path = write("Ticket,Created,Status\nsee,below,now\n" + CSV)
    assert len(read_export(path, write("{extends: any, header_row: 3}", "own.yaml"))) == 3
    with pytest.raises(ExportError, match="row 900 is empty, or is not there"):
        read_export(path, write("{extends: any, header_row: 900}", "own.yaml"))


def test_tickets_that_are_none_are_asked_about_and_left_out(write):
    """Merged tickets count until the mapping leaves them out, by state or by any column."""
    path = write(CSV)
    asked = next(n for n in read_export(path, "any").notices if "leave_out" in n)
    assert "`leave_out: {state: [Merged]}`" in asked
    for said in ("state: [merged]", 'Group: ["Net*"], state: Merged'):
        kept = hours(path, write(f"{{extends: any, leave_out: {{{said}}}}}", "own.yaml"))
        assert "T2" not in kept
    with pytest.raises(ExportError, match="no column 'Gruop'; did you mean 'Group'"):
        read_export(path, write("{extends: any, leave_out: {Gruop: x}}", "own.yaml"))


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("Resolution time (hrs)", "1.5", 1.5),
        ("Duration [min]", "90", 1.5),
        ("Lösungszeit", "1:30", 1.5),
        ("Durée de résolution (jours)", "2", 48.0),
        ("Resolved", "1 d 2 h", 26.0),
    ],
)
def test_durations_stand_for_resolutions(name, value, expected, write):
    """How long a ticket took, in the unit that the name or the value states."""
    path = write(f"Ticket;Created;{name}\nT1;2026-01-05 08:00;{value}\nT2;2026-01-06 08:00;\n")
    export = read_export(path, "any")
    assert export.durations_h()[0] == expected
    assert export.tickets.resolved_ms[1] == NOT_YET
    assert any("how long each took" in notice for notice in export.notices)


def test_a_duration_without_a_unit_asks_for_it(write):
    """Ninety of what is not guessed; the mapping says."""
    path = write("Ticket,Created,Duration\nT1,2026-01-05 08:00,90\nT2,2026-01-06 08:00,30\n")
    with pytest.raises(ExportError, match="duration_unit: h"):
        read_export(path, "any")
    assert hours(path, write("{extends: any, duration_unit: min}", "own.yaml"))["T1"] == 1.5


def test_what_is_missing_is_five_lines_with_one_to_paste(write):
    """What is missing, what looks like it with a value, what there is, and a mapping that reads it."""
    path = write("Ticket,Whenever,Note\nT1,2026-01-05 08:00,x\nT2,2026-01-06 08:00,y\n")
    with pytest.raises(ExportError) as caught:
        read_export(path, "any")
    lines = str(caught.value).splitlines()
    assert len(lines) == 5
    assert lines[1] == "Most like it: 'Whenever' (as '2026-01-05 08:00')."
    assert len(read_export(path, write(lines[-1], "pasted.yaml"))) == 2


def test_dates_that_nobody_asked_for_are_named_first(write):
    """A column of dates is never passed over without a word, found or stated."""
    path = write(
        CSV.replace("Status", "Vendor called")
        .replace("Closed", "2026-01-05 12:00")
        .replace("Merged", "2026-01-06 12:00")
        .replace("Open", "2026-01-07 12:00")
    )
    export = read_export(path, "any")
    assert export.unread == ("'Vendor called' (dates)",)
    assert export.notices[0] == "Not read, though it may matter: 'Vendor called' (dates)."
    assert read_export(path, export.mapping).unread == export.unread


def test_rows_doubled_by_a_join_are_kept_once_or_asked_about(write):
    """Another note is a join; another team may be an update."""
    doubled = (
        "Ticket,Created,Group,Category\nT1,2026-01-05 08:00,Desk,A\nT1,2026-01-05 08:00,Desk,B\n"
    )
    export = read_export(write(doubled), "any")
    assert len(export) == 1
    assert any("differ in 'Category'" in notice for notice in export.notices)
    with pytest.raises(ExportError, match="If two tables were joined"):
        read_export(write(doubled.replace("Desk,B", "Net,B")), "any")
