"""Exports in the shape of fifty tools, in seven languages, are read without help."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from plausible import make, tools

from sim.intake.guess import guess_mapping
from sim.intake.mapping import save_mapping
from sim.intake.read import read_export
from sim.workload.journeys import NOT_YET

TOOLS = tools()
UTC = dt.UTC


def ms(times):
    """Return local times as ms since 1970, read in UTC."""
    return [
        NOT_YET if t is None else round(t.replace(tzinfo=UTC).timestamp() * 1000) for t in times
    ]


def test_the_table_is_wide():
    """At least forty tools, and every language that is known."""
    assert len(TOOLS) >= 40
    assert {tool.language for tool in TOOLS.values()} == {"en", "de", "fr", "es", "pt", "it", "nl"}


@pytest.mark.parametrize("name", TOOLS)
def test_a_tool_is_read_without_help(name, tmp_path):
    """Columns, times and teams are those that were written; what is dated and unread is said."""
    made = make(TOOLS[name], seed=7)
    path = tmp_path / made.name
    path.write_bytes(made.data)
    export = read_export(path, guess_mapping(path)[0])
    found = {role: names[0] for role, names in export.mapping.columns.items()}
    assert found == made.columns
    assert export.tickets.opened_ms.tolist() == ms(made.opened)
    assert export.tickets.resolved_ms.tolist() == ms(made.resolved)
    if "team" in made.columns:
        assert [export.teams[code] for code in export.tickets.last_team] == made.teams
    dated = [column for column, what in TOOLS[name].columns if what == "-date"]
    assert [one for one in export.unread if "(dates)" in one] == [f"{c!r} (dates)" for c in dated]


@pytest.mark.parametrize("name", ["glpi_pt", "sap_solman_de", "jira_rest_json", "otrs_en"])
def test_the_mapping_of_one_month_reads_the_next(name, tmp_path):
    """What was found is written down; with it the next file is read alike, without a guess."""
    first, second = make(TOOLS[name], seed=1), make(TOOLS[name], seed=2)
    (tmp_path / first.name).write_bytes(first.data)
    export = read_export(tmp_path / first.name, guess_mapping(tmp_path / first.name)[0])
    kept = save_mapping(export.mapping, tmp_path / "kept.yaml")
    (tmp_path / second.name).write_bytes(second.data)
    again = read_export(tmp_path / second.name, kept)
    assert again.mapping.columns == export.mapping.columns
    assert again.tickets.opened_ms.tolist() == ms(second.opened)
    assert np.array_equal(again.tickets.resolved_ms, ms(second.resolved))
