"""Major incidents, permanent fixes and upkeep: work that comes beside users' tickets.

An incident is one ticket, more engineers who work on it at once, users who call about it (their
tickets are linked, and closed with it), and a review. It is contained when the last engineer is
done: that raises its signal. A problem is fixed when an attempt holds: that raises its signal, and
its later symptoms are prevented.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sim.scenario.events import Incident
from sim.units import HOUR, MINUTE, WEEK
from sim.workload.added import Added
from sim.workload.draws import delay, exponential, work
from sim.workload.journeys import NONE, Kind, Numbers, Origin, Wait
from sim.workload.laws import from_normal
from sim.workload.plan import midnight_ms
from sim.workload.stages import Case
from sim.workload.streams import Purpose

CLOSING_MS = 5 * MINUTE
"""Work to close a contained incident and tell everybody."""
MOST_ATTEMPTS = 8
"""A problem that has resisted so many attempts is left alone."""
WRITING_SPELL_MS = HOUR
"""Upkeep of runbooks is done in pieces of about this length."""


@dataclass(eq=False)
class Signals:
    """Signals, and how many visits must be done before each is raised."""

    counts: list[int] = field(default_factory=list)

    def new(self, count: int) -> int:
        """Return a new signal; one with count 0 is raised from the start."""
        self.counts.append(count)
        return len(self.counts) - 1


def prevented(case: Case, signals: Signals, added: Added) -> tuple[Numbers, Numbers]:
    """Tell which tickets are symptoms of a problem, and what keeps tickets from arriving.

    Returns
    -------
    problem, prevented_by : int32
        One a ticket, or empty for nobody.
    """
    tickets, topic = len(case.arrivals), case.arrivals.topic
    problem: Numbers = np.empty(0, np.int32)
    prevented_by: Numbers = np.empty(0, np.int32)
    problems = case.scenario.problems
    if problems is not None:
        number = case.draws.uniform(Purpose.PROBLEM, columns=2)
        weight = np.arange(1, problems.count + 1, dtype=np.float64) ** -problems.concentration
        edges = np.cumsum(weight / weight.sum())[:-1]
        which = np.searchsorted(edges, number[:, 1], side="right")
        problem = np.where(number[:, 0] < problems.share, which, NONE).astype(np.int32)
        fixed_by = np.append(_fixes(case, signals, added), np.int32(NONE))
        prevented_by = fixed_by[problem]
    answered = np.array([t.self_service for t in case.scenario.topics.values()])
    if answered.any():
        found = case.draws.uniform(Purpose.SELF_SERVICE) < answered[topic]
        if not prevented_by.size:
            prevented_by = np.full(tickets, NONE, np.int32)
        prevented_by = np.where(found, np.int32(signals.new(0)), prevented_by)
    return problem, prevented_by


def _fixes(case: Case, signals: Signals, added: Added) -> Numbers:
    """Plan the permanent fixes; return the signal of each problem, or ``NONE``."""
    problems = case.scenario.problems
    assert problems is not None
    signal = np.full(problems.count, NONE, np.int32)
    if not problems.reserved:
        return signal
    queue = len(case.known.queues) - 1
    for problem in range(problems.count):
        source = case.draws.source(Purpose.FIX, problem)
        normal, luck = source.standard_normal(MOST_ATTEMPTS), source.random(MOST_ATTEMPTS)
        holds = np.flatnonzero(luck < problems.success)
        attempts = int(holds[0]) + 1 if len(holds) else MOST_ATTEMPTS
        asked = work(from_normal(problems.law_of_fix(), float(problems.fix), normal))
        visits = [
            {"queue": queue, "work_ms": asked[i], "kind": Kind.FIX, "wait": Wait.SCHEDULE}
            for i in range(attempts)
        ]
        if len(holds):
            signal[problem] = signals.new(1)
            visits[-1]["raises"] = signal[problem]
        least = len(case.scenario.priorities) - 1
        added.add([0], visits, priority=least, origin=Origin.PROJECT, problem=problem)
    return signal


def add_upkeep(case: Case, added: Added) -> None:
    """Plan the time spent on runbooks: so many hours at the beginning of each week."""
    upkeep = case.scenario.knowledge.upkeep
    if upkeep is None or not upkeep.time:
        return
    tier = list(case.scenario.tiers).index(upkeep.tier)
    pieces = max(1, round(upkeep.time / WRITING_SPELL_MS))
    weeks = np.arange(0, case.scenario.period.length, WEEK)
    visit = {
        "queue": case.known.queue_of[tier][0],
        "work_ms": max(round(upkeep.time / pieces), 1),
        "kind": Kind.AUTHOR,
        "wait": Wait.SCHEDULE,
    }
    least = len(case.scenario.priorities) - 1
    added.add(np.repeat(weeks, pieces), [visit], priority=least, origin=Origin.PROJECT)


def add_incidents(case: Case, signals: Signals, added: Added) -> None:
    """Add the major incidents, and everything that comes with them."""
    for kind, incident in enumerate(case.scenario.incidents.values()):
        for occurrence, start in enumerate(_starts(case, kind, incident)):
            contained = signals.new(sum(incident.engineers.values()))
            here = _Occurrence(incident, (kind, occurrence), int(start), contained)
            _add_incident(case, added, here)


def _starts(case: Case, kind: int, incident: Incident) -> NDArray[np.int64]:
    period = case.scenario.period
    if incident.on:
        at = np.array([midnight_ms(case.scenario, day) for day in incident.on], np.int64)
        at += incident.at
        return np.sort(at[(at >= 0) & (at < period.length)])
    assert incident.rate is not None
    source = case.draws.source(Purpose.INCIDENT, kind)
    mean = HOUR / incident.rate
    found: list[float] = []
    now = source.exponential(mean)
    while now < period.length:
        found.append(now)
        now += source.exponential(mean)
    return np.array(found, np.float64).astype(np.int64)


@dataclass(frozen=True)
class _Occurrence:
    """One incident: of which kind, which number, when, and what is raised when it is contained."""

    incident: Incident
    which: tuple[int, int]
    start_ms: int
    contained: int


def _add_incident(case: Case, added: Added, here: _Occurrence) -> None:
    scenario, known, incident = case.scenario, case.known, here.incident
    topic = list(scenario.topics).index(incident.topic)
    priority = list(scenario.priorities).index(incident.priority)
    tiers = [
        position
        for position, name in enumerate(scenario.tiers)
        for _ in range(incident.engineers.get(name, 0))
    ]
    queues = known.queue_of[tiers, topic]
    source = case.draws.source(Purpose.INCIDENT_WORK, *here.which)
    normal = source.standard_normal(len(queues))
    asked = work(from_normal(incident.law_of_work(), float(incident.work), normal))
    common = {"topic": topic, "priority": priority}
    closing = {
        "queue": queues[0],
        "work_ms": CLOSING_MS,
        "kind": Kind.COORDINATE,
        "wait": Wait.INCIDENT,
        "awaits": here.contained,
    }
    lead = {"queue": queues[0], "work_ms": asked[0], "raises": here.contained, "kind": Kind.WORK}
    added.add([here.start_ms], [lead, closing], origin=Origin.INCIDENT, **common)
    crew = {
        "queue": queues[1:],
        "work_ms": asked[1:],
        "raises": here.contained,
        "kind": Kind.COORDINATE,
    }
    added.add(np.full(len(queues) - 1, here.start_ms), [crew], origin=Origin.CREW, **common)
    if incident.linked:
        _add_linked(case, added, here)
    if incident.review:
        review = {
            "queue": queues[-1],
            "work_ms": incident.review,
            "awaits": here.contained,
            "kind": Kind.REVIEW,
            "wait": Wait.INCIDENT,
        }
        least = len(scenario.priorities) - 1
        added.add([here.start_ms], [review], origin=Origin.PROJECT, topic=topic, priority=least)


def _add_linked(case: Case, added: Added, here: _Occurrence) -> None:
    """Add the users who call; those who would call after it is contained do not."""
    scenario, incident = case.scenario, here.incident
    source = case.draws.source(Purpose.LINKED, *here.which)
    calls = int(source.poisson(incident.linked))
    after = delay(exponential(float(incident.linked_over), source.random(calls)))
    arrival = np.sort(here.start_ms + after)
    arrival = arrival[arrival < scenario.period.length]
    topic = list(scenario.topics).index(incident.topic)
    queue = case.known.queue_of[0][topic]
    log = {"queue": queue, "work_ms": max(incident.linked_work, 1), "kind": Kind.LINKED}
    # It never joins: what it awaits closes the ticket first.
    held = {"queue": queue, "work_ms": 1, "kind": Kind.LINKED, "awaits": here.contained}
    priority = int(np.argmax(case.known.priority_shares[topic]))
    added.add(
        arrival,
        [log, {**held, "wait": Wait.INCIDENT}],
        origin=Origin.LINKED,
        topic=topic,
        channel=0,
        priority=priority,
        closes_on=here.contained,
    )
