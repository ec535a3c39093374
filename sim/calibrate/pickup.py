"""Fit what lies: tickets that wait to be taken up though people are free.

Some tickets are taken up at once, some wait because all are busy, and some lie in a person's list
for hours or days. Of the time until a ticket is taken up, the desk with its people explains a part:
that is simulated, and the rest is how long tickets lie (``sim.calibrate.laws``), in the working hours
of the tier. More people shorten the first part alone.

Only some stays show when they were taken up (``sim.calibrate.noted``). The others are taken to have
lain as long, unless they were over sooner: then they are taken to have been taken up at once.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from sim.calibrate.firstcontact import at_once_share
from sim.calibrate.hours import hours_of
from sim.calibrate.laws import Desk, Waits, fit_waits
from sim.calibrate.mirror import Rehearsal, lines_of
from sim.calibrate.noted import could_show, notes_waits, seen_taken_up, shows_states
from sim.calibrate.parameters import Ledger
from sim.calibrate.paths import Levels, find_levels
from sim.calibrate.written import as_written, say_waits
from sim.intake.export import Export, midnight_ms
from sim.outcome.clocks import Hours
from sim.scenario.model import Scenario
from sim.units import HOUR, MINUTE
from sim.workload.journeys import NOT_YET, Flags

FEWEST: Final = 40
"""Stays that show when they were taken up, below which nothing is fitted."""
SHORTEST_H: Final = MINUTE / HOUR
LENGTHS: Final = 116
"""Lengths from a minute on that are tried, each an eighth longer than the one before."""
LEAST_SHARE: Final = 0.005
"""Below it nothing lies."""
RUNS: Final = 2
IN_DAY: Final = 0.9
"""Share of what lay long and was taken up in working hours from which on it lies in them."""


def fit_lying(
    export: Export,
    tree: dict[str, Any],
    levels: Levels,
    ledger: Ledger,
    *,
    but: frozenset[str] = frozenset(),
) -> None:
    """Fit how many tickets lie at each tier, and how long; put that into the file.

    Parameters
    ----------
    export : Export
    tree : dict
        The scenario as a file would hold it, staffed.
    levels : Levels
    ledger : Ledger
    but : frozenset of str
        Tiers where tickets are known to wait for people: nothing lies.
    """
    if export.kind == "tickets" or not len(export.visits) or not shows_states(export):
        return
    scenario = Scenario.model_validate(tree)
    runs = [Rehearsal(scenario).run(number) for number in range(RUNS)]
    desks = [(run, find_levels(run, lines_of(scenario, run))) for run in runs]
    for number, (tier, one) in enumerate(tree["tiers"].items()):
        if tier in but:
            continue
        lying: dict[str, Any] = {"share": 0}
        for handed in (False, True):
            path = f"tiers.{tier}.left_lying" + (".handed_over" if handed else "")
            kind = _kind_of(export, levels, number, tier, handed=handed)
            found = _fit_one(export, kind, desks, scenario)
            if found is None:
                continue
            waits, hours, why = found
            if not handed:
                # What is settled at once does not lie.
                waits = waits.of_the_others(at_once_share(tree, levels, number))
            say_waits(path, waits, why, ledger)
            own = as_written(waits) | {"hours": hours}
            if handed:
                lying["handed_over"] = own
            else:
                lying |= own
        if len(lying) > 1:
            one["left_lying"] = lying


@dataclass(frozen=True)
class _Kind:
    """Stays at a tier that began alike: with a hand-over, or not."""

    number: int
    tier: str
    handed: bool
    shown: Flags
    """Those that show when they were taken up, of all stays of the export."""
    at_once: int
    """So many others were taken up at once, as far as is known."""

    def of(self, levels: Levels) -> Flags:
        return np.asarray((levels.of_visit == self.number) & (levels.handed_over == self.handed))


def _kind_of(export: Export, levels: Levels, number: int, tier: str, *, handed: bool) -> _Kind:
    shown = seen_taken_up(export, levels)
    kind = _Kind(number, tier, handed, shown, 0)
    own = kind.of(levels)
    at_once = 0
    if notes_waits(export, own, shown):
        at_once = int((could_show(export, levels) & own & ~shown).sum())
    return replace(kind, shown=shown & own, at_once=at_once)


def _fit_one(
    export: Export, kind: _Kind, desks: list[tuple[Export, Levels]], scenario: Scenario
) -> tuple[Waits, str, str] | None:
    """Fit how stays of one kind lie: the waits, the hours in which they run, and how that is known."""
    own = kind.shown
    day = f"{kind.tier} day"
    if own.sum() < FEWEST:
        return None
    visits = export.visits
    hours = hours_of(export, scenario, day)
    long = own & (visits.worked_ms - visits.from_ms >= HOUR)
    at = visits.worked_ms[long] - midnight_ms(export.days_opened()[0], export.zone)
    in_day = float(hours.open_at(at).mean()) if long.any() else 1.0
    name = day if in_day >= IN_DAY else "always"
    real = until_taken_up(export, own, hours if name == day else Hours.always())
    real = np.append(real, np.zeros(kind.at_once))
    desk = []
    for run, run_levels in desks:
        run_hours = hours_of(run, scenario, day) if name == day else Hours.always()
        desk.append(until_taken_up(run, kind.of(run_levels), run_hours))
    none = np.empty(0)
    waits = fit_waits(
        real, Desk(np.concatenate(desk), none, none), shortest_h=SHORTEST_H, lengths_tried=LENGTHS
    )
    if waits is None or waits.fitted.share < LEAST_SHARE:
        return None
    why = (
        f"time until taken up beyond what the people assumed explain, in {own.sum()} stays "
        f"{'handed over' if kind.handed else 'that came in'} here and show it; of those that took "
        f"an hour, {100 * in_day:.0f} % were taken up in working hours"
    )
    if kind.at_once:
        why += (
            f"; {kind.at_once} that do not show it were over sooner, and count as taken up at once"
        )
    return waits, name, why


def until_taken_up(export: Export, which: Flags, hours: Hours) -> NDArray[np.float64]:
    """Return the hours from the begin of stays until they were taken up; whole minutes."""
    visits = export.visits
    own = which & (visits.worked_ms != NOT_YET)
    zero = midnight_ms(export.days_opened()[0], export.zone)
    begin, end = ((at[own] // MINUTE) * MINUTE - zero for at in (visits.from_ms, visits.worked_ms))
    return np.asarray(hours.elapsed(begin, np.maximum(begin, end)) / HOUR)
