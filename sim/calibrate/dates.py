"""Texts become instants.

The form of the dates is stated in the mapping, or found: of the known forms, the one that reads
every date. A form is written as in strftime; square brackets hold what may be missing. Where two
forms read every date (1/2/2026 alone does not tell the day from the month) nothing is guessed: the
export is refused until the mapping says. So it is when some dates read in one form and some in
another.

A date without a zone is a local time of the stated zone. A time that the clock skips in spring is
the instant of the skip; one that it shows twice in autumn is the first of the two. Both are counted.
"""

from __future__ import annotations

import datetime as dt
import re
import zoneinfo
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from sim.calibrate.mapping import FOUND
from sim.calibrate.sheet import Column
from sim.errors import ExportError
from sim.workload.journeys import NOT_YET, Times

KNOWN_FORMS: Final = (
    "ISO",
    "%d/%m/%Y[ %H:%M[:%S]]",
    "%m/%d/%Y[ %H:%M[:%S]]",
    "%m/%d/%Y %I:%M[:%S] %p",
    "%d/%m/%Y %I:%M[:%S] %p",
    "%d.%m.%Y[ %H:%M[:%S]]",
    "%d-%m-%Y[ %H:%M[:%S]]",
    "%m-%d-%Y[ %H:%M[:%S]]",
    "%Y/%m/%d[ %H:%M[:%S]]",
    "%d/%m/%y[ %H:%M[:%S]]",
    "%m/%d/%y[ %H:%M[:%S]]",
    "%d/%b/%y[ %I:%M %p]",
    "%d/%b/%y[ %H:%M[:%S]]",
    "%d %b %Y[ %H:%M[:%S]]",
    "%d-%b-%Y[ %H:%M[:%S]]",
    "%b %d, %Y[ %I:%M[:%S] %p]",
)
"""Forms that ``dates: found`` tries; of each pair at most one reads a date of the 13th or later."""

_PARTS: Final = {
    "d": r"(?P<d>\d{1,2})",
    "m": r"(?P<m>\d{1,2})",
    "Y": r"(?P<Y>\d{4})",
    "y": r"(?P<y>\d{2})",
    "H": r"(?P<H>\d{1,2})",
    "I": r"(?P<I>\d{1,2})",
    "M": r"(?P<M>\d{2})",
    "S": r"(?P<S>\d{2}(?:[.,]\d+)?)",
    "p": r"(?P<p>[AaPp])\.?[Mm]\.?",
    "b": r"(?P<b>[A-Za-z]{3})[a-z]*\.?",
    "z": r"(?P<z>Z|[+-]\d{2}:?\d{2})",
}
_MONTHS: Final = (
    "jan",
    "feb",
    "mar",
    "apr",
    "may",
    "jun",
    "jul",
    "aug",
    "sep",
    "oct",
    "nov",
    "dec",
)
_EARLIEST: Final = 1980
_LATEST: Final = 2200
_CENTURY: Final = 2000
_NOON: Final = 12
SHOWN: Final = 3
"""Rows named in a message."""


class Form:
    """A way of writing dates: ``%d/%m/%Y[ %H:%M]``, or ``ISO``.

    Examples
    --------
    >>> Form("%d/%m/%Y[ %H:%M]").read("29/2/2016 01:16")
    datetime.datetime(2016, 2, 29, 1, 16)
    >>> Form("%d/%m/%Y[ %H:%M]").read("2/29/2016 01:16") is None
    True
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self._pattern: re.Pattern[str] | None = None
        if text.upper() == "ISO":
            return
        parts = re.split(r"%(.)", text)
        pattern = ""
        for at, part in enumerate(parts):
            if at % 2:
                if part not in _PARTS:
                    known = ", ".join(f"%{name}" for name in _PARTS)
                    raise ExportError(f"dates: {text!r} has %{part}; known are {known}.")
                pattern += _PARTS[part]
            else:
                fixed = re.sub(r"\s+", r"\\s+", re.sub(r"([^\w\s\[\]])", r"\\\1", part))
                pattern += fixed.replace("[", "(?:").replace("]", ")?")
        try:
            self._pattern = re.compile(pattern)
        except re.error:
            raise ExportError(f"dates: {text!r} is no form; write '%d/%m/%Y %H:%M'.") from None

    def read(self, text: str) -> dt.datetime | None:
        """Read a date; None if it is not of this form, or no date at all."""
        try:
            if self._pattern is None:
                # The basic form 20260105 is refused: it cannot be told from a number.
                plain = len(text) < len("2026-01-05") or text[4] != "-"
                moment = None if plain else dt.datetime.fromisoformat(text)
            else:
                match = self._pattern.fullmatch(text)
                moment = match and _moment(match.groupdict())
        except (ValueError, OverflowError):
            return None
        if moment is None or not _EARLIEST <= moment.year <= _LATEST:
            return None
        return moment


def _moment(part: dict[str, str | None]) -> dt.datetime:
    year = int(part.get("Y") or 0) or _CENTURY + int(part.get("y") or 0)
    month = int(part.get("m") or 0) or _MONTHS.index((part.get("b") or "").lower()) + 1
    hour = int(part.get("H") or part.get("I") or 0)
    if part.get("p") and part.get("I"):
        hour = hour % _NOON + (_NOON if (part["p"] or "").lower() == "p" else 0)
    second, _, fraction = (part.get("S") or "0").replace(",", ".").partition(".")
    micro = int(fraction[:6].ljust(6, "0")) if fraction else 0
    zone = None
    if part.get("z"):
        text = part["z"] or ""
        digits = text.replace(":", "")
        minutes = 0 if text == "Z" else int(digits[1:3]) * 60 + int(digits[3:5])
        zone = dt.timezone(dt.timedelta(minutes=-minutes if text[0] == "-" else minutes))
    minute = int(part.get("M") or 0)
    return dt.datetime(year, month, int(part["d"] or 0), hour, minute, int(second), micro, zone)


@dataclass(frozen=True, eq=False)
class Dates:
    """The instants of one column.

    Attributes
    ----------
    at_ms : int64 array, one per row
        UTC, ms since 1970; ``NOT_YET`` where there is none.
    unreadable : bool array, one per row
        There is a text, but it is no date.
    form : str
        The form in which they are written; empty where there was nothing to read.
    skipped, twice : int
        Rows with a local time that the clock skips, or shows twice.
    """

    at_ms: Times
    unreadable: NDArray[np.bool_]
    form: str
    skipped: int
    twice: int


def find_form(columns: Sequence[Column], row: NDArray[np.int64], asked: Sequence[str]) -> list[str]:
    """Settle the form in which the dates of each column are written.

    Parameters
    ----------
    columns : sequence of Column
    row : int64 array
        The number of each row.
    asked : sequence of str
        The mapping's ``dates``.

    Returns
    -------
    list of str
        One form per column, or several with `` | `` between them where the mapping states several.

    Raises
    ------
    ExportError
        If no form reads them, two do, or some are of one form and some of another.
    """
    if FOUND not in asked:
        stated = [Form(text) for text in asked]
        for column in columns:
            _refuse_other_forms(column, row, stated)
        return [" | ".join(asked)] * len(columns)
    fits = [_fitting(column, row) for column in columns]
    sure = {fit[0] for fit in fits if len(fit) == 1}
    found = []
    for column, fit in zip(columns, fits, strict=True):
        by_others = [form for form in fit if form in sure]
        if len(fit) > 1 and len(by_others) != 1:
            number, text = _first(column, row)
            raise ExportError(
                f"{column.name!r} can be read in more than one way (row {number}: {text!r} as "
                f"{' or '.join(fit)}); say `dates:` in the mapping."
            )
        found.append(by_others[0] if len(fit) > 1 else fit[0] if fit else "")
    return found


def _written(column: Column) -> list[tuple[int, str]]:
    """Return the distinct texts of a column, by their code; typed dates need no form."""
    return [(code, v) for code, v in enumerate(column.values) if isinstance(v, str) and v]


def _first(column: Column, row: NDArray[np.int64], code: int | None = None) -> tuple[int, str]:
    code = _written(column)[0][0] if code is None else code
    return int(row[np.argmax(column.code == code)]), str(column.values[code])


def _fitting(column: Column, row: NDArray[np.int64]) -> list[str]:
    """Return the known forms that read most of a column's texts."""
    written = _written(column)
    if not written:
        return []
    forms = [Form(text) for text in KNOWN_FORMS]
    few = written[:: max(1, len(written) // 500)]
    forms = [form for form in forms if any(form.read(text) for _, text in few)] or forms
    read = {form: sum(form.read(text) is not None for _, text in written) for form in forms}
    most = max(read.values())
    if most == 0:
        number, text = _first(column, row)
        raise ExportError(
            f"{column.name!r} holds no dates that can be read (row {number}: {text!r}); say "
            "`dates:` in the mapping, or name another column."
        )
    best = [form for form, count in read.items() if count == most]
    _refuse_other_forms(column, row, best[:1])
    return [form.text for form in best]


def _refuse_other_forms(column: Column, row: NDArray[np.int64], forms: list[Form]) -> None:
    others = [Form(text) for text in KNOWN_FORMS]
    shown: list[str] = []
    for code, text in _written(column):
        if any(form.read(text) for form in forms):
            continue
        other = next((form.text for form in others if form.read(text)), None)
        if other is not None:
            shown.append(f"row {_first(column, row, code)[0]} {text!r} as {other}")
        if len(shown) == SHOWN:
            break
    if shown:
        stated = " | ".join(form.text for form in forms)
        raise ExportError(
            f"{column.name!r} mixes forms of dates: most read as {stated}, but {', '.join(shown)}. "
            "Export it again with one form; a mix cannot be read safely."
        )


def read_dates(column: Column, form: str, zone: str) -> Dates:
    """Read a column whose form is settled.

    Parameters
    ----------
    column : Column
    form : str
        From ``find_form``.
    zone : str
        Where dates without a zone of their own are local.
    """
    forms = [Form(text) for text in form.split(" | ")] if form else []
    clock = zoneinfo.ZoneInfo(zone)
    count = len(column.values)
    at_ms = np.full(count, NOT_YET, np.int64)
    bad, skipped, twice = (np.zeros(count, np.bool_) for _ in range(3))
    for code, value in enumerate(column.values):
        if value == "" or value is None:
            continue
        moment = _read(value, forms)
        if moment is None:
            bad[code] = True
            continue
        if moment.tzinfo is None:
            at_ms[code], skipped[code], twice[code] = local_instant(moment, clock)
        else:
            at_ms[code] = _utc_ms(moment)
    where = column.code
    return Dates(at_ms[where], bad[where], form, int(skipped[where].sum()), int(twice[where].sum()))


def _read(value: Any, forms: list[Form]) -> dt.datetime | None:
    if isinstance(value, dt.datetime):
        return value
    return next((m for form in forms if (m := form.read(str(value))) is not None), None)


_EPOCH: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MS: Final = dt.timedelta(milliseconds=1)


def _utc_ms(moment: dt.datetime) -> int:
    return (moment - _EPOCH) // _MS


def local_instant(moment: dt.datetime, clock: zoneinfo.ZoneInfo) -> tuple[int, bool, bool]:
    """Return the instant of a local time, and whether the clock skips it or shows it twice.

    Examples
    --------
    >>> spring = dt.datetime(2026, 3, 29, 2, 30)
    >>> local_instant(spring, zoneinfo.ZoneInfo("Europe/Amsterdam"))
    (1774746000000, True, False)
    """
    first = moment.replace(tzinfo=clock, fold=0)
    before, after = first.utcoffset(), first.replace(fold=1).utcoffset()
    assert before is not None
    assert after is not None
    naive_ms = (moment.replace(tzinfo=dt.UTC) - _EPOCH) // _MS
    if before >= after:
        return naive_ms - before // _MS, False, before > after
    # Skipped: the offset changes between the two readings, to the second.
    low, high = (naive_ms - after // _MS) // 1000, -(-(naive_ms - before // _MS) // 1000)
    while high - low > 1:
        middle = (low + high) // 2
        earlier = dt.datetime.fromtimestamp(middle, tz=clock).utcoffset() == before
        low, high = (middle, high) if earlier else (low, middle)
    return high * 1000, True, False
