"""Priorities against numerically solved chains, the conservation law, and first come, first served."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import linalg, sparse
from scipy.sparse.linalg import spsolve

from sim.errors import TheoryError
from sim.theory import Load, erlang_c, pollaczek_khinchine, priority_mg1, priority_mmc
from sim.theory.mmc import erlang_c_of

ROOM = 90
"""Places for the waiting of either class; the weight beyond is below 1e-9 in these cases."""


def steady(size, moves):
    """Solve a chain: moves are (from, to, rate) over states numbered 0 to size − 1."""
    origin, target, rate = (np.array(part) for part in zip(*moves, strict=True))
    flow = sparse.coo_matrix((rate, (target, origin)), shape=(size, size)).tolil()
    out = np.bincount(origin, weights=rate, minlength=size)
    flow.setdiag(flow.diagonal() - out)
    flow[0, :] = 1.0
    return spsolve(flow.tocsc(), np.eye(1, size)[0])


def in_turn(high, low, staff):
    """Solve two classes of equal work (mean 1) without pre-emption: P(busy, so many wait of each)."""
    room = ROOM * ROOM

    def waiting(q1, q2):
        return staff + q1 * ROOM + q2

    moves = []
    for n in range(staff):
        moves += [(n, n + 1, high + low), (n + 1, n, n + 1.0)]
    for q1 in range(ROOM):
        for q2 in range(ROOM):
            here = waiting(q1, q2)
            if q1 + 1 < ROOM:
                moves += [(here, waiting(q1 + 1, q2), high), (waiting(q1 + 1, q2), here, staff)]
            if q2 + 1 < ROOM:
                moves.append((here, waiting(q1, q2 + 1), low))
                if q1 == 0:
                    moves.append((waiting(0, q2 + 1), here, staff))
    return steady(staff + room, moves)[staff:].reshape(ROOM, ROOM)


def interrupting(high, low, staff, finish_high=1.0, finish_low=1.0):
    """Solve two classes with pre-emption: P(so many of each are there)."""
    moves = []
    for n1 in range(ROOM):
        for n2 in range(ROOM):
            here = n1 * ROOM + n2
            if n1 + 1 < ROOM:
                moves.append((here, here + ROOM, high))
                moves.append((here + ROOM, here, min(n1 + 1, staff) * finish_high))
            if n2 + 1 < ROOM:
                moves.append((here, here + 1, low))
                served = min(n2 + 1, max(staff - n1, 0))
                moves.append((here + 1, here, served * finish_low))
    return steady(ROOM * ROOM, moves).reshape(ROOM, ROOM)


def one_agent_in_turn(high, low, finish_high, finish_low):
    """Solve two classes of unequal work before one agent without pre-emption: mean queues."""
    size = ROOM * ROOM

    def number(in_hand, q1, q2):
        return 1 + in_hand * size + q1 * ROOM + q2

    moves = [(0, number(0, 0, 0), high), (0, number(1, 0, 0), low)]
    for in_hand, finish in ((0, finish_high), (1, finish_low)):
        for q1 in range(ROOM):
            for q2 in range(ROOM):
                here = number(in_hand, q1, q2)
                if q1 + 1 < ROOM:
                    moves.append((here, number(in_hand, q1 + 1, q2), high))
                if q2 + 1 < ROOM:
                    moves.append((here, number(in_hand, q1, q2 + 1), low))
                if q1:
                    moves.append((here, number(0, q1 - 1, q2), finish))
                elif q2:
                    moves.append((here, number(1, q1, q2 - 1), finish))
                else:
                    moves.append((here, 0, finish))
    state = steady(1 + 2 * size, moves)[1:].reshape(2, ROOM, ROOM).sum(axis=0)
    places = np.arange(ROOM)
    return float(places @ state.sum(axis=1)), float(places @ state.sum(axis=0))


def still_waiting(found, above, finish, limit):
    """Give the share whose wait exceeds a limit, from what it finds of its own class and above.

    Those ahead and itself are worked off at the rate of the busy desk, while higher classes come.
    """
    generator = (
        np.diag(np.full(ROOM - 1, above), 1)
        + np.diag(np.full(ROOM - 1, finish), -1)
        - (above + finish) * np.eye(ROOM)
    )
    return float(found @ linalg.expm(generator * limit).sum(axis=1))


RATES = {"P1": "0.6 / h", "P2": "0.9 / h", "P3": "0.7 / h"}
STAFF = 3


@pytest.fixture(scope="module")
def desk():
    """Three classes of an hour's work before three agents."""
    return priority_mmc(RATES, work="1 h", staff=STAFF)


@pytest.mark.parametrize(
    ("name", "above", "here", "below"),
    [("P1", 0.0, 0.6, 1.6), ("P2", 0.6, 1.5, 0.7), ("P3", 1.5, 2.2, 1e-12)],
)
def test_waits_match_the_chain(desk, name, above, here, below):
    """Mean and distribution of every class's wait are those of the numerically solved chain."""
    found = in_turn(here, below, STAFF).sum(axis=1)
    for limit in (0.1, 0.5, 2.0):
        assert 1 - desk[name].wait.within(f"{limit} h") == pytest.approx(
            still_waiting(found, above, STAFF, limit), abs=1e-6
        )
    queue_down_to_here = sum(one.queue_length for one in desk if one.name <= name)
    assert queue_down_to_here == pytest.approx(np.arange(ROOM) @ found, rel=1e-5)


def test_preemption_matches_the_chain():
    """With pre-emption the queues of both classes are those of the numerically solved chain."""
    state = interrupting(0.9, 1.2, STAFF)
    places = np.arange(ROOM)
    there = places @ state.sum(axis=1), places @ state.sum(axis=0)
    desk = priority_mmc({"P1": "0.9 / h", "P2": "1.2 / h"}, "1 h", STAFF, preemptive=True)
    assert desk["P1"].queue_length + 0.9 == pytest.approx(there[0], rel=1e-6)
    assert desk["P2"].queue_length + 1.2 == pytest.approx(there[1], rel=1e-6)


def test_one_agent_matches_the_chain():
    """M/G/1 with exponential work of two lengths matches the chain, with and without pre-emption."""
    high, low, finish_high, finish_low = 0.4, 0.3, 2.0, 0.8
    rates = {"P1": f"{high} / h", "P2": f"{low} / h"}
    work = {"P1": f"{1 / finish_high} h", "P2": f"{1 / finish_low} h"}
    turn = priority_mg1(rates, work, work_cv=1.0)
    queues = one_agent_in_turn(high, low, finish_high, finish_low)
    assert [one.queue_length for one in turn] == pytest.approx(queues, rel=1e-6)
    state = interrupting(high, low, 1, finish_high, finish_low)
    places = np.arange(ROOM)
    there = places @ state.sum(axis=1), places @ state.sum(axis=0)
    stops = priority_mg1(rates, work, work_cv=1.0, preemptive=True)
    waiting = [one.queue_length + one.offered_load for one in stops]
    assert waiting == pytest.approx(there, rel=1e-6)


@given(desk=..., parts=st.lists(st.integers(1, 9), min_size=1, max_size=5))
@settings(deadline=None)
def test_conservation_several_agents(desk: Load, parts):
    """Σ ρ_i W_i of any split into classes is that of first come, first served (Kleinrock)."""
    rates = {
        f"P{i}": f"{desk.rate_per_h * part / sum(parts)!r} / h" for i, part in enumerate(parts)
    }
    work = f"{desk.work_h * 60} min"
    first_come = erlang_c_of(desk)
    for preemptive in (False, True):
        split = priority_mmc(rates, work, desk.staff, preemptive=preemptive)
        assert split.mean_wait.hours == pytest.approx(first_come.wait.mean.hours, rel=1e-6)
        assert split.waiting_work_h == pytest.approx(
            desk.offered_load * first_come.wait.mean.hours, rel=1e-6
        )
        waits = [one.wait.mean.hours for one in split]
        assert all(a <= b * (1 + 1e-9) for a, b in itertools.pairwise(waits))


@given(
    loads=st.lists(st.integers(1, 10), min_size=2, max_size=4),
    minutes=st.lists(st.integers(1, 90), min_size=4, max_size=4),
    cvs=st.lists(st.floats(0, 2), min_size=4, max_size=4),
)
@settings(deadline=None)
def test_conservation_one_agent(loads, minutes, cvs):
    """Σ ρ_i W_i before one agent does not depend on the order of the classes (Kleinrock)."""
    names = [f"P{i}" for i in range(len(loads))]
    utilisations = [0.9 * load / sum(loads) for load in loads]
    work = {name: f"{minutes[i]} min" for i, name in enumerate(names)}
    rates = {name: f"{utilisations[i] / minutes[i]!r} / min" for i, name in enumerate(names)}
    cv = dict(zip(names, cvs, strict=False))
    one_way = priority_mg1(rates, work, work_cv=cv)
    other_way = priority_mg1(dict(reversed(rates.items())), work, work_cv=cv)
    assert one_way.waiting_work_h == pytest.approx(other_way.waiting_work_h, rel=1e-9)


def test_one_class_is_first_come():
    """A single class waits as without priorities, to the last percentile."""
    for preemptive in (False, True):
        alone = priority_mmc({"all": "60 / h"}, "10 min", 12, preemptive=preemptive)
        plain = erlang_c("60 / h", "10 min", 12)
        assert alone["all"].wait.mean.ms == pytest.approx(plain.wait.mean.ms)
        for limit in ("0 min", "1 min", "15 min", "2 h"):
            assert alone["all"].wait.within(limit) == pytest.approx(
                plain.wait.within(limit), abs=1e-7
            )
        single = priority_mg1(
            {"all": "4 / h"}, {"all": "10 min"}, work_cv=1.5, preemptive=preemptive
        )
        poisson = pollaczek_khinchine("4 / h", "10 min", 1.5)
        assert single["all"].wait.mean.ms == pytest.approx(poisson.wait.mean.ms)


def test_preemption_helps_the_first_and_only_the_first():
    """Interrupting shortens the wait of the most urgent class and lengthens that of the least."""
    turn = priority_mmc(RATES, "1 h", STAFF)
    stops = priority_mmc(RATES, "1 h", STAFF, preemptive=True)
    assert stops["P1"].wait.mean < turn["P1"].wait.mean
    assert stops["P3"].wait.mean > turn["P3"].wait.mean


@pytest.mark.parametrize("name", ["P1", "P2", "P3"])
def test_percentiles_turn_within_round(desk, name):
    """A percentile of a class is the limit within which that share of it falls."""
    for of in (0.6, 0.9, 0.99):
        assert desk[name].wait.within(desk[name].wait.percentile(of)) == pytest.approx(of, abs=1e-7)


def test_tail_integrates_to_the_mean(desk):
    """The area under the tail of each class's wait is its mean."""
    for one in desk:
        step = one.wait.mean.hours / 50
        tail = [one.wait.longer_than_h(i * step) for i in range(4000)]
        area = step * (sum(tail) - tail[0] / 2)
        assert area == pytest.approx(one.wait.mean.hours, rel=2e-3)


def test_large_desk():
    """A thousand agents with priorities stay in range."""
    wide = priority_mmc({"P1": "500 / h", "P2": "5450 / h"}, "10 min", 1000)
    assert wide["P1"].wait.mean < wide["P2"].wait.mean
    assert wide.mean_wait.ms == pytest.approx(erlang_c_of(Load(5950.0, 1 / 6, 1000)).wait.mean.ms)


def test_what_priorities_refuse():
    """No class, unknown classes, missing work and overload are refused in words."""
    with pytest.raises(TheoryError, match="no class of tickets"):
        priority_mmc({}, "10 min", 3)
    with pytest.raises(TheoryError, match="offered 200 %"):
        priority_mmc({"P1": "60 / h", "P2": "60 / h"}, "10 min", 10)
    with pytest.raises(TheoryError, match="no class 'P9'; there are P1, P2, P3"):
        priority_mmc(RATES, "1 h", STAFF)["P9"]
    with pytest.raises(TheoryError, match="work must name the same classes as rates: P1"):
        priority_mg1({"P1": "1 / h"}, {"P2": "1 min"}, work_cv=1.0)
    with pytest.raises(TheoryError, match="never settles"):
        priority_mg1({"P1": "3 / h", "P2": "3 / h"}, {"P1": "10 min", "P2": "15 min"}, work_cv=1.0)
    with pytest.raises(TheoryError, match="coefficient of variation"):
        priority_mg1({"P1": "1 / h"}, {"P1": "1 min"}, work_cv=-1.0)


def test_nobody_comes():
    """Classes without tickets wait for nothing."""
    for preemptive in (False, True):
        empty = priority_mmc({"P1": "0 / h", "P2": "0 / h"}, "10 min", 3, preemptive=preemptive)
        assert empty.mean_wait.ms == 0
        quiet = priority_mg1({"P1": "0 / h"}, {"P1": "10 min"}, work_cv=1.0, preemptive=preemptive)
        assert quiet.mean_wait.ms == 0
