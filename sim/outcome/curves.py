"""The registry of curves: arrays of one run that average over replications.

A curve has a fixed shape for a scenario, whatever happens in a run; what cannot be measured is NaN.
``curve(id)`` says what it shows and along which axes, ``axis(name, scenario)`` what stands on one.
"""

from __future__ import annotations

import datetime as dt
import zoneinfo
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from sim.errors import TierSimError
from sim.outcome.facts import Facts
from sim.outcome.grid import cells, week_edges
from sim.outcome.registry import Unit
from sim.scenario.calendar import start_instant
from sim.scenario.model import Scenario
from sim.scenario.quantities import WEEKDAYS
from sim.units import DAY, HOURS_PER_WEEK, SECOND
from sim.workload.plan import plan

Floats = NDArray[np.float64]
Arrays = Mapping[str, Floats]
Draw = Callable[[Facts], Arrays]

TIME_GRID_MS: Final = np.rint(np.geomspace(10 * SECOND, 60 * DAY, 121)).astype(np.int64)
"""Where the distributions of times are read: 10 s to 60 days, evenly spread on a log scale."""
CAUSES: Final = (
    "queue",
    "closed hours",
    "work",
    "rework",
    "bounce",
    "user",
    "vendor",
    "change",
    "other",
)
FATES: Final = (
    "came in at another tier",
    "resolved at once",
    "resolved later",
    "escalated, could not be solved",
    "escalated, out of time",
    "abandoned",
    "given up or closed",
    "open",
)
ENDS: Final = ("resolved", "abandoned", "unresolved", "closed", "open")
ENTRY: Final = "entry"
REOPENED: Final = "reopened"


@dataclass(frozen=True)
class Curve:
    """What a curve means.

    Attributes
    ----------
    id, key : str
        As in ``Measures.curves``, and without what stands in brackets.
    label, sentence : str
    unit : str
        Of the values; ``duration`` is in ms.
    axes : tuple of str
        Names for ``axis``, one per dimension.
    """

    id: str
    key: str
    label: str
    sentence: str
    unit: Unit
    axes: tuple[str, ...]
    draw: Draw


_CURVES: dict[str, Curve] = {}


def register_curve(
    key: str, *, label: str, sentence: str, unit: Unit, axes: tuple[str, ...]
) -> Callable[[Draw], Draw]:
    """Register the function that draws a curve, or several by variant."""

    def keep(draw: Draw) -> Draw:
        assert key not in _CURVES, f"{key} is registered twice"
        _CURVES[key] = Curve(key, key, label, sentence, unit, axes, draw)
        return draw

    return keep


def curve(id: str) -> Curve:  # noqa: A002 - the word for it everywhere
    """Return the definition of a curve.

    Raises
    ------
    TierSimError
        If there is no such curve.

    Examples
    --------
    >>> import sim.outcome
    >>> sim.outcome.curve("backlog_by_hour").axes
    ('tier', 'hour of the week')
    """
    key, bracket, variant = id.partition("[")
    if key not in _CURVES:
        raise TierSimError(f"there is no curve {id!r}; there are {', '.join(_CURVES)}")
    known = _CURVES[key]
    if not bracket:
        return known
    return replace(known, id=id, label=f"{known.label}: {variant.removesuffix(']')}")


def drawn_curves(facts: Facts) -> Iterator[tuple[str, dict[str, Floats]]]:
    """Draw every curve of a run; yields the key of each, and the curves of its variants by id."""
    for known in _CURVES.values():
        yield (
            known.key,
            {
                f"{known.key}[{variant}]" if variant else known.key: values
                for variant, values in known.draw(facts).items()
            },
        )


def axis(name: str, scenario: Scenario) -> list[Any]:
    """Return what stands on an axis: names, dates, hours or times in ms.

    Examples
    --------
    >>> len(CAUSES), CAUSES[:3]
    (9, ('queue', 'closed hours', 'work'))
    """
    fixed: dict[str, list[Any]] = {
        "cause": list(CAUSES),
        "fate": list(FATES),
        "hour of the week": list(range(HOURS_PER_WEEK)),
        "weekday": list(WEEKDAYS),
        "hour": list(range(24)),
        "time": TIME_GRID_MS.tolist(),
    }
    if name in fixed:
        return fixed[name]
    period, tiers = scenario.period, list(scenario.tiers)
    match name:
        case "tier":
            return tiers
        case "tier or all":
            return [*tiers, "all"]
        case "pool":
            return [pool.name for pool in plan(scenario).pools]
        case "from":
            return [ENTRY, *tiers, REOPENED]
        case "to":
            return [*tiers, *ENDS]
        case "day":
            return [period.start + dt.timedelta(days=n) for n in range(days(scenario))]
        case "week":
            zero = start_instant(period.start, period.time_zone)
            zone = zoneinfo.ZoneInfo(period.time_zone)
            return [
                (zero + dt.timedelta(milliseconds=int(at))).astimezone(zone).date()
                for at in week_edges(period)[:-1]
            ]
    raise TierSimError(f"there is no axis {name!r}")


def days(scenario: Scenario) -> int:
    """Return how many local days the period touches."""
    return int(cells(scenario.period)[1][-1]) + 1
