"""A study as a table: one list of rows, written as text, HTML or a DataFrame."""

from __future__ import annotations

import html as escaping
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sim.borders import unsteered
from sim.errors import StudyError
from sim.study.alike import compares
from sim.study.asked import Words, level_metric, words
from sim.study.estimate import Estimate
from sim.study.paired import Difference
from sim.study.result import Result, write_change
from sim.study.verdict import Verdict

if TYPE_CHECKING:
    import pandas as pd

    from sim.study.study import Study

HEADINGS = ("", "estimate", "against the first", "goal", "verdict")


@dataclass(frozen=True)
class Row:
    """One metric of one scenario.

    Attributes
    ----------
    scenario, metric : str
    words : Words
    estimate : Estimate
    difference : Difference or None
        None for the first scenario.
    p_adjusted : float
    verdict : Verdict or None
        None where no goal is set.
    """

    scenario: str
    metric: str
    words: Words
    estimate: Estimate
    difference: Difference | None
    p_adjusted: float
    verdict: Verdict | None

    def cells(self) -> tuple[str, str, str, str, str]:
        """Write the row, in the order of ``HEADINGS``."""
        change = ""
        if self.difference is not None:
            change = self.difference.estimate.format(self.words.write_change)
            if self.p_adjusted > 1 - self.estimate.level:
                change += " (not shown to differ)"
        goal = "" if self.verdict is None else self.words.write(self.verdict.goal)
        verdict = "" if self.verdict is None else str(self.verdict)
        return self.words.label, self.estimate.format(self.words.write), change, goal, verdict


def rows(study: Study, metrics: Sequence[str] | None = None) -> Iterator[Row]:
    """List a study's rows, scenario by scenario.

    Raises
    ------
    StudyError
        If no scenario has a metric that is asked for.
    """
    wanted = study.metrics if metrics is None else tuple(metrics)
    for metric in wanted:
        if not any(metric in result.metrics for result in study.results):
            study.results[0].values(metric)
    first = study.results[0]
    both = [m for m in wanted if m in first.metrics and all(m in r.metrics for r in study.results)]
    adjusted = {(c.scenario, c.metric): c.p_adjusted for c in study.changes(both)}
    for result in study.results:
        goals = {level_metric(name): name for name in result.scenario.service_levels}
        for metric in wanted:
            if metric not in result.metrics:
                continue
            base = result.base
            paired = base is not None and metric in first.metrics and compares(result, base, metric)
            yield Row(
                result.name,
                metric,
                words(metric, *result.scenario.currency_and_day),
                result.estimate(metric),
                result.difference(metric) if paired else None,
                adjusted.get((result.name, metric), math.nan),
                result.verdict(goals[metric]) if metric in goals else None,
            )


def title(study: Study) -> str:
    """Say in one line what the numbers are."""
    scenarios = len(study)
    tickets = together = ""
    if scenarios > 1:
        together = "; differences are judged all together"
        others = sum(not result.common_tickets() for result in study.results)
        tickets = f", not the same tickets in {others}" if others else ", the same tickets for all"
    return (
        f"{scenarios} scenario{'s' * (scenarios > 1)}, {study.replications} "
        f"replication{'s' * (study.replications > 1)}{tickets}, seed {study.seed}; "
        f"{100 * study.level:g} % intervals{together}"
    )


def judged_together(study: Study) -> str:
    """Say why a difference may not be shown although its interval leaves out 0; empty where none is so."""
    changes = study.changes()
    if not any(
        one.effect == "no difference shown"
        and (one.difference.estimate.low > 0 or one.difference.estimate.high < 0)
        for one in changes
    ):
        return ""
    return (
        "An interval may leave out 0 where no difference is shown: it stands for one comparison alone, "
        f"but all {len(changes)} are judged together (Holm's adjustment), so that in at most "
        f"{100 * (1 - study.level):.3g} % of such studies any difference is shown that is none."
    )


def heading(result: Result) -> str:
    """Name a scenario, with what was found to differ from the first."""
    changes = "; ".join(write_change(path, change) for path, change in result.changes.items())
    if result.base is None:
        return result.name
    return f"{result.name}: {changes or 'no difference'}"


def text(study: Study) -> str:
    """Write a study as plain text."""
    listed = list(rows(study))
    cells = [row.cells() for row in listed]
    widths = [max(map(len, column)) for column in zip(HEADINGS, *cells, strict=True)]
    used = [i for i in range(len(HEADINGS)) if i == 0 or any(row[i] for row in cells)]

    def line(row: Sequence[str]) -> str:
        return "  " + "  ".join(f"{row[i]:<{widths[i]}}" for i in used).rstrip()

    lines = [title(study), line(HEADINGS)]
    for result in study.results:
        lines.append(heading(result))
        lines += [
            line(row) for row, of in zip(cells, listed, strict=True) if of.scenario == result.name
        ]
    together = judged_together(study)
    lines += [together] * bool(together)
    return unsteered("\n".join([*lines, *(f"Note: {note}" for note in study.notes)]))


def html(study: Study) -> str:
    """Write a study as an HTML table; every text is escaped."""

    def line(cells: Sequence[str], tag: str) -> str:
        return "".join(f"<{tag}>{escaping.escape(cell)}</{tag}>" for cell in cells)

    body = []
    listed = list(rows(study))
    for result in study.results:
        head = escaping.escape(heading(result))
        body.append(f'<tr><th colspan="{len(HEADINGS)}" style="text-align:left">{head}</th></tr>')
        body += [f"<tr>{line(r.cells(), 'td')}</tr>" for r in listed if r.scenario == result.name]
    together = judged_together(study)
    under = [*study.notes, *[together] * bool(together)]
    notes = "".join(f"<p>{escaping.escape(note)}</p>" for note in under)
    return unsteered(
        f"<table><caption>{escaping.escape(title(study))}</caption>"
        f"<thead><tr>{line(HEADINGS, 'th')}</tr></thead><tbody>{''.join(body)}</tbody></table>{notes}"
    )


def frame(study: Study, metrics: Sequence[str] | None = None) -> pd.DataFrame:
    """Return a study as numbers, one row for each scenario and metric; None for what is not known."""
    import pandas as pd  # noqa: PLC0415 - only where a table is asked for

    return pd.DataFrame([_record(row) for row in rows(study, metrics)])


def _record(row: Row) -> dict[str, object]:
    change = row.difference
    return {
        "scenario": row.scenario,
        "metric": row.metric,
        "label": row.words.label,
        "mean": row.estimate.mean,
        "low": row.estimate.low,
        "high": row.estimate.high,
        "replications": row.estimate.n,
        "not_measured": row.estimate.missing,
        "difference": change.estimate.mean if change else math.nan,
        "difference_low": change.estimate.low if change else math.nan,
        "difference_high": change.estimate.high if change else math.nan,
        "p": change.p if change else math.nan,
        "p_adjusted": row.p_adjusted,
        "variance_reduction": change.variance_reduction if change else math.nan,
        "goal": row.verdict.goal if row.verdict else math.nan,
        "verdict": row.verdict.word if row.verdict else None,
        "more_replications_from": row.verdict.more[0] if row.verdict and row.verdict.more else None,
        "more_replications_to": row.verdict.more[1] if row.verdict and row.verdict.more else None,
    }


def check_names(names: Sequence[str]) -> None:
    """Raise ``StudyError`` when two scenarios are called alike: a table could not tell them apart."""
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise StudyError(f"two scenarios are called {twice[0]!r}; give each a name of its own")
