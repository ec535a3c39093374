"""Intervals that hang on one replication: said in a sentence, so that nobody trusts them by mistake."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sim.study.asked import words
from sim.study.estimate import Estimate
from sim.study.result import Result

NEGLIGIBLE = 0.01
"""An interval shorter than this part of the figure is short enough, whatever it hangs on."""
MOST_NAMED = 3


def outlying(results: Sequence[Result], metrics: Sequence[str]) -> list[str]:
    """Return a sentence if an interval of what was asked hangs on one replication, else nothing.

    Parameters
    ----------
    results : sequence of Result
    metrics : sequence of str
        What was asked. Figures and their differences from the first scenario are looked at.
    """
    found = list(_found(results, metrics))
    if not found:
        return []
    named = ", ".join(found[:MOST_NAMED])
    more = len(found) - MOST_NAMED
    others = f" and {more} other{'s' if more > 1 else ''}" if more > 0 else ""
    sentence = (
        "One replication lies so far from all others that the interval hangs on it and is not to be "
        f"trusted without more replications: {named}{others}."
    )
    return [sentence]


def _found(results: Sequence[Result], metrics: Sequence[str]) -> Iterator[str]:
    for result in results:
        for metric in metrics:
            if metric not in result.metrics:
                continue
            label, estimate = words(metric).label, result.estimate(metric)
            if _hangs(estimate, estimate.mean):
                yield f"{label} of {result.name!r}"
            base = result.base
            if base is None or metric not in base.metrics:
                continue
            if _hangs(result.difference(metric).estimate, base.estimate(metric).mean):
                yield f"the change in {label} by {result.name!r}"


def _hangs(estimate: Estimate, size: float) -> bool:
    return estimate.dominated and estimate.half_width > NEGLIGIBLE * abs(size)
