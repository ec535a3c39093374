"""Reading: tables, logs, workbooks; what becomes of each."""

from __future__ import annotations

import datetime as dt
import gzip
from dataclasses import replace

import numpy as np
import pytest

from sim.calibrate.figures import Figures
from sim.calibrate.lines import find_lines
from sim.errors import ExportError
from sim.intake.anonymous import anonymised
from sim.intake.export import QUEUE, USER, WORK
from sim.intake.mapping import load_mapping, presets, save_mapping
from sim.intake.read import read_export
from sim.units import HOUR, MINUTE


def test_ticket_table(write, table):
    """One row per ticket: times, labels, and what is not known."""
    export = read_export(write(table), "servicenow", time_zone="UTC")
    assert (len(export), export.kind, export.rows) == (3, "tickets", 3)
    assert export.durations_h().tolist()[:2] == [0.5, 3.0]
    assert np.isnan(export.durations_h()[2])
    assert export.priorities == ("1 - Critical", "3 - Moderate")
    frame = export.to_pandas()
    assert frame["first_team"].tolist() == ["Service Desk", "Network", "Service Desk"]
    assert frame["resolved"].isna().tolist() == [False, False, True]
    assert frame["opened"].iloc[0].isoformat() == "2026-01-05T08:00:00+00:00"


def test_event_log_by_hand(write, log):
    """Stays, hand-overs, returns and times in states, worked out by hand."""
    export = read_export(write(log), "servicenow")
    assert (len(export), export.kind) == (2, "events")
    tickets, visits = export.tickets, export.visits
    assert tickets.hand_offs.tolist() == [2, 0]
    assert tickets.returned.tolist() == [True, False]
    assert tickets.reopened.tolist() == [0, 0]
    assert [export.teams[t] for t in visits.team] == ["Desk", "Apps", "Desk", "Desk"]
    stays = (visits.to_ms - visits.from_ms) // MINUTE
    assert stays.tolist() == [90, 120, 30, 20]
    # The resolution ends the clock: nothing of the five days until the automatic closure counts.
    assert (tickets.in_state_ms[0, [QUEUE, WORK, USER]] // MINUTE).tolist() == [60, 90, 90]
    assert visits.in_state_ms[1, USER] == 1.5 * HOUR
    assert visits.agents.tolist() == [1, 2, 1, 1]
    assert tickets.was_in[:, USER].tolist() == [True, False]


def test_rows_in_any_order(write, log):
    """The order of the file does not matter where the tool numbers its updates."""
    head, *rows = log.splitlines()
    export = read_export(write(log), "servicenow")
    turned = read_export(write("\n".join([head, *reversed(rows)]), "turned.csv"), "servicenow")
    order = np.argsort(turned.tickets.id)
    for name in ("opened_ms", "resolved_ms", "hand_offs", "returned", "in_state_ms"):
        assert (getattr(turned.tickets, name)[order] == getattr(export.tickets, name)).all()


@pytest.mark.parametrize("way", ["gzip", "bom", "semicolon", "utf-16", "sep", "cp1252", "xlsx"])
def test_the_same_table_in_other_clothes(write, table, tmp_path, way):
    """Compression, marks, separators, encodings and workbooks change nothing."""
    text, mapping = table.replace("Mail", "Post für Ärzte"), "servicenow"
    path = tmp_path / f"export.{way}"
    if way == "gzip":
        path.write_bytes(gzip.compress(text.encode()))
    elif way == "bom":
        path.write_bytes(b"\xef\xbb\xbf" + text.encode())
    elif way == "semicolon":
        path.write_text(text.replace(",", ";"), encoding="utf-8")
    elif way == "sep":
        path.write_text("sep=;\n" + text.replace(",", ";"), encoding="utf-8")
    elif way == "utf-16":
        path.write_bytes(text.encode("utf-16"))
    elif way == "cp1252":
        path.write_bytes(text.encode("cp1252"))
        mapping = write("{extends: servicenow, encoding: cp1252}", "windows.yaml")
    else:
        openpyxl = pytest.importorskip("openpyxl")
        book = openpyxl.Workbook()
        for row in text.splitlines():
            cells = row.split(",")
            book.active.append(
                [dt.datetime.fromisoformat(c) if c[:4] == "2026" else c or None for c in cells]
            )
        path = tmp_path / "export.xlsx"
        book.save(path)
        # A workbook's real dates need no form, and formulas are never worked out.
    export = read_export(path, mapping)
    plain = read_export(write(text, "plain.csv"), "servicenow")
    assert export.categories == plain.categories == ("Post für Ärzte", "VPN")
    assert (export.tickets.opened_ms == plain.tickets.opened_ms).all()
    assert (export.tickets.resolved_ms == plain.tickets.resolved_ms).all()


def test_resolved_before_opened_is_told(write, table):
    """An impossible order costs the ticket its resolution, not its arrival."""
    export = read_export(write(table.replace("2026-01-05 08:30", "2026-01-04 08:30")), "servicenow")
    assert np.isnan(export.durations_h()[0])
    assert any("1 ticket (row 2)" in n for n in export.notices)


def test_unknown_states_are_told(write, log):
    """A state that the mapping does not explain is never guessed silently."""
    export = read_export(write(log.replace("Awaiting User Info", "Odłożone")), "servicenow")
    assert any("'Odłożone' (1 row)" in notice for notice in export.notices)
    assert not export.tickets.was_in[:, USER].any()


def test_states_told_by_their_words_are_said(write, log):
    """A guess by stems is shown with its meaning and rows; what the mapping says, and what was saved, is not."""
    path = write(
        log.replace("Awaiting User Info", "Warten").replace("Resolved", "Gelöscht & erledigt")
    )
    export = read_export(path, "servicenow")
    (said,) = [one for one in export.notices if "by their words" in one]
    assert "'Warten' (1 row) wait for the user" in said
    assert "erledigt' (2 rows) are resolved" in said
    assert "Closed" not in said
    assert export.tickets.was_in[:, USER].tolist() == [True, False]
    again = read_export(path, export.mapping)
    assert not [one for one in again.notices if "by their words" in one]
    assert "Warten" not in " ".join(anonymised(export)[0].notices)


def test_states_of_another_language(write, log):
    """A mapping that extends a preset adds its own words."""
    text = log.replace("Awaiting User Info", "Wartet auf Nutzer")
    mapping = write("{extends: servicenow, states: {user: [wartet auf nutzer]}}", "own.yaml")
    assert read_export(write(text), mapping).tickets.was_in[:, USER].tolist() == [True, False]


XES = """<?xml version="1.0" encoding="UTF-8"?>
<log xmlns="http://www.xes-standard.org/">
 <string key="concept:name" value="a log"/>
 <trace><string key="concept:name" value="T1"/>
  <event><string key="concept:name" value="new"/><date key="time:timestamp" value="2026-01-05T08:00:00+01:00"/><string key="org:group" value="Desk"/></event>
  <event><string key="concept:name" value="resolved"/><date key="time:timestamp" value="2026-01-05T09:00:00+01:00"/><string key="org:group" value="Apps"/></event>
 </trace>
 <trace><string key="concept:name" value="T2"/>
  <event><string key="concept:name" value="new"/><date key="time:timestamp" value="2026-01-06T08:00:00+01:00"/><string key="org:group" value="Desk"/></event>
 </trace>
</log>
"""


def test_xes(write):
    """A trace is a ticket that is opened with its first event."""
    export = read_export(write(XES, "log.xes"), "any")
    assert export.tickets.id.tolist() == ["T1", "T2"]
    assert export.tickets.hand_offs.tolist() == [1, 0]
    assert export.durations_h()[0] == 1.0
    assert (export.tickets.opened_ms[1] - export.tickets.opened_ms[0]) == 24 * HOUR


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("<log></log>", "no traces"),
        ("<log><trace>", "not XES"),
        ("<!DOCTYPE lolz><log/>", "document type"),
    ],
)
def test_xml_that_is_no_log(write, text, says):
    """Other XML is refused as what it is."""
    with pytest.raises(ExportError, match=says):
        read_export(write(text, "log.xes"), "any")


def test_kind_is_stated_or_found(write, log):
    """Ids that repeat without saying when are not taken for either."""
    text = log.replace("sys_updated_at", "other")
    with pytest.raises(ExportError, match="say `kind: events`"):
        read_export(write(text), "servicenow")
    events = write("{extends: servicenow, kind: events}", "events.yaml")
    with pytest.raises(ExportError, match="no column for `updated`"):
        read_export(write(text), events)


def test_presets_load_and_mappings_can_be_kept(write, table, tmp_path):
    """What was found once can be saved, and reads the same again."""
    assert {"servicenow", "jira", "zendesk"} <= set(presets())
    for name in presets():
        assert load_mapping(name).find_columns
        assert {"work", "closed"} <= set(load_mapping(name).states)
    export = read_export(write(table), "any", time_zone="Europe/Amsterdam")
    saved = save_mapping(export.mapping, tmp_path / "own.yaml")
    again = read_export(write(table), saved)
    assert again.mapping == load_mapping(saved)
    assert (again.tickets.opened_ms == export.tickets.opened_ms).all()


def test_holidays_of_the_mapping_and_of_the_caller_add_up(write, table, tmp_path):
    """Days off that a mapping states, and those given beside it, are kept in order, each once."""
    mapping = write("{extends: servicenow, holidays: [2026-04-06, 2026-04-03]}", "own.yaml")
    christmas = dt.date(2026, 12, 25)
    export = read_export(write(table), mapping, holidays=[christmas, dt.date(2026, 4, 3)])
    stated = (dt.date(2026, 4, 3), dt.date(2026, 4, 6), christmas)
    assert export.mapping.holidays == stated
    saved = save_mapping(export.mapping, tmp_path / "kept.yaml")
    assert load_mapping(saved).holidays == stated


def test_first_line_of_a_log_is_found_with_evidence(write):
    """The team where most new tickets start is the first line, and the reason is given."""
    head = "number,incident_state,opened_at,sys_updated_at,assignment_group,resolved_at\n"
    rows = []
    for n in range(30):
        day = f"2026-01-0{5 + n % 5}"
        rows += [
            f"INC{n},Active,{day} 08:00:00,{day} 0{8 + at}:00:00,{team},{day} 12:00:00"
            for at, team in enumerate(("Desk", "Apps") if n % 3 == 0 else ("Desk",))
        ]
    lines = find_lines(read_export(write(head + "\n".join(rows)), "servicenow"))
    assert lines.of_team.tolist() == [0, 1]
    assert "acts as the first line: 100.0 % of the tickets start there" in lines.evidence[0]
    assert "66.7 % of them never leave it" in lines.evidence[0]


def test_a_table_does_not_show_the_first_line(write, busy_table):
    """One row per ticket names its last team: the largest is taken, and said to be no more than that."""
    export = read_export(write(busy_table(dt.date(2026, 1, 5), 14)), "servicenow")
    lines = find_lines(export)
    assert [export.teams[t] for t in np.flatnonzero(lines.of_team == 0)] == ["Service Desk"]
    told = " ".join(lines.evidence)
    for words in ("66.7 %", "cannot be told", "'Network' (33.3 %)", "`teams:`"):
        assert words in told
    assert "never leave" not in told
    counted = replace(export.tickets, hand_offs=np.arange(len(export), dtype=np.int32) % 2)
    told = " ".join(find_lines(replace(export, tickets=counted)).evidence)
    assert "33.3 % of all tickets were never handed over, and with 'Service Desk'" in told
    figures = Figures(export, lines)
    assert figures.last_at_first_line_share() == pytest.approx(2 / 3)
    unknown = (figures.first_line_share(), figures.never_left_share(), figures.returned_share())
    assert np.isnan(unknown).all()


def test_first_line_is_stated(write, busy_table):
    """Patterns name tiers; a first line that matches nothing is an error."""
    path = write(busy_table(dt.date(2026, 1, 5), 14))
    stated = write("{extends: servicenow, teams: {L1: 'net*', L2: 'service *'}}", "own.yaml")
    export = read_export(path, stated)
    assert Figures.of(export).last_at_first_line_share() == pytest.approx(1 / 3)
    assert "cannot be told from this export" in find_lines(export).evidence[-1]
    wrong = write("{extends: servicenow, teams: {L1: Helpdesk}}", "wrong.yaml")
    with pytest.raises(ExportError, match="matches no team"):
        find_lines(read_export(path, wrong))


def test_some_days_of_an_export(write, log):
    """A part of an export keeps the visits and events of its tickets, and no others."""
    export = read_export(write(log), "servicenow").between(
        dt.date(2026, 1, 13), dt.date(2026, 1, 13)
    )
    assert len(export) == 1
    assert export.visits.ticket.tolist() == [0]
    assert export.events.ticket.tolist() == [0, 0]
