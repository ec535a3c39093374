"""A look at the values of a column: dates or not, unique or not, few or many, groups or people.

Shapes only: whether a text looks like a date says nothing of which day it is (``dates.py`` reads
them). A look is taken at the first rows of a file, the distinct values of each column once.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from sim.intake.names import state_meaning, stems, words_of

MOSTLY: Final = 0.9
"""Share of the filled values that make a column one of dates, numbers, durations."""
MOST_WORDS: Final = 5
"""Words of a state, a channel or a team; a longer text is about something."""
MOST_LOOKED_AT: Final = 200
"""Distinct values that are looked at, spread over all."""
SERIALS: Final = (30_000, 60_000)
"""Excel counts days from 1900: 1982 to 2064."""
SECONDS: Final = (946_684_800, 2_524_608_000)
"""Seconds since 1970: 2000 to 2050."""
_MONTHS: Final = frozenset(
    [
        "jan",
        "ene",
        "gen",
        "feb",
        "fev",
        "mar",
        "mae",
        "mrt",
        "maa",
        "apr",
        "abr",
        "avr",
        "may",
        "mai",
        "mag",
        "mei",
        "jun",
        "jui",
        "giu",
        "jul",
        "lug",
        "aug",
        "ago",
        "aou",
        "sep",
        "set",
        "oct",
        "okt",
        "out",
        "ott",
        "nov",
        "dec",
        "dez",
        "dic",
    ]
)
_DAY: Final = re.compile(
    r"(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\s?\d{1,2}[-/.]\s?(?:\d{4}|\d{2}))(?!\d|[-/.]\d)"
)
_WORDY: Final = re.compile(r"[^\W\d_]{3,}")
_CLOCK: Final = re.compile(
    r"\d{1,2}[:h.]\d{2}(?:[:.]\d{2}(?:[.,]\d+)?)?\s*(?:[AaPp]\.?\s?[Mm]\.?)?"
)
_HOURS: Final = re.compile(r"\d[:hH]\d\d|[T ]\d{4}(?:\d\d)?(?:Z|$|\.)|\d\s?[AaPp]\.?[Mm]")
_BASIC: Final = re.compile(
    r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:[T ]?\d{4}(?:\d\d)?(?:\.\d+)?Z?)?"
)
_NUMBER: Final = re.compile(r"[+-]?(?:\d{1,3}(?:[ ,.'\u00a0]\d{3})+|\d+)(?:[.,]\d+)?")
_SPAN: Final = re.compile(
    r"(?:\d+[:.])?\d{1,4}:\d{2}(?::\d{2}(?:[.,]\d+)?)?|(?:\d+(?:[.,]\d+)?\s*[^\W\d_]{1,12}\.?[\s,]*)+"
)
_YES_NO: Final = frozenset(
    [
        "yes",
        "no",
        "true",
        "false",
        "y",
        "n",
        "0",
        "1",
        "ja",
        "nein",
        "nee",
        "oui",
        "non",
        "si",
        "sí",
        "sim",
        "não",
        "nao",
        "x",
    ]
)


def _month(word: str) -> bool:
    return words_of(word)[0][:3] in _MONTHS if words_of(word) else False


@lru_cache(maxsize=8192)
def _date_text(text: str) -> bool:
    if len(text) > 60 or not any(c.isdigit() for c in text):  # noqa: PLR2004 - no date is as long
        return False
    if _DAY.search(text):
        found = _DAY.search(text)
        before = text[: found.start()] if found else ""
        # A weekday, or a clock, may come first; a number that runs on is something else.
        return not before or not before[-1].isalnum()
    months = [word for word in _WORDY.findall(text) if _month(word)]
    numbers = re.findall(r"\d+", text)
    return bool(months) and len(numbers) >= 2 and len(text.split()) <= 9  # noqa: PLR2004 - day and year


def date_like(value: object) -> bool:
    """Tell whether a value looks like a date that is written as one.

    Examples
    --------
    >>> [date_like(v) for v in ("01/ene/24 8:34 AM", "2024-01-01T08:34Z", "Mon Jan 01 08:34:47 2024")]
    [True, True, True]
    >>> [date_like(v) for v in ("INC0001", "10.0.12.7", "8:34", "3 March Street")]
    [False, False, False, False]
    """
    if isinstance(value, dt.datetime | dt.date):
        return True
    return isinstance(value, str) and _date_text(value)


def date_number(value: object) -> bool:
    """Tell whether a number may stand for a date: a serial, seconds, milliseconds, or 20240105."""
    text = str(value)
    if _BASIC.fullmatch(text):
        return True
    try:
        number = float(text.replace(",", "."))
    except ValueError:
        return False
    if len(text.replace(",", ".").partition(".")[0]) == len("45292"):
        return SERIALS[0] <= number <= SERIALS[1]
    return any(SECONDS[0] * k <= number <= SECONDS[1] * k for k in (1, 1000, 1_000_000))


def clock_like(value: object) -> bool:
    """Tell whether a value is a time of day alone."""
    if isinstance(value, dt.time):
        return True
    if not isinstance(value, str) or not _CLOCK.fullmatch(value):
        return False
    hour, minute = (int(part) for part in re.findall(r"\d+", value)[:2])
    return hour < 24 and minute < 60  # noqa: PLR2004 - as clocks go


def span_like(value: object) -> bool:
    """Tell whether a value is a length of time, or a number that may be one."""
    if isinstance(value, dt.timedelta):
        return True
    return isinstance(value, str) and bool(_SPAN.fullmatch(value) or _NUMBER.fullmatch(value))


@dataclass(frozen=True)
class Look:
    """What the first rows of a column hold; shares are of the filled cells.

    Attributes
    ----------
    name : str
    rows, filled, distinct : int
    dates, date_numbers, clocks, spans, numbers : float
        Values that look like these.
    timed : float
        Dates that say a time of day too.
    counter : bool
        It counts the rows: 1, 2, 3, …
    yes_no : bool
    length : float
        Mean, in characters.
    groups, channels, states : float
        Values whose words are those of groups of people, of channels, of states.
    example : str
    """

    name: str
    rows: int
    filled: int
    distinct: int
    dates: float = 0.0
    date_numbers: float = 0.0
    clocks: float = 0.0
    spans: float = 0.0
    numbers: float = 0.0
    timed: float = 0.0
    counter: bool = False
    yes_no: bool = False
    length: float = 0.0
    groups: float = 0.0
    channels: float = 0.0
    states: float = 0.0
    example: str = ""

    @property
    def full(self) -> float:
        """Share of the rows that are filled."""
        return self.filled / self.rows if self.rows else 0.0

    @property
    def unique(self) -> float:
        """Share of the filled values that differ."""
        return self.distinct / self.filled if self.filled else 0.0

    @property
    def is_dates(self) -> bool:
        """Whether its values are dates that are written as such."""
        return self.filled > 0 and self.dates >= MOSTLY


def look(name: str, cells: Sequence[Any], states: frozenset[str] = frozenset()) -> Look:
    """Look at the values of a column.

    Parameters
    ----------
    name : str
    cells : sequence
        Its first cells; empty texts are not filled.
    states : frozenset of str
        Words that the presets know as states, folded.

    Examples
    --------
    >>> look("Opened", ["2024-01-05 08:00", "", "2024-01-06 09:30"]).is_dates
    True
    """
    values = [cell.strip() if isinstance(cell, str) else cell for cell in cells]
    count = Counter(value for value in values if value is not None and value != "")
    filled = sum(count.values())
    if not filled:
        return Look(name, len(values), 0, 0)
    few = dict(list(count.items())[:: 1 + len(count) // MOST_LOOKED_AT])
    some = sum(few.values())

    def share(test: Any) -> float:
        return float(sum(n for value, n in few.items() if test(value)) / some)

    words = {value: words_of(value) for value in few if isinstance(value, str)}
    short = {value: w for value, w in words.items() if 0 < len(w) <= MOST_WORDS and len(value) < 80}  # noqa: PLR2004 - no name is as long

    def spoken(test: Any) -> float:
        return float(sum(few[value] for value, w in short.items() if test(value, w)) / some)

    groups, channels = stems("values", "groups"), stems("values", "channels")
    dates = share(date_like)
    return Look(
        name,
        len(values),
        filled,
        len(count),
        dates=dates,
        date_numbers=share(date_number),
        clocks=share(clock_like),
        spans=share(span_like),
        numbers=share(lambda v: isinstance(v, str) and bool(_NUMBER.fullmatch(v))),
        timed=share(_says_time) if dates else 0.0,
        counter=_counts(count),
        yes_no=all(str(value).casefold() in _YES_NO for value in few),
        length=sum(len(str(value)) * n for value, n in few.items()) / some,
        groups=spoken(lambda _, w: bool(groups.places(w))),
        channels=spoken(lambda _, w: bool(channels.places(w))),
        states=spoken(lambda v, _: folded_word(v) in states or bool(state_meaning(v))),
        example=str(next(iter(count)))[:40],
    )


def _says_time(value: object) -> bool:
    if isinstance(value, dt.datetime):
        return value.time() != dt.time()
    return isinstance(value, str) and _HOURS.search(value) is not None


def _counts(values: Iterable[Any]) -> bool:
    """Tell whether distinct values count the rows, in any order: from 0 or 1 on, none left out."""
    try:
        numbers = {int(str(value)) for value in values}
    except ValueError:
        return False
    return (
        len(numbers) > 1 and min(numbers) in (0, 1) and max(numbers) - min(numbers) < len(numbers)
    )


def folded_word(text: str) -> str:
    """Fold a state as ``mapping.folded`` does."""
    return "".join(c for c in text.casefold() if c.isalnum())
