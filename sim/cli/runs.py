"""``tiersim run`` and ``demo``: one replication, and a first comparison."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from sim import writing
from sim.cli.keeping import RUN_MANIFEST, force_option, foresee, write_run_manifest
from sim.cli.reading import unserved
from sim.cli.saying import (
    engine_option,
    json_option,
    say_engine,
    say_json,
    say_next,
    say_size,
    say_table,
    seed_option,
)
from sim.reading import pasted

if TYPE_CHECKING:
    from sim.outcome import Measures, Run

HEADLINES = (
    *("l1_share", "first_contact_share", "reopen_share"),
    *("service_level", "utilisation", "total_cost"),
)
"""Families shown by ``run``; ``--json`` has all."""
DEMO = ("in-house-desk", "one-more-at-l1", "excellent-notes", "poor-notes")
DEMO_REPLICATIONS = 40


@click.command(short_help="Run one replication, and tell one ticket's story.")
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--trace", type=click.IntRange(0), metavar="TICKET", help="Tell a ticket's story.")
@seed_option
@click.option(
    "--replication",
    type=click.IntRange(0, 2**31 - 1),
    default=0,
    show_default=True,
    help="Which one of a study.",
)
@engine_option
@click.option("--save", type=click.Path(path_type=Path), metavar="DIR", help="Write the log here.")
@click.option(
    "--format",
    "kind",
    type=click.Choice(["csv", "parquet"]),
    default="csv",
    show_default=True,
    help="Of the saved tables.",
)
@force_option
@json_option
def run(  # noqa: PLR0917 - click passes options by name
    path: Path,
    trace: int | None,
    seed: int,
    replication: int,
    engine: str,
    save: Path | None,
    kind: Literal["csv", "parquet"],
    as_json: bool,  # noqa: FBT001
) -> None:
    """Run one replication of the scenario in PATH."""
    from sim import outcome  # noqa: PLC0415 - what computes is imported when it is needed
    from sim.scenario.file import load  # noqa: PLC0415
    from sim.study.evaluate import replicate  # noqa: PLC0415

    scenario = load(path)
    for fault in unserved(path, scenario):
        click.echo(str(fault), err=True)
    say_engine(engine)
    if save is not None:
        foresee(*_run_files(save, kind))
    say_size([scenario], engine)
    done = replicate(scenario, seed=seed, replication=replication, engine=engine)
    story = None if trace is None else outcome.tell(done, trace)
    written: list[Path] = []
    if save is not None:
        from sim.outcome.tables import TABLE  # noqa: PLC0415

        written = [*done.save(save, kind), done.event_log(save / "events.xes")]
        written.append(
            write_run_manifest(save, scenario, seed=seed, replication=replication, engine=engine)
        )
        # Tables of an earlier run in the other format would pass for those of this one.
        writing.remove_others(save, TABLE, written)
    if as_json:
        measures = outcome.measure(done, curves=False)
        tree = {
            "scenario": scenario.name,
            "seed": seed,
            "replication": replication,
            "values": measures.values,
            "counts": measures.counts,
            "story": story,
            "written": [str(one) for one in written],
        }
        say_json(tree)
        return
    if story is not None:
        click.echo(story)
    else:
        measures = outcome.measure(done, curves=False)
        headings = ("", "value", "of tickets", "goal")
        say_table(headings, list(_rows(done, measures)), _title(done, measures))
        click.echo(
            "Of tickets: how many the figure is about. No pauses: the clock runs on while a ticket waits for "
            "its user, a vendor or a change window.\n"
            "One replication is one possible course of things: it does not say how sure these figures are."
        )
    for one in written:
        click.echo(f"Written: {one}")
    if story is None:
        say_next(
            f"tiersim run {pasted(path)} --trace {len(done.workload.tickets) // 2}", "one ticket"
        )
    say_next(f"tiersim compare {pasted(path)}", "figures with their intervals")


def _run_files(folder: Path, kind: str) -> Iterator[tuple[Path, str]]:
    from sim.outcome import eventlog, tables  # noqa: PLC0415

    tables.check_format(kind)
    for name in tables.NAMES:
        yield folder / f"{name}.{kind}", tables.TABLE
    yield folder / "events.xes", eventlog.EVENT_LOG
    yield folder / "manifest.json", RUN_MANIFEST


def _title(done: Run, measures: Measures) -> str:
    from sim.study.periods import period_words  # noqa: PLC0415

    counted = f"{measures.values['tickets']:,.0f} tickets counted, in {period_words(done.scenario)}"
    return f"{done.scenario.name}: {counted}; seed {done.seed}, replication {done.replication}"


def _rows(done: Run, measures: Measures) -> Iterator[tuple[str, str, str, str]]:
    from sim import outcome  # noqa: PLC0415
    from sim.study.asked import level_metric  # noqa: PLC0415

    goals = {level_metric(n): one.goal for n, one in done.scenario.service_levels.items()}
    for name, value in measures.values.items():
        if name.partition("[")[0] not in HEADLINES:
            continue
        known = outcome.metric(name)
        text = known.format(value, *done.scenario.currency_and_day)
        # Utilisation is out of time, cost is out of weeks: not of tickets.
        of_tickets = not name.startswith(("utilisation", "total_cost"))
        out_of = f"{measures.counts[name]:,.0f}" if of_tickets else ""
        yield known.label, text, out_of, known.format(goals[name]) if name in goals else ""


@click.command(short_help="Compare some desks of the gallery; nothing to prepare.")
@click.option(
    "--replications",
    type=click.IntRange(2, 1000),
    default=DEMO_REPLICATIONS,
    show_default=True,
    help="More take longer, and give shorter intervals.",
)
@click.option("--jobs", type=click.IntRange(1), help="Workers; every core if absent.")
@seed_option
@engine_option
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    default=Path("results/demo"),
    show_default=True,
    help="Folder for the report.",
)
@force_option
@json_option
def demo(  # noqa: PLR0917 - click passes options by name
    replications: int,
    jobs: int | None,
    seed: int,
    engine: str,
    output: Path,
    as_json: bool,  # noqa: FBT001
) -> int:
    """Compare a healthy desk with one more person, better notes and poor notes."""
    from sim.cli.studies import StudyAsked, carry_out  # noqa: PLC0415
    from sim.scenario.gallery import gallery  # noqa: PLC0415

    files = gallery()
    asked = StudyAsked(
        paths=tuple(files[name] for name in DEMO),
        seed=seed,
        replications=replications,
        jobs=jobs,
        engine=engine,
        output=output,
    )
    return carry_out(asked, as_json=as_json, strict=False, report=True)
