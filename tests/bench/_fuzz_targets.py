"""What the fuzz bench feeds: one function a target, from bytes to how TierSim answered.

Each returns "refused" where the answer was an error that a user can act on, "accepted" where the
input was taken and what was made of it holds, "played" where that is a desk and both engines told the
same of it; everything else is a finding, and is raised.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import tempfile
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from bench._fuzz_commands import command_lines, tampered_folders
from bench._fuzz_desks import desks, refused
from pydantic import ValidationError

from sim.calibrate.lines import find_lines
from sim.errors import TierSimError
from sim.intake.aside import write_set_aside
from sim.intake.mapping import load_mapping
from sim.intake.read import read_export
from sim.outcome import measure
from sim.scenario.calendar import hour_of_week, local_days, open_spells
from sim.scenario.file import dumps, load
from sim.scenario.gallery import gallery
from sim.scenario.hours import Hours
from sim.scenario.limits import expected_tickets
from sim.scenario.model import Scenario
from sim.study.evaluate import replicate
from sim.study.manifest import Manifest
from sim.study.store import pack, unpack
from sim.units import DAY, HOUR, WEEK

SLOW_S = 5.0
"""A case that takes longer is a finding."""
MOST_TICKETS, MOST_HEADS, LONGEST = 2_000, 200, 4 * WEEK
"""Accepted desks up to this size are played, too."""
ZONES = ("UTC", "Europe/Amsterdam", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu")
DAYS = ("Mon", "Tue-Thu", "Mon-Sun", "Sat", "Sun", "Fri-Mon", "mon", "", "Mon-", "Weekday")
SPANS = ("08:00-17:00", "22:00-06:00", "00:00-24:00", "24:00-24:00", "8-12", "12:00-12:00", "-", "")
PRESETS = ("any", "servicenow", "jira", "zendesk")
SUFFIXES = (".csv", ".xes", ".csv.gz", ".xlsx", ".xes.gz")
Answer = str
SMALL = """\
name: Small
period: {start: 2026-01-05, length: 1 week, warm_up: 0 d}
shifts: {day: {Mon-Fri: 08:00-17:00}}
demand: {volume: 60 / week}
priorities: {P1: {share: 10 %}, P2: {share: 90 %}}
topics: {mail: {share: 100 %, difficulty: 0.4}}
tiers:
  L1: {ability: 0.5, work: 10 min, staff: {day: 1}}
  L2: {ability: 0.9, work: 40 min, staff: {day: 1}}
service_levels: {answer: {clock: respond, within: 15 min, goal: 90 %}}
"""


class Data(Protocol):
    """The part of atheris' ``FuzzedDataProvider`` that targets use."""

    def ConsumeIntInRange(self, low: int, high: int) -> int: ...  # noqa: N802
    def ConsumeBool(self) -> bool: ...  # noqa: N802
    def ConsumeFloat(self) -> float: ...  # noqa: N802
    def ConsumeUnicodeNoSurrogates(self, count: int) -> str: ...  # noqa: N802
    def ConsumeBytes(self, count: int) -> bytes: ...  # noqa: N802
    def remaining_bytes(self) -> int: ...


def _one_of(data: Data, choices: tuple[Any, ...]) -> Any:
    return choices[data.ConsumeIntInRange(0, len(choices) - 1)]


def _play(scenario: Scenario) -> None:
    """Play what was accepted, if it is small: an accepted input must act."""
    heads = sum(
        sum(staff.values())
        for tier in scenario.tiers.values()
        for staff in (tier.staff or {}, *(team.staff for team in tier.teams.values()))
    )
    small = scenario.period.length <= LONGEST and heads <= MOST_HEADS
    if small and expected_tickets(scenario) <= MOST_TICKETS:
        measure(replicate(scenario, engine="compiled"))


def scenario_files() -> Callable[[Data], Answer]:
    """Read any bytes as a scenario file; what is accepted is written, read again, and played."""
    folder = Path(tempfile.mkdtemp())
    (folder / "small.yaml").write_text(SMALL, encoding="utf-8")
    file, again = folder / "fuzz.yaml", folder / "again.yaml"

    def target(data: Data) -> Answer:
        file.write_bytes(data.ConsumeBytes(data.remaining_bytes()))
        try:
            scenario = load(file)
        except TierSimError as error:
            return refused(error)
        again.write_text(dumps(scenario), encoding="utf-8")
        assert load(again) == scenario, "written and read again it is another scenario"
        _play(scenario)
        return "accepted"

    return target


def _leaves(tree: dict[str, Any], path: str = "") -> Iterator[str]:
    for key, value in tree.items():
        yield f"{path}{key}"
        if isinstance(value, dict):
            yield from _leaves(value, f"{path}{key}.")


def _value(data: Data, depth: int = 0) -> Any:
    words = (
        *(
            "1 h",
            "5 %",
            "3 / week",
            "1e400 h",
            "nan",
            "-1 h",
            "0 / h",
            "10000000 / h",
            "2026-02-30",
        ),
        *("day", "L1", "L2", "P1", "always", "office", "Mon-Fri", "08:00-17:00", "", "software"),
    )
    kind = data.ConsumeIntInRange(0, 8 if depth < 3 else 6)
    if kind == 0:
        return None
    if kind == 1:
        return data.ConsumeBool()
    if kind == 2:
        return data.ConsumeIntInRange(-(2**70), 2**70)
    if kind == 3:
        return data.ConsumeIntInRange(0, 100)
    if kind == 4:
        return data.ConsumeFloat()
    if kind == 5:
        return _one_of(data, words)
    if kind == 6:
        return data.ConsumeUnicodeNoSurrogates(12)
    if kind == 7:
        return [_value(data, depth + 1) for _ in range(data.ConsumeIntInRange(0, 3))]
    names = range(data.ConsumeIntInRange(0, 3))
    return {str(_one_of(data, words)): _value(data, depth + 1) for _ in names}


def overrides() -> Callable[[Data], Answer]:
    """Change a desk at any keys to any values; what is accepted is played."""
    everything = Path(__file__).parents[1] / "cases" / "everything.yaml"
    short = {"period.length": "2 weeks", "period.warm_up": 0}
    bases = [
        load(file).with_(short, name="Base")
        for file in (gallery()["in-house-desk"], everything, Path(__file__).with_name("t3.yaml"))
    ]
    keys = [tuple(_leaves(base.model_dump(mode="json", by_alias=True))) for base in bases]

    def target(data: Data) -> Answer:
        base = data.ConsumeIntInRange(0, len(bases) - 1)
        changes = {}
        for _ in range(data.ConsumeIntInRange(1, 4)):
            key = _one_of(data, keys[base])
            if data.ConsumeIntInRange(0, 9) == 0:
                key += "." + data.ConsumeUnicodeNoSurrogates(8)
            changes[key] = _value(data)
        try:
            changed = bases[base].with_(changes, name="Changed")
        except TierSimError as error:
            return refused(error)
        _play(changed)
        return "accepted"

    return target


def exports() -> Callable[[Data], Answer]:
    """Read any bytes as an export, by any preset; of what is accepted lines are found."""
    folder = Path(tempfile.mkdtemp())

    def target(data: Data) -> Answer:
        preset, suffix = _one_of(data, PRESETS), SUFFIXES[0]
        if data.ConsumeIntInRange(0, 7) == 0:
            suffix = _one_of(data, SUFFIXES)
        file = folder / f"export{suffix}"
        file.write_bytes(data.ConsumeBytes(data.remaining_bytes()))
        try:
            export = read_export(file, preset)
        except TierSimError as error:
            return refused(error)
        write_set_aside(export.set_aside, folder / "aside.csv")
        with contextlib.suppress(TierSimError):
            find_lines(export)
        assert export.rows >= len(export.tickets), "tickets out of nowhere"
        return "accepted"

    return target


def calendars() -> Callable[[Data], Answer]:
    """Read any hours, and lay them over any period; spells are in order, and add up."""

    def target(data: Data) -> Answer:
        tree: dict[str, Any] = {}
        for _ in range(data.ConsumeIntInRange(1, 4)):
            day = _one_of(data, DAYS)
            if data.ConsumeIntInRange(0, 9) == 0:
                day = data.ConsumeUnicodeNoSurrogates(8)
            minutes = [data.ConsumeIntInRange(0, 24 * 60) for _ in range(2)]
            span = "-".join(f"{m // 60:02}:{m % 60:02}" for m in minutes)
            if data.ConsumeIntInRange(0, 3) == 0:
                span = _one_of(data, SPANS)
            tree[day] = [span, _one_of(data, SPANS)] if data.ConsumeBool() else span
        if data.ConsumeBool():
            tree["time_zone"] = _one_of(data, ZONES)
        try:
            hours = Hours.model_validate(tree)
        except ValidationError:
            return "refused"
        start = dt.date(1990, 1, 1) + dt.timedelta(days=data.ConsumeIntInRange(0, 40_000))
        length = data.ConsumeIntInRange(0, 400 * DAY)
        zone = _one_of(data, ZONES)
        closed = tuple(
            start + dt.timedelta(days=data.ConsumeIntInRange(-5, 400))
            for _ in range(data.ConsumeIntInRange(0, 3))
        )
        opens, closes = open_spells(hours, start, length, zone, closed, beyond_ms=DAY)
        bounds = np.ravel(np.column_stack([opens, closes])).tolist()
        assert all(a < b for a, b in pairwise(bounds)), "spells out of order"
        assert not bounds or (bounds[0] >= 0 and bounds[-1] <= length + DAY), "spells outside"
        opened = int((closes - opens).sum())
        most = hours.hours_per_week() * HOUR * (length + DAY + 2 * WEEK) / WEEK + 3 * HOUR
        assert opened <= most, "open for longer than the week says"
        hour, day = hour_of_week(start, length, zone), local_days(start, length, zone)
        assert len(hour) == len(day), "hours and days differ"
        return "accepted"

    return target


def mappings() -> Callable[[Data], Answer]:
    """Read any bytes as a column mapping."""
    file = Path(tempfile.mkdtemp()) / "mapping.yaml"

    def target(data: Data) -> Answer:
        file.write_bytes(data.ConsumeBytes(data.remaining_bytes()))
        try:
            load_mapping(file)
        except TierSimError as error:
            return refused(error)
        return "accepted"

    return target


def study_folders() -> Callable[[Data], Answer]:
    """Read any bytes as a kept replication, or as a manifest, the checksum notwithstanding."""

    def target(data: Data) -> Answer:
        is_manifest = data.ConsumeIntInRange(0, 1) == 1
        content = data.ConsumeBytes(data.remaining_bytes())
        try:
            if is_manifest:
                Manifest.from_json(content.decode("utf-8", "replace")).rebuild()
            else:
                kept = unpack(content)
                assert unpack(pack(kept)).differences(kept) == [], "packed again it differs"
        except TierSimError as error:
            return refused(error)
        return "accepted"

    return target


TARGETS = {
    "desks": desks,
    "scenario files": scenario_files,
    "overrides": overrides,
    "exports": exports,
    "calendars": calendars,
    "mappings": mappings,
    "study folders": study_folders,
    "tampered studies": tampered_folders,
    "command lines": command_lines,
}
