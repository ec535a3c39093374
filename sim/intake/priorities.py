"""Which priority comes first: by words before numbers, and with a doubt said where neither tells.

A word gives a level (critical 0, high 1, medium 2, low 3, lowest 4). "Very" moves it half a level away from
the middle, a superlative to the end, and "not" turns what is urgent into low. Numbers order what words leave
open, in the direction in which the words run ("5 very high" comes before "2 low"). P1, Sev 2 and Priority 3
are numbered from the most urgent by custom; bare numbers may run either way, and that is said.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sim.intake.priority_words import LEVELS, MOST, NOT, NUMBERED, PREFIXES, SURE, VERY

MIDDLE: Final = 2.0
END: Final = 4.0
HALF: Final = 0.5
TURNED: Final = 3.0
"""Level of what is not urgent."""


@dataclass(frozen=True)
class Ranking:
    """Priorities, put in order.

    Attributes
    ----------
    levels : tuple of float
        One per label: 0 the most urgent; labels that are alike have the same.
    doubt : str
        What is not sure about it, in a sentence; empty if nothing.
    words : bool
        Whether words tell (then levels are those of words, 0 to 4), not numbers.
    """

    levels: tuple[float, ...]
    doubt: str = ""
    words: bool = True

    def order(self) -> list[int]:
        """Return the positions of the labels, the most urgent first."""
        return sorted(range(len(self.levels)), key=lambda at: self.levels[at])

    def places(self) -> list[int]:
        """Return the place of each label among those that differ, from 0."""
        known = sorted(set(self.levels))
        return [known.index(level) for level in self.levels]


def rank(labels: Sequence[str]) -> Ranking | None:
    """Put priorities in order; None if nothing in their labels tells.

    Examples
    --------
    >>> rank(["2 low", "5 very high", "3 normal", "4 high"]).order()
    [1, 3, 2, 0]
    >>> rank(["Normal", "Not urgent", "Hoch", "Sehr hoch"]).order()
    [3, 2, 0, 1]
    >>> rank(["P2", "P0"]).order(), rank(["blue", "green"]) is None
    ([1, 0], True)
    >>> rank(["1", "2"]).doubt[:45]
    '1 is taken for the most urgent priority, and '
    """
    if not labels:
        return Ranking(())
    tokens = [_tokens(label) for label in labels]
    levels = [_level(words) for words in tokens]
    numbers = [_number(words) for words in tokens]
    told = [at for at, level in enumerate(levels) if level is not None]
    if len(told) == len(labels):
        return Ranking(tuple(_untied(levels, numbers)))
    if any(number is None for number in numbers):
        unknown = [label for label, level in zip(labels, levels, strict=True) if level is None]
        # One label that says nothing ("none", "other") is the least urgent, if the others tell.
        if len(unknown) == 1 and len(told) > 1:
            filled = [END + 1 if level is None else level for level in levels]
            return Ranking(
                tuple(_untied(filled, numbers)),
                f"{unknown[0]!r} does not say how urgent it is, and is taken for the least urgent "
                "priority.",
            )
        return None
    found = [number for number in numbers if number is not None]
    rising = _direction(levels, found)
    doubt = ""
    if rising is None:
        rising = True
        if len(set(found)) > 1 and not all(_named(words) for words in tokens):
            first, last = labels[found.index(min(found))], labels[found.index(max(found))]
            doubt = (
                f"{first} is taken for the most urgent priority, and {last} for the least: bare numbers do "
                "not tell. Where it is the other way round, `priorities:` in the mapping says so."
            )
    base = min(found) if 0 in found else 1
    plain = [number - base if rising else max(found) - number for number in found]
    return Ranking(tuple(map(float, plain)), doubt, words=False)


def _tokens(label: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", label.casefold())
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    return re.findall(r"[^\W\d_]+|\d+", plain)


def _level(words: Sequence[str]) -> float | None:
    """Return how urgent the words of one label are."""
    found = []
    very = turned = most = False
    for word in words:
        if word in NOT:
            turned = True
        elif word in VERY:
            very = True
        elif word in MOST:
            most = True
        elif (level := _word_level(word)) is not None:
            found.append(_changed(level, very=very, turned=turned, most=most))
            very = turned = most = False
    if not found:
        return None
    # "P1 critical, urgent": the words of one label say one thing, or something between.
    return min(found) if min(found) < 1 else sum(found) / len(found)


def _word_level(word: str) -> float | None:
    if word in LEVELS:
        return float(LEVELS[word])
    for prefix in PREFIXES:
        rest = word.removeprefix(prefix)
        if rest != word and LEVELS.get(rest, 2) < MIDDLE:
            return TURNED
    for glued in ("very", "sehr", "zeer", "super"):
        rest = word.removeprefix(glued)
        if rest != word and rest in LEVELS:
            return _changed(float(LEVELS[rest]), very=True, turned=False, most=False)
    return None


def _changed(level: float, *, very: bool, turned: bool, most: bool) -> float:
    if turned:
        # Not very urgent is more urgent than not urgent.
        return TURNED - (HALF if very else 0) if level < MIDDLE else MIDDLE
    if most and level != MIDDLE:
        return 0.0 if level < MIDDLE else END
    if very and level != MIDDLE:
        return level - HALF if level < MIDDLE else level + HALF
    return level


def _number(words: Sequence[str]) -> int | None:
    numbers = [int(word) for word in words if word.isdigit()]
    return numbers[0] if numbers else None


def _named(words: Sequence[str]) -> bool:
    """Tell whether a number is said to be a priority's."""
    return any(word in SURE for word in words if word in NUMBERED)


def _direction(levels: Sequence[float | None], numbers: Sequence[int]) -> bool | None:
    """Tell whether the lowest number is the most urgent, by labels that have a word too."""
    all_numbers = set(numbers)
    pairs = sorted(
        (number, level) for level, number in zip(levels, numbers, strict=True) if level is not None
    )
    if len(pairs) > 1 and pairs[0][1] != pairs[-1][1]:
        return pairs[0][1] < pairs[-1][1]
    if (
        len(pairs) == 1
        and pairs[0][1] != MIDDLE
        and pairs[0][0] in (min(all_numbers), max(all_numbers))
    ):
        return (pairs[0][1] < MIDDLE) == (pairs[0][0] == min(all_numbers))
    return None


def _untied(levels: Sequence[float | None], numbers: Sequence[int | None]) -> list[float]:
    """Order labels of one level by their numbers, in the direction in which the words run."""
    known = [number for number in numbers if number is not None]
    if len(known) < len(numbers) or not known:
        return [float(level or 0) for level in levels]
    rising = _direction(levels, known) is not False
    most = max(map(abs, known)) + 1
    return [
        float(level or 0) + (number if rising else most - number) / (most * 1000)
        for level, number in zip(levels, known, strict=True)
    ]
