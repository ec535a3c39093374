"""Inferring the numbers behind a desk from what is known of it.

The method of moments by simulation, with priors: of all handling times, and of all shares of tickets
that lie, those are taken with which the desk does what is stated, each figure weighed by how exactly
people know such a figure, and each number by how far desks differ in it (``usual``). It is a maximum of
the posterior under normal errors; its curvature there says what the facts leave open.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares

from sim.facts.desk import VOLUME, WARM_UP_WEEKS, WEEKS, Latent, desk, latents, volume
from sim.facts.figures import FAR, Fact, figures, replications_for, stated_figures
from sim.facts.stated import Facts, facts
from sim.scenario.model import Scenario
from sim.study.implied import TIGHT, implied

_AWAY: Final = 10.0
"""Numbers are counted from here: the optimiser's steps are parts of a number, and 0 has no parts."""
_STEP: Final = 0.03
"""A step of 0.3 standard deviations: what replications of the same tickets tell apart surely."""
_BOUND: Final = 4.0
"""No number is taken farther from what is usual, in standard deviations."""
_MOST_ROUNDS: Final = 12
COPES: Final = 0.85
"""Load up to which nobody wonders that a desk's backlog does not grow."""
_COPES_SD: Final = 0.05
_MANY: Final = 2000.0
"""From so many tickets a week on a desk is inferred on fewer weeks."""


@dataclass(frozen=True, eq=False)
class Inferred:
    """Numbers behind a desk.

    Attributes
    ----------
    known : Facts
    latents : tuple of Latent
    sds : float64, one a latent
        Where each was found, in standard deviations from its middle.
    covariance : float64, (latents, latents)
        Of ``sds``: the unit matrix where the facts tell nothing.
    facts : tuple of Fact
        What was said of how it does today.
    does : tuple of float
        What the desk does, for each of ``facts``.
    """

    known: Facts
    latents: tuple[Latent, ...]
    sds: NDArray[np.float64]
    covariance: NDArray[np.float64]
    facts: tuple[Fact, ...]
    does: tuple[float, ...]

    def __repr__(self) -> str:
        behind = f"{len(self.latents)} number{'s' if len(self.latents) > 1 else ''} behind it"
        fit = sum(abs(off) <= FAR for off in self.off())
        said = (
            f"{fit} of {len(self.facts)} figures fit"
            if self.facts
            else "nothing said of how it does today"
        )
        return f"<desk from facts: {behind}, {said}>"

    def numbers(self) -> dict[str, float]:
        """Return minutes and shares by path."""
        return {
            one.path: one.value(float(at)) for one, at in zip(self.latents, self.sds, strict=True)
        }

    def scenario(self) -> Scenario:
        """Return the desk."""
        return desk(self.known, self.numbers())

    def off(self) -> list[float]:
        """Return how far each fact is missed, in standard deviations of what people know."""
        return [fact.off(value) for fact, value in zip(self.facts, self.does, strict=True)]


def desk_from(*, seed: int = 1, **known: Any) -> Inferred:
    """Make a desk from what somebody knows of it.

    Parameters
    ----------
    seed : int
        Names the tickets on which figures are compared.
    **known
        The facts, as ``sim.facts.stated.Facts`` names them: ``tickets`` (or ``users``) and ``tiers`` with
        ``heads`` are due; ``hours``, ``work``, ``solves``, ``takes``, ``cost``, ``on_call`` and
        ``provider`` of a tier, ``when``, ``complete``, ``reopened``, ``backlog``,
        ``answered_in_time`` and ``promises`` help.

    Returns
    -------
    Inferred
        Its ``scenario()`` is the desk.

    Raises
    ------
    ScenarioError
        With every fault of what is stated.

    Examples
    --------
    >>> found = desk_from(tickets="60 / week", tiers={"L1": {"heads": 2, "work": "20 min"}})
    >>> found.scenario().tiers["L1"].staff
    {'L1 day': 2}
    >>> found
    <desk from facts: 1 number behind it, nothing said of how it does today>
    """
    return infer(facts(known), seed=seed)


def infer(known: Facts, *, seed: int = 1, free: str | None = None) -> Inferred:
    """Find the numbers behind a desk.

    Parameters
    ----------
    known : Facts
    seed : int
    free : str, optional
        A latent's path that may lie anywhere, or the key of a fact that is left out: to see whether the
        others can be true together.

    Returns
    -------
    Inferred
    """
    unknown = latents(known)
    if free == VOLUME:
        unknown = (*unknown, volume(known))
    unknown = tuple(_freed(one) if one.path == free else one for one in unknown)
    told = tuple(fact for fact in stated_figures(known) if fact.key != free)
    weeks = WEEKS if known.volume_per_week() < _MANY else 2 * WARM_UP_WEEKS
    metrics = [fact.metric for fact in told]
    timed = [place for place, fact in enumerate(told) if _moves(fact)]

    def made_at(at: NDArray[np.float64]) -> Scenario:
        numbers = {one.path: one.value(float(z)) for one, z in zip(unknown, at, strict=True)}
        return desk(known, numbers, weeks=weeks)

    def played(made: Scenario) -> list[float]:
        return figures(made, metrics, seed=seed, replications=replications_for(made))

    def missed(away: NDArray[np.float64]) -> NDArray[np.float64]:
        at = away - _AWAY
        made = made_at(at)
        does = played(made) if timed else []
        off = [told[place].off(does[place]) for place in timed]
        # A desk that people work with is not overloaded, or they would speak of nothing else.
        beyond = [max(0.0, (load - COPES) / _COPES_SD) for load in loads(made).values()]
        return np.concatenate([off, beyond, at])

    start = np.full(len(unknown), _AWAY)
    if free is not None:
        start += _unloaded(known, unknown, free)
    found = least_squares(
        missed,
        start,
        bounds=(_AWAY - _BOUND, _AWAY + _BOUND),
        diff_step=np.full(len(unknown), _STEP),
        xtol=1e-3,
        ftol=1e-3,
        max_nfev=_MOST_ROUNDS,
    )
    at = found.x - _AWAY
    slopes = np.asarray(found.jac, dtype=np.float64)
    covariance = np.asarray(np.linalg.inv(slopes.T @ slopes), dtype=np.float64)
    return Inferred(known, unknown, at, covariance, told, tuple(played(made_at(at))))


def loads(scenario: Scenario) -> dict[str, float]:
    """Return hours asked of each hour that people are there, by tier with people of its own."""
    return {q.tier: q.utilisation for q in implied(scenario).queues if not q.provider}


def _unloaded(known: Facts, unknown: tuple[Latent, ...], free: str) -> NDArray[np.float64]:
    """Begin with a freed time or volume at which people can cope: an overloaded desk tells no slope."""
    start = np.zeros(len(unknown))
    made = desk(known, {one.path: one.value(0.0) for one in unknown})
    own = [
        q
        for q in implied(made).queues
        if not q.provider and free in (VOLUME, f"tiers.{q.tier}.work")
    ]
    load = max((q.utilisation for q in own), default=0.0)
    for place, one in enumerate(unknown):
        if one.path == free and load > TIGHT:
            start[place] = max(np.log(TIGHT / load) / one.spread, 0.01 - _BOUND)
    return start


def _moves(fact: Fact) -> bool:
    """Tell whether handling times and lying move a fact; the shares solved are met by the abilities."""
    return fact.kind != "share" or fact.key.startswith("promises.")


def _freed(one: Latent) -> Latent:
    wide = 3.0
    """Standard deviations: a factor of twenty to either side."""
    return Latent(
        one.path, one.kind, one.middle, max(one.spread, wide / _BOUND), one.origin, one.source
    )
