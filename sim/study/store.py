"""A study on disk: every finished replication is kept as it comes, and nothing is mixed up.

::

    folder/
      manifest.json                  what was run
      lock                           held by the run that writes here, with its process number
      replications/
        000012-1.3f2a9c0d5e….npz     replication 12 of scenario 1; the end of the name is its checksum

A replication is written beside its place and then renamed, so that a file is there whole or not at
all; its name holds the checksum of its content. Killing a run at any moment loses the replications
under way and nothing else. After a power failure a file may be torn: its checksum says so, and it is
computed again. Figures are kept as float64 bits, in numpy's own format without pickle: reading a
folder runs no code.
"""

from __future__ import annotations

import hashlib
import io
import os
import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np

from sim.errors import OutputError, StudyError
from sim.limits import KEPT_BYTES, MANIFEST_BYTES
from sim.study.lock import FolderLock
from sim.study.manifest import Manifest
from sim.study.npz import read_bounded, unfold
from sim.study.replication import Replication, Task

MANIFEST = "manifest.json"
FOLDER = "replications"
LOCK = "lock"
CHECKSUM_DIGITS = 32
_NAME = re.compile(rf"(\d+)-(\d+)\.([0-9a-f]{{{CHECKSUM_DIGITS}}})\.npz")
_BESIDE = ".part"
_UNREADABLE = (
    *(KeyError, ValueError, TypeError, OSError, EOFError, MemoryError),
    *(zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError),
)
"""How bytes that are no replication fail to be read: the last three from inside an archive."""


class Store:
    """A study's folder. Writing needs the lock, which ``with`` takes; reading does not.

    Parameters
    ----------
    folder : path
    """

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)
        self._lock = FolderLock(self.folder / LOCK)

    def __enter__(self) -> Self:
        try:
            (self.folder / FOLDER).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise _cannot_write(self.folder, error) from None
        self._lock.take()
        for left_over in (self.folder / FOLDER).glob(f"*{_BESIDE}"):
            left_over.unlink(missing_ok=True)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._lock.release()

    def has_manifest(self) -> bool:
        """Tell whether a study was begun here."""
        return (self.folder / MANIFEST).is_file()

    def read_manifest(self) -> Manifest:
        """Read what was run.

        Raises
        ------
        StudyError
            If the folder holds no study.
        """
        try:
            return Manifest.from_json(read_bounded(self.folder / MANIFEST, MANIFEST_BYTES).decode())
        except (FileNotFoundError, NotADirectoryError):
            raise StudyError(f"{self.folder} holds no study: there is no {MANIFEST}") from None
        except (OSError, UnicodeDecodeError) as error:
            raise StudyError(f"{self.folder / MANIFEST} cannot be read: {error}") from None

    def write_manifest(self, manifest: Manifest) -> None:
        """Write what is run, whole or not at all."""
        _write(self.folder / MANIFEST, manifest.to_json().encode())

    def write(self, task: Task, replication: Replication) -> None:
        """Keep a finished replication."""
        content = pack(replication)
        name = f"{task.number:06}-{task.scenario}.{_checksum(content)}.npz"
        _write(self.folder / FOLDER / name, content)

    def files(self) -> Iterator[tuple[Task, str, Path]]:
        """List the replications kept: task, checksum and file, in order."""
        for path in sorted((self.folder / FOLDER).glob("*.npz")):
            match = _NAME.fullmatch(path.name)
            if match:
                yield Task(int(match[1]), int(match[2])), match[3], path

    def read(self) -> tuple[dict[Task, Replication], list[Path]]:
        """Read every replication kept.

        Returns
        -------
        dict
            Those that are whole.
        list of path
            Files whose content does not match the checksum in their name.
        """
        whole: dict[Task, Replication] = {}
        damaged = []
        for task, checksum, path in self.files():
            found = read_file(path, checksum)
            if found is None:
                damaged.append(path)
            elif task in whole and found.differences(whole[task]):
                raise StudyError(
                    f"{self.folder} holds two different replications {task.number} of scenario "
                    f"{task.scenario}: two studies are mixed up here"
                )
            else:
                whole[task] = found
        return whole, damaged


def write_kept(stem: Path, content: bytes) -> None:
    """Keep packed figures as ``stem.checksum.npz``, whole or not at all."""
    _write(stem.with_name(f"{stem.name}.{_checksum(content)}.npz"), content)


def read_file(path: Path, checksum: str) -> Replication | None:
    """Read a replication; None when its content does not match its checksum."""
    try:
        packed = read_bounded(path, KEPT_BYTES)
    except OSError as error:
        raise StudyError(f"{path} cannot be read: {error.strerror or error}") from None
    return unpack(packed) if _checksum(packed) == checksum else None


def pack(replication: Replication) -> bytes:
    """Write a replication as an npz archive, every number to the bit."""
    arrays: dict[str, Any] = {"tickets": np.array(replication.tickets)}
    for group in ("values", "counts"):
        figures = getattr(replication, group)
        arrays[f"{group}_names"] = np.array(list(figures), dtype=np.str_)
        arrays[group] = np.array(list(figures.values()), dtype=np.float64)
    arrays["curve_names"] = np.array(list(replication.curves), dtype=np.str_)
    for position, curve in enumerate(replication.curves.values()):
        arrays[f"curve_{position}"] = curve
    buffer = io.BytesIO()
    np.savez(buffer, allow_pickle=False, **arrays)
    return buffer.getvalue()


def unpack(packed: bytes) -> Replication:
    """Read what ``pack`` wrote."""
    try:
        arrays = unfold(packed)
        values, counts = (
            dict(zip(map(str, arrays[f"{g}_names"]), map(float, arrays[g]), strict=True))
            for g in ("values", "counts")
        )
        curves = {
            str(name): arrays[f"curve_{position}"]
            for position, name in enumerate(arrays["curve_names"])
        }
        return Replication(values, counts, curves, str(arrays["tickets"]))
    except _UNREADABLE as error:
        raise StudyError(f"a replication cannot be read: {error}") from None


def _checksum(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:CHECKSUM_DIGITS]


def _write(path: Path, content: bytes) -> None:
    beside = path.with_name(f"{path.name}.{os.getpid()}{_BESIDE}")
    try:
        beside.write_bytes(content)
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise _cannot_write(path.parent, error) from None


def _cannot_write(folder: Path, error: OSError) -> OutputError:
    reason = (error.strerror or str(error)).lower()
    return OutputError(
        f"{folder} cannot be written: {reason}. What was finished before is kept; "
        "make room or choose another folder, and resume"
    )
