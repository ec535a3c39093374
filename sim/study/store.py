"""A study on disk: every finished replication is kept as it comes, and nothing is mixed up.

::

    folder/
      manifest.json                  what was run
      lock                           held by the run that writes here, with its process number
      .tiersim-written               what TierSim wrote here (see ``sim.writing``)
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
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np

from sim import writing
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
_NAME = re.compile(rf"(\d{{6,9}})-(\d{{1,6}})\.([0-9a-f]{{{CHECKSUM_DIGITS}}})\.npz")
STUDY = "a study"
"""What the files of a study are, to the record of what was written."""
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
        with self._telling():
            writing.make_folder(self.folder.resolve())
        self._lock.take()
        try:
            with self._telling():
                writing.make_folder(self.folder / FOLDER)
            for folder in (self.folder, self.folder / FOLDER):
                writing.clear_parts(folder)
        except OutputError:
            self._lock.release()
            raise
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
        return (self.folder / MANIFEST).exists()

    def read_manifest(self) -> Manifest:
        """Read what was run.

        Raises
        ------
        StudyError
            If the folder holds no study.
        """
        path = self.folder / MANIFEST
        try:
            text = read_bounded(path, MANIFEST_BYTES).decode()
        except (FileNotFoundError, NotADirectoryError):
            raise StudyError(f"{self.folder} holds no study: there is no {MANIFEST}") from None
        except (OSError, ValueError) as error:
            raise StudyError(f"{path} cannot be read: {writing.reason(error)}") from None
        try:
            return Manifest.from_json(text)
        except StudyError as error:
            raise StudyError(f"{path}: {error}") from None

    def write_manifest(self, manifest: Manifest) -> None:
        """Write what is run, whole or not at all."""
        with self._telling():
            writing.write(self.folder / MANIFEST, manifest.to_json(), STUDY)

    def write(self, task: Task, replication: Replication) -> None:
        """Keep a finished replication."""
        content = pack(replication)
        name = f"{task.number:06}-{task.scenario}.{_checksum(content)}.npz"
        with self._telling():
            writing.keep(self.folder / FOLDER / name, content)

    @contextmanager
    def _telling(self) -> Iterator[None]:
        """Say what is kept when the folder cannot be written, or is not there any more."""
        try:
            self._check_in_place()
            yield
        except writing.DiskError as error:
            self._check_in_place()
            raise OutputError(
                f"{error}. What was finished before is kept; make room or choose another folder, "
                "and resume"
            ) from None

    def _check_in_place(self) -> None:
        if self._lock.lost():
            raise OutputError(
                f"{self.folder} is not where it was: it was removed, moved or replaced while the "
                "study ran, with all that was kept in it"
            )

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
    writing.keep(stem.with_name(f"{stem.name}.{_checksum(content)}.npz"), content)


def read_file(path: Path, checksum: str) -> Replication | None:
    """Read a replication; None when it is damaged, as ``damage`` says."""
    try:
        content = read_bounded(path, KEPT_BYTES)
        return unpack(content) if _checksum(content) == checksum else None
    except (OSError, StudyError):
        return None


def damage(path: Path) -> str:
    """Say what is wrong with a file that ``read_file`` cannot use."""
    try:
        content = read_bounded(path, KEPT_BYTES)
    except OSError as error:
        return f"it cannot be read: {writing.reason(error)}"
    if not content:
        return "it is empty, and does not match its checksum"
    try:
        unpack(content)
    except StudyError:
        return (
            f"its content ({len(content):,} bytes) does not match its checksum, and is no whole "
            "replication: it was cut off or overwritten"
        )
    return "its content does not match its checksum: it was changed"


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
    np.savez(buffer, **arrays)
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
