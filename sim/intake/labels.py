"""Names of teams, topics, channels and priorities that differ only in how they are written are one.

``High``, ``high`` and ``HIGH `` are one priority, called as most rows call it. A column of paths
(``Software > Office > Word``) is taken at the level that says most.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sim.intake.sheet import Column, Sheet

SPLITS: Final = (
    r"\s*::\s*",
    r"\s*[>»→]\s*",
    r"\s*\\+\s*",
    r"\s*\|\s*",
    r"\s+/\s+",
    r"/",
    r"\s+-\s+",
    r"\.",
)
"""What stands between the levels of a path; the first that most values have."""
MOSTLY: Final = 0.8
"""Share of the rows that have it, where it is one."""
FEWEST: Final = 20
"""Rows of a topic, below which it counts with all other small ones."""
NAMES: Final = ("team", "assignee", "priority", "category", "channel")
"""Roles of columns that hold names."""
MOST_LEVELS: Final = 6
MOST_TOPICS: Final = 10
"""As many as a desk keeps apart."""


def folded_label(text: str) -> str:
    """Fold a name so that case, accents, and spaces between words do not matter.

    Examples
    --------
    >>> folded_label(" HIGH  priority"), folded_label("Média")
    ('high priority', 'media')
    """
    plain = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(c for c in plain if not unicodedata.combining(c)).split())


def _spaced(text: str) -> str:
    return " ".join(text.casefold().split())


def with_names_as_one(sheet: Sheet) -> Sheet:
    """Make names that differ only in how they are written one, and paths of topics their best level."""
    columns = dict(sheet.columns)
    for role in NAMES:
        if role in columns:
            columns[role] = as_one(columns[role], accents=role == "priority")
    if "category" in columns:
        columns["category"], told = at_best_level(columns["category"])
        sheet.notices.extend([told] if told else [])
    return replace(sheet, columns=columns)


def as_one(column: Column, *, accents: bool = False) -> Column:
    """Make values that differ only by case and spaces one; by accents too, if so asked.

    The one that most rows have gives the name.
    """
    fold: Callable[[str], str] = folded_label if accents else _spaced
    count = np.bincount(column.code, minlength=len(column.values))
    named: dict[str, int] = {}
    values: list[object] = []
    most: list[int] = []
    new = np.zeros(len(column.values), np.int32)
    for at, value in enumerate(column.values):
        text = value if value.__class__ is str else str(value)
        place = named.setdefault(fold(text), len(values))
        if place == len(values):
            values.append(" ".join(text.split()))
            most.append(int(count[at]))
        elif count[at] > most[place]:
            values[place], most[place] = " ".join(text.split()), int(count[at])
        new[at] = place
    return Column(column.name, values, new[column.code])


def at_best_level(column: Column) -> tuple[Column, str]:
    """Take a column of paths at the level that says most; say which, or nothing if there are no paths.

    That is the level at which topics with enough tickets differ most (the entropy of their shares; all
    small ones are one topic). Of levels alike, the first.
    """
    values = [str(value) for value in column.values]
    count = np.bincount(column.code, minlength=len(values))
    split = _split(values, count)
    if not split:
        return column, ""
    parts = [[part for part in re.split(split, value.strip()) if part] for value in values]
    depth = min(max(map(len, parts), default=0), MOST_LEVELS)
    levels = [
        Column(column.name, [_upto(path, level) for path in parts], column.code)
        for level in range(depth)
    ]
    said = [_says(level) for level in levels]
    best = max(range(depth), key=lambda at: (round(said[at], 2), -at))
    if said[best] <= _says(column) and best == depth - 1:
        return column, ""
    told = (
        f"{column.name!r} holds paths of up to {depth} levels; their level {best + 1} is taken for the "
        "topic: it tells tickets apart best."
    )
    # One word may stand under several: the path up to there is the name.
    return as_one(levels[best]), told


def _split(values: Sequence[str], count: NDArray[np.int64]) -> str:
    filled = sum(int(n) for n, value in zip(count, values, strict=True) if value)
    for split in SPLITS:
        deep = sum(
            int(n) for n, value in zip(count, values, strict=True) if len(_parts(split, value)) > 1
        )
        if filled and deep >= MOSTLY * filled and (split != r"\." or _dotted(values)):
            return split
    return ""


def _parts(split: str, value: str) -> list[str]:
    return [part for part in re.split(split, value) if part]


def _dotted(values: Sequence[str]) -> bool:
    """Tell dots between words from those of versions and sentences."""
    return all(
        re.fullmatch(r"\w+(?:\.\w+)+", value) and not value[0].isdigit()
        for value in values
        if value
    )


def _upto(path: list[str], level: int) -> str:
    """Return the name of a path at a level: its last word there, with those above where it has any."""
    return " > ".join(path[: level + 1])


def _says(column: Column) -> float:
    """Return the entropy of the topics of a column, in nats, the small ones together."""
    names: dict[str, int] = {}
    place = np.array([names.setdefault(_spaced(str(v)), len(names)) for v in column.values])
    count = np.sort(np.bincount(place[column.code], minlength=len(names)))[::-1]
    large = count[:MOST_TOPICS]
    large = large[large >= FEWEST]
    share = np.append(large, count.sum() - large.sum()) / max(count.sum(), 1)
    share = share[share > 0]
    return float(-(share * np.log(share)).sum())
