"""What was run: enough to run it again, and to see whether two runs belong together."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self

import numpy as np

from sim import __version__
from sim.borders import json_text
from sim.errors import StudyError
from sim.scenario.change import UNNAMED, differences, plain
from sim.scenario.model import Scenario

FORMAT = 1
"""Raised when a folder written before can no longer be read."""
DIFFERENCES_SHOWN = 3


def scenario_hash(scenario: Scenario) -> str:
    """Return a fingerprint of what a scenario does; its name and descriptions are left out."""
    tree = {key: value for key, value in plain(scenario).items() if key not in UNNAMED}
    # Keys keep their order: the order of tiers, priorities and topics means something.
    return hashlib.sha256(json.dumps(tree, ensure_ascii=True).encode()).hexdigest()


def version() -> str:
    """Return the version of TierSim that runs."""
    return __version__


@dataclass(frozen=True)
class Manifest:
    """What was run.

    Attributes
    ----------
    scenarios : tuple of mapping
        Each with ``name``, ``hash`` and the ``scenario`` as a file would hold it.
    seed : int
    replications : int
        How many each scenario was given; in a study under way, how many are finished.
    asked : mapping
        ``replications``, ``precision``, ``level``, ``max_replications``, ``metrics``.
    arrivals : str or None
        Fingerprint of the replayed arrivals; None where they were sampled.
    engine : str
        Engines give equal logs, so that it changes no number.
    versions : mapping
        Of tiersim, numpy, scipy and Python. Figures hang on none but the first two; the last places
        of the ends of intervals hang on scipy's quantiles too.
    platform : str
    """

    scenarios: tuple[Mapping[str, Any], ...]
    seed: int
    replications: int
    asked: Mapping[str, Any]
    arrivals: str | None
    engine: str
    versions: Mapping[str, str]
    platform: str
    format: int = FORMAT

    @classmethod
    def of(
        cls,
        scenarios: Sequence[Scenario],
        *,
        seed: int,
        replications: int = 0,
        asked: Mapping[str, Any] | None = None,
        arrivals: str | None = None,
        engine: str = "auto",
    ) -> Self:
        """Describe what is run here and now."""
        return cls(
            tuple(
                {"name": s.name, "hash": scenario_hash(s), "scenario": plain(s)} for s in scenarios
            ),
            seed,
            replications,
            dict(asked or {}),
            arrivals,
            engine,
            {
                "tiersim": version(),
                "numpy": np.__version__,
                "scipy": importlib.metadata.version("scipy"),
                "python": platform.python_version(),
            },
            f"{platform.system()} {platform.machine()}",
        )

    def to_json(self) -> str:
        """Write it; equal manifests give equal text."""
        return json_text(asdict(self)) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read what ``to_json`` wrote.

        Raises
        ------
        StudyError
            If it is no manifest, or one of another format.
        """
        try:
            tree = json.loads(text)
            if tree["format"] != FORMAT:
                raise StudyError(
                    f"the manifest has format {tree['format']!r}; this version reads {FORMAT}"
                )
            found = cls(**{**tree, "scenarios": tuple(tree["scenarios"])})
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            raise StudyError(f"the manifest cannot be read: {error}") from None
        found._check()
        return found

    def _check(self) -> None:
        """Refuse what no ``to_json`` has written."""
        numbers = {"seed": self.seed, "replications": self.replications}
        mappings = {"asked": self.asked, "versions": self.versions}
        for name, number in numbers.items():
            if type(number) is not int or number < 0:
                raise StudyError(f"the manifest cannot be read: {name} is {number!r}")
        for name, mapping in mappings.items():
            if not isinstance(mapping, dict):
                raise StudyError(f"the manifest cannot be read: {name} is no mapping")
        for one in self.scenarios:
            if not isinstance(one, dict) or not {"name", "hash", "scenario"} <= one.keys():
                raise StudyError("the manifest cannot be read: a scenario is not whole")

    def rebuild(self) -> tuple[Scenario, ...]:
        """Return the scenarios that were run, and make sure that they are the same.

        Raises
        ------
        StudyError
            If one cannot be read any more, or is not the one that was run.
        """
        found = tuple(_read(one) for one in self.scenarios)
        for scenario, one in zip(found, self.scenarios, strict=True):
            if scenario_hash(scenario) != one["hash"]:
                raise StudyError(
                    f"the manifest's scenario {one['name']!r} does not match its own hash: "
                    "the file was changed, or this version reads it otherwise"
                )
        return found

    def mismatches(self, other: Manifest) -> list[str]:
        """List why figures of another run cannot stand beside those of this one.

        Another run may have more scenarios: those that both have come first in it, in the same order.
        Python's version and the platform are recorded and not compared: they change no bit that
        the tests know of, and a resumed study recomputes one replication to see whether they do.
        """
        found = []
        there = [one["hash"] for one in self.scenarios]
        now = [one["hash"] for one in other.scenarios]
        if now[: len(there)] != there:
            if set(there) <= set(now) or set(now) < set(there):
                named = ", ".join(repr(one["name"]) for one in self.scenarios)
                found.append(
                    f"name its scenarios first, all of them and in their order ({named}), then new ones"
                )
            else:
                found += [
                    _scenario_change(mine, theirs)
                    for mine, theirs in zip(self.scenarios, other.scenarios, strict=False)
                    if mine["hash"] != theirs["hash"]
                ]
                gone = self.scenarios[len(now) :]
                found += [f"scenario {one['name']!r} is there, and not named now" for one in gone]
        if self.seed != other.seed:
            found.append(f"seed {self.seed} there, {other.seed} now")
        if self.arrivals != other.arrivals:
            found.append("other arrivals are replayed")
        found += [
            f"{package} {self.versions.get(package)} there, {other.versions.get(package)} now"
            for package in ("tiersim", "numpy")
            if self.versions.get(package) != other.versions.get(package)
        ]
        return found


def _read(one: Mapping[str, Any]) -> Scenario:
    try:
        return Scenario.model_validate(one["scenario"])
    except (ValueError, RecursionError):
        raise StudyError(
            f"the manifest's scenario {one['name']!r} cannot be read: the file was changed, or this "
            "version reads it otherwise"
        ) from None


def _scenario_change(mine: Mapping[str, Any], theirs: Mapping[str, Any]) -> str:
    try:
        there, now = (Scenario.model_validate(one["scenario"]) for one in (mine, theirs))
        changes = differences(there, now)
    except ValueError:
        changes = {}
    listed = [f"{path} ({a} there, {b} now)" for path, (a, b) in changes.items()]
    rest = len(listed) - DIFFERENCES_SHOWN
    more = f" and {rest} more" if rest > 0 else ""
    what = ", ".join(listed[:DIFFERENCES_SHOWN]) + more if listed else "the order of its parts"
    return f"scenario {theirs['name']!r} differs in {what}"
