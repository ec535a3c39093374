"""Sampling a workload: what each ticket is, and every visit it may make.

Tickets are drawn tier by tier (``stages``), laid out (``paths``, ``updates``), and joined by what
is no user's ticket (``events``). Nothing here depends on the staff.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.scenario.model import Scenario
from sim.units import WEEK
from sim.workload import paths, updates
from sim.workload.added import Added
from sim.workload.arrivals import Arrivals, fitted, sample_arrivals
from sim.workload.desk import Discipline
from sim.workload.draws import Draws, Flags, Floats
from sim.workload.events import Signals, add_incidents, add_upkeep, prevented
from sim.workload.journeys import Tickets, Workload
from sim.workload.layout import Layout
from sim.workload.lots import lots
from sim.workload.lying import taken_from_ms
from sim.workload.plan import QUANTILES, Plan, plan
from sim.workload.promise import due
from sim.workload.stages import Case, find
from sim.workload.streams import Purpose


def sample(
    scenario: Scenario, seed: int, replication: int, arrivals: Arrivals | None = None
) -> Workload:
    """Sample the workload of one replication.

    Parameters
    ----------
    scenario : Scenario
    seed, replication : int
        At least 0; together they name every draw.
    arrivals : Arrivals, optional
        Tickets to be replayed; sampled from the scenario's demand if absent.

    Returns
    -------
    Workload
    """
    if arrivals is None:
        arrivals = sample_arrivals(scenario, seed, replication)
    else:
        arrivals = fitted(scenario, arrivals)
    draws = Draws(seed, replication, len(arrivals))
    known = plan(scenario)
    case = Case(
        scenario=scenario,
        known=known,
        arrivals=arrivals,
        draws=draws,
        difficulty=_difficulty(known, arrivals, draws),
        runbook=_runbooks(scenario, arrivals, draws),
    )
    layout = Layout(len(arrivals))
    stages = []
    done_ms = np.zeros(len(arrivals))
    reaches = np.ones(len(arrivals), np.bool_)
    for position, tier in enumerate(scenario.tiers.values()):
        who = np.flatnonzero(reaches & (arrivals.entry_tier <= position))
        stage = find(case, position, tier, who, done_ms[who])
        stages.append(stage)
        if not stage.last:
            done_ms[who] += stage.own_ms
            reaches[who] = stage.escalates | stage.may_give_up
        paths.occupy(case, layout, stage)
        updates.reserve(case, layout, stage)
    layout.number()
    for stage in stages:
        paths.fill(case, layout, stage)
        updates.fill(case, layout, stage)

    signals, added = Signals(), Added()
    problem, prevented_by = prevented(case, signals, added)
    add_upkeep(case, added)
    add_incidents(case, signals, added)
    tickets: dict[str, Any] = {
        "arrival_ms": arrivals.arrival_ms,
        "first_visit": layout.first,
        "priority": arrivals.priority,
        "taken_from_ms": taken_from_ms(case, stages),
        "due_ms": due(scenario, arrivals),
        "topic": arrivals.topic,
        "channel": arrivals.channel,
        "difficulty": case.difficulty.astype(np.float32),
        "problem": problem,
        "prevented_by": prevented_by,
    }
    if added.tickets:
        tickets = added.ticket_columns(tickets, layout.total)
    visits = layout.visits(added)
    if any(queue.discipline is Discipline.RANDOM for queue in known.queues):
        first = tickets["first_visit"]
        visits = replace(visits, lot=lots(draws, len(arrivals), visits.ticket, first))
    return Workload(
        tickets=Tickets(**tickets),
        visits=visits,
        end_ms=scenario.period.length,
        warm_up_ms=scenario.period.warm_up,
        signal_count=np.array(signals.counts, np.int32),
    )


def _difficulty(known: Plan, arrivals: Arrivals, draws: Draws) -> Floats:
    if (known.difficulty == known.mean_difficulty[:, np.newaxis]).all():
        return known.mean_difficulty[arrivals.topic]
    place = draws.uniform(Purpose.DIFFICULTY) * QUANTILES
    step = place.astype(np.intp)
    flat = known.difficulty.ravel()
    at = arrivals.topic.astype(np.intp) * (QUANTILES + 1) + step
    low = flat[at]
    hard: Floats = low + (flat[at + 1] - low) * (place - step)
    return hard


def _runbooks(scenario: Scenario, arrivals: Arrivals, draws: Draws) -> Flags | None:
    """Tell for which tickets a usable runbook exists; None for none."""
    exists = np.array([topic.runbook for topic in scenario.topics.values()])
    usable = usable_runbooks(scenario, arrivals.arrival_ms)
    if not exists.any() or not np.any(usable):
        return None
    here: Flags = draws.uniform(Purpose.RUNBOOK) < exists[arrivals.topic] * usable
    return here


def usable_runbooks(scenario: Scenario, at_ms: NDArray[np.int64]) -> Floats | float:
    """Return the share of existing runbooks that is usable at given times.

    Runbooks become unusable at a constant hazard, and upkeep restores so many a week: with share
    ``u``, ``du/dt = -u / ages + restored / library``, whose solution goes to its limit exponentially
    and is capped at 1.

    Returns
    -------
    float64 array or float
    """
    knowledge = scenario.knowledge
    at_first = scenario.documentation.completeness("runbooks")
    if knowledge.ages is None:
        return at_first
    restored_a_week = 0.0
    if knowledge.upkeep is not None:
        restored_a_week = knowledge.upkeep.time / knowledge.rewriting
    limit = restored_a_week / knowledge.library * knowledge.ages / WEEK
    share: Floats = limit + (at_first - limit) * np.exp(-at_ms / knowledge.ages)
    return np.minimum(share, 1.0)
