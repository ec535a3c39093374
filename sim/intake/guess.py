"""Which tool an export comes from, and which of its columns are which: shown before it is read."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from sim.intake.columns import matched, unread_columns
from sim.intake.header import Head
from sim.intake.mapping import load_mapping
from sim.intake.names import stems_from, table, words_of
from sim.intake.sheet import read_head

GENERAL: Final = "any"
"""Taken where the header has no tool's own words."""
TELLING: Final = 2
"""Words of one tool that tell it."""


def guess_mapping(path: str | os.PathLike[str]) -> tuple[str, str]:
    """Guess the preset that reads an export: whose states mean what that tool's do.

    Parameters
    ----------
    path : path

    Returns
    -------
    name : str
        Of a preset.
    why : str
        A sentence, and below it what each column is taken for, with the evidence, and which columns
        of dates, teams or states are not read.

    Raises
    ------
    ExportError
        If the file cannot be read.
    """
    head, _ = read_head(Path(path), load_mapping(GENERAL))
    name, why = tool_of(head)
    mapping = load_mapping(name)
    found = matched(head, mapping)
    if not found:
        return name, "No column of it says what tickets have."
    lines = [f"Read as {name}: {why}."]
    left = unread_columns(head, [match.places for match in found.values()])
    if left:
        lines.append(f"Not read, though it may matter: {', '.join(left)}.")
    lines.append(f"Columns: {'; '.join(map(str, found.values()))}.")
    return name, "\n".join(lines)


def tool_of(head: Head) -> tuple[str, str]:
    """Tell the tool by the words of its header."""
    names = [words_of(name) for name in head.names]
    count = {}
    for tool, text in table("values")["tools"].items():
        own = [stems_from([one]) for one in text.split()]
        count[tool] = sum(any(one.places(words) for words in names) for one in own)
    best = max(count, key=lambda tool: count[tool])
    if count[best] < TELLING:
        return GENERAL, "its columns have the words of no one tool"
    return best, "its columns have the words of that tool"


__all__ = ["guess_mapping", "tool_of"]
