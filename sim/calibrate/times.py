"""Fit the times: waits for users, working hours, and what is prompt work and what is waiting.

Tools stamp when a ticket changes hands or state, not when somebody works on it. From opening to
resolution most tickets of a tier are either dealt with promptly, or lie for days: a vendor, a change,
a user who is away, a pile. Two lognormal distributions, fitted together (expectation and
maximisation; Dempster, Laird & Rubin 1977), tell the two apart; the prompt one bounds the touch time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sim.calibrate.export import CLOSED, RESOLVED, USER, Export, midnight_ms
from sim.calibrate.families import LEAST, lognormal_of
from sim.calibrate.lines import Lines, home_team
from sim.calibrate.paths import Levels
from sim.calibrate.visits import filled
from sim.scenario.calendar import hour_of_week
from sim.units import DAY, HOUR, HOURS_PER_WEEK, MINUTE
from sim.workload.journeys import NONE, NOT_YET, Times

STEPS: Final = 200
FEWEST: Final = 20
"""Durations below which nothing is fitted."""
SMALLEST_PART: Final = 0.02
HALF: Final = 0.5
BUSY_HOUR: Final = 0.3
"""An hour of the working day has this part of the busiest hour's updates."""
OFF_HOURS: Final = 0.03
"""Updates outside working hours from which on somebody is taken to be there."""
HOURS_A_DAY: Final = 24
WORKING_DAYS: Final = 5


@dataclass(frozen=True)
class TwoPaces:
    """Prompt and slow tickets.

    Attributes
    ----------
    slow : float
        Share of slow ones.
    prompt_min, prompt_cv, slow_min, slow_cv : float
        Mean (minutes) and coefficient of variation of each lognormal.
    """

    slow: float
    prompt_min: float
    prompt_cv: float
    slow_min: float
    slow_cv: float


def two_paces(minutes: NDArray[np.float64]) -> TwoPaces | None:
    """Tell prompt from slow tickets; None where there are too few."""
    minutes = minutes[np.isfinite(minutes)]
    if len(minutes) < FEWEST:
        return None
    x = np.log(np.maximum(minutes, LEAST))
    middle = np.quantile(x, (0.25, 0.85))
    spread = np.full(2, max(float(x.std()) / 2, 0.2))
    part = np.array([0.6, 0.4])
    for _ in range(STEPS):
        dense = part * np.exp(-(((x[:, None] - middle) / spread) ** 2) / 2) / spread
        own = dense / np.maximum(dense.sum(axis=1, keepdims=True), 1e-300)
        weight = own.sum(axis=0)
        if weight.min() < SMALLEST_PART * len(x):
            break
        before, middle = middle, (own * x[:, None]).sum(axis=0) / weight
        spread = np.sqrt((own * (x[:, None] - middle) ** 2).sum(axis=0) / weight)
        spread = np.maximum(spread, 0.2)
        part = weight / len(x)
        if np.abs(middle - before).max() < 1e-6:  # noqa: PLR2004 - settled
            break
    prompt, slow = np.argsort(middle)
    mean = np.exp(middle + spread**2 / 2)
    cv = np.sqrt(np.expm1(spread**2))
    return TwoPaces(
        float(part[slow]),
        float(mean[prompt]),
        float(cv[prompt]),
        float(mean[slow]),
        float(cv[slow]),
    )


@dataclass(frozen=True)
class UserWaits:
    """How often tickets wait for the user, and for how long.

    Attributes
    ----------
    asks : tuple of (count, total)
        By tier: stays that waited for the user, of those of tickets that came in there.
    after_hand_over : (count, total)
        Likewise of stays that began with a hand-over to a tier that the ticket had not seen, and
        that were not sent back: those in which a missing summary shows.
    expected : float
        The share of these that would wait for the user all the same.
    told_apart : bool
        Whether that is measured: tickets come in directly at the tiers behind the first.
    mean_ms, cv : float
        Of the wait; NaN where none was seen.
    waits_min : float64 array
    """

    asks: tuple[tuple[int, int], ...]
    after_hand_over: tuple[int, int]
    expected: float
    told_apart: bool
    mean_ms: float
    cv: float
    waits_min: NDArray[np.float64]


def user_waits(export: Export, levels: Levels) -> UserWaits | None:
    """Measure waits for the user; None where the export shows none."""
    if not export.tickets.was_in[:, USER].any() or not len(export.events):
        return None
    waited_ms = export.visits.in_state_ms[:, USER]
    waited = waited_ms > 0
    fresh = ~levels.handed_over
    asks = []
    for tier in range(levels.tiers):
        own = fresh & (levels.of_visit == tier)
        asks.append((int(waited[own].sum()), int(own.sum())))
    # What a tier asks by itself is told by tickets that came in there; a tier that none came in at
    # is taken to ask as often as the one before.
    direct = [total >= FEWEST for _, total in asks]
    for tier in range(1, levels.tiers):
        if not direct[tier]:
            asks[tier] = asks[tier - 1]
    handed = levels.handed_over & _new_and_kept(export.visits.ticket, levels.of_visit)
    rates = np.array([count / max(total, 1) for count, total in asks])
    reached = levels.of_visit[handed]
    expected = float(rates[reached].mean()) if len(reached) else 0.0
    told_apart = bool(np.array(direct)[reached].mean() > HALF) if len(reached) else False
    minutes = _each_wait_ms(export) / MINUTE
    mean, cv = lognormal_of(minutes) if len(minutes) >= FEWEST else (float("nan"), float("nan"))
    return UserWaits(
        tuple(asks),
        (int(waited[handed].sum()), int(handed.sum())),
        expected,
        told_apart,
        mean * MINUTE,
        cv,
        minutes,
    )


def _each_wait_ms(export: Export) -> Times:
    """Return how long each wait for the user took, with one team and until the resolution at most."""
    events = export.events
    state, team = filled(events.state, events.ticket), filled(events.team, events.ticket)
    other = np.append(np.ones(1, np.bool_), np.diff(events.ticket) != 0)
    last = np.append(other[1:], np.ones(1, np.bool_))
    resolved = export.tickets.resolved_ms[events.ticket]
    until = np.where(resolved == NOT_YET, np.iinfo(np.int64).max, resolved)
    following = np.minimum(np.where(last, until, np.roll(events.at_ms, -1)), until)
    open_end = following == np.iinfo(np.int64).max
    span = np.where(open_end, 0, np.maximum(following - events.at_ms, 0))
    waits = state == USER
    begins = waits & (other | (np.roll(state, 1) != USER) | (np.roll(team, 1) != team))
    number = (np.cumsum(begins) - 1)[waits]
    # Sums of whole milliseconds are exact in float64.
    found = np.bincount(number, span[waits]).astype(np.int64)
    return np.asarray(found[found > 0])


def _new_and_kept(ticket: NDArray[np.int32], level: NDArray[np.int8]) -> NDArray[np.bool_]:
    """Tell which stays are at a higher level than any before, and do not go back down next."""
    count = len(ticket)
    follows = np.append(ticket[1:] == ticket[:-1], np.zeros(1, np.bool_))[:count]
    down = follows & (np.roll(level, -1) < level)
    new = np.ones(count, np.bool_)
    current, highest = -1, -1
    for at, (one, here) in enumerate(zip(ticket.tolist(), level.tolist(), strict=True)):
        if one != current:
            current, highest = one, -1
        new[at] = here > highest
        highest = max(highest, here)
    return np.asarray(new & ~down)


def until_reopened_ms(export: Export) -> Times:
    """Return the times from a resolution to the reopening that followed it."""
    events = export.events
    over = np.isin(events.state, (RESOLVED, CLOSED))
    if not len(events):
        return np.empty(0, np.int64)
    again = ~over[1:] & over[:-1] & (events.ticket[1:] == events.ticket[:-1])
    again &= events.state[1:] != NONE
    return np.asarray((events.at_ms[1:] - events.at_ms[:-1])[again])


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
    """

    start: int
    end: int
    off: float
    people: float
    seen: bool


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
        found.append(_hours_of(export, own) if own.sum() >= HOURS_PER_WEEK else _office())
    return found


def _office() -> WorkingHours:
    return WorkingHours(8, 18, 0.0, float("nan"), seen=False)


def _hours_of(export: Export, own: NDArray[np.bool_]) -> WorkingHours:
    first, last = export.days_opened()
    zero = midnight_ms(first, export.zone)
    at = export.events.at_ms[own] - zero
    # Updates long after the last ticket was opened belong to few, old tickets.
    inside = (at >= 0) & (at < ((last - first).days + 1) * DAY)
    hour = hour_of_week(first, ((last - first).days + 1) * DAY, export.zone)
    hour = hour[np.minimum(at[inside] // HOUR, len(hour) - 1)]
    by_hour = np.bincount(hour, minlength=HOURS_PER_WEEK).reshape(7, HOURS_A_DAY)
    working = by_hour[:WORKING_DAYS].sum(axis=0)
    if not working.any():
        return _office()
    busy = np.flatnonzero(working >= BUSY_HOUR * working.max())
    start, end = int(busy.min()), int(busy.max()) + 1
    off = 1 - by_hour[:WORKING_DAYS, start:end].sum() / max(by_hour.sum(), 1)
    agent = export.events.agent[own][inside]
    day = at[inside] // DAY
    named = agent != NONE
    people = float("nan")
    if named.any():
        pairs = np.unique(day[named] << 32 | agent[named])
        a_day = np.bincount(pairs >> 32)
        people = float(np.median(np.sort(a_day)[-max(1, len(a_day) * WORKING_DAYS // 7) :]))
    return WorkingHours(start, end, float(off), people, seen=True)
