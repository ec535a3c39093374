"""Workers: the same bits from any number of them, however they end."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import cloudpickle
import numpy as np
import pytest

from sim.errors import StudyError
from sim.study import runner as runners
from sim.study.compare import compare
from sim.study.keep import resume
from sim.study.replication import Task
from sim.study.runner import Runner, Work

pytestmark = pytest.mark.filterwarnings(
    # A pool's own thread may set a result where a chunk was cancelled a moment before: it says so,
    # and goes on.
    "ignore::pytest.PytestUnhandledThreadExceptionWarning"
)

HERE = Path(__file__).parent


def _run(work, tasks, **options):
    with Runner(work, **options) as runner:
        found = dict(runner.map(tasks))
        return [found[task] for task in tasks], runner.chosen


def _tasks(replications, scenarios=2):
    return [Task(r, s) for r in range(replications) for s in range(scenarios)]


@pytest.mark.parametrize("how", ["serial", "threads", "processes"])
@pytest.mark.parametrize("jobs", [1, 2, 3])
def test_same_bits_from_any_number_of_workers(desk, more, coin, how, jobs):
    """Whoever computes a replication, and in whatever order, it is the same to the bit."""
    work = Work((desk, more), 5, coin())
    tasks = _tasks(25)
    expected, _ = _run(work, tasks, jobs=1, how="serial")
    found, chosen = _run(work, tasks, jobs=jobs, how=how)
    assert chosen == how
    assert all(a.differences(b) == [] for a, b in zip(expected, found, strict=True))


def test_same_study_for_any_jobs(desk, more, coin):
    """Precision and batches included, to the last character and bit."""
    one = compare([desk, more], precision="0.5 points", jobs=1, evaluate=coin())
    three = compare([desk, more], precision="0.5 points", jobs=3, evaluate=coin())
    assert repr(one) == repr(three)
    assert np.array_equal(one[1].values("wait"), three[1].values("wait"))


@dataclass(frozen=True)
class Sleepy:
    """Takes a while, the later tasks less: they are done in another order than asked."""

    evaluate: object
    seconds: float = 0.02

    def __call__(self, scenario, seed, replication):
        """Wait, then evaluate."""
        time.sleep(self.seconds / (1 + replication % 5))
        return self.evaluate(scenario, seed, replication)


def test_order_of_completion_does_not_show(desk, more, coin):
    """Results are put in their places by number."""
    work = Work((desk, more), 5, Sleepy(coin()))
    tasks = _tasks(12)
    expected, _ = _run(Work((desk, more), 5, coin()), tasks, jobs=1)
    found, _ = _run(work, tasks, jobs=3, how="threads")
    assert all(a.differences(b) == [] for a, b in zip(expected, found, strict=True))


def test_choice_is_one_of_speed(monkeypatch):
    """Little work is done at once, much of it by processes, which are kept for the next study."""
    assert runners.choose(10, 0.001, 8) == "serial"
    assert runners.choose(10, 0.2, 8) == "threads"
    assert runners.choose(1000, 0.01, 8) == "processes"
    assert runners.choose(20, 0.02, 8, ready=True) == "processes"
    assert runners.choose(1000, 10.0, 1) == "serial"
    assert runners.choose(1, 10.0, 8) == "serial"
    assert runners.cores() >= 1


def test_chunks_end_together():
    """Every task is in one chunk, in order; none is too long, and the last ones are single tasks."""
    for count, seconds, workers in ((63, 0.0137, 2), (1, 1.0, 8), (1000, 0.001, 3), (7, 0.0, 2)):
        tasks = _tasks(count, 1)
        chunks = runners._chunks(tasks, seconds, workers)
        assert [task for chunk in chunks for task in chunk] == tasks
        sizes = [len(chunk) for chunk in chunks]
        assert sizes == sorted(sizes, reverse=True)
        assert max(sizes) * seconds <= max(runners.CHUNK_S * 1.1, seconds)
        assert set(sizes[-workers:]) == {1}


def test_no_more_workers_than_tasks(desk, coin):
    """Hundreds of jobs for a few tasks start a few workers; thousands are a slip."""
    work = Work((desk,), 1, Sleepy(coin()))
    with Runner(work, 300, "threads") as runner:
        assert runner._start(len(_tasks(6, 1))) == max(6, runners.cores())
    with pytest.raises(StudyError, match="at most 1,024 workers"):
        Runner(work, 10**9)


def test_processes_that_are_ready_are_used(desk, coin):
    """After ``prepare`` a small study is not too small for them."""
    work = Work((desk,), 1, Sleepy(coin(), 0.05))
    runners.prepare(2)
    _, chosen = _run(work, _tasks(20, 1), jobs=2)
    assert chosen == "processes"


@dataclass(frozen=True)
class Failing:
    """Fails, or ends its process, at one replication."""

    evaluate: object
    at: int
    kill: bool = False

    def __call__(self, scenario, seed, replication):
        """Fail when it is time."""
        if replication == self.at:
            if self.kill:
                os.kill(os.getpid(), signal.SIGKILL)
            raise ZeroDivisionError("a bug")
        return self.evaluate(scenario, seed, replication)


@pytest.mark.parametrize("how", ["serial", "threads", "processes"])
def test_a_bug_comes_through(desk, coin, how):
    """What goes wrong in a worker goes wrong here, and the next study has workers again."""
    tasks = _tasks(20, 1)
    with pytest.raises(ZeroDivisionError):
        _run(Work((desk,), 1, Failing(coin(), 11)), tasks, jobs=2, how=how)
    assert len(_run(Work((desk,), 1, coin()), tasks, jobs=2, how=how)[0]) == 20


def test_worker_that_is_ended_is_told(desk, coin):
    """A process that the system ends for lack of memory is one sentence."""
    work = Work((desk,), 1, Failing(coin(), 11, kill=True))
    with pytest.raises(StudyError, match="memory runs out"):
        _run(work, _tasks(20, 1), jobs=2, how="processes")
    assert len(_run(Work((desk,), 1, coin()), _tasks(20, 1), jobs=2, how="processes")[0]) == 20


INTERRUPTED = """
import cloudpickle, sys, time
sys.path.insert(0, {here!r})
from conftest import Coin
from sim.scenario.model import Scenario
from sim.study import compare as module
from sim.study.compare import compare
from sim.study.runner import Runner
import conftest, functools
cloudpickle.register_pickle_by_value(conftest)
module.Runner = functools.partial(Runner, how={how!r})

class Slow(Coin):
    def __call__(self, scenario, seed, replication):
        time.sleep(0.01)
        return super().__call__(scenario, seed, replication)

scenario = Scenario.model_validate_json({scenario!r})
try:
    compare(scenario, replications=800, folder={folder!r}, evaluate=Slow(), jobs=2,
            progress=lambda done, planned: print(done, flush=True))
except KeyboardInterrupt:
    print("cancelled", flush=True)
"""


def _gone(group, seconds=10.0):
    """Wait until no process of a group is left."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.02)
    return False


@pytest.fixture
def heeds_ctrl_c():
    """Let Ctrl-C be heard: where tests run in the background it is ignored, and inherited so."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("heeds_ctrl_c")
@pytest.mark.parametrize("how", ["serial", "threads", "processes"])
def test_ctrl_c_cancels_cleanly(tmp_path, desk, coin, how):
    """The run ends at once, keeps what is finished, and leaves no process and no lock behind."""
    script = INTERRUPTED.format(
        here=str(HERE), how=how, scenario=desk.model_dump_json(), folder=str(tmp_path)
    )
    child = subprocess.Popen(
        [sys.executable, "-c", script],
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    with child:
        for line in child.stdout:
            if int(line) >= 20:
                break
        began = time.monotonic()
        # As a terminal does: to the run and its workers.
        os.killpg(child.pid, signal.SIGINT)
        rest = child.stdout.read().split()
        assert child.wait(timeout=20) == 0
    assert rest[-1] == "cancelled"
    assert time.monotonic() - began < 15
    assert _gone(child.pid)
    study = resume(tmp_path, evaluate=coin(), jobs=1)
    whole = compare(desk, replications=800, evaluate=coin(), jobs=1)
    assert np.array_equal(study[0].values("wait"), whole[0].values("wait"))


def test_kill_leaves_no_worker_behind(tmp_path, desk):
    """After kill -9 of a run its workers see that it is gone, and end."""
    script = INTERRUPTED.format(
        here=str(HERE), how="processes", scenario=desk.model_dump_json(), folder=str(tmp_path)
    )
    child = subprocess.Popen(
        [sys.executable, "-c", script],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )
    with child:
        for line in child.stdout:
            if int(line) >= 20:
                break
        child.kill()
    assert _gone(child.pid, seconds=20)


def test_cluster_equals_serial_though_a_worker_is_killed(desk, more, coin, tmp_path):
    """A real scheduler with two workers on loopback; one is killed half-way: nothing differs."""
    distributed = pytest.importorskip("distributed")
    with (
        distributed.LocalCluster(
            n_workers=2,
            threads_per_worker=1,
            host="127.0.0.1",
            dashboard_address="127.0.0.1:0",
            silence_logs=True,
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        victims = list(client.run(os.getpid).values())
        killed = []

        def kill_one(done, planned):
            if done >= planned // 2 and not killed:
                os.kill(victims[0], signal.SIGKILL)
                killed.append(done)

        study = compare(
            [desk, more],
            replications=40,
            evaluate=Sleepy(coin()),
            cluster=cluster.scheduler_address,
            progress=kill_one,
            folder=tmp_path,
        )
    assert killed
    serial = compare([desk, more], replications=40, evaluate=coin(), jobs=1)
    for mine, theirs in zip(study, serial, strict=True):
        for a, b in zip(mine.replications, theirs.replications, strict=True):
            assert a.differences(b) == []


def test_worker_that_lacks_a_module_says_so(desk, coin):
    """What workers cannot load is named; the study does not wait for ever, and the pool lives on."""
    cloudpickle.unregister_pickle_by_value(sys.modules[coin.__module__])
    try:
        tasks = _tasks(20, 1)
        for options in ({"how": "processes"}, {"cluster": "local"}):
            with pytest.raises(StudyError, match="a worker cannot load what it is sent"):
                _run(Work((desk,), 1, coin()), tasks, jobs=2, **options)
    finally:
        cloudpickle.register_pickle_by_value(sys.modules[coin.__module__])
    assert len(_run(Work((desk,), 1, coin()), tasks, jobs=2, how="processes")[0]) == 20


def test_no_scheduler_is_told(desk, coin):
    """An address where nobody answers is one sentence."""
    pytest.importorskip("distributed")
    with pytest.raises(StudyError, match="no Dask scheduler answers at"):
        compare(desk, evaluate=coin(), cluster="not an address")


class Swallows:
    """Presses Ctrl-C while it is being destroyed."""

    def __del__(self):
        os.kill(os.getpid(), signal.SIGINT)


@pytest.mark.usefixtures("heeds_ctrl_c")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_ctrl_c_in_a_destructor_is_not_lost(desk, coin):
    """Python drops the exception there; the study stops all the same, and leaves Ctrl-C as it was."""
    before = signal.getsignal(signal.SIGINT)
    done = []

    def progress(count, planned):
        done.append(count)
        if count == 3:
            Swallows()

    with pytest.raises(KeyboardInterrupt):
        compare(desk, replications=50, evaluate=coin(), progress=progress, jobs=1)
    assert done == [1, 2, 3]
    assert signal.getsignal(signal.SIGINT) is before
