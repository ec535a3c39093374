"""An export without any name of the client's, and the key that tells what stands for what.

Teams, topics, channels, priorities, states, people, columns, tickets and the file itself get names of their
own; tiers that a mapping names in other words than L1, L2, … too. Everything that is made of the export after
that (the desk, reports, figures) has these names alone. The key and the mapping hold the client's: they stay
with whoever may see them.
"""

from __future__ import annotations

import csv
import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatch
from pathlib import Path
from typing import Final

import numpy as np

from sim import writing
from sim.borders import cell
from sim.intake.export import Export
from sim.intake.losses import reason_kind
from sim.intake.mapping import Mapping, load_mapping
from sim.intake.priorities import rank
from sim.intake.sheet import SetAside

SOURCE: Final = "export"
KEY: Final = "a key"
"""What it is that is written."""
_PLAIN_TIER: Final = re.compile(r"[LT]\d+|Tier \d+", re.IGNORECASE)
_SHORTEST: Final = 2
PERSON: Final = "person"


@dataclass(frozen=True)
class Key:
    """What stands for what.

    Attributes
    ----------
    rows : tuple of (kind, name, stands_for)
        ``("team", "Team 1", "Service Desk Examplecorp")``.
    """

    rows: tuple[tuple[str, str, str], ...]

    def write(self, path: str | os.PathLike[str]) -> Path:
        """Write it as CSV; without people, of whom nothing is kept.

        Raises
        ------
        OutputError
            If it cannot be written; then no half of it is left.
        """

        def write(to: Path) -> None:
            with to.open("w", encoding="utf-8", newline="") as file:
                out = csv.writer(file)
                out.writerow(("kind", "name", "stands for"))
                out.writerows(
                    (kind, name, cell(said)) for kind, name, said in self.rows if kind != PERSON
                )

        return writing.write(path, write, KEY)

    def hide(self, text: str) -> str:
        """Put the new names for the old ones in a text; what else it quotes is left out.

        Examples
        --------
        >>> Key((("team", "Team 1", "Apps of X"),)).hide("'Apps of X' has 3 tickets like 'Ann: help'")
        "'Team 1' has 3 tickets like '…'"
        """
        new = {said: name for _, name, said in self.rows if len(said) >= _SHORTEST}
        if new:
            names = "|".join(re.escape(said) for said in sorted(new, key=len, reverse=True))
            text = re.sub(rf"(?<!\w)(?:{names})(?!\w)", lambda found: new[found[0]], text)
        known = {name for _, name, _ in self.rows}
        return re.sub(
            r"(?<!\w)'((?:[^'\\]|\\.)*)'(?!\w)",
            lambda found: found[0] if found[1] in known else "'…'",
            text,
        )


def anonymised(export: Export) -> tuple[Export, Key]:
    """Replace what a client called anything in an export.

    Priorities are numbered from the most urgent, where that can be told; all else in the order of the file.
    """
    # Words that any tool has say nothing of a client, and stand in sentences too.
    common = {name for names in load_mapping("any").states.values() for name in names}
    ranking = rank(export.priorities)
    order = ranking.order() if ranking else list(range(len(export.priorities)))
    place = np.argsort(order)
    labels = {
        "team": export.teams,
        "topic": export.categories,
        "channel": export.channels,
        "priority": tuple(export.priorities[at] for at in order),
        PERSON: export.agents,
    }
    rows = [
        (kind, f"{kind.capitalize()} {number}", said)
        for kind, several in labels.items()
        for number, said in enumerate(several, 1)
    ]
    rows += [
        ("column", role, name) for role, names in export.mapping.columns.items() for name in names
    ]
    rows += [
        ("state", meaning, name)
        for meaning, names in export.mapping.states.items()
        for name in names
        if name not in common
    ]
    rows.append(("file", SOURCE, export.source))
    rows += [("sheet", "sheet", name) for name in export.mapping.sheet or ()]
    tiers = export.mapping.teams
    if not isinstance(tiers, str):
        rows += [("tier", f"Tier {n}", said) for n, said in enumerate(tiers, 1) if not _PLAIN_TIER.fullmatch(said)]  # fmt: skip
    key = Key(tuple(rows))
    priority = export.tickets.priority
    if len(order):
        priority = np.where(priority < 0, priority, place[priority]).astype(priority.dtype)
    tickets = replace(
        export.tickets,
        id=np.array([f"T{n}" for n in range(1, len(export) + 1)], object),
        priority=priority,
    )
    hidden = replace(
        export,
        source=SOURCE,
        mapping=_mapping(export.mapping, export.teams, key),
        tickets=tickets,
        priorities=_numbered("Priority", export.priorities),
        categories=_numbered("Topic", export.categories),
        channels=_numbered("Channel", export.channels),
        teams=_numbered("Team", export.teams),
        agents=_numbered("Person", export.agents),
        set_aside=tuple(
            SetAside(one.row, "", key.hide(reason_kind(one.reason))) for one in export.set_aside
        ),
        notices=tuple(map(key.hide, export.notices)),
        lost=key.hide(export.lost),
        unread=tuple(map(key.hide, export.unread)),
    )
    return hidden, key


def _numbered(word: str, labels: Sequence[str]) -> tuple[str, ...]:
    return tuple(f"{word} {number}" for number in range(1, len(labels) + 1))


def _mapping(mapping: Mapping, teams: Sequence[str], key: Key) -> Mapping:
    """Return a mapping that says the same of the new names."""
    tiers = mapping.teams
    if not isinstance(tiers, str):
        tiers = {key.hide(tier): _matched(patterns, teams) for tier, patterns in tiers.items()}
    return mapping.model_copy(
        update={
            "name": "",
            "sheet": (),
            "leave_out": {},
            "columns": {role: (role,) for role in mapping.columns},
            "states": {meaning: (meaning,) for meaning in mapping.states},
            "teams": tiers,
            "priorities": {key.hide(old): to for old, to in mapping.priorities.items()},
            "topics": {key.hide(old): to for old, to in mapping.topics.items()},
            "channels": {key.hide(old): to for old, to in mapping.channels.items()},
        }
    )


def _matched(patterns: Iterable[str], teams: Sequence[str]) -> tuple[str, ...]:
    return tuple(
        f"Team {number}"
        for number, team in enumerate(teams, 1)
        if any(fnmatch(team.casefold(), pattern.casefold()) for pattern in patterns)
    )
