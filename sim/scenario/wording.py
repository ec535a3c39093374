"""How a fault is worded: where, what was found, and what may have been meant."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Final

Path = tuple[str | int, ...]
"""Keys, and positions in lists, from the top of a scenario down to a value."""

LONGEST_SHOWN: Final = 60


def dotted(path: Path) -> str:
    """Write a path as people do: ``tiers.L1.staff.day``."""
    return ".".join(map(str, path))


def shown(value: object) -> str:
    """Write a value that was found, cut short where it is long.

    Examples
    --------
    >>> shown("6 heads"), shown(True), shown(None), shown({"a": 1}), shown([])
    ("'6 heads'", 'true', 'nothing', 'a mapping', 'a list')
    """
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list | tuple):
        return "a list"
    try:
        return cut_short(repr(value))
    except ValueError:  # an integer of more digits than Python prints
        return "a number of thousands of digits"


def cut_short(text: str) -> str:
    """Cut a quoted text that would fill the screen."""
    return text if len(text) <= LONGEST_SHOWN else f"{text[: LONGEST_SHOWN - 1]}…"


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return a hint in brackets, or nothing.

    Examples
    --------
    >>> did_you_mean("abilty", ["ability", "work"])
    " (did you mean 'ability'?)"
    """
    names = {name.lower(): name for name in known}
    close = difflib.get_close_matches(word.lower(), names, n=1)
    return f" (did you mean {names[close[0]]!r}?)" if close else ""


def listed(words: Iterable[str]) -> str:
    """Join words as people do.

    Examples
    --------
    >>> listed(["L1"]), listed(["L1", "L2", "L3"])
    ('L1', 'L1, L2 and L3')
    """
    several = list(words)
    if len(several) < 2:  # noqa: PLR2004 - one word needs no "and"
        return "".join(several)
    return f"{', '.join(several[:-1])} and {several[-1]}"
