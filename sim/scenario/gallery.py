"""The gallery: the scenarios that travel with TierSim, one idea each."""

from __future__ import annotations

from pathlib import Path

from sim.errors import Fault, ScenarioError
from sim.scenario.file import load
from sim.scenario.model import Scenario
from sim.scenario.wording import did_you_mean

BASE = "in-house-desk"
"""What most of the gallery extends, and what a new scenario starts from."""


def folder() -> Path:
    """Return where the gallery is: in the installed package, or beside it in a checkout.

    Examples
    --------
    >>> (folder() / "in-house-desk.yaml").is_file()
    True
    """
    checkout = Path(__file__).parents[2] / "scenarios"
    if (checkout / f"{BASE}.yaml").is_file():
        return checkout
    return Path(__file__).parents[1] / "gallery"


def gallery() -> dict[str, Path]:
    """Return the gallery's files by name, the base first.

    Examples
    --------
    >>> next(iter(gallery()))
    'in-house-desk'
    """
    files = {path.stem: path for path in sorted(folder().glob("*.yaml"))}
    return {BASE: files.pop(BASE), **files}


def example(name: str = BASE) -> Scenario:
    """Load a scenario of the gallery by its name.

    Parameters
    ----------
    name : str
        As the file is called, without its ending.

    Raises
    ------
    ScenarioError
        If the gallery has no such scenario.

    Examples
    --------
    >>> example("poor-notes").name
    'Poor notes'
    >>> example("pore-notes")
    Traceback (most recent call last):
    ...
    sim.errors.ScenarioError: the gallery has no 'pore-notes' (did you mean 'poor-notes'?)
    """
    files = gallery()
    if name not in files:
        what = f"the gallery has no {name!r}{did_you_mean(name, files)}"
        raise ScenarioError([Fault(what)])
    return load(files[name])
