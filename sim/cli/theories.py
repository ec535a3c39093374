"""``tiersim theory``: what must come out, beside what came out."""

from __future__ import annotations

from pathlib import Path

import click

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
from sim.reading import pasted

DEFAULT_REPLICATIONS = 10


@click.command(short_help="Hold a simulation against every queueing formula that applies.")
@click.argument("path", type=click.Path(path_type=Path))
@click.option(
    "--replications",
    type=click.IntRange(2, 10_000),
    default=DEFAULT_REPLICATIONS,
    show_default=True,
    help="More give shorter intervals.",
)
@seed_option
@engine_option
@json_option
def theory(path: Path, replications: int, seed: int, engine: str, as_json: bool) -> None:  # noqa: FBT001
    """Print theory beside the simulation of PATH, and say where no formula applies and why."""
    from sim.present import beside  # noqa: PLC0415 - what computes is imported when it is needed
    from sim.scenario.file import load  # noqa: PLC0415
    from sim.study.beside_theory import beside_theory  # noqa: PLC0415

    scenario = load(path)
    say_engine(engine)
    with progress("replications", shown=not as_json) as advance:
        found = beside_theory(
            scenario, replications=replications, seed=seed, engine=engine, progress=advance
        )
    if as_json:
        say_json(found.plain())
        return
    title = f"{found.scenario}: theory beside {replications} replications, 95 % intervals"
    say_table(beside.HEADINGS, beside.rows(found), title)
    for sentence in beside.sentences(found):
        click.echo(f"  {sentence}")
    click.echo(
        "  People at work: on average over every hour of the period, nights and weekends too."
    )
    click.echo(
        "  Apart: how far theory is from the simulation's mean; inside: within its interval."
    )
    click.echo()
    say_next(f"tiersim compare {pasted(path)}", "every figure, formulas or not")
