"""What a scenario assumes, field by field: value, where it comes from, and its source in words."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pydantic import BaseModel

from sim import units
from sim.errors import UnitError
from sim.present.report_tables import Table
from sim.present.sentences import written
from sim.present.text import one_line
from sim.scenario.change import UNNAMED, plain
from sim.scenario.hours import Hours, Profile
from sim.scenario.model import Scenario
from sim.scenario.waiting import Answers
from sim.units import DAY, HOUR, MINUTE, SECOND, duration_ms, format_duration

_FAR_APART: Final = 200
"""Durations of one field that differ by more are written each in its own unit."""


def assumptions(scenario: Scenario) -> list[Table]:
    """List every field of a scenario with its value, and what its description says of its source.

    A field that many parts have, as the difficulty of each topic, is one row.
    """
    rows: dict[str, list[_Said]] = {}
    for said in _fields(scenario, plain(scenario)):
        if said.field not in UNNAMED:
            rows.setdefault(said.field, []).append(said)
    sections: dict[str, list[tuple[str, ...]]] = {}
    for field, several in rows.items():
        origins = {"default" if one.is_default else "said" for one in several}
        values = {one.value for one in several}
        value = values.pop() if len(values) == 1 else ""
        value = value or "\n".join(
            f"{one_line(one.name)}: {text}"
            for one, text in zip(several, _alike(several), strict=True)
        )
        cells = (field, value, " and ".join(sorted(origins)), several[0].about)
        sections.setdefault(field.split(".")[0], []).append(cells)
    headings = ("field", "value", "from", "what it is, and its source")
    return [Table(section, headings, tuple(cells)) for section, cells in sections.items()]


@dataclass(frozen=True)
class _Said:
    """One field of one part of a scenario.

    Attributes
    ----------
    field : str
        Its path; ``*`` stands for the part's name.
    name : str
        The part's name.
    value : str
    is_default : bool
    about : str
    duration_ms : int, optional
        Where it is a duration.
    """

    field: str
    name: str
    value: str
    is_default: bool
    about: str
    duration_ms: int | None = None


def _alike(several: Sequence[_Said]) -> list[str]:
    """Write the values of one field; durations that are not far apart in one unit.

    Examples
    --------
    >>> times = [_Said("work", "", "", False, "", ms) for ms in (1_010_000, 5_400_000)]
    >>> _alike(times)
    ['16.83 min', '90 min']
    """
    lengths = [one.duration_ms for one in several if one.duration_ms]
    if len(lengths) < len(several) or max(lengths) > _FAR_APART * min(lengths):
        return [one.value for one in several]
    middle = sorted(lengths)[len(lengths) // 2]
    unit, name = next(
        (unit, name)
        for unit, name in ((DAY, "d"), (HOUR, "h"), (MINUTE, "min"), (SECOND, "s"), (1, "ms"))
        if middle >= 2 * unit or unit == 1
    )
    return [f"{round(length / unit, 2):,g} {name}" for length in lengths]


def _as_seen(answers: Answers) -> str:
    """Say how long the answers took that were seen, of which a scenario holds many quantiles.

    Examples
    --------
    >>> _as_seen(Answers(answers_in="2 h", answers_shape=[0, 1, 2]))
    'as seen: from 0 min to 4 h, median 2 h'
    """
    shape = answers.answers_shape
    # Straight lines between the quantiles, as answers are drawn: the mean is that of the trapezes.
    mean = (sum(shape) - (shape[0] + shape[-1]) / 2) / (len(shape) - 1)
    low, middle, high = (
        format_duration(answers.answers_in * one / mean)
        for one in (shape[0], statistics.median(shape), shape[-1])
    )
    return f"as seen: from {low} to {high}, median {middle}"


def _fields(
    model: BaseModel, tree: dict[str, Any], path: str = "", name: str = ""
) -> Iterator[_Said]:
    for key, field in type(model).model_fields.items():
        if key not in tree:
            continue
        here = f"{path}.{key}" if path else key
        value, as_written = getattr(model, key), tree[key]
        about = field.description or ""
        is_default = not field.is_required() and _same(value, field)
        if isinstance(value, BaseModel) and not isinstance(value, Hours | Profile):
            yield from _fields(value, as_written, here, name)
        elif isinstance(value, dict) and any(isinstance(v, BaseModel) for v in value.values()):
            for part, one in value.items():
                inner = f"{name}, {part}" if name else part
                if isinstance(one, Hours | Profile):
                    yield _Said(here, inner, written(as_written[part]), is_default, about)
                else:
                    yield from _fields(one, as_written[part], f"{here}.*", inner)
        elif isinstance(value, Profile):
            yield _Said(here, name, "hour by hour, as the scenario has it", is_default, about)
        elif key == "answers_shape" and value and isinstance(model, Answers):
            yield _Said(here, name, _as_seen(model), is_default, about)
        else:
            long = value if _reads_as_duration(value, as_written) else None
            yield _Said(here, name, written(as_written), is_default, about, long)


def _reads_as_duration(value: Any, as_written: Any) -> bool:
    if not isinstance(as_written, str) or type(value) is not int:
        return False
    try:
        return duration_ms(as_written) == value
    except UnitError:
        return False


def _same(value: Any, field: Any) -> bool:
    default = field.get_default(call_default_factory=True)
    if isinstance(default, str) and not isinstance(value, str):
        # Written as a file would have it ("20 min"), and read by the field's own type.
        return any(_reads_to(value, default))
    return bool(value == default)


def _reads_to(value: Any, text: str) -> Iterator[bool]:
    for read in (units.duration_ms, units.rate_per_h, units.signed_share):
        try:
            yield read(text) == value
        except UnitError:
            continue
