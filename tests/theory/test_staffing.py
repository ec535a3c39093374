"""Staffing inverses: the fewest that do, and the limits of large desks."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.errors import TheoryError
from sim.theory import (
    erlang_a,
    erlang_c,
    garnett,
    halfin_whitt,
    square_root_staffing,
    staff_for,
    staff_for_abandonment,
)
from sim.theory.load import fewest_staff

rates = st.integers(1, 600)
goals = st.integers(1, 99)
limits = st.integers(0, 60)


@given(rate=rates, goal=goals, limit=limits)
@settings(deadline=None)
def test_fewest_who_answer_in_time(rate, goal, limit):
    """The staff found meet the goal, and one fewer miss it or cannot carry the load."""
    asked = {"rate": f"{rate} / h", "work": "10 min"}
    staff = staff_for(**asked, within=f"{limit} min", share=f"{goal} %")
    assert erlang_c(**asked, staff=staff).wait.within(f"{limit} min") >= goal / 100
    if staff > fewest_staff(rate / 6):
        fewer = erlang_c(**asked, staff=staff - 1)
        assert fewer.wait.within(f"{limit} min") < goal / 100


@given(rate=rates, goal=goals, limit=limits, patience=st.integers(1, 120))
@settings(deadline=None, max_examples=50)
def test_fewest_when_callers_leave(rate, goal, limit, patience):
    """With patience the staff found meet the goal among all callers, and one fewer miss it."""
    asked = {"rate": f"{rate} / h", "work": "10 min", "patience": f"{patience} min"}
    staff = staff_for(**asked, within=f"{limit} min", share=f"{goal} %")
    assert erlang_a(**asked, staff=staff).answered_within(f"{limit} min") >= goal / 100
    if staff > 1:
        fewer = erlang_a(**asked, staff=staff - 1)
        assert fewer.answered_within(f"{limit} min") < goal / 100


@given(rate=rates, allowed=st.integers(1, 100), patience=st.integers(1, 120))
@settings(deadline=None, max_examples=50)
def test_fewest_who_keep_callers(rate, allowed, patience):
    """The staff found keep abandonment down to the goal, and one fewer do not."""
    asked = {"rate": f"{rate} / h", "work": "10 min", "patience": f"{patience} min"}
    staff = staff_for_abandonment(**asked, at_most=f"{allowed} %")
    assert erlang_a(**asked, staff=staff).abandonment <= allowed / 100
    if staff > 1:
        assert erlang_a(**asked, staff=staff - 1).abandonment > allowed / 100


def test_thousands():
    """The search is quick and right for thousands of agents."""
    staff = staff_for("59700 / h", "10 min", within="20 s", share="80 %")
    assert erlang_c("59700 / h", "10 min", staff).wait.within("20 s") >= 0.8
    assert erlang_c("59700 / h", "10 min", staff - 1).wait.within("20 s") < 0.8


def test_nobody_comes():
    """Without tickets nobody is needed."""
    assert staff_for("0 / h", "10 min", within="1 min", share="80 %") == 0
    assert staff_for_abandonment("0 / h", "10 min", patience="5 min", at_most="1 %") == 0
    assert square_root_staffing("0 / h", "10 min", p_wait="20 %") == 0


@pytest.mark.parametrize("safety", [0.2, 0.5, 1.0, 2.0])
def test_halfin_whitt_is_the_limit(safety):
    """Erlang C of a very large desk is Halfin and Whitt's limit."""
    load = 40_000
    staff = load + round(safety * 200)
    assert erlang_c(f"{load} / h", "1 h", staff).p_wait == pytest.approx(
        halfin_whitt(safety), rel=0.02
    )


@pytest.mark.parametrize("safety", [-1.0, 0.0, 1.0])
@pytest.mark.parametrize("patience_h", [0.2, 1.0, 5.0])
def test_garnett_is_the_limit(safety, patience_h):
    """Erlang A of a very large desk is Garnett, Mandelbaum and Reiman's limit."""
    load = 40_000
    desk = erlang_a(f"{load} / h", "1 h", load + round(safety * 200), f"{patience_h} h")
    assert desk.p_wait == pytest.approx(garnett(safety, patience_per_work=patience_h), abs=0.005)


def test_limits_far_out():
    """With far too many or too few staff the limits reach nobody and everybody, without overflow."""
    assert halfin_whitt(39.0) == pytest.approx(0.0, abs=1e-300)
    assert halfin_whitt(1e-9) == pytest.approx(1.0)
    assert garnett(-30.0, patience_per_work=1.0) == pytest.approx(1.0)
    assert garnett(30.0, patience_per_work=1.0) == pytest.approx(0.0, abs=1e-100)
    assert garnett(1.0, patience_per_work=1e12) == pytest.approx(halfin_whitt(1.0), rel=1e-5)


@given(rate=rates, wait=st.integers(5, 60))
@settings(deadline=None)
def test_square_root_is_close(rate, wait):
    """The square-root rule is at most one off the exact number, where 5 % or more may wait."""
    by_rule = square_root_staffing(f"{rate} / h", "10 min", p_wait=f"{wait} %")
    exact = staff_for(f"{rate} / h", "10 min", within="0 min", share=1 - wait / 100)
    assert abs(by_rule - exact) <= 1


def test_what_staffing_refuses():
    """Goals that no staff reach are refused with one that some do."""
    with pytest.raises(TheoryError, match="ask for less, such as '99 %'"):
        staff_for("60 / h", "10 min", within="1 min", share="100 %")
    with pytest.raises(TheoryError, match="allow some to wait"):
        square_root_staffing("60 / h", "10 min", p_wait="0 %")
    with pytest.raises(TheoryError, match="allow some to leave"):
        staff_for_abandonment("60 / h", "10 min", patience="5 min", at_most="0 %")
    with pytest.raises(TheoryError, match="no spare staff"):
        halfin_whitt(0.0)
    with pytest.raises(TheoryError, match="patience"):
        garnett(1.0, patience_per_work=0.0)
