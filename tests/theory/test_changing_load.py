"""Load that changes: by the hour, from day to day, and beyond what the staff can do."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, stats

from sim.errors import TheoryError
from sim.theory import (
    erlang_c,
    fluid_backlog,
    gamma_mixed_service_level,
    offered_load_curve,
    staff_for,
    staff_over_time,
    surge,
)

DAY = [0.0] * 8 + [20.0, 40.0, 40.0, 30.0, 20.0, 30.0, 40.0, 20.0] + [5.0] * 8


def test_exponential_work_follows_its_equation():
    """With exponential work the load solves m' = λ − μm, integrated by another way."""
    curve = offered_load_curve(DAY, "3 h")

    def slope(t, m):
        return DAY[int(t) % 24] - m / 3

    # Six days from empty: what is left of the start is below 1e-20.
    path = [0.0]
    for hour in range(24 * 7):
        piece = integrate.solve_ivp(
            slope, (hour, np.nextafter(hour + 1, hour)), path[-1:], rtol=1e-10, atol=1e-12
        )
        path.append(float(piece.y[0, -1]))
    assert curve.load[::12] == pytest.approx(np.array(path[24 * 6 : 24 * 7]), abs=1e-6)


def test_constant_work_is_what_came_lately():
    """With constant work of 3 h the load is the number of tickets of the last three hours."""
    curve = offered_load_curve(DAY, "3 h", work_cv=0.0)
    for hour in range(24):
        assert curve.load[12 * hour] == pytest.approx(
            sum(DAY[(hour - back) % 24] for back in (1, 2, 3))
        )


@pytest.mark.parametrize("hour", [3.0, 10.0, 17.5])
def test_lognormal_work_by_quadrature(hour):
    """With lognormal work the load is ∫ λ(t − u) P(S > u) du, integrated by another way."""
    cv = 1.5
    spread = np.sqrt(np.log1p(cv * cv))
    work = stats.lognorm(s=spread, scale=2.0 * np.exp(-(spread**2) / 2))
    u = np.arange(0.0005, 4000.0, 0.001)
    rates = np.array(DAY)[np.floor(hour - u).astype(int) % 24]
    expected = float((rates * work.sf(u)).sum() * 0.001)
    curve = offered_load_curve(DAY, "2 h", work_cv=cv)
    assert curve.load[int(hour * 12)] == pytest.approx(expected, rel=1e-4)


@given(
    rates=st.lists(st.floats(0, 100), min_size=1, max_size=30),
    work_min=st.integers(1, 1_000),
    work_cv=st.sampled_from([None, 0.0, 0.5, 1.0, 3.0]),
)
@settings(deadline=None, max_examples=30)
def test_mean_load_is_mean_rate_times_work(rates, work_min, work_cv):
    """Over the period the mean load is mean rate × mean work; constant rates make it constant."""
    curve = offered_load_curve(rates, f"{work_min} min", work_cv=work_cv)
    # Exact at twelve points a step too, because the folded kernel adds up to the mean work.
    assert curve.load.mean() == pytest.approx(np.mean(rates) * work_min / 60, rel=1e-9, abs=1e-12)
    flat = offered_load_curve([7.0] * len(rates), f"{work_min} min", work_cv=work_cv)
    assert flat.load == pytest.approx(np.full(flat.load.size, 7.0 * work_min / 60))


def test_endless_look_back_is_bounded():
    """Work of years with very long tails is spread over the period instead of filling memory."""
    curve = offered_load_curve(DAY, "1 y", work_cv=10.0)
    assert curve.load.mean() == pytest.approx(np.mean(DAY) * 8760)


def test_peak_lags_behind():
    """The load peaks after the rate, the later the longer the work."""
    day = [0.0] * 8 + [20.0] * 4 + [10.0] * 4 + [0.0] * 8
    short, long = offered_load_curve(day, "10 min"), offered_load_curve(day, "10 h")
    assert short.peak_at.hours == pytest.approx(12.0)
    assert long.peak_at.hours > 13.0
    assert long.peak < 20.0 * 10.0
    assert short.highest_by_step()[7] == pytest.approx(0.0, abs=1e-9)
    assert short.highest_by_step()[11] == pytest.approx(20 / 6, rel=1e-9)


def test_staff_over_time():
    """Constant rates need the same staff all day; long work needs people after the last arrival."""
    flat = staff_over_time([60.0] * 24, "10 min", within="15 min", share="80 %")
    assert set(flat.tolist()) == {staff_for("60 / h", "10 min", within="15 min", share="80 %")}
    assert flat.dtype == np.int64
    day = [0.0] * 8 + [20.0] * 8 + [0.0] * 8
    lagged = staff_over_time(day, "3 h", within="1 h", share="80 %")
    naive = staff_over_time(day, "3 h", within="1 h", share="80 %", lagged=False)
    assert lagged[18] > 0
    assert naive[18] == 0
    assert lagged[8] < naive[8]


@pytest.mark.parametrize("staff", [12, 13])
@pytest.mark.parametrize("cv", [0.05, 0.10, 0.14, 0.25, 1.5])
def test_gamma_days_by_quadrature(staff, cv):
    """The level over random days is that of a plain sum over quantiles, weighted by tickets."""
    parts = 20_000
    busyness = stats.gamma.ppf((np.arange(parts) + 0.5) / parts, cv**-2) * cv**2
    levels = [
        erlang_c(f"{60 * b!r} / h", "10 min", staff).wait.within("15 min")
        if 10 * b < staff
        else 0.0
        for b in busyness.tolist()
    ]
    by_sum = busyness @ levels / busyness.sum()
    level = gamma_mixed_service_level("60 / h", "10 min", staff, rate_cv=cv, within="15 min")
    assert level == pytest.approx(by_sum, abs=2e-3 if cv > 1 else 2e-4)


def test_gamma_days_limits_and_directions():
    """No variation is Erlang C; more variation lowers a good level; more staff raise it."""
    asked = {"rate": "60 / h", "work": "10 min", "within": "15 min"}
    plain = erlang_c("60 / h", "10 min", 12).wait.within("15 min")
    assert gamma_mixed_service_level(**asked, staff=12, rate_cv=0.0) == plain
    assert gamma_mixed_service_level(**asked, staff=12, rate_cv=1e-4) == pytest.approx(
        plain, abs=1e-5
    )
    levels = [
        gamma_mixed_service_level(**asked, staff=12, rate_cv=cv) for cv in (0.05, 0.1, 0.2, 0.4)
    ]
    assert levels == sorted(levels, reverse=True)
    by_staff = [
        gamma_mixed_service_level(**asked, staff=c, rate_cv=0.2) for c in (0, 5, 10, 12, 15, 40)
    ]
    assert by_staff == sorted(by_staff)
    assert by_staff[0] == 0
    assert by_staff[-1] == pytest.approx(1.0)
    quiet = {"rate": "0 / h", "work": "10 min", "within": "15 min"}
    assert gamma_mixed_service_level(**quiet, staff=3, rate_cv=0.2) == 1.0


def test_surge_by_hand():
    """A surge of 28 tickets an hour too many for two hours, worked off at 12 an hour."""
    left = surge("100 / h", "10 min", 12, lasting="2 h", afterwards="60 / h")
    assert left.peak_backlog == pytest.approx(56)
    assert left.longest_wait.hours == pytest.approx(56 / 72)
    assert left.cleared_after.hours == pytest.approx(2 + 56 / 12)
    assert left.tickets_delayed == pytest.approx(200 + 60 * 56 / 12)
    carried = surge("70 / h", "10 min", 12, lasting="2 h", afterwards="60 / h")
    assert (carried.peak_backlog, carried.cleared_after.ms) == (0.0, 0.0)


@given(
    rates=st.lists(st.integers(0, 200), min_size=1, max_size=48),
    staff=st.integers(0, 30),
    backlog=st.integers(0, 100),
)
def test_fluid_conserves_tickets(rates, staff, backlog):
    """The backlog never falls below 0, moves by arrivals minus work, and more staff lower it."""
    path = fluid_backlog(rates, staff, work="10 min", backlog=backlog)
    assert path[0] == backlog
    assert (path >= 0).all()
    moved = np.diff(path) - (np.array(rates) - 6.0 * staff)
    assert (moved >= -1e-9).all()
    assert (moved[path[1:] > 0] <= 1e-9).all()
    assert (fluid_backlog(rates, staff + 1, work="10 min", backlog=backlog) <= path).all()


def test_fluid_and_surge_agree():
    """Steps and straight lines tell the same story."""
    rates = [100, 100] + [60] * 6
    path = fluid_backlog(rates, [12] * 8, work="10 min")
    told = surge("100 / h", "10 min", 12, lasting="2 h", afterwards="60 / h")
    assert path.max() == pytest.approx(told.peak_backlog)
    assert path[6] > 0
    assert path[7] == 0
    assert 6 < told.cleared_after.hours < 7


def test_what_changing_load_refuses():
    """Surges that never end, negative rates and lists of different length are refused in words."""
    with pytest.raises(TheoryError, match="after the surge 12 staff at 80 / h"):
        surge("100 / h", "10 min", 12, lasting="2 h", afterwards="80 / h")
    for bad in ([], [-1.0], [float("nan")], [[1.0]]):
        with pytest.raises(TheoryError, match="rates_per_h"):
            offered_load_curve(bad, "10 min")
    with pytest.raises(TheoryError, match="rates_per_h"):
        fluid_backlog([-1.0], 3, work="10 min")
    with pytest.raises(TheoryError, match="2 steps of staff for 3 steps of rates"):
        fluid_backlog([1, 2, 3], [1, 2], work="10 min")
    with pytest.raises(TheoryError, match="backlog"):
        fluid_backlog([1], 1, work="10 min", backlog=-1.0)
    with pytest.raises(TheoryError, match="must take some time"):
        fluid_backlog([1], 1, work="0 min")
    with pytest.raises(TheoryError, match="must take some time"):
        offered_load_curve([1], "10 min", step="0 min")
    with pytest.raises(TheoryError, match="coefficient of variation"):
        gamma_mixed_service_level("60 / h", "10 min", 12, rate_cv=-0.1, within="15 min")
