"""The workload of one replication: every ticket, and every visit it may make.

A *ticket* arrives, and makes *visits*: each visit waits in a queue and is worked on by one agent
at a time. What a ticket may do is a small graph that is sampled ahead: each visit names, for every
way it can end, the visit that comes next, and the delay before that. The engine only walks this
graph. It draws nothing, so the same tickets meet every staffing, and two engines can be compared
to the last integer.

::

    arrival ──▶ visit 0 ──done────▶ (3 h, users' hours) ──▶ visit 1 ──done──▶ ticket resolved
                   │ ├───gave up──▶ visit 2 …             the time-box ran out: escalate
                   │ └───left─────▶ (10 min) ─▶ visit 3 … the caller hung up, and redials

Invariants (``Workload.check`` holds them)
    1. Visits are numbered ticket by ticket: ``ticket`` never falls, so "by ticket, then by visit"
       is the same as "by visit".
    2. A successor has a higher number than the visit it follows, and the same ticket.
    3. The work of a visit that agents do is at least 1 ms, so that an instant ends.
    4. Times are whole milliseconds since the start of the period.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

Times = NDArray[np.int64]
"""Whole milliseconds since the start of the period; ``NOT_YET`` where there is none."""
Numbers = NDArray[np.int32]
"""Numbers of tickets, visits, queues, agents or signals; ``NONE`` where there is none."""
Codes = NDArray[np.int8]
"""Members of one of the enumerations below."""
Flags = NDArray[np.bool_]

NONE = -1
NOT_YET = -1
ALWAYS = -1
"""The calendar that is always open."""
NEVER_MS: int = (2**63 - 1) // 4
"""Later than any period; far enough from the end of 64 bits that sums stay inside."""


class Outcome(IntEnum):
    """How a visit ends. The first three have a successor each."""

    DONE = 0
    """The work asked was done."""
    GAVE_UP = 1
    """The time-box ran out first."""
    LEFT = 2
    """Patience ran out while it waited."""
    WITHDRAWN = 3
    """Its ticket was closed, so that nothing was left to do."""


SUCCESSORS = 3
"""Outcomes that name a successor: DONE, GAVE_UP and LEFT."""


class Kind(IntEnum):
    """What a visit is for."""

    WORK = 0
    """The first work of a tier on a ticket."""
    CONTINUE = 1
    """Work taken up again after waiting for the user, a vendor or a change window."""
    CLARIFY = 2
    """The summary is missing: the receiver looks, and asks the user to explain again."""
    MISROUTED = 3
    """A wrong team looks, and sends the ticket on."""
    RETURNED = 4
    """The reason is missing: the receiver looks, and sends the ticket back."""
    COMPLETE_NOTES = 5
    """The sender completes the notes of a ticket that was sent back."""
    REOPENED = 6
    """A solved ticket came back."""
    REDIAL = 7
    """A caller who left calls again."""
    UPDATE = 8
    """A promised status update."""
    CHASE = 9
    """A user asks where the ticket is."""
    COORDINATE = 10
    """One of several engineers at once on a major incident."""
    REVIEW = 11
    """Review or forensics after an incident."""
    FIX = 12
    """Work on the permanent fix of a problem."""
    AUTHOR = 13
    """Writing or upkeep of runbooks."""
    LINKED = 14
    """A contact about a major incident that is known: logged, linked, and closed with it."""
    CLOSING = 15
    """A ticket solved behind the first tier is back there, to be closed."""


class Wait(IntEnum):
    """What a ticket waited for before a visit joined its queue, apart from the queue."""

    NOTHING = 0
    USER = 1
    VENDOR = 2
    CHANGE = 3
    """A change window."""
    INTAKE = 4
    """A provider's intake."""
    REOPEN = 5
    """Nothing: the ticket was solved, and came back."""
    REDIAL = 6
    """The caller, who left, to call again."""
    INCIDENT = 7
    """A major incident to be contained."""
    SCHEDULE = 8
    """Its own time: the next update, review or project slot."""
    LYING = 9
    """Nothing: it is in the queue, and lies there until somebody turns to it."""


class Origin(IntEnum):
    """Where a ticket comes from."""

    USER = 0
    INCIDENT = 1
    """A major or security incident itself."""
    CREW = 2
    """One more engineer on a major incident (work, not a contact)."""
    LINKED = 3
    """A contact caused by a major incident."""
    PROJECT = 4
    """Fixes, reviews and writing (work, not a contact)."""


def _none(dtype: Any) -> Any:
    return field(default_factory=lambda: np.empty(0, dtype))


@dataclass(frozen=True, eq=False)
class Tickets:
    """What is known of each ticket before anybody works on it; arrays of length ``len(tickets)``.

    Attributes
    ----------
    arrival_ms : int64
        When it is created.
    first_visit : int32
        Its first visit.
    priority : int8
        Class of service, 0 the most urgent.
    taken_from_ms : int64
        From when on its first visit can be taken up, where it lies before; empty: from the arrival.
    due_ms : int64
        When it is promised, for queues that serve the earliest due first.
    topic, channel : int16, int8
        Positions in the scenario's ``topics`` and ``channels``.
    difficulty : float32
        In (0, 1).
    origin : int8
        ``Origin``.
    problem : int32
        The problem it is a symptom of, or ``NONE``.
    prevented_by : int32
        The signal that, once raised, keeps it from arriving; empty when no ticket has one.
    closes_on : int32
        The signal that closes it; empty when no ticket has one.
    """

    arrival_ms: Times
    first_visit: Numbers
    priority: Codes
    taken_from_ms: Times = _none(np.int64)
    due_ms: Times = _none(np.int64)
    topic: NDArray[np.int16] = _none(np.int16)
    channel: Codes = _none(np.int8)
    difficulty: NDArray[np.float32] = _none(np.float32)
    origin: Codes = _none(np.int8)
    problem: Numbers = _none(np.int32)
    prevented_by: Numbers = _none(np.int32)
    closes_on: Numbers = _none(np.int32)

    def __len__(self) -> int:
        return len(self.arrival_ms)


@dataclass(frozen=True, eq=False)
class Visits:
    """Every visit that a ticket may make; arrays of length ``len(visits)``, unless stated.

    An array of length 0 means that no visit has the thing.

    Attributes
    ----------
    ticket, queue : int32
        Whose visit it is, and the queue it joins.
    work_ms : int64
        Touch time asked, at least 1 (in a queue of a provider: elapsed time in its calendar).
    successor : int32, shape (3, visits)
        The next visit after ``Outcome`` DONE, GAVE_UP and LEFT; ``NONE`` ends the ticket.
    delay_ms : int64, shape (3, visits)
        Time between that end and the joining of the successor.
    delay_calendar : int8, shape (3, visits)
        The calendar in which that delay runs; ``ALWAYS`` for every hour.
    patience_ms : int64
        How long it waits for an agent before it leaves, at least 1, so that an idle one takes it up;
        ``NEVER_MS`` for ever. Empty: for ever.
    give_up_ms : int64
        Time needed to write up the escalation when the time-box runs out; ``NONE`` where no
        time-box holds. Empty: none anywhere.
    awaits, raises : int32
        The signal it waits for before it joins, and the one that its being done counts towards.
    resolves : bool
        Being done resolves the ticket (a later visit is a reopening); side visits stop.
    side_visit : int32
        The first visit of the side chain (updates, chasers) that starts when this visit joins.
    side_delay_ms, side_calendar : int64, int8
        The delay before it.
    is_side : bool
        The visit belongs to a side chain: it never ends its ticket, and is withdrawn when the
        ticket is resolved or ended.
    kind, wait : int8
        ``Kind`` of the visit, and what the ticket waits for before it (``Wait``). The delay before
        one that is ``LYING`` is spent in its queue.
    rework_ms : int64
        The part of ``work_ms`` that repeats what somebody has done before.
    writing_ms : int64
        The part of ``work_ms`` spent on writing the notes of an escalation.
    notes : int8
        For the first visit after an escalation: which fields came complete, as bits 1 summary,
        2 steps, 4 data, 8 reason; ``NONE`` where there was no escalation before it.
    runbook : bool
        A runbook was used.
    needs_room : bool
        It is turned away where a queue has no room. Empty: none is.
    lot : int64
        By which it is served in a queue of RANDOM order. Empty: no queue has one.
    """

    ticket: Numbers
    queue: Numbers
    work_ms: Times
    successor: Numbers
    delay_ms: Times = _none(np.int64)
    delay_calendar: Codes = _none(np.int8)
    patience_ms: Times = _none(np.int64)
    give_up_ms: Times = _none(np.int64)
    awaits: Numbers = _none(np.int32)
    raises: Numbers = _none(np.int32)
    resolves: Flags = _none(np.bool_)
    side_visit: Numbers = _none(np.int32)
    side_delay_ms: Times = _none(np.int64)
    side_calendar: Codes = _none(np.int8)
    is_side: Flags = _none(np.bool_)
    kind: Codes = _none(np.int8)
    wait: Codes = _none(np.int8)
    rework_ms: Times = _none(np.int64)
    writing_ms: Times = _none(np.int64)
    notes: Codes = _none(np.int8)
    runbook: Flags = _none(np.bool_)
    lot: Times = _none(np.int64)
    needs_room: Flags = _none(np.bool_)

    def __len__(self) -> int:
        return len(self.ticket)


@dataclass(frozen=True, eq=False)
class Workload:
    """Everything that will happen to tickets in one replication.

    Attributes
    ----------
    tickets : Tickets
    visits : Visits
    signal_count : int32
        How many visits must be done before each signal is raised. A raised signal closes tickets
        (``closes_on``), lets visits join (``awaits``) and prevents arrivals (``prevented_by``).
    end_ms : int
        The end of the period: what would happen at or after it does not.
    warm_up_ms : int
        Tickets that arrive before it are simulated and not counted.
    """

    tickets: Tickets
    visits: Visits
    end_ms: int
    warm_up_ms: int = 0
    signal_count: Numbers = _none(np.int32)

    def check(self) -> None:
        """Raise ``ValueError`` when an invariant of this module does not hold."""
        tickets, visits = self.tickets, self.visits
        for table in (tickets, visits):
            for column in fields(table):
                array = getattr(table, column.name)
                if array.size and array.shape[-1] != len(table):
                    raise ValueError(f"{column.name} has {array.shape[-1]} rows, not {len(table)}")
        if not len(visits):
            if len(tickets):
                raise ValueError("tickets without a visit")
            return
        number = np.arange(len(visits), dtype=np.int32)
        followed = visits.successor != NONE
        after = visits.successor[followed]
        before = np.broadcast_to(number, visits.successor.shape)[followed]
        faults = {
            "visits are not numbered ticket by ticket": (np.diff(visits.ticket) < 0).any(),
            "a ticket's first visit is another ticket's": (
                visits.ticket[tickets.first_visit] != np.arange(len(tickets))
            ).any(),
            "a successor comes before its visit": (after <= before).any(),
            "a successor is another ticket's": (
                visits.ticket[after] != visits.ticket[before]
            ).any(),
            "work of less than a millisecond": (visits.work_ms < 1).any(),
            "a delay below zero": (visits.delay_ms < 0).any(),
            "patience of less than a millisecond": (visits.patience_ms < 1).any(),
            "an arrival before the period": (tickets.arrival_ms < 0).any(),
        }
        for fault, found in faults.items():
            if found:
                raise ValueError(fault)
