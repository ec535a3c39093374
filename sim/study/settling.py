"""Whether a desk had filled up when counting began: the stated warm-up held against the backlog.

A desk starts empty. If its backlog is still rising when the warm-up ends, every wait that is counted
comes out too short. MSER proposes where the rise ends; because it sees a trend in every holiday, a
warning is given only when replications agree: the weeks between the stated warm-up and the proposed
one hold clearly fewer tickets than the weeks after it, by a paired interval.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.errors import StudyError
from sim.scenario.model import Scenario
from sim.study.claim import Claim, Number
from sim.study.paired import Difference, paired_difference
from sim.study.result import DAYS_PER_WEEK, Result
from sim.study.showing import said
from sim.units import DAY, exact_duration

CURVE = "backlog_by_day"
LEVEL = 0.99
"""Of the interval: MSER has looked at the same weeks before, and studies have many scenarios."""
MATERIAL = 0.05
"""A part of the later backlog; a smaller lack at the start is not worth a longer run."""
FEWEST_REPLICATIONS = 5
FEWEST_LATER_WEEKS = 2


@dataclass(frozen=True)
class Settling:
    """How a desk fills up.

    Attributes
    ----------
    scenario : str
        Its name.
    stated : int
        The warm-up of the scenario, in whole weeks begun.
    proposed : int or None
        By MSER over whole weeks; None when the period has too few of them.
    grows : bool
        MSER finds no end of the rise in the first half of the period, and the last weeks hold clearly
        more tickets than those before them.
    weeks : tuple of float
        Mean backlog of each whole week, over replications.
    left_out : tuple of int
        Weeks with holidays, which show less work or more of it for a reason of their own.
    early : Difference or None
        Backlog of the first counted weeks against that of the later ones, paired by replication; None
        where there is too little to compare.
    later : float
        Mean backlog of the later weeks.
    """

    scenario: str
    stated: int
    proposed: int | None
    grows: bool
    weeks: tuple[float, ...]
    left_out: tuple[int, ...]
    early: Difference | None
    later: float

    @property
    def too_short(self) -> bool:
        """Whether the stated warm-up is clearly too short."""
        if self.early is None or (self.proposed is not None and self.proposed <= self.stated):
            return False
        return _clear(self.early, self.later)

    def plain(self) -> dict[str, Any]:
        """Return it as JSON holds it; warm-ups in weeks."""
        early = None if self.early is None else self.early.estimate
        return {
            "stated_weeks": self.stated,
            "proposed_weeks": self.proposed,
            "too_short": self.too_short,
            "grows": self.grows,
            "backlog_by_week": list(self.weeks),
            "early_difference": None
            if early is None
            else {"mean": early.mean, "low": early.low, "high": early.high, "level": early.level},
            "claim": self.claim().plain(),
            "sentence": said(self.claim()),
        }

    def claim(self) -> Claim:
        """Return what was found as a claim."""
        figures: tuple[tuple[str, Number], ...] = (("stated", self.stated),)
        if self.early is None:
            return Claim("warm-up unknown", (self.scenario,), figures=figures)
        figures += (("lack", self.early.estimate.negated), ("later", self.later))
        if not self.too_short:
            return Claim("warm-up enough", (self.scenario,), figures=figures)
        if self.grows:
            return Claim("still fills up", (self.scenario,), figures=figures)
        return Claim(
            "warm-up short", (self.scenario,), figures=(*figures, ("proposed", self.proposed))
        )


def settling(result: Result) -> Settling:
    """Look how a scenario of a study fills up.

    Parameters
    ----------
    result : Result
        Its replications must have kept curves.

    Raises
    ------
    StudyError
        Without curves, or for a period of less than a week.

    Examples
    --------
    >>> import sim
    >>> desk = sim.one_queue(rate="12 / h", work="12 min", staff=3, length="6 weeks")
    >>> settling(sim.compare(desk, replications=8)[0]).too_short
    False
    """
    weekly = weekly_backlog(result)
    count = weekly.shape[1]
    if not count:
        raise StudyError(f"the period of {result.name!r} has no whole week")
    period = result.scenario.period
    stated = -(-period.warm_up // (DAYS_PER_WEEK * DAY))
    proposed, settled = _proposed(result)
    cut = stated + 1 if proposed is None else max(proposed, stated + 1)
    aside = holiday_weeks(result.scenario, count)
    before = [week for week in range(stated, min(cut, count)) if week not in aside]
    after = [week for week in range(cut, count) if week not in aside]
    later = float(weekly[:, after].mean()) if after else float("nan")
    early, grows = None, False
    if before and len(after) >= FEWEST_LATER_WEEKS and len(weekly) >= FEWEST_REPLICATIONS:
        early = _difference(weekly, before, after)
        middle = len(after) // 2
        at_the_end = _difference(weekly, after[:middle], after[middle:])
        grows = not settled and _clear(at_the_end, later)
    return Settling(
        result.name,
        stated,
        proposed,
        grows,
        tuple(map(float, weekly.mean(axis=0))),
        aside,
        early,
        later,
    )


def _difference(
    weekly: NDArray[np.float64], some: Sequence[int], others: Sequence[int]
) -> Difference:
    """Hold the backlog of some weeks against that of others, replication by replication."""
    mine, theirs = (weekly[:, list(weeks)].mean(axis=1) for weeks in (some, others))
    return paired_difference(mine, theirs, level=LEVEL)


def _clear(difference: Difference, later: float) -> bool:
    """Tell whether a lack of tickets is there, and matters."""
    return difference.estimate.high < 0 and -difference.estimate.mean > MATERIAL * later


def weekly_backlog(result: Result) -> NDArray[np.float64]:
    """Return the mean backlog of every whole week of the period, warm-up included.

    Returns
    -------
    float64, shape (replications, weeks)
    """
    if not all(CURVE in one.curves for one in result.replications):
        raise StudyError(f"the study of {result.name!r} kept no curves: run it with curves=True")
    days = np.stack([one.curves[CURVE].sum(axis=0) for one in result.replications])
    whole = days.shape[1] // DAYS_PER_WEEK
    # The last day may be cut off by the end of the period, and has a cell of its own.
    inside = days[:, : whole * DAYS_PER_WEEK].reshape(len(days), whole, DAYS_PER_WEEK)
    mean: NDArray[np.float64] = inside.mean(axis=2)
    return mean


def _proposed(result: Result) -> tuple[int | None, bool]:
    try:
        found = result.warm_up(CURVE)
    except StudyError:
        return None, True
    return -(-found.cut // DAYS_PER_WEEK), found.settled


def holiday_weeks(scenario: Scenario, count: int) -> tuple[int, ...]:
    """List the weeks of the period that hold a holiday.

    Examples
    --------
    >>> import sim
    >>> holiday_weeks(sim.example("in-house-desk"), 16)
    (1, 2, 15)
    """
    since = ((day - scenario.period.start) // dt.timedelta(days=1) for day in scenario.holidays)
    return tuple(sorted({at // DAYS_PER_WEEK for at in since if 0 <= at < count * DAYS_PER_WEEK}))


def trends(scenario: Scenario) -> tuple[str, ...]:
    """List what makes a desk change over its period for other reasons than filling up.

    Examples
    --------
    >>> import sim
    >>> trends(sim.example("in-house-desk").with_({"demand.growth": "10 %"}))
    ('demand grows',)
    """
    known = (
        ("demand grows", bool(scenario.demand.growth)),
        ("problems are fixed", scenario.problems is not None and scenario.problems.reserved > 0),
        ("runbooks age", scenario.knowledge.ages is not None),
        ("positions are vacant", any(tier.vacancies for tier in scenario.tiers.values())),
        ("incidents have dates", any(one.on for one in scenario.incidents.values())),
    )
    return tuple(words for words, holds in known if holds)


def too_short(result: Result) -> Claim | None:
    """Return a claim where the stated warm-up is clearly too short.

    A scenario that changes over its period by design is left out: its rise is no warm-up. So is one
    that cannot cope: no warm-up would help it.
    """
    if trends(result.scenario) or not result.scenario.period.warm_up or result.trouble:
        return None
    try:
        seen = settling(result)
    except StudyError:
        return None
    return seen.claim() if seen.too_short else None


def horizon(scenario: Scenario) -> str:
    """Say what kind of study a scenario makes: with a natural end, or a look at the long run.

    Examples
    --------
    >>> import sim
    >>> horizon(sim.example("in-house-desk"))
    'The study is non-terminating: the desk goes on beyond the period, and a warm-up of 35 d, in which it fills up, is not counted.'
    """
    period = scenario.period
    if period.warm_up:
        return (
            "The study is non-terminating: the desk goes on beyond the period, and a warm-up of "
            f"{exact_duration(period.warm_up)}, in which it fills up, is not counted."
        )
    return (
        "The study is terminating: the desk starts empty, all of its "
        f"{exact_duration(period.length)} are counted, and the figures are those of such a start."
    )
