"""Fit the paths: where tickets come in, how far they have to go, and how often they bounce.

Exports of tools show teams passing tickets on. A matrix of such steps forgets: it would pass a
ticket on after five teams as readily as after one. In real logs long journeys are made by hard
tickets (Shao et al. 2008). So each topic gets a difficulty, and each tier an ability, such that the
shares resolved at each tier come out; what a hard ticket does next then follows.

The *level* of a stay is its team's line, where lines are stated. Where only the first line was
found, the first other team that gets a ticket is level 2, the next new one level 3, and so on; back
at the first line it is at level 1.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sim.calibrate.lines import Lines
from sim.calibrate.parameters import Parameter, share_interval
from sim.intake.export import Export
from sim.workload.journeys import NONE

DEEPEST: Final = 4
"""Tiers that are told apart when only the first line is known."""
LEAST_GOING_ON: Final = 0.05
"""A further tier needs this share of the tickets that reach the one before."""
FIRST_ABILITY: Final = 0.5
"""The first tier's ability; only differences of ability and difficulty count."""
SLOPE: Final = 0.1
SPREAD: Final = 0.1
GRID: Final = 64
"""Points by which a topic's difficulty is integrated."""
EASIEST, HARDEST = 0.02, 0.98
MOST_TOPICS: Final = 10
SMALLEST_TOPIC: Final = 40
LEAST_EXPECTED: Final = 5.0
UNLIKE: Final = 1e-3
"""Chance below which tickets of a priority are taken to go other ways than the rest."""
BEYOND: Final = 0.3
"""By how much the last tier is abler than the one before."""
PRIOR_TICKETS: Final = 5.0
"""Tickets of the common share added to each topic's own, against extremes by chance."""


@dataclass(frozen=True, eq=False)
class Levels:
    """How far each ticket went.

    Attributes
    ----------
    tiers : int
    of_visit : int8, one per visit
    entry, top : int8, one per ticket
        The level where it came in, and the highest it reached.
    handed_over : bool, one per visit
        Whether the stay began with a hand-over.
    """

    tiers: int
    of_visit: NDArray[np.int8]
    entry: NDArray[np.int8]
    top: NDArray[np.int8]
    handed_over: NDArray[np.bool_]


def find_levels(export: Export, lines: Lines) -> Levels:
    """Tell how far each ticket went.

    A ticket whose teams are not known did not begin at the first line, as far as anybody can tell:
    it counts for the tier behind it. Where the export has one row per ticket and names its last team alone, it is taken to have come in at the
    first line and gone straight there.
    """
    visits, count = export.visits, len(export)
    handed = np.append(np.zeros(1, np.bool_), visits.ticket[1:] == visits.ticket[:-1])
    handed = handed[: len(visits)]
    level = lines.of(visits.team)
    if lines.found:
        level = _depth(visits.ticket, visits.team, level)
    entry, top = np.zeros(count, np.int8), np.zeros(count, np.int8)
    if export.kind == "tickets":
        last = lines.of(export.tickets.last_team)
        top = np.maximum(np.where(last == NONE, 0, last), 0).astype(np.int8)
    else:
        first = ~handed
        entry[visits.ticket[first]] = level[first]
        np.maximum.at(top, visits.ticket, level)
        behind = 1 if (top > 0).any() else 0
        nowhere = export.tickets.last_team == NONE
        entry[nowhere] = top[nowhere] = behind
    tiers = _tiers(top, len(lines.names), found=lines.found)
    last_tier = np.int8(tiers - 1)
    return Levels(
        tiers,
        np.minimum(level, last_tier),
        np.minimum(entry, last_tier),
        np.minimum(np.maximum(top, entry), last_tier),
        handed,
    )


def _depth(
    ticket: NDArray[np.int32], team: NDArray[np.int32], line: NDArray[np.int8]
) -> NDArray[np.int8]:
    """Count the different teams behind the first line; one seen before keeps its level.

    A first-line team is the first line whenever it has a ticket: a ticket that comes to it from
    behind is back at the desk that owns it, be it to be closed or to be sent elsewhere.
    """
    level = np.zeros(len(ticket), np.int8)
    current = -1
    seen: dict[int, int] = {}
    for at, (one, who, is_line) in enumerate(
        zip(ticket.tolist(), team.tolist(), line.tolist(), strict=True)
    ):
        if one != current:
            current, seen = one, {}
        if is_line != 0:
            level[at] = seen.setdefault(who, min(len(seen) + 1, DEEPEST - 1))
    return level


def _tiers(top: NDArray[np.int8], lines: int, *, found: bool) -> int:
    if not found:
        return max(lines, 1)
    tiers = 1
    while tiers < DEEPEST:
        before, beyond = int((top >= tiers - 1).sum()), int((top >= tiers).sum())
        if not before or beyond < LEAST_GOING_ON * before:
            break
        tiers += 1
    return tiers


@dataclass(frozen=True, eq=False)
class Topics:
    """The topics of the calibrated desk: categories, split by where their tickets come in.

    Attributes
    ----------
    names : tuple of str
    of_ticket : int32, one per ticket
    entry : tuple of int
        The tier where each topic comes in.
    """

    names: tuple[str, ...]
    of_ticket: NDArray[np.int32]
    entry: tuple[int, ...]


ALL_TICKETS: Final = "tickets"
"""The topic of all tickets, where the export has no categories."""


def other_topic(known: Collection[str]) -> str:
    """Name the topic of the categories that are none of their own."""
    name = "other"
    while name in known:
        name += " topics"
    return name


def topic_of_priority(priority: str) -> str:
    """Name the topic of tickets whose priority sends them other ways."""
    return f"priority {priority}"


def topic_at(topic: str, tier: int, name: str) -> str:
    """Name a topic's tickets that come in at a tier."""
    return topic if tier == 0 else f"{topic} to {name}"


def find_topics(export: Export, levels: Levels, tier_names: tuple[str, ...]) -> Topics:
    """Group tickets into topics: the largest categories, and all others, by where they come in.

    Tickets of a priority that go other ways than the rest (a critical one that no first line solves)
    are topics of their own, whatever they are about.
    """
    category = export.tickets.category
    labels = export.categories
    count = np.bincount(category[category != NONE], minlength=max(len(labels), 1))
    large = [int(c) for c in np.argsort(-count, kind="stable")[:MOST_TOPICS] if count[c] > 0]
    group = np.full(len(labels) + 1, len(large))
    for rank, code in enumerate(large):
        group[code] = rank
    of_group = group[category]
    known = [labels[c] for c in large] if labels else []
    known.append(other_topic(known) if known else ALL_TICKETS)
    for code in apart_priorities(export, levels):
        of_group = np.where(export.tickets.priority == code, len(known), of_group)
        known.append(topic_of_priority(export.priorities[code]))
    names: list[str] = []
    entries: list[int] = []
    of_ticket = np.full(len(export), NONE, np.int32)
    for tier, tier_name in enumerate(tier_names[: levels.tiers]):
        here = levels.entry == tier
        few = np.bincount(of_group[here], minlength=len(known)) < SMALLEST_TOPIC
        few[len(large) :] = False
        place = np.where(few[of_group], len(large), of_group)
        for number, label in enumerate(known):
            which = here & (place == number)
            if which.any():
                of_ticket[which] = len(names)
                names.append(topic_at(label, tier, tier_name))
                entries.append(tier)
    return Topics(tuple(names), of_ticket, tuple(entries))


def apart_priorities(export: Export, levels: Levels) -> list[int]:
    """Return the priorities whose tickets come in, or end, elsewhere than the others do.

    Those whose table of (where from, how far) differs from that of all other tickets by a chi-square
    test, cells with fewer than five tickets expected left out; the commonest one is the others.
    """
    from scipy.stats import chi2  # noqa: PLC0415 - heavy, and only needed here

    priority = export.tickets.priority
    count = np.bincount(priority[priority != NONE], minlength=len(export.priorities))
    where = levels.entry.astype(np.int64) * DEEPEST + levels.top
    found = []
    for code in np.flatnonzero(count >= SMALLEST_TOPIC):
        if code == count.argmax():
            continue
        own = np.bincount(where[priority == code], minlength=DEEPEST**2)
        rest = np.bincount(where[priority != code], minlength=DEEPEST**2)
        expected = own.sum() * rest / max(rest.sum(), 1)
        used = expected >= LEAST_EXPECTED
        if used.sum() < 2:  # noqa: PLR2004 - one cell cannot differ
            continue
        misfit = float(((own - expected)[used] ** 2 / expected[used]).sum())
        if chi2.sf(misfit, int(used.sum()) - 1) < UNLIKE:
            found.append(int(code))
    return found


def solve_chance(
    mean: float, ability: float, weight: NDArray[np.float64] | None = None
) -> tuple[float, NDArray[np.float64]]:
    """Return the chance that a tier solves a topic's ticket, and what is left unsolved.

    Parameters
    ----------
    mean : float
        The topic's difficulty.
    ability : float
    weight : float64 array of ``GRID``, optional
        How many tickets of each quantile of difficulty get there; all alike if absent.

    Returns
    -------
    chance : float
    left : float64 array of ``GRID``
        The weights of those that go on.
    """
    hard = _quantiles(mean)
    weight = np.full(GRID, 1 / GRID) if weight is None else weight
    solved = 1 / (1 + np.exp(-(ability - hard) / SLOPE))
    total = float(weight.sum())
    return float((weight * solved).sum() / total) if total else 0.0, weight * (1 - solved)


@lru_cache(maxsize=4096)
def _quantiles(mean: float) -> NDArray[np.float64]:
    from scipy.special import betaincinv  # noqa: PLC0415 - heavy, and only needed here

    spread = min(SPREAD, 0.9 * (mean * (1 - mean)) ** 0.5)
    size = mean * (1 - mean) / spread**2 - 1
    at = (np.arange(GRID) + 0.5) / GRID
    return np.asarray(betaincinv(mean * size, (1 - mean) * size, at))


def difficulty_for(share: float, ability: float) -> float:
    """Return the difficulty at which a tier of some ability solves a share of the tickets.

    Examples
    --------
    >>> round(difficulty_for(0.5, 0.5), 2)
    0.5
    """
    low, high = EASIEST, HARDEST
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if solve_chance(middle, ability)[0] > share else (low, middle)
    return (low + high) / 2


@dataclass(frozen=True, eq=False)
class Abilities:
    """What makes the paths come out.

    Attributes
    ----------
    ability : tuple of float
        One per tier.
    difficulty : tuple of float
        One per topic.
    parameters : tuple of Parameter
    """

    ability: tuple[float, ...]
    difficulty: tuple[float, ...]
    parameters: tuple[Parameter, ...]


def fit_abilities(
    levels: Levels, topics: Topics, tier_names: tuple[str, ...], kept_by: Sequence[float] = ()
) -> Abilities:
    """Fit difficulties and abilities to the shares resolved at each tier.

    Parameters
    ----------
    levels, topics, tier_names
    kept_by : sequence of float
        By tier: chance that an escalation to it ends with its sender, who solves what comes back:
        such tickets went as far as a tier that did not solve them. Absent: 0.
    """
    last = levels.tiers - 1
    ability = [FIRST_ABILITY]
    difficulty = np.full(len(topics.names), 0.5)
    # What of each topic reaches the tier, by quantile of difficulty, in tickets.
    reach: dict[int, NDArray[np.float64]] = {}
    found: list[Parameter] = [
        Parameter(f"tiers.{tier_names[0]}.ability", FIRST_ABILITY, "assumed", "sets the scale")
    ]
    for tier in range(levels.tiers):
        here = (levels.entry <= tier) & (levels.top >= tier)
        if tier:
            handed = here & (levels.entry < tier)
            kept = kept_by[tier] if kept_by else 0.0
            share = _share(levels.top[handed] == tier) if handed.any() else 0.5
            ended = float(handed.sum()) * share
            ends = [
                max((one - kept) / (1 - kept), 0.0)
                for one in (share, *share_interval(ended, float(handed.sum())))
            ]
            reach = {topic: (1 - kept) * weight for topic, weight in reach.items()}
            name = tier_names[tier]
            if tier == last or not reach:
                ability.append(ability[-1] + (BEYOND if tier == last else 0.0))
                found.append(_assumed_ability(name, ability[-1], is_last=tier == last))
            else:
                value, low, high = (_ability(one, difficulty, reach) for one in ends)
                ability.append(value)
                why = f"{100 * ends[0]:.0f} % of {int(handed.sum())} tickets handed over to it end"
                path = f"tiers.{name}.ability"
                found.append(Parameter(path, value, "fitted", f"{why} there", low, high))
        common = _share(levels.top[here] == tier) if here.any() else 0.5
        for topic, entry in enumerate(topics.entry):
            own = topics.of_ticket == topic
            if entry == tier:
                solved = float((levels.top[own] == tier).sum())
                total = float(own.sum())
                share = (solved + PRIOR_TICKETS * common) / (total + PRIOR_TICKETS)
                difficulty[topic] = difficulty_for(share, ability[tier])
                low, high = share_interval(solved, total)
                found.append(
                    Parameter(
                        f"topics.{topics.names[topic]}.difficulty",
                        float(difficulty[topic]),
                        "fitted",
                        f"{100 * share:.0f} % of {total:.0f} tickets end at {tier_names[tier]}",
                        difficulty_for(high, ability[tier]),
                        difficulty_for(low, ability[tier]),
                    )
                )
                reach[topic] = np.full(GRID, total / GRID)
            if topic in reach:
                reach[topic] = solve_chance(difficulty[topic], ability[tier], reach[topic])[1]
    return Abilities(tuple(ability), tuple(map(float, difficulty)), tuple(found))


def _share(which: NDArray[np.bool_]) -> float:
    return float((which.sum() + 0.5) / (len(which) + 1))


def _ability(
    share: float, difficulty: NDArray[np.float64], reach: dict[int, NDArray[np.float64]]
) -> float:
    """Return the ability at which a share of what arrives is solved."""
    low, high = -0.5, 2.0
    total = sum(float(weight.sum()) for weight in reach.values())
    for _ in range(40):
        middle = (low + high) / 2
        left = sum(
            float(solve_chance(difficulty[topic], middle, weight)[1].sum())
            for topic, weight in reach.items()
        )
        low, high = (middle, high) if 1 - left / max(total, 1e-9) < share else (low, middle)
    return (low + high) / 2


def _assumed_ability(name: str, ability: float, *, is_last: bool) -> Parameter:
    why = (
        "the last tier resolves whatever reaches it"
        if is_last
        else "no ticket is handed over to it"
    )
    return Parameter(f"tiers.{name}.ability", ability, "assumed", why)
