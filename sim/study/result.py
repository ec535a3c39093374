"""One scenario of a study: its estimates, what it changes, and its verdicts."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from sim.borders import harmless
from sim.errors import StudyError
from sim.scenario.change import differences
from sim.scenario.model import Scenario
from sim.study.asked import level_metric, words
from sim.study.estimate import Estimate, mean_estimate, quantile_estimate, share_estimate
from sim.study.paired import Difference, paired_difference
from sim.study.ratio import ratio_parts
from sim.study.replication import Replication
from sim.study.trouble import Trouble, trouble_of
from sim.study.verdict import Verdict, judge
from sim.study.warmup import WarmUp, mser5

LOW, HIGH = 0.1, 0.9
DAYS_PER_WEEK = 7


@dataclass(frozen=True, eq=False)
class Curve:
    """A metric over time, hours or steps.

    Attributes
    ----------
    mean, median, low, high : float64 arrays
        Over replications, point by point: the mean, and the 50 %, 10 % and 90 % points. NaN where
        no replication measured it. The band says how much one replication may differ from another;
        it is no interval of the mean.
    n : int
        Replications.
    """

    mean: NDArray[np.float64]
    median: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    n: int


@dataclass(frozen=True, eq=False)
class Result:
    """What a study has found about one scenario.

    Attributes
    ----------
    scenario : Scenario
    replications : tuple of Replication
        By number.
    base : Result or None
        The first scenario of the study; None for itself.
    level : float
        Confidence of every interval.
    """

    scenario: Scenario
    replications: tuple[Replication, ...]
    base: Self | None = field(default=None, repr=False)
    level: float = 0.95

    @property
    def name(self) -> str:
        """The scenario's name."""
        return self.scenario.name

    @cached_property
    def metrics(self) -> tuple[str, ...]:
        """Every metric that a replication gave."""
        return tuple(dict.fromkeys(name for one in self.replications for name in one.values))

    def values(self, metric: str) -> NDArray[np.float64]:
        """Return a metric of each replication; NaN where not measured."""
        self._check(metric, self.metrics, "metric")
        return np.array([one.values.get(metric, np.nan) for one in self.replications])

    def sizes(self, metric: str) -> NDArray[np.float64] | None:
        """Return of how many tickets (or weeks, or hours) a metric was taken in each replication."""
        if not all(metric in one.counts for one in self.replications):
            return None
        return np.array([one.counts[metric] for one in self.replications])

    def parts(self, metric: str) -> NDArray[np.float64]:
        """Return one number a replication, whose mean is the estimate of a metric.

        Returns
        -------
        float64
            The values themselves, but for shares and means of unequally many tickets: see
            ``sim.study.ratio``. Intervals, differences and rankings are made of these.
        """
        values, sizes = self.values(metric), self.sizes(metric)
        if sizes is None or not words(metric).of_all:
            return values
        return ratio_parts(values, sizes)

    def estimate(self, metric: str) -> Estimate:
        """Estimate a metric over replications, with an interval; a share is that of all tickets."""
        parts = self.parts(metric)
        if not words(metric).share:
            return mean_estimate(parts, level=self.level)
        return share_estimate(parts, self.sizes(metric), level=self.level)

    def quantile(self, metric: str, probability: float) -> Estimate:
        """Estimate what the metric stays below in such a share of replications."""
        return quantile_estimate(self.values(metric), probability, level=self.level)

    def difference(self, metric: str, base: Result | None = None) -> Difference:
        """Estimate what the scenario changes, paired by replication.

        Parameters
        ----------
        metric : str
        base : Result, optional
            Against which; the first scenario of the study if absent.
        """
        against = base if base is not None else self.base
        if against is None:
            raise StudyError(
                f"{self.name!r} is the first scenario of the study: it is what the others are "
                "held against"
            )
        return paired_difference(self.parts(metric), against.parts(metric), level=self.level)

    def verdict(self, service_level: str) -> Verdict:
        """Judge a service level against its goal."""
        levels = self.scenario.service_levels
        self._check(service_level, tuple(levels), "service level")
        metric = level_metric(service_level)
        # A promise that nothing was measured of is not yet known, as any other.
        known = self.estimate(metric) if metric in self.metrics else mean_estimate([np.nan])
        found = judge(known, levels[service_level].goal)
        return found.withheld(self.trouble.why)

    @cached_property
    def trouble(self) -> Trouble:
        """Why nothing is judged of the scenario: it cannot cope, or hangs on one replication."""
        return trouble_of(self)

    @cached_property
    def verdicts(self) -> dict[str, Verdict]:
        """The verdict on each service level."""
        return {name: self.verdict(name) for name in self.scenario.service_levels}

    @property
    def changes(self) -> dict[str, tuple[Any, Any]]:
        """What differs from the first scenario: path to (there, here), found by comparing."""
        return {} if self.base is None else differences(self.base.scenario, self.scenario)

    def common_tickets(self, base: Result | None = None) -> bool:
        """Tell whether this scenario and the first (or another) met the same tickets throughout."""
        against = base if base is not None else self.base
        if against is None:
            return True
        pairs = zip(self.replications, against.replications, strict=True)
        return all(mine.tickets == theirs.tickets for mine, theirs in pairs)

    def curve(self, name: str) -> Curve:
        """Summarise a curve over replications."""
        names = tuple(dict.fromkeys(key for one in self.replications for key in one.curves))
        self._check(name, names, "curve")
        curves = [one.curves[name] for one in self.replications if name in one.curves]
        if len({curve.shape for curve in curves}) > 1:
            raise StudyError(f"the replications' curves of {name!r} differ in length")
        stack = np.stack(curves).astype(np.float64)
        seen = ~np.isnan(stack)
        sums = np.where(seen, stack, 0.0).sum(axis=0)
        count = seen.sum(axis=0)
        mean = np.divide(sums, count, out=np.full(count.shape, np.nan), where=count > 0)
        points = np.full((3, *count.shape), np.nan)
        some = count > 0
        if some.any():
            points[:, some] = np.nanquantile(stack[:, some], (0.5, LOW, HIGH), axis=0)
        median, low, high = points
        return Curve(mean, median, low, high, len(curves))

    def warm_up(self, curve: str = "backlog_by_day") -> WarmUp:
        """Look how long the desk takes to fill up, to hold against ``period.warm_up``.

        Parameters
        ----------
        curve : str
            A curve over the days of the whole period; its last axis is time, the others (tiers) are
            added up.

        Returns
        -------
        WarmUp
            By MSER over whole weeks, so that the pattern of the week is no trend; ``cut`` in days. A
            period with holidays at its end, or with growth, has a trend that is no warm-up.
        """
        series = self.curve(curve).mean
        days = series.reshape(-1, series.shape[-1]).sum(axis=0)
        whole = len(days) // DAYS_PER_WEEK * DAYS_PER_WEEK
        return mser5(days[:whole], batch=DAYS_PER_WEEK)

    def _check(self, name: str, known: tuple[str, ...], what: str) -> None:
        if name not in known:
            close = difflib.get_close_matches(name, known, n=1)
            hint = f"; did you mean {close[0]!r}?" if close else ""
            raise StudyError(f"{self.name!r} has no {what} {name!r}{hint}")

    @harmless
    def __repr__(self) -> str:
        return f"<{self.name}: {len(self.replications)} replications>"


def write_change(path: str, change: tuple[Any, Any], write: Callable[[Any], str] = str) -> str:
    """Write one difference between scenarios.

    Examples
    --------
    >>> write_change("tiers.L1.staff.day", (6, 7))
    'tiers.L1.staff.day 6 → 7'
    """
    before, after = ("–" if value is None else write(value) for value in change)
    return f"{path} {before} → {after}"
