"""What is known about each number of a calibrated scenario, and how."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

Origin = Literal["measured", "fitted", "assumed"]
NORMAL_95: Final = 1.959963984540054
RESAMPLES: Final = 200


@dataclass(frozen=True)
class Parameter:
    """One number of a scenario.

    Attributes
    ----------
    path : str
        As in ``Scenario.with_``: ``"tiers.L1.ability"``.
    value : float
        In the unit of the scenario's model: ms, events per hour, a share.
    origin : {"measured", "fitted", "assumed"}
        Counted in the export; chosen so that the desk reproduces the export; or taken from
        elsewhere, because no export holds it.
    why : str
        How it was measured or fitted, or the source of the assumption.
    low, high : float, optional
        Ends of a 95 % interval.
    """

    path: str
    value: float
    origin: Origin
    why: str
    low: float | None = None
    high: float | None = None


@dataclass
class Ledger:
    """What a calibration has found so far.

    Attributes
    ----------
    parameters : list of Parameter
    notices : list of str
    """

    parameters: list[Parameter] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)

    def say(self, path: str, value: float, origin: Origin, why: str, *interval: float) -> None:
        """Write a parameter down."""
        self.parameters.append(Parameter(path, value, origin, why, *interval))


def share_interval(count: float, total: float) -> tuple[float, float]:
    """Return the 95 % interval of a share (Wilson 1927).

    Examples
    --------
    >>> tuple(round(end, 3) for end in share_interval(8, 10))
    (0.49, 0.943)
    """
    if total <= 0:
        return 0.0, 1.0
    p, z2 = count / total, NORMAL_95**2
    middle = (p + z2 / (2 * total)) / (1 + z2 / total)
    half = NORMAL_95 / (1 + z2 / total) * np.sqrt(p * (1 - p) / total + z2 / (4 * total**2))
    return float(max(middle - half, 0)), float(min(middle + half, 1))


def resampled(
    values: NDArray[np.float64],
    figure: Callable[[NDArray[np.float64]], float],
    *,
    seed: int = 1,
    times: int = RESAMPLES,
) -> tuple[float, float]:
    """Return the 95 % interval of a figure by resampling rows (Efron 1979, percentiles)."""
    rng = np.random.default_rng(seed)
    count = len(values)
    found = [figure(values[rng.integers(0, count, count)]) for _ in range(times)]
    low, high = np.nanquantile(found, (0.025, 0.975))
    return float(low), float(high)
