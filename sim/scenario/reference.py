"""The reference of all fields, made from the models: ``scenarios/REFERENCE.md``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, get_args, get_origin

from pydantic import TypeAdapter
from pydantic.fields import FieldInfo

from sim.scenario.hours import Hours, Model, Profile
from sim.scenario.model import Scenario
from sim.scenario.parts import default_of, field_type, model_of, said, unwrapped

_HEAD = """\
# What a scenario file may say

Every field of a scenario file: what is allowed, its default, and what it means. A default says
where it comes from: *measured* in a published survey or a real log, or *assumed*. This page is
written by `tiersim schema --reference`; the same as JSON Schema is in `scenario.schema.json`.

* Durations and rates carry their unit (`15 min`, `420 / week`); shares are `65 %` or `0.65`.
* `extends: other.yaml` takes another file as the base, relative to this one; then only what
  differs is given. Mappings are merged key by key, lists and values replace what was there;
  shifts, hours and the demand profile are replaced whole; `key: null` takes a value away.
* A key at the top may be a path: `tiers.L1.staff.day: 7`.
"""


def reference_text() -> str:
    """Return the page."""
    return "\n".join([_HEAD, *_sections()])


def _sections() -> Iterator[str]:
    seen: set[type[Model]] = set()
    waiting: list[tuple[type[Model], str]] = [(Scenario, "")]
    while waiting:
        model, path = waiting.pop(0)
        if model in seen:
            continue
        seen.add(model)
        yield from _section(model, path)
        inside = [
            (below, f"{path}.{name}{many}".removeprefix("."))
            for name, one in model.model_fields.items()
            for below, many in _below(field_type(one))
            if model not in (Hours, Profile)
        ]
        # The parts of a part follow it.
        waiting = inside + waiting if path else waiting + inside


def _below(annotation: Any) -> Iterator[tuple[type[Model], str]]:
    bare, _ = unwrapped(annotation)
    model = model_of(bare)
    if model is not None:
        yield model, ""
    elif get_origin(bare) in (dict, tuple):
        for part in get_args(bare):
            for below, many in _below(part):
                yield below, f".*{many}"


def _section(model: type[Model], path: str) -> Iterator[str]:
    yield f"## {f'`{path}`' if path else 'The file'}\n"
    yield f"{_about(model)}\n"
    if model in (Hours, Profile):
        return
    yield "| field | allowed | default | meaning |"
    yield "|---|---|---|---|"
    for name, one in model.model_fields.items():
        about = (one.description or _about_below(one)).replace("|", "\\|")
        yield f"| `{name}` | {_allowed(one)} | {_default(model, name, one)} | {about} |"
    yield ""


def _about(model: type[Model]) -> str:
    text = (model.__doc__ or "").split("Attributes\n")[0].strip().replace("``", "`")
    return re.sub(r"\n\s+", "\n", text)


def _about_below(one: FieldInfo) -> str:
    model = model_of(field_type(one))
    return _about(model).splitlines()[0] if model is not None else ""


def _allowed(one: FieldInfo) -> str:
    annotation = field_type(one)
    bare, _ = unwrapped(annotation)
    if model_of(bare) is not None:
        return "see below"
    if any(True for _ in _below(bare)):
        return "names, see below" if get_origin(bare) is dict else "a list, see below"
    return said(annotation).split(", such as")[0].replace("|", "\\|")


def _default(model: type[Model], name: str, one: FieldInfo) -> str:
    if one.is_required():
        return "**required**"
    value = default_of(model, name)
    if isinstance(value, Model) or value is None:
        return ""
    plain = TypeAdapter(field_type(one)).dump_python(value, mode="json")
    if isinstance(plain, list):
        return ", ".join(f"`{item}`" for item in plain)
    if plain in ({}, ""):
        return ""
    if isinstance(plain, dict):
        return ", ".join(f"`{key}`" for key in plain)
    return f"`{str(plain).lower() if isinstance(plain, bool) else plain}`"
