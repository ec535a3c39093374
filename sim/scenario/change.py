"""Changing a scenario, and telling what differs between two."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sim.errors import Fault, ScenarioError, TierSimError
from sim.scenario.checking import judged
from sim.scenario.model import LONGEST_NAME, Scenario
from sim.scenario.support import DIALS
from sim.scenario.wording import did_you_mean, dotted, shown, some

UNNAMED = ("name", "about", "lesson", "caution")
"""Fields that are words about a scenario, and change nothing."""


def plain(scenario: Scenario) -> dict[str, Any]:
    """Return a scenario as a file would hold it, defaults included."""
    return scenario.model_dump(mode="json", by_alias=True)


def changed(scenario: Scenario, changes: Mapping[str, Any], *, name: str | None) -> Scenario:
    """Return a new scenario; see ``Scenario.with_``."""
    if not isinstance(changes, Mapping):
        raise TierSimError(
            f"with_ takes a mapping of paths to values, such as {{'tiers.L1.staff.day': 7}}; {shown(changes)}"
            " was given."
        )
    tree = plain(scenario)
    for path, value in changes.items():
        _set(tree, path, value)
    made = f"{scenario.name}: {', '.join(f'{k} {v}' for k, v in changes.items())}"
    # A name made here is cut where a name that is given would be refused.
    tree["name"] = name or (made if len(made) <= LONGEST_NAME else f"{made[: LONGEST_NAME - 1]}…")
    new = _judged(tree)
    follows: set[str] = set()
    for dial, sets in DIALS.items():
        was, now = (getattr(one.documentation, dial) for one in (scenario, new))
        if f"documentation.{dial}" in changes and was != now:
            # The dial was turned: what it sets follows, unless it is changed too.
            follows |= {part for part in sets if f"documentation.{part}" not in changes}
    if not follows:
        return new
    tree["documentation"] |= dict.fromkeys(follows)
    return _judged(tree)


def _judged(tree: dict[str, Any]) -> Scenario:
    new, findings = judged(tree)
    if new is None:
        raise ScenarioError(Fault(one.what, dotted(one.path)) for one in findings)
    return new


def _set(tree: dict[str, Any], path: str, value: Any) -> None:
    *parents, last = keys_of(path)
    place = tree
    for depth, key in enumerate(parents):
        below = place.get(key)
        if below is None and key in place:
            below = place[key] = {}
        if not isinstance(below, dict):
            there = ".".join(parents[:depth]) or "the scenario"
            hint = did_you_mean(key, place)
            what = f"{there} has no {shown(key)}{hint}; it has {some(place)}"
            if key in place:
                what = f"{there}.{key} is a value: nothing is below it"
            raise ScenarioError([Fault(what, path)])
        place = below
    place[last] = value


def keys_of(path: str) -> list[str]:
    """Take a dotted path apart.

    Examples
    --------
    >>> keys_of("tiers.L1.staff.day")
    ['tiers', 'L1', 'staff', 'day']
    """
    keys = path.split(".")
    if not all(keys):
        raise ScenarioError([Fault("a path is keys with single dots between", path)])
    return keys


def differences(base: Scenario, other: Scenario) -> dict[str, tuple[Any, Any]]:
    """Tell what differs between two scenarios, their names and descriptions left out.

    Returns
    -------
    dict
        Dotted path to (value in base, value in other), as a file would hold them; None where a
        scenario has no such field. Of a part that only one of them has, such as a vendor, what is
        a default anyway is left out.
    """
    mine, theirs = dict(_leaves(plain(base))), dict(_leaves(plain(other)))
    idle = _defaults(base, mine, theirs) | _defaults(other, theirs, mine)
    return {
        path: (mine.get(path), theirs.get(path))
        for path in [*mine, *(p for p in theirs if p not in mine)]
        if mine.get(path) != theirs.get(path) and path not in UNNAMED and path not in idle
    }


def _defaults(
    scenario: Scenario, own: Mapping[str, Any], others: Mapping[str, Any]
) -> frozenset[str]:
    """Return the fields that only one scenario has and that say what would hold without them."""
    said = dict(_leaves(scenario.model_dump(mode="json", by_alias=True, exclude_defaults=True)))
    alone: dict[str, list[str]] = {}
    for path in own:
        if path not in others:
            alone.setdefault(path.rpartition(".")[0], []).append(path)
    return frozenset(
        path
        for part in alone.values()
        if any(path in said for path in part)
        for path in part
        if path not in said
    )


def _leaves(tree: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in tree.items():
        here = f"{path}.{key}" if path else key
        if isinstance(value, dict):
            yield from _leaves(value, here)
        else:
            yield here, value


def difference_lines(base: Scenario, other: Scenario) -> list[str]:
    """Write what differs, one line each: ``tiers.L1.staff.day: 6 -> 7``.

    What stands in one of the two alone is written *not there* in the other.
    """
    return [
        f"{path}: {_as_written(before)} -> {_as_written(after)}"
        for path, (before, after) in differences(base, other).items()
    ]


def _as_written(value: Any) -> str:
    if value is None:
        return "not there"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return f"[{', '.join(map(str, value))}]"
    return str(value)
