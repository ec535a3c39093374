"""Work on its way to another process: bytes that the task itself opens.

Where a worker opens what it is sent in its own channel, something that it cannot load (a function of
a notebook, a module that is not installed there) breaks the worker, and the study waits for ever or
ends with a riddle. Opened inside the task it is an error like any other, and says what is missing.
"""

from __future__ import annotations

import importlib
import pickle
import platform
from collections.abc import Callable, Mapping
from typing import Any

from sim.errors import StudyError
from sim.study.build import build, check_build


def sendable(function: Callable[..., Any], *arguments: Any) -> bytes:
    """Write a call; what is defined in a notebook or a script travels whole."""
    try:
        writer = importlib.import_module("cloudpickle")
    except ModuleNotFoundError:
        # Before joblib 1.6 it was a part of joblib.
        writer = importlib.import_module("joblib.externals.cloudpickle")
    sent: bytes = writer.dumps((function, arguments))
    return sent


def call_elsewhere(asked: Mapping[str, str], sent: bytes) -> Any:
    """Make a call on another machine, if that computes as the one that sent it does.

    It is asked with every call: workers come and go while a study runs.

    Raises
    ------
    StudyError
        If it does not, or something cannot be loaded there.
    """
    check_build(asked, build(), f"the worker on {platform.node()}")
    return call(sent)


def call(sent: bytes) -> Any:
    """Make a call that ``sendable`` wrote, in a process of the same study.

    Raises
    ------
    StudyError
        If something in it cannot be loaded here.
    """
    try:
        # It comes from this study's own process, never from a disk.
        function, arguments = pickle.loads(sent)  # noqa: S301
    except (ImportError, AttributeError) as error:
        raise StudyError(
            f"a worker cannot load what it is sent ({error}); install it there too, or run with "
            "one job"
        ) from None
    return function(*arguments)
