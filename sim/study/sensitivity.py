"""Which input matters, and how much of it is enough: one at a time, on common tickets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sim.borders import harmless
from sim.errors import StudyError
from sim.scenario.change import differences
from sim.scenario.model import Scenario
from sim.study.asked import HEADLINE, words
from sim.study.compare import compare
from sim.study.inputs import Input, Written, check_metric, read_inputs
from sim.study.paired import Difference
from sim.study.space import default_moves
from sim.study.study import Study

STEPS = 20
"""Halvings of the range at most: a millionth of it."""
DEFAULT_TOLERANCE = 0.01


def stated_ranges(scenario: Scenario) -> dict[str, tuple[Written, Written]]:
    """Return the ranges that a scenario states in ``search.move``.

    Without any: every head count by half, and the quality of documentation.

    Examples
    --------
    >>> import sim
    >>> ranges = stated_ranges(sim.example("in-house-desk"))
    >>> ranges["tiers.L1.staff.day"], ranges["documentation.quality"]
    ((3, 9), (0.4, 0.95))
    """
    moves = dict(scenario.search.move) if scenario.search is not None else {}
    return {
        path: (values[0], values[-1])
        for path, values in (
            (path, reach.values()) for path, reach in (moves or default_moves(scenario)).items()
        )
    }


@dataclass(frozen=True)
class Bar:
    """What one input does to a metric, at both ends of its range.

    Attributes
    ----------
    input : Input
    low, high : Difference
        Against the scenario as it is, on the same tickets.
    """

    input: Input
    low: Difference
    high: Difference

    @property
    def span(self) -> float:
        """How far apart the metric is at both ends."""
        return abs(self.high.estimate.mean - self.low.estimate.mean)


@dataclass(frozen=True)
class Tornado:
    """Inputs by what they do to a metric, the strongest first.

    Attributes
    ----------
    metric : str
    bars : tuple of Bar
    study : Study
        The scenario as it is, and one for each end of each range: what charts are drawn from.
    """

    metric: str
    bars: tuple[Bar, ...]
    study: Study = field(repr=False)

    @harmless
    def __repr__(self) -> str:
        write = words(self.metric).write_change
        lines = [f"{words(self.metric).label}, change against the scenario as it is"]
        for bar in self.bars:
            low, high = (side.estimate.format(write) for side in (bar.low, bar.high))
            lines.append(f"  {bar.input.path}  {bar.input.low}: {low}  {bar.input.high}: {high}")
        return "\n".join(lines)


def tornado(
    scenario: Scenario,
    ranges: Mapping[str, tuple[Written, Written]],
    *,
    metric: str = HEADLINE,
    **options: Any,
) -> Tornado:
    """Change one input at a time to both ends of its range.

    Parameters
    ----------
    scenario : Scenario
    ranges : mapping
        Path of an input to its low and high value, as a scenario file would hold them.
    metric : str
    **options
        As for ``compare``: seed, replications, jobs, …

    Returns
    -------
    Tornado
        Bars with paired intervals. One at a time says nothing about inputs that work together; for
        those see ``sim.study.screening``.
    """
    inputs = read_inputs(ranges)
    check_metric(scenario, metric, options)
    ends = [
        one.in_(scenario, place, name=f"{one.path} {end}")
        for one in inputs
        for place, end in ((0.0, one.low), (1.0, one.high))
    ]
    base = scenario.with_({}, name="as it is")
    study = compare([base, *ends], metrics=[metric], **{"curves": False, **options})
    differences = [result.difference(metric) for result in study.results[1:]]
    bars = [
        Bar(one, low, high)
        for one, low, high in zip(inputs, differences[::2], differences[1::2], strict=True)
    ]
    return Tornado(metric, tuple(sorted(bars, key=lambda bar: -bar.span)), study)


@dataclass(frozen=True)
class BreakEven:
    """Where two scenarios are equal by a metric.

    Attributes
    ----------
    input : Input
    metric : str
    value : str or number
        Of the input, where the mean difference is 0; as a scenario file would hold it.
    low, high : str, number or None
        Between these no difference is shown; None where the interval reaches beyond the range.
    tried : mapping of place to Difference
        Every value that was run, as a place in the range from 0 to 1.
    """

    input: Input
    metric: str
    value: Written
    low: Written | None
    high: Written | None
    tried: Mapping[float, Difference] = field(repr=False)


def break_even(
    scenario: Scenario,
    instead: Scenario,
    path: str,
    between: tuple[Written, Written],
    *,
    metric: str = HEADLINE,
    tolerance: float = DEFAULT_TOLERANCE,
    both: bool = False,
    **options: Any,
) -> BreakEven:
    """Find how much of an input makes up for another change.

    How good must documentation be to replace one at L2? ``scenario`` is the desk as it is,
    ``instead`` the one without that person, ``path`` is ``documentation.quality``: the value is
    looked for at which ``instead`` does as well. From what volume on does an engineer of our own cost
    less than a provider? ``instead`` has the provider, and ``demand.volume`` is varied in ``both``.

    Parameters
    ----------
    scenario, instead : Scenario
    path : str
        The input that is varied, of ``instead``.
    between : tuple
        Its range.
    metric : str
        It must rise or fall with the input over that range; on common tickets it then does so
        smoothly, and bisection finds the place.
    tolerance : float
        Width of the last step, as a part of the range.
    both : bool
        Vary the input in ``scenario`` too.
    **options
        As for ``compare``.

    Returns
    -------
    BreakEven
        The value where the mean paired difference is 0, and those where its interval begins and
        ceases to hold 0, each by bisection.

    Raises
    ------
    StudyError
        If one scenario is better over the whole range.
    """
    one = Input(path, *between)
    check_metric(scenario, metric, options)
    base = scenario.with_({}, name="as it is")
    tried: dict[float, Difference] = {}

    def at(place: float) -> Difference:
        if place not in tried:
            other = one.in_(instead, place, name="instead")
            here = one.in_(scenario, place, name=base.name) if both else base
            study = compare([here, other], metrics=[metric], **{"curves": False, **options})
            tried[place] = study[1].difference(metric)
        return tried[place]

    ends = at(0.0).estimate.mean, at(1.0).estimate.mean
    if not ends[0] * ends[1] <= 0:
        write = words(metric).write_change
        low, high = differences(one.in_(base, 0.0, name="low"), one.in_(base, 1.0, name="high"))[
            path
        ]
        raise StudyError(
            f"there is no break-even of {words(metric).label} with {path} from {low} to {high}: the "
            f"difference is {write(ends[0])} and {write(ends[1])} at the ends"
        )
    rises = ends[1] > ends[0]

    def zero(of: Callable[[Difference], float]) -> float | None:
        below, above = 0.0, 1.0
        if (of(at(below)) <= 0) == (of(at(above)) <= 0):
            return None
        for _ in range(STEPS):
            if above - below <= tolerance:
                break
            middle = (below + above) / 2
            under = (of(at(middle)) <= 0) == rises
            below, above = (middle, above) if under else (below, middle)
        return (below + above) / 2

    place = zero(lambda found: found.estimate.mean)
    first, last = zero(lambda found: found.estimate.high), zero(lambda found: found.estimate.low)
    if not rises:
        first, last = last, first
    # At the very ends a difference of exactly 0 needs no search.
    place = place if place is not None else float(abs(ends[1]) < abs(ends[0]))
    return BreakEven(
        one,
        metric,
        one.at(place),
        None if first is None else one.at(first),
        None if last is None else one.at(last),
        tried,
    )
