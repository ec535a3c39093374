"""The scorecard of providers, as a client reads it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from sim.present.numbers import measured
from sim.present.text import one_line
from sim.scenario.wording import listed
from sim.study.asked import words
from sim.study.scorecard import Line, Scorecard

BEST: Final = "★"
"""Marks who beats every other on a line, for sure."""


def headings(card: Scorecard) -> tuple[str, ...]:
    """Return the headings of ``scorecard_rows``: what is compared, then the desks."""
    return ("", *called(card.names).values())


def scorecard_rows(card: Scorecard, currency: str = "") -> list[tuple[str, ...]]:
    """Return the scorecard as a table, one line an aspect and tier."""
    return [
        (
            line_name(line) + (", a week" if line.metric == "total_cost" else ""),
            *(
                _cell(card, line, name, currency) if name in line.estimates else "–"
                for name in card.names
            ),
        )
        for line in card.lines
    ]


def line_name(line: Line) -> str:
    """Name a line: ``L2 escalation time``; without a tier it is of the whole desk."""
    return f"{line.tier} {line.aspect}" if line.tier else f"{line.aspect} of the whole desk"


def called(names: Sequence[str]) -> dict[str, str]:
    """Name desks by what stands before a colon, where that is enough to tell them apart.

    Examples
    --------
    >>> called(["Provider A: strong L1", "Provider B: engineers"])
    {'Provider A: strong L1': 'Provider A', 'Provider B: engineers': 'Provider B'}
    >>> called(["Desk: old", "Desk: new"])
    {'Desk: old': 'Desk: old', 'Desk: new': 'Desk: new'}
    """
    short = [one_line(name).partition(":")[0] for name in names]
    if len(set(short)) < len(short) or not all(short):
        short = [one_line(name) for name in names]
    return dict(zip(names, short, strict=True))


def _cell(card: Scorecard, line: Line, name: str, currency: str) -> str:
    text = measured(line.estimates[name], words(line.metric, currency).write)
    others = [other for other in line.estimates if other != name]
    best = len(others) == len(card.names) - 1 and all((name, o) in line.beats for o in others)
    return f"{text} {BEST}" if best else text


def scorecard_sentences(card: Scorecard) -> Iterator[str]:
    """Say who is ahead of whom on what, who wins most, and what is not yet known."""
    wins, short = card.wins(), called(card.names)
    most = max(wins.values(), default=0)
    if most:
        leaders = [short[name] for name, count in wins.items() if count == most]
        verb = "is" if len(leaders) == 1 else "are each"
        yield (
            f"{listed(leaders)} {verb} ahead of every other desk on {most} of {len(card.lines)} lines."
        )
    else:
        yield "No desk is ahead of every other on any line."
    for i, first in enumerate(card.names):
        for second in card.names[i + 1 :]:
            yield _between(card, first, second)
    yield (
        f"“Beats”, and {BEST} for who beats every other, is said only where the paired difference on the same tickets shows it, at "
        f"{100 * card.level:g} % for the whole scorecard together (Holm)."
    )


def _between(card: Scorecard, first: str, second: str) -> str:
    ahead, behind, unsure = card.between(first, second)
    one, other = called(card.names)[first], called(card.names)[second]
    parts = []
    if ahead:
        parts.append(f"{one} beats {other} on {listed(map(line_name, ahead))}")
    if behind:
        start = "loses on" if ahead else f"{one} loses to {other} on"
        parts.append(f"{start} {listed(map(line_name, behind))}")
    if unsure:
        start = "on" if parts else f"{one} against {other}: on"
        parts.append(f"{start} {listed(map(line_name, unsure))} it is not yet known")
    return "; ".join(parts) + "." if parts else f"{one} and {other} have no line in common."
