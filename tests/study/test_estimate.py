"""Estimates over replications: against scipy and statsmodels, and by how often they are right."""

import math

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.proportion import proportion_confint
from statsmodels.stats.weightstats import DescrStatsW

from sim.errors import StudyError
from sim.study.estimate import (
    MOST_REPLICATIONS,
    clopper_pearson,
    mean_estimate,
    quantile_estimate,
    replications_needed,
    replications_to_clear,
    share_estimate,
)
from sim.study.interval import UNSEEN

VALUES = np.random.default_rng(11).gamma(2.0, 3.0, 25)
EVEN = np.concatenate([VALUES, 2 * VALUES.mean() - VALUES])
"""As skewed to one side as to the other."""


@pytest.mark.parametrize("level", [0.9, 0.95, 0.99])
def test_mean_agrees_with_statsmodels(level):
    """Where values are not skewed, the interval is the t-interval that everybody computes."""
    found = mean_estimate(EVEN, level=level)
    low, high = DescrStatsW(EVEN).tconfint_mean(alpha=1 - level)
    assert (found.low, found.high) == pytest.approx((low, high), rel=1e-12)
    assert found.mean == pytest.approx(EVEN.mean(), rel=1e-14)


@pytest.mark.parametrize("level", [0.9, 0.95, 0.99])
@pytest.mark.parametrize("sign", [1, -1])
def test_skewed_values_reach_farther_on_the_side_of_their_tail(level, sign):
    """The short side is that of statsmodels; the other has Johnson's term beside it."""
    found = mean_estimate(sign * VALUES, level=level)
    ends = DescrStatsW(sign * VALUES).tconfint_mean(alpha=1 - level)
    t, skewed = stats.t.ppf((1 + level) / 2, 24), stats.skew(VALUES, bias=False)
    further = skewed * (1 + UNSEEN / 25) * (1 + 2 * t**2) / 30 * found.standard_error
    sides = (ends[0], ends[1] + further) if sign > 0 else (ends[0] - further, ends[1])
    assert (found.low, found.high) == pytest.approx(sides, rel=1e-12)
    assert found.skewness == pytest.approx(sign * skewed)


def test_one_replication_far_from_all_others_is_told():
    """Its interval hangs on it; ten skewed values, and a few of anything, do not make that alarm."""
    assert mean_estimate([*range(19), 200]).dominated
    assert not mean_estimate(VALUES).dominated
    assert not mean_estimate([1.0, 1.0, 9.0]).dominated


def test_replications_that_did_not_measure_are_left_out_and_counted():
    """Not measured is neither 0 nor silently gone."""
    found = mean_estimate([1.0, math.nan, 3.0, 2.0, math.nan])
    assert (found.n, found.missing, found.mean) == (3, 2, 2.0)
    assert "2 without it" in repr(found)


def test_too_few_replications_give_no_interval():
    """One replication says nothing about its spread, none says nothing at all."""
    assert math.isnan(mean_estimate([4.0]).low)
    assert mean_estimate([4.0]).clears(1.0) is None
    assert mean_estimate([math.nan]).format() == "not measured"
    assert share_estimate([1.0]).clears(0.9) is None


def test_constant_values_are_known_exactly():
    """What does not depend on chance has an interval of no length, without rounding noise."""
    found = mean_estimate([0.1] * 30)
    assert (found.low, found.high) == (0.1, 0.1)


def test_goal_is_cleared_on_the_side_that_is_good():
    """Reaching the goal exactly is reaching it; an interval that holds it says nothing yet."""
    found = mean_estimate([0.8, 0.9, 1.0])
    assert found.clears(found.low) is True
    assert found.clears(0.9) is None
    assert found.clears(1.2) is False
    assert found.clears(1.2, "lower") is True
    assert found.clears(0.1, "lower") is False


def test_shares_stay_between_nothing_and_all():
    """No interval promises more than 100 %."""
    found = share_estimate([1.0, 1.0, 0.97, 1.0])
    assert found.high == 1.0
    assert found.low < found.mean


def test_share_without_spread_falls_back_on_counts():
    """All met in every replication is strong evidence, and no proof."""
    found = share_estimate([1.0] * 10, [50] * 10)
    low, _ = proportion_confint(500, 500, alpha=0.05, method="beta")
    assert found.low == pytest.approx(low)
    assert share_estimate([0.0] * 10, [50] * 10).low == 0.0
    assert share_estimate([1.0, math.nan], [50, 10]).n == 1


@pytest.mark.parametrize(("hits", "trials"), [(0, 7), (3, 7), (7, 7), (410, 500)])
def test_exact_interval_agrees_with_statsmodels(hits, trials):
    """Clopper and Pearson's interval is the one of the tables."""
    assert clopper_pearson(hits, trials) == pytest.approx(
        proportion_confint(hits, trials, alpha=0.05, method="beta")
    )


@pytest.mark.parametrize(("n", "probability"), [(20, 0.5), (59, 0.9), (100, 0.95), (12, 0.2)])
def test_quantile_interval_has_the_binomial_ranks(n, probability):
    """The ranks are those that leave at most half the error on each side, and no wider ones."""
    found = quantile_estimate(np.arange(1.0, n + 1), probability)
    below = 0 if math.isinf(found.low) else int(found.low)
    above = n + 1 if math.isinf(found.high) else int(found.high)
    count = stats.binom(n, probability)
    assert count.cdf(below - 1) <= 0.025 < count.cdf(below)
    assert count.sf(above - 1) <= 0.025 < count.sf(above - 2)


def test_quantile_that_cannot_be_bounded_says_so():
    """Ten replications cannot bound the 95 % point from above."""
    assert quantile_estimate(VALUES[:10], 0.95).high == math.inf


def test_needed_replications_are_the_fewest():
    """One replication fewer would not do."""
    found = mean_estimate(EVEN)
    n = replications_needed(found, 0.5)

    def half(k):
        return stats.t.ppf(0.975, k - 1) * EVEN.std(ddof=1) / math.sqrt(k)

    assert half(n) <= 0.5 < half(n - 1)
    assert replications_needed(found, 0.0) == MOST_REPLICATIONS
    assert replications_needed(mean_estimate([2.0, 2.0]), 0.1) == 2


def test_skewed_replications_need_more():
    """As long as the interval that they make; towards a goal, on the side where it lies."""
    found = mean_estimate(VALUES)
    hair = 1 + 1e-9
    assert replications_needed(found, found.half_width * hair) == 25
    up, down = (hair * (end - found.mean) for end in (found.high, found.low))
    assert replications_to_clear(found, found.mean + up) == 25
    assert replications_to_clear(found, found.mean + down) == 25
    assert replications_to_clear(found, found.mean - down) > 25


@pytest.mark.parametrize("level", [0.0, 1.0, 95])
def test_confidence_level_is_a_share(level):
    """95 instead of 0.95 is a mistake that is told."""
    with pytest.raises(StudyError, match=r"0\.95"):
        mean_estimate(VALUES, level=level)


def test_intervals_cover_as_often_as_they_say():
    """Over 2,000 seeded studies 95 % intervals hold the truth in 93.5 to 96.5 % of cases.

    For exact coverage of 95 % the number of hits is binomial with a standard deviation of 0.49
    points: ±1.5 points is 3.1 of them, a false alarm in 500 per interval. The quantile's intervals
    cover at least as often as they say, so only their lower bound is tested.
    """
    rng = np.random.default_rng(20_260_101)
    studies, n = 2000, 20
    normal = rng.normal(5.0, 2.0, (studies, n))
    shares = rng.binomial(400, rng.beta(80, 20, (studies, n))) / 400
    hits = {"mean": 0, "share": 0, "quantile": 0}
    for row, share in zip(normal, shares, strict=True):
        found = mean_estimate(row)
        hits["mean"] += found.low <= 5.0 <= found.high
        found = share_estimate(share)
        hits["share"] += found.low <= 0.8 <= found.high
        found = quantile_estimate(row, 0.5)
        hits["quantile"] += found.low <= 5.0 <= found.high
    assert 0.935 <= hits["mean"] / studies <= 0.965
    assert 0.935 <= hits["share"] / studies <= 0.965
    assert hits["quantile"] / studies >= 0.935
