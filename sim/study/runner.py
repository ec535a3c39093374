"""Replications on every core: one ``map``, and the same bits from any number of workers.

A replication depends on its scenario, the seed and its number alone, and what comes back is put in
its place by number, never by who was first. So the choice of workers is one of speed only:

- *serial*, where starting workers would cost more than they save;
- *threads*, which cost nothing to start and share the scenarios (the compiled engine and most of
  numpy let go of the interpreter's lock);
- *processes* (loky), which share no lock, and cost some tenths of a second to start;
- a *cluster* (``sim.study.cluster``), by the same path.
"""

from __future__ import annotations

import os
import time
from collections.abc import Generator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from types import TracebackType
from typing import Literal, Self

from sim.errors import StudyError
from sim.scenario.model import Scenario
from sim.study.replication import Evaluate, Replication, Task

How = Literal["auto", "serial", "threads", "processes"]
PROBES = 2
"""Tasks done here first, to see how long one takes; the first one pays for imports."""
SERIAL_BELOW_S = 0.25
"""Work that takes less than this is done before other workers have begun."""
PROCESSES_ABOVE_S = 4.0
"""Work that takes longer pays for the start of processes."""
CHUNK_S = 0.2
"""A chunk of tasks takes about this long: passing it on costs some milliseconds, and progress and
a cancelled run are seen after a chunk."""
CHUNKS_PER_WORKER = 4
"""At least so many where there is enough to do, so that workers end at about the same time."""
AHEAD = 2
"""Chunks handed out per worker: one in hand and one that waits."""


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

    def __post_init__(self) -> None:
        if self.jobs is not None and self.jobs < 1:
            raise StudyError(f"a study runs on at least one worker, not on {self.jobs}")

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
        if self._executor is not None:
            _close(self._executor, kill=kind is not None)
            self._executor = None

    def map(self, tasks: Sequence[Task]) -> Generator[tuple[Task, Replication]]:
        """Evaluate tasks; yields each as it is done, in no order.

        Leaving the loop early, by an error or Ctrl-C, cancels what has not begun.
        """
        left = list(tasks)
        if self.cluster is None and not self._seconds:
            for task in left[:PROBES]:
                began = time.perf_counter()
                yield task, self.work.one(task)
                self._seconds = time.perf_counter() - began
            left = left[PROBES:]
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
                under_way[executor.submit(self.work.many, chunk)] = chunk
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
        workers = self.jobs or cores()
        if self._executor is None:
            how = self.how if self.how != "auto" else choose(tasks, self._seconds, workers)
            self._chosen = how
            if how == "threads":
                self._executor = ThreadPoolExecutor(workers, thread_name_prefix="tiersim")
            elif how == "processes":
                from joblib.externals.loky import get_reusable_executor  # noqa: PLC0415 - slow

                self._executor = get_reusable_executor(workers)
        return workers


def choose(tasks: int, seconds: float, workers: int) -> Literal["serial", "threads", "processes"]:
    """Choose how to run tasks that take so many seconds each.

    Examples
    --------
    >>> choose(40, 0.002, 2), choose(40, 0.02, 2), choose(40, 0.5, 2), choose(40, 0.5, 1)
    ('serial', 'threads', 'processes', 'serial')
    """
    total = tasks * seconds
    if workers == 1 or tasks == 1 or total < SERIAL_BELOW_S:
        return "serial"
    return "processes" if total > PROCESSES_ABOVE_S else "threads"


def _chunks(tasks: list[Task], seconds: float, workers: int) -> list[list[Task]]:
    fair = len(tasks) // (workers * CHUNKS_PER_WORKER)
    size = max(1, min(fair, round(CHUNK_S / seconds) if seconds else 1))
    return [tasks[at : at + size] for at in range(0, len(tasks), size)]


def _close(executor: Executor, *, kill: bool) -> None:
    """Let go of the workers; loky's processes are kept for the next study unless one failed."""
    if isinstance(executor, ThreadPoolExecutor):
        executor.shutdown(wait=True, cancel_futures=True)
    elif hasattr(executor, "close"):
        executor.close()
    elif kill:
        executor.shutdown(wait=True, kill_workers=True)  # type: ignore[call-arg]
