"""``tiersim check --warm-up``: whether the desk has time to fill up."""

import json
from pathlib import Path

import pytest

from sim.cli.top import Exit, main
from sim.scenario.gallery import folder

SHORT = """\
extends: in-house-desk.yaml
name: Too few engineers
tiers: {L3: {staff: {day: 2}}}
period: {warm_up: 1 week}
"""


@pytest.fixture
def say(tmp_path, monkeypatch, capsys):
    """Run a command line in a folder with the base and a desk that fills up for ever."""
    monkeypatch.chdir(tmp_path)
    base = folder() / "in-house-desk.yaml"
    Path("in-house-desk.yaml").write_text(base.read_text(encoding="utf-8"), encoding="utf-8")
    Path("short.yaml").write_text(SHORT, encoding="utf-8")

    def run(*words):
        code = main(list(words))
        return code, capsys.readouterr().out

    return run


def test_a_growing_backlog_is_said(say):
    """Week by week, and in a sentence; the same in JSON."""
    code, out = say("check", "short.yaml", "--warm-up")
    assert code == Exit.FINE
    assert "1 (warm-up)" in out
    assert "The backlog still grows" in out
    code, out = say("check", "short.yaml", "--warm-up", "--json")
    assert code == Exit.FINE
    (found,) = json.loads(out)["scenarios"]
    assert found["warm_up"]["grows"]
    assert len(found["warm_up"]["backlog_by_week"]) == 16


def test_without_it_nothing_is_simulated(say):
    """The check alone stays arithmetic."""
    code, out = say("check", "in-house-desk.yaml")
    assert code == Exit.FINE
    assert "Filling up" not in out


def test_welchs_plot_is_written(say):
    """The picture, with its numbers beside it; without it, where to get it is said."""
    code, out = say("check", "short.yaml", "--warm-up")
    assert "tiersim check short.yaml --welch warm-up.svg" in out
    code, out = say("check", "short.yaml", "--welch", "plot.svg")
    assert code == Exit.FINE
    assert "Welch's plot of it is in plot.svg" in out
    assert "backlog still grows" in Path("plot.svg").read_text(encoding="utf-8")
    assert Path("plot.csv").exists()
