"""The workbook of a study: inputs, results, differences, chart numbers and definitions.

Numbers are numbers, with the unit in a column of its own or in the heading; shares are in per cent,
durations in hours. Text is always written as text: what
begins with ``=`` stays what a user wrote, and is never run.
"""

from __future__ import annotations

import io
import math
import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final

from sim.borders import cell
from sim.errors import MissingExtraError
from sim.present import report_tables as tables
from sim.present.answer import answer
from sim.present.assumptions import assumptions
from sim.present.charts.shared import unit_of
from sim.present.report import charts_of
from sim.present.sentences import NOT_COMPARED, footer
from sim.study import listing
from sim.study.alike import compares
from sim.study.asked import words
from sim.study.claims import left_unanswered

if TYPE_CHECKING:
    from sim.present.picture import Chart
    from sim.present.report import Asked
    from sim.study.estimate import Estimate
    from sim.study.study import Study

LONGEST_CELL: Final = 32_000
"""Letters; Excel takes no more than 32,767."""
_SHEET: Final = re.compile(r"[\[\]:*?/\\']")
_LONGEST_SHEET: Final = 31
_WIDEST: Final = 60
FINGERPRINT: Final = 16
"""Letters of a scenario's hash, as in the report."""
SHARE: Final = "share"
SHARES: Final = ("share", "mean", "low", "high", "goal", "bar begins at", "difference")
"""How headings begin whose numbers are shares where one of them is."""
PER_CENT: Final = "0.0%"
PLACES: Final = ((1000.0, "#,##0"), (10.0, "0.0"), (0.1, "0.00"), (0.0, "0.0000"))
"""From which size on a number has how many decimals."""
Cell = str | float | int | None


class Share(float):
    """A part of 1, shown in per cent."""


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
            book.sheet(name, chart.columns, _shares_of(chart), above=(chart.title, chart.subtitle))
        book.sheet("Definitions", ("figure", "id", "what it means"), tables.definitions(study))
        book.sheet("Method", ("How the numbers came about",), [(t,) for t in tables.method(study)])
        book.sheet("Manifest", ("what", "value"), _manifest(study))
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
    "share left unanswered",
    "share kept, without pauses",
    "goal",
    "verdict",
    "more replications would tell, from",
    "more replications would tell, to (suffices 9 times in 10)",
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
        self.number = {
            form: file.add_format({"num_format": form, "valign": "top"})
            for form in (PER_CENT, *(form for _, form in PLACES))
        }

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
            sheet.write_string(
                at, 0, _legal(line)[:LONGEST_CELL], self.title if number == 0 else None
            )
            at += 1
        at += bool(above)
        for column, heading in enumerate(headings):
            sheet.write_string(at, column, _legal(heading)[:LONGEST_CELL], self.head)
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
            sheet.write_number(row, column, value, self.number[_form(value)])

    def _free(self, name: str) -> str:
        """Make a name that Excel takes, and that no sheet has yet."""
        plain = _SHEET.sub(" ", name)[:_LONGEST_SHEET].strip() or "sheet"
        found, number = plain, 2
        while found.lower() in self.names:
            found = f"{plain[: _LONGEST_SHEET - 4]} {number}"
            number += 1
        self.names.add(found.lower())
        return found


def _form(value: float) -> str:
    """Return how Excel shows a number.

    Examples
    --------
    >>> [_form(value) for value in (Share(0.752), 0.752, 4, 12345.6, 0.0)]
    ['0.0%', '0.00', '#,##0', '#,##0', '#,##0']
    """
    if isinstance(value, Share):
        return PER_CENT
    if isinstance(value, int) or value == 0:
        return PLACES[0][1]
    return next(form for least, form in PLACES if abs(value) >= least)


def _legal(text: str) -> str:
    """Drop what XML cannot hold, and let nothing be a formula."""
    return cell("".join(c for c in text if c not in "\ufffe\uffff"))


def _told(study: Study) -> list[str]:
    told = answer(study)
    return [told.headline, *told.sentences, *study.notes, footer(study)]


def _shown(value: float, unit: str) -> float:
    return Share(value) if unit == SHARE else value


def _ends(estimate: Estimate, unit: str, by: float) -> list[float]:
    return [_shown(value / by, unit) for value in (estimate.mean, estimate.low, estimate.high)]


def _results(study: Study) -> Iterable[tuple[Cell, ...]]:
    for result in study:
        currency = result.scenario.costs.currency
        for metric in result.metrics:
            estimate = result.estimate(metric)
            unit, by = unit_of(metric, currency)
            yield (
                result.name,
                words(metric).label,
                metric,
                unit,
                *_ends(estimate, unit, by),
                estimate.n,
                _shown(estimate.sd / by, unit),
            )


def _differences(study: Study) -> Iterable[tuple[Cell, ...]]:
    adjusted = {(row.scenario, row.metric): row.p_adjusted for row in listing.rows(study)}
    base = study[0]
    for result in study.results[1:]:
        currency = result.scenario.costs.currency
        for metric in result.metrics:
            if metric not in base.metrics:
                continue
            unit, by = unit_of(metric, currency)
            if not compares(result, base, metric):
                yield result.name, words(metric).label, metric, unit, NOT_COMPARED
                continue
            difference = result.difference(metric)
            estimate = difference.estimate
            yield (
                result.name,
                words(metric).label,
                metric,
                unit,
                *_ends(estimate, unit, by),
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
                *_ends(estimate, SHARE, 1.0),
                Share(gone.mean) if (gone := left_unanswered(result, name)) else Share(0.0),
                Share(result.estimate(bare).mean) if bare in result.metrics else None,
                Share(verdict.goal),
                verdict.word,
                *(verdict.more or (None, None)),
            )


def _inputs(study: Study) -> Iterable[tuple[Cell, ...]]:
    for result in study:
        for table in assumptions(result.scenario):
            for row in table.rows:
                yield (result.name, *row)


def _manifest(study: Study) -> Iterable[tuple[Cell, ...]]:
    """Say in a few lines what was run; the file ``manifest.json`` has the scenarios in full."""
    manifest = study.manifest
    yield "TierSim", manifest.versions.get("tiersim", "")
    yield "seed", manifest.seed
    yield "replications", manifest.replications
    yield "engine", f"{manifest.engine} (each engine gives the same figures)"
    yield "replayed arrivals", manifest.arrivals or "none"
    for name, version in manifest.versions.items():
        if name != "tiersim":
            yield name, version
    yield "platform", manifest.platform
    for one in manifest.scenarios:
        yield f"scenario {one['name']}", f"fingerprint {one['hash'][:FINGERPRINT]}"
    yield "in full", "the file manifest.json of the study, and the HTML report"


def _shares_of(chart: Chart) -> Iterable[list[Cell]]:
    """Mark the shares among a chart's numbers: by their heading, or by the unit of their row."""
    everywhere = any("share" in heading for heading in chart.columns)
    unit = chart.columns.index("unit") if "unit" in chart.columns else None
    for row in chart.rows:
        here = everywhere or (unit is not None and row[unit] == SHARE)
        yield [
            Share(value) if isinstance(value, float) and _is_share(heading, is_one=here) else value
            for heading, value in zip(chart.columns, row, strict=True)
        ]


def _is_share(heading: str, *, is_one: bool) -> bool:
    return heading.startswith("service_level") or (is_one and heading.startswith(SHARES))
