"""The clock of the SimPy engine: whole milliseconds, and the ranks of ``rules.Rank`` at each.

SimPy orders its events by time, then priority, then who was scheduled first. Here the priority is
the rank, and by the rules it does not matter who was first.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from heapq import heappop, heappush
from typing import Any

import simpy

from sim.engine.rules import Rank


class Moment(simpy.Event):
    """Something that a ticket waits for: a time that was set, or somebody who acts.

    Like a SimPy ``Timeout`` it is triggered from the start. When it happens by somebody's act it
    passes by the event list, so that the process goes on in the middle of the rank of that act.
    """

    _ok = True
    _value: Any = None

    def happen(self, value: object = None) -> None:
        """Let the processes that wait for it go on at once; its set time, if any, is void."""
        self._value = value
        callbacks, self.callbacks = self.callbacks, []
        for resume in callbacks:
            resume(self)


class Tale(simpy.Process):
    """A process that begins at once, in the middle of a rank, and whose end nobody waits for."""

    def __init__(self, clock: Clock, story: Generator[Moment, Any, None]) -> None:
        simpy.Event.__init__(self, clock)  # not Process: it would begin by an event of its own
        self._generator = story
        self._resume(Moment(clock))


class Clock(simpy.Environment):
    """An environment whose events stand at an instant and a rank.

    Parameters
    ----------
    end_ms : int
        The end of the period: what would happen at or after it never does.
    ties : iterator, optional
        Gives a different value each time, which orders the events of one instant and rank. A test
        shuffles them; they are counted otherwise.
    """

    def __init__(self, end_ms: int, ties: Iterator[Any] | None = None) -> None:
        super().__init__()
        self.now_ms = 0
        self.events: list[Any] = self._queue
        self.end_ms = end_ms
        if ties is not None:
            self._eid = ties  # type: ignore[assignment]

    def schedule(
        self,
        event: simpy.Event,
        priority: simpy.events.EventPriority = simpy.events.NORMAL,
        delay: float = 0,
    ) -> None:
        """Schedule what SimPy schedules by itself: the end of a process, if it failed."""
        if not event.ok:
            super().schedule(event, priority, delay)

    def at(self, time_ms: int, rank: Rank, value: object = None) -> Moment:
        """Return the moment of that instant and rank, for a process to wait for."""
        moment = Moment(self)
        if value is not None:
            moment._value = value  # noqa: SLF001 - as SimPy's Timeout does
        if time_ms < self.end_ms:
            heappush(self.events, (time_ms, rank, next(self._eid), moment))
        return moment

    def call(self, time_ms: int, rank: Rank, act: Callable[[Any], None]) -> None:
        """Have something done at that instant and rank; it is given the moment."""
        self.at(time_ms, rank).callbacks = [act]

    def play(self) -> None:
        """Let everything happen, to the end of the period.

        ``simpy.Environment.run`` without what is not needed here: stopping early, and failed events
        that somebody else handles.
        """
        events = self.events
        while events:
            now_ms, _, _, event = heappop(events)
            self._now = self.now_ms = now_ms
            callbacks, event.callbacks = event.callbacks, None
            for resume in callbacks:
                resume(event)
            if not event._ok:  # noqa: SLF001 - a story that raised
                raise event._value  # noqa: SLF001
