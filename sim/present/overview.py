"""Many scenarios on one screen: a line each, with what a leader compares them by."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from sim.present.costs import TOTAL, cost_effects, cost_rows
from sim.present.numbers import measured, written_change
from sim.present.sentences import EFFECT_MARKS, MARKS, figure
from sim.present.text import one_line, shortened
from sim.study.asked import HEADLINE, words
from sim.study.claims import kept_by
from sim.study.listing import Row
from sim.study.study import Study

if TYPE_CHECKING:
    from rich.table import Table

MOST_IN_FULL: Final = 8
"""Scenarios of which a screen shows every figure; of more, a line each."""
MOST_NOTES: Final = 5
OVERVIEW_MARKS: Final = (
    "Promises: ✓ met  ✗ missed  ? not yet known. Cost against the first: ▲ better  ▼ worse  ○ no "
    "difference shown, all taken together (Holm). Every figure is in the report and in --json; name "
    "fewer scenarios to see them here."
)
_LONGEST_NAME: Final = 30


def change_words(row: Row, effects: Mapping[tuple[str, str], str], currency: str) -> str:
    """Write what a scenario changes in one metric, with its mark; empty for the first."""
    if row.difference is None:
        return ""
    mark = EFFECT_MARKS.get(effects.get((row.scenario, row.metric), ""), "○")
    return f"{mark} {written_change(row.metric, row.difference.estimate, currency)}"


def overview_table(study: Study) -> Table:
    """Return a line for each scenario: the first line's share, its promises, its cost in a week."""
    from rich.table import Table  # noqa: PLC0415 - only where it is shown
    from rich.text import Text  # noqa: PLC0415

    costs = {row.scenario: row for row in cost_rows(study) if row.metric == TOTAL}
    effects = cost_effects(study)
    currencies = {result.scenario.costs.currency for result in study if result.name in costs}
    # One currency stands in the heading, once.
    unit = f", {next(iter(currencies))}" if len(currencies) == 1 else ""
    headings = ["", "resolved by the first line", "promises"]
    if costs:
        headings += [f"total cost in a week{unit}", "against the first"]
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for heading in headings:
        table.add_column(heading, overflow="fold")
    for result in study:
        kept = kept_by(result)
        several = (kept.met, kept.missed, kept.open, kept.unjudged)
        kinds = zip(MARKS.values(), several, strict=True)
        promises = " ".join(f"{len(names)} {mark}" for mark, names in kinds if names) or "none"
        cells = [
            shortened(one_line(result.name), _LONGEST_NAME),
            figure(result, HEADLINE),
            promises,
        ]
        row = costs.get(result.name)
        if row is not None:
            currency = "" if unit else result.scenario.costs.currency
            cells += [
                measured(row.estimate, words(TOTAL, currency).write),
                change_words(row, effects, currency),
            ]
        table.add_row(*map(Text, cells))
    return table
