"""What commands say: tables, JSON, progress, and what to do next."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TextIO

import click

from sim.borders import Drawing, Screen, json_text

if TYPE_CHECKING:
    from rich.console import Console, ConsoleRenderable, RenderHook

    from sim.scenario.model import Scenario

PLAIN_WIDTH = 140
"""Columns where the output is no terminal, as in a file."""

engine_option = click.option(
    "--engine",
    type=click.Choice(["auto", "compiled", "simpy"]),
    default="auto",
    show_default=True,
    help="Both engines give the same figures; compiled is the fast one.",
)
seed_option = click.option(
    "--seed",
    type=click.IntRange(0, 2**63 - 1),
    default=1,
    show_default=True,
    help="Names every random number.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON, and nothing else.")


def console() -> Console:
    """Return what prints to standard output."""
    from rich.console import Console  # noqa: PLC0415 - --help does without it

    width = None if sys.stdout.isatty() else PLAIN_WIDTH
    made = Console(file=_raw(sys.stdout), width=width, highlight=False, emoji=False)
    made.push_render_hook(_unsteered())
    return made


def _raw(stream: TextIO) -> TextIO:
    """Return what stands behind a screen: Rich writes its own colours."""
    return stream.stream if isinstance(stream, Screen) else stream


def _unsteered() -> RenderHook:
    """Return what takes from a drawing all that the terminal would obey, but for Rich's own signs."""
    from rich.console import RenderHook  # noqa: PLC0415

    class Hook(RenderHook):
        def process_renderables(
            self, renderables: list[ConsoleRenderable]
        ) -> list[ConsoleRenderable]:
            return [Drawing(one) for one in renderables]

    return Hook()


def say_table(headings: Sequence[str], rows: Sequence[Sequence[str]], title: str = "") -> None:
    """Print a table; the first column is left, the others are right."""
    from rich.box import SIMPLE  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    table = Table(box=SIMPLE, title=Text(title) if title else None, title_justify="left")
    for i, heading in enumerate(headings):
        table.add_column(heading, justify="left" if i == 0 else "right")
    for row in rows:
        # Names are the user's: brackets in them are no markup.
        table.add_row(*map(Text, row))
    console().print(table)


def say_json(value: Any) -> None:
    """Print JSON; what is not measured is null."""
    click.echo(json_text(finite(value)))


def finite(value: Any) -> Any:
    """Replace what JSON cannot hold: not-a-number and infinities become null.

    Examples
    --------
    >>> finite({"a": float("nan"), "b": (1, 2.5)})
    {'a': None, 'b': [1, 2.5]}
    """
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, dict):
        return {str(key): finite(below) for key, below in value.items()}
    if isinstance(value, list | tuple):
        return [finite(below) for below in value]
    return value


def say_next(command: str, why: str) -> None:
    """End a command by naming the one that follows."""
    click.echo(f"Next: {command}  ({why})")


def say_engine(engine: str) -> None:
    """Say once, when the slow engine runs for want of the fast one, and what to do."""
    from sim.engine import kernel_fault  # noqa: PLC0415 - with the numbers

    if engine == "auto" and kernel_fault():
        click.echo(
            f"SimPy runs: the same figures, many times slower. {kernel_fault()}",
            err=True,
        )


def say_size(scenarios: Sequence[Scenario], engine: str = "auto") -> None:
    """Tell what one replication of the largest desk takes, where that is much, before it is run."""
    from sim.scenario.limits import expected_entries  # noqa: PLC0415
    from sim.study.footprint import footprint  # noqa: PLC0415 - with the numbers

    found = footprint(max(scenarios, key=expected_entries), engine=engine)
    if found is not None:
        click.echo(found.sentence(), err=True)


@contextmanager
def progress(label: str, *, shown: bool = True) -> Iterator[Callable[[int, int], None] | None]:
    """Show a bar on a terminal while something is done.

    Yields
    ------
    callable or None
        To be called with what is done and what is planned; None where no bar is shown.
    """
    if not shown or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import (  # noqa: PLC0415
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    # Its labels are TierSim's own.
    with Progress(*columns, console=Console(file=_raw(sys.stderr)), transient=True) as bar:
        task = bar.add_task(label, total=None)

        def advance(done: int, planned: int) -> None:
            bar.update(task, completed=done, total=planned)

        yield advance
