"""What cannot all be true of one desk, and what would have to be otherwise for it to be."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, Literal

from sim.facts.desk import VOLUME, desk, promised
from sim.facts.figures import FAR, Fact, figures, replications_for
from sim.facts.infer import Inferred, infer, loads
from sim.facts.stated import Facts
from sim.units import MINUTE

_MOST_HEADS: Final = 4.0
"""As many times the stated heads are tried at most."""

_HOPELESS: Final = 1.2
"""A tier that is asked so much at usual handling times needs more people than these, whatever is inferred."""

What = Literal["tickets", "heads", "work", "figure"]


@dataclass(frozen=True)
class WayOut:
    """One fact that, if it were otherwise, would let all others be true.

    Attributes
    ----------
    what : {"tickets", "heads", "work", "figure"}
    key : str
        Among the facts.
    said, needed : float
        Tickets a week, heads, minutes; a share or ms for a figure.
    """

    what: What
    key: str
    said: float
    needed: float


@dataclass(frozen=True)
class Conflict:
    """Facts that cannot all be true.

    Attributes
    ----------
    missed : tuple of (Fact, float)
        Facts that the nearest desk misses, and what it does there.
    overloaded : tuple of (str, float)
        Tiers that are asked more than their people can give, and hours asked of each hour there.
    ways_out : tuple of WayOut
        The smallest changes first.
    """

    missed: tuple[tuple[Fact, float], ...]
    overloaded: tuple[tuple[str, float], ...]
    ways_out: tuple[WayOut, ...]


def conflict(
    found: Inferred, *, seed: int = 1, progress: Callable[[int, int], None] | None = None
) -> Conflict | None:
    """Look whether the facts can be true together; None if they can.

    Parameters
    ----------
    found : Inferred
    seed : int
    progress : callable, optional
        Called with the changes tried and those to be tried.
    """
    missed = _missed(found)
    overloaded = _overloaded(found)
    if not missed and not overloaded:
        return None
    tries = list(_tries(found, seed))
    ways = []
    for done, attempt in enumerate(tries):
        if progress is not None:
            progress(done, len(tries))
        way = attempt()
        if way is not None:
            ways.append(way)
    if progress is not None:
        progress(len(tries), len(tries))
    return Conflict(missed, overloaded, tuple(ways))


def _missed(found: Inferred) -> tuple[tuple[Fact, float], ...]:
    """Return the facts that the nearest desk misses: figures, and handling times that it had to replace."""
    rows = zip(found.facts, found.does, found.off(), strict=True)
    missed = [(fact, does) for fact, does, off in rows if abs(off) > FAR]
    numbers = found.numbers()
    missed += [
        (Fact(one.path, "", "duration", one.value(0.0) * MINUTE), numbers[one.path] * MINUTE)
        for one, sds in zip(found.latents, found.sds, strict=True)
        if one.origin == "stated" and one.kind == "duration" and abs(sds) > FAR
    ]
    return tuple(missed)


def _overloaded(found: Inferred) -> tuple[tuple[str, float], ...]:
    return tuple((tier, load) for tier, load in loads(found.scenario()).items() if load >= 1)


def _fits(found: Inferred, *, free: str | None = None) -> bool:
    return not _overloaded(found) and all(fact.key == free for fact, _ in _missed(found))


def _tries(found: Inferred, seed: int) -> Iterator[Callable[[], WayOut | None]]:
    """List the facts that may be off: volume, heads, stated handling times, stated figures."""
    known = found.known
    yield lambda: _otherwise(known, VOLUME, "tickets", known.volume_per_week(), seed)
    concerned = _concerned(found)
    for name, tier in known.tiers.items():
        if name not in concerned:
            continue
        if tier.heads:
            yield lambda name=name: _heads(found, name, seed)  # type: ignore[misc]
        if tier.work is not None:
            path = f"tiers.{name}.work"
            said = next(one.value(0) for one in found.latents if one.path == path)
            yield lambda path=path, said=said: _otherwise(known, path, "work", said, seed)  # type: ignore[misc]
    for fact, _ in _missed(found):
        if fact.metric:
            yield lambda fact=fact: _without(known, fact, seed)  # type: ignore[misc]


def _concerned(found: Inferred) -> set[str]:
    """Return the tiers that a conflict is about; all where a figure is the whole desk's."""
    names = set(found.known.tiers)
    about = {tier for tier, _ in _overloaded(found)}
    promises = promised(found.known)
    for fact, _ in _missed(found):
        parts = fact.key.split(".")
        if parts[0] == "tiers":
            about.add(parts[1])
        elif parts[0] == "promises":
            about.add(promises[".".join(parts[1:-1])].tier)
        else:
            return names
    return about


def _otherwise(known: Facts, path: str, what: What, said: float, seed: int) -> WayOut | None:
    again = infer(known, seed=seed, free=path)
    if not _fits(again, free=path):
        return None
    return WayOut(what, "tickets" if what == "tickets" else path, said, again.numbers()[path])


def _without(known: Facts, fact: Fact, seed: int) -> WayOut | None:
    """Leave a figure out, and see whether the rest fits: then the desk itself says what it is."""
    again = infer(known, seed=seed, free=fact.key)
    if not _fits(again):
        return None
    scenario = again.scenario()
    played = figures(scenario, [fact.metric], seed=seed, replications=replications_for(scenario))
    return WayOut("figure", fact.key, fact.said, played[0])


def _heads(found: Inferred, name: str, seed: int) -> WayOut | None:
    """Find the heads nearest to those stated with which all else fits."""
    said = found.known.tiers[name].heads
    step = max(1, round(said / 20))
    most = max(said + 1, round(said * _MOST_HEADS))
    # The nearest first: one more, one fewer, two more, ...
    nearest = sorted(
        (heads for heads in range(1, most + 1, step) if heads != said),
        key=lambda heads: max(heads / said, said / heads),
    )
    more = [heads for heads in nearest if heads > said]
    fewer = [heads for heads in nearest if heads < said]
    for side in (more, fewer):
        heads = _first(side, lambda heads: _fits_with(found, name, heads, seed))
        if heads is not None:
            return WayOut("heads", f"tiers.{name}.heads", said, heads)
    return None


def _first(side: list[int], fits: Callable[[int], bool]) -> int | None:
    """Find the first that fits, by halves: farther from the stated heads it fits better, then worse."""
    tried = {}
    low, high = 0, 1
    while high <= len(side):
        tried[high] = fits(side[high - 1])
        if tried[high]:
            break
        low, high = high, 2 * high
    else:
        return None
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if fits(side[middle - 1]) else (middle, high)
    return side[high - 1]


def _fits_with(found: Inferred, name: str, heads: int, seed: int) -> bool:
    tiers = {
        tier: one.model_copy(update={"heads": heads}) if tier == name else one
        for tier, one in found.known.tiers.items()
    }
    known = found.known.model_copy(update={"tiers": tiers})
    # Far too few are seen without playing the desk.
    usual = desk(known, {one.path: one.value(0.0) for one in found.latents})
    return loads(usual)[name] < _HOPELESS and _fits(infer(known, seed=seed))
