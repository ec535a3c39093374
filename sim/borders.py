"""What users wrote, before it leaves TierSim: a name may hold anything, and is obeyed by nothing.

A terminal obeys control characters, every reader of text those that turn its direction, and a
spreadsheet what begins as a formula. So each border lets text through one function of this file:
terminal, log, HTML (and PDF, which is made of it), SVG and the reprs of notebooks through
``unsteered``; cells of CSV files, workbooks and charts that can be edited through ``cell``.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Final, TextIO

if TYPE_CHECKING:
    import pandas as pd
    from rich.console import Console, ConsoleOptions, RenderableType
    from rich.segment import Segment

_STEERING: Final = re.compile(
    "["
    "\x00-\x08\x0b-\x1f\x7f-\x9f"  # C0 and C1 but for tabs and ends of lines: ANSI begins with one
    "\xad\u061c\u180e\u200e\u200f\u202a-\u202e\u2066-\u206f"  # turn the direction, or hide in a word
    "\u2028\u2029\ufeff\ufff9-\ufffb"  # end lines, or stand in for text
    "\ud800-\udfff"  # halves of a pair, which cannot be written
    "\U000e0000-\U000e007f"  # text that nobody sees
    "]"
)
_FORMULA: Final = frozenset("=+-@\uff1d\uff0b\uff0d\uff20")
"""A spreadsheet takes text that begins with one of these for a formula; in East Asia the wide ones
too."""
_WIDE: Final = 0xFFFF
_NUMBER: Final = re.compile(r"[+-]?\d+([.,]\d+)*\s?%?")


def unsteered(text: str) -> str:
    r"""Leave out what steers the text around it instead of being seen.

    Parameters
    ----------
    text : str
        Of any length, as a whole page. Tabs and ends of lines stay.

    Examples
    --------
    >>> unsteered("One \x1b[31mmore\u202e at L1")
    'One [31mmore at L1'
    """
    return _STEERING.sub("", text)


def harmless(method: Callable[[Any], str]) -> Callable[[Any], str]:
    """Let a ``__repr__`` or ``__str__`` give nothing that steers: it is shown by whatever asks for it."""

    @functools.wraps(method)
    def told(own: Any) -> str:
        return unsteered(method(own))

    return told


def cell(text: str) -> str:
    r"""Write a text into a cell of a table that a spreadsheet may open.

    What it would take for a formula stands behind an apostrophe; numbers are left as they are.

    Examples
    --------
    >>> cell("=cmd|' /C calc'!A0"), cell("One more at L1"), cell("\t@SUM(A1)"), cell("-4.2")
    ("'=cmd|' /C calc'!A0", 'One more at L1', "'\t@SUM(A1)", '-4.2')
    """
    plain = unsteered(text)
    begins = plain.lstrip()[:1]
    steers = begins in _FORMULA and not _NUMBER.fullmatch(plain.strip())
    # A tab or an end of line before it starts a cell of its own where it is pasted.
    return f"'{plain}" if steers or plain[:1] in ("\t", "\n") else plain


def cells(frame: pd.DataFrame) -> pd.DataFrame:
    """Make every text of a table fit for a cell, its headings too; the table itself is left alone."""
    found = frame.copy(deep=False)
    for place, name in enumerate(frame.columns):
        column = frame.iloc[:, place]
        if column.dtype.kind not in "biufcmM":
            known = {one: cell(one) for one in column.unique() if isinstance(one, str)}
            found[name] = column.astype(object).map(lambda one, known=known: known.get(one, one))
    return found.rename(columns=lambda name: cell(str(name)))


def json_text(value: Any) -> str:
    """Write JSON in which what steers text is escaped; it reads back as it was.

    Examples
    --------
    >>> json_text(["Zo\N{LATIN SMALL LETTER E WITH DIAERESIS}\u202e"]).isprintable()
    False
    >>> json.loads(json_text(["a\u202e"])) == ["a\u202e"]
    True
    """
    text = json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False)
    return _STEERING.sub(lambda sign: json.dumps(sign[0])[1:-1], text)


def yaml_text(value: Any) -> str:
    r"""Write a text, or texts in lists and mappings, as YAML on one line, quoted as in JSON.

    Examples
    --------
    >>> print(yaml_text({"L1": ["desk\u202e"]}))
    {"L1": ["desk\u202e"]}
    """
    text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    # JSON writes signs beyond the first 65,536 as two; YAML knows them by one number.
    return _STEERING.sub(
        lambda sign: (
            f"\\U{ord(sign[0]):08x}" if ord(sign[0]) > _WIDE else json.dumps(sign[0])[1:-1]
        ),
        text,
    )


class Screen:
    """A stream of text to a terminal or a log, which obeys nothing that a name holds.

    Parameters
    ----------
    stream : text stream
        Whatever else is asked of a stream is asked of this one.
    """

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream

    def write(self, text: str) -> int:
        """Write text without what steers it."""
        self.stream.write(unsteered(text))
        return len(text)

    def writelines(self, lines: list[str]) -> None:
        """Write several texts."""
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)


class Drawing:
    """What Rich draws, but for what a name would let the terminal obey; Rich's own signs stay.

    Parameters
    ----------
    what : renderable
    """

    def __init__(self, what: RenderableType) -> None:
        self.what = what

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Segment]:
        for one in console.render(self.what, options):
            yield one if one.control else one._replace(text=unsteered(one.text))
