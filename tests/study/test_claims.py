"""Every claim of studies of every kind is checked against their replications, on every surface."""

import numpy as np
import pytest
from claims_made import pool, quicken, study
from claims_surfaces import hold, kinds_of

from sim.present import report, report_tables
from sim.present.answer import answer
from sim.present.say import say

STUDIES, EACH = 2000, 100
ALL_SURFACES = 25
"""Every so many studies, the slow surfaces are read too."""


@pytest.mark.parametrize("first", range(0, STUDIES, EACH))
def test_every_claim_holds_on_every_surface(first, monkeypatch):
    """Recomputed by code of its own; and each surface says what the claims say, word for word."""
    quicken(monkeypatch)
    monkeypatch.setattr(report, "charts_of", lambda *_: [])
    for seed in range(first, first + EACH):
        assert hold(seed, slow=seed % ALL_SURFACES == 0)


def test_no_verdict_stands_beside_a_desk_that_cannot_be_judged(monkeypatch):
    """In the tables of the report and the page as little as in the sentences."""
    quicken(monkeypatch)
    seen = 0
    for seed in range(400):
        made = study(seed)
        for result in made:
            if not result.trouble or not result.scenario.service_levels:
                continue
            seen += 1
            assert {v.word for v in result.verdicts.values()} == {"no verdict"}
            table = report_tables.service_levels(result)
            assert all("no verdict" in row[2] for row in table.rows)
            others = [c for c in made.changes() if c.scenario == result.name]
            assert all(c.effect == "not compared" for c in others)
    assert seen > 50


def test_the_made_studies_are_of_every_kind(monkeypatch):
    """Each kind of claim and of desk comes, so that none goes unchecked."""
    quicken(monkeypatch)
    claims, desks = set(), set()
    for seed in range(600):
        made = study(seed)
        claims |= {claim.kind for claim in (*answer(made).claims, *made.cautions)}
        desks |= set(kinds_of(made))
    assert desks == set(pool())
    assert claims >= {
        "cannot cope", "hangs on one", "kept", "promise", "first line", "one keeps", "several keep",
        "cheapest", "no clear difference", "none surely keeps", "not yet known", "closest", "tie",
        "tie, cheapest", "gains", "cheaper", "none cheaper", "no costs", "next",
        "misses", "unlike", "promises nothing", "base unjudged",
    }  # fmt: skip


def test_a_claim_is_said_the_same_for_the_same_study():
    """Words are made from the claim and the study alone."""
    made = study(7)
    assert answer(made).headline == answer(study(7)).headline
    assert np.all([say(c, made) == say(c, made) for c in answer(made).claims])
