"""Play a workload on a desk, by whichever engine, and check that no law of the desk was broken."""

from __future__ import annotations

import importlib
import importlib.util
import shlex
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sim.engine.conservation import check as check_conservation
from sim.engine.kernel_sources import fingerprint
from sim.engine.lying import as_played, as_seen
from sim.errors import TierSimError

if TYPE_CHECKING:
    from sim.engine.log import Log
    from sim.engine.simpy_line import Rule
    from sim.workload.desk import Desk
    from sim.workload.journeys import Workload

_MODULES = {"compiled": "sim.engine.compiled_engine", "simpy": "sim.engine.simpy_engine"}
"""The fastest first."""
_KERNEL = "sim.engine.kernel"

_KEPT_BYTES = 10 << 20
"""Twice as much holds all arrays of a desk-year; what a million tickets take at most is the same."""


@cache
def _keep_memory() -> None:
    """Let the process keep the memory of arrays, where it is given back after each otherwise.

    To be handed fresh pages costs a tenth of a replication. The C library of Linux keeps up to twice
    the largest block that it has ever been given back (mallopt(3): M_MMAP_THRESHOLD); on others this
    changes nothing.
    """
    np.empty(_KEPT_BYTES, np.uint8)


@cache
def available_engines() -> tuple[str, ...]:
    """Name the engines that can be used here, the fastest first.

    Examples
    --------
    >>> "simpy" in available_engines()
    True
    """
    return ("simpy",) if kernel_fault() else tuple(_MODULES)


@cache
def kernel_fault() -> str:
    """Say why the compiled engine cannot be used here, and what to do; nothing where it can.

    One that was built from other sources would at best not start: its columns and its rules may be
    others. It is known by the fingerprint that was compiled in, or because it cannot be imported.
    """
    if importlib.util.find_spec(_KERNEL) is None:
        return (
            "The compiled engine is not installed: no C compiler was found when TierSim was."
            f" Install one (gcc, clang or MSVC), then TierSim once more: {_build_again()}."
        )
    sources = fingerprint()
    try:
        built_from = getattr(importlib.import_module(_KERNEL), "BUILT_FROM", 0)
    except Exception:  # noqa: BLE001 - what an extension of another commit raises, nobody knows
        built_from = None
    if built_from is None or (sources and built_from != sources):
        return (
            "The compiled engine is stale: it was built from other sources than those that are here."
            f" Build it again: {_build_again()}."
        )
    return ""


def _build_again() -> str:
    """Return the command that builds the compiled engine, as it can be pasted."""
    root = Path(__file__).parents[2]
    if (root / "pyproject.toml").is_file():
        return f"pip install --editable {shlex.quote(str(root))}"
    return "pip install --force-reinstall --no-deps --no-cache-dir SDIST, of the version that runs"


def engine_for(name: str) -> str:
    """Return the engine that a name stands for here.

    Parameters
    ----------
    name : {"auto", "compiled", "simpy"}
        "auto" is the fastest that there is.

    Raises
    ------
    TierSimError
        If there is no such engine, or it is not installed, or stale.

    Examples
    --------
    >>> engine_for("simpy")
    'simpy'
    >>> engine_for("simply")
    Traceback (most recent call last):
    ...
    sim.errors.TierSimError: There is no engine 'simply'; the engines are auto, compiled and simpy.
    """
    if name == "auto":
        return available_engines()[0]
    if name not in _MODULES:
        raise TierSimError(
            f"There is no engine {name!r}; the engines are auto, compiled and simpy."
        )
    if name == "compiled" and kernel_fault():
        raise TierSimError(
            f"{kernel_fault()} Or use the engine 'simpy', which gives the same results, slower."
        )
    return name


def play(
    workload: Workload,
    desk: Desk,
    *,
    engine: str = "auto",
    check: bool = True,
    rule: Rule | None = None,
) -> Log:
    """Play a workload on a desk, from the start of the period to its end.

    Parameters
    ----------
    workload : Workload
    desk : Desk
    engine : {"auto", "compiled", "simpy"}
        All give equal logs. "auto" is the fastest that there is.
    check : bool
        Whether the log is checked against the laws of the desk.
    rule : callable, optional
        A rule of one's own for who is served, in the engine "simpy" alone: see ``Rule``.

    Returns
    -------
    Log

    Raises
    ------
    TierSimError
        If the engine is not there, or is to follow a rule in Python and cannot.
    ConservationError
        If the log breaks a law of the desk, which is a bug.
    """
    _keep_memory()
    if rule is not None and engine_for(engine) != "simpy":
        raise TierSimError(
            "The compiled engine follows no rule in Python: name the engine, engine='simpy'."
        )
    module = importlib.import_module(_MODULES[engine_for(engine)])
    played = as_played(workload)
    log: Log = module.run(played, desk) if rule is None else module.run(played, desk, rule)
    if check:
        check_conservation(played, desk, log)
    return as_seen(workload, played, log)
