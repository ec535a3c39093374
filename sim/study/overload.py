"""Desks that are asked far more than they can give: said beside the verdicts of a study.

The tiers behind such a queue are judged by the few tickets that get through it, and may well seem to
keep their promises. Where callers hang up the queue clears, and how many do is what there is to say.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from sim.study.implied import implied
from sim.study.result import Result
from sim.units import format_share

HOPELESS: Final = 1.25
"""Utilisation from which nothing that the arithmetic leaves out can save a queue (assumed): problems
that are fixed take some tickets away. What lies between this and 1 is left to the backlog that was
simulated."""
HANG_UP: Final = "abandonment"


def overloads(results: Sequence[Result]) -> list[str]:
    """Return a sentence for every scenario in which a queue is asked far more than its people can give.

    Examples
    --------
    >>> import sim
    >>> desk = sim.one_queue(rate="60 / h", work="12 min", staff=3, length="2 weeks")
    >>> overloads(sim.compare(desk, replications=2).results)
    ['“One queue”: L1 is offered 400 % of its capacity: the backlog will never clear.']
    >>> desk = sim.one_queue(rate="60 / h", work="12 min", staff=3, length="2 weeks", patience="1 min")
    >>> overloads(sim.compare(desk, replications=2).results)
    ['“One queue”: L1 is offered 400 % of its capacity: 7... % of all callers hang up.']
    """
    return [sentence for result in results for sentence in _sentences(result)]


def _sentences(result: Result) -> Iterator[str]:
    offered, hung_up = [], []
    # A caller who has hung up is not handed on.
    answered = 1.0
    if HANG_UP in result.metrics and result.estimate(HANG_UP).n:
        answered = 1 - result.estimate(HANG_UP).mean
    for queue in implied(result.scenario).queues:
        if queue.provider or queue.helpers or not queue.there_h:
            continue
        words = f"{queue.name} is offered {format_share(queue.utilisation, 0)} of its capacity"
        if queue.callers_h and not queue.never_clears:
            if queue.utilisation >= HOPELESS:
                hung_up.append(words)
        elif queue.utilisation * (1.0 if queue.callers_h else answered) >= HOPELESS:
            offered.append(words)
    behind = " Promises are judged by the few tickets that get through."
    several = behind if len(result.scenario.tiers) > 1 else ""
    if offered:
        yield f"“{result.name}”: {', '.join(offered)}: the backlog will never clear.{several}"
    if hung_up:
        gone = f"{format_share(1 - answered)} of all callers" if answered < 1 else "most callers"
        if any(channel.patience is None for channel in result.scenario.channels.values()):
            gone = f"callers of {format_share(1 - answered)} of all tickets"
        yield f"“{result.name}”: {', '.join(hung_up)}: {gone} hang up.{several}"
