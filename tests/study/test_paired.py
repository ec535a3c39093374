"""Paired differences and Holm's adjustment."""

import math

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.multitest import multipletests

from sim.errors import StudyError
from sim.study.paired import holm, paired_difference


def _common_tickets(studies, n, effect):
    rng = np.random.default_rng(5)
    tickets = rng.normal(10.0, 3.0, (studies, n))
    base = tickets + rng.normal(0.0, 0.5, (studies, n))
    return base, tickets + effect + rng.normal(0.0, 0.5, (studies, n))


def test_paired_difference_agrees_with_scipy():
    """Where differences are not skewed, interval and p-value are those of the paired t-test."""
    base, other = (rows[0] for rows in _common_tickets(1, 15, 0.4))
    # As skewed to one side as to the other: each difference once more, on the other side of the mean.
    shift = 2 * (other - base).mean() - 2 * (other - base)
    base, other = np.concatenate([base, base]), np.concatenate([other, other + shift])
    found = paired_difference(other, base)
    oracle = stats.ttest_rel(other, base)
    assert found.p == pytest.approx(oracle.pvalue)
    interval = oracle.confidence_interval(0.95)
    assert (found.estimate.low, found.estimate.high) == pytest.approx(tuple(interval))
    assert found.correlation == pytest.approx(np.corrcoef(other, base)[0, 1])


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("n", [4, 10, 25])
def test_p_value_goes_with_the_interval(seed, n):
    """However skewed, the interval of level 1 - p ends at 0, so that both say the same."""
    rng = np.random.default_rng(seed)
    change = rng.choice([-1, 1]) * (rng.gamma(0.7, 1.0, n) - rng.choice([0.1, 0.7, 1.4]))
    found = paired_difference(change, np.zeros(n))
    assert found.shown == (found.p < 0.05)
    if found.p < 1:
        same = paired_difference(change, np.zeros(n), level=1 - found.p).estimate
        assert (same.low if same.mean > 0 else same.high) == pytest.approx(0, abs=1e-9)


def test_common_tickets_save_replications():
    """The variance reduction is the ratio of variances of independent and paired differences."""
    base, other = (rows[0] for rows in _common_tickets(1, 2000, 0.4))
    found = paired_difference(other, base)
    # (9 + .25 + 9 + .25) / (.25 + .25) = 37; its estimate from 2,000 pairs is within 5 %.
    assert found.variance_reduction == pytest.approx(37, rel=0.1)


def test_paired_intervals_cover_as_often_as_they_say():
    """Over 2,000 seeded studies: 95 ± 1.5 % (a false alarm in 500)."""
    studies = 2000
    base, other = _common_tickets(studies, 20, 0.4)
    hits = 0
    for mine, theirs in zip(other, base, strict=True):
        found = paired_difference(mine, theirs).estimate
        hits += found.low <= 0.4 <= found.high
    assert 0.935 <= hits / studies <= 0.965


def test_a_pair_that_one_side_did_not_measure_is_left_out():
    """No value is ever paired with another replication's."""
    found = paired_difference([1.0, math.nan, 3.0, 5.0], [0.0, 7.0, math.nan, 4.5])
    assert (found.estimate.n, found.estimate.missing, found.estimate.mean) == (2, 2, 0.75)


def test_differences_that_never_vary():
    """Equal scenarios do not differ for sure; a fixed cost differs for sure."""
    same = paired_difference([3.0, 4.0, 5.0], [3.0, 4.0, 5.0])
    assert (same.p, same.shown) == (1.0, False)
    assert same.variance_reduction == math.inf
    dearer = paired_difference([11.0, 12.0, 13.0], [10.0, 11.0, 12.0])
    assert (dearer.p, dearer.shown) == (0.0, True)
    assert math.isnan(paired_difference([1.0], [2.0]).p)


def test_unequal_numbers_are_not_paired():
    """A comparison over different replications is refused."""
    with pytest.raises(StudyError, match="cannot be paired"):
        paired_difference([1.0, 2.0], [1.0])


def test_holm_agrees_with_statsmodels():
    """Adjusted p-values are those of statsmodels, ties and ones included."""
    rng = np.random.default_rng(3)
    for size in range(1, 12):
        p = rng.random(size) ** 3
        p[: size // 3] = p[0]
        assert holm(p) == pytest.approx(multipletests(p, method="holm")[1])


def test_holm_does_not_count_what_was_not_measured():
    """A metric that is absent makes the others no harder to show."""
    assert holm([0.02, math.nan, 0.04])[::2] == (0.04, 0.04)
    assert math.isnan(holm([0.02, math.nan])[1])
