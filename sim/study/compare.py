"""Comparing scenarios: the same tickets for all, until the answer is sure enough."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from sim import engine as engines
from sim import writing
from sim.errors import StudyError
from sim.scenario.model import Scenario
from sim.study.arguments import a_whole_number, scenarios_of
from sim.study.asked import asked, words
from sim.study.estimate import check_level
from sim.study.evaluate import Evaluation
from sim.study.interrupt import Interrupts
from sim.study.listing import check_names
from sim.study.manifest import Manifest
from sim.study.precision import (
    DEFAULT_REPLICATIONS,
    FIRST,
    Asked,
    Precision,
    next_size,
    read_precisions,
)
from sim.study.replication import Evaluate, Replication, Task, fingerprint
from sim.study.result import Result
from sim.study.runner import Runner, Work
from sim.study.settling import horizon
from sim.study.store import Store
from sim.study.study import Study
from sim.workload.arrivals import Arrivals

Progress = Callable[[int, int], None]
"""Called with the evaluations done and those planned so far, which may grow."""
MAX_REPLICATIONS = 1000


def compare(
    scenarios: Scenario | Sequence[Scenario],
    *,
    seed: int = 1,
    replications: int | None = None,
    precision: Asked | Mapping[str, Asked] | None = None,
    level: float = 0.95,
    metrics: Sequence[str] | None = None,
    arrivals: Arrivals | None = None,
    jobs: int | None = None,
    engine: str = "auto",
    progress: Progress | None = None,
    max_replications: int = MAX_REPLICATIONS,
    curves: bool = True,
    folder: str | Path | None = None,
    cluster: str | None = None,
    evaluate: Evaluate | None = None,
    beside: Sequence[str] = (),
) -> Study:
    """Compare scenarios on the same tickets.

    Parameters
    ----------
    scenarios : Scenario or sequence of Scenario
        The first is what the others are held against.
    seed : int
        Names every random number, with the number of the replication.
    replications : int, optional
        How many; with ``precision``, how many before it is looked at. 20 if neither is given.
    precision : str, float or mapping, optional
        Replicate until the intervals of the metrics asked have at most this half width: ``"1 %"``
        of the estimate, ``"0.5 points"`` of a share, ``"2 min"`` of a duration; a mapping gives it
        metric by metric.
    level : float
        Confidence of the intervals.
    metrics : sequence of str, optional
        What is asked; the share resolved at L1 and every service level if absent.
    arrivals : Arrivals, optional
        Tickets of a real export, replayed in every replication.
    jobs : int, optional
        Workers; every core if absent. The figures are the same to the bit for any number.
    engine : {"auto", "simpy", "compiled"}
        The figures are the same for each.
    progress : callable, optional
        ``progress(done, planned)``, after every evaluation.
    max_replications : int
        With a precision: where to stop, however sure; the study then says how far it came.
        ``replications`` that are asked for are run, however many.
    curves : bool
        Whether metrics over time are kept.
    folder : path, optional
        Keep every finished replication here; what is there already is not run again. Scenarios may
        be added behind those that are there. Refused when it belongs to others, or to another seed
        or version.
    cluster : str, optional
        Address of a Dask scheduler, or "local".
    evaluate : callable, optional
        ``evaluate(scenario, seed, replication)`` in place of the usual run and measure.
    beside : sequence of str
        Metrics that are shown beside what is asked, and change no verdict about it: their
        differences are judged apart, metric by metric.

    Raises
    ------
    StudyError
        If the study cannot be run, or does not belong into the folder.
    OutputError
        If the folder cannot be written.
    """
    seed = a_whole_number(seed, "seed")
    if replications is not None:
        replications = a_whole_number(replications, "replications")
    plan = make_plan(
        scenarios_of(scenarios),
        replications=replications,
        precision=precision,
        level=level,
        metrics=metrics,
        cap=max_replications,
    )
    manifest = Manifest.of(
        plan.scenarios,
        seed=seed,
        asked={
            "replications": replications,
            "precision": _plain(precision),
            "level": level,
            "max_replications": max_replications,
            "metrics": list(plan.metrics),
            "curves": curves,
        },
        arrivals=None if arrivals is None else fingerprint(arrivals),
        engine=engines.engine_for(engine),
    )
    work = Work(plan.scenarios, seed, evaluate or Evaluation(engine, arrivals, curves))
    with ExitStack() as stack:
        finished: dict[Task, Replication] = {}
        notes: list[str] = []
        store = None
        if folder is not None:
            store = stack.enter_context(Store(folder))
            finished, notes = take_up(store, manifest, work)
        runner = stack.enter_context(Runner(work, jobs, cluster=cluster))
        size = replicate_until_sure(plan, runner, finished, store, progress)
        manifest = replace(manifest, replications=size)
        if store is not None:
            store.write_manifest(manifest)
    return replace(assemble(plan, finished, size, manifest, notes), beside=tuple(beside))


@dataclass(frozen=True)
class Plan:
    """What a study has to find out, checked.

    Attributes
    ----------
    scenarios : tuple of Scenario
    metrics : tuple of str
    level : float
    first : int
        Replications before precision is looked at.
    cap : int
    precisions : dict of str to Precision
        Empty: ``first`` replications it is.
    """

    scenarios: tuple[Scenario, ...]
    metrics: tuple[str, ...]
    level: float
    first: int
    cap: int
    precisions: Mapping[str, Precision] = field(default_factory=dict)


def make_plan(
    scenarios: Scenario | Sequence[Scenario],
    *,
    replications: int | None,
    precision: Asked | Mapping[str, Asked] | None,
    level: float,
    metrics: Sequence[str] | None,
    cap: int,
) -> Plan:
    """Check what is asked; the parameters are those of ``compare``."""
    several = (scenarios,) if isinstance(scenarios, Scenario) else tuple(scenarios)
    if not several:
        raise StudyError("there is no scenario to run")
    check_names([scenario.name for scenario in several])
    check_level(level)
    wanted = asked(several) if metrics is None else tuple(metrics)
    precisions = {} if precision is None else read_precisions(precision, wanted)
    first = replications or (min(FIRST, cap) if precisions else DEFAULT_REPLICATIONS)
    if (replications is not None and replications < 1) or cap < 1:
        raise StudyError("a study has at least one replication")
    return Plan(several, wanted, level, first, max(first, cap), precisions)


def _plain(precision: Asked | Mapping[str, Asked] | None) -> Any:
    if isinstance(precision, Mapping):
        return {metric: _plain(one) for metric, one in precision.items()}
    return str(precision) if isinstance(precision, Precision) else precision


def take_up(
    store: Store, manifest: Manifest, work: Work
) -> tuple[dict[Task, Replication], list[str]]:
    """Take up what a folder holds, if it belongs to this study.

    One finished replication is computed again and compared to the bit: a version number does not
    change with every change of the code, and machines differ.

    Returns
    -------
    dict
        Finished replications.
    list of str
        Notes.
    """
    if not store.has_manifest():
        kept, damaged = store.read()
        if kept or damaged:
            raise StudyError(
                f"{store.folder} holds replications but no manifest, so nobody knows of what; "
                "choose another folder"
            )
        store.write_manifest(manifest)
        return {}, []
    before = store.read_manifest()
    found = before.mismatches(manifest)
    if before.asked.get("curves") != manifest.asked.get("curves"):
        found.append("curves are kept in one and not in the other")
    if found:
        raise StudyError(
            f"{store.folder} holds another study: {'; '.join(found)}. Choose another folder"
        )
    finished, damaged = store.read()
    aside = [writing.move_aside(path).name for path in damaged]
    if finished:
        task = min(finished)
        changed = work.one(task).differences(finished[task])
        if changed:
            raise StudyError(
                f"{store.folder} cannot be resumed: replication {task.number} of "
                f"{work.scenarios[task.scenario].name!r} now comes out otherwise "
                f"({changed[0]}). The code or the machine has changed; choose another folder"
            )
    store.write_manifest(manifest)
    if not damaged:
        return finished, []
    plural = "s were" if len(damaged) > 1 else " was"
    note = (
        f"{len(damaged)} damaged file{plural} found in {store.folder}, and computed again; what was "
        f"there is kept as {', '.join(aside)}"
    )
    return finished, [note]


def replicate_until_sure(
    plan: Plan,
    runner: Runner,
    finished: dict[Task, Replication],
    store: Store | None,
    progress: Progress | None,
) -> int:
    """Run batches of replications until the plan is fulfilled; returns how many there are."""
    size = plan.first
    while True:
        tasks = [Task(r, s) for r in range(size) for s in range(len(plan.scenarios))]
        left = [task for task in tasks if task not in finished]
        done = len(tasks) - len(left)
        with Interrupts() as interrupts, closing(runner.map(left)) as stream:
            for task, replication in stream:
                interrupts.check()
                finished[task] = replication
                if store is not None:
                    store.write(task, replication)
                done += 1
                if progress is not None:
                    progress(done, len(tasks))
        needed = max(
            (needs for _, needs in _unsure(plan, _results(plan, finished, size))), default=0
        )
        if not needed or size >= plan.cap:
            return size
        size = next_size(needed, size, plan.cap)


def _results(plan: Plan, finished: Mapping[Task, Replication], size: int) -> tuple[Result, ...]:
    results: list[Result] = []
    for position, scenario in enumerate(plan.scenarios):
        replications = tuple(finished[Task(number, position)] for number in range(size))
        base = results[0] if results else None
        results.append(Result(scenario, replications, base, plan.level))
    return tuple(results)


def _unsure(plan: Plan, results: Sequence[Result]) -> Iterator[tuple[str, int]]:
    """List what is not sure enough yet: a sentence, and the replications needed in all."""
    for result in results:
        for metric, precision in plan.precisions.items():
            if metric not in result.metrics:
                continue
            estimate = result.estimate(metric)
            if estimate.n == 0 or precision.reached(estimate):
                continue
            known = words(metric, *result.scenario.currency_and_day)
            yield (
                f"{known.label} of {result.name!r} is known as {estimate.format(known.write)}",
                precision.needed(estimate),
            )


def assemble(
    plan: Plan,
    finished: Mapping[Task, Replication],
    size: int,
    manifest: Manifest,
    notes: Sequence[str],
) -> Study:
    """Put finished replications together, in their order."""
    results = _results(plan, finished, size)
    notes = list(notes)
    known = {metric for result in results for metric in result.metrics}
    for metric in {**dict.fromkeys(plan.metrics), **plan.precisions}:
        if metric not in known:
            results[0].values(metric)
    unsure = list(_unsure(plan, results))
    if unsure:
        needed = max(needs for _, needs in unsure)
        worst = next(sentence for sentence, needs in unsure if needs == needed)
        notes.append(
            f"The precision asked for was not reached in {size:,} replications, the most allowed. "
            f"Furthest from it: {worst}; about {needed:,} replications would do."
        )
    notes += dict.fromkeys(one.scenario.caution for one in results if one.scenario.caution)
    notes += dict.fromkeys(
        horizon(result.scenario) for result in results if not result.scenario.period.warm_up
    )
    return Study(results, plan.metrics, plan.level, manifest, tuple(notes))
