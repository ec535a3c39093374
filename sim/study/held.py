"""What a searched desk must hold, as slack: how far a figure is on the good side of its bound."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sim.errors import StudyError
from sim.outcome import metric as definition
from sim.scenario.model import Scenario
from sim.scenario.search import Promise, Search
from sim.study.asked import level_metric
from sim.units import WEEK


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

    def slack(self, values: Mapping[str, float]) -> float:
        """Return how far a replication is on the good side; less than 0: it is not.

        A figure that was not measured, as the response of a tier that nobody came to, breaks
        nothing.
        """
        value = values.get(self.metric, math.nan)
        return 0.0 if math.isnan(value) else self.sign * (value - self.bound)

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
