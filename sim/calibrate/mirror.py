"""A simulated run in the shape of an export, so that one definition of each figure serves both."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from sim.calibrate.lines import Lines
from sim.engine.rules import Ending
from sim.intake.export import (
    CHANGE,
    QUEUE,
    RESOLVED,
    USER,
    VENDOR,
    WORK,
    Events,
    Export,
    Tickets,
)
from sim.intake.mapping import Mapping
from sim.intake.visits import stays
from sim.outcome.run import Run
from sim.scenario.model import Scenario
from sim.study.evaluate import replicate
from sim.units import DAY, WEEK
from sim.workload.arrivals import Arrivals, sample_arrivals
from sim.workload.journeys import NONE, NOT_YET, Flags, Origin, Wait

FOLLOW_UP_MS: Final = 26 * WEEK
"""How long tickets are followed after the last of them arrived."""
_STATE_OF_WAIT: Final = {
    Wait.USER: USER,
    Wait.VENDOR: VENDOR,
    Wait.INTAKE: VENDOR,
    Wait.CHANGE: CHANGE,
    Wait.REOPEN: RESOLVED,
}


def mirror(run: Run, *, until_ms: int | None = None) -> Export:
    """Give the users' tickets of a run the shape of an export.

    Parameters
    ----------
    run : Run
    until_ms : int, optional
        Only tickets that arrive before it, and after the warm-up.

    Returns
    -------
    Export
        Its teams are the queues; times are absolute.
    """
    from sim.outcome.tables import start_of  # noqa: PLC0415 - keeps this import light

    scenario, known, log = run.scenario, run.workload.tickets, run.log
    start_ms = round(start_of(scenario).timestamp() * 1000)
    kept = known.arrival_ms >= run.workload.warm_up_ms
    if until_ms is not None:
        kept &= known.arrival_ms < until_ms
    if len(known.origin):
        kept &= known.origin == Origin.USER
    kept &= log.ending != Ending.PREVENTED
    number = np.where(kept, np.cumsum(kept) - 1, NONE).astype(np.int32)
    events = _events(run, kept)
    events = replace(events, ticket=number[events.ticket], at_ms=events.at_ms + start_ms)
    done = log.ending[kept] == Ending.RESOLVED
    opened = known.arrival_ms[kept] + start_ms
    resolved = np.where(done, log.ended_ms[kept] + start_ms, NOT_YET)
    folded = stays(events, opened, resolved)
    visits, count = folded.visits, len(opened)
    first_team = np.full(count, NONE, np.int32)
    last_team = first_team.copy()
    first_team[visits.ticket[::-1]] = visits.team[::-1]
    last_team[visits.ticket] = visits.team
    topic = known.topic[kept] if len(known.topic) else np.zeros(count, np.int16)
    channel = known.channel[kept] if len(known.channel) else np.zeros(count, np.int8)
    tickets = Tickets(
        id=np.array([f"T{n:07}" for n in np.flatnonzero(kept)], object),
        row=np.arange(count, dtype=np.int64),
        opened_ms=opened,
        resolved_ms=resolved,
        closed_ms=resolved,
        priority=known.priority[kept].astype(np.int32),
        category=topic.astype(np.int32),
        channel=channel.astype(np.int32),
        first_team=first_team,
        last_team=last_team,
        hand_offs=np.maximum(np.bincount(visits.ticket, minlength=count) - 1, 0).astype(np.int32),
        returned=folded.returned,
        reopened=folded.reopened,
        sla=np.full(count, NONE, np.int8),
        in_state_ms=folded.in_state_ms,
        was_in=folded.was_in,
    )
    return Export(
        source=scenario.name,
        kind="events",
        mapping=Mapping(time_zone=scenario.period.time_zone),
        zone=scenario.period.time_zone,
        rows=len(events),
        tickets=tickets,
        visits=visits,
        events=events,
        priorities=tuple(scenario.priorities),
        categories=tuple(scenario.topics),
        channels=tuple(scenario.channels),
        teams=tuple(q.name for q in run.desk.queues),
        agents=tuple(f"agent {n}" for n in range(len(run.desk.agent_pool))),
    )


def _events(run: Run, kept: Flags) -> Events:
    """Write what happened at each visit as updates: joined, started, and what came after."""
    visits, log = run.workload.visits, run.log
    made = (log.joined_ms != NOT_YET) & kept[visits.ticket]
    if len(visits.is_side):
        made &= ~visits.is_side
    at = np.flatnonzero(made)
    ticket, queue = visits.ticket[at], visits.queue[at]
    wait = visits.wait[at] if len(visits.wait) else np.zeros(len(at), np.int8)
    state_of = np.full(max(Wait) + 1, NONE, np.int8)
    for one, state in _STATE_OF_WAIT.items():
        state_of[one] = state
    follows = np.append(ticket[1:] == ticket[:-1], np.zeros(1, np.bool_))[: len(at)]
    next_wait = state_of[np.roll(wait, -1)] if len(at) else np.empty(0, np.int8)
    ended = log.ending[ticket] == Ending.RESOLVED
    after = np.where(follows, next_wait, np.where(ended, RESOLVED, NONE)).astype(np.int8)
    nobody = np.full(len(at), NONE, np.int32)
    states = (np.full(len(at), QUEUE, np.int8), np.full(len(at), WORK, np.int8), after)
    times = (log.joined_ms[at], log.started_ms[at], log.finished_ms[at])
    agents = (nobody, log.agent[at], log.agent[at])
    happened = [
        times[0] != NOT_YET,
        times[1] != NOT_YET,
        (times[2] != NOT_YET) & (after != NONE),
    ]
    place = np.concatenate([np.flatnonzero(h) * len(times) + n for n, h in enumerate(happened)])
    order = np.argsort(place, kind="stable")

    def gathered(columns: tuple[np.ndarray, ...]) -> np.ndarray:
        return np.concatenate([c[h] for c, h in zip(columns, happened, strict=True)])[order]

    return Events(
        ticket=gathered((ticket, ticket, ticket)),
        at_ms=gathered(times),
        state=gathered(states),
        team=gathered((queue, queue, queue)),
        agent=gathered(agents).astype(np.int32),
    )


def lines_of(scenario: Scenario, export: Export) -> Lines:
    """Return which queue is which tier of a mirrored run."""
    tiers = list(scenario.tiers)
    of_team = np.array([tiers.index(team.split(".")[0]) for team in export.teams], np.int8)
    return Lines(of_team, tuple(tiers), found=False, evidence=())


@dataclass(frozen=True)
class Rehearsal:
    """A scenario run so that its tickets can be held against an export's.

    Tickets arrive during the warm-up and the window; the run goes on until they are done.

    Attributes
    ----------
    scenario : Scenario
        Its counted period is the window; it gets another warm-up.
    warm_up_ms : int
        Five weeks: as long as the gallery's base, whose last tier is busy, takes to settle.
    """

    scenario: Scenario
    warm_up_ms: int = 5 * WEEK

    @property
    def _window_ms(self) -> int:
        return self.scenario.period.length - self.scenario.period.warm_up

    def longer(self) -> Scenario:
        """Return the scenario with a warm-up before and time to finish after the window."""
        period = self.scenario.period
        start = period.start.toordinal() + (period.warm_up - self.warm_up_ms) // DAY
        return self.scenario.with_(
            {
                "period.start": period.start.fromordinal(start).isoformat(),
                "period.length": f"{self.warm_up_ms + self._window_ms + FOLLOW_UP_MS} ms",
                "period.warm_up": f"{self.warm_up_ms} ms",
            },
            name=self.scenario.name,
        )

    def runs(self, replications: int, *, seed: int = 1) -> list[Export]:
        """Run it, and return each replication's tickets of the window."""
        return [self.run(number, seed=seed) for number in range(replications)]

    def run(self, number: int, *, seed: int = 1) -> Export:
        """Run one replication, and return its tickets of the window."""
        scenario = self.longer()
        until = self.warm_up_ms + self._window_ms
        arrivals = sample_arrivals(scenario, seed, number)
        some = arrivals.arrival_ms < until
        arrivals = Arrivals(
            arrivals.arrival_ms[some],
            arrivals.topic[some],
            arrivals.priority[some],
            arrivals.channel[some],
            arrivals.entry_tier[some],
        )
        return mirror(
            replicate(scenario, seed=seed, replication=number, arrivals=arrivals), until_ms=until
        )
