"""Which tool an export comes from, by its header."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from sim.errors import ExportError
from sim.intake.columns import find_columns
from sim.intake.mapping import Mapping, load_mapping, presets
from sim.intake.sheet import read_header

GENERAL: Final = "any"
"""Taken where no tool's own names fit better."""


def guess_mapping(path: str | os.PathLike[str]) -> tuple[str, str]:
    """Guess the preset that reads an export, by the names of its columns.

    Returns
    -------
    name : str
        Of a preset: the one most of whose columns are there, spelled as it spells them.
    why : str
        A sentence.

    Raises
    ------
    ExportError
        If the file cannot be read.
    """
    file = Path(path)
    header = read_header(file)
    best, most = GENERAL, (-1, 0)
    for name in sorted(presets(), key=lambda one: one != GENERAL):
        exact, found = _fit(header, load_mapping(name), file.name)
        if (exact, found) > most:
            best, most = name, (exact, found)
    if most[1] == 0:
        return best, "No preset knows its columns."
    return best, f"Read as {best}: it knows {most[1]} of the {len(header)} columns."


def _fit(header: list[str], mapping: Mapping, file: str) -> tuple[int, int]:
    """Return how many columns are spelled as the mapping has them, and how many are found at all."""
    try:
        places = find_columns(header, mapping, file)
    except ExportError:
        return -1, 0
    names = {name for several in mapping.columns.values() for name in several}
    return sum(header[place] in names for place in places.values()), len(places)


__all__ = ["guess_mapping"]
