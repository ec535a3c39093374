"""What lies beside every output: how it was made."""

from __future__ import annotations

import hashlib
import json
import shlex
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sim.borders import json_text
from sim.errors import OutputError, StudyError
from sim.scenario.writing import write_whole

if TYPE_CHECKING:
    from sim.scenario.model import Scenario

COMMAND_FILE: Final = "command.json"
SEAL: Final = "# To see whether this file was changed by hand: "
CHECKSUM_DIGITS: Final = 16


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
    return write_whole(folder / "manifest.json", json_text(tree))


def write_command(folder: Path, **more: Any) -> Path:
    """Write how a study was asked for, so that its report can be written later."""
    tree = {"command": command_line(), **more}
    return write_whole(folder / COMMAND_FILE, json_text(tree))


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


def leave_alone(path: Path, *, but_sealed: bool = False) -> None:
    """Refuse to write over a file, unless it is as a command wrote and sealed it.

    Raises
    ------
    OutputError
        If it is somebody's: written by hand, or changed since.
    """
    if not (path.exists() or path.is_symlink()) or (but_sealed and as_sealed(path)):
        return
    if but_sealed and path.is_file() and SEAL.encode() in path.read_bytes():
        raise OutputError(
            f"{path} was changed since it was written, and is left as it is: choose another name with "
            f"-o; or move your changes into a file of their own (`extends: {path.name}`), delete this "
            "one, and calibrate again"
        )
    raise OutputError(f"{path} exists already, and is left as it is; choose another name")


def seal(path: Path) -> Path:
    """End a text file with a comment by which is seen whether it was changed later."""
    text = path.read_text(encoding="utf-8")
    return write_whole(path, f"{text}{SEAL}{_checksum(text)}\n")


def as_sealed(path: Path) -> bool:
    """Tell whether a file is just as it was when it was sealed; ends of lines do not matter."""
    try:
        text, found, checksum = path.read_text(encoding="utf-8").rpartition(SEAL)
    except (OSError, UnicodeDecodeError):
        return False
    return bool(found) and checksum.rstrip("\n") == _checksum(text)


def _checksum(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:CHECKSUM_DIGITS]


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
