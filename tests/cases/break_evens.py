"""From where on something pays: how long, how many, how good, how dear."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from cases.moves import BASE, SEED, known

from sim import units
from sim.study.asked import words
from sim.study.sensitivity import BreakEven, break_even

REPLICATIONS = 16
TOLERANCE = 0.02


@dataclass(frozen=True)
class Question:
    """One break-even.

    Attributes
    ----------
    asked : str
        In words.
    scenario, instead : str
        Scenarios of the gallery.
    path : str
    between : tuple of str or number
    metric : str
    both : bool
        The input is varied in both.
    change : dict
        What ``instead`` changes beside.
    start : dict
        Changes to both.
    """

    asked: str
    scenario: str
    instead: str
    path: str
    between: tuple[str | float, str | float]
    metric: str = "total_cost"
    both: bool = False
    change: dict[str, Any] = field(default_factory=dict)
    start: dict[str, Any] = field(default_factory=dict)

    def found(self, replications: int = REPLICATIONS, tolerance: float = TOLERANCE) -> BreakEven:
        """Look for it, on common tickets."""
        return break_even(
            known(self.scenario).with_(self.start, name="as it is"),
            known(self.instead).with_({**self.start, **self.change}, name="instead"),
            self.path,
            self.between,
            metric=self.metric,
            tolerance=tolerance,
            both=self.both,
            seed=SEED,
            replications=replications,
        )


QUESTIONS = (
    *(
        Question(
            f"After how long does it pay to reserve {share} % of L3's time for permanent fixes?",
            "problems-unfixed",
            "problems-fixed",
            "period.length",
            ("8 weeks", "65 weeks"),
            both=True,
            change={"problems.reserved": share / 100},
            # What fixing costs at first is part of the price.
            start={"period.warm_up": 0},
        )
        for share in (10, 20, 30)
    ),
    Question(
        "Up to how many tickets a week is a desk with L3 outsourced cheaper for each ticket?",
        BASE,
        "l3-outsourced",
        "demand.volume",
        ("250 / week", "600 / week"),
        "cost_per_ticket",
        both=True,
    ),
    Question(
        "Up to what price of a ticket is L3 outsourced no dearer, lost time included?",
        BASE,
        "l3-outsourced",
        "tiers.L3.provider.price",
        (150.0, 450.0),
    ),
    Question(
        "How good must the notes be for a desk with one specialist fewer to cost no more?",
        BASE,
        BASE,
        "documentation.quality",
        ("60 %", "90 %"),
        change={"tiers.L2.staff.day": 3},
    ),
    Question(
        "Up to what pay an hour do nine engineers without tiers cost no more than tiers?",
        BASE,
        "no-tiers-same-budget",
        "tiers.L1.cost",
        (45.0, 120.0),
    ),
)


def written(value: str | float | None) -> str:
    """Write a value of an input.

    Examples
    --------
    >>> written("604800000 ms"), written(0.651), written("2.5 / h"), written(74.2), written(None)
    ('1.0 weeks', '65.1 %', '420 / week', '74', 'beyond the range')
    """
    if value is None:
        return "beyond the range"
    if isinstance(value, str):
        if value.endswith("ms"):
            return f"{units.duration_ms(value) / units.WEEK:.1f} weeks"
        return f"{units.rate_per_h(value) * units.HOURS_PER_WEEK:.0f} / week"
    return f"{value:.0f}" if value > 1 else units.format_share(value)


def table() -> Iterator[str]:
    """Write the table in Markdown, line by line."""
    yield "| question | equal by | break-even | no difference shown between |"
    yield "|---|---|---|---|"
    for question in QUESTIONS:
        found = question.found()
        span = f"{written(found.low)} and {written(found.high)}"
        label = words(question.metric).label
        yield f"| {question.asked} | {label} | {written(found.value)} | {span} |"
