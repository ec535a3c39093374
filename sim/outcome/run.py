"""One replication that has been run, and the tables that it hands out."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from sim import writing
from sim.engine.log import Log
from sim.outcome import frames, tables
from sim.outcome.tables import Table
from sim.scenario.model import Scenario
from sim.workload.desk import Desk
from sim.workload.journeys import Workload

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class Run:
    """Everything about one replication: what was asked, what could happen, and what did.

    Attributes
    ----------
    scenario : Scenario
    workload : Workload
    desk : Desk
    log : Log
    seed, replication : int
        Together they name the random streams; the same pair gives the same workload.
    engine : str
        Which engine played it: ``simpy`` or ``compiled``.
    """

    scenario: Scenario
    workload: Workload
    desk: Desk
    log: Log
    seed: int
    replication: int
    engine: str

    @cached_property
    def tickets(self) -> Table:
        """One row per ticket."""
        return tables.tickets(self.scenario, self.workload, self.log)

    @cached_property
    def visits(self) -> Table:
        """One row per visit that was made, in order of ticket and visit."""
        return tables.visits(self.scenario, self.workload, self.desk, self.log)

    @cached_property
    def spells(self) -> Table:
        """One row per stretch of work by one agent on one visit."""
        return tables.spells(self.scenario, self.workload, self.desk, self.log)

    def __repr__(self) -> str:
        made = len(self.visits)
        return (
            f"<Run of {self.scenario.name!r}: seed {self.seed}, replication {self.replication}, "
            f"{self.engine} engine; {len(self.log.ended_ms):,} tickets, {made:,} visits. It has tickets, "
            "visits, spells, waits(), waiting_over_time(), busy_over_time(), plot()>"
        )

    def waits(self, queue: str | None = None) -> pd.DataFrame:
        """Return how long visits waited, in minutes; see ``sim.outcome.frames.waits``."""
        return frames.waits(self, queue)

    def waiting_over_time(self, *, every_min: float = 15.0) -> pd.DataFrame:
        """Return how many wait over time; see ``sim.outcome.frames.waiting_over_time``."""
        return frames.waiting_over_time(self, every_min=every_min)

    def busy_over_time(self, *, every_min: float = 15.0) -> pd.DataFrame:
        """Return how many work over time; see ``sim.outcome.frames.busy_over_time``."""
        return frames.busy_over_time(self, every_min=every_min)

    def plot(self, what: str = "waits") -> Any:
        """Draw ``"waits"``, ``"waiting"`` or ``"busy"``; see ``sim.present.plots.plot_run``."""
        # Pictures are made in a room above this one, which is looked up when somebody asks.
        return importlib.import_module("sim.present.plots").plot_run(self, what)

    def save(
        self,
        folder: str | Path,
        format: Literal["parquet", "csv"] = "parquet",  # noqa: A002 - the word people type
    ) -> list[Path]:
        """Write the three tables into a folder, one file each.

        Parameters
        ----------
        folder : path
            It is made if it does not exist.
        format : {"parquet", "csv"}
            Parquet needs the extra ``parquet``.

        Returns
        -------
        list of Path
            The files written.

        Raises
        ------
        OutputError
            If the folder cannot be written. No file is left half written.
        MissingExtraError
            If Parquet is asked for and pyarrow is not installed.
        """
        several = (self.tickets, self.visits, self.spells)
        # All or none: a table is not written beside another that cannot be.
        writing.check((Path(folder, f"{one.name}.{format}"), tables.TABLE) for one in several)
        return [tables.save(table, Path(folder), format) for table in several]

    def event_log(self, path: str | Path) -> Path:
        """Write the spells of work as an event log for process-mining tools.

        Parameters
        ----------
        path : path
            ``.xes`` writes XES (IEEE 1849), ``.csv`` one row per spell.

        Returns
        -------
        Path

        Raises
        ------
        OutputError
            If the suffix is neither, or the file cannot be written.
        """
        # What it writes XML with takes a while to import, and is seldom asked for.
        from sim.outcome import eventlog  # noqa: PLC0415

        write: Callable[..., Path] = eventlog.writer(Path(path))
        return write(self.scenario, self.workload, self.desk, self.log, Path(path))
