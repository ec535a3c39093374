"""Which figures of a desk are held against an export's, by one definition for both."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from sim.calibrate.datapage import daily_counts
from sim.calibrate.figures import WEEK_DAYS, Figures, local_hour
from sim.calibrate.firstcontact import settled_at_once
from sim.calibrate.lines import Lines, shows_first_team
from sim.calibrate.paths import Levels, find_levels
from sim.calibrate.promise import Promise
from sim.intake.export import (
    CHANGE,
    CLOSED,
    QUEUE,
    RESOLVED,
    USER,
    VENDOR,
    WORK,
    Export,
    midnight_ms,
)
from sim.intake.mapping import STATES
from sim.scenario.model import Scenario
from sim.scenario.targets import target_text
from sim.units import DAY, HOUR, MINUTE
from sim.workload.journeys import NONE, NOT_YET, Flags, Times

Unit = Literal["share", "hours", "count", "distance"]

FEWEST: Final = 30
"""Tickets (or stays) from which on a figure of a group is worth showing."""
QUANTILES: Final = (0.25, 0.5, 0.75, 0.9)
DEMAND, WAY, TIME, WAITS, PROMISED, APART = (
    "demand and backlog",
    "where tickets go",
    "time to resolution",
    "waits",
    "service levels",
    "distances of the two logs",
)
"""What the figures are about, in the order in which a report has them."""
_STATES: Final = {
    "in queue": (QUEUE,),
    "waiting for the user": (USER,),
    "waiting for a vendor or a change": (VENDOR, CHANGE),
    "in work or waiting for others": (WORK, VENDOR, CHANGE),
}
"""What a tool calls in work lasts until somebody says otherwise, and holds waits that nobody noted:
it is compared together with those that somebody did."""


@dataclass(frozen=True)
class Value:
    """One figure of one log; NaN for what is not known."""

    value: float
    unit: Unit
    about: str


@dataclass(frozen=True)
class Window:
    """The days that are compared, and the desk whose tiers and promises give figures their names.

    Attributes
    ----------
    first, last : date
        Local days, both included.
    scenario : Scenario
    promise : Promise or None
    """

    first: dt.date
    last: dt.date
    scenario: Scenario
    promise: Promise | None

    @property
    def tiers(self) -> tuple[str, ...]:
        """The tiers, the first line first."""
        return tuple(self.scenario.tiers)

    @property
    def weeks(self) -> int:
        """How many whole weeks there are."""
        return ((self.last - self.first).days + 1) // WEEK_DAYS


def values(
    export: Export, lines: Lines, window: Window, *, fewest: int = FEWEST
) -> dict[str, Value]:
    """Return the figures that are compared.

    Parameters
    ----------
    export : Export
        A real one, or a mirrored run.
    lines : Lines
    window : Window
    fewest : int
        Groups of fewer tickets or stays are left out.
    """
    one, levels = Figures(export, lines), find_levels(export, lines)
    return {
        **_demand(one, window),
        **_way(one),
        **_times(one, levels, window, fewest),
        **_first_contacts(export, levels, window, fewest),
        **_waits(export, levels, window, fewest),
        **_promised(export, levels, window, fewest),
    }


def shown(found: dict[str, Value], export: Export) -> dict[str, Value]:
    """Leave out what an export does not show: states (0, or not noted?), and hours where it has only days.

    Parameters
    ----------
    found : dict
        ``values`` of it.
    export : Export
        A real one; of a simulated run all that happens is known.
    """
    if not export.timed:
        found = {
            name: one
            for name, one in found.items()
            if one.about in (DEMAND, WAY) and name != "in office hours"
        }
    seen = np.isin(np.arange(len(STATES)), export.events.state)
    hidden = {f"{name}, mean of a stay" for name, of in _STATES.items() if not seen[list(of)].any()}
    if not seen[USER]:
        hidden.add("waited for the user")
    if len(export.events) and not (
        seen[[RESOLVED, CLOSED]].any() or (export.tickets.reopened > 0).any()
    ):
        hidden.add("reopened")
    if not seen[QUEUE] or not seen[WORK]:
        hidden |= {f"until taken up p{number}" for number in (50, 90)}
    return {name: one for name, one in found.items() if name.rsplit(", ", 1)[0] not in hidden}


def least_difference_h(export: Export) -> float:
    """Return the hours below which times of an export do not differ: a minute, or its stamps' unit."""
    if not export.timed:
        # Dates without times are spread over their day: their hours say nothing.
        return DAY / HOUR
    one = export.tickets
    at = np.concatenate([one.opened_ms, one.resolved_ms[one.resolved_ms != NOT_YET]])
    if (at % HOUR != 0).any():
        return MINUTE / HOUR
    return 1.0 if (local_hour(export, at) % (DAY // HOUR) != 0).any() else DAY / HOUR


def weekly_counts(export: Export, window: Window) -> NDArray[np.int64]:
    """Return the tickets opened in each whole week of a window."""
    daily = daily_counts(export, window.first, window.last)[: WEEK_DAYS * window.weeks]
    return np.asarray(daily.reshape(-1, WEEK_DAYS).sum(axis=1))


def backlog(export: Export, window: Window) -> NDArray[np.int64]:
    """Return the tickets that are open at each midnight after a day of the window.

    Only tickets opened in the window count, so that it begins with none; tickets whose resolution is
    not known are left out, since nothing tells when they ended.
    """
    known = export.tickets.resolved_ms != NOT_YET
    days = (window.last - window.first).days + 1
    ends = np.array(
        [midnight_ms(window.first + dt.timedelta(n + 1), export.zone) for n in range(days)]
    )

    def before(at_ms: Times) -> NDArray[np.int64]:
        return np.searchsorted(np.sort(at_ms[known]), ends)

    return np.asarray(before(export.tickets.opened_ms) - before(export.tickets.resolved_ms))


def _demand(one: Figures, window: Window) -> dict[str, Value]:
    weeks = ((window.last - window.first).days + 1) / WEEK_DAYS
    found = {
        "tickets a week": Value(len(one) / weeks, "count", DEMAND),
        "in office hours": Value(one.office_hours_share(), "share", DEMAND),
    }
    if window.weeks > 1:
        counts = weekly_counts(one.export, window)
        found["tickets in the quietest week"] = Value(float(counts.min()), "count", DEMAND)
        found["tickets in the busiest week"] = Value(float(counts.max()), "count", DEMAND)
    open_ = backlog(one.export, window)
    found["open tickets, mean of the days"] = Value(float(open_.mean()), "count", DEMAND)
    found["open tickets at the end"] = Value(float(open_[-1]), "count", DEMAND)
    return found


def _way(one: Figures) -> dict[str, Value]:
    shares = {
        "began at L1": one.first_line_share(),
        "never left L1, of those that began there": one.never_left_share(),
        "last at L1": one.last_at_first_line_share(),
    }
    for count, share in enumerate(one.hand_off_shares()):
        shares[f"{count} hand-overs"] = share
    shares["returned to a team it had left"] = one.returned_share()
    shares["reopened"] = one.reopened_share()
    return {name: Value(share, "share", WAY) for name, share in shares.items()}


def _groups(one: Figures, levels: Levels, tiers: tuple[str, ...]) -> dict[str, Flags]:
    """Return the tickets that stayed in L1, the others, and those of each tier and priority.

    Where it is not shown where tickets began, they go by the tier that had them last.
    """
    top = np.minimum(levels.top, len(tiers) - 1)
    alone = one.stayed_in_first_line()
    found = {"L1 only": alone, "others": ~alone}
    if not shows_first_team(one.export):
        named = one.export.tickets.last_team != NONE
        found = {f"last at {tier}": named & (top == n) for n, tier in enumerate(tiers)}
    elif len(tiers) > 2:  # noqa: PLR2004 - with two, those that went to L2 are the others
        found |= {f"as far as {tier}": top == n for n, tier in enumerate(tiers) if n}
    for code, label in enumerate(one.export.priorities):
        found[f"priority {label}"] = one.export.tickets.priority == code
    return found


def _times(one: Figures, levels: Levels, window: Window, fewest: int) -> dict[str, Value]:
    known = one.export.tickets.resolved_ms != NOT_YET
    found = {}
    for name, which in {"": known, **_groups(one, levels, window.tiers)}.items():
        if (which & known).sum() < fewest:
            continue
        for quantile, hours in zip(QUANTILES, one.resolution_h(QUANTILES, which), strict=True):
            label = f"resolution p{100 * quantile:.0f}"
            full = f"{label}, {name}" if name else label
            found[full] = Value(float(hours), "hours", TIME)
    for hours in (1, 4, 8, 24):
        share = one.resolved_within(hours, known) if known.any() else float("nan")
        found[f"resolved within {hours} h, of those resolved"] = Value(share, "share", TIME)
    return found


def _waits(export: Export, levels: Levels, window: Window, fewest: int) -> dict[str, Value]:
    """Return where the time of a stay goes, by tier; nothing where the export has no updates."""
    if not len(export.events):
        return {}
    waited = float(export.tickets.was_in[:, USER].mean())
    found = {"waited for the user": Value(waited, "share", WAITS)}
    visits = export.visits
    level = np.minimum(levels.of_visit, len(window.tiers) - 1)
    for number, tier in enumerate(window.tiers):
        own = level == number
        taken_up = own & (visits.worked_ms != NOT_YET)
        if own.sum() < fewest:
            continue
        if taken_up.sum() >= fewest:
            until = np.maximum(visits.worked_ms - visits.from_ms, 0)[taken_up] / HOUR
            for quantile in (0.5, 0.9):
                label = f"until taken up p{100 * quantile:.0f}, {tier}"
                found[label] = Value(float(np.quantile(until, quantile)), "hours", WAITS)
        for name, states in _STATES.items():
            spent = visits.in_state_ms[own][:, list(states)].sum(axis=1) / HOUR
            found[f"{name}, mean of a stay, {tier}"] = Value(float(spent.mean()), "hours", WAITS)
    return found


def _first_contacts(
    export: Export, levels: Levels, window: Window, fewest: int
) -> dict[str, Value]:
    """Return by tier the share settled at once, of the tickets that came in and ended there."""
    found = {}
    for number, tier in enumerate(window.tiers):
        settled = settled_at_once(export, levels, number)
        if len(settled) >= fewest:
            share = float(settled.mean())
            found[f"settled at once, {tier}"] = Value(share, "share", WAITS)
    return found


def _promised(export: Export, levels: Levels, window: Window, fewest: int) -> dict[str, Value]:
    """Return the share that made its service level: by the export's flag, else by the desk's promises."""
    known = export.tickets.resolved_ms != NOT_YET
    if window.promise is not None:
        flagged = known & (export.tickets.sla != NONE)
        # A simulated ticket has no flag: it is asked what the flags were found to mean.
        made = export.tickets.sla == 1 if flagged.any() else window.promise.made(export)
        which = flagged if flagged.any() else known
        if which.sum() < fewest:
            return {}
        name = "service level made, of those resolved"
        return {name: Value(float(made[which].mean()), "share", PROMISED)}
    found = {}
    hours = export.durations_h()
    top = np.minimum(levels.top, len(window.tiers) - 1)
    for name, level in window.scenario.service_levels.items():
        if level.clock != "resolve":
            continue
        own = known if level.tier is None else known & (top == window.tiers.index(level.tier))
        if own.sum() >= fewest:
            share = float((hours[own] <= level.within / HOUR).mean())
            label = f"{name}: resolved within {target_text(level.within)}, waits counted"
            found[label] = Value(share, "share", PROMISED)
    return found


__all__ = [
    "FEWEST",
    "Unit",
    "Value",
    "Window",
    "backlog",
    "least_difference_h",
    "shown",
    "values",
    "weekly_counts",
]
