"""Which column of a header is which: the names that a mapping gives, as far as they are there."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Sequence

from sim.errors import ExportError
from sim.intake.mapping import ROLES, Mapping, folded

SHOWN = 40
"""Columns that a message names."""


def match_columns(header: Sequence[str], mapping: Mapping) -> dict[str, int]:
    """Find the place of each role's column in a header; roles that the header lacks are absent."""
    by_fold: dict[str, int] = {}
    for place, name in enumerate(header):
        by_fold.setdefault(folded(name) or name, place)
    found: dict[str, int] = {}
    for role in ROLES:
        for name in mapping.columns.get(role, ()):  # type: ignore[call-overload]
            exact = header.index(name) if name in header else None
            near = by_fold.get(folded(name) or name) if exact is None else exact
            if near is not None and near not in found.values():
                found[role] = near
                break
    named = mapping.columns.get("updated", ())
    one_for_both = mapping.kind == "events" and "updated" not in found and "opened" in found
    if one_for_both and folded(header[found["opened"]]) in map(folded, named):
        # The first update of a ticket opens it.
        found["updated"] = found.pop("opened")
    return found


def find_columns(header: Sequence[str], mapping: Mapping, file: str) -> dict[str, int]:
    """Find the place of each role's column in a header.

    Returns
    -------
    dict
        Role to place; optional roles that the header lacks are absent. Rows that are updates need no
        ``opened``: the first of a ticket says when it came.

    Raises
    ------
    ExportError
        If a column that is needed is missing: it says what is there, and what comes close.
    """
    found = match_columns(header, mapping)
    missing = [role for role in needed(mapping.kind, found) if role not in found]
    if missing:
        raise missing_columns(header, mapping, file, missing)
    return found


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


def missing_columns(
    header: Sequence[str], mapping: Mapping, file: str, missing: Sequence[str]
) -> ExportError:
    """Say which columns are missing, what is there, and what comes close."""
    taken = {header[place] for place in match_columns(header, mapping).values()}
    free = [name for name in header if name not in taken]
    parts = []
    for role in missing:
        wanted = mapping.columns.get(role, ())  # type: ignore[call-overload]
        close = [c for w in wanted for c in difflib.get_close_matches(w, free, n=1)]
        hint = f"; did you mean {close[0]!r}?" if close else ""
        names = " or ".join(map(repr, wanted)) or f"`columns.{role}` names none"
        parts.append(f"no column for `{role}` ({names}{hint})")
    there = ", ".join(repr(name) for name in header[:SHOWN]) + (
        ", …" if len(header) > SHOWN else ""
    )
    sketch = ", ".join(f"{role}: …" for role in missing)
    updates = (
        ""
        if "opened" not in missing
        else " Where each row is an update, name its time `updated`, and no `opened` is needed."
    )
    return ExportError(
        f"{file} has {'; '.join(parts)}. Its columns are {there}. Say which is which in a mapping "
        f"file (scenarios/MAPPING.md, or `tiersim schema --mapping`): `extends: any` and `columns: "
        f"{{{sketch}}}`.{updates}"
    )
