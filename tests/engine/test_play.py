from __future__ import annotations

import shutil
import sys
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType

import pytest
from strategies import random_case

import sim.engine
from sim.engine import available_engines, engine_for, kernel_fault, play
from sim.engine import run as run_module
from sim.engine.kernel_sources import fingerprint
from sim.errors import ConservationError, TierSimError


def forget():
    """Look anew which engines there are."""
    available_engines.cache_clear()
    kernel_fault.cache_clear()


@pytest.fixture
def no_kernel(monkeypatch):
    """Let the extension be missing, as where no C compiler was found."""
    monkeypatch.setitem(sys.modules, "sim.engine.kernel", None)
    forget()
    yield
    forget()


@pytest.fixture(params=["other sources", "before fingerprints", "cannot be imported"])
def stale_kernel(request, monkeypatch, tmp_path):
    """Let the extension be one of another commit."""
    kernel = ModuleType("sim.engine.kernel")
    kernel.__spec__ = ModuleSpec("sim.engine.kernel", None)
    if request.param == "other sources":
        kernel.BUILT_FROM = fingerprint() + 1
    monkeypatch.setitem(sys.modules, "sim.engine.kernel", kernel)
    if request.param == "cannot be imported":
        (tmp_path / "kernel.py").write_text("assert 1 == 2  # a rule has another number")
        monkeypatch.delitem(sys.modules, "sim.engine.kernel")
        monkeypatch.setattr(sim.engine, "__path__", [str(tmp_path)])
    forget()
    yield
    forget()


def test_the_extension_is_of_the_sources_that_are_here():
    """Without a compiler many tests are left out; with a stale extension that would be by mistake."""
    assert "stale" not in kernel_fault(), kernel_fault()


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
    assert "pip install --editable" in str(caught.value)
    assert "simpy" in str(caught.value)


def test_an_extension_of_another_commit_is_told_as_that(stale_kernel):
    """It is no bug: auto goes on with SimPy, and who asks for it is told how to build it again."""
    assert engine_for("auto") == "simpy"
    with pytest.raises(TierSimError, match="stale: it was built from other sources") as caught:
        play(*random_case(1), engine="compiled")
    assert "pip install --editable" in str(caught.value)
    assert "no C compiler" not in str(caught.value)


def test_the_fingerprint_is_of_every_source_of_the_kernel(tmp_path):
    """A letter more in any of them, another name or one file less is another fingerprint."""
    engine = Path(run_module.__file__).parent
    sources = sorted(engine.glob("kernel*.p[yx][xd]"))
    assert {"kernel.pyx", "kernel_run.pxd"} <= {one.name for one in sources}
    for one in sources:
        shutil.copy(one, tmp_path)
    seen = {fingerprint(tmp_path)}
    assert seen == {fingerprint()}
    for one in sources:
        copy = tmp_path / one.name
        copy.write_bytes(one.read_bytes() + b" ")
        seen.add(fingerprint(tmp_path))
        copy.write_bytes(one.read_bytes())
    copy.rename(tmp_path / "kernel_zzz.pxd")
    seen.add(fingerprint(tmp_path))
    (tmp_path / "kernel_zzz.pxd").unlink()
    seen.add(fingerprint(tmp_path))
    assert len(seen) == len(sources) + 3
    for one in tmp_path.iterdir():
        one.unlink()
    assert fingerprint(tmp_path) == 0


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
