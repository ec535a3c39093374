"""How long the hours of a promise are open in the period, and whether that is enough to miss it."""

from __future__ import annotations

from sim.scenario.calendar import open_spells
from sim.scenario.hours import ALL_HOURS
from sim.scenario.model import Scenario
from sim.scenario.promises import ServiceLevel
from sim.scenario.targets import target_text
from sim.units import HOUR


def open_ms(scenario: Scenario, name: str) -> int:
    """Return how long named hours are open in the counted period."""
    period = scenario.period
    hours = scenario.hours_named(name)
    if hours == ALL_HOURS:
        return period.length - period.warm_up
    opens, closes = open_spells(
        hours, period.start, period.length, period.time_zone, scenario.holidays, beyond_ms=0
    )
    counted = closes.clip(period.warm_up) - opens.clip(period.warm_up)
    return int(counted.sum())


def never_late(scenario: Scenario, promise: ServiceLevel) -> bool:
    """Tell whether no ticket of the counted period can miss a promise: its hours are open too little."""
    return open_ms(scenario, promise.hours) <= min(int(promise.within), scenario.period.length)


def idle_promises(scenario: Scenario) -> list[tuple[str, str]]:
    """List the promises that nothing can break, each with its key and why.

    Examples
    --------
    >>> import sim
    >>> desk = sim.one_queue(rate="6 / h", work="9 min", staff=2, length="3 d", warm_up="1 d")
    >>> idle_promises(desk.with_({"service_levels.response.within": "5 d"}))
    [('service_levels.response.within', "the hours 'always' are open for 48 h of the counted period, which is no more than the target of 5 d: no ticket can miss it; count a longer period, or promise less")]
    """
    found = []
    for name, promise in scenario.service_levels.items():
        if not never_late(scenario, promise):
            continue
        length = open_ms(scenario, promise.hours)
        key, why = (
            "within",
            (
                f"are open for {length / HOUR:,.4g} h of the counted period, which is no more than the target "
                f"of {target_text(promise.within)}: no ticket can miss it; count a longer period, or promise "
                "less"
            ),
        )
        if not length:
            key, why = (
                "hours",
                (
                    "never open in the counted period: no ticket can miss the promise, and none keeps it"
                ),
            )
        found.append((f"service_levels.{name}.{key}", f"the hours {promise.hours!r} {why}"))
    return found
