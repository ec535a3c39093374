"""Sites: demand, shifts and hours on the clock of where users sit, with its own days off; half days."""

import datetime as dt

import numpy as np
import pytest

import sim
from sim.errors import ScenarioError
from sim.outcome import measure
from sim.outcome.clocks import days_named, hours_named
from sim.scenario.model import Scenario
from sim.scenario.working_time import allowed
from sim.units import DAY, HOUR
from sim.workload.plan import plan

SITES = {
    "Delft": {"share": "60 %", "time_zone": "Europe/Amsterdam", "half_days": ["2026-01-09"]},
    "Singapore": {"share": "40 %", "time_zone": "Asia/Singapore", "holidays": ["2026-01-06"]},
}


def tree(**changes):
    """Write a desk for two sites, in UTC; Monday 5 January is its first day."""
    return {
        "name": "sites",
        "period": {"start": "2026-01-05", "length": "2 weeks", "warm_up": 0},
        "holidays": ["2026-01-07"],
        "sites": SITES,
        "shifts": {
            "west": {"Mon-Fri": "08:00-12:00, 13:00-17:00", "site": "Delft"},
            "east": {"Mon-Fri": "09:00-17:00", "site": "Singapore"},
        },
        "hours": {"office": {"Mon-Fri": "09:00-17:00"}},
        "demand": {
            "volume": "100 / week",
            "profile": {"Mon-Fri": {"08-18": 1}},
            "busyness": 0,
            "holiday_share": "10 %",
        },
        "priorities": {"P1": {"share": 1}},
        "topics": {"all": {"share": 1, "difficulty": 0.5}},
        "tiers": {"L1": {"ability": 1, "work": "1 h", "staff": {"west": 2, "east": 1}, "cost": 10}},
    } | changes


def opens(scenario, name):
    """Return when named hours open and close, in hours since the period's start."""
    hours = hours_named(scenario, name)
    return [(o / HOUR, c / HOUR) for o, c in zip(hours.open_ms, hours.close_ms, strict=True)]


def test_demand_follows_each_clock():
    """Two tickets an hour over fifty hours of the week: where it is eight to six, and no day off."""
    rates = plan(Scenario.model_validate(tree())).rates
    # Monday: Singapore from 00 to 10 UTC, Delft from 07 to 17.
    assert rates[0] == pytest.approx(2 * 0.4)
    assert rates[7] == pytest.approx(2)
    assert rates[10] == pytest.approx(2 * 0.6)
    assert rates[17] == 0
    # Tuesday is a holiday in Singapore alone; Wednesday, the scenario's, is one at neither.
    assert rates[24] == pytest.approx(0.1 * 2 * 0.4)
    assert rates[24 + 12] == pytest.approx(2 * 0.6)
    assert rates[48 + 7] == pytest.approx(2)
    # Friday from noon in Delft (11 UTC) is like a holiday there.
    assert rates[96 + 10] == pytest.approx(2 * 0.6)
    assert rates[96 + 11] == pytest.approx(0.1 * 2 * 0.6)


def test_shifts_and_hours_are_kept_at_their_site():
    """Nine in Singapore is one at night in UTC; each site has its days off, and its half ones."""
    made = Scenario.model_validate(tree())
    east, west = opens(made, "east"), opens(made, "west")
    assert east[:2] == [(1, 9), (49, 57)]
    assert west[:4] == [(7, 11), (12, 16), (31, 35), (36, 40)]
    # Friday ends at noon: the afternoon's part is not there at all.
    assert (96 + 7, 96 + 11) in west
    assert (96 + 12, 96 + 16) not in west
    # Hours without a site have the scenario's zone and holidays: Wednesday is none of theirs.
    assert opens(made, "office")[:3] == [(9, 17), (33, 41), (81, 89)]


def test_pay_follows_the_days_off():
    """Two heads in Delft for nine and a half days of eight hours, one in Singapore for nine."""
    values = measure(sim.run(Scenario.model_validate(tree()), seed=1), curves=False).values
    assert values["paid_hours"] == (2 * 9.5 * 8 + 9 * 8) / 2


def test_half_days_of_a_desk_without_sites():
    """On Christmas Eve all hours end at noon, and what opens later does not; the promise ends then too."""
    made = Scenario.model_validate(
        tree(
            sites={},
            half_days=["2026-01-08"],
            shifts={
                "west": {"Mon-Fri": "08:00-17:00"},
                "east": {"Mon-Fri": "13:00-17:00"},
            },
            service_levels={
                "fix": {"clock": "resolve", "within": "end of working day", "hours": "office"}
            },
        )
    )
    assert (72 + 8, 72 + 12) in opens(made, "west")
    assert not [span for span in opens(made, "east") if 72 <= span[0] < 96]
    start = np.array([3 * DAY + 10 * HOUR])
    hours, days = hours_named(made, "office"), days_named(made, "office")
    within = made.service_levels["fix"].within
    assert allowed(within, days, hours.passed, start).tolist() == [2 * HOUR]


def test_a_desk_without_sites_is_as_before():
    """One site that is the scenario's own changes nothing."""
    base = sim.example()
    zone, days = base.period.time_zone, [str(day) for day in base.holidays]
    one = base.with_(
        {"sites": {"here": {"share": 1, "time_zone": zone, "holidays": days}}}, name="one site"
    )
    assert (plan(one).rates == plan(base).rates).all()


def test_it_survives_being_written():
    """A scenario with sites is read again as it was, and plays the same."""
    made = Scenario.model_validate(tree())
    again = Scenario.model_validate(made.model_dump(mode="json"))
    assert again == made
    assert opens(again, "east") == opens(made, "east")
    assert again.sites["Singapore"].holidays == (dt.date(2026, 1, 6),)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"shifts.west.site": "Delf"}, "'Delf' is not known; .*did you mean 'Delft'"),
        ({"sites.Delft.share": "50 %"}, "the shares add up to 90 %"),
        ({"shifts.west.time_zone": "Asia/Tokyo"}, "`site` says the time zone"),
        ({"sites.Delft.time_zone": "Europe/Delft"}, "no time zone"),
        ({"sites.Delft.zone": "Asia/Tokyo"}, "unknown key"),
    ],
)
def test_slips_are_named(changes, says):
    """Each slip is one clear sentence."""
    with pytest.raises(ScenarioError, match=says):
        Scenario.model_validate(tree()).with_(changes, name="slip")


@pytest.mark.parametrize("engine", ["simpy", "compiled"])
def test_both_engines_play_it(engine):
    """Both give equal figures of a desk that follows the sun."""
    made = Scenario.model_validate(tree())
    found = measure(sim.run(made, seed=2, engine=engine), curves=False).values
    usual = measure(sim.run(made, seed=2), curves=False).values
    assert np.array_equal(list(found.values()), list(usual.values()), equal_nan=True)
