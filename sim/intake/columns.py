"""Which column of a header is which: those that the mapping names, and those that are found.

A mapping names columns; of several names for one role the first that is there is taken. A name may
join two columns, of the date and of the time of day: ``Opened on + Opened at``. Where the mapping
says ``find_columns``, as presets do, the roles that it does not name are found (``assign.py``).
"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Sequence
from typing import Any, Final

from sim.errors import ExportError
from sim.intake.assign import ENOUGH, JOIN, Match, assign, fits, left_unread
from sim.intake.header import Head
from sim.intake.look import Look
from sim.intake.mapping import DATE_ROLES, ROLES, Mapping, folded
from sim.intake.names import said

Places = list[tuple[int, ...]]
"""Where a role is read from: of several columns of one name, the first that is filled is taken."""
LOOKALIKES: Final = 3
"""Columns that a message shows for a role that is missing."""


def match_columns(header: Sequence[str], mapping: Mapping) -> dict[str, tuple[int, ...]]:
    """Find the places of the columns that a mapping names; roles that the header lacks are absent."""
    by_fold: dict[str, int] = {}
    for place, name in enumerate(header):
        by_fold.setdefault(folded(name) or name, place)

    def place_of(name: str) -> tuple[int, ...] | None:
        if name in header:
            return (header.index(name),)
        near = by_fold.get(folded(name) or name)
        if near is not None:
            return (near,)
        parts = [place_of(part) for part in name.split(JOIN)] if JOIN in name else []
        found = [part for part in parts if part is not None]
        return (found[0][0], found[1][0]) if len(parts) == len(found) == len("AB") else None

    found: dict[str, tuple[int, ...]] = {}
    for role in ROLES:
        for name in mapping.columns.get(role, ()):  # type: ignore[call-overload]
            places = place_of(name)
            if places is not None and places not in found.values():
                found[role] = places
                break
    named = mapping.columns.get("updated", ())
    one_for_both = mapping.kind == "events" and "updated" not in found and "opened" in found
    if one_for_both and folded(header[found["opened"][0]]) in map(folded, named):
        # The first update of a ticket opens it.
        found["updated"] = found.pop("opened")
    return found


def matched(head: Head, mapping: Mapping) -> dict[str, Match]:
    """Find the columns that a mapping names, and those that it leaves to be found."""
    stated = match_columns(head.names, mapping)
    found = {
        role: Match(role, JOIN.join(head.names[p] for p in places), places, 0.0, "stated")
        for role, places in stated.items()
    }
    if mapping.find_columns:
        free = [role for role in ROLES if role not in mapping.columns]
        taken = {place for places in stated.values() for place in places}
        found |= assign(head.looks, free, taken)
    if mapping.find_columns and "opened" not in mapping.columns and _tells_updates(head, found):
        # Its times differ from row to row of a ticket; the first update opens it.
        one = found.pop("opened")
        found["updated"] = Match("updated", one.name, one.places, one.points, one.why)
    return {role: found[role] for role in ROLES if role in found}


def _tells_updates(head: Head, found: dict[str, Match]) -> bool:
    """Tell whether what was taken for the opening differs among the rows of most tickets."""
    moving = {"state", "team", "assignee"} & set(found)
    if "updated" in found or not moving or not {"id", "opened"} <= set(found):
        return False
    ids, times = (found[role].places[0] for role in ("id", "opened"))
    seen: dict[Any, set[Any]] = {}
    for _, row in head.sample:
        if len(row) > max(ids, times):
            seen.setdefault(row[ids], set()).add(row[times])
    several = sum(len(one) > 1 for one in seen.values())
    return several > len(seen) / 2


def find_columns(head: Head, mapping: Mapping, file: str, notices: list[str]) -> dict[str, Places]:
    """Find the places of each role's column.

    Parameters
    ----------
    head : Head
    mapping : Mapping
    file : str
        For messages.
    notices : list of str
        What was found, and how sure that is, is added.

    Returns
    -------
    dict
        Role to places; optional roles that the header lacks are absent. Rows that are updates need no
        ``opened``: the first of a ticket says when it came.

    Raises
    ------
    ExportError
        If a column that is needed is missing: it says what looks most like it.
    """
    found = matched(head, mapping)
    missing = [role for role in needed(mapping.kind, found) if role not in found]
    if missing:
        raise missing_columns(head, mapping, file, missing)
    guessed = [match for match in found.values() if match.why != "stated"]
    if guessed:
        notices.append(f"Columns found: {'; '.join(map(str, guessed))}.")
    absent = [role for role in mapping.columns if role not in found and mapping.columns[role]]
    named = [f"{role} ({mapping.columns[role][0]!r})" for role in absent if role != "opened"]
    if named:
        notices.insert(0, f"The mapping names columns that are not there: {', '.join(named)}.")
    return {role: _all_of_a_name(head.names, match.places) for role, match in found.items()}


def unread_columns(head: Head, places: Iterable[tuple[int, ...]]) -> list[str]:
    """Name the columns of dates, teams and states that are there and are not read."""
    taken = {place for several in places for place in several}
    same = {folded(head.names[place]) for place in taken}
    again = {at for at, name in enumerate(head.names) if folded(name) in same}
    return left_unread(head.looks, taken | again)


def _all_of_a_name(names: Sequence[str], places: tuple[int, ...]) -> Places:
    if len(places) > 1:
        return [places]
    again = [(at,) for at, name in enumerate(names) if name == names[places[0]] and at != places[0]]
    return [places, *again]


def extra_places(
    head: Head, mapping: Mapping, places: dict[str, Places], file: str
) -> dict[str, Places]:
    """Find the columns that ``leave_out`` asks for by their name, as ``:name``.

    Raises
    ------
    ExportError
        If there is no such column.
    """
    extra: dict[str, Places] = {}
    for key in mapping.leave_out:
        if key in places:
            continue
        place = next((at for at, n in enumerate(head.names) if folded(n) == folded(key)), None)
        if place is None:
            close = difflib.get_close_matches(key, [*head.names, *places], n=1)
            hint = f"; did you mean {close[0]!r}?" if close else ""
            raise ExportError(f"leave_out: {file} has no column {key!r}{hint}.")
        extra[f":{key}"] = [(place,)]
    return extra


def needed(kind: str, found: Collection[str]) -> tuple[str, ...]:
    """Name the roles without which an export cannot be read.

    Parameters
    ----------
    kind : str
        As in a mapping.
    found : collection of str
        The roles that the export has.

    Examples
    --------
    >>> needed("found", {"id", "updated"}), needed("tickets", {"id", "updated"})
    (('id', 'updated'), ('id', 'opened'))
    """
    if kind == "events":
        return ("id", "updated")
    only_updates = kind == "found" and "updated" in found and "opened" not in found
    return ("id", "updated" if only_updates else "opened")


_MEANS: Final = {
    "id": "the ticket's number",
    "opened": "when a ticket was opened",
    "updated": "when a row was made",
}


def missing_columns(head: Head, mapping: Mapping, file: str, missing: Sequence[str]) -> ExportError:
    """Say what is missing, which columns look most like it, and the line to paste."""
    found = matched(head, mapping)
    taken = {place for match in found.values() for place in match.places}
    lines = []
    paste = []
    for role in missing:
        wanted = mapping.columns.get(role, ())  # type: ignore[call-overload]
        names = f" ({' or '.join(map(repr, wanted))})" if wanted else ""
        lines.append(f"{file} has no column for `{role}`{names}, which says {_MEANS[role]}.")
        like = _lookalikes(head, role, wanted, taken)
        shown = ", ".join(f"{one.name!r} (as {one.example!r})" for one in like)
        lines.append(f"Most like it: {shown or 'none'}.")
        paste.append(f"{role}: {_quoted(like[0].name) if like else '…'}")
    others = ", ".join(repr(name) for name in head.names[:40])
    more = ", …" if len(head.names) > 40 else ""  # noqa: PLR2004 - as above
    lines.append(f"Its columns, in row {head.number}, are {others}{more}.")
    lines.append("Say which it is in a mapping file for `--as` (scenarios/MAPPING.md):")
    lines.append(f"{{extends: any, columns: {{{', '.join(paste)}}}}}")
    return ExportError("\n".join(lines))


def _quoted(name: str) -> str:
    plain = name.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{plain}"'


def _lookalikes(head: Head, role: str, wanted: Sequence[str], taken: Collection[int]) -> list[Look]:
    def points(one: Look) -> float:
        fit = fits(role, one)
        near = max(
            (difflib.SequenceMatcher(None, w, one.name).ratio() for w in wanted), default=0.0
        )
        value = -ENOUGH if fit is None else fit
        return said(one.name, role).points + value + near - (0 if one.filled else ENOUGH)

    free = [one for at, one in enumerate(head.looks) if at not in taken and one.name]
    if role in DATE_ROLES:
        free = [one for one in free if one.dates or one.date_numbers or said(one.name, role).points]
    return sorted(free, key=points, reverse=True)[:LOOKALIKES]
