"""What would it take? The cheapest desk that keeps its promises, found by simulation.

Every desk meets the same tickets (common random numbers), which makes differences sharp long before
the figures themselves are.

1. *Starts*: the base, the desks that arithmetic staffs with the notes and choices of the base and
   with others (``sim.study.begin``), and the fullest where these lead to none that keeps its
   promises.
2. *Descent* from each with a few replications: the best of the desks one step away on any axis, and of
   those several steps away that the steps foretell to be good (gains and losses nearly add up); then
   the same with longer steps; until none is better. Desks that cannot win are not simulated: those
   with no more people anywhere than a desk that clearly breaks a promise (more people are never worse
   for one: the cuts of Atlason, Epelman & Henderson 2004), and those whose planned shifts alone cost
   more than a desk that keeps all promises costs in total.
3. *Race*: the doubt of each desk seen says how well it still goes with being the cheapest that keeps
   its promises (``sim.study.doubt``). Those whose doubts together weigh less than what may be wrong
   rest; the others get half as many replications again, the most doubtful first, again and again. Neighbours
   of the leader that were never seen join.
4. The leader at the end is the answer; 1 less all doubts is how sure that is.

Nothing of it depends on the clock or on the number of workers, unless a time limit is set.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import numpy as np

from sim.borders import harmless
from sim.errors import StudyError
from sim.outcome import metric as definition
from sim.scenario.model import Scenario
from sim.scenario.search import Search
from sim.study.begin import starts
from sim.study.book import Book, Floats
from sim.study.doubt import Kept, doubt_of_breaking, doubt_of_keeping, doubts, kept_of
from sim.study.estimate import mean_estimate
from sim.study.held import held
from sim.study.replication import Evaluate
from sim.study.runner import prepare
from sim.study.space import Design, Space

FEW = 4
"""Replications with which desks are screened."""
LEAST_SURE = 16
"""Replications below which no promise is called kept: their spread is hardly known."""
MOST_TOGETHER = 8
"""Desks several steps away that are simulated, the most promising by what the steps foretell."""
MOST_AXES_TOGETHER = 3
MOST_FORETOLD = 200
"""Desks several steps away that are looked at, of each number of steps."""
MOST_STEPS = 200
GROWTH = 1.5
"""Replications of a desk that is doubted, against those it had."""
RIVALS_PART = 4
"""A rival gets at most this part of the replications that the leader may get."""
MOST_AT_ONCE = 12
"""Desks that are replicated while the leader may yet break a promise: those doubted most."""
USUAL_EVALUATIONS, PREPARE_ABOVE_S = 400, 4.0
"""Worker processes are started at once where a usual search takes longer than that."""
SURELY = 0.01
"""Doubt below which a desk's figures cut others: by a broken promise, or by its cost."""

Progress = Callable[[str], None]


@dataclass(frozen=True, eq=False, repr=False)
class Found:
    """The answer of a search.

    Attributes
    ----------
    space : Space
    best : tuple of int or None
        The cheapest desk that keeps its promises; None when none was found that does.
    runner_up : tuple of int or None
    kept : tuple of Kept
        The promises of the best desk, or of the one that comes nearest.
    nearest : tuple of int
        The best desk, or the one that comes nearest to keeping its promises.
    sure : float
        Confidence that it keeps its promises and that no desk seen that does is cheaper, from
        below; NaN when none was found.
    undecided : tuple of tuple of int
        Desks that may be cheaper and may keep their promises, for all that was seen, the cheapest
        first; what holds ``sure`` down.
    confidence : float
        Asked for.
    considered, simulated, replications : int
        Desks in the space; desks simulated; replications in all.
    taken_up : int
        Replications that an earlier search had kept.
    stopped : str
        Why it ended early; empty if it did not.
    book : Book
        Every figure seen.
    """

    space: Space
    best: Design | None
    runner_up: Design | None
    kept: tuple[Kept, ...]
    nearest: Design
    sure: float
    undecided: tuple[Design, ...]
    considered: int
    simulated: int
    replications: int
    taken_up: int
    confidence: float
    stopped: str
    book: Book = field(repr=False)

    @harmless
    def __repr__(self) -> str:
        here = self.best or self.nearest
        cost = mean_estimate(self.book.costs(here))
        label = definition(self.book.cost)
        word = "cheapest" if self.best is not None else "nearest to keeping every promise"
        currency = self.space.base.costs.currency
        lines = [
            f"{word} of {self.considered:,}: {self.space.name(here)}",
            f"  {label.label.lower()}: {cost.format(lambda value: label.format(value, currency))}",
        ]
        for kept in self.kept:
            figure = definition(kept.promise.metric).format(kept.value)
            lines.append(f"  {kept.promise.label}: {figure}, {kept.word}")
        return "\n".join(lines)

    def scenario(self, name: str | None = None) -> Scenario:
        """Return the best desk (or the nearest to one) as a scenario."""
        changes = self.space.changes(self.best or self.nearest)
        title = name or f"{self.space.base.name}: the cheapest that keeps its promises"
        return self.space.base.with_(changes, name=title)


def search(
    scenario: Scenario,
    asked: Search | None = None,
    *,
    seed: int = 1,
    jobs: int | None = None,
    folder: str | Path | None = None,
    progress: Progress | None = None,
    evaluate: Evaluate | None = None,
) -> Found:
    """Find the cheapest desk that keeps its promises.

    Parameters
    ----------
    scenario : Scenario
        The base; its ``search`` says what may move and what must hold.
    asked : Search, optional
        Instead of the scenario's own.
    seed : int
    jobs : int, optional
        Workers; every core if absent. They change nothing but the time.
    folder : path, optional
        Where every evaluated desk is kept; a second or interrupted search starts from there.
    progress : callable, optional
        Called with a sentence now and then.
    evaluate : callable, optional
        Another way to evaluate than running the desk.

    Returns
    -------
    Found
        Ctrl-C ends the search, and returns the best so far.

    Raises
    ------
    StudyError
        If nothing may move, nothing must hold, or no cost is stated that could be least.
    """
    wanted = asked or scenario.search or Search()
    space = Space(scenario, wanted)
    space.check_costs(wanted.minimise)
    promises = held(space.base, wanted)
    book = Book(
        space, wanted.minimise, promises, seed=seed, jobs=jobs, folder=folder, evaluate=evaluate
    )
    hunt = _Hunt(space, book, wanted, progress or (lambda _: None))
    stopped = ""
    try:
        hunt.run()
    except KeyboardInterrupt:
        stopped = "it was interrupted; this is the best so far"
    except _OutOfTimeError:
        stopped = "the time allowed was used up; this is the best so far"
    # What is asked of the answer afterwards is no part of the time allowed.
    book.spent = None
    if not book.designs:
        raise StudyError("the search was ended before any desk had been simulated")
    return hunt.answer(stopped)


class _OutOfTimeError(Exception):
    """The time allowed is used up."""


class _Hunt:
    """One search under way."""

    def __init__(self, space: Space, book: Book, wanted: Search, say: Progress) -> None:
        self.space, self.book, self.wanted, self.say = space, book, wanted, say
        self._wrong = 1 - wanted.confidence
        self._end = math.inf
        if wanted.time is not None:
            self._end = time.monotonic() + wanted.time / 1000
            book.spent = self._check_time
        self._broken: dict[Design, None] = {}
        self._bounds: dict[Design, float] = {}

    def run(self) -> None:
        """Go from starts to the end of the race."""
        space = self.space
        begin = starts(space)
        began = time.perf_counter()
        self._see([*begin, space.fullest])
        each = (time.perf_counter() - began) / max(1, self.book.evaluations)
        if each * USUAL_EVALUATIONS > PREPARE_ABOVE_S:
            prepare(self.book.jobs)
        ends = []
        for design in sorted(begin, key=self._score):
            ends.append(self._descend(design))
            self.say(self._best_so_far())
        if all(self._score(end)[0] > 0 for end in ends) and space.fullest in self.book:
            self._descend(space.fullest)
        self._race()

    def _check_time(self, _: int = 0) -> None:
        if time.monotonic() > self._end:
            raise _OutOfTimeError

    def _see(self, designs: Iterable[Design], replications: int = FEW) -> list[Design]:
        """Simulate desks that may win; returns those that were simulated."""
        worth = [design for design in dict.fromkeys(designs) if self._worth_a_look(design)]
        self._check_time()
        self.book.ensure(worth, replications)
        for design in worth:
            self._broken.pop(design, None)
            self._bounds.pop(design, None)
            if doubt_of_breaking(self.book, design, by_heads=True) < SURELY:
                self._broken[design] = None
            elif doubt_of_keeping(self.book, design) < SURELY:
                self._bounds[design] = self._cost(design)
        return worth

    def _worth_a_look(self, design: Design) -> bool:
        if design in self.book:
            return True
        if not self.space.possible(design):
            return False
        if any(self.space.fewer(design, other) for other in self._broken):
            return False
        counts_staff = self.book.cost in ("total_cost", "staff_cost")
        bound = min(self._bounds.values(), default=math.inf)
        return not counts_staff or self.space.planned_cost(design) <= bound

    def _score(self, design: Design) -> tuple[float, float, float]:
        """Order desks: by what they lack of their promises, then by cost, then by room to spare."""
        slack = self.book.slacks(design).mean(axis=0)
        room = min(s / p.scale for s, p in zip(slack, self.book.promises, strict=True))
        return float(self._lacks(slack)), self._cost(design), -float(room)

    def _cost(self, design: Design) -> float:
        costs = self.book.costs(design)
        return math.inf if np.isnan(costs).all() else float(np.nanmean(costs))

    def _descend(self, design: Design) -> Design:
        for _ in range(MOST_STEPS):
            steps = self._see(self.space.steps(design))
            better = self._best_of([*steps, *self._foretold(design)], design)
            if better == design:
                return design
            design = better
        return design

    def _best_of(self, designs: Iterable[Design], here: Design) -> Design:
        return min([here, *self._see(designs)], key=self._score)

    def _foretold(self, design: Design) -> list[Design]:
        """List desks several steps away that may be better if the gains of the steps add up.

        Of those that are foretold to be cheaper (or to lack less, where promises are broken here),
        those that are foretold to lack least: a foretelling is no more than that.
        """
        cost, room = self._cost(design), self._foretelling(design)
        steps = [*self.space.steps(design), *self.space.long_steps(design)]
        gained = self._gains(design, steps, np.append(room, cost))
        if not gained or not math.isfinite(cost):
            return []
        steps = list(gained)
        gains = np.array([gained[step][:-1] for step in steps])
        dearer = np.array([gained[step][-1] for step in steps])
        broken = float(-np.minimum(room, 0.0).sum())
        found: list[tuple[float, float, Design]] = []
        for count in range(1, MOST_AXES_TOGETHER + 1):
            several = np.array(list(self.space.together(design, steps, count)), dtype=np.intp)
            if not len(several):
                continue
            lacks = -np.minimum(room + gains[several].sum(axis=1), 0.0).sum(axis=1)
            costs = cost + dearer[several].sum(axis=1)
            better = np.flatnonzero(lacks < broken if broken else costs < cost)
            for at in better[np.lexsort((costs[better], lacks[better]))][:MOST_FORETOLD]:
                there = self.space.joined(design, [steps[i] for i in several[at]])
                found.append((float(lacks[at]), float(costs[at]), there))
        worth = (there for _, _, there in sorted(found) if self._worth_a_look(there))
        return list(islice(worth, MOST_TOGETHER))

    def _gains(self, design: Design, steps: Sequence[Design], here: Floats) -> dict[Design, Floats]:
        """Return what each step does to the promises and, last, to the cost.

        A step that was not simulated, being long or not worth a look alone, may be with another: what
        it does is guessed from the others on its axis.
        """
        known = {
            step: np.append(self._foretelling(step), self._cost(step)) - here
            for step in steps
            if step in self.book
        }
        found = dict(known)
        for step in steps:
            if step in known:
                continue
            place, length = _step(design, step)
            on_axis = [
                (length * other_length < 0, abs(length - other_length), gain / other_length)
                for (other, other_length), gain in (
                    (_step(design, one), gain) for one, gain in known.items()
                )
                if other == place
            ]
            if on_axis and self.space.axes[place].ordered:
                found[step] = length * min(on_axis, key=lambda one: one[:2])[2]
        return found

    def _foretelling(self, design: Design) -> Floats:
        """Return the slack of each promise on the scale on which heads nearly add up."""
        slack = self.book.slacks(design).mean(axis=0)
        pairs = zip(self.book.promises, slack, strict=True)
        return np.array([promise.room(float(one)) for promise, one in pairs])

    def _lacks(self, slack: Floats) -> Floats:
        """Add up what promises lack, each as a part of its bound; the last axis is promises."""
        parts = slack / [promise.scale for promise in self.book.promises]
        lacking: Floats = -np.minimum(parts, 0.0).sum(axis=-1)
        return lacking

    def _race(self) -> None:
        """Replicate where it decides something, until what may be wrong is little enough."""
        most = self.wanted.replications
        # The leader is a step from being the answer; a rival is one of many, and mostly none.
        rivals = max(FEW, most // RIVALS_PART)
        while True:
            leader = self._leader()
            self._see(self.space.steps(leader))
            self._see(self._foretold(leader))
            if self._leader() != leader:
                continue
            size = self.book.replications(leader)
            racing = self._racing(leader)
            at_once = len(racing) if self._met(leader) else MOST_AT_ONCE
            self.say(f"{self._best_so_far()}; {len(racing)} desks still race")
            more = {
                d: min(round(GROWTH * self.book.replications(d)), most if d == leader else rivals)
                for d in racing[:at_once]
            }
            more = {d: n for d, n in more.items() if n > self.book.replications(d)}
            if not more:
                return
            # A rival's cost is held against the leader's on the tickets that both met.
            more[leader] = max(size, *more.values())
            for count in sorted(set(more.values())):
                self._see([d for d in more if more[d] == count], count)

    def _leader(self) -> Design:
        """Return the best desk that may still be found to keep its promises."""
        most = self.wanted.replications
        open_yet = [
            d for d in self.book.designs if self.book.replications(d) < most or self._met(d)
        ]
        return min(open_yet or self.book.designs, key=self._score)

    def _met(self, design: Design) -> bool:
        enough = min(LEAST_SURE, self.wanted.replications)
        return self.book.replications(design) >= enough and all(
            kept.word == "met" for kept in kept_of(self.book, design, self.wanted.confidence)
        )

    def _racing(self, leader: Design) -> list[Design]:
        """List the desks that what may be wrong hangs on: the rest weigh little together."""
        weights = doubts(self.book, leader)
        weights[leader] = doubt_of_keeping(self.book, leader)
        if not self._met(leader):
            weights[leader] = 1.0
        left, racing = sum(weights.values()), []
        for design in sorted(weights, key=lambda d: (-weights[d], d)):
            if left <= self._wrong:
                break
            racing.append(design)
            left -= weights[design]
        return racing

    def _best_so_far(self) -> str:
        best = min(self.book.designs, key=self._score)
        lacks, cost, _ = self._score(best)
        word = "best so far" if lacks == 0 else "nearest so far"
        return f"{word}: {self.space.name(best)}, {cost:,.0f} a week"

    def answer(self, stopped: str) -> Found:
        """Put the answer together."""
        book = self.book
        order = sorted(filter(self._met, book.designs), key=self._score)
        best = order[0] if order else None
        nearest = best if best is not None else min(book.designs, key=self._score)
        weights = doubts(book, nearest)
        sure = 1 - sum(weights.values()) - doubt_of_keeping(book, nearest)
        doubtful = [d for d in weights if weights[d] > self._wrong]
        return Found(
            space=self.space,
            best=best,
            runner_up=order[1] if len(order) > 1 else None,
            kept=kept_of(book, nearest, self.wanted.confidence),
            nearest=nearest,
            sure=math.nan if best is None else max(0.0, sure),
            undecided=tuple(sorted(doubtful, key=lambda d: (self._cost(d), d))),
            considered=self.space.size,
            simulated=len(book.designs),
            replications=sum(map(book.replications, book.designs)),
            taken_up=book.taken_up,
            confidence=self.wanted.confidence,
            stopped=stopped,
            book=book,
        )


def _step(design: Design, there: Design) -> tuple[int, int]:
    """Return the axis on which two desks differ, and by how much."""
    ((place, length),) = [
        (at, b - a) for at, (a, b) in enumerate(zip(design, there, strict=True)) if a != b
    ]
    return place, length
