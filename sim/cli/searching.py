"""``tiersim search``: what would it take to keep every promise."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sim.cli.saying import (
    json_option,
    say_engine,
    say_json,
    say_next,
    say_table,
    seed_option,
)

if TYPE_CHECKING:
    from sim.study.search import Found

ANSWER_REPLICATIONS = 20


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
@click.option("--quick", is_flag=True, help="The desk alone: no prices, no strain.")
@json_option
def search(path: Path, output: Path | None, as_json: bool, quick: bool, **options: Any) -> int:  # noqa: FBT001 - click's
    """Find the cheapest desk around PATH that keeps its promises; its `search` says what may move.

    Ctrl-C ends the search and gives the best so far. Exits with 1 when no desk within the bounds is
    known to keep every promise.
    """
    from sim.scenario.file import load  # noqa: PLC0415 - what computes is imported when needed
    from sim.scenario.search import Search  # noqa: PLC0415
    from sim.study.keep_desk import write_desk  # noqa: PLC0415
    from sim.study.search import search as find  # noqa: PLC0415
    from sim.units import duration_ms  # noqa: PLC0415

    scenario = load(path)
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
    if as_json:
        say_json(_plain(found, output))
    else:
        _say(found, options["seed"], quick=quick)
        if output is not None:
            click.echo(f"Written: {output}")
            say_next(f"tiersim compare {path} {output}", "the desk found beside the one there is")
        else:
            say_next(f"tiersim search {path} -o best.yaml", "keep the desk found as a scenario")
    return 0 if found.best is not None else 1


def _tell(sentence: str) -> None:
    click.echo(f"… {sentence}", err=True)


def _say(found: Found, seed: int, *, quick: bool) -> None:
    from sim.present import search_words as words  # noqa: PLC0415
    from sim.study import answer  # noqa: PLC0415

    click.echo(words.headline(found))
    for kept in found.kept:
        click.echo(f"  {words.figure(kept)}")
    if found.runner_up is not None:
        cost = words.mean_cost(found, found.runner_up)
        rival = words.what(found, found.runner_up)
        click.echo(f"Runner-up: {rival}, {words.money(found, cost.mean)}.")
    click.echo(words.effort(found))
    for line in words.undecided_lines(found):
        click.echo(line)
    if found.best is None:
        for line in words.impossible_lines(found, answer.at_the_bounds(found)):
            click.echo(line)
        return
    if quick:
        return
    click.echo("\nOne step away:")
    for line in words.price_lines(found, answer.prices(found)):
        click.echo(f"  {line}")
    study, strains = answer.strains(found, replications=ANSWER_REPLICATIONS, seed=seed)
    first = next(iter(found.space.base.tiers))
    click.echo(f"\n{words.binding_line(found, answer.worst_hour(study[0], first))}")
    click.echo("\nUnder strain:")
    for line in words.strain_lines(strains, study[0]):
        click.echo(f"  {line}")
    click.echo(f"\n{words.formula_line(found, answer.by_formula(found, ANSWER_REPLICATIONS))}")
    headings = ("cost against service", "cost", "room to the tightest promise")
    say_table(headings, words.frontier_rows(found, answer.frontier(found)))


def _plain(found: Found, output: Path | None) -> dict[str, Any]:
    from sim.present import search_words as words  # noqa: PLC0415

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
        "considered": found.considered,
        "simulated": found.simulated,
        "replications": found.replications,
        "stopped": found.stopped,
        "written": [] if output is None else [str(output)],
    }
