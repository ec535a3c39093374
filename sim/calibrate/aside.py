"""Rows of an export that cannot be used, written beside what is."""

from __future__ import annotations

import csv
import os
from collections.abc import Sequence
from pathlib import Path

from sim.calibrate.sheet import SetAside
from sim.outcome.tables import write_whole


def write_set_aside(rows: Sequence[SetAside], path: str | os.PathLike[str]) -> Path:
    """Write the rows that cannot be used, with their reasons, as CSV.

    Raises
    ------
    OutputError
        If it cannot be written; then no half of it is left.
    """

    def write(to: Path) -> None:
        with to.open("w", encoding="utf-8", newline="") as file:
            out = csv.writer(file)
            out.writerow(("row", "ticket", "reason"))
            out.writerows((one.row, harmless(one.ticket), harmless(one.reason)) for one in rows)

    return write_whole(Path(path), write)


def harmless(text: str) -> str:
    """Keep a spreadsheet from taking a text for a formula.

    Examples
    --------
    >>> harmless("=1+1"), harmless("INC1")
    ("'=1+1", 'INC1')
    """
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
