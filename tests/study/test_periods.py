"""Unlike periods are said, once, with what differs and what it does to differences."""

import pytest

import sim

BASE = sim.example("in-house-desk").with_(
    {"period.length": "4 weeks", "period.warm_up": "1 week"}, name="Base"
)


def notes(*changes):
    """Compare the base with a scenario for each set of changes; return what is said of periods."""
    others = [BASE.with_(one, name=f"Option {at}") for at, one in enumerate(changes, 1)]
    study = sim.compare([BASE, *others], replications=2, jobs=1)
    return [note for note in study.notes if "same period" in note]


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"period.start": "2026-03-02"}, "`period.start`", "3 weeks from 9 Mar 2026"),
        ({"period.length": "5 weeks"}, "`period.length`", "4 weeks from 22 Dec 2025"),
        ({"period.warm_up": "3 d"}, "`period.warm_up`", "25 d from 18 Dec 2025"),
        ({"period.time_zone": "UTC"}, "`period.time_zone`", "time of UTC"),
    ],
)
def test_one_note_names_what_differs(change, field, words):
    """The field, and both stretches of time, and what is done about the differences."""
    (note,) = notes(change, {"tiers.L1.staff.day": 7})
    assert f"({field})" in note
    assert words in note
    assert "“Base” 3 weeks from 22 Dec 2025 after a warm-up of 7 d" in note
    assert "Option 2" not in note
    assert "replication by replication" in note
    same_tickets = field in ("`period.warm_up`", "`period.time_zone`")
    assert ("same tickets, but do not count" in note) == same_tickets


def test_like_periods_are_not_spoken_of():
    """Nor is a period that is written otherwise and is the same."""
    assert notes({"period.length": "28 d"}, {"tiers.L1.staff.day": 7}) == []


def test_many_unlike_periods_are_one_note():
    """The first ones are named, the others counted."""
    (note,) = notes(*({"period.length": f"{28 + days} d"} for days in range(1, 6)))
    assert "“Option 3”" in note
    assert "and 2 more" in note
    assert "“Option 4”" not in note
