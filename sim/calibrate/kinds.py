"""Fit the kinds of tickets: priorities, channels, and the profile of the week as a file has it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from sim.calibrate.hours import HOURS_A_DAY
from sim.calibrate.parameters import Ledger, share_interval
from sim.intake.export import Export
from sim.intake.priorities import rank
from sim.units import format_share
from sim.workload.journeys import NONE, Numbers

BY_CHANCE: Final = 0.001
"""A topic's priorities differ from the others' if chance does so more rarely than this."""
MOST_PRIORITIES, MOST_CHANNELS = 16, 64
"""As many as a scenario may have."""
OTHER_PRIORITIES, OTHER_CHANNELS = "other priorities", "other channels"
"""Those that fewest tickets have, together, where there are more."""


def priorities(export: Export, ledger: Ledger) -> dict[str, Any]:
    """Return the priorities with their shares, the most urgent first; more than there may be are pooled."""
    if not (export.tickets.priority != NONE).any():
        ledger.say("priorities.all.share", 1.0, "assumed", "the export has no priorities")
        return {"all": {"share": 1.0}}
    ranking = rank(export.priorities)
    if ranking is None:
        ledger.notices.append(
            f"Which priority comes first cannot be told from {', '.join(export.priorities)}; their order "
            "in the export is taken. `priorities:` in the mapping says better."
        )
    elif ranking.doubt:
        ledger.notices.append(ranking.doubt)
    labels, code = pooled_priorities(export)
    return _shares("priorities", labels, code, len(export.priorities), ledger)


def pooled_priorities(export: Export) -> tuple[tuple[str, ...], Numbers]:
    """Return the priorities that a desk keeps apart, the most urgent first, and that of each ticket."""
    ranking = rank(export.priorities)
    order = ranking.order() if ranking else range(len(export.priorities))
    return _pooled(
        export.priorities, export.tickets.priority, order, MOST_PRIORITIES, OTHER_PRIORITIES
    )


def _pooled(
    labels: Sequence[str], code: Numbers, order: Iterable[int], most: int, other: str
) -> tuple[tuple[str, ...], Numbers]:
    """Keep the labels that most tickets have, in an order; all others are one, the last."""
    count = np.bincount(code[code != NONE], minlength=len(labels))
    used = [at for at in order if count[at]]
    kept = used
    if len(used) > most:
        commonest = set(sorted(used, key=lambda at: -count[at])[: most - 1])
        kept = [at for at in used if at in commonest]
    place = np.full(len(labels) + 1, NONE, np.int32)
    place[used] = len(kept)
    place[kept] = np.arange(len(kept))
    names = tuple(labels[at] for at in kept)
    return (names if len(kept) == len(used) else (*names, other)), place[code]


def _shares(
    kind: str, labels: Sequence[str], code: Numbers, there: int, ledger: Ledger
) -> dict[str, Any]:
    known = code[code != NONE]
    count, total = np.bincount(known, minlength=len(labels)), len(known)
    for at, label in enumerate(labels):
        share = float(count[at] / total)
        interval = share_interval(float(count[at]), total)
        ledger.say(f"{kind}.{label}.share", share, "measured", f"{count[at]} tickets", *interval)
    if labels[-1] in (OTHER_PRIORITIES, OTHER_CHANNELS):
        ledger.notices.append(
            f"{labels[-1]!r} are those of the {there} {kind} that fewest tickets have "
            f"({format_share(float(count[-1] / total))} of the tickets): a scenario has at most "
            f"{len(labels)} {kind}."
        )
    return {label: {"share": round(float(count[at] / total), 5)} for at, label in enumerate(labels)}


def topic_priorities(
    export: Export, own: NDArray[np.bool_], common: dict[str, Any]
) -> dict[str, float]:
    """Return a topic's shares of priorities where they differ by more than chance."""
    from scipy.stats import chi2_contingency  # noqa: PLC0415 - heavy, and only needed here

    labels, code = pooled_priorities(export)
    if len(common) < 2:  # noqa: PLR2004 - one priority differs from none
        return {}
    places = range(len(labels))
    table = np.array([[(code[own] == p).sum(), (code[~own] == p).sum()] for p in places])
    table = table[table.sum(axis=1) > 0]
    if min(table.shape) < 2 or not table.sum(axis=0).all():  # noqa: PLR2004 - likewise
        return {}
    if chi2_contingency(table).pvalue > BY_CHANCE:
        return {}
    total = float((code[own] != NONE).sum())
    shares = [round(float((code[own] == p).sum() / total), 5) for p in places]
    return dict(zip(labels, shares, strict=True))


def channels(export: Export, ledger: Ledger) -> dict[str, Any]:
    """Return the channels with their shares, the largest first; more than there may be are pooled."""
    labels, code = export.channels, export.tickets.channel
    if not (code != NONE).any():
        ledger.say("channels.ticket.share", 1.0, "assumed", "the export has no channels")
        return {"ticket": {"share": 1.0}}
    count = np.bincount(code[code != NONE], minlength=len(labels))
    order = np.argsort(-count, kind="stable").tolist()
    names, place = _pooled(labels, code, order, MOST_CHANNELS, OTHER_CHANNELS)
    return _shares("channels", names, place, len(labels), ledger)


def profile_of(weights: NDArray[np.float64]) -> dict[str, dict[str, float]]:
    """Write 168 weights as a profile; hours that are alike to three digits are one span.

    Examples
    --------
    >>> profile_of(np.repeat([2.0, 1.0], 84))["Thu"]
    {'00-12': 2.0, '12-24': 1.0}
    """
    days = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
    profile: dict[str, dict[str, float]] = {}
    for day, row in zip(days, weights.reshape(len(days), HOURS_A_DAY), strict=True):
        spans: dict[str, float] = {}
        start = 0
        rounded = [float(f"{w:.3g}") for w in row]
        for hour in range(1, HOURS_A_DAY + 1):
            if hour == HOURS_A_DAY or rounded[hour] != rounded[start]:
                spans[f"{start:02}-{hour:02}"] = rounded[start]
                start = hour
        profile[day] = spans
    return profile
