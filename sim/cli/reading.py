"""Scenario files that commands are given."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sim.errors import Fault, ScenarioError

if TYPE_CHECKING:
    from sim.scenario.model import Scenario


def load_served(path: Path) -> Scenario:
    """Read a scenario that is to be simulated as it stands.

    Raises
    ------
    ScenarioError
        If it cannot be used, or has a queue that nobody serves, as ``tiersim check`` says: its
        tickets would wait for ever, and figures of the rest would look like those of a desk.
    """
    from sim.scenario.file import load  # noqa: PLC0415 - what computes is imported when needed

    scenario = load(path)
    faults = unserved(path, scenario)
    if faults:
        raise ScenarioError(faults)
    return scenario


def unserved(path: Path, scenario: Scenario) -> list[Fault]:
    """List the queues of a scenario that nobody serves."""
    from sim.study.implied import implied  # noqa: PLC0415

    return [Fault(what, key, str(path)) for key, what in implied(scenario).errors]
