from __future__ import annotations

import sys

import pytest
from strategies import random_case

from sim.engine import available_engines, engine_for, play
from sim.engine import run as run_module
from sim.errors import ConservationError, TierSimError


@pytest.fixture
def no_kernel(monkeypatch):
    """Let the extension be missing, as where no C compiler was found."""
    monkeypatch.setitem(sys.modules, "sim.engine.kernel", None)
    available_engines.cache_clear()
    yield
    available_engines.cache_clear()


def test_auto_is_the_fastest_there_is():
    """What "auto" stands for is the first of the available engines."""
    assert engine_for("auto") == available_engines()[0]


def test_auto_is_simpy_where_the_extension_is_missing(no_kernel):
    """Without a compiler everything works, on SimPy."""
    assert available_engines() == ("simpy",)
    assert engine_for("auto") == "simpy"
    workload, desk = random_case(1)
    assert play(workload, desk).differences(play(workload, desk, engine="simpy")) == []


def test_asking_for_a_missing_engine_says_what_to_do(no_kernel):
    """The message names the cause, the remedy and the alternative."""
    with pytest.raises(TierSimError, match="no C compiler") as caught:
        play(*random_case(1), engine="compiled")
    assert "pip install --force-reinstall --no-cache-dir tiersim" in str(caught.value)
    assert "simpy" in str(caught.value)


def test_an_unknown_engine_is_refused():
    """The message lists the engines that there are."""
    with pytest.raises(TierSimError, match="auto, compiled and simpy"):
        play(*random_case(1), engine="fast")


def test_every_log_is_checked_unless_told_otherwise(monkeypatch):
    """Conservation is checked after each run; a benchmark may leave it out."""

    def broken(workload, desk, log):
        raise ConservationError("broken")

    monkeypatch.setattr(run_module, "check_conservation", broken)
    workload, desk = random_case(1)
    play(workload, desk, check=False)
    with pytest.raises(ConservationError, match="broken"):
        play(workload, desk)
