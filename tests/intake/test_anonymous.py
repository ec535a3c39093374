"""Nothing of a client's is left in an anonymous export, and it is the same export."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from sim.calibrate.datapage import data_page
from sim.calibrate.lines import find_lines
from sim.calibrate.sample import OWN, anonymous, write_sample
from sim.intake.anonymous import anonymised
from sim.intake.mapping import Mapping
from sim.intake.read import read_export

SECRET = "Examplecorp"
MAPPING = {
    "kind": "events",
    "name": f"The tool of {SECRET}",
    "columns": {
        "id": f"{SECRET} no", "updated": "At", "state": f"State at {SECRET}", "team": "Group",
        "assignee": "Who", "priority": "Prio", "category": "About", "channel": "Via",
    },
    "states": {"vendor": [f"With {SECRET} GmbH"], "work": ["Doing"], "resolved": ["Done"]},
    "teams": {f"{SECRET} desk": ["Desk*"], "L2": ["Apps*"]},
    "topics": {f"Mail {SECRET}": "software"},
}  # fmt: skip


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """Give an export that names its client in every cell that may."""
    path = tmp_path_factory.mktemp("client") / f"{SECRET}.csv"
    lines = [",".join(MAPPING["columns"][r] for r in MAPPING["columns"])]
    states = [f"With {SECRET} GmbH", "Doing", "Done", f"Odd {SECRET}"]
    for n in range(60):
        for step, state in enumerate(states[: 3 + n % 2]):
            team = f"Desk {SECRET}" if step == 0 else f"Apps of {SECRET}"
            when = f"2026-01-{5 + n % 20:02} {8 + step:02}:00" if n != 7 else f"soon, {SECRET} says"
            prio = f"{SECRET} low" if n % 3 else f"{SECRET} high"
            lines.append(
                f"{SECRET}-{n},{when},{state},{team},Ann {SECRET},{prio},Mail {SECRET},By {SECRET}"
            )
    path.write_text("\n".join(lines))
    return read_export(path, Mapping.model_validate(MAPPING))


def _texts(thing):
    """Give all texts of an export, however deep."""
    if isinstance(thing, str):
        yield thing
    elif dataclasses.is_dataclass(thing):
        for part in dataclasses.fields(thing):
            yield from _texts(getattr(thing, part.name))
    elif isinstance(thing, Mapping):
        yield thing.model_dump_json()
    elif isinstance(thing, dict):
        yield from (text for pair in thing.items() for part in pair for text in _texts(part))
    elif isinstance(thing, tuple | list) or (
        isinstance(thing, np.ndarray) and thing.dtype == object
    ):
        yield from (text for part in thing for text in _texts(part))


def test_no_name_is_left(whole):
    """Not in labels, columns, states, notices, reasons, ids, nor in what is said of the data."""
    hidden, _ = anonymised(whole)
    assert any(SECRET in text for text in _texts(whole))
    assert not [text for text in (*_texts(hidden), *_texts(find_lines(hidden))) if SECRET in text]
    assert SECRET not in str(data_page(hidden))


def test_it_is_the_same_export(whole):
    """Tickets, times, states, levels and figures are what they were; the key tells the names."""
    hidden, key = anonymised(whole)
    assert (hidden.tickets.opened_ms == whole.tickets.opened_ms).all()
    assert (hidden.events.state == whole.events.state).all()
    assert (find_lines(hidden).of_team == find_lines(whole).of_team).all()
    names = {name: said for _, name, said in key.rows}
    for ours, theirs in (
        (hidden.tickets.priority, hidden.priorities),
        (whole.tickets.priority, whole.priorities),
    ):
        assert len(set(ours.tolist())) == len(theirs) == 2
    urgent = [names[hidden.priorities[code]] for code in hidden.tickets.priority]
    assert urgent == [whole.priorities[code] for code in whole.tickets.priority]
    assert names["Priority 1"] == f"{SECRET} high"


def test_the_key_is_a_file_without_people(whole, tmp_path):
    """It tells what stands for what, and of people nothing."""
    text = anonymised(whole)[1].write(tmp_path / "key.csv").read_text()
    assert f"team,Team 1,Desk {SECRET}" in text
    assert f"state,vendor,With {SECRET} GmbH" in text
    assert "Ann" not in text


def test_a_sample_holds_meanings_and_no_words_of_the_clients(whole, tmp_path):
    """States by what they mean, columns by their role, whatever the client's mapping calls them."""
    text = write_sample(anonymous(whole), tmp_path / "sample.csv", OWN).read_text()
    assert "waiting for vendor" in text
    assert "Team 1" in text
    assert SECRET not in text.replace(f"Ann {SECRET}", "").replace(f"{SECRET}-", "")
    again = read_export(tmp_path / "sample.csv", OWN)
    assert (again.events.state == whole.events.state).mean() > 0.9
