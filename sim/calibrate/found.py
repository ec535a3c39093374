"""What was found in an export, as a mapping to keep."""

from __future__ import annotations

import os
from pathlib import Path

from sim import writing
from sim.borders import unsteered, yaml_text
from sim.calibrate.lines import Lines
from sim.intake.export import Export
from sim.intake.mapping import MAPPING, mapping_text


def save_found(export: Export, lines: Lines, path: str | os.PathLike[str]) -> Path:
    """Write what was found in an export as a mapping file, to be looked over and used with ``--as``.

    What was found about teams stands above it as a comment: stated, teams are tiers by name; found,
    tiers go by how far tickets travel.

    Raises
    ------
    OutputError
        If it cannot be written.
    """
    remarks = [f"How {export.source} was read. What is wrong can be put right here."]
    remarks += [f"Tiers: {sentence}" for sentence in lines.evidence]
    if lines.found and export.teams:
        first = [team for team, line in zip(export.teams, lines.of_team, strict=True) if not line]
        # A flow mapping of JSON strings is YAML, whatever the teams are called.
        stated = yaml_text({"L1": first})
        remarks.append(f"To state them (add more tiers as needed): teams: {stated}")
    text = "".join(f"# {unsteered(' '.join(remark.split()))}\n" for remark in remarks)
    return writing.write(path, text + mapping_text(export.mapping), MAPPING)
