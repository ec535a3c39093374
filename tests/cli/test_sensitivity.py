"""``tiersim sensitivity``: a tornado, a break-even, and screening; slips are told."""

import json
from pathlib import Path

import pytest

from sim.cli.top import Exit, main
from sim.scenario.gallery import folder

SMALL = """\
extends: in-house-desk.yaml
name: Three weeks
period: {length: 3 weeks, warm_up: 1 week}
search: {move: {documentation.quality: {from: 40 %, to: 90 %}, tiers.L1.staff.day: {from: 5, to: 7}}}
"""
FEW = ("--replications", "3", "--jobs", "1")


@pytest.fixture
def say(tmp_path, monkeypatch, capsys):
    """Run a command line in a folder with a short desk that states its ranges."""
    monkeypatch.chdir(tmp_path)
    base = folder() / "in-house-desk.yaml"
    Path("in-house-desk.yaml").write_text(base.read_text(encoding="utf-8"), encoding="utf-8")
    Path("desk.yaml").write_text(SMALL, encoding="utf-8")

    def run(*words):
        code = main(["sensitivity", "desk.yaml", *words])
        done = capsys.readouterr()
        return code, done.out, done.err

    return run


def test_a_tornado_over_the_ranges_that_the_scenario_states(say):
    """The strongest input is named; the picture has its numbers beside it."""
    code, out, _ = say(*FEW, "-o", "tornado.svg")
    assert code == Exit.FINE
    assert "moved most by documentation.quality" in out
    assert "Next: tiersim search desk.yaml" in out
    assert Path("tornado.svg").exists()
    assert Path("tornado.csv").exists()


def test_ranges_can_be_given(say):
    """Shares, durations and heads, in JSON with both ends of every bar."""
    code, out, _ = say(
        *FEW, "--json", "--move", "tiers.L1.work=10 min:15 min", "--metric", "utilisation[L1]"
    )
    assert code == Exit.FINE
    (bar,) = json.loads(out)["bars"]
    assert (bar["input"], bar["from"], bar["to"]) == ("tiers.L1.work", "10 min", "15 min")
    assert bar["at_from"]["mean"] < 0 < bar["at_to"]["mean"]


def test_a_break_even(say):
    """Shorter work at L1 makes up for one person less there, somewhere in the range."""
    asked = ("--break-even", "tiers.L1.work=6 min:13 min", "--instead", "tiers.L1.staff.day=5")
    code, out, _ = say(*FEW, *asked, "--metric", "utilisation[L1]")
    assert code == Exit.FINE
    assert "makes up for tiers.L1.staff.day 5" in out
    code, out, _ = say(*FEW, *asked, "--metric", "utilisation[L1]", "--json")
    assert json.loads(out)["value"].endswith(" ms")


def test_no_break_even_is_told_as_people_write_shares(say):
    """One person less at L1 wants better answers than notes can give: the range in per cent."""
    asked = ("--break-even", "documentation.quality", "--instead", "tiers.L1.staff.day=1")
    code, _, err = say(*FEW, *asked, "--metric", "service_level[L1 response]")
    assert code == Exit.BAD_INPUT
    assert "with documentation.quality from 40 % to 90 %" in err


def test_screening_by_morris(say):
    """Everything moves together; the effect over the whole range is what the tornado spans."""
    pytest.importorskip("SALib")
    code, out, _ = say(*FEW, "--method", "morris", "--json")
    assert code == Exit.FINE
    found = json.loads(out)["inputs"]
    assert found[0]["input"]["path"] == "documentation.quality"
    assert found[0]["strength"] > found[1]["strength"]


@pytest.mark.parametrize(
    ("words", "what"),
    [
        (("--move", "documentation.quality"), "is no input with a range"),
        (("--move", "documentation.qualty=40 %:90 %"), "documentation"),
        (("--instead", "tiers.L2.staff.day=3"), "goes with --break-even"),
        (("--break-even", "documentation.quality"), "needs --instead"),
        (("--break-even", "tiers.L1.work", "--instead", "tiers.L1.staff.day=5"), "no range"),
        (("--method", "sobol", "-o", "x.svg"), "draws a tornado"),
    ],
)
def test_slips_are_told(say, words, what):
    """A sentence, and exit code 2; nothing is simulated."""
    code, _, err = say(*FEW, *words)
    assert code == Exit.BAD_INPUT
    assert what in err


@pytest.mark.parametrize(
    ("metric", "hint"),
    [
        ("l1share", "did you mean 'l1_share'?"),
        ("utilisation[L9]", "did you mean 'utilisation[L"),
        ("service_level", "there are service_level["),
    ],
)
@pytest.mark.parametrize("method", ["tornado", "break-even"])
def test_a_slip_in_the_metric_is_told_before_anything_is_moved(
    say, monkeypatch, metric, hint, method
):
    """However long the study would take, with what may have been meant."""

    def moved(*_, **__):
        raise AssertionError("the study was begun")

    monkeypatch.setattr("sim.study.sensitivity.compare", moved)
    more = ("--break-even", "documentation.quality", "--instead", "tiers.L1.staff.day=5")
    code, _, err = say(*FEW, "--metric", metric, *(more if method == "break-even" else ()))
    assert code == Exit.BAD_INPUT
    assert f"has no metric '{metric}'" in err
    assert hint in err


def test_a_slip_in_the_input_of_a_break_even(say):
    """What may have been meant is said."""
    code, _, err = say("--break-even", "documentaton.quality", "--instead", "tiers.L1.staff.day=5")
    assert code == Exit.BAD_INPUT
    assert "did you mean 'documentation.quality'?" in err
