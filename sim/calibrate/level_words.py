"""Which teams are which level of support, in words: how levels come about, and whose stays they are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from sim.calibrate.lines import Lines, shows_first_team
from sim.calibrate.paths import DEEPEST, Levels
from sim.intake.export import Export
from sim.units import format_share
from sim.workload.journeys import NONE

NAMED: Final = 3
"""Teams of a level that a sentence names."""


def teams_of_levels(export: Export, levels: Levels) -> tuple[tuple[tuple[str, float], ...], ...]:
    """Return the teams of each level with their share of its stays, the largest first.

    Where the export shows no stays, of the tickets that they had last.

    Parameters
    ----------
    export : Export
    levels : Levels
        Of the same tickets.
    """
    shown = shows_first_team(export)
    team = export.visits.team if shown else export.tickets.last_team
    level = levels.of_visit if shown else levels.top
    found = []
    for number in range(levels.tiers):
        own = team[(level == number) & (team != NONE)]
        count = np.bincount(own, minlength=len(export.teams))
        order = np.argsort(-count, kind="stable")[: int((count > 0).sum())]
        found.append(tuple((export.teams[at], float(count[at] / len(own))) for at in order))
    return tuple(found)


def how_levels_come_about(lines: Lines, levels: Levels, tiers: Sequence[str]) -> str:
    """Say how teams behind the first line become levels; nothing where there are none.

    Parameters
    ----------
    lines, levels
    tiers : sequence of str
        Their names.
    """
    if levels.tiers < 2:  # noqa: PLR2004 - the first line alone
        return ""
    if not lines.found:
        return "Which team is which level is stated in the mapping."
    fix = "`teams:` in the mapping gives each team a level of its own."
    if levels.tiers == 2:  # noqa: PLR2004 - one level behind the first line
        return f"All teams behind the first line together are {tiers[1]}. {fix}"
    further = f", and so on to {tiers[-1]}" if levels.tiers == DEEPEST else ""
    return (
        f"Behind the first line, levels are counted ticket by ticket: the first other team that a "
        f"ticket comes to is its {tiers[1]}, the next new one its {tiers[2]}{further}. So a team can be "
        f"{tiers[1]} of one ticket and {tiers[2]} of another. {fix}"
    )


def level_sentences(
    export: Export, lines: Lines, levels: Levels, tiers: Sequence[str]
) -> tuple[str, ...]:
    """Say how levels come about, and which teams have most of the stays at each.

    Parameters
    ----------
    export : Export
    lines : Lines
    levels : Levels
    tiers : sequence of str
        The names of the levels.
    """
    how = how_levels_come_about(lines, levels, tiers)
    # What a table's teams were taken for is said where they were.
    if not how or (lines.found and not shows_first_team(export)):
        return ()
    parts = []
    for tier, teams in zip(tiers, teams_of_levels(export, levels), strict=False):
        named = ", ".join(f"{team!r} {format_share(share)}" for team, share in teams[:NAMED])
        more = f" and {len(teams) - NAMED} more" if len(teams) > NAMED else ""
        parts.append(f"{tier}: {named or 'none'}{more}")
    what = "stays are" if shows_first_team(export) else "tickets were last"
    return (how, f"With whom most {what}, by level: {'; '.join(parts)}.")
