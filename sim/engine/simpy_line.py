"""What stands in line, in the SimPy engine: tickets, their visits, the lines; and what is recorded.

A ``Line`` is a queue at work. Who takes what from it is in ``sim.engine.simpy_desk``.
"""

from __future__ import annotations

from bisect import bisect_left
from heapq import heappush
from typing import TYPE_CHECKING, Protocol

from sim.engine.simpy_clock import Moment
from sim.workload.desk import Discipline, Queue
from sim.workload.journeys import NONE, NOT_YET, Outcome

if TYPE_CHECKING:
    from sim.engine.simpy_desk import Agent, Team

Entry = tuple[bool, int, int, int, "Visit"]
"""A visit in a line: whether it is fresh, two keys of the discipline, its number, itself."""


class Rule(Protocol):
    """A rule of one's own: which of those that wait an idle agent takes.

    It is called with the visits that the agent may take now, in the order in which the desk would,
    the time in ms since the period's start, and the agent's number; it returns one of them, or None
    to leave all waiting until something changes. It must decide by what it is given, and change
    nothing. Of a visit it may read ``number``, ``ticket`` (``number``, ``priority``, ``due_ms``),
    ``priority``, ``joined_ms``, ``since_ms``, ``asked_ms`` and ``started_ms``.
    """

    def __call__(self, waiting: list[Visit], now_ms: int, agent: int) -> Visit | None:
        """Choose."""
        ...


class Record:
    """What is written down while the desk works; the columns of ``sim.engine.log.Log``."""

    def __init__(self, tickets: int, visits: int) -> None:
        self.ended_ms = [NOT_YET] * tickets
        self.ending = [0] * tickets
        self.joined_ms = [NOT_YET] * visits
        self.started_ms = [NOT_YET] * visits
        self.finished_ms = [NOT_YET] * visits
        self.outcome = [NOT_YET] * visits
        self.agent = [NONE] * visits
        self.taken_up_ms = [NOT_YET] * visits
        self.interrupted: list[tuple[int, int, int, int]] = []
        """Visit, from, to, agent of each spell that ended in parking."""


class Ticket:
    """A ticket that has arrived.

    Attributes
    ----------
    main : Visit or None
        The visit of the main chain that it makes at present.
    side : list of Visit
        The visits of side chains that it makes at present.
    resolutions : int
        How often it was resolved; a side chain stops when that changes.
    is_closing : bool
        It is closed when the visit in hand is over.
    """

    __slots__ = (
        "due_ms",
        "is_closing",
        "is_open",
        "main",
        "number",
        "priority",
        "resolutions",
        "side",
    )

    main: Visit | None

    def __init__(self, number: int, priority: int, due_ms: int) -> None:
        self.number = number
        self.priority = priority
        self.due_ms = due_ms
        self.main = None
        self.side: list[Visit] = []
        self.resolutions = 0
        self.is_open = True
        self.is_closing = False


class Visit:
    """A visit at the desk: it waits in a line, or somebody works on it.

    Attributes
    ----------
    left_ms, ends_as : int, Outcome
        Work that is left, and how the visit ends when it is done; a time-box may change both when
        the visit is taken up for the first time.
    asked_ms, lot : int
        The work asked, and the lot drawn: by them it may be served.
    needs_room : bool
        It is turned away where there is no room.
    give_up_ms : int
        Time to write up the escalation when the time-box runs out; ``NONE`` without a time-box.
    since_ms : int
        Since when it waits.
    started_ms, taken_up_ms : int
        When its first and its last spell began.
    leaves_ms : int
        When its patience ends.
    turn : Moment or None
        Comes when an agent takes it up (value ``None``), or when it is over without that (value
        the outcome). ``None`` while it does not wait in line.
    work : Moment
        Comes when the work in hand is done (value the outcome) or parked (value ``None``).
    agent : Agent
        Who took it up last.
    """

    __slots__ = (
        "agent",
        "asked_ms",
        "band",
        "due_ms",
        "ends_as",
        "give_up_ms",
        "joined_ms",
        "leaves_ms",
        "left_ms",
        "line",
        "lot",
        "needs_room",
        "number",
        "priority",
        "since_ms",
        "started_ms",
        "taken_up_ms",
        "ticket",
        "turn",
        "work",
    )

    agent: Agent
    asked_ms: int
    band: list[Entry]
    give_up_ms: int
    left_ms: int
    lot: int
    needs_room: bool
    since_ms: int
    taken_up_ms: int
    turn: Moment | None
    work: Moment

    def __init__(self, number: int, ticket: Ticket, line: Line, now_ms: int) -> None:
        self.number = number
        self.ticket = ticket
        self.priority = ticket.priority
        self.due_ms = ticket.due_ms
        self.line = line
        self.joined_ms = now_ms
        self.started_ms = NOT_YET
        self.leaves_ms = NOT_YET
        self.ends_as = Outcome.DONE
        self.turn = None


class Line:
    """A queue at work.

    Its visits stand in *bands* of classes, one for each limit that somebody who serves the queue
    asks for: the best visit up to a limit is the best head of the bands up to it. A visit that
    leaves from the middle stays behind without a turn, until it comes to the head.
    """

    def __init__(self, queue: Queue, limits: set[int]) -> None:
        self.queue = queue
        self.limits = sorted(limits)
        # One band more than limits: visits that nobody serves.
        self.bands: list[list[Entry]] = [[] for _ in range(len(limits) + 1)]
        self.waiting = 0
        self.teams: list[Team] = []
        """Those who serve it, and of them, those who do so without condition."""
        self.always: list[Team] = []

    def up_to(self, limit: int) -> tuple[list[Entry], ...]:
        """Return the bands that hold the classes up to a limit."""
        return tuple(self.bands[: self.limits.index(limit) + 1])

    def add(self, visit: Visit) -> None:
        """Put a visit in its place: parked ones first, then by the discipline."""
        discipline = self.queue.discipline
        if discipline is Discipline.PRIORITY:
            first, second = visit.priority, visit.joined_ms
        elif discipline is Discipline.FIRST_COME:
            first, second = visit.joined_ms, 0
        elif discipline is Discipline.EARLIEST_DUE:
            first, second = visit.due_ms, 0
        elif discipline is Discipline.LAST_COME:
            first, second = -visit.joined_ms, 0
        elif discipline is Discipline.RANDOM:
            first, second = visit.lot, 0
        else:
            first, second = visit.asked_ms, 0
        fresh = visit.started_ms == NOT_YET
        visit.band = self.bands[bisect_left(self.limits, visit.priority)]
        heappush(visit.band, (fresh, first, second, visit.number, visit))
        self.waiting += 1
