"""Verdicts: a goal is met or missed only when the whole interval says so."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from sim.study.estimate import Better, Estimate
from sim.study.more import more_to_tell

Word = Literal["met", "missed", "not yet known", "no verdict"]


@dataclass(frozen=True)
class Verdict:
    """Whether a goal is met, as far as is known.

    Attributes
    ----------
    word : {"met", "missed", "not yet known", "no verdict"}
        The last of a desk that cannot be judged, see ``sim.study.trouble``.
    estimate : Estimate
    goal : float
    better : {"higher", "lower"}
    more : tuple of int, or None
        When not yet known: from how many to how many more replications would tell; the upper end
        suffices nine times in ten. None when that cannot be said.
    why : str
        Why there is no verdict.

    Examples
    --------
    >>> from sim.study.estimate import mean_estimate
    >>> judge(mean_estimate([0.91, 0.93, 0.92]), 0.9)
    not yet known (more replications are needed)
    >>> judge(mean_estimate([0.91, 0.93, 0.92]), 0.8)
    met
    """

    word: Word
    estimate: Estimate
    goal: float
    better: Better
    more: tuple[int, int] | None = None
    why: str = ""

    def __str__(self) -> str:
        if self.word == "no verdict":
            return f"{self.word} ({self.why})"
        if self.word != "not yet known":
            return self.word
        if self.estimate.n == 0:
            return f"{self.word} (not measured)"
        return f"{self.word} ({more_words(self.more)})"

    __repr__ = __str__

    def withheld(self, why: str) -> Verdict:
        """Return it without a verdict, where there is a reason for that."""
        return replace(self, word="no verdict", more=None, why=why) if why else self


def more_words(more: tuple[int, int] | None) -> str:
    """Write how many more replications would tell.

    Examples
    --------
    >>> more_words((3, 280)), more_words(None)
    ('3 to 280 more replications would tell', 'more replications are needed')
    """
    if more is None:
        return "more replications are needed"
    low, high = more
    count = f"{low:,} to {high:,}" if low < high else f"{high:,}"
    return f"{count} more replication{'' if high == 1 else 's'} would tell"


def judge(estimate: Estimate, goal: float, better: Better = "higher") -> Verdict:
    """Hold an estimate against a goal."""
    clear = estimate.clears(goal, better)
    if clear is not None:
        return Verdict("met" if clear else "missed", estimate, goal, better)
    return Verdict("not yet known", estimate, goal, better, more_to_tell(estimate, goal))
