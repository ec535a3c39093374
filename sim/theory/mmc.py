"""The M/M/c queue (Erlang C): everybody waits, and how long."""

from __future__ import annotations

import math
from dataclasses import dataclass

from sim.theory.erlang import waiting_probability
from sim.theory.load import Load
from sim.theory.result import Result
from sim.theory.times import Duration, ExponentialWait, Times
from sim.units import format_share


@dataclass(frozen=True, repr=False)
class Sojourn(Times):
    """The time from joining an M/M/c queue to the end of the work.

    Parameters
    ----------
    load : Load
        What the desk is offered; it must settle.
    p_wait : float
        Share that waits.

    Notes
    -----
    The wait and the work are independent, so the tail is a convolution of two exponentials
    (Gross & Harris 1998, section 2.3). With ``k = c − 1 − a``:
    ``P(S > t) = e^(−μt) + C (e^(−μt) − e^(−(c − a)μt)) / k``.

    Examples
    --------
    >>> erlang_c("60 / h", "10 min", 12).sojourn
    mean 12 min, p50 9.3 min, p95 34 min
    """

    load: Load
    p_wait: float

    @property
    def mean(self) -> Duration:
        """The mean wait and the mean work together."""
        # Where nobody waits there may be nobody to wait for either, and nothing to divide by.
        wait_h = self.p_wait / self.load.spare_per_h if self.p_wait else 0.0
        return Duration.of_hours(wait_h + self.load.work_h)

    def longer_than_h(self, limit_h: float) -> float:
        """Give the share that is not done a limit in hours after it joined."""
        worked = limit_h / self.load.work_h
        k = self.load.staff - 1 - self.load.offered_load
        done_alone = math.exp(-worked)
        if abs(k * worked) < 1:
            # The two exponentials come close to each other: expm1 keeps the digits of their difference.
            queued = done_alone * (-math.expm1(-k * worked) / k if k else worked)
        else:
            queued = (done_alone - math.exp(-(k + 1) * worked)) / k
        return done_alone + self.p_wait * queued


@dataclass(frozen=True, repr=False)
class ErlangC(Result):
    """An M/M/c queue in steady state.

    Parameters
    ----------
    load : Load
        What the desk is offered.
    utilisation : float
        Share of the staff's time at work.
    p_wait : float
        Share of arrivals that wait.
    wait : ExponentialWait
        The wait for an agent, over all arrivals.
    sojourn : Sojourn
        The wait and the work together.
    queue_length : float
        Mean number of tickets that wait.
    """

    load: Load
    utilisation: float
    p_wait: float
    wait: ExponentialWait
    sojourn: Sojourn
    queue_length: float

    def title(self) -> str:
        """Say which model, and of what."""
        return f"Erlang C: {self.load}"

    def figures(self) -> dict[str, object]:
        """Give the figures to print."""
        return {
            "utilisation": format_share(self.utilisation),
            "p_wait": format_share(self.p_wait),
            "wait": self.wait,
            "sojourn": self.sojourn,
            "queue_length": f"{self.queue_length:.3g}",
        }


def erlang_c(rate: str, work: str | Duration, staff: int) -> ErlangC:
    """Describe a desk with one first-come queue where nobody leaves: M/M/c.

    Parameters
    ----------
    rate : str
        Poisson arrivals: ``"60 / h"``.
    work : str or Duration
        Mean handle time, exponential: ``"10 min"``.
    staff : int
        Agents.

    Returns
    -------
    ErlangC
        Utilisation, probability and distribution of waiting, queue length.

    Raises
    ------
    UnitError
        If a quantity has no unit or an unknown one.
    TheoryError
        If the staff cannot carry the load: the queue never settles.

    Notes
    -----
    Erlang (1917); Gans, Koole & Mandelbaum (2003), section 4.1:
    ``P(W > t) = C(c, a) exp(−(cμ − λ) t)``.

    Examples
    --------
    >>> desk = erlang_c(rate="60 / h", work="10 min", staff=12)
    >>> desk
    Erlang C: 60 / h × 10 min on 12 staff
      utilisation   83.3 %
      p_wait        44.9 %
      wait          mean 2.2 min, p50 0 min, p95 11 min
      sojourn       mean 12 min, p50 9.3 min, p95 34 min
      queue_length  2.25
    >>> desk.wait.mean, round(desk.wait.mean.minutes, 4)
    (2.2 min, 2.2469)
    >>> round(desk.wait.within("15 min"), 4)
    0.9776
    """
    return erlang_c_of(Load.read(rate, work, staff))


def erlang_c_of(load: Load, where: str = "") -> ErlangC:
    """Describe the M/M/c queue of a load that has been read already.

    Parameters
    ----------
    load : Load
        What the desk is offered.
    where : str
        Which desk, for the message if it is overloaded: ``"L2: "``.

    Returns
    -------
    ErlangC
        As `erlang_c`.

    Raises
    ------
    TheoryError
        If the staff cannot carry the load.
    """
    load.require_steady(where)
    if load.rate_per_h == 0:
        # Nobody comes, so nobody waits; with no staff either there is no rate to divide by.
        p_wait, decay_per_h = 0.0, max(load.staff, 1) / load.work_h
    else:
        p_wait = waiting_probability(offered_load=load.offered_load, servers=load.staff)
        decay_per_h = load.spare_per_h
    wait = ExponentialWait(p_wait, decay_per_h)
    return ErlangC(
        load=load,
        utilisation=load.utilisation,
        p_wait=p_wait,
        wait=wait,
        sojourn=Sojourn(load, p_wait),
        queue_length=load.rate_per_h * wait.mean.hours,
    )
