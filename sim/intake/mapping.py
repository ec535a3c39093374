"""A mapping: how to read one tool's ticket export.

A mapping is a YAML file. It names the columns, the form of the dates and their time zone, what the
states mean, and which teams are which line of support::

    extends: servicenow            # a preset, or another mapping file; optional
    columns: {id: number, opened: opened_at, team: [assignment_group, Group]}
    dates: "%d/%m/%Y %H:%M"        # or `found`: the one form that reads every date
    time_zone: Europe/Lisbon
    states: {user: [Awaiting caller], vendor: [Awaiting vendor]}
    teams: {L1: ["Service Desk*"], L2: ["Apps*", Network]}
    window: {from: 2026-01-05, to: 2026-03-29}
    holidays: [2026-04-03, 2026-04-06]

Where several names are given for a column, the first that the export has is taken; what was taken
is among the notices of the export, and ``save_mapping`` writes it down.
"""

from __future__ import annotations

import datetime as dt
import difflib
import io
import os
import stat
from collections.abc import Mapping as Dictionary
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import BeforeValidator, Field, ValidationError, model_validator
from ruamel.yaml import YAML

from sim import reading, writing
from sim.errors import ExportError, ScenarioError, UnitError
from sim.intake.date_words import DateWords
from sim.limits import YAML_BYTES
from sim.scenario.hours import Model
from sim.scenario.model import check_zone
from sim.scenario.yaml_text import read_yaml

Role = Literal[
    "id",
    "opened",
    "resolved",
    "closed",
    "updated",
    "state",
    "team",
    "assignee",
    "priority",
    "category",
    "channel",
    "sequence",
    "reopened",
    "reassigned",
    "sla",
    "duration",
]
ROLES: tuple[str, ...] = get_args(Role)
DATE_ROLES = ("opened", "resolved", "closed", "updated")
State = Literal["queue", "work", "user", "vendor", "change", "resolved", "closed"]
STATES: tuple[str, ...] = get_args(State)
MAPPING = "a mapping"
FOUND = "found"


def _as_tuple(value: Any) -> Any:
    return (value,) if isinstance(value, str | int | float) else value


def _texts(value: Any) -> Any:
    value = _as_tuple(value)
    return tuple(map(str, value)) if isinstance(value, list | tuple) else value


Names = Annotated[tuple[str, ...], BeforeValidator(_texts)]
"""One name or several."""


class Window(Model):
    """The days whose tickets are used."""

    first: dt.date | None = Field(None, alias="from", description="First day; absent: all before.")
    last: dt.date | None = Field(None, alias="to", description="Last day, included.")

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.first is not None and self.last is not None and self.first > self.last:
            raise UnitError(f"the window ends ({self.last}) before it begins ({self.first})")
        return self


class Mapping(Model):
    """How to read one tool's ticket export."""

    name: str = Field("", description="What the export comes from, for tables and notices.")
    kind: Literal["events", "tickets", "found"] = Field(
        "found",
        description="`events`: one row per update of a ticket. `tickets`: one row per ticket. "
        "`found`: events where ids repeat and the rows say when they were made. Rows of `events` need "
        "no `opened`: the first update of a ticket opens it.",
    )
    columns: dict[Role, Names] = Field(
        default_factory=dict,
        description="What stands in which column: one name, or several of which the first that "
        "is there is taken. Upper and lower case, blanks and underscores do not matter. `A + B`: the "
        "date stands in the column `A`, the time of day in `B`.",
    )
    dates: Names = Field(
        (FOUND,),
        description="Forms of dates, as in strftime: `%d/%m/%Y %H:%M`; `ISO`, `epoch s`, `epoch ms`, "
        "`epoch us`, `Excel serial`, `Excel 1904`; or `found`, the one known form that reads every date of a "
        "column. Zeros in front, fractions of a second, a weekday in front and a zone behind never matter; "
        "names of months and weekdays may be English, German, French, Spanish, Portuguese, Italian or Dutch, "
        "or those of `months` and `weekdays`. Any order can be stated: `%Y-%d-%m` has the day before the month.",
    )
    months: tuple[Names, ...] = Field(
        (),
        description="Names of months in any other language: twelve, January first, each a name or a "
        "list of names (short, long, in another case). They go before names that are known.",
    )
    weekdays: tuple[Names, ...] = Field(
        (), description="Names of weekdays likewise: seven, Monday first."
    )
    time_zone: str | None = Field(
        None, description="Zone of dates that do not say theirs (IANA name)."
    )
    missing: Names = Field(("",), description="Texts that mean that nothing is known.")
    states: dict[State, Names] = Field(
        default_factory=dict,
        description="The tool's states by meaning: `queue`, `work`, waits for the `user`, a "
        "`vendor` or a `change` (anything else), `resolved`, `closed`.",
    )
    teams: dict[str, Names] | Literal["found"] = Field(
        "found",
        description="Teams by tier, the first line first: names, or patterns with `*`. Teams "
        "that are not named are the second tier. `found`: the first line is found in the export.",
    )
    priorities: dict[str, str] = Field(
        default_factory=dict,
        description="The tool's priorities to the scenario's. Absent: by number, or by order.",
    )
    topics: dict[str, str] = Field(
        default_factory=dict,
        description="The tool's categories to the scenario's topics. Absent: dealt by size.",
    )
    channels: dict[str, str] = Field(
        default_factory=dict,
        description="The tool's channels to the scenario's. Absent: by name.",
    )
    window: Window = Field(default_factory=Window, description="Days whose tickets are used.")
    holidays: tuple[dt.date, ...] = Field(
        (),
        description="Days off, as in a scenario: in the days used, and in the weeks to come, which "
        "no export shows.",
    )
    separator: Annotated[str, Field(min_length=1, max_length=1)] | None = Field(
        None, description="Between the fields of a CSV; absent: found in its header."
    )
    encoding: str = Field(
        "utf-8",
        description="Of a CSV: `utf-8`, `cp1252` (Windows), … What is not in `utf-8` is read as `cp1252`.",
    )
    sheet: Names = Field(
        (),
        description="Of a workbook: one, or several of the same columns, read one below the other. "
        "Absent: the one that holds tickets.",
    )
    header_row: Annotated[int, Field(ge=1)] | None = Field(
        None,
        description="Row of the header, as a spreadsheet counts; absent: found, below any titles.",
    )
    find_columns: bool = Field(
        default=False,
        description="Whether roles that `columns` does not name are found, by the names and the "
        "values of the columns. The presets do; a mapping that was written down does not, so that it "
        "reads the next export as it read the first.",
    )
    leave_out: dict[str, Names] = Field(
        default_factory=dict,
        description="Tickets that are none: by role, or by the name of any column, values or patterns "
        "with `*`. Where rows are updates, a ticket is left out if any of its rows says so.",
    )
    duration_unit: Literal["ms", "s", "min", "h", "d"] | None = Field(
        None,
        description="Of the numbers in the column `duration`; absent: as its name says.",
    )

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.time_zone is not None:
            check_zone(self.time_zone)
        _ = self.words
        try:
            "".encode(self.encoding)
        except LookupError:
            raise UnitError(
                f"encoding: {self.encoding!r} is not known; try utf-8 or cp1252"
            ) from None
        meant: dict[str, str] = {}
        for state, names in self.states.items():
            for name in map(folded, names):
                if meant.setdefault(name, state) != state:
                    raise UnitError(f"states: {name!r} means both {meant[name]} and {state}")
        return self

    @property
    def words(self) -> DateWords:
        """Names of months and weekdays that are stated."""
        return DateWords(self.months, self.weekdays)

    def state_of(self, text: str) -> int:
        """Return the meaning of a state as a position in ``STATES``; -1 for an unknown one."""
        wanted = folded(text)
        for state, names in self.states.items():
            if any(folded(name) == wanted for name in names):
                return STATES.index(state)
        return -1


def folded(text: str) -> str:
    """Fold a name so that case, blanks, underscores and dashes do not matter.

    Examples
    --------
    >>> folded("Assignment_Group") == folded("assignment group"), folded("E-Mail")
    (True, 'email')
    """
    return "".join(c for c in text.casefold() if c.isalnum())


@cache
def presets() -> tuple[str, ...]:
    """Name the mappings that come with TierSim.

    Examples
    --------
    >>> presets()
    ('any', 'jira', 'servicenow', 'zendesk')
    """
    folder = resources.files("sim.intake") / "presets"
    return tuple(sorted(f.name.removesuffix(".yaml") for f in folder.iterdir() if f.is_file()))


def load_mapping(name: str | os.PathLike[str]) -> Mapping:
    """Read a mapping.

    Parameters
    ----------
    name : str or path
        A preset (see ``presets``), or a YAML file.

    Raises
    ------
    ExportError
        If there is no such preset or file, or it is not a mapping; every fault is named.

    Examples
    --------
    >>> load_mapping("zendesk").states["work"]
    ('open',)
    """
    return _preset(str(name)) if str(name) in presets() else _loaded(str(name))


@cache
def _preset(name: str) -> Mapping:
    return _loaded(name)


def _loaded(name: str) -> Mapping:
    tree = _tree(name, Path.cwd(), ())
    try:
        return Mapping.model_validate(tree)
    except ValidationError as error:
        found = "\n".join(f"  {sentence}" for sentence in _sentences(error))
        raise ExportError(f"The mapping {name} has faults:\n{found}") from None


def _sentences(error: ValidationError) -> list[str]:
    found = []
    for one in error.errors():
        path = ".".join(str(key) for key in one["loc"])
        text = str(one["ctx"]["error"]) if "error" in one.get("ctx", {}) else one["msg"]
        known = [*Mapping.model_fields] if len(one["loc"]) == 1 else [*ROLES, *STATES]
        close = difflib.get_close_matches(str(one["loc"][-1]) if one["loc"] else "", known, n=1)
        wrong_key = one["type"] in ("extra_forbidden", "literal_error") and close
        hint = f"; did you mean {close[0]!r}?" if wrong_key else ""
        found.append(f"{path}: {text}{hint}" if path else text)
    return found


def _tree(name: str, folder: Path, seen: tuple[str, ...]) -> dict[str, Any]:
    if name in presets():
        place, text = name, _preset_text(name)
        folder_after = folder
    else:
        path = folder / name
        place, text, folder_after = str(path), _file_text(path, name), path.parent
    if place in seen:
        raise ExportError(f"The mapping {name} extends itself: {' → '.join([*seen, place])}.")
    tree = _plain(text, name)
    base = tree.pop("extends", None)
    if base is None:
        return tree
    return _merged(_tree(str(base), folder_after, (*seen, place)), tree)


def _plain(content: bytes, name: str) -> dict[str, Any]:
    """Read the YAML of a mapping, within the same bounds as that of a scenario."""
    if not content.strip():
        raise ExportError(f"The mapping {name} holds no fields; `columns:` is where to begin.")
    try:
        written = read_yaml(content, name, kind="column mapping")
    except ScenarioError as error:
        faults = error.faults
    else:
        faults = tuple(written.faults)
    if not faults:
        return written.tree
    first = faults[0]
    line = f", line {first.line}" if first.line else ""
    what = ": ".join(part for part in (first.path, first.what) if part)
    raise ExportError(f"The mapping {name}{line} is not YAML that can be used: {what}.")


def _preset_text(name: str) -> bytes:
    return (resources.files("sim.intake") / "presets" / f"{name}.yaml").read_bytes()


def _file_text(path: Path, name: str) -> bytes:
    close = difflib.get_close_matches(name, presets(), n=1)
    hint = f" Did you mean {close[0]!r}?" if close else ""
    try:
        kind = path.stat()
        if stat.S_ISREG(kind.st_mode) and kind.st_size > YAML_BYTES:
            raise ExportError(f"The mapping {name} is too long to be one; is it the export?")
        if not stat.S_ISREG(kind.st_mode) and not stat.S_ISDIR(kind.st_mode):
            # A pipe or a device may never end.
            raise ExportError(f"The mapping {name} is no ordinary file.")
        return reading.read(path)
    except FileNotFoundError:
        raise ExportError(
            f"There is no mapping {name}: neither a preset ({', '.join(presets())}) nor a file.{hint}"
        ) from None
    except IsADirectoryError:
        raise ExportError(f"The mapping {name} is a folder, not a file.") from None
    except OSError as error:
        raise ExportError(f"The mapping {name} cannot be read: {error.strerror}.") from None


def _merged(base: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    """Lay a mapping over the one it extends: fields of ``columns``, ``states``, … one by one."""
    merged = dict(base)
    for key, value in own.items():
        # The tiers' teams are one list in order: half a base's and half one's own mean nothing.
        both = isinstance(value, dict) and isinstance(base.get(key), dict) and key != "teams"
        merged[key] = {**base[key], **value} if both else value
    return merged


def save_mapping(mapping: Mapping, path: str | os.PathLike[str]) -> Path:
    """Write a mapping, so that what was found once need not be found again.

    Raises
    ------
    OutputError
        If it cannot be written.
    """
    return writing.write(path, mapping_text(mapping), MAPPING)


def mapping_text(mapping: Mapping) -> str:
    """Write a mapping as its file holds it."""
    tree = mapping.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    tree = {key: _short(value) for key, value in tree.items()}
    yaml = YAML()
    yaml.default_flow_style = None

    text = io.StringIO()
    yaml.dump(tree, text)
    return text.getvalue()


def _short(value: Any) -> Any:
    if isinstance(value, Dictionary):
        return {key: _short(part) for key, part in value.items()}
    if isinstance(value, list):
        value = [_short(part) for part in value]
        return value[0] if len(value) == 1 else value
    return value
