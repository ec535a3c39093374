"""Being asked to stop: a service manager's or a closed terminal's signal ends a command as Ctrl-C does.

Left to themselves these signals end the process on the spot: workers are orphaned, what they shared is
reported as leaked, and nobody says what was kept.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_ASKED = [signal.SIGTERM, *([signal.SIGHUP] if hasattr(signal, "SIGHUP") else [])]


@contextmanager
def stopping() -> Iterator[None]:
    """Take signals that ask a command to stop for Ctrl-C, until it ends."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    # What somebody has set on purpose, as `nohup` does, stays.
    ours = [one for one in _ASKED if signal.getsignal(one) is signal.SIG_DFL]
    for one in ours:
        signal.signal(one, _as_ctrl_c)
    try:
        yield
    finally:
        for one in ours:
            signal.signal(one, signal.SIG_DFL)


def _as_ctrl_c(number: int, frame: FrameType | None) -> None:
    del number
    # A study may have put a handler of its own there, which remembers (sim.study.interrupt).
    handler = signal.getsignal(signal.SIGINT)
    if callable(handler):
        handler(signal.SIGINT, frame)
    raise KeyboardInterrupt
