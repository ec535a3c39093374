"""Run until the best scenario is found: as many replications as that takes, for those still in.

A fixed number of replications is too many for scenarios that are clearly worse, and may be too few
for two that are close. The procedure of Kim and Nelson adds one replication at a time and drops a
scenario as soon as it cannot be the best by more than a difference that somebody would care about.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import count

import numpy as np
from numpy.typing import NDArray

from sim.errors import StudyError
from sim.study.estimate import Better

FEWEST_FIRST = 10
"""Fewer first replications make the bounds so wide that more are needed in the end."""


@dataclass(frozen=True)
class Selection:
    """What a search for the best found.

    Attributes
    ----------
    best : int
        Position of the scenario selected.
    replications : tuple of int
        How many each scenario was given.
    dropped_after : tuple of int or None
        After how many replications each was dropped; None for those still in at the end.
    means : tuple of float
        Over the replications each was given.
    decided : bool
        False when the cap came first; ``best`` is then the best mean so far.
    """

    best: int
    replications: tuple[int, ...]
    dropped_after: tuple[int | None, ...]
    means: tuple[float, ...]
    decided: bool


def select_best(
    observe: Callable[[int, Sequence[int]], Sequence[float]],
    scenarios: int,
    *,
    indifference: float,
    better: Better = "higher",
    confidence: float = 0.95,
    first: int = FEWEST_FIRST,
    max_replications: int = 1000,
) -> Selection:
    """Select the best scenario, right with a stated probability.

    The fully sequential procedure KN with c = 1 (Kim and Nelson, "A fully sequential procedure for
    indifference-zone selection in simulation", ACM TOMACS 11, 2001, section 3). It holds on common
    tickets, which make it stop sooner.

    Parameters
    ----------
    observe : callable
        ``observe(replication, still_in)`` gives the metric of each scenario still in, in that
        replication. It must be measured in all.
    scenarios : int
    indifference : float
        The smallest difference that matters. Where the best is better by at least this, it is
        selected with probability ``confidence``; otherwise one that is no worse by more is likely.
    better : {"higher", "lower"}
    confidence : float
    first : int
        Replications before anybody is dropped, from which the spread is known.
    max_replications : int

    Examples
    --------
    >>> rng = np.random.default_rng(7)
    >>> tickets = rng.normal(size=1000)
    >>> def observe(replication, still_in):
    ...     return [
    ...         tickets[replication] + 0.1 * s + 0.1 * rng.normal()
    ...         for s in still_in
    ...     ]
    >>> found = select_best(observe, 3, indifference=0.1)
    >>> found.best, found.decided, max(found.replications) < 40
    (2, True, True)
    """
    if scenarios < 2 or not indifference > 0 or not 0 < confidence < 1:  # noqa: PLR2004 - a choice
        raise StudyError(
            "a selection needs at least two scenarios, a difference above 0 that matters, and a "
            "confidence between 0 and 1"
        )
    if not 2 <= first <= max_replications:  # noqa: PLR2004 - a spread needs two
        raise StudyError("the first replications are at least 2 and at most the cap")
    sign = 1.0 if better == "higher" else -1.0
    everyone = range(scenarios)
    start = np.array([_seen(observe, r, everyone, sign) for r in range(first)])
    gaps = start[:, :, None] - start[:, None, :]
    variance = gaps.var(axis=0, ddof=1)
    eta = ((2 * (1 - confidence) / (scenarios - 1)) ** (-2 / (first - 1)) - 1) / 2
    h2 = 2 * eta * (first - 1)
    sums = start.sum(axis=0)
    given = np.full(scenarios, first)
    dropped: list[int | None] = [None] * scenarios
    still_in = list(everyone)
    for made in count(first):
        reach = np.maximum(
            0.0, indifference / (2 * made) * (h2 * variance / indifference**2 - made)
        )
        means = sums / given
        out = [
            i
            for i in still_in
            if any(means[i] < means[j] - reach[i, j] for j in still_in if j != i)
        ]
        for i in out:
            dropped[i] = made
        still_in = [i for i in still_in if i not in out]
        if len(still_in) == 1 or made >= max_replications:
            break
        sums[still_in] += _seen(observe, made, still_in, sign)
        given[still_in] += 1
    means = sums / given
    best = max(still_in, key=lambda i: float(means[i]))
    return Selection(
        best,
        tuple(int(n) for n in given),
        tuple(dropped),
        tuple(float(sign * m) for m in means),
        decided=len(still_in) == 1,
    )


def _seen(
    observe: Callable[[int, Sequence[int]], Sequence[float]],
    replication: int,
    still_in: Sequence[int],
    sign: float,
) -> NDArray[np.float64]:
    values = sign * np.asarray(observe(replication, still_in), dtype=np.float64)
    if np.isnan(values).any():
        raise StudyError(
            f"replication {replication} did not measure every scenario; select by another metric"
        )
    return values
