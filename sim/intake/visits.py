"""Updates become stays: with which team a ticket was, in which state, and for how long.

An update says what holds from then on, until the next one. Three definitions follow from that:

* a *stay* is a run of updates under one team; updates that name no team belong to the stay they
  fall into (before the first one: to the first);
* a *hand-over* is the step from one stay to the next, and a ticket *returned* when a stay is with a
  team that it had left;
* time counts until the ticket is resolved: what comes between the resolution and an automatic
  closure belongs to nobody.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sim.intake.export import CLOSED, RESOLVED, WORK, Events, TeamVisits
from sim.intake.mapping import STATES
from sim.workload.journeys import NONE, NOT_YET, Flags, Numbers, Times

_STATES: Final = len(STATES)


@dataclass(frozen=True, eq=False)
class Stays:
    """What the updates say of each ticket and stay.

    Attributes
    ----------
    visits : TeamVisits
    in_state_ms, was_in : arrays of shape (tickets, states)
    returned : bool, one per ticket
    reopened : int32, one per ticket
        Steps from resolved or closed back to anything else.
    last_resolved_ms : int64, one per ticket
        When it last became resolved (or closed, where it never was resolved).
    """

    visits: TeamVisits
    in_state_ms: Times
    was_in: Flags
    returned: Flags
    reopened: Numbers
    last_resolved_ms: Times


def filled(values: NDArray[np.signedinteger], ticket: Numbers) -> NDArray[np.signedinteger]:
    """Carry the last known value of a ticket forward; ``NONE`` before the first.

    Examples
    --------
    >>> filled(np.array([-1, 3, -1, -1]), np.array([0, 0, 0, 1])).tolist()
    [-1, 3, 3, -1]
    """
    known = np.where(values == NONE, -1, np.arange(len(values)))
    last = np.maximum.accumulate(known) if len(known) else known
    own = (last >= 0) & (ticket[last] == ticket)
    return np.where(own, values[last], NONE)


def became_resolved(events: Events, tickets: int) -> Times:
    """Return when each ticket last became resolved; closed, where it never was resolved."""
    state = filled(events.state, events.ticket)
    first = np.append(True, np.diff(events.ticket) != 0)[: len(events)]
    before = np.where(first, NONE, np.roll(state, 1)) if len(state) else state
    at = np.full(tickets, NOT_YET, np.int64)
    for meaning in (CLOSED, RESOLVED):
        done = (state == meaning) & (before != meaning)
        if meaning == RESOLVED:
            at[events.ticket[done]] = NOT_YET
        np.maximum.at(at, events.ticket[done], events.at_ms[done])
    return at


def stays(events: Events, opened_ms: Times, resolved_ms: Times) -> Stays:
    """Fold the updates of all tickets.

    Parameters
    ----------
    events : Events
        By ticket, then in order.
    opened_ms, resolved_ms : int64 arrays, one per ticket

    Returns
    -------
    Stays
    """
    tickets, count = len(opened_ms), len(events)
    ticket = events.ticket
    first = np.append(True, np.diff(ticket) != 0)[:count]
    last = np.append(first[1:], True)[:count]
    state = filled(events.state, ticket)
    until = np.where(resolved_ms == NOT_YET, np.iinfo(np.int64).max, resolved_ms)[ticket]
    begin = np.where(first, np.minimum(opened_ms[ticket], events.at_ms), events.at_ms)
    following = np.where(last, until, np.roll(events.at_ms, -1))
    following = np.where(following == np.iinfo(np.int64).max, events.at_ms, following)
    span_ms = np.maximum(np.minimum(following, until) - begin, 0)

    shape = (tickets, _STATES)
    known = state != NONE
    in_state_ms = _sums(ticket[known] * _STATES + state[known], span_ms[known], shape)
    was_in = np.zeros(shape, np.bool_)
    was_in[ticket[known], state[known]] = True
    over = np.isin(state, (RESOLVED, CLOSED))
    again = ~first & known & ~over & np.roll(over, 1) if count else over
    reopened = np.bincount(ticket[again], minlength=tickets).astype(np.int32)

    visit, visits = _team_stays(events, first)
    ends = np.append(np.diff(visits.ticket) != 0, True)[: len(visits)]
    last_at = np.full(tickets, NOT_YET, np.int64)
    np.maximum.at(last_at, ticket, events.at_ms)
    final = np.where(resolved_ms == NOT_YET, last_at, resolved_ms)[visits.ticket]
    starts = np.append(True, np.diff(visits.ticket) != 0)[: len(visits)]
    from_ms = np.where(starts, opened_ms[visits.ticket], visits.from_ms)
    to_ms = np.maximum(np.where(ends, final, np.roll(from_ms, -1)), from_ms)
    inside = (visit != NONE) & known
    per_visit = _sums(
        visit[inside].astype(np.int64) * _STATES + state[inside],
        span_ms[inside],
        (len(visits), _STATES),
    )
    worked_ms = np.full(len(visits), np.iinfo(np.int64).max)
    working = inside & (state == WORK)
    np.minimum.at(worked_ms, visit[working], events.at_ms[working])
    worked_ms = np.where(worked_ms == np.iinfo(np.int64).max, NOT_YET, worked_ms)
    named = (visit != NONE) & (events.agent != NONE)
    pairs = np.unique(visit[named].astype(np.int64) << 32 | events.agent[named])
    agents = np.bincount(pairs >> 32, minlength=len(visits)).astype(np.int32)
    team_visits = TeamVisits(
        visits.ticket, visits.team, from_ms, to_ms, worked_ms, per_visit, agents
    )
    pairs = np.unique(visits.ticket.astype(np.int64) << 32 | visits.team)
    different = np.bincount(pairs >> 32, minlength=tickets)
    stayed = np.bincount(visits.ticket, minlength=tickets)
    return Stays(
        team_visits,
        in_state_ms,
        was_in,
        different < stayed,
        reopened,
        became_resolved(events, tickets),
    )


def _sums(key: NDArray[np.int64], amount: Times, shape: tuple[int, int]) -> Times:
    # float64 weights are exact here: sums of milliseconds stay far below 2**53.
    summed = np.bincount(key, weights=amount, minlength=shape[0] * shape[1])
    return summed.astype(np.int64).reshape(shape)


@dataclass(frozen=True, eq=False)
class _Bare:
    ticket: Numbers
    team: Numbers
    from_ms: Times

    def __len__(self) -> int:
        return len(self.ticket)


def stay_of(events: Events) -> Numbers:
    """Return the stay that each update falls into, counted as in ``stays``; ``NONE`` for none."""
    first = np.append(True, np.diff(events.ticket) != 0)[: len(events)]
    return _team_stays(events, first)[0].astype(np.int32)


def _team_stays(events: Events, first: Flags) -> tuple[Numbers, _Bare]:
    """Find the stays, and give each update the stay it falls into."""
    named = np.flatnonzero(events.team != NONE)
    ticket, team = events.ticket[named], events.team[named]
    new = np.append(True, (np.diff(ticket) != 0) | (np.diff(team) != 0))[: len(named)]
    bare = _Bare(ticket[new], team[new], events.at_ms[named][new])
    visit = np.full(len(events), NONE, np.int32)
    visit[named] = np.cumsum(new) - 1
    visit = filled(visit, events.ticket).astype(np.int32)
    # Updates before the first team belong to the ticket's first stay.
    first_visit = np.full(int(events.ticket.max()) + 1 if len(events) else 0, NONE, np.int32)
    first_visit[bare.ticket[::-1]] = np.arange(len(bare), dtype=np.int32)[::-1]
    assert first.shape == visit.shape
    return np.where(visit == NONE, first_visit[events.ticket], visit), bare
