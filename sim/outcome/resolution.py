"""Who resolves how much: the three shares of the first line, first contact, reopening, by tier.

Three fair definitions of the first line's share differ by ten points on one and the same log, so
all three are here by name, and the headline is the second. They share one rule for tickets whose
fate is not known: a ticket counts once it is *decided*, that is resolved, handed on by the first
line, or given up. What is still open at the first line, or was abandoned, might have gone either
way and is left out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.engine.rules import Ending
from sim.outcome.facts import Facts, Flags, Rows
from sim.outcome.registry import Figures, ratio, register
from sim.workload.journeys import NONE, Outcome

_LEFT_OUT = "tickets that were abandoned, or closed with an incident, before they were decided"
_OPEN = "decided once another tier has them; left out while still with the first line"


@dataclass(frozen=True, eq=False)
class Fates:
    """What became of the counted tickets; one row each, in the order of ``Facts.whose``.

    Attributes
    ----------
    decided : bool
        Resolved, handed on by the first line, or given up.
    stayed : bool
        Resolved, and never at another tier than the first until then.
    began : bool
        Came in at the first tier.
    reopened : bool
        Came back after being resolved.
    resolved_row : intp
        ``NONE`` if not resolved.
    highest : int8
        The highest tier by the resolution, or by now.
    """

    decided: Flags
    stayed: Flags
    began: Flags
    reopened: Flags
    resolved_row: Rows
    highest: NDArray[np.int8]


def fates(facts: Facts) -> Fates:
    """Find what became of the counted tickets."""
    resolved = facts.of_counted(facts.resolved_row)
    is_resolved = resolved != NONE
    last = facts.of_counted(facts.last_row)
    known = last != NONE
    at = np.where(is_resolved, resolved, last)
    # One more entry, so that NONE, the last one, reads as tier 0.
    highest = np.append(facts.highest, np.int8(0))[at]
    began = np.append(facts.tier, np.int8(-1))[facts.of_counted(facts.first_row)] == 0
    given_up = facts.of_counted(facts.run.log.ending) == Ending.UNRESOLVED
    reopened = np.zeros(facts.tickets, np.bool_)
    reopened[facts.ticket[facts.reopened]] = True
    return Fates(
        decided=is_resolved | given_up | (known & (highest > 0)),
        stayed=is_resolved & began & (highest == 0),
        began=began,
        reopened=facts.of_counted(reopened),
        resolved_row=resolved,
        highest=highest,
    )


def _share(part: Flags, whole: Flags) -> Figures:
    return {"": ratio(np.count_nonzero(part), np.count_nonzero(whole))}


@register(
    "l1_share",
    label="Resolved by the first line",
    sentence="Share of the tickets that began at the first line and never left it until resolved.",
    unit="share",
    numerator="tickets resolved without ever leaving the first tier",
    denominator="decided tickets that came in at the first tier",
    left_out=f"{_LEFT_OUT}; tickets that came in at another tier",
    open_tickets=_OPEN,
    better=None,
)
def _l1_share(facts: Facts) -> Figures:
    fate = facts.once(fates)
    return _share(fate.stayed, fate.decided & fate.began)


@register(
    "l1_share_all",
    label="Resolved by the first line, of all tickets",
    sentence="Share of all tickets that began at the first line and never left it until resolved.",
    unit="share",
    numerator="tickets resolved without ever leaving the first tier",
    denominator="all decided tickets, those included that came in at another tier",
    left_out=_LEFT_OUT,
    open_tickets=_OPEN,
    better=None,
)
def _l1_share_all(facts: Facts) -> Figures:
    fate = facts.once(fates)
    return _share(fate.stayed, fate.decided)


@register(
    "l1_share_last",
    label="Last handled by the first line",
    sentence="Share of resolved tickets that the first line had last, wherever they had been.",
    unit="share",
    numerator="tickets that the first tier resolved",
    denominator="resolved tickets",
    left_out="tickets that ended otherwise",
    open_tickets="left out",
    better=None,
)
def _l1_share_last(facts: Facts) -> Figures:
    rows = facts.resolved_rows
    return {"": ratio(np.count_nonzero(facts.tier[rows] == 0), len(rows))}


@register(
    "l1_share_reopen_adjusted",
    label="Resolved by the first line for good",
    sentence="As `l1_share`, but a ticket that came back does not count as resolved: closing "
    "too soon does not help.",
    unit="share",
    numerator="tickets resolved without ever leaving the first tier, and not reopened by the end",
    denominator="decided tickets that came in at the first tier",
    left_out=f"{_LEFT_OUT}; tickets that came in at another tier",
    open_tickets=_OPEN,
    better="higher",
)
def _l1_share_reopen_adjusted(facts: Facts) -> Figures:
    fate = facts.once(fates)
    return _share(fate.stayed & ~fate.reopened, fate.decided & fate.began)


@register(
    "first_contact_share",
    label="Solved at first contact",
    sentence="Share of the calls and chats solved in that conversation: one visit, no wait for "
    "anybody, no hand-over, at whatever tier they came in.",
    unit="share",
    numerator="such tickets that the first visit taken up resolved",
    denominator="tickets by channels on which people wait for an answer (those with `patience`: phone, "
    "chat) whose first visit taken up is over",
    left_out="tickets by other channels, which lie in a queue; tickets that nobody took up",
    open_tickets="counted once the first visit is over",
    better="higher",
)
def _first_contact_share(facts: Facts) -> Figures:
    channels = facts.run.scenario.channels.values()
    talks = np.array([channel.patience is not None for channel in channels])
    first = facts.of_counted(facts.first_row)
    if (facts.outcome == Outcome.LEFT).any():
        heard = facts.per_ticket(
            facts.first_of_ticket(np.flatnonzero(facts.outcome != Outcome.LEFT))
        )
        first = facts.of_counted(heard)
    first = first[first != NONE]
    channel = facts.run.workload.tickets.channel
    # Empty where all come by the first channel.
    talked = talks[channel[facts.ticket[first]]] if len(channel) else talks[:1].repeat(len(first))
    first = first[talked]
    ended = facts.outcome[first]
    over = (ended == Outcome.DONE) | (ended == Outcome.GAVE_UP)
    return _share(facts.resolving[first], over)


@register(
    "resolution_rate",
    label="Resolved where it came",
    sentence="Of the tickets that came to a tier, the share that this tier resolved.",
    unit="share",
    numerator="tickets first resolved by the tier",
    denominator="tickets that came to the tier and were resolved by anybody, or went to a tier above",
    left_out="tickets that ended otherwise",
    open_tickets="counted once a tier above has them; else left out",
    better="higher",
    variants="tier",
)
def _resolution_rate(facts: Facts) -> Figures:
    resolved = facts.resolved_row
    found = {}
    for tier, name in enumerate(facts.tiers):
        whose = facts.ticket[facts.entries(tier)]
        by = resolved[whose]
        last = np.where(by == NONE, facts.last_row[whose], by)
        decided = (by != NONE) | (facts.highest[last] > tier)
        here = (by != NONE) & (facts.tier[last] == tier)
        found[name] = ratio(np.count_nonzero(here), np.count_nonzero(decided))
    return found


@register(
    "resolved_share",
    label="Share of all resolutions",
    sentence="Of the tickets resolved, the share that a tier resolved.",
    unit="share",
    numerator="tickets first resolved by the tier",
    denominator="resolved tickets",
    left_out="tickets that ended otherwise",
    open_tickets="left out",
    better=None,
    variants="tier",
)
def _resolved_share(facts: Facts) -> Figures:
    tiers = facts.tier[facts.resolved_rows]
    count = np.bincount(tiers, minlength=len(facts.tiers))
    return {name: ratio(count[t], len(tiers)) for t, name in enumerate(facts.tiers)}


@register(
    "reopen_share",
    label="Reopened",
    sentence="Share of resolved tickets that came back by the end of the period.",
    unit="share",
    numerator="resolved tickets with a visit after the resolution",
    denominator="resolved tickets, by the tier that resolved them first",
    left_out="nobody; those resolved shortly before the end had less time to come back",
    open_tickets="left out until resolved",
    better="lower",
    variants="tier",
)
def _reopen_share(facts: Facts) -> Figures:
    fate = facts.once(fates)
    resolved = fate.resolved_row != NONE
    by = facts.tier[fate.resolved_row[resolved]]
    total = np.bincount(by, minlength=len(facts.tiers))
    back = np.bincount(by[fate.reopened[resolved]], minlength=len(facts.tiers))
    found = {"": ratio(back.sum(), total.sum())}
    found |= {name: ratio(back[t], total[t]) for t, name in enumerate(facts.tiers)}
    return found


@register(
    "abandonment",
    label="Abandoned",
    sentence="Share of tickets whose caller hung up before anybody answered, and did not come back.",
    unit="share",
    numerator="tickets abandoned",
    denominator="tickets",
    open_tickets="counted as not abandoned",
    better="lower",
)
def _abandonment(facts: Facts) -> Figures:
    ending = facts.of_counted(facts.run.log.ending)
    return {"": ratio(np.count_nonzero(ending == Ending.ABANDONED), len(ending))}


@register(
    "tickets",
    label="Tickets",
    sentence="How many tickets users brought in the counted period, and what became of them.",
    unit="count",
    numerator="tickets that arrived after the warm-up",
    denominator="one",
    left_out="tickets prevented by a permanent fix; work that is no contact",
    open_tickets="counted",
    better=None,
    variants="resolved | open | abandoned | unresolved",
)
def _tickets(facts: Facts) -> Figures:
    ending = facts.of_counted(facts.run.log.ending)
    resolved = len(facts.resolved_rows)
    counts = {
        "": len(ending),
        "resolved": resolved,
        # Resolved and waiting to be reopened, or back already, is resolved once.
        "open": int(
            np.count_nonzero(
                (ending == Ending.OPEN) & (facts.of_counted(facts.resolved_row) == NONE)
            )
        ),
        "abandoned": int(np.count_nonzero(ending == Ending.ABANDONED)),
        "unresolved": int(np.count_nonzero(ending == Ending.UNRESOLVED)),
    }
    return {variant: ratio(count, 1) for variant, count in counts.items()}
