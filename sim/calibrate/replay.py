"""Replay an export: its tickets become the arrivals of a scenario's workload.

What is replayed is when tickets were opened, their priority, what they are about, how they came in
and which line of support got them first. What the desk then makes of them is the scenario's.
Everything that had to be decided on the way is a notice.
"""

from __future__ import annotations

import datetime as dt
import os
import re
from collections.abc import Mapping as Dictionary
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sim.calibrate.figures import WEEK_DAYS
from sim.calibrate.lines import find_lines, shows_first_team
from sim.errors import ExportError
from sim.intake.export import Export, midnight_ms
from sim.intake.mapping import Mapping, folded
from sim.intake.read import read_export
from sim.intake.sheet import SetAside
from sim.scenario.model import Scenario
from sim.units import exact_duration, format_share
from sim.workload.arrivals import Arrivals
from sim.workload.journeys import NONE, Numbers

GOLDEN: Final = 0.6180339887498949
"""Fractional part of the golden ratio: its multiples spread most evenly over (0, 1)."""
SILVER: Final = 0.41421356237309515
"""Fractional part of the silver ratio, for a second, unrelated spread."""
URGENCY: Final = (
    ("blocker", "critical", "urgent", "emergency", "highest", "veryhigh", "kritisch", "crítica"),
    ("high", "major", "hoch", "alta", "élevée", "hoog"),
    ("medium", "moderate", "normal", "mittel", "media", "moyenne", "normaal"),
    ("low", "minor", "niedrig", "baja", "baixa", "faible", "laag"),
    ("lowest", "trivial", "planning", "verylow"),
)
"""Words for priorities, the most urgent first; a number in the label goes before them."""


@dataclass(frozen=True, eq=False)
class Replay:
    """A scenario with the tickets of an export.

    Attributes
    ----------
    scenario : Scenario
        With its ``period`` set to the export's window.
    arrivals : Arrivals
    set_aside : tuple of SetAside
    notices : tuple of str
    """

    scenario: Scenario
    arrivals: Arrivals
    set_aside: tuple[SetAside, ...]
    notices: tuple[str, ...]


def replay(
    path: str | os.PathLike[str],
    mapping: str | os.PathLike[str] | Mapping,
    scenario: Scenario,
) -> Replay:
    """Read an export, and make its tickets the arrivals of a scenario.

    Parameters
    ----------
    path : path
        The export.
    mapping : str, path or Mapping
        A preset, or a mapping file.
    scenario : Scenario
        Its priorities, topics, channels and tiers are what tickets are mapped onto.

    Raises
    ------
    ExportError
        If the export or the mapping cannot be used, or no ticket lies in the window.
    """
    export = read_export(path, mapping, time_zone=scenario.period.time_zone)
    return replay_export(export, scenario)


def replay_export(export: Export, scenario: Scenario) -> Replay:
    """Make the tickets of an export that is read already the arrivals of a scenario."""
    notices: list[str] = list(export.notices)
    first, days = _window(export, scenario, notices)
    zone = scenario.period.time_zone
    begin = midnight_ms(first, zone)
    end = midnight_ms(first + dt.timedelta(days), zone)
    opened = export.tickets.opened_ms
    kept = (opened >= begin) & (opened < end)
    # Stable: tickets of one minute keep the order in which the file names them.
    order = np.flatnonzero(kept)[np.argsort(opened[kept], kind="stable")]
    if not len(order):
        raise ExportError(
            f"{export.source} has no ticket opened from {first} on for {days} days; it has "
            f"tickets from {export.days_opened()[0]} to {export.days_opened()[1]}."
        )
    left = len(opened) - len(order)
    notices.append(
        f"{len(order):,} tickets are replayed, opened from {first} to "
        f"{first + dt.timedelta(days - 1)}; {left:,} outside it are left out."
    )
    some = export.where(kept)
    place = np.argsort(some.tickets.opened_ms, kind="stable")
    arrivals = Arrivals(
        arrival_ms=opened[order] - begin,
        topic=_topics(some, scenario, notices)[place].astype(np.int16),
        priority=_priorities(some, scenario, notices)[place].astype(np.int8),
        channel=_channels(some, scenario, notices)[place].astype(np.int8),
        entry_tier=_entry(export, kept, scenario, notices)[place].astype(np.int8),
        source=export.source,
    )
    changed = _with_period(scenario, first, (end - begin), notices)
    return Replay(changed, arrivals, export.set_aside, tuple(notices))


def _window(export: Export, scenario: Scenario, notices: list[str]) -> tuple[dt.date, int]:
    """Return the first day and the number of days: whole weeks from a Monday, where there are any."""
    stated = export.mapping.window
    found = export.days_opened()
    first, last = stated.first or found[0], stated.last or found[1]
    if stated.first is None:
        monday = first + dt.timedelta(-first.weekday() % WEEK_DAYS)
        if (last - monday).days + 1 >= WEEK_DAYS:
            first = monday
    days = (last - first).days + 1
    if days < 1:
        raise ExportError(f"{export.source} has no tickets from {first} on.")
    if stated.last is None and days > WEEK_DAYS:
        days -= days % WEEK_DAYS
    if days % WEEK_DAYS:
        notices.append(f"The window is {days} days, not whole weeks: weekly figures are partial.")
    if stated.first is None and stated.last is None:
        notices.append(
            f"The window is whole weeks of what the export has ({found[0]} to {found[1]}); "
            "`window:` in the mapping states another."
        )
    last = first + dt.timedelta(days - 1)
    if scenario.holidays and not any(first <= day <= last for day in scenario.holidays):
        notices.append(
            f"None of the scenario's holidays lies in the window from {first}; staff work every day."
        )
    return first, days


def _with_period(
    scenario: Scenario, first: dt.date, length_ms: int, notices: list[str]
) -> Scenario:
    warm_up = scenario.period.warm_up
    if warm_up >= length_ms:
        warm_up = length_ms // 4
        notices.append(
            f"The warm-up is shortened to {exact_duration(warm_up)}: the window is not longer "
            "than the scenario's."
        )
    return scenario.with_(
        {
            "period.start": first.isoformat(),
            "period.length": exact_duration(length_ms),
            "period.warm_up": exact_duration(warm_up),
        },
        name=scenario.name,
    )


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


def rank_priorities(labels: Sequence[str]) -> list[int] | None:
    """Order priorities by the number in their labels, or by the words for urgency.

    Returns
    -------
    list of int or None
        A rank for each label, 0 the most urgent; None if the labels do not tell.

    Examples
    --------
    >>> rank_priorities(["3 - Moderate", "1 - Critical"]), rank_priorities(["Low", "High"])
    ([2, 0], [3, 1])
    >>> rank_priorities(["blue", "green"]) is None
    True
    """
    numbers = [re.search(r"\d+", label) for label in labels]
    if all(numbers):
        found = [int(n[0]) for n in numbers if n]
        base = 0 if 0 in found else 1
        return [n - base for n in found]
    ranks = []
    for label in labels:
        words = folded(label)
        fits = [r for r, names in enumerate(URGENCY) if words in names]
        fits = fits or [r for r, names in enumerate(URGENCY) if any(n in words for n in names)]
        if not fits:
            return None
        ranks.append(fits[0])
    return ranks


def _priorities(export: Export, scenario: Scenario, notices: list[str]) -> NDArray[np.int64]:
    known, labels = list(scenario.priorities), export.priorities
    count = len(export)
    shares = _shares([p.share for p in scenario.priorities.values()])
    if not labels:
        notices.append("The export has no priorities; they are dealt by the scenario's shares.")
        return spread(shares, count, SILVER)
    place = _named(labels, export.mapping.priorities, known, "priorities")
    rest = [at for at in range(len(labels)) if at not in place]
    ranks = rank_priorities([labels[at] for at in rest]) if rest else []
    if ranks is None:
        raise ExportError(
            f"Which priority comes first cannot be told from {', '.join(labels)}; name them under "
            f"`priorities:` in the mapping (the scenario has {', '.join(known)})."
        )
    place |= {at: min(rank, len(known) - 1) for at, rank in zip(rest, ranks, strict=True)}
    shown = ", ".join(f"{labels[at]} → {known[to]}" for at, to in sorted(place.items()))
    notices.append(f"Priorities: {shown}.")
    mapped = _apply(export.tickets.priority, place, len(labels))
    missing = int((mapped == NONE).sum())
    if missing:
        usual = int(np.bincount(mapped[mapped != NONE], minlength=len(known)).argmax())
        notices.append(f"{missing:,} tickets without a priority count as {known[usual]}.")
        mapped = np.where(mapped == NONE, usual, mapped)
    return mapped


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


def _topics(export: Export, scenario: Scenario, notices: list[str]) -> NDArray[np.int64]:
    known, labels = list(scenario.topics), export.categories
    shares = _shares([t.share for t in scenario.topics.values()])
    code = export.tickets.category
    if not labels or not (code != NONE).any():
        notices.append("The export has no categories; topics are dealt by the scenario's shares.")
        return spread(shares, len(export), GOLDEN)
    place = _named(labels, export.mapping.topics, known, "topics")
    same = {folded(name): at for at, name in enumerate(known)}
    for at, label in enumerate(labels):
        if at not in place and folded(label) in same:
            place[at] = same[folded(label)]
    counts = np.bincount(code[code != NONE], minlength=len(labels))
    rest = [at for at in range(len(labels)) if at not in place and counts[at]]
    if rest:
        given = np.zeros(len(known))
        for at, to in place.items():
            given[to] += counts[at]
        # What the named categories took already is no longer lacking.
        wanted = np.maximum(np.array(shares) * counts.sum() - given, 0)
        wanted = wanted / wanted.sum() if wanted.sum() else np.array(shares)
        dealt = deal([int(counts[at]) for at in rest], list(wanted))
        place |= dict(zip(rest, dealt, strict=True))
    mapped = _apply(code, place, len(labels))
    missing = mapped == NONE
    mapped[missing] = spread(shares, int(missing.sum()), GOLDEN)
    got = np.bincount(mapped, minlength=len(known)) / max(len(mapped), 1)
    shown = ", ".join(
        f"{name} {format_share(float(now))} (scenario {format_share(then)})"
        for name, now, then in zip(known, got, shares, strict=True)
    )
    if rest:
        notices.append(
            f"{len(rest)} categories that the mapping does not name are dealt whole to topics so "
            f"that their shares match best: {shown}. `topics:` in the mapping says better."
        )
    if missing.any():
        notices.append(
            f"{int(missing.sum()):,} tickets without a category are dealt to topics by the "
            "scenario's shares."
        )
    return mapped


def _channels(export: Export, scenario: Scenario, notices: list[str]) -> NDArray[np.int64]:
    known, labels = list(scenario.channels), export.channels
    shares = _shares([c.share for c in scenario.channels.values()])
    if len(known) == 1:
        return np.zeros(len(export), np.int64)
    place = _named(labels, export.mapping.channels, known, "channels")
    same = {folded(name): at for at, name in enumerate(known)}
    for at, label in enumerate(labels):
        if at not in place and folded(label) in same:
            place[at] = same[folded(label)]
    mapped = _apply(export.tickets.channel, place, len(labels))
    missing = mapped == NONE
    mapped[missing] = spread(shares, int(missing.sum()), SILVER)
    got = np.bincount(mapped, minlength=len(known)) / max(len(mapped), 1)
    shown = ", ".join(f"{n} {format_share(float(s))}" for n, s in zip(known, got, strict=True))
    how = f"; {int(missing.sum()):,} are dealt by the scenario's shares" if missing.any() else ""
    notices.append(f"Channels: {shown}{how}.")
    return mapped


def _entry(
    export: Export, kept: NDArray[np.bool_], scenario: Scenario, notices: list[str]
) -> NDArray[np.int64]:
    """Return the tier where each ticket comes in: that of its first team."""
    # The first line is found in the whole export: more tickets tell it better.
    lines = find_lines(export)
    tiers = list(scenario.tiers)
    notices.extend(lines.evidence)
    first = lines.of(export.tickets.first_team[kept]).astype(np.int64)
    unknown = int((first == NONE).sum())
    if unknown and export.teams:
        notices.append(f"{unknown:,} tickets without a first team come in at {tiers[0]}.")
    entry = np.minimum(np.maximum(first, 0), len(tiers) - 1)
    if entry.any():
        at = ", ".join(
            f"{tiers[tier]} {format_share(float((entry == tier).mean()))}"
            for tier in range(len(tiers))
            if (entry == tier).any()
        )
        team = "first team" if shows_first_team(export) else "last team, the only one that is shown"
        notices.append(f"Tickets come in at {at}, by their {team}.")
    return entry
