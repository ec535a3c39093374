"""What lies beside every output: how it was made."""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from sim import reading, writing
from sim.borders import json_text
from sim.errors import OutputError, StudyError
from sim.reading import pasted

if TYPE_CHECKING:
    from sim.scenario.model import Scenario

COMMAND_FILE: Final = "command.json"
RUN_MANIFEST: Final = "a run's manifest"


def command_line() -> str:
    """Return the command as it was typed, without where it is installed."""
    return shlex.join(["tiersim", *sys.argv[1:]])


def write_run_manifest(
    folder: Path, scenario: Scenario, *, seed: int, replication: int, engine: str
) -> Path:
    """Write ``manifest.json`` beside the tables of a run."""
    from sim.engine import engine_for  # noqa: PLC0415 - with the numbers
    from sim.study.manifest import Manifest  # noqa: PLC0415

    manifest = Manifest.of([scenario], seed=seed, replications=1, engine=engine_for(engine))
    tree = json.loads(manifest.to_json())
    tree |= {"replication": replication, "command": command_line()}
    return writing.write(folder / "manifest.json", json_text(tree), RUN_MANIFEST)


def write_command(folder: Path, **more: Any) -> Path:
    """Write how a study was asked for, so that its report can be written later."""
    from sim.study.store import STUDY  # noqa: PLC0415 - with the numbers

    return writing.write(
        folder / COMMAND_FILE, json_text({"command": command_line(), **more}), STUDY
    )


def read_command(folder: Path) -> Mapping[str, Any]:
    """Read what ``write_command`` wrote; nothing of a study that was not finished.

    Raises
    ------
    StudyError
        If the folder holds no study of ``tiersim compare``.
    """
    path = folder / COMMAND_FILE
    try:
        tree = json.loads(reading.read(path, own=True))
    except (FileNotFoundError, NotADirectoryError):
        if (folder / "manifest.json").exists():
            return {}
        raise StudyError(
            f"{folder} holds no study; `tiersim compare … -o {pasted(folder)}` writes one"
        ) from None
    except (OSError, ValueError, RecursionError) as error:
        why = writing.reason(error) if isinstance(error, OSError) else error
        raise StudyError(f"{path} cannot be read: {why}") from None
    if not isinstance(tree, dict):
        raise StudyError(f"{path} cannot be read: it is no mapping")
    for name in ("arrivals", "mapping", "engine"):
        if not isinstance(tree.get(name), str | None):
            raise StudyError(f"{path} cannot be read: {name} is {tree[name]!r}")
    return tree


def foresee(*places: tuple[Path | None, str]) -> None:
    """Refuse, before any work, what could not be written after it; say what will be replaced.

    Parameters
    ----------
    places : (Path or None, str)
        Files that will be written, as for ``sim.writing.check``; None for what was not asked for.

    Raises
    ------
    OutputError
        If one of them cannot be written.
    """
    for path in writing.check((path, what) for path, what in places if path is not None):
        click.echo(f"--force replaces {path}", err=True)


def ends_in(path: Path | None, endings: Sequence[str], what: str) -> None:
    """Refuse another ending, before any work.

    Raises
    ------
    OutputError
    """
    if path is not None and path.suffix.lower() not in endings:
        raise OutputError(f"{path}: {what} ends in {' or '.join(endings)}")


force_option = click.option(
    "--force",
    is_flag=True,
    expose_value=False,
    callback=lambda _context, _option, given: writing.force() if given else None,
    help="Replace files that stand in the way, though TierSim did not write them; they are named.",
)


def study_plain(rows: Sequence[Any]) -> list[dict[str, Any]]:
    """Return the rows of a study as JSON holds them; shares from 0 to 1, durations in ms."""
    return [
        {
            "scenario": row.scenario,
            "metric": row.metric,
            "label": row.words.label,
            **_interval(row.estimate),
            "difference": None
            if row.difference is None
            else {
                **_interval(row.difference.estimate),
                "p": row.difference.p,
                "p_adjusted": row.p_adjusted,
            },
            "goal": None if row.verdict is None else row.verdict.goal,
            "verdict": None if row.verdict is None else row.verdict.word,
        }
        for row in rows
    ]


def _interval(estimate: Any) -> dict[str, Any]:
    return {"mean": estimate.mean, "low": estimate.low, "high": estimate.high, "n": estimate.n}
