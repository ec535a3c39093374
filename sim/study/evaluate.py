"""One replication, from scenario to figures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim import engine as engines
from sim import outcome
from sim.engine.simpy_line import Rule
from sim.outcome.run import Run
from sim.scenario.model import Scenario
from sim.study.arguments import a_scenario, a_whole_number
from sim.study.replication import Replication, fingerprint
from sim.workload.arrivals import Arrivals
from sim.workload.journeys import Origin, Workload
from sim.workload.roster import staff
from sim.workload.sample import sample


def replicate(
    scenario: Scenario,
    *,
    seed: int = 1,
    replication: int = 0,
    engine: str = "auto",
    arrivals: Arrivals | None = None,
    rule: Rule | None = None,
) -> Run:
    """Run one replication of a scenario.

    Parameters
    ----------
    scenario : Scenario
    seed, replication : int
        At least 0; together they name every random number. The replication of a study can be run
        again alone.
    engine : {"auto", "simpy", "compiled"}
        Both give equal logs.
    arrivals : Arrivals, optional
        Tickets of a real export to be replayed.
    rule : callable, optional
        A rule of one's own for whom an idle agent takes (``engine="simpy"`` alone): it is given the
        visits that wait, in the desk's own order, the time in ms, and the agent's number, and
        returns one of them, or None. See ``sim.engine.simpy_line.Rule``.

    Examples
    --------
    >>> from sim import one_queue
    >>> desk = one_queue(rate="9 / h", work="10 min", staff=2, length="2 d", warm_up="1 d")
    >>> last = replicate(desk, engine="simpy", rule=lambda waiting, now_ms, agent: waiting[-1])
    >>> last.engine
    'simpy'
    """
    scenario = a_scenario(scenario)
    seed, replication = a_whole_number(seed, "seed"), a_whole_number(replication, "replication")
    used = engines.engine_for(engine)
    workload = sample(scenario, seed, replication, arrivals)
    desk = staff(scenario, seed, replication)
    log = engines.play(workload, desk, engine=used, rule=rule)
    return Run(scenario, workload, desk, log, seed, replication, used)


@dataclass(frozen=True, eq=False)
class Evaluation:
    """The usual way to evaluate a replication: run it, and measure everything.

    Attributes
    ----------
    engine : str
    arrivals : Arrivals, optional
    curves : bool
        Whether curves are kept beside values.
    metrics : tuple of str, optional
        What is measured, where not everything is asked for; with it comes its whole family.
    """

    engine: str = "auto"
    arrivals: Arrivals | None = None
    curves: bool = True
    metrics: tuple[str, ...] | None = None

    def __call__(self, scenario: Scenario, seed: int, replication: int) -> Replication:
        """Evaluate one replication."""
        run = replicate(
            scenario,
            seed=seed,
            replication=replication,
            engine=self.engine,
            arrivals=self.arrivals,
        )
        found = outcome.measure(run, curves=self.curves, metrics=self.metrics)
        return Replication(found.values, found.counts, found.curves, tickets_met(run.workload))


def tickets_met(workload: Workload) -> str:
    """Fingerprint what tickets are when they come: when, about what, how urgent, how hard.

    Work that the desk gives itself (fixes, reviews, one more engineer) is an option's own, and no ticket of a user's.
    """
    tickets = workload.tickets
    columns: tuple[NDArray[Any], ...] = (
        tickets.arrival_ms,
        tickets.topic,
        tickets.priority,
        tickets.difficulty,
    )
    if len(tickets.origin):
        of_users = ~np.isin(tickets.origin, (Origin.CREW, Origin.PROJECT))
        columns = tuple(column[of_users] if len(column) else column for column in columns)
    return fingerprint(*columns)
