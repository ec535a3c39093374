"""Many desks on the same tickets: what does not hang on the staff is sampled once for all of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sim import engine as engines
from sim import outcome
from sim.outcome.run import Run
from sim.scenario.model import Scenario
from sim.study.evaluate import tickets_met
from sim.study.replication import Replication
from sim.workload.journeys import Workload
from sim.workload.roster import Presence, staff
from sim.workload.sample import sample

MOST_SHIFTS = 200
"""Shifts of one replication whose people are remembered."""
CHECKED = 1
"""Replications of each desk that are checked against the laws of the desk, which takes as long as to
play them."""


def same_but_for_staff(one: Scenario, other: Scenario) -> bool:
    """Tell whether two scenarios differ in head counts alone (and in their names).

    Then every ticket is the same in both, whatever the seed: a workload does not know the staff.

    Examples
    --------
    >>> import sim
    >>> base = sim.example()
    >>> same_but_for_staff(base, base.with_({"tiers.L1.staff.day": 9}, name="More"))
    True
    >>> same_but_for_staff(base, base.with_({"documentation.quality": 0.9}, name="Notes"))
    False
    """
    return one is other or _without_staff(one) == _without_staff(other)


def _without_staff(scenario: Scenario) -> dict[str, Any]:
    parts = dict(scenario)
    parts["name"] = ""
    parts["tiers"] = {
        name: dict(tier)
        | {
            "staff": tier.staff and sorted(tier.staff),
            "teams": {
                team: dict(known) | {"staff": sorted(known.staff)}
                for team, known in tier.teams.items()
            },
        }
        for name, tier in scenario.tiers.items()
    }
    return parts


@dataclass(eq=False)
class CommonTickets:
    """Evaluates desks; the tickets of the desk before are taken again where they are the same.

    It pays where tasks that differ in heads alone follow each other, replication by replication.
    What it gives hangs on scenario, seed and replication alone, as of any other evaluation.

    Attributes
    ----------
    metrics : tuple of str
        What is measured; with it comes its whole family.
    """

    metrics: tuple[str, ...]
    _last: tuple[Scenario, int, int, Workload, str] | None = field(
        default=None, init=False, repr=False
    )

    _present: tuple[tuple[int, int], dict[tuple[Any, ...], Presence]] = field(
        default_factory=lambda: ((-1, -1), {}), init=False, repr=False
    )

    def __getstate__(self) -> dict[str, Any]:
        return {"metrics": self.metrics, "_last": None, "_present": ((-1, -1), {})}

    def __call__(self, scenario: Scenario, seed: int, replication: int) -> Replication:
        """Evaluate one replication."""
        workload, met = self._tickets(scenario, seed, replication)
        desk = staff(scenario, seed, replication, self._shifts(seed, replication))
        used = engines.engine_for("auto")
        log = engines.play(workload, desk, engine=used, check=replication < CHECKED)
        run = Run(scenario, workload, desk, log, seed, replication, used)
        found = outcome.measure(run, curves=False, metrics=self.metrics)
        return Replication(found.values, found.counts, found.curves, met)

    def _shifts(self, seed: int, replication: int) -> dict[tuple[Any, ...], Presence]:
        # As with the tickets; what another thread holds meanwhile is its own.
        of, known = self._present
        if of != (seed, replication) or len(known) >= MOST_SHIFTS:
            known = {}
            self._present = ((seed, replication), known)
        return known

    def _tickets(self, scenario: Scenario, seed: int, replication: int) -> tuple[Workload, str]:
        # Read once: another thread may put its own there meanwhile.
        last = self._last
        if last is not None:
            known, its_seed, its_number, workload, met = last
            if (its_seed, its_number) == (seed, replication) and same_but_for_staff(
                known, scenario
            ):
                return workload, met
        workload = sample(scenario, seed, replication)
        met = tickets_met(workload)
        self._last = (scenario, seed, replication, workload, met)
        return workload, met
