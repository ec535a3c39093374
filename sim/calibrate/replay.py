"""Replay an export: its tickets become the arrivals of a scenario's workload.

What is replayed is when tickets were opened, their priority, what they are about, how they came in
and which line of support got them first. What the desk then makes of them is the scenario's.
Everything that had to be decided on the way is a notice.
"""

from __future__ import annotations

import datetime as dt
import os
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.calibrate.figures import WEEK_DAYS
from sim.calibrate.lines import find_lines, shows_first_team
from sim.calibrate.replay_kinds import by_name, deal_channels, deal_priorities, deal_topics
from sim.errors import ExportError
from sim.intake.export import Export, midnight_ms
from sim.intake.mapping import Mapping
from sim.intake.read import read_export
from sim.intake.sheet import SetAside
from sim.intake.untrusted import read_apart
from sim.scenario.model import Scenario
from sim.units import exact_duration, format_share
from sim.workload.arrivals import Arrivals
from sim.workload.journeys import NONE


@dataclass(frozen=True, eq=False)
class Replay:
    """A scenario with the tickets of an export.

    Attributes
    ----------
    scenario : Scenario
        With its ``period`` set to the export's window.
    arrivals : Arrivals
    set_aside : tuple of SetAside
    notices : tuple of str
    """

    scenario: Scenario
    arrivals: Arrivals
    set_aside: tuple[SetAside, ...]
    notices: tuple[str, ...]


def replay(
    path: str | os.PathLike[str],
    mapping: str | os.PathLike[str] | Mapping,
    scenario: Scenario,
) -> Replay:
    """Read an export, and make its tickets the arrivals of a scenario.

    Parameters
    ----------
    path : path
        The export.
    mapping : str, path or Mapping
        A preset, or a mapping file.
    scenario : Scenario
        Its priorities, topics, channels and tiers are what tickets are mapped onto.

    Raises
    ------
    ExportError
        If the export or the mapping cannot be used, or no ticket lies in the window.
    """
    export = read_apart(read_export, path, mapping, time_zone=scenario.period.time_zone)
    return replay_export(export, scenario)


def replay_export(export: Export, scenario: Scenario) -> Replay:
    """Make the tickets of an export that is read already the arrivals of a scenario."""
    notices: list[str] = list(export.notices)
    first, days = _window(export, scenario, notices)
    zone = scenario.period.time_zone
    begin = midnight_ms(first, zone)
    end = midnight_ms(first + dt.timedelta(days), zone)
    opened = export.tickets.opened_ms
    kept = (opened >= begin) & (opened < end)
    # Stable: tickets of one minute keep the order in which the file names them.
    order = np.flatnonzero(kept)[np.argsort(opened[kept], kind="stable")]
    if not len(order):
        raise ExportError(
            f"{export.source} has no ticket opened from {first} on for {days} days; it has "
            f"tickets from {export.days_opened()[0]} to {export.days_opened()[1]}."
        )
    left = len(opened) - len(order)
    notices.append(
        f"{len(order):,} tickets are replayed, opened from {first} to "
        f"{first + dt.timedelta(days - 1)}; {left:,} outside it are left out."
    )
    some = export.where(kept)
    place = np.argsort(some.tickets.opened_ms, kind="stable")
    priority = deal_priorities(some, scenario, notices)
    channel = deal_channels(some, scenario, notices)
    entry = _entry(export, kept, scenario, notices)
    topic = deal_topics(some, scenario, entry, notices)
    arrivals = Arrivals(
        arrival_ms=opened[order] - begin,
        topic=topic[place].astype(np.int16),
        priority=priority[place].astype(np.int8),
        channel=channel[place].astype(np.int8),
        entry_tier=entry[place].astype(np.int8),
        source=export.source,
    )
    changed = _with_period(scenario, first, (end - begin), notices)
    return Replay(changed, arrivals, export.set_aside, tuple(notices))


def _window(export: Export, scenario: Scenario, notices: list[str]) -> tuple[dt.date, int]:
    """Return the first day and the number of days: whole weeks from a Monday, where there are any."""
    stated = export.mapping.window
    found = export.days_opened()
    first, last = stated.first or found[0], stated.last or found[1]
    if stated.first is None:
        monday = first + dt.timedelta(-first.weekday() % WEEK_DAYS)
        if (last - monday).days + 1 >= WEEK_DAYS:
            first = monday
    days = (last - first).days + 1
    if days < 1:
        raise ExportError(f"{export.source} has no tickets from {first} on.")
    if stated.last is None and days > WEEK_DAYS:
        days -= days % WEEK_DAYS
    if days % WEEK_DAYS:
        notices.append(f"The window is {days} days, not whole weeks: weekly figures are partial.")
    if stated.first is None and stated.last is None:
        notices.append(
            f"The window is whole weeks of what the export has ({found[0]} to {found[1]}); "
            "`window:` in the mapping states another."
        )
    last = first + dt.timedelta(days - 1)
    if scenario.holidays and not any(first <= day <= last for day in scenario.holidays):
        notices.append(
            f"None of the scenario's holidays lies in the window from {first}; staff work every day."
        )
    return first, days


def _with_period(
    scenario: Scenario, first: dt.date, length_ms: int, notices: list[str]
) -> Scenario:
    warm_up = scenario.period.warm_up
    if warm_up >= length_ms:
        warm_up = length_ms // 4
        notices.append(
            f"The warm-up is shortened to {exact_duration(warm_up)}: the window is not longer "
            "than the scenario's."
        )
    return scenario.with_(
        {
            "period.start": first.isoformat(),
            "period.length": exact_duration(length_ms),
            "period.warm_up": exact_duration(warm_up),
        },
        name=scenario.name,
    )


def _entry(
    export: Export, kept: NDArray[np.bool_], scenario: Scenario, notices: list[str]
) -> NDArray[np.int64]:
    """Return the tier where each ticket comes in: that of its first team, where it is shown."""
    tiers, count = list(scenario.tiers), int(kept.sum())
    if not shows_first_team(export):
        why = "shows only the team that had each last" if export.teams else "names no teams"
        notices.append(f"All tickets are taken to come in at {tiers[0]}: the export {why}.")
        return np.zeros(count, np.int64)
    # The first line is found in the whole export: more tickets tell it better.
    lines = find_lines(export)
    notices.extend(lines.evidence)
    first = export.tickets.first_team[kept]
    line = lines.of(first).astype(np.int64)
    entry = np.minimum(np.maximum(line, 0), len(tiers) - 1)
    same = by_name(export.teams, tiers)
    if same:
        table = np.full(len(export.teams) + 1, NONE, np.int64)
        table[list(same)] = list(same.values())
        entry = np.where(table[first] == NONE, entry, table[first])
    unknown = int((line == NONE).sum())
    at = ", ".join(
        f"{name} {format_share(float((entry == tier).mean()))}"
        for tier, name in enumerate(tiers)
        if (entry == tier).any()
    )
    rest = f"; {unknown:,} that have none come in at {tiers[0]}" if unknown else ""
    notices.append(f"Tickets come in where their first team stands: {at}{rest}.")
    return entry
