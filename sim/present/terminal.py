"""A study, a run and a check in the terminal: tables that fit 80 columns, and sentences.

Nothing is said by colour alone: every verdict has its mark and its word.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

from sim import outcome
from sim.borders import unsteered
from sim.present.answer import answer
from sim.present.costs import cost_effects, cost_rows, cost_sentence
from sim.present.numbers import measured
from sim.present.overview import (
    MOST_IN_FULL,
    MOST_NOTES,
    OVERVIEW_MARKS,
    change_words,
    overview_table,
)
from sim.present.say import left, say
from sim.present.sentences import MARKS, changed_words
from sim.present.text import one_line, plural, shortened
from sim.study import listing
from sim.study.asked import level_metric
from sim.study.beside import beside_rows
from sim.study.claims import left_unanswered, promise_claim
from sim.study.listing import Row
from sim.study.result import Result
from sim.study.study import Study

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    from sim.outcome import Run
    from sim.study.implied import Implied

STYLES: Final = {"met": "green", "missed": "red", "not yet known": "yellow", "no verdict": "yellow"}
MARKS_OF_CHANGE: Final = (
    "Against the first: ▲ better  ▼ worse  ↑ higher  ↓ lower  ○ no difference shown, all comparisons "
    "taken together (Holm), costs apart"
)
_ON_SHIFT: Final = "on shift, overtime left out"
_LABEL: Final = 24


def study_table(study: Study) -> Group:
    """Return what a terminal shows of a study: the answer, a table for each scenario, the notes."""
    from rich.console import Group  # noqa: PLC0415 - only where it is shown
    from rich.padding import Padding  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    found = answer(study)
    parts: list[Any] = [
        Text(found.headline, style="bold"),
        *(Padding(Text(sentence), (0, 0, 0, 2)) for sentence in found.sentences),
        Text(""),
        Text(listing.title(study), style="dim"),
    ]
    if len(study) > MOST_IN_FULL:
        parts += [Text(""), overview_table(study), Text(OVERVIEW_MARKS, style="dim")]
    else:
        parts += _in_full(study)
    cost = cost_sentence(study)
    parts += [Text(cost, style="dim")] * bool(cost)
    shown = study.notes if len(study) <= MOST_IN_FULL else study.notes[:MOST_NOTES]
    parts += [Text(f"Note: {note}", style="yellow") for note in shown]
    rest = len(study.notes) - len(shown)
    if rest:
        parts.append(Text(f"{plural(rest, 'more note')}: in the report, and by --json.", "yellow"))
    return Group(*parts)


def _in_full(study: Study) -> Iterator[Any]:
    from rich.padding import Padding  # noqa: PLC0415 - only where it is shown
    from rich.text import Text  # noqa: PLC0415

    listed = [*listing.rows(study), *cost_rows(study), *beside_rows(study)]
    effects = {}
    if len(study) > 1:
        effects = {(c.scenario, c.metric): c.effect for c in study.changes()} | cost_effects(study)
        for metric in study.beside:
            effects |= {(c.scenario, metric): c.effect for c in study.changes((metric,))}
    for result in study:
        yield Text("")
        yield Text(one_line(result.name), style="bold")
        if len(study) > 1:
            yield Padding(Text(changed_words(result), style="dim"), (0, 0, 0, 2))
        own = [row for row in listed if row.scenario == result.name]
        yield _rows_table(study, own, effects, result.scenario.costs.currency)
    if len(study) > 1:
        yield Text(MARKS_OF_CHANGE, style="dim")
    together = listing.judged_together(study)
    if together:
        yield Text(together, style="dim")


def _plain_table() -> Table:
    from rich.table import Table  # noqa: PLC0415 - only where it is shown

    return Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=False)


def _left(study: Study, row: Row) -> str:
    """Say who left unanswered, on a line below how a promise is kept."""
    level = row.metric.partition("[")[2].removesuffix("]")
    return left(left_unanswered(study[row.scenario], level)).replace("; ", "\n")


def _rows_table(
    study: Study, rows: Sequence[Row], effects: Mapping[tuple[str, str], str], currency: str
) -> Table:
    from rich.text import Text  # noqa: PLC0415 - only where it is shown

    table = _plain_table()
    table.add_column(min_width=2)
    table.add_column(max_width=_LABEL, overflow="fold")
    table.add_column(overflow="fold")
    table.add_column(overflow="fold")
    for row in rows:
        mark = MARKS[row.verdict.word] if row.verdict else " "
        style = STYLES[row.verdict.word] if row.verdict else ""
        number = measured(row.estimate, row.words.write)
        told = Text(number)
        if row.verdict is not None:
            told.append(f"\n{row.verdict}, goal {row.words.write(row.verdict.goal)}", style=style)
            told.append(_left(study, row))
        label = row.words.label.removeprefix("Service level: ")
        table.add_row(
            Text(f"  {mark}", style=style),
            Text(one_line(label)),
            told,
            Text(change_words(row, effects, currency)),
        )
    return table


def verdict_lines(study: Study, result: Result) -> list[str]:
    """Return a sentence for each promise of a scenario, with its mark."""
    return [
        f"{MARKS[verdict.word]} {say(promise_claim(result, name), study)}"
        for name, verdict in result.verdicts.items()
    ]


def implied_table(known: Implied) -> Group:
    """Return what a terminal shows of a checked scenario: what it implies before any simulation."""
    from rich.console import Group  # noqa: PLC0415 - only where it is shown
    from rich.text import Text  # noqa: PLC0415

    table = _plain_table()
    table.show_header = True
    table.header_style = "dim"
    for place, name in enumerate(known.HEADINGS):
        table.add_column(name, justify="left" if place == 0 else "right", overflow="fold")
    for row in known.rows():
        table.add_row(*(Text(shortened(cell, _LABEL)) for cell in row))
    return Group(
        Text(one_line(known.scenario), style="bold"),
        table,
        *(Text(f"! {path}: {what}", style="red") for path, what in known.errors),
        *(Text(f"- {sentence}") for sentence in known.sentences),
    )


def run_table(run: Run) -> Group:
    """Return what a terminal shows of one replication: one number each, no interval is known."""
    from rich.console import Group  # noqa: PLC0415 - only where it is shown
    from rich.text import Text  # noqa: PLC0415

    measures = outcome.measure(run, curves=False)
    scenario = run.scenario
    table = _plain_table()
    table.add_column(max_width=48, overflow="fold")
    table.add_column(justify="right")
    table.add_column(overflow="fold")
    for metric, goal in _metrics_of_a_run(run):
        value = measures.values.get(metric, math.nan)
        if math.isnan(value):
            continue
        known = outcome.metric(metric)
        held = _ON_SHIFT if metric.startswith("utilisation[") else ""
        if goal is not None:
            held = (
                f"goal {known.format(goal)}: {'reached' if value >= goal else 'not reached'} here"
            )
        table.add_row(
            Text(one_line(known.label)),
            Text(known.format(value, *scenario.currency_and_day)),
            Text(held),
        )
    return Group(
        Text(one_line(scenario.name), style="bold"),
        Text(
            f"replication {run.replication} of seed {run.seed}, {plural(len(run.tickets), 'ticket')}, "
            f"engine {run.engine}; one replication says nothing about how sure it is",
            style="dim",
        ),
        table,
    )


def _metrics_of_a_run(run: Run) -> Iterator[tuple[str, float | None]]:
    yield from ((name, None) for name in ("tickets", "tickets[open]", "l1_share"))
    for name, level in run.scenario.service_levels.items():
        yield level_metric(name), level.goal
    for tier in run.scenario.tiers:
        yield f"response[{tier}, p90, business hours]", None
        yield f"resolution[{tier}, p90, business hours]", None
        yield f"utilisation[{tier}]", None
    yield from (
        (name, None) for name in ("bounced_share", "reexplains", "staff_cost", "total_cost")
    )


def study_text(study: Study, width: int = 80) -> str:
    """Return the same as plain text, without colours.

    Parameters
    ----------
    study : Study
    width : int
        Columns.
    """
    return _as_text(study_table(study), width)


def _as_text(what: Group | Text, width: int) -> str:
    import io  # noqa: PLC0415 - only where text is asked for

    from rich.console import Console  # noqa: PLC0415 - only where it is shown

    out = io.StringIO()
    Console(file=out, width=width, color_system=None, emoji=False, highlight=False).print(what)
    lines = unsteered(out.getvalue()).splitlines()
    return "\n".join(line.rstrip() for line in lines) + "\n"
