"""The M/M/c+M queue (Erlang A): callers wait, and leave when their patience ends."""

from __future__ import annotations

import math
from dataclasses import dataclass

from sim.errors import TheoryError
from sim.scenario.promises import Leavers
from sim.theory.erlang import blocking_probability
from sim.theory.load import Load
from sim.theory.palm import Palm
from sim.theory.result import Result
from sim.theory.times import Duration, Times, hours
from sim.units import format_share


@dataclass(frozen=True, repr=False)
class ImpatientWait(Times):
    """The wait of all arrivals, until an agent takes them or their patience ends.

    Parameters
    ----------
    p_wait : float
        Share that finds all agents busy.
    patience_h : float
        Mean patience in hours.
    palm : Palm
        The queue behind busy agents.
    """

    p_wait: float
    patience_h: float
    palm: Palm

    @property
    def mean(self) -> Duration:
        """The mean over all arrivals, those who leave and those who do not wait included."""
        # Patience is exponential, so the share that leaves is the mean wait in patiences.
        return Duration.of_hours(self.p_wait * self.palm.queue / self.palm.y * self.patience_h)

    def longer_than_h(self, limit_h: float) -> float:
        """Give the share that still waits a limit in hours after it came."""
        patiences = limit_h / self.patience_h
        # Two independent things must last: the wait that is offered, and the patience.
        return self.p_wait * self.palm.longer(patiences) * math.exp(-patiences)


@dataclass(frozen=True, repr=False)
class ErlangA(Result):
    """An M/M/c+M queue in steady state.

    Parameters
    ----------
    load : Load
        What the desk is offered.
    patience : Duration
        Mean patience.
    utilisation : float
        Share of the staff's time at work.
    p_wait : float
        Share of arrivals that find all agents busy.
    abandonment : float
        Share of arrivals that leave before an agent takes them.
    wait : ImpatientWait
        The wait of all arrivals, until they are taken or leave.
    queue_length : float
        Mean number of tickets that wait.
    """

    load: Load
    patience: Duration
    utilisation: float
    p_wait: float
    abandonment: float
    wait: ImpatientWait
    queue_length: float

    def answered_within(self, limit: str | Duration) -> float:
        """Give the share of all arrivals that an agent takes within a limit.

        Parameters
        ----------
        limit : str or Duration
            For example ``"15 min"``.

        Returns
        -------
        float
            A share of **all** arrivals: those who leave count as not answered, however early.
            `wait.within` counts them as no longer waiting instead.

        Notes
        -----
        Mandelbaum & Zeltyn (2007); see `Palm.served_after`.
        """
        late = self.wait.palm.served_after(hours(limit) / self.patience.hours)
        return 1.0 - self.abandonment - self.p_wait * late

    def service_level(self, limit: str | Duration, *, leavers: Leavers = "missed") -> float:
        """Give the service level as a scenario's ``leavers`` defines it.

        Parameters
        ----------
        limit : str or Duration
            The target.
        leavers : {"missed", "short ones left out", "left out"}
            How those who leave count: against the desk; only if they left after the target; not at
            all.

        Returns
        -------
        float
            A share; 1 where nobody is left to count.

        Examples
        --------
        >>> desk = erlang_a(rate="60 / h", work="10 min", staff=10, patience="5 min")
        >>> for leavers in ("missed", "short ones left out", "left out"):
        ...     print(round(desk.service_level("1 min", leavers=leavers), 4))
        0.6629
        0.7142
        0.7762
        """
        in_time = self.answered_within(limit)
        out_of = {
            "missed": 1.0,
            # Who no longer waits at the limit was answered within it, or left within it.
            "short ones left out": in_time + self.wait.longer_than_h(hours(limit)),
            "left out": 1.0 - self.abandonment,
        }[leavers]
        return in_time / out_of if out_of > 0 else 1.0

    def title(self) -> str:
        """Say which model, and of what."""
        return f"Erlang A: {self.load}, patience {self.patience}"

    def figures(self) -> dict[str, object]:
        """Give the figures to print."""
        return {
            "utilisation": format_share(self.utilisation),
            "p_wait": format_share(self.p_wait),
            "abandonment": format_share(self.abandonment),
            "wait": self.wait,
            "queue_length": f"{self.queue_length:.3g}",
        }


def erlang_a(rate: str, work: str | Duration, staff: int, patience: str | Duration) -> ErlangA:
    """Describe a desk whose callers leave the queue when their patience ends: M/M/c+M.

    Parameters
    ----------
    rate : str
        Poisson arrivals, more than none: ``"60 / h"``. More than the staff can carry is allowed:
        the callers who leave make room.
    work : str or Duration
        Mean handle time, exponential: ``"10 min"``.
    staff : int
        Agents, at least 1.
    patience : str or Duration
        Mean patience, exponential: ``"5 min"``.

    Returns
    -------
    ErlangA
        Utilisation, probability and distribution of waiting, abandonment, queue length.

    Raises
    ------
    UnitError
        If a quantity has no unit or an unknown one.
    TheoryError
        If nobody comes, nobody works, or patience is 0 (that is `erlang_b`).

    Notes
    -----
    Palm (1957); Mandelbaum & Zeltyn (2007), "Service engineering in action: the Palm/Erlang-A
    queue". With B of Erlang B and A of `Palm`: ``P(wait) = A B / (1 + (A − 1) B)``. The share that
    leaves is ``θ E[queue] / λ``.

    Examples
    --------
    >>> desk = erlang_a(rate="60 / h", work="10 min", staff=10, patience="5 min")
    >>> desk
    Erlang A: 60 / h × 10 min on 10 staff, patience 5 min
      utilisation   85.4 %
      p_wait        46.6 %
      abandonment   14.6 %
      wait          mean 44 s, p50 0 min, p95 3.3 min
      queue_length  0.73
    >>> round(desk.answered_within("1 min"), 4), round(desk.wait.within("1 min"), 4)
    (0.6629, 0.7347)
    """
    load, patience_h = Load.read(rate, work, staff), hours(patience)
    if patience_h == 0:
        raise TheoryError("without any patience nobody waits: ask erlang_b, which turns them away")
    if load.rate_per_h == 0 or staff == 0:
        raise TheoryError(f"{load}: callers leave a queue only where some come and somebody works")
    return erlang_a_of(load, patience_h)


def erlang_a_of(load: Load, patience_h: float) -> ErlangA:
    """Describe a desk whose callers leave, from a load that has been read already.

    Parameters
    ----------
    load : Load
        With staff, and more than no arrivals.
    patience_h : float
        Mean patience in hours, above 0.
    """
    staff = load.staff
    palm = Palm.of(x=staff * patience_h / load.work_h, y=load.rate_per_h * patience_h)
    blocked = blocking_probability(offered_load=load.offered_load, servers=staff)
    # A B / (1 + (A − 1) B), divided by A, which overflows under heavy load where 1/A is just 0.
    p_wait = blocked / (blocked + math.exp(-palm.log_sum) * (1.0 - blocked))
    wait = ImpatientWait(p_wait, patience_h, palm)
    abandonment = p_wait * palm.queue / palm.y
    return ErlangA(
        load=load,
        patience=Duration.of_hours(patience_h),
        utilisation=load.utilisation * (1.0 - abandonment),
        p_wait=p_wait,
        abandonment=abandonment,
        wait=wait,
        queue_length=load.rate_per_h * wait.mean.hours,
    )
