"""Which team is which line of support.

Exports name teams, not tiers. A mapping may say which is which; otherwise the first line is found,
by what a first line does: most new tickets start with it, of every kind, and it passes them on to
many others, while few are ever passed to it. An export with one row per ticket shows none of that: it
names the team that had a ticket last. The team that had most of them is then taken for the first
line, and it is said that it is no more than that.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fnmatch import fnmatch

import numpy as np
from numpy.typing import NDArray

from sim.errors import ExportError
from sim.intake.export import Export
from sim.intake.mapping import Mapping
from sim.units import format_share
from sim.workload.journeys import NONE, Codes

SMALLEST_SHARE = 0.05
"""A team with fewer of the first assignments is no first line of its own."""
LEAST_FIRST = 0.5
"""Of a first line's stays, at least this share are the first of their ticket."""
LEAST_AGAINST_TOP = 1 / 3
"""A further first-line team (a second site, a night shift) has at least this part of the largest."""
FEWEST_TICKETS = 20
"""Below it no first line can be told."""
MOST_NAMED = 3
"""Teams that a sentence names."""


@dataclass(frozen=True, eq=False)
class Lines:
    """Teams by line of support.

    Attributes
    ----------
    of_team : int8 array, one per team of the export
        0 is the first line.
    names : tuple of str
        Of the lines, in order.
    found : bool
        Whether the first line was found rather than stated.
    evidence : tuple of str
        One sentence for each thing that was found or assumed.
    """

    of_team: Codes
    names: tuple[str, ...]
    found: bool
    evidence: tuple[str, ...]

    def of(self, team: NDArray[np.int32]) -> Codes:
        """Return the line of each team; ``NONE`` for none."""
        if not len(self.of_team):
            return np.full(len(team), NONE, np.int8)
        return np.where(team == NONE, np.int8(NONE), self.of_team[team]).astype(np.int8)


def shows_first_team(export: Export) -> bool:
    """Tell whether an export shows with which team tickets begin, and whether they leave it.

    One row per ticket does not: its team is the one that had the ticket last.
    """
    return export.kind == "events" and bool(export.teams)


def find_lines(export: Export, mapping: Mapping | None = None) -> Lines:
    """Settle which team is which line of support.

    Parameters
    ----------
    export : Export
    mapping : Mapping, optional
        Its ``teams`` count; the export's own mapping if absent.

    Raises
    ------
    ExportError
        If a tier of the mapping matches no team of the export.
    """
    teams = (mapping or export.mapping).teams
    if not export.teams:
        return Lines(
            np.empty(0, np.int8), ("L1",), found=True, evidence=("The export names no teams.",)
        )
    if not isinstance(teams, str):
        return _stated(export, teams)
    return _found(export) if shows_first_team(export) else _taken(export)


def _stated(export: Export, tiers: dict[str, tuple[str, ...]]) -> Lines:
    of_team = np.full(len(export.teams), NONE, np.int8)
    for place, (tier, patterns) in enumerate(tiers.items()):
        matched = [
            at
            for at, team in enumerate(export.teams)
            if any(fnmatch(team.casefold(), pattern.casefold()) for pattern in patterns)
        ]
        if not matched and place == 0:
            raise ExportError(
                f"teams.{tier}: {', '.join(patterns)} matches no team of {export.source}; its "
                f"teams are {', '.join(export.teams[:20])}."
            )
        for at in matched:
            of_team[at] = place if of_team[at] == NONE else of_team[at]
    rest = of_team == NONE
    evidence = []
    names = tuple(tiers)
    if rest.any():
        names = names if len(names) > 1 else (*names, "other teams")
        of_team[rest] = 1
        shown = ", ".join(team for team, other in zip(export.teams, rest, strict=True) if other)
        evidence.append(
            f"{_teams(int(rest.sum()))} as {names[1]}: "
            f"{shown[:200]}{'…' if len(shown) > 200 else ''}."  # noqa: PLR2004 - enough to see
        )
    lines = Lines(of_team, names, found=False, evidence=tuple(evidence))
    return (
        lines if shows_first_team(export) else replace(lines, evidence=_told_of_last(export, lines))
    )


def _teams(count: int) -> str:
    one = "1 team that the mapping does not name counts"
    return one if count == 1 else f"{count:,} teams that the mapping does not name count"


def _told_of_last(export: Export, lines: Lines) -> tuple[str, ...]:
    """Say what a table shows of stated lines: who had tickets last."""
    last = lines.of(export.tickets.last_team[export.tickets.last_team != NONE])
    if not len(last):
        return lines.evidence
    shares = _listed(
        [
            f"{name} {format_share(float((last == number).mean()))}"
            for number, name in enumerate(lines.names)
        ]
    )
    told = (
        f"One row per ticket shows who had it last ({shares}), not where it began. All are taken to "
        f"have come in at {lines.names[0]}; how many of those it takes in it solves cannot be told "
        "from this export alone."
    )
    return (*lines.evidence, told)


def _taken(export: Export) -> Lines:
    """Take the team that had most tickets, of most kinds, for the first line of a table."""
    last = export.tickets.last_team
    share = _shares(export, last)
    weight = share * _breadth(export, last)
    top = int(np.argmax(weight))
    of_team = np.where(np.arange(len(export.teams)) == top, 0, 1).astype(np.int8)
    told = (
        "One row per ticket shows which team had a ticket last, not where it began: which team is the "
        "first line, and how many of those it takes in it solves, cannot be told from this export "
        f"alone. {export.teams[top]!r}, which had {format_share(float(share[top]))} of the tickets "
        "last, of most kinds, is taken for the first line, and all tickets to have come in there."
    )
    counted = export.tickets.hand_offs
    if (counted != NONE).any():
        alone = format_share(float(((last == top) & (counted == 0)).mean()))
        told += f" {alone} of all tickets were never handed over, and with {export.teams[top]!r}."
    evidence = [told]
    others = np.argsort(-np.where(of_team == 0, -1, share), kind="stable")[: len(share) - 1]
    if len(others):
        shown = [
            f"{export.teams[team]!r} ({format_share(float(share[team]))})"
            for team in others[:MOST_NAMED]
        ]
        rest = len(others) - len(shown)
        both = format_share(float(share[top] + share[others[0]]))
        evidence.append(
            f"Counted as the second line: {_listed([*shown, *([f'{rest} more'] if rest else [])])}. "
            f"Were {export.teams[others[0]]!r} of the first line too, it would have had {both} last. "
            "State which team is which under `teams:` in the mapping, a third line too where there "
            "is one."
        )
    names = ("L1", "L2") if len(others) else ("L1",)
    return Lines(of_team, names, found=True, evidence=tuple(evidence))


def _listed(words: list[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def _shares(export: Export, team: NDArray[np.int32]) -> NDArray[np.float64]:
    """Return the share of the tickets of each team, of those that have one."""
    known = team[team != NONE]
    if len(known) < FEWEST_TICKETS:
        raise ExportError(
            f"{export.source} has too few tickets with a team ({len(known)}); a first line cannot be "
            "found in so few. Say `teams:` in the mapping."
        )
    return np.asarray(np.bincount(known, minlength=len(export.teams)) / len(known))


def _found(export: Export) -> Lines:
    tickets, visits = export.tickets, export.visits
    teams = len(export.teams)
    share = _shares(export, tickets.first_team)
    stays = np.maximum(np.bincount(visits.team, minlength=teams), 1)
    begins = np.append(np.ones(1, np.bool_), np.diff(visits.ticket) != 0)[: len(visits)]
    is_first = np.bincount(visits.team[begins], minlength=teams) / stays
    breadth = _breadth(export, tickets.first_team)
    top = int(np.argmax(share * breadth))
    line = (
        (share >= SMALLEST_SHARE)
        & (is_first >= LEAST_FIRST)
        & (share * breadth >= LEAST_AGAINST_TOP * share[top] * breadth[top])
    )
    line[top] = True
    alone = (tickets.first_team == tickets.last_team) & (tickets.hand_offs == 0)
    home, evidence = home_team(export), []
    for team in np.flatnonzero(line)[np.argsort(-share[line], kind="stable")]:
        own = tickets.first_team == team
        agents = int((home == team).sum())
        people = f", {agents} people" if agents else ""
        evidence.append(
            f"{export.teams[team]!r} acts as the first line: {format_share(float(share[team]))} of "
            f"the tickets start there, {format_share(float(alone[own].mean()))} of them never "
            f"leave it{people}."
        )
    others = int((~line).sum())
    if others:
        runner = int(np.argmax(np.where(line, -1, share)))
        evidence.append(
            f"The other teams ({others}) stand behind the first line; the one that gets most new "
            f"tickets itself, {export.teams[runner]!r}, gets {format_share(float(share[runner]))}."
        )
    of_team = np.where(line, 0, 1).astype(np.int8)
    names = ("L1", "L2") if others else ("L1",)
    return Lines(of_team, names, found=True, evidence=tuple(evidence))


def home_team(export: Export) -> NDArray[np.int32]:
    """Return the team under which each person is named most often; ``NONE`` for never."""
    events, teams = export.events, len(export.teams)
    named = (events.agent != NONE) & (events.team != NONE)
    key = events.agent[named].astype(np.int64) * teams + events.team[named]
    often = np.bincount(key, minlength=len(export.agents) * teams)
    often = often.reshape(len(export.agents), teams)
    home = np.argmax(often, axis=1) if often.size else np.zeros(len(export.agents), np.int64)
    seen = often.any(axis=1) if often.size else np.zeros(len(export.agents), np.bool_)
    return np.where(seen, home, NONE).astype(np.int32)


def _breadth(export: Export, team: NDArray[np.int32]) -> NDArray[np.float64]:
    """Return how many kinds of tickets each team has, against all: from 0 to 1.

    The effective number of categories (the exponential of Shannon's entropy) of a team's tickets,
    over that of all tickets. One where the export has no categories.

    Parameters
    ----------
    export : Export
    team : int32 array, one per ticket
        The first team of each; in a table, the last.
    """
    tickets = export.tickets
    known = (team != NONE) & (tickets.category != NONE)
    teams, kinds = len(export.teams), len(export.categories)
    if not known.any():
        return np.ones(teams)
    key = team[known].astype(np.int64) * kinds + tickets.category[known]
    table = np.bincount(key, minlength=teams * kinds).reshape(teams, kinds)
    effective = _effective(table)
    return np.asarray(np.minimum(effective / _effective(table.sum(axis=0)[None, :])[0], 1.0))


def _effective(table: NDArray[np.int64]) -> NDArray[np.float64]:
    share = table / np.maximum(table.sum(axis=1, keepdims=True), 1)
    entropy = -(share * np.log(np.where(share > 0, share, 1.0))).sum(axis=1)
    return np.asarray(np.exp(entropy))
