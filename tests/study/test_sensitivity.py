"""Sensitivity on a stand-in whose answer is known: a straight line plus chance."""

import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from sim.errors import MissingExtraError, StudyError
from sim.scenario.file import load
from sim.study.inputs import Input
from sim.study.replication import Replication
from sim.study.screening import morris, sobol
from sim.study.sensitivity import break_even, tornado

QUALITY, HEADS, WORK = "documentation.quality", "tiers.L1.staff.day", "tiers.L1.work"


@dataclass(frozen=True)
class Line:
    """10 x quality + heads - minutes of work / 2, plus chance that all scenarios share."""

    own: float = 0.0
    sign: float = 1.0

    def __call__(self, scenario, seed, replication):
        """Draw one replication."""
        quality = scenario.documentation.quality
        heads = scenario.tiers["L1"].staff["day"]
        minutes = scenario.tiers["L1"].work / 60_000
        luck = np.random.default_rng([seed, replication]).standard_normal()
        mine = np.random.default_rng([seed, replication, heads]).standard_normal()
        value = 10 * quality + heads - minutes / 2 + 5 * luck + self.own * mine
        return Replication({"score": self.sign * value}, tickets=f"{seed}-{replication}")


def test_tornado_has_the_slopes(desk):
    """Each bar is the change over the range; common chance is gone; the strongest comes first."""
    found = tornado(
        desk,
        {HEADS: (5, 8), QUALITY: ("40 %", "90 %"), WORK: ("11 min", "15 min")},
        metric="score",
        evaluate=Line(),
    )
    assert [bar.input.path for bar in found.bars] == [QUALITY, HEADS, WORK]
    quality, heads, work = found.bars
    assert quality.low.estimate.mean == pytest.approx(10 * (0.4 - 0.6))
    assert quality.high.estimate.mean == pytest.approx(10 * (0.9 - 0.6))
    assert (heads.low.estimate.mean, heads.high.estimate.mean) == pytest.approx((-1, 2))
    assert work.span == pytest.approx(2.0)
    assert quality.high.estimate.half_width < 1e-9
    assert "documentation.quality  40 %: -2 [-2, -2]" in repr(found).replace("−", "-")


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_break_even_is_found(desk, sign):
    """One less at L1 costs 1, which 10 points of quality bring: from 60 % to 70 %."""
    less = desk.with_({HEADS: 5}, name="One less")
    found = break_even(
        desk,
        less,
        QUALITY,
        ("50 %", "100 %"),
        metric="score",
        tolerance=0.0005,
        evaluate=Line(own=0.5, sign=sign),
        replications=30,
    )
    # Own chance of 0.5 in each scenario over 30 pairs: an interval of about ±0.27 in the score.
    half = found.tried[0.0].estimate.half_width
    assert found.low < found.value < found.high
    assert found.high - found.low == pytest.approx(2 * half / 10, rel=0.05)
    assert found.low <= 0.7 <= found.high
    assert len(found.tried) < 40


def test_no_break_even_is_told(desk):
    """Where one is better throughout, the differences at both ends are named."""
    less = desk.with_({HEADS: 5}, name="One less")
    with pytest.raises(StudyError, match="no break-even of score with documentation"):
        break_even(desk, less, QUALITY, ("10 %", "20 %"), metric="score", evaluate=Line())


def test_break_even_interval_may_reach_beyond_the_range(desk):
    """An end that the range does not hold is None, and no number is invented."""
    less = desk.with_({HEADS: 5}, name="One less")
    found = break_even(
        desk,
        less,
        QUALITY,
        ("60 %", "80 %"),
        metric="score",
        evaluate=Line(own=3.0),
        seed=3,
    )
    assert found.low is None
    assert found.high is None


def test_ranges_are_read_as_a_file_would():
    """Heads stay whole, units stay units, and nonsense is told."""
    assert Input(HEADS, 5, 8).at(0.9) == 8
    assert Input("demand.volume", "420 / week", "840 / week").at(0.5) == "3.75 / h"
    assert Input("x", 0.5, 1).at(0.5) == 0.75
    with pytest.raises(StudyError, match="is no range"):
        Input("x", "a", "b")
    with pytest.raises(StudyError, match="is empty"):
        Input("x", "1 h", "60 min")


def test_morris_finds_the_slopes(desk):
    """Of a straight line, strength is the change over the range and there is no interplay."""
    pytest.importorskip("SALib")
    found = morris(
        desk,
        {WORK: ("11 min", "15 min"), QUALITY: ("40 %", "90 %")},
        metric="score",
        evaluate=Line(),
        replications=2,
        trajectories=6,
    )
    assert [one.input.path for one in found] == [QUALITY, WORK]
    assert [one.strength for one in found] == pytest.approx([5.0, 2.0])
    assert [one.interplay for one in found] == pytest.approx([0.0, 0.0], abs=1e-9)


def test_sobol_shares_out_the_variance(desk):
    """Of a sum, shares go with squared ranges: 25 : 4, alone as in all."""
    pytest.importorskip("SALib")
    found = sobol(
        desk,
        {WORK: ("11 min", "15 min"), QUALITY: ("40 %", "90 %")},
        metric="score",
        evaluate=Line(),
        replications=2,
        points=128,
    )
    assert [one.input.path for one in found] == [QUALITY, WORK]
    assert [one.alone for one in found] == pytest.approx([25 / 29, 4 / 29], abs=0.05)
    assert [one.in_all for one in found] == pytest.approx([25 / 29, 4 / 29], abs=0.05)
    with pytest.raises(StudyError, match="power of 2"):
        sobol(desk, {QUALITY: (0.4, 0.9)}, points=100)


def test_missing_extra_is_named(desk, monkeypatch):
    """Without SALib the message says how to get it."""
    monkeypatch.setitem(sys.modules, "SALib.sample.morris", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'tiersim\[sensitivity\]'"):
        morris(desk, {QUALITY: (0.4, 0.9)})


def test_notes_are_worth_something_on_a_real_desk():
    """On the gallery's desk better notes raise the share that L1 resolves (seeded, paired)."""
    base = load(Path(__file__).parents[2] / "scenarios" / "in-house-desk.yaml").with_(
        {"period.length": "4 weeks", "period.warm_up": "1 week"}, name="Base"
    )
    found = tornado(base, {QUALITY: ("40 %", "90 %")}, replications=4, jobs=1)
    (bar,) = found.bars
    assert bar.low.estimate.high < 0 < bar.high.estimate.low
