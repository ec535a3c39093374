"""Fit how long users take to answer: in the hours in which answers come, by the tier that asked.

A user who is asked on Friday evening and answers on Monday morning did not take long: waits count in
the hours in which waits are seen to end (``sim.calibrate.hours``). Tiers whose waits differ beyond
chance have answers of their own (the k-sample test of Anderson and Darling, which sees tails;
Scholz & Stephens 1987).
"""

from __future__ import annotations

import warnings
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from sim.calibrate.families import law_of, lognormal_of
from sim.calibrate.hours import ALWAYS, named_hours, settle_hours
from sim.calibrate.parameters import Ledger, resampled
from sim.calibrate.paths import Levels
from sim.calibrate.spells import waits_for
from sim.calibrate.written import law_as_written
from sim.intake.export import USER, Export, midnight_ms
from sim.units import HOUR, MINUTE
from sim.workload.journeys import Times

Minutes = NDArray[np.float64]
Tree = dict[str, Any]
BY_CHANCE: Final = 0.01
"""Tiers that differ more than so few logs would by chance have answers of their own."""
FEWEST: Final = 30
"""Waits of a tier from which on it may have answers of its own."""
USUAL_MS: Final = 3 * HOUR


def settle_answers(tree: Tree, export: Export, levels: Levels, ledger: Ledger) -> None:
    """Settle in which hours users answer, and how long they take; put that into the file.

    Parameters
    ----------
    tree : dict
        The scenario as a file would hold it.
    export : Export
    levels : Levels
    ledger : Ledger
    """
    spells = waits_for(export, (USER,))
    if not len(spells):
        ledger.say("users.answers_in", USUAL_MS, "assumed", "no wait for users is seen")
        return
    hours = settle_hours(tree, export, "users", spells, ledger)
    minutes = elapsed_ms(tree, export, hours, spells.from_ms, spells.to_ms) / MINUTE
    when = "nights and weekends counted" if hours == ALWAYS else "in the hours of users"
    tree["users"] = {"hours": hours} | _settle("users", minutes, when, ledger)
    tier = levels.of_visit[spells.stay]
    own = {
        name: minutes[tier == number]
        for number, name in enumerate(tree["tiers"])
        if (tier == number).sum() >= FEWEST
    }
    if _differ(list(own.values())):
        for name, some in own.items():
            path = f"tiers.{name}.user_answers"
            tree["tiers"][name]["user_answers"] = _settle(path, some, when, ledger)


def elapsed_ms(tree: Tree, export: Export, hours: str, from_ms: Times, to_ms: Times) -> Times:
    """Return how much of stretches lies in named hours of the file.

    Parameters
    ----------
    tree : dict
        The scenario as a file would hold it.
    export : Export
        Its days are those of the hours, and a year after them.
    hours : str
        ``"always"``, or their name.
    from_ms, to_ms : int64 arrays
        Absolute.
    """
    zero = midnight_ms(export.days_opened()[0], export.zone)
    return named_hours(tree, export, hours).elapsed(from_ms - zero, to_ms - zero)


def _settle(path: str, minutes: Minutes, when: str, ledger: Ledger) -> Tree:
    """Choose the law of answers, say so, and return it as a file holds it."""
    law = law_of(minutes)
    told = f"{law.best}, {len(minutes)} waits, {when}"
    if law.best != "lognormal":
        told += f"; {law.gain[law.best]:.2f} better per wait than lognormal, held out"
    figure = _lognormal_mean if law.best == "lognormal" else np.mean
    low, high = resampled(minutes, figure)
    ends = low * MINUTE, high * MINUTE
    ledger.say(f"{path}.answers_in", law.mean * MINUTE, "fitted", told, *ends)
    return law_as_written(law.mean * MINUTE / HOUR, law.cv, law.best, law.shape)


def _differ(groups: list[Minutes]) -> bool:
    """Tell whether waits of tiers differ so much that fewer than 1 % of logs would by chance."""
    from scipy import stats  # noqa: PLC0415 - heavy, and only needed here

    if len(groups) < 2 or len(np.unique(np.concatenate(groups))) < 2:  # noqa: PLR2004
        return False
    with warnings.catch_warnings():
        # It says where its p-value is below the least of its table, and what it will be called later.
        warnings.simplefilter("ignore")
        found = stats.anderson_ksamp(groups)
    return bool(found.pvalue < BY_CHANCE)


def _lognormal_mean(minutes: Minutes) -> float:
    return lognormal_of(minutes)[0]
