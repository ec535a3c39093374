from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest
from strategies import random_case

from sim.engine import available_engines, play
from sim.engine.conservation import check
from sim.engine.rules import Ending
from sim.errors import ConservationError
from sim.units import MINUTE
from sim.workload.desk import Desk, Pool, Queue, Service, ShiftEnd
from sim.workload.journeys import (
    ALWAYS,
    NEVER_MS,
    NONE,
    NOT_YET,
    Outcome,
    Tickets,
    Visits,
    Workload,
)

END_MS = 100 * MINUTE


def minutes(*values):
    """Make an array of times in minutes; ``None`` is never."""
    return np.array([NEVER_MS if v is None else v * MINUTE for v in values], np.int64)


def case():
    """Make a desk on which each law has something to hold.

    Agents 0 and 1 serve L1 and finish in overtime; agents 2 and 3 serve L2 when a visit has waited
    a minute, and park; a vendor works in office hours. Ticket 0 is resolved at L2, 1 too after L1
    gave it up, 2 leaves, 3 goes to the vendor, 4 is in hand and 5 waits at the end, 6 is prevented,
    7 has an update beside two visits, and another that nothing leads to.
    """
    presences = {0: [(0, 40)], 1: [(0, None)], 2: [(0, 16), (30, None)], 3: [(0, 20), (32, None)]}
    steps = sorted(
        (at, comes, agent)
        for agent, spells in presences.items()
        for spell in spells
        for at, comes in zip(spell, (True, False), strict=True)
        if at is not None
    )
    desk = Desk(
        queues=(
            Queue("L1", box_ms=10 * MINUTE, short_box_ms=10 * MINUTE),
            Queue("L2"),
            Queue("vendor", calendar=0),
        ),
        pools=(
            Pool("L1", (Service(0),)),
            Pool("L2", (Service(1, after_ms=MINUTE),), shift_end=ShiftEnd.PARK),
        ),
        agent_pool=np.array([0, 0, 1, 1], np.int32),
        step_ms=minutes(*(step[0] for step in steps)),
        step_agent=np.array([step[2] for step in steps], np.int32),
        step_comes=np.array([step[1] for step in steps]),
        calendar_open_ms=(minutes(0, 60),),
        calendar_close_ms=(minutes(10, 90),),
    )
    ticket = np.array([0, 0, 1, 1, 2, 3, 4, 5, 6, 7, 7, 7, 7], np.int32)
    count = len(ticket)
    successor = np.full((3, count), NONE, np.int32)
    successor[Outcome.DONE, [0, 9]] = [1, 10]
    successor[Outcome.GAVE_UP, 2] = 3
    successor[Outcome.LEFT, 9] = 12
    patience_ms = np.full(count, NEVER_MS)
    patience_ms[4] = MINUTE
    give_up_ms, raises, side_visit = np.full((3, count), NONE)
    give_up_ms[2], raises[0], side_visit[9] = MINUTE, 0, 11
    visits = Visits(
        ticket=ticket,
        queue=np.array([0, 1, 0, 1, 0, 2, 1, 1, 0, 0, 0, 0, 0], np.int32),
        work_ms=minutes(5, 20, 30, 6, 9, 15, 83, 9, 9, 8, 1, 1, 1),
        successor=successor,
        delay_ms=np.where(successor == NONE, 0, 2 * MINUTE),
        delay_calendar=np.full_like(successor, ALWAYS, np.int8),
        patience_ms=patience_ms,
        give_up_ms=give_up_ms,
        raises=raises.astype(np.int32),
        side_visit=side_visit.astype(np.int32),
        side_delay_ms=np.where(side_visit == NONE, 0, 3 * MINUTE),
        is_side=np.arange(count) == 11,
    )
    tickets = Tickets(
        arrival_ms=minutes(0, 0, 1, 2, 3, 99, 6, 60),
        first_visit=np.array([0, 2, 4, 5, 6, 7, 8, 9], np.int32),
        priority=np.zeros(8, np.int8),
        prevented_by=np.array([NONE] * 6 + [0, NONE], np.int32),
    )
    workload = Workload(tickets, visits, END_MS, signal_count=np.array([1], np.int32))
    workload.check()
    return workload, desk


WORKLOAD, DESK = case()

TAMPERINGS = {
    "it ended and is open": {"ended_ms": {4: 5}},
    "it ended before it arrived": {"ended_ms": {2: 0}},
    "it ended after the period": {"ended_ms": {3: 100}},
    "it arrived though its problem was fixed": {"ended_ms": {6: None}, "ending": {6: Ending.OPEN}},
    "it was prevented, not when": {"ended_ms": {6: 7}},
    "it was closed before its signal was raised": {"ending": {0: Ending.CLOSED}},
    "it started before it joined": {"started_ms": {8: 5}},
    "it was taken up before it started": {"taken_up_ms": {9: 59}},
    "it started, and nobody began to work on it then": {"started_ms": {1: 7}},
    "it was over before it had begun": {"finished_ms": {9: 59}},
    "it went on after the period": {"finished_ms": {10: 100}},
    "it is over without an outcome": {"outcome": {10: NOT_YET}},
    "somebody works on it who does not": {"agent": {8: 1}},
    "it was done, and nobody did it": {
        "started_ms": {10: None},
        "taken_up_ms": {10: None},
        "agent": {10: NONE},
    },
    "it left after it had been taken up": {"outcome": {10: Outcome.LEFT}},
    "it left before its time": {"finished_ms": {4: 3}},
    "it stayed beyond its patience": {"finished_ms": {4: None}, "outcome": {4: NOT_YET}},
    "it joined when nothing said so": {"joined_ms": {1: 6}},
    "it was due, its ticket was open, and it never joined": {
        "joined_ms": {3: None},
        "started_ms": {3: None},
        "taken_up_ms": {3: None},
        "finished_ms": {3: None},
        "outcome": {3: NOT_YET},
        "agent": {3: NONE},
    },
    "it joined, and nothing led to it": {"joined_ms": {12: 70}},
    "it joined a ticket that had ended": {"ended_ms": {7: 62}},
    "it was withdrawn, and its ticket went on": {
        "started_ms": {11: None},
        "taken_up_ms": {11: None},
        "outcome": {11: Outcome.WITHDRAWN},
        "agent": {11: NONE},
    },
    "it did not end with its last visit": {"ending": {0: Ending.ABANDONED}},
    "it ended, and had not come to its last visit": {
        "ended_ms": {5: 99},
        "ending": {5: Ending.RESOLVED},
    },
    "it was done, with more or less work than asked": {
        "finished_ms": {10: 72},
        "ended_ms": {7: 72},
    },
    "it gave up, not at its time-box": {"started_ms": {2: 1}, "taken_up_ms": {2: 1}},
    "it is in hand, and should be done": {"taken_up_ms": {6: 28}},
    "its provider did not keep to the calendar": {"finished_ms": {5: 66}, "ended_ms": {3: 66}},
    "an agent worked on it who is not at the desk": {"agent": {10: 9}},
    "an agent took it up whose pool does not serve it, or not yet": {"agent": {10: 3}},
    "or not yet": {"started_ms": {7: 99}, "taken_up_ms": {7: 99}, "agent": {7: 3}},
    "it was in two places at once": {"agent": {0: 1}},
    "it began to work off shift": {"agent": {10: 0}},
    "it worked on after its shift": {"taken_up_ms": {1: 33}, "interrupted.to_ms": {0: 21}},
}
"""By the law that is broken: what is written over in which rows. Times are minutes, or not yet."""


def tampered(log, changes):
    """Write over some rows of a log."""
    for name, rows in changes.items():
        table, _, column = name.rpartition(".")
        holder = getattr(log, table) if table else log
        array = getattr(holder, column).copy()
        for row, value in rows.items():
            in_minutes = column.endswith("_ms") and value is not None
            array[row] = NOT_YET if value is None else value * MINUTE if in_minutes else value
        holder = replace(holder, **{column: array})
        log = replace(log, **{table: holder}) if table else holder
    return log


@pytest.mark.parametrize("engine", available_engines())
def test_an_honest_log_keeps_every_law(engine):
    """What the engines write passes, and is what the case says it is."""
    log = play(WORKLOAD, DESK, engine=engine)
    assert log.ending.tolist() == [
        Ending.RESOLVED,
        Ending.RESOLVED,
        Ending.ABANDONED,
        Ending.RESOLVED,
        Ending.OPEN,
        Ending.OPEN,
        Ending.PREVENTED,
        Ending.RESOLVED,
    ]
    assert len(log.interrupted) == 2


@pytest.mark.parametrize("law", TAMPERINGS)
def test_a_tampered_log_breaks_its_law(law):
    """Each law catches the log that breaks it, and says which."""
    log = play(WORKLOAD, DESK, engine="simpy")
    with pytest.raises(ConservationError, match=law):
        check(WORKLOAD, DESK, tampered(log, TAMPERINGS[law]))


def test_a_broken_law_is_told_as_a_bug():
    """The message names the row, the law, how many rows, and whose fault it is."""
    log = tampered(play(WORKLOAD, DESK, engine="simpy"), {"joined_ms": {1: 6}})
    with pytest.raises(ConservationError) as caught:
        check(WORKLOAD, DESK, log)
    assert str(caught.value) == (
        "visit 1: it joined when nothing said so (1 such in this run)."
        " This is a bug in TierSim, not in the scenario; please report it."
    )


@pytest.mark.parametrize("first", range(0, 300, 50))
def test_a_log_with_any_number_changed_breaks_a_law(first):
    """A minute more in one row, and most often a law is broken: the laws leave little open.

    What may pass: a start between two other times (who took what is not played again), or the
    number of one of several agents.
    """
    caught = changed = 0
    for seed in range(first, first + 50):
        workload, desk = random_case(seed)
        log = play(workload, desk, check=False)
        rng = np.random.default_rng(seed)
        for column in fields(log):
            if column.name in {"interrupted", "agent"}:
                continue
            array = getattr(log, column.name).copy()
            rows = np.flatnonzero(array != NOT_YET)
            if not len(rows):
                continue
            row = rng.choice(rows)
            array[row] = array[row] + MINUTE if column.name.endswith("_ms") else array[row] ^ 1
            changed += 1
            try:
                check(workload, desk, replace(log, **{column.name: array}))
            except ConservationError:
                caught += 1
    assert caught >= 0.95 * changed, (caught, changed)
