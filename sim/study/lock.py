"""One writer to a folder.

The operating system holds the lock and lets go of it when the process ends, however it ends. So a
lock is never stale: a file left behind by a killed run is just a file. The process number in it is
for the message alone.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from sim.errors import OutputError, StudyError


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
            If the folder cannot be written.
        """
        try:
            # Not inherited by workers, which would keep the lock after this process is gone.
            file = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o644)
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise OutputError(f"{self.path.parent} cannot be written: {reason}") from None
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
        os.truncate(file, 0)
        os.write(file, f"{os.getpid()}\n".encode())
        self._file = file

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
