"""Which tool an export comes from, by its header; and the mapping that keeps what was found."""

from __future__ import annotations

import datetime as dt
import gzip

import pytest

from sim.calibrate.found import save_found
from sim.calibrate.lines import find_lines
from sim.errors import ExportError
from sim.intake.guess import guess_mapping
from sim.intake.mapping import load_mapping
from sim.intake.read import read_export


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("number,incident_state,opened_at,sys_updated_at,assignment_group", "servicenow"),
        ("Number,State,Opened,Updated,Assignment group,Assigned to,Contact type", "servicenow"),
        ("Issue key,Status,Created,Updated,Resolved,Assignee,Issue Type", "jira"),
        ("Ticket ID,Status,Created,Modified,Queue,Agent,Severity", "any"),
        ("Nr,Zustand,Erstellt am", "any"),
        ("Schlüssel,Status,Erstellt,Aktualisiert,Erledigt,Bearbeiter,Priorität", "any"),
        ("Ticket,Timestamp,Status,Team", "any"),
        ("A,B,C", "any"),
    ],
)
def test_the_tool_is_told_by_its_columns(header, name, write):
    """The preset is taken whose tool alone has such columns."""
    cells = ",".join("2026-01-05" if "t" in name else "x" for name in header.split(","))
    found, why = guess_mapping(write(f"{header}\n{cells}\n"))
    assert found == name
    assert why.startswith(f"Read as {name}") or why == "No column of it says what tickets have."


def test_a_compressed_export_is_looked_into(write, log):
    """The header of a gzipped file is read as any other."""
    path = write("", "log.csv.gz")
    path.write_bytes(gzip.compress(log.encode()))
    assert guess_mapping(path)[0] == "servicenow"


def test_what_is_no_table_is_refused(write):
    """A guess about a file that cannot be read is the reader's own sentence."""
    with pytest.raises(ExportError, match="is empty"):
        guess_mapping(write(""))


def test_what_was_found_reads_the_same_again(write, busy_table, tmp_path):
    """The mapping kept reads the same tickets, and says above it what it takes for the first line."""
    path = write(busy_table(dt.date(2026, 1, 5), 14))
    export = read_export(path, "servicenow", time_zone="Europe/Lisbon")
    kept = save_found(export, find_lines(export), tmp_path / "mapping.yaml")
    again = read_export(path, kept)
    assert (again.tickets.opened_ms == export.tickets.opened_ms).all()
    assert (again.zone, again.kind) == ("Europe/Lisbon", "tickets")
    text = kept.read_text(encoding="utf-8")
    assert "is taken for the first line" in text
    assert 'teams: {"L1": ["Service Desk"]}' in text
    assert load_mapping(kept).columns["team"] == ("assignment_group",)
