"""Why the first line resolves less than it should: the gap, split among its causes.

The brief names three: training (ability), documentation (runbooks and notes) and understaffing
(people and the pressure that a time-box turns into escalations). Each can be given the value of a
healthy desk or left as it is; all eight combinations are run on common tickets. A cause is worth
what it adds on average over all orders in which the three could be mended (Shapley 1953), so that
the parts add up to the whole gap.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np

from sim.errors import StudyError
from sim.scenario.change import differences, plain
from sim.scenario.model import Scenario
from sim.study.asked import HEADLINE
from sim.study.compare import compare
from sim.study.estimate import Estimate, mean_estimate

TRAINING, DOCUMENTATION, UNDERSTAFFING = "training", "documentation", "understaffing"


@dataclass(frozen=True)
class Split:
    """A gap, split among causes.

    Attributes
    ----------
    metric : str
    as_is, healthy : Estimate
        The desk as it is, and with every cause mended.
    parts : dict of str to Estimate
        What each cause accounts for; their sum is the gap.
    changes : dict of str to dict
        What mending each cause changes.
    """

    metric: str
    as_is: Estimate
    healthy: Estimate
    parts: dict[str, Estimate]
    changes: dict[str, dict[str, Any]]

    @property
    def gap(self) -> float:
        """What all causes account for together."""
        return self.healthy.mean - self.as_is.mean


def causes_of(scenario: Scenario, healthy: Scenario) -> dict[str, dict[str, Any]]:
    """Sort what differs between a desk and a healthy one by the three causes.

    Only the first tier, the notes and the runbooks are looked at.
    """
    first = next(iter(scenario.tiers))
    other = next(iter(healthy.tiers))
    if first != other:
        raise StudyError(
            f"the first tiers have different names: {first!r} and {other!r}; nothing to compare"
        )
    whose = {
        f"tiers.{first}.ability": TRAINING,
        f"tiers.{first}.finds_out_after": TRAINING,
        f"tiers.{first}.work": TRAINING,
        "documentation.": DOCUMENTATION,
        "knowledge.": DOCUMENTATION,
        f"tiers.{first}.staff": UNDERSTAFFING,
        f"tiers.{first}.time_box": UNDERSTAFFING,
        f"tiers.{first}.short_box": UNDERSTAFFING,
        f"tiers.{first}.pressure_at": UNDERSTAFFING,
        f"tiers.{first}.vacancies": UNDERSTAFFING,
        f"tiers.{first}.absence": UNDERSTAFFING,
        f"tiers.{first}.breaks": UNDERSTAFFING,
    }
    found: dict[str, dict[str, Any]] = {TRAINING: {}, DOCUMENTATION: {}, UNDERSTAFFING: {}}
    for path, (_, better) in differences(scenario, healthy).items():
        for start, cause in whose.items():
            if path.startswith(start):
                found[cause][path] = better
        if path.endswith(".runbook") and path.startswith("topics."):
            found[DOCUMENTATION][path] = better
    staff = f"tiers.{first}.staff"
    if any(path.startswith(staff) for path in found[UNDERSTAFFING]):
        # Shifts may be named otherwise: the whole roster is taken over.
        rest = {k: v for k, v in found[UNDERSTAFFING].items() if not k.startswith(staff)}
        found[UNDERSTAFFING] = {**rest, staff: plain(healthy)["tiers"][first]["staff"]}
    return found


def split(
    scenario: Scenario,
    causes: Mapping[str, Mapping[str, Any]],
    *,
    metric: str = HEADLINE,
    seed: int = 1,
    replications: int = 12,
    jobs: int | None = None,
    engine: str = "auto",
) -> Split:
    """Split a gap among causes.

    Parameters
    ----------
    scenario : Scenario
    causes : mapping of str to changes
        What mending each cause changes, as for ``Scenario.with_``.
    metric : str
    seed, replications, jobs, engine
        As for ``compare``.

    Returns
    -------
    Split
    """
    mended = {name: dict(changes) for name, changes in causes.items() if changes}
    if not mended:
        raise StudyError("the two desks do not differ in any cause: there is no gap to split")
    names = list(mended)
    sets = [frozenset(some) for size in range(len(names) + 1) for some in combinations(names, size)]
    several = [scenario]
    for some in sets[1:]:
        changes = {path: value for cause in sorted(some) for path, value in mended[cause].items()}
        label = " and ".join(sorted(some))
        several.append(scenario.with_(changes, name=f"{scenario.name}, {label} mended"))
    study = compare(
        several,
        seed=seed,
        replications=replications,
        jobs=jobs,
        engine=engine,
        curves=False,
    )
    values = {some: study[i].parts(metric) for i, some in enumerate(sets)}
    parts = {}
    for cause in names:
        worth = np.zeros(len(values[sets[0]]))
        for some in sets:
            if cause not in some:
                weight = 1 / (len(names) * math.comb(len(names) - 1, len(some)))
                worth += weight * (values[some | {cause}] - values[some])
        parts[cause] = mean_estimate(worth)
    return Split(metric, study[0].estimate(metric), study[-1].estimate(metric), parts, mended)
