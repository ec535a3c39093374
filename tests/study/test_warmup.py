"""Warm-up: MSER-5 by hand and on series whose warm-up is known; Welch's moving average."""

import numpy as np
import pytest

from sim.errors import StudyError
from sim.study.warmup import mser5, welch


def test_mser_by_hand():
    """Batch means 0, 4, 5, 3, 4, 4, 5, 3, 4, 4: leaving out one batch is best.

    With none left out the mean is 3.6, the squares add up to 18.4, over 10² 0.184. Without the
    first: mean 4, squares 4, over 9² 0.04938. Without two: mean 4, squares 4, over 8² 0.0625.
    """
    series = np.repeat([0.0, 4, 5, 3, 4, 4, 5, 3, 4, 4], 5)
    found = mser5(series)
    assert found.statistic[:3] == pytest.approx([0.184, 4 / 81, 4 / 64])
    assert (found.cut, found.settled) == (5, True)


def test_mser_agrees_with_its_definition():
    """The sums from the end are the squared deviations, cut by cut."""
    series = np.random.default_rng(1).gamma(2.0, 2.0, 203)
    means = series[:200].reshape(40, 5).mean(axis=1)
    expected = [((means[d:] - means[d:].mean()) ** 2).sum() / (40 - d) ** 2 for d in range(21)]
    assert mser5(series).statistic == pytest.approx(expected, rel=1e-9)


def test_mser_finds_a_known_warm_up():
    """A series that fills up over 100 observations is cut near there."""
    rng = np.random.default_rng(4)
    time = np.arange(1000)
    level = 20 * (1 - np.exp(-time / 25))
    found = mser5(level + rng.normal(0, 2.0, (10, 1000)))
    assert found.settled
    assert 50 <= found.cut <= 150


def test_mser_says_when_a_series_never_settles():
    """A backlog that only grows has no warm-up to leave out."""
    found = mser5(np.arange(200.0))
    assert not found.settled
    assert "not settled" in repr(found)


def test_short_or_broken_series_are_refused():
    """A handful of observations has no warm-up, and neither has a series with holes."""
    with pytest.raises(StudyError, match="at least 50"):
        mser5([1.0] * 49)
    with pytest.raises(StudyError, match="finite"):
        mser5([np.nan] * 100)
    with pytest.raises(StudyError, match="does not fit"):
        welch([1.0, 2.0], 1)


def test_welch_agrees_with_its_definition():
    """Near the start the window is as wide as there is room, later the same everywhere."""
    series = np.random.default_rng(2).random((3, 40))
    mean = series.mean(axis=0)
    expected = [mean[i - min(i, 5) : i + min(i, 5) + 1].mean() for i in range(35)]
    assert welch(series, 5) == pytest.approx(expected)
