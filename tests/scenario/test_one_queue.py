"""The plainest desk, and the gallery by name."""

import pytest

import sim
from sim.errors import ScenarioError


def test_it_agrees_with_the_formula():
    """A simulated plain desk has Erlang's utilisation, and close to Erlang's mean wait.

    Touch times are lognormal with the mean and variance of exponential ones: waits are within a
    tenth of M/M/c here. False-alarm rate below 0.1 % (12 replications, t-interval at 99.9 %).
    """
    desk = sim.one_queue(rate="60 / h", work="10 min", staff=12, length="3 weeks")
    study = sim.compare(desk, replications=12, seed=1, level=0.999, curves=False, jobs=1)
    erlang = sim.theory.erlang_c("60 / h", "10 min", 12)
    found = study[0].estimate("utilisation[L1]")
    assert found.low <= erlang.utilisation <= found.high
    wait = study[0].estimate("response[mean]")
    assert 0.9 * wait.low <= erlang.wait.mean.ms <= 1.1 * wait.high


def test_patience_makes_callers_leave():
    """With patience the desk is that of Erlang A, and overload does no harm to it."""
    desk = sim.one_queue(rate="80 / h", work="10 min", staff=10, patience="5 min", length="2 weeks")
    gone = sim.measure(sim.run(desk, seed=1)).values["abandonment"]
    assert gone == pytest.approx(
        sim.theory.erlang_a("80 / h", "10 min", 10, "5 min").abandonment, abs=0.03
    )


def test_what_is_not_allowed_is_said():
    """A wrong value gives the message of a scenario file, not a traceback of pydantic."""
    with pytest.raises(ScenarioError, match=r"staff: -1 was found"):
        sim.one_queue(rate="60 / h", work="10 min", staff=-1)


def test_an_example_is_the_gallery_s_file():
    """Examples are named as their files are."""
    assert sim.example().name == "In-house desk"
    assert sim.example("one-more-at-l1").tiers["L1"].staff == {"day": 7}
