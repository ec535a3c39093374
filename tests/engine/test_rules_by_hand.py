from __future__ import annotations

import engine_cases
import numpy as np
import pytest

from sim.engine import available_engines, play
from sim.engine.rules import Rank
from sim.workload.journeys import NOT_YET

CASES = engine_cases.load()


def _name(case):
    return f"{case['file']}: {case['says']}"


@pytest.mark.parametrize("engine", available_engines())
@pytest.mark.parametrize("case", CASES, ids=_name)
def test_a_desk_does_what_the_rule_says(case, engine):
    """Each sentence of the rules holds on a desk worked out by hand."""
    workload, desk = engine_cases.build(case)
    log = play(workload, desk, engine=engine)
    assert engine_cases.story(case, log) == case["expect"]


@pytest.mark.parametrize("engine", available_engines())
@pytest.mark.parametrize("case", CASES, ids=_name)
def test_started_stays_when_work_is_parked(case, engine):
    """A visit's start is the start of its first spell; "taken up" is that of its last."""
    log = play(*engine_cases.build(case), engine=engine)
    spells = log.spells()
    for visit in np.unique(spells.visit):
        first = np.flatnonzero(spells.visit == visit)[0]
        assert log.started_ms[visit] == spells.from_ms[first]
    waits = (log.taken_up_ms == NOT_YET) & (log.agent != NOT_YET)
    assert not waits.any()


def test_ranks_stand_in_the_order_of_the_rules():
    """SIGNAL follows COMPLETE, and DISPATCH is last: the engines count on it."""
    assert [rank.name for rank in sorted(Rank)] == [
        "COMPLETE",
        "SIGNAL",
        "LEAVE",
        "COME",
        "JOIN",
        "LOSE",
        "DISPATCH",
    ]
