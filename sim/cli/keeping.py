"""What lies beside every output: how it was made."""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sim.errors import OutputError, StudyError
from sim.scenario.writing import write_whole

if TYPE_CHECKING:
    from sim.scenario.model import Scenario

COMMAND_FILE: Final = "command.json"


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
    return write_whole(folder / "manifest.json", json.dumps(tree, indent=1, ensure_ascii=False))


def write_command(folder: Path, **more: Any) -> Path:
    """Write how a study was asked for, so that its report can be written later."""
    tree = {"command": command_line(), **more}
    return write_whole(folder / COMMAND_FILE, json.dumps(tree, indent=1, ensure_ascii=False))


def read_command(folder: Path) -> Mapping[str, Any]:
    """Read what ``write_command`` wrote.

    Raises
    ------
    StudyError
        If the folder holds no study of ``tiersim compare``.
    """
    path = folder / COMMAND_FILE
    try:
        tree = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise StudyError(
            f"{folder} holds no study; `tiersim compare … -o {folder}` writes one"
        ) from None
    except (OSError, ValueError) as error:
        raise StudyError(f"{path} cannot be read: {error}") from None
    if not isinstance(tree, dict):
        raise StudyError(f"{path} cannot be read: it is no mapping")
    return tree


def leave_alone(path: Path, *, but: str | None = None) -> None:
    """Refuse to write over a file, unless it is one that begins with ``but``."""
    if not (path.exists() or path.is_symlink()):
        return
    if but is not None and path.is_file():
        with path.open("rb") as file:
            if file.read(len(but.encode())) == but.encode():
                return
    raise OutputError(f"{path} exists already, and is left as it is; choose another name")


def check_folder(folder: Path) -> None:
    """Refuse a folder that cannot be written, before anything is simulated."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{folder}: it cannot be made: {error.strerror}") from None


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
