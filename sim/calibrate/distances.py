"""How far two logs are apart, by the measures of process simulation.

Chapela-Campa, Benchekroun, Baron, Dumas, Krass & Senderovich (2023), "Can I trust my simulation
model? Measuring the quality of business process simulation models": control flow by n-grams, time by
earth mover's distances. The activity of an event is the level of support that a ticket is with.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from sim.calibrate.export import Export, midnight_ms
from sim.calibrate.figures import local_hour
from sim.calibrate.lines import Lines
from sim.calibrate.paths import find_levels
from sim.units import DAY, HOUR, HOURS_PER_WEEK

GRAM: Final = 3
_START: Final = 90
_BASE: Final = 100


def distances(a: Export, lines_a: Lines, b: Export, lines_b: Lines) -> dict[str, float]:
    """Return the distances of two logs.

    Returns
    -------
    dict
        ``n-gram distance``: from 0 to 1, half the sum of the differences of the shares of runs of
        three levels. ``circadian distance``: hours by which stays' starts differ within the day, by
        weekday. ``relative event distance``: hours by which stays begin earlier or later in their
        ticket. ``cycle time distance``: hours by which times to resolution differ. ``arrival
        distance``: hours by which arrivals differ within the week.
    """
    return {
        "n-gram distance": _apart(_grams(a, lines_a), _grams(b, lines_b)),
        "circadian distance": _circadian(a, b),
        "relative event distance": _earth(_relative(a), _relative(b)),
        "cycle time distance": _earth(_known(a.durations_h()), _known(b.durations_h())),
        "arrival distance": _earth(local_hour(a).astype(float), local_hour(b).astype(float)),
    }


def _known(hours: NDArray[np.float64]) -> NDArray[np.float64]:
    known: NDArray[np.float64] = hours[np.isfinite(hours)]
    return known


def _earth(a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
    """Return the earth mover's distance of two samples (Wasserstein, order 1)."""
    from scipy.stats import wasserstein_distance  # noqa: PLC0415 - heavy, and only needed here

    return float(wasserstein_distance(a, b)) if len(a) and len(b) else float("nan")


def _grams(export: Export, lines: Lines) -> dict[int, float]:
    """Return the share of each run of three levels; a ticket is padded at both ends."""
    levels = find_levels(export, lines)
    ticket, level = export.visits.ticket, levels.of_visit
    paths: dict[int, list[int]] = {}
    for one, at in zip(ticket.tolist(), level.tolist(), strict=True):
        paths.setdefault(one, []).append(at)
    count: dict[int, float] = {}
    for path in paths.values():
        padded = [_START] * (GRAM - 1) + path + [_START + 1] * (GRAM - 1)
        for at in range(len(padded) - GRAM + 1):
            key = 0
            for part in padded[at : at + GRAM]:
                key = key * _BASE + part
            count[key] = count.get(key, 0) + 1
    total = sum(count.values())
    return {key: n / total for key, n in count.items()}


def _apart(a: dict[int, float], b: dict[int, float]) -> float:
    return sum(abs(a.get(key, 0) - b.get(key, 0)) for key in a.keys() | b.keys()) / 2


def _begins_h(export: Export) -> NDArray[np.float64]:
    """Return when stays begin, in hours since the midnight of the export's first day."""
    zero = midnight_ms(export.days_opened()[0], export.zone)
    return np.asarray((export.visits.from_ms - zero) / HOUR)


def _circadian(a: Export, b: Export) -> float:
    """Return the mean over weekdays of the distance of the hours of the day at which stays begin."""
    found = []
    parts = []
    for export in (a, b):
        shift = export.days_opened()[0].weekday() * DAY // HOUR
        parts.append((_begins_h(export) + shift) % HOURS_PER_WEEK)
    day_hours = DAY // HOUR
    for day in range(HOURS_PER_WEEK // day_hours):
        own = [part[(part // day_hours) == day] % day_hours for part in parts]
        if len(own[0]) and len(own[1]):
            found.append(_earth(own[0], own[1]))
    return float(np.mean(found)) if found else float("nan")


def _relative(export: Export) -> NDArray[np.float64]:
    visits = export.visits
    return np.asarray((visits.from_ms - export.tickets.opened_ms[visits.ticket]) / HOUR)
