"""The figures of every desk that a search has simulated, by replication; kept in a folder if asked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sim.errors import StudyError
from sim.scenario.wording import did_you_mean
from sim.study.common_tickets import CommonTickets
from sim.study.held import Held
from sim.study.manifest import scenario_hash, version
from sim.study.replication import Evaluate, Replication, Task
from sim.study.result import Result
from sim.study.runner import Runner, Work
from sim.study.space import Design, Space
from sim.study.store import pack, read_file, write_kept

Floats = NDArray[np.float64]

HASH_DIGITS = 24


class Book:
    """Evaluations of desks on common tickets: replication r of every desk meets the same ones.

    Parameters
    ----------
    space : Space
    cost : str
        The metric to be least.
    promises : tuple of Held
    seed : int
    jobs : int, optional
    folder : path, optional
        Where replications are kept, and taken up from by the next search.
    evaluate : callable, optional
        Another way to evaluate than running the desk; for tests.

    Attributes
    ----------
    evaluations, taken_up : int
        Replications run, and taken up from the folder.
    spent : callable or None
        Called with the evaluations done so far, after each; it may end the search.
    """

    def __init__(
        self,
        space: Space,
        cost: str,
        promises: tuple[Held, ...],
        *,
        seed: int = 1,
        jobs: int | None = None,
        folder: str | Path | None = None,
        evaluate: Evaluate | None = None,
    ) -> None:
        self.space, self.cost, self.promises = space, cost, promises
        self.seed, self.jobs = seed, jobs
        self.metrics = tuple(dict.fromkeys([cost, *(promise.metric for promise in promises)]))
        self._evaluate = evaluate or CommonTickets(self.metrics)
        self._values: dict[Design, list[Replication]] = {}
        self._folder = None if folder is None else Path(folder)
        self.spent: Callable[[int], None] | None = None
        self._arrays: dict[Design, tuple[Floats, Floats]] = {}
        self._hashes: dict[Design, str] = {}
        self.evaluations = 0
        self.taken_up = 0

    def __contains__(self, design: Design) -> bool:
        return bool(self._values.get(design))

    @property
    def designs(self) -> list[Design]:
        """Every desk seen, in the order in which they were."""
        return [design for design, values in self._values.items() if values]

    def replications(self, design: Design) -> int:
        """Count the replications of a desk."""
        return len(self._values.get(design, ()))

    def ensure(self, designs: Iterable[Design], replications: int) -> None:
        """Evaluate desks until each has that many replications."""
        wanted = list(dict.fromkeys(designs))
        found: dict[tuple[Design, int], Replication] = {}
        tasks: list[Task] = []
        asked: list[Design] = []
        for design in wanted:
            for number in range(self.replications(design), replications):
                kept = self._kept(design, number)
                if kept is not None:
                    found[design, number] = kept
                    self.taken_up += 1
                    continue
                if not asked or asked[-1] != design:
                    asked.append(design)
                tasks.append(Task(number, len(asked) - 1))
        try:
            if tasks:
                self._run(asked, self._alike_together(asked, tasks), found)
        finally:
            # What is done counts, also when the search ends in the middle of it.
            for design in wanted:
                values = self._values.setdefault(design, [])
                while (design, len(values)) in found:
                    values.append(found[design, len(values)])
                self._arrays.pop(design, None)

    def _alike_together(self, asked: Sequence[Design], tasks: Iterable[Task]) -> list[Task]:
        """Sort tasks so that desks on the same tickets follow each other: these are sampled once."""
        axes = self.space.axes
        others = [
            tuple(-1 if axis.heads else at for axis, at in zip(axes, design, strict=True))
            for design in asked
        ]
        return sorted(tasks, key=lambda task: (others[task.scenario], *task))

    def _run(
        self,
        asked: Sequence[Design],
        tasks: Sequence[Task],
        found: dict[tuple[Design, int], Replication],
    ) -> None:
        work = Work(tuple(map(self.space.scenario, asked)), self.seed, self._evaluate)
        with Runner(work, self.jobs) as runner:
            for task, replication in runner.map(tasks):
                self._check(replication.values)
                found[asked[task.scenario], task.number] = self._asked_of(replication)
                self._keep(asked[task.scenario], task.number, replication)
                self.evaluations += 1
                if self.spent is not None:
                    self.spent(self.evaluations)

    def _check(self, values: Mapping[str, float]) -> None:
        for metric in self.metrics:
            if metric not in values:
                hint = did_you_mean(metric, values)
                raise StudyError(f"search: there is no metric {metric!r} here{hint}")

    def values(self, design: Design, metric: str) -> Floats:
        """Return a metric of each replication, as ``Result.parts`` has it: its mean is the estimate."""
        return self._array(design)[0][:, self.metrics.index(metric)]

    def costs(self, design: Design) -> Floats:
        """Return what is to be least, of each replication."""
        return self.values(design, self.cost)

    def slacks(self, design: Design) -> Floats:
        """Return the slack of each promise in each replication; shape (replications, promises)."""
        return self._array(design)[1]

    def _array(self, design: Design) -> tuple[Floats, Floats]:
        """Return metrics and slacks by replication; a search asks for them again and again."""
        if design not in self._arrays:
            result = Result(self.space.base, tuple(self._values[design]))
            parts = {metric: result.parts(metric) for metric in self.metrics}
            slacks = [promise.slacks(parts[promise.metric]) for promise in self.promises]
            self._arrays[design] = (
                np.stack([parts[metric] for metric in self.metrics], axis=1),
                np.stack(slacks, axis=1),
            )
        return self._arrays[design]

    @cached_property
    def _on_disk(self) -> dict[str, list[Path]]:
        """What earlier searches have kept, by what it is of."""
        found: dict[str, list[Path]] = {}
        if self._folder is not None and self._folder.is_dir():
            for path in sorted(self._folder.glob("*.npz")):
                found.setdefault(path.name.split(".")[0], []).append(path)
        return found

    def _stem(self, design: Design, number: int) -> str:
        if design not in self._hashes:
            self._hashes[design] = scenario_hash(self.space.scenario(design))[:HASH_DIGITS]
        return f"{self._hashes[design]}-{version().replace('.', '_')}-{self.seed}-{number}"

    def _asked_of(self, replication: Replication) -> Replication:
        """Keep of a replication what is asked for."""
        values = {metric: replication.values[metric] for metric in self.metrics}
        counts = {m: replication.counts[m] for m in self.metrics if m in replication.counts}
        return Replication(values, counts)

    def _kept(self, design: Design, number: int) -> Replication | None:
        if self._folder is None or not self._on_disk:
            return None
        for path in self._on_disk.get(self._stem(design, number), ()):
            kept = read_file(path, path.name.split(".")[-2])
            # An earlier search may have asked for other promises, and measured only those.
            if kept is not None and all(metric in kept.values for metric in self.metrics):
                return self._asked_of(kept)
        return None

    def _keep(self, design: Design, number: int, replication: Replication) -> None:
        if self._folder is None:
            return
        write_kept(self._folder / self._stem(design, number), pack(replication))
