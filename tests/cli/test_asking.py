"""``ask``, ``signs``, ``explain`` and ``scorecard``: what they print, and how they end."""

import json
from pathlib import Path

import pytest

import sim
from sim.cli.top import Exit, main
from sim.scenario.gallery import folder

FEW = ("--replications", "3", "--jobs", "1")
BASE = """\
extends: in-house-desk.yaml
name: Short
period: {length: 4 weeks, warm_up: 1 week}
"""
BAD = """\
extends: short.yaml
name: "Bad: notes and people"
documentation: {quality: 15 %}
routing: {clarity: 50 %}
tiers: {L1: {ability: 0.4, staff: {day: 4}}}
"""


@pytest.fixture
def say(tmp_path, monkeypatch, capsys):
    """Run a command line in a folder with two desks; its exit code, output and errors."""
    monkeypatch.chdir(tmp_path)
    base = (folder() / "in-house-desk.yaml").read_text(encoding="utf-8")
    for name, text in {"in-house-desk": base, "short": BASE, "bad": BAD}.items():
        Path(f"{name}.yaml").write_text(text, encoding="utf-8")

    def run(*words):
        code = main(list(words))
        done = capsys.readouterr()
        return code, done.out, done.err

    return run


def test_ask_answers_each_question(say):
    """Six questions for each desk, and the next command."""
    code, out, _ = say("ask", "short.yaml", "bad.yaml", *FEW)
    assert code == Exit.FINE
    assert out.count("?") == 12
    assert "Short" in out
    assert "Next: tiersim signs short.yaml" in out


def test_ask_as_json(say):
    """JSON and nothing else."""
    code, out, _ = say("ask", "short.yaml", "--json", *FEW)
    assert code == Exit.FINE
    (found,) = json.loads(out)["answers"].values()
    assert len(found) == 6
    assert all(answer["sentences"] for answer in found)


def test_signs_name_what_helps(say):
    """A table of signs, what was tried, and exit code 1 only when it is asked for."""
    code, out, _ = say("signs", "bad.yaml", *FEW)
    assert code == Exit.FINE
    assert "Tickets bounce: shows." in out
    assert "clear escalation criteria" in out
    assert "Next: tiersim explain bad.yaml" in out
    assert say("signs", "bad.yaml", "--strict", *FEW)[0] == Exit.GOAL_MISSED


def test_signs_as_json(say):
    """Numbers as they are, intervals beside them, and what was tried."""
    code, out, _ = say("signs", "bad.yaml", "--json", *FEW)
    assert code == Exit.FINE
    signs = {sign["name"]: sign for sign in json.loads(out)["signs"]}
    bouncing = signs["tickets bounce"]
    assert bouncing["verdict"] == "shows"
    assert bouncing["low"] <= bouncing["mean"] <= bouncing["high"]
    assert {one["name"] for one in bouncing["tried"]} >= {"clear escalation criteria"}
    assert signs["problems keep recurring"]["mean"] is None


def test_explain_splits_the_gap(say):
    """In words and as JSON the same causes, and their parts make the gap."""
    code, out, _ = say("explain", "bad.yaml", "--healthy", "short.yaml", *FEW)
    assert code == Exit.FINE
    assert "Most of the gap is training" in out
    assert "Next: tiersim signs bad.yaml" in out
    found = json.loads(say("explain", "bad.yaml", "--healthy", "short.yaml", "--json", *FEW)[1])
    gap = found["mended"]["mean"] - found["as_is"]["mean"]
    assert sum(part["mean"] for part in found["parts"].values()) == pytest.approx(gap)


def test_explain_needs_a_difference(say):
    """A desk held against itself has no gap: bad input, and a sentence."""
    code, _, err = say("explain", "short.yaml", "--healthy", "short.yaml", *FEW)
    assert code == Exit.BAD_INPUT
    assert "do not differ in any cause" in err


def test_scorecard_ranks(say):
    """A line an aspect and tier, and sentences that claim no more than shows."""
    code, out, _ = say("scorecard", "short.yaml", "bad.yaml", *FEW)
    assert code == Exit.FINE
    assert "L1 resolution rate" in out
    # The other desk cannot cope: nothing is held against it.
    assert "Short against Bad: on" in out
    assert "it is not yet known" in out
    assert "Next: tiersim ask short.yaml bad.yaml" in out
    found = json.loads(say("scorecard", "short.yaml", "bad.yaml", "--json", *FEW)[1])
    assert found["desks"] == ["Short", "Bad: notes and people"]
    assert all(line["desks"] for line in found["lines"])


def test_a_scorecard_of_a_file_that_is_not_there(say):
    """That is what is said, not that there are too few."""
    code, _, err = say("scorecard", "gone.yaml", *FEW)
    assert (code, "gone.yaml: there is no such file" in err) == (Exit.BAD_INPUT, True)


def test_a_scorecard_of_one_is_refused(say):
    """There is nobody to rank it against."""
    code, _, err = say("scorecard", "short.yaml", *FEW)
    assert code == Exit.BAD_INPUT
    assert "at least two" in err


def test_ask_tells_who_hangs_up(tmp_path, say):
    """A leader who asks this alone learns that callers give up, and how many; without any, nothing is said."""
    path = tmp_path / "callers.yaml"
    sim.dump(
        sim.example("impatient-callers").with_(
            {"period.length": "4 weeks", "period.warm_up": "1 week"}, name="Callers"
        ),
        path,
    )
    code, out, _ = say("ask", str(path), "--replications", "2", "--jobs", "1")
    assert code == 0
    assert "are given up by callers who hang up" in " ".join(out.split())
