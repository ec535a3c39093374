"""What a scenario may hold at each place: found in the models, said in words."""

from __future__ import annotations

import datetime as dt
import types
from collections.abc import Iterable
from functools import lru_cache
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin

from pydantic import BeforeValidator, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from sim import units
from sim.scenario.hours import DaySpans, Hours, Model, Profile
from sim.scenario.model import Scenario
from sim.scenario.targets import Target
from sim.scenario.wording import Path

_BY_READER: Final[dict[Any, str]] = {
    units.duration_ms: "a duration, such as '15 min', '4 h' or '3 d'",
    units.rate_per_h: "a rate, such as '420 / week' or '60 / h'",
    units.share: "a share, such as '65 %' (or a number from 0 to 1)",
    units.signed_share: "a percentage, such as '-5 %'",
}
_BY_TYPE: Final[dict[Any, str]] = {
    str: "text",
    bool: "true or false",
    dt.date: "a date, such as 2026-03-02",
    Target: "a target, such as '15 min', '27 h', '2 working days' or 'end of next working day'",
}
_NUMBERS: Final[dict[Any, str]] = {int: "a whole number", float: "a number"}
_FILLERS: Final[tuple[Any, ...]] = (
    "1 h",
    0.4,
    "1 / week",
    1,
    "08:00-17:00",
    {"Mon": "08:00-17:00"},
    ["x"],
    {},
    "x",
)


def field_type(field: FieldInfo) -> Any:
    """Return a field's type with what pydantic took out of its annotation."""
    if not field.metadata:
        return field.annotation
    return Annotated[(field.annotation, *field.metadata)]


@lru_cache(maxsize=512)
def default_of(model: type[Model], name: str) -> Any:
    """Return a field's default as the model holds it."""
    field = model.model_fields[name]
    value = field.get_default(call_default_factory=True)
    return TypeAdapter(field_type(field)).validate_python(value)


def unwrapped(annotation: Any) -> tuple[Any, tuple[Any, ...]]:
    """Return the bare type and its metadata, ``| None`` taken off."""
    metadata: tuple[Any, ...] = ()
    while True:
        origin = get_origin(annotation)
        if origin is Annotated:
            metadata = (*metadata, *annotation.__metadata__)
            annotation = annotation.__origin__
        elif origin in (Union, types.UnionType):
            rest = [part for part in get_args(annotation) if part is not types.NoneType]
            if len(rest) != 1:
                return annotation, metadata
            annotation = rest[0]
        else:
            return annotation, metadata


def model_of(annotation: Any) -> type[Model] | None:
    """Return the model that a type is; None if it is none."""
    bare, _ = unwrapped(annotation)
    return bare if isinstance(bare, type) and issubclass(bare, Model) else None


def part_at(path: Path) -> Any:
    """Return the type of what may stand at a path; None if nothing may.

    Examples
    --------
    >>> said(part_at(("tiers", "L1", "staff", "day")))
    'a whole number from 0 to 100000'
    """
    annotation: Any = Scenario
    for key in path:
        annotation = _below(annotation, key)
        if annotation is None:
            return None
    return annotation


def _below(annotation: Any, key: str | int) -> Any:
    model = model_of(annotation)
    bare, _ = unwrapped(annotation)
    if model in (Hours, Profile):
        own = model.model_fields.get(str(key)) if key != "week" else None
        if own is not None:
            return field_type(own)
        return DaySpans if model is Hours else dict[str, float]
    if model is not None:
        field = model.model_fields.get(str(key))
        return None if field is None else field_type(field)
    if get_origin(bare) is dict:
        return get_args(bare)[1]
    if get_origin(bare) is tuple:
        return get_args(bare)[0]
    return None


def field_at(path: Path) -> FieldInfo | None:
    """Return the model field at a path; None where it is a name in a mapping, or nothing."""
    if not path:
        return None
    model = model_of(part_at(path[:-1]))
    if model is None or model in (Hours, Profile):
        return None
    return model.model_fields.get(str(path[-1]))


def said(annotation: Any) -> str:
    """Say what is allowed: ``a share, such as '65 %' …``."""
    bare, metadata = unwrapped(annotation)
    for mark in metadata:
        if isinstance(mark, BeforeValidator):
            return _BY_READER.get(mark.func, "hours, such as '08:00-17:00'")
    if bare in _NUMBERS:
        return _NUMBERS[bare] + _bounds(metadata)
    if bare in _BY_TYPE:
        return _BY_TYPE[bare]
    if get_origin(bare) is Literal:
        return "one of " + ", ".join(repr(value) for value in get_args(bare))
    if get_origin(bare) is tuple:
        return f"a list; each item is {said(get_args(bare)[0])}"
    if bare is Hours:
        return "days and hours, such as {Mon-Fri: 08:00-17:00}"
    if bare is Profile:
        return "days, hours and weights, such as {Mon-Fri: {08-12: 120, 12-18: 90}}"
    if get_origin(bare) is dict:
        return f"a mapping of names; each value is {said(get_args(bare)[1])}"
    model = model_of(bare)
    if model is not None:
        return "a mapping with the keys " + ", ".join(model.model_fields)
    return "something else"


def _bounds(metadata: Iterable[Any]) -> str:
    """Write the bounds of a number; they come one by one, or gathered in a FieldInfo."""
    bounds: dict[str, Any] = {}
    for mark in metadata:
        for one in (mark, *getattr(mark, "metadata", ())):
            for name in ("ge", "gt", "le", "lt"):
                limit = getattr(one, name, None)
                if limit is not None:
                    bounds[name] = limit
    if "ge" in bounds and "le" in bounds:
        return f" from {bounds['ge']} to {bounds['le']}"
    words = {"ge": "at least", "gt": "above", "le": "at most", "lt": "below"}
    parts = [f"{words[name]} {limit}" for name, limit in bounds.items()]
    return f" {' and '.join(parts)}" if parts else ""


def filler(annotation: Any) -> Any:
    """Return some value that is allowed, to look past a fault for others; None if none is known."""
    adapter = TypeAdapter(annotation)
    bare, _ = unwrapped(annotation)
    for option in get_args(bare) if get_origin(bare) is Literal else _FILLERS:
        try:
            adapter.validate_python(option)
        except ValidationError:
            continue
        return option
    return None
