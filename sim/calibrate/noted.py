"""What people note in the tool, and what they do not: states follow the work only loosely.

A ticket that is solved straight from "new" was worked on, and no state shows it; one that is handed
over keeps the state it was in; a wait for somebody else is noted when it is long, and its end seldom.
So what a log calls "in queue" is not all queue. These habits are measured in the export, and a
simulated log is written by the same ones before the two are compared.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sim.calibrate.paths import Levels
from sim.calibrate.spells import waits_for
from sim.intake.export import CHANGE, CLOSED, QUEUE, RESOLVED, USER, VENDOR, WORK, Export
from sim.intake.visits import filled, stay_of, stays
from sim.units import HOUR, MINUTE
from sim.workload.journeys import NONE, NOT_YET, Flags

OTHERS: Final = (VENDOR, CHANGE)
AWAY: Final = (USER, *OTHERS)
FEWEST: Final = 20
"""Stays from which on a habit is measured."""
STEPS: Final = 60
SHORTEST_H: Final = MINUTE / HOUR
"""Shorter waits are as likely to be noted as one that took so long."""


@dataclass(frozen=True)
class Noted:
    """What is noted in the tool, of what happens.

    Attributes
    ----------
    kept : float
        Share of hand-overs by which a ticket keeps its state.
    taken_up : float64 array, shape (tiers, 2, 2)
        Of the stays that begin in a queue or come in in work, the share in which it is noted that
        somebody took the ticket up: by tier, by whether it was handed over there, and by whether
        it was passed on from there.
    if_waited : bool array, shape (tiers, 2)
        Whether it is noted above all where the ticket had waited: by tier, and by whether it was
        handed over there (``notes_waits``).
    others : tuple of float
        By tier: share of stays in which a wait for a vendor or a change is noted.
    others_h : tuple of float
        Mean hours of those waits; NaN where they are too few to tell.
    resumed : float
        Share of noted waits after which it is noted that work goes on.
    """

    kept: float
    taken_up: NDArray[np.float64]
    if_waited: Flags
    others: tuple[float, ...]
    others_h: tuple[float, ...]
    resumed: float


@dataclass(frozen=True, eq=False)
class _Told:
    """The updates of a log, and which stay each falls into."""

    state: NDArray[np.signedinteger]
    before: NDArray[np.signedinteger]
    """What the ticket was in before; ``NONE`` for its first update."""
    stay: NDArray[np.int32]
    begins: NDArray[np.intp]
    """The first update of each stay."""
    straight: Flags
    """Whether the first that happens in a stay is that it is taken up."""
    goes_on: Flags
    """Whether a stay ends in a hand-over."""

    @classmethod
    def of(cls, export: Export) -> _Told:
        events = export.events
        state = filled(events.state, events.ticket)
        first = np.append(np.ones(1, np.bool_), np.diff(events.ticket) != 0)[: len(events)]
        stay = stay_of(events)
        begins = np.full(len(export.visits), len(events), np.intp)
        known = np.flatnonzero(stay != NONE)
        np.minimum.at(begins, stay[known], known)
        before = np.where(first, NONE, np.roll(state, 1))
        goes_on = np.append(np.diff(export.visits.ticket) == 0, np.zeros(1, np.bool_))
        working = np.full(len(export.visits), len(events), np.intp)
        worked = known[state[known] == WORK]
        np.minimum.at(working, stay[worked], worked)
        inside = np.minimum(working, len(events) - 1)
        straight = (working < len(events)) & ((working == begins) | (before[inside] == QUEUE))
        return cls(state, before, stay, begins, straight, goes_on[: len(export.visits)])


def shows_states(export: Export) -> bool:
    """Tell whether an export shows when tickets are taken up, and that they were not before."""
    return (
        bool(len(export.events))
        and bool((export.visits.worked_ms != NOT_YET).any())
        and bool(export.visits.in_state_ms[:, QUEUE].any())
    )


def seen_taken_up(export: Export, levels: Levels) -> Flags:
    """Tell of which stays the updates show when they were taken up.

    Those handed over in work, or in a wait, show no queue whatever they lay in; a ticket that comes
    in in work was taken up at once.

    Returns
    -------
    bool array, one per stay
    """
    told = _Told.of(export)
    return np.asarray(told.straight & _begins_open(told, levels))


def could_show(export: Export, levels: Levels) -> Flags:
    """Tell likewise which stays would show it, had it been noted: they begin in a queue, or new."""
    return np.asarray(_begins_open(_Told.of(export), levels))


def notes_waits(export: Export, own: Flags, shown: Flags) -> bool:
    """Tell whether people note that they take up what had waited, rather than anything.

    So it is taken to be where stays that do not show it were over sooner, waits for users left out,
    than those that do: they may have been taken up at once.

    Parameters
    ----------
    export : Export
    own, shown : bool arrays, one per stay
        The stays in question; those that show when they were taken up.
    """
    visits = export.visits
    lasted = visits.to_ms - visits.from_ms - visits.in_state_ms[:, USER]
    some, others = lasted[own & shown], lasted[own & ~shown]
    if not len(some) or not len(others):
        return False
    return bool(np.median(others) < np.median(some))


def _begins_open(told: _Told, levels: Levels) -> Flags:
    """Tell which stays came in there, or were handed over in a queue."""
    return np.asarray(~levels.handed_over | (told.before[told.begins] == QUEUE))


def find_noted(export: Export, levels: Levels) -> Noted | None:
    """Measure what is noted; None where the export shows no states."""
    if not shows_states(export):
        return None
    told = _Told.of(export)
    came_in = told.before[told.begins]
    handed = levels.handed_over & np.isin(came_in, (WORK, *AWAY))
    open_ = _begins_open(told, levels)
    spent = export.visits.in_state_ms[:, list(OTHERS)].sum(axis=1)
    taken_up, others, others_h = np.empty((levels.tiers, 2, 2)), [], []
    waits = waits_for(export, OTHERS)
    lasted_h = (waits.to_ms - waits.from_ms) / HOUR
    if_waited = np.zeros((levels.tiers, 2), np.bool_)
    usual = _share(told.straight[open_]) or 0.0
    for tier in range(levels.tiers):
        own = levels.of_visit == tier
        for handed_over in (0, 1):
            alike = own & (levels.handed_over == handed_over)
            if_waited[tier, handed_over] = notes_waits(export, alike, told.straight & open_)
            for goes_on in (0, 1):
                share = _share(told.straight[alike & open_ & (told.goes_on == goes_on)])
                taken_up[tier, handed_over, goes_on] = usual if share is None else share
        others.append(float((spent[own] > 0).mean()) if own.any() else 0.0)
        here = lasted_h[levels.of_visit[waits.stay] == tier]
        others_h.append(float(here.mean()) if len(here) >= FEWEST else float("nan"))
    changed = np.append(told.state[1:] != told.state[:-1], np.zeros(1, np.bool_))
    changed &= np.append(told.before[1:] != NONE, np.zeros(1, np.bool_))
    ended = np.flatnonzero(changed & np.isin(told.state, AWAY))
    follows = told.state[np.minimum(ended + 1, len(told.state) - 1)]
    return Noted(
        _share(told.state[told.begins][handed] == came_in[handed]) or 0.0,
        taken_up,
        if_waited,
        tuple(others),
        tuple(others_h),
        _share(follows == WORK) or 0.0,
    )


def _share(which: Flags) -> float | None:
    return float(which.mean()) if len(which) >= FEWEST else None


def as_noted(run: Export, levels: Levels, noted: Noted, *, seed: int = 1) -> Export:
    """Return a simulated log as people would have noted it.

    Parameters
    ----------
    run : Export
        A mirrored run, in which all is noted.
    levels : Levels
        Of the run.
    noted : Noted
    seed : int
        Of what is noted, and what not.
    """
    rng = np.random.default_rng(seed)
    events, told = run.events, _Told.of(run)
    luck = rng.random((3, len(events)))
    own, before = events.state, told.before
    begins = np.zeros(len(events), np.bool_)
    begins[told.begins] = True
    marked = (rng.random(len(run.visits)) < _marks(run, levels, told, noted))[told.stay]
    forgotten = _forgotten_waits(run, levels, told, noted, luck[2])
    # Between two visits of one stay nobody notes a queue; at a hand-over few do.
    again = np.isin(before, (RESOLVED, CLOSED))
    queue = (own == QUEUE) & (before != NONE) & ~again
    ends_wait = queue & ~begins & np.isin(before, AWAY) & ~np.roll(forgotten, 1)
    work = (own == WORK) & ~np.roll(again, 1)
    resumes = work & np.roll(ends_wait, 1)
    forgotten |= queue & (~begins | (luck[0] < noted.kept))
    forgotten |= work & ~resumes & ~marked
    forgotten |= resumes & (luck[1] >= noted.resumed)
    return _with_events(run, np.where(forgotten, NONE, own).astype(np.int8))


def _marks(run: Export, levels: Levels, told: _Told, noted: Noted) -> NDArray[np.float64]:
    """Return for each stay the chance that it is noted that somebody took the ticket up."""
    visits = run.visits
    waited = visits.worked_ms - visits.from_ms >= MINUTE
    handed, goes_on = levels.handed_over.astype(np.intp), told.goes_on.astype(np.intp)
    marks = noted.taken_up[levels.of_visit, handed, goes_on].copy()
    for tier, kind, on in np.ndindex(*noted.taken_up.shape):
        own = (levels.of_visit == tier) & (handed == kind) & (goes_on == on)
        if not noted.if_waited[tier, kind] or not own.any():
            continue
        # As many as ever: first those that waited, then of the others.
        share, lay = float(noted.taken_up[tier, kind, on]), float(waited[own].mean())
        first, rest = min(share / max(lay, 1e-9), 1.0), (share - lay) / max(1 - lay, 1e-9)
        marks[own] = np.where(waited[own], first, max(rest, 0.0))
    return marks


def _forgotten_waits(
    run: Export, levels: Levels, told: _Told, noted: Noted, luck: NDArray[np.float64]
) -> Flags:
    """Tell which waits for vendors and changes are not noted: as many as in the export, as long."""
    events = run.events
    forgotten = np.zeros(len(events), np.bool_)
    tier = levels.of_visit[told.stay]
    following = np.append(events.at_ms[1:], events.at_ms[-1:])
    for number, share in enumerate(noted.others):
        waits = np.flatnonzero(np.isin(events.state, OTHERS) & (tier == number))
        lasts = (following[waits] - events.at_ms[waits]) / HOUR
        wanted = share * int((levels.of_visit == number).sum())
        chance = noted_chances(lasts, wanted, noted.others_h[number])
        forgotten[waits[luck[waits] >= chance]] = True
    return forgotten


def noted_chances(
    lasts: NDArray[np.float64], wanted: float, mean: float = float("nan")
) -> NDArray[np.float64]:
    """Return the chance that each wait is noted: a power of its length.

    Parameters
    ----------
    lasts : float64 array
        Lengths.
    wanted : float
        How many are noted.
    mean : float
        Mean length of those; the power is the one between -1 and 1 that comes nearest to it, 1
        (in proportion) for NaN.

    Examples
    --------
    >>> noted_chances(np.array([1.0, 2.0, 3.0, 4.0]), 2.0, 2.5).round(2).tolist()
    [0.5, 0.5, 0.5, 0.5]
    """
    if not len(lasts) or wanted >= len(lasts) or not lasts.any():
        return np.ones(len(lasts))
    lengths = np.maximum(lasts, SHORTEST_H)

    def chances(power: float) -> NDArray[np.float64]:
        return _in_proportion(lengths**power, wanted)

    low, high = -1.0, 1.0
    if np.isnan(mean):
        return chances(high)
    for _ in range(STEPS // 4):
        middle = (low + high) / 2
        found = chances(middle)
        longer = float((found * lasts).sum()) > mean * float(found.sum())
        low, high = (low, middle) if longer else (middle, high)
    return chances(high)


def _in_proportion(weights: NDArray[np.float64], wanted: float) -> NDArray[np.float64]:
    """Return chances in proportion to weights, at most 1, that add up to what is wanted."""
    low, high = 0.0, 1 / float(weights.min())
    for _ in range(STEPS):
        middle = (low + high) / 2
        low, high = (
            (low, middle) if np.minimum(middle * weights, 1).sum() > wanted else (middle, high)
        )
    return np.asarray(np.minimum(low * weights, 1))


def _with_events(run: Export, state: NDArray[np.int8]) -> Export:
    events = replace(run.events, state=state)
    tickets = run.tickets
    folded = stays(events, tickets.opened_ms, tickets.resolved_ms)
    return replace(
        run,
        events=events,
        visits=folded.visits,
        tickets=replace(tickets, in_state_ms=folded.in_state_ms, was_in=folded.was_in),
    )
