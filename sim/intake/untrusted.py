"""Exports that come from anywhere are read apart: for the page, and for commands.

``sim.intake.read`` reads here and now, as a notebook wants it of a file that it knows.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeVar

from sim import reading
from sim.apart import apart
from sim.limits import export_memory, export_seconds

_PACKED: Final = (b"\x1f\x8b", b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"PAR1")
_Result = TypeVar("_Result")


def read_apart(
    function: Callable[..., _Result], path: str | os.PathLike[str], *arguments: Any, **named: Any
) -> _Result:
    """Call what reads an export in a process of its own, bounded by the size of the file.

    Parameters
    ----------
    function : callable
        As ``read_export`` and ``guess_mapping``: its first argument is the path.
    path : path
        What is no ordinary file is refused here and now, by the function itself.

    Raises
    ------
    ExportError
        If the file cannot be read, or takes more memory or time than one of its size needs.
    """
    file = Path(path)
    reading.note(file)
    try:
        if not file.is_file():
            return function(path, *arguments, **named)
        count = file.stat().st_size
        with file.open("rb") as stream:
            packed = stream.read(4).startswith(_PACKED)
    except OSError:
        return function(path, *arguments, **named)
    return apart(
        file.name,
        function,
        path,
        *arguments,
        memory=export_memory(count, packed=packed),
        seconds=export_seconds(count, packed=packed),
        **named,
    )
