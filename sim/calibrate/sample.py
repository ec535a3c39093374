"""Write simulated tickets as an export: a demonstration needs nobody's data.

The columns and words are those that a mapping names, so that what is written reads back by it.
"""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import io
import os
import re
import zoneinfo
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from sim import writing
from sim.borders import cell
from sim.calibrate.mirror import Rehearsal
from sim.intake.export import Export
from sim.intake.mapping import STATES, Mapping, load_mapping
from sim.workload.journeys import NONE, NOT_YET

if TYPE_CHECKING:
    from sim.calibrate.fit import Calibration

SAMPLE: Final = "a sample"
_PLAIN: Final = re.compile(r"L\d+")
FORM: Final = "%Y-%m-%d %H:%M:%S"
_ROLES: Final = (
    "id", "state", "opened", "updated", "sequence", "team", "assignee", "priority", "category",
    "channel", "reopened", "reassigned", "resolved",
)  # fmt: skip
_NAMES: Final = {
    "id": "number", "state": "incident_state", "opened": "opened_at", "updated": "sys_updated_at",
    "sequence": "sys_mod_count", "team": "assignment_group", "assignee": "assigned_to",
    "priority": "priority", "category": "category", "channel": "contact_type",
    "reopened": "reopen_count", "reassigned": "reassignment_count", "resolved": "resolved_at",
}  # fmt: skip
"""Of columns, where the mapping names none: ServiceNow's."""
OWN: Final = Mapping(
    kind="events",
    columns={role: (role,) for role in _ROLES},
    states={
        "queue": ("open",),
        "work": ("in progress",),
        "user": ("waiting for user",),
        "vendor": ("waiting for vendor",),
        "change": ("scheduled",),
        "resolved": ("resolved",),
        "closed": ("closed",),
    },
)
"""Columns and states by what they mean: a client's own words may hold its name."""
_UPDATES: Final = ("updated", "sequence")
"""What a table of one row per ticket has no column for."""


def write_sample(
    export: Export,
    path: str | os.PathLike[str],
    mapping: str | Mapping = "servicenow",
) -> Path:
    """Write an export (a mirrored run) as CSV, one row per update or, as the mapping has it, per ticket.

    Parameters
    ----------
    export : Export
    path : path
        Ending in ``.gz``, it is compressed.
    mapping : str or Mapping
        Whose columns, state names and form of dates are used; roles that it does not name are left
        out. One that names no columns, as presets do, has ServiceNow's.

    Raises
    ------
    OutputError
        If it cannot be written.
    """
    words = mapping if isinstance(mapping, Mapping) else load_mapping(mapping)
    names: dict[str, str] = {role: several[0] for role, several in words.columns.items() if several}
    names = names or _NAMES
    roles = [role for role in _ROLES if role in names]
    if words.kind == "tickets":
        roles = [role for role in roles if role not in _UPDATES]
    header = [names[role] for role in roles]
    text = io.StringIO(newline="")
    out = csv.writer(text, delimiter=words.separator or ",")
    out.writerow(header)
    out.writerows([row[role] for role in roles] for row in _rows(export, words))
    made = text.getvalue().encode()
    if Path(path).suffix == ".gz":
        # No name and no time in it: the same tickets are the same bytes.
        made = gzip.compress(made, mtime=0)
    return writing.write(path, made, SAMPLE)


def _rows(export: Export, words: Mapping) -> Iterator[dict[str, str]]:
    names = {n: words.states[s][0] for n, s in enumerate(STATES) if s in words.states}
    clock = zoneinfo.ZoneInfo(export.zone)
    form = _form(words)

    def moment(at_ms: int) -> str:
        if at_ms == NOT_YET:
            return ""
        return dt.datetime.fromtimestamp(at_ms / 1000, clock).strftime(form)

    def label(labels: tuple[str, ...], code: int) -> str:
        return "" if code == NONE else cell(labels[code])

    one, events = export.tickets, export.events
    first = np.searchsorted(events.ticket, np.arange(len(export)))
    last = np.append(first[1:], len(events)) - 1
    for at in last if words.kind == "tickets" else range(len(events)):
        ticket = int(events.ticket[at])
        yield {
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
            "reassigned": str(max(int(one.hand_offs[ticket]), 0)),
            "resolved": moment(int(one.resolved_ms[ticket])),
        }


def _form(words: Mapping) -> str:
    """Return the form in which dates are written: the mapping's first, with all its parts."""
    form = words.dates[0]
    return form.replace("[", "").replace("]", "") if "%" in form else FORM


def anonymous(export: Export) -> Export:
    """Replace what a client called its teams, topics, priorities and channels by numbers.

    People of a mirrored run are the desk's own already, and so are teams that are called L1, L2, …
    Priorities are numbered in the desk's order, the most urgent first.

    Examples
    --------
    ``anonymous(as_export(run)).categories`` is ``("Topic 1", "Topic 2")``
    """
    return replace(
        export,
        categories=_numbered("Topic", export.categories),
        priorities=_numbered("Priority", export.priorities),
        channels=_numbered("Channel", export.channels),
        teams=tuple(
            team if _PLAIN.fullmatch(team) else f"Team {number}"
            for number, team in enumerate(export.teams, 1)
        ),
    )


def _numbered(word: str, labels: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"{word} {number}" for number in range(1, len(labels) + 1))


def sample_of(calibration: Calibration, path: str | os.PathLike[str], *, seed: int = 3) -> Path:
    """Run a fitted desk over the days it was fitted to, and write its tickets without any name of the client's.

    Columns and states are called by what they mean (``OWN``).

    Parameters
    ----------
    calibration : Calibration
    path : path
    seed : int

    Raises
    ------
    OutputError
        If it cannot be written.
    """
    (run,) = Rehearsal(calibration.scenario).runs(1, seed=seed)
    return write_sample(anonymous(run), path, OWN)


__all__ = ["FORM", "OWN", "anonymous", "sample_of", "write_sample"]
