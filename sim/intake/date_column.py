"""One column of dates, and the form that reads all of it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from sim.errors import ExportError
from sim.intake.date_forms import Candidate, Form, catalogue
from sim.intake.date_values import Instants, Shape, read_shapes, read_typed, shapes_of
from sim.intake.date_words import KNOWN_WORDS, DateWords
from sim.intake.sheet import Column
from sim.units import DAY
from sim.workload.journeys import NOT_YET, Times

FEW_SHARE: Final = 0.01
FEW: Final = 2
"""Values that a form may leave unread: so many, or that share."""
REPEATED: Final = 3
"""Rows of one shape that cannot be read, from which on it is a form, not a slip."""
MOST_SHAPES: Final = 300
"""Shapes, the most frequent first, by which forms are chosen."""
TRIAL: Final = 2000
"""Values that tell which forms are worth reading all with."""
SHOWN: Final = 3
"""Rows named in a message."""
WORDS: Final = 3
"""Words for "none" that a column without any date may have."""
_NO_DATE: Final = re.compile(
    r"\D*|[\D0]*|-1"
    r"|(?:0001|1753|1899|1900|1970|9999)\D.*"
    r"|.*(?:[/\s-]|\d\.\d\d?\.)(?:0001|1753|1899|1900|9999)(?:\D.*)?"
)
"""What stands where there is none: words, zeros, a tool's first or last day."""


@dataclass(frozen=True, eq=False)
class Reading:
    """The values of a column, read once.

    Attributes
    ----------
    form : str
        In which they are written, or several with `` | `` between them where the mapping states
        several; empty where there was nothing to read.
    wall_ms : int64 array, one per distinct value
        What the value says, in ms since 1970; ``NOT_YET`` where it says nothing that can be read.
    local : bool array, one per distinct value
        Whether that is a local time, rather than UTC.
    nothing : bool array, one per distinct value
        Whether the text says that there is no date.
    timed : bool
        Whether any has a time of day.
    order : str
        Of the parts of a date: ``"dmY"``.
    usual : bool
        Whether tools are known to write the form.
    told : tuple of str
        What was put right.
    """

    form: str
    wall_ms: Times
    local: NDArray[np.bool_]
    nothing: NDArray[np.bool_]
    timed: bool = True
    order: str = ""
    usual: bool = True
    told: tuple[str, ...] = ()


@dataclass(eq=False)
class Texts:
    """A column on its way to a reading."""

    column: Column
    row: NDArray[np.int64]
    count: NDArray[np.int64]
    typed_ms: Times
    nothing: NDArray[np.bool_]
    shapes: list[Shape] = field(default_factory=list)
    words: DateWords = KNOWN_WORDS

    @classmethod
    def of(cls, column: Column, row: NDArray[np.int64], words: DateWords = KNOWN_WORDS) -> Texts:
        """Take a column apart."""
        values = column.values
        count = np.bincount(column.code, minlength=len(values))
        nothing = np.zeros(len(values), np.bool_)
        shapes = []
        for shape in shapes_of(values):
            if "0" in shape.text:
                shapes.append(shape)
            else:
                nothing[shape.at] = True
        for at, value in enumerate(values):
            if isinstance(value, dt.datetime) and value.year in (1, 1899, 1900, 9999):
                nothing[at] = True
        return cls(column, row, count, read_typed(values), nothing, shapes, words)

    def rows(self, places: Sequence[int]) -> int:
        """Return how many rows have one of some values."""
        return int(self.count[list(places)].sum())

    @property
    def filled(self) -> int:
        """Rows with a text in which there are digits."""
        return sum(self.rows(shape.at) for shape in self.shapes)

    @property
    def few(self) -> float:
        """Rows that a form may leave unread."""
        return max(FEW, FEW_SHARE * self.filled)

    def shown(self, place: int) -> str:
        """Name a value with the first row that has it."""
        number = int(self.row[np.argmax(self.column.code == place)])
        return f"row {number} {_cut(self.column.values[place])!r}"

    def reading(
        self, found: Instants, form: str, order: str = "", *, usual: bool = True
    ) -> Reading:
        """Put what was read and what needed no reading together."""
        typed = self.typed_ms != NOT_YET
        wall = np.where(typed, self.typed_ms, found.wall_ms)
        none = self.nothing.copy()
        none[self._unread(wall)] = True
        none[self.unread(wall)] = False
        # Midnight in all of them is no time of day.
        known = wall != NOT_YET
        timed = bool((known & (found.timed | typed) & (wall % DAY != 0)).any()) or not known.any()
        return Reading(form, wall, found.local | typed, none, timed, order, usual)

    def unread(self, wall_ms: Times) -> list[int]:
        """Return the texts that ought to be dates, and are none in a reading."""
        return [at for at in self._unread(wall_ms) if not no_date(self.column.values[at])]

    def _unread(self, wall_ms: Times) -> list[int]:
        return [at for s in self.shapes for at in np.array(s.at)[wall_ms[s.at] == NOT_YET].tolist()]


def no_date(text: str) -> bool:
    """Tell whether a text stands where there is no date.

    Examples
    --------
    >>> [no_date(text) for text in ("never", "0000-00-00", "01.01.1900 00:00", "5.1.2026")]
    [True, True, True, False]
    """
    return _NO_DATE.fullmatch(text) is not None


def _cut(text: Any) -> str:
    text = str(text)
    return text if len(text) <= 40 else f"{text[:40]}…"  # noqa: PLR2004 - characters of a cell shown


def stated_reading(texts: Texts, forms: Sequence[Form], local_names: Collection[str]) -> Reading:
    """Read a column in the first of some forms that reads each text."""
    found = [read_shapes(texts.column.values, texts.shapes, form, local_names) for form in forms]
    first = found[0]
    for other in found[1:]:
        new = (first.wall_ms == NOT_YET) & (other.wall_ms != NOT_YET)
        first.wall_ms[new], first.local[new] = other.wall_ms[new], other.local[new]
        first.timed[new] = other.timed[new]
        first.zones.update(other.zones)
    name = " | ".join(form.text for form in forms)
    _refuse_rest(texts, first, name)
    orders = {form.order for form in forms}
    return texts.reading(
        first, name if texts.shapes else "", orders.pop() if len(orders) == 1 else ""
    )


def fitting_readings(texts: Texts, local_names: Collection[str], most_words: int) -> list[Reading]:
    """Read a column in the forms that read most of its texts, each only once."""
    nothing = read_shapes(texts.column.values, (), Form("ISO"))
    if not texts.shapes and (texts.typed_ms != NOT_YET).any():
        return [texts.reading(nothing, "")]
    words = np.flatnonzero(texts.nothing & (texts.count > 0))
    if not texts.shapes and len(words) > most_words:
        raise ExportError(
            f"{texts.column.name!r} holds no dates that can be read ({texts.shown(int(words[0]))}); say "
            "`dates:` in the mapping, or name another column."
        )
    if not texts.shapes:
        return [texts.reading(nothing, "")]
    found: list[tuple[int, Candidate, Instants]] = []
    for one in _worth_reading(texts):
        read = read_shapes(texts.column.values, texts.shapes, one.form, local_names)
        left = texts.rows(texts.unread(read.wall_ms))
        if (read.wall_ms == NOT_YET).all():
            continue
        same = any(np.array_equal(read.wall_ms, other.wall_ms) for _, _, other in found)
        if not same:
            found.append((left, one, read))
    if not found:
        if not texts.unread(nothing.wall_ms):
            return [texts.reading(nothing, "")]
        letters = any(c.isalpha() for c in texts.shapes[0].text)
        months = " (and `months:`, where they are named in another language)" if letters else ""
        raise ExportError(
            f"{texts.column.name!r} holds no dates that can be read "
            f"({texts.shown(texts.shapes[0].at[0])}); say `dates:` in the mapping{months}, or name "
            "another column."
        )
    least = min(left for left, _, _ in found)
    best = [(one, read) for left, one, read in found if left == least]
    _refuse_rest(texts, best[0][1], best[0][0].form.text)
    return [
        texts.reading(read, one.form.text, one.form.order, usual=one.usual) for one, read in best
    ]


def _worth_reading(texts: Texts) -> list[Candidate]:
    """Return the forms that read about as many of some values as the best one does."""
    shapes = texts.shapes[:MOST_SHAPES]
    step = max(1, sum(len(shape.at) for shape in shapes) // TRIAL)
    some = [Shape(shape.text, shape.at[::step]) for shape in shapes]
    tried = []
    for one in catalogue(texts.words):
        if any(one.form.spans(shape.text) for shape in some):
            read = read_shapes(texts.column.values, some, one.form)
            tried.append((int((read.wall_ms != NOT_YET).sum()), one))
    most = max((count for count, _ in tried), default=0)
    return [one for count, one in tried if count and count >= 0.95 * most]


def _refuse_rest(texts: Texts, read: Instants, form: str) -> None:
    """Refuse what a form leaves unread, where it is more than a slip here and there."""
    name = texts.column.name
    if read.zones:
        zone = min(read.zones)
        at = next(at for shape in texts.shapes if zone in shape.text for at in shape.at)
        raise ExportError(
            f"{name!r} names a zone that may be several, or none ({zone}; {texts.shown(at)}). Say "
            f"`time_zone:` in the mapping (such as Asia/Kolkata for IST): if that zone calls itself {zone}, "
            "dates are read as local there."
        )
    clock = [at for shape in texts.shapes for at in shape.at if read.timed[at]]
    local = texts.rows([at for at in clock if read.local[at]])
    if min(local, texts.rows(clock) - local) > texts.few:
        one, other = (
            next(at for at in clock if bool(read.local[at]) == here) for here in (True, False)
        )
        raise ExportError(
            f"{name!r} mixes times with a zone and times without ({texts.shown(one)}; "
            f"{texts.shown(other)}). Export it again with one form; a mix cannot be read safely."
        )
    left = texts.unread(read.wall_ms)
    if not left:
        return
    gone = set(left)
    shapes = [
        Shape(shape.text, some)
        for shape in texts.shapes
        if (some := [at for at in shape.at if at in gone])
    ]
    shown = []
    for shape in shapes[:MOST_SHAPES]:
        for candidate in catalogue(texts.words):
            again = read_shapes(texts.column.values, [shape], candidate.form)
            good = [at for at in shape.at if again.wall_ms[at] != NOT_YET]
            if good and not candidate.form.number:
                shown.append(f"{texts.shown(good[0])} as {candidate.form.text}")
                break
        if len(shown) == SHOWN:
            break
    if shown:
        raise ExportError(
            f"{name!r} mixes forms of dates: most read as {form}, but {', '.join(shown)}. "
            "Export it again with one form; a mix cannot be read safely."
        )
    rows = texts.rows(left)
    matched = {shape.text for shape in texts.shapes} - {shape.text for shape in shapes}
    repeated = next(
        (s for s in shapes if texts.rows(s.at) >= REPEATED and s.text not in matched), None
    )
    repeated = repeated if repeated and gone.issuperset(_whole(texts, repeated)) else None
    if rows > texts.few or repeated:
        at = (repeated or shapes[0]).at[0]
        raise ExportError(
            f"{name!r} holds dates that {form} does not read: {rows:,} of {texts.filled:,} rows "
            f"({texts.shown(at)}). Say `dates:` in the mapping (a form, or a list of forms), or export "
            "it again with one form."
        )


def _whole(texts: Texts, shape: Shape) -> list[int]:
    return next(one.at for one in texts.shapes if one.text == shape.text)
