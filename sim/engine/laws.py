"""How a broken law is told."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.errors import ConservationError
from sim.workload.journeys import Flags


def hold(what: str, law: str, broken: Flags, numbers: NDArray[Any] | None = None) -> None:
    """Raise when a law is broken anywhere; rows are numbered by ``numbers``."""
    if broken.any():
        row = int(np.argmax(broken))
        number = row if numbers is None else int(numbers[row])
        raise ConservationError(
            f"{what} {number}: {law} ({np.count_nonzero(broken)} such in this run)."
            " This is a bug in TierSim, not in the scenario; please report it."
        )
