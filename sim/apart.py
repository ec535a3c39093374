"""Something done in a process of its own, that may take so much memory and time and no more.

A file from anywhere may bring down whatever reads it: a library that asks for a terabyte is ended by
the system, and takes the page and all its readers with it. So it is read apart. What comes back is
the result, or the error that was raised there.
"""

from __future__ import annotations

import contextlib
import math
import pickle
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeVar

from sim.errors import ExportError, TierSimError
from sim.limits import size

_CODE: Final = "import sys; from sim.apart import _child; _child(*sys.argv[1:])"
_WALL: Final = 12
"""Seconds by the clock for each second of work: other things run on a machine, too."""
_OUT_OF_TIME: Final = (-24, -9)
"""How the system ends a process that took its time: SIGXCPU, or SIGKILL a second later."""
_Result = TypeVar("_Result")


def apart(
    what: str,
    function: Callable[..., _Result],
    *arguments: Any,
    memory: int,
    seconds: int,
    **named: Any,
) -> _Result:
    """Call a function in a process of its own.

    Parameters
    ----------
    what : str
        What is read, for messages.
    function : callable
        Of a module; it and its arguments are sent to the process, and what it returns comes back.
    memory : int
        Bytes that it may take beside the libraries. Linux holds it; where a system knows no such
        limit, time is limited alone.
    seconds : int
        Of work on a core.

    Raises
    ------
    ExportError
        If it takes more memory or time.
    TierSimError
        What the function raises.
    """
    with tempfile.TemporaryDirectory(prefix="tiersim-") as folder:
        asked, answer = Path(folder, "asked"), Path(folder, "answer")
        asked.write_bytes(pickle.dumps((function, arguments, named)))
        # Only what is installed is imported there, nothing of the folder that one happens to be in.
        process = subprocess.Popen(  # noqa: S603 - of this Python, with words of our own
            [sys.executable, "-P", "-c", _CODE, str(asked), str(answer), str(memory), str(seconds)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            code = process.wait(timeout=_WALL * seconds)
        except subprocess.TimeoutExpired:
            code = _OUT_OF_TIME[0]
        finally:
            process.kill()
            process.wait()
        if code in _OUT_OF_TIME:
            raise ExportError(
                f"{what} takes longer than {seconds} s to read, which is more than a file of its "
                "size needs: is it what it seems to be?"
            )
        if not answer.is_file():
            raise ExportError(
                f"{what} takes more than {size(memory)} of memory to read, or breaks what reads it: "
                "is it what it seems to be?"
            )
        good, found = pickle.loads(answer.read_bytes())  # noqa: S301 - our own process wrote it
    if good:
        result: _Result = found
        return result
    raise found


def _child(asked: str, answer: str, memory: str, seconds: str) -> None:
    """Do what is asked within limits; runs in the process."""
    function, arguments, named = pickle.loads(Path(asked).read_bytes())  # noqa: S301 - see above
    _limit(int(memory), int(seconds))
    try:
        found: tuple[bool, Any] = (True, function(*arguments, **named))
    except (TierSimError, Exception) as error:  # noqa: BLE001 - raised again where it was asked for
        if isinstance(error, MemoryError):
            sys.exit(1)
        found = (False, error)
    written = Path(f"{answer}.part")
    try:
        written.write_bytes(pickle.dumps(found))
    except (pickle.PicklingError, TypeError, AttributeError):
        written.write_bytes(pickle.dumps((False, RuntimeError(f"{found[1]!r:.500}"))))
    written.rename(answer)


def _limit(memory: int, seconds: int) -> None:
    try:
        import resource  # noqa: PLC0415 - not on every system
    except ImportError:
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    spent = math.ceil(used.ru_utime + used.ru_stime)
    for kind, most in (
        ("RLIMIT_DATA", memory),
        ("RLIMIT_CORE", 0),
        ("RLIMIT_CPU", seconds + spent),
    ):
        known = getattr(resource, kind, None)
        if known is None:
            continue
        hard = resource.getrlimit(known)[1]
        above = most + (kind == "RLIMIT_CPU")
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(known, (most, above if hard == -1 else min(above, hard)))
