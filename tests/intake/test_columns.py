"""Columns: names of other languages, rows with one time only, and texts as Windows writes them."""

from __future__ import annotations

import numpy as np
import pytest

from sim.calibrate import calibrate
from sim.errors import ExportError
from sim.intake.guess import guess_mapping
from sim.intake.read import read_export
from sim.units import HOUR, MINUTE

ONE_TIME = """\
Ticket,Timestamp,Status,Team
T1,2026-01-05 08:00,New,Desk
T2,2026-01-05 08:30,New,Desk
T1,2026-01-05 09:00,In Progress,Apps
T1,2026-01-05 10:00,Resolved,Apps
T1,2026-01-08 10:00,Closed,Apps
T2,2026-01-05 08:50,Resolved,Desk
"""
"""Rows of two tickets, each with the time of its own update alone."""


def test_a_german_export_is_read_without_a_word(write):
    """Header, states, dates and letters as a German Windows writes them."""
    text = (
        "Vorgang;Status;Erstellt;Gelöst;Priorität;Gruppe\n"
        "V1;Geschlossen;31.01.26 08:00;31.01.26 09:00;Hoch;Büro\n"
        "V2;In Arbeit;30.01.26 08:00;;Niedrig;Büro\n"
    )
    path = write(text, encoding="cp1252")
    name, why = guess_mapping(path)
    assert name == "any"
    assert why.splitlines()[0] == "Read as any: its columns have the words of no one tool."
    export = read_export(path, name)
    assert export.teams == ("Büro",)
    assert export.durations_h()[0] == 1.0
    assert not any("do not" in notice or "does not" in notice for notice in export.notices)


def test_letters_of_windows_are_read_and_told(write):
    """What is not in UTF-8 is read as cp1252; the same tickets, and a notice."""
    rows = "".join(f"INC{n},2026-01-05 08:{n % 60:02},plain\n" for n in range(40_000))
    text = f"number,opened_at,category\n{rows}X,2026-01-05 09:00,Höchste\n"
    plain, windows = write(text), write(text, "windows.csv", encoding="cp1252")
    export = read_export(windows, "servicenow")
    assert export.categories == ("plain", "Höchste")
    assert (export.tickets.opened_ms == read_export(plain, "servicenow").tickets.opened_ms).all()
    assert export.notices[0].startswith("windows.csv is not in utf-8: 0xf6 near row ")
    assert export.notices[0].endswith("It is read as cp1252 (Windows).")
    assert len(set(export.notices)) == len(export.notices)


BARE = (
    "{kind: events, columns: {id: Ticket, updated: Timestamp, state: Status, team: Team}, states: "
    "{resolved: Resolved, closed: Closed, queue: New, work: In Progress}}"
)


@pytest.mark.parametrize(
    "mapping",
    [
        "any",
        "{extends: any, kind: events}",
        BARE,
        "{extends: any, kind: events, columns: {opened: Timestamp, updated: Timestamp}}",
    ],
)
def test_rows_with_one_time_each_are_updates(write, mapping):
    """The first update opens a ticket, the one to a resolved state resolves it; both are said."""
    text = write(mapping, "own.yaml") if mapping != "any" else mapping
    export = read_export(write(ONE_TIME), text)
    assert (export.kind, len(export)) == ("events", 2)
    assert export.durations_h().tolist() == [2.0, pytest.approx(1 / 3)]
    assert [export.teams[team] for team in export.visits.team] == ["Desk", "Apps", "Desk"]
    assert (export.visits.from_ms - export.tickets.opened_ms[export.visits.ticket]).tolist() == [
        0,
        HOUR,
        0,
    ]
    assert export.tickets.opened_ms[1] - export.tickets.opened_ms[0] == 30 * MINUTE
    said = " ".join(export.notices)
    assert "the first update of each is taken" in said
    assert "resolved when their state last says so" in said
    assert set(export.mapping.columns) == {"id", "updated", "state", "team"}
    assert (read_export(write(ONE_TIME), export.mapping).tickets.opened_ms > 0).all()


def test_one_time_that_is_no_update_is_asked_about(write):
    """Ids that hardly repeat are tickets; when they were opened is not guessed."""
    text = "Ticket,Timestamp\nT1,2026-01-05 08:00\nT2,2026-01-05 09:00\n"
    with pytest.raises(ExportError, match="Name the column `opened`"):
        read_export(write(text), "any")
    tickets = write("{extends: any, kind: tickets}", "own.yaml")
    with pytest.raises(ExportError, match=r"(?s)no column for `opened`.*MAPPING\.md"):
        read_export(write(text), tickets)


def test_a_column_that_is_taken_is_not_offered_again(write):
    """A hint names a column that is free, never the one that was asked for."""
    own = write(
        "{kind: events, columns: {id: Ticket, opened: Timestamp, updated: Stamp}}", "own.yaml"
    )
    with pytest.raises(ExportError) as caught:
        read_export(write(ONE_TIME), own)
    assert "no column for `updated` ('Stamp'), which says when a row was made" in str(caught.value)
    assert "Most like it: none." in str(caught.value)


def test_a_desk_is_fitted_to_rows_with_one_time_each(write):
    """Enough of them make a desk, with its second line."""
    rng = np.random.default_rng(3)
    rows = []
    for day in range(5, 31):
        for n in range(24):
            at = np.datetime64(f"2026-01-{day:02}T08:00") + np.timedelta64(20 * n, "m")
            done = int(rng.exponential(60)) + 5
            name = f"T{day}-{n}"
            rows.append(f"{name},{at},New,Desk")
            if n % 4 == 0:
                rows.append(f"{name},{at + np.timedelta64(5, 'm')},In Progress,Apps")
            rows.append(
                f"{name},{at + np.timedelta64(done + 5, 'm')},Resolved,{'Desk' if n % 4 else 'Apps'}"
            )
    path = write("\n".join(["Ticket,Timestamp,Status,Team", *rows]) + "\n")
    desk = calibrate(read_export(path, guess_mapping(path)[0]), name="one time")
    assert list(desk.scenario.tiers) == ["L1", "L2"]
    assert any("the first update of each is taken" in notice for notice in desk.notices)
