"""Verdicts: a goal is met or missed only when the whole interval says so."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from sim.study.estimate import MOST_REPLICATIONS, Better, Estimate, replications_to_clear

Word = Literal["met", "missed", "not yet known"]
SENSIBLE_ROUNDING = 2
"""Significant figures of "about k more replications"."""


@dataclass(frozen=True)
class Verdict:
    """Whether a goal is met, as far as is known.

    Attributes
    ----------
    word : {"met", "missed", "not yet known"}
    estimate : Estimate
    goal : float
    better : {"higher", "lower"}
    more : int or None
        When not yet known: about how many more replications would tell, if the estimate stays
        where it is; None when that cannot be said (a single replication, nothing measured, or an
        estimate that sits on the goal).

    Examples
    --------
    >>> from sim.study.estimate import mean_estimate
    >>> judge(mean_estimate([0.91, 0.93, 0.92]), 0.9)
    not yet known (about 1 more replication)
    >>> judge(mean_estimate([0.91, 0.93, 0.92]), 0.8)
    met
    """

    word: Word
    estimate: Estimate
    goal: float
    better: Better
    more: int | None = None

    def __str__(self) -> str:
        if self.word != "not yet known":
            return self.word
        if self.estimate.n == 0:
            return f"{self.word} (not measured)"
        if self.more is None:
            return f"{self.word} (more replications are needed)"
        plural = "" if self.more == 1 else "s"
        return f"{self.word} (about {self.more:,} more replication{plural})"

    __repr__ = __str__


def judge(estimate: Estimate, goal: float, better: Better = "higher") -> Verdict:
    """Hold an estimate against a goal."""
    clear = estimate.clears(goal, better)
    if clear is not None:
        return Verdict("met" if clear else "missed", estimate, goal, better)
    return Verdict("not yet known", estimate, goal, better, _more(estimate, goal))


def _more(estimate: Estimate, goal: float) -> int | None:
    distance = abs(estimate.mean - goal)
    if estimate.n < 2 or not estimate.sd > 0 or not distance > 0:  # noqa: PLR2004 - a spread needs two
        return None
    needed = replications_to_clear(estimate, goal)
    if needed >= MOST_REPLICATIONS:
        return None
    more = max(1, needed - estimate.n)
    digits = SENSIBLE_ROUNDING - 1 - math.floor(math.log10(more))
    return round(more, digits) if digits < 0 else more
