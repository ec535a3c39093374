"""When people are at work, and when those answer whom they wait for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from sim.calibrate.figures import WEEK_DAYS, WORKING_DAYS
from sim.calibrate.lines import Lines, home_team
from sim.calibrate.parameters import Ledger
from sim.calibrate.paths import Levels
from sim.calibrate.spells import Spells
from sim.intake.export import CLOSED, Export, midnight_ms
from sim.outcome.clocks import Hours
from sim.scenario.calendar import hour_of_week, open_spells
from sim.scenario.hours import Hours as NamedHours
from sim.scenario.model import Scenario
from sim.units import DAY, HOUR, HOURS_PER_WEEK, MINUTE
from sim.workload.journeys import NONE, NOT_YET, Numbers, Times

BUSY_HOUR: Final = 0.3
"""An hour of the working day has this part of the busiest hour's updates."""
OFF_HOURS: Final = 0.03
"""Updates outside working hours from which on somebody is taken to be there."""
HOURS_A_DAY: Final = 24
ALWAYS: Final = "always"
FEWEST: Final = 20
"""Waits of a working day or more, below which nothing tells in which hours they run."""
LONG_MS: Final = 8 * HOUR
SPAN: Final = 0.95
"""Of those that end on working days, in the shortest span of the day that is taken for the hours."""
BESIDE: Final = 0.25
"""An hour beside that belongs to it if so busy, as a part of its mean hour."""
IN_HOURS: Final = 0.9
"""Share of such waits that end in the hours from which on they run in them."""


@dataclass(frozen=True)
class WorkingHours:
    """When people of a tier are seen at work.

    Attributes
    ----------
    start, end : int
        Hours of the day, Monday to Friday; ``[start, end)``.
    off : float
        Share of their updates outside.
    people : float
        Different people seen on a usual working day; NaN where nobody is named.
    seen : bool
        Whether the export shows it; otherwise it is an assumption.
    by : str
        What shows it.
    """

    start: int
    end: int
    off: float
    people: float
    seen: bool
    by: str = "hours with updates by the tier's people"


def working_hours(export: Export, levels: Levels, lines: Lines) -> list[WorkingHours]:
    """Measure when people of each tier are at work.

    Parameters
    ----------
    export : Export
    levels : Levels
    lines : Lines
        Lines behind the first share their hours where only the first is known. An update counts
        for the line of the person's usual team, where it names one, else for that of its team.
    """
    found = []
    events = export.events
    if not len(events):
        return [_by_resolution(export, levels.top == tier) for tier in range(levels.tiers)]
    home = lines.of(home_team(export))
    line = lines.of(events.team)
    if len(home):
        line = np.where(events.agent != NONE, home[events.agent], line)
    # A rule closes tickets, at any hour.
    human = events.state != CLOSED
    if (events.agent != NONE).any():
        # Tickets arrive, and answers come, at hours when nobody is there.
        human &= events.agent != NONE
    deepest = int(line.max()) if len(line) else 0
    for tier in range(levels.tiers):
        own = human & (line == min(tier, max(deepest, 0)))
        seen = _hours_of(export, events.at_ms[own], events.agent[own])
        found.append(seen if own.sum() >= HOURS_PER_WEEK else _office())
    return found


def _by_resolution(export: Export, own: NDArray[np.bool_]) -> WorkingHours:
    """Measure when people are at work by when tickets are resolved, where no updates are shown."""
    at = export.tickets.resolved_ms[own & (export.tickets.resolved_ms != NOT_YET)]
    if not export.timed or len(at) < HOURS_PER_WEEK:
        return _office()
    nobody = np.full(len(at), NONE, np.int32)
    return replace(_hours_of(export, at, nobody), by="hours in which its tickets were resolved")


def _office() -> WorkingHours:
    return WorkingHours(8, 18, 0.0, float("nan"), seen=False)


def _hours_of(export: Export, at: Times, agent: Numbers) -> WorkingHours:
    first, last = export.days_opened()
    # Updates long after the last ticket was opened belong to few, old tickets.
    inside = (at >= midnight_ms(first, export.zone)) & (
        at < midnight_ms(last + dt.timedelta(1), export.zone)
    )
    counts = _by_hour(export, at[inside])
    working = counts[:WORKING_DAYS].sum(axis=0)
    if not working.any():
        return _office()
    busy = np.flatnonzero(working >= BUSY_HOUR * working.max())
    start, end = int(busy.min()), int(busy.max()) + 1
    off = 1 - counts[:WORKING_DAYS, start:end].sum() / max(counts.sum(), 1)
    agent = agent[inside]
    day = (at[inside] - midnight_ms(first, export.zone)) // DAY
    named = agent != NONE
    people = float("nan")
    if named.any():
        pairs = np.unique(day[named] << 32 | agent[named])
        a_day = np.bincount(pairs >> 32)
        people = float(np.median(np.sort(a_day)[-max(1, len(a_day) * WORKING_DAYS // 7) :]))
    return WorkingHours(start, end, float(off), people, seen=True)


def _by_hour(export: Export, at_ms: Times) -> NDArray[np.int64]:
    """Count instants by hour of the local week; shape (7, 24)."""
    first = export.days_opened()[0]
    hour = (at_ms - midnight_ms(first, export.zone)) // HOUR
    if not len(hour):
        return np.zeros((WEEK_DAYS, HOURS_A_DAY), np.int64)
    length = (int(hour.max()) // HOURS_A_DAY + 1) * DAY
    of_week = hour_of_week(first, length, export.zone)[hour]
    counts = np.bincount(of_week, minlength=HOURS_PER_WEEK)
    return counts.reshape(WEEK_DAYS, HOURS_A_DAY)


def settle_hours(
    tree: dict[str, Any], export: Export, who: str, spells: Spells, ledger: Ledger
) -> str:
    """Settle in which hours waits on somebody run, by when those end that lasted a working day.

    Were somebody there at any time, most of these would end in the evening or at night.

    Parameters
    ----------
    tree : dict
        The scenario as a file would hold it; named hours are put into it, where they are seen.
    export : Export
    who : str
        Name of the hours: ``"users"``.
    spells : Spells
        What was waited for them.
    ledger : Ledger

    Returns
    -------
    str
        Name of the hours; ``"always"`` where waits end at all times, or too few to tell do.
    """
    lasted = spells.to_ms - spells.from_ms
    long = _by_hour(export, spells.to_ms[lasted >= LONG_MS])
    if long.sum() < FEWEST:
        return ALWAYS
    start, end = busy_span(long[:WORKING_DAYS].sum(axis=0))
    count, within = int(long.sum()), int(long[:WORKING_DAYS, start:end].sum())
    if within < IN_HOURS * count:
        return ALWAYS
    tree["hours"][who] = {"Mon-Fri": f"{start:02}:00-{end:02}:00"}
    why = f"{within} of {count} waits of {LONG_MS // HOUR} h or more ended in them"
    ledger.say(f"hours.{who}", start, "measured", why)
    return who


def busy_span(counts: NDArray[np.int64]) -> tuple[int, int]:
    """Return the stretch of the day ``[start, end)`` in which nearly all happens that is counted.

    It is the shortest that holds ``SPAN`` of it, and the hours beside that are not far less busy.

    Examples
    --------
    >>> busy_span(np.array([0, 0, 5, 60, 80, 70, 4, 0]))
    (3, 6)
    >>> busy_span(np.array([0, 0, 5, 40, 150, 100, 8, 0]))
    (3, 6)
    """
    total = np.concatenate([[0], np.cumsum(counts)])
    start, end = 0, len(counts)
    for length in range(1, len(counts) + 1):
        held = total[length:] - total[:-length]
        if held.max() >= SPAN * total[-1]:
            start = int(held.argmax())
            end = start + length
            break
    least = BESIDE * (total[end] - total[start]) / (end - start)
    while start and counts[start - 1] >= least:
        start -= 1
    while end < len(counts) and counts[end] >= least:
        end += 1
    return start, end


def hours_of(export: Export, scenario: Scenario, name: str) -> Hours:
    """Return named hours over the days of an export, counted from the first midnight."""
    return _over(export, scenario.hours_named(name), scenario.holidays)


def named_hours(tree: dict[str, Any], export: Export, name: str) -> Hours:
    """Return likewise the hours that a file names under ``hours``; ``"always"`` is every hour."""
    if name == ALWAYS:
        return Hours.always()
    return _over(export, NamedHours.model_validate(tree["hours"][name]), tuple(tree["holidays"]))


def open_hours(named: Mapping[str, Any], name: str) -> float:
    """Return how many hours of a week named hours or a shift are."""
    if name == ALWAYS:
        return HOURS_PER_WEEK
    spans = NamedHours.model_validate(named[name]).spans()
    return sum(end - start for start, end in spans) * MINUTE / HOUR


def _over(export: Export, hours: NamedHours, holidays: tuple[dt.date, ...]) -> Hours:
    first, last = export.days_opened()
    length = ((last - first).days + 1) * DAY
    return Hours(*open_spells(hours, first, length, export.zone, holidays))
