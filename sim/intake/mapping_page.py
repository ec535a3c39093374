"""The page about mapping files, made from the model: ``scenarios/MAPPING.md``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from sim.intake.mapping import Mapping, load_mapping, presets

_HEAD: Final = """\
# What a mapping file may say

A mapping says how a ticket export is read: which column is which, what the tool's states mean, and
which teams are which line of support. Most exports need none: `tiersim calibrate export.csv` looks at
the header, takes one of the presets ({presets}),
and writes down how it read the export, as `client-mapping.yaml`. Where that is wrong, put it right and
give the file back:

```console
tiersim calibrate export.csv --as client-mapping.yaml
```

A mapping of one's own says only what differs from a preset:

```yaml
extends: any
columns: {{id: Ref, opened: Raised on, team: Squad}}
states: {{user: [Waiting for caller], resolved: [Fixed]}}
teams: {{L1: ["Service Desk*"], L2: ["Apps*", Network]}}
```

Needed are `id` and `opened`; for rows that are updates, `id` and `updated`. This page is written by
`tiersim schema --mapping`.
"""


@dataclass(frozen=True)
class Part:
    """What the page says of a key beside its description.

    Attributes
    ----------
    allowed : str
    example : str
        A mapping file of its own that uses the key.
    """

    allowed: str
    example: str


EXTENDS: Final = Part("a preset, or another mapping file", "extends: servicenow")
EXTENDS_MEANS: Final = (
    "The mapping that this one changes; a file is looked for beside this one. `columns`, `states`, "
    "`priorities`, `topics`, `channels` and `window` are merged name by name; all else, `teams` "
    "too, replaces what was there."
)
PARTS: Final[dict[str, Part]] = {
    "name": Part("text", "name: Our ticket tool"),
    "kind": Part("`events`, `tickets` or `found`", "kind: events"),
    "columns": Part(
        "roles (see below), each with a name or a list of names",
        "columns:\n  id: Ref\n  opened: [Raised on, Created]\n  team: Squad",
    ),
    "dates": Part(
        "a form or a list of forms",
        'dates: "%d/%m/%Y[ %H:%M[:%S]]"  # what stands in brackets may be missing',
    ),
    "time_zone": Part("the IANA name of a zone", "time_zone: Europe/Lisbon"),
    "missing": Part("a text or a list of texts", 'missing: ["", "?", N/A]'),
    "states": Part(
        "meanings (see below), each with a state or a list of states",
        "states:\n  user: [Awaiting caller, On hold]\n  vendor: Awaiting vendor\n  resolved: [Solved]",
    ),
    "teams": Part(
        "`found`, or tiers, each with a team, a pattern or a list of them",
        'teams:\n  L1: ["Service Desk*"]\n  L2: ["Apps*", Network]\n  L3: [Development]',
    ),
    "priorities": Part(
        "a mapping of the tool's to the scenario's", 'priorities: {"1 - Critical": P1, Hoch: P2}'
    ),
    "topics": Part("a mapping of the tool's to the scenario's", "topics: {Mail: software}"),
    "channels": Part("a mapping of the tool's to the scenario's", "channels: {Telefon: phone}"),
    "window": Part("`from` and `to`, each a date", "window: {from: 2026-01-05, to: 2026-03-29}"),
    "holidays": Part("a list of dates", "holidays: [2026-04-03, 2026-12-25]"),
    "separator": Part("one character", 'separator: ";"'),
    "encoding": Part("the name of an encoding", "encoding: cp1252"),
    "sheet": Part("text", "sheet: Incidents 2026"),
}
"""By key of ``Mapping``."""

ROLES_MEAN: Final[dict[str, str]] = {
    "id": "The ticket's number; needed.",
    "opened": "When it was opened; needed, but where rows are updates: there it is the first update.",
    "resolved": "When it was resolved. Absent: when its state last became resolved; else `closed`.",
    "closed": "When it was closed, often days later and by itself.",
    "updated": "When this row was made, where each row is an update; needed there.",
    "state": "The state from this update on; its words are explained under `states`.",
    "team": "The team that has the ticket, from this update on.",
    "assignee": "The person who has it; people are only counted.",
    "priority": "Its priority.",
    "category": "What it is about.",
    "channel": "How it came in: phone, mail, portal.",
    "sequence": "The number of the update, which orders updates of one instant.",
    "reopened": "How often it was reopened.",
    "reassigned": "How often it was handed over, where one row is a ticket.",
    "sla": "Whether it was on time: yes or no.",
}
"""By role of a column."""

STATES_MEAN: Final[dict[str, str]] = {
    "queue": "Waits for somebody of the team to take it up.",
    "work": "Somebody works on it.",
    "user": "Waits for the user.",
    "vendor": "Waits for a vendor.",
    "change": "Waits for anything else: an approval, a change window, a problem.",
    "resolved": "Resolved: clocks stop.",
    "closed": "Closed.",
}
"""By meaning of a state."""

NAMES_SHOWN: Final = 4
"""Names of the preset `any` that a line shows."""


def mapping_text() -> str:
    """Return the page.

    Examples
    --------
    >>> mapping_text().splitlines()[0]
    '# What a mapping file may say'
    """
    return "\n".join([_HEAD.format(presets=", ".join(map("`{}`".format, presets()))), *_sections()])


def _sections() -> Iterator[str]:
    yield "## Keys\n"
    yield "| key | allowed | default | meaning |"
    yield "|---|---|---|---|"
    yield f"| `extends` | {EXTENDS.allowed} |  | {EXTENDS_MEANS} |"
    for name, field in Mapping.model_fields.items():
        about = (field.description or "").replace("|", "\\|")
        yield f"| `{name}` | {PARTS[name].allowed} | {_default(name)} | {about} |"
    known = load_mapping("any")
    yield "\n## Roles of columns\n"
    yield "| role | what stands in the column | names that `any` knows |"
    yield "|---|---|---|"
    for role, means in ROLES_MEAN.items():
        yield f"| `{role}` | {means} | {_some(known.columns[role])} |"  # type: ignore[index]
    yield "\n## Meanings of states\n"
    yield "| meaning | what becomes of the ticket | states that `any` knows |"
    yield "|---|---|---|"
    for state, means in STATES_MEAN.items():
        yield f"| `{state}` | {means} | {_some(known.states[state])} |"  # type: ignore[index]
    yield "\nA state that is not explained is told; the one before is taken to go on.\n"
    yield "## An example of each key\n"
    for name, part in {"extends": EXTENDS, **PARTS}.items():
        yield f"`{name}`:\n\n```yaml\n{part.example}\n```\n"


def _default(name: str) -> str:
    value: Any = Mapping.model_fields[name].get_default(call_default_factory=True)
    plain = [value] if isinstance(value, str) else value if isinstance(value, tuple) else []
    return ", ".join(f"`{one}`" if one else "the empty text" for one in plain if name != "name")


def _some(names: tuple[str, ...]) -> str:
    more = ", …" if len(names) > NAMES_SHOWN else ""
    return ", ".join(f"`{name}`" for name in names[:NAMES_SHOWN]) + more
