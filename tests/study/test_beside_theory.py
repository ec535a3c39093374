"""Theory beside simulation: the right formula for each desk, and a reason where there is none.

Intervals are at 99.9 %, and each test looks at fewer than ten of them: the false-alarm rate of this
file is below 5 %, once; the seeds are fixed.
"""

import math

import pytest

import sim
from sim.present import beside
from sim.study.assumptions import standings
from sim.study.beside_theory import beside_theory

LEVEL = 0.999
ROUND_THE_CLOCK = {"staff": {"round the clock": 5}, "absence": 0, "breaks": 0, "reopens": 0}


def two_tiers():
    """Make two tiers round the clock: the first solves most, all else goes to the second."""
    return sim.one_queue(rate="20 / h", work="10 min", staff=5, length="5 weeks").with_(
        {
            "priorities": {"P1": {"share": 0.2}, "P2": {"share": 0.8}},
            "tiers": {
                "L1": {"ability": 0.2, "work": "10 min", **ROUND_THE_CLOCK},
                "L2": {
                    "ability": 3,
                    "work": "20 min",
                    **ROUND_THE_CLOCK,
                    "staff": {"round the clock": 4},
                },
            },
        },
        name="Two tiers",
    )


def found(desk, replications=6):
    """Return the rows of a desk by queue, formula and figure."""
    rows = beside_theory(desk, replications=replications, level=LEVEL).rows
    return {(row.queue, row.formula, row.figure): row for row in rows}


def test_one_agent_is_described_exactly():
    """M/G/1: utilisation and mean wait are inside; Erlang C, which knows no spread, is far off."""
    desk = sim.one_queue(rate="4.2 / h", work="10 min", staff=1, work_cv=1.4, length="13 weeks")
    rows = found(desk, 12)
    exact = rows["L1", "Pollaczek-Khinchine", "mean wait"]
    assert exact.inside
    assert exact.bent == ()
    assert rows["L1", "Load", "utilisation, overtime included"].inside
    erlang = rows["L1", "Erlang C", "mean wait"]
    assert erlang.apart < -0.2
    assert any("not exponential" in bent for bent in erlang.bent)


def test_several_agents_are_approximated():
    """M/G/c: Kimura comes within a tenth."""
    rows = found(sim.one_queue(rate="60 / h", work="10 min", staff=12, work_cv=1.3))
    assert abs(rows["L1", "Kimura", "mean wait"].apart) < 0.1
    assert rows["L1", "Kimura", "mean wait"].bent == ("an approximation",)


def test_callers_who_hang_up():
    """Erlang A; a load above capacity is no reason to refuse it."""
    rows = found(sim.one_queue(rate="30 / h", work="12 min", staff=5, patience="3 min"))
    assert abs(rows["L1", "Erlang A", "share that leaves"].apart) < 0.03
    assert "callers who hang up" in rows["L1", "Load", "utilisation, overtime included"].bent


def test_two_tiers_are_a_network():
    """Visits, and the time in queues and at work, as Jackson has them; urgent tickets by class."""
    rows = found(two_tiers())
    assert rows["all", "Jackson network", "visits of a ticket"].theory == pytest.approx(
        1.45, abs=0.05
    )
    assert (
        abs(rows["all", "Jackson network", "time of a ticket in queues and at work"].apart) < 0.05
    )
    urgent = rows["L1", "Priorities", "mean wait of P1"]
    assert urgent.theory < rows["L1", "Priorities", "mean wait of P2"].theory
    assert abs(urgent.apart) < 0.3
    assert any("Poisson" in bent for bent in rows["L2", "Erlang C", "mean wait"].bent)


def test_an_overloaded_desk_is_refused_a_wait():
    """There is no mean wait; how fast the backlog grows is said instead."""
    seen = beside_theory(sim.one_queue(rate="60 / h", work="10 min", staff=9), replications=2)
    ((queue, why),) = seen.refused
    assert queue == "L1"
    assert "offered 111.1 %" in why
    assert {row.formula for row in seen.rows} == {"Load"}


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"shifts": {"round the clock": {"Mon-Fri": "08:00-18:00"}}}, "not there at every hour"),
        ({"demand.profile": {"Mon-Sun": {"00-12": 1, "12-24": 3}}}, "changes with the hour"),
        (
            {
                "shifts": {
                    "round the clock": {"Mon-Sun": "00:00-24:00", "on_holidays": True},
                    "late": {"Mon-Sun": "12:00-20:00"},
                },
                "tiers.L1.staff": {"round the clock": 4, "late": 2},
            },
            "number of people changes",
        ),
    ],
)
def test_what_no_formula_describes_is_refused(change, why):
    """Shifts that close, rates and people that change by the hour: each is given as the reason."""
    desk = sim.one_queue(rate="12 / h", work="10 min", staff=4).with_(change, name="Changed")
    (one,) = standings(desk)
    assert any(why in reason for reason in one.closed)


def test_shifts_that_follow_each_other_count_as_one():
    """Three shifts of three people round the clock are three people."""
    hours = {"early": "00:00-08:00", "day": "08:00-16:00", "late": "16:00-24:00"}
    desk = sim.one_queue(rate="12 / h", work="10 min", staff=4).with_(
        {
            "shifts": {
                name: {"Mon-Sun": span, "on_holidays": True} for name, span in hours.items()
            },
            "tiers.L1.staff": dict.fromkeys(hours, 3),
        },
        name="In shifts",
    )
    (one,) = standings(desk)
    assert (one.staff, one.closed) == (3, ())


def test_absence_bends_a_formula():
    """Who is there on average is what formulas are given, and it is said."""
    desk = sim.one_queue(rate="12 / h", work="10 min", staff=10).with_(
        {"tiers.L1.absence": 0.1, "tiers.L1.breaks": 0.1}, name="Away"
    )
    (one,) = standings(desk)
    assert one.staff == 8
    assert any("absence" in bent for bent in one.bent)


def test_it_can_be_read():
    """Every row has its value in its unit; letters lead to what bends a formula; sources stand below."""
    seen = beside_theory(sim.one_queue(rate="12 / h", work="10 min", staff=3), replications=3)
    table = beside.rows(seen)
    assert len(table) == len(seen.rows)
    assert {len(row) for row in table} == {len(beside.HEADINGS)}
    said = list(beside.sentences(seen))
    assert any(line.startswith("a  ") for line in said)
    assert any("Kimura 1986" in line for line in said)
    plain = seen.plain()
    assert plain["rows"][0]["figure"] == "people at work"
    assert all(math.isfinite(row["theory"]) for row in plain["rows"])
