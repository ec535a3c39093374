"""Files that a user brings: a scenario, or a ticket export that a desk is fitted to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Final

from sim import writing
from sim.errors import ExportError, Fault, ScenarioError
from sim.scenario.file import EXTENDS, SUFFIXES, load
from sim.scenario.gallery import gallery
from sim.scenario.model import Scenario
from sim.scenario.yaml_text import read_yaml

if TYPE_CHECKING:
    from sim.calibrate.fit import Calibration
    from sim.intake.export import Export
    from sim.intake.mapping import Mapping as ColumnMapping

EXPORTS: Final = ("csv", "xlsx", "xes", "gz")
"""Endings of ticket exports."""
_LONGEST_NAME: Final = 80
_CHART_NAME: Final = 16
"""Letters of a desk's name that the narrowest chart shows whole."""
_FITTED: Final = "Your desk"
"""What a desk is called whose export has a longer name."""
_MAPPING: Final = "mapping.yaml"
SENT: Final = "a file that was sent"
_SENT: Final = "sent file.yaml"
"""No file of the gallery is called so."""


def read_scenario(data: bytes, name: str) -> Scenario:
    """Read a scenario from a file that was sent.

    It may extend a scenario of the gallery, and nothing else of this machine.

    Parameters
    ----------
    data : bytes
    name : str
        What the user calls the file; it stands in the faults.

    Raises
    ------
    ScenarioError
        If it cannot be used; the faults say where.
    """
    shown = _shown(name)
    base = read_yaml(data, shown).tree.get(EXTENDS)
    known = {path.name: path for path in gallery().values()}
    if isinstance(base, str) and base not in known:
        what = f"{base!r} was found; a file that is sent may extend one of the gallery: "
        raise ScenarioError([Fault(what + ", ".join(known), EXTENDS, shown)])
    with writing.scratch() as folder:
        if base:
            for path in known.values():
                writing.write(Path(folder, path.name), path.read_bytes(), SENT)
        file = writing.write(Path(folder, _SENT), data, SENT)
        try:
            return load(file)
        except ScenarioError as error:
            raise ScenarioError(_renamed(fault, folder, shown) for fault in error.faults) from None


@dataclass(frozen=True)
class Guess:
    """What the header of an export tells.

    Attributes
    ----------
    preset, why : str
        As ``tiersim calibrate`` guesses them.
    header : tuple of str
        The names of its columns, and of two that are read as one.
    found : tuple of (str, str)
        Role and column, as they are found by name and values.
    """

    preset: str
    why: str
    header: tuple[str, ...]
    found: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Way:
    """How an export is to be read.

    Attributes
    ----------
    preset : str
        What `--as` would say.
    kept : bytes
        A mapping file that was sent, in place of a preset; empty for none.
    columns : tuple of (str, str)
        Role and column, where they were chosen; an empty column for none.
    time_zone : str
        Of dates without a zone, where the mapping does not state one; empty for UTC.
    """

    preset: str
    kept: bytes = b""
    columns: tuple[tuple[str, str], ...] = ()
    time_zone: str = ""

    def mapping(self) -> ColumnMapping:
        """Return the mapping that reads it so.

        Raises
        ------
        ExportError
            If the mapping file cannot be used.
        """
        from sim.intake.mapping import load_mapping  # noqa: PLC0415 - only for an export

        base = _kept_mapping(self.kept) if self.kept else load_mapping(self.preset)
        if not self.columns:
            return base
        chosen = {role: (column,) for role, column in self.columns if column}
        return base.model_copy(update={"columns": chosen, "find_columns": False})


def guess(data: bytes, name: str) -> Guess:
    """Guess how an export is to be read, by its header, as ``tiersim calibrate`` does.

    Raises
    ------
    ExportError
        If it is no table at all.
    """
    from sim.intake.untrusted import read_apart  # noqa: PLC0415 - only for an export

    with _file(data, name) as file:
        return read_apart(_guess, file)


def _guess(file: Path) -> Guess:
    from sim.intake.columns import matched  # noqa: PLC0415 - only for an export
    from sim.intake.guess import guess_mapping  # noqa: PLC0415
    from sim.intake.mapping import load_mapping  # noqa: PLC0415
    from sim.intake.sheet import read_head  # noqa: PLC0415

    preset, why = guess_mapping(file)
    mapping = load_mapping(preset)
    head, _ = read_head(file, mapping)
    found = tuple((role, one.name) for role, one in matched(head, mapping).items())
    names = dict.fromkeys([*head.names, *(column for _, column in found)])
    return Guess(preset, why, tuple(names), found)


def columns_of(way: Way, found: Guess) -> dict[str, str]:
    """Return what each role of a mapping would be read from; an empty text for nothing."""
    from sim.intake.columns import match_columns  # noqa: PLC0415
    from sim.intake.mapping import ROLES  # noqa: PLC0415 - only for an export

    mapping = way.mapping()
    stated = match_columns(found.header, mapping)
    taken = {role: found.header[places[0]] for role, places in stated.items()}
    if mapping.find_columns:
        free = {role: name for role, name in found.found if name not in taken.values()}
        taken = {**free, **taken}
    return {role: taken.get(role, "") for role in ROLES}


@dataclass(frozen=True, eq=False)
class Fitted:
    """A desk that was fitted to an export.

    Attributes
    ----------
    export : Export
        All of it; the desk knows which part it was fitted to.
    desk : Calibration
    """

    export: Export
    desk: Calibration


def fit_export(data: bytes, name: str, way: Way) -> Fitted:
    """Fit a desk to a ticket export that was sent.

    Parameters
    ----------
    data : bytes
    name : str
    way : Way

    Raises
    ------
    ExportError
        If no desk can be made of it.
    """
    from sim import calibrate  # noqa: PLC0415 - only for an export
    from sim.intake.read import read_export  # noqa: PLC0415
    from sim.intake.untrusted import read_apart  # noqa: PLC0415

    mapping = way.mapping()
    with _file(data, name) as file:
        export = read_apart(read_export, file, mapping, time_zone=way.time_zone or None)
    return Fitted(export, calibrate.calibrate(export, name=desk_name(name)))


def desk_name(file: str) -> str:
    """Call a desk after its export, where charts can show that name whole.

    Examples
    --------
    >>> desk_name("own_tickets.csv"), desk_name("incident_event_log.csv.gz")
    ('own tickets', 'Your desk')
    """
    stem = " ".join(_shown(file).partition(".")[0].replace("_", " ").split())
    return stem if 0 < len(stem) <= _CHART_NAME else _FITTED


@contextmanager
def _file(data: bytes, name: str) -> Iterator[Path]:
    with writing.scratch() as folder:
        yield writing.write(Path(folder, _shown(name)), data, SENT)


def _kept_mapping(data: bytes) -> ColumnMapping:
    """Read a mapping file that was sent: it may extend a preset, and nothing of this machine."""
    from sim.intake.mapping import load_mapping, presets  # noqa: PLC0415 - only for an export

    base = None
    # What is not YAML at all is refused below, in the words for a mapping.
    with suppress(ScenarioError):
        base = read_yaml(data, _MAPPING, kind="column mapping").tree.get(EXTENDS)
    if base is not None and base not in presets():
        known = ", ".join(presets())
        raise ExportError(f"The mapping extends {base!r}; one that is sent may extend {known}.")
    with _file(data, _MAPPING) as file:
        try:
            return load_mapping(file)
        except ExportError as error:
            raise ExportError(str(error).replace(str(file), _MAPPING)) from None


def is_scenario(name: str) -> bool:
    """Tell whether a file is called as scenarios are."""
    return name.lower().endswith(SUFFIXES)


def _shown(name: str) -> str:
    """Return a name that is no path."""
    last = PurePath(name.replace("\\", "/")).name
    return "".join(c for c in last if c.isprintable())[-_LONGEST_NAME:] or "file"


def _renamed(fault: Fault, folder: str, shown: str) -> Fault:
    """Call the file in a fault as its user does."""
    if not fault.file.startswith(folder):
        return fault
    file = Path(fault.file).name
    what = fault.what.replace(f"{folder}/", "")
    return replace(fault, what=what, file=shown if file == _SENT else file)
