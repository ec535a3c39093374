"""How notices write counts and rows."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

SHOWN: Final = 3
"""Rows shown in a message."""


def many(count: int, word: str) -> str:
    """Write a count.

    Examples
    --------
    >>> many(1, "row"), many(1200, "row")
    ('1 row', '1,200 rows')
    """
    return f"{count:,} {word}{'' if count == 1 else 's'}"


def rows_shown(rows: NDArray[np.int64]) -> str:
    """Name the first of some rows.

    Examples
    --------
    >>> rows_shown(np.array([2])), rows_shown(np.array([2, 3, 5, 8]))
    ('row 2', 'rows 2, 3, 5, …')
    """
    more = ", …" if len(rows) > SHOWN else ""
    return ("row " if len(rows) == 1 else "rows ") + ", ".join(map(str, rows[:SHOWN])) + more
