"""What is worked out once for a scenario: queues, pools, services, shares, and that it is kept."""

import numpy as np
import pytest

from scenarios import with_on
from sim.scenario.file import load
from sim.scenario.gallery import gallery
from sim.units import HOUR, MINUTE
from sim.workload.desk import NO_PRE_EMPTION, NO_PROVIDER, Discipline, ShiftEnd
from sim.workload.journeys import ALWAYS
from sim.workload.plan import plan


def test_a_plan_is_kept():
    """The same scenario is planned once; an equal one and a changed one each get their own."""
    scenario = with_on([])
    assert plan(scenario) is plan(scenario)
    assert plan(with_on([])) is not plan(scenario)
    more = scenario.with_({"tiers.L1.staff.day": 7}, name="More")
    assert plan(more).shifts[0].heads == 7
    assert plan(scenario).shifts[0].heads == 2


def test_plans_do_not_mix():
    """Many scenarios one after the other, more than are kept, each have their own plan."""
    scenarios = [with_on([], {"tiers.L1.staff": {"day": heads}}) for heads in range(100)]
    assert [plan(scenario).shifts[0].heads for scenario in scenarios * 2] == [*range(100)] * 2


def test_queues_and_pools():
    """Each tier, or each of its teams, has a queue and a pool of the same place and name."""
    known = plan(with_on(["teams", "pre-emption", "first come"]))
    names = ["L1", "L2.network", "L2.applications", "L3"]
    assert [queue.name for queue in known.queues] == names
    assert [pool.name for pool in known.pools] == names
    assert [queue.tier for queue in known.queues] == [0, 1, 1, 2]
    assert known.queue_of.tolist() == [[0, 0, 0], [2, 2, 1], [3, 3, 3]]
    assert [pool.serves[0].queue for pool in known.pools] == [0, 1, 2, 3]
    helps = [(s.queue, s.after_ms) for s in known.pools[2].serves[1:]]
    assert helps == [(1, 20 * MINUTE), (0, HOUR)]
    assert known.queues[0].discipline is Discipline.FIRST_COME
    assert known.pools[0].shift_end is ShiftEnd.FINISH
    assert known.pools[3].shift_end is ShiftEnd.PARK
    assert [pool.pre_empts for pool in known.pools] == [0, NO_PRE_EMPTION, NO_PRE_EMPTION, 0]


def test_providers_have_no_pool():
    """A provider's queue has its calendar, and nobody of ours serves it."""
    known = plan(with_on(["provider"]))
    assert [pool.name for pool in known.pools] == ["L1", "L2"]
    assert known.queues[2].calendar == known.calendars["office"]
    assert known.queues[0].calendar == NO_PROVIDER


def test_calendars_are_numbered():
    """Hours in which delays run are numbered once each; `always` needs no spells."""
    known = plan(with_on(["asks users", "change windows", "updates"]))
    assert known.calendars == {"always": ALWAYS, "office": 0, "windows": 1}
    assert len(known.calendar_open_ms) == len(known.calendar_close_ms) == 2
    opens, closes = known.calendar_open_ms[1], known.calendar_close_ms[1]
    assert (opens[0], closes[0]) == (42 * HOUR, 44 * HOUR)


@pytest.mark.parametrize("name", gallery())
def test_gallery_is_planned(name):
    """Every scenario of the gallery has rates for each hour, and shares that add up to one."""
    scenario = load(gallery()[name])
    known = plan(scenario)
    assert len(known.rates) == len(known.day) == -(-scenario.period.length // HOUR)
    assert (known.rates >= 0).all()
    assert known.priority_shares.sum(axis=1) == pytest.approx(1)
    assert (np.diff(known.difficulty, axis=1) >= 0).all()
    assert known.queue_of.max() < len(known.queues)
    for pool in known.pools:
        assert all(service.queue < len(known.queues) for service in pool.serves)
