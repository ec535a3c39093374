"""What an export holds, once it is read and cleaned: tickets, their way through teams, events.

Times are UTC in ms since 1970, ``NOT_YET`` (-1) where there is none; codes are positions in the
labels beside them, ``NONE`` (-1) where nothing is known. A simulated run takes the same shape
(``sim.calibrate.mirror``), so that one definition of each figure serves both.
"""

from __future__ import annotations

import datetime as dt
import zoneinfo
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from sim.borders import harmless
from sim.intake.mapping import STATES, Mapping
from sim.intake.sheet import SetAside
from sim.scenario.calendar import local_instants, start_instant
from sim.workload.journeys import NONE, NOT_YET, Codes, Flags, Numbers, Times

if TYPE_CHECKING:
    import pandas as pd

QUEUE, WORK, USER, VENDOR, CHANGE, RESOLVED, CLOSED = range(len(STATES))
WAITS = (USER, VENDOR, CHANGE)
"""States in which nobody at the desk works on a ticket, and it waits in no queue."""


@dataclass(frozen=True, eq=False)
class Tickets:
    """One row per ticket, in the order in which the file names them.

    Attributes
    ----------
    id : object array of str
    row : int64
        The first row that speaks of it.
    opened_ms, resolved_ms, closed_ms : int64
    priority, category, channel, first_team, last_team : int32
    hand_offs : int32
        Changes of team; ``NONE`` where the export does not say.
    returned : bool
        It came back to a team that it had left.
    reopened : int32
        How often it was opened again; ``NONE`` where the export does not say.
    sla : int8
        1 made, 0 missed, ``NONE`` not known.
    in_state_ms : int64, shape (tickets, states)
        Time in each of ``STATES`` until it was resolved (or until its last event).
    was_in : bool, shape (tickets, states)
        Whether it was ever in the state.
    """

    id: NDArray[np.object_]
    row: NDArray[np.int64]
    opened_ms: Times
    resolved_ms: Times
    closed_ms: Times
    priority: Numbers
    category: Numbers
    channel: Numbers
    first_team: Numbers
    last_team: Numbers
    hand_offs: Numbers
    returned: Flags
    reopened: Numbers
    sla: Codes
    in_state_ms: Times
    was_in: Flags

    def __len__(self) -> int:
        return len(self.opened_ms)


@dataclass(frozen=True, eq=False)
class TeamVisits:
    """One row for each stay of a ticket with a team, by ticket, then in order.

    Attributes
    ----------
    ticket, team : int32
    from_ms, to_ms : int64
        The first stay begins when the ticket is opened; the last ends when it is resolved.
    worked_ms : int64
        When the ticket was first in work during the stay; ``NOT_YET`` for never.
    in_state_ms : int64, shape (visits, states)
    agents : int32
        Different people named during the stay.
    """

    ticket: Numbers
    team: Numbers
    from_ms: Times
    to_ms: Times
    worked_ms: Times
    in_state_ms: Times
    agents: Numbers

    def __len__(self) -> int:
        return len(self.ticket)


@dataclass(frozen=True, eq=False)
class Events:
    """One row per update, by ticket, then in order; empty for a ticket table.

    Attributes
    ----------
    ticket, team, agent : int32
    at_ms : int64
    state : int8
    """

    ticket: Numbers
    at_ms: Times
    state: Codes
    team: Numbers
    agent: Numbers

    def __len__(self) -> int:
        return len(self.ticket)


_Rows = TypeVar("_Rows", Tickets, TeamVisits, Events)
_Parts = TypeVar("_Parts", TeamVisits, Events)


@dataclass(frozen=True, eq=False)
class Export:
    """A ticket export, read and cleaned.

    Attributes
    ----------
    source : str
        The file's name.
    kind : {"events", "tickets"}
    mapping : Mapping
        With what was found in place of ``found``.
    zone : str
        In which dates without a zone were read, and days are counted.
    rows : int
        Below the header, those set aside included.
    tickets, visits, events : Tickets, TeamVisits, Events
    priorities, categories, channels, teams, agents : tuple of str
    set_aside : tuple of SetAside
        Rows that cannot be used, and why.
    notices : tuple of str
        What was taken for what, and whatever else a reader of figures ought to know.
    timed : bool
        Whether its dates say the time of day. Where they do not, hours between them say nothing.
    lost : str
        That rows were set aside, where they are many or not like the others; else empty.
    unread : tuple of str
        Columns of dates, teams or states that the file has and that were not read.
    """

    source: str
    kind: str
    mapping: Mapping
    zone: str
    rows: int
    tickets: Tickets
    visits: TeamVisits
    events: Events
    priorities: tuple[str, ...]
    categories: tuple[str, ...]
    channels: tuple[str, ...]
    teams: tuple[str, ...]
    agents: tuple[str, ...]
    set_aside: tuple[SetAside, ...] = ()
    notices: tuple[str, ...] = ()
    timed: bool = True
    lost: str = ""
    unread: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.tickets)

    @harmless
    def __repr__(self) -> str:
        days = self.days_opened()
        return f"<{len(self):,} tickets of {self.source}, opened {days[0]} to {days[1]}>"

    def days_opened(self) -> tuple[dt.date, dt.date]:
        """Return the local days of the first and the last ticket opened."""
        clock = zoneinfo.ZoneInfo(self.zone)
        opened = self.tickets.opened_ms
        first, last = (
            dt.datetime.fromtimestamp(int(at) / 1000, tz=clock).date()
            for at in (opened.min(), opened.max())
        )
        return first, last

    def between(self, first: dt.date, last: dt.date) -> Export:
        """Return the tickets opened from one local day to another, both included."""
        begin, end = midnight_ms(first, self.zone), midnight_ms(last + dt.timedelta(1), self.zone)
        opened = self.tickets.opened_ms
        return self.where((opened >= begin) & (opened < end))

    def where(self, kept: Flags) -> Export:
        """Return some of the tickets, with their visits and events.

        Parameters
        ----------
        kept : bool array, one per ticket
        """
        number = (np.cumsum(kept) - 1).astype(np.int32)
        return replace(
            self,
            tickets=_rows(self.tickets, kept),
            visits=_renumbered(self.visits, kept, number),
            events=_renumbered(self.events, kept, number),
        )

    def as_table(self) -> Export:
        """Return what one row per ticket would show of it: how each ended, and with whom."""
        tickets = replace(
            self.tickets,
            first_team=np.full(len(self), NONE, np.int32),
            returned=np.zeros(len(self), np.bool_),
            in_state_ms=np.zeros_like(self.tickets.in_state_ms),
            was_in=np.zeros_like(self.tickets.was_in),
        )
        return replace(
            self,
            kind="tickets",
            tickets=tickets,
            visits=_rows(self.visits, np.zeros(len(self.visits), np.bool_)),
            events=_rows(self.events, np.zeros(len(self.events), np.bool_)),
        )

    def durations_h(self) -> NDArray[np.float64]:
        """Return the hours from opening to resolution of each ticket; NaN where none are known."""
        known = (self.tickets.resolved_ms != NOT_YET) & self.timed
        hours = (self.tickets.resolved_ms - self.tickets.opened_ms) / 3_600_000
        return np.where(known, hours, np.nan)

    def to_pandas(self) -> pd.DataFrame:
        """Return one row per ticket, with labels and local times."""
        import pandas as pd  # noqa: PLC0415 - heavy, and only needed here

        one = self.tickets
        frame: dict[str, Any] = {"id": one.id, "row": one.row}
        for name in ("opened", "resolved", "closed"):
            at = getattr(one, f"{name}_ms")
            absolute = np.where(at == NOT_YET, np.iinfo(np.int64).min, at)
            moments = pd.DatetimeIndex(absolute.astype("datetime64[ms]")).tz_localize("UTC")
            frame[name] = moments.tz_convert(self.zone)
        for name, labels in (
            ("priority", self.priorities),
            ("category", self.categories),
            ("channel", self.channels),
            ("first_team", self.teams),
            ("last_team", self.teams),
        ):
            dtype = pd.CategoricalDtype(list(labels))
            frame[name] = pd.Categorical.from_codes(getattr(one, name), dtype=dtype)
        for name in ("hand_offs", "reopened"):
            values = getattr(one, name)
            frame[name] = pd.arrays.IntegerArray(values.astype(np.int64), values < 0)
        frame["returned"] = one.returned
        frame["sla_made"] = pd.arrays.BooleanArray(one.sla == 1, one.sla < 0)
        for state, label in enumerate(STATES[:RESOLVED]):
            frame[f"{label}_ms"] = one.in_state_ms[:, state]
        return pd.DataFrame(frame)


def _rows(table: _Rows, kept: Flags) -> _Rows:
    columns = {f.name: getattr(table, f.name)[kept] for f in fields(table)}
    return replace(table, **columns)


def _renumbered(table: _Parts, kept: Flags, number: Numbers) -> _Parts:
    some = _rows(table, kept[table.ticket])
    return replace(some, ticket=number[some.ticket])


def midnight_ms(day: dt.date, zone: str) -> int:
    """Return the instant at which a local day begins, in ms since 1970."""
    return round(start_instant(day, zone).timestamp() * 1000)


def midnights_ms(days: Sequence[dt.date], zone: str) -> Times:
    """Return the instants at which local days begin, in ms since 1970."""
    return local_instants(np.array(days, "datetime64[ms]").astype(np.int64), zone)[0]


__all__ = ["NONE", "Events", "Export", "TeamVisits", "Tickets", "midnight_ms", "midnights_ms"]
