"""The figures of every desk that a search has simulated, by replication; kept in a folder if asked."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sim.errors import OutputError
from sim.study.evaluate import Evaluation
from sim.study.held import Held
from sim.study.manifest import scenario_hash, version
from sim.study.replication import Evaluate, Replication, Task
from sim.study.runner import Runner, Work
from sim.study.space import Design, Space
from sim.study.store import pack, read_file, write_kept

Floats = NDArray[np.float64]


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
    spent : callable, optional
        Called with the evaluations done so far.
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
        spent: Callable[[int], None] | None = None,
    ) -> None:
        self.space, self.cost, self.promises = space, cost, promises
        self.seed, self._jobs = seed, jobs
        self._evaluate = evaluate or Evaluation(curves=False)
        self._values: dict[Design, list[dict[str, float]]] = {}
        self._folder = None if folder is None else Path(folder)
        self._spent = spent
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
        found: dict[tuple[Design, int], dict[str, float]] = {}
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
        if tasks:
            work = Work(tuple(map(self.space.scenario, asked)), self.seed, self._evaluate)
            with Runner(work, self._jobs) as runner:
                for task, replication in runner.map(tasks):
                    found[asked[task.scenario], task.number] = dict(replication.values)
                    self._keep(asked[task.scenario], task.number, replication)
                    self.evaluations += 1
                    if self._spent is not None:
                        self._spent(self.evaluations)
        for design in wanted:
            values = self._values.setdefault(design, [])
            while (design, len(values)) in found:
                values.append(found[design, len(values)])

    def values(self, design: Design, metric: str) -> Floats:
        """Return a metric of each replication."""
        return np.array([one.get(metric, np.nan) for one in self._values[design]])

    def costs(self, design: Design) -> Floats:
        """Return what is to be least, of each replication."""
        return self.values(design, self.cost)

    def slacks(self, design: Design) -> Floats:
        """Return the slack of each promise in each replication; shape (replications, promises)."""
        return np.array(
            [[promise.slack(one) for promise in self.promises] for one in self._values[design]]
        )

    def _path(self, design: Design, number: int) -> Path:
        assert self._folder is not None
        name = scenario_hash(self.space.scenario(design))
        return self._folder / f"{name[:24]}-{version()}-{self.seed}-{number}"

    def _kept(self, design: Design, number: int) -> dict[str, float] | None:
        if self._folder is None or not self._folder.is_dir():
            return None
        stem = self._path(design, number)
        for path in sorted(self._folder.glob(f"{stem.name}.*.npz")):
            checksum = path.name.split(".")[-2]
            kept = read_file(path, checksum)
            if kept is not None:
                return dict(kept.values)
        return None

    def _keep(self, design: Design, number: int, replication: Replication) -> None:
        if self._folder is None:
            return
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OutputError(f"{self._folder} cannot be written: {error.strerror}") from error
        write_kept(self._path(design, number), pack(replication))
