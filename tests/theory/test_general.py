"""Work that is not exponential: exact cases, an exact M/D/c chain, and the bound."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.errors import TheoryError
from sim.theory import (
    Load,
    allen_cunneen,
    erlang_c,
    kimura,
    kingman_bound,
    pollaczek_khinchine,
)
from sim.theory.mmc import erlang_c_of


def constant_work_wait(load, staff):
    """Solve M/D/c one handle time at a time (Crommelin 1932): the mean wait in handle times."""
    states = 60 * staff
    arriving = np.exp([-load + n * math.log(load) - math.lgamma(n + 1) for n in range(states)])
    there = np.eye(1, states)[0]
    for _ in range(3000):
        left = np.concatenate([[there[: staff + 1].sum()], there[staff + 1 :]])
        there = np.convolve(left, arriving)[:states]
    return (np.arange(states) @ there - load) / load


@pytest.mark.parametrize("staff", [1, 2, 5, 12])
@pytest.mark.parametrize("utilisation", [0.5, 0.7, 0.9])
def test_kimura_constant_work(staff, utilisation):
    """For constant work Kimura's mean is within 3 % of the exact M/D/c chain, the bound above it."""
    load = staff * utilisation
    approximate = kimura(f"{load} / h", "1 h", staff, work_cv=0.0).wait.mean.hours
    exact = constant_work_wait(load, staff)
    assert approximate == pytest.approx(exact, rel=0.03)
    assert kingman_bound(f"{load} / h", "1 h", staff, work_cv=0.0).hours >= exact


@given(desk=...)
@settings(deadline=None)
def test_exponential_work_is_erlang_c(desk: Load):
    """With exponential work both approximations are Erlang C, in mean and distribution."""
    exact = erlang_c_of(desk)
    given_desk = (f"{desk.rate_per_h!r} / h", f"{round(desk.work_h * 60)} min", desk.staff)
    for approximate in (allen_cunneen(*given_desk, work_cv=1.0), kimura(*given_desk, work_cv=1.0)):
        assert approximate.wait.mean.hours == pytest.approx(exact.wait.mean.hours, rel=1e-9)
        assert approximate.wait.within("5 min") == pytest.approx(exact.wait.within("5 min"))
        assert approximate.queue_length == pytest.approx(exact.queue_length, rel=1e-9)


@given(utilisation=st.floats(0.05, 0.97), cv=st.floats(0, 3))
@settings(deadline=None)
def test_one_agent_is_exact(utilisation, cv):
    """Before one agent both approximations are Pollaczek and Khinchine's mean."""
    exact = pollaczek_khinchine(f"{utilisation} / h", "1 h", cv).wait.mean.hours
    assert allen_cunneen(
        f"{utilisation} / h", "1 h", 1, work_cv=cv
    ).wait.mean.hours == pytest.approx(exact, rel=1e-9)
    assert kimura(f"{utilisation} / h", "1 h", 1, work_cv=cv).wait.mean.hours == pytest.approx(
        exact, rel=1e-9
    )


@given(desk=..., cv=st.floats(0, 2))
@settings(deadline=None)
def test_more_variable_work_waits_longer(desk: Load, cv: float):
    """The approximated wait never falls with the variation of the work."""
    given_desk = (f"{desk.rate_per_h!r} / h", f"{round(desk.work_h * 60)} min", desk.staff)
    for formula in (allen_cunneen, kimura):
        less = formula(*given_desk, work_cv=cv).wait.mean
        more = formula(*given_desk, work_cv=cv + 0.3).wait.mean
        assert less.ms <= more.ms * (1 + 1e-12)


@given(desk=...)
@settings(deadline=None)
def test_kingman_bounds_erlang_c(desk: Load):
    """The bound is above the exact mean of M/M/c."""
    bound = kingman_bound(
        f"{desk.rate_per_h!r} / h", f"{round(desk.work_h * 60)} min", desk.staff, work_cv=1.0
    )
    assert bound.hours >= erlang_c_of(desk).wait.mean.hours


@given(utilisation=st.floats(0.05, 0.99), cv=st.floats(0, 3))
@settings(deadline=None)
def test_kingman_bounds_one_agent(utilisation, cv):
    """The bound is above Pollaczek and Khinchine's mean, and meets it as the agent fills up."""
    rate = f"{utilisation} / h"
    exact = pollaczek_khinchine(rate, "1 h", cv).wait.mean.hours
    bound = kingman_bound(rate, "1 h", work_cv=cv).hours
    assert bound >= exact
    # The two differ by (1 + ρ) / 2ρ handle times, whatever the load and the work.
    assert bound - exact == pytest.approx((1 + utilisation) / (2 * utilisation), rel=1e-6)


def test_arrivals_that_vary_less_wait_less():
    """Appointments (regular gaps) shorten the wait, in approximation and bound."""
    regular = allen_cunneen("60 / h", "10 min", 12, work_cv=1.0, arrivals_cv=0.0)
    assert regular.wait.mean.ms == pytest.approx(erlang_c("60 / h", "10 min", 12).wait.mean.ms / 2)
    assert kingman_bound("60 / h", "10 min", 12, work_cv=1.0, arrivals_cv=0.0) < kingman_bound(
        "60 / h", "10 min", 12, work_cv=1.0
    )


def test_extremes():
    """No arrivals and no variation at all give no wait."""
    assert kingman_bound("0 / h", "10 min", 3, work_cv=1.0).ms == 0
    assert kimura("0 / h", "10 min", 3, work_cv=1.0).wait.mean.ms == 0
    assert allen_cunneen("6 / h", "9 min", 1, work_cv=0.0, arrivals_cv=0.0).wait.mean.ms == 0


@pytest.mark.parametrize("formula", [allen_cunneen, kimura, kingman_bound])
def test_what_general_work_refuses(formula):
    """Overload and impossible variation are refused in words."""
    with pytest.raises(TheoryError, match="never settles"):
        formula("60 / h", "10 min", 10, work_cv=1.0)
    with pytest.raises(TheoryError, match="coefficient of variation of the work"):
        formula("60 / h", "10 min", 12, work_cv=float("nan"))
