"""One replication that has been run, and the tables that it hands out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal

from sim.engine.log import Log
from sim.outcome import tables
from sim.outcome.tables import Table
from sim.scenario.model import Scenario
from sim.workload.desk import Desk
from sim.workload.journeys import Workload


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
        return [
            tables.save(table, Path(folder), format)
            for table in (self.tickets, self.visits, self.spells)
        ]

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
