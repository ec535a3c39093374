"""How a fault is worded: where, what was found, and what may have been meant."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Final

Path = tuple[str | int, ...]
"""Keys, and positions in lists, from the top of a scenario down to a value."""

LONGEST_SHOWN: Final = 60
MOST_NAMED: Final = 40
MOST_COMPARED: Final = 1_000
LONGEST_COMPARED: Final = 200
"""Letters of a word that may be a slip."""


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
    close = closest(word, known)
    return f" (did you mean {close!r}?)" if close else ""


def closest(word: str, known: Iterable[str], cutoff: float = 0.6) -> str | None:
    """Return the name that a word may be a slip of; None where none is near, or there are too many.

    Looking for it takes time for every letter of every name.

    Examples
    --------
    >>> closest("abilty", ["ability", "work"])
    'ability'
    """
    names = {name.lower(): name for name in known}
    if len(names) > MOST_COMPARED or len(word) > LONGEST_COMPARED:
        return None
    close = difflib.get_close_matches(word.lower(), names, n=1, cutoff=cutoff)
    return names[close[0]] if close else None


def some(words: Iterable[str]) -> str:
    """Name what there is; of very many, the first.

    Examples
    --------
    >>> some(["L1", "L2"]), some([]), some(map(str, range(1000)))[-21:]
    ('L1, L2', 'none', '39 and 960 more names')
    """
    several = list(words)
    rest = len(several) - MOST_NAMED
    told = ", ".join(map(cut_short, several[:MOST_NAMED])) or "none"
    return f"{told} and {rest:,} more names" if rest > 0 else told


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
