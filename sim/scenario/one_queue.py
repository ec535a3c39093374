"""The plainest desk there is: one queue, one tier, nothing that theory has no formula for."""

from __future__ import annotations

from typing import Any

from sim.errors import Fault, ScenarioError
from sim.scenario.checking import judged
from sim.scenario.model import Scenario
from sim.scenario.wording import dotted

SURE_TO_SOLVE = 3.0
"""Ability against a difficulty of 0.1: one ticket in four million million is too hard."""


def one_queue(
    *,
    rate: str,
    work: str,
    staff: int,
    work_cv: float = 1.0,
    busyness: float | str = 0.0,
    patience: str | None = None,
    within: str = "15 min",
    length: str = "9 weeks",
    warm_up: str = "1 week",
    name: str = "One queue",
) -> Scenario:
    """Make a desk to which queueing formulas apply: M/G/c, or M/G/c+M with patience.

    One tier that solves everything, round the clock, at an even rate; no absence, no breaks, no
    reopened tickets. Touch times are lognormal: with ``work_cv=1`` they have the mean and the
    variance of the exponential ones of Erlang's formulas, and not quite their shape.

    Parameters
    ----------
    rate : str
        Poisson arrivals: ``"60 / h"``.
    work : str
        Mean touch time: ``"10 min"``.
    staff : int
        Agents, always there.
    work_cv : float
        Coefficient of variation of the touch time.
    busyness : float or str
        Coefficient of variation of a day's volume: ``0.14`` or ``"14 %"``.
    patience : str, optional
        Mean time after which a caller hangs up; absent: nobody does.
    within : str
        Target of the one service level, ``response``.
    length, warm_up : str
        The period, and what of it is left out at its start.
    name : str

    Returns
    -------
    Scenario
        Its tier is called ``L1``.

    Raises
    ------
    ScenarioError
        If a value is not allowed.

    Examples
    --------
    >>> desk = one_queue(rate="60 / h", work="10 min", staff=12)
    >>> desk.tiers["L1"].staff, desk.demand.busyness
    ({'round the clock': 12}, 0.0)
    """
    channel: dict[str, Any] = {"share": 1}
    if patience is not None:
        channel["patience"] = patience
    tree: dict[str, Any] = {
        "name": name,
        "period": {"length": length, "warm_up": warm_up},
        "shifts": {"round the clock": {"Mon-Sun": "00:00-24:00", "on_holidays": True}},
        "demand": {
            "volume": rate,
            "profile": {"Mon-Sun": {"00-24": 1}},
            "busyness": busyness,
            "hardness": 0,
        },
        "priorities": {"P3": {"share": 1}},
        "channels": {"phone": channel},
        "topics": {"anything": {"share": 1, "difficulty": 0.1, "spread": 0}},
        "tiers": {
            "L1": {
                "ability": SURE_TO_SOLVE,
                "work": work,
                "work_cv": work_cv,
                "staff": {"round the clock": staff},
                "absence": 0,
                "breaks": 0,
                "reopens": 0,
            }
        },
        "service_levels": {
            "response": {"clock": "respond", "tier": "L1", "within": within, "goal": "80 %"}
        },
    }
    made, findings = judged(tree)
    if made is None:
        raise ScenarioError(Fault(one.what, dotted(one.path)) for one in findings)
    return made
