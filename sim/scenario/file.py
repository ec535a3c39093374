"""Scenario files: reading one with all that it extends, and writing one.

A what-if file names its base by ``extends`` and gives only what differs::

    extends: in-house-desk.yaml
    name: One more at L1
    tiers: {L1: {staff: {day: 7}}}

* Mappings are merged, key by key; lists and values replace what was there. Shifts, hours and the
  demand profile are one thing each, and are replaced whole.
* ``key: null`` takes away what the base says.
* A key at the top may be a path: ``tiers.L1.staff.day: 7`` says the same as the line above. All
  but its last key must exist already, so that a slip in a name is found.
* ``lesson`` and ``about`` are not inherited, and a file without ``name`` is called by its file name.

``extends`` is relative to the file that says it. It may climb (``../``) and follow links, since
reading is all that happens, but it names an ordinary file that ends in ``.yaml`` or ``.yml``.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import Any, Final

from sim import reading, writing
from sim.errors import Fault, ScenarioError
from sim.limits import YAML_BYTES
from sim.scenario.checking import MISSING, Finding, judged
from sim.scenario.hours import Hours, Model, Profile
from sim.scenario.model import Scenario
from sim.scenario.parts import default_of, field_at, model_of, part_at
from sim.scenario.support import DIALS
from sim.scenario.wording import Path, did_you_mean, dotted, shown, some
from sim.scenario.yaml_text import Place, Written, read_yaml

LONGEST_CHAIN: Final = 10
"""Files that extend one another."""
SUFFIXES: Final = (".yaml", ".yml")
EXTENDS: Final = "extends"
SCENARIO: Final = "a scenario"


@dataclass
class _Layers:
    """What a file and all that it extends say together."""

    tree: dict[str, Any] = field(default_factory=dict)
    places: dict[Path, Place] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    added: dict[Path, tuple[str, ...]] = field(default_factory=dict)
    """Parts that a what-if adds, as a tier, with the names that its base has there."""
    known: dict[Path, tuple[str, ...]] = field(default_factory=dict)
    """Those names, by what holds them."""


def base_of(path: str | os.PathLike[str]) -> str | None:
    """Return the path of the file that a scenario file extends; None if it extends none."""
    file = os.fspath(path)
    written = read_yaml(_content(file), file)
    if EXTENDS not in written.tree:
        return None
    by = Fault("", EXTENDS, file, *written.places[EXTENDS,].value)
    return _base_of(file, written.tree[EXTENDS], by)


def load(path: str | os.PathLike[str]) -> Scenario:
    """Read a scenario from a YAML file.

    Parameters
    ----------
    path : path
        The file; what it ``extends`` is read with it.

    Returns
    -------
    Scenario

    Raises
    ------
    ScenarioError
        If it cannot be used; ``faults`` holds everything that is wrong, each with file, line,
        column and key.
    """
    file = os.fspath(path)
    layers = _gather(file, ())
    scenario, findings = judged(layers.tree)
    findings = list(_added_by_a_slip(findings, layers))
    inside = _first_inside(layers.places, file) if findings else {}
    faults = layers.faults + [_placed(one, layers.places, inside, file) for one in findings]
    if scenario is None or faults:
        raise ScenarioError(
            sorted(faults, key=lambda one: (one.file != file, one.file, one.line, one.column))
        )
    return scenario


def _gather(file: str, chain: tuple[str, ...], said_by: Fault | None = None) -> _Layers:
    """Read a file, and before it what it extends."""

    def refuse(what: str) -> ScenarioError:
        if said_by is None:
            return ScenarioError([Fault(what, file=file)])
        return ScenarioError(
            [Fault(f"{file}: {what}", EXTENDS, said_by.file, said_by.line, said_by.column)]
        )

    try:
        identity = os.path.realpath(file, strict=False)
        if identity in chain:
            raise refuse("extends itself, by way of the files between")
        if len(chain) >= LONGEST_CHAIN:
            raise refuse(f"more than {LONGEST_CHAIN} files extend one another")
        data = _content(file)
    except _UnreadableError as error:
        raise refuse(str(error)) from None
    except (OSError, ValueError) as error:
        raise refuse(f"it cannot be read: {getattr(error, 'strerror', None) or error}") from None
    written = read_yaml(data, file)
    layers = _Layers()
    if EXTENDS in written.tree:
        base = written.tree.pop(EXTENDS)
        place = written.places.pop((EXTENDS,))
        by = Fault("", EXTENDS, file, *place.value)
        layers = _gather(_base_of(file, base, by), (*chain, identity), by)
        # Words that are true of the base may be false of what changes it.
        layers.tree.pop("lesson", None)
        layers.tree.pop("about", None)
        layers.tree.pop("name", None)
        written.tree.setdefault("name", _name_from(file))
    _lay_over(layers, written, extends=bool(layers.tree))
    return layers


class _UnreadableError(Exception):
    """Why a path is no file to be read."""


def _content(file: str) -> bytes:
    try:
        kind = os.stat(file)  # noqa: PTH116 - a path as the user gave it, bytes or text
    except FileNotFoundError:
        folder = os.path.dirname(file) or "."  # noqa: PTH120
        near = [n for n in _listed(folder) if n.endswith(SUFFIXES)]
        hint = did_you_mean(os.path.basename(file), near)  # noqa: PTH119
        raise _UnreadableError(f"there is no such file{hint}") from None
    if stat.S_ISDIR(kind.st_mode):
        raise _UnreadableError("this is a folder, not a scenario file")
    if not stat.S_ISREG(kind.st_mode):  # a pipe or a device may never end
        raise _UnreadableError("this is no ordinary file")
    return reading.read(file, YAML_BYTES + 1)


def _listed(folder: str) -> list[str]:
    try:
        return sorted(os.listdir(folder))  # noqa: PTH208
    except OSError:
        return []


def _base_of(file: str, base: Any, by: Fault) -> str:
    """Return the path of the file that ``extends`` names."""
    wrong = None
    if not isinstance(base, str) or not base.strip():
        wrong = f"{shown(base)} was found; allowed is the name of one file"
    elif FilePath(base).is_absolute() or "://" in base:
        wrong = f"{shown(base)} was found; allowed is a path relative to this file"
    elif not base.endswith(SUFFIXES):
        wrong = f"{shown(base)} was found; allowed is a file that ends in .yaml or .yml"
    if wrong:
        raise ScenarioError([Fault(wrong, EXTENDS, by.file, by.line, by.column)])
    return os.path.normpath(os.path.join(os.path.dirname(file), str(base)))  # noqa: PTH118, PTH120


def _name_from(file: str) -> str:
    words = FilePath(file).stem.replace("-", " ").replace("_", " ").strip()
    return (words[:1].upper() + words[1:]) or file


def _lay_over(layers: _Layers, written: Written, *, extends: bool) -> None:
    """Merge what a file says into what it extends, and note what it says twice."""
    layers.faults += written.faults
    given: set[Path] = set()
    for key, value in written.tree.items():
        target: Path = (key,)
        if "." in key:
            target = tuple(key.split("."))
            wrong = _unknown_parent(layers.tree, target)
            if wrong:
                place = written.places[key,]
                layers.faults.append(Fault(wrong, key, place.file, *place.key))
                continue
        _merge(_Merge(layers, written, given, len(target) - 1), (key,), target, value, extends)
    for dial, sets in DIALS.items() if extends else ():
        if ("documentation", dial) not in given:
            continue
        for name in sets:
            if ("documentation", name) not in given:
                layers.tree["documentation"].pop(name, None)
                layers.places.pop(("documentation", name), None)


@dataclass(frozen=True)
class _Merge:
    layers: _Layers
    written: Written
    given: set[Path]
    deeper: int
    """How many keys of the target one dotted key of the file stands for, beyond one."""


def _unknown_parent(tree: dict[str, Any], target: Path) -> str | None:
    here: Any = tree
    for depth, key in enumerate(target[:-1]):
        there = dotted(target[:depth]) or "the scenario"
        if not key:
            return "a path is keys with single dots between"
        model = model_of(part_at(target[:depth]))
        known = list(here) if isinstance(here, dict) else []
        if model is not None and model not in (Hours, Profile):
            known = list(model.model_fields)
        if key not in known:
            return (
                f"{there} has no {shown(key)}{did_you_mean(str(key), known)}; it has {some(known)}"
            )
        here = here.get(key) if isinstance(here, dict) else None
    return None if target[-1] else "a path is keys with single dots between"


def _merge(merge: _Merge, source: Path, target: Path, value: Any, extends: bool) -> None:  # noqa: FBT001
    """Put one value of a file, at ``source`` there, to ``target`` of the whole."""
    tree, places = merge.layers.tree, merge.layers.places
    place = merge.written.places.get(source)
    here = tree
    for depth, key in enumerate(target[:-1]):
        below = here.get(str(key))
        if not isinstance(below, dict):
            below = here[str(key)] = {}
            if place is not None:
                places.setdefault(target[: depth + 1], place)
        here = below
    last = str(target[-1])
    if target in merge.given and place is not None:
        what = "the key stands here again, once as a path"
        merge.layers.faults.append(Fault(what, dotted(target), place.file, *place.key))
        return
    is_whole = model_of(part_at(target)) in (Hours, Profile)
    named = field_at(target) is None and model_of(part_at(target)) is not None
    if extends and here and last not in here and isinstance(value, dict) and named:
        merge.layers.added[target] = merge.layers.known.setdefault(target[:-1], tuple(here))
    if isinstance(value, dict) and not is_whole and (value or last in here):
        if not isinstance(here.get(last), dict):
            _replace_places(merge, source, target, value, here.get(last))
            here[last] = {}
        if place is not None and target not in places:
            places[target] = place
        for key, below in value.items():
            _merge(merge, (*source, key), (*target, key), below, extends)
        return
    merge.given.add(target)
    _replace_places(merge, source, target, value, here.get(last))
    if value is None and extends and last in here:
        del here[last]
        return
    here[last] = value


def _replace_places(merge: _Merge, source: Path, target: Path, value: Any, replaced: Any) -> None:
    """Let what stands at a path, and all below it, have the places of what replaces it."""
    places = merge.layers.places
    for below in _paths(replaced):
        places.pop((*target, *below), None)
    for below in _paths(value):
        place = merge.written.places.get((*source, *below))
        if place is not None:
            places[*target, *below] = place


def _paths(tree: Any) -> Iterator[Path]:
    """Give the path of a value and of everything in it."""
    yield ()
    inside = tree.items() if isinstance(tree, dict) else ()
    for key, value in enumerate(tree) if isinstance(tree, list) else inside:
        yield from ((key, *below) for below in _paths(value))


def _added_by_a_slip(findings: list[Finding], layers: _Layers) -> Iterator[Finding]:
    """Take a part that a what-if adds, and that lacks what it must have, for a slip in its name."""
    lacking: dict[Path, list[str]] = {}
    for finding in findings:
        if finding.what.startswith(MISSING):
            lacking.setdefault(finding.path[:-1], []).append(str(finding.path[-1]))
    for finding in findings:
        owner = finding.path[:-1]
        known = layers.added.get(owner)
        if known is None or not finding.what.startswith(MISSING):
            yield finding
        elif lacks := lacking.pop(owner, []):
            name = str(owner[-1])
            what = (
                f"what this file extends has no {name!r} in {dotted(owner[:-1])}"
                f"{did_you_mean(name, known)}; it has {some(known)}. To add one, give it "
                f"{' and '.join(lacks)} too"
            )
            yield Finding(owner, what, at_key=True)


def _first_inside(places: dict[Path, Place], file: str) -> dict[Path, Path]:
    """Tell for each path what a file says first of it, or below it."""
    found: dict[Path, Path] = {}
    for path, place in places.items():
        if place.file == file:
            for depth in range(len(path) + 1):
                found.setdefault(path[:depth], path)
    return found


def _placed(
    finding: Finding, places: dict[Path, Place], inside: dict[Path, Path], file: str
) -> Fault:
    """Find the line of a fault: its own, or the nearest above it."""
    path = finding.path
    if path in places and places[path].file != file and path in inside:
        # What a what-if gives does not fit what its base says: the what-if is where to look.
        place = places[inside[path]]
        return Fault(finding.what, dotted(finding.path), place.file, *place.key)
    while path and path not in places:
        path = path[:-1]
    if not path:
        return Fault(finding.what, dotted(finding.path), file, 1, 1)
    place = places[path]
    at = place.key if finding.at_key or path != finding.path else place.value
    return Fault(finding.what, dotted(finding.path), place.file, *at)


def dumps(scenario: Scenario) -> str:
    """Write a scenario as YAML, defaults left out; reading it gives an equal scenario."""
    import io  # noqa: PLC0415 - only writing needs them

    from ruamel.yaml import YAML  # noqa: PLC0415

    yaml = YAML(typ="safe", pure=True)
    yaml.default_flow_style = None
    yaml.sort_base_mapping_type_on_output = False  # type: ignore[assignment]
    yaml.allow_unicode = True
    yaml.width = 100
    stream = io.StringIO()
    yaml.dump(_without_defaults(scenario), stream)
    return stream.getvalue()


def dump(scenario: Scenario, path: str | os.PathLike[str]) -> None:
    """Write a scenario to a YAML file.

    Raises
    ------
    OutputError
        If the file cannot be written; no half of it is left.
    """
    writing.write(path, dumps(scenario), SCENARIO)


def _without_defaults(part: Model) -> dict[str, Any]:
    written = part.model_dump(mode="json", by_alias=True)
    if isinstance(part, Hours | Profile):
        return written
    kept: dict[str, Any] = {}
    for name, one in _fields(part):
        value = getattr(part, name)
        if not one.is_required() and value == default_of(type(part), name):
            continue
        key = one.alias or name
        if isinstance(value, Model):
            kept[key] = _without_defaults(value)
        elif isinstance(value, dict) and any(isinstance(v, Model) for v in value.values()):
            kept[key] = {inner: _without_defaults(below) for inner, below in value.items()}
        else:
            kept[key] = written[key]
    return kept


def _fields(part: Model) -> Iterator[tuple[str, Any]]:
    yield from type(part).model_fields.items()
