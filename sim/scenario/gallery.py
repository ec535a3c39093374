"""The gallery: the scenarios that travel with TierSim, one idea each."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

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
    return Path(str(resources.files("sim.gallery")))


def gallery() -> dict[str, Path]:
    """Return the gallery's files by name, the base first.

    Examples
    --------
    >>> next(iter(gallery()))
    'in-house-desk'
    """
    files = {path.stem: path for path in sorted(folder().glob("*.yaml"))}
    return {BASE: files.pop(BASE), **files}
