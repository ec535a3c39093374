"""The answer first: which option, what it gains, and how sure that is; the claims of a study in words."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final

from sim.present.say import headline, say
from sim.study.claim import Claim
from sim.study.claims import kept_by, told
from sim.study.result import Result
from sim.study.study import Study

RULE: Final = (
    "Of the options that surely keep every promise, the cheapest is named, where that is shown; where "
    "none does, the one that surely misses the fewest. What is not shown to differ is not ranked."
)
_SENTENCES: Final = 8


@dataclass(frozen=True)
class Answer:
    """What a leader is told first.

    Attributes
    ----------
    headline : str
        Which option.
    sentences : tuple of str
        What it gains, and how sure that is.
    best : Result
        The option named; where none is, the first of those that may be.
    cost : str or None
        The metric of cost that decided; None where no cost is stated.
    claims : tuple of Claim
        What the words are made from: those of the headline first.
    """

    headline: str
    sentences: tuple[str, ...]
    best: Result
    cost: str | None
    claims: tuple[Claim, ...]

    def plain(self, study: Study) -> dict[str, Any]:
        """Return it as JSON holds it: each claim with its figures and its sentence."""
        return {
            "headline": self.headline,
            "claims": [claim.plain() | {"sentence": say(claim, study)} for claim in self.claims],
        }


def answer(study: Study) -> Answer:
    """Say which option a study speaks for."""
    found = told(study)
    because = found.because[:_SENTENCES]
    sentences = tuple(say(claim, study) for claim in because)
    claims = (*found.headline, *because)
    return Answer(headline(found.headline, study), sentences, found.best, found.cost, claims)


def few(study: Study, most: int) -> Study:
    """Return a study of fewer options: the first, the one that the answer names, the next best.

    Parameters
    ----------
    study : Study
    most : int
        At least 2.
    """
    if len(study) <= most:
        return study
    best = told(study).best
    others = [r for r in study.results[1:] if r is not best]
    others.sort(key=lambda r: (len(kept_by(r).missed), len(kept_by(r).open)))
    chosen = {study[0].name, best.name}
    for result in others:
        if len(chosen) >= most:
            break
        chosen.add(result.name)
    return replace(study, results=tuple(r for r in study if r.name in chosen))
