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
        if not tier.cost
        and not (tier.provider is not None and (tier.provider.price or tier.provider.retainer))
    )


def unpriced_notices(scenarios: Iterable[Scenario]) -> list[str]:
    """Say which tiers count as free, of desks that price others; desks alike share a sentence.

    Examples
    --------
    >>> import sim
    >>> unpriced_notices([sim.example().with_({"tiers.L2.cost": 0}, name="Free L2")])
    ['Costs leave out L2 in Free L2: it states no price, and counts as free. Give `tiers.L2.cost`, per paid hour.']
    """
    alike: dict[tuple[str, ...], list[str]] = {}
    for scenario in scenarios:
        free = unpriced(scenario)
        if free and len(free) < len(scenario.tiers):
            alike.setdefault(free, []).append(scenario.name)
    found = []
    for free, desks in alike.items():
        says = (
            "it states no price, and counts" if len(free) == 1 else "they state no price, and count"
        )
        found.append(
            f"Costs leave out {listed(free)} in {listed(desks)}: {says} as free. Give "
            f"{listed([f'`tiers.{name}.cost`' for name in free])}, per paid hour."
        )
    return found
