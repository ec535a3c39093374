"""The workbook of a study: inputs, results, differences, chart numbers and definitions.

Numbers are numbers, with the unit in a column of its own. Text is always written as text: what
begins with ``=`` stays what a user wrote, and is never run.
"""

from __future__ import annotations

import io
import math
import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final

from sim import outcome
from sim.errors import MissingExtraError, TierSimError
from sim.present import report_tables as tables
from sim.present.answer import answer
from sim.present.report import charts_of
from sim.present.sentences import footer
from sim.study import listing
from sim.study.asked import words
from sim.units import MINUTE

if TYPE_CHECKING:
    from sim.present.report import Asked
    from sim.study.study import Study

LONGEST_CELL: Final = 32_000
"""Letters; Excel takes no more than 32,767."""
_SHEET: Final = re.compile(r"[\[\]:*?/\\']")
_LONGEST_SHEET: Final = 31
_WIDEST: Final = 60
Cell = str | float | int | None


def workbook(study: Study, asked: Asked) -> bytes:
    """Return a study as an Excel file.

    Raises
    ------
    MissingExtraError
        If XlsxWriter is not installed.
    """
    try:
        import xlsxwriter  # noqa: PLC0415 - an extra
    except ImportError:
        raise MissingExtraError("XlsxWriter", "office", "The workbook") from None
    out = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "nan_inf_to_errors": False,
    }
    with xlsxwriter.Workbook(out, options) as file:
        # The same study gives the same file.
        file.set_properties({"title": "TierSim", "comments": footer(study), "created": _EPOCH})
        book = _Book(file)
        book.sheet("Answer", ("What the study says",), [(s,) for s in _told(study)])
        book.sheet("Results", RESULTS, _results(study))
        if len(study) > 1:
            book.sheet("Differences", DIFFERENCES, _differences(study))
        book.sheet("Service levels", LEVELS, _levels(study))
        changes = tables.changes(study)
        book.sheet("What differs", changes.headings, changes.rows)
        book.sheet("Inputs", INPUTS, _inputs(study))
        for number, chart in enumerate(charts_of(study, asked), 1):
            name = f"{number:02} {chart.name}"
            book.sheet(name, chart.columns, chart.rows, above=(chart.title, chart.subtitle))
        book.sheet("Definitions", ("figure", "id", "what it means"), tables.definitions(study))
        book.sheet("Method", ("How the numbers came about",), [(t,) for t in tables.method(study)])
        book.sheet("Manifest", ("manifest.json",), [(line,) for line in _manifest(study)])
    return out.getvalue()


def _epoch() -> Any:
    import datetime as dt  # noqa: PLC0415 - one date

    return dt.datetime(2000, 1, 1, tzinfo=dt.UTC).replace(tzinfo=None)


_EPOCH: Final = _epoch()
RESULTS: Final = (
    "scenario",
    "figure",
    "id",
    "unit",
    "mean",
    "low",
    "high",
    "replications",
    "standard deviation",
)
DIFFERENCES: Final = (
    "scenario",
    "figure",
    "id",
    "unit",
    "difference",
    "low",
    "high",
    "p",
    "p adjusted (Holm, what was asked)",
)
LEVELS: Final = (
    "scenario",
    "promise",
    "share kept",
    "low",
    "high",
    "share kept, without pauses",
    "goal",
    "verdict",
    "more replications needed, about",
)
INPUTS: Final = ("scenario", "field", "value", "from", "what it is, and its source")


class _Book:
    """Sheets in the making."""

    def __init__(self, file: Any) -> None:
        self.file = file
        self.names: set[str] = set()
        self.head = file.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        self.title = file.add_format({"bold": True, "font_size": 13})
        self.words = file.add_format({"text_wrap": True, "valign": "top"})
        self.number = file.add_format({"num_format": "#,##0.######", "valign": "top"})

    def sheet(
        self,
        name: str,
        headings: Sequence[str],
        rows: Iterable[Sequence[Cell]],
        above: Sequence[str] = (),
    ) -> None:
        """Write a sheet: lines above, headings, rows; the headings stay while one scrolls."""
        sheet = self.file.add_worksheet(self._free(name))
        at = 0
        for number, line in enumerate(above):
            sheet.write_string(at, 0, line[:LONGEST_CELL], self.title if number == 0 else None)
            at += 1
        at += bool(above)
        for column, heading in enumerate(headings):
            sheet.write_string(at, column, heading[:LONGEST_CELL], self.head)
        sheet.freeze_panes(at + 1, 0)
        widths = [min(_WIDEST, max(9, len(heading))) for heading in headings]
        first = at + 1
        for row in rows:
            at += 1
            for column, value in enumerate(row):
                self._cell(sheet, at, column, value)
                if isinstance(value, str) and column < len(widths):
                    longest = max(map(len, value.split("\n")), default=0)
                    widths[column] = max(widths[column], min(_WIDEST, longest + 1))
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)
        if at >= first and len(headings) > 1:
            sheet.autofilter(first - 1, 0, at, len(headings) - 1)

    def _cell(self, sheet: Any, row: int, column: int, value: Cell) -> None:
        if value is None or (isinstance(value, float) and not math.isfinite(value)):
            sheet.write_blank(row, column, None)
        elif isinstance(value, str):
            sheet.write_string(row, column, _legal(value)[:LONGEST_CELL], self.words)
        else:
            sheet.write_number(row, column, value, self.number)

    def _free(self, name: str) -> str:
        """Make a name that Excel takes, and that no sheet has yet."""
        plain = _SHEET.sub(" ", name)[:_LONGEST_SHEET].strip() or "sheet"
        found, number = plain, 2
        while found.lower() in self.names:
            found = f"{plain[: _LONGEST_SHEET - 4]} {number}"
            number += 1
        self.names.add(found.lower())
        return found


def _legal(text: str) -> str:
    """Drop what XML cannot hold."""
    return "".join(c for c in text if c in "\t\n" or (c >= " " and c not in "\ufffe\uffff"))


def _told(study: Study) -> list[str]:
    told = answer(study)
    return [told.headline, *told.sentences, *study.notes, footer(study)]


def _unit(metric: str, currency: str) -> tuple[str, float]:
    """Return a metric's unit in a workbook, and what its values are divided by."""
    try:
        unit = outcome.metric(metric).unit
    except TierSimError:
        return "", 1.0
    if unit == "duration":
        return "min", float(MINUTE)
    return (currency if unit == "money" else unit), 1.0


def _results(study: Study) -> Iterable[tuple[Cell, ...]]:
    for result in study:
        currency = result.scenario.costs.currency
        for metric in result.metrics:
            estimate = result.estimate(metric)
            unit, by = _unit(metric, currency)
            yield (
                result.name,
                words(metric).label,
                metric,
                unit,
                *(value / by for value in (estimate.mean, estimate.low, estimate.high)),
                estimate.n,
                estimate.sd / by,
            )


def _differences(study: Study) -> Iterable[tuple[Cell, ...]]:
    adjusted = {(row.scenario, row.metric): row.p_adjusted for row in listing.rows(study)}
    base = study[0]
    for result in study.results[1:]:
        currency = result.scenario.costs.currency
        for metric in result.metrics:
            if metric not in base.metrics:
                continue
            difference = result.difference(metric)
            estimate = difference.estimate
            unit, by = _unit(metric, currency)
            yield (
                result.name,
                words(metric).label,
                metric,
                unit,
                *(value / by for value in (estimate.mean, estimate.low, estimate.high)),
                difference.p,
                adjusted.get((result.name, metric)),
            )


def _levels(study: Study) -> Iterable[tuple[Cell, ...]]:
    for result in study:
        for name, verdict in result.verdicts.items():
            estimate = verdict.estimate
            bare = f"service_level[{name}, no pauses]"
            yield (
                result.name,
                name,
                estimate.mean,
                estimate.low,
                estimate.high,
                result.estimate(bare).mean if bare in result.metrics else None,
                verdict.goal,
                verdict.word,
                verdict.more,
            )


def _inputs(study: Study) -> Iterable[tuple[Cell, ...]]:
    for result in study:
        for table in tables.assumptions(result.scenario):
            for row in table.rows:
                yield (result.name, *row)


def _manifest(study: Study) -> list[str]:
    return study.manifest.to_json().splitlines()
