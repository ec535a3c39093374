"""Desks that are not judged: where the border is, and what is said of them instead."""

import numpy as np
import pytest

import sim
from sim.study.claims import cheapest
from sim.study.implied import implied
from sim.study.replication import Replication
from sim.study.result import Result
from sim.study.showing import said
from sim.study.trouble import hanging, overloaded, slow

METRIC = "l1_share"


def queue(load, *, staff=1, weeks=8, **more):
    """Build an M/M/c desk that is asked that part of what its people can give."""
    rate = 5.0 * load * staff
    return sim.one_queue(
        rate=f"{rate} / h", work="12 min", staff=staff, length=f"{weeks} weeks", **more
    )


def one(scenario, values=(0.7,)):
    """Return a result with given values of the metric."""
    return Result(scenario, tuple(Replication({METRIC: float(v)}) for v in values))


@pytest.mark.parametrize("staff", [1, 2, 7])
@pytest.mark.parametrize("load", [0.5, 0.9, 0.98, 0.999, 1.0, 1.01, 1.05, 1.25, 4.0])
def test_an_unstable_queue_is_told_from_its_limit_on(load, staff):
    """The border is where queueing theory has it: a load of 1, not 1.25."""
    trouble = one(queue(load, staff=staff)).trouble
    assert (trouble.why == "cannot cope") == (load >= 1)
    if load >= 1:
        assert trouble.figures == (("L1", pytest.approx(load)),)


@pytest.mark.parametrize("load", [1.01, 1.2])
def test_a_queue_that_people_can_leave_clears(load):
    """Callers who hang up keep it stable, whatever it is asked; a part of them may not."""
    desk = queue(load)
    can = desk.with_({"channels": {"phone": {"share": 1, "patience": "5 min"}}}, name="All leave")
    assert not overloaded(can, implied(can))
    channels = {"phone": {"share": 0.1, "patience": "5 min"}, "e-mail": {"share": 0.9}}
    some = desk.with_({"channels": channels}, name="A tenth leaves")
    assert bool(overloaded(some, implied(some))) == (0.9 * load >= 1)


def test_people_who_work_on_after_their_shift_have_more_hours_than_planned():
    """A desk 1 % over its shifts is no hopeless one where work in hand is finished: the backlog tells."""
    base = sim.example("in-house-desk")
    known = implied(base).queues[0]
    volume = base.demand.volume * 1.005 / known.utilisation
    near = base.with_({"demand.volume": f"{volume} / h"}, name="Just over")
    (first, *_) = implied(near).queues
    assert first.utilisation == pytest.approx(1.005, abs=0.002)
    assert first.overtime_h > 0.005 * first.there_h
    assert "L1" not in {one.name for one in overloaded(near, implied(near))}
    parked = near.with_({"tiers.L1.at_shift_end": "park"}, name="Parked")
    assert "L1" in {one.name for one in overloaded(parked, implied(parked))}


def test_where_arithmetic_is_not_sure_the_backlog_tells():
    """Simulated at 1.005 and 1.2 of the shifts: the one that clears is judged, the other is not."""
    base = sim.example("in-house-desk").with_(
        {"period.length": "12 weeks", "period.warm_up": "2 weeks", "holidays": []}, name="Base"
    )
    known = implied(base).queues[0]
    for load, copes in ((1.0, True), (1.2, False)):
        volume = base.demand.volume * load / known.utilisation
        changes = {
            "demand.volume": f"{volume} / h",
            "tiers.L2.staff.day": 9,
            "tiers.L3.staff.day": 9,
        }
        desk = base.with_(changes, name="Near")
        result = sim.compare(desk, replications=6, jobs=1)[0]
        assert bool(result.trouble) != copes, load


def test_a_queue_near_its_limit_is_slow_to_settle():
    """At 98 % a queue with one server takes 4 / (5 × .02²) hours, 12 weeks, to forget its start."""
    claim = slow(one(queue(0.98, weeks=4)))
    assert claim.kind == "slow to settle"
    assert claim["weeks"] == pytest.approx(4 / (5 * 0.02**2) / 168)
    assert "slow to settle" in said(claim)
    assert "warm-up" in said(claim)
    assert slow(one(queue(0.98, weeks=400, warm_up="20 weeks"))) is None
    assert slow(one(queue(0.8, weeks=4))) is None


@pytest.mark.parametrize("load", [1.01, 1.2])
def test_a_longer_warm_up_is_never_the_advice_for_overload(load):
    """Nothing but that it cannot cope is said of its start."""
    desk = queue(load, weeks=6, warm_up="1 week")
    study = sim.compare(desk, replications=6, jobs=1)
    (note,) = study.notes
    assert "cannot cope" in note
    assert "warm-up" not in note
    assert f"{100 * load:.1f} %" in note


@pytest.fixture
def even():
    """Draw twenty ordinary values."""
    return 0.7 + 0.02 * np.random.default_rng(4).normal(size=20)


def test_ordinary_replications_are_judged(desk, even):
    """No alarm where nothing stands out, nor from few replications."""
    assert not one(desk, even).trouble
    assert not one(desk, [0.7, 0.7, 0.2]).trouble


def test_a_desk_that_hangs_on_one_replication_is_not_judged(desk, even):
    """Its verdicts say why there are none."""
    bad = even.copy()
    bad[7] = 0.1
    result = one(desk, bad)
    assert result.trouble.why == "hangs on one"
    assert result.trouble.what == (METRIC,)
    values = tuple(Replication({METRIC: float(v), "service_level[L1 response]": 0.99}) for v in bad)
    verdict = Result(desk, values).verdict("L1 response")
    assert (verdict.word, verdict.why) == ("no verdict", "hangs on one")


def test_a_difference_that_hangs_on_one_replication_is_told(desk, even):
    """Where both desks are judged, but the change between them is not sure."""
    other = even + 0.0001
    other[3] = even[3] + 0.05
    results = (
        one(desk, even),
        Result(
            desk.with_({}, name="Variant"),
            tuple(Replication({METRIC: float(v)}) for v in other),
            one(desk, even),
        ),
    )
    (claim,) = hanging(results, [METRIC, "not measured"])
    assert claim.kind == "change hangs on one"
    assert claim.of == ("Variant", desk.name)
    assert said(claim).startswith("Variant against Desk: one replication lies so far")


def test_what_is_known_well_enough_is_not_told(desk):
    """One day at 99.9 % among days at 100 % changes nothing that anybody would ask."""
    share = np.ones(20)
    share[3] = 0.999
    assert not one(desk, share).trouble


def costs(desk, *columns, level=0.95):
    """Return a result for each column of weekly costs, the first as what the others are held against."""
    found = []
    for number, column in enumerate(columns):
        replications = tuple(Replication({"total_cost": float(v)}) for v in column)
        base = found[0] if found else None
        found.append(Result(desk.with_({}, name=f"Desk {number}"), replications, base, level))
    return found


def test_the_cheapest_of_many_has_to_be_surer_than_of_two(desk):
    """Each of the others gets its part of what may be wrong: p = 0.03 is enough for one, not for two."""
    rng = np.random.default_rng(8)
    base = 1000 + rng.normal(0, 1, 20)
    step = rng.normal(0, 1, 20)
    step = (step - step.mean()) / step.std(ddof=1)
    dearer = base + step + 2.37 / np.sqrt(20)
    two, three = costs(desk, base, dearer), costs(desk, base, dearer, base + 500)
    p = two[1].difference("total_cost").p
    assert 0.025 < p < 0.05
    assert [r.name for r in cheapest(two, "total_cost")] == ["Desk 0"]
    assert [r.name for r in cheapest(three, "total_cost")] == ["Desk 0", "Desk 1"]
