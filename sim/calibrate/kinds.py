"""Fit the kinds of tickets: priorities, channels, and the profile of the week as a file has it."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from sim.calibrate.hours import HOURS_A_DAY
from sim.calibrate.parameters import Ledger, share_interval
from sim.calibrate.replay import rank_priorities
from sim.intake.export import Export
from sim.workload.journeys import NONE

BY_CHANCE: Final = 0.001
"""A topic's priorities differ from the others' if chance does so more rarely than this."""
MOST_PRIORITIES, MOST_CHANNELS = 16, 64
"""As many as a scenario may have."""


def priorities(export: Export, ledger: Ledger) -> dict[str, Any]:
    """Return the priorities with their shares, the most urgent first."""
    labels, code = export.priorities, export.tickets.priority
    known = code[code != NONE]
    if not len(known):
        ledger.say("priorities.all.share", 1.0, "assumed", "the export has no priorities")
        return {"all": {"share": 1.0}}
    count = np.bincount(known, minlength=len(labels))
    ranks = rank_priorities(labels)
    if ranks is None:
        ledger.notices.append(
            f"Which priority comes first cannot be told from {', '.join(labels)}; their order "
            "in the export is taken. `priorities:` in the mapping says better."
        )
        ranks = list(range(len(labels)))
    order = [at for at in np.argsort(ranks, kind="stable") if count[at]][:MOST_PRIORITIES]
    total = sum(int(count[at]) for at in order)
    for at in order:
        share = float(count[at] / total)
        interval = share_interval(float(count[at]), total)
        ledger.say(f"priorities.{labels[at]}.share", share, "measured", "", *interval)
    return {labels[at]: {"share": round(float(count[at] / total), 5)} for at in order}


def topic_priorities(
    export: Export, own: NDArray[np.bool_], common: dict[str, Any]
) -> dict[str, float]:
    """Return a topic's shares of priorities where they differ by more than chance."""
    from scipy.stats import chi2_contingency  # noqa: PLC0415 - heavy, and only needed here

    labels = [label for label in common if label in export.priorities]
    if len(labels) < 2:  # noqa: PLR2004 - one priority differs from none
        return {}
    code = export.tickets.priority
    places = [export.priorities.index(label) for label in labels]
    table = np.array([[(code[own] == p).sum(), (code[~own] == p).sum()] for p in places])
    table = table[table.sum(axis=1) > 0]
    if min(table.shape) < 2 or not table.sum(axis=0).all():  # noqa: PLR2004 - likewise
        return {}
    if chi2_contingency(table).pvalue > BY_CHANCE:
        return {}
    total = float(sum((code[own] == p).sum() for p in places))
    shares = [round(float((code[own] == p).sum() / total), 5) for p in places]
    return dict(zip(labels, shares, strict=True))


def channels(export: Export, ledger: Ledger) -> dict[str, Any]:
    """Return the channels with their shares, the largest first."""
    labels, code = export.channels, export.tickets.channel
    known = code[code != NONE]
    if not len(known):
        ledger.say("channels.ticket.share", 1.0, "assumed", "the export has no channels")
        return {"ticket": {"share": 1.0}}
    count = np.bincount(known, minlength=len(labels))
    used = [at for at in np.argsort(-count, kind="stable") if count[at]][:MOST_CHANNELS]
    total = sum(int(count[at]) for at in used)
    for at in used:
        share = float(count[at] / total)
        ledger.say(f"channels.{labels[at]}.share", share, "measured", f"{count[at]} tickets")
    return {labels[at]: {"share": round(float(count[at] / total), 5)} for at in used}


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
