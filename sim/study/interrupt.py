"""Ctrl-C, so that it is never lost.

Python raises ``KeyboardInterrupt`` wherever the main thread happens to be. In a destructor or a
callback the exception is printed and dropped, and the run goes on as if nobody had pressed a key: in
a study, which closes an archive per replication, that does happen. So the signal is also remembered,
and looked at after every replication.
"""

from __future__ import annotations

import signal
import threading
from types import FrameType, TracebackType
from typing import Self


class Interrupts:
    """Remembers Ctrl-C while a study runs; only where Python's own handler is in place."""

    def __init__(self) -> None:
        self._pressed = False
        self._installed = False

    def __enter__(self) -> Self:
        in_main = threading.current_thread() is threading.main_thread()
        if in_main and signal.getsignal(signal.SIGINT) is signal.default_int_handler:
            signal.signal(signal.SIGINT, self._note)
            self._installed = True
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._installed:
            signal.signal(signal.SIGINT, signal.default_int_handler)

    def _note(self, number: int, frame: FrameType | None) -> None:
        self._pressed = True
        signal.default_int_handler(number, frame)

    def check(self) -> None:
        """Raise ``KeyboardInterrupt`` if Ctrl-C was pressed and got lost."""
        if self._pressed:
            raise KeyboardInterrupt
