"""What can go wrong, in one tree.

::

    TierSimError                    anything TierSim says no to; the command prints it and exits with 2
    ├── UnitError                   a quantity that cannot be read ("15 mins per", 15)
    ├── ScenarioError               a scenario that cannot be used; carries every fault found
    ├── ExportError                 a ticket export that cannot be used
    ├── TheoryError                 a formula asked for outside the range where it holds
    ├── StudyError                  a study that cannot be run, resumed or verified
    ├── OutputError                 a place that cannot be written
    ├── ColumnError                 a column or metric that is not there
    ├── MissingExtraError           an optional package that is not installed
    └── ConservationError           a run that broke a law of the desk: a bug, the command exits with 3
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


class TierSimError(Exception):
    """Anything that a user can be told in a sentence or two."""


class UnitError(TierSimError, ValueError):
    """A quantity that cannot be read: no number, no unit, or the wrong kind of unit.

    It is a ``ValueError`` too, so that pydantic reports it beside its own findings.
    """


class ColumnError(TierSimError, KeyError):
    """A column or metric that a table does not have; a ``KeyError`` too."""

    def __str__(self) -> str:
        return str(self.args[0])


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong in a scenario.

    Attributes
    ----------
    what : str
        What was found and what is allowed.
    path : str
        The dotted key: ``tiers.L1.work``; empty for the file as a whole.
    file, line, column : str, int, int
        Where the value (or the unknown key) stands, counted from 1; empty and 0 where the scenario
        came from no file.

    Examples
    --------
    >>> print(Fault("15 has no unit", "tiers.L1.work", "desk.yaml", 12, 9))
    desk.yaml:12:9: tiers.L1.work: 15 has no unit
    """

    what: str
    path: str = ""
    file: str = ""
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        return ": ".join(part for part in (place, self.path, self.what) if part)


class ScenarioError(TierSimError):
    """A scenario that cannot be used.

    Parameters
    ----------
    faults : iterable of Fault, or str
        Everything that is wrong with it.

    Attributes
    ----------
    faults : tuple of Fault
        The same; the error's text has one line for each.
    """

    def __init__(self, faults: Iterable[Fault] | str) -> None:
        self.faults = (Fault(faults),) if isinstance(faults, str) else tuple(faults)
        super().__init__("\n".join(map(str, self.faults)))

    def __reduce__(self) -> tuple[type[ScenarioError], tuple[tuple[Fault, ...]]]:
        return type(self), (self.faults,)


class ExportError(TierSimError):
    """A ticket export that cannot be used."""


class TheoryError(TierSimError, ValueError):
    """A formula asked for outside the range where it holds."""


class StudyError(TierSimError):
    """A study that cannot be run, resumed or verified."""


class OutputError(TierSimError):
    """A place that cannot be written."""


class MissingExtraError(TierSimError, ImportError):
    """An optional package that is not installed.

    Parameters
    ----------
    package : str
        The package that is missing, as it is installed.
    extra : str
        The extra of ``tiersim`` that brings it.
    purpose : str
        What needs it, as the start of a sentence: "the deck".

    Examples
    --------
    >>> print(MissingExtraError("python-pptx", "office", "The deck"))
    The deck needs python-pptx, which is not installed: pip install 'tiersim[office]'
    """

    def __init__(self, package: str, extra: str, purpose: str) -> None:
        self._said = (package, extra, purpose)
        super().__init__(
            f"{purpose} needs {package}, which is not installed: pip install 'tiersim[{extra}]'"
        )

    def __reduce__(self) -> tuple[type[MissingExtraError], tuple[str, str, str]]:
        return type(self), self._said


class ConservationError(TierSimError):
    """A run that broke a law of the desk: lost a ticket, or put an agent in two places."""
