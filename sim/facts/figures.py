"""The figures of a desk that somebody states, and what a desk of ours does there."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from sim.facts.desk import promised
from sim.facts.stated import Facts
from sim.scenario.model import Scenario
from sim.study.evaluate import Evaluation
from sim.study.result import Result
from sim.units import WEEK

Kind = Literal["share", "duration", "count"]
SHARE_SD: Final = 0.03
"""How exactly somebody knows a share: standard deviation, as a part of 1 (assumed)."""
DURATION_SD: Final = 0.15
"""How exactly somebody knows how long tickets take: standard deviation of the logarithm (assumed)."""
COUNT_SD: Final = 0.25
"""How exactly somebody knows a backlog: standard deviation of the logarithm (assumed)."""
FAR: Final = 2.0
"""A fact is missed when the desk is this many standard deviations of what people know away from it."""
FARTHEST: Final = 60.0
"""A figure this many standard deviations off is as wrong as can be; more would tell a fit nothing."""
_TICKETS: Final = 4000
_FEWEST, _MOST = 3, 24


@dataclass(frozen=True)
class Fact:
    """A figure that somebody states.

    Attributes
    ----------
    key : str
        Among the facts: ``"tiers.L2.takes"``.
    metric : str
        The registered metric it is.
    kind : {"share", "duration", "count"}
    said : float
        A share, ms or tickets.
    """

    key: str
    metric: str
    kind: Kind
    said: float

    def off(self, does: float) -> float:
        """Tell how far a desk is from it, in standard deviations of what people know.

        Examples
        --------
        >>> Fact("promises.x.today", "service_level[x]", "share", 0.9).off(0.93)
        1.0000000000000009
        """
        if math.isnan(does):
            return 0.0
        if self.kind == "share":
            found = (does - self.said) / SHARE_SD
        else:
            spread = DURATION_SD if self.kind == "duration" else COUNT_SD
            found = math.log(max(does, 1e-9) / max(self.said, 1e-9)) / spread
        return min(max(found, -FARTHEST), FARTHEST)


def stated_figures(known: Facts) -> tuple[Fact, ...]:
    """List the figures that are stated of the desk as it is today."""
    first = next(iter(known.tiers))
    found = []
    for name, tier in known.tiers.items():
        if tier.solves is not None:
            metric = "l1_share" if name == first else f"resolution_rate[{name}]"
            found.append(Fact(f"tiers.{name}.solves", metric, "share", tier.solves))
        if tier.takes is not None:
            found.append(
                Fact(
                    f"tiers.{name}.takes", f"resolution[{name}, p50]", "duration", float(tier.takes)
                )
            )
    for name, one in promised(known).items():
        if one.today is not None:
            found.append(
                Fact(f"promises.{name}.today", f"service_level[{name}]", "share", one.today)
            )
    if known.complete is not None and len(known.tiers) > 1:
        found.append(Fact("complete", "documented_share", "share", known.complete))
    if known.reopened is not None:
        found.append(Fact("reopened", "reopen_share", "share", known.reopened))
    if known.backlog is not None:
        found.append(Fact("backlog", "backlog[mean]", "count", known.backlog))
    return tuple(found)


def replications_for(scenario: Scenario) -> int:
    """Choose replications so that figures rest on some thousand tickets, few on a large desk."""
    weeks = (scenario.period.length - scenario.period.warm_up) / WEEK
    tickets = scenario.demand.volume * WEEK / 3_600_000 * weeks
    return int(np.clip(math.ceil(_TICKETS / max(tickets, 1.0)), _FEWEST, _MOST))


def figures(
    scenario: Scenario, metrics: Sequence[str], *, seed: int, replications: int
) -> list[float]:
    """Play a desk, always on the same tickets, and estimate metrics as any study does.

    Returns
    -------
    list of float
        One a metric; NaN where no replication has any of it.
    """
    asked = Evaluation(curves=False, metrics=tuple(metrics))
    played = tuple(asked(scenario, seed, number) for number in range(replications))
    found = Result(scenario, played)
    return [
        found.estimate(metric).mean if metric in found.metrics else float("nan")
        for metric in metrics
    ]
