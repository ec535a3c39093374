"""Writing a file whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

from sim.errors import OutputError


def write_whole(path: str | os.PathLike[str], text: str) -> Path:
    """Write a text file, so that no half of it is ever seen.

    It is written beside its place under another name, and moved there in one step. Folders that
    are missing are made.

    Raises
    ------
    OutputError
        If it cannot be written.
    """
    target = Path(path)
    beside = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            beside.write_text(text, encoding="utf-8", newline="\n")
            beside.replace(target)
        finally:
            beside.unlink(missing_ok=True)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise OutputError(f"{target}: it cannot be written: {reason}") from None
    return target
