"""Changing a scenario, and telling what differs between two."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from sim.errors import ScenarioError
from sim.scenario.model import Scenario

UNNAMED = ("name", "about", "lesson")
"""Fields that are words about a scenario, and change nothing."""


def plain(scenario: Scenario) -> dict[str, Any]:
    """Return a scenario as a file would hold it, defaults included."""
    return scenario.model_dump(mode="json")


def changed(scenario: Scenario, changes: Mapping[str, Any], *, name: str | None) -> Scenario:
    """Return a new scenario; see ``Scenario.with_``."""
    tree = plain(scenario)
    for path, value in changes.items():
        _set(tree, path, value)
    tree["name"] = name or f"{scenario.name}: {', '.join(f'{k} {v}' for k, v in changes.items())}"
    try:
        return Scenario.model_validate(tree)
    except ValidationError as error:
        raise ScenarioError("\n".join(sentences(error))) from None


def _set(tree: dict[str, Any], path: str, value: Any) -> None:
    *parents, last = path.split(".")
    place = tree
    for depth, key in enumerate(parents):
        below = place.get(key)
        if below is None and key in place:
            below = place[key] = {}
        if not isinstance(below, dict):
            there = ".".join(parents[:depth]) or "the scenario"
            close = difflib.get_close_matches(key, place, n=1)
            hint = f"; did you mean {close[0]!r}?" if close else ""
            raise ScenarioError(f"{path}: {there} has no {key!r}; it has {', '.join(place)}{hint}")
        place = below
    place[last] = value


def sentences(error: ValidationError) -> list[str]:
    """Turn what pydantic found into one sentence each: ``path: what is wrong``."""
    found = []
    for one in error.errors():
        path = ".".join(str(key) for key in one["loc"])
        text = str(one["ctx"]["error"]) if "error" in one.get("ctx", {}) else one["msg"]
        found += [f"{path}: {line}" if path else line for line in text.splitlines()]
    return found


def differences(base: Scenario, other: Scenario) -> dict[str, tuple[Any, Any]]:
    """Tell what differs between two scenarios, their names and descriptions left out.

    Returns
    -------
    dict
        Dotted path to (value in base, value in other), as a file would hold them; None where a
        scenario has no such field.
    """
    mine, theirs = dict(_leaves(plain(base))), dict(_leaves(plain(other)))
    return {
        path: (mine.get(path), theirs.get(path))
        for path in [*mine, *(p for p in theirs if p not in mine)]
        if mine.get(path) != theirs.get(path) and path not in UNNAMED
    }


def _leaves(tree: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in tree.items():
        here = f"{path}.{key}" if path else key
        if isinstance(value, dict):
            yield from _leaves(value, here)
        else:
            yield here, value
