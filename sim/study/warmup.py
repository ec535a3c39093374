"""When the desk has filled up: how much of a run is warm-up.

A desk that starts empty is better than it will be. What it shows before it has filled up is left
out, and this says how long that takes: MSER-5 from the numbers alone, Welch's plot for the eye.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.errors import StudyError

BATCH = 5
FEWEST_BATCHES = 10


@dataclass(frozen=True, eq=False)
class WarmUp:
    """Where to cut a series.

    Attributes
    ----------
    cut : int
        Observations to leave out at the start.
    settled : bool
        False when the best cut lies at the end of the first half: the series is too short to say
        (or the desk never settles, because it is offered more than it can do).
    statistic : float64 array, one per batch of the first half
        MSER after leaving out 0, 1, 2, … batches.
    """

    cut: int
    settled: bool
    statistic: NDArray[np.float64]

    def __repr__(self) -> str:
        if not self.settled:
            return "not settled within half of the series"
        return f"settled after {self.cut} observations"


def mser5(series: ArrayLike, *, batch: int = BATCH) -> WarmUp:
    """Find the cut that makes the mean of the rest most certain.

    The series is averaged in batches of five; the cut d minimises the squared standard error of
    what is left, sum over i > d of (Y_i - mean)^2 / (n - d)^2, looking no further than half way
    (White, Cobb and Spratt, "A comparison of five steady-state truncation heuristics", WSC 2000).

    Parameters
    ----------
    series : array of float64, shape (observations,) or (replications, observations)
        Equally spaced in time, as the backlog at every hour; replications are averaged first. A
        daily or weekly pattern must be gone already: give whole days or weeks.
    batch : int
        Observations per batch.

    Examples
    --------
    >>> filling = [0.0, 1.0, 2.0, 2.0, 3.0, 5.0, 4.0, 6.0, 6.0, 7.0]
    >>> mser5(filling + [9.0, 7.0, 10.0, 8.0, 8.0, 7.0, 9.0] * 10)
    settled after 10 observations
    """
    values = _average(series)
    count = len(values) // batch
    if count < FEWEST_BATCHES:
        raise StudyError(
            f"a warm-up cannot be found in {len(values)} observations; "
            f"at least {FEWEST_BATCHES * batch} are needed"
        )
    means = values[: count * batch].reshape(count, batch).mean(axis=1)
    # Sums from the end give the mean and the spread of what is left, for every cut at once.
    centred = (means - means.mean())[::-1]
    left = np.arange(1, count + 1)
    total, squares = np.cumsum(centred), np.cumsum(centred**2)
    statistic = ((squares - total**2 / left) / left**2)[::-1]
    half = count // 2
    statistic = np.maximum(statistic[: half + 1], 0.0)
    best = int(np.argmin(statistic))
    return WarmUp(best * batch, best < half, statistic)


def welch(series: ArrayLike, window: int) -> NDArray[np.float64]:
    """Smooth a series for Welch's plot: average over replications, then over a moving window.

    Parameters
    ----------
    series : array of float64, shape (replications, observations) or (observations,)
    window : int
        Observations on each side; near the start as many as there are (Welch 1983; Law, 5th ed.
        2015, section 9.5.1).

    Returns
    -------
    float64 array, shape (observations - window,)

    Examples
    --------
    >>> welch([[0, 2, 4, 6, 8], [2, 4, 6, 8, 10]], 1)
    array([1., 3., 5., 7.])
    """
    values = _average(series)
    if not 0 <= window < max(1, len(values) // 2):
        raise StudyError(f"a window of {window} does not fit a series of {len(values)}")
    sums = np.concatenate([[0.0], np.cumsum(values)])
    centre = np.arange(len(values) - window)
    reach = np.minimum(centre, window)
    smooth: NDArray[np.float64] = (sums[centre + reach + 1] - sums[centre - reach]) / (
        2 * reach + 1
    )
    return smooth


def _average(series: ArrayLike) -> NDArray[np.float64]:
    values = np.asarray(series, dtype=np.float64)
    if values.ndim == 2:  # noqa: PLR2004 - replications by observations
        values = values.mean(axis=0)
    if values.ndim != 1 or not np.isfinite(values).all():
        raise StudyError("a warm-up is looked for in a series of finite numbers")
    return values
