"""Write a calibrated desk as a scenario file in which each number says where it comes from."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from sim import writing
from sim.borders import yaml_text
from sim.calibrate.fit import Calibration
from sim.calibrate.parameters import Origin, Parameter
from sim.scenario.change import plain
from sim.scenario.model import Scenario
from sim.units import HOURS_PER_WEEK, format_duration, format_share

CALIBRATED: Final = "a calibrated desk"
HEADING: Final = "# A desk fitted to a ticket export."
"""The first line of every file that is written here."""
_PLAIN: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_ .%/&()'+-]*[A-Za-z0-9_.)]|[A-Za-z]|[A-Z]\d")
_WORDS: Final = {"true", "false", "null", "yes", "no", "on", "off", "y", "n", "nan", "inf"}
_DURATIONS: Final = ("work", "answers_in", "comes_back_after")
_SHARES: Final = (
    "share",
    "quality",
    "summary",
    "sent_back",
    "sends_back",
    "asks_user",
    "reopens",
    "busyness",
    "holiday_share",
    "growth",
)


def write_scenario(calibration: Calibration, path: str | os.PathLike[str]) -> Path:
    """Write the scenario, commented.

    The file extends nothing: it loads by itself, and a what-if extends it.

    Raises
    ------
    OutputError
        If it cannot be written; then no half of it is left.
    """
    return writing.write(path, scenario_text(calibration), CALIBRATED)


def scenario_text(calibration: Calibration) -> str:
    """Return the file's text."""
    notes = {one.path: _note(one) for one in calibration.parameters}
    lines = [
        HEADING,
        "# measured: counted in the export · fitted: chosen so that the desk reproduces the export",
        "# · assumed: no export holds it. In brackets: the 95 % interval.",
        "#",
        *(f"# {finding.about}: {finding.text}" for finding in calibration.page.findings),
        "",
        *commented(calibration.scenario, notes),
    ]
    return "\n".join(lines) + "\n"


def commented(scenario: Scenario, notes: Mapping[str, str]) -> list[str]:
    """Return the lines of a scenario file, without what is a default anyway.

    Parameters
    ----------
    scenario : Scenario
    notes : mapping of str to str
        What stands as a comment behind the value of a dotted path.
    """
    lines: list[str] = []
    for key, value in _told(scenario).items():
        lines += _lines(key, value, key, 0, notes)
    return lines


def _told(scenario: Scenario) -> dict[str, Any]:
    """Return the scenario as a file holds it, without what is a default anyway."""
    whole = plain(scenario)
    usual = plain(Scenario.model_validate(_least(whole)))
    told = {key: _without(value, usual[key], key) for key, value in whole.items()}
    return {key: value for key, value in told.items() if value not in (None, {}, [], "")}


def _least(whole: Mapping[str, Any]) -> dict[str, Any]:
    """Return the least that makes a scenario of the same parts; what else it says are defaults."""
    one_tier = next(iter(whole["tiers"].values()))
    least_tier = {name: one_tier[name] for name in ("ability", "work", "staff")}
    return {
        "name": "",
        "shifts": whole["shifts"],
        "hours": whole["hours"],
        "demand": {"volume": whole["demand"]["volume"]},
        "priorities": whole["priorities"],
        "channels": {name: {"share": one["share"]} for name, one in whole["channels"].items()},
        "topics": {
            name: {"share": one["share"], "difficulty": 0.5}
            for name, one in whole["topics"].items()
        },
        "tiers": dict.fromkeys(whole["tiers"], least_tier),
    } | {"name": "x"}


_KEPT: Final = frozenset(
    ("name", "period", "shifts", "staff", "share", "difficulty", "ability", "work", "volume",
     "profile", "busyness", "growth", "holiday_share", "quality", "priorities")
)  # fmt: skip
"""Fields that are written even where they are the default: they are due, or were looked at."""
_WHOLE: Final = frozenset(("period", "shifts", "hours", "staff", "profile", "service_levels"))
"""Parts that are written as they stand."""


def _without(value: Any, usual: Any, key: str) -> Any:
    if not isinstance(value, dict):
        return value
    if key in _WHOLE:
        return _filled(value)
    kept = {}
    # A shape that was seen stands instead of a law.
    idle = ("answers_cv", "answers_law") if value.get("answers_shape") else ()
    for name, part in value.items():
        if name in idle:
            continue
        below = usual.get(name) if isinstance(usual, dict) else None
        if name in _KEPT or part != below:
            inner = _without(part, below, name)
            if inner not in (None, {}, []):
                kept[name] = inner
        elif isinstance(part, dict) and key in ("tiers", "topics", "channels", "priorities"):
            kept[name] = _without(part, below, name)
    return kept


def _filled(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    return {name: _filled(part) for name, part in value.items() if part not in (None, [], {})}


def _note(one: Parameter) -> str:
    interval = ""
    if one.low is not None and one.high is not None:
        interval = f" [{_shown(one, one.low)} to {_shown(one, one.high)}]"
    why = f": {one.why}" if one.why else ""
    return f"{one.origin}{interval}{why}"


def _shown(one: Parameter, value: float) -> str:
    last = one.path.rsplit(".", 1)[-1]
    if last == "volume":
        return f"{value * HOURS_PER_WEEK:.0f} / week"
    if last in _DURATIONS:
        return format_duration(value)
    if last in _SHARES:
        return format_share(value)
    return f"{value:.3g}"


def _key(text: str) -> str:
    plain_text = _PLAIN.fullmatch(text) and text.lower() not in _WORDS
    return text if plain_text and ": " not in text and " #" not in text else yaml_text(text)


def _scalar(value: Any) -> str:
    if isinstance(value, str):
        return _key(value) if not re.match(r"^[\d.+-]", value) else _quantity(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:.12g}"
    return str(value)


def _quantity(text: str) -> str:
    """Write what begins with a digit: durations, shares and dates stand bare, anything else quoted."""
    bare = re.fullmatch(r"-?[\d.]+ ?(%|[a-z]+|/ ?[a-z]+)|\d{4}-\d\d-\d\d", text)
    return text if bare else yaml_text(text)


def _flow(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_flow_key(k)}: {_flow(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_flow(part) for part in value) + "]"
    text = _scalar(value)
    quoted = text.startswith('"') or not re.search(r"[,\[\]{}:]", text)
    return text if quoted else yaml_text(value)


def _flow_key(key: str) -> str:
    text = _key(key)
    return text if re.fullmatch(r"[A-Za-z][\w -]*", text) else yaml_text(key)


def _lines(key: str, value: Any, path: str, depth: int, notes: Mapping[str, str]) -> Iterator[str]:
    space = "  " * depth
    note = f"  # {notes[path]}" if path in notes else ""
    if isinstance(value, dict) and value:
        inside = any(known.startswith(f"{path}.") for known in notes)
        if not inside and key != "profile" and (depth > 0 or key == "period"):
            yield f"{space}{_key(key)}: {_flow(value)}{note}"
            return
        yield f"{space}{_key(key)}:{note}"
        for name, part in value.items():
            yield from _lines(name, part, f"{path}.{name}", depth + 1, notes)
        return
    text = _flow(value) if isinstance(value, list | dict) else _scalar(value)
    yield f"{space}{_key(key)}: {text}{note}"


def parameter_rows(calibration: Calibration) -> list[tuple[str, str, str, Origin, str]]:
    """Return the parameters as rows of text: path, value, interval, origin, why."""
    rows = []
    for one in calibration.parameters:
        interval = ""
        if one.low is not None and one.high is not None:
            interval = f"{_shown(one, one.low)} to {_shown(one, one.high)}"
        rows.append((one.path, _shown(one, one.value), interval, one.origin, one.why))
    return rows


__all__ = ["commented", "parameter_rows", "scenario_text", "write_scenario"]
