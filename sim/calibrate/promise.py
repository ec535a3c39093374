"""What an export's own flag of a service level means, so that it can be asked of a simulated ticket.

Tools flag each ticket as having made its service level or not, and do not say what was promised. Of
all limits on the time to resolution, the one that reproduces most flags of a priority is taken.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sim.intake.export import Export
from sim.workload.journeys import NONE, Flags

LEAST_AGREEMENT: Final = 0.9
"""Below it the flags are about something else than the time to resolution."""
FEWEST_FLAGS: Final = 30


@dataclass(frozen=True)
class Promise:
    """Limits on the time to resolution that reproduce an export's flags.

    Attributes
    ----------
    within_h : dict of str to float
        Priority to the limit in hours, nights and waits counted; ``""`` for tickets of a priority
        that is not named.
    agreement : float
        The share of the flags that the limits reproduce.
    """

    within_h: dict[str, float]
    agreement: float

    def made(self, export: Export) -> Flags:
        """Tell which tickets were resolved within their limit."""
        limit = np.full(len(export.priorities) + 1, self.within_h[""])
        for code, label in enumerate(export.priorities):
            limit[code] = self.within_h.get(label, limit[code])
        # NONE, that is -1, takes the last place.
        return np.asarray(export.durations_h() <= limit[export.tickets.priority])


def find_promise(export: Export) -> Promise | None:
    """Find the limits behind an export's flags; None where there are no flags, or none explain them."""
    hours, flag = export.durations_h(), export.tickets.sla
    known = (flag != NONE) & np.isfinite(hours)
    if known.sum() < FEWEST_FLAGS:
        return None
    overall, _ = _limit(hours[known], flag[known] == 1)
    within = {"": overall}
    for code, label in enumerate(export.priorities):
        own = known & (export.tickets.priority == code)
        if own.sum() >= FEWEST_FLAGS:
            within[label], _ = _limit(hours[own], flag[own] == 1)
    found = Promise(within, 0.0)
    agreement = float((found.made(export)[known] == (flag[known] == 1)).mean())
    return Promise(within, agreement) if agreement >= LEAST_AGREEMENT else None


def _limit(hours: NDArray[np.float64], made: Flags) -> tuple[float, float]:
    """Return the limit that reproduces most flags, and the share of them that it does.

    Examples
    --------
    >>> _limit(np.array([1.0, 3.0, 5.0, 9.0]), np.array([True, True, False, False]))
    (3.0, 1.0)
    """
    order = np.argsort(hours, kind="stable")
    hours, made = hours[order], made[order]
    # After the n-th ticket: those made so far are right, and those missed from there on.
    right = np.append(0, np.cumsum(made)) + np.append(np.cumsum(~made[::-1])[::-1], 0)
    # A limit falls between two different times, never within equal ones.
    between = np.append(True, np.append(np.diff(hours) > 0, True))
    best = int(np.argmax(np.where(between, right, -1)))
    return (float(hours[best - 1]) if best else 0.0), float(right[best] / len(hours))
