"""Whether the rows that were set aside are many, or not like those that are left.

A file whose dates before ten o'clock cannot be read loses mornings, not rows: what is left looks whole. So rows
that are set aside are held against the others wherever they still say something: by the hour and the month of
their other dates, their priority, their team (the chance of any false alarm is ``CHANCE``).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sim.intake.dates import Dates
from sim.intake.sheet import SetAside, Sheet
from sim.units import DAY, HOUR, format_share
from sim.workload.journeys import NOT_YET, Flags

MOST_SHARE: Final = 0.01
"""Of the rows, set aside for one reason, above which it is said first of all."""
FEWEST: Final = 10
"""Rows set aside that tell whether they are unlike the others."""
CHANCE: Final = 1e-3
LEAST_EXPECTED: Final = 5.0
DRAWS: Final = 20_000
REPEATS: Final = "it repeats"
"""How the reason begins of a row of which another is kept: its ticket is not lost."""
SHOWN: Final = 3
CELL: Final = 40
"""Characters of a cell that a reason may hold."""


def cell_shown(text: object) -> str:
    """Return what a reason may show of a cell: all of a short one, else its beginning and its shape.

    The shape has a for letters, and 0 for digits.

    Examples
    --------
    >>> cell_shown("31/31/2026")
    '31/31/2026'
    >>> cell_shown("Mr Example of Example Ltd called about his laptop, 5 times")
    'Mr Example of Example Ltd called about h… (aa aaaaaaa aa aaaaaaa aaa aaaaaa aaaaa a…)'
    """
    text = str(text)
    if len(text) <= CELL:
        return text
    shape = re.sub(r"[^\W\d_]", "a", re.sub(r"\d", "0", text[:CELL]))
    return f"{text[:CELL]}… ({shape}…)"


def reason_kind(reason: str) -> str:
    """Return a reason without what is of its row alone.

    Examples
    --------
    >>> reason_kind("Created '31/31/2026' is no date")
    'Created … is no date'
    """
    return re.sub(r"'(?:[^'\\]|\\.)*'|\"[^\"]*\"|\b\d+\b", "…", reason)


def told_of_lost(
    sheet: Sheet,
    dates: Mapping[str, Dates],
    usable: Flags,
    aside: Sequence[SetAside],
    rows: int,
) -> str:
    """Say that rows are lost, where they are many for one reason or unlike the others; else nothing.

    Parameters
    ----------
    sheet : Sheet
    dates : mapping of str to Dates
        By role.
    usable : bool array, one per row of the sheet
    aside : sequence of SetAside
        Also of rows that are not in the sheet.
    rows : int
        Of the file.
    """
    lost = Counter(reason_kind(one.reason) for one in aside if not one.reason.startswith(REPEATS))
    if not lost:
        return ""
    unlike = _unlike(sheet, dates, usable)
    if max(lost.values()) <= MOST_SHARE * rows and not unlike:
        return ""
    total = sum(lost.values())
    reasons = "; ".join(f"{reason} ({count:,})" for reason, count in lost.most_common(SHOWN))
    more = f"; {len(lost) - SHOWN} more reasons" if len(lost) > SHOWN else ""
    told = (
        f"{total:,} of {rows:,} rows ({format_share(total / rows)}) cannot be used and are set aside: "
        f"{reasons}{more}. All figures are of the other rows."
    )
    if unlike:
        told += (
            f" The rows set aside are not like those: they differ by {', '.join(unlike)}, so that what is "
            "left is not what the desk had."
        )
    return told


def _unlike(sheet: Sheet, dates: Mapping[str, Dates], usable: Flags) -> list[str]:
    """Name what differs between rows that are set aside and the others, beyond chance."""
    gone = ~usable
    if gone.sum() < FEWEST or not usable.any():
        return []
    tests: dict[str, NDArray[np.int64]] = {
        role: sheet.columns[role].code.astype(np.int64)
        for role in ("priority", "team")
        if role in sheet.columns
    }
    for role, one in dates.items():
        known = one.at_ms != NOT_YET
        if known[gone].sum() >= FEWEST:
            name = sheet.columns[role].name
            if one.timed:
                tests[f"the hour of {name!r}"] = np.where(known, one.at_ms % DAY // HOUR, NOT_YET)
            month = one.at_ms.astype("M8[ms]").astype("M8[M]").astype(np.int64)
            tests[f"the month of {name!r}"] = np.where(known, month, NOT_YET)
    return [name for name, kind in tests.items() if _chance(kind, gone) < CHANCE / len(tests)]


def _chance(kind: NDArray[np.int64], gone: Flags) -> float:
    """Return how likely chance alone makes two groups of rows so different in kind.

    By the chi-square law or, where fewer than five rows of a kind are expected, by drawing rows at random.
    """
    known = kind != NOT_YET
    _, place = np.unique(kind[known], return_inverse=True)
    out = gone[known]
    every = np.bincount(place)
    if len(every) < 2 or not out.any() or out.all():  # noqa: PLR2004 - one kind cannot differ
        return 1.0
    own = np.bincount(place[out], minlength=len(every))
    expected = every * out.mean()

    def misfit(own: NDArray[np.int64]) -> NDArray[np.float64]:
        return np.asarray(((own - expected) ** 2 / expected).sum(axis=-1))

    if expected.min() >= LEAST_EXPECTED:
        from scipy.stats import chi2  # noqa: PLC0415 - heavy, and only needed here

        # The others differ the other way.
        return float(chi2.sf(misfit(own) / (1 - out.mean()), len(every) - 1))
    drawn = np.random.default_rng(1).multivariate_hypergeometric(
        every, int(out.sum()), DRAWS, method="marginals"
    )
    return float((1 + (misfit(drawn) >= misfit(own)).sum()) / (1 + DRAWS))
