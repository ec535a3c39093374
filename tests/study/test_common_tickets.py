"""Desks on common tickets: what is sampled once gives the same figures as what is sampled again."""

import pickle

import pytest

import sim
from sim.scenario.gallery import gallery
from sim.study.common_tickets import CommonTickets, same_but_for_staff
from sim.study.evaluate import Evaluation

SHORT = {"period.length": "3 weeks", "period.warm_up": "1 week"}
METRICS = ("total_cost", "service_level[L1 response]")


@pytest.fixture(scope="module")
def desks():
    """Take three desks that differ in heads, and one that differs in its notes."""
    base = sim.example().with_(SHORT, name="Base")
    return [
        base,
        base.with_({"tiers.L1.staff.day": 8}, name="More at L1"),
        base.with_({"documentation.quality": 0.9}, name="Better notes"),
        base.with_({"tiers.L3.staff.day": 1}, name="Fewer at L3"),
    ]


def test_the_same_figures_as_one_by_one(desks):
    """Whatever was evaluated before, to the bit; so an answer does not hang on who did what."""
    together, alone = CommonTickets(METRICS), Evaluation(curves=False, metrics=METRICS)
    for number in (0, 1):
        for desk in desks:
            assert together(desk, 7, number).differences(alone(desk, 7, number)) == []


def test_only_heads_may_differ(desks):
    """Better notes, or another shift, are more than heads."""
    base, more, notes, fewer = desks
    assert same_but_for_staff(base, more)
    assert same_but_for_staff(more, fewer)
    assert not same_but_for_staff(base, notes)
    shifts = {"shifts.late": {"Mon-Fri": "11:00-19:00"}}
    late = base.with_(shifts | {"tiers.L1.staff": {"day": 6, "late": 1}}, name="Late")
    assert not same_but_for_staff(base.with_(shifts, name="Base"), late)


@pytest.mark.parametrize("name", gallery())
def test_no_workload_hangs_on_heads(name):
    """In every scenario of the gallery: one head more changes no ticket and no visit."""
    base = sim.example(name).with_(SHORT, name=name)
    path = next(
        (
            f"tiers.{tier}.staff.{shift}"
            for tier, known in base.tiers.items()
            for shift in known.staff or {}
        ),
        None,
    )
    if path is None:
        pytest.skip("nobody works shifts at a tier as a whole")
    tier, shift = path.split(".")[1], path.rpartition(".")[2]
    more = base.with_({path: base.tiers[tier].staff[shift] + 1}, name="One more")
    assert same_but_for_staff(base, more)
    together, alone = CommonTickets(("l1_share",)), Evaluation(curves=False, metrics=("l1_share",))
    together(base, 3, 0)
    assert together(more, 3, 0).differences(alone(more, 3, 0)) == []


def test_tickets_are_not_sent_to_workers(desks):
    """What is remembered would cost more to send than to sample."""
    together = CommonTickets(METRICS)
    together(desks[0], 7, 0)
    assert len(pickle.dumps(together)) < 1000
