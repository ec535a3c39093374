"""Write simulated tickets as an export: a demonstration needs nobody's data.

The columns and words are those that a mapping names, so that what is written reads back by it.
"""

from __future__ import annotations

import csv
import datetime as dt
import os
import zoneinfo
from pathlib import Path
from typing import Final

import numpy as np

from sim.calibrate.export import Export
from sim.calibrate.mapping import STATES, Mapping, load_mapping
from sim.calibrate.read import harmless
from sim.outcome.tables import write_whole
from sim.workload.journeys import NONE, NOT_YET

FORM: Final = "%Y-%m-%d %H:%M:%S"
_ROLES: Final = (
    "id", "state", "opened", "updated", "sequence", "team", "assignee", "priority", "category",
    "channel", "reopened", "resolved",
)  # fmt: skip


def write_sample(
    export: Export,
    path: str | os.PathLike[str],
    mapping: str | Mapping = "servicenow",
) -> Path:
    """Write the events of an export (a mirrored run) as CSV, one row per update.

    Parameters
    ----------
    export : Export
    path : path
    mapping : str or Mapping
        Whose columns and state names are used; roles that it does not name are left out.

    Raises
    ------
    OutputError
        If it cannot be written.
    """
    words = mapping if isinstance(mapping, Mapping) else load_mapping(mapping)
    roles = [role for role in _ROLES if words.columns.get(role)]
    header = [words.columns[role][0] for role in roles]  # type: ignore[index]
    by_name = dict(words.states.items())
    names = {n: by_name[state][0] for n, state in enumerate(STATES) if state in by_name}
    clock = zoneinfo.ZoneInfo(export.zone)

    def moment(at_ms: int) -> str:
        if at_ms == NOT_YET:
            return ""
        return dt.datetime.fromtimestamp(at_ms / 1000, clock).strftime(FORM)

    def label(labels: tuple[str, ...], code: int) -> str:
        return "" if code == NONE else harmless(labels[code])

    one, events = export.tickets, export.events
    first = np.searchsorted(events.ticket, np.arange(len(export)))

    def row(at: int) -> list[str]:
        ticket = int(events.ticket[at])
        known = {
            "id": one.id[ticket],
            "state": names.get(int(events.state[at]), ""),
            "opened": moment(int(one.opened_ms[ticket])),
            "updated": moment(int(events.at_ms[at])),
            "sequence": str(at - int(first[ticket])),
            "team": label(export.teams, int(events.team[at])),
            "assignee": label(export.agents, int(events.agent[at])),
            "priority": label(export.priorities, int(one.priority[ticket])),
            "category": label(export.categories, int(one.category[ticket])),
            "channel": label(export.channels, int(one.channel[ticket])),
            "reopened": str(max(int(one.reopened[ticket]), 0)),
            "resolved": moment(int(one.resolved_ms[ticket])),
        }
        return [known[role] for role in roles]

    def write(to: Path) -> None:
        with to.open("w", encoding="utf-8", newline="") as file:
            out = csv.writer(file)
            out.writerow(header)
            out.writerows(row(at) for at in range(len(events)))

    return write_whole(Path(path), write)
