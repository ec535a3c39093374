"""Nothing lost: a study killed again and again, and held against one that nobody killed.

``python tests/bench kills`` runs it and keeps ``results/bench/kills.md``. What is killed, and how it
is looked at, is in ``killing``; a short version is in ``tests/study/test_kills.py``.
"""

from __future__ import annotations

import importlib.util
import random
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from killing import MOMENTS, REPLICATIONS, Killed, finishes_the_same, kill, uninterrupted

from sim.study.study import Study

RESULTS = Path(__file__).parents[2] / "results" / "bench"
SEED = 2026


class Table:
    """Kills, and what each left."""

    def __init__(self, whole: Study) -> None:
        self.whole = whole
        self.lines = [
            "| killed | when | kills | reported finished before | lost | damaged | processes left | files of the user touched | resumed equals whole |",
            "|---|---|---|---|---|---|---|---|---|",
        ]
        self.kills = self.lost = 0

    def add(self, what: str, when: str, times: int, once: Callable[[Path, int], Killed]) -> None:
        """Kill a study so often, in one folder; then finish it, and compare."""
        with tempfile.TemporaryDirectory() as parent:
            folder = Path(parent, "study")
            found = [once(folder, number) for number in range(times)]
            same = finishes_the_same(folder, self.whole)
        ended = [one for one in found if one.by_signal or one.said or what == "cluster worker"]
        reported = ", ".join(str(one.reported) for one in found)
        touched = sum(not one.untouched for one in found)
        lost, left = sum(one.lost for one in found), sum(not one.lasted for one in found)
        self.lines.append(
            f"| {what} | {when} | {len(ended)} | {reported} | {lost} "
            f"| {sum(one.damaged for one in found)} | {left} | {touched} | {'yes' if same else 'NO'} |"
        )
        self.kills += len(ended)
        self.lost += lost
        sys.stdout.write(self.lines[-1] + "\n")
        sys.stdout.flush()


def main() -> None:
    """Kill, and keep the table."""
    draw = random.Random(SEED)
    table = Table(uninterrupted())
    table.add(
        "study, one process",
        "at random",
        8,
        lambda folder, _: kill(folder, after_s=draw.uniform(0, 0.03)),
    )
    for moment in MOMENTS:
        manifest = "manifest" in moment
        table.add(
            "study, one process",
            moment,
            2,
            # A manifest is written at the start of a study, and at its end.
            lambda folder, number, moment=moment, manifest=manifest: kill(
                folder, moment=moment, at=1 + number if manifest else draw.randint(1, 6)
            ),
        )
    table.add(
        "study, two workers (loky)",
        "at random",
        5,
        lambda folder, _: kill(folder, how="processes", after_s=draw.uniform(0, 0.02)),
    )
    for at in (4, 9, 15):
        table.add(
            "worker (loky)",
            f"in replication {at}",
            1,
            lambda folder, _, at=at: kill(folder, how="processes", worker_dies_at=at),
        )
    if importlib.util.find_spec("distributed") is not None:
        table.add(
            "study, two workers (Dask)",
            "at random",
            3,
            lambda folder, _: kill(folder, cluster="local", after_s=draw.uniform(0, 0.02)),
        )
        for at in (4, 9, 15):
            table.add(
                "cluster worker",
                f"in replication {at}",
                1,
                lambda folder, _, at=at: kill(folder, cluster="local", worker_dies_at=at),
            )
    head = (
        f"A study of two desks, {REPLICATIONS} replications each, killed by SIGKILL {table.kills} "
        f"times (seed {SEED}); kills of a line follow one another in one folder. Replications that "
        f"had been reported as finished and were lost: {table.lost}. *Damaged*: files that "
        "do not match their checksum. Files and links of the user stand in the folder all the while; "
        "*touched*: kills after which one had changed. *Processes left*: of the study, 20 s after it was killed."
    )
    text = [
        "# Kills",
        "",
        head,
        "",
        *table.lines,
        "",
    ]
    RESULTS.mkdir(parents=True, exist_ok=True)
    (RESULTS / "kills.md").write_text("\n".join(text), encoding="utf-8")
