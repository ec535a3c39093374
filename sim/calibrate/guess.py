"""Which tool an export comes from, by its header; and what was found, as a mapping to keep."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Final

from sim.calibrate.columns import find_columns
from sim.calibrate.export import Export
from sim.calibrate.lines import Lines
from sim.calibrate.mapping import Mapping, load_mapping, presets, save_mapping
from sim.calibrate.sheet import read_header
from sim.errors import ExportError
from sim.outcome.tables import write_whole

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


def save_found(export: Export, lines: Lines, path: str | os.PathLike[str]) -> Path:
    """Write what was found in an export as a mapping file, to be looked over and used with ``--as``.

    What was found about teams stands above it as a comment: stated, teams are tiers by name; found,
    tiers go by how far tickets travel.

    Raises
    ------
    OutputError
        If it cannot be written.
    """
    target = save_mapping(export.mapping, path)
    remarks = [f"How {export.source} was read. What is wrong can be put right here."]
    remarks += [f"Tiers: {sentence}" for sentence in lines.evidence]
    if lines.found and export.teams:
        first = [team for team, line in zip(export.teams, lines.of_team, strict=True) if not line]
        # A flow mapping of JSON strings is YAML, whatever the teams are called.
        stated = json.dumps({"L1": first}, ensure_ascii=False)
        remarks.append(f"To state them (add more tiers as needed): teams: {stated}")
    text = "".join(f"# {' '.join(remark.split())}\n" for remark in remarks)
    text += target.read_text("utf-8")
    return write_whole(target, lambda to: to.write_bytes(text.encode()))


__all__ = ["guess_mapping", "save_found"]
