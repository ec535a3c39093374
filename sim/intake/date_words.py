"""Words in dates: months, weekdays and zones, in the languages whose headers are known.

Months and weekdays are those of the Unicode locale data (CLDR) for English, German, French, Spanish,
Portuguese, Italian and Dutch, and the short ones that older versions of tools write. Words are folded:
small letters, no accents, no full stop. Babel, which carries the locale data, is 11 MB for what is one
page here; its own reader of dates takes one form at a time and no other language's words. A mapping
states the words of any other language (``DateWords``).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from sim.errors import UnitError

_MONTHS: Final = (
    "january jan januar janner janvier janv enero ene janeiro gennaio gen januari",
    "february feb februar fevrier fevr fev febrero fevereiro febbraio februari",
    "march mar marz mrz maerz mars marzo marco maart mrt",
    "april apr avril avr abril abr aprile",
    "may mai mayo maio maggio mag mei",
    "june jun juni juin junio junho giugno giu",
    "july jul juli juillet juil julio julho luglio lug",
    "august aug aout aou agosto ago augustus",
    "september sep sept septembre septiembre set setembro settembre",
    "october oct oktober okt octobre octubre outubro out ottobre ott",
    "november nov novembre noviembre novembro",
    "december dec dezember dez decembre diciembre dic dezembro dicembre",
)
_WEEKDAYS: Final = (
    "monday mon mo montag lundi lun lu lunes segunda seg lunedi maandag ma",
    "tuesday tue tues tu dienstag di mardi mar ma martes terca ter martedi dinsdag",
    "wednesday wed we mittwoch mi mercredi mer me miercoles mie quarta qua mercoledi woensdag wo",
    "thursday thu thur thurs th donnerstag do jeudi jeu je jueves jue ju quinta qui giovedi gio donderdag",
    "friday fri fr freitag vendredi ven ve viernes vie vi sexta sex venerdi vrijdag vr",
    "saturday sat sa samstag sonnabend samedi sam sabado sab sabato zaterdag za",
    "sunday sun su sonntag so dimanche dim di domingo dom do domenica zondag zo",
)
MONTHS: Final = {word: at for at, words in enumerate(_MONTHS, 1) for word in words.split()}
"""Folded word to month, 1 to 12."""
WEEKDAYS: Final[dict[str, frozenset[int]]] = {
    word: frozenset(at for at, others in enumerate(_WEEKDAYS) if word in others.split())
    for words in _WEEKDAYS
    for word in words.split()
}
"""Folded word to the weekdays that it may mean, Monday 0: ``ma`` is Monday in Dutch, Tuesday in French."""
ZONES: Final[dict[str, float]] = {
    "utc": 0, "gmt": 0, "z": 0, "zulu": 0, "ut": 0, "wet": 0, "west": 1, "cet": 1, "cest": 2, "met": 1,
    "mest": 2, "mez": 1, "mesz": 2, "eet": 2, "eest": 3, "msk": 3, "sast": 2, "est": -5, "edt": -4,
    "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7, "akst": -9, "akdt": -8, "hst": -10,
    "brt": -3, "art": -3, "nzst": 12, "nzdt": 13, "aest": 10, "aedt": 11, "acst": 9.5, "acdt": 10.5,
    "awst": 8, "jst": 9, "kst": 9, "hkt": 8, "sgt": 8,
}  # fmt: skip
"""Folded abbreviation to hours ahead of UTC. What means several zones (IST, BST, CST, AST) is not here."""


def fold_word(text: str) -> str:
    """Fold a word: small letters, no accents, nothing but letters.

    Examples
    --------
    >>> fold_word("Févr."), fold_word("MÄRZ")
    ('fevr', 'marz')
    """
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in plain if c.isalpha())


@dataclass(frozen=True)
class DateWords:
    """Names of months and weekdays that a mapping states, beside those that are known.

    A stated name goes before a known one: ``lis`` may be October or November. Case and a full stop
    behind it do not matter; accents do.

    Attributes
    ----------
    months : tuple of tuple of str
        Twelve, January first, each with its names; or empty.
    weekdays : tuple of tuple of str
        Seven, Monday first, each with its names; or empty.

    Raises
    ------
    UnitError
        If they are not twelve or seven, or a name means two, holds a digit or has no letter.

    Examples
    --------
    >>> polish = "sty lut mar kwi maj cze lip sie wrz paź lis gru".split()
    >>> words = DateWords(tuple((name,) for name in polish))
    >>> words.month("PAŹ."), words.month("October"), words.month("nothing")
    (10, 10, 0)
    """

    months: tuple[tuple[str, ...], ...] = ()
    weekdays: tuple[tuple[str, ...], ...] = ()

    def __post_init__(self) -> None:
        _check_names("months", self.months, 12, "January")
        _check_names("weekdays", self.weekdays, 7, "Monday")

    def month(self, word: str) -> int:
        """Return the month that a word names, 1 to 12; 0 if it names none."""
        return self._months.get(_key(word), -1) + 1 or MONTHS.get(fold_word(word), 0)

    def weekday(self, word: str) -> frozenset[int]:
        """Return the weekdays that a word may name, Monday 0; empty if it names none."""
        stated = self._weekdays.get(_key(word))
        known = WEEKDAYS.get(fold_word(word.casefold().removesuffix("-feira")), frozenset[int]())
        return known if stated is None else frozenset({stated})

    @cached_property
    def _months(self) -> dict[str, int]:
        return _places(self.months)

    @cached_property
    def _weekdays(self) -> dict[str, int]:
        return _places(self.weekdays)


def words_pattern(names: tuple[tuple[str, ...], ...]) -> str:
    """Return the regular expression of stated names, to stand before that of any word; empty if none."""
    plain = sorted((name.strip().rstrip(".") for some in names for name in some), key=len)
    return "".join(f"{re.escape(name)}|" for name in reversed(plain))


def _key(word: str) -> str:
    return word.strip().casefold().rstrip(".")


def _places(names: tuple[tuple[str, ...], ...]) -> dict[str, int]:
    return {_key(name): at for at, some in enumerate(names) for name in some}


def _check_names(what: str, names: tuple[tuple[str, ...], ...], count: int, first: str) -> None:
    if names and len(names) != count:
        raise UnitError(f"{what}: these are {len(names)}; state all {count}, {first} first")
    meant: dict[str, int] = {}
    for at, some in enumerate(names):
        for name in some:
            if any(c.isdigit() for c in name) or not any(c.isalpha() for c in name):
                raise UnitError(
                    f"{what}: {name!r} is no name in letters; numbers are read by `dates:`, "
                    "such as '%Y年%m月%d日'"
                )
            if meant.setdefault(_key(name), at) != at:
                raise UnitError(f"{what}: {name!r} is there twice, for numbers {meant[_key(name)] + 1} and {at + 1}")  # fmt: skip
        if not some:
            raise UnitError(f"{what}: number {at + 1} has no name")


KNOWN_WORDS: Final = DateWords()
"""Nothing stated."""
