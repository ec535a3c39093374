"""A claim: what a study says, as a value that words are made from, and that can be checked.

Nothing is said of a study but claims. They are made in this room, from replications; the words are
made in ``sim.present.say``, the same for every surface; ``tests/claims`` computes each again.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from sim.study.estimate import Estimate

Number = Estimate | float | None


@dataclass(frozen=True)
class Claim:
    """One thing that a study says.

    Attributes
    ----------
    kind : str
        What kind of thing; ``sim.present.say`` has a sentence for each.
    of : tuple of str
        The scenarios that it is about; the one that is held against others first.
    what : tuple of str
        Promises, metrics, queues or fields, as the kind has it.
    figures : tuple of (str, number)
        What was estimated or counted, by name.
    rests : tuple of str
        What the claim rests on beside replications: assumptions, by path, or why something is
        left open.

    Examples
    --------
    >>> claim = Claim("misses", ("As is",), ("L1 response",), (("promises", 4),))
    >>> claim["promises"]
    4
    """

    kind: str
    of: tuple[str, ...] = ()
    what: tuple[str, ...] = ()
    figures: tuple[tuple[str, Number], ...] = ()
    rests: tuple[str, ...] = ()

    def __getitem__(self, name: str) -> Any:
        return dict(self.figures)[name]

    def get(self, name: str) -> Any:
        """Return a figure; None where the claim has none of that name."""
        return dict(self.figures).get(name)

    def plain(self) -> dict[str, Any]:
        """Return it as JSON holds it."""
        return {
            "kind": self.kind,
            "of": list(self.of),
            "what": list(self.what),
            "figures": {name: _plain(value) for name, value in self.figures},
            "rests_on": list(self.rests),
        }


def _plain(value: Number) -> Any:
    if isinstance(value, Estimate):
        ends = (value.mean, value.low, value.high)
        mean, low, high = (None if math.isnan(end) else end for end in ends)
        return {"mean": mean, "low": low, "high": high, "replications": value.n}
    return None if value is None or math.isnan(value) else value
