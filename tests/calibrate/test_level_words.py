"""Which teams are which level, in words."""

from __future__ import annotations

import numpy as np
import pytest

from sim.calibrate.level_words import level_sentences, teams_of_levels
from sim.calibrate.lines import find_lines
from sim.calibrate.paths import find_levels
from sim.intake.read import read_export

HEAD = "number,incident_state,opened_at,sys_updated_at,assignment_group,resolved_at\n"
WAYS = (("Desk",),) * 6 + (("Desk", "Apps"), ("Desk", "Apps", "Net"), ("Desk", "Net", "Apps"))


@pytest.fixture
def passed_on(write):
    """Give a log of 45 tickets: of nine, six stay at the desk, and each of the others goes its own way."""
    rows = [
        f"INC{n},Active,{day} 08:00:00,{day} {8 + at:02}:00:00,{team},{day} 12:00:00"
        for n in range(45)
        for day in [f"2026-01-0{5 + n % 5}"]
        for at, team in enumerate(WAYS[n % len(WAYS)])
    ]
    return write(HEAD + "\n".join(rows))


def test_levels_are_told_as_they_are_counted(passed_on):
    """The first team behind the desk is a ticket's L2, be it Apps or Net; the next new one its L3."""
    export = read_export(passed_on, "servicenow")
    lines = find_lines(export)
    levels = find_levels(export, lines)
    of = teams_of_levels(export, levels)
    names = [[team for team, _ in teams] for teams in of]
    assert names == [["Desk"], ["Apps", "Net"], ["Apps", "Net"]]
    assert np.allclose([share for _, share in of[1]], [2 / 3, 1 / 3])
    how, whose = level_sentences(export, lines, levels, ("L1", "L2", "L3"))
    assert "is its L2, the next new one its L3. So a team" in how
    assert "L2: 'Apps' 66.7 %, 'Net' 33.3 %" in whose


def test_stated_levels_are_told_as_stated(passed_on, write):
    """Where the mapping says which team is which level, no counting is spoken of."""
    own = write("{extends: servicenow, teams: {L1: Desk, L2: Apps, L3: Net}}", "own.yaml")
    export = read_export(passed_on, own)
    lines = find_lines(export)
    levels = find_levels(export, lines)
    how, whose = level_sentences(export, lines, levels, lines.names)
    assert how == "Which team is which level is stated in the mapping."
    assert "L3: 'Net' 100.0 %" in whose
