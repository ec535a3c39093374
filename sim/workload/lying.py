"""Tickets that lie in somebody's list: how long, and from when on they can be taken up."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from typing import NamedTuple

import numpy as np

from sim.scenario.waiting import Answers
from sim.workload.desk import advance_each
from sim.workload.draws import delay
from sim.workload.journeys import ALWAYS, NOT_YET, Times
from sim.workload.laws import from_normal
from sim.workload.layout import Which
from sim.workload.stages import Case, Stage
from sim.workload.streams import Purpose


class Occasion(IntEnum):
    """How a ticket comes to a tier; each has draws of its own."""

    NEW = 0
    ESCALATED = 1
    SENT_BACK = 2
    """To the sender, for its notes."""
    SENT_AGAIN = 3
    """By the sender, with the notes completed."""
    TO_BE_CLOSED = 4


class Coming(NamedTuple):
    """A tier's position, and how tickets come to it."""

    position: int
    occasion: Occasion


def handed_over_ms(case: Case, coming: Coming, who: Which) -> tuple[Times, int] | None:
    """Return how long tickets lie at a tier that they are handed over to, and in which calendar.

    Returns
    -------
    (int64 array, int) or None
        0 for a ticket that does not lie; None where none does.
    """
    lying = list(case.scenario.tiers.values())[coming.position].left_lying
    if lying is None or lying.handed_over is None:
        return None
    law = lying.handed_over
    calendar = case.known.calendars[law.hours]
    return _lies_ms(case, coming, who, law.share, law), calendar


def taken_from_ms(case: Case, stages: Sequence[Stage]) -> Times:
    """Return from when on tickets that lie when they come in can be taken up.

    Callers, who may hang up, do not lie.

    Returns
    -------
    int64 array
        One row a ticket, ``NOT_YET`` for those that do not lie; empty where none does.
    """
    if all(stage.tier.left_lying is None for stage in stages):
        return np.empty(0, np.int64)
    arrival_ms = case.arrivals.arrival_ms
    from_ms = np.full(len(arrival_ms), NOT_YET, np.int64)
    calls = np.array([c.patience is not None for c in case.scenario.channels.values()])
    for stage in stages:
        lying = stage.tier.left_lying
        if lying is None:
            continue
        who = stage.who[stage.fresh & ~stage.at_once & ~calls[case.arrivals.channel[stage.who]]]
        lies_ms = _lies_ms(case, Coming(stage.position, Occasion.NEW), who, lying.share, lying)
        who, lies_ms = who[lies_ms > 0], lies_ms[lies_ms > 0]
        calendar = case.known.calendars[lying.hours]
        if calendar == ALWAYS:
            from_ms[who] = arrival_ms[who] + lies_ms
        else:
            opened = case.known.calendar_open_ms[calendar]
            closed = case.known.calendar_close_ms[calendar]
            from_ms[who] = advance_each(opened, closed, arrival_ms[who], lies_ms)
    return from_ms


def _lies_ms(case: Case, coming: Coming, who: Which, share: float, law: Answers) -> Times:
    number = case.draws.uniform(Purpose.LYING, *coming)[who]
    normal = case.draws.normal(Purpose.LYING_FOR, *coming)[who]
    lies_ms = np.maximum(delay(from_normal(law.law(), float(law.answers_in), normal)), 1)
    return np.where(number < share, lies_ms, 0)
