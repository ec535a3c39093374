"""What can go wrong, in one tree.

::

    TierSimError                    anything TierSim says no to; the command prints it and exits with 2
    ├── UnitError                   a quantity that cannot be read ("15 mins per", 15)
    ├── ScenarioError               a scenario that cannot be used; carries every fault found
    ├── ExportError                 a ticket export that cannot be used
    ├── TheoryError                 a formula asked for outside the range where it holds
    ├── StudyError                  a study that cannot be run, resumed or verified
    ├── OutputError                 a place that cannot be written
    ├── MissingExtraError           an optional package that is not installed
    └── ConservationError           a run that broke a law of the desk: a bug, the command exits with 3
"""

from __future__ import annotations


class TierSimError(Exception):
    """Anything that a user can be told in a sentence or two."""


class UnitError(TierSimError, ValueError):
    """A quantity that cannot be read: no number, no unit, or the wrong kind of unit.

    It is a ``ValueError`` too, so that pydantic reports it beside its own findings.
    """


class ScenarioError(TierSimError):
    """A scenario that cannot be used."""


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
        super().__init__(
            f"{purpose} needs {package}, which is not installed: pip install 'tiersim[{extra}]'"
        )


class ConservationError(TierSimError):
    """A run that broke a law of the desk: lost a ticket, or put an agent in two places."""
