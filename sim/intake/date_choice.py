"""Where several forms read all dates of a column: which of them is right.

The other columns decide; then dates that lie in the future; then the order of dates within rows (nothing is
resolved before it was opened); then years, where two digits are taken for one. A form that tools are not
known to write is taken only where no usual one is left.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from sim.errors import ExportError
from sim.intake.date_column import Reading, Texts
from sim.units import DAY
from sim.workload.journeys import NOT_YET

CONTRADICTED: Final = 0.02
"""Share of dates in the future, or of rows in the wrong order, that tells against a form."""
FEWEST: Final = 3
"""… if so many rows do."""
ORDERED: Final = (("opened", "resolved"), ("opened", "closed"), ("opened", "updated"))
"""Roles of which the first comes before the second."""


def choose(
    texts: dict[str, Texts], options: dict[str, list[Reading]], now_ms: int
) -> dict[str, Reading]:
    """Choose one reading for each column, where several read all."""
    sure = {found[0].order for found in options.values() if len(found) == 1 and found[0].order}
    chosen: dict[str, Reading] = {}
    open_roles = []
    for role, found in options.items():
        by_others = [one for one in found if one.order in sure]
        if len(found) == 1 or len(by_others) == 1:
            chosen[role] = found[0] if len(found) == 1 else by_others[0]
        else:
            open_roles.append(role)
    if not open_roles:
        return chosen
    orders = [
        order
        for order in dict.fromkeys(one.order for one in options[open_roles[0]])
        if all(any(one.order == order for one in options[role]) for role in open_roles)
    ]
    joint = [
        {role: next(o for o in options[role] if o.order == order) for role in open_roles}
        for order in orders
    ]
    joint = _not_contradicted(texts, chosen, joint, now_ms)
    usual = [one for one in joint if all(reading.usual for reading in one.values())]
    joint = usual or joint
    if len(joint) != 1:
        role = open_roles[0]
        forms = [one.form for one in options[role]]
        at = texts[role].shapes[0].at[0]
        raise ExportError(
            f"{texts[role].column.name!r} can be read in more than one way ({texts[role].shown(at)} as "
            f"{' or '.join(forms)}); say `dates:` in the mapping: `dates: {forms[0]!r}`."
        )
    return chosen | joint[0]


def _not_contradicted(
    texts: dict[str, Texts],
    chosen: dict[str, Reading],
    joint: list[dict[str, Reading]],
    now_ms: int,
) -> list[dict[str, Reading]]:
    """Leave the ways of reading that neither the future, nor the order within rows, nor years deny."""
    for against in (_in_future, _out_of_order, _years):
        if len(joint) < 2:  # noqa: PLR2004 - nothing to choose between
            return joint
        denied = [against(texts, chosen | one, now_ms) for one in joint]
        if any(denied) and not all(denied):
            joint = [one for one, no in zip(joint, denied, strict=True) if not no]
    return joint


def _in_future(texts: dict[str, Texts], readings: dict[str, Reading], now_ms: int) -> bool:
    total = late = 0
    for role, reading in readings.items():
        known = reading.wall_ms != NOT_YET
        total += int(texts[role].count[known].sum())
        late += int(texts[role].count[known & (reading.wall_ms > now_ms + DAY)].sum())
    return late >= FEWEST and late > CONTRADICTED * total


def _out_of_order(texts: dict[str, Texts], readings: dict[str, Reading], _now_ms: int) -> bool:
    total = wrong = 0
    for before, after in ORDERED:
        if before in readings and after in readings:
            first, second = (
                readings[role].wall_ms[texts[role].column.code] for role in (before, after)
            )
            both = (first != NOT_YET) & (second != NOT_YET)
            total += int(both.sum())
            wrong += int((both & (second < first - DAY)).sum())
    return wrong >= FEWEST and wrong > CONTRADICTED * total


def _years(_texts: dict[str, Texts], readings: dict[str, Reading], _now_ms: int) -> bool:
    """Tell whether two digits taken for a year are rather a day: many years, and one day of the month."""
    for reading in readings.values():
        known = reading.wall_ms[reading.wall_ms != NOT_YET].astype("M8[ms]")
        years = len(np.unique(known.astype("M8[Y]")))
        days = np.unique(
            (known.astype("M8[D]") - known.astype("M8[M]").astype("M8[D]")).astype(int)
        )
        if "y" in reading.order and years > FEWEST and len(days) < FEWEST:
            return True
    return False
