"""What a name says, in seven languages: names become words, and words are held against stems.

Names of columns, states and other things come in any case, with accents, underscores, remarks in
brackets, stars, line breaks and run-together words. ``words_of`` folds all that away. The stems stand
in ``words/*.toml``, as data; no whole header is known anywhere.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from typing import Any, Final

WEIGHTS: Final = {"strong": 3.0, "medium": 2.0, "weak": 1.0}
"""Points of a name that holds a stem of this kind."""
AGAINST: Final = 2.5
"""Points that a stem takes which speaks against a role."""
SECOND: Final = 0.5
"""Share of the points of a second, weaker kind of stem in the same name."""
UNEXPLAINED: Final = 0.25
"""Points that each word takes that no stem explains."""
MOST_UNEXPLAINED: Final = 4
_HUMP: Final = re.compile(r"(?<=[a-z\d])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_WORD: Final = re.compile(r"[^\W_]+")
_SHARP: Final = str.maketrans({"ß": "ss", "ø": "o", "Ø": "O", "æ": "ae", "œ": "oe", "ł": "l"})


def words_of(text: str) -> tuple[str, ...]:
    """Split a name into words, folded to small letters without accents; ``#`` reads as "no".

    Examples
    --------
    >>> words_of("*Date d'ouverture (UTC)"), words_of("sysCreatedOn"), words_of("Ticket#")
    (('date', 'd', 'ouverture', 'utc'), ('sys', 'created', 'on'), ('ticket', 'no'))
    """
    text = _HUMP.sub(" ", text.translate(_SHARP).replace("#", " no ").replace("№", " no "))
    text = unicodedata.normalize("NFKD", text).casefold()
    return tuple(_WORD.findall("".join(c for c in text if not unicodedata.combining(c))))


@dataclass(frozen=True)
class Stems:
    """Parts of names, in the forms in which the tables write them.

    Attributes
    ----------
    starts : tuple of str
        What a word begins with: ``creat``.
    whole : frozenset of str
        Whole words: ``=id``.
    inside : tuple of str
        What stands anywhere in a word: ``~datum``.
    chains : tuple of tuple of str
        What words that follow each other begin with: ``first+response``.
    """

    starts: tuple[str, ...]
    whole: frozenset[str]
    inside: tuple[str, ...]
    chains: tuple[tuple[str, ...], ...]

    def places(self, words: Sequence[str]) -> set[int]:
        """Return which words of a name they explain."""
        found = {
            at
            for at, word in enumerate(words)
            if word.startswith(self.starts)
            or word in self.whole
            or (self.inside and any(part in word for part in self.inside))
        }
        for chain in self.chains:
            for at in range(len(words) - len(chain) + 1):
                if all(map(str.startswith, words[at:], chain)):
                    found.update(range(at, at + len(chain)))
        return found


def stems_from(texts: Iterable[str]) -> Stems:
    """Read stems as the tables write them."""
    some = [text for text in texts if text]
    plain = [text for text in some if text[0] not in "=~"]
    return Stems(
        tuple(text for text in plain if "+" not in text),
        frozenset(text[1:] for text in some if text[0] == "="),
        tuple(text[1:] for text in some if text[0] == "~"),
        tuple(tuple(text.split("+")) for text in plain if "+" in text),
    )


@cache
def table(name: str) -> dict[str, Any]:
    """Read one of the tables of stems, as it is written."""
    file = resources.files("sim.intake") / "words" / f"{name}.toml"
    return tomllib.loads(file.read_text("utf-8"))


@cache
def stems(table_name: str, *path: str) -> Stems:
    """Return the stems of all languages at a place of a table: ``stems("values", "states", "user")``."""
    tree = table(table_name)
    for key in path:
        tree = tree.get(key, {})
    return stems_from(one for text in tree.values() for one in text.split())


@dataclass(frozen=True)
class Said:
    """What a name says for a role.

    Attributes
    ----------
    points : float
        Zero where it says nothing.
    words : tuple of str
        The words that speak for it.
    """

    points: float
    words: tuple[str, ...]


NOTHING: Final = Said(0.0, ())


def said(name: str, role: str) -> Said:
    """Weigh what a column's name says for a role.

    Examples
    --------
    >>> said("Erstellt am", "opened").points > said("Erstellt von", "opened").points > 0
    True
    >>> said("Last update", "opened").points
    0.0
    """
    return _said(words_of(name), role)


@lru_cache(maxsize=8192)
def _said(words: tuple[str, ...], role: str) -> Said:
    points, explained = 0.0, set[int]()
    for kind, weight in WEIGHTS.items():
        places = stems("columns", role, kind).places(words) - explained
        if places:
            points = points + SECOND * weight if points else weight
            explained |= places
    if not points:
        return NOTHING
    idle = stems("columns", "idle").places(words) | stems("columns", "time").places(words)
    against = stems("columns", role, "not").places(words) - explained
    rest = set(range(len(words))) - explained - idle - against
    points -= AGAINST * bool(against) + UNEXPLAINED * min(len(rest), MOST_UNEXPLAINED)
    return Said(points, tuple(words[at] for at in sorted(explained)))


@cache
def _units() -> tuple[tuple[Stems, int], ...]:
    pairs = (one.rpartition(":") for one in table("values")["units"]["any"].split())
    return tuple((stems_from([text]), int(ms)) for text, _, ms in pairs)


def unit_of(name: str) -> int:
    """Return the ms of the unit that a name states; 0 for none.

    Examples
    --------
    >>> unit_of("Resolution time (hrs)"), unit_of("Dauer [Min.]"), unit_of("Resolved")
    (3600000, 60000, 0)
    """
    words = words_of(name)
    return next((ms for one, ms in _units() if one.places(words)), 0)


def date_named(name: str) -> bool:
    """Tell whether a name says that there are dates or times in its column."""
    return bool(stems("columns", "time").places(words_of(name)))


def state_meaning(text: str) -> str:
    """Return what a state means, by the stems of its words; empty where they do not say.

    What a state begins with says more than what follows: "closed by caller" is closed, "pending
    closure" waits.

    Examples
    --------
    >>> state_meaning("Wartet auf Lieferant"), state_meaning("closed by caller"), state_meaning("Unresolved")
    ('vendor', 'closed', '')
    """
    return _meaning(words_of(text))


@lru_cache(maxsize=8192)
def _meaning(words: tuple[str, ...]) -> str:
    def places(meaning: str) -> set[int]:
        return stems("values", "states", meaning).places(words)

    if places("not"):
        return ""
    over = ("closed", "resolved")
    for meaning in over:
        if 0 in places(meaning):
            return meaning
    tried = ("vendor", "change", "user", *over, "work", "queue")
    return next((meaning for meaning in tried if places(meaning)), "")
