"""The figures of a desk that its ticket export shows, each with one definition.

They serve a client's export and a simulated run alike. A share is of all tickets unless its name
says otherwise; a ticket whose resolution is not known is not resolved within anything, and is left
out of quantiles.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.calibrate.lines import Lines, find_lines, shows_first_team
from sim.intake.export import CHANGE, QUEUE, RESOLVED, USER, VENDOR, WORK, Export
from sim.intake.mapping import STATES
from sim.scenario.calendar import hour_of_week, local_days, start_instant
from sim.units import DAY, HOUR
from sim.workload.journeys import NONE, Flags, Times

OFFICE_FROM, OFFICE_TO = 8, 18
WORKING_DAYS = 5
WEEK_DAYS = 7
_HOURS_PER_DAY = 24


@dataclass(frozen=True, eq=False)
class Figures:
    """The figures of one export.

    Parameters
    ----------
    export : Export
    lines : Lines

    Examples
    --------
    ``Figures.of(read_export("incidents.csv", "servicenow")).first_line_share()``
    """

    export: Export
    lines: Lines

    @classmethod
    def of(cls, export: Export, lines: Lines | None = None) -> Figures:
        """Return the figures of an export; its first line is found where it is not stated."""
        return cls(export, lines or find_lines(export))

    def __len__(self) -> int:
        return len(self.export)

    # Where tickets go -----------------------------------------------------------------------

    def began_at_first_line(self) -> Flags:
        """Tell which tickets had a first-line team as their first."""
        return np.asarray(self.lines.of(self.export.tickets.first_team) == 0)

    def never_left(self) -> Flags:
        """Tell which tickets began at the first line and stayed with the same team."""
        return np.asarray(self.began_at_first_line() & (self.export.tickets.hand_offs == 0))

    def stayed_in_first_line(self) -> Flags:
        """Tell which tickets were with first-line teams alone."""
        away = np.zeros(len(self), np.bool_)
        visits = self.export.visits
        away[visits.ticket[self.lines.of(visits.team) != 0]] = True
        known = self.export.tickets.hand_offs != NONE
        return np.asarray(self.began_at_first_line() & ~away & known)

    def first_line_share(self) -> float:
        """Return the share of tickets whose first team is of the first line; NaN where none shows."""
        return _mean(self.began_at_first_line()) if shows_first_team(self.export) else math.nan

    def never_left_share(self) -> float:
        """Return, of the tickets that began at the first line, the share that never left it.

        The headline L1 resolution share, by teams: a step between two first-line teams is no
        escalation. NaN where the export does not show with which team tickets began.
        """
        if not shows_first_team(self.export):
            return math.nan
        return _mean(self.stayed_in_first_line()[self.began_at_first_line()])

    def last_at_first_line_share(self) -> float:
        """Return the share of tickets whose last team is of the first line; NaN where none is named."""
        last = self.lines.of(self.export.tickets.last_team)
        return _mean(last == 0) if self.export.teams else math.nan

    def hand_off_shares(self, most: int = 4) -> tuple[float, ...]:
        """Return the shares of tickets with 0, 1, 2, … changes of team."""
        known = self.export.tickets.hand_offs[self.export.tickets.hand_offs != NONE]
        return tuple(_mean(known == count) for count in range(most + 1))

    def returned_share(self) -> float:
        """Return the share of tickets that came back to a team that they had left.

        NaN where the export does not show the teams in between.
        """
        return _mean(self.export.tickets.returned) if shows_first_team(self.export) else math.nan

    def reopened_share(self) -> float:
        """Return the share of tickets that were opened again."""
        reopened = self.export.tickets.reopened
        return _mean(reopened[reopened != NONE] > 0)

    def sla_share(self) -> float:
        """Return the share of tickets that made their service level, by the tool's own flag."""
        sla = self.export.tickets.sla
        return _mean(sla[sla != NONE] == 1)

    def priority_shares(self) -> dict[str, float]:
        """Return the share of each priority, of the tickets that have one."""
        known = self.export.tickets.priority[self.export.tickets.priority != NONE]
        labels = self.export.priorities
        count = np.bincount(known, minlength=len(labels))
        return {
            label: float(n / max(len(known), 1)) for label, n in zip(labels, count, strict=True)
        }

    # How long it takes ----------------------------------------------------------------------

    def resolution_h(
        self, quantiles: Sequence[float], which: Flags | None = None
    ) -> NDArray[np.float64]:
        """Return quantiles of the hours from opening to resolution; NaN where there are none."""
        hours = self.export.durations_h()
        hours = hours if which is None else hours[which]
        hours = hours[~np.isnan(hours)]
        if not len(hours):
            return np.full(len(quantiles), np.nan)
        return np.asarray(np.quantile(hours, quantiles))

    def resolved_within(self, hours: float, which: Flags | None = None) -> float:
        """Return the share of tickets resolved within some hours; unknown counts as not."""
        taken = self.taken_within(hours)
        return _mean(taken if which is None else taken[which])

    def taken_within(self, hours: float) -> Flags:
        """Tell which tickets were resolved within some hours; unknown counts as not."""
        return np.asarray(self.export.durations_h() <= hours)

    def waited_for_user_share(self) -> float:
        """Return the share of tickets that ever waited for the user."""
        return _mean(self.export.tickets.was_in[:, USER])

    def time_shares(self) -> dict[str, float]:
        """Return the part of the time before resolution that was spent in each state."""
        states = (QUEUE, WORK, USER, VENDOR, CHANGE)
        spent = self.export.tickets.in_state_ms[:, :RESOLVED].sum(axis=0)
        whole = int(spent.sum())
        return {STATES[s]: float(spent[s] / whole) if whole else float("nan") for s in states}

    # When they come -------------------------------------------------------------------------

    def hourly_counts(self) -> tuple[NDArray[np.int64], NDArray[np.int16], NDArray[np.int32]]:
        """Return the tickets opened in each hour of the whole days from the first to the last.

        Returns
        -------
        counts : int64 array
            One for each hour.
        hour : int16 array
            The hour of the local week of each, 0 is Monday 00:00.
        day : int32 array
            The day of each, counted from the first.
        """
        zone = self.export.zone
        first, last = self.export.days_opened()
        length = ((last - first).days + 1) * DAY
        start_ms = round(start_instant(first, zone).timestamp() * 1000)
        since = (self.export.tickets.opened_ms - start_ms) // HOUR
        hours = length // HOUR
        counts = np.bincount(np.minimum(since, hours - 1), minlength=hours)
        return counts, hour_of_week(first, length, zone), local_days(first, length, zone)

    def per_working_day(self) -> tuple[float, float]:
        """Return the mean number of tickets opened on a day from Monday to Friday, and at weekends."""
        days, weekday = self.daily_counts()
        working = weekday < WORKING_DAYS
        return _mean(days[working]), _mean(days[~working])

    def daily_counts(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the tickets opened on each day from the first to the last, and its weekday."""
        counts, _, day = self.hourly_counts()
        first, _ = self.export.days_opened()
        daily = np.bincount(day, weights=counts).astype(np.int64)[: int(day.max()) + 1]
        return daily, (np.arange(len(daily)) + first.weekday()) % 7

    def office_hours_share(self) -> float:
        """Return the share of tickets opened from Monday to Friday, 8 to 18 h local time."""
        counts, hour, _ = self.hourly_counts()
        of_day = hour % _HOURS_PER_DAY
        office = (hour < WORKING_DAYS * _HOURS_PER_DAY) & (of_day >= OFFICE_FROM)
        office &= of_day < OFFICE_TO
        return float(counts[office].sum() / max(counts.sum(), 1))


def _mean(values: NDArray[np.generic]) -> float:
    return float(np.mean(values.astype(np.float64))) if len(values) else float("nan")


def local_hour(export: Export, at_ms: Times | None = None) -> NDArray[np.int16]:
    """Return the hour of the local week of instants.

    Parameters
    ----------
    export : Export
        Whose zone counts.
    at_ms : int64 array, optional
        The instants at which its tickets were opened if absent.
    """
    at_ms = export.tickets.opened_ms if at_ms is None else at_ms
    if not len(at_ms):
        return np.empty(0, np.int16)
    first, _ = export.days_opened()
    start_ms = round(start_instant(first, export.zone).timestamp() * 1000)
    # A stamp before the first ticket was opened is a fault of the export's clock.
    since = np.maximum((at_ms - start_ms) // HOUR, 0)
    return np.asarray(hour_of_week(first, (int(since.max()) + 1) * HOUR, export.zone)[since])
