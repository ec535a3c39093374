"""What the facts leave open, and what that would change."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from sim.facts.desk import Latent, desk, promised
from sim.facts.figures import figures
from sim.facts.infer import Inferred

SURE_SDS: Final = 1.645
"""Standard deviations to either side: 90 % of what may be."""
REPLICATIONS: Final = 12
"""As many as the table "Is this your desk?" rests on, on the same tickets, so that both agree."""
_WORTH_SAYING: Final = 1.15
"""A number whose range is narrower than this factor (a share: this factor of its odds) is known."""


@dataclass(frozen=True)
class Moved:
    """A promise under the two ends of what is open, all else as it was inferred.

    Attributes
    ----------
    promise : str
    goal : float
    at_low, at_high : float
        Share within the target, with the number at either end.
    """

    promise: str
    goal: float
    at_low: float
    at_high: float

    @property
    def flips(self) -> bool:
        """Whether the goal is reached at one end alone."""
        return (self.at_low >= self.goal) != (self.at_high >= self.goal)


@dataclass(frozen=True)
class Open:
    """A number that the facts leave open.

    Attributes
    ----------
    latent : Latent
    low, high : float
        Between which it lies with 90 %: minutes, or a share.
    moved : tuple of Moved
        One a promise.
    """

    latent: Latent
    low: float
    high: float
    moved: tuple[Moved, ...]


def left_open(found: Inferred, *, seed: int = 1) -> tuple[Open, ...]:
    """List what the facts leave open, what decides most first."""
    rows = list(_open(found, seed))
    return tuple(
        sorted(rows, key=lambda one: (not any(m.flips for m in one.moved), -_farthest(one)))
    )


def _farthest(one: Open) -> float:
    return max((abs(m.at_high - m.at_low) for m in one.moved), default=0.0)


def _open(found: Inferred, seed: int) -> Iterator[Open]:
    promises = promised(found.known)
    metrics = [f"service_level[{name}]" for name in promises]
    spreads = np.sqrt(np.diag(found.covariance))
    for place, latent in enumerate(found.latents):
        reach = SURE_SDS * spreads[place]
        ends = [latent.value(float(found.sds[place] + side * reach)) for side in (-1, 1)]
        if reach * latent.spread * 2 < np.log(_WORTH_SAYING):
            continue
        # This one alone: who sets it in the file finds what is said here, and nothing else is the cause.
        shares = []
        for side in (-1, 1):
            at = found.sds.copy()
            at[place] += side * reach
            numbers = {
                one.path: one.value(float(z)) for one, z in zip(found.latents, at, strict=True)
            }
            made = desk(found.known, numbers)
            shares.append(figures(made, metrics, seed=seed, replications=REPLICATIONS))
        moved = tuple(
            Moved(name, one.goal, low, high)
            for (name, one), low, high in zip(promises.items(), *shares, strict=True)
        )
        yield Open(latent, ends[0], ends[1], moved)
