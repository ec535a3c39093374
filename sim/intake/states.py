"""What the states of an export mean: as the mapping says; else by the stems of their words.

What was told by stems is said, so that a wrong guess is seen; what neither tells is said too, and the
state before goes on.
"""

from __future__ import annotations

from typing import Final, cast

import numpy as np
from numpy.typing import NDArray

from sim.intake.mapping import STATES, Mapping, State
from sim.intake.names import state_meaning
from sim.intake.phrases import many
from sim.intake.sheet import Column, Sheet
from sim.workload.journeys import NONE, Codes

MEANS: Final[dict[State, str]] = {
    "queue": "wait for somebody of the team",
    "work": "are worked on",
    "user": "wait for the user",
    "vendor": "wait for a vendor",
    "change": "wait for something else",
    "resolved": "are resolved",
    "closed": "are closed",
}
"""What tickets of a state do, in a notice."""
MOST_NAMED: Final = 8
"""States of one meaning that a notice names."""


def state_meanings(
    column: Column, mapping: Mapping, count: NDArray[np.int64], notices: list[str]
) -> Codes:
    """Return what each distinct state means, and tell what the mapping did not say.

    Parameters
    ----------
    column : Column
    mapping : Mapping
    count : int64 array, one per distinct value
        Rows that have it.
    notices : list of str
        Where it is told.

    Returns
    -------
    int8 array, one per distinct value
        Positions in ``STATES``; ``NONE`` where nothing tells.
    """
    stated = [mapping.state_of(str(value)) for value in column.values]
    by_words = _by_words(column, mapping)
    meaning = np.array(
        [
            STATES.index(by_words[code]) if code in by_words else one
            for code, one in enumerate(stated)
        ],
        np.int8,
    )
    _tell_by_words(column, by_words, count, notices)
    _tell_unknown(column, meaning, count, notices)
    return meaning


def found_states(sheet: Sheet, mapping: Mapping) -> dict[State, tuple[str, ...]]:
    """Return the mapping's states, with those that were told by their words."""
    states = dict(mapping.states)
    column = sheet.columns.get("state")
    for code, meaning in _by_words(column, mapping).items() if column else ():
        states[meaning] = (*states.get(meaning, ()), str(column.values[code]))  # type: ignore[union-attr]
    return states


def _by_words(column: Column, mapping: Mapping) -> dict[int, State]:
    """Return the meaning of states that the mapping does not know, and whose words tell."""
    return {
        code: cast("State", meaning)
        for code, value in enumerate(column.values)
        if mapping.state_of(str(value)) == NONE and (meaning := state_meaning(str(value)))
    }


def _tell_by_words(
    column: Column, by_words: dict[int, State], count: NDArray[np.int64], notices: list[str]
) -> None:
    told = []
    for state, means in MEANS.items():
        codes = [code for code, meaning in by_words.items() if meaning == state and count[code]]
        if codes:
            told.append(f"{_named(column, codes, count)} {means}")
    if told:
        notices.append(
            "The mapping does not say what some states mean; by their words, tickets of "
            f"{'; of '.join(told)}. Name them under `states:` where that is wrong."
        )


def _tell_unknown(
    column: Column, meaning: Codes, count: NDArray[np.int64], notices: list[str]
) -> None:
    unknown = [
        code
        for code, value in enumerate(column.values)
        if meaning[code] == NONE and value != "" and count[code]
    ]
    if unknown:
        notices.append(
            "The mapping does not say what these states mean: "
            f"{_named(column, unknown, count, len(unknown))}. The state before is taken to go on; name them "
            f"under `states:` ({', '.join(STATES)})."
        )


def _named(
    column: Column, codes: list[int], count: NDArray[np.int64], most: int = MOST_NAMED
) -> str:
    """Name states with their rows, the most frequent first."""
    ordered = sorted(codes, key=lambda code: (-int(count[code]), str(column.values[code])))
    named = [f"{str(column.values[c])!r} ({many(int(count[c]), 'row')})" for c in ordered[:most]]
    more = [f"{len(ordered) - most} more"] if len(ordered) > most else []
    return ", ".join([*named, *more])
