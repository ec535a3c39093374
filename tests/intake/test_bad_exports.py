"""Exports that cannot be used: one clear sentence each, never a traceback of another kind."""

from __future__ import annotations

import gzip
import os
from itertools import pairwise

import pytest

from sim.errors import ExportError, OutputError
from sim.intake.aside import write_set_aside
from sim.intake.read import read_export

HEAD = "number,opened_at,priority\n"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "is empty"),
        ("\n\n", "is empty"),
        (HEAD, "no rows that can be used"),
        ("number,whenever\nINC1,2026-01-05 08:00\n", "like it: 'whenever' .as '2026-01-05 08:00'"),
        ("a,b\n1,2\n", "Its columns, in row 1, are 'a', 'b'"),
        (
            HEAD + "INC1,31/12/2026 08:00,1\nINC2,12/31/2026 08:00,1\nINC3,30/12/2026 08:00,1\n",
            "mixes forms",
        ),
        (HEAD + "INC1,1/2/2026 08:00,1\nINC2,3/4/2026 08:00,1\n", "more than one way"),
        (HEAD + "INC1,soon,1\n", "no dates that can be read"),
        (HEAD + "INC1,2026-01-05 08:00,1\nINC1,2026-01-06 08:00,1\n", "INC1 in rows 2 and 3"),
        (HEAD + 'INC1,"2026-01-05 08:00,1\n' + "x" * 2_000_000, "quotation mark"),
        (HEAD + ",2026-01-05 08:00,1\n", "it has no id"),
    ],
)
def test_text_that_is_no_export(write, text, says):
    """Each fault is named in words that tell what to do."""
    with pytest.raises(ExportError, match=says):
        read_export(write(text), "servicenow")


def test_mixed_forms_name_their_rows(write):
    """A reader finds the dates of another form by their rows."""
    text = HEAD + "INC1,31/12/2026 08:00,1\nINC2,30/12/2026 08:00,1\nINC3,2026-12-31 08:00,1\n"
    with pytest.raises(ExportError, match=r"row 4 '2026-12-31 08:00' as ISO"):
        read_export(write(text), "servicenow")


def test_folder_missing_binary_and_damaged(tmp_path, write):
    """What is no readable file is refused as what it is."""
    with pytest.raises(ExportError, match="is a folder"):
        read_export(tmp_path, "servicenow")
    with pytest.raises(ExportError, match="There is no file"):
        read_export(tmp_path / "gone.csv", "servicenow")
    binary = tmp_path / "export.bin"
    binary.write_bytes(bytes(range(256)) * 8)
    with pytest.raises(ExportError, match="binary"):
        read_export(binary, "servicenow")
    cut = tmp_path / "cut.csv.gz"
    cut.write_bytes(gzip.compress((HEAD + "INC1,2026-01-05 08:00,1\n" * 999).encode())[:60])
    with pytest.raises(ExportError, match="cut short"):
        read_export(cut, "servicenow")
    fake = tmp_path / "fake.xlsx"
    fake.write_bytes(b"PK\x03\x04 not really")
    with pytest.raises(ExportError, match="does not unpack"):
        read_export(fake, "servicenow")


def test_what_is_in_neither_encoding_says_so(write, tmp_path):
    """A byte that is no letter in UTF-8 nor in Windows' letters ends the reading in a sentence."""
    path = tmp_path / "odd.csv"
    path.write_bytes(HEAD.encode() + b"INC1,2026-01-05 08:00,H\x81chste 1\n")
    with pytest.raises(ExportError, match=r"neither in utf-8 nor in cp1252; say `encoding:`"):
        read_export(path, "servicenow")
    stated = write("{extends: servicenow, encoding: cp1252}", "windows.yaml")
    with pytest.raises(ExportError, match=r"not in cp1252: 0x81 near row 1"):
        read_export(path, stated)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "holds no fields"),
        ("columns: [", "not YAML"),
        ("colums: {id: a}", "did you mean 'columns'"),
        ("time_zone: Mars/Olympus", "no time zone"),
        ("window: {from: 2026-02-01, to: 2026-01-01}", "ends"),
        ("states: {queue: [New], work: [new]}", "means both"),
        ("encoding: klingon", "not known"),
        ("extends: mapping.yaml", "extends itself"),
    ],
)
def test_mapping_that_is_none(write, table, text, says):
    """Faults of a mapping are named with their field."""
    with pytest.raises(ExportError, match=says):
        read_export(write(table), write(text, "mapping.yaml"))


def test_unknown_preset(write, table):
    """A slip in a preset's name is recognised."""
    with pytest.raises(ExportError, match="Did you mean 'servicenow'"):
        read_export(write(table), "servicenwo")


def test_rows_that_cannot_be_used_are_set_aside(write, table, tmp_path):
    """Bad rows are counted with their number and reason, and the others are used."""
    text = table + "INC4,never,,,2,Mail,Network,Phone\nINC5\n,2026-01-06 10:00:00,,,2,a,b,Phone\n"
    text += "INC3,2026-01-06 10:00:00,,,3 - Moderate,Mail,Service Desk,Phone\n"
    export = read_export(write(text), "servicenow")
    assert len(export) == 3
    assert [(one.row, one.reason) for one in export.set_aside] == [
        (5, "opened_at 'never' is no date"),
        (6, "fields in it: 1, in the header: 8"),
        (7, "it has no id"),
        (8, "it repeats row 4"),
    ]
    path = write_set_aside(export.set_aside, tmp_path / "aside.csv")
    assert path.read_text().splitlines()[1] == "5,INC4,opened_at 'never' is no date"


def test_set_aside_rows_never_become_formulas(write, tmp_path):
    """A cell that looks like a formula stays a text when a spreadsheet opens the file."""
    text = HEAD + "=cmd(),x,1\nINC2,2026-01-05 08:00,1\n"
    path = write_set_aside(read_export(write(text), "servicenow").set_aside, tmp_path / "aside.csv")
    assert "'=cmd()" in path.read_text()


def test_set_aside_to_a_place_that_cannot_be_written(tmp_path):
    """Nothing half written is left behind."""
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError):
        write_set_aside([], tmp_path / "file" / "aside.csv")


ALIASES = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "\n".join(
    f"{name}: &{name} [{', '.join([f'*{above}'] * 9)}]" for above, name in pairwise("abcdefghij")
)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[" * 5000, "nested more than 24 levels"),
        ("a: " + "{a: " * 3000, "nested more than 24 levels"),
        (ALIASES, "once aliases are followed"),
        ("columns: {id: &a [*a]}", "once aliases are followed"),
        ("columns: !!python/object/apply:os.system [id]", "is not allowed"),
        ("window: {from: 2026-99-99, to: 2026-01-01}", "faults"),
        ("window: " + "9" * 5000, "faults"),
        ("columns: {id: a}\ncolumns: {id: b}", "stands here again"),
        ("- id", "a column mapping is a mapping"),
    ],
)
def test_mapping_that_is_meant_to_harm(write, table, text, says):
    """A mapping is read within the bounds of a scenario: no bomb, no tag, no endless nesting."""
    with pytest.raises(ExportError, match=says):
        read_export(write(table), write(text, "mapping.yaml"))


def test_mapping_that_never_ends(write, table, tmp_path):
    """A pipe is refused before it is opened."""
    os.mkfifo(tmp_path / "mapping.yaml")
    with pytest.raises(ExportError, match="no ordinary file"):
        read_export(write(table), tmp_path / "mapping.yaml")


def test_small_file_that_unpacks_to_an_endless_line(tmp_path):
    """Twenty kilobytes of gzip hold twenty megabytes without a line end: it is not read whole."""
    path = tmp_path / "export.csv.gz"
    path.write_bytes(gzip.compress(b"x" * 20_000_000))
    with pytest.raises(ExportError, match="first line without end"):
        read_export(path, "servicenow")


def test_document_types_are_refused(tmp_path):
    """XML that defines entities, which can grow without end, is no XES."""
    path = tmp_path / "export.xes"
    path.write_text('<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "aaaa">]><log>&a;</log>')
    with pytest.raises(ExportError, match="document type"):
        read_export(path, "any")


def test_an_unknown_time_zone_is_a_sentence(write, table):
    """A misspelled zone is told, with what it may have meant; it is no fault of the program."""
    with pytest.raises(ExportError, match="Europe/Pariss"):
        read_export(write(table), "servicenow", time_zone="Europe/Pariss")
