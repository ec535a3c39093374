"""What ``check`` asks back: paid lunch breaks, shifts that no promise gains from, gains for nothing.

None of it is a fault. Each is an input that people mostly do not mean, and that decides the answer.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sim.scenario.change import differences
from sim.scenario.model import Scenario
from sim.scenario.support import Tier
from sim.scenario.wording import listed
from sim.study.shift_cover import hours_held
from sim.units import format_share

LONG_H: Final = 6
"""Hours of work from which a break is due (Directive 2003/88/EC, article 4)."""
INSIDE: Final = 0.5
"""Part of a shift's hours in which a promise has to run for people there to help it."""


def paid_lunch(scenario: Scenario) -> Iterator[str]:
    """Yield a sentence for the shifts that are paid and worked from end to end without a gap.

    Examples
    --------
    >>> import sim
    >>> list(paid_lunch(sim.example()))
    ['Paid without a gap: day (9 h)...']
    """
    named = {
        shift: max(end - start for start, end in scenario.shifts[shift].spans()) / 60
        for tier in scenario.tiers.values()
        if tier.cost
        for staff in _staffs(tier)
        for shift, heads in staff.items()
        if heads
    }
    long = [f"{shift} ({hours:g} h)" for shift, hours in named.items() if hours > LONG_H]
    if long:
        yield (
            f"Paid without a gap: {listed(long)}. If lunch is not paid, write the shift in two parts "
            "(`08:00-12:00, 13:00-17:00`); if it is, `breaks` has to hold it."
        )


def option_doubts(base: Scenario, option: Scenario) -> Iterator[str]:
    """Yield what to ask back of an option, held against the desk that it extends."""
    yield from _shifts_outside(base, option)
    yield from _for_nothing(base, option)


def _staffs(tier: Tier) -> list[dict[str, int]]:
    return [tier.staff or {}, *(team.staff for team in tier.teams.values())]


def _heads(scenario: Scenario, tier: str) -> dict[str, int]:
    heads: dict[str, int] = {}
    for staff in _staffs(scenario.tiers[tier]) if tier in scenario.tiers else ():
        for shift, count in staff.items():
            heads[shift] = heads.get(shift, 0) + count
    return heads


def _shifts_outside(base: Scenario, option: Scenario) -> Iterator[str]:
    for tier in option.tiers:
        before = _heads(base, tier)
        levels = {
            name: level
            for name, level in option.service_levels.items()
            if level.tier in (None, tier)
        }
        if not levels:
            continue
        for shift, heads in _heads(option, tier).items():
            if heads <= before.get(shift, 0):
                continue
            there = hours_held(option, shift)
            inside = max(
                float((there * hours_held(option, level.hours)).sum()) for level in levels.values()
            ) / max(float(there.sum()), 1e-9)
            # People who take over from others at other hours of the same promise help it.
            if inside < INSIDE:
                hours = listed(sorted({f"'{level.hours}'" for level in levels.values()}))
                yield (
                    f"The shift {shift} at {tier}, where this option has {heads} instead of "
                    f"{before.get(shift, 0)} people, lies to {format_share(1 - inside, 0)} outside the "
                    f"hours in which the promises about {tier} run ({hours}): they gain little from it."
                )


_FREE: Final = {
    "ability": "a higher `ability` (training, hiring)",
    "runbook": "more runbooks",
    "lift": "better runbooks",
    "time_saved": "better runbooks",
    "runbooks": "better kept runbooks",
    "clarity": "clearer criteria",
}


def _for_nothing(base: Scenario, option: Scenario) -> Iterator[str]:
    better = []
    for path, (before, after) in differences(base, option).items():
        last = path.rpartition(".")[2]
        if last in _FREE and _number(after) > _number(before):
            better.append(_FREE[last])
    if better and not _spends(base, option):
        what = listed(list(dict.fromkeys(better)))
        yield (
            f"This option has {what}, and pays nothing for it: nobody gets that for nothing. State what "
            "it takes: people's time (`breaks`, `knowledge.upkeep`) or money (`tiers.*.cost`)."
        )


def _number(value: object) -> float:
    if isinstance(value, str) and value.strip().endswith("%"):
        return float(value.strip().removesuffix("%")) / 100
    return float(value) if isinstance(value, int | float) else float("-inf")


def _spends(base: Scenario, option: Scenario) -> bool:
    """Tell whether an option spends more of anything: people, their time, or money."""
    if option.knowledge.upkeep is not None and option.knowledge.upkeep != base.knowledge.upkeep:
        return True
    for name, tier in option.tiers.items():
        was = base.tiers.get(name)
        if was is None:
            return True
        more_heads = sum(_heads(option, name).values()) > sum(_heads(base, name).values())
        if (
            more_heads
            or tier.cost > was.cost
            or tier.breaks > was.breaks
            or tier.triage > was.triage
        ):
            return True
    return False
