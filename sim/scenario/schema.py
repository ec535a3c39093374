"""The JSON Schema of scenario files, with which an editor completes and checks them.

It describes a file, not a whole scenario: a what-if gives any part of one, so that nothing inside
a part is required, and ``null`` takes away what the base says. What it cannot say (shares that add
up, names that exist) is left to ``tiersim check``.
"""

from __future__ import annotations

import json
from typing import Any, Final

from sim.scenario.hours import Hours, Profile
from sim.scenario.model import Scenario
from sim.scenario.quantities import WEEKDAYS

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_DAY = f"({'|'.join(WEEKDAYS)})"
_DAYS_PATTERN = rf"^\s*{_DAY}(-{_DAY})?(\s*,\s*{_DAY}(-{_DAY})?)*\s*$"
_CLOCK = r"\d{1,2}(:\d{2})?"
_SPAN_PATTERN = rf"^\s*{_CLOCK}\s*-\s*{_CLOCK}\s*$"
_PATH_PATTERN = r"^[a-z_]+\.[^.]+"
_NULL: Final = {"type": "null"}


def scenario_schema() -> dict[str, Any]:
    """Return the schema of a scenario file, or of a what-if."""
    schema = Scenario.model_json_schema(mode="validation")
    parts = schema.pop("$defs")
    required = schema.pop("required")
    parts["Hours"] = _hours(parts["Hours"])
    parts["Profile"] = _profile(parts["Profile"])
    for part in parts.values():
        part.pop("required", None)
        _allow_null(part)
    _allow_null(schema)
    properties = {
        "extends": {
            "type": "string",
            "pattern": r"\.ya?ml$",
            "description": "A scenario file, relative to this one: only what differs is given.",
        },
        **schema.pop("properties"),
    }
    return {
        "$schema": DIALECT,
        **schema,
        "title": "TierSim scenario",
        "properties": properties,
        "patternProperties": {
            _PATH_PATTERN: {"description": "A path, as `tiers.L1.staff.day`, and its new value."}
        },
        "anyOf": [{"required": ["extends"]}, {"required": required}],
        "$defs": parts,
    }


def schema_text() -> str:
    """Return the schema as it is checked in: ``scenarios/scenario.schema.json``."""
    return json.dumps(scenario_schema(), indent=1, ensure_ascii=False) + "\n"


def _allow_null(part: dict[str, Any]) -> None:
    """Let every key of a part be ``null``, and every name in a mapping of names."""
    for name, one in part.get("properties", {}).items():
        for shape in (one, *one.get("anyOf", ())):
            named = shape.get("additionalProperties")
            if isinstance(named, dict):
                shape["additionalProperties"] = {"anyOf": [named, _NULL]}
        if _NULL in one.get("anyOf", ()):
            continue
        about = {key: one.pop(key) for key in ("title", "description", "default") if key in one}
        options = one.pop("anyOf") if set(one) == {"anyOf"} else [one]
        part["properties"][name] = {**about, "anyOf": [*options, _NULL]}


def _hours(part: dict[str, Any]) -> dict[str, Any]:
    """Put the days where a file has them: beside ``time_zone`` and ``on_holidays``."""
    properties = part["properties"]
    day = properties.pop("week")["additionalProperties"]
    return {
        "type": "object",
        "description": _first_line(Hours),
        "properties": properties,
        "patternProperties": {
            _DAYS_PATTERN: {"anyOf": [day, {"type": "array", "items": day, "minItems": 1}]}
        },
        "additionalProperties": False,
        "minProperties": 1,
        "examples": [{"Mon-Fri": "08:00-17:00", "Sat": "09:00-13:00"}],
    }


def _profile(part: dict[str, Any]) -> dict[str, Any]:
    weight = part["properties"]["week"]["additionalProperties"]["additionalProperties"]
    day = {
        "type": "object",
        "patternProperties": {_SPAN_PATTERN: weight},
        "additionalProperties": False,
    }
    return {
        "type": "object",
        "description": _first_line(Profile),
        "patternProperties": {_DAYS_PATTERN: day},
        "additionalProperties": False,
        "minProperties": 1,
        "examples": [{"Mon-Fri": {"08-12": 120, "12-18": 90}}],
    }


def _first_line(model: type) -> str:
    return (model.__doc__ or "").strip().splitlines()[0].replace("``", "`")
