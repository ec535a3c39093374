"""Scenarios that are not like the first are named, they alone, with what differs."""

import pytest

import sim

BASE = sim.example("in-house-desk").with_(
    {"period.length": "4 weeks", "period.warm_up": "1 week"}, name="Base"
)


def unlike(*changes):
    """Compare the base with a scenario for each set of changes; return the claims and the study."""
    others = [BASE.with_(one, name=f"Option {at}") for at, one in enumerate(changes, 1)]
    study = sim.compare([BASE, *others], replications=2, jobs=1)
    return [claim for claim in study.cautions if claim.kind == "unlike"], study


@pytest.mark.parametrize(
    ("change", "field", "why"),
    [
        ({"period.start": "2026-03-02"}, "period.start", ("period", "arrivals")),
        ({"period.length": "5 weeks"}, "period.length", ("period", "arrivals")),
        ({"period.warm_up": "3 d"}, "period.warm_up", ("period",)),
        ({"period.time_zone": "UTC"}, "period.time_zone", ("period",)),
        ({"costs.currency": "USD"}, None, ("currency",)),
        ({"demand.volume": "500 / week"}, None, ("arrivals",)),
    ],
)
def test_the_one_that_differs_is_named_alone(change, field, why):
    """With the field and the reason; no money of it is compared, the other option's is."""
    (claim,), study = unlike(change, {"tiers.L1.staff.day": 7})
    assert claim.of == ("Option 1", "Base")
    assert claim.rests == why
    assert claim.what == ((field,) if field else ())
    effects = {one.scenario: one.effect for one in study.changes(["staff_cost"])}
    assert effects["Option 1"] == "not compared"
    assert effects["Option 2"] != "not compared"
    (note,) = [one for one in study.notes if one.startswith("Option 1 is not like Base")]
    assert "no money is compared" in note
    assert "paired" not in note


def test_like_periods_are_not_spoken_of():
    """Nor is a period that is written otherwise and is the same."""
    claims, _ = unlike({"period.length": "28 d"}, {"tiers.L1.staff.day": 7})
    assert claims == []
