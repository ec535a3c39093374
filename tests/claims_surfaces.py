"""What the surfaces say of a study, and whether it is what its claims say: for test and bench."""

import html
import re

from claims_checked import Checked
from claims_made import pool, study

from sim.present import deck, report
from sim.present.answer import answer
from sim.present.terminal import study_text
from sim.present.workbook import _told
from sim.study.findings import clearest, levels_finding
from sim.web import shown

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


def slow_surfaces(made):
    """Return what the others say; pictures are left out by whoever calls this."""
    slides = deck.slides(made, report.Asked())
    return {
        "terminal": study_text(made, 5000),
        "slides": " ".join(" ".join([one.title, *one.bullets]) for one in slides),
        "report": report.page(made, report.Asked(), paper=False),
    }


def hold(seed, *, slow=False):
    """Check every claim of the study of a seed, and every surface; returns how many claims there are.

    Raises
    ------
    AssertionError
        With the seed and the claim, or the surface and what it does not say.
    """
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
    surfaces = quick_surfaces(made, found) | (slow_surfaces(made) if slow else {})
    for name, text in surfaces.items():
        assert plain(found.headline) in plain(text), (seed, name)
        unsaid = [s for s in found.sentences if plain(s.removesuffix(".")) not in plain(text)]
        assert not unsaid, (seed, name, unsaid)
    return len(claims)


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
