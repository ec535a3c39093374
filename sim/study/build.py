"""Which TierSim computes: two machines give the same bits only where it is the same one.

A version number does not change with every change of the code. So machines that compute one study
compare what they would run: the code itself, by its checksum, numpy and Python. Which engine plays
does not matter (their logs are equal), nor does the system or the processor.
"""

from __future__ import annotations

import functools
import hashlib
import importlib.util
import platform
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from sim.errors import StudyError
from sim.study.manifest import version

COMPUTES = ("errors.py", "units.py", "scenario", "workload", "engine", "outcome", "study")
"""Rooms that a figure comes from."""


@functools.cache
def build() -> Mapping[str, str]:
    """Return what a figure hangs on, by name, of this process."""
    return {
        "TierSim": version(),
        "code of TierSim": _code()[:12],
        "numpy": np.__version__,
        "Python": ".".join(platform.python_version_tuple()[:2]),
    }


def check_build(asked: Mapping[str, str], found: Mapping[str, str], where: str) -> None:
    """Refuse a machine that would compute otherwise.

    Parameters
    ----------
    asked, found : mapping
        ``build()`` of the machine whose study it is, and of the one that is to compute.
    where : str
        What that one is, to the user: "worker tcp://…".

    Raises
    ------
    StudyError
        If something differs; it says what.
    """
    for name in dict.fromkeys([*asked, *found]):
        mine, theirs = asked.get(name, "none"), found.get(name, "none")
        if mine != theirs:
            raise StudyError(
                f"{where} has {name} {theirs}, this machine {mine}; figures of two versions are not "
                "mixed. Install the same on both"
            )


def _code() -> str:
    found = hashlib.sha256()
    known = importlib.util.find_spec("sim")
    assert known is not None
    assert known.submodule_search_locations is not None
    root = Path(next(iter(known.submodule_search_locations)))
    files = (path for kind in ("*.py", "*.pyx") for path in root.rglob(kind))
    for path in sorted(files, key=lambda one: one.relative_to(root).as_posix()):
        name = path.relative_to(root).as_posix()
        if name.startswith(COMPUTES):
            found.update(name.encode() + path.read_bytes().replace(b"\r\n", b"\n"))
    return found.hexdigest()
