"""Going on with a study on disk, reading it, and making sure of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import NoneType
from typing import Any

import numpy as np

from sim.errors import StudyError
from sim.study.compare import Plan, Progress, assemble, compare, make_plan
from sim.study.evaluate import Evaluation
from sim.study.manifest import Manifest
from sim.study.replication import Evaluate, Replication, Task
from sim.study.store import Store
from sim.study.study import Study
from sim.workload.arrivals import Arrivals


def resume(
    folder: str | Path,
    *,
    jobs: int | None = None,
    progress: Progress | None = None,
    cluster: str | None = None,
    engine: str = "auto",
    arrivals: Arrivals | None = None,
    evaluate: Evaluate | None = None,
) -> Study:
    """Go on with a study from its folder alone, and finish it as it was asked for.

    Parameters
    ----------
    folder : path
    jobs, progress, cluster, engine, evaluate
        As in ``compare``; none of them changes a figure.
    arrivals : Arrivals, optional
        The replayed tickets, where the study replays some: the folder keeps their fingerprint only.

    Raises
    ------
    StudyError
        If the folder holds no study, or one of another version.
    """
    manifest = Store(folder).read_manifest()
    asked = _asked(manifest)
    if manifest.arrivals is not None and arrivals is None:
        raise StudyError(f"{folder} replays an export; give the same arrivals again")
    return compare(
        manifest.rebuild(),
        seed=manifest.seed,
        **asked,
        engine=engine,
        arrivals=arrivals,
        jobs=jobs,
        progress=progress,
        cluster=cluster,
        folder=folder,
        evaluate=evaluate,
    )


def read(folder: str | Path) -> Study:
    """Read a study from its folder, running nothing.

    Of a study under way, the replications that every scenario has finished, without a gap.

    Raises
    ------
    StudyError
        If there is none, or a file is damaged.
    """
    store = Store(folder)
    manifest = store.read_manifest()
    finished, damaged = store.read()
    if damaged:
        raise StudyError(f"{damaged[0]} is damaged; resume the study to compute it again")
    plan = _plan_of(manifest)
    size = _whole(finished, len(plan.scenarios))
    if not size:
        raise StudyError(f"{folder} has no replication finished for every scenario yet")
    notes = []
    if manifest.replications != size:
        notes.append(f"The study is not finished: {size:,} replications so far.")
    plan = replace(plan, precisions={} if notes else plan.precisions)
    return assemble(plan, finished, size, replace(manifest, replications=size), notes)


def _plan_of(manifest: Manifest) -> Plan:
    asked = _asked(manifest)
    return make_plan(
        manifest.rebuild(),
        replications=asked["replications"],
        precision=asked["precision"],
        level=asked["level"],
        metrics=asked["metrics"],
        cap=asked["max_replications"],
    )


_ASKED: Mapping[str, tuple[type, ...]] = {
    "replications": (int, NoneType),
    "precision": (str, float, int, dict, NoneType),
    "level": (float,),
    "metrics": (list,),
    "max_replications": (int,),
    "curves": (bool,),
}


def _asked(manifest: Manifest) -> dict[str, Any]:
    """Return what a study was asked, as ``compare`` takes it."""
    for name, allowed in _ASKED.items():
        value = manifest.asked.get(name)
        if type(value) not in allowed:
            raise StudyError(f"the manifest cannot be read: {name} is {value!r}")
    return {name: manifest.asked[name] for name in _ASKED}


def _whole(finished: Mapping[Task, Replication], scenarios: int) -> int:
    size = 0
    while all(Task(size, scenario) in finished for scenario in range(scenarios)):
        size += 1
    return size


@dataclass(frozen=True)
class Verification:
    """What ``verify`` found.

    Attributes
    ----------
    files : int
        Replications whose checksums were compared.
    recomputed : tuple of Task
        Replications that were run again.
    faults : tuple of str
        Empty: every file is whole, and what was run again is the same to the bit.
    """

    files: int
    recomputed: tuple[Task, ...]
    faults: tuple[str, ...]

    @property
    def sound(self) -> bool:
        """Whether there is no fault."""
        return not self.faults

    def __repr__(self) -> str:
        again = ", ".join(f"{t.number} of scenario {t.scenario}" for t in self.recomputed)
        head = f"{self.files} files checked; recomputed: {again or 'none'}"
        return "\n".join([head, *(self.faults or ("the same to the bit",))])


def verify(
    folder: str | Path,
    *,
    count: int = 1,
    seed: int = 0,
    engine: str = "auto",
    arrivals: Arrivals | None = None,
    evaluate: Evaluate | None = None,
) -> Verification:
    """Check every checksum, run some replications again, and compare them to the bit.

    Parameters
    ----------
    folder : path
    count : int
        How many replications to run again, drawn by ``seed``.
    seed : int
    engine : {"auto", "simpy", "compiled"}
        By another engine than the study's is a stronger check.
    arrivals, evaluate
        As the study had them.

    Raises
    ------
    StudyError
        If the folder holds no study, or one of another version: nothing can be said then.
    """
    store = Store(folder)
    manifest = store.read_manifest()
    scenarios = manifest.rebuild()
    here = Manifest.of(scenarios, seed=manifest.seed, arrivals=manifest.arrivals)
    other = manifest.mismatches(here)
    if other:
        raise StudyError(f"{folder} cannot be verified: {'; '.join(other)}")
    if manifest.arrivals is not None and arrivals is None and evaluate is None:
        raise StudyError(f"{folder} replays an export; give the same arrivals to verify it")
    finished, damaged = store.read()
    faults = [f"{path.name}: its content does not match its checksum" for path in damaged]
    tasks = sorted(finished)
    drawn = np.random.default_rng(seed).permutation(len(tasks))[:count]
    again = [tasks[i] for i in sorted(drawn)]
    run = evaluate or Evaluation(engine, arrivals, manifest.asked.get("curves", True))
    for number, scenario in again:
        fresh = run(scenarios[scenario], manifest.seed, number)
        faults += [
            f"replication {number} of {scenarios[scenario].name!r}: {fault}"
            for fault in finished[Task(number, scenario)].differences(fresh)
        ]
    if not finished and not damaged:
        faults.append("there is no finished replication")
    missing = manifest.replications - _whole(finished, len(scenarios))
    if missing > 0:
        faults.append(f"{missing} of {manifest.replications} replications are not whole")
    return Verification(len(finished) + len(damaged), tuple(again), tuple(faults))
