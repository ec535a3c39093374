"""How sure a study shall be, and how many replications that takes."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sim import units
from sim.errors import StudyError, UnitError
from sim.study.estimate import Estimate, replications_needed

FIRST = 10
"""Replications before the spread is judged for the first time: with fewer a lucky small spread
stops a study too early, and its intervals cover less often than they say (Law 2015, section 9.4)."""
FEWEST_MORE = 5
DEFAULT_REPLICATIONS = 20
_POINTS = re.compile(r"\s*([\d.]+)\s*(?:pp|points?|percentage points?)\s*")


@dataclass(frozen=True)
class Precision:
    """The half width that an interval shall have at most.

    Attributes
    ----------
    size : float
        A part of the estimate if ``relative``, else in the metric's own unit.
    relative : bool
    """

    size: float
    relative: bool = True

    def half_width(self, estimate: Estimate) -> float:
        """Return the half width allowed."""
        return self.size * abs(estimate.mean) if self.relative else self.size

    def reached(self, estimate: Estimate) -> bool:
        """Tell whether an estimate is sure enough."""
        return estimate.sd == 0 or estimate.half_width <= self.half_width(estimate)

    def needed(self, estimate: Estimate) -> int:
        """Tell how many replications would be sure enough, those made included.

        A metric that some replications did not measure needs as many more.
        """
        needed = replications_needed(estimate, self.half_width(estimate))
        return math.ceil(needed * (estimate.n + estimate.missing) / max(1, estimate.n))

    def __str__(self) -> str:
        return f"{100 * self.size:g} %" if self.relative else f"{self.size:g}"


Asked = str | float | Precision


def read_precision(value: Asked) -> Precision:
    """Read how sure a study shall be.

    Parameters
    ----------
    value : str or float
        ``"1 %"`` of the estimate; ``"0.5 points"`` of a share; ``"2 min"`` of a duration; a number
        in the metric's own unit.

    Examples
    --------
    >>> read_precision("1 %"), read_precision("0.5 points")
    (Precision(size=0.01, relative=True), Precision(size=0.005, relative=False))
    >>> read_precision("very")
    Traceback (most recent call last):
    ...
    sim.errors.StudyError: 'very' is no precision; write '1 %' (of the estimate), '0.5 points' (of a share) or '2 min'
    """
    if isinstance(value, Precision):
        return value
    try:
        found = _read(value)
    except (UnitError, ValueError):
        found = None
    if found is None or not (math.isfinite(found.size) and found.size > 0):
        raise StudyError(
            f"{value!r} is no precision; write '1 %' (of the estimate), '0.5 points' (of a share) "
            "or '2 min'"
        )
    return found


def _read(value: str | float) -> Precision:
    if not isinstance(value, str):
        return Precision(float(value), relative=False)
    points = _POINTS.fullmatch(value)
    if points:
        return Precision(float(points[1]) / 100, relative=False)
    if value.strip().endswith("%"):
        return Precision(units.share(value))
    return Precision(float(units.duration_ms(value)), relative=False)


def read_precisions(
    value: Asked | Mapping[str, Asked], metrics: Iterable[str]
) -> dict[str, Precision]:
    """Read one precision for all the metrics asked, or one for each of some."""
    if isinstance(value, Mapping):
        return {metric: read_precision(one) for metric, one in value.items()}
    return dict.fromkeys(metrics, read_precision(value))


def next_size(needed: int, made: int, cap: int) -> int:
    """Choose how many replications there shall be next.

    What is needed is itself estimated, from few replications at first: a study at most doubles
    before it looks again. The rule looks at results alone, never at the number of workers, so that
    a study has the same replications wherever it runs.

    Examples
    --------
    >>> next_size(200, 10, 1000), next_size(42, 40, 1000), next_size(5000, 800, 1000)
    (20, 45, 1000)
    """
    return min(cap, max(made + FEWEST_MORE, min(needed, 2 * made)))
