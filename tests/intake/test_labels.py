"""Names that are one, and topics from paths."""

from __future__ import annotations

import numpy as np
import pytest

from sim.intake.labels import as_one, at_best_level
from sim.intake.read import read_export
from sim.intake.sheet import Column


def _column(*values):
    different = list(dict.fromkeys(values))
    return Column("name", different, np.array([different.index(v) for v in values], np.int32))


def test_one_name_however_it_is_written():
    """Case and spaces make no other name; what most rows write is the name."""
    one = as_one(_column("High", "high", "HIGH ", "high", "Low", "Média", "Media"))
    assert [one.values[code] for code in one.code] == ["high"] * 4 + ["Low", "Média", "Media"]
    folded = as_one(_column("Média", "Media", "Media"), accents=True)
    assert folded.values == ["Media"]


@pytest.mark.parametrize("split", ["::", " > ", "/", " - ", "\\"])
def test_the_level_of_a_path_that_says_most(split):
    """The first level is always the same and the last nearly always another: the middle one tells."""
    kinds = ["Mail", "Network", "Printer", "Phone"]
    paths = [split.join(["IT", kinds[n % 4], f"detail {n}"]) for n in range(400)]
    column, told = at_best_level(_column(*paths))
    assert sorted(column.values) == [f"IT > {kind}" for kind in sorted(kinds)]
    assert "level 2" in told


@pytest.mark.parametrize("name", ["Wi-Fi", "and/or", "v1.2", "Mail"])
def test_names_are_no_paths(name):
    """A mark in some names makes no path of a column."""
    column = _column(*([name] * 50 + ["Network"] * 50))
    assert at_best_level(column) == (column, "")


def test_a_team_of_two_spellings_is_one(write):
    """Teams, topics, channels and priorities are folded when an export is read."""
    rows = ["Desk,Mail,High", "desk,MAIL,high", "DESK ,mail,HIGH "]
    text = "number,opened_at,assignment_group,category,priority\n"
    text += "".join(f"I{n},2026-01-05 08:0{n},{row}\n" for n, row in enumerate(rows))
    export = read_export(write(text), "servicenow")
    assert (export.teams, export.categories, export.priorities) == (("Desk",), ("Mail",), ("High",))
