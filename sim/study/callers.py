"""Callers who hang up: what share they are of all tickets, and what an overload makes of them.

A queue of callers clears itself: as many leave as cannot be answered. So its overload is told as
that, and as a backlog that never clears only where those who wait for ever (a portal, e-mail, work
that is handed back) ask for more than its people can give.
"""

from __future__ import annotations

from dataclasses import dataclass

from sim.scenario.model import Scenario
from sim.units import HOUR


@dataclass(frozen=True)
class Callers:
    """Those among a scenario's users who hang up.

    Attributes
    ----------
    share : float
        Of the tickets, those that come by a channel with patience.
    patience_h : float
        Their mean patience, in hours, so that as many leave at every length of the queue as if all
        had it; 0 where some have none.
    alike : bool
        Whether one patience holds for all of them.

    Examples
    --------
    >>> import sim
    >>> callers(sim.one_queue(rate="60 / h", work="10 min", staff=12, patience="3 min"))
    Callers(share=1.0, patience_h=0.05, alike=True)
    """

    share: float
    patience_h: float
    alike: bool


def callers(scenario: Scenario) -> Callers | None:
    """Describe those who hang up; None where nobody does."""
    channels = scenario.channels.values()
    total = sum(channel.share for channel in channels)
    some = [(c.share / total, c.patience) for c in channels if c.patience is not None and c.share]
    if not some:
        return None
    share = sum(part for part, _ in some)
    shortest = min(patience for _, patience in some)
    # Of those who wait, each leaves at the rate of its own patience.
    leaving = sum(part / patience for part, patience in some) / share if shortest else 0.0
    alike = len({patience for _, patience in some}) == 1
    mean = shortest if alike or not shortest else 1 / leaving
    return Callers(share, mean / HOUR, alike)


def hang_up(*, asked: float, given: float, callers: float) -> float:
    """Tell what part of the callers' work an overloaded queue cannot take, as a fluid.

    Parameters
    ----------
    asked, given : float
        Work that comes, and that its people can do, in the same unit.
    callers : float
        The part of the work asked that callers bring.

    Returns
    -------
    float
        From 0 (no overload) to 1 (all of them); above 1 where it is still overloaded then. Chance
        makes some more leave.

    Examples
    --------
    >>> hang_up(asked=200, given=100, callers=200), hang_up(asked=200, given=100, callers=50)
    (0.5, 2.0)
    """
    if asked <= given or not callers:
        return 0.0
    return (asked - given) / callers
