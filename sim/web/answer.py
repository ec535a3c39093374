"""What the page asks of ``study``: a quick answer, and then the same answer with more replications.

Replications are kept by what a scenario does, so that only what was not simulated before is run:
moving a slider runs the changed desk alone, and moving it back runs nothing.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import Final

from sim import engine as engines
from sim.errors import StudyError
from sim.scenario.limits import agent_days, expected_entries, expected_incidents
from sim.scenario.model import Scenario
from sim.study.asked import asked
from sim.study.compare import assemble, make_plan
from sim.study.evaluate import Evaluation
from sim.study.manifest import Manifest, scenario_hash
from sim.study.replication import Replication, Task
from sim.study.runner import IDLE_S, Runner, Work, prepare
from sim.study.study import Study

QUICK: Final = 6
"""Replications of the first answer."""
SIZES: Final = (QUICK, 20, 40, 80)
"""Replications of the answers that follow."""
DESKS_KEPT: Final = 60
"""Desks whose replications are kept; the one not asked for longest goes first."""
MOST_TICKETS: Final = 400_000
"""Tickets of one replication that a page simulates, with what incidents add; more are for the command
line, which simulates in two seconds what is the most here."""
MOST_AGENT_DAYS: Final = 200_000
MOST_INCIDENTS: Final = 1_000
MOST_PROBLEMS: Final = 3_000
WARM_S: Final = 4.0
"""Processes that were started so long ago have imported what they need."""
SEED: Final = 1


@dataclass
class Desks:
    """The replications of every desk that the page has simulated, for all its readers.

    Attributes
    ----------
    seed : int
    """

    seed: int = SEED
    _kept: OrderedDict[str, dict[int, Replication]] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _started: float = 0.0
    _used: float = 0.0

    def known(self, scenario: Scenario) -> int:
        """Count the replications of a desk, from the first on without a gap."""
        kept = self._of(scenario)
        count = 0
        while count in kept:
            count += 1
        return count

    def run(
        self, scenarios: Sequence[Scenario], size: int, *, curves: bool = False
    ) -> Generator[tuple[int, int]]:
        """Give each desk so many replications; what is there already is not run again.

        Yields
        ------
        tuple of int
            Replications done and planned, after each. Whoever stops listening cancels the rest; what
            is done is kept.
        """
        for scenario in scenarios:
            check_size(scenario)
        kept = [self._of(scenario) for scenario in scenarios]
        tasks = [
            Task(number, place)
            for number in range(size)
            for place, known in enumerate(kept)
            if number not in known or (curves and not known[number].curves)
        ]
        work = Work(tuple(scenarios), self.seed, Evaluation(curves=curves))
        done = len(scenarios) * size - len(tasks)
        with Runner(work, self._jobs()) as runner, closing(runner.map(tasks)) as stream:
            for task, replication in stream:
                kept[task.scenario][task.number] = replication
                done += 1
                try:
                    yield done, len(scenarios) * size
                except GeneratorExit:
                    # The reader moved on. Workers end what they have in hand, and stay.
                    return

    def study(self, scenarios: Sequence[Scenario], size: int) -> Study:
        """Put together what ``run`` has found.

        Raises
        ------
        StudyError
            If a desk has fewer replications.
        """
        if any(self.known(scenario) < size for scenario in scenarios):
            raise StudyError("the answer was stopped before it was there")
        plan = make_plan(
            scenarios,
            replications=size,
            precision=None,
            level=0.95,
            metrics=asked(scenarios),
            cap=max(SIZES),
        )
        manifest = Manifest.of(
            scenarios,
            seed=self.seed,
            replications=size,
            asked={"replications": size},
            engine=engines.engine_for("auto"),
        )
        finished = {
            Task(number, place): replication
            for place, scenario in enumerate(scenarios)
            for number, replication in self._of(scenario).items()
        }
        return assemble(plan, finished, size, manifest, ())

    def size(self, scenarios: Sequence[Scenario]) -> int:
        """Return the size of the surest answer that is there; 0 where there is none."""
        known = min(self.known(scenario) for scenario in scenarios)
        return max((size for size in SIZES if size <= known), default=0)

    def _of(self, scenario: Scenario) -> dict[int, Replication]:
        key = scenario_hash(scenario)
        with self._lock:
            kept = self._kept.setdefault(key, {})
            self._kept.move_to_end(key)
            while len(self._kept) > DESKS_KEPT:
                self._kept.popitem(last=False)
        return kept

    def _jobs(self) -> int | None:
        """Return how many workers answer soonest: one until the processes are there."""
        with self._lock:
            now = time.monotonic()
            if now - self._used > IDLE_S / 2:
                self._started = now
            self._used = now
            prepare()
            return None if now - self._started > WARM_S else 1


def check_size(scenario: Scenario) -> None:
    """Refuse a desk that a page would take minutes for.

    Raises
    ------
    StudyError
        If one replication has too many tickets, people, incidents or problems.
    """
    counts = {
        "tickets and calls": (expected_entries(scenario), MOST_TICKETS),
        "working days of people": (sum(agent_days(scenario).values()), MOST_AGENT_DAYS),
        "incidents": (sum(expected_incidents(scenario).values()), MOST_INCIDENTS),
        "problems": (scenario.problems.count if scenario.problems else 0, MOST_PROBLEMS),
    }
    for what, (count, most) in counts.items():
        if count > most:
            raise StudyError(
                f"about {count:,.0f} {what} are more than this page simulates ({most:,}): shorten "
                "the period, or use `tiersim compare`"
            )
