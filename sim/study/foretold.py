"""What formulas foretell of a queue of callers, before any simulation, by the levels' own definition."""

from __future__ import annotations

from collections.abc import Iterator

from sim.outcome.service import FORMULAS
from sim.scenario.model import Scenario
from sim.scenario.targets import target_text
from sim.study.assumptions import levels_of, standings
from sim.study.callers import callers
from sim.study.implied import Implied
from sim.theory.erlang import blocking_probability
from sim.theory.load import Load
from sim.theory.patience import erlang_a_of
from sim.theory.times import Duration
from sim.units import HOUR, HOURS_PER_WEEK, format_share


def foretold(scenario: Scenario, known: Implied) -> Iterator[str]:
    """Yield what Erlang A says of each queue that callers leave, and to which it applies.

    Examples
    --------
    >>> import sim
    >>> from sim.study.implied import implied
    >>> desk = sim.one_queue(
    ...     rate="100 / h", work="10 min", staff=15, patience="20 s", within="1 min"
    ... )
    >>> list(foretold(desk, implied(desk)))
    ['By Erlang A 22.0 % of what comes to L1 leaves unanswered, and response reaches 77.8 % of 80 % within 1 min (in time / all who came).']
    """
    some = callers(scenario)
    if some is None:
        return
    queues = {queue.name: queue for queue in known.queues}
    for one in standings(scenario):
        queue = queues[one.queue]
        come = known.tickets * queue.comes
        if one.closed or not one.patience or not come or not queue.asked_h:
            continue
        load = Load(come / HOURS_PER_WEEK, queue.asked_h / come, one.staff)
        found = None
        if some.patience_h:
            # Those who never leave make the mean rate of leaving smaller.
            found = erlang_a_of(load, some.patience_h / some.share)
            gone = found.abandonment
        else:
            gone = blocking_probability(offered_load=load.offered_load, servers=one.staff)
        told = f"By Erlang A {format_share(gone)} of what comes to {one.queue} leaves unanswered"
        for name, level in levels_of(scenario, one):
            reached = 1 - gone if level.leavers == "missed" else 1.0
            if found is not None:
                reached = found.service_level(
                    Duration.of_hours(level.within / HOUR), leavers=level.leavers
                )
            told += (
                f", and {name} reaches {format_share(reached)} of {format_share(level.goal, 0)} within "
                f"{target_text(level.within)} ({FORMULAS[level.leavers]})"
            )
        yield f"{told}."
