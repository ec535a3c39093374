"""The whole answer of a search, part by part: the same words in the terminal and in the report."""

from __future__ import annotations

from dataclasses import dataclass

from sim.present import search_words as words
from sim.present.costs import TOTAL, cost_sentence
from sim.study import answer
from sim.study.instead import instead
from sim.study.search import Found

ANSWER_REPLICATIONS = 20


@dataclass(frozen=True)
class Part:
    """Sentences under a heading; the first part of an answer has none."""

    heading: str
    lines: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Told:
    """What a search has to say.

    Attributes
    ----------
    found : Found
    headline : str
    parts : tuple of Part
    headings : tuple of str
        Of the frontier.
    frontier : list of tuple of str
        Rows under ``headings``; empty where only the desk itself was asked for, or none
        was found.
    """

    found: Found
    headline: str
    parts: tuple[Part, ...]
    headings: tuple[str, str, str]
    frontier: list[tuple[str, str, str]]


def tell(found: Found, *, seed: int = 1, quick: bool = False) -> Told:
    """Put the answer into words; unless it is to be quick, with what has to be simulated for it.

    Parameters
    ----------
    found : Found
    seed : int
        Of the desk under strain.
    quick : bool
        The desk alone: no prices, no strain.
    """
    first = list(map(words.figure, found.kept))
    if found.runner_up is not None:
        rival = words.what(found, found.runner_up)
        first.append(f"Runner-up: {rival}, {words.costs(found, found.runner_up)}.")
    first.append(words.effort(found))
    first += words.undecided_lines(found)
    headline, headings = words.headline(found), words.frontier_headings(found)
    if found.best is None:
        first += words.impossible_lines(found, answer.at_the_bounds(found))
    if quick or found.best is None:
        return Told(found, headline, (Part("", tuple(first)),), headings, [])
    first += words.instead_lines(found, instead(found))
    steps = tuple(words.price_lines(found, answer.prices(found)))
    study, strains = answer.strains(found, replications=ANSWER_REPLICATIONS, seed=seed)
    if found.book.cost == TOTAL:
        first.append(cost_sentence(study))
    return Told(
        found,
        headline,
        (
            Part("", tuple(first)),
            Part("One step away", steps),
            Part(
                "What binds, and when",
                (words.binding_line(found, answer.pressing(found, study[0])),),
            ),
            Part("Under strain", tuple(words.strain_lines(strains, study[0]))),
            Part(
                "What formulas alone would have said",
                (words.formula_line(found, answer.by_formula(found, ANSWER_REPLICATIONS)),),
            ),
            Part("What more or less room costs", tuple(words.frontier_lines(found))),
        ),
        headings,
        words.frontier_rows(found, answer.frontier(found)),
    )
