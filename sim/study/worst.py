"""Which hour, cause or place is the worst, where that is more than noise over all that were looked at.

The highest of 168 means is always some hour's. It is named only if it is shown to lie above every
other one, by paired differences within replications, one-sided, each at the level shared out among
all (Bonferroni): where nothing differs, something is named in at most one study of twenty.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sim.scenario.quantities import WEEKDAYS
from sim.study.claim import Claim
from sim.study.estimate import mean_estimate
from sim.study.interval import one_sided_p, skewness
from sim.study.result import Result

HOURS: Final = 24
FEW: Final = 3
"""As many as are named where one alone is not shown to be the worst."""
FEWEST_REPLICATIONS: Final = 5


@dataclass(frozen=True)
class Worst:
    """The places that may be the highest.

    Attributes
    ----------
    places : tuple of int
        Those not shown to lie below the one with the highest mean, which comes first.
    looked_at : int
        Places that every replication measured.
    """

    places: tuple[int, ...]
    looked_at: int

    @property
    def named(self) -> tuple[int, ...]:
        """The places worth naming: one, or few of many; none where no place stands out."""
        few = len(self.places) <= min(FEW, (self.looked_at - 1) // 2)
        return self.places if few or len(self.places) == 1 < self.looked_at else ()


def worst(values: NDArray[np.float64], level: float = 0.95) -> Worst:
    """Find the places that may be the highest.

    Parameters
    ----------
    values : float64, shape (replications, places)
        Places that some replication did not measure are left out.
    level : float

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> flat = rng.normal(10, 1, (20, 168))
    >>> peak = flat + 5 * (np.arange(168) == 9)
    >>> worst(flat).named, worst(peak).named
    ((), (9,))
    """
    known = np.flatnonzero(~np.isnan(values).any(axis=0))
    if len(values) < FEWEST_REPLICATIONS or not len(known):
        return Worst((), len(known))
    means = values[:, known].mean(axis=0)
    leader = known[int(np.argmax(means))]
    others = [place for place in known if place != leader]
    wrong = (1 - level) / max(1, len(others))
    near = [int(place) for place in others if _chance(values[:, leader] - values[:, place]) > wrong]
    near.sort(key=lambda place: -float(values[:, place].mean()))
    return Worst((int(leader), *near), len(known))


def _chance(gaps: NDArray[np.float64]) -> float:
    """Return the one-sided p-value of "no higher than that one"."""
    gap, error = float(gaps.mean()), float(gaps.std(ddof=1)) / math.sqrt(len(gaps))
    if error == 0:
        return 0.0 if gap > 0 else 1.0
    return one_sided_p(gap / error, len(gaps), skewness(gaps))


def worst_hour(
    result: Result, curve: str, names: Sequence[str], weights: NDArray[np.float64] | None = None
) -> Claim:
    """Say at which hour of the week a curve is highest, as far as that is more than noise.

    Parameters
    ----------
    result : Result
        Its replications kept the curve, whose last axes are weekdays and hours.
    curve : str
    names : sequence of str
        Of the queues, pools or tiers that the curve's first axis stands for.
    weights : float64, shape (replications, places), optional
        What each place counts by; by default all alike.

    Returns
    -------
    Claim
        "hour" with one place; "hours" with a few; "no hour" where none stands out.
    """
    kept = [one.curves[curve] for one in result.replications if curve in one.curves]
    flat = np.stack([np.asarray(one, dtype=np.float64).reshape(-1) for one in kept])
    found = worst(flat if weights is None else flat * weights, result.level)
    what = tuple(place_words(names, place) for place in found.named)
    kind = {0: "no hour", 1: "hour"}.get(len(what), "hours")
    figures = tuple(
        (name, mean_estimate(flat[:, place], level=result.level))
        for name, place in zip(what, found.named, strict=True)
    )
    count = (("looked at", found.looked_at),)
    return Claim(kind, (result.name,), what, (*figures, *count), (curve,))


def place_words(names: Sequence[str], place: int) -> str:
    """Name a place of a curve: queue, weekday and hour.

    Examples
    --------
    >>> place_words(["L1", "L2"], 168 + 25)
    'L2, Tue 01:00'
    """
    queue, hour = divmod(place, len(WEEKDAYS) * HOURS)
    return f"{names[queue]}, {WEEKDAYS[hour // HOURS]} {hour % HOURS:02}:00"
