"""Work that is not exponential: one agent exactly, several approximately, and a bound.

The coefficient of variation (CV) is the standard deviation over the mean: 0 for constant times, 1
for exponential ones; handle times of service desks are often between 0.8 and 1.5.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from sim.theory.erlang import waiting_probability
from sim.theory.load import Load, check_cv
from sim.theory.result import Result
from sim.theory.times import Duration, ExponentialWait, MeanTime, Times
from sim.units import format_share

EXPONENTIAL_CV = 1.0


@dataclass(frozen=True, repr=False)
class GeneralQueue(Result):
    """A queue of which theory gives, or approximates, the mean wait.

    Parameters
    ----------
    formula : str
        Whose formula it is.
    load : Load
        What the desk is offered.
    utilisation : float
        Share of the staff's time at work.
    wait : Times
        The wait for an agent. Approximations for several agents guess its distribution too: Erlang C
        for whether one waits, exponential for how long.
    queue_length : float
        Mean number of tickets that wait.
    """

    formula: str
    load: Load
    utilisation: float
    wait: Times
    queue_length: float

    def title(self) -> str:
        """Say which model, and of what."""
        return f"{self.formula}: {self.load}"

    def figures(self) -> dict[str, object]:
        """Give the figures to print."""
        return {
            "utilisation": format_share(self.utilisation),
            "wait": self.wait,
            "queue_length": f"{self.queue_length:.3g}",
        }


def pollaczek_khinchine(rate: str, work: str | Duration, work_cv: float) -> GeneralQueue:
    """Give the exact mean wait before one agent, for work of any distribution: M/G/1.

    Parameters
    ----------
    rate : str
        Poisson arrivals: ``"4 / h"``.
    work : str or Duration
        Mean handle time: ``"10 min"``.
    work_cv : float
        Its coefficient of variation.

    Returns
    -------
    GeneralQueue
        Its wait is known in the mean only.

    Raises
    ------
    UnitError, TheoryError
        If a quantity cannot be read, or one agent cannot carry the load.

    Notes
    -----
    Pollaczek (1930), Khinchine (1932): ``E[W] = ρ (1 + cv²) / (2 (1 − ρ)) · E[S]``.

    Examples
    --------
    >>> pollaczek_khinchine(rate="4 / h", work="10 min", work_cv=1.5)
    Pollaczek-Khinchine, M/G/1: 4 / h × 10 min on 1 staff
      utilisation   66.7 %
      wait          mean 32 min
      queue_length  2.17
    """
    check_cv(work_cv, "the work")
    load = Load.read(rate, work, 1)
    load.require_steady()
    spread = (1 + work_cv**2) / 2
    mean_h = load.utilisation * spread / (1 - load.utilisation) * load.work_h
    return _queue("Pollaczek-Khinchine, M/G/1", load, MeanTime(Duration.of_hours(mean_h)))


def allen_cunneen(
    rate: str,
    work: str | Duration,
    staff: int,
    *,
    work_cv: float,
    arrivals_cv: float = EXPONENTIAL_CV,
) -> GeneralQueue:
    """Approximate a first-come queue with any work and any independent gaps: G/G/c.

    Parameters
    ----------
    rate : str
        Arrivals: ``"60 / h"``.
    work : str or Duration
        Mean handle time: ``"10 min"``.
    staff : int
        Agents.
    work_cv, arrivals_cv : float
        Coefficients of variation of handle times and of the gaps between arrivals (1: Poisson).

    Returns
    -------
    GeneralQueue
        Exact for M/M/c and M/G/1, best under heavy load.

    Raises
    ------
    UnitError, TheoryError
        If a quantity cannot be read, or the staff cannot carry the load.

    Notes
    -----
    Allen (1978), "Probability, statistics, and queueing theory", after Cunneen:
    ``E[W] ≈ (cv_arrivals² + cv_work²) / 2 · E[W of M/M/c]``.

    Examples
    --------
    >>> allen_cunneen(rate="60 / h", work="10 min", staff=12, work_cv=1.5).wait.mean
    3.7 min
    """
    check_cv(work_cv, "the work")
    check_cv(arrivals_cv, "the gaps between arrivals")
    load = Load.read(rate, work, staff)
    load.require_steady()
    factor = (arrivals_cv**2 + work_cv**2) / 2
    return _queue("Allen-Cunneen, G/G/c", load, _stretched(load, factor))


def kimura(rate: str, work: str | Duration, staff: int, *, work_cv: float) -> GeneralQueue:
    """Approximate a first-come queue with Poisson arrivals and any work: M/G/c.

    Parameters
    ----------
    rate : str
        Poisson arrivals: ``"60 / h"``.
    work : str or Duration
        Mean handle time: ``"10 min"``.
    staff : int
        Agents.
    work_cv : float
        Coefficient of variation of the handle times.

    Returns
    -------
    GeneralQueue
        Exact for M/M/c and, for one agent, M/G/1. Under light load closer than `allen_cunneen`,
        which ignores that the first of several agents is soon free.

    Raises
    ------
    UnitError, TheoryError
        If a quantity cannot be read, or the staff cannot carry the load.

    Notes
    -----
    Kimura (1986), "A two-moment approximation for the mean waiting time in the GI/G/s queue", with
    Poisson arrivals: ``E[W] ≈ (1 + cv²) / ((1 − cv²) / E[W of M/D/c] + 2 cv² / E[W of M/M/c])``;
    M/D/c by Cosmetatos (1975), held below its limit under light load.

    Examples
    --------
    >>> kimura(rate="60 / h", work="10 min", staff=12, work_cv=0.5).wait.mean
    1.5 min
    """
    check_cv(work_cv, "the work")
    load = Load.read(rate, work, staff)
    load.require_steady()
    square = work_cv**2
    factor = (1 + square) / ((1 - square) / _constant_work_factor(load) + 2 * square)
    return _queue("Kimura, M/G/c", load, _stretched(load, factor))


def kingman_bound(
    rate: str,
    work: str | Duration,
    staff: int = 1,
    *,
    work_cv: float,
    arrivals_cv: float = EXPONENTIAL_CV,
) -> Duration:
    """Bound the mean wait of a first-come queue from above, whatever the distributions: GI/G/c.

    Parameters
    ----------
    rate : str
        Arrivals with independent gaps: ``"60 / h"``.
    work : str or Duration
        Mean handle time: ``"10 min"``.
    staff : int
        Agents.
    work_cv, arrivals_cv : float
        Coefficients of variation of handle times and of the gaps between arrivals.

    Returns
    -------
    Duration
        No desk with these means and variations waits longer on average.

    Raises
    ------
    UnitError, TheoryError
        If a quantity cannot be read, or the staff cannot carry the load.

    Notes
    -----
    Kingman (1962) for one agent, (1970) for several, as given by Kleinrock (1976),
    "Queueing systems", volume 2: ``E[W] ≤ λ (σ_gap² + σ_work² / c + (c − 1) E[S]² / c²) / (2 (1 − ρ))``.

    Examples
    --------
    >>> kingman_bound(rate="60 / h", work="10 min", staff=12, work_cv=1.0)
    51 min
    """
    check_cv(work_cv, "the work")
    check_cv(arrivals_cv, "the gaps between arrivals")
    load = Load.read(rate, work, staff)
    load.require_steady()
    if load.rate_per_h == 0:
        return Duration(0.0)
    gap_variance = (arrivals_cv / load.rate_per_h) ** 2
    work_variance = (work_cv * load.work_h) ** 2
    shared = (staff - 1) * (load.work_h / staff) ** 2
    variance = gap_variance + work_variance / staff + shared
    return Duration.of_hours(load.rate_per_h * variance / (2 * (1 - load.utilisation)))


def _constant_work_factor(load: Load) -> float:
    """Give E[W of M/D/c] over E[W of M/M/c] (Cosmetatos 1975)."""
    c, rho = load.staff, load.utilisation
    if c == 1 or rho == 0:
        return c / (c + 1)
    beyond_half = (1 - rho) * (c - 1) * (math.sqrt(4 + 5 * c) - 2) / (16 * rho * c)
    # Under light load the one who waits waits for the first of c agents: c/(c + 1) of the time with
    # constant work of the time with exponential work. The formula would exceed that.
    return min((1 + beyond_half) / 2, c / (c + 1))


def _stretched(load: Load, factor: float) -> ExponentialWait:
    """Keep who waits from M/M/c and stretch how long."""
    if load.rate_per_h == 0 or factor == 0:
        return ExponentialWait(0.0, 1.0 / load.work_h)
    p_wait = waiting_probability(offered_load=load.offered_load, servers=load.staff)
    return ExponentialWait(p_wait, load.spare_per_h / factor)


def _queue(formula: str, load: Load, wait: Times) -> GeneralQueue:
    length = load.rate_per_h * wait.mean.hours
    return GeneralQueue(formula, load, load.utilisation, wait, length)
