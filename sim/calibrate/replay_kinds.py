"""Which of a scenario's priorities, topics and channels the tickets of an export are.

What the mapping says goes first, then the same names. A desk that was fitted to an export has its names, and
names for what it pooled, so that its own export gives it the shares that it was fitted to.
"""

from __future__ import annotations

from collections.abc import Mapping as Dictionary
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sim.calibrate.kinds import OTHER_CHANNELS, OTHER_PRIORITIES
from sim.calibrate.paths import ALL_TICKETS, other_topic, topic_at, topic_of_priority
from sim.errors import ExportError
from sim.intake.export import Export
from sim.intake.labels import folded_label
from sim.intake.mapping import folded
from sim.intake.priorities import rank
from sim.scenario.model import Scenario
from sim.units import format_share
from sim.workload.journeys import NONE, Numbers

GOLDEN: Final = 0.6180339887498949
"""Fractional part of the golden ratio: its multiples spread most evenly over (0, 1)."""
SILVER: Final = 0.41421356237309515
"""Fractional part of the silver ratio, for a second, unrelated spread."""


def by_name(labels: Sequence[str], known: Sequence[str]) -> dict[int, int]:
    """Return the labels that have the name of something known: their positions to its.

    Case, spaces and accents do not matter.

    Examples
    --------
    >>> by_name(["HIGH ", "Média"], ["media", "High"])
    {0: 1, 1: 0}
    """
    found: dict[int, int] = {}
    # E-Mail is Email where nothing has that very name.
    for fold in (folded_label, folded):
        places = {fold(name): at for at, name in reversed(list(enumerate(known))) if fold(name)}
        for at, label in enumerate(labels):
            if at not in found and fold(label) in places:
                found[at] = places[fold(label)]
    return found


def spread(shares: Sequence[float], count: int, step: float) -> NDArray[np.int64]:
    """Deal positions in given shares as evenly as can be, without chance.

    The i-th ticket gets the position at the fractional part of ``i * step``: a low-discrepancy
    sequence (Weyl 1916), so that every stretch of tickets has nearly the same shares.

    Examples
    --------
    >>> spread([0.5, 0.25, 0.25], 8, GOLDEN).tolist()
    [1, 0, 2, 0, 0, 1, 0, 2]
    """
    at = (np.arange(1, count + 1) * step) % 1
    return np.searchsorted(np.cumsum(shares)[:-1], at, side="right")


def _named(
    labels: Sequence[str], stated: Dictionary[str, str], known: Sequence[str], field: str
) -> dict[int, int]:
    """Return what the mapping itself says: positions of labels to positions in the scenario."""
    by_fold = {folded(name): at for at, name in enumerate(labels)}
    found = {}
    for label, name in stated.items():
        if name not in known:
            raise ExportError(
                f"{field}.{label}: the scenario has no {name!r}; it has {', '.join(known)}."
            )
        if folded(label) in by_fold:
            found[by_fold[folded(label)]] = known.index(name)
    return found


def _apply(code: Numbers, place: Dictionary[int, int], labels: int) -> NDArray[np.int64]:
    table = np.full(labels + 1, NONE, np.int64)
    for label, at in place.items():
        table[label] = at
    return table[code]


def deal_priorities(export: Export, scenario: Scenario, notices: list[str]) -> NDArray[np.int64]:
    """Return the position of each ticket's priority among the scenario's.

    Raises
    ------
    ExportError
        If names neither match nor tell which comes first.
    """
    known, labels = list(scenario.priorities), export.priorities
    shares = _shares([p.share for p in scenario.priorities.values()])
    if not labels:
        notices.append("The export has no priorities; they are dealt by the scenario's shares.")
        return spread(shares, len(export), SILVER)
    place = by_name(labels, known) | _named(labels, export.mapping.priorities, known, "priorities")
    rest = [at for at in range(len(labels)) if at not in place]
    if rest:
        place |= _by_urgency(labels, rest, known, notices)
    shown = ", ".join(f"{labels[at]} → {known[to]}" for at, to in sorted(place.items()))
    notices.append(f"Priorities: {shown}.")
    mapped = _apply(export.tickets.priority, place, len(labels))
    missing = int((mapped == NONE).sum())
    if missing:
        usual = int(np.bincount(mapped[mapped != NONE], minlength=len(known)).argmax())
        notices.append(f"{missing:,} tickets without a priority count as {known[usual]}.")
        mapped = np.where(mapped == NONE, usual, mapped)
    return mapped


def _by_urgency(
    labels: Sequence[str], rest: Sequence[int], known: Sequence[str], notices: list[str]
) -> dict[int, int]:
    """Return positions of labels that have nobody's name to positions in the scenario."""
    if OTHER_PRIORITIES in known:
        return dict.fromkeys(rest, known.index(OTHER_PRIORITIES))
    ranking = rank([labels[at] for at in rest])
    if ranking is None:
        raise ExportError(
            f"Which priority comes first cannot be told from {', '.join(labels)}; name them under "
            f"`priorities:` in the mapping (the scenario has {', '.join(known)})."
        )
    if ranking.doubt:
        notices.append(ranking.doubt)
    own = rank(known)
    if ranking.words and own is not None and own.words:
        near = [[abs(level - there) for there in own.levels] for level in ranking.levels]
        return {at: far.index(min(far)) for at, far in zip(rest, near, strict=True)}
    order = own.order() if own is not None else range(len(known))
    places = ranking.places()
    if len(rest) < len(labels) or len(set(places)) != len(known):
        # Levels of urgency, rather than one each: there is no fourth of three.
        places = [int(level) for level in ranking.levels]
    last = len(known) - 1
    return {at: order[min(max(to, 0), last)] for at, to in zip(rest, places, strict=True)}


def _shares(shares: Sequence[float]) -> list[float]:
    total = sum(shares)
    return [s / total for s in shares] if total else [1 / len(shares)] * len(shares)


def deal(counts: Sequence[int], shares: Sequence[float]) -> list[int]:
    """Deal whole categories to topics so that the topics' shares come out best.

    The largest category first, each to the topic that lacks most. Deterministic: ties go to the
    first topic, and the first category.

    Examples
    --------
    >>> deal([50, 30, 20], [0.5, 0.5])
    [0, 1, 1]
    """
    lacks = [share * sum(counts) for share in shares]
    place = [0] * len(counts)
    for at in sorted(range(len(counts)), key=lambda at: -counts[at]):
        place[at] = max(range(len(lacks)), key=lambda topic: lacks[topic])
        lacks[place[at]] -= counts[at]
    return place


def deal_topics(
    export: Export, scenario: Scenario, entry: NDArray[np.int64], notices: list[str]
) -> NDArray[np.int64]:
    """Return the position of each ticket's topic among the scenario's.

    Parameters
    ----------
    export, scenario
    entry : int64 array, one per ticket
        The tier where it comes in: a fitted desk has topics for those that come in behind the first.
    notices : list of str
        Added to.
    """
    known, labels = list(scenario.topics), export.categories
    shares = _shares([t.share for t in scenario.topics.values()])
    code = export.tickets.category
    mapped = _own_topics(export, scenario, entry)
    stated = _named(labels, export.mapping.topics, known, "topics")
    mapped = _laid_over(mapped, _apply(code, stated, len(labels)))
    if (mapped != NONE).all():
        notices.append(f"Topics go by their names: {_told(mapped, known, shares)}.")
        return mapped
    if not labels or not (code != NONE).any():
        notices.append("The export has no categories; topics are dealt by the scenario's shares.")
        return _laid_over(spread(shares, len(export), GOLDEN), mapped)
    place = by_name(labels, known) | stated
    mapped = _laid_over(_apply(code, place, len(labels)), mapped)
    open_ = mapped == NONE
    counts = np.bincount(code[open_ & (code != NONE)], minlength=len(labels))
    rest = [at for at in range(len(labels)) if counts[at]]
    if rest:
        given = np.bincount(mapped[~open_], minlength=len(known))
        # What the named categories took already is no longer lacking.
        wanted = np.maximum(np.array(shares) * (given.sum() + counts.sum()) - given, 0)
        wanted = wanted / wanted.sum() if wanted.sum() else np.array(shares)
        dealt = deal([int(counts[at]) for at in rest], list(wanted))
        mapped = _laid_over(_apply(code, dict(zip(rest, dealt, strict=True)), len(labels)), mapped)
    missing = mapped == NONE
    mapped[missing] = spread(shares, int(missing.sum()), GOLDEN)
    if rest:
        notices.append(
            f"{len(rest)} categories that the mapping does not name are dealt whole to topics so "
            f"that their shares match best: {_told(mapped, known, shares)}. `topics:` in the mapping "
            "says better."
        )
    if missing.any():
        notices.append(
            f"{int(missing.sum()):,} tickets without a category are dealt to topics by the "
            "scenario's shares."
        )
    return mapped


def _laid_over(below: NDArray[np.int64], above: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.where(above == NONE, below, above)


def _told(mapped: NDArray[np.int64], known: Sequence[str], shares: Sequence[float]) -> str:
    got = np.bincount(mapped, minlength=len(known)) / max(len(mapped), 1)
    return ", ".join(
        f"{name} {format_share(float(now))} (scenario {format_share(then)})"
        for name, now, then in zip(known, got, shares, strict=True)
    )


def _own_topics(export: Export, scenario: Scenario, entry: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the topics by their names, as a desk has them that was fitted to such an export; else ``NONE``.

    Such a desk names its topics by category, by priority where that sends tickets other ways, by the tier
    at which they come in, and has one for all else.
    """
    topics, tiers = list(scenario.topics), list(scenario.tiers)
    named = by_name(export.categories, topics)
    other = other_topic([export.categories[at] for at in named]) if named else ALL_TICKETS
    names = {folded_label(name): at for at, name in reversed(list(enumerate(topics)))}
    tickets = export.tickets
    keys = np.stack([tickets.category, tickets.priority, entry.astype(np.int32)], axis=1)
    different, which = np.unique(keys, axis=0, return_inverse=True)
    found = []
    for category, priority, tier in different.tolist():
        label = other if category == NONE else export.categories[category]
        tries = [label, other]
        if priority != NONE:
            tries.insert(0, topic_of_priority(export.priorities[priority]))
        here = [folded_label(topic_at(name, tier, tiers[tier])) for name in tries]
        anywhere = [folded_label(name) for name in tries]
        found.append(next((names[name] for name in [*here, *anywhere] if name in names), NONE))
    return np.array(found, np.int64)[which.ravel()]


def deal_channels(export: Export, scenario: Scenario, notices: list[str]) -> NDArray[np.int64]:
    """Return the position of each ticket's channel among the scenario's."""
    known, labels = list(scenario.channels), export.channels
    shares = _shares([c.share for c in scenario.channels.values()])
    if len(known) == 1:
        return np.zeros(len(export), np.int64)
    place = by_name(labels, known) | _named(labels, export.mapping.channels, known, "channels")
    if OTHER_CHANNELS in known:
        place = dict.fromkeys(range(len(labels)), known.index(OTHER_CHANNELS)) | place
    mapped = _apply(export.tickets.channel, place, len(labels))
    missing = mapped == NONE
    mapped[missing] = spread(shares, int(missing.sum()), SILVER)
    got = np.bincount(mapped, minlength=len(known)) / max(len(mapped), 1)
    shown = ", ".join(f"{n} {format_share(float(s))}" for n, s in zip(known, got, strict=True))
    how = f"; {int(missing.sum()):,} are dealt by the scenario's shares" if missing.any() else ""
    notices.append(f"Channels: {shown}{how}.")
    return mapped
