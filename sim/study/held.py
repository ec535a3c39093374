"""What a searched desk must hold, as slack: how far a figure is on the good side of its bound."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.errors import StudyError
from sim.outcome import metric as definition
from sim.scenario.model import Scenario
from sim.scenario.search import Promise, Search
from sim.study.asked import level_metric
from sim.units import WEEK

Floats = NDArray[np.float64]

MORE_IS_HELPED = frozenset(
    {"service_level", "weeks_met", "shadow_service_level", "updates_sent", "satisfaction"}
)
LESS_IS_HELPED = frozenset(
    {
        "response",
        "resolution",
        "after_hours_response",
        "breaches",
        "breach_time",
        "backlog",
        "abandonment",
        "utilisation",
        "lost_hours",
        "lost_cost",
        "credits",
    }
)
"""Families of metrics that more people make larger, or smaller, or leave alone."""
LEAST_ODDS = 0.001
"""A share nearer to 0 or 1 counts as this: of a few replications it is not known better."""


@dataclass(frozen=True)
class Held:
    """One bound.

    Attributes
    ----------
    label : str
    metric : str
    bound : float
    sign : int
        1 where the figure must not be below the bound, -1 where not above.
    spread : float
        The least standard deviation of a replication's figure. A share of weeks that happens to be
        the same in each of a few replications is not known for sure: it varies at least as heads
        and tails do.
    """

    label: str
    metric: str
    bound: float
    sign: int
    spread: float = 0.0

    def slacks(self, figures: Floats) -> Floats:
        """Return how far each replication is on the good side; less than 0: it is not.

        A figure that was not measured, as the response of a tier that nobody came to, breaks
        nothing.

        Parameters
        ----------
        figures : float64, one per replication
            The metric's, as ``Result.parts`` has them.
        """
        slack: Floats = np.where(np.isnan(figures), 0.0, self.sign * (figures - self.bound))
        return slack

    def room(self, slack: float) -> float:
        """Return slack on the scale on which what heads do nearly adds up.

        Of a share that is the log of its odds: each head more takes about the same part off the
        tickets that are late, so that the share itself gains less and less.

        Examples
        --------
        >>> promise = Held("response", "service_level[L1 response]", 0.9, 1)
        >>> round(promise.room(0.0), 3), round(promise.room(0.05), 3), round(promise.room(0.09), 3)
        (0.0, 0.747, 2.398)
        """
        if definition(self.metric).unit != "share":
            return slack / self.scale
        low, high = LEAST_ODDS, 1 - LEAST_ODDS
        value = min(max(self.bound + self.sign * slack, low), high)
        bound = min(max(self.bound, low), high)
        return self.sign * (math.log(value / (1 - value)) - math.log(bound / (1 - bound)))

    @property
    def helped(self) -> bool:
        """Whether more people never make it harder to keep, as far as is known.

        They do for a least utilisation or a greatest cost; and what they do to the first line's
        share is not known beforehand.
        """
        return self.metric.partition("[")[0] in (
            MORE_IS_HELPED if self.sign > 0 else LESS_IS_HELPED
        )

    @property
    def scale(self) -> float:
        """Return what slack is measured by when several are added up."""
        return max(abs(self.bound), 1e-9)


def held(scenario: Scenario, search: Search) -> tuple[Held, ...]:
    """List what must hold; every service level at its goal if nothing is said."""
    promises = search.hold or tuple(
        Promise.model_validate({"level": name}) for name in scenario.service_levels
    )
    found = tuple(bound for promise in promises for bound in _bounds(scenario, promise))
    if not found:
        raise StudyError("nothing must hold: the cheapest desk is the empty one")
    return found


def _bounds(scenario: Scenario, promise: Promise) -> Iterator[Held]:
    if promise.level is not None:
        levels = scenario.service_levels
        if promise.level not in levels:
            known = ", ".join(levels) or "none"
            raise StudyError(f"search.hold: there is no service level {promise.level!r}; {known}")
        if promise.weeks is not None:
            label = f"{promise.level} in {promise.weeks:.0%} of weeks"
            weeks = max(1, (scenario.period.length - scenario.period.warm_up) // WEEK)
            spread = math.sqrt(promise.weeks * (1 - promise.weeks) / weeks)
            yield Held(label, f"weeks_met[{promise.level}]", promise.weeks, 1, spread)
        else:
            yield Held(promise.level, level_metric(promise.level), levels[promise.level].goal, 1)
        return
    assert promise.metric is not None
    label = definition(promise.metric).label
    if promise.at_least is not None:
        yield Held(f"{label} at least", promise.metric, promise.at_least, 1)
    if promise.at_most is not None:
        yield Held(f"{label} at most", promise.metric, promise.at_most, -1)
