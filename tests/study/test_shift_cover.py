"""Shifts chosen by formula and integer program: inside bounds and hours, and as cheap as can be."""

import itertools

import numpy as np
import pytest

import sim
from sim.present import search_words as words
from sim.scenario.search import Search
from sim.study import answer
from sim.study.search import search
from sim.study.shift_cover import cover
from sim.study.space import Space

SHIFTS = {
    "shifts": {
        "early": {"Mon-Fri": "07:00-15:00"},
        "day": {"Mon-Fri": "08:00-17:00"},
        "late": {"Mon-Fri": "11:00-19:00"},
        "saturday": {"Sat": "09:00-13:00"},
    },
    "hours.office": {"Mon-Fri": "07:00-19:00"},
    "tiers.L1.staff": {"early": 1, "day": 3, "late": 1, "saturday": 0},
}
NOBODY_BEFORE, NOBODY_AFTER = 7, 19


def space_of(most, **changes):
    """Let the four shifts of the first tier move up to so many heads each."""
    base = sim.example().with_(SHIFTS | changes, name="Shifts")
    move = {f"tiers.L1.staff.{shift}": {"from": 0, "to": most} for shift in SHIFTS["shifts"]}
    return Space(base, Search.model_validate({"move": move}))


@pytest.fixture(scope="module")
def space():
    """Give room enough."""
    return space_of(6)


@pytest.fixture(scope="module")
def covered(space):
    """Cover the hours."""
    return cover(space, space.start)


def test_bounds_hold(space, covered):
    """Every shift has heads within what may move."""
    assert all(0 <= at < len(axis) for at, axis in zip(covered.design, space.axes, strict=True))


def test_every_hour_is_covered_and_none_outside_its_shifts(covered):
    """Where tickets are promised an answer there are people; where no shift runs there is nobody."""
    assert covered.worst is None
    assert (covered.there >= covered.needed - 1e-9).all()
    closed = [hour for hour in range(5 * 24) if not NOBODY_BEFORE <= hour % 24 < NOBODY_AFTER]
    assert not covered.there[closed].any()
    assert not covered.needed[closed].any()
    assert not covered.there[6 * 24 :].any()


def test_a_shift_when_nothing_is_promised_stays_empty(space, covered):
    """Nobody is sent to a Saturday on which no promise runs."""
    heads = space.scenario(covered.design).tiers["L1"].staff
    assert heads["saturday"] == 0


def test_nothing_cheaper_covers(space, covered):
    """The program's answer is the cheapest of all that cover, found by trying every one."""
    hours = {"early": 40, "day": 45, "late": 40, "saturday": 4}
    names = [axis.name.rpartition(".")[2] for axis in space.axes]
    held = np.array([np.zeros(168)] * 4)
    for row, (day, first, last) in zip(
        held, [(5, 7, 15), (5, 8, 17), (5, 11, 19), (0, 0, 0)], strict=True
    ):
        for weekday in range(day):
            row[24 * weekday + first : 24 * weekday + last] = 1
    held[3, 5 * 24 + 9 : 5 * 24 + 13] = 1
    price = np.array([hours[name] for name in names])
    able = [
        price @ heads
        for heads in itertools.product(range(7), repeat=4)
        if (np.array(heads) @ held >= covered.needed - 1e-9).all()
    ]
    assert price @ np.array(covered.design) == min(able)


def test_where_bounds_are_too_tight_as_much_as_can_be_is_covered():
    """Bounds hold whatever is asked, and the hour that lacks most is named."""
    space = space_of(2)
    covered = cover(space, space.start)
    assert all(at <= 2 for at in covered.design)
    assert covered.worst is not None
    lacks = covered.needed - covered.there
    assert lacks[covered.worst] == lacks.max() > 0


def test_shifts_that_do_not_move_count():
    """Who is there anyway need not be hired again."""
    base = sim.example().with_(SHIFTS | {"tiers.L1.staff.day": 12}, name="Shifts")
    move = {f"tiers.L1.staff.{shift}": {"from": 0, "to": 6} for shift in ("early", "late")}
    space = Space(base, Search.model_validate({"move": move}))
    covered = cover(space, space.start)
    assert (covered.there[8:17] >= 12).all()
    heads = space.scenario(covered.design).tiers["L1"].staff
    assert heads["early"] <= 3
    assert heads["late"] <= 3


def test_a_shift_over_midnight_on_sunday_comes_round():
    """The week is a circle: what starts on Sunday evening is there on Monday morning."""
    space = space_of(
        4,
        **{
            "shifts": SHIFTS["shifts"] | {"night": {"Mon-Sun": "22:00-06:00"}},
            "tiers.L1.staff": {"early": 1, "day": 3, "late": 1, "saturday": 0, "night": 2},
        },
    )
    covered = cover(space, space.start)
    assert (covered.there[:6] == 2).all()
    assert (covered.there[166:] == 2).all()


def test_one_shift_is_no_choice():
    """There is nothing to choose where the first tier works one shift."""
    space = Space(sim.example(), Search())
    assert cover(space, space.start) is None


def test_the_lacking_hour_is_part_of_the_explanation():
    """When no desk within the bounds keeps its promise, the hour that lacks people is told."""
    space = space_of(1)
    short = space.base.with_({"period.length": "4 weeks", "period.warm_up": "1 week"}, name="Short")
    question = Search.model_validate(
        {
            "move": {axis.name: {"from": 0, "to": 1} for axis in space.axes},
            "hold": [{"level": "L1 response"}],
            "replications": 16,
        }
    )
    found = search(short, question, jobs=1)
    assert found.best is None
    lines = list(words.impossible_lines(found, answer.at_the_bounds(found, 4)))
    assert any(line.startswith("By arithmetic L1 needs") for line in lines)
