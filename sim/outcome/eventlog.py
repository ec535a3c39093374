"""The event log of a run, for process-mining tools: XES (IEEE 1849-2016) or one flat CSV.

A case is a ticket, an event a spell of work on one of its visits; the activity names the queue and
what the visit is for. In XES a spell is a ``start`` and a ``complete`` event that share their
``concept:instance``; work in hand at the end of the period has a ``start`` alone. A visit that its
caller left is a ``withdraw`` event without a resource. In the CSV a row is a spell, with the column
names that pm4py expects of interval logs; work in hand has no end.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Final, TextIO
from xml.sax.saxutils import quoteattr

import numpy as np

from sim import writing
from sim.borders import cell, unsteered
from sim.engine.log import Log
from sim.engine.rules import Ending
from sim.errors import OutputError
from sim.outcome.tables import start_of, words
from sim.scenario.model import Scenario
from sim.workload.desk import Desk
from sim.workload.journeys import NONE, NOT_YET, Kind, Outcome, Workload

EVENT_LOG: Final = "an event log"
_XES_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<log xes.version="1849-2016" xes.features="nested-attributes" xmlns="http://www.xes-standard.org/">
  <extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>
  <extension name="Lifecycle" prefix="lifecycle" uri="http://www.xes-standard.org/lifecycle.xesext"/>
  <extension name="Organizational" prefix="org" uri="http://www.xes-standard.org/org.xesext"/>
  <extension name="Time" prefix="time" uri="http://www.xes-standard.org/time.xesext"/>
  <global scope="trace">
    <string key="concept:name" value=""/>
  </global>
  <global scope="event">
    <string key="concept:name" value=""/>
    <string key="lifecycle:transition" value="complete"/>
    <date key="time:timestamp" value="1970-01-01T00:00:00.000+00:00"/>
  </global>
  <classifier name="Activity" keys="concept:name"/>
  <string key="lifecycle:model" value="standard"/>
"""

CSV_COLUMNS = (
    "case:concept:name",
    "concept:name",
    "concept:instance",
    "org:resource",
    "org:group",
    "start_timestamp",
    "time:timestamp",
    "lifecycle:transition",
    "case:priority",
    "case:topic",
    "case:channel",
    "case:ending",
)


@dataclass(frozen=True)
class _Event:
    """A spell of work, or a caller's leaving (``agent`` is ``NONE`` then)."""

    ticket: int
    visit: int
    activity: str
    agent: int
    from_ms: int
    to_ms: int


def writer(path: Path) -> Callable[..., Path]:
    """Choose the writer by a file's suffix.

    Raises
    ------
    OutputError
        If it is neither ``.xes`` nor ``.csv``.
    """
    writers = {".xes": write_xes, ".csv": write_csv}
    try:
        return writers[path.suffix.lower()]
    except KeyError:
        raise OutputError(f"{path}: an event log ends in .xes or .csv") from None


def write_xes(scenario: Scenario, workload: Workload, desk: Desk, log: Log, path: Path) -> Path:
    """Write the event log as XES; see ``Run.event_log``."""
    clock = _Clock(start_of(scenario))

    def write(to: Path) -> None:
        with to.open("w", encoding="utf-8", newline="\n") as file:
            file.write(_XES_HEAD)
            file.write(f"  {_string('concept:name', scenario.name)}\n")
            events = _events(workload, desk, log)
            for ticket, own in groupby(events, key=lambda e: e.ticket):
                file.write("  <trace>\n")
                file.write(f"    {_string('concept:name', str(ticket))}\n")
                for key, value in _about(scenario, workload, log, ticket).items():
                    file.write(f"    {_string(key, value)}\n")
                _write_trace(file, list(own), desk, clock)
                file.write("  </trace>\n")
            file.write("</log>\n")

    return writing.write(path, write, EVENT_LOG)


def _write_trace(file: TextIO, events: list[_Event], desk: Desk, clock: _Clock) -> None:
    moments = []
    for event in events:
        if event.agent == NONE:
            moments.append((event.to_ms, event.visit, 1, "withdraw", event))
            continue
        moments.append((event.from_ms, event.visit, 0, "start", event))
        if event.to_ms != NOT_YET:
            moments.append((event.to_ms, event.visit, 1, "complete", event))
    for at_ms, _, _, transition, event in sorted(moments, key=lambda m: m[:3]):
        file.write("    <event>\n")
        file.write(f"      {_string('concept:name', event.activity)}\n")
        file.write(f"      {_string('concept:instance', str(event.visit))}\n")
        file.write(f"      {_string('lifecycle:transition', transition)}\n")
        if event.agent != NONE:
            file.write(f"      {_string('org:resource', f'agent {event.agent}')}\n")
            group = desk.pools[desk.agent_pool[event.agent]].name
            file.write(f"      {_string('org:group', group)}\n")
        file.write(f'      <date key="time:timestamp" value="{clock(at_ms)}"/>\n')
        file.write("    </event>\n")


def write_csv(scenario: Scenario, workload: Workload, desk: Desk, log: Log, path: Path) -> Path:
    """Write the event log as one flat CSV; see ``Run.event_log``."""
    clock = _Clock(start_of(scenario))

    def write(to: Path) -> None:
        with to.open("w", encoding="utf-8", newline="") as file:
            rows = csv.writer(file)
            rows.writerow(CSV_COLUMNS)
            for event in _events(workload, desk, log):
                about = _about(scenario, workload, log, event.ticket)
                worked = event.agent != NONE
                done = event.to_ms != NOT_YET
                rows.writerow(
                    (
                        event.ticket,
                        cell(event.activity),
                        event.visit,
                        f"agent {event.agent}" if worked else "",
                        cell(desk.pools[desk.agent_pool[event.agent]].name) if worked else "",
                        clock(event.from_ms),
                        clock(event.to_ms) if done else "",
                        ("complete" if done else "start") if worked else "withdraw",
                        *(
                            cell(about.get(key, ""))
                            for key in ("priority", "topic", "channel", "ending")
                        ),
                    )
                )

    return writing.write(path, write, EVENT_LOG)


def _events(workload: Workload, desk: Desk, log: Log) -> Iterator[_Event]:
    """Give spells and leavings, in order of ticket, visit and start."""
    asked, spell = workload.visits, log.spells()
    left = np.flatnonzero(log.outcome == Outcome.LEFT)
    visit = np.concatenate([spell.visit, left])
    agent = np.concatenate([spell.agent, np.full(len(left), NONE)])
    start = np.concatenate([spell.from_ms, log.joined_ms[left]])
    end = np.concatenate([spell.to_ms, log.finished_ms[left]])
    kinds = [words(kind) for kind in Kind]
    for row in np.lexsort((start, visit)):
        number = int(visit[row])
        kind = kinds[asked.kind[number]] if len(asked.kind) else kinds[Kind.WORK]
        yield _Event(
            ticket=int(asked.ticket[number]),
            visit=number,
            activity=f"{desk.queues[asked.queue[number]].name}: {kind}",
            agent=int(agent[row]),
            from_ms=int(start[row]),
            to_ms=int(end[row]),
        )


def _about(scenario: Scenario, workload: Workload, log: Log, ticket: int) -> dict[str, str]:
    known = workload.tickets
    about = {"priority": list(scenario.priorities)[known.priority[ticket]]}
    if len(known.topic):
        about["topic"] = list(scenario.topics)[known.topic[ticket]]
    if len(known.channel):
        about["channel"] = list(scenario.channels)[known.channel[ticket]]
    return {**about, "ending": words(Ending(log.ending[ticket]))}


class _Clock:
    """Writes instants as ISO 8601 local times with their offset."""

    def __init__(self, start: dt.datetime) -> None:
        self._zone = start.tzinfo
        # Sums on a datetime with a zone are wall-clock sums: they would be an hour off after a
        # change of the clocks.
        self._start = start.astimezone(dt.UTC)

    def __call__(self, at_ms: int) -> str:
        at = self._start + dt.timedelta(milliseconds=at_ms)
        return at.astimezone(self._zone).isoformat(timespec="milliseconds")


def _string(key: str, value: str) -> str:
    return f"<string key={quoteattr(key)} value={quoteattr(unsteered(value))}/>"
