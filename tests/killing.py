"""Studies that are killed: at random, at chosen moments of their writing, with their workers.

``python killing.py CONFIG`` is such a study, in a process of its own; ``kill`` starts one, ends it by
SIGKILL, and looks at what is left. Nothing may be lost but what was under way: what had been reported
as finished is on the disk, whole, and a study that is gone on with equals one that nobody killed.
"""

from __future__ import annotations

import functools
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.errors import StudyError
from sim.scenario.file import load
from sim.scenario.gallery import gallery
from sim.study import compare as comparing
from sim.study.evaluate import Evaluation
from sim.study.keep import resume
from sim.study.runner import Runner
from sim.study.store import FOLDER, Store
from sim.study.study import Study
from sim.writing import BESIDE, PART

MOMENTS = {
    "half of a replication written": ("write_bytes", ".npz"),
    "a replication written, not yet named": ("before", ".npz"),
    "a replication just named": ("after", ".npz"),
    "half of the manifest written": ("write_bytes", "manifest"),
    "the manifest written, not yet named": ("before", "manifest"),
    "the manifest just named": ("after", "manifest"),
}
"""Where a study kills itself: the step, and the file it is about."""
REPLICATIONS, SEED = 20, 3
THEIRS = {
    "notes.txt": "what we thought of the first run",
    "report.html": "<p>written by hand</p>",
    "manifest.json.4711.part": "a manifest of cargo",
    f"{FOLDER}/half of a song.part": "la la",
    f"{FOLDER}/000003-0.part": "cut here",
    f"{FOLDER}/mine.npz": "no archive",
    "charts/01-mine.svg": "<svg/>",
}
"""Files of the user that stand in a study's folder while it is killed."""
GONE_S = 20.0


@dataclass(frozen=True)
class Deadly:
    """Evaluates as usual, and once ends the process that it is in."""

    usual: Evaluation
    at: int
    done: str
    """A file that says it has happened."""

    def __call__(self, scenario: Any, seed: int, replication: int) -> Any:
        """Evaluate a replication, or die."""
        if replication == self.at and not Path(self.done).exists():
            Path(self.done).touch()
            _die()
        return self.usual(scenario, seed, replication)


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def scenarios() -> list[Any]:
    """Return two small desks."""
    base = load(gallery()["in-house-desk"]).with_(
        {"period.length": "6 weeks", "period.warm_up": "2 weeks"}, name="Base"
    )
    return [base, base.with_({"tiers.L1.staff.day": 7}, name="One more")]


def _die_at(moment: str, at: int) -> None:
    """Have this process killed when it writes for the ``at``-th time, at a moment of it."""
    step, about = MOMENTS[moment]
    write, rename = Path.write_bytes, Path.replace
    left = [at]

    def is_time(path: Path) -> bool:
        left[0] -= about in path.name
        return about in path.name and left[0] == 0

    def write_bytes(path: Path, content: bytes) -> int:
        if step == "write_bytes" and is_time(path):
            write(path, content[: len(content) // 2])
            _die()
        return write(path, content)

    def replace(path: Path, target: Path) -> Path:
        now = step != "write_bytes" and is_time(path)
        if now and step == "before":
            _die()
        named = rename(path, target)
        if now:
            _die()
        return named

    Path.write_bytes, Path.replace = write_bytes, replace  # type: ignore[assignment,method-assign]


def _report(done: int, planned: int) -> None:
    del planned
    sys.stdout.write(f"{done}\n")
    sys.stdout.flush()


def main(config: dict[str, Any]) -> None:
    """Run the study, reporting every finished replication."""
    if config.get("moment"):
        _die_at(config["moment"], config["at"])
    evaluate: Any = Evaluation(curves=False)
    if config.get("worker_dies_at") is not None:
        evaluate = Deadly(evaluate, config["worker_dies_at"], config["folder"] + ".died")
    comparing.Runner = functools.partial(Runner, how=config["how"])  # type: ignore[misc,assignment]
    try:
        comparing.compare(
            scenarios(),
            seed=SEED,
            replications=REPLICATIONS,
            curves=False,
            folder=config["folder"],
            jobs=2,
            cluster=config.get("cluster"),
            evaluate=evaluate,
            progress=_report,
        )
    except StudyError as error:
        sys.exit(f"StudyError: {error}")


@dataclass(frozen=True)
class Killed:
    """What a kill left.

    Attributes
    ----------
    by_signal : bool
        The process was ended, and had not finished before.
    reported, kept, damaged : int
        Replications reported as finished by the end; found whole; and found otherwise.
    lasted : bool
        No process of the study was left behind.
    untouched : bool
        Files of the user are as they were.
    said : str
        The message with which the study ended, where a worker was killed and not the study.
    """

    by_signal: bool
    reported: int
    kept: int
    damaged: int
    lasted: bool
    untouched: bool
    said: str

    @property
    def lost(self) -> int:
        """Replications that had been reported as finished, and are not there."""
        return max(self.reported - self.kept, 0)


def kill(
    folder: Path, *, how: str = "serial", after_s: float | None = None, **config: Any
) -> Killed:
    """Start a study in a folder, and have it killed.

    Parameters
    ----------
    folder : path
    how : {"serial", "processes"}
    after_s : float, optional
        Kill it so long after its first report; absent where it kills itself.
    config
        ``moment`` and ``at``, ``worker_dies_at``, ``cluster``.
    """
    put_theirs(folder)
    asked = json.dumps({"folder": str(folder), "how": how, **config})
    here = Path(__file__)
    child = subprocess.Popen(
        [sys.executable, str(here), asked],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(here.parent)},
        start_new_session=True,
    )
    with child:
        first = ""
        if after_s is not None:
            assert child.stdout is not None
            first = child.stdout.readline()
            time.sleep(after_s)
            child.kill()
        rest, said = child.communicate()
    lasted = gone(child.pid)
    reports = [int(line) for line in (first + rest).split()]
    whole, damaged = Store(folder).read() if (folder / FOLDER).is_dir() else ({}, [])
    killed = child.returncode == -signal.SIGKILL
    message = next((line for line in said.splitlines() if line.startswith("StudyError")), "")
    found = (killed, max([0, *reports]), len(whole), len(damaged), lasted)
    return Killed(*found, theirs_untouched(folder), message)


def put_theirs(folder: Path) -> None:
    """Put files of the user into the folder of a study, and a link that leads out of it."""
    for name, text in THEIRS.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    outside = folder.with_name(f"{folder.name}-outside")
    outside.write_text("nobody's business", encoding="utf-8")
    for name in ("link", f"{FOLDER}/000000-0.link"):
        if not (folder / name).is_symlink():
            (folder / name).symlink_to(outside)


def theirs_untouched(folder: Path) -> bool:
    """Tell whether the files of the user are as they were put there."""
    outside = folder.with_name(f"{folder.name}-outside")
    links = [folder / "link", folder / FOLDER / "000000-0.link"]
    return (
        all((folder / name).read_text(encoding="utf-8") == text for name, text in THEIRS.items())
        and outside.read_text(encoding="utf-8") == "nobody's business"
        and all(link.is_symlink() for link in links)
    )


def gone(group: int) -> bool:
    """Wait until no process of a group is left; end what is left after that."""
    deadline = time.monotonic() + GONE_S
    while time.monotonic() < deadline:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.02)
    os.killpg(group, signal.SIGKILL)
    return False


def uninterrupted() -> Study:
    """Run the study without a folder, in one go."""
    return comparing.compare(
        scenarios(), seed=SEED, replications=REPLICATIONS, curves=False, jobs=1
    )


def finishes_the_same(folder: Path, whole: Study) -> bool:
    """Go on with a study to its end; tell whether what was kept stays, and all is the same."""
    kept = {path: path.stat().st_mtime_ns for _, _, path in Store(folder).files()}
    study = resume(folder, jobs=1)
    stays = all(path.stat().st_mtime_ns == at for path, at in kept.items())
    parts = [part for at in (folder, folder / FOLDER) for part in at.glob(f"{BESIDE}*{PART}")]
    return (
        stays
        and not parts
        and theirs_untouched(folder)
        and all(
            mine.differences(theirs) == []
            for one, other in zip(study, whole, strict=True)
            for mine, theirs in zip(one.replications, other.replications, strict=True)
        )
    )


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
