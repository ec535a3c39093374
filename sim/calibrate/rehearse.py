"""Fit what an export does not show: touch times and waits on others, by running the desk.

Touch times that the states do not show (``sim.calibrate.inhand``) begin at what prompt tickets take,
and are scaled until the prompt tickets of the desk take as long as the export's. What is left of the time to resolution is a wait on others
(``sim.calibrate.tune``).
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Collection, Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from sim.calibrate.answers import elapsed_ms
from sim.calibrate.families import law_of
from sim.calibrate.firstcontact import at_once_share
from sim.calibrate.hours import ALWAYS, open_hours, settle_hours
from sim.calibrate.laws import LENGTHS, SHORTEST_WAIT_H, Desk, Waits, fit_waits
from sim.calibrate.mirror import Rehearsal, lines_of
from sim.calibrate.noted import OTHERS
from sim.calibrate.parameters import Ledger, Origin, resampled, share_interval
from sim.calibrate.paths import Levels, find_levels
from sim.calibrate.pickup import fit_lying
from sim.calibrate.spells import waits_for
from sim.calibrate.times import two_paces
from sim.calibrate.tune import OtherWaits, by_top, fit_other_waits
from sim.calibrate.written import as_written, say_waits
from sim.intake.export import USER, VENDOR, Export
from sim.scenario.model import Scenario
from sim.units import HOUR, HOURS_PER_WEEK, MINUTE

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
LONGEST_PAIRED_H: Final = 24.0 * 60
"""Of the waits by which it is found what waits do: longer ones do the same."""
NotedWaits = tuple[Waits | None, Waits | None]
VENDORS: Final = "vendors"
FEWEST_WAITS: Final = 5
"""Tickets that waited, below which none does."""
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
    *,
    restaff: Callable[[Collection[str]], None],
    noted: Mapping[str, NotedWaits],
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
    restaff : callable
        Staffs tiers for what their work is now.
    noted : mapping
        Waits on others by ``note_waits``, of the tiers whose states show who works on what: what waits
        there waits for people, or for whom the states say.
    """
    tiers = tuple(tree["tiers"])
    real = [by_top(export, levels.top, tier) for tier in range(len(tiers))]
    if not any(np.isfinite(hours).sum() >= FEWEST_TICKETS for hours in real):
        ledger.notices.append(
            "Hardly any resolution time is known: touch times and waits are assumed."
        )
        _put_waits(tree, {}, {})
        return Scenario.model_validate(tree)
    shown = frozenset(noted)
    fit_lying(export, tree, levels, ledger, but=shown)
    passed_on = _fit_passed_on(export, tree, levels, but=shown)
    passed_on |= {tier: on for tier, (_, on) in noted.items() if on is not None}
    for _ in range(ROUNDS - 1):
        _put_waits(tree, passed_on, {})
        desks = _desks(tree, _until_solved, paired=False)
        for tier, r, desk in zip(tiers, real, desks, strict=True):
            if tier in longest:
                one, d = tree["tiers"][tier], desk.hours
                wait = fit_other_waits(r, d, intervals=False)
                minutes = minutes_of(one["work"]) * _middle_ratio(r, d, wait)
                minutes = min(max(minutes, SHORTEST_TOUCH_MIN), longest[tier])
                one["work"] = f"{60 * minutes:.0f} s"
        restaff(longest)
    _put_waits(tree, passed_on, {})
    solved: dict[str, Waits] = {}
    for tier, r, desk in zip(tiers, real, _desks(tree, _until_solved), strict=True):
        if tier in noted:
            here = noted[tier][0]
            solved |= {} if here is None else {tier: here}
            continue
        found = fit_waits(r, desk)
        if found is not None:
            at_once = at_once_share(tree, levels, tiers.index(tier), solved=True)
            solved[tier] = found.of_the_others(at_once)
            continue
        ledger.notices.append(
            f"{tier}: too few tickets with a resolution ({int(np.isfinite(r).sum())}) to fit its "
            "waits on others; it has none."
        )
    _put_waits(tree, passed_on, solved)
    for tier in tiers:
        _say_waits(tier, solved.get(tier), passed_on.get(tier), ledger, noted=tier in noted)
    _say_work(tree, longest, ledger)
    return Scenario.model_validate(tree)


def until_passed_on(export: Export, levels: Levels) -> list[NDArray[np.float64]]:
    """Return the hours from coming to a tier to coming to a higher one, tier by tier.

    Returns
    -------
    list of float64 arrays
        One for each tier but the last, one row per ticket; NaN for a ticket that did not come in at
        it or before, or did not go on.
    """
    visits = export.visits
    came = np.full((len(export), levels.tiers), np.iinfo(np.int64).max)
    np.minimum.at(came, (visits.ticket, levels.of_visit), visits.from_ms)
    found = []
    for tier in range(levels.tiers - 1):
        both = came[:, tier : tier + 2]
        own = (levels.entry <= tier) & (both < np.iinfo(np.int64).max).all(axis=1)
        hours = np.full(len(export), np.nan)
        hours[own] = np.diff(both[own], axis=1)[:, 0] / HOUR
        found.append(hours)
    return found


def _fit_passed_on(
    export: Export, tree: dict[str, Any], levels: Levels, *, but: frozenset[str]
) -> dict[str, Waits]:
    """Fit how long tickets lie at a tier that passes them on; nothing where nobody saw it."""
    if export.kind == "tickets" or not len(export.visits):
        return {}
    real = until_passed_on(export, levels)
    found = {}
    for tier, hours, desk in zip(tree["tiers"], real, _desks(tree, until_passed_on), strict=False):
        waits = None if tier in but else fit_waits(np.maximum(_known(hours), 0), desk)
        if waits is not None:
            found[tier] = waits
    return found


def note_waits(
    export: Export, tree: dict[str, Any], levels: Levels, ledger: Ledger
) -> dict[str, NotedWaits]:
    """Measure what each tier's tickets wait for others, as the states say; put that into the file.

    Who is waited for is not known: the hours are those in which such waits end.

    Returns
    -------
    dict
        Tier to the waits of the tickets that end there, and of those that go on to a higher tier; None
        where none waits.
    """
    spells = waits_for(export, OTHERS)
    hours = settle_hours(tree, export, VENDORS, spells, ledger)
    lasted = elapsed_ms(tree, export, hours, spells.from_ms, spells.to_ms) / HOUR
    found: dict[str, NotedWaits] = {}
    for number, tier in enumerate(tree["tiers"]):
        here = levels.of_visit[spells.stay] == number
        waited_h = np.zeros(len(export))
        np.add.at(waited_h, export.visits.ticket[spells.stay[here]], lasted[here])
        came = np.zeros(len(export), np.bool_)
        came[export.visits.ticket[levels.of_visit == number]] = True
        ends, goes_on = came & (levels.top == number), came & (levels.top > number)
        found[tier] = _as_noted(waited_h[ends]), _as_noted(waited_h[goes_on])
    solved = {tier: here for tier, (here, _) in found.items() if here is not None}
    passed_on = {tier: on for tier, (_, on) in found.items() if on is not None}
    _put_waits(tree, passed_on, solved)
    return found


def _as_noted(hours: NDArray[np.float64]) -> Waits | None:
    """Return the share of tickets that waited, and the law of how long."""
    waited = hours[hours > 0]
    if len(waited) < FEWEST_WAITS:
        return None
    law = law_of(60 * waited)
    low, high = resampled(waited, np.mean)
    fitted = OtherWaits(
        len(waited) / len(hours),
        law.mean / 60,
        law.cv,
        share_interval(len(waited), len(hours)),
        (low, high),
        0.0,
    )
    return Waits(fitted, law.best, tuple(q / 60 for q in law.shape), law.gain)


def _known(hours: NDArray[np.float64]) -> NDArray[np.float64]:
    known: NDArray[np.float64] = hours[np.isfinite(hours)]
    return known


def _put_waits(tree: dict[str, Any], passed_on: dict[str, Waits], solved: dict[str, Waits]) -> None:
    """Put the waits on others into the file, where there are any."""
    for tier, one in tree["tiers"].items():
        one.pop("vendor", None)
        if tier not in passed_on and tier not in solved:
            continue
        one["vendor"] = {"share": 0, "hours": vendor_hours(tree), "info_requests": 0}
        if tier in solved:
            one["vendor"] |= as_written(solved[tier])
        if tier in passed_on:
            one["vendor"]["passed_on"] = as_written(passed_on[tier])


def vendor_hours(tree: dict[str, Any]) -> str:
    """Return the name of the hours in which waits on others run."""
    return VENDORS if VENDORS in tree["hours"] else ALWAYS


def _say_waits(
    tier: str, solved: Waits | None, passed_on: Waits | None, ledger: Ledger, *, noted: bool
) -> None:
    for waits, place, what, who in (
        (solved, "vendor", "time to resolution beyond the desk's own", "end here"),
        (
            passed_on,
            "vendor.passed_on",
            "time until the ticket is passed on beyond the desk's own",
            "go on",
        ),
    ):
        if waits is not None:
            told = f"waits noted of tickets that {who}" if noted else what
            origin: Origin = "measured" if noted else "fitted"
            say_waits(f"tiers.{tier}.{place}", waits, told, ledger, origin)


def _say_work(tree: dict[str, Any], longest: dict[str, float], ledger: Ledger) -> None:
    said = {one.path for one in ledger.parameters}
    for number, (tier, one) in enumerate(tree["tiers"].items()):
        if f"tiers.{tier}.work" in said:
            continue
        value = minutes_of(one["work"]) * MINUTE
        usual = USUAL_TOUCH_MIN[min(number, len(USUAL_TOUCH_MIN) - 1)]
        if tier in longest and value != usual * MINUTE:
            why = "prompt tickets that come in and end here; an upper bound of touch time"
            ledger.say(f"tiers.{tier}.work", value, "fitted", why)
        else:
            why = "no export holds touch time; as in the gallery's base"
            ledger.say(f"tiers.{tier}.work", value, "assumed", why)


Told = Callable[[Export, Levels], list[NDArray[np.float64]]]


def _until_solved(export: Export, levels: Levels) -> list[NDArray[np.float64]]:
    """Return the hours to resolution of the tickets that went as far as each tier, else NaN."""
    hours = export.durations_h()
    return [np.where(levels.top == tier, hours, np.nan) for tier in range(levels.tiers)]


def _desks(tree: dict[str, Any], told: Told, *, paired: bool = True) -> list[Desk]:
    """Return what the desk takes by itself, and what waits do to it, tier by tier.

    Paired, every ticket is run twice with the same draws, without waits and with one of every length
    at each tier: what it then takes longer, beyond the wait, is the time until somebody was there.
    """
    plain, waiting = Scenario.model_validate(tree), None
    hours_of_waits = vendor_hours(tree)
    pace = HOURS_PER_WEEK / open_hours(tree["hours"], hours_of_waits)
    if paired:
        longest = LONGEST_PAIRED_H / pace
        waiting = Scenario.model_validate(_all_wait(tree, longest, solved=told is _until_solved))
    tiers = len(tree["tiers"])
    parts: list[list[Desk]] = [[] for _ in range(tiers)]
    for number in range(FITTING_RUNS):
        run = Rehearsal(plain).run(number)
        levels = find_levels(run, lines_of(plain, run))
        hours = told(run, levels)
        none = np.empty(0)
        desks = [Desk(_known(one), none, none) for one in hours]
        if waiting is not None:
            other = Rehearsal(waiting).run(number)
            others = find_levels(other, lines_of(waiting, other))
            longer = told(other, others)
            extra = _waited_h(other, others, tree)
            extra -= _waited_h(run, levels, tree)
            for tier, (short, long) in enumerate(zip(hours, longer, strict=True)):
                waited = extra[:, tier]
                both = np.isfinite(short) & np.isfinite(long) & (waited > 0)
                more = np.maximum(long - short, waited) - pace * waited
                desks[tier] = Desk(_known(short), waited[both], more[both])
        for tier, desk in enumerate(desks):
            parts[tier].append(desk)
    return [
        Desk(
            np.concatenate([one.hours for one in own]),
            np.concatenate([one.waited for one in own]),
            np.concatenate([one.more for one in own]),
            pace,
        )
        for own in parts
        if own
    ]


def _waited_h(run: Export, levels: Levels, tree: dict[str, Any]) -> NDArray[np.float64]:
    """Return the hours that tickets of a run waited for others, by tier; shape (tickets, tiers)."""
    spells = waits_for(run, (VENDOR,))
    lasted = elapsed_ms(tree, run, vendor_hours(tree), spells.from_ms, spells.to_ms) / HOUR
    waited = np.zeros((len(run), levels.tiers))
    np.add.at(waited, (run.visits.ticket[spells.stay], levels.of_visit[spells.stay]), lasted)
    return waited


def _all_wait(tree: dict[str, Any], longest_h: float, *, solved: bool) -> dict[str, Any]:
    """Return the file with a wait of every length, evenly on logarithms, for all at each tier."""
    lengths = np.geomspace(SHORTEST_WAIT_H, longest_h, LENGTHS)
    every = {"share": 1, "answers_in": f"{60 * lengths.mean():.0f} min"}
    every["answers_shape"] = [float(f"{hours:.4g}") for hours in lengths]
    found = copy.deepcopy(tree)
    for number, one in enumerate(found["tiers"].values()):
        own = one.setdefault("vendor", {"share": 0, "info_requests": 0})
        own["hours"] = vendor_hours(tree)
        if solved:
            own |= every
        elif number < len(found["tiers"]) - 1:
            own["passed_on"] = every
    return found


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
