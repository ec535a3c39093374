"""The log of one run: what happened to every ticket and visit, and who worked on what."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from sim.workload.journeys import NOT_YET, Codes, Numbers, Times


@dataclass(frozen=True, eq=False)
class Spells:
    """Who worked on which visit, from when to when; sorted by visit, then by start.

    Attributes
    ----------
    visit, agent : int32
    from_ms, to_ms : int64
        ``to_ms`` is ``NOT_YET`` for work in hand at the end of the period.
    """

    visit: Numbers
    agent: Numbers
    from_ms: Times
    to_ms: Times

    def __len__(self) -> int:
        return len(self.visit)


@dataclass(frozen=True, eq=False)
class Log:
    """What happened. Rows go with the rows of the workload: tickets and visits by number.

    Attributes
    ----------
    ended_ms : int64, one per ticket
        When it ended; for a prevented ticket, when it would have arrived.
    ending : int8, one per ticket
        ``Ending``.
    joined_ms, started_ms, finished_ms : int64, one per visit
        ``NOT_YET`` for what did not happen; ``finished_ms`` is set for every way of ending. All
        three are ``NOT_YET`` for a visit that the ticket did not make.
    outcome : int8, one per visit
        ``Outcome``, or ``NOT_YET``.
    agent : int32, one per visit
        Who worked on it last; ``NONE`` for nobody.
    taken_up_ms : int64, one per visit
        When its last spell began; ``NOT_YET`` for none. Equals ``started_ms`` unless parked.
        A visit that is parked at the end of the period, or was withdrawn when parked, has none:
        all its spells are among the interrupted ones, and its agent is ``NONE``.
    interrupted : Spells
        The spells that ended in parking.
    """

    ended_ms: Times
    ending: Codes
    joined_ms: Times
    started_ms: Times
    finished_ms: Times
    outcome: Codes
    agent: Numbers
    taken_up_ms: Times
    interrupted: Spells

    def spells(self) -> Spells:
        """Return every spell of work."""
        last = np.flatnonzero(self.taken_up_ms != NOT_YET).astype(np.int32)
        cut = self.interrupted
        if not len(cut):
            return Spells(last, self.agent[last], self.taken_up_ms[last], self.finished_ms[last])
        # Both are in order of visits, and the last spell of a visit is the latest.
        at = np.searchsorted(last, cut.visit)
        return Spells(
            np.insert(last, at, cut.visit),
            np.insert(self.agent[last], at, cut.agent),
            np.insert(self.taken_up_ms[last], at, cut.from_ms),
            np.insert(self.finished_ms[last], at, cut.to_ms),
        )

    def differences(self, other: Log) -> list[str]:
        """List the columns in which two logs differ, with the first row that does.

        Returns
        -------
        list of str
            Empty when every integer of every column is equal.
        """
        found = []
        pairs = [(f.name, getattr(self, f.name), getattr(other, f.name)) for f in fields(self)]
        mine, theirs = self.spells(), other.spells()
        pairs = [pair for pair in pairs if pair[0] != "interrupted"]
        pairs += [
            (f"spells.{f.name}", getattr(mine, f.name), getattr(theirs, f.name))
            for f in fields(mine)
        ]
        for name, a, b in pairs:
            if len(a) != len(b):
                found.append(f"{name}: {len(a)} rows against {len(b)}")
            elif (a != b).any():
                row = int(np.argmax(a != b))
                found.append(f"{name}: row {row} is {a[row]} against {b[row]}")
        return found
