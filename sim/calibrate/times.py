"""Fit the times: how often users are asked, and what is prompt work and what is waiting.

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

from sim.calibrate.families import LEAST
from sim.calibrate.paths import Levels
from sim.intake.export import CLOSED, RESOLVED, USER, Export
from sim.workload.journeys import NONE, Times

STEPS: Final = 200
FEWEST: Final = 20
"""Durations below which nothing is fitted."""
SMALLEST_PART: Final = 0.02
HALF: Final = 0.5


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
    """How often tickets wait for the user.

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
    """

    asks: tuple[tuple[int, int], ...]
    after_hand_over: tuple[int, int]
    expected: float
    told_apart: bool


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
    return UserWaits(
        tuple(asks),
        (int(waited[handed].sum()), int(handed.sum())),
        expected,
        told_apart,
    )


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


def reopenings(export: Export) -> tuple[Times, Times]:
    """Return when tickets were resolved that were reopened, and when each was."""
    events = export.events
    over = np.isin(events.state, (RESOLVED, CLOSED))
    again = ~over[1:] & over[:-1] & (events.ticket[1:] == events.ticket[:-1])
    again &= events.state[1:] != NONE
    return events.at_ms[:-1][again], events.at_ms[1:][again]
