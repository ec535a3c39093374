"""How long waits on others are: which law they follow, told by what it makes of held-out tickets.

What is seen of a ticket is the desk's own time and a wait together. For each law the share of tickets
that wait, and for how long, is fitted on one half of the tickets; the law whose simulated times make
the other half likeliest is taken, both halves in turn (simulated likelihood, on a grid of
logarithms). Besides the named families there is what the tickets themselves show: a wait of any
shape, its weights on a grid of lengths found by expectation and maximisation (the non-parametric
maximum likelihood of a mixture; Laird 1978).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sim.calibrate.families import LEAST, SEEN, evenly_spaced, simplest
from sim.calibrate.tune import DRAWS, OFFSET_MIN, OtherWaits, fit_other_waits
from sim.scenario.laws import LawName as Law

Hours = NDArray[np.float64]
LAWS: Final[tuple[Law, ...]] = ("lognormal", "gamma", "Weibull")
BINS: Final = 60
LONGEST_H: Final = 24.0 * 365
SHORTEST_WAIT_H: Final = 0.25
"""Less is no wait on others, but the desk's own time that differs."""
LENGTHS: Final = 48
STEPS: Final = 300
FEWEST: Final = 200
"""Tickets, below which the lognormal is taken without a comparison."""
LEAST_COUNT: Final = 1e-3
"""Tickets added to each bin, so that none is impossible."""
MOST_LOGIT: Final = 8.0
LOG_SCALE: Final = (-3.0, 9.0)
LOG_SPREAD: Final = {"lognormal": (-3.0, 0.59), "gamma": (-3.21, 4.6), "Weibull": (-1.16, 3.0)}
"""Of scale (hours) and spread: with them the coefficient of variation stays between 0.05 and 5."""
ALIKE: Final = 200
LARGEST_CV: Final = 5.0
SMALLEST_CV: Final = 0.05
RESAMPLES: Final = 20
WORTH: Final = 0.002
"""Gain of log-likelihood per ticket from which on another law than the lognormal is taken."""


@dataclass(frozen=True)
class Waits:
    """What a tier's tickets wait for others.

    Attributes
    ----------
    fitted : OtherWaits
        Share, mean and variation, with intervals.
    law : str
        One of ``LAWS``, or ``SEEN``.
    shape : tuple of float
        Evenly spaced quantiles in hours, where the wait is as seen.
    gain : dict
        Law to its held-out log-likelihood per ticket, less the lognormal's.
    """

    fitted: OtherWaits
    law: str
    shape: tuple[float, ...]
    gain: dict[str, float]

    def of_the_others(self, at_once: float) -> Waits:
        """Return the same waits as a share of the tickets that may wait: some never do."""
        one = self.fitted
        low, high = (min(end / (1 - at_once), 1.0) for end in one.share_interval)
        share = min(one.share / (1 - at_once), 1.0)
        return replace(self, fitted=replace(one, share=share, share_interval=(low, high)))


@dataclass(frozen=True)
class Desk:
    """What the desk takes by itself, and what a wait does to it.

    Attributes
    ----------
    hours : float64 array
        Without a wait.
    waited, more : float64 arrays
        Of tickets that waited: how long in the hours in which waits run, and by how much more than
        ``pace`` times that they took longer: for the wait ended when nobody was there, or began
        before a week-end. None of them: no more at all.
    pace : float
        Hours of the week for each hour in which waits run.
    """

    hours: Hours
    waited: Hours
    more: Hours
    pace: float = 1.0


def fit_waits(
    real_h: Hours,
    desk: Desk,
    *,
    seed: int = 1,
    shortest_h: float = SHORTEST_WAIT_H,
    lengths_tried: int = LENGTHS,
) -> Waits | None:
    """Fit what has to come on top of the desk's own time, by the law that foretells best.

    Parameters
    ----------
    real_h : float64 array
        Hours in the export.
    desk : Desk
    seed : int
    shortest_h : float
        What is less is no wait.
    lengths_tried : int
        So many that none of the bins in which times are counted lies between two lengths.

    Returns
    -------
    Waits or None
        None where there are too few tickets.
    """
    real_h, desk_h = real_h[np.isfinite(real_h)], desk.hours[np.isfinite(desk.hours)]
    if len(real_h) < FEWEST or not len(desk_h):
        fitted = fit_other_waits(real_h, desk_h, seed=seed)
        return None if fitted is None else Waits(fitted, LAWS[0], (), {})
    rng = np.random.default_rng(seed)
    lengths = np.append(0.0, np.geomspace(shortest_h, LONGEST_H / desk.pace, lengths_tried))
    falls = _Falls.of(lengths, rng.choice(desk_h, DRAWS), desk, rng)
    others = [
        _Falls.of(lengths, rng.choice(rng.choice(desk_h, len(desk_h)), DRAWS), desk, rng)
        for _ in range(RESAMPLES)
    ]
    gain = _gains(real_h, falls, rng)
    best = simplest(gain, WORTH)
    for law in LAWS:
        if law == best:
            return Waits(_as_named(law, real_h, falls, others, rng), law, (), gain)
    return Waits(*_as_seen(real_h, falls, others, rng), gain)


def _as_named(
    law: Law, real_h: Hours, falls: _Falls, others: list[_Falls], rng: np.random.Generator
) -> OtherWaits:
    """Return waits of a named law, with intervals by resampling tickets, and the desk's."""
    count = _counts(real_h)
    found = _named(law, count, falls)
    again = [_named(law, _counts(rng.choice(real_h, len(real_h))), other) for other in others]
    ends = np.quantile([(one.share, one.mean_h) for one in again], (0.025, 0.975), axis=0)
    return OtherWaits(
        found.share,
        found.mean_h,
        found.cv,
        (float(ends[0][0]), float(ends[1][0])),
        (float(ends[0][1]), float(ends[1][1])),
        float(np.abs(_shares(count) - found.weights @ falls.rows).sum() / 2),
    )


def _as_seen(
    real_h: Hours, falls: _Falls, others: list[_Falls], rng: np.random.Generator
) -> tuple[OtherWaits, str, tuple[float, ...]]:
    """Return waits of the shape that the tickets show, with intervals by resampling them."""
    seen = _seen(_counts(real_h), falls)
    spread = [_seen(_counts(rng.choice(real_h, len(real_h))), other) for other in others]
    low, high = np.quantile([(one.share, one.mean_h) for one in spread], (0.025, 0.975), axis=0)
    shape = np.array(seen.quantiles_h())
    off = _shares(_counts(real_h)) - seen.weights @ falls.rows
    fitted = OtherWaits(
        seen.share,
        # As the scenario reads it: straight lines between the quantiles.
        float(((shape[1:] + shape[:-1]) / 2).mean()),
        seen.cv,
        (float(low[0]), float(high[0])),
        (float(low[1]), float(high[1])),
        float(np.abs(off).sum() / 2),
    )
    return fitted, SEEN, tuple(shape.tolist())


def _gains(real_h: Hours, falls: _Falls, rng: np.random.Generator) -> dict[str, float]:
    """Return how much likelier than the lognormal each law makes held-out tickets."""
    half = rng.permutation(len(real_h)) % 2
    score = dict.fromkeys((*LAWS, SEEN), 0.0)
    for side in (0, 1):
        known, held = _counts(real_h[half == side]), _counts(real_h[half != side])
        for law in LAWS:
            score[law] += _likely(held, _named(law, known, falls).weights @ falls.rows)
        score[SEEN] += _likely(held, _seen(known, falls).weights @ falls.rows)
    return {law: (value - score[LAWS[0]]) / len(real_h) for law, value in score.items()}


@dataclass(frozen=True)
class _Named:
    """Waits of a named law, and how likely each length is under it."""

    share: float
    mean_h: float
    cv: float
    weights: Hours


def _named(law: Law, count: Hours, falls: _Falls) -> _Named:
    """Find the three numbers of a named law that make the hours likeliest."""
    from scipy import optimize, special  # noqa: PLC0415 - heavy, and only needed here

    lengths = falls.lengths[1:]
    low, high = np.array([(-MOST_LOGIT, MOST_LOGIT), LOG_SCALE, LOG_SPREAD[law]]).T
    edges = np.sqrt(lengths[1:] * lengths[:-1])

    def weights(x: Hours) -> Hours:
        share, scale, spread = special.expit(x[0]), np.exp(x[1]), np.exp(x[2])
        below = {
            "lognormal": lambda: special.ndtr(np.log(edges / scale) / spread),
            "gamma": lambda: special.gammainc(spread, edges / scale),
            "Weibull": lambda: -np.expm1(-((edges / scale) ** spread)),
        }[law]()
        # The shortest stands for all below it, the longest for all above.
        return np.append(1 - share, share * np.diff(below, prepend=0.0, append=1.0))

    def misfit(x: Hours) -> float:
        return -_likely(count, weights(np.clip(x, low, high)) @ falls.rows)

    # Where few tickets wait, only a start near what they show leads anywhere.
    starts = [np.array([0.0, np.log(hours), 0.0]) for hours in (8.0, 80.0)]
    starts.append(_as_seen_start(law, _seen(count, falls)))
    tried = [optimize.minimize(misfit, one, method="Nelder-Mead") for one in starts]
    best = np.clip(min(tried, key=lambda one: float(one.fun)).x, low, high)
    scale, spread = float(np.exp(best[1])), float(np.exp(best[2]))
    # Mean and square of the coefficient of variation, from scale and spread.
    if law == "lognormal":
        mean, square = np.exp(spread**2 / 2), np.expm1(spread**2)
    elif law == "gamma":
        mean, square = spread, 1 / spread
    else:
        gammaln = special.gammaln
        mean = special.gamma(1 + 1 / spread)
        square = np.expm1(gammaln(1 + 2 / spread) - 2 * gammaln(1 + 1 / spread))
    return _Named(
        float(special.expit(best[0])),
        min(scale * float(mean), LONGEST_H),
        min(float(np.sqrt(square)), LARGEST_CV),
        weights(best),
    )


def _as_seen_start(law: Law, seen: _Seen) -> Hours:
    """Return logit of the share, and logarithms of scale and spread, of a law with moments as seen."""
    from scipy import special  # noqa: PLC0415 - heavy, and only needed here

    cv = float(np.clip(seen.cv, SMALLEST_CV, LARGEST_CV))
    if law == "lognormal":
        spread = np.sqrt(np.log1p(cv**2))
        unit = np.exp(spread**2 / 2)
    elif law == "gamma":
        spread = unit = 1 / cv**2
    else:
        # Near enough for a start (Justus et al. 1978).
        spread = cv**-1.086
        unit = special.gamma(1 + 1 / spread)
    share = special.logit(np.clip(seen.share, 1e-3, 1 - 1e-3))
    return np.array([share, np.log(max(seen.mean_h, 1e-9) / unit), np.log(spread)])


@dataclass(frozen=True)
class _Falls:
    """Into which bins the hours of tickets fall, by the length of the wait.

    Attributes
    ----------
    lengths : float64 array
        In hours, the first 0.
    rows : float64 array, shape (lengths, bins)
        Each row adds up to 1.
    """

    lengths: Hours
    rows: Hours

    @classmethod
    def of(cls, lengths: Hours, base: Hours, desk: Desk, rng: np.random.Generator) -> _Falls:
        """Add waits of each length to the hours that tickets take by themselves."""
        order = np.argsort(desk.waited, kind="stable")
        waited, more = desk.waited[order], desk.more[order]
        rows = []
        for wait in lengths:
            longer = np.full(len(base), wait * desk.pace)
            if wait and len(more):
                # The tickets whose waits were most like it.
                middle = int(np.searchsorted(waited, wait))
                low = min(max(middle - ALIKE // 2, 0), max(len(more) - ALIKE, 0))
                longer += rng.choice(more[low : low + ALIKE], len(base))
            rows.append(_counts(base + np.maximum(longer, wait)))
        counts = np.stack(rows)
        return cls(lengths, (counts + LEAST_COUNT) / (len(base) + LEAST_COUNT * BINS))


def _shares(count: Hours) -> Hours:
    return np.asarray(count / count.sum())


def _edges() -> Hours:
    top = np.log(60 * 2 * LONGEST_H + OFFSET_MIN)
    return np.linspace(np.log(OFFSET_MIN), top, BINS + 1)


def _counts(hours: Hours) -> Hours:
    place = np.log(np.maximum(60 * hours, LEAST) + OFFSET_MIN)
    found = np.searchsorted(_edges(), place, side="right") - 1
    counted = np.bincount(np.clip(found, 0, BINS - 1), minlength=BINS)
    return np.asarray(counted, np.float64)


def _likely(count: Hours, chance: Hours) -> float:
    """Return the log-likelihood of hours, counted by bins."""
    return float((count * np.log(chance)).sum())


@dataclass(frozen=True)
class _Seen:
    """Waits of any shape: lengths in hours, the first 0, and how likely each is."""

    lengths: Hours
    weights: Hours

    @property
    def share(self) -> float:
        return float(1 - self.weights[0])

    @property
    def mean_h(self) -> float:
        return float((self.lengths * self.weights).sum() / max(self.share, 1e-9))

    @property
    def cv(self) -> float:
        square = float((self.lengths**2 * self.weights).sum() / max(self.share, 1e-9))
        return float(np.sqrt(max(square - self.mean_h**2, 0)) / max(self.mean_h, 1e-9))

    def at(self, place: Hours) -> Hours:
        """Return quantiles of the waits that are: each length stands for those around it."""
        lengths, weights = self.lengths[1:], self.weights[1:] / max(self.share, 1e-9)
        middle = np.sqrt(lengths[1:] * lengths[:-1])
        edge = np.concatenate([lengths[:1], middle, lengths[-1:]])
        below = np.concatenate([[0.0], np.cumsum(weights)])
        return np.asarray(np.exp(np.interp(place, below, np.log(edge))))

    def quantiles_h(self) -> tuple[float, ...]:
        # Up to the very end would be up to the longest length of all.
        found = evenly_spaced(self.at((np.arange(DRAWS) + 0.5) / DRAWS))
        return tuple(float(f"{q:.4g}") for q in found)


def _seen(count: Hours, falls: _Falls) -> _Seen:
    """Find the weights of lengths of waits that make the hours likeliest."""
    seen = _shares(count)
    weights = np.full(len(falls.lengths), 0.5 / (len(falls.lengths) - 1))
    weights[0] = 0.5
    for _ in range(STEPS):
        weights *= falls.rows @ (seen / (weights @ falls.rows))
    return _Seen(falls.lengths, weights / weights.sum())
