"""Any number of machines: each computes the same bits, or is refused."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from concurrent.futures import Future
from pathlib import Path

import pytest

import sim
from sim.errors import StudyError
from sim.scenario.file import load
from sim.scenario.gallery import gallery
from sim.study.build import build, check_build
from sim.study.cluster import ClusterExecutor
from sim.study.evaluate import Evaluation
from sim.study.replication import Task
from sim.study.runner import Runner, Work, WorkersLostError
from sim.study.sending import call_elsewhere, sendable
from sim.study.store import pack

PACKAGE = Path(sim.__file__).parent
SHORT = {"period.length": "3 weeks", "period.warm_up": "1 week"}
WITHOUT = """
import sys
sys.modules["sim.engine.kernel"] = None
import hashlib
from sim.engine import available_engines
assert available_engines() == ("simpy",), available_engines()
"""
WORKER = """
import json, sys
from sim.errors import StudyError
from sim.study.sending import call_elsewhere
asked = json.loads(sys.argv[1])
sent = open(sys.argv[2], "rb").read()
try:
    found = call_elsewhere(asked, sent)
except StudyError as error:
    print("refused:", error)
else:
    import hashlib
    from sim.study.store import pack
    print(hashlib.sha256(pack(found[0])).hexdigest())
"""


@pytest.fixture(scope="module")
def work():
    """Return a short desk, to be evaluated."""
    desk = load(gallery()["in-house-desk"]).with_(SHORT, name="Short")
    return Work((desk,), 3, Evaluation(curves=True))


@pytest.fixture(scope="module")
def digest(work):
    """Return what one replication gives here."""
    return hashlib.sha256(pack(work.one(Task(4, 0)))).hexdigest()


def _elsewhere(work, tmp_path, *, package=PACKAGE.parent, before=""):
    """Have a replication computed by another process, as a worker does."""
    (tmp_path / "sent").write_bytes(sendable(work.many, [Task(4, 0)]))
    done = subprocess.run(
        [sys.executable, "-c", before + WORKER, json.dumps(dict(build())), str(tmp_path / "sent")],
        env={**os.environ, "PYTHONPATH": str(package)},
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
    )
    return done.stdout.strip()


def test_the_same_tiersim_gives_the_same_bits(work, digest, tmp_path):
    """In a process of its own."""
    assert _elsewhere(work, tmp_path) == digest


def test_without_the_extension_the_bits_are_the_same(work, digest, tmp_path):
    """A worker on which nothing was compiled plays by SimPy."""
    assert _elsewhere(work, tmp_path, before=WITHOUT) == digest


def test_another_tiersim_is_refused_though_its_number_is_the_same(work, tmp_path):
    """One line of the code that computes was changed; the version was not."""
    copy = tmp_path / "copy"
    ignored = shutil.ignore_patterns("__pycache__", "*.c")
    shutil.copytree(PACKAGE, copy / "sim", ignore=ignored)
    changed = copy / "sim" / "outcome" / "clocks.py"
    changed.write_text(changed.read_text(encoding="utf-8") + "\n# another\n", encoding="utf-8")
    told = _elsewhere(work, tmp_path, package=copy)
    assert told.startswith("refused: the worker on ")
    assert "code of TierSim" in told


@pytest.mark.parametrize("name", ["TierSim", "code of TierSim", "numpy", "Python"])
def test_whatever_differs_is_named(name):
    """Before what was sent is opened at all."""
    with pytest.raises(StudyError, match=rf"has {name} .*this machine 0\.0"):
        call_elsewhere({**build(), name: "0.0"}, b"never opened")
    with pytest.raises(StudyError, match=rf"worker 7 has {name} none"):
        check_build(build(), {k: v for k, v in build().items() if k != name}, "worker 7")


class _Gone(ClusterExecutor):
    """A cluster whose scheduler ends while work is under way."""

    def __init__(self, error):
        self.error = error

    def workers(self):
        """Count what was there."""
        return 2

    def submit(self, fn, /, *args, **kwargs):
        """Take a call, and lose it."""
        del fn, args, kwargs
        future = Future()
        if self.error is None:
            future.cancel()
            future.set_running_or_notify_cancel()
        else:
            future.set_exception(self.error)
        return future

    def close(self):
        """Have nothing to close."""


@pytest.mark.parametrize("error", [None, ConnectionResetError(), TimeoutError()])
def test_a_scheduler_that_dies_is_one_sentence(work, error):
    """Whatever it dies of; a fault of TierSim's own stays one."""
    runner = Runner(work, cluster="tcp://x:1")
    runner._executor = _Gone(error)
    with pytest.raises(WorkersLostError, match="the Dask scheduler at tcp://x:1 is gone"):
        list(runner.map([Task(0, 0)]))
    runner._executor = _Gone(ZeroDivisionError())
    with pytest.raises(ZeroDivisionError):
        list(runner.map([Task(0, 0)]))
