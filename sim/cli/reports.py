"""``tiersim report``, ``deck``, ``workbook`` and ``verify``: a study that is kept, read and checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sim import writing
from sim.cli.keeping import ends_in, force_option, foresee, read_command
from sim.cli.saying import json_option, say_json, say_next, seed_option
from sim.cli.studies import CHARTS, REPORT_FILE, played, replayed, report_files
from sim.errors import OutputError
from sim.reading import pasted

if TYPE_CHECKING:
    from sim.study.signs import Sign
    from sim.workload.arrivals import Arrivals

CHECK_LIST, CHECKED = "stress-des.md", "a check-list"

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
@force_option
@json_option
def report(folder: Path, outputs: tuple[Path, ...], **options: Any) -> None:
    """Write the report of the study that `tiersim compare … -o FOLDER` has kept.

    OUTPUTS are files: .html, .pdf, .pptx (a deck) or .xlsx (a workbook); FOLDER/report.html if none
    is named. Charts go into FOLDER/charts, or beside the first of OUTPUTS where FOLDER cannot be
    written to: a study is only read.
    """
    files = outputs or (folder / REPORT_FILE,)
    _write_all(folder, files, **options)


@click.command(short_help="Write the slides of a comparison.")
@_folder
@click.option("-o", "--output", type=click.Path(path_type=Path), help="FOLDER/deck.pptx if absent.")
@_theme
@force_option
@json_option
def deck(folder: Path, output: Path | None, **options: Any) -> None:
    """Write the slides of the study in FOLDER: findings as titles, charts that can be edited."""
    ends_in(output, (".pptx",), "a deck")
    _write_all(folder, (output or folder / "deck.pptx",), **options)


@click.command(short_help="Write the workbook of a comparison.")
@_folder
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), help="FOLDER/workbook.xlsx if absent."
)
@_theme
@force_option
@json_option
def workbook(folder: Path, output: Path | None, **options: Any) -> None:
    """Write the workbook of the study in FOLDER: inputs, results, differences, definitions."""
    ends_in(output, (".xlsx",), "a workbook")
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
    found = keep.verify(folder, count=count, seed=seed, arrivals=_arrivals(folder, how))
    if as_json:
        say_json({"sound": found.sound, "files": found.files, "faults": list(found.faults)})
        return 0 if found.sound else 1
    click.echo(repr(found))
    if found.sound:
        say_next(f"tiersim report {pasted(folder)}", "charts and words to hand on")
        return 0
    if "command" in how:
        say_next(str(how["command"]), "the same once more: it computes again what is damaged")
    return 1


def _arrivals(folder: Path, how: Mapping[str, Any]) -> Arrivals | None:
    """Read the tickets again that a study replayed, writing nothing."""
    if not how.get("arrivals"):
        return None
    from sim.study.store import Store  # noqa: PLC0415 - what computes is imported when needed

    scenarios = Store(folder).read_manifest().rebuild()
    return replayed(scenarios, Path(how["arrivals"]), str(how.get("mapping")), aside=None)[1]


def _write_all(
    folder: Path,
    files: Sequence[Path],
    *,
    theme: Path | None,
    jobs: int | None = None,
    as_json: bool,
    charts: bool = False,
    strict: bool = False,
    signs: bool = False,
) -> None:
    """Read a kept study, and write it as files."""
    from sim.present import load_theme  # noqa: PLC0415 - pictures are heavy
    from sim.present import report as reporting  # noqa: PLC0415
    from sim.present.theme import DEFAULT  # noqa: PLC0415
    from sim.study import keep  # noqa: PLC0415

    brand = DEFAULT if theme is None else load_theme(theme)
    how = read_command(folder)
    place = _charts_beside(folder, files[0]) if charts else None
    check_list = [files[0].with_name(CHECK_LIST)] if strict else []
    try:
        foresee(*report_files(files, charts=place), *((path, CHECKED) for path in check_list))
    except writing.DiskError as error:
        if files[0].parent != folder:
            raise
        raise OutputError(
            f"{error}. A study is only read: name a file that lies elsewhere"
        ) from None
    arrivals, engine = _arrivals(folder, how), how.get("engine") or "auto"
    study = keep.read_sure(folder, engine=engine, arrivals=arrivals)
    run = None
    if any(path.suffix.lower() in (".html", ".htm") for path in files):
        run = played(study, arrivals, engine)
    found: tuple[Sign, ...] = ()
    if signs:
        from sim.study.signs import signs as look  # noqa: PLC0415

        found = look(study[0].scenario, seed=study.seed, jobs=jobs)
    written = reporting.write_all(
        study,
        files,
        reporting.Asked(theme=brand, strict=strict, signs=found, run=run),
        charts_in=place,
    )
    gaps = list[str]()
    if strict:
        from sim.present import stress  # noqa: PLC0415 - only where it is asked for

        gaps = stress.missing(stress.checklist(study))
        text = stress.markdown(study)
        written += [writing.write(path, text, CHECKED) for path in check_list]
    if as_json:
        say_json({"written": [str(path) for path in written], "still_to_be_written": gaps})
        return
    for path in written:
        if path.parent != place:
            click.echo(f"Written: {path}")
    if place is not None:
        click.echo(f"Written: {place} (charts as SVG and PNG, their numbers as CSV)")
    if gaps:
        click.echo("Still to be written, by you:")
    for gap in gaps:
        click.echo(f"  {gap}")
    say_next(f"tiersim deck {pasted(folder)}", "the same as slides")


def _charts_beside(folder: Path, file: Path) -> Path:
    """Return where charts go: into the study's folder, or beside a report that lies elsewhere."""
    place = folder / CHARTS
    if file.parent == folder:
        return place
    try:
        writing.check_folder(place)
    except OutputError:
        return file.parent / CHARTS
    return place
