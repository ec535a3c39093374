"""The one rule for every file that is written, and the one place that writes.

TierSim writes only where nothing is, or over what it wrote itself and nobody changed since. To know
that, each folder has a record, ``.tiersim-written``: one line of JSON for each file written there,
with its name, what it is, and its checksum. A file is TierSim's to replace while its checksum stands
in the record under its name, as the same thing: a chart is not written over a study. Everything else
is refused, with what to do; ``--force`` replaces it all the same. Three things not even that does:
what the command reads is never written, nor are links followed, nor anything but ordinary files
replaced.

A file is written beside its place and moved there in one step, so that it is there whole or not at
all. The record comes first: killed between the two, the file is the one before, which the record
knows as well.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import stat
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sim import reading
from sim.errors import OutputError

RECORD: Final = ".tiersim-written"
BESIDE: Final = ".tiersim-"
"""What the names of files begin with that are still being written; they end in ``PART``."""
PART: Final = ".part"
DAMAGED: Final = ".damaged"
_NAME_KEPT: Final = 60
"""Letters of a file's name that stand in the name under which it is being written."""
_SHOWN: Final = 6
_CHUNK: Final = 1 << 20
"""Bytes."""
Content = bytes | str | Callable[[Path], None]
"""What a file holds, or what writes it to the path that it is given."""
_FORCED: ContextVar[bool] = ContextVar("replace what is others'", default=False)


@contextmanager
def command() -> Iterator[None]:
    """Run a command: what it reads it does not write, and ``force`` holds until its end."""
    token = _FORCED.set(False)
    try:
        with reading.remembering():
            yield
    finally:
        _FORCED.reset(token)


def force() -> None:
    """Let the command that runs replace files that are not TierSim's to replace."""
    _FORCED.set(True)


@dataclass(frozen=True)
class _Obstacle:
    """Why a file is not simply written.

    Attributes
    ----------
    why : str
        A sentence that begins with the path.
    yields : bool
        Whether ``--force`` helps.
    """

    path: Path
    why: str
    yields: bool


def write(path: str | os.PathLike[str], content: Content, what: str) -> Path:
    """Write a file, by the rule.

    Parameters
    ----------
    path : path
        Folders that are missing are made.
    content : str, bytes or callable
        A callable is given a path to write to.
    what : str
        What it is, as "a report": only the same is written over.

    Raises
    ------
    OutputError
        If the rule or the operating system refuses; then nothing has changed.
    """
    target = Path(path)
    _refuse(_obstacles([(target, what)]))
    with _refusing(target.parent):
        target.parent.mkdir(parents=True, exist_ok=True)
    with _refusing(target), _beside(target) as part:
        if callable(content):
            content(part)
        else:
            # A file name may hold what is no character.
            text = content.encode("utf-8", "replace") if isinstance(content, str) else content
            part.write_bytes(text)
        _note_written(target, what, _checksum(part))
        part.replace(target)
    return target


def keep(path: Path, content: bytes) -> Path:
    """Write a file whose name holds the checksum of its content, and which needs no record.

    What stands there under the name is either the same, or damaged, and is then moved aside.
    """
    _refuse(_obstacles([(path, "")], named_by_content=True))
    with _refusing(path):
        if path.exists():
            if path.read_bytes() == content:
                return path
            move_aside(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        with _beside(path) as part:
            part.write_bytes(content)
            part.replace(path)
    return path


def move_aside(path: Path) -> Path:
    """Give a damaged file another name, so that nothing is lost and its place is free.

    Raises
    ------
    OutputError
        If that cannot be.
    """
    for number in range(1, 100):
        aside = path.with_name(f"{path.name}{DAMAGED}{'' if number == 1 else number}")
        if not os.path.lexists(aside):
            with _refusing(path):
                return path.rename(aside)
    raise OutputError(f"{path} is damaged, and so were many before: remove those in its folder")


def check(places: Iterable[tuple[Path, str]]) -> list[Path]:
    """Refuse, before any work, what could not be written after it.

    Parameters
    ----------
    places : iterable of (Path, str)
        Every file that will be written, and what it is, as for ``write``.

    Returns
    -------
    list of Path
        Files of others that will be replaced, by ``--force``.

    Raises
    ------
    OutputError
        If one of them cannot be written, or two are the same.
    """
    found = list(places)
    names = [os.path.realpath(path.parent) + os.sep + path.name for path, _ in found]
    for place, name in enumerate(names):
        if name in names[:place]:
            raise OutputError(f"{found[place][0]} is named twice: each file needs its own name")
    obstacles = _obstacles(found)
    _refuse(obstacles)
    for path, _ in found:
        _try(path)
    return [one.path for one in obstacles]


def stands(path: Path, what: str) -> bool:
    """Tell whether something stands there that is not TierSim's to replace."""
    return _obstacle(path, what, named_by_content=False) is not None


def remove(path: Path, what: str) -> bool:
    """Remove what an earlier run wrote there, if it is unchanged; tells whether it did."""
    if not path.is_file() or path.is_symlink() or _standing(path, what) != _OURS:
        return False
    with _refusing(path):
        path.unlink()
    return True


def remove_others(folder: Path, what: str, kept: Iterable[Path] = ()) -> list[Path]:
    """Remove what an earlier run wrote into a folder as the same thing, but for what is new."""
    new = {path.name for path in kept}
    return [
        folder / name
        for name, known in _record(folder).items()
        if name not in new
        and any(thing == what for thing, _ in known)
        and remove(folder / name, what)
    ]


def changed(folder: Path, what: str) -> list[Path]:
    """List the files of a folder that somebody has changed since they were written."""
    return [
        folder / name
        for name, known in sorted(_record(folder).items())
        if any(thing == what for thing, _ in known)
        and (folder / name).is_file()
        and _standing(folder / name, what) != _OURS
    ]


def make_folder(folder: Path) -> None:
    """Make a folder of ours, or find it; a link there is not followed.

    Raises
    ------
    OutputError
        If it cannot be.
    """
    if folder.is_symlink():
        raise OutputError(f"{folder} is a link, and links are not written through; remove it")
    with _refusing(folder):
        folder.mkdir(parents=True, exist_ok=True)


def clear_parts(folder: Path) -> None:
    """Remove what a run that was killed left half written; the folder's lock is held."""
    for part in folder.glob(f"{BESIDE}*{PART}"):
        if part.is_file() and not part.is_symlink():
            with _refusing(part):
                part.unlink(missing_ok=True)


def scratch() -> tempfile.TemporaryDirectory[str]:
    """Give a folder that is gone afterwards."""
    return tempfile.TemporaryDirectory(prefix="tiersim-")


def check_folder(folder: Path) -> None:
    """Refuse a folder in which no file can be made, before any work."""
    try:
        _try(folder / "any")
    except DiskError as error:
        raise DiskError(str(error).replace(str(folder / "any"), str(folder))) from None


def reason(error: OSError | ValueError) -> str:
    """Say in a few words why the operating system refuses."""
    system = getattr(error, "strerror", None)
    return system.lower() if system else str(error)


_OURS, _CHANGED, _OTHER, _THEIRS = "ours", "changed", "other", "theirs"


def _standing(path: Path, what: str) -> str:
    """Tell whose a file is: ours and unchanged, ours and changed, another thing of ours, theirs."""
    known = _record(path.parent).get(path.name)
    if not known:
        return _THEIRS
    checksum = _checksum(path)
    if (what, checksum) in known:
        return _OURS
    return _OTHER if any(one == checksum for _, one in known) else _CHANGED


def _obstacles(
    places: Iterable[tuple[Path, str]], *, named_by_content: bool = False
) -> list[_Obstacle]:
    return [
        one for path, what in places if (one := _obstacle(path, what, named_by_content)) is not None
    ]


def _obstacle(path: Path, what: str, named_by_content: bool) -> _Obstacle | None:  # noqa: FBT001
    if path.name.startswith(BESIDE):
        why = f"{path}: names that begin with {BESIDE} are those of TierSim's own records"
        return _Obstacle(path, why, yields=False)
    try:
        mode = path.lstat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError) as error:
        return _Obstacle(path, f"{path} cannot be written: {reason(error)}", yields=False)
    if reading.was_read(path):
        return _Obstacle(
            path, f"{path} is read by this command, and is never written by it", yields=False
        )
    if stat.S_ISLNK(mode):
        return _Obstacle(path, f"{path} is a link, and links are not written through", yields=False)
    if not stat.S_ISREG(mode):
        what_is = "a folder" if stat.S_ISDIR(mode) else "no ordinary file"
        return _Obstacle(path, f"{path} is {what_is}, and cannot be written over", yields=False)
    if named_by_content:
        return None
    try:
        whose = _standing(path, what)
    except OSError as error:
        return _Obstacle(path, f"{path} cannot be read: {reason(error)}", yields=False)
    said = {
        _CHANGED: "was changed since TierSim wrote it",
        _OTHER: f"was written by TierSim as something else than {what}",
        _THEIRS: "exists already, and was not written by TierSim",
    }
    return None if whose == _OURS else _Obstacle(path, f"{path} {said[whose]}", yields=True)


def _refuse(obstacles: Iterable[_Obstacle]) -> None:
    """Raise what stands in the way; what ``--force`` would replace is named, all of it."""
    found = list(obstacles)
    for one in found:
        if not one.yields:
            raise OutputError(f"{one.why}; choose another name")
    if not found or _FORCED.get():
        return
    listed = ", ".join(one.why for one in found[:_SHOWN])
    more = f" and {len(found) - _SHOWN} more files" if len(found) > _SHOWN else ""
    is_left, it = (
        ("it is left as it is", "it") if len(found) == 1 else ("they are left as they are", "them")
    )
    raise OutputError(
        f"{listed}{more}: {is_left}. Choose another name or folder, move {it} away, or give --force "
        f"to replace {it}"
    )


def _try(path: Path) -> None:
    """Make sure that a file can be made there; folders that are made for that are taken away."""
    with _refusing(path.parent):
        made = [folder for folder in (path.parent, *path.parent.parents) if not folder.exists()]
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with _refusing(path), _beside(path), suppress(FileNotFoundError):
                path.lstat()  # a name that is too long is told only where its folder is
            if path.parent not in made:
                _open_record(path.parent, make=False)
        finally:
            for folder in made:
                with suppress(OSError):
                    folder.rmdir()


class DiskError(OutputError):
    """The operating system refuses."""


@contextmanager
def _refusing(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise DiskError(f"{path} cannot be written: {reason(error)}") from None


@contextmanager
def _beside(target: Path) -> Iterator[Path]:
    """Give a new file beside a place; it is gone afterwards, unless it was moved there."""
    tail = os.fsencode(target.name)[-_NAME_KEPT:].decode("ascii", "ignore")
    part = target.with_name(f"{BESIDE}{secrets.token_hex(8)}-{tail}{PART}")
    os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | reading.NO_FOLLOW, 0o666))
    try:
        yield part
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def _checksum(path: Path) -> str:
    """Return a checksum to which ends of lines are all one: an editor may save them otherwise."""
    found, left = hashlib.sha256(), b""
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            chunk = left + chunk
            left = b"\r" if chunk.endswith(b"\r") else b""
            found.update(chunk.removesuffix(b"\r").replace(b"\r\n", b"\n"))
    found.update(left)
    return found.hexdigest()


def _record(folder: Path) -> Mapping[str, set[tuple[str, str]]]:
    """Read what was written into a folder: by name, as what and with which checksum."""
    found: dict[str, set[tuple[str, str]]] = {}
    try:
        handle = os.open(folder / RECORD, os.O_RDONLY | reading.NO_FOLLOW | reading.NO_WAIT)
    except (OSError, ValueError):
        return found
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        return found
    with open(handle, "rb") as file:  # noqa: PTH123 - what is open already
        lines = file.read().splitlines()
    for line in lines:
        # Lines that nobody can read say nothing: what they were about counts as others'.
        with suppress(ValueError, TypeError, KeyError, RecursionError):
            entry = json.loads(line)
            found.setdefault(str(entry["name"]), set()).add((entry["what"], entry["checksum"]))
    return found


def _note_written(target: Path, what: str, checksum: str) -> None:
    if (what, checksum) in _record(target.parent).get(target.name, ()):
        return
    line = json.dumps({"name": target.name, "what": what, "checksum": checksum}) + "\n"
    handle = _open_record(target.parent, make=True)
    with open(handle, "ab", buffering=0) as file:  # noqa: PTH123 - what is open already
        # One call: two runs that write into one folder do not mix their lines.
        file.write(line.encode())


def _open_record(folder: Path, *, make: bool) -> int:
    """Open the record to add to it; -1 where there is none and none is to be made."""
    path = folder / RECORD
    flags = os.O_WRONLY | os.O_APPEND | reading.NO_FOLLOW | reading.NO_WAIT
    try:
        handle = os.open(path, flags | (os.O_CREAT if make else 0), 0o666)
    except FileNotFoundError:
        return -1
    except OSError as error:
        raise DiskError(f"{path} cannot be written: {reason(error)}") from None
    kind = os.fstat(handle)
    if not stat.S_ISREG(kind.st_mode) or kind.st_nlink != 1:
        os.close(handle)
        raise OutputError(f"{path} is a link or no ordinary file, and is not written; remove it")
    if not make:
        os.close(handle)
        return -1
    return handle


__all__ = [
    "RECORD",
    "DiskError",
    "changed",
    "check",
    "check_folder",
    "clear_parts",
    "command",
    "force",
    "keep",
    "make_folder",
    "move_aside",
    "reason",
    "remove",
    "remove_others",
    "scratch",
    "stands",
    "write",
]
