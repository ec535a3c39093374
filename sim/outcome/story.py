"""The story of one ticket, in sentences with local times."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from dataclasses import dataclass

import numpy as np

from sim.engine.log import Spells
from sim.engine.rules import Ending
from sim.errors import TierSimError
from sim.outcome.run import Run
from sim.scenario.calendar import start_instant
from sim.scenario.support import FIELDS_OF_NOTES
from sim.units import format_duration
from sim.workload.desk import NO_PROVIDER
from sim.workload.journeys import NONE, NOT_YET, SUCCESSORS, Kind, Outcome, Wait

_WAITED_FOR = {
    Wait.USER: "It waited {time} for the user.",
    Wait.VENDOR: "It waited {time} for the vendor.",
    Wait.CHANGE: "It waited {time} for a change window.",
    Wait.INTAKE: "It waited {time} for the provider to take it in.",
    Wait.REOPEN: "{Time} later it came back.",
    Wait.REDIAL: "{Time} later the caller tried again.",
    Wait.INCIDENT: "It waited {time} for the incident to be contained.",
    Wait.SCHEDULE: "{Time} passed until the next step was due.",
}
_STILL_WAITS = {
    Wait.USER: "It still waited for the user",
    Wait.VENDOR: "It still waited for the vendor",
    Wait.CHANGE: "It still waited for a change window",
    Wait.INTAKE: "It still waited for the provider to take it in",
    Wait.REDIAL: "The caller had not tried again",
}
_ASKS = {
    Wait.USER: "had to ask the user",
    Wait.VENDOR: "had to ask the vendor",
    Wait.CHANGE: "had to wait for a change window",
}
_TASKS = {
    Kind.CLARIFY: "found no summary and asked the user to explain again",
    Kind.MISROUTED: "found that it belonged elsewhere and sent it on",
    Kind.RETURNED: "found no reason for the escalation and sent it back",
    Kind.COMPLETE_NOTES: "completed the notes and sent it up again",
    Kind.CLOSING: "had it back to be closed",
}


def tell(run: Run, ticket: int) -> str:
    """Tell what happened to a ticket.

    Parameters
    ----------
    run : Run
    ticket : int
        Its number, from 0.

    Returns
    -------
    str
        One line per visit, and one for how it ended.

    Raises
    ------
    TierSimError
        If there is no such ticket.
    """
    count = len(run.workload.tickets)
    if not 0 <= ticket < count:
        known = f"they are numbered from 0 to {count - 1}" if count else "nobody brought one"
        raise TierSimError(f"there is no ticket {ticket}: {known}")
    return "\n".join(_Story(run, ticket).lines())


@dataclass(frozen=True)
class _Work:
    """Who worked from when to when; ``to_ms`` is ``NOT_YET`` for work in hand at the end."""

    agent: int
    from_ms: int
    to_ms: int


class _Story:
    """One ticket of a run, and what can be said about it."""

    def __init__(self, run: Run, ticket: int) -> None:
        self.run, self.ticket = run, ticket
        period = run.scenario.period
        self.start = start_instant(period.start, period.time_zone)
        self.zone = zoneinfo.ZoneInfo(period.time_zone)
        visits, log = run.workload.visits, run.log
        low, high = np.searchsorted(visits.ticket, [ticket, ticket + 1])
        own = np.arange(low, high)
        self.made = [int(v) for v in own[log.joined_ms[own] != NOT_YET]]
        self.spells: Spells = log.spells()

    def lines(self) -> list[str]:
        told = [self._opening()]
        if self.run.log.ending[self.ticket] == Ending.PREVENTED:
            return told
        main = [v for v in self.made if not self._is_side(v)]
        for place, visit in enumerate(main):
            before = main[place - 1] if place else None
            after = main[place + 1] if place + 1 < len(main) else None
            told.append(self._visit(visit, before, after))
        told += [self._side(v) for v in self.made if self._is_side(v)]
        return [*told, self._ending(main)]

    def when(self, at_ms: int) -> str:
        at = (self.start + dt.timedelta(milliseconds=int(at_ms))).astimezone(self.zone)
        return f"{at:%a} {at.day} {at:%b} at {at:%H:%M}"

    def _opening(self) -> str:
        scenario, tickets = self.run.scenario, self.run.workload.tickets
        about = [list(scenario.priorities)[tickets.priority[self.ticket]]]
        if len(tickets.topic):
            about.append(list(scenario.topics)[tickets.topic[self.ticket]])
        if len(tickets.channel):
            about.append(list(scenario.channels)[tickets.channel[self.ticket]])
        when = self.when(tickets.arrival_ms[self.ticket])
        name = f"Ticket {self.ticket} ({', '.join(about)})"
        if self.run.log.ending[self.ticket] == Ending.PREVENTED:
            return f"{name} would have arrived on {when}: its problem had been fixed for good."
        return f"{name} arrived on {when}."

    def _is_side(self, visit: int) -> bool:
        sides = self.run.workload.visits.is_side
        return bool(len(sides) and sides[visit])

    def _kind(self, visit: int) -> Kind:
        kinds = self.run.workload.visits.kind
        return Kind(kinds[visit]) if len(kinds) else Kind.WORK

    def _wait(self, visit: int) -> Wait:
        waits = self.run.workload.visits.wait
        return Wait(waits[visit]) if len(waits) else Wait.NOTHING

    def _queue(self, visit: int) -> str:
        name: str = self.run.desk.queues[self.run.workload.visits.queue[visit]].name
        return name

    def _tier(self, visit: int) -> int:
        tier: int = self.run.desk.queues[self.run.workload.visits.queue[visit]].tier
        return tier

    def _agent(self, agent: int) -> str:
        desk = self.run.desk
        return f"agent {agent} of {desk.pools[desk.agent_pool[agent]].name}"

    def _work(self, visit: int) -> list[_Work]:
        low, high = np.searchsorted(self.spells.visit, [visit, visit + 1])
        return [
            _Work(int(self.spells.agent[s]), int(self.spells.from_ms[s]), int(self.spells.to_ms[s]))
            for s in range(low, high)
        ]

    def _visit(self, visit: int, before: int | None, after: int | None) -> str:
        log = self.run.log
        joined, finished = int(log.joined_ms[visit]), int(log.finished_ms[visit])
        said = []
        wait = self._wait(visit)
        if before is not None and wait not in (Wait.NOTHING, Wait.LYING):
            time = format_duration(joined - int(log.finished_ms[before]))
            said.append(_WAITED_FOR[wait].format(time=time, Time=time))
        queue = self._queue(visit)
        worked = self._work(visit)
        if not worked and log.started_ms[visit] == NOT_YET:
            if log.outcome[visit] == Outcome.LEFT:
                said.append(f"The caller hung up after {format_duration(finished - joined)}.")
            elif finished == NOT_YET:
                said.append(f"It waited for {queue} since {self.when(joined)}.")
            else:
                said.append(f"It was taken out of the queue of {queue}.")
            return " ".join(said)
        waited = int(log.started_ms[visit]) - joined
        if not worked:
            said.append(self._provided(visit, after))
        else:
            delay = (
                f"waited {format_duration(waited)} for {queue}" if waited else f"came to {queue}"
            )
            said.append(f"It {delay}; {self._spells(worked)}{self._came_of_it(visit, after)}.")
        return " ".join(said)

    def _provided(self, visit: int, after: int | None) -> str:
        log, queue = self.run.log, self.run.desk.queues[self.run.workload.visits.queue[visit]]
        assert queue.calendar != NO_PROVIDER
        finished = int(log.finished_ms[visit])
        if finished == NOT_YET:
            return f"{queue.name}'s provider had it since {self.when(log.started_ms[visit])}."
        time = format_duration(finished - int(log.started_ms[visit]))
        return f"{queue.name}'s provider had it for {time}{self._came_of_it(visit, after)}."

    def _spells(self, worked: list[_Work]) -> str:
        parts = []
        for place, spell in enumerate(worked):
            who = self._agent(spell.agent)
            if place:
                parts.append(f"it was parked until {self.when(spell.from_ms)}")
            if spell.to_ms == NOT_YET:
                parts.append(f"{who} had it in hand since {self.when(spell.from_ms)}")
            else:
                parts.append(
                    f"{who} worked on it for {format_duration(spell.to_ms - spell.from_ms)}"
                )
        return ", ".join(parts)

    def _came_of_it(self, visit: int, after: int | None) -> str:
        """Say how a visit that was worked on ended."""
        log, visits = self.run.log, self.run.workload.visits
        if log.finished_ms[visit] == NOT_YET:
            return ""
        outcome, kind = Outcome(log.outcome[visit]), self._kind(visit)
        successor = int(visits.successor[outcome, visit]) if outcome < SUCCESSORS else NONE
        if outcome is Outcome.WITHDRAWN:
            return ", until it was closed"
        if kind in _TASKS:
            return f", {_TASKS[kind]}"
        resolves = len(visits.resolves) and visits.resolves[visit]
        if outcome is Outcome.DONE and (resolves or successor == NONE):
            return f" and solved it on {self.when(log.finished_ms[visit])}"
        if successor == NONE:
            return " and gave it up"
        if self._tier(successor) > self._tier(visit):
            reason = "ran out of time" if outcome is Outcome.GAVE_UP else "could not solve it"
            return f" and {reason}{self._notes(after)}"
        return f" and {_ASKS.get(self._wait(successor), 'passed it on')}"

    def _notes(self, after: int | None) -> str:
        notes = self.run.workload.visits.notes
        if after is None or not len(notes) or notes[after] == NONE:
            return ""
        lacks = [name for bit, name in enumerate(FIELDS_OF_NOTES) if not notes[after] >> bit & 1]
        if not lacks:
            return "; the notes were complete"
        *others, last = (f"the {name}" for name in lacks)
        return f"; the notes lacked {', '.join(others)}{' and ' if others else ''}{last}"

    def _side(self, visit: int) -> str:
        log = self.run.log
        due, finished = int(log.joined_ms[visit]), int(log.finished_ms[visit])
        if self._kind(visit) is Kind.UPDATE:
            what, does, fails = "a status update was due", "wrote it", "nobody wrote it"
        else:
            what, does, fails = "the user asked where it was", "answered", "nobody answered"
        opening = f"Meanwhile, on {self.when(due)}, {what}"
        time = format_duration(finished - due)
        if log.outcome[visit] == Outcome.DONE:
            who = self._agent(int(log.agent[visit])) if log.agent[visit] != NONE else "the provider"
            return f"{opening}: {who} {does} {time} later."
        if log.outcome[visit] == Outcome.LEFT:
            return f"{opening}: {fails} within {time}."
        return f"{opening}; it was not needed any more." if finished != NOT_YET else f"{opening}."

    def _ending(self, main: list[int]) -> str:
        log, visits = self.run.log, self.run.workload.visits
        arrival = int(self.run.workload.tickets.arrival_ms[self.ticket])
        ended = int(log.ended_ms[self.ticket])
        match Ending(log.ending[self.ticket]):
            case Ending.RESOLVED:
                return f"It was over {format_duration(ended - arrival)} after it arrived."
            case Ending.ABANDONED:
                return f"It was abandoned on {self.when(ended)}."
            case Ending.UNRESOLVED:
                return f"It was given up on {self.when(ended)}: there is nobody to escalate to."
            case Ending.CLOSED:
                return f"It was closed with its incident on {self.when(ended)}."
            case _:
                pass
        last = main[-1] if main else None
        if last is not None and log.finished_ms[last] != NOT_YET:
            outcome = int(log.outcome[last])
            successor = int(visits.successor[outcome, last]) if outcome < SUCCESSORS else NONE
            wait = self._wait(successor) if successor != NONE else Wait.NOTHING
            if wait is Wait.REOPEN:
                return "It had not come back by the end of the period, though it would have."
            if wait in _STILL_WAITS:
                return f"{_STILL_WAITS[wait]} at the end of the period."
        return "It was still open at the end of the period."
