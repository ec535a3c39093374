"""Studies of every kind, made of numbers instead of simulations: for the property test of claims.

A study is made from a seed alone. Its desks come from a pool of real scenarios (overloaded, with
leavers, with teams, on call, with a provider, in another currency, over another period, without
promises, without costs); its replications are drawn: ties, options apart, goals at the very figure,
one ticket or none, metrics that one option has not measured, one replication far from all others.
"""

from __future__ import annotations

import functools

import numpy as np

import sim
from sim.scenario.change import plain
from sim.scenario.model import Scenario
from sim.study import trouble
from sim.study.implied import implied
from sim.study.manifest import Manifest
from sim.study.replication import Replication
from sim.study.result import Result
from sim.study.study import Study

SIZES = (1, 2, 3, 5, 10, 20, 40)
MOST_OPTIONS = 12


@functools.cache
def pool() -> dict[str, Scenario]:
    """Build the desks that studies are made of."""
    base = sim.example("in-house-desk")
    tiers = list(base.tiers)
    free = {f"tiers.{tier}.cost": 0 for tier in tiers} | {"costs.user_hour": 0}
    tree = plain(base)
    one_level = tree | {"name": "x", "service_levels": dict([*tree["service_levels"].items()][:1])}
    return {
        "plain": base,
        "one promise": Scenario.model_validate(one_level),
        "no promise": Scenario.model_validate(tree | {"name": "x", "service_levels": {}}),
        "overloaded": base.with_({"demand.volume": "900 / week"}, name="x"),
        "just over": base.with_({"demand.volume": "545 / week"}, name="x"),
        "leavers": sim.example("impatient-callers").with_(
            {"demand.volume": "500 / week"}, name="x"
        ),
        "dollars": base.with_({"costs.currency": "USD"}, name="x"),
        "other period": base.with_({"period.start": "2026-03-02"}, name="x"),
        "desk alone": base.with_({"costs.user_hour": 0}, name="x"),
        "free": base.with_(free, name="x"),
        "provider": sim.example("l3-outsourced"),
        "teams": sim.example("cross-trained"),
        "on call": sim.example("on-call"),
    }


@functools.cache
def _implied_of(kind: str):
    return implied(pool()[kind])


def remembered(scenario):
    """Return what a scenario of the pool implies, worked out once."""
    found = next((kind for kind, one in pool().items() if one.tiers is scenario.tiers), None)
    return implied(scenario) if found is None else _implied_of(found)


def quicken(monkeypatch):
    """Let claims about scenarios of the pool take what these imply from memory."""
    monkeypatch.setattr(trouble, "implied", remembered)


def study(seed: int) -> Study:
    """Make a study from a seed."""
    rng = np.random.default_rng([20_26, seed])
    kinds = _kinds(rng)
    size, level = int(rng.choice(SIZES)), float(rng.choice([0.9, 0.95, 0.95, 0.99]))
    common, results = rng.standard_normal(size), []
    for number, kind in enumerate(kinds):
        scenario = pool()[kind].model_copy(update={"name": f"Option {number}"})
        values = _figures(rng, scenario, common, tie=results[-1] if results else None)
        own = rng.random() < 0.1 and number
        replications = tuple(
            Replication(
                {metric: float(column[at]) for metric, column in values.items()},
                dict.fromkeys(values, 400.0),
                tickets=f"{at}-{number if own or kind == 'other period' else 0}",
            )
            for at in range(size)
        )
        base = results[0] if results else None
        results.append(Result(scenario, replications, base, level))
    levels = dict.fromkeys(n for r in results for n in r.scenario.service_levels)
    asked = ("l1_share", *(f"service_level[{name}]" for name in levels))
    measured = {metric for result in results for metric in result.metrics}
    scenarios = [result.scenario for result in results]
    manifest = _manifest(len(scenarios), size)
    asked = tuple(metric for metric in asked if metric in measured)
    made = Study(tuple(results), asked, level, manifest)
    assert [result.scenario for result in made] == scenarios
    return made


@functools.cache
def _manifest(options: int, size: int) -> Manifest:
    scenarios = [
        pool()["plain"].model_copy(update={"name": f"Option {at}"}) for at in range(options)
    ]
    return Manifest.of(scenarios, seed=1, replications=size)


def _kinds(rng) -> list[str]:
    options = (
        int(rng.integers(1, MOST_OPTIONS + 1)) if rng.random() < 0.5 else int(rng.integers(1, 4))
    )
    if rng.random() < 0.5:
        return [str(rng.choice(["plain", "plain", "one promise"]))] * options
    return [str(kind) for kind in rng.choice(list(pool()), options)]


def _figures(rng, scenario, common, tie):
    """Draw the figures of an option: like those of the one before it, or its own."""
    size = len(common)
    if tie is not None and rng.random() < 0.2:
        found = {metric: tie.values(metric) for metric in tie.metrics}
        if rng.random() < 0.5:
            noise = 1 + 1e-4 * rng.standard_normal(size)
            found = {metric: np.clip(v * noise, 0, None) for metric, v in found.items()}
            found = {m: np.minimum(v, 1.0) if _share(m) else v for m, v in found.items()}
        return found
    spread = float(rng.choice([0.0, 0.002, 0.02, 0.1]))
    found = {"l1_share": _shares(rng, common, rng.uniform(0.5, 0.9), spread)}
    for name, level in scenario.service_levels.items():
        away = float(rng.choice([0.0, 0.005, 0.05, 0.3])) * rng.choice([-1, 1, 1])
        found[f"service_level[{name}]"] = _shares(rng, common, level.goal + away, spread)
    price = float(rng.choice([20_000.0, 20_100.0, 30_000.0]))
    if any(tier.cost for tier in scenario.tiers.values()):
        luck = spread * (common + 0.3 * rng.standard_normal(size))
        found["staff_cost"] = np.full(size, price)
        found["total_cost"] = price * np.clip(1.5 + luck, 0.1, None)
        found["cost_per_ticket"] = found["staff_cost"] / 450
        provided = any(tier.provider is not None for tier in scenario.tiers.values())
        found["provider_cost"] = np.full(size, 2_000.0 if provided else 0.0)
    if any(channel.patience is not None for channel in scenario.channels.values()):
        for name in scenario.service_levels:
            found[f"left_unanswered[{name}]"] = _shares(rng, common, 0.2, spread)
    found["abandonment"] = _shares(rng, common, 0.1, spread)
    if rng.random() < 0.1:
        found.pop(str(rng.choice(list(found))))
    if rng.random() < 0.1 and size > 1:
        bad = str(rng.choice(list(found)))
        found[bad] = found[bad].copy()
        found[bad][int(rng.integers(size))] = 0.0 if _share(bad) else 10 * found[bad].max()
    if rng.random() < 0.05:
        none = str(rng.choice(list(found)))
        found[none] = np.full(size, np.nan)
    return found


def _share(metric: str) -> bool:
    return metric in ("l1_share", "abandonment") or metric.startswith(("service_level", "left_"))


def _shares(rng, common, middle, spread):
    kind = rng.random()
    if kind < 0.05:
        return (rng.random(len(common)) < middle).astype(float)
    noise = common + 0.3 * rng.standard_normal(len(common))
    if kind < 0.15:
        noise = noise - np.exp(rng.standard_normal(len(common)))
    found = np.clip(middle + spread * noise, 0.0, 1.0)
    if kind > 0.95:
        found[rng.random(len(found)) < 0.5] = np.nan
    return found
