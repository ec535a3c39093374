"""Desks that are nearly right: scenarios of the gallery, changed within the schema's own types.

Bytes at random are refused nearly always, and say little about the model. Here a scenario is taken as
its tree; values are changed, units swapped, keys deleted, added, swapped, and written twice, sections
taken over from another scenario, and the whole spread over a chain of ``extends``. What is accepted
is cut to a short period with few tickets, sampled, and played by both engines.
"""

from __future__ import annotations

import copy
import datetime as dt
import math
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import StringIO
from itertools import chain
from pathlib import Path
from typing import Any, Final, Protocol

from ruamel.yaml import YAML

from sim.engine import compiled_engine
from sim.engine.lying import as_played
from sim.errors import ScenarioError, TierSimError
from sim.outcome import measure
from sim.outcome.registry import metric
from sim.scenario.file import dumps, load
from sim.scenario.gallery import gallery
from sim.scenario.limits import expected_tickets
from sim.scenario.model import Scenario
from sim.scenario.schema import scenario_schema
from sim.study.evaluate import replicate
from sim.units import WEEK

Tree = dict[str, Any]
MOST_HEADS: Final = 60
MOST_LINKED: Final = 300
TICKETS: Final = 120
"""Expected of a desk that is played."""
LONGEST_CHAIN: Final = 4
FACTORS: Final = (0, 0.01, 0.5, 0.9, 1, 1.1, 2, 10, 100)
TIMES: Final = ("ms", "s", "min", "h", "d", "weeks")
RATES: Final = ("h", "d", "week", "month", "year")
DAYS: Final = ("Mon", "Mon-Fri", "Sat-Sun", "Tue, Thu", "Mon-Sun", "Fri-Mon")
ZONES: Final = (
    "UTC",
    "Europe/Amsterdam",
    "America/New_York",
    "Australia/Lord_Howe",
    "Asia/Kolkata",
)
_NUMBER: Final = re.compile(r"^\s*([\d.]+)\s*(%|[A-Za-z]+|/\s*[A-Za-z]+)\s*$")
_SPAN: Final = re.compile(r"^\s*\d{1,2}(:\d{2})?\s*-")
_DATE: Final = re.compile(r"^\d{4}-\d{2}-\d{2}$")


class Data(Protocol):
    """The part of atheris' ``FuzzedDataProvider`` that mutations use."""

    def ConsumeIntInRange(self, low: int, high: int) -> int: ...  # noqa: N802


@dataclass(frozen=True)
class Site:
    """A value of a tree: where it stands, and what the schema says of it."""

    parent: Tree
    key: str
    path: tuple[str, ...]
    schema: Tree


class Mutations:
    """Changes of a scenario's tree, chosen by the fuzzer.

    Parameters
    ----------
    data : Data
    schema : dict
        JSON Schema of scenarios.
    others : list of dict
        Trees to take sections from.
    """

    def __init__(self, data: Data, schema: Tree, others: list[Tree]) -> None:
        self._data, self._schema, self._others = data, schema, others

    def one_of(self, choices: Any) -> Any:
        """Choose."""
        return choices[self._data.ConsumeIntInRange(0, len(choices) - 1)]

    def number(self, low: int, high: int) -> int:
        """Choose a whole number, both ends included."""
        return self._data.ConsumeIntInRange(low, high)

    def change(self, tree: Tree) -> None:
        """Change a tree in one way."""
        sites = list(self._sites(tree, self._schema, ()))
        if not sites:
            return
        site = self.one_of(sites)
        ways = (self._value, self._value, self._value, self._add, self._add, self._graft)
        self.one_of((*ways, self._delete, self._swap, self._twin))(tree, site)

    def _resolved(self, schema: Tree) -> Tree:
        """Follow references, and leave null out of what may stand here."""
        while "$ref" in schema:
            schema = self._schema["$defs"][schema["$ref"].rpartition("/")[2]]
        options = [one for one in schema.get("anyOf", ()) if one.get("type") != "null"]
        if options and "properties" not in schema:
            return self._resolved(self.one_of(options))
        return schema

    def _sites(self, tree: Tree, schema: Tree, path: tuple[str, ...]) -> Iterator[Site]:
        schema = self._resolved(schema)
        known = schema.get("properties", {})
        more = next(iter(schema.get("patternProperties", {}).values()), {})
        more = schema.get("additionalProperties") or more
        for key, value in tree.items():
            below = known.get(key, more if isinstance(more, dict) else {})
            if path or key != "extends":
                yield Site(tree, key, (*path, key), below)
            if isinstance(value, dict):
                yield from self._sites(value, below, (*path, key))

    def _value(self, tree: Tree, site: Site) -> None:
        value = site.parent[site.key]
        if isinstance(value, dict):
            return
        if isinstance(value, list):
            site.parent[site.key] = [self._near(one, tree, site.schema) for one in value]
            return
        site.parent[site.key] = self._near(value, tree, site.schema)

    def _near(self, value: Any, tree: Tree, schema: Tree) -> Any:
        """Return a value of the same kind."""
        if isinstance(value, bool) or value is None:
            return not value
        if isinstance(value, int):
            return self.one_of((0, 1, value + 1, max(value - 1, 0), 2 * value))
        if isinstance(value, float):
            return value * self.one_of(FACTORS)
        if isinstance(value, dict):
            return value
        text = str(value)
        if found := _NUMBER.match(text):
            return self._quantity(float(found[1]), found[2])
        if _SPAN.match(text):
            return self._span()
        if _DATE.match(text):
            return self._date()
        enum = self._resolved(schema).get("enum")
        return self.one_of(enum or self._names(tree))

    def _quantity(self, number: float, unit: str) -> str:
        number = self.one_of((number * self.one_of(FACTORS), float(self.number(0, 90))))
        if unit == "%":
            return f"{min(number, 100):g} %"
        if unit.startswith("/"):
            return f"{number:g} / {self.one_of((unit[1:].strip(), *RATES))}"
        return f"{number:g} {self.one_of((unit, unit, *TIMES))}"

    def _span(self) -> str:
        at, to = (self.number(0, 48) * 30 for _ in range(2))
        return f"{at // 60:02}:{at % 60:02}-{to // 60:02}:{to % 60:02}"

    def _date(self) -> dt.date:
        return dt.date(2025, 12, 29) + dt.timedelta(days=self.number(0, 120))

    @staticmethod
    def _names(tree: Tree) -> list[str]:
        """List what others may refer to: every key below a section, and the shifts of the house."""
        sections = [part for part in tree.values() if isinstance(part, dict)]
        return ["always", *chain.from_iterable(map(list, sections))]

    def _add(self, tree: Tree, site: Site) -> None:
        """Add a key that the schema knows and this place lacks."""
        value = site.parent[site.key]
        inside, schema = (value, site.schema) if isinstance(value, dict) else (tree, self._schema)
        known = self._resolved(schema).get("properties", {})
        lacks = [key for key in known if key not in inside and key not in {"extends", "search"}]
        if lacks:
            key = self.one_of(lacks)
            inside[key] = self._made(known[key], tree, 0)

    def _made(self, schema: Tree, tree: Tree, depth: int) -> Any:
        """Make a value that a schema describes."""
        schema = self._resolved(schema)
        if "enum" in schema or "const" in schema:
            return self.one_of(schema.get("enum") or [schema["const"]])
        kind = schema.get("type")
        if kind == "object" and depth > 2:
            return {}
        if kind == "object" and "Mon|Tue" in str(schema.get("patternProperties")):
            return {self.one_of(DAYS): self._span()}
        if kind == "object":
            needed = set(schema.get("required", ()))
            made = {
                key: self._made(below, tree, depth + 1)
                for key, below in schema.get("properties", {}).items()
                if key in needed or self.number(0, 3) == 0
            }
            more = schema.get("additionalProperties")
            if isinstance(more, dict):
                made[self.one_of(self._names(tree))] = self._made(more, tree, depth + 1)
            return made
        if kind == "array":
            return [
                self._made(schema.get("items", {}), tree, depth + 1)
                for _ in range(self.number(0, 2))
            ]
        return self._scalar(schema, tree)

    def _scalar(self, schema: Tree, tree: Tree) -> Any:
        low, kind = schema.get("minimum", 0), schema.get("type")
        high = min(schema.get("maximum", 9), 9)
        if kind == "integer":
            return self.number(low, high)
        if kind == "number":
            return low + (high - low) * self.number(0, 20) / 20
        if kind == "boolean":
            return self.number(0, 1) == 1
        if schema.get("format") == "date":
            return self._date()
        pattern = schema.get("pattern", "")
        if "%" in pattern:
            return self._quantity(50, "%")
        if "/" in pattern:
            return self._quantity(10, "/ week")
        if ":" in pattern:
            return self._span()
        if pattern:
            return self._quantity(30, "min")
        return self.one_of((*self._names(tree), *ZONES))

    def _graft(self, tree: Tree, site: Site) -> None:
        """Take over what another desk has in this place, or in a section that this one lacks."""
        other = self.one_of(self._others)
        lacks = [key for key in other if key not in tree]
        if lacks and self.number(0, 1):
            key = self.one_of(lacks)
            tree[key] = copy.deepcopy(other[key])
            return
        for key in site.path[:-1]:
            other = other.get(key, {})
            if not isinstance(other, dict):
                return
        if site.key in other:
            site.parent[site.key] = copy.deepcopy(other[site.key])

    def _delete(self, _: Tree, site: Site) -> None:
        del site.parent[site.key]

    def _swap(self, _: Tree, site: Site) -> None:
        other = self.one_of(list(site.parent))
        here = site.parent
        here[site.key], here[other] = here[other], here[site.key]

    def _twin(self, _: Tree, site: Site) -> None:
        """Give an entry a twin of another name."""
        site.parent[f"{site.key} two"] = copy.deepcopy(site.parent[site.key])


def refused(error: TierSimError) -> str:
    """Hold that an error can be acted on."""
    assert str(error).strip(), "an error without words"
    if isinstance(error, ScenarioError):
        assert error.faults, "a scenario error without a fault"
    return "refused"


def desks() -> Callable[[Data], str]:
    """Change what is right; what is accepted is sampled and played on both engines, with equal logs."""
    folder = Path(tempfile.mkdtemp())
    for path in gallery().values():
        shutil.copy(path, folder)
    everything = Path(__file__).parents[1] / "cases" / "everything.yaml"
    shutil.copy(everything, folder)
    yaml = YAML(typ="safe")
    trees = [yaml.load(path) for path in (*gallery().values(), everything)]
    # The two that extend nothing come up as often as all others together.
    whole = [tree for tree in trees if "extends" not in tree]
    bases, schema = [*trees, *whole * (len(trees) // len(whole))], scenario_schema()

    def target(data: Data) -> str:
        mutations = Mutations(data, schema, trees)
        tree = copy.deepcopy(mutations.one_of(bases))
        for _ in range(mutations.number(0, 4)):
            mutations.change(tree)
        file = _write(folder, tree, mutations)
        try:
            scenario = load(file)
        except TierSimError as error:
            return refused(error)
        again = folder / "again.yaml"
        again.write_text(dumps(scenario), encoding="utf-8")
        assert load(again) == scenario, "written and read again it is another scenario"
        return "played" if play(scenario, mutations.number(0, 9)) else "accepted"

    return target


def _write(folder: Path, tree: Tree, mutations: Mutations) -> Path:
    """Write a tree as a file that extends others, now and then with a key written twice."""
    parts = [tree]
    for _ in range(max(mutations.number(-6, LONGEST_CHAIN), 0)):
        over: Tree = {"extends": f"part{len(parts)}.yaml", "name": f"Part {len(parts)}"}
        mutated = copy.deepcopy({key: one for key, one in tree.items() if key != "extends"})
        mutations.change(mutated)
        over |= {key: one for key, one in mutated.items() if tree.get(key) != one}
        parts.append(over)
    for number, part in enumerate(parts, 1):
        text = _yaml(part)
        if mutations.number(0, 40) == 1:
            lines = text.splitlines(keepends=True)
            text += mutations.one_of(lines)
        (folder / f"part{number}.yaml").write_text(text, encoding="utf-8")
    return folder / f"part{len(parts)}.yaml"


def _yaml(tree: Tree) -> str:
    yaml, out = YAML(typ="safe"), StringIO()
    yaml.dump(tree, out)
    return out.getvalue()


def play(scenario: Scenario, seed: int) -> bool:
    """Play a short piece of a desk by both engines; tell whether it could be cut so short.

    Laws of conservation are checked as a run is made; then the logs are compared, as are both ways of
    the compiled engine, and every share that is measured lies between 0 and 1.
    """
    heads = sum(
        sum(staff.values())
        for tier in scenario.tiers.values()
        for staff in (tier.staff or {}, *(team.staff for team in tier.teams.values()))
    )
    linked = sum(incident.linked for incident in scenario.incidents.values())
    if heads > MOST_HEADS or linked > MOST_LINKED:
        return False
    length = min(scenario.period.length, 2 * WEEK)
    short: Tree = {"period.warm_up": 0, "period.length": f"{length} ms"}
    expected = expected_tickets(scenario) * length / scenario.period.length
    if expected > TICKETS:
        volume = scenario.demand.volume * TICKETS / expected
        short["demand.volume"] = f"{volume:.6g} / h"
    try:
        small = scenario.with_(short, name="Short")
    except TierSimError:
        # A holiday or an incident may lie beyond its end.
        return False
    run = replicate(small, seed=seed, engine="compiled")
    other = replicate(small, seed=seed, engine="simpy")
    assert run.log.differences(other.log) == [], "the engines differ"
    played = as_played(run.workload)
    settled, by_events = (
        compiled_engine.run(played, run.desk, by_events=always) for always in (False, True)
    )
    assert settled.differences(by_events) == [], "settled when it joins, a visit goes otherwise"
    for name, value in measure(run).values.items():
        assert not math.isinf(value), f"{name} has no end"
        if metric(name.partition("[")[0]).unit == "share":
            assert math.isnan(value) or 0 <= value <= 1, f"{name} is no share"
    return True
