"""The command ``tiersim``: which commands there are, and how each may end."""

from __future__ import annotations

import importlib
import os
import sys
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import asdict
from enum import IntEnum
from typing import Any, NamedTuple, TextIO, cast

import click

from sim import writing
from sim.borders import Screen, json_text
from sim.cli.stopping import stopping
from sim.errors import ConservationError, ScenarioError, TierSimError


class Exit(IntEnum):
    """How a command ends."""

    FINE = 0
    GOAL_MISSED = 1
    BAD_INPUT = 2
    BUG = 3
    STOPPED = 130


class Command(NamedTuple):
    """Where a command lives, and what it does."""

    module: str
    summary: str


COMMANDS = {
    "demo": Command("sim.cli.runs", "Compare some desks of the gallery; nothing to prepare."),
    "new": Command("sim.cli.scenarios", "Write a scenario to start from."),
    "check": Command("sim.cli.scenarios", "Find every fault; say what a scenario implies."),
    "schema": Command("sim.cli.scenarios", "Write the JSON Schema of scenario files."),
    "run": Command("sim.cli.runs", "Run one replication, and tell one ticket's story."),
    "compare": Command("sim.cli.studies", "Compare scenarios on the same tickets."),
    "calibrate": Command("sim.cli.calibrating", "Fit a desk to a ticket export."),
    "search": Command("sim.cli.searching", "Find the cheapest desk that keeps its promises."),
    "ask": Command("sim.cli.asking", "Answer what a leader should ask of a desk."),
    "signs": Command("sim.cli.asking", "Look for signs that a support model does not work."),
    "explain": Command("sim.cli.asking", "Split a low L1 share into its three causes."),
    "scorecard": Command("sim.cli.asking", "Rank providers tier by tier."),
    "sensitivity": Command(
        "sim.cli.sensitivities", "Find out which input matters, and how much of it is enough."
    ),
    "theory": Command(
        "sim.cli.theories", "Hold a simulation against every queueing formula that applies."
    ),
    "report": Command("sim.cli.reports", "Write the report of a comparison."),
    "deck": Command("sim.cli.reports", "Write the slides of a comparison."),
    "workbook": Command("sim.cli.reports", "Write the workbook of a comparison."),
    "verify": Command("sim.cli.reports", "Recompute a part of a study, compare to the bit."),
    "web": Command("sim.cli.web", "Open the page: move sliders, see what changes."),
}
"""The modules are imported when their command is called, so that ``--help`` costs nothing."""


class Commands(click.Group):
    """A group whose commands are imported when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name the commands, in the order in which people meet them."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command."""
        del ctx
        known = COMMANDS.get(cmd_name)
        if known is None:
            return None
        command: click.Command = getattr(importlib.import_module(known.module), cmd_name)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find a command; suggest one for a slip."""
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            from sim.scenario.wording import did_you_mean  # noqa: PLC0415 - only for a slip

            hint = did_you_mean(args[0], COMMANDS)
            ctx.fail(f"there is no command {args[0]!r}{hint}; there are {', '.join(COMMANDS)}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, known.summary) for name, known in COMMANDS.items()])


def _version(ctx: click.Context, _: click.Parameter, value: bool) -> None:  # noqa: FBT001 - click's
    if value:
        from sim import __version__  # noqa: PLC0415 - only when asked

        click.echo(f"tiersim {__version__}")
        ctx.exit()


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit codes: 0 fine, 1 a goal is missed and --strict was given (or no desk was found, or a "
    "study is not sound), 2 bad input, 3 a bug, 130 stopped.",
)
@click.option("--version", is_flag=True, expose_value=False, is_eager=True, callback=_version)
@click.option("--debug", is_flag=True, expose_value=False, help="Show the traceback of a bug.")
def tiersim() -> None:
    """Simulate a tiered IT service desk: how to staff it, document it and buy it.

    Start with `tiersim demo`.
    """


def main(args: Sequence[str] | None = None) -> int:
    """Run a command line, and return its exit code.

    Parameters
    ----------
    args : sequence of str, optional
        Words after ``tiersim``; those of the process if absent.
    """
    words = list(sys.argv[1:] if args is None else args)
    debug = "--debug" in words
    words = [word for word in words if word != "--debug"]
    with _screens():
        return _run(words, debug=debug)


def _run(words: list[str], *, debug: bool) -> int:
    try:
        with writing.command(), stopping():
            code = tiersim.main(args=words, prog_name="tiersim", standalone_mode=False)
        sys.stdout.flush()
    except click.exceptions.Exit as end:
        return end.exit_code
    except click.ClickException as error:
        error.show()
        return Exit.BAD_INPUT
    except (click.Abort, KeyboardInterrupt) as error:
        # click puts its own exception in place of what a command raises.
        click.echo(" ".join(["Stopped.", *(error.__cause__ or error).args]), err=True)
        return Exit.STOPPED
    except BrokenPipeError:
        # The reader of our output has gone (`tiersim … | head`): nothing is left to say.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Exit.FINE
    except ConservationError as error:
        return _bug(error, debug=debug)
    except TierSimError as error:
        return _bad_input(error, as_json="--json" in words, debug=debug)
    except MemoryError:
        click.echo("tiersim: the memory is full; shorten the period or lower --jobs", err=True)
        return Exit.BAD_INPUT
    except Exception as error:  # noqa: BLE001 - the one place where a bug becomes a message
        return _bug(error, debug=debug)
    return int(code or Exit.FINE)


@contextmanager
def _screens() -> Iterator[None]:
    """Let names hold anything: what the terminal cannot show is a question mark, what it obeys goes."""
    for stream in (sys.stdout, sys.stderr):
        change = getattr(stream, "reconfigure", None)
        if change is not None:
            change(errors="replace")
    with (
        redirect_stdout(cast("TextIO", Screen(sys.stdout))),
        redirect_stderr(cast("TextIO", Screen(sys.stderr))),
    ):
        yield


def _bad_input(error: TierSimError, *, as_json: bool, debug: bool) -> int:
    if as_json:
        faults: list[dict[str, Any]] = [{"what": str(error)}]
        if isinstance(error, ScenarioError):
            faults = [asdict(fault) for fault in error.faults]
        click.echo(json_text({"error": type(error).__name__, "faults": faults}))
    else:
        click.echo(f"tiersim: {error}" if "\n" not in str(error) else str(error), err=True)
        count = len(getattr(error, "faults", ()))
        if count > 1:
            click.echo(f"tiersim: {count} faults", err=True)
    if debug:
        traceback.print_exception(error)
    return Exit.BAD_INPUT


def _bug(error: BaseException, *, debug: bool) -> int:
    if debug:
        traceback.print_exception(error)
    what = f"{type(error).__name__}: {error}".splitlines()[0]
    click.echo(
        f"tiersim: this is a bug in TierSim, not in your input: {what}\n"
        "Please report it to the project's issues, with the command"
        + (" and the traceback above." if debug else ", run once more with --debug."),
        err=True,
    )
    return Exit.BUG
