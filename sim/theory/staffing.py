"""How many people: the service level turned round, and the square-root rule."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

from sim.errors import TheoryError
from sim.scenario.promises import Leavers
from sim.theory.erlang import blocking_probability
from sim.theory.load import Load, fewest_staff
from sim.theory.mmc import erlang_c_of
from sim.theory.patience import erlang_a, erlang_a_of
from sim.theory.times import BISECTIONS, Duration, hours
from sim.units import format_share, share

ROOT_TWO = math.sqrt(2.0)
FARTHEST_SAFETY = 40.0
"""Safety staff in roots of the load beyond which nobody waits in any number of digits."""


def staff_for(
    rate: str,
    work: str | Duration,
    *,
    within: str | Duration,
    share: float | str,
    patience: str | Duration | None = None,
    leavers: Leavers = "missed",
) -> int:
    """Give the fewest staff who answer a share of the tickets within a limit.

    Parameters
    ----------
    rate : str
        Poisson arrivals: ``"60 / h"``.
    work : str or Duration
        Mean handle time: ``"10 min"``.
    within : str or Duration
        The limit: ``"15 min"``.
    share : float or str
        The goal: ``"80 %"``, below 100 %.
    patience : str or Duration, optional
        Mean patience. With it callers leave (Erlang A; Erlang B if it is 0), and the goal is a share
        of **all** of them, those who leave included; without it nobody leaves (Erlang C).
    leavers : {"missed", "short ones left out", "left out"}
        How those who leave count, as in a service level of a scenario.

    Returns
    -------
    int
        Staff present; absence and breaks come on top.

    Raises
    ------
    UnitError, TheoryError
        If a quantity cannot be read, or the goal is 100 %.

    Notes
    -----
    The service level of `erlang_c` or `erlang_a` rises with every agent, so a bisection finds the
    first number that does. Where those who leave are left out it may be met by few agents whom most
    callers do not wait for: that is what such a promise says.

    Examples
    --------
    >>> staff_for(rate="60 / h", work="10 min", within="15 min", share="80 %")
    11
    >>> staff_for(rate="60 / h", work="10 min", within="30 s", share="80 %")
    14
    >>> staff_for(rate="60 / h", work="10 min", within="30 s", share="80 %", patience="5 min")
    13
    >>> staff_for(rate="100 / h", work="10 min", within="1 min", share="80 %", patience="20 s")
    16
    """
    goal = reachable(share)
    load = Load.read(rate, work, 0)
    if load.rate_per_h == 0:
        return 0
    if patience is None:
        return staff_for_load(load, limit_h=hours(within), goal=goal)
    return staff_for_callers(
        load, patience_h=hours(patience), limit_h=hours(within), goal=goal, leavers=leavers
    )


def staff_for_callers(
    load: Load, *, patience_h: float, limit_h: float, goal: float, leavers: Leavers = "missed"
) -> int:
    """Give the fewest staff for a load that has been read already, if callers leave.

    Parameters
    ----------
    load : Load
        What the desk is offered, more than nothing; its staff are ignored.
    patience_h, limit_h : float
        Mean patience and the limit, in hours. Without any patience (0) who finds all busy is lost
        (Erlang B).
    goal : float
        Share to be answered within the limit, below 1, by the definition of `leavers`.
    leavers : {"missed", "short ones left out", "left out"}

    Returns
    -------
    int
        Staff present.
    """

    def does(staff: int) -> bool:
        if patience_h == 0:
            lost = blocking_probability(offered_load=load.offered_load, servers=staff)
            return leavers != "missed" or 1.0 - lost >= goal
        desk = erlang_a_of(replace(load, staff=staff), patience_h)
        return desk.service_level(Duration.of_hours(limit_h), leavers=leavers) >= goal

    return _first(does, start=1)


def staff_for_abandonment(
    rate: str, work: str | Duration, *, patience: str | Duration, at_most: float | str
) -> int:
    """Give the fewest staff with whom no more than a share of the callers leave (Erlang A inverse).

    Parameters
    ----------
    rate : str
        Poisson arrivals: ``"60 / h"``.
    work : str or Duration
        Mean handle time: ``"10 min"``.
    patience : str or Duration
        Mean patience: ``"5 min"``.
    at_most : float or str
        The share that may leave: ``"5 %"``, above 0.

    Returns
    -------
    int
        Staff present; at least 1, unless nobody comes.

    Raises
    ------
    UnitError, TheoryError
        If a quantity cannot be read, or nobody at all may leave.

    Notes
    -----
    The abandonment of `erlang_a` falls with every agent.

    Examples
    --------
    >>> staff_for_abandonment(rate="60 / h", work="10 min", patience="5 min", at_most="7 %")
    12
    """
    allowed = share(at_most)
    if allowed == 0:
        raise TheoryError(
            "whatever the staff, somebody loses patience: allow some to leave, such as '1 %'"
        )
    if Load.read(rate, work, 0).rate_per_h == 0:
        return 0
    return _first(
        lambda staff: erlang_a(rate, work, staff, patience).abandonment <= allowed, start=1
    )


def staff_for_load(load: Load, *, limit_h: float, goal: float) -> int:
    """Give the fewest staff for a load that has been read already, if nobody leaves.

    Parameters
    ----------
    load : Load
        What the desk is offered; its staff are ignored.
    limit_h : float
        The limit in hours.
    goal : float
        Share of the tickets to be answered within it, below 1.

    Returns
    -------
    int
        Staff present.
    """

    def does(staff: int) -> bool:
        desk = erlang_c_of(replace(load, staff=staff))
        return 1.0 - desk.wait.longer_than_h(limit_h) >= goal

    return _first(does, start=fewest_staff(load.offered_load))


def halfin_whitt(safety: float) -> float:
    """Give the share that waits on a large desk, from its safety staff in roots of the load.

    Parameters
    ----------
    safety : float
        β in ``staff = load + β √load``, above 0.

    Returns
    -------
    float
        A probability: the limit of Erlang C as the desk grows.

    Raises
    ------
    TheoryError
        If `safety` is not above 0: the queue never settles.

    Notes
    -----
    Halfin & Whitt (1981), "Heavy-traffic limits for queues with many exponential servers":
    ``α = 1 / (1 + β Φ(β) / φ(β))``.

    Examples
    --------
    >>> round(halfin_whitt(0.5), 4), round(halfin_whitt(1.0), 4)
    (0.5045, 0.2234)
    """
    if not safety > 0:
        raise TheoryError(f"a safety of {safety!r} leaves no spare staff: give more than 0")
    hazard = _normal_hazard(-safety)
    return hazard / (hazard + safety)


def garnett(safety: float, *, patience_per_work: float) -> float:
    """Give the share that waits on a large desk whose callers lose patience.

    Parameters
    ----------
    safety : float
        β in ``staff = load + β √load``; negative if there are fewer staff than load.
    patience_per_work : float
        Mean patience over mean work, above 0.

    Returns
    -------
    float
        A probability: the limit of Erlang A as the desk grows.

    Raises
    ------
    TheoryError
        If patience is not above 0.

    Notes
    -----
    Garnett, Mandelbaum & Reiman (2002), "Designing a call center with impatient customers",
    with ``s = √(patience / work)`` and h the hazard rate of the normal distribution,
    ``α = 1 / (1 + h(β s) / (s h(−β)))``.

    Examples
    --------
    >>> round(garnett(0.0, patience_per_work=1.0), 4), round(garnett(-1.0, patience_per_work=0.5), 4)
    (0.5, 0.7252)
    """
    if not patience_per_work > 0:
        raise TheoryError(
            f"patience of {patience_per_work!r} of the work is none: give more than 0"
        )
    root = math.sqrt(patience_per_work)
    busy = root * _normal_hazard(-safety)
    return busy / (busy + _normal_hazard(safety * root))


def square_root_staffing(rate: str, work: str | Duration, *, p_wait: float | str) -> int:
    """Give the staff by the square-root rule: the load, and a safety that grows with its root.

    Parameters
    ----------
    rate : str
        Poisson arrivals: ``"60 / h"``.
    work : str or Duration
        Mean handle time: ``"10 min"``.
    p_wait : float or str
        Share that may have to wait: ``"20 %"``, above 0 and below 100 %.

    Returns
    -------
    int
        Staff present.

    Raises
    ------
    UnitError, TheoryError
        If a quantity cannot be read or is out of range.

    Notes
    -----
    Borst, Mandelbaum & Reiman (2004), "Dimensioning large call centers", with the safety from
    Halfin & Whitt (1981). At most one off the exact number where 5 % or more may wait, and a little
    too few below that. It presumes that the load itself is known; where it is not, the safety must grow with the load, not with its root
    (Bassamboo, Randhawa & Zeevi 2010), see `gamma_mixed_service_level`.

    Examples
    --------
    >>> square_root_staffing(rate="60 / h", work="10 min", p_wait="20 %")
    14
    >>> square_root_staffing(rate="6000 / h", work="10 min", p_wait="20 %")
    1034
    """
    allowed = reachable(p_wait)
    if allowed == 0:
        raise TheoryError("no staff is never all busy: allow some to wait, such as '1 %'")
    load = Load.read(rate, work, 0).offered_load
    low, high = 0.0, FARTHEST_SAFETY
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        if middle in {low, high}:
            break
        if halfin_whitt(middle) > allowed:
            low = middle
        else:
            high = middle
    return math.ceil(load + high * math.sqrt(load))


def reachable(value: float | str) -> float:
    """Read a goal that finite staff can reach.

    Raises
    ------
    UnitError, TheoryError
        If it is no share, or 100 %.
    """
    goal = share(value)
    if goal == 1.0:
        raise TheoryError(f"no staff reach {format_share(goal, 0)}: ask for less, such as '99 %'")
    return goal


def _first(does: Callable[[int], bool], start: int) -> int:
    """Find the first number that does, of a condition that once met stays met."""
    step, enough = 1, start
    missed = start - 1
    while not does(enough):
        missed, enough = enough, enough + step
        step *= 2
    while enough - missed > 1:
        middle = (missed + enough) // 2
        if does(middle):
            enough = middle
        else:
            missed = middle
    return enough


def _normal_hazard(x: float) -> float:
    """Give φ(x) / (1 − Φ(x)) of the standard normal distribution."""
    if x > FARTHEST_SAFETY / 2:
        # Both sides underflow far out; there Laplace's continued fraction has all digits.
        return x + 1 / (x + 2 / (x + 3 / (x + 4 / (x + 5 / x))))
    density = math.exp(-x * x / 2) / math.sqrt(2 * math.pi)
    return density / (math.erfc(x / ROOT_TWO) / 2)
