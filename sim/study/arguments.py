"""What people type in place of what is due, told in a sentence."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sim.errors import StudyError
from sim.scenario.model import Scenario
from sim.scenario.wording import shown


def a_scenario(given: Any) -> Scenario:
    """Return a scenario, or tell how to get one.

    Examples
    --------
    >>> a_scenario("desk.yaml")
    Traceback (most recent call last):
    ...
    sim.errors.StudyError: 'desk.yaml' is a text, not a scenario; read it first: sim.load('desk.yaml').
    """
    if isinstance(given, Scenario):
        return given
    if isinstance(given, str):
        hint = f"; read it first: sim.load({given!r})" if "." in given else ""
        hint = hint or f"; of the gallery it is sim.example({given!r})"
        raise StudyError(f"{shown(given)} is a text, not a scenario{hint}.")
    if isinstance(given, dict):
        raise StudyError("A mapping is no scenario; base.with_({…}) makes one of changes.")
    raise StudyError(
        f"{type(given).__name__} {shown(given)} is no scenario; sim.load, sim.example and sim.one_queue"
        " make one."
    )


def scenarios_of(given: Any) -> list[Scenario]:
    """Return one scenario or several as a list."""
    if isinstance(given, Iterable) and not isinstance(given, str | dict | Scenario):
        return [a_scenario(one) for one in given]
    return [a_scenario(given)]


def a_whole_number(given: Any, name: str) -> int:
    """Return a whole number from 0 on, or tell that it is none.

    Examples
    --------
    >>> a_whole_number(1.5, "seed")
    Traceback (most recent call last):
    ...
    sim.errors.StudyError: `seed` is 1.5; it is a whole number from 0 on, the same for the same result.
    """
    whole = not isinstance(given, bool) and hasattr(given, "__index__")
    if not whole or given.__index__() < 0:
        why = ", the same for the same result" if name == "seed" else ""
        raise StudyError(f"`{name}` is {shown(given)}; it is a whole number from 0 on{why}.")
    return int(given.__index__())
