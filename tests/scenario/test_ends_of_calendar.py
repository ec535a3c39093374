"""Dates at the ends of the calendar: a sentence, whichever command meets them."""

from pathlib import Path

import pytest

from sim.cli.top import Exit, main
from sim.scenario.gallery import folder

BASE = (folder() / "in-house-desk.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "start", ["0001-01-01", "1899-12-31", "2199-12-31", "9999-01-05", "9999-12-31"]
)
@pytest.mark.parametrize("command", ["check", "run", "compare", "ask", "search"])
def test_no_period_lies_where_calendars_end(tmp_path, monkeypatch, capsys, start, command):
    """Exit code 2 and where it stands; it was "a bug in TierSim"."""
    monkeypatch.chdir(tmp_path)
    Path("in-house-desk.yaml").write_text(BASE, encoding="utf-8")
    text = f"extends: in-house-desk.yaml\nname: x\nperiod: {{start: {start}, length: 4 weeks, warm_up: 1 week}}\n"
    Path("x.yaml").write_text(text, encoding="utf-8")
    assert main([command, "x.yaml"]) == Exit.BAD_INPUT
    assert "allowed is one between 1900-01-01 and 2200-01-01" in capsys.readouterr().err


@pytest.mark.parametrize("start", ["1900-01-01", "2199-11-01"])
def test_a_period_at_the_bounds_is_played(tmp_path, monkeypatch, start):
    """With its tables, whose times must hold it."""
    monkeypatch.chdir(tmp_path)
    Path("in-house-desk.yaml").write_text(BASE, encoding="utf-8")
    text = f"extends: in-house-desk.yaml\nname: x\nholidays: []\nperiod: {{start: {start}, length: 4 weeks, warm_up: 1 week}}\n"
    Path("x.yaml").write_text(text, encoding="utf-8")
    assert main(["run", "x.yaml", "--save", "out"]) == Exit.FINE
