"""Samples: simulated tickets written as an export, by any mapping, that read back as the same tickets."""

from __future__ import annotations

import numpy as np
import pytest
from cases.sample_export import FILE, sample

from sim.calibrate.lines import find_lines
from sim.calibrate.sample import anonymous, write_sample
from sim.intake.mapping import Mapping, load_mapping
from sim.intake.read import read_export
from sim.scenario.gallery import folder


@pytest.fixture(scope="module")
def run():
    """Give the tickets of the gallery's base."""
    return sample()


def test_the_gallerys_sample_reads_whole(run):
    """The file that travels with the gallery has all rows, and its first line is found."""
    export = read_export(folder() / FILE, "servicenow", time_zone="Europe/Amsterdam")
    assert export.set_aside == ()
    assert len(export) > 1000
    lines = find_lines(export)
    assert export.teams[int(np.argmin(lines.of_team))] == "Service Desk"
    assert (folder() / FILE).stat().st_size < 300_000


def test_the_same_tickets_are_the_same_bytes(run, tmp_path):
    """A compressed sample holds no name and no time of its writing."""
    first, again = (write_sample(run, tmp_path / name) for name in ("a.csv.gz", "b.csv.gz"))
    assert first.read_bytes() == again.read_bytes()


@pytest.mark.parametrize("preset", ["any", "jira", "zendesk"])
def test_reads_back_by_any_mapping(preset, run, tmp_path):
    """Whatever the tool's columns and states are called, the tickets are the same."""
    few = run.where(np.arange(len(run)) < 300)
    words = load_mapping(preset)
    path = write_sample(few, tmp_path / "sample.csv", words)
    again = read_export(path, words, time_zone=few.zone)
    assert len(again) == len(few)
    assert np.abs(again.tickets.opened_ms - few.tickets.opened_ms).max() < 1000
    if again.kind == "events":
        assert (again.tickets.hand_offs == few.tickets.hand_offs).all()


def test_a_ticket_table_gets_one_row_per_ticket(run, tmp_path):
    """Where the mapping reads one row per ticket, that is what is written, dates in its own form."""
    few = run.where(np.arange(len(run)) < 300)
    words = load_mapping("servicenow").model_copy(
        update={"kind": "tickets", "dates": ("%d/%m/%Y[ %H:%M[:%S]]",)}
    )
    path = write_sample(few, tmp_path / "sample.csv", words)
    again = read_export(path, Mapping.model_validate(words), time_zone=few.zone)
    assert (again.kind, len(again), again.rows) == ("tickets", 300, 300)
    assert (again.tickets.hand_offs == few.tickets.hand_offs).all()


def test_no_name_of_the_clients_is_kept(run):
    """Topics, priorities and channels are numbered, in their order; nothing else changes."""
    hidden = anonymous(run)
    for labels in ("categories", "priorities", "channels"):
        assert not set(getattr(hidden, labels)) & set(getattr(run, labels))
        assert len(getattr(hidden, labels)) == len(getattr(run, labels))
    assert hidden.priorities[0] == "Priority 1"
    assert (hidden.tickets.opened_ms == run.tickets.opened_ms).all()
