"""How well tickets change hands: documentation, re-explaining, bouncing, repeated work.

An *escalation* brings a ticket to a tier above all that it had been at. Sending it back and forth
after that is bouncing, not escalating again. A *hop* is any move of a ticket to another queue.
"""

from __future__ import annotations

import numpy as np

from sim.outcome.facts import Facts, Rows
from sim.outcome.registry import Figures, ratio, register
from sim.outcome.times import first_escalations
from sim.scenario.support import FIELDS_OF_NOTES
from sim.workload.journeys import NONE, Kind, Outcome

_ALL_FIELDS = (1 << len(FIELDS_OF_NOTES)) - 1


def hops(facts: Facts) -> Rows:
    """Return the rows of counted tickets that joined another queue than the row before."""
    moved = (facts.queue[1:] != facts.queue[:-1]) & ~facts.opens[1:]
    rows = np.flatnonzero(moved) + 1
    return rows if facts.all_count else rows[facts.counted[facts.ticket[rows]]]


@register(
    "escalated_share",
    label="Escalated",
    sentence="Share of tickets that went to a higher tier than the one they came in at.",
    unit="share",
    numerator="tickets escalated at least once",
    denominator="tickets",
    open_tickets="counted as not escalated until they are",
    better=None,
)
def _escalated_share(facts: Facts) -> Figures:
    return {"": ratio(len(facts.once(first_escalations)), len(facts.whose))}


@register(
    "hops",
    label="Hops",
    sentence="How often a ticket changes queue, escalations and bounces included.",
    unit="per ticket",
    numerator="moves to another queue",
    denominator="tickets",
    open_tickets="counted with their moves so far",
    better="lower",
)
def _hops(facts: Facts) -> Figures:
    return {"": ratio(len(facts.once(hops)), len(facts.whose))}


@register(
    "bounces",
    label="Bounces",
    sentence="How often a ticket is sent back to its sender (returned) or on to another team "
    "(misrouted) by somebody who only looked at it.",
    unit="per ticket",
    numerator="looks at a ticket that was then sent back or on",
    denominator="tickets",
    open_tickets="counted with their bounces so far",
    better="lower",
    variants="returned | misrouted",
)
def _bounces(facts: Facts) -> Figures:
    returned = len(facts.of_kind(Kind.RETURNED))
    misrouted = len(facts.of_kind(Kind.MISROUTED))
    total = len(facts.whose)
    return {
        "": ratio(returned + misrouted, total),
        "returned": ratio(returned, total),
        "misrouted": ratio(misrouted, total),
    }


@register(
    "bounced_share",
    label="Escalated tickets that bounced",
    sentence="Share of escalated tickets that were sent back or on at least once.",
    unit="share",
    numerator="tickets with a bounce",
    denominator="tickets escalated",
    open_tickets="counted with their bounces so far",
    better="lower",
)
def _bounced_share(facts: Facts) -> Figures:
    bounced = np.zeros(facts.tickets, np.bool_)
    for kind in (Kind.RETURNED, Kind.MISROUTED):
        bounced[facts.ticket[facts.of_kind(kind)]] = True
    escalated = facts.ticket[facts.once(first_escalations)]
    return {"": ratio(np.count_nonzero(bounced[escalated]), len(escalated))}


@register(
    "documented_share",
    label="Fully documented escalations",
    sentence="Share of escalations whose notes came with all four fields: summary, steps, data, "
    "reason; or with one of them.",
    unit="share",
    numerator="escalations whose notes had the field(s)",
    denominator="escalations with notes known",
    left_out="escalations of which the workload knows no notes (a replayed export)",
    open_tickets="counted",
    better="higher",
    variants="summary | steps | data | reason",
)
def _documented_share(facts: Facts) -> Figures:
    known = facts.run.workload.visits.notes
    notes = known[facts.visit[facts.escalations]] if len(known) else known
    notes = notes[notes != NONE]
    found = {"": ratio(np.count_nonzero(notes == _ALL_FIELDS), len(notes))}
    for bit, name in enumerate(FIELDS_OF_NOTES):
        found[name] = ratio(np.count_nonzero(notes >> bit & 1), len(notes))
    return found


@register(
    "reexplains",
    label="Re-explaining",
    sentence="How often the user of an escalated ticket has to explain it again.",
    unit="per ticket",
    numerator="visits in which the receiver asks the user to explain again",
    denominator="tickets escalated",
    open_tickets="counted with what happened so far",
    better="lower",
)
def _reexplains(facts: Facts) -> Figures:
    return {"": ratio(len(facts.of_kind(Kind.CLARIFY)), len(facts.once(first_escalations)))}


@register(
    "rework",
    label="Rework",
    sentence="Work per escalated ticket that repeats what somebody had done or should have noted, "
    "and looks that led nowhere.",
    unit="duration",
    numerator="the repeated part of the visits begun",
    denominator="tickets escalated",
    left_out="nobody; of a visit cut short by a time-box at most its actual work counts",
    open_tickets="counted with the visits begun",
    better="lower",
)
def _rework(facts: Facts) -> Figures:
    rework = facts.run.workload.visits.rework_ms
    total = 0
    if len(rework):
        rows = np.flatnonzero(rework[facts.visit] > 0)
        rows = rows[facts.counted[facts.ticket[rows]]]
        asked = rework[facts.visit[rows]]
        total = int(np.minimum(asked, facts.touch_ms[rows]).sum())
    return {"": ratio(total, len(facts.once(first_escalations)))}


@register(
    "writing",
    label="Writing notes",
    sentence="Work per escalation on writing its notes.",
    unit="duration",
    numerator="the writing part of the visits after which a ticket was escalated, or the time to "
    "write it up when the time-box ran out",
    denominator="escalations",
    open_tickets="counted",
    better="lower",
)
def _writing(facts: Facts) -> Figures:
    visits = facts.run.workload.visits
    before = facts.escalations - 1
    sender, ended = facts.visit[before], facts.outcome[before]
    total = 0
    if len(visits.writing_ms):
        total += int(visits.writing_ms[sender[ended == Outcome.DONE]].sum())
    if len(visits.give_up_ms):
        total += int(visits.give_up_ms[sender[ended == Outcome.GAVE_UP]].sum())
    return {"": ratio(total, len(before))}
