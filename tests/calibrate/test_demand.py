"""Demand: its level, its growth, and days that are low beyond chance."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from sim.calibrate.demand import fit_demand
from sim.calibrate.lowdays import find_low_days
from sim.calibrate.trend import fit_trend
from sim.intake.read import read_export
from sim.units import HOURS_PER_WEEK

MONDAY = dt.date(2024, 1, 1)
SEED = 20
WEEKDAYS = np.array([1.2, 1.1, 1.0, 0.9, 0.8, 0, 0])


def _counts(days, a_week, growth, seed, spread=0.0):
    """Draw the tickets of days whose volume grows."""
    rng = np.random.default_rng(seed)
    at = np.arange(days)
    mean = a_week / 5 * WEEKDAYS[at % 7] * (1 + growth) ** (at / 365)
    if spread:
        mean *= rng.gamma(1 / spread**2, spread**2, days)
    return rng.poisson(mean)


def _exported(write, counts):
    lines = ["number,opened_at"]
    for day, count in enumerate(counts):
        begin = dt.datetime.combine(MONDAY, dt.time(8)) + dt.timedelta(day)
        lines += [f"T{day}-{n},{begin + dt.timedelta(minutes=n)}" for n in range(int(count))]
    return read_export(write("\n".join(lines)), "servicenow")


def _by_path(demand):
    return {one.path.removeprefix("demand."): one for one in demand.parameters}


@pytest.mark.parametrize(("growth", "a_week"), [(-0.6, 300), (1.5, 100), (0.3, 400)])
def test_growth_compounds_from_the_level_of_the_first_day(write, growth, a_week):
    """What was put in lies within the interval, which holds the value; the weeks come out.

    Growth and level are each outside a 99.9 % interval (1.7 times the 95 % one) in 1 of 1,000 seeds.
    """
    counts = _counts(7 * 60, a_week, growth, SEED, spread=0.1)
    export = _exported(write, counts)
    last = MONDAY + dt.timedelta(7 * 60 - 1)
    found = _by_path(fit_demand(export, MONDAY, last, ()))
    rate, volume = found["growth"], found["volume"]
    for one, truth in ((rate, growth), (volume, a_week / HOURS_PER_WEEK)):
        assert one.low < one.value < one.high
        wide = 0.35 * (one.high - one.low)
        assert one.low - wide < truth < one.high + wide
    day = np.arange(len(counts))
    made = volume.value * HOURS_PER_WEEK / 5 * WEEKDAYS[day % 7] * (1 + rate.value) ** (day / 365)
    for half in (slice(0, 210), slice(210, 420)):
        assert made[half].sum() == pytest.approx(counts[half].sum(), rel=0.06)


def test_the_trend_is_that_of_another_program():
    """The negative binomial regression of statsmodels finds the same, given the same spread."""
    api = pytest.importorskip("statsmodels.api")
    counts = _counts(7 * 50, 200, -0.4, SEED, spread=0.2)
    day = np.arange(len(counts))
    usual = day % 7 < 5
    ours = fit_trend(counts.astype(float), day % 7, np.ones(len(day), bool))
    design = np.column_stack([(day % 7 == n)[usual] for n in range(5)] + [day[usual] / 365])
    family = api.families.NegativeBinomial(alpha=ours.spread**2)
    theirs = api.GLM(counts[usual], design.astype(float), family=family).fit()
    assert ours.slope == pytest.approx(theirs.params[-1], abs=1e-6)
    assert ours.first_day[:5] == pytest.approx(np.exp(theirs.params[:5]), rel=1e-6)
    assert ours.first_day[5:].tolist() == [0, 0]


def test_no_trend_is_found_where_there_is_none():
    """Of 60 exports without growth, some 5 % seem to have it: more than 9 of them in 1 of 1,000 runs."""
    day = np.arange(7 * 40)
    found = 0
    for seed in range(60):
        trend = fit_trend(_counts(len(day), 50, 0, seed, 0.15).astype(float), day % 7, day >= 0)
        found += abs(trend.slope) > 1.96 * trend.slope_error
    assert found <= 9


@pytest.mark.parametrize("growth", [0, -0.6])
@pytest.mark.parametrize(("a_week", "spread"), [(27.5, 0), (150, 0), (150, 0.25)])
def test_no_low_day_is_found_where_chance_makes_it(a_week, spread, growth):
    """Of 30 exports without holidays, one in a hundred has a low day: more than 3 in 1 of 10,000 runs."""
    days = sum(
        bool(find_low_days(_counts(7 * 100, a_week, growth, seed, spread), MONDAY).single)
        for seed in range(30)
    )
    assert days <= 3


def test_holidays_are_found_however_demand_falls():
    """Days with hardly any tickets are low, in the last weeks of a falling desk too."""
    counts = _counts(7 * 80, 300, -0.6, SEED, 0.1)
    off = [10, 199, 200, 550]
    counts[off] = [2, 1, 3, 0]
    found = find_low_days(counts, MONDAY)
    assert found.single == tuple(MONDAY + dt.timedelta(day) for day in off)
    assert not found.gaps


def test_months_without_tickets_are_no_holidays(write):
    """A long run of low days is a gap: it counts neither as holidays nor for the volume."""
    counts = _counts(7 * 52, 200, 0, SEED)
    counts[100:130] = 0
    found = find_low_days(counts, MONDAY)
    assert not found.single
    ((begin, end),) = found.gaps
    assert (begin - MONDAY).days in range(98, 103)
    assert (end - MONDAY).days in range(126, 131)
    last = MONDAY + dt.timedelta(7 * 52 - 1)
    export = _exported(write, counts)
    demand = _by_path(fit_demand(export, MONDAY, last, (), found.in_gaps()))
    # Seven standard errors of the mean of 47 weeks are 7 %.
    assert demand["volume"].value * HOURS_PER_WEEK == pytest.approx(200, rel=0.07)
