"""What an exercise is, and how an answer is read: kindly, but not so that a wrong one passes."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

NUMBER: Final = re.compile(
    r"^\s*([+-]?\d+(?:[.,]\d+)?(?:[eE][+-]?\d+)?)\s*(%|per cent|[^\d\s%].*)?\s*$"
)
PER_CENT: Final = 100.0
NEAR: Final = 5.0
"""An answer within so many tolerances is told that it is close."""


@dataclass(frozen=True)
class Exercise:
    """One exercise of the course.

    Attributes
    ----------
    answer : callable
        Returns what is right: a number, a text, a set of either of which any is right, or a function
        that is given what a student built and returns what is wrong with it ("" for nothing). It is
        given what the notebook found, where the question is about that.
    hint : str
        Told when an answer is not right.
    solution : str
        One or two sentences for lecturers.
    within : float
        How far from a number an answer may be.
    share : bool
        The answer is a share: ``"55.6 %"`` and 0.556 say the same.
    """

    answer: Callable[..., Any]
    hint: str
    solution: str
    within: float = 0.0
    share: bool = False

    def verdict(self, given_answer: Any, *found: Any) -> str:
        """Say ``right.``, or what to do next.

        Examples
        --------
        >>> half = Exercise(lambda: 0.5, "Halve it.", "1 / 2.", within=0.005, share=True)
        >>> half.verdict("50 %"), half.verdict(0.502), half.verdict(50), half.verdict(0.52)
        ('right.', 'right.', 'right.', 'not yet. Close: mind the rounding. Halve it.')
        >>> Exercise(lambda: "business systems", "Look.", "").verdict(" Business  Systems. ")
        'right.'
        """
        right = self.answer(*found)
        if callable(right):
            wrong = right(given_answer)
            return f"not yet. {wrong or self.hint}" if wrong else "right."
        several = right if isinstance(right, set | frozenset) else {right}
        if any(self._same(given_answer, one) for one in several):
            return "right."
        numbers = [one for one in several if not isinstance(one, str)]
        if not numbers:
            return f"not yet. {self.hint}"
        read = self._number(given_answer)
        if read is None:
            return f"not yet. A number is asked for. {self.hint}"
        near = any(abs(read - one) <= NEAR * self.within for one in numbers)
        return f"not yet. {'Close: mind the rounding. ' if near else ''}{self.hint}"

    def _same(self, answer: Any, right: Any) -> bool:
        if isinstance(right, str):
            return isinstance(answer, str) and plain(answer) == plain(right)
        read = self._number(answer)
        if read is None:
            return False
        rounding = 1e-9 * max(1.0, abs(float(right)))
        # A share above 1 can only be meant in per cent, where the right one is below.
        if self.share and read > 1 >= abs(right):
            read /= PER_CENT
        return abs(read - float(right)) <= self.within + rounding

    def _number(self, answer: Any) -> float | None:
        if isinstance(answer, bool):
            return None
        if isinstance(answer, str):
            match = NUMBER.match(answer)
            if match is None:
                return None
            value = float(match[1].replace(",", "."))
            return value / PER_CENT if self.share and match[2] in {"%", "per cent"} else value
        try:
            value = float(answer)
        except (TypeError, ValueError):
            return None
        return value if math.isfinite(value) else None


def plain(text: str) -> str:
    """Return a text without what does not matter: case, spaces, quotes, a full stop.

    Examples
    --------
    >>> plain("  'Business  systems'. ")
    'business systems'
    """
    return " ".join(text.casefold().strip(" .'\"`").replace("’", "'").split())
