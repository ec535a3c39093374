"""Desks that are asked far more than they can give: said beside the verdicts of a study.

The tiers behind such a queue are judged by the few tickets that get through it, and may well seem to
keep their promises.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sim.study.implied import implied
from sim.study.result import Result
from sim.units import format_share

HOPELESS: Final = 1.25
"""Utilisation from which nothing that the arithmetic leaves out can save a queue (assumed): callers
who hang up and problems that are fixed take some tickets away. What lies between this and 1 is left to
the backlog that was simulated."""


def overloads(results: Sequence[Result]) -> list[str]:
    """Return a sentence for every scenario in which a queue is asked far more than its people can give.

    Examples
    --------
    >>> import sim
    >>> desk = sim.one_queue(rate="60 / h", work="12 min", staff=3, length="2 weeks")
    >>> overloads(sim.compare(desk, replications=2).results)
    ['“One queue”: L1 is offered 400 % of its capacity: the backlog will never clear.']
    """
    found = []
    for result in results:
        offered = [
            f"{queue.name} is offered {format_share(queue.utilisation, 0)} of its capacity"
            for queue in implied(result.scenario).queues
            if queue.utilisation >= HOPELESS and not queue.provider and not queue.helpers
        ]
        if not offered:
            continue
        sentence = f"“{result.name}”: {', '.join(offered)}: the backlog will never clear."
        if len(result.scenario.tiers) > 1:
            sentence += " Promises are judged by the few tickets that get through."
        found.append(sentence)
    return found
