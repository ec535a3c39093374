"""Which scenario is best, with as many replications as that takes and no more.

The procedure of ``sim.study.selection`` reads replications one by one; here they are made in batches,
on every core. How large a batch is depends on nothing but the number of replications, so that the
answer is the same to the bit from any number of workers; what a batch made of scenarios that were
dropped in the middle of it is thrown away.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass

from sim.borders import harmless
from sim.errors import StudyError
from sim.scenario.model import Scenario
from sim.study.asked import Words, words
from sim.study.estimate import Better
from sim.study.evaluate import Evaluation
from sim.study.interrupt import Interrupts
from sim.study.listing import check_names
from sim.study.precision import Asked, read_precision
from sim.study.replication import Evaluate, Task
from sim.study.runner import Runner, Work
from sim.study.selection import FEWEST_FIRST, Selection, select_best

BATCH = FEWEST_FIRST
"""Replications made at once for every scenario that is still in."""
MAX_REPLICATIONS = 1000


@dataclass(frozen=True)
class Choice:
    """The best of several scenarios by a metric.

    Attributes
    ----------
    names : tuple of str
        The scenarios, in the order given.
    metric : str
    indifference : float
        The smallest difference that matters, in the metric's own unit (durations: ms).
    confidence : float
        Probability that the best is chosen, where it is better by at least that.
    seed : int
    selection : Selection
        What the procedure found, by position.
    """

    names: tuple[str, ...]
    metric: str
    indifference: float
    confidence: float
    seed: int
    selection: Selection

    @property
    def best(self) -> str:
        """Name of the scenario chosen."""
        return self.names[self.selection.best]

    @property
    def decided(self) -> bool:
        """False when the cap on replications came first; the best so far is then no safe choice."""
        return self.selection.decided

    @harmless
    def __repr__(self) -> str:
        known = words(self.metric)
        matters = known.write_change(self.indifference).lstrip("+")
        if self.decided:
            head = f"{self.best}: best by {known.label}, chosen with {100 * self.confidence:g} %"
        else:
            head = f"not decided: {self.best} leads by {known.label}"
        lines = [f"{head} (differences below {matters} do not matter)"]
        lines += [self._line(position, known) for position in range(len(self.names))]
        return "\n".join(lines)

    def _line(self, position: int, known: Words) -> str:
        seen, width = self.selection, max(map(len, self.names))
        mean = known.write(seen.means[position])
        dropped = seen.dropped_after[position]
        fate = "still in" if dropped is None else "dropped"
        return (
            f"  {self.names[position]:<{width}}  {mean:>10}  {fate} after "
            f"{seen.replications[position]:,} replications"
        )


def choose_best(
    scenarios: Sequence[Scenario],
    metric: str,
    *,
    indifference: Asked,
    better: Better | None = None,
    confidence: float = 0.95,
    seed: int = 1,
    max_replications: int = MAX_REPLICATIONS,
    jobs: int | None = None,
    engine: str = "auto",
    evaluate: Evaluate | None = None,
    progress: Callable[[int], None] | None = None,
) -> Choice:
    """Choose the best of several scenarios on the same tickets, right with a stated probability.

    Scenarios that cannot be best by more than the difference that matters get no more replications
    (Kim and Nelson, ACM TOMACS 11, 2001; see ``select_best``).

    Parameters
    ----------
    scenarios : sequence of Scenario
        At least two.
    metric : str
        Measured in every replication.
    indifference : str or float
        The smallest difference that matters: ``"0.5 points"`` of a share, ``"2 min"`` of a
        duration, or a number in the metric's own unit.
    better : {"higher", "lower"}, optional
        As the metric's definition has it if absent.
    confidence : float
    seed, max_replications, jobs, engine, evaluate
        As for ``compare``; the choice is the same for any number of jobs.
    progress : callable, optional
        ``progress(replications)``, after each batch: how many the scenarios still in have.

    Raises
    ------
    StudyError
        When the question makes no sense, or a replication did not measure the metric.

    Examples
    --------
    >>> import sim
    >>> base = sim.one_queue(rate="12 / h", work="10 min", staff=3, length="2 weeks", warm_up="1 d")
    >>> desks = [base, base.with_({"tiers.L1.staff.round the clock": 4}, name="Four")]
    >>> found = choose_best(desks, "response[L1, mean]", indifference="20 s")
    >>> found.best, found.decided, found.selection.replications
    ('Four', True, (10, 10))
    """
    several = tuple(scenarios)
    check_names([scenario.name for scenario in several])
    direction = better or words(metric).better
    if direction is None:
        raise StudyError(f"say whether a higher or a lower {metric!r} is better: better=…")
    matters = read_precision(indifference)
    if matters.relative:
        raise StudyError(
            f"a difference that matters is a number, as '0.5 points' or '2 min', not {indifference!r}"
        )
    work = Work(several, seed, evaluate or Evaluation(engine, curves=False, metrics=(metric,)))
    seen: dict[Task, float] = {}
    with Runner(work, jobs) as runner, Interrupts() as interrupts:

        def observe(replication: int, still_in: Sequence[int]) -> list[float]:
            if Task(replication, still_in[0]) not in seen:
                until = min(replication + BATCH, max_replications)
                tasks = [Task(n, s) for n in range(replication, until) for s in still_in]
                with closing(runner.map(tasks)) as stream:
                    for task, one in stream:
                        interrupts.check()
                        seen[task] = one.values.get(metric, math.nan)
                if progress is not None:
                    progress(until)
            return [seen[Task(replication, position)] for position in still_in]

        selection = select_best(
            observe,
            len(several),
            indifference=matters.size,
            better=direction,
            confidence=confidence,
            first=min(FEWEST_FIRST, max_replications),
            max_replications=max_replications,
        )
    names = tuple(scenario.name for scenario in several)
    return Choice(names, metric, matters.size, confidence, seed, selection)
