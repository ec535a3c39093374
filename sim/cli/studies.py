"""``tiersim compare``: a study of several scenarios."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sim import reading, writing
from sim.borders import cells, json_text
from sim.cli.keeping import (
    COMMAND_FILE,
    force_option,
    foresee,
    study_plain,
    write_command,
)
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
    say_size,
    seed_option,
)
from sim.errors import ExportError, StudyError
from sim.reading import pasted

if TYPE_CHECKING:
    from sim.outcome.run import Run
    from sim.scenario.model import Scenario
    from sim.study.study import Study
    from sim.workload.arrivals import Arrivals

REPORT_FILE = "report.html"
CHARTS = "charts"
CHART_NAMES = "[0-9][0-9]-*.*"
KEPT = ("study.json", "study.csv")
"""What a study found, as ``compare`` writes it beside the replications."""
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
@force_option
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
    from sim.study.runner import WorkersLostError  # noqa: PLC0415

    scenarios = [load_served(path) for path in asked.paths]
    if asked.beside:
        from sim.study.beside import check_known  # noqa: PLC0415 - what computes comes late

        check_known(asked.beside, scenarios)
    say_engine(asked.engine)
    if asked.output is not None:
        foresee(*_study_files(asked.output, report=report))
    if asked.arrivals is None:
        say_size(scenarios, asked.engine)
    try:
        study, arrivals, notices = _run(scenarios, asked, quiet=as_json)
        notices += unpriced_notices(scenarios)
    except KeyboardInterrupt:
        if asked.output is None:
            raise
        raise KeyboardInterrupt(_kept_so_far(asked.output)) from None
    except WorkersLostError as error:
        kept = "Nothing is kept, since no folder was named (-o)."
        if asked.output is not None:
            kept = _kept_so_far(asked.output)
        raise StudyError(f"{error}. {kept}") from None
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

            run = played(study, arrivals, asked.engine)
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


def _study_files(folder: Path, *, report: bool) -> Iterator[tuple[Path, str]]:
    from sim.study.store import MANIFEST, STUDY  # noqa: PLC0415 - with the numbers

    yield from ((folder / name, STUDY) for name in (MANIFEST, *KEPT, COMMAND_FILE))
    if report:
        yield from report_files([folder / REPORT_FILE], charts=folder / CHARTS)


def report_files(files: Sequence[Path], *, charts: Path | None) -> Iterator[tuple[Path, str]]:
    """List what a report will write, and the charts that it may write over."""
    from sim.present.picture import CHART  # noqa: PLC0415 - pictures are heavy
    from sim.present.report import REPORT, check_kind  # noqa: PLC0415

    for path in files:
        check_kind(path)
        yield path, REPORT
    if charts is not None:
        writing.check_folder(charts)
        yield from ((path, CHART) for path in sorted(charts.glob(CHART_NAMES)))


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
        say_next(f"tiersim report {pasted(asked.output)}", "charts and words to hand on")
    else:
        many = len(asked.paths) > MOST_FILES_NAMED
        files = "…" if many else " ".join(map(pasted, asked.paths))
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
        scenarios, arrivals, notices = replayed(
            scenarios, asked.arrivals, asked.mapping, aside=asked.output or Path()
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


def played(study: Study, arrivals: Arrivals | None, engine: str) -> Run:
    """Run the first replication of the desk that the answer names, to be shown as a film."""
    from sim.present.answer import answer  # noqa: PLC0415
    from sim.study.evaluate import replicate  # noqa: PLC0415

    best = answer(study).best.scenario
    return replicate(best, seed=study.seed, engine=engine, arrivals=arrivals)


def replayed(
    scenarios: Sequence[Scenario], export: Path, mapping: str, *, aside: Path | None
) -> tuple[list[Scenario], Arrivals, list[str]]:
    """Make an export the tickets of every scenario.

    Rows that cannot be used are set aside in a file of the folder ``aside``; in none where it is None.
    """
    from sim.calibrate.replay import replay  # noqa: PLC0415
    from sim.intake.aside import SET_ASIDE, write_set_aside  # noqa: PLC0415

    if aside is not None:
        reading.note(export)
        aside /= f"{export.name.split('.')[0]}-set-aside.csv"
        foresee((aside, SET_ASIDE))
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
    if aside is not None and not reasons:
        writing.remove(aside, SET_ASIDE)
    elif aside is not None:
        write_set_aside(first.set_aside, aside)
        notices.append(f"Rows that cannot be used, set aside in {aside}: {sum(reasons.values()):,}")
        listed = reasons.most_common(REASONS_SHOWN)
        notices += [f"  {count:,} x {reason}" for reason, count in listed]
        if len(reasons) > REASONS_SHOWN:
            notices.append(f"  and {len(reasons) - REASONS_SHOWN} more reasons")
    return several, first.arrivals, notices


def _remove_what_was_of(folder: Path, study: Study) -> None:
    """Remove reports and charts of fewer replications or options: they would pass for this study's."""
    from sim.present.picture import CHART  # noqa: PLC0415 - pictures are heavy
    from sim.present.report import REPORT  # noqa: PLC0415

    table = cells(study.table()).to_csv(index=False, lineterminator="\n")
    if table.encode() == _bytes_of(folder / KEPT[1]):
        return
    gone = writing.remove_others(folder, REPORT)
    charts = writing.remove_others(folder / CHARTS, CHART)
    for path in [*gone, *([folder / CHARTS] if charts else [])]:
        click.echo(f"Removed, since it was of the study before: {path}", err=True)


def _bytes_of(path: Path) -> bytes:
    try:
        return reading.read(path, own=True)
    except OSError:
        return b""


def _keep(study: Study, rows: Sequence[Any], asked: StudyAsked) -> list[Path]:
    """Write what a study found beside its replications and manifest."""
    from sim.study.store import MANIFEST, STUDY  # noqa: PLC0415 - with the numbers

    assert asked.output is not None
    _remove_what_was_of(asked.output, study)
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
    contents = dict(zip(KEPT, (text, table), strict=True))
    return [
        *(writing.write(asked.output / name, content, STUDY) for name, content in contents.items()),
        asked.output / MANIFEST,
        how,
    ]
