"""A finished study: scenarios side by side, on the same tickets where they have the same demand."""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from sim.errors import StudyError
from sim.study import listing
from sim.study.alike import compares
from sim.study.asked import words
from sim.study.cautions import cautions
from sim.study.claim import Claim
from sim.study.estimate import Better
from sim.study.manifest import Manifest
from sim.study.paired import Difference, holm
from sim.study.ranking import Ranking, rank
from sim.study.result import Result
from sim.study.showing import Shown, said

if TYPE_CHECKING:
    import pandas as pd

Effect = Literal["better", "worse", "higher", "lower", "no difference shown", "not compared"]


MOST_SHOWN = 20
"""Lines at a glance."""


@dataclass(frozen=True)
class Change:
    """What one scenario changes in one metric, judged among several.

    Attributes
    ----------
    scenario, metric : str
    difference : Difference
    p_adjusted : float
        Holm's, over all the scenarios and metrics that were asked about together.
    effect : {"better", "worse", "higher", "lower", "no difference shown", "not compared"}
        "higher" and "lower" where neither is better; "not compared" where a difference is no verdict
        (see ``sim.study.alike``): it has no share in the adjustment.
    """

    scenario: str
    metric: str
    difference: Difference
    p_adjusted: float
    effect: Effect


@dataclass(frozen=True, eq=False)
class Study(Shown):
    """What a comparison has found.

    Attributes
    ----------
    results : tuple of Result
        One for each scenario, in the order given; the first is what the others are held against.
    metrics : tuple of str
        What was asked: shown in the table, and judged together.
    level : float
        Confidence of every interval.
    manifest : Manifest
        What was run, enough to run it again.
    remarks : tuple of str
        What a reader has to know of the run, as that the asked precision was not reached.
    beside : tuple of str
        Metrics that are shown too, and judged apart.
    """

    results: tuple[Result, ...]
    metrics: tuple[str, ...]
    level: float
    manifest: Manifest
    remarks: tuple[str, ...] = field(default=())
    beside: tuple[str, ...] = ()

    @cached_property
    def cautions(self) -> tuple[Claim, ...]:
        """What a reader has to know before figures are trusted, as claims."""
        return cautions(self)

    @cached_property
    def notes(self) -> tuple[str, ...]:
        """Remarks and cautions, in words."""
        return (*self.remarks, *map(said, self.cautions))

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the scenarios."""
        return tuple(result.name for result in self.results)

    @property
    def replications(self) -> int:
        """How many replications each scenario was given."""
        return len(self.results[0].replications)

    @property
    def seed(self) -> int:
        """The seed of every random stream."""
        return self.manifest.seed

    @property
    def common_tickets(self) -> bool:
        """Whether every scenario met the same tickets in every replication."""
        return all(result.common_tickets() for result in self.results)

    def __getitem__(self, scenario: str | int) -> Result:
        if isinstance(scenario, int):
            return self.results[scenario]
        for result in self.results:
            if result.name == scenario:
                return result
        close = difflib.get_close_matches(scenario, self.names, n=1)
        hint = f"; did you mean {close[0]!r}?" if close else ""
        raise StudyError(
            f"the study has no scenario {scenario!r}; it has {', '.join(map(repr, self.names))}{hint}"
        )

    def __iter__(self) -> Iterator[Result]:
        return iter(self.results)

    def __len__(self) -> int:
        return len(self.results)

    def changes(self, metrics: Sequence[str] | None = None) -> tuple[Change, ...]:
        """Judge what every other scenario changes against the first, all together.

        Parameters
        ----------
        metrics : sequence of str, optional
            What is asked about; the study's own metrics if absent. The more is asked, the stronger
            each difference has to be: p-values are Holm's over scenarios x metrics.

        Returns
        -------
        tuple of Change
            By scenario, then by metric.
        """
        key = None if metrics is None else tuple(metrics)
        if key not in self._changes:
            self._changes[key] = self._judged(key)
        return self._changes[key]

    @cached_property
    def _changes(self) -> dict[tuple[str, ...] | None, tuple[Change, ...]]:
        """What was judged before, by what was asked."""
        return {}

    def _judged(self, metrics: tuple[str, ...] | None) -> tuple[Change, ...]:
        pairs = [
            (result, metric)
            for result in self.results[1:]
            for metric in (self._measured(result) if metrics is None else metrics)
        ]
        found = [result.difference(metric) for result, metric in pairs]
        alike = [compares(result, self.results[0], metric) for result, metric in pairs]
        adjusted = holm([d.p if same else math.nan for d, same in zip(found, alike, strict=True)])
        return tuple(
            Change(
                result.name,
                metric,
                difference,
                p,
                _effect(difference, words(metric).better, p <= 1 - self.level)
                if same
                else "not compared",
            )
            for (result, metric), difference, p, same in zip(
                pairs, found, adjusted, alike, strict=True
            )
        )

    def _measured(self, result: Result) -> list[str]:
        both = set(result.metrics) & set(self.results[0].metrics)
        return [metric for metric in self.metrics if metric in both]

    def rank(self, metric: str, *, better: Better | None = None) -> Ranking:
        """Say which scenario is best by a metric, and how sure that is.

        Those that cannot be judged (see ``sim.study.trouble``) are left out.

        Parameters
        ----------
        metric : str
        better : {"higher", "lower"}, optional
            As the metric's definition has it if absent.
        """
        direction = better or words(metric).better
        if direction is None:
            raise StudyError(f"say whether higher or lower is better: rank({metric!r}, better=…)")
        sound = [result for result in self.results if not result.trouble]
        for result in sound[1:]:
            if not compares(result, sound[0], metric):
                raise StudyError(
                    f"{metric!r} of {result.name!r} and {sound[0].name!r} is not compared: currency, "
                    "prices, period or tickets differ"
                )
        values = {result.name: result.parts(metric) for result in sound}
        return rank(values, better=direction, level=self.level)

    def table(self, metrics: Sequence[str] | None = None) -> pd.DataFrame:
        """Return one row for each scenario and metric, with estimate, difference and verdict.

        Parameters
        ----------
        metrics : sequence of str, optional
            The study's own if absent.
        """
        return listing.frame(self, metrics)

    def __repr__(self) -> str:
        lines = listing.text(self).splitlines()
        if len(lines) <= MOST_SHOWN:
            return "\n".join(lines)
        rest = len(lines) - MOST_SHOWN + 1
        return "\n".join([*lines[: MOST_SHOWN - 1], f"… and {rest} lines more: print(study)"])

    def __str__(self) -> str:
        return listing.text(self)

    def _repr_html_(self) -> str:
        return listing.html(self)


def _effect(difference: Difference, better: Better | None, clear: bool) -> Effect:  # noqa: FBT001 - one place
    if not clear:
        return "no difference shown"
    up = difference.estimate.mean > 0
    if better is None:
        return "higher" if up else "lower"
    return "better" if up == (better == "higher") else "worse"
