"""The page about mapping files, made from the model: ``scenarios/MAPPING.md``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from sim.intake.mapping import Mapping, load_mapping, presets
from sim.intake.names import table

_HEAD: Final = """\
# How a file becomes an export, and what a mapping file may say

`tiersim calibrate export.csv` reads a ticket export in these steps, and says what it did in each:

1. **The file is told by its content**, whatever it is called: text with any separator (found by the
   rows, as quoting and backslashes are), a workbook (XLSX, XLS, ODS), JSON (an array, one object a line,
   or a list wrapped in an object), HTML or SpreadsheetML that calls itself `.xls`, XES, Parquet; packed
   with gzip, or in a zip of one file. UTF-8, UTF-16 or Windows letters.
2. **The header is found** below any titles, and in a workbook the sheet that holds tickets
   (`header_row:`, `sheet:`).
3. **Columns are found** by the stems of their names in seven languages (English, German, French,
   Spanish, Portuguese, Italian, Dutch) and by a look at their values: dates or not, unique or not, few
   or many, people or groups. What each was taken for is shown with its evidence, and the next best where it is close.
   Columns of dates, teams or states that nobody asked for are named first (`columns:`).
4. **Dates are read** in the one form that reads all of them (`dates:`, `time_zone:`).
5. **States** are known by the words of a tool ({presets}) or by the stems of theirs
   (`states:`). Rows are tickets or updates of tickets (`kind:`).
6. **Rows that cannot be used** are set aside, each with its reason. Rows of one ticket that differ, as
   after a join, are kept once. Spam and duplicates are asked about (`leave_out:`).

How it was read is written beside the desk, as `client-mapping.yaml`. Where that is wrong, put it right
and give the file back; it reads next month's export the same way:

```console
tiersim calibrate export.csv --as client-mapping.yaml
```

A mapping of one's own says only what is not found:

```yaml
extends: any
columns: {{id: Ref, opened: Raised on + Raised at, team: Squad}}
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
    "months": Part(
        "twelve names, or lists of names",
        "months: [[sty, stycznia], [lut, lutego], [mar, marca], [kwi, kwietnia], [maj, maja], "
        "[cze, czerwca],\n  [lip, lipca], [sie, sierpnia], [wrz, września], [paź, października], "
        "[lis, listopada], [gru, grudnia]]",
    ),
    "weekdays": Part(
        "seven names, or lists of names", "weekdays: [pon, wt, śr, czw, pt, sob, niedz]"
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
    "sheet": Part("a name or a list of names", "sheet: [January, February]"),
    "header_row": Part("a whole number from 1", "header_row: 4"),
    "find_columns": Part("`true` or `false`", "find_columns: true"),
    "leave_out": Part(
        "roles or names of columns, each with a value, a pattern or a list of them",
        'leave_out:\n  state: [Merged, Spam]\n  team: ["Test*"]\n  Record type: Task',
    ),
    "duration_unit": Part("`ms`, `s`, `min`, `h` or `d`", "duration_unit: min"),
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
    "duration": "How long it took from opening to resolution, where no column says when it was resolved.",
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
"""States of the preset `any` that a line shows."""
LANGUAGES: Final = ("en", "de", "fr", "es", "pt", "it", "nl")
"""Of each, one stem is shown for a role."""


def mapping_text() -> str:
    """Return the page.

    Examples
    --------
    >>> mapping_text().splitlines()[0]
    '# How a file becomes an export, and what a mapping file may say'
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
    yield "| role | what stands in the column | names begin with, among others |"
    yield "|---|---|---|"
    for role, means in ROLES_MEAN.items():
        yield f"| `{role}` | {means} | {_stems(role)} |"
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


def _stems(role: str) -> str:
    strong = table("columns")[role]["strong"]
    shown = [strong[language].split()[0] for language in LANGUAGES if language in strong]
    return ", ".join(f"`{one.strip('=~').replace('+', ' ')}`" for one in dict.fromkeys(shown))


def _some(names: tuple[str, ...]) -> str:
    more = ", …" if len(names) > NAMES_SHOWN else ""
    return ", ".join(f"`{name}`" for name in names[:NAMES_SHOWN]) + more
