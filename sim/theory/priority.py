"""Priorities: who waits for whom, on a desk of equals (M/M/c) and before one agent (M/G/1).

Classes are given in order, the most urgent first. Without pre-emption work in hand is finished;
with it, work of a lower class is put aside and resumed later where it stopped. With pre-emption the
wait is all time in which nobody works on the ticket, interruptions included.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.errors import TheoryError
from sim.theory.laplace import invert
from sim.theory.load import Load, check_cv
from sim.theory.mmc import ErlangC, erlang_c_of
from sim.theory.result import Result
from sim.theory.times import Duration, MeanTime, Times, hours
from sim.units import format_share, rate_per_h


@dataclass(frozen=True, repr=False)
class PriorityWait(Times):
    """The wait of one class on an M/M/c desk without pre-emption.

    Parameters
    ----------
    p_wait : float
        Share that finds all agents busy.
    finish_per_h : float
        Rate at which the busy desk finishes tickets.
    above_per_h : float
        Rate at which tickets of higher classes come.
    own_per_h : float
        Rate at which tickets of this class come.

    Notes
    -----
    Kella & Yechiali (1985), "Waiting times in the non-preemptive priority M/M/c queue": once all
    agents are busy the class sees one server whose every service is prolonged by the higher classes
    that come meanwhile (a busy period of M/M/1), and at first a residual of such a service.
    """

    p_wait: float
    finish_per_h: float
    above_per_h: float
    own_per_h: float

    @property
    def mean(self) -> Duration:
        """The mean over all tickets of the class."""
        free = self.finish_per_h - self.above_per_h
        mean_h = self.p_wait * self.finish_per_h / (free * (free - self.own_per_h))
        return Duration.of_hours(mean_h)

    def longer_than_h(self, limit_h: float) -> float:
        """Give the share that waits longer than a limit in hours, to about eight decimals."""
        if limit_h == 0 or self.p_wait == 0:
            return self.p_wait
        return min(max(invert(self._tail, limit_h), 0.0), self.p_wait)

    def _tail(self, s: NDArray[np.complex128]) -> NDArray[np.complex128]:
        """Transform of P(W > t)."""
        finish, above, own = self.finish_per_h, self.above_per_h, self.own_per_h
        # The busy period's transform in the form that keeps its digits when nobody is above, and
        # the square root on the branch that grows with s.
        centre, reach = s + finish + above, 2 * np.sqrt(finish * above)
        busy = 2 * finish / (centre + np.sqrt(centre - reach) * np.sqrt(centre + reach))
        waits = (finish - above - own) * (1 - busy) / (s - own * (1 - busy))
        tail: NDArray[np.complex128] = self.p_wait * (1 - waits) / s
        return tail


@dataclass(frozen=True)
class PriorityClass:
    """One class of tickets.

    Parameters
    ----------
    name : str
        As the caller named it.
    rate_per_h : float
        Its arrivals.
    offered_load : float
        Agents that it keeps busy (erlang).
    wait : Times
        Its wait; a `MeanTime` where theory knows no more.
    queue_length : float
        Mean number of its tickets that wait.
    """

    name: str
    rate_per_h: float
    offered_load: float
    wait: Times
    queue_length: float


@dataclass(frozen=True, repr=False)
class Priorities(Result):
    """A desk with priorities: ``desk["P1"].wait.mean``.

    Parameters
    ----------
    model : str
        Which model.
    classes : tuple of PriorityClass
        The most urgent first.
    utilisation : float
        Share of the staff's time at work.
    """

    model: str
    classes: tuple[PriorityClass, ...]
    utilisation: float

    def __getitem__(self, name: str) -> PriorityClass:
        for one in self.classes:
            if one.name == name:
                return one
        raise TheoryError(f"no class {name!r}; there are {', '.join(c.name for c in self.classes)}")

    def __iter__(self) -> Iterator[PriorityClass]:
        return iter(self.classes)

    @property
    def mean_wait(self) -> Duration:
        """The mean wait over the tickets of all classes."""
        rate = sum(one.rate_per_h for one in self.classes)
        waiting = sum(one.queue_length for one in self.classes)
        return Duration.of_hours(waiting / rate if rate else 0.0)

    @property
    def waiting_work_h(self) -> float:
        """Σ ρ_i W_i in hours: what no order of service changes when work in hand is finished.

        Kleinrock (1965), "A conservation law for a wide class of queueing disciplines".
        """
        return sum(one.offered_load * one.wait.mean.hours for one in self.classes)

    def title(self) -> str:
        """Say which model."""
        return f"{self.model}, utilisation {format_share(self.utilisation)}"

    def figures(self) -> dict[str, object]:
        """Give the waits by class."""
        return {**{one.name: one.wait for one in self.classes}, "all": f"mean {self.mean_wait}"}


def priority_mmc(
    rates: Mapping[str, str], work: str | Duration, staff: int, *, preemptive: bool = False
) -> Priorities:
    """Describe a desk that serves its classes in order of priority: M/M/c, one handle time for all.

    Parameters
    ----------
    rates : mapping of str to str
        Poisson arrivals by class, the most urgent first: ``{"P1": "6 / h", "P2": "14 / h"}``.
    work : str or Duration
        Mean handle time of every class, exponential.
    staff : int
        Agents.
    preemptive : bool
        Whether a class interrupts the ones below it.

    Returns
    -------
    Priorities
        Without pre-emption with the distribution of each class's wait; with pre-emption with that
        of the first class and the means of the others.

    Raises
    ------
    UnitError, TheoryError
        If a quantity cannot be read, no class is given, or the staff cannot carry all classes.

    Notes
    -----
    Cobham (1954); Kella & Yechiali (1985): with σ_k the utilisation by the classes down to k,
    ``E[W_k] = C / (cμ (1 − σ_(k−1)) (1 − σ_k))``. With pre-emption and one handle time, the classes
    down to k are an M/M/c queue to which the others do not exist (Buzen & Bondi 1983), so queue
    lengths are differences of Erlang C.

    Examples
    --------
    >>> rates = {"P1": "6 / h", "P2": "14 / h", "P3": "10 / h"}
    >>> desk = priority_mmc(rates, work="12 min", staff=7)
    >>> desk
    M/M/7 with priorities, utilisation 85.7 %
      P1   mean 1.3 min, p50 25 s, p95 5.2 min
      P2   mean 3 min, p50 51 s, p95 13 min
      P3   mean 17 min, p50 3.5 min, p95 1 h 17 min
      all  mean 7.4 min
    >>> round(desk["P3"].wait.within("30 min"), 3)
    0.8
    >>> priority_mmc(rates, work="12 min", staff=7, preemptive=True)["P1"].wait.mean
    0.032 s
    """
    per_h = _read_rates(rates)
    total = Load(sum(per_h.values()), hours(work), staff)
    everybody = erlang_c_of(total)
    classes = _interrupting(per_h, total) if preemptive else _in_turn(per_h, everybody)
    kind = "pre-emptive priorities" if preemptive else "priorities"
    return Priorities(f"M/M/{staff} with {kind}", classes, total.utilisation)


def _in_turn(per_h: Mapping[str, float], everybody: ErlangC) -> tuple[PriorityClass, ...]:
    load, above, classes = everybody.load, 0.0, []
    for name, rate in per_h.items():
        wait = PriorityWait(everybody.p_wait, load.staff / load.work_h, above, rate)
        above += rate
        queue = rate * wait.mean.hours
        classes.append(PriorityClass(name, rate, rate * load.work_h, wait, queue))
    return tuple(classes)


def _interrupting(per_h: Mapping[str, float], total: Load) -> tuple[PriorityClass, ...]:
    down_to_here, waiting, classes = 0.0, 0.0, []
    for name, rate in per_h.items():
        first = down_to_here == 0
        down_to_here += rate
        seen = erlang_c_of(Load(down_to_here, total.work_h, total.staff))
        queue = seen.queue_length - waiting
        waiting = seen.queue_length
        # Those interrupted count as waiting, and the desk never idles: Little gives the mean.
        mean = Duration.of_hours(queue / rate if rate else 0.0)
        wait = seen.wait if first else MeanTime(mean)
        classes.append(PriorityClass(name, rate, rate * total.work_h, wait, queue))
    return tuple(classes)


def priority_mg1(
    rates: Mapping[str, str],
    work: Mapping[str, str | Duration],
    *,
    work_cv: float | Mapping[str, float],
    preemptive: bool = False,
) -> Priorities:
    """Describe one agent who serves classes of different work in order of priority: M/G/1.

    Parameters
    ----------
    rates : mapping of str to str
        Poisson arrivals by class, the most urgent first.
    work : mapping of str to (str or Duration)
        Mean handle time of each class.
    work_cv : float or mapping of str to float
        Coefficient of variation of the handle times, of all classes or of each.
    preemptive : bool
        Whether a class interrupts the ones below it; interrupted work is resumed, not repeated.

    Returns
    -------
    Priorities
        Mean waits.

    Raises
    ------
    UnitError, TheoryError
        If a quantity cannot be read, a class is missing, or one agent cannot carry all classes.

    Notes
    -----
    Cobham (1954) without pre-emption: ``E[W_k] = R / ((1 − σ_(k−1)) (1 − σ_k))`` with
    ``R = Σ λ_i E[S_i²] / 2`` over all classes. With pre-emption, resumed (Gross & Harris 1998,
    section 3.4): ``E[T_k] = E[S_k] / (1 − σ_(k−1)) + R_k / ((1 − σ_(k−1)) (1 − σ_k))`` with the sum
    R_k over the classes down to k; the wait is ``E[T_k] − E[S_k]``.

    Examples
    --------
    >>> desk = priority_mg1(
    ...     rates={"P1": "0.02 / min", "P2": "0.03 / min"},
    ...     work={"P1": "8 min", "P2": "20 min"},
    ...     work_cv=1.2,
    ... )
    >>> round(desk["P1"].wait.mean.minutes, 4), round(desk["P2"].wait.mean.minutes, 4)
    (19.2876, 80.3651)
    """
    per_h = _read_rates(rates)
    cvs = dict(work_cv) if isinstance(work_cv, Mapping) else dict.fromkeys(per_h, work_cv)
    for given, what in ((work, "work"), (cvs, "work_cv")):
        if set(given) != set(per_h):
            raise TheoryError(f"{what} must name the same classes as rates: {', '.join(per_h)}")
    loads = {name: Load(rate, hours(work[name]), 1) for name, rate in per_h.items()}
    for cv in cvs.values():
        check_cv(cv, "the work")
    offered = sum(load.offered_load for load in loads.values())
    rate = sum(per_h.values())
    if rate:
        Load(rate, offered / rate, 1).require_steady()
    residual = {
        name: load.offered_load * load.work_h * (1 + cvs[name] ** 2) / 2
        for name, load in loads.items()
    }
    met, above, classes = sum(residual.values()), 0.0, []
    if preemptive:
        met = 0.0
    for name, load in loads.items():
        here = above + load.offered_load
        interrupted = 0.0
        if preemptive:
            met += residual[name]
            interrupted = load.work_h * above / (1 - above)
        mean_h = met / ((1 - above) * (1 - here)) + interrupted
        above = here
        wait = MeanTime(Duration.of_hours(mean_h))
        queue = load.rate_per_h * mean_h
        classes.append(PriorityClass(name, load.rate_per_h, load.offered_load, wait, queue))
    kind = "pre-emptive priorities" if preemptive else "priorities"
    return Priorities(f"M/G/1 with {kind}", tuple(classes), offered)


def _read_rates(rates: Mapping[str, str]) -> dict[str, float]:
    if not rates:
        raise TheoryError("no class of tickets: give rates such as {'P1': '6 / h', 'P2': '14 / h'}")
    return {name: rate_per_h(rate) for name, rate in rates.items()}
