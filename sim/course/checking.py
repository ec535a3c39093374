"""``check``: the one judge of the course's exercises."""

from __future__ import annotations

import sys
from typing import Any

from sim.course.exercise import Exercise
from sim.course.first_half import FIRST_HALF
from sim.course.second_half import SECOND_HALF
from sim.errors import TierSimError
from sim.scenario.wording import did_you_mean

EXERCISES: dict[str, Exercise] = FIRST_HALF | SECOND_HALF
"""Every exercise of the course, by its number."""


def check(exercise: str, answer: Any, *found: Any) -> None:
    """Print whether an answer to an exercise of the course is right, or a hint.

    Numbers may be given as numbers or as text, shares as ``0.556`` or ``"55.6 %"``; case and spaces
    do not matter. What is right is worked out here, and written in no notebook.

    Parameters
    ----------
    exercise : str
        ``"5.3"``.
    answer : anything
        None for no answer yet.
    *found : anything
        What the notebook found, where the exercise is about that.

    Raises
    ------
    TierSimError
        If there is no such exercise.

    Examples
    --------
    >>> check("5.1", None)
    5.1: put your answer in, and run this cell again.
    >>> check("5.1", "1,25")
    5.1: right.
    >>> check("5.1", 1.2)
    5.1: not yet. 1 + 0.2 + 0.04 + … is a geometric series.
    """
    known = EXERCISES.get(str(exercise))
    if known is None:
        hint = did_you_mean(str(exercise), EXERCISES)
        raise TierSimError(
            f"There is no exercise {exercise!r}{hint}; they are {', '.join(EXERCISES)}."
        )
    if answer is None:
        said = "put your answer in, and run this cell again."
    else:
        said = known.verdict(answer, *found)
    sys.stdout.write(f"{exercise}: {said}\n")
