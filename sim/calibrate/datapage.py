"""The data page: what an export is fit for, before anything is fitted to it.

It looks for what spoils a calibration without making any row invalid: fields that are empty, an
automatic closure that hides the resolution, a ramp-up at the start, an export that holds what
*ended* in a period (long tickets are then over-represented), days on which hardly anybody wrote.
"""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sim.borders import harmless
from sim.calibrate.figures import WEEK_DAYS, Figures
from sim.calibrate.lines import Lines, find_lines, shows_first_team
from sim.calibrate.lowdays import LowDays, find_low_days
from sim.errors import ExportError
from sim.intake.export import Export, midnight_ms, midnights_ms
from sim.units import DAY, HOUR, MINUTE, format_duration, format_share
from sim.workload.journeys import NONE, NOT_YET, Flags

STEADY_WITHIN: Final = 0.10
"""A week whose shares differ less than this from the settled weeks' is settled too."""
DEVIATIONS: Final = 4.0
"""… or less than this many standard errors."""
COUNT_WITHIN: Final = 0.5
"""A week with fewer tickets than this part of the settled weeks' is not whole."""
LEAST_A_DAY: Final = 5
"""Below it, low days cannot be told from chance."""
SAME_CLOSURE: Final = 0.5
"""If this share of the tickets is closed after the same time, a rule closes them."""
CLOSURE_WITHIN_MS: Final = HOUR
LONGEST_OPEN_SHARE: Final = 0.01
"""With fewer open tickets than this at its end, an export may hold what ended in a period."""
EARLY_SHARE: Final = 0.02
"""… if this share of the tickets was opened before the first one ended."""
MOST_MISSING: Final = 0.02
"""A field that is empty more often is worth a line."""
FEWEST_WEEKS: Final = 3
SHARES: Final = ("made their service level", "were resolved within a day", "never left L1")
"""What of a week is held against the settled ones; see ``Week.shares``."""


@dataclass(frozen=True)
class Finding:
    """One thing to know about an export.

    Attributes
    ----------
    about : str
        A word or two: ``"ramp-up"``.
    text : str
    serious : bool
        Whether figures would be wrong if it were not heeded.
    """

    about: str
    text: str
    serious: bool = False


@dataclass(frozen=True, eq=False)
class DataPage:
    """What is known about an export.

    Attributes
    ----------
    findings : tuple of Finding
        The serious ones first.
    first, last : date
        The days whose tickets can be used: settled, whole weeks where there are any.
    low_days : tuple of date
        Days in between on which fewer tickets came than chance explains.
    gap_days : tuple of date
        Days of longer runs of such days.
    weeks : tuple of Week
    """

    findings: tuple[Finding, ...]
    first: dt.date
    last: dt.date
    low_days: tuple[dt.date, ...]
    gap_days: tuple[dt.date, ...]
    weeks: tuple[Week, ...]

    @harmless
    def __str__(self) -> str:
        return "\n".join(f"{one.about}: {one.text}" for one in self.findings)


@dataclass(frozen=True)
class Week:
    """The figures of the tickets opened in one week."""

    first: dt.date
    tickets: int
    sla: float
    within_day: float
    never_left: float

    def shares(self) -> NDArray[np.float64]:
        """Return the three shares; NaN where the export does not say."""
        return np.array([self.sla, self.within_day, self.never_left])


def data_page(export: Export, lines: Lines | None = None) -> DataPage:
    """Look at an export.

    Parameters
    ----------
    export : Export
    lines : Lines, optional
        Found if absent.
    """
    lines = lines or find_lines(export)
    lost = [Finding("rows set aside", export.lost, serious=True)] if export.lost else []
    found = [*lost, _size(export), *_missing(export), *_closure(export), *_stamps(export)]
    first, last, biased = _span(export, found)
    weeks = tuple(_weeks(export, lines, first, last))
    first = _settled(weeks, first, found)
    last = _whole(export, weeks, first, last, found)
    inside = export.between(first, last)
    if not len(inside):
        begin, end = export.days_opened()
        why = " ".join(one.text for one in found if one.serious)
        raise ExportError(
            f"{export.source} leaves no day to calibrate on: "
            + (why or f"none of the weeks from {begin} to {end} has tickets on most of its days.")
        )
    low = _low_days(inside, first, last, found)
    _stated(inside, low.single, first, found)
    _truncation(inside, found, biased=biased)
    ordered = [f for f in found if f.serious] + [f for f in found if not f.serious]
    return DataPage(tuple(ordered), first, last, low.single, low.in_gaps(), weeks)


def _size(export: Export) -> Finding:
    first, last = export.days_opened()
    aside = ""
    if export.set_aside:
        aside = f"; {len(export.set_aside):,} rows cannot be used and are set aside, with reasons"
    return Finding(
        "size",
        f"{_count(export.rows, 'row')}, {_count(len(export), 'ticket')} opened from {first} to "
        f"{last}{aside}.",
    )


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def _missing(export: Export) -> list[Finding]:
    one = export.tickets
    empty = {
        "resolution time": one.resolved_ms == NOT_YET,
        "team": (one.first_team == NONE) & (one.last_team == NONE),
        "priority": one.priority == NONE,
        "category": one.category == NONE,
    }
    found = [
        Finding("missing", f"{format_share(float(gone.mean()))} of the tickets have no {what}.")
        for what, gone in empty.items()
        if gone.mean() > MOST_MISSING
    ]
    if not len(export.events):
        found.append(
            Finding(
                "missing",
                "The export has one row per ticket: where tickets began, hand-overs, waits and times "
                "with a team cannot be measured, and are assumed.",
            )
        )
    return found


def _closure(export: Export) -> list[Finding]:
    """Find a rule that closes tickets a fixed time after they were resolved."""
    one = export.tickets
    both = (one.resolved_ms != NOT_YET) & (one.closed_ms != NOT_YET)
    after = one.closed_ms[both] - one.resolved_ms[both]
    if not len(after):
        return []
    usual = float(np.median(after))
    same = float((np.abs(after - usual) <= CLOSURE_WITHIN_MS).mean())
    if usual < HOUR or same < SAME_CLOSURE:
        return []
    return [
        Finding(
            "automatic closure",
            f"{format_share(same)} of the tickets are closed {format_duration(usual)} after they "
            "are resolved: a rule closes them. The resolution is used, never the closure.",
        )
    ]


def _stamps(export: Export) -> list[Finding]:
    if not export.timed:
        return [
            Finding(
                "dates without times",
                "Dates say the day and not the time of day: nothing in hours is fitted to them or judged by "
                "them. Tickets of a day are spread over it from 8 to 18 h; working hours, touch times and "
                "waits are the usual ones. Export the times, if the tool has them.",
                serious=True,
            )
        ]
    whole = float((export.tickets.opened_ms % MINUTE == 0).mean())
    if whole < 1:
        return []
    return [Finding("stamps", "Times are whole minutes: shorter durations are read as 0 or 1 min.")]


def _span(export: Export, found: list[Finding]) -> tuple[dt.date, dt.date, bool]:
    """Return the days in which all tickets opened are in the export, and whether it is biased."""
    first, last = export.days_opened()
    one = export.tickets
    ends = np.where(one.resolved_ms == NOT_YET, one.closed_ms, one.resolved_ms)
    known = ends != NOT_YET
    if not known.any() or (~known).mean() > LONGEST_OPEN_SHARE:
        return first, last, False
    first_end = int(np.quantile(ends[known], 0.001))
    early = float((one.opened_ms < first_end - DAY).mean())
    if early < EARLY_SHARE:
        return first, last, False
    begin = _day(export, first_end)
    found.append(
        Finding(
            "length bias",
            f"{format_share(early)} of the tickets were opened before the first one ended, and "
            "none is open: the export holds what ended in a period, so that long tickets are "
            f"over-represented among the early ones. Tickets opened before {begin} are left out, "
            "and those opened late lack their long cases.",
            serious=True,
        )
    )
    later = known & (one.opened_ms >= first_end)
    if not later.any():
        raise ExportError(
            f"{export.source}: all tickets were opened ({first} to {last}) before the first was resolved "
            f"({begin}), so that nothing shows how the desk works while tickets come in. Is that the "
            "column of resolutions?"
        )
    late = int(np.quantile((ends - one.opened_ms)[later], 0.9))
    end = _day(export, int(ends[known].max()) - late)
    return begin, max(end, begin), True


def _day(export: Export, at_ms: int) -> dt.date:
    first, _ = export.days_opened()
    return first + dt.timedelta((at_ms - midnight_ms(first, export.zone)) // DAY)


def _weeks(export: Export, lines: Lines, first: dt.date, last: dt.date) -> list[Week]:
    """Return the figures of the whole weeks, from a Monday on.

    Each ticket is looked at once and falls into its week: an export may have decades of them.
    """
    monday = first + dt.timedelta(-first.weekday() % WEEK_DAYS)
    count = max((last - monday).days + 1, 0) // WEEK_DAYS
    mondays = [monday + dt.timedelta(WEEK_DAYS * number) for number in range(count + 1)]
    edges = midnights_ms(mondays, export.zone)
    one, figures = export.tickets, Figures(export, lines)
    place = np.searchsorted(edges, one.opened_ms, side="right") - 1
    inside = (place >= 0) & (place < count)

    def by_week(which: Flags) -> NDArray[np.int64]:
        return np.bincount(place[inside & which], minlength=count)

    def shares(which: Flags, of: Flags) -> NDArray[np.float64]:
        whole = by_week(of)
        part = by_week(of & which)
        found = np.full(count, np.nan)
        np.divide(part, whole, out=found, where=whole > 0)
        return found

    tickets = by_week(np.ones(len(export), np.bool_))
    sla = shares(one.sla == 1, one.sla != NONE)
    within_day = shares(figures.taken_within(24), (one.resolved_ms != NOT_YET) & export.timed)
    began = figures.began_at_first_line() & shows_first_team(export)
    never_left = shares(figures.stayed_in_first_line(), began)
    return [
        Week(mondays[at], int(tickets[at]), float(sla[at]), float(within_day[at]), float(kept))
        for at, kept in enumerate(never_left)
    ]


def _settled(weeks: tuple[Week, ...], first: dt.date, found: list[Finding]) -> dt.date:
    """Find where a ramp-up ends: where the weeks before and after differ most from each other.

    A single odd week is no ramp-up: it stays, and is named.
    """
    if len(weeks) <= FEWEST_WEEKS:
        return weeks[0].first if weeks else first
    settled = weeks[-max(FEWEST_WEEKS, len(weeks) // 3) :]
    usual = np.array([np.median([w.shares()[i] for w in settled]) for i in range(3)])
    tickets = float(np.median([w.tickets for w in settled]))
    odd = np.array([_is_odd(w, usual, tickets) for w in weeks[: len(weeks) - len(settled)]])
    # To leave out a week like the last ones is a mistake, to keep an odd one another.
    mistakes = np.concatenate([[0], np.cumsum(np.where(odd, -1, 1))])
    begin = int(np.argmin(mistakes))

    def told(week: Week) -> str:
        off = np.abs(week.shares() - usual)
        if np.isnan(off).all() or week.tickets < COUNT_WITHIN * tickets:
            return f"{week.tickets:,} tickets came, usually {tickets:,.0f}"
        worst = int(np.nanargmax(off))
        share, later = (format_share(float(shares[worst])) for shares in (week.shares(), usual))
        return f"{share} {SHARES[worst]}, usually {later}"

    if begin:
        out, kept = weeks[0], weeks[begin]
        found.append(
            Finding(
                "ramp-up",
                f"The weeks from {out.first} to {kept.first - dt.timedelta(1)} are not like the "
                f"later ones (in the last of them {told(weeks[begin - 1])}); they are left out.",
                serious=True,
            )
        )
    found.extend(
        Finding("odd week", f"In the week from {week.first}, {told(week)}; it is kept.")
        for week in (weeks[begin + int(at)] for at in np.flatnonzero(odd[begin:]))
    )
    return weeks[begin].first


def _is_odd(week: Week, usual: NDArray[np.float64], tickets: float) -> bool:
    """Tell whether a week is not like the settled ones, by its shares or by how few came."""
    error = np.sqrt(usual * (1 - usual) / max(week.tickets, 1))
    off = np.abs(week.shares() - usual)
    # NaN compares as False: what the export does not say does not count against a week.
    unlike = (off > np.maximum(STEADY_WITHIN, DEVIATIONS * error)).any()
    return bool(unlike or week.tickets < COUNT_WITHIN * tickets)


def _whole(
    export: Export, weeks: tuple[Week, ...], first: dt.date, last: dt.date, found: list[Finding]
) -> dt.date:
    """Return the last day of the last whole week; the last day at all where there is no week."""
    if not weeks or weeks[-1].first < first:
        found.append(
            Finding(
                "period",
                f"There is no whole week from {first} to {last}, Monday to Sunday: the profile of the "
                "week and how much days differ cannot be measured.",
                serious=True,
            )
        )
        return last
    end = weeks[-1].first + dt.timedelta(WEEK_DAYS - 1)
    left = len(export) - len(export.between(first, end))
    if left:
        found.append(
            Finding(
                "period",
                f"Whole weeks from {first} to {end} are used. Opened outside them, and not used: "
                f"{left:,} of {len(export):,} tickets.",
            )
        )
    return end


def _low_days(inside: Export, first: dt.date, last: dt.date, found: list[Finding]) -> LowDays:
    low = find_low_days(daily_counts(inside, first, last), first)
    if low.single:
        found.append(
            Finding(
                "low days",
                f"On {', '.join(map(str, low.single))} less than half of the usual tickets came, and "
                "fewer than chance explains; they are taken for holidays.",
            )
        )
    for begin, end in low.gaps:
        found.append(
            Finding(
                "gap",
                f"From {begin} to {end} less than half of the usual tickets came, day after day: no "
                "holiday is so long. Rows may be missing, or the desk was shut. These days count neither "
                "for the volume nor for the profile; where they were days off, state them as `holidays:` "
                "in the mapping.",
                serious=True,
            )
        )
    return low


def _stated(inside: Export, low: tuple[dt.date, ...], first: dt.date, found: list[Finding]) -> None:
    """Say which holidays somebody stated, and which of them the export does not bear out."""
    stated = inside.mapping.holidays
    if not stated:
        return
    text = f"{', '.join(map(str, stated))} are holidays, as was stated."
    text = text if len(stated) > 1 else text.replace("are holidays", "is a holiday")
    counts = daily_counts(inside, first, max(first, *stated))
    unlike = [
        day
        for day in stated
        if day >= first and day not in low and counts[(day - first).days] >= LEAST_A_DAY
    ]
    if unlike:
        text += (
            f" On {', '.join(map(str, unlike))} tickets came as on other days, or nearly so: "
            "the desk may have worked."
        )
    found.append(Finding("holidays", text))


def daily_counts(export: Export, first: dt.date, last: dt.date) -> NDArray[np.int64]:
    """Return the tickets opened on each local day from one to another, both included."""
    days = [first + dt.timedelta(n) for n in range((last - first).days + 2)]
    edges = midnights_ms(days, export.zone)
    place = np.searchsorted(edges, export.tickets.opened_ms, side="right") - 1
    inside = (place >= 0) & (place < len(days) - 1)
    return np.bincount(place[inside], minlength=len(days) - 1)


def _mean(values: Flags) -> float:
    """Return the share of what is true; NaN of nothing."""
    return float(values.mean()) if len(values) else math.nan


def _truncation(inside: Export, found: list[Finding], *, biased: bool) -> None:
    one = inside.tickets
    half = np.quantile(one.opened_ms, 0.8)
    gone = one.resolved_ms == NOT_YET
    last_fifth = one.opened_ms >= half
    late, early = float(gone[last_fifth].mean()), _mean(gone[~last_fifth])
    # NaN, where all tickets were opened at once, compares as False.
    if not biased and late > early + STEADY_WITHIN:
        found.append(
            Finding(
                "truncation",
                f"{format_share(late)} of the last fifth of the tickets have no resolution, of the "
                f"others {format_share(early)}: the export ends before they did, and long "
                "durations are missing.",
                serious=True,
            )
        )
    opened = float(gone.mean())
    if not opened:
        found.append(
            Finding("open tickets", "Every ticket is resolved: open ones may have been left out.")
        )
