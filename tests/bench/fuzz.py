"""How hard to break: coverage-guided fuzzing of what users hand in, for some minutes a target.

``python tests/bench fuzz`` runs it and keeps ``results/bench/fuzz.md``. It needs atheris
(``pip install atheris``), which is no dependency of anything else. Every target runs in a process of
its own (``_fuzz_targets``); a case is good when the answer is an error that a user can act on, or an
input that is accepted and holds. Anything else is a finding: its place is counted, and its first case is
kept beside the table, to become a test. In CI the same is tried by hypothesis, in seconds.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import os
import subprocess
import sys
import tempfile
import time
import traceback
from collections import Counter
from importlib import resources
from pathlib import Path

import numpy as np
from bench._fuzz_targets import PRESETS, SLOW_S, SMALL, TARGETS
from plausible import make, tools
from ruamel.yaml import YAML

from sim.scenario.model import Scenario
from sim.study.manifest import Manifest
from sim.study.replication import Replication
from sim.study.store import pack

RESULTS = Path(__file__).parents[2] / "results" / "bench"
SECONDS = int(os.environ.get("TIERSIM_FUZZ_SECONDS", "100"))
"""For each target."""
TIMES_AS_LONG = {"desks": 6}
"""A case that is played takes longer than one that is refused."""
RANDOM_SEEDS, SEED_BYTES = 200, 600
"""Where no file is right by itself, chance begins."""
MOST_BYTES = 6_144
WRITE_EVERY = 100
MENDED = """\
- Desks, tried some 8,800 times without the fuzzer's guidance: a rate such as `58 / year`, written per hour, was read again as another number in its last place, so that the scenario kept with a study was not the one that had run.
- Study folders: an empty file as a replication, and a manifest whose scenario had been changed or cut, ended in a traceback (EOFError, ValidationError, KeyError); each is one sentence now.
- Mappings, by bombs written by hand: endless nesting, a day that there is not and a number of 5,000 digits ended in a traceback, and a list that holds itself was accepted; a mapping is read within the bounds of a scenario now.
- Exports, likewise: a small archive that unpacks to one endless line was read whole."""
"""What was found on the way and mended; each has a test."""
WHAT_IF = """\
extends: small.yaml
name: One more
tiers.L1.staff.day: 2
topics: {mail: {runbook: 40 %}}
shifts: {late: {Fri-Sat: 20:00-02:00}}
demand: {volume: 12 / day, growth: 1e1 %}
"""
ALIASES = """\
extends: small.yaml
name: &a "Named \\u00e9"
about: *a
channels: {phone: {share: .5, patience: 3 min}, portal: &p {share: 50 %}}
updates: {tier: L2, every: 1 d, hours: day}
holidays: [2026-01-06]
"""
HEADERS = {
    "any": "Ticketnummer,Status,Erstellt am,Geändert am,Gelöst am,Gruppe,Bearbeiter,Priorität,Kategorie",
    "servicenow": "number,state,opened_at,sys_updated_on,resolved_at,assignment_group,assigned_to,priority,category",
    "jira": "Issue key,Status,Created,Updated,Resolved,Team,Assignee,Priority,Component/s",
    "zendesk": "Ticket ID,Status,Created at,Updated at,Solved at,Group,Assignee,Priority,Topic",
}
"""By preset, in the words of its tool."""
TICKETS = """\
INC1,Closed,2026-01-05 08:00:00,2026-01-05 09:00:00,2026-01-05 08:30:00,Desk,Ann,1 - Critical,Mail
INC2,Resolved,2026-01-05 09:00:00,,2026-01-05 12:00:00,Network,Bob,3 - Moderate,VPN
INC3,New,2026-01-06 10:00:00,,,Desk,?,3 - Moderate,Mail
"""
UPDATES = """\
INC1,New,5/1/2026 08:00,5/1/2026 08:00,5/1/2026 12:00,Desk,Ann,2,Mail
INC1,Awaiting User Info,5/1/2026 08:00,5/1/2026 09:30,5/1/2026 12:00,Apps,Bob,2,Mail
INC1,Resolved,5/1/2026 08:00,5/1/2026 12:00,5/1/2026 12:00,Desk,Ann,2,Mail
INC2,New,13/1/2026 10:00,13/1/2026 10:00,13/1/2026 10:20,?,?,4,VPN
"""


class Tally:
    """Counts of answers and findings, written to a file as they come: a fuzzer never returns."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.answers: Counter[str] = Counter()
        self.findings: dict[str, dict[str, object]] = {}

    def note(self, case: bytes, error: BaseException) -> None:
        """Count a finding by its place, and keep its first case."""
        ours = [f for f in traceback.extract_tb(error.__traceback__) if "/sim/" in f.filename]
        at = ours[-1] if ours else traceback.extract_tb(error.__traceback__)[-1]
        place = f"{type(error).__name__} in {Path(at.filename).name}, line {at.lineno}"
        if isinstance(error, AssertionError) and not ours:
            place = str(error)
        known = self.findings.setdefault(
            place, {"times": 0, "case": case.hex(), "said": str(error)[:200]}
        )
        known["times"] = int(str(known["times"])) + 1

    def write(self) -> None:
        """Write what is counted so far."""
        tree = {"answers": self.answers, "findings": self.findings}
        beside = self.file.with_suffix(".part")
        beside.write_text(json.dumps(tree), encoding="utf-8")
        beside.replace(self.file)


def fuzz(name: str, seconds: int, file: Path, corpus: Path) -> None:
    """Feed one target until the time is over; never returns."""
    import atheris

    for module in [name for name in sys.modules if name.split(".")[0] in {"sim", "bench"}]:
        # Imported again, with what tells the fuzzer where a case has come.
        del sys.modules[module]
    with atheris.instrument_imports(include=["sim"]):
        targets = importlib.import_module("bench._fuzz_targets").TARGETS
    target, tally = targets[name](), Tally(file)

    def one(case: bytes) -> None:
        began = time.perf_counter()
        try:
            tally.answers[target(atheris.FuzzedDataProvider(case))] += 1
        except Exception as error:  # noqa: BLE001 - whatever it is, it is a finding
            tally.answers["finding"] += 1
            tally.note(case, error)
            tally.write()
        if time.perf_counter() - began > SLOW_S:
            tally.note(case, TimeoutError(f"slower than {SLOW_S:g} s"))
            tally.write()
        if sum(tally.answers.values()) % WRITE_EVERY == 0:
            tally.write()

    options = [f"-max_total_time={seconds}", f"-max_len={MOST_BYTES}", "-rss_limit_mb=4096"]
    atheris.Setup(["fuzz", str(corpus), *options, "-print_final_stats=1"], one)
    atheris.Fuzz()


def seeds(name: str, corpus: Path) -> None:
    """Begin with what is right: mutations of it come further than noise."""
    if name in {"desks", "tampered studies", "command lines"}:
        rng = np.random.default_rng(1)
        for number in range(RANDOM_SEEDS):
            (corpus / str(number)).write_bytes(rng.bytes(SEED_BYTES))
    if name == "scenario files":
        for number, text in enumerate((SMALL, WHAT_IF, ALIASES)):
            (corpus / str(number)).write_text(text, encoding="utf-8")
    if name == "mappings":
        for preset in PRESETS:
            text = resources.files("sim.intake") / "presets" / f"{preset}.yaml"
            (corpus / preset).write_bytes(text.read_bytes()[:MOST_BYTES])
    if name == "study folders":
        values = {"l1_share": 0.7, "response[L1, p90]": float("nan")}
        kept = Replication(values, {"l1_share": 9.0}, {"b": np.arange(3.0)}, "abc")
        manifest = Manifest.of([Scenario.model_validate(YAML(typ="safe").load(SMALL))], seed=1)
        # The provider takes its numbers from the end.
        (corpus / "kept").write_bytes(pack(kept) + b"\0")
        (corpus / "manifest").write_bytes(manifest.to_json().encode() + b"\1")
    if name == "exports":
        # The provider takes its numbers from the end, and the file from the front.
        for number, preset in enumerate(PRESETS):
            for rows, text in enumerate((TICKETS, UPDATES)):
                content = f"{HEADERS[preset]}\n{text}".encode() + bytes([1, number])
                (corpus / f"{preset}-{rows}").write_bytes(content)
        for tool in tools().values():
            made = make(tool, seed=1, tickets=28)
            content = made.data + bytes([1, PRESETS.index("any")])
            if made.name.endswith(".csv") and len(content) <= MOST_BYTES:
                (corpus / tool.name).write_bytes(content)


def main() -> None:
    """Run every target, one after the other, and keep the table."""
    if importlib.util.find_spec("atheris") is None:
        sys.stdout.write("left out: fuzzing needs atheris (pip install atheris)\n")
        return
    from importlib.metadata import version

    lines = [
        "| target | cases tried | accepted | of them played | refused | findings |",
        "|---|---|---|---|---|---|",
    ]
    found: list[str] = []
    for name in TARGETS:
        with tempfile.TemporaryDirectory() as folder:
            corpus, file = Path(folder, "corpus"), Path(folder, "tally.json")
            corpus.mkdir()
            seeds(name, corpus)
            seconds = SECONDS * TIMES_AS_LONG.get(name, 1)
            command = f"from bench.fuzz import *; fuzz({name!r}, {seconds}, Path({str(file)!r}), Path({str(corpus)!r}))"
            subprocess.run(
                [sys.executable, "-c", command],
                env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])},
                stderr=subprocess.DEVNULL,
                check=False,
            )
            tally = json.loads(file.read_text(encoding="utf-8"))
        answers = Counter(tally["answers"])
        line = (
            f"| {name} | {sum(answers.values()):,} | {answers['accepted'] + answers['played']:,} "
            f"| {answers['played']:,} | {answers['refused']:,} | {len(tally['findings'])} |"
        )
        sys.stdout.write(line + "\n")
        sys.stdout.flush()
        lines.append(line)
        for place, one in tally["findings"].items():
            found.append(f"- {name}: {place}, {one['times']} times: {one['said']!r}")
            sys.stdout.write(f"{found[-1]}\n  {one['case'][:400]}\n")
    head = (
        f"Coverage-guided, {SECONDS} s a target ({SECONDS * TIMES_AS_LONG['desks']} s for desks) in one "
        f"process; atheris {version('atheris')}, Python {sys.version.split()[0]}. Desks are scenarios "
        "of the gallery, changed within the schema; what is accepted is cut to two weeks and some 120 "
        "tickets, and played by both engines, whose logs must be equal and break no law. Of the other "
        "targets, accepted desks up to 2,000 tickets are played and measured. A finding is an answer that is neither an error that a user can act on, nor an "
        f"input that holds, nor within {SLOW_S:g} s."
    )
    text = [
        "# Fuzzing",
        "",
        head,
        "",
        *lines,
        "",
        *(found or ["No finding in the last run."]),
        "",
        "Found before, and mended:",
        "",
        MENDED,
        "",
    ]
    RESULTS.mkdir(parents=True, exist_ok=True)
    (RESULTS / "fuzz.md").write_text("\n".join(text), encoding="utf-8")
