"""How sure we are of one number: estimates with intervals over replications.

The unit of evidence is the replication. Tickets of one replication wait in the same queues and are
not independent, so that an interval over tickets would be far too short; replications are.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from sim.errors import StudyError
from sim.study.interval import is_dominated, reach, skewness

Better = Literal["higher", "lower"]
MOST_REPLICATIONS = 10_000_000
"""Where a count of replications needed stops meaning anything."""


@dataclass(frozen=True)
class Estimate:
    """A number, how sure we are of it, and from how many replications.

    Attributes
    ----------
    mean, low, high : float
        The estimate and the ends of its interval, in the metric's own unit. NaN: not known (no
        replication measured it, or one alone, which says nothing about its spread).
    n : int
        Replications that measured it.
    level : float
        Confidence of the interval.
    sd : float
        Standard deviation between replications.
    missing : int
        Replications in which it was not measured; they are left out.
    skewness : float
        Of the replications; 0 where it is not known. Where it is not 0, the interval reaches
        farther on one side of the mean than on the other.

    Examples
    --------
    >>> waits = mean_estimate([4.0, 5.0, 6.0])
    >>> waits
    5 [2.516, 7.484] from 3 replications
    >>> waits.clears(9.0, "lower"), waits.clears(2.0, "lower"), waits.clears(6.0, "lower")
    (True, False, None)
    """

    mean: float
    low: float
    high: float
    n: int
    level: float = 0.95
    sd: float = math.nan
    missing: int = 0
    skewness: float = 0.0

    @property
    def half_width(self) -> float:
        """Half the length of the interval; NaN when it is not known."""
        return (self.high - self.low) / 2

    @property
    def standard_error(self) -> float:
        """Standard deviation of the mean."""
        return self.sd / math.sqrt(self.n) if self.n else math.nan

    @property
    def dominated(self) -> bool:
        """Whether one replication lies so far from all others that the interval hangs on it alone."""
        return is_dominated(self.n, self.skewness)

    @property
    def negated(self) -> Estimate:
        """The estimate of the number with its sign turned: of a lack, where this is a surplus."""
        return replace(
            self, mean=-self.mean, low=-self.high, high=-self.low, skewness=-self.skewness
        )

    def clears(self, goal: float, better: Better = "higher") -> bool | None:
        """Tell on which side of a goal the whole interval lies.

        Returns
        -------
        bool or None
            True on the good side (the goal itself included), False on the bad one, None when the
            interval holds the goal or is not known.
        """
        good, bad = (self.low, self.high) if better == "higher" else (-self.high, -self.low)
        bar = goal if better == "higher" else -goal
        if good >= bar:
            return True
        if bad < bar:
            return False
        return None

    def format(self, write: Callable[[float], str] | None = None) -> str:
        """Write the estimate and its interval, each number by ``write``; the unit once.

        Examples
        --------
        >>> Estimate(0.71, 0.70, 0.72, 20).format(lambda share: f"{100 * share:.0f} %")
        '71 % [70, 72]'
        """
        write = write or (lambda number: f"{number:.4g}")
        if math.isnan(self.mean):
            return "not measured"
        if math.isnan(self.low):
            return f"{write(self.mean)} [interval not known]"
        mean, low, high = map(write, (self.mean, self.low, self.high))
        unit = _ONE_UNIT.fullmatch(mean)
        if unit and all(_is_number_with(end, unit[1]) for end in (low, high)):
            low, high = low.removesuffix(unit[1]), high.removesuffix(unit[1])
        return f"{mean} [{low}, {high}]"

    def __repr__(self) -> str:
        without = f", {self.missing} without it" if self.missing else ""
        plural = "" if self.n == 1 else "s"
        return f"{self.format()} from {self.n} replication{plural}{without}"


_ONE_UNIT = re.compile(r"[+−-]?[\d.,]+( \S+)")


def _is_number_with(text: str, unit: str) -> bool:
    found = _ONE_UNIT.fullmatch(text)
    return found is not None and found[1] == unit


def _measured(values: ArrayLike) -> tuple[NDArray[np.float64], int]:
    every = np.asarray(values, dtype=np.float64).ravel()
    kept = every[~np.isnan(every)]
    return kept, len(every) - len(kept)


def check_level(level: float) -> None:
    """Raise ``StudyError`` unless a confidence level lies between 0 and 1."""
    if not 0 < level < 1:
        raise StudyError(f"the confidence level is between 0 and 1, as 0.95, not {level!r}")


def mean_estimate(values: ArrayLike, *, level: float = 0.95) -> Estimate:
    """Estimate a mean over replications, with an interval that minds how skewed they are.

    Parameters
    ----------
    values : array of float64, one per replication
        NaN for a replication that did not measure it; those are left out and counted.
    level : float

    Returns
    -------
    Estimate
        Mean ± t(n-1) s / √n (Law, "Simulation Modeling and Analysis", 5th ed. 2015, eq. 4.12),
        and farther on the side of the longer tail where replications are skewed (Johnson 1978; see
        ``sim.study.interval``): few replications mostly miss the bad periods, and Student's t alone
        would hold the truth too seldom. Values that never vary give an interval of no length: a
        number that does not depend on chance, such as the pay of a fixed roster, is known.

    Examples
    --------
    >>> mean_estimate([4.0, 5.0, 6.0, 4.0, 12.0])
    6.2 [2.045, 12.81] from 5 replications
    """
    check_level(level)
    kept, missing = _measured(values)
    n = len(kept)
    if n == 0:
        return Estimate(math.nan, math.nan, math.nan, 0, level, missing=missing)
    # Shifting by the first value keeps constant values exactly constant, and loses fewer digits.
    mean = float(kept[0] + np.mean(kept - kept[0]))
    if n == 1:
        return Estimate(mean, math.nan, math.nan, 1, level, missing=missing)
    sd = float(np.std(kept - kept[0], ddof=1))
    skew = skewness(kept - kept[0])
    below, above = (side * sd / math.sqrt(n) for side in reach(n, level, skew))
    return Estimate(mean, mean - below, mean + above, n, level, sd, missing, skew)


def share_estimate(
    values: ArrayLike, sizes: ArrayLike | None = None, *, level: float = 0.95
) -> Estimate:
    """Estimate a share over replications.

    Parameters
    ----------
    values : array of float64, one per replication
        The share in each, from 0 to 1; NaN where there was nothing to take a share of.
    sizes : array of float64, one per replication, optional
        Of how many tickets (or weeks) each share was taken.
    level : float

    Returns
    -------
    Estimate
        The interval of ``mean_estimate`` for the replications' shares, cut at 0 and 1. Where every replication shows
        the same share (mostly all or nothing) their spread says nothing, and Clopper and Pearson's
        interval (Biometrika 26, 1934) stands in: over all tickets together if ``sizes`` are given,
        else over replications, each of which either is like the others or is not.

    Examples
    --------
    >>> share_estimate([1.0] * 20, [100] * 20).format()
    '1 [0.9982, 1]'
    >>> share_estimate([1.0] * 20).format()
    '1 [0.8316, 1]'
    """
    usual = mean_estimate(values, level=level)
    if usual.n > 1 and usual.sd > 0:
        return replace(usual, low=max(0.0, usual.low), high=min(1.0, usual.high))
    if usual.n <= 1:
        # One replication's tickets are no independent evidence, so nothing stands in for a spread.
        return usual
    total = float(usual.n)
    if sizes is not None:
        every = np.asarray(sizes, dtype=np.float64).ravel()
        total = float(np.nansum(every[~np.isnan(np.asarray(values, dtype=np.float64).ravel())]))
    low, high = clopper_pearson(usual.mean * total, total, level=level)
    return Estimate(
        usual.mean, min(low, usual.mean), max(high, usual.mean), usual.n, level, 0.0, usual.missing
    )


def clopper_pearson(successes: float, trials: float, *, level: float = 0.95) -> tuple[float, float]:
    """Return the exact interval of a share of independent trials.

    Clopper and Pearson (Biometrika 26, 1934), by quantiles of the beta distribution.

    Examples
    --------
    >>> low, high = clopper_pearson(0, 20)
    >>> low, round(high, 4)
    (0.0, 0.1684)
    """
    check_level(level)
    if trials <= 0:
        return 0.0, 1.0
    tail = (1 - level) / 2
    failures = trials - successes
    low = float(special.betaincinv(successes, failures + 1, tail)) if successes > 0 else 0.0
    high = float(special.betaincinv(successes + 1, failures, 1 - tail)) if failures > 0 else 1.0
    return low, high


def quantile_estimate(values: ArrayLike, probability: float, *, level: float = 0.95) -> Estimate:
    """Estimate a quantile of the replications' values, free of any distribution.

    "The backlog that nine periods of ten stay below" is a quantile over replications; the 90 %
    point of resolution times inside a replication is a value like any other, and its mean has the
    interval of a mean.

    Parameters
    ----------
    values : array of float64, one per replication
    probability : float
        Between 0 and 1.
    level : float

    Returns
    -------
    Estimate
        Between two order statistics, whose ranks are the binomial quantiles that leave at most
        half of ``1 - level`` on each side (David and Nagaraja, "Order Statistics", 3rd ed. 2003,
        section 7.1): at least ``level``. An end that so few replications cannot give is infinite.
    """
    check_level(level)
    if not 0 < probability < 1:
        raise StudyError(f"a quantile is taken between 0 and 1, as 0.9, not at {probability!r}")
    kept, missing = _measured(values)
    n = len(kept)
    if n == 0:
        return Estimate(math.nan, math.nan, math.nan, 0, level, missing=missing)
    kept = np.sort(kept)
    middle = float(np.quantile(kept, probability))
    sd = float(np.std(kept, ddof=1)) if n > 1 else math.nan
    at_most = special.bdtr(np.arange(n + 1), n, probability)
    tail = (1 - level) / 2
    # below: the largest rank r with P(fewer than r values lie under the quantile) <= tail.
    below = int(np.searchsorted(at_most, tail, side="right"))
    above = int(np.searchsorted(at_most, 1 - tail, side="left")) + 1
    low = float(kept[below - 1]) if below >= 1 else -math.inf
    high = float(kept[above - 1]) if above <= n else math.inf
    return Estimate(middle, low, high, n, level, sd, missing)


def replications_needed(estimate: Estimate, half_width: float) -> int:
    """Tell how many replications give an interval of at most this half width.

    Returns
    -------
    int
        In all, those made included, if spread and skewness stay what they are: the smallest n whose
        interval is short enough (Law 2015, eq. 9.2). At most ``MOST_REPLICATIONS``.

    Examples
    --------
    >>> replications_needed(mean_estimate([4.0, 5.0, 6.0]), 0.5)
    18
    """
    return _fewest(estimate, half_width, lambda below, above: (below + above) / 2)


def replications_to_clear(estimate: Estimate, goal: float) -> int:
    """Tell how many replications leave a goal outside the interval, if the estimate stays where it is.

    Returns
    -------
    int
        In all, those made included; at most ``MOST_REPLICATIONS``.

    Examples
    --------
    >>> replications_to_clear(mean_estimate([4.0, 5.0, 6.0]), 5.5)
    18
    """
    is_below = goal < estimate.mean
    return _fewest(
        estimate,
        abs(estimate.mean - goal),
        lambda below, above: below if is_below else above,
    )


def _fewest(estimate: Estimate, length: float, of: Callable[[float, float], float]) -> int:
    """Return the fewest replications with which a length of the interval is at most so much."""
    if math.isnan(estimate.sd) or not length > 0:
        return MOST_REPLICATIONS
    if estimate.sd == 0:
        return max(2, estimate.n)

    def enough(n: int) -> bool:
        sides = reach(n, estimate.level, estimate.skewness)
        return of(*sides) * estimate.sd / math.sqrt(n) <= length

    top = 2
    while not enough(top):
        top *= 2
        if top >= MOST_REPLICATIONS:
            return MOST_REPLICATIONS
    bottom = top // 2
    while top - bottom > 1:
        middle = (top + bottom) // 2
        top, bottom = (middle, bottom) if enough(middle) else (top, middle)
    return top
