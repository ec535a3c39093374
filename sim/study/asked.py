"""Which metrics a study is about, and how their numbers are written."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from sim import outcome
from sim.errors import TierSimError
from sim.scenario.model import Scenario
from sim.study.estimate import Better

HEADLINE = "l1_share"
"""The share that the first line resolves, of what began there."""


def level_metric(name: str) -> str:
    """Name the metric of a service level: the share of tickets that met it.

    Examples
    --------
    >>> level_metric("L1 response")
    'service_level[L1 response]'
    """
    return f"service_level[{name}]"


def asked(scenarios: Iterable[Scenario]) -> tuple[str, ...]:
    """List what is asked when nothing else is said: the headline and every service level."""
    levels = dict.fromkeys(name for scenario in scenarios for name in scenario.service_levels)
    return (HEADLINE, *map(level_metric, levels))


@dataclass(frozen=True)
class Words:
    """What a study needs to know of a metric.

    Attributes
    ----------
    label : str
    better : {"higher", "lower"} or None
    share : bool
        Whether it lies between 0 and 1.
    of_all : bool
        Whether it is of tickets (or weeks, or hours), so that over replications it is the ratio of
        all that was counted to all it is taken of.
    write : callable
        Writes a value; ``write_change`` a difference, with its sign.
    """

    label: str
    better: Better | None
    share: bool
    of_all: bool
    write: Callable[[float], str]

    def write_change(self, value: float) -> str:
        """Write a difference with its sign; of shares, in points.

        Examples
        --------
        >>> words("l1_share").write_change(-0.0123)
        '−1.23 points'
        """
        size = f"{100 * abs(value):.2f} points" if self.share else self.write(abs(value))
        if not any(digit in size for digit in "123456789"):
            return size
        return ("+" if value >= 0 else "−") + size


def words(metric: str, currency: str = "", working_day_ms: int | None = None) -> Words:
    """Return the words of a metric; a working day is how working time is written.

    A study may be given figures of the user's own by ``evaluate``; those are written as they are.
    """
    try:
        known = outcome.metric(metric)
    except TierSimError:
        return Words(metric, None, share=False, of_all=False, write="{:.4g}".format)
    return Words(
        known.label,
        known.better,
        share=known.unit == "share",
        of_all=known.of_all,
        write=lambda value: known.format(value, currency, working_day_ms),
    )
