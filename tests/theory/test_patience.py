"""Erlang A against the birth-death chain it describes, its limits, and very large desks."""

import math
from decimal import Decimal, localcontext

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import linalg

from sim.errors import TheoryError
from sim.theory import erlang_a, erlang_b, erlang_c
from sim.theory.palm import Palm

WAITING_ROOM = 200
"""States above c that the chain keeps; the weights beyond are below 1e-30 in these cases."""

DESKS = [
    # rate, work, staff, patience: light, critical, overloaded, long and short patience
    (60, 10, 12, 30),
    (60, 10, 10, 5),
    (60, 10, 10, 120),
    (90, 10, 10, 20),
    (300, 12, 55, 2),
    (5, 30, 1, 60),
    (30, 12, 6, 1),
]


def ask(rate, work, staff, patience):
    """Ask for figures in tickets an hour and minutes."""
    return erlang_a(f"{rate} / h", f"{work} min", staff, f"{patience} min")


def chain(rate, work, staff, patience):
    """Solve the chain by detailed balance: probabilities of 0 to c + WAITING_ROOM tickets."""
    finish, leave = 60 / work, 60 / patience
    n = np.arange(1, staff + WAITING_ROOM + 1)
    down = np.minimum(n, staff) * finish + np.maximum(n - staff, 0) * leave
    logs = np.concatenate([[0.0], np.cumsum(np.log(rate / down))])
    weights = np.exp(logs - logs.max())
    return weights / weights.sum()


def waiting_room(rate, work, staff, patience, *, tagged_leaves):
    """Give the generator of those ahead of one who waits, and what the one found on coming."""
    finish, leave = 60 * staff / work, 60 / patience
    ahead = np.arange(WAITING_ROOM)
    forward = finish + ahead * leave
    generator = np.diag(-forward - leave * tagged_leaves) + np.diag(forward[1:], -1)
    found = chain(rate, work, staff, patience)[staff : staff + WAITING_ROOM]
    return generator, found


@pytest.mark.parametrize("desk", DESKS)
def test_means_match_the_chain(desk):
    """Waiting, abandonment, queue and utilisation are those of the numerically solved chain."""
    rate, _, staff, patience = desk
    state = chain(*desk)
    n = np.arange(state.size)
    queue = float(np.maximum(n - staff, 0) @ state)
    busy = float(np.minimum(n, staff) @ state)
    formula = ask(*desk)
    assert formula.p_wait == pytest.approx(state[staff:].sum(), rel=1e-9)
    assert formula.queue_length == pytest.approx(queue, rel=1e-9)
    assert formula.utilisation == pytest.approx(busy / staff, rel=1e-9)
    assert formula.abandonment == pytest.approx(queue * 60 / patience / rate, rel=1e-9)
    assert formula.wait.mean.hours == pytest.approx(queue / rate, rel=1e-9)


@pytest.mark.parametrize("desk", DESKS)
@pytest.mark.parametrize("limit_min", [0.5, 3.0, 15.0])
def test_wait_distribution_matches_the_chain(desk, limit_min):
    """The share still waiting at a limit is that of the chain of those ahead, exponentiated."""
    generator, found = waiting_room(*desk, tagged_leaves=True)
    still = found @ linalg.expm(generator * limit_min / 60).sum(axis=1)
    assert 1 - ask(*desk).wait.within(f"{limit_min} min") == pytest.approx(still, abs=1e-9)


@pytest.mark.parametrize("desk", DESKS)
@pytest.mark.parametrize("limit_min", [0.0, 0.5, 3.0, 15.0])
def test_answered_within_matches_the_chain(desk, limit_min):
    """The share answered within a limit is that of the chain of those ahead, exponentiated."""
    _, work, staff, patience = desk
    generator, found = waiting_room(*desk, tagged_leaves=True)
    finish, leave = 60 * staff / work, 60 / patience
    # With j ahead one is served at last with probability cμ / (cμ + (j + 1) θ).
    served = finish / (finish + (np.arange(WAITING_ROOM) + 1) * leave)
    late = found @ linalg.expm(generator * limit_min / 60) @ served
    expected = 1 - ask(*desk).abandonment - late
    assert ask(*desk).answered_within(f"{limit_min} min") == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("patience_min", [1, 10, 1000, 100_000])
@pytest.mark.parametrize("load", [9_950, 10_000, 10_200])
def test_ten_thousand_agents_against_sixty_digits(load, patience_min):
    """Ten thousand agents, just below, at and above the load, lose no digits in any mean."""
    staff, work = 10_000, 10
    with localcontext() as context:
        context.prec = 60
        a, slowness = Decimal(load), Decimal(work) / patience_min
        below, weight = Decimal(0), Decimal(1)
        for n in range(staff, 0, -1):
            weight = weight * n / a
            below += weight
        busy, queue, weight, j = Decimal(1), Decimal(0), Decimal(1), 0
        while weight > Decimal("1e-30") * busy or j * slowness < a - staff:
            j += 1
            weight = weight * a / (staff + j * slowness)
            busy += weight
            queue += j * weight
        p_wait, mean_queue = busy / (busy + below), queue / (busy + below)
        abandonment = mean_queue * slowness / a
    desk = ask(load * 60 / work, work, staff, patience_min)
    assert desk.p_wait == pytest.approx(float(p_wait), rel=1e-9)
    assert desk.queue_length == pytest.approx(float(mean_queue), rel=1e-9)
    assert desk.abandonment == pytest.approx(float(abandonment), rel=1e-9)


@pytest.mark.parametrize("load", [9_950, 10_200])
@pytest.mark.parametrize("seconds", [1.0, 5.0, 20.0])
def test_wait_of_ten_thousand_agents_against_quadrature(load, seconds):
    """The offered wait of a large desk is the numerical integral of its density."""
    staff, work_h, patience_h = 10_000, 1 / 6, 1 / 12
    rate = load / work_h
    t = np.linspace(0.0, 0.05, 2_000_001)
    log_density = rate * patience_h * -np.expm1(-t / patience_h) - staff / work_h * t
    density = np.exp(log_density - log_density.max())
    tail = np.trapezoid(np.where(t >= seconds / 3600, density, 0.0), t) / np.trapezoid(density, t)
    palm = Palm.of(x=staff * patience_h / work_h, y=rate * patience_h)
    assert palm.longer(seconds / 3600 / patience_h) == pytest.approx(tail, abs=2e-5)


@pytest.mark.parametrize(
    ("x", "y"), [(5.0, 4.999), (60.0, 59.0), (5e3, 5e3), (1e5, 1.001e5), (2e4, 1.9e4), (40.0, 80.0)]
)
def test_series_and_closed_form_agree(x, y):
    """The two ways to Palm's sum, used on different sides of the load, meet."""
    with localcontext() as context:
        context.prec = 40
        total, weight, moment, j = Decimal(1), Decimal(1), Decimal(0), 0
        while weight > Decimal("1e-30") * total or j < y - x:
            j += 1
            weight = weight * Decimal(y) / (Decimal(x) + j)
            total += weight
            moment += j * weight
    palm = Palm.of(x, y)
    assert palm.log_sum == pytest.approx(float(total.ln()), rel=1e-11, abs=1e-11)
    assert palm.queue == pytest.approx(float(moment / total), rel=1e-10)


def test_extremes_neither_overflow_nor_warn():
    """Patience from a millisecond to a century, with any load, keeps every figure in its range."""
    for rate in ("1 / h", "59700 / h", "60000 / h", "90000 / h"):
        for patience in ("1 ms", "1 s", "1 h", "1 y", "99 y"):
            desk = erlang_a(rate, "10 min", 10_000, patience)
            shares = [desk.p_wait, desk.abandonment, desk.utilisation]
            shares += [desk.wait.within("1 min"), desk.answered_within("1 min")]
            assert all(-1e-12 <= one <= 1 + 1e-12 for one in shares)
            assert math.isfinite(desk.queue_length)


@given(
    staff=st.integers(1, 40),
    utilisation=st.floats(0.2, 2.0),
    patience=st.integers(1, 600),
)
@settings(deadline=None)
def test_directions(staff, utilisation, patience):
    """More staff: less waiting and leaving; more patience: more waiting, less leaving."""
    rate = utilisation * staff * 6
    now = ask(rate, 10, staff, patience)
    more_staff = ask(rate, 10, staff + 1, patience)
    more_patience = ask(rate, 10, staff, patience + 5)
    slack = 1e-12
    assert more_staff.p_wait <= now.p_wait + slack
    assert more_staff.abandonment <= now.abandonment + slack
    assert more_staff.answered_within("2 min") >= now.answered_within("2 min") - slack
    assert more_patience.abandonment <= now.abandonment + slack
    assert more_patience.p_wait >= now.p_wait - slack
    assert now.answered_within("2 min") <= now.wait.within("2 min") + slack
    assert now.answered_within("1 w") == pytest.approx(1 - now.abandonment, abs=1e-9)


@pytest.mark.parametrize(("rate", "staff"), [("60 / h", 12), ("59 / h", 10), ("6 / h", 2)])
def test_patience_without_end_is_erlang_c(rate, staff):
    """As patience grows, Erlang A becomes Erlang C."""
    patient, settled = erlang_a(rate, "10 min", staff, "99 y"), erlang_c(rate, "10 min", staff)
    assert patient.p_wait == pytest.approx(settled.p_wait, rel=1e-4)
    assert patient.wait.mean.hours == pytest.approx(settled.wait.mean.hours, rel=1e-3)
    assert patient.wait.within("15 min") == pytest.approx(settled.wait.within("15 min"), abs=1e-4)
    assert patient.answered_within("15 min") == pytest.approx(
        settled.wait.within("15 min"), abs=1e-4
    )


def test_no_patience_is_erlang_b():
    """As patience shrinks, those who find all busy are lost, as in Erlang B."""
    hasty, lost = (
        erlang_a("60 / h", "10 min", 10, "1 ms"),
        erlang_b("60 / h", "10 min", 10),
    )
    assert hasty.abandonment == pytest.approx(lost.p_blocked, rel=1e-5)
    assert hasty.utilisation == pytest.approx(lost.utilisation, rel=1e-5)


def test_equal_patience_and_work_is_an_infinite_desk():
    """With patience as long as the work the number there is Poisson, as with endless staff."""
    desk = ask(60, 10, 8, 10)
    poisson = np.exp([-10 + n * math.log(10) - math.lgamma(n + 1) for n in range(8)])
    assert desk.p_wait == pytest.approx(1 - poisson.sum(), rel=1e-12)


def test_what_erlang_a_refuses():
    """No patience, no arrivals and no staff are refused with what to ask instead."""
    with pytest.raises(TheoryError, match="ask erlang_b"):
        erlang_a("60 / h", "10 min", 10, "0 min")
    for rate, staff in (("0 / h", 10), ("60 / h", 0)):
        with pytest.raises(TheoryError, match="somebody works"):
            erlang_a(rate, "10 min", staff, "5 min")
