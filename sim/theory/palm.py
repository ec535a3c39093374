"""Palm's function: what patience does to a queue behind busy servers, to the last digits.

While all c servers of an M/M/c+M queue are busy, tickets come at rate λ and leave at rate
cμ + jθ with j waiting. In units of the patience 1/θ that is ``x = cμ/θ`` and ``y = λ/θ``, and the
weights of j waiting are those of Palm (1957)::

    A(x, y) = Σ_j y^j / ((x + 1) (x + 2) ⋯ (x + j)) = x e^y y^(−x) γ(x, y)

with γ the lower incomplete gamma function. The right side overflows and cancels for large desks or
long patience, the left side needs many terms under overload, so each is used where it is good.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import special

CHUNK = 1 << 14
"""Terms of the series summed at a time."""
MOST_TERMS = 1 << 22
"""Where the series would need more, x is so large that the closed form has digits to spare."""
NEGLIGIBLE = 1e-18
"""A term this small beside the sum changes no bit of it."""
STIRLING_FROM = 50.0
"""From here on three terms of Stirling's series give log Γ to the last digit."""


@dataclass(frozen=True)
class Palm:
    """The queue behind busy servers, in units of the patience.

    Parameters
    ----------
    x : float
        Rate at which c busy servers finish, per patience: cμ/θ, above 0.
    y : float
        Rate at which tickets come, per patience: λ/θ, above 0.
    by_series : bool
        Whether the series is the better way here.
    log_sum : float
        log A(x, y).
    queue : float
        Mean number waiting while all servers are busy.

    Examples
    --------
    >>> palm = Palm.of(x=5.0, y=4.0)
    >>> round(math.exp(palm.log_sum), 6), round(palm.queue, 6)
    (2.374783, 1.105455)
    """

    x: float
    y: float
    by_series: bool
    log_sum: float
    queue: float

    @classmethod
    def of(cls, x: float, y: float) -> Palm:
        """Work out the sum and the mean queue."""
        by_series = y <= x and _terms(x, y) <= MOST_TERMS
        if by_series:
            total, queue = _series(x, y)
            return cls(x, y, by_series, math.log(total), queue)
        log_sum = _log_closed(x, y)
        # Flow in = flow out while busy: y − x + x/A. Nothing cancels here, since y is above x, or
        # so close to it that the queue is of the order of the root of a very large x.
        return cls(x, y, by_series, log_sum, y - x + x * math.exp(-log_sum))

    def longer(self, patiences: float) -> float:
        """Give the share of those who find all busy whose offered wait is above a limit.

        Parameters
        ----------
        patiences : float
            The limit in units of the mean patience.

        Returns
        -------
        float
            γ(x, y e^(−s)) / γ(x, y): Mandelbaum & Zeltyn (2007), "Service engineering in action:
            the Palm/Erlang-A queue".
        """
        left = self.y * math.exp(-patiences)
        if not self.by_series:
            return float(special.gammainc(self.x, left) / special.gammainc(self.x, self.y))
        total, _ = _series(self.x, left)
        decay = -self.x * patiences - self.y * math.expm1(-patiences)
        return total * math.exp(decay - self.log_sum)

    def served_after(self, patiences: float) -> float:
        """Give the share of those who find all busy who wait above a limit and are then served.

        Parameters
        ----------
        patiences : float
            The limit in units of the mean patience.

        Returns
        -------
        float
            γ(x + 1, y e^(−s)) / (y γ(x, y)): the density of the offered wait times the share e^(−s)
            still there, integrated beyond the limit.
        """
        left = self.y * math.exp(-patiences)
        if not self.by_series:
            beyond = special.gammainc(self.x + 1, left) / special.gammainc(self.x, self.y)
            return float(beyond * self.x / self.y)
        total, _ = _series(self.x + 1, left)
        decay = -(self.x + 1) * patiences - self.y * math.expm1(-patiences)
        return total * math.exp(decay - self.log_sum) * self.x / (self.x + 1)


def _terms(x: float, y: float) -> float:
    """Bound the terms that count: the j-th is below exp(−j log(x/y)) and near exp(−j²/2x)."""
    depth = -math.log(NEGLIGIBLE)
    by_spread = math.sqrt(2 * depth * x) + depth
    return min(by_spread, depth / math.log(x / y)) if y < x else by_spread


def _series(x: float, y: float) -> tuple[float, float]:
    """Sum the weights, and the mean of j under them, for y up to x."""
    total, moment, last, begun = 1.0, 0.0, 1.0, 0
    while last > NEGLIGIBLE * total:
        j = np.arange(begun + 1, begun + CHUNK + 1, dtype=np.float64)
        weights = last * np.cumprod(y / (x + j))
        total += float(weights.sum())
        moment += float(weights @ j)
        last, begun = float(weights[-1]), begun + CHUNK
    return total, moment / total


def _log_closed(x: float, y: float) -> float:
    """Give log A by the incomplete gamma function, with the large parts cancelled on paper."""
    log_gamma_part = math.log(special.gammainc(x, y))
    if x < STIRLING_FROM:
        return float(y - x * math.log(y) + math.lgamma(x + 1) + log_gamma_part)
    excess = (y - x) / x
    stirling = 1 / (12 * x) - 1 / (360 * x**3) + 1 / (1260 * x**5)
    return float(
        x * (excess - math.log1p(excess))
        + math.log(2 * math.pi * x) / 2
        + stirling
        + log_gamma_part
    )
