"""``search``: what a leader reads, what is written, and how it ends."""

import json
from pathlib import Path

import pytest

import sim
from sim.cli.top import Exit, main
from sim.scenario.gallery import folder

DESK = """\
extends: in-house-desk.yaml
name: Short
period: {length: 4 weeks, warm_up: 1 week}
search:
  move:
    tiers.L1.staff.day: {from: 5, to: 8}
    documentation.quality: {from: 40 %, to: 80 %, step: 20 %}
  hold: [{level: L1 response}]
  replications: 24
"""
LITTLE = DESK.replace("{from: 5, to: 8}", "{from: 1, to: 2}")


@pytest.fixture
def say(tmp_path, monkeypatch, capsys):
    """Run a command line in a folder with two desks; its exit code, output and errors."""
    monkeypatch.chdir(tmp_path)
    base = (folder() / "in-house-desk.yaml").read_text(encoding="utf-8")
    for name, text in {"in-house-desk": base, "desk": DESK, "little": LITTLE}.items():
        Path(f"{name}.yaml").write_text(text, encoding="utf-8")

    def run(*words):
        code = main(["search", *words, "--jobs", "1"])
        done = capsys.readouterr()
        return code, done.out, done.err

    return run


def test_the_answer_as_a_leader_reads_it(say):
    """Desk, sureness, steps, what binds when, strain, formulas, frontier; all written to a page too."""
    code, out, _ = say("desk.yaml", "-o", "best.yaml", "--report", "page.html", "--keep", "kept")
    assert code == Exit.FINE
    assert out.startswith("It takes ")
    for heading in ("One step away", "What binds", "Under strain", "What formulas alone"):
        assert f"\n{heading}" in out
    assert "With volume +10 %" in out
    assert "room to the tightest promise" in out
    assert "total cost in a week, EUR" in out
    assert "users’ lost working time at 40 EUR an hour" in out
    assert "1 % of 90 % is 0.9 points" in out
    assert "Knee: up to there" in out
    assert "Written: page.html" in out
    assert "Next: tiersim compare desk.yaml best.yaml" in out
    page = Path("page.html").read_text(encoding="utf-8")
    assert 'id="search"' in page
    assert "Under strain" in page
    assert "the desk found" in page
    best = sim.load("best.yaml")
    # What was kept answers again, to the letter.
    code, out, _ = say("desk.yaml", "--keep", "kept", "--json")
    told = json.loads(out)
    assert code == Exit.FINE
    assert told["desk"]["tiers.L1.staff.day"] == best.tiers["L1"].staff["day"]
    assert [point["found"] for point in told["frontier"]].count(True) == 1
    assert told["replications"] > 0
    assert told["written"] == []


def test_the_desk_alone(say):
    """Quick: no more than the desk and its promises."""
    code, out, _ = say("desk.yaml", "--quick")
    assert code == Exit.FINE
    assert "L1 response" in out
    assert "One step away" not in out


def test_what_cannot_be_done_is_explained(say):
    """Exit code 1, the promise that fails at the bounds, and what has to give."""
    code, out, _ = say("little.yaml")
    assert code == Exit.GOAL_MISSED
    assert "No desk within the bounds" in out
    assert "has to give" in out
    assert "best.yaml" not in out
    assert "Next: tiersim ask little.yaml" in out


def test_a_report_of_another_kind_is_refused(say):
    """Before anything is simulated."""
    code, _, err = say("desk.yaml", "--report", "page.xlsx")
    assert code == Exit.BAD_INPUT
    assert ".html or .pdf" in err
