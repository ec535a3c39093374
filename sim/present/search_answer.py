"""The whole answer of a search, part by part: the same words in the terminal and in the report."""

from __future__ import annotations

from dataclasses import dataclass

from sim.present import search_words as words
from sim.study import answer
from sim.study.instead import instead
from sim.study.search import Found

ANSWER_REPLICATIONS = 20
FRONTIER_HEADINGS = ("against the desk found", "cost", "room to the tightest promise")


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
    frontier : list of tuple of str
        Rows under ``FRONTIER_HEADINGS``; empty where only the desk itself was asked for, or none
        was found.
    """

    found: Found
    headline: str
    parts: tuple[Part, ...]
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
        cost = words.mean_cost(found, found.runner_up)
        rival = words.what(found, found.runner_up)
        first.append(f"Runner-up: {rival}, {words.money(found, cost.mean)}.")
    first.append(words.effort(found))
    first += words.undecided_lines(found)
    headline = words.headline(found)
    if found.best is None:
        first += words.impossible_lines(found, answer.at_the_bounds(found))
    if quick or found.best is None:
        return Told(found, headline, (Part("", tuple(first)),), [])
    first += words.instead_lines(found, instead(found))
    steps = tuple(words.price_lines(found, answer.prices(found)))
    study, strains = answer.strains(found, replications=ANSWER_REPLICATIONS, seed=seed)
    return Told(
        found,
        headline,
        (
            Part("", tuple(first)),
            Part("One step away", steps),
            Part(
                "What binds, and when",
                (words.binding_line(found, answer.worst_hour(found, study[0])),),
            ),
            Part("Under strain", tuple(words.strain_lines(strains, study[0]))),
            Part(
                "What formulas alone would have said",
                (words.formula_line(found, answer.by_formula(found, ANSWER_REPLICATIONS)),),
            ),
        ),
        words.frontier_rows(found, answer.frontier(found)),
    )
