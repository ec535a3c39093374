"""What keeps coming back: problems and their fixes, runbooks, chasers."""

from __future__ import annotations

import numpy as np

from sim.outcome.facts import Facts
from sim.outcome.registry import Figures, ratio, register
from sim.units import MONTH
from sim.workload.journeys import NONE, NOT_YET, Kind, Origin, Outcome

LATE_PART = 0.25
"""The share at the end is taken over the last quarter of the counted period."""


@register(
    "recurring_share",
    label="Recurring tickets",
    sentence="Share of tickets that are symptoms of a problem which nobody has fixed.",
    unit="share",
    numerator="tickets with a problem",
    denominator="tickets that arrived",
    left_out="tickets that a fix prevented",
    open_tickets="counted",
    better="lower",
    variants="last quarter",
)
def _recurring_share(facts: Facts) -> Figures:
    if facts.run.scenario.problems is None:
        return {}
    problem = facts.run.workload.tickets.problem
    recurs = problem[facts.whose] != NONE
    late_from = facts.end_ms - LATE_PART * facts.counted_ms
    late = facts.run.workload.tickets.arrival_ms[facts.whose] >= late_from
    return {
        "": ratio(np.count_nonzero(recurs), len(recurs)),
        "last quarter": ratio(np.count_nonzero(recurs[late]), np.count_nonzero(late)),
    }


@register(
    "fixes",
    label="Permanent fixes in a month",
    sentence="How many problems were fixed for good in a month.",
    unit="count",
    numerator="attempts at a fix that were done in the counted period and held",
    denominator="months of the counted period",
    open_tickets="attempts under way are left out",
    better="higher",
)
def _fixes(facts: Facts) -> Figures:
    visits, log = facts.run.workload.visits, facts.run.log
    if facts.run.scenario.problems is None:
        return {}
    if not len(visits.raises):
        return {"": ratio(0, facts.counted_ms / MONTH)}
    done = (visits.kind == Kind.FIX) & (visits.raises != NONE) & (log.outcome == Outcome.DONE)
    held = np.count_nonzero(done & (log.finished_ms >= facts.warm_up_ms))
    return {"": ratio(held, facts.counted_ms / MONTH)}


@register(
    "prevented",
    label="Tickets avoided in a month",
    sentence="How many tickets users did not have to send in a month, because a problem had been "
    "fixed or because they found the answer themselves.",
    unit="count",
    numerator="tickets of the counted period that were prevented",
    denominator="months of the counted period",
    open_tickets="no matter",
    better="higher",
)
def _prevented(facts: Facts) -> Figures:
    scenario, tickets = facts.run.scenario, facts.run.workload.tickets
    if scenario.problems is None and not any(t.self_service for t in scenario.topics.values()):
        return {}
    stopped = ~facts.user & (tickets.arrival_ms >= facts.warm_up_ms)
    if len(tickets.origin):
        stopped &= tickets.origin == Origin.USER
    return {"": ratio(np.count_nonzero(stopped), facts.counted_ms / MONTH)}


@register(
    "runbook_share",
    label="Runbook used",
    sentence="Share of tickets at the first line for which a usable runbook was at hand.",
    unit="share",
    numerator="tickets taken up at the first line with a runbook",
    denominator="tickets taken up at the first line",
    open_tickets="counted once taken up",
    better="higher",
)
def _runbook_share(facts: Facts) -> Figures:
    runbook = facts.run.workload.visits.runbook
    if not any(topic.runbook for topic in facts.run.scenario.topics.values()):
        return {}
    if not len(runbook):
        return {"": ratio(0, len(facts.entries(0)))}
    rows = facts.entries(0)
    rows = rows[facts.started_ms[rows] != NOT_YET]
    return {"": ratio(np.count_nonzero(runbook[facts.visit[rows]]), len(rows))}


@register(
    "chasers",
    label="Chasers",
    sentence="How often the user of a ticket asks where it is, for want of a promised update.",
    unit="per ticket",
    numerator="chasers that the first line had to answer",
    denominator="tickets",
    open_tickets="counted with what happened so far",
    better="lower",
)
def _chasers(facts: Facts) -> Figures:
    visits, log = facts.run.workload.visits, facts.run.log
    if facts.run.scenario.updates is None:
        return {}
    if not len(visits.is_side):
        return {"": ratio(0, len(facts.whose))}
    came = (visits.kind == Kind.CHASE) & (log.joined_ms != NOT_YET)
    return {"": ratio(np.count_nonzero(came & facts.counted[visits.ticket]), len(facts.whose))}


@register(
    "updates_sent",
    label="Promised updates sent in time",
    sentence="Share of the promised status updates that somebody took up before they were late.",
    unit="share",
    numerator="updates done",
    denominator="updates done or late",
    left_out="updates under way, and those that the resolution made needless",
    open_tickets="counted with their updates so far",
    better="higher",
)
def _updates_sent(facts: Facts) -> Figures:
    visits, log = facts.run.workload.visits, facts.run.log
    if facts.run.scenario.updates is None:
        return {}
    if not len(visits.is_side):
        return {"": ratio(0, 0)}
    ours = (visits.kind == Kind.UPDATE) & facts.counted[visits.ticket]
    sent = np.count_nonzero(ours & (log.outcome == Outcome.DONE))
    late = np.count_nonzero(ours & (log.outcome == Outcome.LEFT))
    return {"": ratio(sent, sent + late)}
