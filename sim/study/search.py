"""What would it take? The cheapest desk that keeps its promises, found by simulation.

Every desk meets the same tickets (common random numbers), which makes differences sharp long before
the figures themselves are.

1. *Starts*: the base, the desk that arithmetic on means staffs (``sim.study.begin``), and the fullest.
2. *Descent* from each with a few replications: the best of the desks one step (or two) away on any
   axis, then of those that give here and take there, until none is better. Desks that cannot win are
   not simulated: those with no more people anywhere than a desk that clearly breaks a promise (more
   people are never worse for one: the cuts of Atlason, Epelman & Henderson 2004), and those whose
   planned shifts alone cost more than a desk that keeps all promises costs in total.
3. *Race*: all that may still be the cheapest get twice the replications, again and again; who is
   clearly dearer (paired differences) or clearly breaks a promise leaves (Bonferroni over who
   races). Neighbours of the leader that were never seen join.
4. The leader at the end is the answer, with the confidence that it keeps every promise, and that it
   is the cheapest of those raced (``sim.study.ranking``).

Nothing of it depends on the clock or on the number of workers, unless a time limit is set.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from scipy import special

from sim.errors import StudyError
from sim.scenario.model import Scenario
from sim.scenario.search import Search
from sim.study.begin import staffed
from sim.study.book import Book, Floats
from sim.study.held import Held, held
from sim.study.ranking import Ranking, rank
from sim.study.replication import Evaluate
from sim.study.space import Design, Space

FEW = 4
"""Replications with which desks are screened."""
MOST_RACING = 24
"""Desks that race; of more, those with the lowest cost."""
MOST_STEPS = 200
SURE = 0.99
"""Confidence with which a desk breaks a promise before its smaller neighbours are cut."""
INDIFFERENCE = 0.002
"""Desks whose costs differ by less, as a part of the cost, are as good as each other."""

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Kept:
    """How a desk keeps one promise.

    Attributes
    ----------
    promise : Held
    value : float
        Mean of the figure.
    slack, low, high : float
        How far it is on the good side, with its interval at the confidence asked for.
    """

    promise: Held
    value: float
    slack: float
    low: float
    high: float

    @property
    def word(self) -> str:
        """Whether it is met, missed or not yet known."""
        if self.low >= 0:
            return "met"
        return "missed" if self.high < 0 else "not yet known"


@dataclass(frozen=True, eq=False)
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
    ranking : Ranking or None
        Of the desks that raced to the end and keep their promises.
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
    ranking: Ranking | None
    considered: int
    simulated: int
    replications: int
    taken_up: int
    confidence: float
    stopped: str
    book: Book = field(repr=False)

    @property
    def sure(self) -> float:
        """Confidence that the best is the cheapest of the desks seen, from below.

        A desk that is left alone in the race is the cheapest with the confidence asked for.
        """
        if self.best is None:
            return math.nan
        if self.ranking is None:
            return math.nan if self.stopped else self.confidence
        return self.ranking.correct

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
    """
    wanted = asked or scenario.search or Search()
    space = Space(scenario, wanted)
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
    if not book.designs:
        raise StudyError("the search was ended before any desk had been simulated")
    return hunt.answer(stopped)


class _OutOfTimeError(Exception):
    """The time allowed is used up."""


class _Hunt:
    """One search under way."""

    def __init__(self, space: Space, book: Book, wanted: Search, say: Progress) -> None:
        self.space, self.book, self.wanted, self.say = space, book, wanted, say
        self._end = math.inf
        if wanted.time is not None:
            self._end = time.monotonic() + wanted.time / 1000
        self._broken: list[Design] = []
        self._best_total = math.inf
        self._racing: list[Design] = []

    def run(self) -> None:
        """Go from starts to the end of the race."""
        space = self.space
        starts = [space.start, staffed(space), space.fullest]
        starts = [design for design in dict.fromkeys(starts) if space.possible(design)]
        self._see(starts)
        leaders = []
        for design in starts:
            leaders.append(self._descend(design))
            self.say(self._best_so_far())
        self._race(min(leaders, key=self._score))

    def _see(self, designs: Iterable[Design], replications: int = FEW) -> list[Design]:
        """Simulate desks that may win, some at a time; returns those that were simulated."""
        worth = [design for design in dict.fromkeys(designs) if self._worth_a_look(design)]
        if time.monotonic() > self._end:
            raise _OutOfTimeError
        self.book.ensure(worth, replications)
        for design in worth:
            if self._clearly_broken(design, SURE):
                if not any(self.space.fewer(design, other) for other in self._broken):
                    self._broken.append(design)
            elif self._score(design)[0] == 0:
                self._best_total = min(self._best_total, self._score(design)[1])
        return worth

    def _worth_a_look(self, design: Design) -> bool:
        if design in self.book:
            return True
        if not self.space.possible(design):
            return False
        if any(self.space.fewer(design, other) for other in self._broken):
            return False
        counts_staff = self.book.cost in ("total_cost", "staff_cost")
        return not counts_staff or self.space.planned_cost(design) <= self._best_total

    def _clearly_broken(self, design: Design, confidence: float) -> bool:
        slack = self.book.slacks(design)
        count = len(slack)
        if count < 2:  # noqa: PLR2004 - a spread needs two
            return False
        top = _upper(slack, confidence)
        return bool((top < 0).any())

    def _score(self, design: Design) -> tuple[float, float]:
        """Order desks: by what they lack of their promises, then by cost."""
        slack = self.book.slacks(design).mean(axis=0)
        lacks = sum(
            max(-float(s), 0.0) / promise.scale
            for s, promise in zip(slack, self.book.promises, strict=True)
        )
        costs = self.book.costs(design)
        cost = math.inf if np.isnan(costs).all() else float(np.nanmean(costs))
        return lacks, cost

    def _descend(self, design: Design) -> Design:
        for _ in range(MOST_STEPS):
            better = self._best_of(self.space.steps(design), design)
            if better == design:
                better = self._best_of(self.space.swaps(design), design)
            if better == design:
                return design
            design = better
        return design

    def _best_of(self, designs: Iterable[Design], here: Design) -> Design:
        return min([here, *self._see(designs)], key=self._score)

    def _race(self, leader: Design) -> None:
        size = 2 * FEW
        while True:
            racing = self._contenders(leader)
            self._racing = racing
            self._see(racing, size)
            leader = min(racing, key=self._score)
            around = [d for d in self.space.steps(leader) if d not in self.book]
            around += [d for d in self.space.swaps(leader) if d not in self.book]
            self._see(around)
            racing = self._contenders(leader)
            self._racing = racing
            self.say(f"{self._best_so_far()}; {len(racing)} desks still race")
            behind = [d for d in racing if self.book.replications(d) < size]
            if behind:
                self._see(behind, size)
                continue
            if size >= self.wanted.replications or self._decided(leader, racing):
                return
            size = min(2 * size, self.wanted.replications)

    def _decided(self, leader: Design, racing: list[Design]) -> bool:
        """Tell whether the leader keeps its promises for sure, and nobody is clearly as cheap."""
        if len(racing) > 1:
            return False
        return all(kept.word == "met" for kept in self._kept(leader))

    def _contenders(self, leader: Design) -> list[Design]:
        """List the desks that may still be the cheapest of those that keep their promises."""
        alpha = (1 - self.wanted.confidence) / 2
        seen = self.book.designs
        confidence = 1 - alpha / max(len(self._racing), len(self.book.promises), 2)
        able = [d for d in seen if not self._clearly_broken(d, confidence)]
        sure = [d for d in able if all(kept.word == "met" for kept in self._kept(d))]
        against = min(sure, key=self._score) if sure else leader
        may = [d for d in able if not self._clearly_dearer(d, against, confidence)]
        may = sorted(set(may) | {leader}, key=self._score)[:MOST_RACING]
        return may if leader in may else [leader, *may[:-1]]

    def _clearly_dearer(self, design: Design, other: Design, confidence: float) -> bool:
        if design == other:
            return False
        mine, theirs = self.book.costs(design), self.book.costs(other)
        both = min(len(mine), len(theirs))
        if both < 2:  # noqa: PLR2004 - a spread needs two
            return False
        difference = (mine[:both] - theirs[:both])[:, np.newaxis]
        lowest = -float(_upper(-difference, confidence)[0])
        return lowest > -INDIFFERENCE * abs(float(np.nanmean(theirs[:both])))

    def _kept(self, design: Design) -> tuple[Kept, ...]:
        return kept_of(self.book, design, self.wanted.confidence)

    def _best_so_far(self) -> str:
        best = min(self.book.designs, key=self._score)
        lacks, cost = self._score(best)
        word = "best so far" if lacks == 0 else "nearest so far"
        return f"{word}: {self.space.name(best)}, {cost:,.0f} a week"

    def answer(self, stopped: str) -> Found:
        """Put the answer together."""
        book = self.book
        raced = [d for d in self._racing if d in book] or book.designs
        sure = [d for d in raced if all(kept.word == "met" for kept in self._kept(d))]
        if not sure and stopped:
            sure = [d for d in book.designs if all(k.word == "met" for k in self._kept(d))]
        order = sorted(sure, key=self._score)
        best = order[0] if order else None
        nearest = best if best is not None else min(book.designs, key=self._score)
        ranking = None
        if len(order) > 1:
            least = min(map(book.replications, order))
            costs = {self.space.name(d): book.costs(d)[:least] for d in order}
            ranking = rank(costs, better="lower", level=self.wanted.confidence)
        return Found(
            space=self.space,
            best=best,
            runner_up=order[1] if len(order) > 1 else None,
            kept=self._kept(nearest),
            nearest=nearest,
            ranking=ranking,
            considered=self.space.size,
            simulated=len(book.designs),
            replications=sum(map(book.replications, book.designs)),
            taken_up=book.taken_up,
            confidence=self.wanted.confidence,
            stopped=stopped,
            book=book,
        )


def kept_of(book: Book, design: Design, confidence: float) -> tuple[Kept, ...]:
    """Tell how a desk keeps each promise; all intervals together hold with the confidence."""
    slack = book.slacks(design)
    # Each bound is one-sided; several at once share what may be wrong.
    each = 1 - (1 - confidence) / len(book.promises)
    high = _upper(slack, each)
    low = -_upper(-slack, each)
    found = []
    for at, promise in enumerate(book.promises):
        figures = book.values(design, promise.metric)
        value = math.nan if np.isnan(figures).all() else float(np.nanmean(figures))
        middle = float(slack[:, at].mean())
        found.append(Kept(promise, value, middle, float(low[at]), float(high[at])))
    return tuple(found)


def _upper(values: Floats, confidence: float) -> Floats:
    """Return one-sided upper confidence limits of the means of columns, by t."""
    count = len(values)
    mean: Floats = np.nanmean(values, axis=0)
    if count < 2:  # noqa: PLR2004 - a spread needs two
        return np.full_like(mean, np.inf)
    spread = np.nanstd(values, axis=0, ddof=1) / math.sqrt(count)
    top: Floats = mean + special.stdtrit(count - 1, confidence) * spread
    return top
