"""Erlang B and C: identities, limits, directions, and thousands of servers."""

from dataclasses import replace
from decimal import Decimal, localcontext
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.errors import TheoryError
from sim.theory import (
    Load,
    blocking_probability,
    erlang_b,
    erlang_c,
    lines_for,
    waiting_probability,
)
from sim.theory.mmc import erlang_c_of

LARGE, LARGE_LOAD = 10_000, 9_950


def exact_blocking(load: int, servers: int) -> Decimal:
    """Sum the M/M/c/c chain from the top state downwards, in sixty digits."""
    with localcontext() as context:
        context.prec = 60
        weight, total = Decimal(1), Decimal(1)
        for n in range(servers, 0, -1):
            weight = weight * n / load
            total += weight
        return 1 / total


def test_large_desk_against_sixty_digits():
    """Ten thousand servers lose no digit in B or C."""
    blocked = exact_blocking(LARGE_LOAD, LARGE)
    assert blocking_probability(offered_load=LARGE_LOAD, servers=LARGE) == pytest.approx(
        float(blocked), rel=1e-12
    )
    rho = Decimal(LARGE_LOAD) / LARGE
    waits = blocked / (1 - rho * (1 - blocked))
    assert waiting_probability(offered_load=LARGE_LOAD, servers=LARGE) == pytest.approx(
        float(waits), rel=1e-12
    )


def test_far_tails_neither_overflow_nor_warn():
    """A nearly idle and a hopelessly overloaded desk give 0 and the flow that is lost."""
    assert blocking_probability(offered_load=1.0, servers=LARGE) == 0.0
    assert blocking_probability(offered_load=1e6, servers=LARGE) == pytest.approx(0.99, abs=1e-6)
    assert erlang_c("1 / h", "1 min", LARGE).p_wait == 0.0


@given(load=st.integers(1, 40), servers=st.integers(0, 40))
@settings(deadline=None)
def test_blocking_is_the_exact_fraction(load, servers):
    """B equals a^c/c! over the sum of a^n/n!, taken in exact fractions."""
    weights = [Fraction(1)]
    for n in range(1, servers + 1):
        weights.append(weights[-1] * load / n)
    exact = weights[-1] / sum(weights)
    assert blocking_probability(offered_load=load, servers=servers) == pytest.approx(
        float(exact), rel=1e-13
    )


@given(desk=...)
@settings(deadline=None)
def test_waiting_is_the_chain_sum(desk: Load):
    """C equals the sum over the states with all busy of the M/M/c chain."""
    a, c = desk.offered_load, desk.staff
    weight, below = 1.0, 0.0
    for n in range(c):
        below += weight
        weight *= a / (n + 1)
    busy = weight / (1 - desk.utilisation)
    assert waiting_probability(offered_load=a, servers=c) == pytest.approx(busy / (busy + below))


@given(desk=...)
@settings(deadline=None)
def test_one_more_never_hurts(desk: Load):
    """With one agent more fewer wait, they wait shorter, and fewer are blocked."""
    now, then = erlang_c_of(desk), erlang_c_of(replace(desk, staff=desk.staff + 1))
    assert then.p_wait < now.p_wait
    assert then.wait.mean < now.wait.mean
    assert then.sojourn.mean <= now.sojourn.mean
    assert then.wait.longer_than_h(desk.work_h) < now.wait.longer_than_h(desk.work_h)
    assert blocking_probability(
        offered_load=desk.offered_load, servers=desk.staff + 1
    ) < blocking_probability(offered_load=desk.offered_load, servers=desk.staff)


@given(desk=..., times=st.integers(2, 5))
@settings(deadline=None)
def test_pooling_beats_separate_desks(desk: Load, times: int):
    """Several equal desks put together wait shorter than each by itself."""
    pooled = Load(desk.rate_per_h * times, desk.work_h, desk.staff * times)
    assert erlang_c_of(pooled).wait.mean < erlang_c_of(desk).wait.mean
    assert erlang_c_of(pooled).p_wait < erlang_c_of(desk).p_wait


@given(desk=...)
@settings(deadline=None)
def test_little_and_the_two_means(desk: Load):
    """The queue is rate × wait, and the sojourn's mean is that of its distribution."""
    queue = erlang_c_of(desk)
    assert queue.queue_length == pytest.approx(desk.rate_per_h * queue.wait.mean.hours)
    assert queue.queue_length == pytest.approx(
        queue.p_wait * desk.utilisation / (1 - desk.utilisation)
    )
    assert queue.sojourn.mean.hours == pytest.approx(queue.wait.mean.hours + desk.work_h)


@pytest.mark.parametrize(
    ("rate", "staff"), [("5 / h", 1), ("60 / h", 12), ("60 / h", 11), ("6 / h", 9)]
)
def test_sojourn_integrates_to_its_mean(rate, staff):
    """The tail of the sojourn encloses its mean, whichever of wait and work lasts longer."""
    sojourn = erlang_c(rate, "10 min", staff).sojourn
    step_h = 0.001
    tail = [sojourn.longer_than_h(i * step_h) for i in range(40_000)]
    area = step_h * (sum(tail) - (tail[0] + tail[-1]) / 2)
    assert area == pytest.approx(sojourn.mean.hours, rel=1e-4)
    assert tail[0] == 1.0


@given(desk=..., of=st.floats(0.01, 0.999))
@settings(deadline=None)
def test_percentile_turns_within_round(desk: Load, of: float):
    """A percentile of wait and sojourn is the limit within which that share falls."""
    queue = erlang_c_of(desk)
    for times in (queue.wait, queue.sojourn):
        limit = times.percentile(of)
        assert times.within(limit) >= of - 1e-9
        if limit.ms > 0:
            assert times.within(limit) == pytest.approx(of, abs=1e-9)


def test_lines_are_the_fewest():
    """The inverse of B allows the share, and one line less does not."""
    for load in (0.5, 10.0, 300.0):
        lines = lines_for(f"{load} / h", "1 h", "1 %")
        assert erlang_b(f"{load} / h", "1 h", lines).p_blocked <= 0.01
        assert erlang_b(f"{load} / h", "1 h", lines - 1).p_blocked > 0.01
    assert lines_for("0 / h", "1 h", "0 %") == 0


def test_overload_says_what_to_do():
    """An unstable desk is refused with its load and the staff that it needs."""
    with pytest.raises(TheoryError) as caught:
        erlang_c(rate="60 / h", work="15 min", staff=12)
    assert str(caught.value) == (
        "12 staff at 60 / h × 15 min are offered 125 % of their capacity: "
        "the queue never settles; at least 16 are needed"
    )
    with pytest.raises(TheoryError, match="100 % of their capacity"):
        erlang_c(rate="60 / h", work="10 min", staff=10)
    with pytest.raises(TheoryError, match="nobody is there for 60 / h"):
        erlang_c(rate="60 / h", work="10 min", staff=0)


@pytest.mark.parametrize("staff", [-1, 2.5, True, "12"])
def test_staff_is_a_whole_number(staff):
    """Half an agent and a yes are refused."""
    with pytest.raises(TheoryError, match="number of people"):
        erlang_c(rate="60 / h", work="1 min", staff=staff)


def test_whole_numbers_of_numpy_are_people():
    """Staff taken from an array of whole numbers are accepted."""
    assert erlang_c("60 / h", "10 min", np.int64(12)) == erlang_c("60 / h", "10 min", 12)


def test_other_bad_figures():
    """Negative loads, no work, 100 % within a limit and 0 % blocked are refused in words."""
    with pytest.raises(TheoryError, match="give erlangs"):
        blocking_probability(offered_load=-1.0, servers=3)
    with pytest.raises(TheoryError, match="more servers than erlangs"):
        waiting_probability(offered_load=3.0, servers=3)
    with pytest.raises(TheoryError, match="handle time above 0"):
        erlang_c(rate="60 / h", work="0 min", staff=3)
    with pytest.raises(TheoryError, match="rate of"):
        Load(-1.0, 1.0, 3)
    with pytest.raises(TheoryError, match="no limit holds"):
        erlang_c(rate="60 / h", work="10 min", staff=12).wait.percentile("100 %")
    with pytest.raises(TheoryError, match="allow some share"):
        lines_for("60 / h", "10 min", "0 %")


def test_nobody_comes():
    """Without arrivals nobody waits, whatever the staff."""
    for staff in (0, 3):
        desk = erlang_c(rate="0 / h", work="10 min", staff=staff)
        assert (desk.p_wait, desk.queue_length, desk.wait.mean.ms) == (0.0, 0.0, 0.0)
        assert desk.wait.within("0 min") == 1.0
