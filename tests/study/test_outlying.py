"""An interval that hangs on one replication is told in a sentence."""

import numpy as np
import pytest

from sim.study.outlying import outlying
from sim.study.replication import Replication
from sim.study.result import Result

METRIC = "l1_share"


def results(desk, base, variant):
    """Return two results with given values of the metric."""
    first = Result(desk, tuple(Replication({METRIC: float(v)}) for v in base))
    other = desk.with_({}, name="Variant")
    return first, Result(other, tuple(Replication({METRIC: float(v)}) for v in variant), first)


@pytest.fixture
def even():
    """Draw twenty ordinary values."""
    return 0.7 + 0.02 * np.random.default_rng(4).normal(size=20)


def test_ordinary_replications_are_not_told(desk, even):
    """No alarm where nothing stands out, nor from few replications."""
    assert outlying(results(desk, even, even - 0.01), [METRIC]) == []
    few = [0.7, 0.7, 0.2]
    assert outlying(results(desk, few, few), [METRIC]) == []


def test_one_replication_far_from_all_others_is_told(desk, even):
    """Its scenario and its change are named, in one sentence."""
    bad = even.copy()
    bad[7] = 0.1
    (sentence,) = outlying(results(desk, even, bad), [METRIC, "not measured"])
    assert "Resolved by the first line of 'Variant'" in sentence
    assert "the change in Resolved by the first line by 'Variant'" in sentence
    assert desk.name not in sentence


def test_what_is_known_well_enough_is_not_told(desk):
    """One day at 99.9 % among days at 100 % changes nothing that anybody would ask."""
    share = np.ones(20)
    share[3] = 0.999
    assert outlying(results(desk, share, share), [METRIC]) == []
