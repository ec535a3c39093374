"""The visits that one replication made, as formulas for queues see them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim import outcome
from sim.outcome.run import Run
from sim.units import HOUR
from sim.workload.journeys import NOT_YET, Outcome


@dataclass(frozen=True, eq=False)
class Seen:
    """The finished visits of one replication that joined after the warm-up, by queue.

    Attributes
    ----------
    hours : float
        Length of the counted period.
    joined : int64, one a queue
        Visits that joined in it, finished or not.
    queue, priority, ticket : int arrays, one a visit
    wait_ms, work_ms : int64, one a visit
    left : bool, one a visit
    measures : Measures
        Metrics.
    """

    hours: float
    joined: NDArray[np.int64]
    queue: NDArray[np.int32]
    priority: NDArray[np.int8]
    ticket: NDArray[np.int32]
    wait_ms: NDArray[np.int64]
    work_ms: NDArray[np.int64]
    left: NDArray[np.bool_]
    measures: outcome.Measures


def seen_in(run: Run) -> Seen:
    """Take from a run what formulas for queues are held against."""
    log, visits, period = run.log, run.workload.visits, run.scenario.period
    made = (log.joined_ms != NOT_YET) & (log.joined_ms >= period.warm_up)
    joined = np.bincount(visits.queue[made], minlength=len(run.desk.queues))
    made &= np.isin(log.outcome, (Outcome.DONE, Outcome.GAVE_UP, Outcome.LEFT))
    rows = np.flatnonzero(made)
    # In the order in which a ticket makes its visits, which is how it moves from queue to queue.
    rows = rows[np.lexsort((log.joined_ms[rows], visits.ticket[rows]))]
    spells = log.spells()
    worked = np.bincount(
        spells.visit, np.where(spells.to_ms == NOT_YET, 0, spells.to_ms - spells.from_ms), len(made)
    )[rows].astype(np.int64)
    ticket = visits.ticket[rows]
    return Seen(
        hours=(period.length - period.warm_up) / HOUR,
        joined=joined,
        queue=visits.queue[rows],
        priority=run.workload.tickets.priority[ticket],
        ticket=ticket,
        wait_ms=log.finished_ms[rows] - log.joined_ms[rows] - worked,
        work_ms=worked,
        left=log.outcome[rows] == Outcome.LEFT,
        measures=outcome.measure(run, curves=False),
    )
