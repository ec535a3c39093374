"""Inputs of a scenario that are not known exactly, and the range in which each lies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from sim import units
from sim.errors import StudyError, UnitError
from sim.scenario.model import Scenario
from sim.scenario.wording import did_you_mean
from sim.study.evaluate import Evaluation

Written = str | float
"""A value as a scenario file holds it: ``"40 %"``, ``"10 min"``, ``7``."""
_VARIANTS_NAMED = 4


@dataclass(frozen=True)
class Input:
    """One input and its range.

    Attributes
    ----------
    path : str
        As in ``Scenario.with_``: ``documentation.quality``.
    low, high : str or number
        As a scenario file would hold them.

    Examples
    --------
    >>> Input("documentation.quality", "40 %", "90 %").at(0.5)
    0.65
    >>> Input("tiers.L1.work", "10 min", "14 min").at(0.25), Input("tiers.L1.staff.day", 5, 8).at(0.5)
    ('660000 ms', 6)
    """

    path: str
    low: Written
    high: Written

    def __post_init__(self) -> None:
        if self._numbers[1] == self._numbers[2]:
            raise StudyError(f"{self.path}: the range from {self.low} to {self.high} is empty")

    @property
    def _numbers(self) -> tuple[Literal["whole", "plain", "ms", "rate"], float, float]:
        ends = (self.low, self.high)
        if all(isinstance(end, int) and not isinstance(end, bool) for end in ends):
            return "whole", float(self.low), float(self.high)
        if all(isinstance(end, int | float) and not isinstance(end, bool) for end in ends):
            return "plain", float(self.low), float(self.high)
        kinds: tuple[tuple[Literal["plain", "ms", "rate"], Any], ...] = (
            ("plain", units.signed_share),
            ("ms", units.duration_ms),
            ("rate", units.rate_per_h),
        )
        for kind, read in kinds:
            try:
                return kind, float(read(self.low)), float(read(self.high))
            except UnitError:
                continue
        raise StudyError(
            f"{self.path}: {self.low!r} to {self.high!r} is no range; write two numbers, shares, "
            "durations or rates, as ('40 %', '90 %')"
        )

    def at(self, place: float) -> Written:
        """Return the value at a place of the range: 0 its low end, 1 its high end."""
        kind, low, high = self._numbers
        value = low + (high - low) * place
        match kind:
            case "whole":
                return round(value)
            case "ms":
                return f"{round(value)} ms"
            case "rate":
                return f"{value!r} / h"
            case _:
                return value

    def in_(self, scenario: Scenario, place: float, *, name: str) -> Scenario:
        """Return a scenario with this input set."""
        return scenario.with_({self.path: self.at(place)}, name=name)


def read_inputs(ranges: Mapping[str, tuple[Written, Written]]) -> tuple[Input, ...]:
    """Read inputs: path to (low, high)."""
    if not ranges:
        raise StudyError("no input is named")
    return tuple(Input(path, *ends) for path, ends in ranges.items())


def check_metric(scenario: Scenario, metric: str, options: Mapping[str, Any]) -> None:
    """Refuse a metric that a desk does not have, before it is moved hundreds of times.

    What there is to measure hangs on the desk (its tiers, its service levels): one replication tells.

    Parameters
    ----------
    scenario : Scenario
    metric : str
    options : mapping
        As for ``compare``. With an ``evaluate`` of the user's own nothing is known beforehand.

    Raises
    ------
    StudyError
    """
    if options.get("evaluate") is not None:
        return
    usual = Evaluation(options.get("engine", "auto"), options.get("arrivals"), curves=False)
    known = usual(scenario, options.get("seed", 1), 0).values
    if metric in known:
        return
    hint = did_you_mean(metric, known)
    variants = [name for name in known if name.startswith(f"{metric}[")]
    if variants:
        more = ", …" * (len(variants) > _VARIANTS_NAMED)
        hint = f" alone; there are {', '.join(variants[:_VARIANTS_NAMED])}{more}"
    raise StudyError(f"{scenario.name!r} has no metric {metric!r}{hint}")
