"""Ways of writing dates, and the catalogue of those that are tried.

A form is written as in strftime; square brackets hold what may be missing::

    %d/%m/%Y[ %H:%M[:%S]]      13/1/2026, 13/01/2026 9:05, 13/01/2026 09:05:00.1234567

Zeros in front, fractions of a second, the name of the weekday in front and a zone behind never matter.
Around the name of a month, nor do separators: ``%d %b %Y`` reads 5-Jan-2026 and ``5 de enero de 2026``.
Four forms are written in words: ``ISO``, ``epoch s``, ``epoch ms``, ``epoch us`` and ``Excel serial``.

Two digits of a year are 1980 to 2079. A form is matched against the shape of a text (``shapes``), in
which every digit is 0: what it finds there holds for all texts of that shape.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Final

from sim.errors import ExportError
from sim.intake.date_words import KNOWN_WORDS, DateWords, words_pattern

ISO: Final = "ISO"
_ISO_TEXT: Final = "%Y-%m-%d[ %H:%M[:%S]]"
NUMBERS: Final[dict[str, tuple[float, float]]] = {
    "epoch s": (1000.0, 0.0),
    "epoch ms": (1.0, 0.0),
    "epoch us": (1e-3, 0.0),
    "epoch ns": (1e-6, 0.0),
    "Excel serial": (86_400_000.0, -25_569 * 86_400_000.0),
    "Excel 1904": (86_400_000.0, -24_107 * 86_400_000.0),
}
"""Forms that are numbers: milliseconds in one, and where 1970 lies."""

_PARTS: Final = {
    "d": r"(?P<d>\d{1,2})",
    "m": r"(?P<m>\d{1,2})",
    "Y": r"(?P<Y>\d{4})",
    "y": r"(?P<y>\d{2})",
    "H": r"(?P<H>\d{1,2})",
    "I": r"(?P<I>\d{1,2})",
    "M": r"(?P<M>\d{2})",
    "S": r"(?P<S>\d{1,2})(?:[.,:](?P<f>\d+))?",
    "f": r"(?P<f>\d+)",
    "p": r"(?P<p>[ap])(?:\.?\s?m)?\.?",
    "b": r"(?P<b>[^\W\d_]{3,})\.?",
    "a": r"(?P<a>[^\W\d_]{2,}(?:-feira)?)\.?,?",
    "z": r"(?:(?:UTC|GMT)?\s?(?P<zs>[+−-])(?P<zh>\d{2})(?::?(?P<zm>\d{2}))?"
    r"|(?:UTC|GMT)(?P<zs2>[+−-])(?P<zh2>\d)"
    r"|\(?(?P<zn>[A-Za-z]{1,5}|[A-Za-z_]{2,}/[A-Za-z_/+-]{2,})\)?)"
    r"(?:\s?[(\[][^)\]]*[)\]])?",
}
_SAME: Final = {"B": "b", "A": "a", "Z": "z"}
_DATE_PARTS: Final = frozenset("dmYyb")
_TIME_PARTS: Final = frozenset("HIMSp")
_FIXED: Final = {"d": r"(?P<d>\d{2})", "m": r"(?P<m>\d{2})", "H": r"(?P<H>\d{2})", "I": r"(?P<I>\d{2})",
                 "S": r"(?P<S>\d{2})(?:[.,](?P<f>\d+))?"}  # fmt: skip
_BEFORE_TIME: Final = (
    r"(?:\s?T\s?|\s?,\s?|[:_]|\s?-\s?|\s)(?:(?:at|um|om|alle|ore|à|às|a\slas|de)\s)?\s?"
)
_BY_NAME: Final = r"[\s,./-]*(?:(?:de|del|di|of)\s)?"
_HALVES: Final = ("am", "pm", "a", "p")
"""Of the day: they stand where a zone would."""
_ORDINAL: Final = r"(?:st|nd|rd|th|er|[.]?º|°)?"
_CLOCK: Final = r"(?::|\.|\s?[hu]\s?)"
_WEEKDAY: Final = r"(?:(?P<a>[^\W\d_]{2,}(?:-feira)?)\.?,?\s)?"
_O_CLOCK: Final = r"(?:\s?(?:h|hs|hrs|uhr|uur))?"


class Form:
    """A way of writing dates: ``%d/%m/%Y[ %H:%M]``, ``ISO``, ``epoch ms``.

    Parameters
    ----------
    text : str
        The form.
    words : DateWords
        Names of months and weekdays beside those that are known.
    checked : bool
        It is known to be a form.

    Raises
    ------
    ExportError
        If the text is no form.

    Examples
    --------
    >>> Form("%d/%m/%Y[ %H:%M]").order, Form("ISO").order
    ('dmY', 'Ymd')
    """

    def __init__(self, text: str, words: DateWords = KNOWN_WORDS, *, checked: bool = False) -> None:
        self.words = words
        known = {name.casefold(): name for name in (ISO, *NUMBERS)}
        self.text = known.get(text.strip().casefold(), text)
        self.number = self.text in NUMBERS
        self.order = ""
        if not self.number:
            self.order = "".join(re.findall(r"%([dmYybB])", self._strftime)).replace("B", "b")
            if not ({"d"} < set(self.order) and {"Y", "y"} & set(self.order)):
                raise ExportError(f"dates: {text!r} says no day, month and year, like '%d/%m/%Y'.")
            if not checked:
                # Faults are told when a form is made; those of the catalogue have none.
                _ = self._pattern
            self._needs = (
                "" if "b" in self.order else re.sub(r"%.|[\[\]\sTHM]", "", self._strftime)[:1]
            )

    def __repr__(self) -> str:
        return f"Form({self.text!r})"

    @property
    def _strftime(self) -> str:
        return _ISO_TEXT if self.text == ISO else self.text

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        return _compiled(self._strftime, self.words)

    def spans(self, shape: str) -> Spans | None:
        """Return where the parts of a date are in all texts of a shape; None if it is not of this form."""
        if self.number:
            whole = re.fullmatch(r"0+(?:([.,])0+)?", shape)
            return Spans({}, number=True) if whole else None
        # Most forms lack their mark in most shapes: cheaper to see than a match that fails.
        match = self._pattern.fullmatch(shape) if self._needs in shape else None
        if match is None:
            return None
        at = {name: match.span(name) for name, value in match.groupdict().items() if value}
        month = self.words.month(match["b"]) if "b" in at else 0
        weekdays = self.words.weekday(match["a"]) if "a" in at else frozenset[int]()
        if ("b" in at and not month) or ("a" in at and not weekdays):
            return None
        zone = match["zn"] or ""
        if zone.casefold() in _HALVES:
            return None
        sign = match["zs"] or match["zs2"] or "+"
        return Spans(
            at,
            month=month,
            weekdays=weekdays,
            afternoon=None if not match["p"] else match["p"].casefold() == "p",
            zone=zone,
            ahead=1 if sign == "+" else -1,
        )


@dataclass(frozen=True)
class Spans:
    """Where the parts of a date are in the texts of one shape.

    Attributes
    ----------
    at : dict
        Name of a part to the characters ``[start, end)``.
    number : bool
        The whole text is one number.
    month : int
        That the shape names; 0 if it names none.
    weekdays : frozenset of int
        That it may name, Monday 0; empty if it names none.
    afternoon : bool, optional
        Of a clock of twelve hours.
    zone : str
        Abbreviation or IANA name; empty if none.
    ahead : int
        Sign of an offset from UTC.
    """

    at: dict[str, tuple[int, int]]
    number: bool = False
    month: int = 0
    weekdays: frozenset[int] = frozenset()
    afternoon: bool | None = None
    zone: str = ""
    ahead: int = 1

    @property
    def timed(self) -> bool:
        """Whether a time of day is there."""
        return self.number or "H" in self.at or "I" in self.at


def _compiled(text: str, words: DateWords) -> re.Pattern[str]:
    """Make the regular expression of a form."""
    pieces = re.split(r"%(.)", text)
    names = [_SAME.get(name, name) for name in pieces[1::2]]
    for name, as_written in zip(names, pieces[1::2], strict=True):
        if name not in _PARTS:
            known = ", ".join(f"%{one}" for one in _PARTS)
            raise ExportError(f"dates: {text!r} has %{as_written}; known are {known}.")
    by_name = "b" in names
    pattern = re.sub(r"\s+", r"\\s", _literal(pieces[0]))
    for at, name in enumerate(names):
        before, after = pieces[2 * at], pieces[2 * at + 2]
        glued = (after == "" and at + 1 < len(names) and names[at + 1] in _FIXED) or (
            at > 0 and before in ("", "[") and names[at - 1] in {*_FIXED, "Y", "M"}
        )
        pattern += _FIXED[name] if glued and name in _FIXED else _PARTS[name]
        following = names[at + 1] if at + 1 < len(names) else ""
        if by_name and name == "d":
            pattern += _ORDINAL
        pattern += _between(after, name, following, by_name=by_name)
    if "a" not in names:
        pattern = _WEEKDAY + pattern
    if _TIME_PARTS & set(names):
        pattern += _O_CLOCK
        pattern += "" if "z" in names else rf"(?:\s?{_PARTS['z']})?"
    if "z" not in names and not _TIME_PARTS & set(names):
        pattern += r"(?P<zn>)(?P<zs>)(?P<zs2>)"
    for name in ("p", "b", "a"):
        pattern += "" if f"(?P<{name}>" in pattern else f"(?P<{name}>)"
    for name, stated in (("b", words.months), ("a", words.weekdays)):
        pattern = pattern.replace(f"(?P<{name}>[", f"(?P<{name}>{words_pattern(stated)}[")
    try:
        return re.compile(pattern, re.IGNORECASE)
    except re.error:
        raise ExportError(f"dates: {text!r} is no form; write '%d/%m/%Y %H:%M'.") from None


def _literal(text: str) -> str:
    return re.sub(r"([^\w\s\[\]])", r"\\\1", text).replace("[", "(?:").replace("]", ")?")


def _between(text: str, before: str, after: str, *, by_name: bool) -> str:
    """Return the pattern of what stands between two parts of a form."""
    bare = text.strip("[]")
    opens, closes = text.startswith("["), text.count("]")
    lead = "(?:" * text.count("[") if opens else ""
    tail = ")?" * closes if not opens else ""
    dates = before in _DATE_PARTS and after in _DATE_PARTS
    if by_name and dates and re.fullmatch(r"[\s,./-]*", bare):
        return tail + lead + _BY_NAME
    if after in ("H", "I") and re.fullmatch(r"[\sT,:_-]+", bare):
        return tail + lead + _BEFORE_TIME
    if bare == ":" and before in _TIME_PARTS and after in _TIME_PARTS:
        return tail + lead + _CLOCK
    if after in ("p", "z") and bare.strip() == "":
        return tail + lead + r"\s?"
    if dates and bare == ".":
        return tail + lead + r"\.\s?"
    return re.sub(r"\s+", r"\\s", _literal(text))


@dataclass(frozen=True)
class Candidate:
    """A form of the catalogue.

    Attributes
    ----------
    form : Form
    usual : bool
        Whether tools are known to write it; others are taken only where no usual one reads all.
    """

    form: Form
    usual: bool = True


@cache
def catalogue(words: DateWords = KNOWN_WORDS) -> tuple[Candidate, ...]:
    """Return the forms that ``dates: found`` tries, the usual ones first."""
    found: list[tuple[str, bool]] = [(ISO, True)]
    clocks = ("[ %H:%M[:%S]]", "[ %I:%M[:%S] %p]")
    for sep in "/-.":
        numeric = [
            ("%d{s}%m{s}%Y", True),
            ("%m{s}%d{s}%Y", sep != "."),
            ("%Y{s}%m{s}%d", True),
            ("%Y{s}%d{s}%m", False),
            ("%d{s}%m{s}%y", True),
            ("%m{s}%d{s}%y", sep != "."),
            ("%y{s}%m{s}%d", sep == "-"),
        ]
        found += [(day.format(s=sep) + clock, usual) for day, usual in numeric for clock in clocks]
    named = ("%d %b %Y", "%b %d, %Y", "%Y %b %d", "%d %b %y", "%b %d, %y")
    found += [(day + clock, True) for day in named for clock in clocks]
    found += [(f"%b %d {clock}[ %z] %Y", True) for clock in ("%H:%M:%S", "%I:%M:%S %p")]
    first = ("%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%m-%d-%Y", "%d.%m.%Y", "%Y-%m-%d")
    found += [
        (f"{clock} {day}", True) for day in first for clock in ("%H:%M[:%S]", "%I:%M[:%S] %p")
    ]
    found += [
        ("%Y%m%d[T%H%M[%S]]", True),
        ("%Y%m%d%H%M[%S]", True),
        ("%Y%m%d[ %H:%M[:%S]]", True),
        ("%d%m%Y[ %H:%M[:%S]]", False),
        ("%m%d%Y[ %H:%M[:%S]]", False),
        ("epoch s", True),
        ("epoch ms", True),
        ("epoch us", True),
        ("epoch ns", True),
        ("Excel serial", True),
    ]
    found = [one for one in found if one[0] != _ISO_TEXT]
    made = [Candidate(Form(text, words, checked=True), usual) for text, usual in found]
    return tuple(sorted(made, key=lambda one: not one.usual))
