"""Which tiers of a desk state what their work costs, and which count as free."""

from __future__ import annotations

from collections.abc import Iterable

from sim.scenario.model import Scenario
from sim.scenario.wording import listed


def unpriced(scenario: Scenario) -> tuple[str, ...]:
    """Name the tiers whose people, or whose provider, have no price.

    Examples
    --------
    >>> import sim
    >>> unpriced(sim.example().with_({"tiers.L2.cost": 0}, name="Free L2"))
    ('L2',)
    """
    return tuple(
        name
        for name, tier in scenario.tiers.items()
        if not (
            tier.cost if tier.provider is None else tier.provider.price or tier.provider.retainer
        )
    )


def unpriced_notices(scenarios: Iterable[Scenario]) -> list[str]:
    """Say which tiers count as free, of desks that price others; desks alike share a sentence.

    Examples
    --------
    >>> import sim
    >>> unpriced_notices([sim.example().with_({"tiers.L2.cost": 0}, name="Free L2")])
    ['Costs leave out L2 in Free L2: it states no price, and counts as free. Give `tiers.L2.cost`, per paid hour.']
    """
    alike: dict[tuple[tuple[str, ...], str], list[str]] = {}
    for scenario in scenarios:
        free = unpriced(scenario)
        if free and len(free) < len(scenario.tiers):
            alike.setdefault((free, _what_to_give(scenario, free)), []).append(scenario.name)
    found = []
    for (free, give), desks in alike.items():
        says = (
            "it states no price, and counts" if len(free) == 1 else "they state no price, and count"
        )
        found.append(
            f"Costs leave out {listed(free)} in {listed(desks)}: {says} as free. Give {give}."
        )
    return found


def _what_to_give(scenario: Scenario, free: tuple[str, ...]) -> str:
    """Name the keys that state a price: people's of an hour, a provider's of a ticket or a month."""
    bought = [name for name in free if scenario.tiers[name].provider is not None]
    own = [name for name in free if name not in bought]
    hours = f"{listed([f'`tiers.{name}.cost`' for name in own])}, per paid hour"
    tickets = listed([f"`tiers.{name}.provider.price`" for name in bought])
    parts = [hours] * bool(own) + [f"{tickets}, per ticket (or its `retainer`)"] * bool(bought)
    return "; and ".join(parts)
