"""One writer to a folder.

The operating system holds the lock and lets go of it when the process ends, however it ends. So a
lock is never stale: a file left behind by a killed run is just a file. The process number in it is
for the message alone.
"""

from __future__ import annotations

import os
import re
import stat
import sys
from pathlib import Path

from sim import reading, writing
from sim.errors import OutputError, StudyError

_OURS = re.compile(rb"\d{0,10}\n?")
"""What a lock file holds: the number of a process."""


class FolderLock:
    """A lock file.

    Parameters
    ----------
    path : path
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file: int | None = None

    def take(self) -> None:
        """Take the lock.

        Raises
        ------
        StudyError
            If another run holds it.
        OutputError
            If the folder cannot be written, or something else is called like the lock.
        """
        flags = os.O_RDWR | os.O_CREAT | reading.NO_FOLLOW | reading.NO_WAIT
        try:
            # Not inherited by workers, which would keep the lock after this process is gone.
            file = os.open(self.path, flags, 0o644)
        except OSError as error:
            if self.path.is_symlink():
                raise self._in_the_way() from None
            raise OutputError(
                f"{self.path.parent} cannot be written: {writing.reason(error)}"
            ) from None
        try:
            _lock(file)
        except OSError:
            holder = os.pread(file, 20, 0).decode(errors="replace").strip() if _CAN_READ else ""
            os.close(file)
            who = f" (process {holder})" if holder else ""
            raise StudyError(
                f"another run{who} is writing to {self.path.parent}; wait for it, or choose "
                "another folder"
            ) from None
        kind = os.fstat(file)
        ordinary = stat.S_ISREG(kind.st_mode) and kind.st_nlink <= 1
        if not ordinary or not _OURS.fullmatch(os.read(file, 20)):
            os.close(file)
            raise self._in_the_way()
        os.truncate(file, 0)
        os.lseek(file, 0, os.SEEK_SET)
        os.write(file, f"{os.getpid()}\n".encode())
        self._file = file

    def _in_the_way(self) -> OutputError:
        return OutputError(
            f"{self.path} is no lock of a study, and is left as it is: choose another folder, or "
            "move it away"
        )

    def lost(self) -> bool:
        """Tell whether the folder that was locked is no longer there, or is another one."""
        if self._file is None:
            return False
        held = os.fstat(self._file)
        return reading.identity(self.path) != (held.st_dev, held.st_ino)

    def release(self) -> None:
        """Let go of the lock; the file stays, so that nobody locks one that has been removed."""
        if self._file is not None:
            os.close(self._file)
            self._file = None


if sys.platform == "win32":
    import msvcrt

    _CAN_READ = False

    def _lock(file: int) -> None:
        msvcrt.locking(file, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    _CAN_READ = True

    def _lock(file: int) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
