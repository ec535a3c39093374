"""What one replication has shown: the little that travels between processes and is kept on disk."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.scenario.model import Scenario

DIGEST_BYTES = 8


class Task(NamedTuple):
    """One replication of one scenario.

    Attributes
    ----------
    number : int
        The replication. Tasks are sorted by it first, so that what is done of an interrupted study
        is whole replications of every scenario.
    scenario : int
        Position in the study.
    """

    number: int
    scenario: int


@dataclass(frozen=True, eq=False)
class Replication:
    """The figures of one replication of one scenario.

    Attributes
    ----------
    values : dict of str to float
        Metrics; NaN where not measured.
    counts : dict of str to float
        Of how many tickets (or weeks, or visits) a metric was taken.
    curves : dict of str to array
        Metrics over time, hours or steps.
    tickets : str
        Fingerprint of the tickets met; equal for two scenarios that met the same.
    """

    values: Mapping[str, float]
    counts: Mapping[str, float] = field(default_factory=dict)
    curves: Mapping[str, NDArray[Any]] = field(default_factory=dict)
    tickets: str = ""

    def differences(self, other: Replication) -> list[str]:
        """List what is not the same to the bit, with both numbers."""
        found = []
        if self.tickets != other.tickets:
            found.append(f"tickets: {self.tickets} against {other.tickets}")
        for group in ("values", "counts"):
            mine, theirs = getattr(self, group), getattr(other, group)
            for name in dict.fromkeys([*mine, *theirs]):
                if name not in mine or name not in theirs:
                    found.append(f"{group}.{name}: only on one side")
                elif np.float64(mine[name]).tobytes() != np.float64(theirs[name]).tobytes():
                    found.append(f"{group}.{name}: {mine[name]!r} against {theirs[name]!r}")
        for name in dict.fromkeys([*self.curves, *other.curves]):
            if name not in self.curves or name not in other.curves:
                found.append(f"curves.{name}: only on one side")
            elif not _same_bits(self.curves[name], other.curves[name]):
                found.append(f"curves.{name}: differs")
        return found


def _same_bits(a: NDArray[Any], b: NDArray[Any]) -> bool:
    return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()


Evaluate = Callable[[Scenario, int, int], Replication]
"""Evaluates one replication: ``evaluate(scenario, seed, replication)``. It is sent to workers, so
it is a function of a module or a small frozen object, and what it gives depends on these three
alone."""


def fingerprint(*parts: object) -> str:
    """Return a short name for the content of arrays and of frozen dataclasses of arrays.

    Examples
    --------
    >>> fingerprint(np.arange(3)) == fingerprint(np.arange(3))
    True
    >>> fingerprint(np.arange(3)) == fingerprint(np.arange(4))
    False
    """
    digest = hashlib.blake2b(digest_size=DIGEST_BYTES)
    for part in parts:
        if isinstance(part, np.ndarray):
            digest.update(f"{part.dtype.str}{part.shape}".encode())
            digest.update(np.ascontiguousarray(part).data)
        elif is_dataclass(part):
            inside = (fingerprint(getattr(part, column.name)) for column in fields(part))
            digest.update("".join(inside).encode())
        else:
            digest.update(repr(part).encode())
    return digest.hexdigest()
