"""What the fuzz bench types, and the study folders that it tampers with.

Whole commands, in a folder of their own: none may end as a bug (exit code 3), none may touch a file of
the user that stands there, whatever it is asked.
"""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sim.cli.top import Exit, main
from sim.study.store import FOLDER

Answer = str
DESK = """\
name: Small
period: {start: 2026-01-05, length: 1 week, warm_up: 0 d}
shifts: {day: {Mon-Fri: 08:00-17:00}}
demand: {volume: 30 / week}
priorities: {P1: {share: 10 %}, P2: {share: 90 %}}
topics: {mail: {share: 100 %, difficulty: 0.4}}
tiers:
  L1: {ability: 0.5, work: 10 min, staff: {day: 1}}
  L2: {ability: 0.9, work: 40 min, staff: {day: 1}}
service_levels: {answer: {clock: respond, within: 15 min, goal: 90 %}}
"""
MINE = "written by hand"
THEIRS = ("mine.csv", "mine.html", "mine.yaml", "mine.svg", "folder/study.csv", "folder/lock")
"""Files of the user; ``mine.yaml`` is no scenario."""
COMMANDS = ("check", "run", "compare", "schema", "new", "verify", "workbook", "report", "theory")
COMMANDS += ("ask", "explain", "scorecard", "sensitivity", "search", "calibrate", "nonsense", "")
PLACES = (
    *("desk.yaml", "more.yaml", "./desk.yaml", "link.yaml", "none.yaml", "mine.yaml", "folder"),
    *("study", "study/study.csv", "study/manifest.json", "mine.csv", "mine.html", "pipe.yaml"),
    *("out.csv", "out.xlsx", "out.yaml", "out.svg", "new/out.html", "new", "dead", "/dev/null", ""),
    *("n" * 300, "-", "--", "-x.yaml", "a b.yaml", "folder/../desk.yaml", "desk.yaml/x", "/proc/x"),
)
OPTIONS = (
    *(
        "-o",
        "--save",
        "--keep",
        "--report",
        "--welch",
        "--as",
        "--arrivals",
        "--theme",
        "--healthy",
    ),
    *("--seed", "--replication", "--replications", "--jobs", "--precision", "--within", "--metric"),
    *("--move", "--instead", "--break-even", "--method", "--format", "--engine", "--trace"),
    *("--first", "--last", "--time-zone", "--holidays", "--count", "--port"),
)
VALUES = (
    *("0", "1", "2", "-1", "1e400", "nan", "999999999999", "1 %", "0 %", "1 s", "much", "l1_share"),
    *(
        "servicenow",
        "csv",
        "parquet",
        "simpy",
        "compiled",
        "2026-01-05",
        "0001-01-01",
        "9999-12-31",
    ),
    *(
        "Europe/Paris",
        "Mars/Phobos",
        "tiers.L1.work=5 min:9 min",
        "documentation.quality=40 %:90 %",
    ),
    *("tiers.L1.staff.day=2", "x=1:2", "=", "morris", "tornado"),
)
FLAGS = ("--json", "--force", "--strict", "--what-if", "--quick", "--no-charts", "--help", "--all")
KEPT = ("manifest.json", "command.json", "study.json", "study.csv", "lock", ".tiersim-written")
LIKELY = {
    "report": ["--no-charts"],
    "search": ["--within", "1 ms", "--replications", "4", "--quick"],
}
FEW = ("compare", "ask", "explain", "scorecard", "sensitivity", "theory")


def _lay_out(folder: Path) -> None:
    """Put desks, files of the user, and traps into a folder."""
    (folder / "desk.yaml").write_text(DESK, encoding="utf-8")
    more = "extends: desk.yaml\nname: More\ntiers.L1.staff.day: 2\n"
    for name in ("more.yaml", "a b.yaml", "-x.yaml"):
        (folder / name).write_text(more, encoding="utf-8")
    (folder / "folder").mkdir()
    for name in THEIRS:
        (folder / name).write_text(MINE, encoding="utf-8")
    (folder / "link.yaml").symlink_to("mine.yaml")
    (folder / "dead").symlink_to("nowhere")
    os.mkfifo(folder / "pipe.yaml")


def _say(words: list[str], folder: Path) -> int:
    """Run a command line in a folder, in silence."""
    before = Path.cwd()
    os.chdir(folder)
    try:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            return int(main(words))
    finally:
        os.chdir(before)


def _one_of(data: Any, choices: tuple[str, ...]) -> str:
    return choices[data.ConsumeIntInRange(0, len(choices) - 1)]


def command_lines() -> Callable[[Any], Answer]:
    """Type any words; what stands there of the user's stays, unless ``--force`` was among them."""
    whole = Path(tempfile.mkdtemp())
    _lay_out(whole)
    assert _say(["compare", "desk.yaml", "--replications", "2", "-o", "study"], whole) == 0

    def target(data: Any) -> Answer:
        command = _one_of(data, COMMANDS)
        words = [command]
        for _ in range(data.ConsumeIntInRange(0, 6)):
            kind = data.ConsumeIntInRange(0, 7)
            if kind < 3:
                words.append(_one_of(data, PLACES))
            elif kind < 5:
                words += [_one_of(data, OPTIONS), _one_of(data, (*VALUES, *PLACES))]
            elif kind == 5:
                words.append(_one_of(data, FLAGS))
            elif kind == 6:
                words += ["-o", _one_of(data, PLACES)]
            else:
                words.append(data.ConsumeUnicodeNoSurrogates(8))
        if command in FEW:
            words += ["--replications", "2"]
        words += LIKELY.get(command, [])
        words = ["1" if word == "999999999999" and "--jobs" in words else word for word in words]
        with tempfile.TemporaryDirectory() as place:
            folder = Path(place, "f")
            shutil.copytree(
                whole, folder, symlinks=True, ignore=shutil.ignore_patterns("pipe.yaml")
            )
            os.mkfifo(folder / "pipe.yaml")
            code = _say(words, folder)
            assert code != Exit.BUG, f"exit 3: {words}"
            if "--force" not in words:
                for name in THEIRS:
                    kept = (folder / name).read_text(encoding="utf-8") == MINE
                    assert kept, f"{name} was changed by {words}"
                desk = (folder / "desk.yaml").read_text(encoding="utf-8")
                assert desk == DESK, f"the desk was changed by {words}"
            assert (folder / "link.yaml").is_symlink(), f"link: {words}"
        return "refused" if code == Exit.BAD_INPUT else "accepted"

    return target


def tampered_folders() -> Callable[[Any], Answer]:
    """Change a kept study anywhere in any way; no command that reads it ends as a bug."""
    whole = Path(tempfile.mkdtemp())
    _lay_out(whole)
    asked = ["compare", "desk.yaml", "more.yaml", "--replications", "2", "-o", "study"]
    assert _say(asked, whole) == 0
    kept = sorted(f"{FOLDER}/{p.name}" for p in (whole / "study" / FOLDER).glob("*.npz"))
    names = (*KEPT, *kept)

    def target(data: Any) -> Answer:
        with tempfile.TemporaryDirectory() as place:
            folder = Path(place)
            shutil.copytree(whole / "study", folder / "study")
            for name in ("desk.yaml", "more.yaml"):
                shutil.copy(whole / name, folder)
            for _ in range(data.ConsumeIntInRange(1, 3)):
                _tamper(data, folder / "study", names)
            words = (
                ["verify", "study"],
                ["verify", "study", "--count", "9"],
                ["workbook", "study", "-o", "out.xlsx"],
                asked,
                [*asked, "--force"],
            )[data.ConsumeIntInRange(0, 4)]
            code = _say(words, folder)
            assert code != Exit.BUG, f"exit 3: {words[0]}"
        return "refused" if code else "accepted"

    return target


def _tamper(data: Any, study: Path, names: tuple[str, ...]) -> None:
    path = study / _one_of(data, names)
    how = data.ConsumeIntInRange(0, 9)
    content = path.read_bytes() if path.is_file() else b""
    if how == 0:
        path.unlink(missing_ok=True) if not path.is_dir() else None
    elif how == 1:
        _instead(path, lambda: os.mkfifo(path))
    elif how == 2:
        _instead(path, path.mkdir)
    elif how == 3:
        _instead(path, lambda: path.symlink_to(study / _one_of(data, names)))
    elif how == 4:
        _put(path, content[: data.ConsumeIntInRange(0, len(content))])
    elif how == 5:
        _put(path, data.ConsumeBytes(64))
    elif how == 6:
        copy = (
            study
            / FOLDER
            / f"{data.ConsumeIntInRange(0, 10**9):06}-{data.ConsumeIntInRange(0, 9)}.npz"
        )
        _put(copy, content)
    else:
        at = data.ConsumeIntInRange(0, len(content))
        gone = data.ConsumeIntInRange(0, 12)
        new = data.ConsumeUnicodeNoSurrogates(12).encode() if how > 7 else data.ConsumeBytes(12)
        _put(path, content[:at] + new + content[at + gone :])


def _put(path: Path, content: bytes) -> None:
    if not path.is_dir() and not path.is_fifo() and path.parent.is_dir():
        path.write_bytes(content)


def _instead(path: Path, make: Callable[[], object]) -> None:
    if path.is_file() and not path.is_symlink():
        path.unlink()
        make()
