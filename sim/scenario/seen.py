"""Times that were seen: a list, or a column of a file, for the laws of a desk."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from sim.errors import UnitError
from sim.scenario.wording import did_you_mean
from sim.units import duration_ms

MOST: Final = 10_000
"""Of more, every n-th of the sorted: the distribution stays to a ten-thousandth."""


def durations(
    source: Iterable[Any] | str | Path, column: str | None = None, *, unit: str = "min"
) -> list[str]:
    """Return times that were seen, as a scenario writes them: ``work=sim.durations([4, 7, 12])``.

    Parameters
    ----------
    source : iterable of numbers, or path of a CSV file with a header
    column : str, optional
        Of the file; may be left out where it has one.
    unit : str
        What the numbers count: ``"s"``, ``"min"``, ``"h"``. Texts such as ``"5 min"`` carry their own.

    Returns
    -------
    list of str

    Raises
    ------
    UnitError
        If there is no such file or column, or a value is no time; empty cells are left out.

    Examples
    --------
    >>> durations([4, 7.5, "1 h"])
    ['4 min', '7.5 min', '1 h']
    """
    values: list[Any] = []
    values += _column(Path(source), column) if isinstance(source, str | Path) else source
    if not values:
        raise UnitError("there are no times: the list or the column is empty")
    read = [(_written(value, unit, place), value) for place, value in enumerate(values, 1)]
    texts = [text for text, _ in read]
    if len(texts) <= MOST:
        return texts
    texts.sort(key=duration_ms)
    return [texts[(2 * n + 1) * len(texts) // (2 * MOST)] for n in range(MOST)]


def _written(value: Any, unit: str, place: int) -> str:
    text = str(value).strip()
    try:
        number = float(text)
    except ValueError:
        duration_ms(text)
        return text
    if not math.isfinite(number) or number < 0:
        raise UnitError(f"value {place} is {text}: a time is a number from 0 on")
    written = f"{text if number else 0} {unit}"
    duration_ms(written)
    return written


def _column(path: Path, column: str | None) -> Iterable[str]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file)
            names = list(rows.fieldnames or ())
            if column is None and len(names) == 1:
                column = names[0]
            if column not in names:
                hint = did_you_mean(str(column), names) if column is not None else ""
                raise UnitError(f"{path} has no column {column!r}{hint}; it has {', '.join(names)}")
            return [row[column] for row in rows if (row[column] or "").strip()]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UnitError(f"{path} cannot be read as CSV: {error}") from None
