"""``tiersim search``: what would it take to keep every promise."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sim import writing
from sim.cli.keeping import ends_in, force_option, foresee
from sim.cli.saying import (
    json_option,
    say_engine,
    say_json,
    say_next,
    say_table,
    seed_option,
)
from sim.reading import pasted

if TYPE_CHECKING:
    from sim.present.search_answer import Told
    from sim.study.search import Found

REPORTS = (".html", ".pdf")


@click.command(short_help="Find the cheapest desk that keeps its promises.")
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--within", metavar="TIME", help="Take no longer than: 60 s.")
@click.option("--replications", type=click.IntRange(4, 100_000), help="Of one desk at most.")
@seed_option
@click.option("--jobs", type=click.IntRange(1), help="Workers; every core if absent.")
@click.option(
    "--keep", type=click.Path(path_type=Path), metavar="DIR", help="Keep every desk seen."
)
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Write the desk found here.")
@click.option(
    "--report", type=click.Path(path_type=Path), help="Write the answer as a page (.html, .pdf)."
)
@click.option("--quick", is_flag=True, help="The desk alone: no prices, no strain.")
@force_option
@json_option
def search(path: Path, output: Path | None, as_json: bool, **options: Any) -> int:  # noqa: FBT001 - click's
    """Find the cheapest desk around PATH that keeps its promises; its `search` says what may move.

    Ctrl-C ends the search and gives the best so far. Exits with 1 when no desk within the bounds is
    known to keep every promise.
    """
    from sim.present.search_answer import tell  # noqa: PLC0415
    from sim.scenario.file import SUFFIXES, load  # noqa: PLC0415 - what computes is imported when needed
    from sim.scenario.search import Search  # noqa: PLC0415
    from sim.study.keep_desk import FOUND, write_desk  # noqa: PLC0415
    from sim.study.search import search as find  # noqa: PLC0415
    from sim.units import duration_ms  # noqa: PLC0415

    report: Path | None = options["report"]
    ends_in(report, REPORTS, "the answer of a search")
    ends_in(output, SUFFIXES, "a scenario file")
    scenario = load(path)
    if report is not None:
        from sim.present.report import check_kind  # noqa: PLC0415 - pictures are heavy

        check_kind(report)
    foresee((output, FOUND), (report, "a report"))
    if options["keep"] is not None:
        writing.check_folder(options["keep"])
    say_engine("auto")
    changes: dict[str, Any] = {}
    if options["within"] is not None:
        changes["time"] = duration_ms(options["within"])
    if options["replications"] is not None:
        changes["replications"] = options["replications"]
    found = find(
        scenario,
        (scenario.search or Search()).model_copy(update=changes),
        seed=options["seed"],
        jobs=options["jobs"],
        folder=options["keep"],
        progress=_tell if sys.stderr.isatty() and not as_json else None,
    )
    if output is not None:
        write_desk(found, path, output)
    told = None
    if report is not None or not as_json:
        told = tell(found, seed=options["seed"], quick=options["quick"])
    if told is not None and report is not None:
        _report(told, report, options["seed"])
    written = [place for place in (output, report) if place is not None]
    if told is None or as_json:
        say_json(_plain(found, written))
    else:
        _say(told)
        if report is not None:
            click.echo(f"Written: {report}")
        if output is not None:
            click.echo(f"Written: {output}")
            say_next(
                f"tiersim compare {pasted(path)} {pasted(output)}",
                "the desk found beside the one there is",
            )
        elif found.best is not None:
            say_next(
                f"tiersim search {pasted(path)} -o best.yaml", "keep the desk found as a scenario"
            )
        elif found.stopped:
            say_next(f"tiersim search {pasted(path)}", "let it come to its end")
        else:
            say_next(f"tiersim ask {pasted(path)}", "where the desk is as it stands")
    return 0 if found.best is not None else 1


def _tell(sentence: str) -> None:
    click.echo(f"… {sentence}", err=True)


def _say(told: Told) -> None:
    click.echo(told.headline)
    for part in told.parts:
        if part.heading:
            click.echo(f"\n{part.heading}:")
        for line in part.lines:
            click.echo(f"  {line}")
    if told.frontier:
        click.echo()
        say_table(told.headings, told.frontier)


def _report(told: Told, path: Path, seed: int) -> Path:
    """Write the base beside the desk found, with the answer."""
    from sim.present.report import write  # noqa: PLC0415 - pictures are heavy
    from sim.present.search_answer import ANSWER_REPLICATIONS  # noqa: PLC0415
    from sim.study.compare import compare  # noqa: PLC0415

    found = told.found
    base = [found.space.base]
    changed = (found.best or found.nearest) != found.space.start
    study = compare(
        [*base, found.scenario()] if changed else base, replications=ANSWER_REPLICATIONS, seed=seed
    )
    return write(study, path, searched=told)


def _plain(found: Found, written: list[Path]) -> dict[str, Any]:
    from sim.present import search_words as words  # noqa: PLC0415
    from sim.study.answer import frontier  # noqa: PLC0415
    from sim.study.instead import instead  # noqa: PLC0415

    here = found.best or found.nearest
    cost = words.mean_cost(found, here)
    return {
        "found": found.best is not None,
        "desk": found.space.changes(here),
        "name": found.space.name(here),
        "minimised": found.book.cost,
        "cost": {"mean": cost.mean, "low": cost.low, "high": cost.high},
        "promises": [
            {
                "label": kept.promise.label,
                "metric": kept.promise.metric,
                "value": kept.value,
                "bound": kept.promise.bound,
                "verdict": kept.word,
            }
            for kept in found.kept
        ],
        "confidence": None if found.best is None else found.sure,
        "undecided": [found.space.name(design) for design in found.undecided],
        "runner_up": None if found.runner_up is None else found.space.name(found.runner_up),
        "frontier": [
            {
                "name": found.space.name(point.design),
                "cost": point.cost,
                "room": point.slack,
                "replications": point.replications,
                "knee": point.knee,
                "found": point.design == here,
            }
            for point in frontier(found)
        ],
        "instead": [
            {
                "axis": one.axis,
                "today": one.today,
                "best": one.best,
                "more_people": one.more_people,
                "cost": None
                if one.cost is None
                else {"mean": one.cost.mean, "low": one.cost.low, "high": one.cost.high},
            }
            for one in instead(found)
        ],
        "considered": found.considered,
        "simulated": found.simulated,
        "replications": found.replications,
        "stopped": found.stopped,
        "written": list(map(str, written)),
    }
