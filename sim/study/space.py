"""What a search may move: a grid of desks around a base, one axis for each thing that moves."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations, product
from typing import Any

from sim.errors import ScenarioError, StudyError
from sim.outcome import metric as definition
from sim.outcome.money import paid_hours
from sim.scenario.change import plain
from sim.scenario.model import Scenario
from sim.scenario.search import Range, Search

Design = tuple[int, ...]
"""A desk: one position on each axis."""
DOCUMENTATION = "documentation.quality"
LEAST_QUALITY, MOST_QUALITY = 0.4, 0.95
LONG_STEPS_OF_HEADS, LONG_STEPS = (2,), (2, 4)
"""Longer steps find the way where one alone is lost in noise, or pays only with another: notes have
to get much better before a head can go."""
COSTS_OF_STAFF = ("total_cost", "staff_cost", "cost_per_ticket")
"""Metrics of money that people make dearer."""
LONGEST_NAME = 200
"""Characters in the name of a scenario."""


@dataclass(frozen=True)
class Axis:
    """One thing that moves.

    Attributes
    ----------
    name : str
        A path, or the name of a choice.
    title : str
        The name as people say it: ``L1 day`` for ``tiers.L1.staff.day``.
    labels : tuple of str
        Of each value.
    changes : tuple of dict
        What each value changes, as for ``Scenario.with_``.
    heads : bool
        A count of people: more of them are never worse for a promise, as far as is known.
    ordered : bool
        Values next to each other are alike.
    """

    name: str
    title: str
    labels: tuple[str, ...]
    changes: tuple[dict[str, Any], ...]
    heads: bool
    ordered: bool

    def __len__(self) -> int:
        return len(self.labels)


class Space:
    """The desks that a search considers.

    Parameters
    ----------
    base : Scenario
    search : Search
    """

    def __init__(self, base: Scenario, search: Search) -> None:
        self.base = base.with_({"search": None}, name=base.name)
        self.axes = tuple(_axes(base, search))
        if not self.axes:
            raise StudyError("nothing may move: `search.move` and `search.choose` are empty")
        self._scenarios: dict[Design, Scenario] = {}
        self._planned: dict[Design, float] = {}

    @property
    def size(self) -> int:
        """How many desks there are."""
        return math.prod(map(len, self.axes))

    @cached_property
    def start(self) -> Design:
        """The desk nearest to the base."""
        tree = plain(self.base)
        return tuple(_nearest(axis, tree) for axis in self.axes)

    def name(self, design: Design) -> str:
        """Name a desk by what it is."""
        pairs = zip(self.axes, design, strict=True)
        return ", ".join(f"{axis.title} {axis.labels[at]}" for axis, at in pairs)

    def changes(self, design: Design) -> dict[str, Any]:
        """Return what a desk changes in the base, whether the base has it so already or not."""
        found: dict[str, Any] = {}
        for axis, at in zip(self.axes, design, strict=True):
            found |= axis.changes[at]
        return found

    def scenario(self, design: Design) -> Scenario:
        """Return a desk as a scenario."""
        if design not in self._scenarios:
            changes = self.changes(design)
            name = self.name(design)
            if len(name) > LONGEST_NAME:
                name = f"{name[: LONGEST_NAME - 1]}…"
            self._scenarios[design] = self.base.with_(changes, name=name)
        return self._scenarios[design]

    def possible(self, design: Design) -> bool:
        """Tell whether a desk can be written down: choices may contradict each other."""
        try:
            self.scenario(design)
        except ScenarioError:
            return False
        return True

    def planned_cost(self, design: Design) -> float:
        """Return what a desk's planned shifts cost in a week: less than its total cost."""
        if design not in self._planned:
            scenario = self.scenario(design)
            weeks = (scenario.period.length - scenario.period.warm_up) / (7 * 86_400_000)
            hours = paid_hours(scenario)
            cost = sum(hours[name] * tier.cost for name, tier in scenario.tiers.items())
            self._planned[design] = cost / weeks
        return self._planned[design]

    def check_costs(self, metric: str) -> None:
        """Refuse to minimise money where neither the base nor any alternative states a cost.

        The same where people whose number moves have no price: more of them would be free.

        Raises
        ------
        StudyError
        """
        if definition(metric).unit != "money":
            return
        alternatives = [
            self.base,
            *(
                self.base.with_(changes)
                for axis in self.axes
                if not axis.heads
                for changes in axis.changes
                if changes
            ),
        ]
        if any(map(_states_costs, alternatives)):
            free = self._free_people(alternatives) if metric in COSTS_OF_STAFF else []
            if not free:
                return
            named = ", ".join(f"`{path}`" for path in free)
            raise StudyError(
                f"{self.base.name!r} states no price of {named}: the search would add people there as "
                "if they were free. Give what an hour costs, or leave their heads out of `search.move`"
            )
        tier = next(iter(self.base.tiers))
        raise StudyError(
            f"{self.base.name!r} states no costs, so that no desk is the cheapest: give what an hour "
            "of a person costs in each tier, `tiers.*.cost` (and `costs.currency`), for example by the "
            f"line `tiers.{tier}.cost: 32`"
        )

    def _free_people(self, alternatives: Sequence[Scenario]) -> list[str]:
        """Return the prices that are missing of the people whose number moves."""
        paths: dict[str, None] = {}
        for axis in self.axes:
            keys = axis.name.split(".")
            if not axis.heads or keys[0] != "tiers":
                continue
            tiers = [one.tiers[keys[1]] for one in alternatives if keys[1] in one.tiers]
            if keys[2] == "on_call":
                calls = [tier.on_call for tier in tiers if tier.on_call is not None]
                if not any(call.standby or call.call_out for call in calls):
                    paths[f"tiers.{keys[1]}.on_call.standby"] = None
            elif not any(tier.cost for tier in tiers):
                paths[f"tiers.{keys[1]}.cost"] = None
        return list(paths)

    def steps(self, design: Design) -> Iterator[Design]:
        """Yield desks that differ on one axis: by one step, or in a choice."""
        for place, axis in enumerate(self.axes):
            here = design[place]
            yield from self._moved(
                design, place, (-1, 1) if axis.ordered else range(-here, len(axis) - here)
            )

    def long_steps(self, design: Design) -> Iterator[Design]:
        """Yield desks that differ on one ordered axis by more than one step."""
        for place, axis in enumerate(self.axes):
            if axis.ordered:
                lengths = LONG_STEPS_OF_HEADS if axis.heads else LONG_STEPS
                yield from self._moved(design, place, [s * n for n in lengths for s in (-1, 1)])

    def _moved(self, design: Design, place: int, steps: Iterable[int]) -> Iterator[Design]:
        for step in steps:
            there = design[place] + step
            if step and 0 <= there < len(self.axes[place]):
                yield (*design[:place], there, *design[place + 1 :])

    def together(
        self, design: Design, steps: Sequence[Design], count: int
    ) -> Iterator[tuple[int, ...]]:
        """Yield so many steps at once, by their positions, each on an axis of its own."""
        on_axis: dict[int, list[int]] = {}
        for position, step in enumerate(steps):
            (place,) = [at for at, here in enumerate(design) if step[at] != here]
            on_axis.setdefault(place, []).append(position)
        for places in combinations(on_axis, count):
            yield from product(*(on_axis[place] for place in places))

    def joined(self, design: Design, steps: Iterable[Design]) -> Design:
        """Return the desk to which several steps lead together."""
        there = list(design)
        for step in steps:
            for at, here in enumerate(design):
                if step[at] != here:
                    there[at] = step[at]
        return tuple(there)

    def fewer(self, design: Design, other: Design) -> bool:
        """Tell whether a desk has no more people anywhere than another, all else alike."""
        return all(
            a <= b if axis.heads else a == b
            for axis, a, b in zip(self.axes, design, other, strict=True)
        )

    @property
    def fullest(self) -> Design:
        """The desk with the most of everything, and the first of each choice."""
        return tuple(len(axis) - 1 if axis.ordered else 0 for axis in self.axes)


def default_moves(scenario: Scenario) -> dict[str, Range]:
    """Let every head count move by half, and the quality of documentation."""
    moves = {}
    for name, tier in scenario.tiers.items():
        staffs = {f"tiers.{name}.staff": tier.staff or {}} | {
            f"tiers.{name}.teams.{team}.staff": value.staff for team, value in tier.teams.items()
        }
        for path, staff in staffs.items():
            for shift, heads in staff.items():
                bounds = {"from": heads // 2, "to": heads + max(1, (heads + 1) // 2)}
                moves[f"{path}.{shift}"] = Range.model_validate(bounds)
    quality = {"from": LEAST_QUALITY, "to": MOST_QUALITY}
    moves[DOCUMENTATION] = Range.model_validate(quality)
    return moves


def _states_costs(scenario: Scenario) -> bool:
    """Tell whether anything has a price."""
    prices = [
        scenario.costs.user_hour,
        *(level.credit for level in scenario.service_levels.values()),
    ]
    for tier in scenario.tiers.values():
        prices.append(tier.cost)
        if tier.on_call is not None:
            prices += [tier.on_call.standby, tier.on_call.call_out]
        if tier.provider is not None:
            prices += [tier.provider.price, tier.provider.retainer]
    return any(prices)


def _axes(base: Scenario, search: Search) -> Iterator[Axis]:
    moves = dict(search.move)
    if not moves and not search.choose:
        moves = default_moves(base)
    for path, reach in moves.items():
        values = reach.values()
        labels = tuple(str(v) if reach.heads else f"{100 * v:g} %" for v in values)
        changes = tuple({path: value} for value in values)
        base.with_(changes[0])  # a wrong path is told before anything is run
        people = reach.heads and "staff" in path.split(".")
        yield Axis(path, _title(path), labels, changes, heads=people, ordered=True)
    for name, alternatives in search.choose.items():
        if len(alternatives) < 2:  # noqa: PLR2004 - a choice has two sides
            raise StudyError(f"search.choose.{name}: one alternative is no choice")
        for changes_of in alternatives.values():
            if changes_of:
                base.with_(changes_of)
        yield Axis(
            name,
            name,
            tuple(alternatives),
            tuple(alternatives.values()),
            heads=False,
            ordered=False,
        )


def _title(path: str) -> str:
    """Say a path as people do; a shift that is called after its tier does not name it again.

    Examples
    --------
    >>> _title("tiers.L2.teams.network.staff.day"), _title("documentation.quality")
    ('L2 network day', 'documentation quality')
    >>> _title("tiers.L1.staff.L1 off-hours")
    'L1 off-hours'
    """
    keys = path.split(".")
    if keys[0] == "tiers":
        keys = [key for key in keys[1:] if key not in ("staff", "teams")]
        keys = [keys[0], *(key.removeprefix(f"{keys[0]} ") for key in keys[1:])]
    return " ".join(keys)


def _nearest(axis: Axis, tree: dict[str, Any]) -> int:
    if not axis.ordered:
        empty = [place for place, changes in enumerate(axis.changes) if not changes]
        return empty[0] if empty else 0
    (path,) = axis.changes[0]
    here = _value(tree, path.split("."))
    values = [changes[path] for changes in axis.changes]
    if here is None:
        return 0
    return min(range(len(values)), key=lambda place: abs(values[place] - here))


def _value(tree: dict[str, Any], keys: Sequence[str]) -> float | None:
    place: Any = tree
    for key in keys:
        if not isinstance(place, dict) or key not in place:
            return None
        place = place[key]
    if isinstance(place, str) and place.endswith("%"):
        return float(place.removesuffix("%")) / 100
    return float(place) if isinstance(place, int | float) else None
