"""What arithmetic says of the load of every gallery desk that it describes, against simulation.

The seed is fixed. Theory may be off by 2 %, and by 4 standard errors of the simulation: the false-alarm
rate of some 90 queues is below 1 %, once.
"""

import numpy as np
import pytest
from study.test_implied import worked_h

from sim.scenario.file import load
from sim.scenario.gallery import gallery
from sim.study.evaluate import replicate
from sim.study.implied import implied

WEEKS, REPLICATIONS = 104, 3
OFF = 0.02
FULL = 0.97
"""Utilisation from which a queue leaves too much undone to be held against what it is asked."""


def described():
    """Name the desks whose work arithmetic describes, with people who can do it."""
    for name, path in gallery().items():
        known = implied(load(path))
        full = max((q.utilisation for q in known.queues if q.there_h > 0), default=0.0)
        if full < FULL and not any("Not in this arithmetic" in s for s in known.sentences):
            yield name


@pytest.mark.parametrize("name", tuple(described()))
def test_loads_are_those_of_a_simulation(name):
    """Every queue's work a week within 2 % and chance, rework and writing included."""
    desk = load(gallery()[name]).with_(
        {"period.length": f"{WEEKS} weeks", "demand.busyness": 0}, name=name
    )
    runs = [worked_h(replicate(desk, seed=26, replication=n)) for n in range(REPLICATIONS)]
    for queue in implied(desk).queues:
        worked = np.array([run[queue.name] for run in runs])
        if queue.provider or not worked.any():
            continue
        chance = 4 * worked.std(ddof=1) / worked.mean() / np.sqrt(REPLICATIONS)
        assert queue.asked_h == pytest.approx(worked.mean(), rel=OFF + chance), queue.name
