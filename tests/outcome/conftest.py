"""A log of six tickets that is small enough to work every metric out by hand.

Monday 5 January 2026, 00:00 UTC is instant 0; everybody works Monday to Friday, 08:00 to 17:00, two
at L1 and one at L2; two weeks are counted. Letters are tickets; notes are what an escalation lacked.

========  =====================================================================================
A  0      Mon 08:10 L1 works 08:10-08:20, solves it.
B  1      Mon 08:30 L1 works 08:50-09:00, cannot solve it (3 min of that writing). L2 joined
          09:00, works 09:30-09:40: no summary, asks the user (2 h). L2 joined and works
          11:40-12:00, is interrupted, goes on 13:00-13:40 (15 min of it rework), solves it.
C  2      Mon 16:50 L1 works Tue 08:05-08:25, gives it up (5 min writing). L2 looks 08:25-08:30: no
          reason, sends it back. L1 joined 08:30, completes the notes 08:40-08:48. L2 joined
          08:48, works 09:00-10:00, solves it. It comes back Thu 09:00, L2 works till 09:30.
D  3      Wed 10:00 calls, hangs up 10:06; calls again 10:20, hangs up 10:25.
E  4      second Fri 16:40 L1 works 16:45-17:10 (10 min overtime), asks the user, who has not
          answered by the end.
F  5      second Tue 09:00 comes in at L2, works 09:00-09:20, solves it.
========  =====================================================================================
"""

import numpy as np
import pytest

from sim.engine.log import Log, Spells
from sim.engine.rules import Ending
from sim.outcome.facts import Facts
from sim.outcome.measures import measure
from sim.outcome.run import Run
from sim.scenario.model import Scenario
from sim.units import DAY, HOUR, MINUTE, WEEK
from sim.workload.desk import Desk, Pool, Queue, Service, ShiftEnd
from sim.workload.journeys import NONE, NOT_YET, Kind, Outcome, Tickets, Visits, Wait, Workload

MON, TUE, WED, THU, FRI = range(5)
NEVER = None


def at(day, clock):
    """Return an instant: ``at(MON, "08:10")``; days count on into the second week."""
    hours, minutes = map(int, clock.split(":"))
    return day * DAY + hours * HOUR + minutes * MINUTE


SCENARIO = {
    "name": "Six tickets",
    "period": {"start": "2026-01-05", "length": "2 weeks", "warm_up": 0, "time_zone": "UTC"},
    "shifts": {"day": {"Mon-Fri": "08:00-17:00"}},
    "hours": {"office": {"Mon-Fri": "08:00-17:00"}},
    "demand": {"volume": "3 / week"},
    "priorities": {"P1": {"share": "50 %"}, "P2": {"share": "50 %"}},
    "channels": {"phone": {"share": "100 %", "patience": "6 min"}},
    "topics": {
        "software": {"share": "50 %", "difficulty": 0.5, "stops_work": "50 %"},
        "hardware": {"share": "50 %", "difficulty": 0.5, "stops_work": "20 %"},
    },
    "tiers": {
        "L1": {"ability": 0.5, "work": "10 min", "staff": {"day": 2}, "cost": 30},
        "L2": {"ability": 1, "work": "1 h", "staff": {"day": 1}, "cost": 50},
    },
    "users": {"hours": "office"},
    "service_levels": {
        "L1 response": {
            "clock": "respond",
            "tier": "L1",
            "within": "15 min",
            "hours": "office",
            "goal": "60 %",
            "credit": 10,
        },
        "L1 resolution": {"clock": "resolve", "tier": "L1", "within": "1 h", "hours": "office"},
        "L2 resolution": {"clock": "resolve", "tier": "L2", "within": "4 h", "hours": "office"},
        "any resolution": {
            "clock": "resolve",
            "within": "1 h",
            "starts": "creation",
            "pauses": ["user"],
        },
        "hardware by creation": {
            "clock": "respond",
            "tier": "L2",
            "topics": ["hardware"],
            "within": "30 min",
            "hours": "office",
            "starts": "creation",
        },
    },
    "costs": {"currency": "EUR", "overtime_factor": 1.5, "user_hour": 20},
}

# ticket, tier, kind, wait, joined, started, finished, outcome, next when done, when given up,
# when left, rework, writing, notes, agent, taken up last
_DONE, _GAVE, _LEFT = Outcome.DONE, Outcome.GAVE_UP, Outcome.LEFT
_ = NEVER
VISITS = [
    # A; its second visit would follow if the time-box ran out, and was not made
    (0, 0, "WORK", "NOTHING", (MON, "08:10"), (MON, "08:10"), (MON, "08:20"), _DONE, _, 1, _),
    (0, 1, "WORK", "NOTHING", _, _, _, _, _, _, _),
    # B
    (1, 0, "WORK", "NOTHING", (MON, "08:30"), (MON, "08:50"), (MON, "09:00"), _DONE, 3, _, _),
    (1, 1, "CLARIFY", "NOTHING", (MON, "09:00"), (MON, "09:30"), (MON, "09:40"), _DONE, 4, _, _),
    (1, 1, "WORK", "USER", (MON, "11:40"), (MON, "11:40"), (MON, "13:40"), _DONE, _, _, _),
    # C
    (2, 0, "WORK", "NOTHING", (MON, "16:50"), (TUE, "08:05"), (TUE, "08:25"), _GAVE, _, 6, _),
    (2, 1, "RETURNED", "NOTHING", (TUE, "08:25"), (TUE, "08:25"), (TUE, "08:30"), _DONE, 7, _, _),
    (2, 0, "COMPLETE_NOTES", "NOTHING", (TUE, "08:30"), (TUE, "08:40"), (TUE, "08:48"), _DONE, 8, _, _),
    (2, 1, "WORK", "NOTHING", (TUE, "08:48"), (TUE, "09:00"), (TUE, "10:00"), _DONE, 9, _, _),
    (2, 1, "REOPENED", "REOPEN", (THU, "09:00"), (THU, "09:00"), (THU, "09:30"), _DONE, _, _, _),
    # D
    (3, 0, "WORK", "NOTHING", (WED, "10:00"), _, (WED, "10:06"), _LEFT, _, _, 11),
    (3, 0, "REDIAL", "REDIAL", (WED, "10:20"), _, (WED, "10:25"), _LEFT, _, _, _),
    # E
    (4, 0, "WORK", "NOTHING", (7 + FRI, "16:40"), (7 + FRI, "16:45"), (7 + FRI, "17:10"), _DONE, 13, _, _),
    (4, 0, "CONTINUE", "USER", _, _, _, _, _, _, _),
    # F
    (5, 1, "WORK", "NOTHING", (7 + TUE, "09:00"), (7 + TUE, "09:00"), (7 + TUE, "09:20"), _DONE, _, _, _),
]  # fmt: skip
REWORK = {3: 10, 4: 15, 6: 5, 7: 8}
WRITING = {2: 3}
SUMMARY, STEPS, DATA, REASON = 1, 2, 4, 8
NOTES = {3: STEPS | DATA | REASON, 6: SUMMARY | STEPS | DATA}
AGENT = {0: 0, 2: 1, 3: 2, 4: 2, 5: 0, 6: 2, 7: 0, 8: 2, 9: 2, 12: 1, 14: 2}


def _when(place):
    return NOT_YET if place is NEVER else at(*place)


def _workload():
    count = len(VISITS)
    successor = np.full((3, count), NONE, np.int32)
    for number, row in enumerate(VISITS):
        for outcome, following in enumerate(row[8:11]):
            successor[outcome, number] = NONE if following is NEVER else following
    give_up = np.full(count, NONE, np.int64)
    give_up[[0, 5]] = 5 * MINUTE

    def minutes(known):
        return np.array([known.get(v, 0) * MINUTE for v in range(count)], np.int64)

    resolves = np.zeros(count, np.bool_)
    resolves[8] = True
    return Workload(
        Tickets(
            arrival_ms=np.array(
                [
                    at(MON, "08:10"),
                    at(MON, "08:30"),
                    at(MON, "16:50"),
                    at(WED, "10:00"),
                    at(7 + FRI, "16:40"),
                    at(7 + TUE, "09:00"),
                ]
            ),
            first_visit=np.array([0, 2, 5, 10, 12, 14], np.int32),
            priority=np.array([0, 1, 1, 1, 1, 0], np.int8),
            topic=np.array([0, 0, 1, 0, 0, 1], np.int16),
            channel=np.zeros(6, np.int8),
            difficulty=np.full(6, 0.5, np.float32),
        ),
        Visits(
            ticket=np.array([row[0] for row in VISITS], np.int32),
            queue=np.array([row[1] for row in VISITS], np.int32),
            work_ms=np.full(count, 10 * MINUTE),
            successor=successor,
            give_up_ms=give_up,
            resolves=resolves,
            kind=np.array([Kind[row[2]] for row in VISITS], np.int8),
            wait=np.array([Wait[row[3]] for row in VISITS], np.int8),
            rework_ms=minutes(REWORK),
            writing_ms=minutes(WRITING),
            notes=np.array([NOTES.get(v, NONE) for v in range(count)], np.int8),
        ),
        end_ms=2 * WEEK,
    )


def _desk():
    days = [*range(MON, FRI + 1), *range(7 + MON, 7 + FRI + 1)]
    steps = sorted(
        (at(day, clock), comes, agent)
        for day in days
        for clock, comes in (("08:00", True), ("17:00", False))
        for agent in range(3)
    )
    return Desk(
        queues=(Queue("L1", 0), Queue("L2", 1)),
        pools=(
            Pool("L1", (Service(0),), 0, ShiftEnd.FINISH),
            Pool("L2", (Service(1),), 1, ShiftEnd.PARK),
        ),
        agent_pool=np.array([0, 0, 1], np.int32),
        step_ms=np.array([step[0] for step in steps], np.int64),
        step_agent=np.array([step[2] for step in steps], np.int32),
        step_comes=np.array([step[1] for step in steps], np.bool_),
    )


def _log():
    started = np.array([_when(row[5]) for row in VISITS], np.int64)
    taken_up = started.copy()
    taken_up[4] = at(MON, "13:00")
    return Log(
        ended_ms=np.array(
            [
                at(MON, "08:20"),
                at(MON, "13:40"),
                at(THU, "09:30"),
                at(WED, "10:25"),
                NOT_YET,
                at(7 + TUE, "09:20"),
            ]
        ),
        ending=np.array(
            [
                Ending.RESOLVED,
                Ending.RESOLVED,
                Ending.RESOLVED,
                Ending.ABANDONED,
                Ending.OPEN,
                Ending.RESOLVED,
            ],
            np.int8,
        ),
        joined_ms=np.array([_when(row[4]) for row in VISITS], np.int64),
        started_ms=started,
        finished_ms=np.array([_when(row[6]) for row in VISITS], np.int64),
        outcome=np.array([NOT_YET if row[7] is NEVER else row[7] for row in VISITS], np.int8),
        agent=np.array([AGENT.get(v, NONE) for v in range(len(VISITS))], np.int32),
        taken_up_ms=taken_up,
        interrupted=Spells(
            np.array([4], np.int32),
            np.array([2], np.int32),
            np.array([at(MON, "11:40")]),
            np.array([at(MON, "12:00")]),
        ),
    )


@pytest.fixture(scope="session")
def six():
    """Return the run of six tickets."""
    workload = _workload()
    workload.check()
    return Run(Scenario.model_validate(SCENARIO), workload, _desk(), _log(), 1, 0, "by hand")


@pytest.fixture(scope="session")
def facts(six):
    """Return the facts of the six tickets."""
    return Facts(six)


@pytest.fixture(scope="session")
def measured(six):
    """Return everything that is measured on the six tickets."""
    return measure(six)
