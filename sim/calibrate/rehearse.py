"""Fit what no export holds: touch times and waits on others, by running the desk.

Touch times begin at what prompt tickets take, and are scaled until the prompt tickets of the desk
take as long as the export's. What is left of the time to resolution is a wait on others
(``sim.calibrate.tune``).
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from sim.calibrate.export import USER, Export
from sim.calibrate.laws import LAWS, Waits, fit_waits
from sim.calibrate.mirror import Rehearsal, lines_of
from sim.calibrate.parameters import Ledger
from sim.calibrate.paths import Levels, find_levels
from sim.calibrate.times import two_paces
from sim.calibrate.tune import OtherWaits, by_top, fit_other_waits
from sim.scenario.model import Scenario
from sim.units import HOUR, MINUTE

FEWEST_TICKETS: Final = 100
"""Fewer tickets do not make a desk."""
USUAL_TOUCH_MIN: Final = (13.0, 40.0, 120.0, 240.0)
"""Mean touch time by tier in minutes (assumed): what prompt tickets take is taken if it is less."""
LONGEST_TOUCH_MIN: Final = 60.0
SHORTEST_TOUCH_MIN: Final = 1.0
LEAST_CV, MOST_CV = 0.3, 2.0
"""Between them lies the variation of touch times that is taken from prompt tickets."""
FITTING_RUNS: Final = 2
ROUNDS: Final = 3
LARGEST_CV: Final = 5.0
MIDDLE: Final = (0.3, 0.5, 0.7)
"""Quantiles of the tickets that wait for nobody by which touch times are fitted."""


def bound_touch(
    export: Export, tree: dict[str, Any], tiers: tuple[str, ...], levels: Levels
) -> dict[str, float]:
    """Bound touch times by the prompt tickets that came in at the tier and ended there.

    Returns
    -------
    dict
        Tier to the longest touch time (minutes) that fitting may give it; a tier that is not named
        keeps the usual one.
    """
    longest: dict[str, float] = {}
    hours = export.durations_h()
    user_h = export.tickets.in_state_ms[:, USER] / HOUR
    for number, tier in enumerate(tiers):
        usual = USUAL_TOUCH_MIN[min(number, len(USUAL_TOUCH_MIN) - 1)]
        own = (levels.top == number) & (levels.entry == number)
        paces = two_paces(60 * np.maximum(hours - user_h, 0)[own])
        one = tree["tiers"][tier]
        one["work"] = f"{usual * 60:.0f} s"
        if np.isfinite(hours[levels.top == number]).sum() >= FEWEST_TICKETS:
            longest[tier] = usual
        if paces is None:
            continue
        # At the first line the prompt tickets are the work; behind it even they may lie.
        most = LONGEST_TOUCH_MIN if number == 0 else usual
        longest[tier] = most
        one["work"] = f"{min(max(paces.prompt_min, 1), most) * 60:.0f} s"
        one["work_cv"] = round(min(max(paces.prompt_cv, LEAST_CV), MOST_CV), 3)
    return longest


def rehearse(
    export: Export,
    tree: dict[str, Any],
    levels: Levels,
    longest: dict[str, float],
    ledger: Ledger,
) -> Scenario:
    """Fit touch times and waits on others by running the desk.

    Parameters
    ----------
    export : Export
    tree : dict
        The scenario as a file would hold it; touch times and waits are put into it.
    levels : Levels
    longest : dict
        From ``bound_touch``.
    ledger : Ledger
    """
    tiers = tuple(tree["tiers"])
    real = [by_top(export, levels.top, tier) for tier in range(len(tiers))]
    if not any(np.isfinite(hours).sum() >= FEWEST_TICKETS for hours in real):
        ledger.notices.append(
            "Hardly any resolution time is known: touch times and waits are assumed."
        )
        return Scenario.model_validate(tree)
    passed_on = _fit_passed_on(export, tree, levels)
    for _ in range(ROUNDS - 1):
        _put_waits(tree, passed_on, {})
        desk = _desk_hours(tree)
        for tier, r, d in zip(tiers, real, desk, strict=True):
            if tier in longest:
                one = tree["tiers"][tier]
                wait = fit_other_waits(r, d, intervals=False)
                minutes = minutes_of(one["work"]) * _middle_ratio(r, d, wait)
                minutes = min(max(minutes, SHORTEST_TOUCH_MIN), longest[tier])
                one["work"] = f"{60 * minutes:.0f} s"
    _put_waits(tree, passed_on, {})
    solved: dict[str, Waits] = {}
    for tier, r, d in zip(tiers, real, _desk_hours(tree), strict=True):
        found = fit_waits(r, d)
        if found is not None:
            solved[tier] = found
            continue
        ledger.notices.append(
            f"{tier}: too few tickets with a resolution ({int(np.isfinite(r).sum())}) to fit its "
            "waits on others; it has none."
        )
    _put_waits(tree, passed_on, solved)
    for tier in tiers:
        _say_waits(tier, solved.get(tier), passed_on.get(tier), ledger)
    _say_work(tree, longest, ledger)
    return Scenario.model_validate(tree)


def until_passed_on(export: Export, levels: Levels) -> list[NDArray[np.float64]]:
    """Return the hours from coming to a tier to coming to a higher one, tier by tier.

    Returns
    -------
    list of float64 arrays
        One for each tier but the last, of the tickets that came in at it or before, and went on.
    """
    visits = export.visits
    came = np.full((len(export), levels.tiers), np.iinfo(np.int64).max)
    np.minimum.at(came, (visits.ticket, levels.of_visit), visits.from_ms)
    found = []
    for tier in range(levels.tiers - 1):
        both = came[:, tier : tier + 2]
        own = (levels.entry <= tier) & (both < np.iinfo(np.int64).max).all(axis=1)
        found.append(np.asarray(np.diff(both[own], axis=1)[:, 0] / HOUR))
    return found


def _fit_passed_on(export: Export, tree: dict[str, Any], levels: Levels) -> dict[str, Waits]:
    """Fit how long tickets lie at a tier that passes them on; nothing where nobody saw it."""
    if export.kind == "tickets" or not len(export.visits):
        return {}
    real = until_passed_on(export, levels)
    scenario = Scenario.model_validate(tree)
    desk: list[list[NDArray[np.float64]]] = [[] for _ in real]
    for run in Rehearsal(scenario).runs(FITTING_RUNS):
        own = until_passed_on(run, find_levels(run, lines_of(scenario, run)))
        for hours, more in zip(desk, own, strict=False):
            hours.append(more)
    found = {}
    for tier, r, parts in zip(tree["tiers"], real, desk, strict=False):
        waits = fit_waits(np.maximum(r, 0), np.concatenate(parts)) if parts else None
        if waits is not None:
            found[tier] = waits
    return found


def _put_waits(tree: dict[str, Any], passed_on: dict[str, Waits], solved: dict[str, Waits]) -> None:
    """Put the waits on others into the file, where there are any."""
    for tier, one in tree["tiers"].items():
        one.pop("vendor", None)
        if tier not in passed_on and tier not in solved:
            continue
        one["vendor"] = {"share": 0, "info_requests": 0}
        if tier in solved:
            one["vendor"] |= _as_written(solved[tier])
        if tier in passed_on:
            one["vendor"]["passed_on"] = _as_written(passed_on[tier])


def _as_written(waits: Waits) -> dict[str, Any]:
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


def _say_waits(tier: str, solved: Waits | None, passed_on: Waits | None, ledger: Ledger) -> None:
    for waits, place, what in (
        (solved, "vendor", "time to resolution"),
        (passed_on, "vendor.passed_on", "time until the ticket is passed on"),
    ):
        if waits is None:
            continue
        one = waits.fitted
        why = f"{what} beyond the desk's own; {waits.law}"
        if waits.law in waits.gain and waits.law != LAWS[0]:
            why += f" foretells held-out tickets {waits.gain[waits.law]:.3f} better than lognormal"
        elif waits.law == LAWS[0]:
            why += f", misfit {100 * np.expm1(one.misfit):.0f} %"
        path = f"tiers.{tier}.{place}"
        ledger.say(f"{path}.share", one.share, "fitted", why, *one.share_interval)
        low, high = (end * HOUR for end in one.hours_interval)
        ledger.say(f"{path}.answers_in", one.hours * HOUR, "fitted", why, low, high)


def _say_work(tree: dict[str, Any], longest: dict[str, float], ledger: Ledger) -> None:
    for number, (tier, one) in enumerate(tree["tiers"].items()):
        value = minutes_of(one["work"]) * MINUTE
        usual = USUAL_TOUCH_MIN[min(number, len(USUAL_TOUCH_MIN) - 1)]
        if tier in longest and value != usual * MINUTE:
            why = "prompt tickets that come in and end here; an upper bound of touch time"
            ledger.say(f"tiers.{tier}.work", value, "fitted", why)
        else:
            why = "no export holds touch time; as in the gallery's base"
            ledger.say(f"tiers.{tier}.work", value, "assumed", why)


def _desk_hours(tree: dict[str, Any]) -> list[NDArray[np.float64]]:
    """Return the hours to resolution that the desk takes by itself, by how far tickets went."""
    scenario, tiers = Scenario.model_validate(tree), len(tree["tiers"])
    hours: list[list[NDArray[np.float64]]] = [[] for _ in range(tiers)]
    for run in Rehearsal(scenario).runs(FITTING_RUNS):
        levels = find_levels(run, lines_of(scenario, run))
        for tier in range(tiers):
            hours[tier].append(by_top(run, levels.top, tier))
    return [np.concatenate(parts) for parts in hours]


def _middle_ratio(
    real: NDArray[np.float64], desk: NDArray[np.float64], wait: OtherWaits | None
) -> float:
    """Return by how much a tier's touch time has to grow for its prompt tickets to fit."""
    real, desk = real[np.isfinite(real)], desk[np.isfinite(desk)]
    if wait is None or not len(real) or not len(desk):
        return 1.0
    # Those that wait are nearly all slower than those that do not.
    at = np.array(MIDDLE)
    wanted = np.quantile(real, at * (1 - wait.share)) + 1 / 120
    got = np.quantile(desk, at) + 1 / 120
    ratio = float(np.exp(np.log(wanted / got).mean()))
    return min(max(ratio, 0.5), 2.0)


def minutes_of(text: str) -> float:
    """Read a duration written in seconds or minutes.

    Examples
    --------
    >>> minutes_of("90 s"), minutes_of("13 min")
    (1.5, 13.0)
    """
    number, unit = text.split()
    return float(number) / (60 if unit == "s" else 1)
