"""Words in dates: months, weekdays and zones, in the languages whose headers are known.

Months and weekdays are those of the Unicode locale data (CLDR) for English, German, French, Spanish,
Portuguese, Italian and Dutch, and the short ones that older versions of tools write. Words are folded:
small letters, no accents, no full stop. Babel, which carries the locale data, is 11 MB for what is one
page here; its own reader of dates takes one form at a time and no other language's words.
"""

from __future__ import annotations

import unicodedata
from typing import Final

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
