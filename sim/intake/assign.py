"""Which column is which: names and values are weighed, and the whole header is settled at once.

Each pair of a role and a column has points: what the stems of the name say (``names.said``) and how
well the values fit (``fits``). The strongest pair is taken first, then the strongest of what is left;
what stays under ``ENOUGH`` points is not taken. A role that the mapping names is not weighed. The
greatest sum over all roles (``scipy.optimize.linear_sum_assignment``) was tried: it deals the columns of
the fifty tools alike, and its import takes as long as reading a hundred thousand rows.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from sim.intake.look import MOSTLY, Look
from sim.intake.mapping import DATE_ROLES, ROLES
from sim.intake.names import date_named, said, stems, unit_of, words_of

ENOUGH: Final = 2.0
"""Points from which a column is taken."""
CLOSE: Final = 1.0
"""A column that comes so near to the one taken is shown beside it."""
FEW, MANY = 60, 300
"""Different values that a state, and a team, may have."""
MOST_ROWS: Final = 50
"""Rows that a ticket has at most, on average, where each row is an update."""
LONG: Final = 60
"""Characters of a text that is a description."""
SOME: Final = 0.5
"""Share of dates from which a column that is called one of dates is taken; the rest is set aside."""
GROUPS: Final = 0.6
"""Share of values that are groups' names, from which owners are teams."""
JOIN: Final = " + "
"""Between the names of two columns, of the date and of the time of day."""


@dataclass(frozen=True)
class Match:
    """A column taken for a role.

    Attributes
    ----------
    role, name : str
    places : tuple of int
        One column, or two that are read as one: a date and its time of day.
    points : float
    why : str
        The evidence.
    second : str
        Another column that comes close; empty for none.
    """

    role: str
    name: str
    places: tuple[int, ...]
    points: float
    why: str
    second: str = ""

    def __str__(self) -> str:
        beside = f"; or {self.second!r}?" if self.second else ""
        return f"{self.role} from {self.name!r} ({self.why}{beside})"


@dataclass(frozen=True)
class Candidate:
    """A column, or two joined, that may be taken."""

    look: Look
    places: tuple[int, ...]


def fits(role: str, one: Look) -> float | None:
    """Return how well values fit a role, in points; None where they cannot be it."""
    if role in DATE_ROLES:
        return _fits_dates(role, one)
    if one.is_dates and role != "id":
        return None
    if not one.filled:
        return -1.0
    if role == "id":
        return _fits_id(one)
    if role in ("sequence", "reopened", "reassigned"):
        return 0.5 if one.numbers >= MOSTLY else None
    if role == "sla":
        return 0.5 if one.yes_no or one.distinct <= 3 else None  # noqa: PLR2004 - yes, no, unknown
    if role == "duration":
        number = one.numbers >= MOSTLY and (one.date_numbers >= MOSTLY or one.yes_no)
        return None if number or one.spans < MOSTLY else 1.0
    return _fits_kind(role, one)


def _fits_dates(role: str, one: Look) -> float | None:
    if not one.filled:
        return -1.0
    if one.dates >= SOME:
        points = 1.0 if one.is_dates else 0.25
    elif one.date_numbers >= SOME:
        points = 0.75 if one.date_numbers >= MOSTLY else 0.25
    else:
        # A strong name is taken at its word, and what reads dates says what is wrong with them.
        return -1.0 if role == "opened" and not one.yes_no else None
    return points + 0.5 * one.full - (role == "opened" and one.full < MOSTLY)


def _fits_id(one: Look) -> float | None:
    if one.is_dates or (one.yes_no and one.rows > FEW):
        return None
    # Tickets differ, or come in a few rows each.
    points = 1.5 if one.unique >= 0.99 else 1.0 if one.unique * MOST_ROWS >= 1 else 0.0  # noqa: PLR2004 - all but a few
    points -= 2.0 * (one.full < 0.95)  # noqa: PLR2004 - likewise
    points -= 2.0 * (one.length > LONG / 2) + 2.0 * (one.distinct == 1 and one.rows > FEW)
    return points - 1.5 * one.counter


def _fits_kind(role: str, one: Look) -> float:
    scattered = one.unique > 0.5 and one.distinct > 20  # noqa: PLR2004 - each ticket its own
    points = -3.0 * one.yes_no - 2.0 * (one.length > LONG)
    if role == "team":
        points += (1.0 if one.distinct <= MANY else -1.0) - 2.0 * scattered + 0.5 * one.groups
        points -= 0.25 * (one.numbers >= MOSTLY)
    elif role == "assignee":
        points += 1.0 - 2.0 * (one.groups >= GROUPS)
    elif role == "priority":
        points += 1.0 if one.distinct <= FEW / 2 else -3.0
        points += 2.5 * one.yes_no * (one.distinct > 1)
    elif role == "state":
        points += (1.0 if one.distinct <= FEW else -3.0) + 1.5 * one.states
    elif role == "channel":
        points += (0.5 if one.distinct <= FEW else -3.0) + 1.5 * one.channels
    else:
        points += 1.0 - 3.0 * scattered - 0.5 * (one.distinct == 1) - (one.numbers >= MOSTLY)
    return points


def _named(role: str, one: Look) -> tuple[float, tuple[str, ...]]:
    """Return what a name says for a role, where the values may make it another one."""
    own = said(one.name, role)
    if role == "team" and one.groups >= GROUPS:
        owner = said(one.name, "assignee")
        if owner.points - 0.5 > own.points:
            return owner.points - 0.5, owner.words
    if role == "duration":
        done = said(one.name, "resolved")
        written = one.numbers < MOSTLY or unit_of(one.name) > 0
        if written and done.points > own.points:
            return done.points, done.words
    return own.points, own.words


def weigh(role: str, one: Look) -> float:
    """Return the points of a column for a role; minus infinity where it cannot be it.

    Examples
    --------
    >>> from sim.intake.look import look
    >>> dates = look("Erstellt am", ["05.01.2026 08:00", "06.01.2026 09:00"])
    >>> weigh("opened", dates) > ENOUGH > weigh("closed", dates)
    True
    """
    points, _ = _named(role, one)
    fit = fits(role, one) if points > 0 else None
    return -np.inf if fit is None else points + fit


def candidates(looks: Sequence[Look]) -> list[Candidate]:
    """List the columns, with dates and their times of day in two columns joined.

    A time belongs to the date whose name says the same, or to the date that it follows.
    """
    found = [Candidate(one, (place,)) for place, one in enumerate(looks)]
    for place, one in enumerate(looks):
        if one.clocks < MOSTLY or one.is_dates or not one.filled:
            continue
        date = _date_of(looks, place)
        if date is None:
            continue
        joined = Look(
            f"{looks[date].name}{JOIN}{one.name}", one.rows, looks[date].filled,
            looks[date].filled, dates=1.0, timed=1.0,
            example=f"{looks[date].example} {one.example}",
        )  # fmt: skip
        found[date] = Candidate(joined, (date, place))
    return found


def _date_of(looks: Sequence[Look], place: int) -> int | None:
    days = [at for at, one in enumerate(looks) if one.is_dates and not one.timed]
    mine = _date_roles(looks[place])
    same = [at for at in days if mine and _date_roles(looks[at]) == mine]
    if same:
        return min(same, key=lambda at: abs(at - place))
    nameless = not mine and bool(stems("columns", "clock").places(words_of(looks[place].name)))
    return place - 1 if nameless and place - 1 in days else None


def _date_roles(one: Look) -> str:
    points = {role: said(one.name, role).points for role in DATE_ROLES}
    best = max(points, key=lambda role: points[role])
    return best if points[best] > 0 else ""


def assign(
    looks: Sequence[Look], roles: Collection[str] = ROLES, taken: Collection[int] = ()
) -> dict[str, Match]:
    """Deal the columns to the roles.

    Parameters
    ----------
    looks : sequence of Look
        One per column.
    roles : collection of str
        Those to be found.
    taken : collection of int
        Places of columns that are not free.

    Returns
    -------
    dict
        Role to column, of those that are there.
    """
    free = [one for one in candidates(looks) if not set(one.places) & set(taken)]
    wanted = [role for role in ROLES if role in roles]
    if not free or not wanted:
        return {}
    points = np.array([[weigh(role, one.look) for one in free] for role in wanted])
    found: dict[str, Match] = {}
    left = points.copy()
    # The strongest evidence first; of two columns that are alike the first is taken.
    while left.max() >= ENOUGH:
        row, at = (int(n) for n in np.unravel_index(np.argmax(left), left.shape))
        found[wanted[row]] = _match(wanted[row], free, points[row], at)
        left[row], left[:, at] = -np.inf, -np.inf
    used = {place for match in found.values() for place in match.places}
    if "resolved" in found and "duration" in found:
        del found["duration"]
    return {
        role: match
        if match.second == "" or not _place(looks, match.second) & used
        else _alone(match)
        for role, match in found.items()
    }


def _place(looks: Sequence[Look], name: str) -> set[int]:
    return {at for at, one in enumerate(looks) if one.name == name}


def _alone(match: Match) -> Match:
    return Match(match.role, match.name, match.places, match.points, match.why)


def _match(role: str, free: Sequence[Candidate], points: np.ndarray, at: int) -> Match:
    one = free[at]
    others = [n for n in np.argsort(-points, kind="stable").tolist() if n != at]
    near = others[0] if others and points[others[0]] >= max(ENOUGH, points[at] - CLOSE) else None
    second = "" if near is None else free[near].look.name
    return Match(role, one.look.name, one.places, float(points[at]), _why(role, one.look), second)


def _why(role: str, one: Look) -> str:
    """Put the evidence into words."""
    words = " ".join(_named(role, one)[1])
    if not one.filled:
        values = "empty in the rows looked at"
    elif role in DATE_ROLES:
        values = "dates" if one.is_dates else "numbers that may be dates"
    elif role == "duration":
        values = f"lengths of time, as {one.example!r}"
    else:
        values = f"{one.distinct:,} different in {one.rows:,} rows"
    return f"“{words}”, {values}"


def left_unread(looks: Sequence[Look], found: Collection[int]) -> list[str]:
    """Name the columns of dates, teams and states that no role was found for, and what they are."""
    left = []
    for place, one in enumerate(looks):
        if place in found or not one.filled:
            continue
        if one.is_dates or (date_named(one.name) and max(one.dates, one.date_numbers) >= SOME):
            left.append(f"{one.name!r} (dates)")
            continue
        kinds = [role for role in ("team", "state") if weigh(role, one) >= ENOUGH + 1]
        if kinds:
            left.append(f"{one.name!r} (like a {kinds[0]})")
    return left


__all__ = ["ENOUGH", "JOIN", "Match", "assign", "candidates", "fits", "left_unread", "weigh"]
