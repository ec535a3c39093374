"""Erlang's two probabilities, and the desk that turns callers away (Erlang B)."""

from __future__ import annotations

import math
from dataclasses import dataclass

from sim.errors import TheoryError
from sim.theory.load import Load, check_staff
from sim.theory.result import Result
from sim.theory.times import Duration
from sim.units import format_share, share


def blocking_probability(*, offered_load: float, servers: int) -> float:
    """Erlang B: the share of time that all servers are busy when nobody can wait.

    Parameters
    ----------
    offered_load : float
        Rate × mean work (erlang), at least 0.
    servers : int
        Servers, at least 0.

    Returns
    -------
    float
        A probability.

    Raises
    ------
    TheoryError
        If an argument is out of range.

    Notes
    -----
    Erlang (1917), by the recursion ``B(n) = a B(n−1) / (n + a B(n−1))``, ``B(0) = 1``: only
    additions and multiplications of positive numbers, so it loses no digits for any number of
    servers, and it underflows to 0 instead of overflowing. It holds for work of any distribution.

    Examples
    --------
    >>> round(blocking_probability(offered_load=10.0, servers=12), 6)
    0.119739
    """
    if not (math.isfinite(offered_load) and offered_load >= 0):
        raise TheoryError(f"an offered load of {offered_load!r} is none: give erlangs, at least 0")
    check_staff(servers)
    blocked = 1.0
    for n in range(1, servers + 1):
        blocked = offered_load * blocked / (n + offered_load * blocked)
    return blocked


def waiting_probability(*, offered_load: float, servers: int) -> float:
    """Erlang C: the share of arrivals that find all servers busy when everybody waits.

    Parameters
    ----------
    offered_load : float
        Rate × mean work (erlang), at least 0 and below `servers`.
    servers : int
        Servers, at least 1.

    Returns
    -------
    float
        A probability.

    Raises
    ------
    TheoryError
        If the load is not below the servers: the queue never settles.

    Notes
    -----
    Erlang (1917); from Erlang B as in Gans, Koole & Mandelbaum (2003), section 4.1:
    ``C = B / (1 − ρ (1 − B))``.

    Examples
    --------
    >>> round(waiting_probability(offered_load=10.0, servers=12), 6)
    0.449388
    """
    blocked = blocking_probability(offered_load=offered_load, servers=servers)
    if offered_load >= servers:
        raise TheoryError(
            f"{servers} servers are offered {offered_load:g} erlang: the queue never settles; "
            "give more servers than erlangs"
        )
    return blocked * servers / (servers - offered_load * (1.0 - blocked))


@dataclass(frozen=True, repr=False)
class ErlangB(Result):
    """A desk with no queue (M/G/c/c): who finds everybody busy is lost.

    Parameters
    ----------
    load : Load
        What the desk is offered.
    p_blocked : float
        Share of arrivals turned away.
    utilisation : float
        Share of the staff's time at work on the others.
    """

    load: Load
    p_blocked: float
    utilisation: float

    def title(self) -> str:
        """Say which model, and of what."""
        return f"Erlang B: {self.load}"

    def figures(self) -> dict[str, object]:
        """Give the figures to print."""
        return {
            "p_blocked": format_share(self.p_blocked),
            "utilisation": format_share(self.utilisation),
        }


def erlang_b(rate: str, work: str | Duration, staff: int) -> ErlangB:
    """Describe a desk whose callers hear the engaged tone instead of waiting.

    Parameters
    ----------
    rate : str
        Poisson arrivals: ``"60 / h"``.
    work : str or Duration
        Mean handle time, of any distribution: ``"10 min"``.
    staff : int
        Agents (or lines), at least 0.

    Returns
    -------
    ErlangB
        Blocking and utilisation.

    Raises
    ------
    UnitError, TheoryError
        If a quantity cannot be read or is out of range.

    Notes
    -----
    Erlang (1917); see `blocking_probability`.

    Examples
    --------
    >>> erlang_b(rate="60 / h", work="10 min", staff=12)
    Erlang B: 60 / h × 10 min on 12 staff
      p_blocked    12.0 %
      utilisation  73.4 %
    """
    load = Load.read(rate, work, staff)
    blocked = blocking_probability(offered_load=load.offered_load, servers=staff)
    carried = load.offered_load * (1.0 - blocked)
    return ErlangB(load, blocked, carried / staff if staff else 0.0)


def lines_for(rate: str, work: str | Duration, blocked: float | str) -> int:
    """Give the fewest lines that turn away no more than a share of the callers (Erlang B inverse).

    Parameters
    ----------
    rate : str
        Poisson arrivals: ``"60 / h"``.
    work : str or Duration
        Mean time that a line is held: ``"10 min"``.
    blocked : float or str
        The share allowed: ``"1 %"``. Above 0, since every finite number of lines can be busy.

    Returns
    -------
    int
        Lines.

    Raises
    ------
    UnitError, TheoryError
        If a quantity cannot be read, or nobody at all may be turned away.

    Notes
    -----
    Erlang (1917): the recursion of `blocking_probability`, stopped at the first number that does.

    Examples
    --------
    >>> lines_for(rate="60 / h", work="10 min", blocked="1 %")
    18
    """
    allowed = share(blocked)
    load = Load.read(rate, work, 0).offered_load
    if allowed == 0.0 and load > 0.0:
        raise TheoryError("no number of lines is never all busy: allow some share, such as '0.1 %'")
    lines, now = 0, 1.0 if load else 0.0
    while now > allowed:
        lines += 1
        now = load * now / (lines + load * now)
    return lines
