"""A share over replications is the share of tickets: its estimate, interval, difference and verdict.

Coverage is judged over 2,000 seeded studies: it fails when chance alone would do so less than once in
10,000 for a coverage at the edge of 93 to 97 %.
"""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

import sim
from sim.outcome.registry import QUANTILES
from sim.study.estimate import mean_estimate
from sim.study.ratio import ratio_parts
from sim.study.replication import Replication
from sim.study.result import Result

METRIC = "service_level[response]"
STUDIES, ALARM = 2000, 1e-4
LOWEST, HIGHEST = 0.93, 0.97


def result(desk, shares, sizes, base=None, metric=METRIC):
    """Make a result of some replications."""
    pairs = zip(shares, sizes, strict=True)
    made = tuple(Replication({metric: float(v)}, {metric: float(n)}) for v, n in pairs)
    return Result(desk, made, base)


def test_by_hand(desk):
    """9 of 10, 1 of 10 and 180 of 180: 190 of 200, not two thirds."""
    found = result(desk, [0.9, 0.1, 1.0], [10, 10, 180]).estimate(METRIC)
    assert found.mean == pytest.approx(190 / 200)
    # Left out one by one: 181 of 190, 189 of 190, 10 of 20.
    without = np.array([181 / 190, 189 / 190, 10 / 20])
    sd = np.sqrt(2 / 3 * ((without - without.mean()) ** 2).sum()) * np.sqrt(3)
    assert found.sd == pytest.approx(sd)


def test_a_replication_without_a_ticket_does_not_vanish(desk):
    """It has no share, takes nothing from the share of tickets, and is a replication all the same."""
    found = result(desk, [0.5, np.nan, 0.75, np.nan], [2, 0, 4, 0]).estimate(METRIC)
    assert found.mean == pytest.approx(4 / 6)
    assert (found.n, found.missing) == (4, 0)


def test_one_replication_with_tickets_says_nothing_of_spread(desk):
    """All the evidence in one replication: a mean, and no interval."""
    found = result(desk, [np.nan, 0.5, np.nan], [0, 8, 0]).estimate(METRIC)
    assert found.mean == 0.5
    assert np.isnan(found.low)


def test_not_measured_stays_so(desk):
    """Nobody came in any replication, or a figure without a value: not measured."""
    assert np.isnan(result(desk, [np.nan] * 3, [0, 0, 0]).estimate(METRIC).mean)
    found = result(desk, [np.nan, 0.5, 0.7], [5, 5, 10]).estimate(METRIC)
    assert (found.n, found.missing) == (2, 1)
    assert found.mean == pytest.approx(9.5 / 15)


def test_equal_sizes_and_quantiles_are_as_they_are(desk):
    """Where all weigh the same nothing changes; a p90 is no ratio, whatever its count."""
    values = [0.5, 0.7, 0.9]
    assert result(desk, values, [7, 7, 7]).parts(METRIC).tolist() == values
    for name in QUANTILES:
        metric = f"response[{name}]"
        assert result(desk, values, [1, 50, 900], metric=metric).parts(metric).tolist() == values


def test_a_difference_is_that_of_the_shares(desk):
    """What a scenario changes is the change of what is shown of each, also if it loses tickets."""
    base = result(desk, [0.9, 0.2, np.nan], [90, 10, 0])
    other = result(desk, [0.9, 0.5, 1.0], [80, 20, 4], base)
    shown = other.estimate(METRIC).mean - base.estimate(METRIC).mean
    assert other.difference(METRIC).estimate.mean == pytest.approx(shown)
    assert other.difference(METRIC).estimate.n == 3


@given(
    st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), min_size=2, max_size=12).filter(
        lambda pairs: sum(met + late > 0 for met, late in pairs) > 1
    )
)
def test_it_is_always_the_share_of_tickets(pairs):
    """Whatever the replications: their numbers' mean is all that met, out of all."""
    met, late = np.array(pairs, np.float64).T
    sizes = met + late
    shares = np.divide(met, sizes, out=np.full(len(met), np.nan), where=sizes > 0)
    parts = ratio_parts(shares, sizes)
    known = parts[~np.isnan(parts)]
    if np.ptp(sizes) and len(known) == len(parts):
        assert known.mean() == pytest.approx(met.sum() / sizes.sum(), abs=1e-12)


def test_every_metric_of_tickets_is_a_ratio_of_what_it_names(desk):
    """Of a real desk: values times sizes add up to whole tickets met, for every service level."""
    study = sim.compare(desk, replications=4, curves=False)
    for metric in study[0].metrics:
        if metric.startswith(("service_level[", "l1_share", "abandonment")):
            sizes, values = study[0].sizes(metric), study[0].values(metric)
            counted = np.nansum(values * sizes)
            assert counted == pytest.approx(round(counted), abs=1e-6)
            assert study[0].estimate(metric).mean == pytest.approx(counted / sizes.sum())


def few(rng, count, per_replication, share):
    """Draw replications with few tickets, some with none."""
    sizes = rng.poisson(per_replication, count)
    return rng.binomial(sizes, share), sizes


def loaded(rng, count, per_replication, share):
    """Draw replications in which busy periods bring more tickets and answer fewer of them."""
    busy = rng.gamma(4.0, 0.25, count)
    sizes = rng.poisson(per_replication * busy)
    return rng.binomial(sizes, share ** (busy**2)), sizes


# The share of tickets when busyness b is gamma(4, 1/4) and a ticket is in time with q^(b²):
# E[b q^(b²)], by integration.
BUSY = stats.gamma(4.0, scale=0.25)
TRUE_LOADED = BUSY.expect(lambda b: b * 0.9 ** (b**2))


@pytest.mark.parametrize("size", [20, 40])
@pytest.mark.parametrize(
    ("draw", "tickets", "share", "truth"),
    [(few, 4, 0.7, 0.7), (few, 30, 0.9, 0.9), (loaded, 50, 0.9, TRUE_LOADED)],
    ids=["few", "some", "loaded"],
)
def test_intervals_cover(draw, tickets, share, truth, size):
    """95 % intervals hold the share of tickets in 93 to 97 % of studies; the mean of shares does not."""
    rng = np.random.default_rng(20_261_201 + size)
    met, sizes = draw(rng, STUDIES * size, tickets, share)
    shares = np.divide(met, sizes, out=np.full(len(met), np.nan), where=sizes > 0)
    hits = of_means = 0
    for n in range(STUDIES):
        part = slice(n * size, (n + 1) * size)
        found = mean_estimate(ratio_parts(shares[part], sizes[part]))
        hits += found.low <= truth <= found.high
        plain = mean_estimate(shares[part])
        of_means += plain.low <= truth <= plain.high
    assert stats.binom.ppf(ALARM / 2, STUDIES, LOWEST) <= hits
    assert hits <= stats.binom.ppf(1 - ALARM / 2, STUDIES, HIGHEST)
    if draw is loaded:
        assert of_means < 0.8 * STUDIES
