"""Closed forms beside both engines: the cases, and the table that shows them.

``python tests/verification.py`` prints the table; ``tests/theory/test_simulation_agrees.py`` holds
it. A run's first tickets, which met an empty desk, and its last, behind which nobody came, are left
out; the rest is cut into batches of tickets in order of arrival, and each figure is the mean of its
batches with Student's interval (batch means: Law & Kelton 2000, section 9.5.3).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from queueing import always_there, exponential, lognormal, network, one_queue, poisson
from scipy import stats

from sim import theory
from sim.engine.log import Log
from sim.engine.run import play
from sim.units import MINUTE
from sim.workload.desk import Desk
from sim.workload.journeys import Outcome, Workload

SEED = 20261124
BATCHES = {"compiled": 40, "simpy": 20}
SHOWN_LEVEL = 0.95
LEFT_OUT_FIRST, LEFT_OUT_LAST = 0.02, 0.01


@dataclass(frozen=True)
class Measure:
    """One figure: theory, and what each ticket adds to it.

    Attributes
    ----------
    name : str
    theory : float
    per_ticket : float64
        The figure is the sum of these over the sum of ``of``.
    of : float64, or None
        None counts tickets.
    """

    name: str
    theory: float
    per_ticket: NDArray[Any]
    of: NDArray[Any] | None = None

    def batches(self, count: int) -> NDArray[np.float64]:
        """Return the figure of each batch."""
        tickets = len(self.per_ticket)
        edges = np.linspace(
            tickets * LEFT_OUT_FIRST, tickets * (1 - LEFT_OUT_LAST), count + 1
        ).astype(np.intp)
        inside, first = slice(edges[0], edges[-1]), edges[:-1] - edges[0]
        above = np.add.reduceat(self.per_ticket[inside], first, dtype=np.float64)
        if self.of is None:
            return above / np.diff(edges)
        return above / np.add.reduceat(self.of[inside], first, dtype=np.float64)


@dataclass(frozen=True)
class Found:
    """What a run of one engine gave for one measure."""

    mean: float
    error: float
    freedom: int

    @classmethod
    def of(cls, batches: NDArray[np.float64]) -> Found:
        """Return the mean of batches and its standard error."""
        error = float(batches.std(ddof=1) / len(batches) ** 0.5)
        return cls(float(batches.mean()), error, len(batches) - 1)

    def half_width(self, level: float) -> float:
        """Return half of the interval of a confidence level."""
        return float(stats.t.ppf((1 + level) / 2, self.freedom)) * self.error

    def misses(self, value: float, alarm: float) -> bool:
        """Tell whether a value lies outside the interval of a false-alarm rate."""
        return abs(self.mean - value) > self.half_width(1 - alarm)


@dataclass(frozen=True)
class Case:
    """A model that theory has a formula for.

    Attributes
    ----------
    name : str
    build : callable
        From a generator and a number of tickets to a workload and a desk.
    measures : callable
        From those and the log of a run to measures.
    tickets : dict
        How many, by engine.
    """

    name: str
    build: Callable[[np.random.Generator, int], tuple[Workload, Desk]]
    measures: Callable[[Workload, Log], list[Measure]]
    tickets: dict[str, int] = field(
        default_factory=lambda: {"compiled": 3_000_000, "simpy": 30_000}
    )

    def run(self, engine: str) -> tuple[Workload, Desk, Log]:
        """Play the case by an engine."""
        rng = np.random.default_rng([SEED, *self.name.encode()])
        workload, desk = self.build(rng, self.tickets[engine])
        return workload, desk, play(workload, desk, engine=engine, check=engine == "simpy")

    def found(self, engine: str) -> list[tuple[Measure, Found]]:
        """Return each measure of a run by an engine."""
        workload, _, log = self.run(engine)
        count = BATCHES[engine]
        return [(one, Found.of(one.batches(count))) for one in self.measures(workload, log)]


def waited_ms(workload: Workload, log: Log) -> NDArray[np.int64]:
    """Return how long each visit waited: until it was taken up for good, or left."""
    waited = log.finished_ms - log.joined_ms
    return waited - np.where(log.outcome == Outcome.LEFT, 0, workload.visits.work_ms)


def _plain(rate: float, work_min: float, staff: int) -> Case:
    def build(rng: np.random.Generator, tickets: int) -> tuple[Workload, Desk]:
        arrival_ms = poisson(rng, rate, tickets)
        return one_queue(arrival_ms, exponential(rng, work_min, tickets)), always_there([staff])

    def measures(workload: Workload, log: Log) -> list[Measure]:
        desk = theory.erlang_c(f"{rate} / h", f"{work_min} min", staff)
        wait = waited_ms(workload, log)
        late_95 = desk.wait.percentile("95 %").minutes * MINUTE
        limit_min = round(desk.wait.percentile("85 %").minutes) or 1
        return [
            Measure("P(wait)", desk.p_wait, wait > 0),
            Measure("mean wait, min", desk.wait.mean.minutes, wait / MINUTE),
            Measure(
                f"P(wait <= {limit_min} min)",
                desk.wait.within(f"{limit_min} min"),
                wait <= limit_min * MINUTE,
            ),
            Measure("P(wait <= theory's p95)", 0.95, wait <= late_95),
            Measure(
                "P(sojourn <= 30 min)",
                desk.sojourn.within("30 min"),
                log.finished_ms - log.joined_ms <= 30 * MINUTE,
            ),
        ]

    return Case(f"M/M/{staff}, {rate} / h x {work_min} min", build, measures)


def _impatient(rate: float, work_min: float, staff: int, patience_min: float) -> Case:
    def build(rng: np.random.Generator, tickets: int) -> tuple[Workload, Desk]:
        workload = one_queue(
            poisson(rng, rate, tickets),
            exponential(rng, work_min, tickets),
            patience_ms=exponential(rng, patience_min, tickets),
        )
        return workload, always_there([staff])

    def measures(workload: Workload, log: Log) -> list[Measure]:
        given = f"{rate} / h", f"{work_min} min", staff, f"{patience_min} min"
        desk = theory.erlang_a(*given)
        wait, left = waited_ms(workload, log), log.outcome == Outcome.LEFT
        arrival = workload.tickets.arrival_ms
        agent_ms = staff * np.diff(arrival, append=arrival[-1])
        work_ms = np.where(left, 0, workload.visits.work_ms)
        answered = desk.answered_within("1 min")
        return [
            Measure("P(all busy)", desk.p_wait, wait > 0),
            Measure("P(leave)", desk.abandonment, left),
            Measure("mean wait, min", desk.wait.mean.minutes, wait / MINUTE),
            Measure("P(answered <= 1 min)", answered, ~left & (wait <= MINUTE)),
            Measure("utilisation", desk.utilisation, work_ms, agent_ms),
        ]

    return Case(
        f"M/M/{staff}+M, {rate} / h x {work_min} min, patience {patience_min} min", build, measures
    )


def _lost(kind: str, rate: float, work_min: float, staff: int) -> Case:
    """Nobody can wait (a patience of 1 ms): Erlang B, whatever the work's distribution."""

    def build(rng: np.random.Generator, tickets: int) -> tuple[Workload, Desk]:
        work_ms = {
            "M": lambda: exponential(rng, work_min, tickets),
            "D": lambda: np.full(tickets, round(work_min * MINUTE), np.int64),
            "LN": lambda: lognormal(rng, np.full(tickets, work_min), 1.4, tickets),
        }[kind]()
        patience_ms = np.ones(tickets, np.int64)
        workload = one_queue(poisson(rng, rate, tickets), work_ms, patience_ms=patience_ms)
        return workload, always_there([staff])

    def measures(workload: Workload, log: Log) -> list[Measure]:
        desk = theory.erlang_b(f"{rate} / h", f"{work_min} min", staff)
        return [Measure("P(blocked)", desk.p_blocked, log.outcome == Outcome.LEFT)]

    return Case(f"M/{kind}/{staff}/{staff}, {rate} / h x {work_min} min", build, measures)


def _classes(rng: np.random.Generator, rates: dict[str, float], tickets: int) -> NDArray[np.int8]:
    shares = np.array(list(rates.values())) / sum(rates.values())
    return rng.choice(len(rates), tickets, p=shares).astype(np.int8)


def _by_class(workload: Workload, log: Log, desk: theory.Priorities) -> list[Measure]:
    wait, priority = waited_ms(workload, log), workload.tickets.priority
    found = [Measure("mean wait of all, min", desk.mean_wait.minutes, wait / MINUTE)]
    for level, one in enumerate(desk):
        of = priority == level
        mean = one.wait.mean.minutes
        found.append(Measure(f"mean wait of {one.name}, min", mean, wait * of / MINUTE, of))
    return found


def _priorities(rates: dict[str, float], work_min: float, staff: int, *, preemptive: bool) -> Case:
    def build(rng: np.random.Generator, tickets: int) -> tuple[Workload, Desk]:
        workload = one_queue(
            poisson(rng, sum(rates.values()), tickets),
            exponential(rng, work_min, tickets),
            priority=_classes(rng, rates, tickets),
        )
        return workload, always_there([staff], pre_empts=0 if preemptive else -1)

    def measures(workload: Workload, log: Log) -> list[Measure]:
        written = {name: f"{rate} / h" for name, rate in rates.items()}
        desk = theory.priority_mmc(written, f"{work_min} min", staff, preemptive=preemptive)
        return _by_class(workload, log, desk)

    kind = "pre-emptive" if preemptive else "priorities"
    shown = "/".join(f"{rate}" for rate in rates.values())
    return Case(f"M/M/{staff} {kind}, {shown} / h x {work_min} min", build, measures)


def _one_agent(rates: dict[str, float], work_min: dict[str, float], cv: float) -> Case:
    def build(rng: np.random.Generator, tickets: int) -> tuple[Workload, Desk]:
        arrival_ms = poisson(rng, 60 * sum(rates.values()), tickets)
        priority = _classes(rng, rates, tickets)
        work_ms = lognormal(rng, np.array(list(work_min.values()))[priority], cv, tickets)
        return one_queue(arrival_ms, work_ms, priority=priority), always_there([1])

    def measures(workload: Workload, log: Log) -> list[Measure]:
        desk = theory.priority_mg1(
            {name: f"{rate} / min" for name, rate in rates.items()},
            {name: f"{mean} min" for name, mean in work_min.items()},
            work_cv=cv,
        )
        return _by_class(workload, log, desk)

    return Case(
        f"M/G/1 priorities, lognormal work of CV {cv}",
        build,
        measures,
        {"compiled": 4_000_000, "simpy": 40_000},
    )


def _first_come_mg1(rate: float, work_min: float, cv: float) -> Case:
    def build(rng: np.random.Generator, tickets: int) -> tuple[Workload, Desk]:
        work_ms = lognormal(rng, np.full(tickets, work_min), cv, tickets)
        return one_queue(poisson(rng, rate, tickets), work_ms), always_there([1])

    def measures(workload: Workload, log: Log) -> list[Measure]:
        queue = theory.pollaczek_khinchine(f"{rate} / h", f"{work_min} min", work_cv=cv)
        mean = queue.wait.mean.minutes
        return [Measure("mean wait, min", mean, waited_ms(workload, log) / MINUTE)]

    return Case(f"M/G/1, {rate} / h x {work_min} min, CV {cv}", build, measures)


def _network(
    name: str, routing: list[list[float]], work_min: list[float], staff: list[int], rate: float
) -> Case:
    tiers = [f"L{n + 1}" for n in range(len(staff))]

    def build(rng: np.random.Generator, tickets: int) -> tuple[Workload, Desk]:
        arrival_ms = poisson(rng, rate, tickets)
        return network(rng, arrival_ms, np.array(routing), work_min), always_there(staff)

    def measures(workload: Workload, log: Log) -> list[Measure]:
        desk = theory.jackson(
            {
                tier: theory.Station(
                    work=f"{work_min[n]} min",
                    staff=staff[n],
                    arrivals=f"{rate if n == 0 else 0} / h",
                    to={to: routing[n][m] for m, to in enumerate(tiers) if routing[n][m]},
                )
                for n, tier in enumerate(tiers)
            }
        )
        count, ticket = len(workload.tickets), workload.visits.ticket
        wait = waited_ms(workload, log) / MINUTE
        found = []
        for n, tier in enumerate(tiers):
            here = workload.visits.queue == n
            visits = np.bincount(ticket[here], minlength=count)
            waits = np.bincount(ticket[here], wait[here], minlength=count)
            found += [
                Measure(f"{tier} visits / h", desk[tier].load.rate_per_h, rate * visits),
                Measure(f"{tier} mean wait, min", desk[tier].wait.mean.minutes, waits, visits),
            ]
        took = (log.ended_ms - workload.tickets.arrival_ms) / MINUTE
        return [
            *found,
            Measure("touches", desk.touches, np.bincount(ticket, minlength=count)),
            Measure("mean time, min", desk.mean_time.minutes, took),
        ]

    return Case(name, build, measures, {"compiled": 4_000_000, "simpy": 40_000})


CASES = (
    _plain(30, 12, 7),
    _plain(60, 10, 12),
    _plain(9, 45, 8),
    _plain(2, 20, 1),
    _plain(500, 6, 55),
    _impatient(60, 10, 10, 5),
    _impatient(30, 12, 6, 10),
    _impatient(30, 12, 5, 3),  # overloaded: only leaving keeps it steady
    _lost("M", 60, 10, 10),
    _lost("D", 60, 10, 10),
    _lost("LN", 60, 10, 10),
    _priorities({"P1": 6, "P2": 14, "P3": 10}, 12, 7, preemptive=False),
    _priorities({"P1": 20, "P2": 10}, 12, 7, preemptive=True),
    _one_agent({"P1": 0.02, "P2": 0.03}, {"P1": 8, "P2": 20}, 1.2),
    _first_come_mg1(4, 12, 1.2),
    _network(
        "tiers with bounces",
        [[0, 0.30, 0.02], [0.06, 0, 0.20], [0, 0.08, 0]],
        [10, 35, 180],
        [13, 15, 17],
        60,
    ),
    _network(
        "tandem of tiers", [[0, 0.30, 0], [0, 0, 0.25], [0, 0, 0]], [10, 35, 180], [12, 13, 17], 60
    ),
)

# ---- days that differ ------------------------------------------------------------------------

DAYS, TICKETS_A_DAY = 100, 30_000
UNSETTLED = 0.004
"""By how much days too near to capacity to settle may shift the level; see ``day_levels``."""


def day_levels(staff: int, rate_cv: float) -> tuple[float, Found]:
    """Play days whose rates are the quantiles of a gamma distribution; each is a run of its own.

    A day's rate is weighted by its tickets. A day begins empty; what arrives in the first half is
    left out, but a day within a per cent of capacity has not settled by then: the fewer than 2 % of
    such days may be off by a fifth.

    Returns
    -------
    float
        Theory's share of tickets that wait at most 15 min.
    Found
        The same by the compiled engine.
    """
    level = theory.gamma_mixed_service_level(
        "60 / h", "10 min", staff, rate_cv=rate_cv, within="15 min"
    )
    shape = rate_cv**-2
    middle = (np.arange(DAYS) + 0.5) / DAYS
    rates = 60 * stats.gamma.ppf(middle, shape + 1) / shape
    means, variances = np.empty(DAYS), np.empty(DAYS)
    rng = np.random.default_rng([SEED, staff, round(1000 * rate_cv)])
    for day, rate in enumerate(rates):
        workload = one_queue(poisson(rng, rate, TICKETS_A_DAY), exponential(rng, 10, TICKETS_A_DAY))
        log = play(workload, always_there([staff]), check=False)
        met = waited_ms(workload, log)[TICKETS_A_DAY // 2 :] <= 15 * MINUTE
        batches = met.reshape(10, -1).mean(axis=1)
        means[day], variances[day] = batches.mean(), batches.var(ddof=1) / len(batches)
    return level, Found(float(means.mean()), float(variances.sum() ** 0.5 / DAYS), DAYS)


DAY_CASES = tuple((staff, cv) for staff in (12, 13) for cv in (0.10, 0.14, 0.25))

# ---- the table -------------------------------------------------------------------------------


def table() -> Iterator[str]:
    """Yield the lines of the verification table."""
    yield f"Seed {SEED}; intervals of {100 * SHOWN_LEVEL:.0f} %, each figure by itself."
    yield ""
    yield "| case | figure | theory | compiled engine | tickets | SimPy engine | tickets |"
    yield "|---|---|---:|---:|---:|---:|---:|"
    shown, missed = 0, 0
    for case in CASES:
        rows = zip(case.found("compiled"), case.found("simpy"), strict=True)
        for (measure, fast), (_, read) in rows:
            shown += 2
            missed += sum(one.misses(measure.theory, 1 - SHOWN_LEVEL) for one in (fast, read))
            yield (
                f"| {case.name} | {measure.name} | {measure.theory:.5g} "
                f"| {_shown(fast)} | {case.tickets['compiled']:,} "
                f"| {_shown(read)} | {case.tickets['simpy']:,} |"
            )
    for staff, cv in DAY_CASES:
        level, found = day_levels(staff, cv)
        name = f"M/M/{staff}, 60 / h x 10 min, gamma days of CV {cv}"
        yield (
            f"| {name} | P(wait <= 15 min) | {level:.5g} | {_shown(found)} "
            f"| {DAYS * TICKETS_A_DAY:,} | - | - |"
        )
        shown += 1
        missed += found.misses(level, 1 - SHOWN_LEVEL)
    yield ""
    yield (
        f"{missed} of {shown} intervals miss theory; {(1 - SHOWN_LEVEL) * shown:.0f} would by chance,"
        " if figures of one run were independent."
    )


def _shown(found: Found) -> str:
    return f"{found.mean:.5g} ± {found.half_width(SHOWN_LEVEL):.2g}"


if __name__ == "__main__":
    began = time.perf_counter()
    for line in table():
        print(line)  # noqa: T201 - the table is what it is for
    print(f"\n{time.perf_counter() - began:.0f} s")  # noqa: T201
