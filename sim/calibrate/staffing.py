"""Staff each tier for its work: no export holds a roster.

People are as many as the work needs at the usual utilisation, in the hours in which they are seen.
Where the states show who works on what, ``sim.calibrate.inhand`` puts those in their place.
"""

from __future__ import annotations

from collections.abc import Collection
from math import ceil, isfinite
from typing import Any, Final

from sim.calibrate.figures import WORKING_DAYS
from sim.calibrate.hours import OFF_HOURS, WorkingHours
from sim.calibrate.parameters import Ledger, Origin
from sim.calibrate.paths import Levels
from sim.calibrate.rehearse import minutes_of
from sim.units import HOURS_PER_WEEK

UTILISATION: Final = 0.478
"""Mean utilisation of agents (HDI, as quoted by Mechdyne)."""
BREAKS: Final = 0.12


def staff_tiers(
    tree: dict[str, Any],
    weeks: float,
    levels: Levels,
    hours: list[WorkingHours],
    ledger: Ledger,
    *,
    only: Collection[str],
) -> None:
    """Staff some tiers for their work at the usual utilisation, in the hours seen."""
    ledger.parameters[:] = [
        one
        for one in ledger.parameters
        if not one.path.startswith(tuple(f"tiers.{t}.staff." for t in only))
        and one.path not in {f"shifts.{t} day" for t in only}
    ]
    for number, (tier, seen) in enumerate(zip(tree["tiers"], hours, strict=True)):
        if tier not in only:
            continue
        reached = float(((levels.entry <= number) & (levels.top >= number)).sum()) / weeks
        asked_h = reached * minutes_of(tree["tiers"][tier]["work"]) / 60
        shift, off = f"{tier} day", f"{tier} off-hours"
        tree["shifts"][shift] = {"Mon-Fri": f"{seen.start:02}:00-{seen.end:02}:00"}
        day_h = WORKING_DAYS * (seen.end - seen.start) * (1 - BREAKS)
        heads = max(1, ceil(asked_h * (1 - seen.off) / (UTILISATION * day_h)))
        tree["tiers"][tier]["staff"] = {shift: heads}
        people = (
            f"{seen.people:.0f} people are seen on a working day; " if isfinite(seen.people) else ""
        )
        ledger.say(
            f"tiers.{tier}.staff.{shift}",
            heads,
            "assumed",
            f"{people}as many as the work needs at {100 * UTILISATION:g} % utilisation (HDI, as quoted by "
            "Mechdyne)",
        )
        where: Origin = "measured" if seen.seen else "assumed"
        ledger.say(f"shifts.{shift}", seen.start, where, seen.by)
        if seen.off >= OFF_HOURS:
            early = f"00:00-{seen.start:02}:00"
            late = f"{seen.end:02}:00-24:00"
            spans = ", ".join(s for s in (early, late) if s[:5] != s[6:])
            # Who is there on Sundays is there on a holiday.
            outside = {"Mon-Fri": spans} if spans else {}
            tree["shifts"][off] = {**outside, "Sat-Sun": "00:00-24:00", "on_holidays": True}
            off_h = (HOURS_PER_WEEK - WORKING_DAYS * (seen.end - seen.start)) * (1 - BREAKS)
            tree["tiers"][tier]["staff"][off] = max(
                1, ceil(asked_h * seen.off / (UTILISATION * off_h))
            )
            ledger.say(
                f"tiers.{tier}.staff.{off}",
                tree["tiers"][tier]["staff"][off],
                "assumed",
                f"{100 * seen.off:.0f} % of them are outside these hours",
            )
