"""Metrics that somebody asks for beside what a study judges: which there are, and their rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from sim import outcome
from sim.errors import StudyError
from sim.scenario.model import Scenario
from sim.scenario.wording import did_you_mean
from sim.study.evaluate import replicate
from sim.study.listing import Row, rows
from sim.units import WEEK

if TYPE_CHECKING:
    from sim.study.study import Study

SHOWN = 6


def check_known(metrics: Sequence[str], scenarios: Sequence[Scenario]) -> None:
    """Refuse a metric that no scenario measures, before anything is simulated for long.

    One short replication of each says which there are.

    Raises
    ------
    StudyError
        With what was meant, if something is near.
    """
    known: dict[str, None] = {}
    for scenario in scenarios:
        short = min(scenario.period.length, scenario.period.warm_up + WEEK)
        period = scenario.period.model_copy(update={"length": short})
        run = replicate(scenario.model_copy(update={"period": period}), seed=1)
        known |= dict.fromkeys(outcome.measure(run, curves=False).values)
    for metric in metrics:
        if metric not in known:
            like = [one for one in known if one.partition("[")[0] == metric.partition("[")[0]]
            several = f"; of that kind there are {', '.join(like[:SHOWN])}" if like else ""
            raise StudyError(
                f"--metric: there is no metric {metric!r} here{did_you_mean(metric, known)}{several}"
            )


def beside_rows(study: Study) -> Iterator[Row]:
    """List what is shown beside; each metric is judged over the scenarios alone."""
    for metric in study.beside:
        judged = {change.scenario: change.p_adjusted for change in study.changes((metric,))}
        for row in rows(study, (metric,)):
            yield replace(row, p_adjusted=judged.get(row.scenario, row.p_adjusted))
