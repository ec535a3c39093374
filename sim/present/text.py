"""Text that a user wrote, made fit for a picture or a table: names may hold anything."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

LONGEST_NAME: Final = 34
"""Characters of a name in a picture."""
_NUMBER_AND_UNIT: Final = re.compile(r"(?<=\d) (?=(?:%|s|min|h|d|points|[A-Z]{3})(?!\w))")
_INTERVAL: Final = re.compile(r"(?<=\d)–(?=\d)")
_LONG_WORD: Final = re.compile(r"[^ \n]{15,}")
_JOINT: Final = re.compile(r"(?<=[._/])(?=[^\W\d]|\*)")
_ENDLESS: Final = re.compile(r"[^ \n\u200b]{24}(?=[^ \n\u200b])")
_BREAK: Final = "\N{ZERO WIDTH SPACE}"
_CODE: Final = re.compile(r"`([^`]+)`")
_STAND_IN: Final = "□"
_CHANGING: Final = {"Mn", "Me", "Sk"}
"""Unicode categories of what changes the sign before it: an accent, the colour of a skin."""
_FLAG: Final = "REGIONAL INDICATOR SYMBOL LETTER "
"""Two of these are a flag; they spell its country."""
_STEERING: Final = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
"""Unicode categories of what steers text instead of being seen: among them the marks that turn the
direction of everything after them."""


def one_line(text: str) -> str:
    """Put text on one line, without what steers the text around it.

    Examples
    --------
    >>> one_line("One" + chr(10) + chr(0x202E) + "more  at L1")
    'One more at L1'
    """
    spaced = "".join(" " if c.isspace() else c for c in text)
    seen = "".join(c for c in spaced if c == " " or unicodedata.category(c) not in _STEERING)
    return " ".join(seen.split())


def shortened(text: str, longest: int = LONGEST_NAME) -> str:
    """Cut text that is too long for its place.

    Examples
    --------
    >>> shortened("Provider A: strong L1, the rest outsourced", 20)
    'Provider A: strong…'
    """
    text = one_line(text)
    return text if len(text) <= longest else f"{text[: longest - 1].rstrip()}…"


def short_names(names: Sequence[str], longest: int = LONGEST_NAME) -> list[str]:
    """Shorten several names so that they still differ.

    Examples
    --------
    >>> short_names(["One more at L1", "A" * 50 + "1", "A" * 50 + "2"], 12)
    ['One more at…', 'AAAAAAA… (2)', 'AAAAAAA… (3)']
    """
    short = [shortened(name, longest) for name in names]
    found = []
    for position, name in enumerate(short):
        if short.count(name) == 1 and name:
            found.append(name)
            continue
        # Names that differ only beyond the cut are told apart by their place in the study.
        mark = f" ({position + 1})"
        found.append(f"{shortened(names[position], max(2, longest - len(mark)))}{mark}".strip())
    return found


@lru_cache(maxsize=8)
def _letters(family: str) -> frozenset[int]:
    from matplotlib import font_manager  # noqa: PLC0415 - heavy, and only needed to draw

    known: set[int] = set()
    for one in (family, "DejaVu Sans"):
        properties = font_manager.FontProperties(family=one)
        known |= set(font_manager.get_font(font_manager.findfont(properties)).get_charmap())
    return frozenset(known)


def drawable(text: str, family: str) -> str:
    """Replace letters that the font does not have: a picture is the same on every machine.

    What has a plain form takes it; a sign, as emoji are, is called by its name; what only changes the
    sign before it goes; a letter of a script that the font lacks becomes a box, since its name tells
    a reader no more.

    Examples
    --------
    >>> drawable("One more 🚀 at Ｌ１", "DejaVu Sans")
    'One more [rocket] at L1'
    """
    known = _letters(family)
    return "".join(c if ord(c) in known or c == "\n" else _instead(c, known) for c in text)


def _instead(letter: str, known: frozenset[int]) -> str:
    plain = unicodedata.normalize("NFKC", letter)
    if plain != letter and all(ord(c) in known for c in plain):
        return plain
    category, name = unicodedata.category(letter), unicodedata.name(letter, "")
    if category in _CHANGING:
        return ""
    if name.startswith(_FLAG):
        return name[-1]
    return f"[{name.lower()}]" if category.startswith("S") and name else _STAND_IN


def kept_together(text: str) -> str:
    r"""Join numbers with their units, and the two ends of an interval, against line breaks.

    Examples
    --------
    >>> kept_together("goal 90 % (87.6–92.7 %)") == "goal 90\u00a0% (87.6–\u206092.7\u00a0%)"
    True
    """
    return _INTERVAL.sub("–\N{WORD JOINER}", number_and_unit(text))


def number_and_unit(text: str) -> str:
    """Join numbers with their units by hard spaces."""
    return _NUMBER_AND_UNIT.sub("\N{NO-BREAK SPACE}", text)


def coded(text: str) -> str:
    """Write text as HTML, with what stands between backticks as code.

    Examples
    --------
    >>> coded("Set `period.warm_up` to <5 weeks>.")
    'Set <code>period.warm_up</code> to &lt;5 weeks&gt;.'
    """
    return _CODE.sub(r"<code>\1</code>", html.escape(text))


def soft(html_text: str) -> str:
    """Turn the places where ``breakable`` lets a word break into HTML's.

    Examples
    --------
    >>> soft(coded(breakable("`tiers.*.first_contact`")))
    '<code>tiers.<wbr>*.<wbr>first_<wbr>contact</code>'
    """
    return html_text.replace(_BREAK, "<wbr>")


def breakable(text: str) -> str:
    """Say where long words may break in a narrow column: fields at their joints, endless words anywhere.

    Examples
    --------
    >>> breakable("documentation.quality").split(chr(0x200B))
    ['documentation.', 'quality']
    >>> [len(part) for part in breakable("x" * 60).split(chr(0x200B))]
    [24, 24, 12]
    """
    jointed = _LONG_WORD.sub(lambda word: _JOINT.sub(_BREAK, word[0]), text)
    return _ENDLESS.sub(lambda run: run[0] + _BREAK, jointed)


def plural(count: int, word: str) -> str:
    """Write a count with its word.

    Examples
    --------
    >>> plural(1, "replication"), plural(1200, "ticket")
    ('1 replication', '1,200 tickets')
    """
    return f"{count:,} {word}{'' if count == 1 else 's'}"
