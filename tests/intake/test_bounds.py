"""Exports that ask for more than they hold: refused by the limit, or ended in a process of their own."""

import gzip
import io
import os
import pickle
import zipfile

import pytest
from guarded import assert_within, command, peak_of

from sim.apart import apart
from sim.errors import ExportError, MissingExtraError
from sim.intake.read import read_export
from sim.intake.untrusted import read_apart
from sim.limits import (
    EXPORT_COLUMNS,
    EXPORT_ROW_CHARACTERS,
    MEMORY_BESIDE,
    MIB,
    WORKBOOK_CELLS,
    export_memory,
    export_seconds,
)

HEADER = "Number,Opened,Resolved,Assignment group,State\n"
ROW = "INC{0},2026-01-05 08:00:00,2026-01-05 09:00:00,Desk,Closed\n"
READ = """
import sys
from pathlib import Path
from sim.errors import TierSimError
from sim.intake.read import read_export
try:
    print(len(read_export(Path(sys.argv[1]), "any")), "tickets")
except TierSimError as error:
    print("refused:", error)
"""


def workbook(cells, *, declared="A1"):
    """Write a workbook by hand, with cells at places and texts of their own."""
    kinds = "http://schemas.openxmlformats.org"
    main = f"{kinds}/spreadsheetml/2006/main"
    sheet = "".join(
        f'<row r="{row}"><c r="{letters}{row}" t="inlineStr"><is><t>{text}</t></is></c></row>'
        for letters, row, text in cells
    )
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{kinds}/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships'
        '+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/'
        'workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.'
        'sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/'
        'vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{kinds}/package/2006/relationships"><Relationship '
        f'Id="r1" Type="{kinds}/officeDocument/2006/relationships/officeDocument" '
        'Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{kinds}/officeDocument/2006/'
        'relationships"><sheets><sheet name="s" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{kinds}/package/2006/relationships">'
        f'<Relationship Id="r1" Type="{kinds}/officeDocument/2006/relationships/worksheet" '
        'Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{main}"><dimension ref="{declared}"/>'
        f"<sheetData>{sheet}</sheetData></worksheet>",
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, text in parts.items():
            packed.writestr(name, text)
    return out.getvalue()


def objects(count):
    """JSON of which every object has a field of its own."""
    return "[" + ",".join(f'{{"k{i}": 1}}' for i in range(count)) + "]"


def traces(count):
    """XES of which every event has an attribute of its own."""
    events = "".join(f'<event><string key="k{i}" value="x"/></event>' for i in range(count))
    return f"<log><trace>{events}</trace></log>"


ENDLESS = HEADER + ROW.format(1) + "," * 60_000_000 + "\n"
BOMBS = {
    "corner.xlsx": (workbook([("A", 1, "Number"), ("XFD", 1_048_576, "x")]), "room for 17,179,869,184"),
    "deep.xlsx": (workbook([("A", 1, "Number"), ("ZZ", 900_000, "x")]), "room for"),
    "one row.csv.gz": (gzip.compress(ENDLESS.encode()), f"at most {EXPORT_COLUMNS:,} columns"),
    "quoted.csv.gz": (
        gzip.compress((HEADER + ROW.format(1) + '"\n",' * 9_000_000).encode()),
        f"row 3 has more than {EXPORT_ROW_CHARACTERS:,}",
    ),
    "wide.csv": ((",".join(f"c{i}" for i in range(20_000)) + "\n").encode(), f"{EXPORT_COLUMNS:,}"),
    "nested.json": (b"[" * 1_000_000, "not JSON"),
    "nested objects.json": (b'[{"a":' * 300_000, "not JSON"),
    "sparse.json": (objects(60_000).encode(), f"at most {EXPORT_COLUMNS:,} columns"),
    "sparse.xes": (traces(60_000).encode(), f"at most {EXPORT_COLUMNS:,} columns"),
    "late.xes": (
        b"<!--" + b" " * 70_000 + b'--><!DOCTYPE l [<!ENTITY a "aaaaaaaaaa">'
        + b"".join(
            b'<!ENTITY %c "%s">' % (98 + i, b"&%c;" % (97 + i) * 10) for i in range(9)
        )
        + b'<l><trace><event><string key="k" value="&j;"/></event></trace></l>',
        "",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BOMBS)
def test_a_small_file_that_asks_for_a_lot_is_refused(tmp_path, name):
    """Here and now, without a process of its own, within the memory that a file of its size may take."""
    if name.endswith(".xlsx"):
        pytest.importorskip("python_calamine")
    content, limit = BOMBS[name]
    file = tmp_path / name
    file.write_bytes(content)
    code, said, peak = peak_of(READ, file)
    assert code == 0, said[-800:]
    assert said.startswith("refused:"), said[-800:]
    assert limit in said
    assert_within(peak, len(content))


def test_a_command_survives_a_workbook_of_one_cell_in_the_corner(tmp_path):
    """It is a sentence and exit code 2."""
    pytest.importorskip("python_calamine")
    file = tmp_path / "corner.xlsx"
    file.write_bytes(BOMBS["corner.xlsx"][0])
    assert file.stat().st_size < 1500
    code, said, peak = command("calibrate", file, "-o", tmp_path / "desk.yaml")
    assert code == 2, said[-800:]
    assert "Delete what stands far from the table" in said
    assert_within(peak, file.stat().st_size)


def test_a_workbook_is_read_as_far_as_it_goes(tmp_path):
    """Cells beyond column Z and a wrong dimension do no harm."""
    pytest.importorskip("python_calamine")
    rows = [("A", 1, "Number"), ("AB", 2, "x"), ("A", 400_000, "y")]
    assert WORKBOOK_CELLS > 400_000 * 28
    file = tmp_path / "far.xlsx"
    file.write_bytes(workbook(rows, declared="A1:XFD1048576"))
    with pytest.raises(ExportError, match=r"Number|column"):
        read_export(file, "any")


def test_what_is_read_apart_takes_no_more_than_it_may():
    """Memory, time and falling processes are told as faults of the file; results come back."""
    little, much = 10 * MIB, 2 * MEMORY_BESIDE
    assert len(apart("f.csv", bytes, little, memory=MEMORY_BESIDE, seconds=9)) == little
    with pytest.raises(ExportError, match=r"f.csv takes more than 300 MiB of memory"):
        apart("f.csv", bytes, much, memory=MEMORY_BESIDE, seconds=9)
    with pytest.raises(ExportError, match=r"f.csv takes longer than 1 s to read"):
        apart("f.csv", sum, range(10**12), memory=MEMORY_BESIDE, seconds=1)
    with pytest.raises(ExportError, match="or breaks what reads it"):
        apart("f.csv", os.abort, memory=MEMORY_BESIDE, seconds=9)
    assert str(pickle.loads(pickle.dumps(MissingExtraError("a", "b", "C")))).startswith("C needs a")


def test_reading_apart_gives_what_reading_gives(tmp_path, monkeypatch):
    """And imports nothing of the folder that one happens to be in."""
    file = tmp_path / "export.csv"
    file.write_text(HEADER + "".join(ROW.format(i) for i in range(30)), encoding="utf-8")
    (tmp_path / "csv.py").write_text("raise SystemExit(9)", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    here, there = read_export(file, "any"), read_apart(read_export, "export.csv", "any")
    assert list(there.tickets.id) == list(here.tickets.id)
    assert there.teams == here.teams
    with pytest.raises(ExportError, match="There is no file"):
        read_apart(read_export, tmp_path / "no.csv", "any")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes with names")
def test_a_pipe_or_a_device_is_no_export(tmp_path):
    """It may never end."""
    os.mkfifo(tmp_path / "export.csv")
    for path in (tmp_path / "export.csv", "/dev/zero", "/dev/tty"):
        with pytest.raises(ExportError, match=r"no ordinary file"):
            read_apart(read_export, path, "any")


def test_what_reading_may_take_grows_with_the_file():
    """As the table of limits says."""
    assert export_memory(10 * MIB, packed=False) == 400 * MIB
    assert export_memory(10 * MIB, packed=True) == 2048 * MIB
    assert export_seconds(10 * MIB, packed=True) == 110
