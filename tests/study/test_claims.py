"""Every claim of studies of every kind is checked against their replications, on every surface."""

import html
import re

import numpy as np
import pytest
from claims_checked import Checked
from claims_made import pool, quicken, study

from sim.present import deck, report, report_tables
from sim.present.answer import answer
from sim.present.say import say
from sim.present.terminal import study_text
from sim.present.workbook import _told
from sim.study.findings import clearest, levels_finding
from sim.web import shown

STUDIES, EACH = 2000, 100
ALL_SURFACES = 25
"""Every so many studies, the slow surfaces are read too."""
JUDGED = re.compile(r"keeps|cheap|misses|comes closest|is met|is missed")


def kinds_of(made):
    """Tell which desk of the pool each option is."""
    known = {id(one.tiers): kind for kind, one in pool().items()}
    found = []
    for result in made:
        kind = known[id(result.scenario.tiers)]
        found.append(kind)
    return found


def plain(text):
    """Return text as it is read: no markup, no joints, single spaces."""
    bare = html.unescape(re.sub(r"<[^>]*>", " ", text))
    for joint, as_read in (
        ("\N{NO-BREAK SPACE}", " "),
        ("\N{WORD JOINER}", ""),
        ("\N{ZERO WIDTH SPACE}", ""),
    ):
        bare = bare.replace(joint, as_read)
    return " ".join(bare.split())


def quick_surfaces(made, found):
    """Return what the surfaces say that are made in milliseconds."""
    told = found.plain(made)
    return {
        "JSON": " ".join([told["headline"], *(one["sentence"] for one in told["claims"])]),
        "page": shown.headline(found) + shown.reasons(found),
        "workbook": " ".join(_told(made)),
    }


def slow_surfaces(made, monkeypatch):
    """Return what the others say, without their pictures."""
    monkeypatch.setattr(report, "charts_of", lambda *_: [])
    slides = deck.slides(made, report.Asked())
    return {
        "terminal": study_text(made, 5000),
        "slides": " ".join(" ".join([one.title, *one.bullets]) for one in slides),
        "report": report.page(made, report.Asked(), paper=False),
    }


@pytest.mark.parametrize("first", range(0, STUDIES, EACH))
def test_every_claim_holds_on_every_surface(first, monkeypatch):
    """Recomputed by code of its own; and each surface says what the claims say, word for word."""
    quicken(monkeypatch)
    for seed in range(first, first + EACH):
        made = study(seed)
        checked, found = Checked(made, kinds_of(made)), answer(made)
        claims = [*found.claims, *made.cautions, levels_finding(made)]
        claims += [clearest(made)] if len(made) > 1 else []
        for claim in claims:
            try:
                checked.check(claim)
            except AssertionError as error:
                raise AssertionError(f"study {seed}: {claim}: {error}") from error
        headline_is_due(checked, found, seed)
        surfaces = quick_surfaces(made, found)
        if seed % ALL_SURFACES == 0:
            surfaces |= slow_surfaces(made, monkeypatch)
        for name, text in surfaces.items():
            assert plain(found.headline) in plain(text), (seed, name)
            unsaid = [s for s in found.sentences if plain(s.removesuffix(".")) not in plain(text)]
            assert not unsaid, (seed, name, unsaid)


def headline_is_due(checked, found, seed):
    """Hold the headline to what must be in it, and to what must not."""
    kinds = {claim.kind for claim in found.claims}
    if not checked.sound:
        assert kinds <= {"cannot cope", "hangs on one"}, seed
        assert not JUDGED.search(found.headline), seed
        return
    for name, why in checked.trouble.items():
        if why and len([w for w in checked.trouble.values() if w]) <= 3:
            assert any(c.kind == why and c.of == (name,) for c in found.claims), (seed, name)
    keep = [r.name for r in checked.sound if checked.keeps(r.name)]
    heads = {"cheapest", "one keeps", "several keep", "no clear difference"}
    if len(checked.study) > 1:
        assert bool(kinds & heads) == bool(keep), (seed, kinds)


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
