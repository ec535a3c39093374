"""The tables of a report, as plain cells: HTML, deck and workbook lay them out in their own way."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from sim import outcome
from sim.errors import TierSimError
from sim.present.numbers import measured
from sim.present.say import goal_words, promise
from sim.present.sentences import MARKS, change, changed_words, figure, written
from sim.present.signs_text import MARKS as SIGN_MARKS
from sim.present.signs_text import threshold_words
from sim.present.text import one_line, plural
from sim.scenario.wording import listed
from sim.study.asked import HEADLINE, level_metric, words
from sim.study.claims import cost_metric
from sim.study.result import Result
from sim.study.scorecard import scorecard
from sim.study.settling import horizon
from sim.study.signs import Sign, showing
from sim.study.study import Study
from sim.units import format_share

SHARES: Final = (
    ("l1_share_all", "(a) never left the first line, of all tickets"),
    ("l1_share", "(b) never left it, of those that began there: the headline"),
    ("l1_share_last", "(c) last handled by the first line"),
    ("first_contact_share", "solved at first contact"),
    ("l1_share_reopen_adjusted", "as (b), and not reopened"),
)
TIER_METRICS: Final = (
    "resolution_rate[{tier}]",
    "response[{tier}, p90, business hours]",
    "resolution[{tier}, p90, business hours]",
    "escalation[{tier}, p90, business hours]",
    "reopen_share[{tier}]",
    "utilisation[{tier}]",
    "backlog[{tier}, mean]",
    "satisfaction[{tier}]",
)
HANDOVERS: Final = (
    "escalated_share",
    "documented_share",
    "reexplains",
    "rework",
    "bounced_share",
    "hops",
    "recurring_share",
    "abandonment",
    "cost_per_ticket",
    "staff_cost",
    "lost_hours",
    "total_cost",
    "satisfaction",
)
ASSUMED: Final = (
    "Full documentation, explaining again and rework follow from the completeness of notes that each "
    "scenario assumes (`documentation`), satisfaction from its weights: none of these is a finding."
)
UTILISATION: Final = (
    "Utilisation is work on shift out of the time that people were there, in the counted period, "
    "overtime left out. `tiersim check` and `tiersim theory` hold all work against that time, overtime "
    "included: theirs is higher where people work on after their shifts."
)
MOST_COLUMNS: Final = 5
"""Scenarios that a table has a column for; of more, each is a row."""

_ON_ONE_PAGE: Final = 16
"""Lines up to which a table is not broken between pages."""
MOST_ON_PAPER: Final = 7
"""Columns that a page of a PDF has room for."""


@dataclass(frozen=True)
class Table:
    """A table.

    Attributes
    ----------
    title : str
    headings : tuple of str
    rows : tuple of tuple of str
    note : str
        What a reader has to know to read it.
    """

    title: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""

    @property
    def short(self) -> bool:
        """Whether it is kept on one page of paper, with its headings."""
        heights = (max(text.count("\n") + 1 for text in row) for row in self.rows)
        return sum(heights) <= _ON_ONE_PAGE


def on_paper(table: Table) -> list[Table]:
    """Cut a table that is too wide for paper into several, each with the first column.

    Examples
    --------
    >>> wide = Table("t", tuple("abcdefghi"), (tuple("123456789"),), "A note.")
    >>> [(one.headings, one.note) for one in on_paper(wide)]
    [(('a', 'b', 'c', 'd', 'e'), ''), (('a', 'f', 'g', 'h', 'i'), 'A note.')]
    """
    others = len(table.headings) - 1
    if others < MOST_ON_PAPER:
        return [table]
    pieces = math.ceil(others / (MOST_ON_PAPER - 1))
    each = math.ceil(others / pieces)
    found = []
    for first in range(1, others + 1, each):
        columns = (0, *range(first, min(first + each, others + 1)))
        headings, *rows = (
            tuple(row[column] for column in columns) for row in (table.headings, *table.rows)
        )
        found.append(Table(table.title, headings, tuple(rows)))
    return [*found[:-1], replace(found[-1], note=table.note)]


def options(study: Study) -> Table:
    """List the options side by side: what each changes, keeps, resolves and costs."""
    cost = cost_metric(list(study))
    headings = ["option", "what it changes", "promises kept", "resolved by the first line"]
    if cost is not None:
        headings.append(words(cost).label)
    rows = []
    for result in study:
        cells = [result.name, changed_words(result), _kept(result), _with_change(result, HEADLINE)]
        if cost is not None:
            cells.append(_with_change(result, cost))
        rows.append(tuple(cells))
    return Table("The options", tuple(headings), tuple(rows))


def _kept(result: Result) -> str:
    """Say how many promises are kept; those that are not surely kept are named."""
    verdicts = result.verdicts
    if not verdicts:
        return "none made"
    met = sum(verdict.word == "met" for verdict in verdicts.values())
    told = [f"{MARKS['met']} {met} of {len(verdicts)} met"] if met else []
    told += [
        f"{MARKS[verdict.word]} {one_line(name)}: {verdict}"
        for name, verdict in verdicts.items()
        if verdict.word != "met"
    ]
    return "\n".join(told)


def _with_change(result: Result, metric: str) -> str:
    text = figure(result, metric)
    if result.base is None or metric not in result.metrics or metric not in result.base.metrics:
        return text
    return f"{text}\n{change(result, metric)}"


def service_levels(result: Result) -> Table:
    """List a scenario's promises, with and without pauses, and the weeks that keep them."""
    rows = []
    for name, level in result.scenario.service_levels.items():
        verdict = result.verdict(name)
        rows.append(
            (
                name,
                promise(level),
                f"{MARKS[verdict.word]} {verdict}",
                measured(verdict.estimate, format_share),
                figure(result, f"left_unanswered[{name}]"),
                figure(result, level_metric(f"{name}, no pauses")),
                figure(result, f"weeks_met[{name}]"),
                figure(result, f"service_left_out[{name}]"),
            )
        )
    return Table(
        result.name,
        (
            "promise",
            "what is promised",
            "verdict",
            "kept, clock paused while others have the ticket",
            "left unanswered",
            "kept, without pauses",
            "weeks that reach the goal",
            "not judged yet, tickets",
        ),
        tuple(rows),
        "A clock runs in its own hours. Tickets open at the end are late if past their target, else "
        "not judged.",
    )


def l1_shares(study: Study) -> Table:
    """List the fair definitions of the first line's share, for every scenario."""
    rows = [
        (says, *(figure(result, metric) for result in study))
        for metric, says in SHARES
        if any(metric in result.metrics for result in study)
    ]
    note = "Fair definitions of one word differ by several points on the same tickets."
    return _turned(Table("The first line's share", ("definition", *study.names), tuple(rows), note))


def _turned(table: Table) -> Table:
    """Turn a table with a column for each scenario round, where there are too many of them."""
    if len(table.headings) - 1 <= MOST_COLUMNS:
        return table
    heads = ("option", *(row[0] for row in table.rows))
    rows = zip(table.headings[1:], *(row[1:] for row in table.rows), strict=True)
    return Table(table.title, heads, tuple(rows), table.note)


def tiers(result: Result) -> Table:
    """List what each tier of a scenario does."""
    names = list(result.scenario.tiers)
    rows = []
    for pattern in TIER_METRICS:
        cells = [figure(result, pattern.format(tier=tier)) for tier in names]
        if any(cell != "not measured" for cell in cells):
            rows.append((_label(pattern), *cells))
    return Table(result.name, ("figure", *names), tuple(rows), UTILISATION)


def _label(pattern: str) -> str:
    key, _, variant = pattern.partition("[")
    rest = variant.removesuffix("]").replace("{tier}", "").strip(", ")
    try:
        label = outcome.metric(key).label
    except TierSimError:
        label = key
    return f"{label}: {rest}" if rest else label


def handovers(study: Study) -> Table:
    """List hand-overs, cost and satisfaction, for every scenario."""
    rows = [
        (words(metric).label, *(_with_change(result, metric) for result in study))
        for metric in HANDOVERS
        if any(metric in r.metrics and not math.isnan(r.estimate(metric).mean) for r in study)
    ]
    return _turned(
        Table("Hand-overs, cost and satisfaction", ("figure", *study.names), tuple(rows), ASSUMED)
    )


def score(study: Study) -> Table | None:
    """Hold the options against each other tier by tier; None where there is but one."""
    if len(study) < 2 or study.replications < 2:  # noqa: PLR2004 - a ranking needs two
        return None
    card = scorecard(study)
    rows = []
    for line in card.lines:
        write = words(line.metric, study[0].scenario.costs.currency).write
        order = [f"{one_line(name)} {measured(e, write)}" for name, e in line.estimates.items()]
        sure = [f"{one_line(a)} beats {one_line(b)}" for a, b in line.beats]
        rows.append(
            (line.aspect, line.tier or "whole desk", "\n".join(order), "\n".join(sure) or "–")
        )
    if not rows:
        return None
    return Table(
        "Scorecard",
        ("aspect", "tier", "options", "sure"),
        tuple(rows),
        "“Sure” holds for the whole table together (Holm's adjustment).",
    )


def signs_beside(study: Study) -> Table:
    """Hold every option against the signs that a support model does not work."""
    found = [showing(result) for result in study]
    rows = []
    for several in zip(*found, strict=True):
        sign = several[0]
        known = words(sign.metric, study[0].scenario.costs.currency)
        cells = [
            f"{SIGN_MARKS[one.word]} {one.word}"
            + (f": {measured(one.estimate, known.write)}" if one.estimate.n else "")
            for one in several
        ]
        rows.append((f"{sign.name} ({threshold_words(sign)})", *cells))
    title = "Signs that a support model does not work"
    note = "A sign shows, or does not, where the whole interval says so."
    return _turned(Table(title, ("sign", *study.names), tuple(rows), note))


def signs_table(found: Sequence[Sign], currency: str) -> Table:
    """List the signs that a support model does not work, with what was tried against them."""
    rows = []
    for sign in found:
        known = words(sign.metric, currency)
        helps = [
            f"{one_line(one.lever.name)}: "
            f"{one.effect.estimate.format(known.write_change)}, "
            f"{one.spent:+,.0f} {currency} a week"
            for one in sign.tried
            if one.helps
        ]
        side = "at most" if sign.better == "lower" else "at least"
        rows.append(
            (
                sign.name,
                sign.word,
                f"{known.label}: {measured(sign.estimate, known.write)}",
                f"{side} {known.write(sign.threshold)}",
                sign.question,
                "\n".join(helps[:3]).replace("-", "−") or "–",
            )
        )
    return Table(
        "Signs that a support model does not work",
        ("sign", "here", "measured", "threshold", "what it may mean", "what would help most"),
        tuple(rows),
    )


def changes(study: Study) -> Table:
    """List every field in which the scenarios differ, as found by comparing them."""
    title = "What differs between the scenarios"
    if len(study) > MOST_COLUMNS:
        listed_one_by_one = [
            (result.name, path, written(before), written(after))
            for result in study
            for path, (before, after) in result.changes.items()
        ]
        return Table(title, ("option", "field", "the first", "here"), tuple(listed_one_by_one))
    paths = list(dict.fromkeys(path for result in study for path in result.changes))
    rows = []
    for path in paths:
        before = next(r.changes[path][0] for r in study if path in r.changes)
        cells = [written(before)]
        cells += [
            written(r.changes[path][1]) if path in r.changes else "as the first"
            for r in study.results[1:]
        ]
        rows.append((path, *cells))
    return Table(title, ("field", *study.names), tuple(rows))


def definitions(study: Study) -> list[tuple[str, str, str]]:
    """List what is measured here and how: label, id, sentence with numerator and denominator."""
    keys = list(dict.fromkeys(m.partition("[")[0] for result in study for m in result.metrics))
    found = []
    for key in keys:
        try:
            known = outcome.metric(key)
        except TierSimError:
            found.append((key, key, "A figure of the user's own."))
            continue
        text = (
            f"{known.sentence} Counted: {known.numerator}. Out of: {known.denominator}. Left out: "
            f"{known.left_out}. Open tickets: {known.open_tickets}."
        )
        ids = f"{key}[{known.variants}]" if known.variants else key
        found.append((known.label, ids, text))
    return found


def method(study: Study) -> list[str]:
    """Say how the numbers came about."""
    first = study[0].scenario
    goals = listed(
        f"{one_line(name)} ({goal_words(level)})" for name, level in first.service_levels.items()
    )
    simulated = (
        f"Each scenario was simulated {plural(study.replications, 'time')} with seed {study.seed}: "
        "every ticket, every visit to a tier, every shift and absence. A number is the mean over "
        f"these replications; behind it stands its {100 * study.level:g} % interval (Student's t, "
        "lengthened on the side of the longer tail where replications are skewed)."
    )
    alike = (
        "In each replication all scenarios met the same tickets, so that differences are paired: chance "
        "that strikes both cancels."
        if study.common_tickets
        else f"Scenarios that did not meet the tickets of {one_line(study[0].name)}: "
        f"{listed(one_line(r.name) for r in study if not r.common_tickets())}. Their differences from "
        "it are between different tickets, and no money is compared with them."
    )
    paired = (
        f"{alike} Where several differences are judged together, Holm's adjustment keeps one false "
        "alarm among all as rare as in one."
    )
    counted = (
        "Tickets that arrive in the warm-up load the desk and are not counted. Tickets still open "
        "at the end stay in the figures, as each definition says."
    )
    judged = (
        "A promise is met or missed only when the whole interval lies on one side of its goal; "
        f"else it is not yet known. The goals: {goals or 'none'}."
    )
    notes = (f"Note: {note}" for note in study.notes)
    ends = horizon(first)
    return [simulated, *([paired] if len(study) > 1 else []), ends, counted, judged, *notes]
