"""``tiersim ask``, ``signs``, ``explain`` and ``scorecard``: what leaders are told to look at."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sim.cli.reading import load_served
from sim.cli.saying import (
    engine_option,
    json_option,
    progress,
    say_engine,
    say_json,
    say_next,
    say_table,
    seed_option,
)
from sim.errors import StudyError
from sim.reading import pasted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sim.study.estimate import Estimate
    from sim.study.signs import Sign
    from sim.study.study import Study

PATH = click.Path(path_type=Path)
TWO = 2
replications_option = click.option(
    "--replications",
    type=click.IntRange(2, 100_000),
    default=12,
    show_default=True,
    help="More of them make intervals shorter.",
)
jobs_option = click.option("--jobs", type=click.IntRange(1), help="Workers; every core if absent.")


def _study(paths: Sequence[Path], *, quiet: bool, **options: Any) -> Study:
    from sim.study.compare import compare  # noqa: PLC0415

    say_engine(options["engine"])
    with progress("Replications", shown=not quiet) as bar:
        return compare([load_served(path) for path in paths], curves=False, progress=bar, **options)


def _plain(estimate: Estimate) -> dict[str, Any]:
    return {"mean": estimate.mean, "low": estimate.low, "high": estimate.high, "n": estimate.n}


@click.command(short_help="Answer what a leader should ask of a desk.")
@click.argument("paths", nargs=-1, required=True, type=PATH)
@replications_option
@seed_option
@jobs_option
@engine_option
@json_option
def ask(paths: tuple[Path, ...], as_json: bool, **options: Any) -> None:  # noqa: FBT001 - click's
    """Answer, for each desk in PATHS, what a business leader is told to ask.

    What share does L1 resolve? How long until an escalated ticket is taken up? Do escalations carry
    their documentation? In-house or outsourced? How does each tier do? What happens after hours?
    """
    from sim.present.questions import answers  # noqa: PLC0415

    study = _study(paths, quiet=as_json, **options)
    found = {result.name: answers(study, result.name) for result in study}
    if as_json:
        desks = {name: [asdict(answer) for answer in some] for name, some in found.items()}
        say_json({"seed": study.seed, "replications": study.replications, "answers": desks})
        return
    for name, some in found.items():
        click.echo(f"{name}\n")
        for answer in some:
            click.echo(f"  {answer.question}")
            for sentence in answer.sentences:
                click.echo(f"    {sentence}")
            click.echo()
    click.echo(
        f"Means over {study.replications} replications with {100 * study.level:g} % intervals."
    )
    say_next(f"tiersim signs {pasted(paths[0])}", "what does not work, and what would help")


@click.command(short_help="Look for signs that a support model does not work.")
@click.argument("path", type=PATH)
@click.option("--all", "try_all", is_flag=True, help="Try levers for signs that do not show too.")
@replications_option
@seed_option
@jobs_option
@engine_option
@json_option
@click.option("--strict", is_flag=True, help="Exit with 1 when a sign shows.")
def signs(path: Path, as_json: bool, strict: bool, **options: Any) -> int:  # noqa: FBT001
    """Look for the signs that the support model in PATH does not work, and try what would help.

    Bouncing, slow routine issues, recurring problems, re-explaining, an L1 share that is too low or
    suspiciously high: each is measured and held against its threshold; what could be done about
    those that show is tried on the same tickets, and ranked by what it moves for its money.
    """
    from sim.present import signs_text  # noqa: PLC0415
    from sim.study.signs import signs as look  # noqa: PLC0415

    scenario = load_served(path)
    say_engine(options["engine"])
    found = look(scenario, **options)
    if as_json:
        say_json({"scenario": scenario.name, "signs": [_sign_plain(sign) for sign in found]})
    else:
        currency = scenario.costs.currency
        say_table(signs_text.HEADINGS, signs_text.sign_rows(found, currency), scenario.name)
        for sign in found:
            if sign.word == "does not show" and not sign.tried:
                continue
            for sentence in signs_text.sign_sentences(sign, currency):
                click.echo(sentence)
            if sign.tried:
                say_table(signs_text.LEVER_HEADINGS, signs_text.lever_rows(sign, currency))
        click.echo(f"Means over {options['replications']} replications with 95 % intervals.")
        say_next(
            f"tiersim explain {pasted(path)} --healthy HEALTHY.yaml",
            "training, documentation or understaffing",
        )
    return 1 if strict and any(sign.word == "shows" for sign in found) else 0


def _sign_plain(sign: Sign) -> dict[str, Any]:
    return {
        "name": sign.name,
        "metric": sign.metric,
        "question": sign.question,
        **_plain(sign.estimate),
        "threshold": sign.threshold,
        "better": sign.better,
        "verdict": sign.word,
        "evidence": {name: _plain(one) for name, one in sign.evidence.items()},
        "tried": [
            {
                "name": tried.lever.name,
                "changes": tried.lever.changes,
                "effect": _plain(tried.effect.estimate),
                "cost_a_week": _plain(tried.cost.estimate),
                "own_price_a_week": tried.lever.price,
                "helps": tried.helps,
            }
            for tried in sign.tried
        ],
    }


@click.command(short_help="Split a low L1 share into its three causes.")
@click.argument("path", type=PATH)
@click.option("--healthy", required=True, type=PATH, help="The desk whose values count as healthy.")
@replications_option
@seed_option
@jobs_option
@engine_option
@json_option
def explain(path: Path, healthy: Path, as_json: bool, **options: Any) -> None:  # noqa: FBT001
    """Say how much of the gap in what L1 resolves is training, documentation and understaffing.

    What differs between PATH and the healthy desk is sorted by cause; every combination of mended
    causes is run on the same tickets.
    """
    from sim.present import split_text  # noqa: PLC0415
    from sim.study.causes import causes_of, split  # noqa: PLC0415

    scenario, other = load_served(path), load_served(healthy)
    say_engine(options["engine"])
    found = split(scenario, causes_of(scenario, other), **options)
    if as_json:
        say_json(
            {
                "scenario": scenario.name,
                "healthy": other.name,
                "metric": found.metric,
                "as_is": _plain(found.as_is),
                "mended": _plain(found.healthy),
                "parts": {cause: _plain(part) for cause, part in found.parts.items()},
                "changes": found.changes,
            }
        )
        return
    for sentence in split_text.split_sentences(found, scenario.name, other.name):
        click.echo(sentence)
    say_table(split_text.HEADINGS, split_text.split_rows(found))
    say_next(f"tiersim signs {pasted(path)}", "what else does not work, and what would help")


@click.command(short_help="Rank providers tier by tier.")
@click.argument("paths", nargs=-1, required=True, type=PATH)
@replications_option
@seed_option
@jobs_option
@engine_option
@json_option
def scorecard(paths: tuple[Path, ...], as_json: bool, **options: Any) -> None:  # noqa: FBT001
    """Rank the desks in PATHS tier by tier, and say how sure that is."""
    from sim.present import scorecard_text  # noqa: PLC0415
    from sim.study.scorecard import scorecard as rank  # noqa: PLC0415

    if len(paths) < TWO:
        load_served(paths[0])  # a file that is not there is told first
        raise StudyError("a scorecard needs at least two scenarios")
    study = _study(paths, quiet=as_json, **options)
    card = rank(study)
    if as_json:
        lines = [
            {
                "aspect": line.aspect,
                "tier": line.tier or None,
                "metric": line.metric,
                "better": line.better,
                "desks": {name: _plain(one) for name, one in line.estimates.items()},
                "beats": [list(pair) for pair in line.beats],
            }
            for line in card.lines
        ]
        say_json({"desks": list(card.names), "lines": lines, "ahead_of_all": card.wins()})
        return
    currency = study[0].scenario.costs.currency
    say_table(scorecard_text.headings(card), scorecard_text.scorecard_rows(card, currency))
    for sentence in scorecard_text.scorecard_sentences(card):
        click.echo(sentence)
    say_next(f"tiersim ask {' '.join(map(pasted, paths))}", "what to ask each of them")
