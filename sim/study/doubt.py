"""How sure it is that a desk keeps its promises, and that no other one seen is the cheapest.

A *doubt* is the one-sided p-value of a test on means: that of a desk against the leader says how
well what was seen goes with "it keeps every promise, and costs no more". The doubts of all desks
together bound the chance that the wrong one leads (Bonferroni), whatever they have in common. Under
heavy load a few bad weeks make up a mean: the tests are those of the intervals that are lengthened
towards the longer tail (``sim.study.interval``).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from sim.study.book import Book, Floats
from sim.study.held import Held
from sim.study.interval import one_sided_p, reach, skewness
from sim.study.space import Design

INDIFFERENCE = 0.01
"""Desks whose costs differ by less, as a part of the cost, are as good as each other."""


@dataclass(frozen=True)
class Kept:
    """How a desk keeps one promise.

    Attributes
    ----------
    promise : Held
    value : float
        Mean of the figure.
    slack, low, high : float
        How far it is on the good side, with its interval at the confidence asked for.
    """

    promise: Held
    value: float
    slack: float
    low: float
    high: float

    @property
    def word(self) -> str:
        """Whether it is met, missed or not yet known."""
        if self.low >= 0:
            return "met"
        return "missed" if self.high < 0 else "not yet known"


def kept_of(book: Book, design: Design, confidence: float) -> tuple[Kept, ...]:
    """Tell how a desk keeps each promise; all bounds together hold with the confidence."""
    slack = book.slacks(design)
    below, above = _reach(book, slack, confidence)
    found = []
    for at, promise in enumerate(book.promises):
        figures = book.values(design, promise.metric)
        value = math.nan if np.isnan(figures).all() else float(np.nanmean(figures))
        middle = float(slack[:, at].mean())
        low, high = middle - float(below[at]), middle + float(above[at])
        found.append(Kept(promise, value, middle, low, high))
    return tuple(found)


def kept_beside(book: Book, design: Design, beside: Design, confidence: float) -> tuple[Kept, ...]:
    """Tell how a desk keeps each promise, by how it differs from one that is better known.

    Its slack is that of the other in all its replications, and the difference on the tickets that
    both met: where a step changes nothing, as much is known after it as before.
    """
    theirs = book.slacks(beside)
    both = min(len(book.slacks(design)), len(theirs))
    if both < 2:  # noqa: PLR2004 - a spread needs two
        return kept_of(book, design, confidence)
    step = book.slacks(design)[:both] - theirs[:both]
    middle = theirs.mean(axis=0) + step.mean(axis=0)
    together = ((step - step.mean(axis=0)) * (theirs[:both] - theirs[:both].mean(axis=0))).sum(
        axis=0
    )
    variance = (theirs.var(axis=0, ddof=1) + 2 * together / (both - 1)) / len(theirs)
    errors = np.sqrt(np.maximum(variance + step.var(axis=0, ddof=1) / both, 0.0))
    least = np.array([promise.spread for promise in book.promises]) / math.sqrt(len(theirs))
    errors = np.maximum(errors, least)
    below, above = (
        np.maximum(mine, other) * errors
        for mine, other in zip(_sides(step, confidence), _sides(theirs, confidence), strict=True)
    )
    return tuple(
        Kept(
            promise,
            promise.bound + promise.sign * float(middle[at]),
            float(middle[at]),
            float(middle[at] - below[at]),
            float(middle[at] + above[at]),
        )
        for at, promise in enumerate(book.promises)
    )


def _reach(book: Book, slack: Floats, confidence: float) -> tuple[Floats, Floats]:
    """Return how far each promise's slack may lie below and above its mean."""
    if len(slack) < 2:  # noqa: PLR2004 - a spread needs two
        endless = np.full(len(book.promises), np.inf)
        return endless, endless
    errors = _errors(book, slack)
    below, above = _sides(slack, confidence)
    return below * errors, above * errors


def _sides(slack: Floats, confidence: float) -> tuple[Floats, Floats]:
    """Return how many standard errors lie below and above the mean of each promise's slack.

    Each bound is one-sided; several at once share what may be wrong.
    """
    count, promises = slack.shape
    level = 1 - 2 * (1 - confidence) / promises
    sides = np.array([reach(count, level, skewness(one)) for one in slack.T])
    return sides[:, 0], sides[:, 1]


def _errors(book: Book, slack: Floats) -> Floats:
    """Return the standard error of each promise's slack."""
    least = [promise.spread for promise in book.promises]
    errors: Floats = np.maximum(slack.std(axis=0, ddof=1), least) / math.sqrt(len(slack))
    return errors


def doubt_of_keeping(book: Book, design: Design) -> float:
    """Return a bound on how well what was seen goes with a broken promise."""
    slack = book.slacks(design)
    if len(slack) < 2:  # noqa: PLR2004 - a spread needs two
        return 1.0
    tails = [
        _tail(one, float(error)) for one, error in zip(slack.T, _errors(book, slack), strict=True)
    ]
    return min(1.0, sum(tails))


def doubt_of_breaking(book: Book, design: Design, *, by_heads: bool = False) -> float:
    """Return how well what was seen goes with every promise being kept.

    Parameters
    ----------
    book : Book
    design : tuple of int
    by_heads : bool
        Only promises that more people help: what is said of them is true of smaller desks too.
    """
    slack = book.slacks(design)
    if len(slack) < 2:  # noqa: PLR2004 - a spread needs two
        return 1.0
    return min(
        (
            _tail(-one, float(error))
            for promise, one, error in zip(
                book.promises, slack.T, _errors(book, slack), strict=True
            )
            if promise.helped or not by_heads
        ),
        default=1.0,
    )


def doubt_of_dearer(book: Book, design: Design, leader: Design) -> float:
    """Return how well what was seen goes with a desk being cheaper than the leader.

    Cheaper by more than ``INDIFFERENCE``, on the tickets that both met.
    """
    mine, theirs = book.costs(design), book.costs(leader)
    both = min(len(mine), len(theirs))
    gap = mine[:both] - theirs[:both]
    gap = gap[~np.isnan(gap)]
    if len(gap) < 2:  # noqa: PLR2004 - a spread needs two
        return 1.0
    margin = INDIFFERENCE * abs(float(np.nanmean(theirs[:both])))
    error = float(gap.std(ddof=1)) / math.sqrt(len(gap))
    return _tail(gap + margin, error)


def doubts(book: Book, leader: Design) -> dict[Design, float]:
    """Return, for each desk seen but the leader, how well it goes with being the answer instead.

    That is: with being cheaper, and with keeping every promise. A desk keeps none that a desk with
    at least as many people everywhere breaks (more people are never worse for it).
    """
    designs = [design for design in book.designs if design != leader]
    if not designs:
        return {}
    breaking = np.array([doubt_of_breaking(book, design, by_heads=True) for design in designs])
    places = np.array(designs)
    heads = np.array([axis.heads for axis in book.space.axes])
    found = {}
    for place, design in zip(places, designs, strict=True):
        larger = (places[:, heads] >= place[heads]).all(axis=1)
        larger &= (places[:, ~heads] == place[~heads]).all(axis=1)
        found[design] = min(
            doubt_of_dearer(book, design, leader),
            doubt_of_breaking(book, design),
            float(breaking[larger].min()),
        )
    return found


def _tail(gaps: Floats, error: float) -> float:
    """Return the p-value of a mean that lies on the good side of its bound by these gaps."""
    gap = float(gaps.mean())
    if error == 0:
        return 0.0 if gap > 0 else 1.0
    return one_sided_p(gap / error, len(gaps), skewness(gaps))
