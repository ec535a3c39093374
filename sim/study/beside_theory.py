"""Theory beside simulation: every formula that applies to a scenario, and where none does, why.

Loads come from arithmetic on means (``sim.study.implied``). For waits a formula is given the rate and
the work of the visits that were made, as the logs of the replications hold them, so that what differs
is the queue alone: the same stream of visits, once by a formula, once played.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from sim import theory
from sim.errors import TheoryError
from sim.scenario.model import Scenario
from sim.study.assumptions import Standing, levels_of, standings
from sim.study.callers import callers
from sim.study.estimate import Estimate, mean_estimate
from sim.study.evaluate import replicate
from sim.study.implied import implied
from sim.study.ratio import ratio_parts
from sim.study.seen import Seen, seen_in
from sim.theory.times import Duration
from sim.units import HOUR, HOURS_PER_WEEK, WEEK, format_share

Unit = Literal["share", "duration", "number"]
SOURCES = {
    "Load": "work asked over time there (Little 1961)",
    "Erlang C": "M/M/c, Erlang 1917; Gans, Koole & Mandelbaum 2003, section 4.1",
    "Erlang A": "M/M/c+M, Palm 1957; Mandelbaum & Zeltyn 2007",
    "Erlang B": "M/G/c/c, Erlang 1917",
    "Pollaczek-Khinchine": "M/G/1, Pollaczek 1930; Khinchine 1932",
    "Allen-Cunneen": "G/G/c, Allen 1978, after Cunneen",
    "Kimura": "M/G/c, Kimura 1986",
    "Priorities": "M/M/c, Cobham 1954; Kella & Yechiali 1985",
    "Pre-emptive priorities": "M/M/c, Buzen & Bondi 1983",
    "Jackson network": "Jackson 1957; Little 1961",
}


@dataclass(frozen=True)
class Row:
    """One figure, by theory and by simulation.

    Attributes
    ----------
    queue : str
        Which queue; "all" for the desk.
    figure, formula, source : str
    unit : {"share", "duration", "number"}
        Durations in ms.
    theory : float
    simulated : Estimate
    bent : tuple of str
        Assumptions that do not hold; empty where the formula is exact for the scenario.
    """

    queue: str
    figure: str
    formula: str
    source: str
    unit: Unit
    theory: float
    simulated: Estimate
    bent: tuple[str, ...]

    @property
    def apart(self) -> float:
        """How far theory lies from the simulation, as a part of the simulated value."""
        mean = self.simulated.mean
        return (self.theory - mean) / mean if mean else math.nan

    @property
    def inside(self) -> bool:
        """Whether theory lies in the interval of the simulation."""
        return self.simulated.low <= self.theory <= self.simulated.high


@dataclass(frozen=True)
class Beside:
    """Theory beside simulation.

    Attributes
    ----------
    scenario : str
    replications : int
    rows : tuple of Row
    refused : tuple of pair
        A queue (or "all"), and why no formula for waits applies.
    """

    scenario: str
    replications: int
    rows: tuple[Row, ...]
    refused: tuple[tuple[str, str], ...]

    def plain(self) -> dict[str, Any]:
        """Return it as JSON holds it; shares from 0 to 1, durations in ms."""
        return {
            "scenario": self.scenario,
            "replications": self.replications,
            "rows": [
                {**asdict(row), "apart": row.apart, "inside": row.inside} for row in self.rows
            ],
            "refused": [{"queue": queue, "why": why} for queue, why in self.refused],
        }


def beside_theory(
    scenario: Scenario,
    *,
    replications: int = 10,
    seed: int = 1,
    level: float = 0.95,
    engine: str = "auto",
    progress: Callable[[int, int], None] | None = None,
) -> Beside:
    """Hold a scenario's simulation against every formula that applies.

    Parameters
    ----------
    scenario : Scenario
    replications, seed, level, engine
        As for ``compare``.
    progress : callable, optional
        ``progress(done, planned)``.

    Examples
    --------
    >>> import sim
    >>> desk = sim.one_queue(rate="12 / h", work="10 min", staff=4, length="5 weeks")
    >>> found = beside_theory(desk, replications=5)
    >>> [row.formula for row in found.rows if row.figure == "mean wait"]
    ['Erlang C', 'Allen-Cunneen', 'Kimura']
    >>> [row.inside for row in found.rows if row.figure == "people at work"]
    [True]
    """
    seen = []
    for number in range(replications):
        run = replicate(scenario, seed=seed, replication=number, engine=engine)
        seen.append(seen_in(run))
        if progress is not None:
            progress(number + 1, replications)
    asked = _Asked(scenario, seen, level)
    rows = list(asked.loads())
    refused: list[tuple[str, str]] = []
    open_queues = []
    for one in standings(scenario):
        if one.closed:
            refused += [(one.queue, why) for why in one.closed]
            continue
        found, why = asked.queue(one)
        rows += found
        refused += [(one.queue, reason) for reason in why]
        if not why:
            open_queues.append(one)
    if len(open_queues) > 1 and not refused:
        rows += asked.network(open_queues)
    return Beside(scenario.name, replications, tuple(rows), tuple(refused))


class _Asked:
    """The formulas, asked about one scenario and its replications."""

    def __init__(self, scenario: Scenario, seen: Sequence[Seen], level: float) -> None:
        self.scenario, self.seen, self.level = scenario, seen, level

    def _estimate(
        self, of: Callable[[Seen], float], size: Callable[[Seen], float] | None = None
    ) -> Estimate:
        """Estimate a figure, or the mean of so many visits (tickets) in each replication."""
        values = [of(one) for one in self.seen]
        if size is None:
            return mean_estimate(values, level=self.level)
        parts = ratio_parts(values, [size(one) for one in self.seen])
        return mean_estimate(parts, level=self.level)

    def loads(self) -> Iterator[Row]:
        """Hold what is implied against what was worked."""
        known = implied(self.scenario)
        left_out = tuple(
            sentence.removeprefix("Not in this arithmetic, and in the simulation: ").rstrip(".")
            for sentence in known.sentences
            if sentence.startswith("Not in this arithmetic")
        )
        for queue in known.queues:
            name = f"utilisation[{queue.name}]"
            if queue.provider or queue.there_h <= 0 or name not in self.seen[0].measures.values:
                continue
            bent = left_out + (("others help out",) if queue.helpers else ())
            if queue.utilisation > 1:
                bent += ("more is asked than its people can do",)
            yield Row(
                queue.name,
                "people at work",
                "Load",
                SOURCES["Load"],
                "number",
                queue.asked_h / HOURS_PER_WEEK,
                self._estimate(partial(_at_work, queue=queue.name)),
                bent,
            )
            yield Row(
                queue.name,
                "utilisation, overtime included",
                "Load",
                SOURCES["Load"],
                "share",
                queue.utilisation,
                self._estimate(partial(_utilisation, queue=queue.name)),
                bent,
            )

    def queue(self, one: Standing) -> tuple[list[Row], list[str]]:
        """Ask every formula about one queue; returns rows, and why there are none."""
        rate = float(sum(s.joined[one.number] for s in self.seen)) / self._hours()
        served = self._over(one, lambda s, at: (at & ~s.left).sum())
        if not served:
            return [], ["no visit to it was finished"]
        work = self._over(one, lambda s, at: s.work_ms[at & ~s.left].sum()) / served
        square = self._over(one, lambda s, at: (s.work_ms[at & ~s.left].astype(float) ** 2).sum())
        cv = math.sqrt(max(square / served / work**2 - 1, 0.0))
        load = theory.Load(rate, work / HOUR, one.staff)
        if not load.settles and not one.patience:
            return [], [self._never_settles(one, load)]
        return list(self._waits(one, load, cv)), []

    def _never_settles(self, one: Standing, load: theory.Load) -> str:
        """Say how fast a backlog grows, by the arithmetic that the table above shows too."""
        known = implied(self.scenario)
        queue = next(queue for queue in known.queues if queue.name == one.queue)
        asked, come = queue.utilisation, known.tickets * known.reaches[queue.tier]
        if not asked > 1:
            asked, come = load.utilisation, load.rate_per_h * HOURS_PER_WEEK
        return (
            f"it is offered {format_share(asked)} of its capacity and never settles; the backlog grows "
            f"by about {come * (1 - 1 / asked):,.0f} tickets a week (fluid limit)"
        )

    def _over(self, one: Standing, of: Callable[[Seen, NDArray[np.bool_]], Any]) -> float:
        return float(sum(of(s, s.queue == one.number) for s in self.seen))

    def _laws(self) -> str:
        laws = dict.fromkeys(t.law_of_work().words() for t in self.scenario.tiers.values())
        return ", ".join(laws)

    def _is_exponential(self) -> bool:
        return all(tier.law_of_work().is_exponential for tier in self.scenario.tiers.values())

    def _hours(self) -> float:
        return sum(s.hours for s in self.seen)

    def _waits(self, one: Standing, load: theory.Load, cv: float) -> Iterator[Row]:
        rate, work, staff = f"{load.rate_per_h!r} / h", Duration.of_hours(load.work_h), one.staff

        def row(  # noqa: PLR0917 - in the order of the table's columns
            figure: str,
            formula: str,
            unit: Unit,
            value: float,
            bent: tuple[str, ...],
            of: Callable[[Seen], float],
            size: Callable[[Seen], float] = lambda s: int(mine(s).sum()),
        ) -> Row:
            source = SOURCES[formula]
            seen = self._estimate(of, size)
            return Row(one.queue, figure, formula, source, unit, value, seen, bent)

        def mine(s: Seen) -> NDArray[np.bool_]:
            at: NDArray[np.bool_] = s.queue == one.number
            return at

        def mean_wait(s: Seen) -> float:
            return _mean(s.wait_ms[mine(s)])

        def waited(s: Seen) -> float:
            return _mean(s.wait_ms[mine(s)] > 0)

        exponential = one.bent
        if not self._is_exponential():
            exponential += (f"work is not exponential: {self._laws()} (CV {cv:.2f} as seen)",)
        if one.patience:
            yield from self._patience(one, load, row, mine)
            return
        erlang = theory.erlang_c(rate, work, staff)
        yield row("share that waits", "Erlang C", "share", erlang.p_wait, exponential, waited)
        yield row("mean wait", "Erlang C", "duration", erlang.wait.mean.ms, exponential, mean_wait)
        for name, level in levels_of(self.scenario, one):
            reached = 1 - erlang.wait.longer_than_h(level.within / HOUR)
            yield self._level_row(row, name, "Erlang C", reached, exponential)
        if staff == 1:
            found = theory.pollaczek_khinchine(rate, work, cv)
            yield row(
                "mean wait",
                "Pollaczek-Khinchine",
                "duration",
                found.wait.mean.ms,
                one.bent,
                mean_wait,
            )
        else:
            approximate = (*one.bent, "an approximation")
            for name, guess in (
                ("Allen-Cunneen", theory.allen_cunneen(rate, work, staff, work_cv=cv)),
                ("Kimura", theory.kimura(rate, work, staff, work_cv=cv)),
            ):
                yield row("mean wait", name, "duration", guess.wait.mean.ms, approximate, mean_wait)
        if one.classes:
            yield from self._classes(one, load, exponential, row)

    def _patience(self, one: Standing, load: theory.Load, row: Any, mine: Any) -> Iterator[Row]:
        some = callers(self.scenario)
        assert some is not None
        bent = tuple(b for b in one.bent if b != "callers who hang up")
        if some.share < 1:
            bent += (
                f"{100 - 100 * some.share:.0f} % of tickets come by channels where nobody leaves",
            )
        if not some.alike:
            bent += ("patience differs by channel",)
        if not some.patience_h:
            # Who finds all busy is lost, whatever the law of the work.
            lost = theory.erlang_b(
                f"{load.rate_per_h!r} / h", Duration.of_hours(load.work_h), one.staff
            ).p_blocked
            yield row(
                "share that leaves",
                "Erlang B",
                "share",
                lost,
                bent,
                lambda s: _mean(s.left[mine(s)]),
            )
            for name, level in levels_of(self.scenario, one):
                reached = 1 - lost if level.leavers == "missed" else 1.0
                yield self._level_row(row, name, "Erlang B", reached, bent)
            return
        if not self._is_exponential():
            bent += (f"work is not exponential: {self._laws()}",)
        # Those who never leave make the mean rate of leaving smaller.
        found = theory.erlang_a(
            f"{load.rate_per_h!r} / h",
            Duration.of_hours(load.work_h),
            one.staff,
            Duration.of_hours(some.patience_h / some.share),
        )
        for name, level in levels_of(self.scenario, one):
            reached = found.service_level(
                Duration.of_hours(level.within / HOUR), leavers=level.leavers
            )
            yield self._level_row(row, name, "Erlang A", reached, bent)
        yield row(
            "share that leaves",
            "Erlang A",
            "share",
            found.abandonment,
            bent,
            lambda s: _mean(s.left[mine(s)]),
        )
        yield row(
            "share that waits",
            "Erlang A",
            "share",
            found.p_wait,
            bent,
            lambda s: _mean(s.wait_ms[mine(s)] > 0),
        )
        yield row(
            "mean wait",
            "Erlang A",
            "duration",
            found.wait.mean.ms,
            bent,
            lambda s: _mean(s.wait_ms[mine(s)]),
        )

    def _level_row(
        self, row: Any, name: str, formula: str, reached: float, bent: tuple[str, ...]
    ) -> Row:
        metric = f"service_level[{name}]"
        made: Row = row(
            *(metric, formula, "share", reached, bent),
            lambda s: s.measures.values[metric],
            lambda s: s.measures.counts[metric],
        )
        return made

    def _classes(
        self, one: Standing, load: theory.Load, bent: tuple[str, ...], row: Any
    ) -> Iterator[Row]:
        names = list(self.scenario.priorities)
        counts = sum(
            np.bincount(s.priority[s.queue == one.number], minlength=len(names)) for s in self.seen
        )
        rates = {
            name: f"{float(count) / self._hours()!r} / h"
            for name, count in zip(names, np.asarray(counts), strict=True)
            if count
        }
        # Where the first of two classes interrupts, all that may interrupt does.
        interrupting = one.interrupts and len(rates) == 2  # noqa: PLR2004 - two classes
        desk = theory.priority_mmc(
            rates, Duration.of_hours(load.work_h), one.staff, preemptive=interrupting
        )
        formula = "Pre-emptive priorities" if interrupting else "Priorities"
        for name in rates:
            place = names.index(name)

            def of(s: Seen, p: int = place) -> float:
                return _mean(s.wait_ms[(s.queue == one.number) & (s.priority == p)])

            def size(s: Seen, p: int = place) -> float:
                return int(((s.queue == one.number) & (s.priority == p)).sum())

            yield row(
                *(f"mean wait of {name}", formula, "duration", desk[name].wait.mean.ms, bent),
                *(of, size),
            )

    def network(self, queues: Sequence[Standing]) -> Iterator[Row]:
        """Hold the whole desk against a Jackson network with the routing that was seen."""
        place = {one.number: at for at, one in enumerate(queues)}
        count = len(queues)
        moves, visits, entries = np.zeros((count, count)), np.zeros(count), np.zeros(count)
        for s in self.seen:
            at = np.array([place.get(int(q), -1) for q in s.queue])
            np.add.at(visits, at, 1)
            same = s.ticket[1:] == s.ticket[:-1]
            np.add.at(moves, (at[:-1][same], at[1:][same]), 1)
            np.add.at(entries, at[np.append(True, ~same)] if len(at) else at, 1)
        work = [
            self._over(one, lambda s, mine: s.work_ms[mine].sum())
            / self._over(one, lambda _, mine: mine.sum())
            for one in queues
        ]
        stations = {
            one.queue: theory.Station(
                work=Duration(work[i]),
                staff=one.staff,
                arrivals=f"{float(entries[i]) / self._hours()!r} / h",
                to={
                    other.queue: float(moves[i, j] / visits[i])
                    for j, other in enumerate(queues)
                    if moves[i, j]
                },
            )
            for i, one in enumerate(queues)
        }
        try:
            desk = theory.jackson(stations)
        except TheoryError:
            return
        bent = tuple(dict.fromkeys(b for one in queues for b in one.bent))
        bent = (
            *(b for b in bent if "no Poisson stream" not in b),
            *(() if self._is_exponential() else (f"work is not exponential: {self._laws()}",)),
        )
        figures: tuple[tuple[str, Unit, float, Callable[[Seen], float]], ...] = (
            (
                "visits of a ticket",
                "number",
                desk.touches,
                lambda s: len(s.ticket),
            ),
            (
                "time of a ticket in queues and at work",
                "duration",
                desk.mean_time.ms,
                lambda s: float((s.wait_ms + s.work_ms).sum()),
            ),
        )
        for figure, unit, value, of in figures:
            source = SOURCES["Jackson network"]

            def each(s: Seen, of: Callable[[Seen], float] = of) -> float:
                return of(s) / _tickets(s) if _tickets(s) else math.nan

            seen = self._estimate(each, _tickets)
            yield Row("all", figure, "Jackson network", source, unit, value, seen, bent)


def _tickets(one: Seen) -> int:
    return len(np.unique(one.ticket))


def _at_work(one: Seen, queue: str) -> float:
    """Return how many people work on average; what is finished after a shift or in a break counts."""
    there = one.measures.values[f"staffed[{queue}]"]
    return (
        one.measures.values[f"utilisation[{queue}]"] * there
        + one.measures.values[f"overtime[{queue}]"] / WEEK
    )


def _utilisation(one: Seen, queue: str) -> float:
    there = one.measures.values[f"staffed[{queue}]"]
    return _at_work(one, queue) / there if there else math.nan


def _mean(values: NDArray[Any]) -> float:
    return float(values.mean()) if len(values) else math.nan
