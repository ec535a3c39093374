"""The clocks of service levels: what they measure, when they stop and what they leave out.

A service level names a clock, its hours, its pauses, where it starts, and a target (``within``).

*Elapsed time* is the time inside the level's hours (in their own time zone, closed on the
scenario's holidays unless the hours say otherwise) from the start to the stop, less the pauses.
``[open, close)``: an hour counts from its opening instant up to, not including, its closing one.
Hours live on the local clock: in the night in which clocks go forward an hour from 01:00 to 04:00
lasts two hours, in the night in which they go back four.

*Start.* ``creation``: when the ticket was created, even if another tier had it first. ``arrival at
the tier``: when its first visit at the tier joined the queue; for a level without a tier, its
first visit.

*Stop.* ``respond``: when it is first taken up at the tier (or at all); a caller who hung up and
called again is taken up at the later call. ``resolve``: at the end of the visit that resolved it
first. What a reopening does, the level says (``reopened``). ``stays stopped``: the clock does not
start again, and what was met is not undone; reopening is counted by ``reopen_share`` and
``l1_share_reopen_adjusted``. ``goes on``: it stops when the ticket is resolved after its last
reopening, and stands while it was solved. ``starts anew``: it is set back to 0 at each reopening, and
the longest run is what it reads. Whose a ticket is hangs on its first resolution.

*Pauses* are the stretches in which the ticket waited for what the level names: from the end of one
visit to the joining of the next, where the next says that it waits for the user, a vendor or a
change window; for a ticket that still waits so at the end, up to the end. Of a pause only the part
inside the level's hours is subtracted, since no more was counted. A pause of length 0 is none.

*Met.* Elapsed time up to and including the target meets it. A target in working days
(``sim.scenario.working_time``) is as much open time as lies between the start and that day; time in
which the clock stood is added to it, as to any other.

*Hours that hardly open.* A level whose hours are open for less than its target in the counted period
can miss nothing: it judges no ticket, and is not measured.

*Left unanswered.* A ticket whose caller hung up for good before the clock stopped counts as the level
says (``leavers``). ``missed``: it counts, and has missed the target, however early it left, so that the
share is *answered in time ÷ all who came*. ``short ones left out``: it missed the target if it left
after it, and does not count if it left before. ``left out``: it does not count. A ticket that was
given up unsolved has missed every ``resolve`` level.

*Open at the end.* A ticket whose clock has not stopped by the end of the period (or by its closing
with an incident) is late if the target has passed by then. Otherwise nobody knows, and it is left
out; the number left out is given beside the share.

*Whose.* ``respond`` with a tier: tickets that came to it. ``resolve`` with a tier: tickets that it
resolved, and open ones that it holds at the end. So a ticket that the first line handed on is not
in the first line's resolve level at all; its own time there is a part of the next tier's clock when
that starts at creation.

The functions here know arrays of instants only; which tickets is settled in ``service``.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from sim.scenario.calendar import WorkingDays, open_spells, working_days
from sim.scenario.hours import ALL_HOURS
from sim.scenario.model import Scenario
from sim.workload.journeys import NOT_YET, Times

_MOST_CELLS = 1 << 20
"""Two years in minutes; the table stays within 16 MB."""


@dataclass(frozen=True, eq=False)
class Hours:
    """Hours in which a clock runs, as spells of real time.

    Attributes
    ----------
    open_ms, close_ms : int64
        Disjoint spells ``[open, close)``, in order. None for every hour.
    """

    open_ms: Times | None = None
    close_ms: Times | None = None

    @classmethod
    def always(cls) -> Self:
        """Return every hour."""
        return cls()

    @cached_property
    def _grid(self) -> tuple[int, Times, Times]:
        """Cut time into equal cells that are open or closed as a whole.

        Hours begin and end on whole minutes, mostly on whole hours, so that a table of cells is
        small, and looking up a cell is several times faster than searching among the spells.

        Returns
        -------
        cell_ms : int
            0 where the cells would be too many.
        holds : int64, one per cell
            1 for an open cell; the last cell is closed and stands for all that follow.
        offset : int64, one per cell
            Open time before the cell, less its start if it is open: the open time up to an instant
            in it is ``holds * instant + offset``.
        """
        assert self.open_ms is not None
        assert self.close_ms is not None
        bounds = np.concatenate([self.open_ms, self.close_ms])
        cell = int(np.gcd.reduce(bounds)) or 1
        cells = int(self.close_ms[-1]) // cell + 1 if len(bounds) else 1
        if cells > _MOST_CELLS:
            return 0, bounds[:0], bounds[:0]
        steps = np.zeros(cells, np.int64)
        np.add.at(steps, self.open_ms // cell, 1)
        np.add.at(steps, self.close_ms // cell, -1)
        holds = np.cumsum(steps)
        before = np.cumsum(holds) - holds
        return cell, holds, (before - np.arange(cells) * holds) * cell

    @cached_property
    def _spells(self) -> tuple[Times, Times, Times]:
        assert self.open_ms is not None
        assert self.close_ms is not None
        # An empty spell long before the period stands for "before the first".
        long_ago = np.array([np.iinfo(np.int64).min // 4])
        opens = np.concatenate([long_ago, self.open_ms])
        length = np.concatenate([[0], self.close_ms - self.open_ms])
        return opens, length, np.cumsum(length) - length

    def passed(self, at_ms: Times) -> Times:
        """Return the open time from the start of the period to each instant.

        Parameters
        ----------
        at_ms : int64
            At least 0.

        Returns
        -------
        int64, same shape

        Examples
        --------
        >>> nine_to_five = Hours(np.array([9, 33]), np.array([17, 41]))
        >>> nine_to_five.passed(np.array([0, 9, 10, 17, 20, 33, 40, 99])).tolist()
        [0, 0, 1, 8, 8, 8, 15, 16]
        """
        if self.open_ms is None:
            return at_ms
        cell_ms, holds, offset = self._grid
        if cell_ms:
            cell = at_ms // cell_ms
            inside: Times = holds.take(cell, mode="clip")
            inside *= at_ms
            inside += offset.take(cell, mode="clip")
            return inside
        opens, length, before = self._spells
        spell = np.searchsorted(self.open_ms, at_ms, side="right")
        passed: Times = before[spell] + np.minimum(at_ms - opens[spell], length[spell])
        return passed

    def open_at(self, at_ms: Times) -> NDArray[np.bool_]:
        """Tell which instants are open; the closing one is not.

        Examples
        --------
        >>> nine_to_five = Hours(np.array([9, 33]), np.array([17, 41]))
        >>> nine_to_five.open_at(np.array([0, 9, 16, 17, 40, 41, 99])).tolist()
        [False, True, True, False, True, False, False]
        """
        if self.open_ms is None:
            return np.ones(len(at_ms), np.bool_)
        cell_ms, holds, _ = self._grid
        if cell_ms:
            return holds.astype(np.bool_).take(at_ms // cell_ms, mode="clip")
        return self.passed(at_ms + 1) > self.passed(at_ms)

    def elapsed(self, from_ms: Times, to_ms: Times) -> Times:
        """Return the open time between two instants each.

        Examples
        --------
        >>> nine_to_five = Hours(np.array([9, 33]), np.array([17, 41]))
        >>> nine_to_five.elapsed(np.array([16, 18]), np.array([34, 20])).tolist()
        [2, 0]
        """
        return self.passed(to_ms) - self.passed(from_ms)


def hours_named(scenario: Scenario, name: str) -> Hours:
    """Return the named hours of a scenario over its period."""
    hours = scenario.hours_named(name)
    if hours == ALL_HOURS:
        return Hours.always()
    period = scenario.period
    spells = open_spells(
        hours, period.start, period.length, period.time_zone, scenario.holidays, beyond_ms=0
    )
    return Hours(*spells)


class Fate(IntEnum):
    """What a clock counts as that has not stopped; ``TIME``: as its time says."""

    TIME = 0
    MISSED = 1
    LEFT_OUT = 2


def days_named(scenario: Scenario, name: str) -> WorkingDays:
    """Return the working days of named hours of a scenario over its period."""
    period = scenario.period
    hours = scenario.hours_named(name)
    return working_days(hours, period.start, period.length, period.time_zone, scenario.holidays)


class Stretches(NamedTuple):
    """Stretches of time, each of a ticket (or of a clock).

    Attributes
    ----------
    whose : int32 or intp
    from_ms, to_ms : int64
    """

    whose: NDArray[np.signedinteger]
    from_ms: Times
    to_ms: Times


NO_STRETCHES = Stretches(np.empty(0, np.int32), np.empty(0, np.int64), np.empty(0, np.int64))


def paused(hours: Hours, start_ms: Times, stop_ms: Times, pauses: Stretches) -> Times:
    """Return how long each clock stood still.

    Parameters
    ----------
    hours : Hours
    start_ms, stop_ms : int64, one per clock
    pauses : Stretches
        ``whose`` is the number of the clock. Those of one clock are disjoint.

    Returns
    -------
    int64, one per clock
        Open time of its pauses between its start and its stop.

    Examples
    --------
    >>> pauses = Stretches(np.array([0, 0]), np.array([8, 15]), np.array([11, 20]))
    >>> paused(Hours(np.array([9]), np.array([17])), np.array([10]), np.array([16]), pauses).tolist()
    [2]
    """
    clock = pauses.whose
    if not len(clock):
        return np.zeros(len(start_ms), np.int64)
    begin = np.maximum(pauses.from_ms, start_ms[clock])
    end = np.maximum(np.minimum(pauses.to_ms, stop_ms[clock]), begin)
    # Sums of whole milliseconds below 2^53 are exact in doubles.
    total = np.bincount(clock, hours.elapsed(begin, end), minlength=len(start_ms))
    return total.astype(np.int64)


@dataclass(frozen=True, eq=False)
class Clocks:
    """Clocks to be read; arrays of one row per ticket that a level is about.

    Attributes
    ----------
    ticket : int32
        Each once.
    start_ms, stop_ms : int64
        ``NOT_YET`` as stop for a clock that has not stopped.
    until_ms : int64
        Where such a clock is read: when its ticket ended, or the end of the period.
    fate : int8, optional
        How the ticket ended (``Fate``) where its clock never stops; absent: it may stop yet.
    """

    ticket: NDArray[np.int32]
    start_ms: Times
    stop_ms: Times
    until_ms: Times
    fate: NDArray[np.int8] | None = None

    def read(
        self,
        hours: Hours,
        within_ms: int | Times,
        pauses: Stretches,
        solved: Stretches = NO_STRETCHES,
    ) -> Reading:
        """Read the clocks.

        Parameters
        ----------
        hours : Hours
        within_ms : int or int64, one per clock
            The target.
        pauses : Stretches
            Of any tickets, in any order.
        solved : Stretches
            When tickets that came back later were solved: no clock counts that, with or without
            pauses.
        """
        stopped = self.stop_ms != NOT_YET
        stop_ms = self.stop_ms if stopped.all() else np.where(stopped, self.stop_ms, self.until_ms)
        running = hours.elapsed(self.start_ms, stop_ms) - self._stood(hours, stop_ms, solved)
        elapsed = running - self._stood(hours, stop_ms, pauses)
        return Reading(
            self.ticket, self.start_ms, stop_ms, stopped, elapsed, running, within_ms, self.fates
        )

    def _stood(self, hours: Hours, stop_ms: Times, stretches: Stretches) -> Times | int:
        """Return how long each clock stood in some stretches; 0 where there are none."""
        if not len(stretches.whose) or not len(self.ticket):
            return 0
        clock_of = np.full(max(self.ticket.max(), stretches.whose.max()) + 1, -1, np.intp)
        clock_of[self.ticket] = np.arange(len(self.ticket))
        clock = clock_of[stretches.whose]
        ours = clock >= 0
        own = Stretches(clock[ours], stretches.from_ms[ours], stretches.to_ms[ours])
        return paused(hours, self.start_ms, stop_ms, own)

    @property
    def fates(self) -> NDArray[np.int8]:
        """What each ticket's clock has come to."""
        none = np.zeros(len(self.ticket), np.int8)
        return none if self.fate is None else self.fate


@dataclass(frozen=True, eq=False)
class Reading:
    """What clocks show; arrays of one row per ticket that the level is about.

    Attributes
    ----------
    ticket : int32
    start_ms, stop_ms : int64
        A clock that has not stopped is read at the end.
    stopped : bool
    elapsed_ms : int64
        In the level's hours, pauses subtracted.
    running_ms : int64
        The same without subtracting pauses.
    within_ms : int or int64, one per clock
    fate : int8
        ``Fate``: what a clock that never stops counts as.
    """

    ticket: NDArray[np.int32]
    start_ms: Times
    stop_ms: Times
    stopped: NDArray[np.bool_]
    elapsed_ms: Times
    running_ms: Times
    within_ms: int | Times
    fate: NDArray[np.int8]

    def judged(self, *, pauses: bool = True) -> NDArray[np.bool_]:
        """Tell which tickets count: those that stopped or missed the target."""
        return self.stopped | self.late(pauses=pauses)

    def late(self, *, pauses: bool = True) -> NDArray[np.bool_]:
        """Tell which tickets missed the target: they are past it, or will never make it."""
        missed: NDArray[np.bool_] = self.past(pauses=pauses) | (self.fate == Fate.MISSED)
        missed &= self.fate != Fate.LEFT_OUT
        return missed

    def of(self, which: NDArray[np.bool_]) -> Reading:
        """Return the reading of some clocks alone."""
        within = self.within_ms if isinstance(self.within_ms, int) else self.within_ms[which]
        return Reading(
            *(self.ticket[which], self.start_ms[which], self.stop_ms[which], self.stopped[which]),
            *(self.elapsed_ms[which], self.running_ms[which], within, self.fate[which]),
        )

    def past(self, *, pauses: bool = True) -> NDArray[np.bool_]:
        """Tell which tickets' clocks went past the target."""
        return (self.elapsed_ms if pauses else self.running_ms) > self.within_ms
