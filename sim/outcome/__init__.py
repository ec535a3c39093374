"""What a run means: the metric registry, service levels, resolution, hand-overs, cost, stories."""

from sim.outcome.curves import axis, curve
from sim.outcome.measures import Measures, measure
from sim.outcome.registry import families, glossary, metric
from sim.outcome.run import Run
from sim.outcome.story import tell

__all__ = [
    "Measures",
    "Run",
    "axis",
    "curve",
    "families",
    "glossary",
    "measure",
    "metric",
    "tell",
]
