"""Write fitted waits as a scenario file holds them, and say where they come from."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from sim.calibrate.laws import LAWS, Waits
from sim.calibrate.parameters import Ledger, Origin
from sim.units import HOUR

LARGEST_CV: Final = 5.0
LONG_H: Final = 100.0
"""From so many hours on a duration is written in hours, below in minutes."""


def as_written(waits: Waits) -> dict[str, Any]:
    """Write waits as a file does."""
    fitted = waits.fitted
    law = law_as_written(fitted.hours, fitted.cv, waits.law, waits.shape)
    return {"share": round(fitted.share, 4)} | law


def law_as_written(
    hours: float, cv: float, law: str, shape: tuple[float, ...] = ()
) -> dict[str, Any]:
    """Write how long waits are as a file does.

    Examples
    --------
    >>> law_as_written(7.25, 1.5, "gamma")
    {'answers_in': '435 min', 'answers_cv': 1.5, 'answers_law': 'gamma'}
    >>> law_as_written(161.3, 1.5, "as seen", (1, 2, 9))
    {'answers_in': '161 h', 'answers_shape': [1, 2, 9]}
    """
    mean = f"{hours:.0f} h" if hours >= LONG_H else f"{max(60 * hours, 1):.0f} min"
    found: dict[str, Any] = {"answers_in": mean}
    if shape:
        return found | {"answers_shape": list(shape)}
    found["answers_cv"] = round(min(cv, LARGEST_CV), 3)
    if law == "exponential":
        # Its variation is 1: the gamma distribution is then the exponential.
        law = "gamma"
    return found if law == LAWS[0] else found | {"answers_law": law}


def say_waits(
    path: str, waits: Waits, what: str, ledger: Ledger, origin: Origin = "fitted"
) -> None:
    """Write the share and the mean of waits into the ledger.

    Parameters
    ----------
    path : str
        Of what holds them: ``"tiers.L1.vendor"``.
    waits : Waits
    what : str
        What they were fitted to.
    ledger : Ledger
    origin : {"fitted", "measured"}
    """
    one = waits.fitted
    why = f"{what}; {waits.law}"
    if waits.law in waits.gain and waits.law != LAWS[0]:
        why += f" foretells held-out tickets {waits.gain[waits.law]:.3f} better than lognormal"
    elif waits.law == LAWS[0] and origin == "fitted":
        why += f", misfit {100 * np.expm1(one.misfit):.0f} %"
    ledger.say(f"{path}.share", one.share, origin, why, *one.share_interval)
    low, high = (end * HOUR for end in one.hours_interval)
    ledger.say(f"{path}.answers_in", one.hours * HOUR, origin, why, low, high)
