"""Reading files that people name: ordinary ones alone, and what was read is remembered.

A pipe or a device may never end, so that neither is opened. What a command has read is never
written over by it (``sim.writing`` asks here), however it is spelt: the file system says which
file it is, not its name.
"""

from __future__ import annotations

import os
import shlex
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Final

Identity = tuple[int, int]
"""Device and number: links to one file, of either kind, have the same."""
_READ: ContextVar[dict[Identity, Path] | None] = ContextVar("files read", default=None)
NO_FOLLOW: Final = getattr(os, "O_NOFOLLOW", 0)
NO_WAIT: Final = getattr(os, "O_NONBLOCK", 0)


class NotOrdinaryError(OSError):
    """It is a folder, a pipe or a device; ``strerror`` says which."""

    def __init__(self, path: str | os.PathLike[str], mode: int) -> None:
        is_folder = stat.S_ISDIR(mode)
        what = "it is a folder" if is_folder else "it is no ordinary file, but a pipe or a device"
        super().__init__(0, what, os.fspath(path))


@contextmanager
def remembering() -> Iterator[None]:
    """Remember, while a command runs, which files it reads."""
    token = _READ.set({})
    try:
        yield
    finally:
        _READ.reset(token)


def note(path: str | os.PathLike[str]) -> None:
    """Remember a file as one that is read; nothing where there is none."""
    known = _READ.get()
    found = identity(path)
    if known is not None and found is not None:
        known.setdefault(found, Path(path))


def was_read(path: str | os.PathLike[str]) -> bool:
    """Tell whether the command that runs has read this file, under whatever name."""
    return identity(path) in (_READ.get() or ())


def identity(path: str | os.PathLike[str]) -> Identity | None:
    """Return which file a path leads to; None where to none."""
    try:
        found = os.stat(path)  # noqa: PTH116 - bytes and text alike
    except (OSError, ValueError):
        return None
    return found.st_dev, found.st_ino


def pasted(path: str | os.PathLike[str]) -> str:
    r"""Write a path for a command that is shown, so that a shell takes it as it stands.

    Examples
    --------
    >>> print(pasted("results/my desk"), pasted("-x.yaml"), pasted("a\nb"))
    'results/my desk' ./-x.yaml $'a\x0ab'
    """
    text = os.fspath(path)
    text = f"./{text}" if text.startswith("-") else text
    if text.isprintable():
        return shlex.quote(text)
    # What a terminal must not be sent, and bytes that are no text, are written as escapes.
    return "$'" + "".join(map(_escaped, text)) + "'"


def _escaped(letter: str) -> str:
    if letter in "'\\":
        return f"\\{letter}"
    if letter.isprintable():
        return letter
    byte = os.fsencode(letter)
    return f"\\x{byte[0]:02x}" if len(byte) == 1 else f"\\U{ord(letter):08x}"


def read(path: str | os.PathLike[str], most: int = -1, *, own: bool = False) -> bytes:
    """Read an ordinary file, and remember that it was read.

    Parameters
    ----------
    path : path
    most : int
        Bytes; all if negative.
    own : bool
        It is a part of what the command writes itself, as a study that goes on, and no input.

    Raises
    ------
    OSError
        If it cannot be read; a ``NotOrdinaryError`` where it is a folder, a pipe or a device.
    ValueError
        If no file can have such a name.
    """
    # Opening a pipe would wait for its writer.
    handle = os.open(path, os.O_RDONLY | NO_WAIT | getattr(os, "O_BINARY", 0))
    mode = os.fstat(handle).st_mode
    if not stat.S_ISREG(mode):
        os.close(handle)
        raise NotOrdinaryError(path, mode)
    with open(handle, "rb") as file:  # noqa: PTH123 - what is open already
        if not own:
            note(path)
        return file.read(most)
