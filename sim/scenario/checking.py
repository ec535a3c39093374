"""Checking a plain tree against the models, so that every fault is found in one go.

Pydantic stops at the parts: what must hold *between* fields is asked only once each field is
right. So that a wrong unit does not hide shares that fail to add up, each faulty value is replaced
by some value that is allowed, and the rest is asked again. What depends on a replaced value is
then doubtful, and is not reported.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final, get_args

from pydantic import ValidationError

from sim.limits import YAML_FAULTS
from sim.scenario.hours import Hours, Profile
from sim.scenario.limits import limit_faults
from sim.scenario.model import Scenario
from sim.scenario.parts import field_at, filler, model_of, part_at, said, unwrapped
from sim.scenario.wording import Path, closest, cut_short, did_you_mean, shown

ROUNDS: Final = 12
"""Each round looks one layer further; layers are fields, their models, and the whole."""
SLIP: Final = 0.75
"""How alike two names are for one to be a slip of the other."""
MISSING: Final = "is missing"
"""How a finding begins that names what is not there."""
_KEY_MARK = "[key]"
_SUM = "the shares add up to"


@dataclass(frozen=True)
class Finding:
    """One fault and where it is.

    Attributes
    ----------
    path : Path
    what : str
    at_key : bool
        The key is wrong, not its value.
    """

    path: Path
    what: str
    at_key: bool = False


def judged(tree: dict[str, Any]) -> tuple[Scenario | None, list[Finding]]:
    """Check a tree as a file holds it.

    Returns
    -------
    scenario, findings
        The scenario if nothing is wrong, or None and everything that is.
    """
    tree = copy.deepcopy(tree)
    findings: list[Finding] = []
    doubtful: set[Path] = set()
    for finding in list(islice(_truths(tree, ()), YAML_FAULTS)):
        findings.append(finding)
        _mend(tree, finding.path, doubtful)
    for _ in range(ROUNDS):
        try:
            scenario = Scenario.model_validate(tree)
        except ValidationError as error:
            found = list(islice(_findings(error, tree), YAML_FAULTS))
            findings += [f for f in found if not _rests_on(f, doubtful) and f not in findings]
            if len(findings) >= YAML_FAULTS:
                return None, findings[:YAML_FAULTS]
            before = copy.deepcopy(tree)
            for finding in found:
                _mend(tree, finding.path, doubtful)
            if tree == before:
                return None, findings
        else:
            findings += [
                finding
                for finding in (Finding(*fault) for fault in limit_faults(scenario))
                if not _rests_on(finding, doubtful)
            ]
            return (None if findings else scenario), findings
    return None, findings


def _truths(tree: Any, path: Path) -> Iterator[Finding]:
    """Find ``true`` where a number is due, which pydantic would take for 1."""
    if isinstance(tree, dict):
        for key, value in tree.items():
            yield from _truths(value, (*path, key))
    elif isinstance(tree, list):
        for i, value in enumerate(tree):
            yield from _truths(value, (*path, i))
    elif isinstance(tree, bool):
        part = part_at(path)
        if part is not None and unwrapped(part)[0] in (int, float):
            yield Finding(path, f"{shown(tree)} was found; allowed is {said(part)}")


def _findings(error: ValidationError, tree: dict[str, Any]) -> Iterator[Finding]:
    for one in error.errors(include_url=False):
        path = _path(one["loc"])
        kind, found = one["type"], one["input"]
        part = part_at(path)
        if kind == "missing":
            yield _missing(path, tree)
        elif kind == "extra_forbidden":
            known = _keys(path[:-1])
            hint = did_you_mean(str(path[-1]), known)
            what = f"unknown key {shown(path[-1])}{hint}; allowed are {', '.join(known)}"
            yield Finding(path, what, at_key=True)
        elif kind == "value_error":
            text = str(one["ctx"]["error"])
            if path:
                yield Finding(path, _quotes_cut(text))
            else:
                yield from (_contradiction(line, tree) for line in text.splitlines())
        elif kind in ("too_short", "string_too_short"):
            yield Finding(path, "is empty; there must be at least one")
        elif kind in ("too_long", "string_too_long"):
            limit = one["ctx"]["max_length"]
            many = f"{len(found)} were found" if hasattr(found, "__len__") else "too many"
            unit = " characters" if kind == "string_too_long" else ""
            what = f"{many}; at most {limit}{unit} are allowed"
            yield Finding(path, what, at_key=_KEY_MARK in one["loc"])
        elif part is not None:
            hint = (
                did_you_mean(str(found), get_args(unwrapped(part)[0])) if "literal" in kind else ""
            )
            yield Finding(path, f"{shown(found)} was found{hint}; allowed is {said(part)}")
        else:
            yield Finding(
                path, f"{shown(found)} was found; {one['msg'][:1].lower()}{one['msg'][1:]}"
            )


def _path(loc: tuple[str | int, ...]) -> Path:
    """Turn pydantic's location into the keys of a file."""
    path: Path = ()
    for key in loc:
        hidden = key == "week" and model_of(part_at(path)) in (Hours, Profile)
        if not hidden and key != _KEY_MARK:
            path = (*path, key)
    return path


def _keys(path: Path) -> list[str]:
    model = model_of(part_at(path))
    return list(model.model_fields) if model is not None else []


def _missing(path: Path, tree: dict[str, Any]) -> Finding:
    what = f"{MISSING}; due is {said(part_at(path))}"
    owner = path[:-1]
    siblings = _look(tree, owner[:-1])
    if len(owner) > 1 and isinstance(siblings, dict) and field_at(owner) is None:
        others = [name for name in siblings if name != owner[-1]]
        close = closest(str(owner[-1]), others, cutoff=SLIP)
        if close:
            what += f"; or is {owner[-1]!r} a slip for {close!r}?"
    return Finding(path, what)


def _contradiction(line: str, tree: dict[str, Any]) -> Finding:
    """Take apart ``path: what``; names in a path may hold dots and colons themselves."""
    path: Path = ()
    here: Any = tree
    rest = line
    while True:
        names = sorted(here, key=len, reverse=True) if isinstance(here, dict) else []
        fits = (n for n in names if rest.startswith((f"{n}.", f"{n}: ")))
        word = re.match(r"[^.:]+(?=\.|: )", rest)
        name = next(fits, word[0] if word else None)
        if name is None:
            return Finding(path, _quotes_cut(rest))
        path = (*path, name)
        here = here.get(name) if isinstance(here, dict) else None
        ends = rest[len(name)] == ":"
        rest = rest[len(name) + 1 :].lstrip() if ends else rest[len(name) + 1 :]
        if ends:
            break
    named = re.match(r"'([^']*)' is not known", rest)
    if named and isinstance(here, dict) and named[1] in here:
        return Finding((*path, named[1]), _quotes_cut(rest), at_key=True)
    return Finding(path, _quotes_cut(rest))


def _quotes_cut(text: str) -> str:
    # A quote opens after a blank or a bracket: what lies between two quotes is no quote.
    return re.sub(r"(?<![\w'])'[^']{60,}'(?!\w)", lambda match: cut_short(match[0]), text)


def _rests_on(finding: Finding, doubtful: set[Path]) -> bool:
    """Tell whether a finding may be due to a value that was replaced."""
    path = finding.path
    for doubt in doubtful:
        if path[: len(doubt)] == doubt:
            return True
        if doubt[: len(path)] != path:
            continue
        # A sum rests on the shares alone, not on what else its parts hold.
        is_part = len(doubt) == len(path) + 1 or doubt[-1] == "share"
        if is_part or not finding.what.startswith(_SUM):
            return True
    return False


def _look(tree: Any, path: Path) -> Any:
    for key in path:
        if isinstance(tree, dict):
            tree = tree.get(str(key))
        elif isinstance(tree, list) and isinstance(key, int) and key < len(tree):
            tree = tree[key]
        else:
            return None
    return tree


def _mend(tree: dict[str, Any], path: Path, doubtful: set[Path]) -> None:
    """Replace what stands at a path by something allowed, or take it away."""
    while path and isinstance(path[-1], int):  # a faulty item spoils its list
        path = path[:-1]
    holder = _look(tree, path[:-1])
    if not path or not isinstance(holder, dict):
        return
    key = str(path[-1])
    field, part = field_at(path), part_at(path)
    again = path in doubtful
    doubtful.add(path)
    if part is None or (field is not None and not field.is_required()):
        holder.pop(key, None)
        return
    model = model_of(part)
    value = holder.get(key)
    if (
        model is not None
        and model not in (Hours, Profile)
        and isinstance(value, dict)
        and not again
    ):
        required = [name for name, one in model.model_fields.items() if one.is_required()]
        holder[key] = {name: value[name] for name in required if name in value}
        if "staff" in model.model_fields:  # a tier without teams
            holder[key]["staff"] = {}
        return
    substitute = filler(part)
    if substitute is None:
        return
    holder[key] = substitute
