"""Going on with a study on disk, reading it, and making sure of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from types import NoneType
from typing import Any

import numpy as np

from sim import writing
from sim.errors import StudyError
from sim.study.compare import Plan, Progress, assemble, compare, make_plan
from sim.study.evaluate import Evaluation
from sim.study.manifest import Manifest
from sim.study.replication import Evaluate, Replication, Task, fingerprint
from sim.study.store import STUDY, Store, damage
from sim.study.study import Study
from sim.workload.arrivals import Arrivals

LISTED = 5
"""Replications that a fault names."""


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
        more = f", and {len(damaged) - 1} more files are damaged" if damaged[1:] else ""
        raise StudyError(
            f"{damaged[0]} is damaged: {damage(damaged[0])}{more}. Go on with the study to compute "
            "that again: the command that began it, once more"
        )
    plan = _plan_of(manifest)
    size = _whole(finished, len(plan.scenarios))
    if not size:
        raise StudyError(f"{folder} has no replication finished for every scenario yet")
    notes = []
    if manifest.replications != size:
        notes.append(f"The study is not finished: {size:,} replications so far.")
    plan = replace(plan, precisions={} if notes else plan.precisions)
    return assemble(plan, finished, size, replace(manifest, replications=size), notes)


def read_sure(
    folder: str | Path, *, engine: str = "auto", arrivals: Arrivals | None = None
) -> Study:
    """Read a study, and run its first replication again to see that it still comes out the same.

    Nothing is written: the folder may be one that can only be read.

    Parameters
    ----------
    folder : path
    engine, arrivals
        As the study had them.

    Raises
    ------
    StudyError
        If there is none, a file is damaged, or it is of another version.
    """
    manifest = Store(folder).read_manifest()
    scenarios = manifest.rebuild()
    now = None if arrivals is None else fingerprint(arrivals)
    other = manifest.mismatches(Manifest.of(scenarios, seed=manifest.seed, arrivals=now))
    if other:
        raise StudyError(f"{folder} cannot be reported on: {'; '.join(other)}")
    study = read(folder)
    again = Evaluation(engine, arrivals, manifest.asked.get("curves", True))
    changed = again(scenarios[0], manifest.seed, 0).differences(study[0].replications[0])
    if changed:
        raise StudyError(
            f"{folder} cannot be reported on: replication 0 of {scenarios[0].name!r} now comes out "
            f"otherwise ({changed[0]}). The code or the machine has changed; run the study anew"
        )
    return study


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
    strange = [task for task in finished if task.scenario >= len(scenarios)]
    names = [scenario.name for scenario in scenarios]
    faults = [
        f"{path}: {damage(path)} ({_told(task, names)})"
        for task, _, path in store.files()
        if path in damaged
    ]
    faults += [
        f"{path}: it was changed since it was written"
        for path in writing.changed(store.folder, STUDY)
    ]
    faults += [f"{_told(task, names)} belongs to no scenario of the study" for task in strange]
    tasks = sorted(finished.keys() - strange)
    drawn = np.random.default_rng(seed).permutation(len(tasks))[:count]
    again = [tasks[i] for i in sorted(drawn)]
    run = evaluate or Evaluation(engine, arrivals, manifest.asked.get("curves", True))
    for number, scenario in again:
        fresh = run(scenarios[scenario], manifest.seed, number)
        faults += [
            f"{_told(Task(number, scenario), names)} comes out otherwise: {fault}"
            for fault in finished[Task(number, scenario)].differences(fresh)
        ]
    if not finished and not damaged:
        faults.append("there is no finished replication")
    faults += _lacking(manifest.replications, finished, names)
    return Verification(len(finished) + len(damaged), tuple(again), tuple(faults))


def _told(task: Task, names: Sequence[str]) -> str:
    name = names[task.scenario] if task.scenario < len(names) else f"scenario {task.scenario}"
    return f"replication {task.number} of {name!r}"


def _lacking(size: int, finished: Mapping[Task, Replication], names: Sequence[str]) -> list[str]:
    """Say which replications are not whole."""
    held = Counter(task.number for task in finished if task.number < size)
    count = size - sum(of == len(names) for of in held.values())
    if not count:
        return []
    every = (Task(number, place) for number in range(size) for place in range(len(names)))
    missing = (_told(task, names) for task in every if task not in finished)
    listed = ", ".join(islice(missing, LISTED)) + (", …" if count > LISTED else "")
    are = "is" if count == 1 else "are"
    return [f"{count:,} of {size:,} replications {are} not whole: there is no usable {listed}"]
