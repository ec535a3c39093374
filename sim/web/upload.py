"""Files that a user brings: a scenario, or a ticket export that a desk is fitted to."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import replace
from pathlib import Path, PurePath
from typing import Final

from sim.errors import Fault, ScenarioError
from sim.scenario.file import EXTENDS, SUFFIXES, load
from sim.scenario.gallery import gallery
from sim.scenario.model import Scenario
from sim.scenario.yaml_text import read_yaml

EXPORTS: Final = ("csv", "xlsx", "xes", "gz")
"""Endings of ticket exports."""
KINDS: Final = ("any", "servicenow", "jira", "zendesk")
"""How an export may be read: the presets of ``sim.calibrate``."""
_LONGEST_NAME: Final = 80
_SENT: Final = "sent file.yaml"
"""No file of the gallery is called so."""


def read_scenario(data: bytes, name: str) -> Scenario:
    """Read a scenario from a file that was sent.

    It may extend a scenario of the gallery, and nothing else of this machine.

    Parameters
    ----------
    data : bytes
    name : str
        What the user calls the file; it stands in the faults.

    Raises
    ------
    ScenarioError
        If it cannot be used; the faults say where.
    """
    shown = _shown(name)
    base = read_yaml(data, shown).tree.get(EXTENDS)
    known = {path.name: path for path in gallery().values()}
    if isinstance(base, str) and base not in known:
        what = f"{base!r} was found; a file that is sent may extend one of the gallery: "
        raise ScenarioError([Fault(what + ", ".join(known), EXTENDS, shown)])
    with tempfile.TemporaryDirectory(prefix="tiersim-") as folder:
        if base:
            for path in known.values():
                shutil.copy(path, folder)
        file = Path(folder, _SENT)
        file.write_bytes(data)
        try:
            return load(file)
        except ScenarioError as error:
            raise ScenarioError(_renamed(fault, folder, shown) for fault in error.faults) from None


def read_export(data: bytes, name: str, kind: str) -> tuple[Scenario, tuple[str, ...]]:
    """Fit a desk to a ticket export that was sent.

    Parameters
    ----------
    data : bytes
    name : str
    kind : str
        One of ``KINDS``.

    Returns
    -------
    scenario : Scenario
    notices : tuple of str
        What was noticed in reading and fitting.

    Raises
    ------
    ExportError
        If no desk can be made of it.
    """
    from sim import calibrate  # noqa: PLC0415 - only where an export is sent

    with tempfile.TemporaryDirectory(prefix="tiersim-") as folder:
        file = Path(folder, _shown(name))
        file.write_bytes(data)
        fitted = calibrate.calibrate(calibrate.read_export(file, kind))
    return fitted.scenario, fitted.notices


def is_scenario(name: str) -> bool:
    """Tell whether a file is called as scenarios are."""
    return name.lower().endswith(SUFFIXES)


def _shown(name: str) -> str:
    """Return a name that is no path."""
    last = PurePath(name.replace("\\", "/")).name
    return "".join(c for c in last if c.isprintable())[-_LONGEST_NAME:] or "file"


def _renamed(fault: Fault, folder: str, shown: str) -> Fault:
    """Call the file in a fault as its user does."""
    if not fault.file.startswith(folder):
        return fault
    file = Path(fault.file).name
    what = fault.what.replace(f"{folder}/", "")
    return replace(fault, what=what, file=shown if file == _SENT else file)
