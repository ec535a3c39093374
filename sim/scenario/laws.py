"""Laws of times: how what is drawn lies around its mean.

A *law* has a name and a coefficient of variation (standard deviation over mean), or a list of times
that were seen. The mean is always a field of its own, so that a topic's mean or a harder ticket
stretches the law without changing its shape.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from sim.errors import UnitError

LawName = Literal[
    "lognormal",
    "exponential",
    "gamma",
    "Erlang",
    "Weibull",
    "deterministic",
    "uniform",
    "hyperexponential",
]
FIXED: Final[dict[str, float]] = {"exponential": 1.0, "deterministic": 0.0}
"""Laws with one coefficient of variation."""
MOST_UNIFORM: Final = 1 / math.sqrt(3)
"""The variation of a uniform law that begins at 0."""
MOST_STAGES: Final = 1000
ROUNDED: Final = 0.005
"""How far a variation may be from that of a whole number of Erlang's stages."""
FEWEST_SEEN: Final = 1


@dataclass(frozen=True)
class Law:
    """A law of times, its mean apart.

    Attributes
    ----------
    name : str
    cv : float
        Coefficient of variation; what a law fixes is filled in.
    shape : tuple of float
        Quantiles, evenly spaced from the shortest to the longest, instead of name and cv.
    seen : tuple of float
        Times that were seen, sorted, each as likely: instead of name and cv.
    """

    name: str = "lognormal"
    cv: float = 1.0
    shape: tuple[float, ...] = ()
    seen: tuple[float, ...] = ()

    @property
    def is_exponential(self) -> bool:
        """Whether it is, by whatever name."""
        named = self.name in {"exponential", "gamma", "Erlang", "Weibull", "hyperexponential"}
        return named and self.cv == 1 and not self.shape and not self.seen

    def words(self) -> str:
        """Say what it is.

        Examples
        --------
        >>> Law("gamma", 0.5).words(), Law(seen=(1.0, 2.0)).words()
        ('gamma (CV 0.50)', 'as 2 times that were seen')
        """
        if self.seen:
            return f"as {len(self.seen):,} times that were seen"
        if self.shape:
            return "of a shape that was seen"
        return self.name if self.name in FIXED else f"{self.name} (CV {self.cv:.2f})"


def law(
    name: str,
    cv: float,
    *,
    field: str,
    cv_given: bool,
    shape: Sequence[float] = (),
    seen: Sequence[float] = (),
) -> Law:
    """Make a law of what a scenario says, or tell what does not go together.

    Parameters
    ----------
    name, cv : str, float
    field : str
        How the fields are called: ``work`` for ``work_law``, ``work_cv`` and ``work_seen``.
    cv_given : bool
        Whether ``cv`` is another than the default, which stands in no law's way.
    shape, seen : sequence of float

    Raises
    ------
    UnitError
        If no such law has this variation.

    Examples
    --------
    >>> law("deterministic", 1.0, field="work", cv_given=False)
    Law(name='deterministic', cv=0.0, shape=(), seen=())
    >>> law("uniform", 1.0, field="work", cv_given=False)
    Traceback (most recent call last):
    ...
    sim.errors.UnitError: a uniform law varies by 0.577 at most; set `work_cv`
    """
    if seen:
        if name != "lognormal" or shape:
            raise UnitError(f"give `{field}_seen` or `{field}_law`, not both")
        if max(seen) <= 0:
            raise UnitError(f"`{field}_seen` needs a time above 0")
        return Law(seen=tuple(sorted(float(one) for one in seen)))
    if shape:
        return Law(shape=tuple(shape))
    if name in FIXED:
        if cv_given and cv != FIXED[name]:
            raise UnitError(
                f"{_a(name)} law varies by {FIXED[name]:g} always; leave `{field}_cv` out, or set it "
                f"to {FIXED[name]:g}"
            )
        return Law(name, FIXED[name])
    if name == "uniform" and cv > MOST_UNIFORM:
        raise UnitError(f"a uniform law varies by {MOST_UNIFORM:.3f} at most; set `{field}_cv`")
    if name == "hyperexponential" and cv < 1:
        raise UnitError(f"a hyperexponential law varies by 1 at least; set `{field}_cv`")
    if name == "Erlang":
        stages = round(cv**-2) if cv else 0
        if not 1 <= stages <= MOST_STAGES or abs(stages**-0.5 - cv) > ROUNDED:
            raise UnitError(
                f"an Erlang law of k stages varies by 1/√k: 1, 0.707, 0.577, 0.5, …; `{field}_cv` is "
                f"{cv:g} (gamma takes any)"
            )
        return Law(name, stages**-0.5)
    return Law(name, cv)


def _a(name: str) -> str:
    return f"an {name}" if name[0] in "aeiouE" else f"a {name}"
