"""What a run shows over time, as tidy frames: every column says its unit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.errors import TierSimError
from sim.scenario.wording import did_you_mean, listed
from sim.units import MINUTE
from sim.workload.journeys import NOT_YET

if TYPE_CHECKING:
    import pandas as pd

    from sim.outcome.run import Run


def waits(run: Run, queue: str | None = None) -> pd.DataFrame:
    """Return how long visits waited: one row for each that was over waiting, after the warm-up.

    Parameters
    ----------
    run : Run
    queue : str, optional
        One queue; all if absent.

    Returns
    -------
    DataFrame
        ``queue``, ``priority``, ``joined_min`` (since the period's start), ``wait_min``,
        ``left`` (hung up, or turned away). Visits that still waited at the end are left out.

    """
    import pandas as pd  # noqa: PLC0415 - heavy, and only needed here

    chosen = _rows(run, queue)
    log, visits = run.log, run.workload.visits
    over = np.where(log.started_ms == NOT_YET, log.finished_ms, log.started_ms)
    chosen = chosen[(over[chosen] != NOT_YET) & (log.joined_ms[chosen] >= run.workload.warm_up_ms)]
    names = [one.name for one in run.desk.queues]
    classes = list(run.scenario.priorities)
    priority = run.workload.tickets.priority[visits.ticket[chosen]]
    return pd.DataFrame(
        {
            "queue": pd.Categorical.from_codes(
                visits.queue[chosen], dtype=pd.CategoricalDtype(names)
            ),
            "priority": pd.Categorical.from_codes(priority, dtype=pd.CategoricalDtype(classes)),
            "joined_min": log.joined_ms[chosen] / MINUTE,
            "wait_min": (over[chosen] - log.joined_ms[chosen]) / MINUTE,
            "left": log.started_ms[chosen] == NOT_YET,
        }
    )


def waiting_over_time(run: Run, *, every_min: float = 15.0) -> pd.DataFrame:
    """Return how many visits wait in each queue, at even times.

    Returns
    -------
    DataFrame
        ``time_min``, ``queue``, ``waiting``: one row for each time and queue. Work that was parked
        waits again; what lies in a list and cannot be taken up counts too.
    """
    import pandas as pd  # noqa: PLC0415 - as above

    at_ms = _times(run, every_min)
    log, cut = run.log, run.log.interrupted
    frames = []
    for number, queue in enumerate(run.desk.queues):
        rows = _rows(run, queue.name)
        over = np.where(
            log.started_ms[rows] == NOT_YET, log.finished_ms[rows], log.started_ms[rows]
        )
        begin, end = log.joined_ms[rows], np.where(over == NOT_YET, run.workload.end_ms, over)
        parked = np.flatnonzero(run.workload.visits.queue[cut.visit] == number)
        begin = np.concatenate([begin, cut.to_ms[parked]])
        end = np.concatenate([end, _taken_up_again(run, parked)])
        frames.append(
            pd.DataFrame(
                {
                    "time_min": at_ms / MINUTE,
                    "queue": queue.name,
                    "waiting": _inside(begin, end, at_ms),
                }
            )
        )
    return pd.concat(frames, ignore_index=True)


def busy_over_time(run: Run, *, every_min: float = 15.0) -> pd.DataFrame:
    """Return how many agents of each pool work, and how many are on shift, at even times.

    Returns
    -------
    DataFrame
        ``time_min``, ``pool``, ``busy``, ``on_shift``: one row for each time and pool. Who works in
        overtime is busy and not on shift.
    """
    import pandas as pd  # noqa: PLC0415 - as above

    at_ms = _times(run, every_min)
    spells, desk = run.log.spells(), run.desk
    end = np.where(spells.to_ms == NOT_YET, run.workload.end_ms, spells.to_ms)
    frames = []
    for number, pool in enumerate(desk.pools):
        mine = desk.agent_pool[spells.agent] == number
        steps = desk.agent_pool[desk.step_agent] == number
        change = np.where(desk.step_comes[steps], 1, -1)
        reached = np.searchsorted(desk.step_ms[steps], at_ms, side="right")
        frames.append(
            pd.DataFrame(
                {
                    "time_min": at_ms / MINUTE,
                    "pool": pool.name,
                    "busy": _inside(spells.from_ms[mine], end[mine], at_ms),
                    "on_shift": np.concatenate([[0], np.cumsum(change)])[reached],
                }
            )
        )
    return pd.concat(frames, ignore_index=True)


def _rows(run: Run, queue: str | None) -> NDArray[np.intp]:
    """Return the visits to a queue that were made."""
    made = run.log.joined_ms != NOT_YET
    if queue is not None:
        names = [one.name for one in run.desk.queues]
        if queue not in names:
            hint = did_you_mean(queue, names)
            raise TierSimError(f"there is no queue {queue!r}{hint}; there are {listed(names)}")
        made &= run.workload.visits.queue == names.index(queue)
    return np.flatnonzero(made)


def _times(run: Run, every_min: float) -> NDArray[np.int64]:
    if not every_min > 0:
        raise TierSimError(f"`every_min` is {every_min}: it is a number of minutes above 0")
    return np.arange(0, run.workload.end_ms, max(round(every_min * MINUTE), 1), dtype=np.int64)


def _taken_up_again(run: Run, parked: NDArray[np.intp]) -> NDArray[np.int64]:
    """Return when what was parked was taken up again, or its ticket was over."""
    cut, log = run.log.interrupted, run.log
    # Spells of a visit are in order of time: the next one is the following row, or the last spell.
    following = np.append(cut.visit[1:], NOT_YET) == cut.visit
    again = np.where(following, np.append(cut.from_ms[1:], 0), log.taken_up_ms[cut.visit])
    finished = log.finished_ms[cut.visit]
    again = np.where(again == NOT_YET, finished, again)
    taken: NDArray[np.int64] = np.where(again == NOT_YET, run.workload.end_ms, again)[parked]
    return taken


def _inside(
    begin: NDArray[np.int64], end: NDArray[np.int64], at_ms: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Count the stretches ``[begin, end)`` that hold each time."""
    begun = np.searchsorted(np.sort(begin), at_ms, side="right")
    ended = np.searchsorted(np.sort(end), at_ms, side="right")
    return begun - ended
