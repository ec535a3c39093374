"""One definition of a service level with callers who hang up: theory, simulation, check and search.

The simulated shares are held against M/M/c+M in intervals of 99.9 %: each test is wrong one time in a
thousand, and seeded.
"""

import pytest

import sim
from sim import theory
from sim.outcome.service import FORMULAS
from sim.scenario.search import Search
from sim.study.beside_theory import beside_theory
from sim.study.callers import callers
from sim.study.foretold import foretold
from sim.study.implied import implied
from sim.study.search import search
from sim.study.shift_cover import _needed

MOVE = Search.model_validate({"move": {"tiers.L1.staff.round the clock": {"from": 1, "to": 30}}})
RATE, WORK, PATIENCE, WITHIN = "100 / h", "10 min", "20 s", "1 min"


def desk(staff, leavers="missed", length="22 d", **changes):
    """Return a desk of callers who wait 20 seconds on average."""
    made = sim.one_queue(
        rate=RATE,
        work=WORK,
        staff=staff,
        patience=PATIENCE,
        within=WITHIN,
        length=length,
        warm_up="1 d",
    )
    return made.with_({"service_levels.response.leavers": leavers, **changes})


@pytest.mark.parametrize("staff", [8, 16])
@pytest.mark.parametrize("leavers", ["missed", "short ones left out", "left out"])
def test_simulation_and_theory_count_alike(staff, leavers):
    """Each of the three definitions gives the same share by Erlang A and by simulation."""
    known = theory.erlang_a(RATE, WORK, staff, PATIENCE).service_level(WITHIN, leavers=leavers)
    study = sim.compare(desk(staff, leavers), replications=8, seed=7, level=0.999)
    found = study[0].estimate("service_level[response]")
    assert found.low <= known <= found.high
    assert found.half_width < 0.02


def test_theory_and_simulation_stand_beside_each_other():
    """`tiersim theory` shows the level by Erlang A, of all who came."""
    found = beside_theory(desk(16), replications=6, seed=3, level=0.999)
    (row,) = [row for row in found.rows if row.figure == "service_level[response]"]
    assert row.formula == "Erlang A"
    assert row.theory == pytest.approx(0.816, abs=0.01)
    assert row.inside


def test_check_foretells_the_same():
    """What `check` says before any simulation is Erlang A's share of all who came, or as asked."""
    known = theory.erlang_a(RATE, WORK, 15, PATIENCE)
    for leavers, formula in FORMULAS.items():
        made = desk(15, leavers)
        (sentence,) = foretold(made, implied(made))
        share = known.service_level(WITHIN, leavers=leavers)
        assert f"reaches {100 * share:.1f} % of 80 % within 1 min ({formula})" in sentence
        assert f"{100 * known.abandonment:.1f} % of what comes" in sentence


def test_as_many_staff_by_theory_and_by_search():
    """Of all who came 16 answer 80 % within a minute, 15 do not; the search takes 16."""
    asked = {"within": WITHIN, "share": "80 %", "patience": PATIENCE}
    assert theory.staff_for(RATE, WORK, **asked) == 16
    assert theory.erlang_a(RATE, WORK, 15, PATIENCE).answered_within(WITHIN) == pytest.approx(
        0.7782, abs=0.0001
    )
    # To leave those out who did not wait is to staff for almost nobody.
    assert theory.staff_for(RATE, WORK, **asked, leavers="left out") < 5
    base = desk(20, length="8 d", **{"tiers.L1.cost": 10})
    found = search(base, MOVE, seed=1)
    assert found.scenario().tiers["L1"].staff == {"round the clock": 16}


def test_a_search_begins_where_theory_with_leavers_says():
    """Hour by hour, callers need fewer people than those who wait for ever: 16, not 20."""
    assert set(_needed(desk(20), "L1").tolist()) == {16}


def test_no_patience_is_erlang_b():
    """Who finds all agents busy is lost, and an idle agent answers; by both engines alike."""
    made = sim.one_queue(rate="60 / h", work="10 min", staff=12, patience="0 d", length="9 weeks")
    lost = theory.erlang_b("60 / h", "10 min", 12).p_blocked
    assert lost == pytest.approx(0.1197, abs=0.0001)
    found = sim.compare(made, replications=6, seed=5, level=0.999)[0].estimate("abandonment")
    assert found.low <= lost <= found.high
    short = made.with_({"period.length": "9 d"})
    for engine in ("simpy", "compiled"):
        run = sim.run(short, seed=2, engine=engine)
        assert 0.05 < sim.measure(run, curves=False).values["abandonment"] < 0.2
    assert theory.staff_for("60 / h", "10 min", within="1 min", share="88 %", patience=0) == 12
    (row,) = [
        row
        for row in beside_theory(short, replications=2).rows
        if row.figure == "service_level[response]"
    ]
    assert (row.formula, row.theory) == ("Erlang B", pytest.approx(1 - lost, abs=0.02))
    assert callers(made).patience_h == 0


def test_a_queue_that_callers_leave_clears():
    """Overload of callers is told as what it is; a backlog grows where others wait for ever."""
    over = desk(8)
    (queue,) = implied(over).queues
    assert queue.hang_up == pytest.approx(0.52)
    told = [s for s in implied(over).sentences if "capacity" in s]
    assert told == [
        (
            "L1 is offered 208.3 % of its capacity: at least 52 % of its callers have to hang up, "
            "since nobody has time for them."
        )
    ]
    (note,) = sim.compare(over, replications=2).notes
    assert "hang up" in note
    assert "never clear" not in note
    # Nine in ten come by a portal: these alone are more than eight can do.
    portal = over.with_(
        {"channels": {"phone": {"share": 0.1, "patience": "20 s"}, "portal": {"share": 0.9}}}
    )
    assert any("never clear" in s for s in implied(portal).sentences)
