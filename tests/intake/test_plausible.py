"""Exports that could be real are read right, or refused: never read wrong."""

from __future__ import annotations

import datetime as dt

import pytest
from plausible import any_export

from sim.errors import ExportError
from sim.intake.guess import guess_mapping
from sim.intake.read import read_export
from sim.workload.journeys import NOT_YET

SEEDS, A_TEST = 200, 20
"""The same for many more: ``python tests/bench plausible``."""
MOST_REFUSED = 0.1


def wrongs(path, made):
    """Return what was read otherwise than it was written; None where it was refused."""
    try:
        export = read_export(path, guess_mapping(path)[0])
    except ExportError:
        return None
    one = export.tickets
    place = {text: at for at, text in enumerate(made.ids)}
    if set(one.id) != set(made.ids):
        return ["ids"]
    order = [place[text] for text in one.id]
    found = []
    for name, got, true in (
        ("opened", one.opened_ms, made.opened),
        ("resolved", one.resolved_ms, made.resolved),
    ):
        if got.tolist() != [_ms(true[at]) for at in order]:
            found.append(name)
    if "team" in made.columns:
        teams = [export.teams[code] if code >= 0 else "" for code in one.last_team]
        found += ["teams"] * (teams != [made.teams[at] for at in order])
    for role in ("state", "priority", "category", "channel", "assignee"):
        if (role in made.columns) and role not in export.mapping.columns:
            found.append(f"{role} unread")
    return found


def _ms(at):
    return NOT_YET if at is None else round(at.replace(tzinfo=dt.UTC).timestamp() * 1000)


@pytest.mark.parametrize("first", range(0, SEEDS, A_TEST))
def test_read_right_or_refused(first, tmp_path):
    """Tools, languages, forms of dates, separators, kinds of files and faults, drawn together."""
    refused = 0
    for seed in range(first, first + A_TEST):
        made, about = any_export(seed)
        path = tmp_path / made.name
        path.write_bytes(made.data)
        found = wrongs(path, made)
        assert not found, f"{about}: {found}"
        refused += found is None
    assert refused <= 4 * MOST_REFUSED * A_TEST, "what could be read is refused"
