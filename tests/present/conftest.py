"""Small studies to be looked at."""

import pytest

import sim
from sim.present import report
from sim.scenario.change import plain
from sim.scenario.gallery import gallery
from sim.scenario.model import Scenario
from sim.study.compare import compare

SHORT = {"period.length": "5 weeks", "period.warm_up": "1 week", "demand.volume": "400 / week"}
"""With fewer tickets poor notes leave a desk that can cope."""
HOSTILE = {
    "script": "<script>alert(1)</script>",
    "formula": "=cmd|' /C calc'!A0",
    "quotes": "\"'><img src=x onerror=alert(1)>",
    "emoji": "One more 🚀 at L1",
    "right to left": "\u202eשולחן\u202c السلام",
}


def small(name="in-house-desk"):
    """Shorten a gallery desk's period."""
    return sim.load(gallery()[name]).with_(SHORT, name=name)


@pytest.fixture(scope="session")
def study():
    """Three desks, four replications, with curves."""
    desks = [small("in-house-desk"), small("one-more-at-l1"), small("poor-notes")]
    return compare(desks, replications=4, seed=7, jobs=1)


@pytest.fixture(scope="session")
def dial():
    """Four settings of one dial."""
    base = small()
    others = [
        base.with_({"documentation.quality": q}, name=f"quality {q}") for q in (0.2, 0.4, 0.9)
    ]
    return compare([base, *others], replications=3, seed=7, jobs=1)


@pytest.fixture(scope="session")
def single():
    """One desk alone."""
    return compare(small(), replications=3, seed=7, jobs=1)


def hostile_scenario(name):
    """Make a desk whose names attack whatever shows them."""
    tree = plain(small())
    level = tree["service_levels"].pop("L1 response")
    tree["service_levels"] = {HOSTILE["quotes"]: level, **tree["service_levels"]}
    topic = tree["topics"].pop("software")
    tree["topics"] = {HOSTILE["formula"]: topic, **tree["topics"]}
    tree |= {"name": name, "about": HOSTILE["script"] + "a" * 5_000, "lesson": "@SUM(A1)\x08"}
    return Scenario.model_validate(tree)


@pytest.fixture(scope="session")
def hostile():
    """Compare such desks, one with a name of 200 letters without a space."""
    names = [*HOSTILE.values(), "x" * 200]
    return compare([hostile_scenario(name) for name in names], replications=2, seed=7, jobs=1)


@pytest.fixture
def few_charts(monkeypatch):
    """Let a report draw three charts only; that all can be drawn is tested elsewhere."""
    every = report.charts_of
    monkeypatch.setattr(report, "charts_of", lambda study, asked: every(study, asked)[:3])
