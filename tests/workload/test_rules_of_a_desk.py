"""Rules of a desk from a scenario: orders, room, people of their own speed, a rule in Python."""

from __future__ import annotations

import numpy as np
import pytest
from chance import mean_fits

import sim
from sim.errors import ScenarioError, TierSimError

PLAIN = {"rate": "10 / h", "work": "10 min", "work_law": "exponential", "length": "20 weeks"}


def waits(run):
    """Return the waits of the visits that were taken up, in minutes."""
    visits = run.visits.to_pandas()
    waited = (visits.started_ms - visits.joined_ms).dropna().astype(float) / 60_000
    return waited.to_numpy()


@pytest.mark.parametrize("order", ["last come", "random"])
def test_the_order_changes_who_waits_and_not_how_long_on_average(order):
    """Orders that do not look at the work: the same mean wait, and one that varies more (Kingman 1962)."""
    runs = {
        name: [
            waits(sim.run(sim.one_queue(**PLAIN, staff=2, order=name), seed=n)) for n in range(10)
        ]
        for name in ("first come", order)
    }
    expected = sim.theory.erlang_c("10 / h", "10 min", 2).wait.mean.minutes
    assert mean_fits([one.mean() for one in runs[order]], expected)
    deviations = [np.mean([one.std() for one in runs[name]]) for name in ("first come", order)]
    assert deviations[1] > 1.1 * deviations[0]


def test_shortest_work_first_has_phipps_wait():
    """M/M/1, shortest first: the mean wait of Phipps (1956), by numerical integration."""
    work = np.linspace(0, 400, 400_001)
    density = np.exp(-work / 10) / 10
    rate = 5 / 60
    load = rate * np.concatenate([[0], np.cumsum((work * density)[1:] * np.diff(work))])
    wait = rate * 2 * 10**2 / 2 / (1 - load) ** 2
    expected = float(np.sum((wait * density)[1:] * np.diff(work)))
    desk = sim.one_queue(**PLAIN | {"rate": "5 / h"}, staff=1, order="shortest work")
    means = [waits(sim.run(desk, seed=n)).mean() for n in range(12)]
    assert mean_fits(means, expected)


def test_a_room_for_nobody_is_erlang_b():
    """No room to wait: the share that is turned away is Erlang B; they count as having left."""
    desk = sim.one_queue(**PLAIN | {"rate": "60 / h"}, staff=12, room=0)
    lost = [(sim.run(desk, seed=n).log.outcome == 2).mean() for n in range(8)]
    assert mean_fits(lost, sim.theory.blocking_probability(offered_load=10, servers=12))


def test_a_room_for_three_is_mm1k():
    """M/M/1/4: the share turned away is that of the chain, and nobody waits in vain."""
    desk = sim.one_queue(**PLAIN | {"rate": "9 / h"}, staff=1, room=3)
    lost = [(sim.run(desk, seed=n).log.outcome == 2).mean() for n in range(8)]
    weight = [1.5**k for k in range(5)]
    assert mean_fits(lost, weight[-1] / sum(weight))


def test_somebody_fast_does_more_in_the_same_time():
    """One person at twice the speed is M/M/1 of half the work; the log says who."""
    desk = sim.one_queue(**PLAIN | {"rate": "9 / h"}, staff=0).with_(
        {"tiers.L1.people": {"Ann": {"shift": "round the clock", "speed": 2}}}, name="Ann"
    )
    expected = sim.theory.erlang_c("9 / h", "5 min", 1).wait.mean.minutes
    runs = [sim.run(desk, seed=n) for n in range(12)]
    assert mean_fits([waits(one).mean() for one in runs], expected)
    assert set(runs[0].visits.to_pandas().pool.dropna()) == {"L1: Ann"}


def test_skills_decide_who_takes_what():
    """Somebody of one team who also serves the other takes from both; the others from their own."""
    teams = sim.example("l2-in-teams")
    names = list(teams.tiers["L2"].teams)
    desk = teams.with_(
        {
            "tiers.L2.people": {
                "Bo": {"shift": "day", "team": names[0], "also_serves": {names[1]: "0 min"}}
            }
        },
        name="Bo",
    )
    visits = sim.run(desk, seed=1).visits.to_pandas()
    of_bo = set(visits[visits.pool == "L2: Bo"].queue)
    assert of_bo == {f"L2.{name}" for name in names}
    assert set(visits[visits.pool == f"L2.{names[1]}"].queue) == {f"L2.{names[1]}"}
    with pytest.raises(ScenarioError, match=r"people\.Bo\.shift"):
        desk.with_({"tiers.L2.people.Bo.shift": "nights"})


def test_a_rule_of_ones_own_decides():
    """A rule in Python that takes the last is last come first served, to the bit."""
    desk = sim.one_queue(**PLAIN | {"length": "2 weeks"}, staff=2)

    def latest(waiting, now_ms, agent):
        assert now_ms >= max(visit.joined_ms for visit in waiting)
        assert agent in {0, 1}
        return min(waiting, key=lambda visit: (-visit.joined_ms, visit.number))

    own = sim.run(desk, seed=3, engine="simpy", rule=latest)
    known = sim.run(desk.with_({"tiers.L1.order": "last come"}, name="last"), seed=3)
    assert own.log.differences(known.log) == []


def test_a_rule_may_leave_all_waiting_and_must_choose_from_them():
    """None leaves everybody waiting; something else is refused; the compiled engine says no."""
    desk = sim.one_queue(**PLAIN | {"length": "2 d", "warm_up": "1 d"}, staff=2)
    run = sim.run(desk, engine="simpy", rule=lambda *_: None)
    assert (run.log.started_ms == -1).all()
    with pytest.raises(TierSimError, match="chooses from what it is given"):
        sim.run(desk, engine="simpy", rule=lambda *_: "me")
    with pytest.raises(TierSimError, match="engine='simpy'"):
        sim.run(desk, engine="compiled", rule=lambda *_: None)


def test_the_longest_wait_across_queues_is_one_line():
    """Two queues whose people take the longest wait: whoever joined first starts first."""
    names = ("a", "b")
    topics = {name: {"share": 0.5, "difficulty": 0.1, "spread": 0} for name in names}
    teams = {
        one: {
            "staff": {"round the clock": 1},
            "topics": [one],
            "also_serves": {other: "0 min"},
        }
        for one, other in (names, names[::-1])
    }
    desk = sim.one_queue(**PLAIN, staff=2).with_(
        {"topics": topics, "tiers.L1.staff": None, "tiers.L1.teams": teams}, name="own first"
    )

    def overtaken(scenario):
        visits = sim.run(scenario, seed=1).visits.to_pandas().dropna(subset=["started_ms"])
        joined = visits.sort_values(["started_ms", "joined_ms"]).joined_ms.astype(float)
        return int((np.diff(joined) < 0).sum())

    assert overtaken(desk) > 100
    assert overtaken(desk.with_({"tiers.L1.takes": "longest wait"}, name="longest wait")) == 0
