"""``tiersim compare`` and ``report``: studies of several scenarios."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sim.borders import cells, json_text
from sim.cli.keeping import check_folder, read_command, study_plain, write_command
from sim.cli.reading import load_served
from sim.cli.saying import (
    console,
    engine_option,
    finite,
    json_option,
    progress,
    say_engine,
    say_json,
    say_next,
    seed_option,
)
from sim.errors import ExportError, StudyError

if TYPE_CHECKING:
    from sim.outcome.run import Run
    from sim.scenario.model import Scenario
    from sim.study.signs import Sign
    from sim.study.study import Study
    from sim.workload.arrivals import Arrivals

REPORT_FILE = "report.html"
CHARTS = "charts"
CHECK_LIST = "stress-des.md"
REASONS_SHOWN = 5
MOST_FILES_NAMED = 4
"""Files that the next command is written out with."""


@dataclass(frozen=True)
class StudyAsked:
    """What a comparison is asked to do; as the options of ``tiersim compare``."""

    paths: Sequence[Path]
    seed: int = 1
    replications: int | None = None
    precision: str | None = None
    arrivals: Path | None = None
    mapping: str | None = None
    jobs: int | None = None
    engine: str = "auto"
    output: Path | None = None
    cluster: str | None = None
    beside: Sequence[str] = ()


@click.command(short_help="Compare scenarios on the same tickets.")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--precision", metavar="P", help="Replicate until intervals are within: 1 %.")
@click.option("--replications", type=click.IntRange(1, 1_000_000), help="How many; 20 if absent.")
@seed_option
@click.option(
    "--arrivals", type=click.Path(path_type=Path), metavar="EXPORT", help="Replay these tickets."
)
@click.option(
    "--as",
    "mapping",
    metavar="NAME|MAPPING",
    help="How to read the export: servicenow, jira, zendesk, any, or a mapping file.",
)
@click.option(
    "--metric",
    "beside",
    multiple=True,
    metavar="NAME",
    help="Show this metric too, beside what is judged: `backlog[L2, mean]`. Repeatable.",
)
@click.option("--jobs", type=click.IntRange(1), help="Workers; every core if absent.")
@engine_option
@json_option
@click.option(
    "--strict", is_flag=True, help="Exit with 1 when a goal is missed, or a desk cannot be judged."
)
@click.option(
    "--cluster", metavar="ADDRESS", help="Run on a Dask scheduler; `local` starts one here."
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Keep the study here; one in the same folder goes on, with options added behind its own.",
)
def compare(as_json: bool, strict: bool, **options: Any) -> int:  # noqa: FBT001 - click's
    """Compare the scenarios in PATHS on the same tickets; the first is what the others change."""
    return carry_out(StudyAsked(**options), as_json=as_json, strict=strict, report=False)


def carry_out(asked: StudyAsked, *, as_json: bool, strict: bool, report: bool) -> int:
    """Run a study, print it, keep it; returns the exit code."""
    from sim.study import listing  # noqa: PLC0415
    from sim.study.priced import unpriced_notices  # noqa: PLC0415

    scenarios = [load_served(path) for path in asked.paths]
    if asked.beside:
        from sim.study.beside import check_known  # noqa: PLC0415 - what computes comes late

        check_known(asked.beside, scenarios)
    say_engine(asked.engine)
    if asked.output is not None:
        check_folder(asked.output)
    try:
        study, arrivals, notices = _run(scenarios, asked, quiet=as_json)
        notices += unpriced_notices(scenarios)
    except KeyboardInterrupt:
        if asked.output is None:
            raise
        raise KeyboardInterrupt(_kept_so_far(asked.output)) from None
    rows = list(listing.rows(study))
    if not as_json:
        for notice in notices:
            click.echo(notice)
        console().print(study)
    written: list[Path] = []
    if asked.output is not None:
        written = _keep(study, rows, asked)
        if report:
            from sim.present import report as reporting  # noqa: PLC0415 - pictures are heavy

            run = _played(study, arrivals, asked.engine)
            written += reporting.write_all(
                study,
                [asked.output / REPORT_FILE],
                reporting.Asked(run=run),
                charts_in=asked.output / CHARTS,
            )[:1]
            written.append(asked.output / CHARTS)
    if as_json:
        from sim.present.answer import answer  # noqa: PLC0415 - what computes comes late
        from sim.present.costs import cost_rows  # noqa: PLC0415
        from sim.study.beside import beside_rows  # noqa: PLC0415

        say_json(
            {
                "seed": study.seed,
                "replications": study.replications,
                "common_tickets": study.common_tickets,
                "answer": answer(study).plain(study),
                "cautions": [claim.plain() for claim in study.cautions],
                "changes": {r.name: {k: list(v) for k, v in r.changes.items()} for r in study},
                "rows": study_plain(rows),
                "costs": study_plain(cost_rows(study)),
                "beside": study_plain(list(beside_rows(study))),
                "notes": [*notices, *study.notes],
                "written": [str(one) for one in written],
            }
        )
    else:
        for one in written:
            click.echo(f"Written: {one}")
        _say_next(asked, reported=report)
    failed = ("missed", "no verdict")
    missed = any(row.verdict is not None and row.verdict.word in failed for row in rows)
    return 1 if strict and missed else 0


def _kept_so_far(folder: Path) -> str:
    """Say what an interrupted study leaves behind."""
    from sim.study.store import Store  # noqa: PLC0415

    kept = sum(1 for _ in Store(folder).files())
    if not kept:
        return f"No replication was finished, and none is kept in {folder}."
    are = "replication is" if kept == 1 else "replications are"
    return f"{kept:,} finished {are} kept in {folder}; the same command goes on from there."


def _say_next(asked: StudyAsked, *, reported: bool) -> None:
    if reported:
        say_next("tiersim new my-desk.yaml", "your own desk")
    elif asked.output is not None:
        say_next(f"tiersim report {asked.output}", "charts and words to hand on")
    else:
        many = len(asked.paths) > MOST_FILES_NAMED
        files = "…" if many else " ".join(map(str, asked.paths))
        why = "the same files: keep it" if many else "keep it"
        say_next(f"tiersim compare {files} -o results/study", f"{why}, then `tiersim report`")


def _run(
    scenarios: Sequence[Scenario], asked: StudyAsked, *, quiet: bool
) -> tuple[Study, Arrivals | None, list[str]]:
    from sim.study.compare import compare as run_study  # noqa: PLC0415

    arrivals, notices = None, list[str]()
    if asked.arrivals is not None:
        if asked.mapping is None:
            raise ExportError(
                "--arrivals needs --as: servicenow, jira, zendesk, any, or a mapping file"
            )
        scenarios, arrivals, notices = _replayed(
            scenarios, asked.arrivals, asked.mapping, asked.output
        )
    elif asked.mapping is not None:
        raise ExportError("--as says how to read an export, and needs --arrivals")
    with progress("Replications", shown=not quiet) as bar:
        study = run_study(
            list(scenarios),
            seed=asked.seed,
            replications=asked.replications,
            precision=asked.precision,
            arrivals=arrivals,
            jobs=asked.jobs,
            engine=asked.engine,
            progress=bar,
            folder=asked.output,
            cluster=asked.cluster,
            beside=asked.beside,
        )
    return study, arrivals, notices


def _played(study: Study, arrivals: Arrivals | None, engine: str) -> Run:
    """Run the first replication of the desk that the answer names, to be shown as a film."""
    from sim.present.answer import answer  # noqa: PLC0415
    from sim.study.evaluate import replicate  # noqa: PLC0415

    best = answer(study).best.scenario
    return replicate(best, seed=study.seed, engine=engine, arrivals=arrivals)


def _replayed(
    scenarios: Sequence[Scenario], export: Path, mapping: str, folder: Path | None
) -> tuple[list[Scenario], Arrivals, list[str]]:
    """Make an export the tickets of every scenario."""
    from sim.calibrate.replay import replay  # noqa: PLC0415
    from sim.intake.aside import write_set_aside  # noqa: PLC0415

    first = replay(export, mapping, scenarios[0])
    period, holidays = first.scenario.period, first.scenario.holidays
    several = [first.scenario]
    for one in scenarios[1:]:
        for part in ("priorities", "topics", "channels"):
            if list(getattr(one, part)) != list(getattr(scenarios[0], part)):
                raise StudyError(
                    f"the tickets of {export} were fitted to {scenarios[0].name!r}, and do not fit "
                    f"{one.name!r}: scenarios that replay an export have the same {part}, in the "
                    "same order"
                )
        several.append(one.model_copy(update={"period": period, "holidays": holidays}))
    reasons = Counter(row.reason for row in first.set_aside)
    notices = list(first.notices)
    if reasons:
        beside = (folder or Path()) / f"{export.name.split('.')[0]}-set-aside.csv"
        write_set_aside(first.set_aside, beside)
        notices.append(
            f"Rows that cannot be used, set aside in {beside}: {sum(reasons.values()):,}"
        )
        listed = reasons.most_common(REASONS_SHOWN)
        notices += [f"  {count:,} x {reason}" for reason, count in listed]
        if len(reasons) > REASONS_SHOWN:
            notices.append(f"  and {len(reasons) - REASONS_SHOWN} more reasons")
    return several, first.arrivals, notices


def _keep(study: Study, rows: Sequence[Any], asked: StudyAsked) -> list[Path]:
    """Write what a study found beside its replications and manifest."""
    from sim.scenario.writing import write_whole  # noqa: PLC0415

    assert asked.output is not None
    text = json_text(finite(study_plain(rows)))
    table = cells(study.table()).to_csv(index=False, lineterminator="\n")
    how = write_command(
        asked.output,
        arrivals=None if asked.arrivals is None else str(asked.arrivals),
        mapping=asked.mapping,
        replications=study.replications,
        engine=asked.engine,
        seed=study.seed,
    )
    return [
        write_whole(asked.output / "study.json", text),
        write_whole(asked.output / "study.csv", table),
        asked.output / "manifest.json",
        how,
    ]


_folder = click.argument("folder", type=click.Path(path_type=Path))
_jobs = click.option("--jobs", type=click.IntRange(1), help="Workers; every core if absent.")
_theme = click.option(
    "--theme", type=click.Path(path_type=Path), help="A brand's colours, font, logo and footer."
)


@click.command(short_help="Write the report of a comparison.")
@_folder
@click.argument("outputs", nargs=-1, type=click.Path(path_type=Path))
@click.option("--charts/--no-charts", default=True, help="Charts as SVG, PNG and CSV too.")
@click.option(
    "--strict-reporting",
    "strict",
    is_flag=True,
    help="Fill the STRESS-DES check-list, and list what only you can fill.",
)
@click.option("--signs", is_flag=True, help="Look for signs of trouble too, and try what helps.")
@_theme
@_jobs
@json_option
def report(folder: Path, outputs: tuple[Path, ...], **options: Any) -> None:
    """Write the report of the study that `tiersim compare … -o FOLDER` has kept.

    OUTPUTS are files: .html, .pdf, .pptx (a deck) or .xlsx (a workbook); FOLDER/report.html if none
    is named. Charts go into FOLDER/charts.
    """
    files = outputs or (folder / REPORT_FILE,)
    _write_all(folder, files, **options)


@click.command(short_help="Write the slides of a comparison.")
@_folder
@click.option("-o", "--output", type=click.Path(path_type=Path), help="FOLDER/deck.pptx if absent.")
@_theme
@_jobs
@json_option
def deck(folder: Path, output: Path | None, **options: Any) -> None:
    """Write the slides of the study in FOLDER: findings as titles, charts that can be edited."""
    _write_all(folder, (output or folder / "deck.pptx",), **options)


@click.command(short_help="Write the workbook of a comparison.")
@_folder
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), help="FOLDER/workbook.xlsx if absent."
)
@_theme
@_jobs
@json_option
def workbook(folder: Path, output: Path | None, **options: Any) -> None:
    """Write the workbook of the study in FOLDER: inputs, results, differences, definitions."""
    _write_all(folder, (output or folder / "workbook.xlsx",), **options)


@click.command(short_help="Recompute a part of a study, compare to the bit.")
@_folder
@click.option("--count", type=click.IntRange(1), default=1, show_default=True, help="Replications.")
@seed_option
@json_option
def verify(folder: Path, count: int, seed: int, as_json: bool) -> int:  # noqa: FBT001 - click's
    """Recompute some replications of the study in FOLDER, picked by the seed.

    Exits with 1 when a file is damaged, or a replication comes out otherwise.
    """
    from sim.study import keep  # noqa: PLC0415 - what computes is imported when needed

    how = read_command(folder)
    arrivals = None
    if how.get("arrivals"):
        from sim.study.store import Store  # noqa: PLC0415

        scenarios = Store(folder).read_manifest().rebuild()
        export, mapping = Path(how["arrivals"]), str(how.get("mapping"))
        _, arrivals, _ = _replayed(scenarios, export, mapping, folder)
    found = keep.verify(folder, count=count, seed=seed, arrivals=arrivals)
    if as_json:
        say_json({"sound": found.sound, "files": found.files, "faults": list(found.faults)})
    else:
        click.echo(repr(found))
        say_next(f"tiersim report {folder}", "charts and words to hand on")
    return 0 if found.sound else 1


def _write_all(
    folder: Path,
    files: Sequence[Path],
    *,
    theme: Path | None,
    jobs: int | None,
    as_json: bool,
    charts: bool = False,
    strict: bool = False,
    signs: bool = False,
) -> None:
    """Read a kept study, and write it as files."""
    from sim.present import load_theme  # noqa: PLC0415 - pictures are heavy
    from sim.present import report as reporting  # noqa: PLC0415
    from sim.present.theme import DEFAULT  # noqa: PLC0415

    brand = DEFAULT if theme is None else load_theme(theme)
    study, arrivals, engine = _kept(folder, jobs, quiet=as_json)
    run = None
    if any(path.suffix.lower() in (".html", ".htm") for path in files):
        run = _played(study, arrivals, engine)
    found: tuple[Sign, ...] = ()
    if signs:
        from sim.study.signs import signs as look  # noqa: PLC0415

        found = look(study[0].scenario, seed=study.seed, jobs=jobs)
    written = reporting.write_all(
        study,
        files,
        reporting.Asked(theme=brand, strict=strict, signs=found, run=run),
        charts_in=folder / CHARTS if charts else None,
    )
    gaps = list[str]()
    if strict:
        from sim.present import stress  # noqa: PLC0415 - only where it is asked for
        from sim.scenario.writing import write_whole  # noqa: PLC0415

        gaps = stress.missing(stress.checklist(study))
        written.append(write_whole(files[0].with_name(CHECK_LIST), stress.markdown(study)))
    if as_json:
        say_json({"written": [str(path) for path in written], "still_to_be_written": gaps})
        return
    for path in written:
        if path.parent.name != CHARTS:
            click.echo(f"Written: {path}")
    if charts:
        click.echo(f"Written: {folder / CHARTS} (charts as SVG and PNG, their numbers as CSV)")
    if gaps:
        click.echo("Still to be written, by you:")
    for gap in gaps:
        click.echo(f"  {gap}")
    say_next(f"tiersim deck {folder}", "the same as slides")


def _kept(folder: Path, jobs: int | None, *, quiet: bool) -> tuple[Study, Arrivals | None, str]:
    """Read a study that ``compare`` has kept, with the tickets it replayed and its engine.

    Nothing is simulated again but one replication, to be sure that it comes out the same.
    """
    from sim.study.store import Store  # noqa: PLC0415

    how = read_command(folder)
    manifest = Store(folder).read_manifest()
    precision = manifest.asked.get("precision")
    asked = StudyAsked(
        paths=(),
        seed=manifest.seed,
        replications=manifest.replications,
        # Reached already with so many replications; a report says why there are so many.
        precision=precision if isinstance(precision, str) else None,
        arrivals=Path(how["arrivals"]) if how.get("arrivals") else None,
        mapping=how.get("mapping"),
        jobs=jobs,
        engine=str(how.get("engine", "auto")),
        output=folder,
    )
    study, arrivals, _ = _run(manifest.rebuild(), asked, quiet=quiet)
    return study, arrivals, asked.engine
