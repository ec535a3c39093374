"""Replications on every core: one ``map``, and the same bits from any number of workers.

A replication depends on its scenario, the seed and its number alone, and what comes back is put in
its place by number, never by who was first. So the choice of workers is one of speed only:

- *serial*, where starting workers would cost more than they save;
- *threads*, which cost nothing to start, for tasks that spend their time inside long numpy calls and
  the compiled engine, which let go of the interpreter's lock;
- *processes* (loky), which share no lock. They take about a second to start, and are kept for the
  next study: a page or a notebook pays once;
- a *cluster* (``sim.study.cluster``), by the same path.

Measured on two cores (a desk of 460 tickets a week, compiled engine, values without curves; seconds
of work done in a second of time, 1 for serial):

==================  =======  ==============  ================
task                threads  processes, new  processes, kept
==================  =======  ==============  ================
13 weeks, 20 ms     1.0      start 1 s       1.8
104 weeks, 120 ms   1.5      start 1 s       1.7
==================  =======  ==============  ================
"""

from __future__ import annotations

import importlib
import math
import os
import threading
import time
from collections.abc import Generator, Sequence
from concurrent.futures import (
    FIRST_COMPLETED,
    BrokenExecutor,
    Executor,
    Future,
    ThreadPoolExecutor,
    wait,
)
from dataclasses import dataclass, field, replace
from types import TracebackType
from typing import Literal, Self

from sim.errors import StudyError, TierSimError
from sim.scenario.model import Scenario
from sim.study.build import build
from sim.study.replication import Evaluate, Replication, Task
from sim.study.sending import call, call_elsewhere, sendable

How = Literal["auto", "serial", "threads", "processes"]
PROBES = 2
"""Tasks done here first, to see how long one takes; the first one pays for imports."""
SERIAL_BELOW_S = 0.1
"""Work that takes less than this is done before it could be handed out."""
PROCESSES_ABOVE_S = 2.5
"""Work that takes longer pays for the start of processes."""
THREADS_FROM_S = 0.08
"""From tasks of this length on most of the time is spent without the interpreter's lock."""
IDLE_S = 120
"""Processes without work end after this long."""
STOPPED_TOO_S = 0.2
LOOK_S = 1.0
"""How often a worker looks whether its parent is still there."""
CHUNK_S = 0.2
"""A chunk of tasks takes at most about this long: progress, and a cancelled run, are seen after it."""
PART_OF_THE_REST = 2
"""A worker is given at most this part (a half) of its share of what is left: chunks, each of which
costs a millisecond to pass on, are large at first, and so small at the end that all workers end
together."""
MOST_WORKERS = 1024
"""More on one machine is a slip of the keyboard."""
AHEAD = 2
"""Chunks handed out per worker: one in hand and one that waits."""


class WorkersLostError(StudyError):
    """Who computes is gone; what was finished before may have been kept."""


@dataclass(frozen=True, eq=False)
class Work:
    """What to evaluate; sent to the workers once per chunk."""

    scenarios: tuple[Scenario, ...]
    seed: int
    evaluate: Evaluate

    def one(self, task: Task) -> Replication:
        """Evaluate one task."""
        return self.evaluate(self.scenarios[task.scenario], self.seed, task.number)

    def many(self, tasks: Sequence[Task]) -> list[Replication]:
        """Evaluate a chunk of tasks, in order."""
        return [self.one(task) for task in tasks]

    def part(self, tasks: Sequence[Task]) -> tuple[Work, list[Task]]:
        """Return the work of a chunk alone: a worker is sent the scenarios that it needs."""
        used = sorted({task.scenario for task in tasks})
        place = {scenario: position for position, scenario in enumerate(used)}
        part = replace(self, scenarios=tuple(self.scenarios[scenario] for scenario in used))
        return part, [Task(task.number, place[task.scenario]) for task in tasks]


def cores() -> int:
    """Count the cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return max(1, len(os.sched_getaffinity(0)))
    return os.cpu_count() or 1


@dataclass
class Runner:
    """Evaluates tasks; keeps its workers between batches.

    Parameters
    ----------
    work : Work
    jobs : int, optional
        Workers; every core if absent, 1 for none.
    how : {"auto", "serial", "threads", "processes"}
    cluster : str, optional
        Address of a Dask scheduler, or "local" for one on this machine.
    """

    work: Work
    jobs: int | None = None
    how: How = "auto"
    cluster: str | None = None
    _executor: Executor | None = field(default=None, init=False, repr=False)
    _chosen: str = field(default="", init=False, repr=False)
    _seconds: float = field(default=0.0, init=False, repr=False)
    _workers: int = field(default=0, init=False, repr=False)

    def __post_init__(self) -> None:
        if self.jobs is not None and self.jobs < 1:
            raise StudyError(f"a study runs on at least one worker, not on {self.jobs}")
        if self.jobs is not None and self.jobs > MOST_WORKERS:
            raise StudyError(
                f"a study runs on at most {MOST_WORKERS:,} workers, not on {self.jobs:,}: is it a slip?"
            )

    @property
    def chosen(self) -> str:
        """How the tasks were run; empty before the first."""
        return self._chosen

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._leave(kill=kind is not None)

    def map(self, tasks: Sequence[Task]) -> Generator[tuple[Task, Replication]]:
        """Evaluate tasks; yields each as it is done, in no order.

        Leaving the loop early, by an error or Ctrl-C, cancels what has not begun.
        """
        left = list(tasks)
        if self.cluster is None and not self._seconds:
            probes = 1 if _processes_ready(self.jobs or cores()) else PROBES
            for task in left[:probes]:
                began = time.perf_counter()
                found = self.work.one(task)
                self._seconds = time.perf_counter() - began
                yield task, found
            left = left[probes:]
        if not left:
            self._chosen = self._chosen or "serial"
            return
        workers = self._start(len(left))
        if self._executor is None:
            for task in left:
                yield task, self.work.one(task)
            return
        chunks = _chunks(left, self._seconds, workers)
        yield from self._spread(self._executor, chunks, workers)

    def _spread(
        self, executor: Executor, chunks: list[list[Task]], workers: int
    ) -> Generator[tuple[Task, Replication]]:
        waiting = iter(chunks)
        under_way: dict[Future[list[Replication]], list[Task]] = {}

        def hand_out() -> None:
            for chunk in waiting:
                part, tasks = self.work.part(chunk)
                if isinstance(executor, ThreadPoolExecutor):
                    future = executor.submit(part.many, tasks)
                elif self.cluster is not None:
                    sent = sendable(part.many, tasks)
                    future = executor.submit(call_elsewhere, build(), sent)
                else:
                    future = executor.submit(call, sendable(part.many, tasks))
                under_way[future] = chunk
                if len(under_way) >= AHEAD * workers:
                    break

        try:
            hand_out()
            while under_way:
                done, _ = wait(under_way, return_when=FIRST_COMPLETED)
                for future in done:
                    chunk = under_way.pop(future)
                    yield from zip(chunk, future.result(), strict=True)
                hand_out()
        except BrokenExecutor as error:
            # Told by what was under way, or, if that comes first, when more is handed out. Where
            # the whole group was asked to stop, this process is about to be, too.
            time.sleep(STOPPED_TOO_S)
            raise WorkersLostError(
                "a worker process was ended from outside, as the system does when memory runs out; "
                f"run with fewer jobs ({type(error).__name__})"
            ) from None
        except Exception as error:
            lost = getattr(executor, "lost", None)
            if lost is None or isinstance(error, TierSimError) or not lost(error):
                raise
            raise WorkersLostError(
                f"the Dask scheduler at {self.cluster} is gone, or all that worked for it "
                f"({type(error).__name__}); start it again, or run without --cluster"
            ) from None
        finally:
            for future in under_way:
                future.cancel()

    def _start(self, tasks: int) -> int:
        """Start workers if they pay; returns how many there are."""
        if self.cluster is not None:
            from sim.study.cluster import ClusterExecutor  # noqa: PLC0415 - an extra

            if not isinstance(self._executor, ClusterExecutor):
                self._executor = ClusterExecutor(self.cluster, self.jobs)
            self._chosen = "cluster"
            return self._executor.workers()
        # More workers than tasks would only be started, unless they are there already.
        workers = self._workers = min(self.jobs or cores(), max(tasks, cores()))
        how = self.how
        if how == "auto":
            how = choose(tasks, self._seconds, workers, ready=_processes_ready(workers))
        if how != self._chosen or self._executor is None:
            self._leave(kill=False)
            self._chosen = how
            if how == "threads":
                self._executor = ThreadPoolExecutor(workers, thread_name_prefix="tiersim")
            elif how == "processes":
                self._executor = _processes(workers)
        return workers

    def _leave(self, *, kill: bool) -> None:
        """Let go of the workers; processes are kept for the next study unless one failed."""
        executor, self._executor = self._executor, None
        if isinstance(executor, ThreadPoolExecutor):
            executor.shutdown(wait=True, cancel_futures=True)
        elif executor is not None and hasattr(executor, "close"):
            executor.close()
        elif executor is not None and kill:
            _used_at.clear()
            executor.shutdown(wait=True, kill_workers=True)  # type: ignore[call-arg]
        elif executor is not None:
            _used_at[self._workers] = time.monotonic()


def choose(
    tasks: int, seconds: float, workers: int, *, ready: bool = False
) -> Literal["serial", "threads", "processes"]:
    """Choose how to run tasks.

    Parameters
    ----------
    tasks : int
    seconds : float
        How long one takes.
    workers : int
    ready : bool
        Whether processes are there from an earlier study.

    Examples
    --------
    >>> choose(40, 0.02, 2), choose(40, 0.02, 2, ready=True), choose(400, 0.02, 2)
    ('serial', 'processes', 'processes')
    >>> choose(10, 0.2, 2), choose(40, 0.5, 1)
    ('threads', 'serial')
    """
    total = tasks * seconds
    if workers == 1 or tasks == 1 or total < SERIAL_BELOW_S:
        return "serial"
    if ready or total > PROCESSES_ABOVE_S:
        return "processes"
    return "threads" if seconds >= THREADS_FROM_S else "serial"


_used_at: dict[int, float] = {}
"""When processes were last used, by their number; there is one set of them in this process."""


def _processes_ready(workers: int) -> bool:
    return time.monotonic() - _used_at.get(workers, -math.inf) < IDLE_S / 2


def _processes(workers: int) -> Executor:
    # joblib brings loky, and hands it out as a part of its own.
    loky = importlib.import_module("joblib.externals.loky")
    _used_at.clear()
    executor: Executor = loky.get_reusable_executor(
        workers, timeout=IDLE_S, initializer=_end_with, initargs=(os.getpid(),)
    )
    return executor


def prepare(jobs: int | None = None) -> None:
    """Start the processes ahead, so that the next study of any size finds them there.

    For a page or a notebook, where an answer is waited for. Returns at once; the processes import
    what they need meanwhile, and end when they have been idle for ``IDLE_S``.

    Parameters
    ----------
    jobs : int, optional
        Workers; every core if absent.
    """
    workers = jobs or cores()
    if workers > 1:
        executor = _processes(workers)
        for _ in range(workers):
            executor.submit(_import)
        _used_at[workers] = time.monotonic()


def _import() -> None:
    importlib.import_module("sim.study.evaluate")


def _end_with(parent: int) -> None:
    """Make a worker end when its parent is gone, which a killed parent cannot tell it."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(LOOK_S)
        os._exit(1)

    # Where processes keep the number of a parent that is gone, idleness ends them.
    threading.Thread(target=watch, name="tiersim-watch", daemon=True).start()


def _chunks(tasks: list[Task], seconds: float, workers: int) -> list[list[Task]]:
    most = round(CHUNK_S / seconds) if seconds else 1
    chunks, at = [], 0
    while at < len(tasks):
        fair = (len(tasks) - at) // (workers * PART_OF_THE_REST)
        size = max(1, min(fair, most))
        chunks.append(tasks[at : at + size])
        at += size
    return chunks
