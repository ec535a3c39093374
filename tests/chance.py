"""Statistical comparisons with one false-alarm rate: each raises one with a chance of ``ALARM``.

All tests that use them have fixed seeds, so that an alarm comes always or never.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import stats

ALARM = 1e-6


def share_fits(hits: Any, share: float) -> bool:
    """Tell whether flags are true as often as they should be (exact binomial test)."""
    hits = np.asarray(hits)
    return bool(stats.binomtest(int(hits.sum()), len(hits), share).pvalue > ALARM)


def mean_fits(values: Any, mean: float) -> bool:
    """Tell whether independent values have a mean (Student's test)."""
    return bool(stats.ttest_1samp(np.asarray(values, float), mean).pvalue > ALARM)


def counts_fit(counts: Any, expected: Any) -> bool:
    """Tell whether Poisson counts have their expectations (chi-square, small cells together)."""
    counts, expected = np.asarray(counts, float), np.asarray(expected, float)
    small = expected < 10
    if small.any():
        counts = np.append(counts[~small], counts[small].sum())
        expected = np.append(expected[~small], expected[small].sum())
    sure = expected > 0
    assert not counts[~sure].any()
    chi = ((counts[sure] - expected[sure]) ** 2 / expected[sure]).sum()
    return bool(stats.chi2.sf(chi, sure.sum()) > ALARM)


def follows(values: Any, distribution: Any) -> bool:
    """Tell whether values follow a frozen distribution of scipy (Kolmogorov and Smirnov)."""
    return bool(stats.kstest(np.asarray(values, float), distribution.cdf).pvalue > ALARM)
