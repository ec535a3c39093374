"""Desks of which no promise and no cost can be judged: they cannot cope, or hang on one replication.

A queue that is asked more than it can give grows as long as one looks: its figures say how long the
period was, and those of the tiers behind it are of the few tickets that got through. What arithmetic
is sure of needs no simulation; what it leaves out is left to the backlog that was simulated.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from sim import outcome
from sim.errors import StudyError, TierSimError
from sim.study.asked import HEADLINE, level_metric
from sim.study.claim import Claim, Number
from sim.study.estimate import Estimate
from sim.study.implied import Implied, QueueLoad, implied
from sim.study.paired import paired_difference
from sim.units import HOUR, WEEK

if TYPE_CHECKING:
    from sim.scenario.model import Scenario
    from sim.study.result import Result

Why = Literal["", "cannot cope", "hangs on one"]
WORKED: Final = 0.985
"""Part of their time that people work, from which on a growing backlog is not one that settles."""
LEVEL: Final = 0.99
MATERIAL: Final = 0.05
FEWEST_REPLICATIONS: Final = 5
FEWEST_WEEKS: Final = 4
NEGLIGIBLE: Final = 0.01
"""An interval shorter than this part of the figure is short enough, whatever it hangs on."""
ABANDONED: Final = "abandonment"
COSTS: Final = ("total_cost", "staff_cost")
DAYS_PER_WEEK: Final = 7
NEAR: Final = 0.9
"""Utilisation below which a queue forgets its start soon."""


@dataclass(frozen=True)
class Trouble:
    """Why a desk is not judged.

    Attributes
    ----------
    why : {"", "cannot cope", "hangs on one"}
        Empty: it is.
    what : tuple of str
        The queues that cannot cope, or the metrics whose intervals hang on one replication.
    figures : tuple of (str, float)
        Utilisation of each queue by arithmetic; its own name where only the backlog shows it.
    """

    why: Why = ""
    what: tuple[str, ...] = ()
    figures: tuple[tuple[str, float], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.why)

    def claim(self, name: str) -> Claim:
        """Return it as a claim about the scenario of that name."""
        return Claim(self.why, (name,), self.what, self.figures)


def trouble_of(result: Result) -> Trouble:
    """Tell whether a desk can be judged, and if not, why.

    Examples
    --------
    >>> import sim
    >>> desk = sim.one_queue(rate="10.1 / h", work="12 min", staff=2, length="2 weeks")
    >>> sim.compare(desk, replications=2)[0].trouble
    Trouble(why='cannot cope', what=('L1',), figures=(('L1', 1.01),))
    """
    known = implied(result.scenario)
    over = overloaded(result.scenario, known)
    if not over:
        over = tuple(queue for queue in doubtful(result, known) if growing(result))
    if over:
        loads = tuple((queue.name, round(queue.utilisation, 9)) for queue in over)
        return Trouble("cannot cope", tuple(queue.name for queue in over), loads)
    hang = tuple(metric for metric in _judged(result) if _hangs(result.estimate(metric)))
    return Trouble("hangs on one", hang) if hang else Trouble()


def overloaded(scenario: Scenario, known: Implied) -> tuple[QueueLoad, ...]:
    """Return the queues that arithmetic alone is sure of: nothing that it leaves out can save them.

    Counted in their favour are the hours that people work on after their shifts, those who can
    leave the queue, and all that their helpers can give. Permanent fixes and shortened time-boxes
    take work away that this arithmetic does not know: there the simulated backlog decides.
    """
    if scenario.problems is not None and scenario.problems.reserved > 0:
        return ()
    return tuple(
        queue
        for queue in known.queues
        if not queue.provider
        and queue.utilisation >= 1
        and scenario.tiers[queue.tier].short_box is None
        and _must_h(queue) >= queue.there_h + queue.overtime_h
        and not _helped(known, queue)
    )


def _must_h(queue: QueueLoad) -> float:
    """Return the hours asked that nobody takes away by hanging up, here or at an earlier tier."""
    return queue.asked_h * queue.answered - queue.callers_h


def _helped(known: Implied, queue: QueueLoad) -> bool:
    """Tell whether the queue and all that may help it can do their work together."""
    together, grown = {queue.name}, True
    while grown:
        more = {
            helper
            for one in known.queues
            if one.name in together
            for helper in one.helpers
            if helper not in together
        }
        together |= more
        grown = bool(more)
    if together == {queue.name}:
        return False
    several = [one for one in known.queues if one.name in together]
    unknown = together - {one.name for one in several}
    asked = sum(map(_must_h, several))
    return bool(unknown) or asked < sum(one.there_h + one.overtime_h for one in several)


def doubtful(result: Result, known: Implied) -> list[QueueLoad]:
    """Return the queues that arithmetic is not sure of: the backlog has to tell."""
    found = []
    for queue in known.queues:
        if queue.provider or queue.callers_h or not queue.there_h:
            continue
        worked = f"utilisation[{queue.name}]"
        full = worked in result.metrics and result.estimate(worked).mean >= WORKED
        # Near its limit a queue may be busy and rising for long, and settle all the same.
        settles = NEAR <= queue.utilisation < 1 and not _adds(result)
        if queue.utilisation >= 1 or (full and not settles):
            found.append(queue)
    return found


def _adds(result: Result) -> bool:
    """Tell whether a desk makes work that the arithmetic leaves out: news, and those who chase."""
    return result.scenario.updates is not None


def growing(result: Result) -> bool:
    """Tell whether the backlog still grows at the end: its last weeks against those before them."""
    from sim.study.settling import holiday_weeks, trends, weekly_backlog  # noqa: PLC0415 - reads results

    if trends(result.scenario):
        return False
    try:
        weekly = weekly_backlog(result)
    except StudyError:
        return False
    aside = holiday_weeks(result.scenario, weekly.shape[1])
    weeks = [week for week in range(weekly.shape[1]) if week not in aside]
    if len(weekly) < FEWEST_REPLICATIONS or len(weeks) < FEWEST_WEEKS:
        return False
    third = max(1, len(weeks) // 3)
    late, before = (weekly[:, part].mean(axis=1) for part in (weeks[-third:], weeks[third:-third]))
    found = paired_difference(late, before, level=LEVEL).estimate
    return found.low > 0 and found.mean > MATERIAL * float(before.mean())


def _judged(result: Result) -> list[str]:
    """List what a reader is told of a desk: its promises, its cost, the first line's share."""
    levels = map(level_metric, result.scenario.service_levels)
    return [metric for metric in (HEADLINE, *levels, *COSTS) if metric in result.metrics]


def _hangs(estimate: Estimate, size: float | None = None) -> bool:
    whole = abs(estimate.mean if size is None else size)
    return estimate.dominated and estimate.half_width > NEGLIGIBLE * whole


def hanging(results: Sequence[Result], metrics: Sequence[str]) -> list[Claim]:
    """Return a claim for each difference from the first, or other figure, that hangs on one replication.

    Desks that are not judged at all are left out.
    """
    found = []
    for result in results:
        if result.trouble:
            continue
        own = [m for m in metrics if m in result.metrics and _hangs(result.estimate(m))]
        base = result.base
        changed = (
            []
            if base is None or base.trouble
            else [
                metric
                for metric in metrics
                if metric in result.metrics
                and metric in base.metrics
                and _hangs(result.difference(metric).estimate, base.estimate(metric).mean)
            ]
        )
        if own:
            found.append(Claim("figure hangs on one", (result.name,), tuple(own)))
        if changed and base is not None:
            found.append(Claim("change hangs on one", (result.name, base.name), tuple(changed)))
    return found


def hang_up(result: Result) -> Claim | None:
    """Return a claim where a queue is asked more than it can give, and clears because callers leave."""
    if result.trouble or ABANDONED not in result.metrics or not result.estimate(ABANDONED).n:
        return None
    over = [
        queue
        for queue in implied(result.scenario).queues
        if queue.callers_h and queue.utilisation >= 1 and not queue.helpers and queue.there_h
    ]
    if not over:
        return None
    figures: list[tuple[str, Number]] = [("abandoned", result.estimate(ABANDONED))]
    figures += [(queue.name, queue.utilisation) for queue in over]
    return Claim(
        "many hang up", (result.name,), tuple(queue.name for queue in over), tuple(figures)
    )


def slow(result: Result) -> Claim | None:
    """Return a claim where a queue takes longer to forget its start than the study gives it.

    A queue near its limit forgets in about 2 (ca² + cs²) / (μ (1 - ρ)²), the relaxation time of the
    reflected Brownian motion that it comes near to (Harrison, "Brownian Motion and Stochastic Flow
    Systems", 1985, section 5.6), where μ are the visits that its people can do in a week. What helps
    is a longer period, with a warm-up of about that length.
    """
    if result.trouble:
        return None
    scenario = result.scenario
    known = implied(scenario)
    worst: tuple[float, QueueLoad] | None = None
    for queue in known.queues:
        if queue.provider or queue.callers_h or queue.helpers or not NEAR <= queue.utilisation < 1:
            continue
        weeks = _relaxation(scenario, queue)
        if worst is None or weeks > worst[0]:
            worst = weeks, queue
    if worst is None:
        return None
    weeks, queue = worst
    period = scenario.period
    counted = (period.length - period.warm_up) / WEEK
    if weeks <= max(period.warm_up / WEEK, counted / 10):
        return None
    figures = (("load", queue.utilisation), ("weeks", weeks), ("counted", counted))
    return Claim("slow to settle", (result.name,), (queue.name,), figures)


def _relaxation(scenario: Scenario, queue: QueueLoad) -> float:
    """Return how many weeks a queue takes to forget its start."""
    tier = scenario.tiers[queue.tier]
    work_h = tier.work / HOUR
    daily = queue.asked_h / work_h / DAYS_PER_WEEK
    arrivals = 1 + scenario.demand.busyness**2 * daily
    room = 1 - queue.utilisation
    return float(2 * (arrivals + tier.work_cv**2) / (queue.there_h / work_h * room * room))


def is_money(metric: str) -> bool:
    """Tell whether a metric is an amount of money.

    Examples
    --------
    >>> is_money("staff_cost[L1]"), is_money("l1_share"), is_money("mine")
    (True, False, False)
    """
    try:
        return outcome.metric(metric).unit == "money"
    except TierSimError:
        return False
