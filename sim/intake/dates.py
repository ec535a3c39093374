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
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from sim.errors import ExportError
from sim.intake.mapping import FOUND
from sim.intake.sheet import Column
from sim.scenario.calendar import local_instants
from sim.workload.journeys import NOT_YET, Times

KNOWN_FORMS: Final = (
    "ISO",
    "%d/%m/%Y[ %H:%M[:%S]]",
    "%m/%d/%Y[ %H:%M[:%S]]",
    "%m/%d/%Y %I:%M[:%S] %p",
    "%d/%m/%Y %I:%M[:%S] %p",
    "%d.%m.%Y[ %H:%M[:%S]]",
    "%d.%m.%Y, %H:%M[:%S]",
    "%d.%m.%y[ %H:%M[:%S]]",
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
        return moment if moment is not None and _plausible(moment) else None


def _plausible(moment: dt.datetime) -> bool:
    return _EARLIEST <= moment.year <= _LATEST


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


@dataclass(frozen=True, eq=False)
class Reading:
    """The texts of a column, read once.

    Attributes
    ----------
    form : str
        In which they are written, or several with `` | `` between them where the mapping states
        several; empty where there was nothing to read.
    wall_ms : int64 array, one per distinct value
        What the text says, in ms since 1970; ``NOT_YET`` where it says nothing that can be read.
    local : bool array, one per distinct value
        Whether that is a local time, rather than UTC.
    """

    form: str
    wall_ms: Times
    local: NDArray[np.bool_]


def read_forms(
    columns: Sequence[Column], row: NDArray[np.int64], asked: Sequence[str]
) -> list[Reading]:
    """Settle the form in which the dates of each column are written, and read them.

    Parameters
    ----------
    columns : sequence of Column
    row : int64 array
        The number of each row.
    asked : sequence of str
        The mapping's ``dates``.

    Returns
    -------
    list of Reading
        One per column.

    Raises
    ------
    ExportError
        If no form reads them, two do, or some are of one form and some of another.
    """
    if FOUND not in asked:
        stated = [Form(text) for text in asked]
        return [_stated(column, row, stated) for column in columns]
    fits = [_fitting(column, row) for column in columns]
    sure = {fit[0].form for fit in fits if len(fit) == 1}
    found = []
    for column, fit in zip(columns, fits, strict=True):
        by_others = [reading for reading in fit if reading.form in sure]
        if len(fit) > 1 and len(by_others) != 1:
            number, text = _first(column, row)
            raise ExportError(
                f"{column.name!r} can be read in more than one way (row {number}: {text!r} as "
                f"{' or '.join(reading.form for reading in fit)}); say `dates:` in the mapping."
            )
        found.append(by_others[0] if len(fit) > 1 else fit[0])
    return found


def _written(column: Column) -> list[tuple[int, str]]:
    """Return the distinct texts of a column, by their code; typed dates need no form."""
    return [(code, v) for code, v in enumerate(column.values) if isinstance(v, str) and v]


def _first(column: Column, row: NDArray[np.int64], code: int | None = None) -> tuple[int, str]:
    code = _written(column)[0][0] if code is None else code
    return int(row[np.argmax(column.code == code)]), str(column.values[code])


def _read_all(values: Sequence[Any], form: Form | None) -> Reading:
    """Read the distinct values of a column in one form; typed dates need none."""
    wall_ms = np.full(len(values), NOT_YET, np.int64)
    local = np.zeros(len(values), np.bool_)
    for code, value in enumerate(values):
        if value.__class__ is str:
            moment = form.read(value) if value and form is not None else None
        else:
            moment = value if value is not None and _plausible(value) else None
        if moment is None:
            continue
        local[code] = moment.tzinfo is None
        wall_ms[code] = (moment - (_EPOCH if local[code] else _EPOCH_UTC)) // _MS
    return Reading("" if form is None else form.text, wall_ms, local)


def _stated(column: Column, row: NDArray[np.int64], forms: list[Form]) -> Reading:
    """Read a column in the first of some forms that reads each text."""
    first, *others = (_read_all(column.values, form) for form in forms)
    for other in others:
        new = (first.wall_ms == NOT_YET) & (other.wall_ms != NOT_YET)
        first.wall_ms[new], first.local[new] = other.wall_ms[new], other.local[new]
    _refuse_other_forms(column, row, forms, first)
    return Reading(" | ".join(form.text for form in forms), first.wall_ms, first.local)


def _fitting(column: Column, row: NDArray[np.int64]) -> list[Reading]:
    """Read a column in the known forms that read most of its texts."""
    written = _written(column)
    if not written:
        return [_read_all(column.values, None)]
    forms = [Form(text) for text in KNOWN_FORMS]
    few = written[:: max(1, len(written) // 500)]
    forms = [form for form in forms if any(form.read(text) for _, text in few)] or forms
    read = {form: _read_all(column.values, form) for form in forms}
    codes = [code for code, _ in written]
    count = {form: int((one.wall_ms[codes] != NOT_YET).sum()) for form, one in read.items()}
    most = max(count.values())
    if most == 0:
        number, text = _first(column, row)
        raise ExportError(
            f"{column.name!r} holds no dates that can be read (row {number}: {text!r}); say "
            "`dates:` in the mapping, or name another column."
        )
    best = [form for form in forms if count[form] == most]
    _refuse_other_forms(column, row, best[:1], read[best[0]])
    return [read[form] for form in best]


def _refuse_other_forms(
    column: Column, row: NDArray[np.int64], forms: list[Form], reading: Reading
) -> None:
    others = [Form(text) for text in KNOWN_FORMS]
    shown: list[str] = []
    for code in np.flatnonzero(reading.wall_ms == NOT_YET).tolist():
        text = column.values[code]
        written = isinstance(text, str) and text
        other = next((form.text for form in others if written and form.read(text)), None)
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


def to_dates(column: Column, reading: Reading, zone: str) -> Dates:
    """Find the instants of a column that was read.

    Parameters
    ----------
    column : Column
    reading : Reading
        From ``read_forms``.
    zone : str
        Where dates without a zone of their own are local.
    """
    at_ms = reading.wall_ms.copy()
    skipped, twice = (np.zeros(len(at_ms), np.bool_) for _ in range(2))
    local = reading.local
    at_ms[local], skipped[local], twice[local] = local_instants(at_ms[local], zone)
    empty = np.array([value == "" or value is None for value in column.values], np.bool_)
    where = column.code
    return Dates(
        at_ms[where],
        ((reading.wall_ms == NOT_YET) & ~empty)[where],
        reading.form,
        int(skipped[where].sum()),
        int(twice[where].sum()),
    )


_EPOCH: Final = dt.datetime(1970, 1, 1)  # noqa: DTZ001 - held against local times
_EPOCH_UTC: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MS: Final = dt.timedelta(milliseconds=1)
