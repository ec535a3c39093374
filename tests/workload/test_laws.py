"""Laws of times: each has its mean, variation and shape; a new one cannot be left out."""

from __future__ import annotations

from typing import get_args

import numpy as np
import pytest
from chance import follows, mean_fits
from scipy import stats

import sim
from sim.errors import ScenarioError, TierSimError
from sim.scenario.laws import Law, LawName
from sim.workload.laws import from_normal, from_uniform
from sim.workload.sample import sample

HYPER_SHARE = (1 + np.sqrt(3 / 5)) / 2
LAWS = {
    "lognormal": (0.8, stats.lognorm(np.sqrt(np.log1p(0.64)), scale=1 / np.sqrt(1.64))),
    "exponential": (1.0, stats.expon()),
    "gamma": (0.7, stats.gamma(1 / 0.49, scale=0.49)),
    "Erlang": (0.5, stats.erlang(4, scale=1 / 4)),
    "Weibull": (1.0, stats.expon()),
    "uniform": (0.4, stats.uniform(1 - 0.4 * np.sqrt(3), 0.8 * np.sqrt(3))),
    "hyperexponential": (2.0, None),
    "deterministic": (0.0, None),
}


def test_every_law_is_tested_here():
    """A law cannot be added without a distribution to hold it against."""
    assert set(LAWS) == set(get_args(LawName))


@pytest.mark.parametrize("name", LAWS)
def test_a_law_has_its_mean_variation_and_shape(name):
    """Drawn by inverse transform, from normal or uniform numbers; false alarms: 1 in a million."""
    cv, shape = LAWS[name]
    law = Law(name, cv)
    rng = np.random.default_rng(1)
    for drawn in (
        from_normal(law, 7.0, rng.standard_normal(200_000)) / 7,
        from_uniform(law, 7.0, rng.random(200_000)) / 7,
    ):
        if name == "deterministic":
            assert (drawn == 1).all()
            continue
        assert mean_fits(drawn, 1)
        assert mean_fits(drawn**2, 1 + cv**2)
        if shape is not None:
            assert follows(drawn, shape)


def test_a_hyperexponential_law_is_the_inverse_of_its_distribution():
    """Two exponential laws of balanced means: what lies above a quantile is exact, far out too."""
    z = np.linspace(-8, 8, 401)
    at = from_normal(Law("hyperexponential", 2.0), 1.0, z)
    p = HYPER_SHARE
    above = p * np.exp(-2 * p * at) + (1 - p) * np.exp(-2 * (1 - p) * at)
    assert above == pytest.approx(stats.norm.sf(z), rel=1e-9)


@pytest.mark.parametrize("name", LAWS)
def test_another_mean_keeps_who_takes_longest(name):
    """The order of tickets is the order of their numbers, whatever the law: common numbers stay."""
    z = np.random.default_rng(2).standard_normal(1000)
    drawn = from_normal(Law(name, LAWS[name][0]), np.float64(3), z)
    assert (np.diff(drawn[np.argsort(z)]) >= 0).all()


def test_times_that_were_seen_come_back():
    """An empirical law gives its values and no others, each as often; the mean is as said."""
    drawn = from_uniform(Law(seen=(1.0, 2.0, 6.0)), 3.0, np.random.default_rng(3).random(30_000))
    values, counts = np.unique(drawn, return_counts=True)
    assert values.tolist() == [1.0, 2.0, 6.0]
    assert stats.chisquare(counts).pvalue > 1e-6


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"tiers.L1.work_law": "uniform", "tiers.L1.work_cv": 1}, "0.577 at most"),
        ({"tiers.L1.work_law": "hyperexponential", "tiers.L1.work_cv": 0.5}, "1 at least"),
        ({"tiers.L1.work_law": "Erlang", "tiers.L1.work_cv": 0.6}, "1/√k"),
        ({"tiers.L1.work_law": "exponential", "tiers.L1.work_cv": 0.6}, "varies by 1 always"),
        ({"tiers.L1.work_law": "normal"}, "'exponential'"),
        ({"tiers.L1.work_law": "gamma", "tiers.L1.work_seen": ["1 min"]}, "not both"),
        ({"demand.arrivals_cv": 0.5}, "name a law in `arrivals`"),
        ({"demand.batch": 2.5, "demand.batch_law": "fixed"}, "whole number"),
        ({"users.comes_back_law": "uniform"}, "`comes_back_cv`"),
    ],
    ids=str,
)
def test_what_no_law_has_is_refused_in_a_sentence(changes, what):
    """A variation that a law cannot have names the law, what it has, and the field."""
    with pytest.raises(ScenarioError, match=what):
        sim.example().with_(changes)


def test_a_law_can_be_named_alone(tmp_path):
    """The default variation of a field does not stand in the way of a law that fixes its own."""
    desk = sim.example().with_({"tiers.L1.work_law": "deterministic"})
    assert desk.tiers["L1"].law_of_work().cv == 0
    sim.dump(desk, tmp_path / "desk.yaml")
    again = sim.load(tmp_path / "desk.yaml")
    assert again.tiers["L1"].law_of_work() == desk.tiers["L1"].law_of_work()


def test_work_of_the_whole_desk_follows_its_law():
    """One queue with Erlang work: what is sampled is Erlang, in whole milliseconds."""
    desk = sim.one_queue(
        rate="60 / h", work="10 min", staff=12, work_law="Erlang", work_cv=0.5, length="2 weeks"
    )
    work = sample(desk, 1, 0).visits.work_ms / 600_000
    assert follows(work, stats.erlang(4, scale=1 / 4))


@pytest.mark.parametrize(
    ("asked", "cv"),
    [
        ({}, 1.0),
        ({"arrivals": "deterministic"}, 0.0),
        ({"arrivals": "gamma", "arrivals_cv": 2}, 2.0),
        ({"arrivals": "Erlang", "arrivals_cv": 0.5}, 0.5),
    ],
    ids=str,
)
def test_gaps_follow_their_law(asked, cv):
    """Gaps at an even rate have their mean and variation."""
    desk = sim.one_queue(rate="60 / h", work="1 min", staff=12, length="20 weeks", **asked)
    gaps = np.diff(sample(desk, 1, 0).tickets.arrival_ms) / 60_000
    if cv == 0:
        assert np.abs(gaps - 1).max() < 1e-4
    else:
        assert mean_fits(gaps, 1)
        assert mean_fits((gaps - 1) ** 2, cv**2)


@pytest.mark.parametrize(("law", "variance"), [("geometric", 3 * 2), ("fixed", 0)])
def test_batches_keep_the_volume(law, variance):
    """Tickets of a batch come at one instant; sizes have their mean and variance, the volume stays."""
    desk = sim.one_queue(
        rate="60 / h", work="1 min", staff=9, batch=3, batch_law=law, length="20 weeks"
    )
    arrival = sample(desk, 1, 0).tickets.arrival_ms
    times, sizes = np.unique(arrival, return_counts=True)
    # A coincidence of two batches within a millisecond is rarer than one in a hundred thousand.
    assert mean_fits(np.diff(times) / 180_000, 1)
    if variance:
        assert mean_fits(sizes, 3)
        assert mean_fits((sizes - 3.0) ** 2, variance)
    else:
        assert (sizes == 3).mean() > 0.999


@pytest.mark.parametrize(
    ("call", "what"),
    [
        (lambda: sim.one_queue("60 / h", "10 min", 12), "by name.*'60 / h' has none"),
        (lambda: sim.one_queue(rate="60 / h", work="10 min", servers=12), "people are `staff`"),
        (lambda: sim.one_queue(rate="60 / h", work="10 min"), "needs `staff`"),
        (lambda: sim.one_queue(rate=60, work="10 min", staff=2), "`rate` is 60, without a unit"),
        (lambda: sim.one_queue(rate="6 / h", work=10, staff=2), "`work` is 10, without a unit"),
        (lambda: sim.one_queue(rate="6 / h", wrok="1 min", staff=2), "did you mean `work`"),
        (lambda: sim.one_queue(rate="6 / h", work="1 min", staff="two"), "staff: 'two' was found"),
        (lambda: sim.one_queue(rate="6 / h", work=[], staff=2), "empty list"),
        (lambda: sim.durations([]), "no times"),
        (lambda: sim.durations([4, -1]), "value 2 is -1"),
        (lambda: sim.durations("nowhere.csv", "minutes"), "cannot be read"),
    ],
)
def test_a_mistaken_argument_gets_a_sentence(call, what):
    """Not a traceback of Python's, but what the argument is called here."""
    with pytest.raises(TierSimError, match=what):
        call()


def test_a_column_of_a_file_is_a_law(tmp_path):
    """Times of a CSV file become the law of the work; a column that is not there is named."""
    path = tmp_path / "calls.csv"
    path.write_text("agent,minutes\nA,4\nB,\nC,8\nD,12\n", encoding="utf-8")
    desk = sim.one_queue(
        rate="6 / h", work=sim.durations(path, "minutes"), staff=2, length="2 weeks"
    )
    assert desk.tiers["L1"].work == 8 * 60_000
    assert set(np.unique(sample(desk, 1, 0).visits.work_ms)) == {240_000, 480_000, 720_000}
    with pytest.raises(TierSimError, match=r"no column 'minute' \(did you mean 'minutes'\?\)"):
        sim.durations(path, "minute")
