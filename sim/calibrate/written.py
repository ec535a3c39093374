"""Write fitted waits as a scenario file holds them, and say where they come from."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from sim.calibrate.laws import LAWS, Waits
from sim.calibrate.parameters import Ledger
from sim.units import HOUR

LARGEST_CV: Final = 5.0


def as_written(waits: Waits) -> dict[str, Any]:
    """Write waits as a file does."""
    fitted = waits.fitted
    found: dict[str, Any] = {
        "share": round(fitted.share, 4),
        "answers_in": f"{max(round(fitted.hours * 60), 1)} min",
    }
    if waits.shape:
        return found | {"answers_shape": list(waits.shape)}
    found["answers_cv"] = round(min(fitted.cv, LARGEST_CV), 3)
    return found if waits.law == LAWS[0] else found | {"answers_law": waits.law}


def say_waits(path: str, waits: Waits, what: str, ledger: Ledger) -> None:
    """Write the share and the mean of waits into the ledger.

    Parameters
    ----------
    path : str
        Of what holds them: ``"tiers.L1.vendor"``.
    waits : Waits
    what : str
        What they were fitted to.
    ledger : Ledger
    """
    one = waits.fitted
    why = f"{what}; {waits.law}"
    if waits.law in waits.gain and waits.law != LAWS[0]:
        why += f" foretells held-out tickets {waits.gain[waits.law]:.3f} better than lognormal"
    elif waits.law == LAWS[0]:
        why += f", misfit {100 * np.expm1(one.misfit):.0f} %"
    ledger.say(f"{path}.share", one.share, "fitted", why, *one.share_interval)
    low, high = (end * HOUR for end in one.hours_interval)
    ledger.say(f"{path}.answers_in", one.hours * HOUR, "fitted", why, low, high)
