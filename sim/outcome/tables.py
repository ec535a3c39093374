"""The tables of a run: tickets, visits and spells, as arrays that become data frames.

A table keeps the arrays of the log; "not yet" and "none" (both -1 there) become nulls when a frame
is made. A time becomes two columns: ``joined`` in local time, and ``joined_ms`` in milliseconds
since the start of the period.
"""

from __future__ import annotations

import datetime as dt
import importlib.util
import zoneinfo
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from sim import writing
from sim.borders import cells
from sim.engine.log import Log
from sim.engine.rules import Ending
from sim.errors import ColumnError, MissingExtraError, OutputError
from sim.scenario.model import Scenario
from sim.scenario.support import FIELDS_OF_NOTES
from sim.scenario.wording import did_you_mean, listed
from sim.workload.desk import Desk
from sim.workload.journeys import NONE, NOT_YET, Kind, Origin, Outcome, Wait, Workload

if TYPE_CHECKING:
    import pandas as pd

Values = NDArray[Any]
TABLE: Final = "a table of a run"
NAMES: Final = ("tickets", "visits", "spells")


@dataclass(frozen=True, eq=False)
class Column:
    """One column.

    Attributes
    ----------
    name : str
    array : array
        Negative where there is nothing, unless it is ``measure``.
    what : {"number", "time", "label", "flag", "measure"}
        A count or number, an instant in ms, a position in ``labels``, a yes or no (-1 for not
        known), or a float.
    labels : sequence of str
    """

    name: str
    array: Values
    what: Literal["number", "time", "label", "flag", "measure"]
    labels: Sequence[str] = ()


@dataclass(frozen=True, eq=False)
class Table:
    """Some columns of equal length.

    Attributes
    ----------
    name : str
    columns : tuple of Column
    start : datetime
        The instant 0 of all times, with the time zone in which times are shown.
    """

    name: str
    columns: tuple[Column, ...]
    start: dt.datetime

    def __len__(self) -> int:
        return len(self.columns[0].array)

    def __repr__(self) -> str:
        return f"<{len(self):,} {self.name}: {', '.join(c.name for c in self.columns)}>"

    def __getitem__(self, name: str) -> Values:
        """Return the array of a column as the log has it: -1 where there is nothing."""
        for column in self.columns:
            if name in (column.name, f"{column.name}_ms"):
                return column.array
        names = [column.name for column in self.columns]
        hint = did_you_mean(str(name), names)
        if not hint and "wait" in str(name):
            hint = " (waits are in `run.waits()`)"
        raise ColumnError(f"{self.name} have no column {name!r}{hint}; they have {listed(names)}")

    def to_pandas(self) -> pd.DataFrame:
        """Return a data frame, with nulls for what did not happen (yet)."""
        import pandas as pd  # noqa: PLC0415 - heavy, and only needed here

        frame: dict[str, Any] = {}
        for column in self.columns:
            values, name = column.array, column.name
            if column.what == "time":
                frame[name] = _local_times(values, self.start)
                name = f"{name}_ms"
            if column.what == "label":
                dtype = pd.CategoricalDtype(list(column.labels))
                frame[name] = pd.Categorical.from_codes(values, dtype=dtype)
            elif column.what == "flag":
                frame[name] = pd.arrays.BooleanArray(values == 1, values < 0)
            elif column.what == "measure":
                frame[name] = values
            else:
                frame[name] = pd.arrays.IntegerArray(values.astype(np.int64), values < 0)
        return pd.DataFrame(frame)


def start_of(scenario: Scenario) -> dt.datetime:
    """Return the instant 0 of a scenario: midnight of its first day, in its time zone."""
    zone = zoneinfo.ZoneInfo(scenario.period.time_zone)
    return dt.datetime.combine(scenario.period.start, dt.time(), tzinfo=zone)


def _local_times(at_ms: Values, start: dt.datetime) -> Any:
    import pandas as pd  # noqa: PLC0415 - heavy, and only needed here

    start_ms = round(start.timestamp() * 1000)
    absolute = np.where(at_ms == NOT_YET, np.iinfo(np.int64).min, at_ms + start_ms)
    utc = pd.DatetimeIndex(absolute.astype("datetime64[ms]")).tz_localize("UTC")
    return utc.tz_convert(start.tzinfo)


def words(member: Any) -> str:
    """Write the member of an enumeration as words.

    Examples
    --------
    >>> words(Kind.COMPLETE_NOTES)
    'complete notes'
    """
    return str(member.name).lower().replace("_", " ")


def _labelled(name: str, values: Values, members: Any) -> Column:
    return Column(name, values, "label", [words(m) for m in members])


def _position(name: str, values: Values, labels: Sequence[str]) -> Column:
    return Column(name, values, "label", labels)


def tickets(scenario: Scenario, workload: Workload, log: Log) -> Table:
    """Return one row per ticket; what the workload does not know is left out."""
    known, visits = workload.tickets, workload.visits
    made = log.joined_ms != NOT_YET
    count = np.bincount(visits.ticket[made], minlength=len(known))
    columns = [
        Column("ticket", np.arange(len(known)), "number"),
        Column("arrived", known.arrival_ms, "time"),
        _position("priority", known.priority, list(scenario.priorities)),
    ]
    if len(known.topic):
        columns.append(_position("topic", known.topic, list(scenario.topics)))
    if len(known.channel):
        columns.append(_position("channel", known.channel, list(scenario.channels)))
    if len(known.difficulty):
        columns.append(Column("difficulty", known.difficulty, "measure"))
    if len(known.origin):
        columns.append(_labelled("origin", known.origin, Origin))
    if len(known.problem):
        columns.append(Column("problem", known.problem, "number"))
    columns += [
        Column("ended", log.ended_ms, "time"),
        _labelled("ending", log.ending, Ending),
        Column("visits", count, "number"),
    ]
    return Table("tickets", tuple(columns), start_of(scenario))


def visits(scenario: Scenario, workload: Workload, desk: Desk, log: Log) -> Table:
    """Return one row per visit that was made."""
    asked = workload.visits
    made = np.flatnonzero(log.joined_ms != NOT_YET)
    queue = asked.queue[made]
    tier_of_queue = np.array([q.tier for q in desk.queues] or [0])
    agent = log.agent[made]
    columns = [
        Column("visit", made, "number"),
        Column("ticket", asked.ticket[made], "number"),
        _position("tier", tier_of_queue[queue], list(scenario.tiers)),
        _position("queue", queue, [q.name for q in desk.queues]),
    ]
    if len(asked.kind):
        columns.append(_labelled("kind", asked.kind[made], Kind))
    if len(asked.wait):
        columns.append(_labelled("waited_for", asked.wait[made], Wait))
    columns += [
        Column("joined", log.joined_ms[made], "time"),
        Column("started", log.started_ms[made], "time"),
        Column("finished", log.finished_ms[made], "time"),
        _labelled("outcome", log.outcome[made], Outcome),
        Column("agent", agent, "number"),
        _position("pool", _pool(desk, agent), [p.name for p in desk.pools]),
        Column("work_ms", asked.work_ms[made], "number"),
    ]
    columns += [
        Column(name, values[made], "number")
        for name, values in (("rework_ms", asked.rework_ms), ("writing_ms", asked.writing_ms))
        if len(values)
    ]
    if len(asked.notes):
        notes = asked.notes[made]
        columns += [
            Column(f"notes_{name}", np.where(notes == NONE, NONE, notes >> bit & 1), "flag")
            for bit, name in enumerate(FIELDS_OF_NOTES)
        ]
    if len(asked.runbook):
        columns.append(Column("runbook", asked.runbook[made].astype(np.int8), "flag"))
    if len(asked.is_side):
        columns.append(Column("is_side", asked.is_side[made].astype(np.int8), "flag"))
    return Table("visits", tuple(columns), start_of(scenario))


def spells(scenario: Scenario, workload: Workload, desk: Desk, log: Log) -> Table:
    """Return one row per spell of work."""
    spell = log.spells()
    columns = (
        Column("visit", spell.visit, "number"),
        Column("ticket", workload.visits.ticket[spell.visit], "number"),
        Column("agent", spell.agent, "number"),
        _position("pool", _pool(desk, spell.agent), [p.name for p in desk.pools]),
        Column("began", spell.from_ms, "time"),
        Column("ended", spell.to_ms, "time"),
    )
    return Table("spells", columns, start_of(scenario))


def _pool(desk: Desk, agent: Values) -> Values:
    if not len(desk.agent_pool):
        return np.full(len(agent), NONE)
    return np.where(agent == NONE, NONE, desk.agent_pool[agent])


def check_format(format: str) -> None:  # noqa: A002 - the word people type
    """Refuse a format that is none, or that lacks its package, before anything is simulated.

    Raises
    ------
    OutputError, MissingExtraError
    """
    if format not in ("parquet", "csv"):
        raise OutputError(f"{format!r} is no format of tables; there are 'parquet' and 'csv'")
    if format == "parquet" and importlib.util.find_spec("pyarrow") is None:
        raise MissingExtraError("pyarrow", "parquet", "Parquet")


def save(table: Table, folder: Path, format: str) -> Path:  # noqa: A002 - the word people type
    """Write a table as Parquet or CSV; see ``Run.save``."""
    check_format(format)
    frame = table.to_pandas()

    def write(to: Path) -> None:
        if format == "csv":
            cells(frame).to_csv(to, index=False)
            return
        try:
            frame.to_parquet(to, index=False)
        except ImportError:  # it is there, and too old for pandas
            raise MissingExtraError("pyarrow", "parquet", "Parquet") from None

    return writing.write(folder / f"{table.name}.{format}", write, TABLE)
