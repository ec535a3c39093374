"""Intervals hold what they promise: a short run of the coverage bench, seeded.

Of many studies of 10 replications each, the share of 95 % intervals that hold the true value may lie
outside 93 to 97 % by chance alone; it fails when that chance is below 1 in 10,000 for a coverage at the
edge of that range. With seven figures the false-alarm rate is below 7 in 10,000, once: seeds are fixed.
"""

import numpy as np
import pytest
from bench.coverage import LEVELS, Figure, band, covered, one_agent
from scipy import stats

from sim.study.interval import t_factor
from sim.study.replication import Replication
from sim.study.result import Result

STUDIES, SIZE, LEVEL = 200, 10, 0.95
LOWEST, HIGHEST = 0.93, 0.97
ALARM = 1e-4
SKEWED_STUDIES = 2000
HEAVY_SIGMA = 0.8
HEAVY_MEAN = float(np.exp(HEAVY_SIGMA**2 / 2))


@pytest.fixture(scope="module")
def drawn():
    """Draw waits of many replications: skewed, common to two scenarios, of a known mean."""
    rng = np.random.default_rng(20_261_124)
    tickets = rng.gamma(9.0, 1.0, STUDIES * SIZE)
    own = rng.gamma(9.0, 0.3, STUDIES * SIZE)
    share = rng.beta(80, 20, STUDIES * SIZE)
    base, variant = (
        [
            Replication(
                {"wait": float(w), "p90": float(2.3 * w), "service_level[response]": float(s)},
                {"service_level[response]": 100.0},
            )
            for w, s in zip(waits, share, strict=True)
        ]
        for waits in (tickets, tickets + own)
    )
    return base, variant


@pytest.fixture(scope="module")
def heavy():
    """Draw waits of heavy load: lognormal with a skewness of 3.7, above that of the bench's desk."""
    rng = np.random.default_rng(20_261_125)
    waits = rng.lognormal(0.0, HEAVY_SIGMA, SKEWED_STUDIES * SIZE)
    own = rng.lognormal(0.0, 0.1, SKEWED_STUDIES * SIZE) / np.exp(0.1**2 / 2)

    def replications(waits):
        return [
            Replication(
                {"wait": float(wait), "service_level[response]": float(1 - 0.02 * wait)},
                {"service_level[response]": 100.0},
            )
            for wait in waits
        ]

    return replications(waits), replications(waits * 0.8 * own)


@pytest.mark.parametrize(
    ("figure", "truth"),
    [
        (Figure("mean", "mean", "wait"), 9.0),
        (Figure("share", "share", "service_level[response]"), 0.8),
        (Figure("p90", "mean", "p90"), 20.7),
        (Figure("difference", "difference", "wait"), 2.7),
    ],
    ids=lambda value: getattr(value, "name", ""),
)
def test_intervals_cover(drawn, desk, figure, truth):
    """A mean, a share, a p90 and a paired difference, each by the code that users are shown."""
    base, variant = drawn
    hits = 0
    for n in range(STUDIES):
        part = slice(n * SIZE, (n + 1) * SIZE)
        first = Result(desk, tuple(base[part]), None, LEVEL)
        other = Result(desk, tuple(variant[part]), first, LEVEL)
        found = figure.interval(first, other)
        hits += found.low <= truth <= found.high
    assert stats.binom.ppf(ALARM / 2, STUDIES, LOWEST) <= hits
    assert hits <= stats.binom.ppf(1 - ALARM / 2, STUDIES, HIGHEST)


@pytest.mark.parametrize(
    ("figure", "truth"),
    [
        (Figure("mean", "mean", "wait"), HEAVY_MEAN),
        (Figure("share", "share", "service_level[response]"), 1 - 0.02 * HEAVY_MEAN),
        (Figure("difference", "difference", "wait"), -0.2 * HEAVY_MEAN),
    ],
    ids=lambda value: getattr(value, "name", ""),
)
def test_intervals_cover_under_heavy_load(heavy, desk, figure, truth):
    """Waits as skewed as those of a desk 92 % busy: Student's t alone would fail."""
    base, variant = heavy
    hits, by_t = 0, 0
    for n in range(SKEWED_STUDIES):
        part = slice(n * SIZE, (n + 1) * SIZE)
        first = Result(desk, tuple(base[part]), None, LEVEL)
        other = Result(desk, tuple(variant[part]), first, LEVEL)
        found = figure.interval(first, other)
        hits += found.low <= truth <= found.high
        by_t += abs(found.mean - truth) <= t_factor(SIZE, LEVEL) * found.standard_error
    fewest = stats.binom.ppf(ALARM / 2, SKEWED_STUDIES, LOWEST)
    assert by_t < fewest <= hits
    assert hits <= stats.binom.ppf(1 - ALARM / 2, SKEWED_STUDIES, HIGHEST)


def test_the_bench_runs_in_small():
    """A few studies of a real desk: shares of intervals, and wider ones cover no less."""
    case = one_agent()
    played = case.played(5, 20)
    for figure in case.figures:
        truth, _ = figure.truth(*case.study(played, LEVEL))
        found = covered(case, played, figure, truth, 5)
        assert [found.shares[level] for level in LEVELS] == sorted(found.shares.values())
        assert not found.length < 1


def test_the_band_of_a_thousand_studies():
    """With 1,000 studies 95 % is seen between 93.6 and 96.3 % in 19 of 20 cases."""
    assert band(1000, 0.95) == pytest.approx((0.936, 0.963), abs=0.001)
