"""Jackson networks: flow balance, Little's law, time by entry, and what is refused."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.errors import TheoryError, UnitError
from sim.theory import Station, erlang_c, jackson, little

shares = st.integers(0, 30).map(lambda percent: percent / 100)


@given(
    forward=shares,
    skip=shares,
    back=shares,
    own=shares,
    inflow=st.lists(st.integers(0, 60), min_size=3, max_size=3).filter(any),
)
@settings(deadline=None)
def test_flow_balance_and_little(forward, skip, back, own, inflow):
    """What leaves is what enters; open tickets, rate and time obey Little; entries mix the times."""
    to = {
        "L1": {"L2": forward, "L3": skip, "L1": own},
        "L2": {"L1": back, "L3": forward},
        "L3": {"L2": back, "L1": back},
    }
    desk = jackson(
        {
            name: Station(work="6 min", staff=40, arrivals=f"{rate} / h", to=to[name])
            for name, rate in zip(to, inflow, strict=True)
        }
    )
    rates = {name: tier.load.rate_per_h for name, tier in desk.stations.items()}
    leaving = sum(rate * (1 - sum(to[name].values())) for name, rate in rates.items())
    assert leaving == pytest.approx(sum(inflow))
    for (name, rate), entering in zip(rates.items(), inflow, strict=True):
        sent = sum(rates[source] * to[source].get(name, 0) for source in rates)
        assert rate == pytest.approx(entering + sent)
    assert desk.open_tickets == pytest.approx(sum(inflow) * desk.mean_time.hours)
    mixed = np.dot(inflow, [time.hours for time in desk.time_from.values()]) / sum(inflow)
    assert mixed == pytest.approx(desk.mean_time.hours)
    assert desk.touches == pytest.approx(sum(desk.visits.values()))


def test_one_station_is_erlang_c():
    """A network of one tier without bounces is the M/M/c queue."""
    one = jackson({"L1": Station(work="10 min", staff=12, arrivals="60 / h")})
    alone = erlang_c("60 / h", "10 min", 12)
    assert one["L1"] == alone
    assert one.mean_time.ms == pytest.approx(alone.sojourn.mean.ms)
    assert one.touches == 1.0


def test_a_tier_without_tickets():
    """A tier that nobody is sent to, and that has no staff, does not disturb the others."""
    desk = jackson(
        {"L1": Station(work="10 min", staff=12, arrivals="60 / h"), "L2": Station("1 h", staff=0)}
    )
    assert desk.visits["L2"] == 0
    assert desk["L2"].queue_length == 0


@pytest.mark.parametrize(
    ("stations", "words"),
    [
        ({"L1": Station("10 min", 9, "60 / h")}, "L1: 9 staff at 60 / h × 10 min are offered 111"),
        ({"L1": Station("10 min", 9)}, "nobody comes"),
        ({"L1": Station("1 min", 9, "6 / h", {"L9": 0.2})}, "L1 sends to 'L9'; there are L1"),
        ({"L1": Station("1 min", 9, "6 / h", {"L1": "100 %"})}, "come to L1 are never done"),
        (
            {
                "L1": Station("1 min", 9, "6 / h", {"L2": 0.7, "L1": 0.4}),
                "L2": Station("1 min", 9),
            },
            "L1 sends on 110.0 %: at most 100 %",
        ),
        (
            {
                "L1": Station("1 min", 9, "6 / h", {"L2": 0.5}),
                "L2": Station("1 min", 9, to={"L3": 1.0}),
                "L3": Station("1 min", 9, to={"L2": 1.0}),
            },
            "come to L2, L3 are never done",
        ),
    ],
)
def test_what_a_network_refuses(stations, words):
    """Overload, no arrivals, unknown tiers and tickets that never leave are refused by name."""
    with pytest.raises(TheoryError) as caught:
        jackson(stations)
    assert words in str(caught.value)


def test_unknown_station():
    """Asking for a tier that is not there lists those that are."""
    desk = jackson({"L1": Station("10 min", 12, "60 / h")})
    with pytest.raises(TheoryError, match="no station 'L2'; there are L1"):
        desk["L2"]


def test_little_by_any_two():
    """Any two of rate, time and number give the third."""
    assert little(rate="60 / h", time="40 min").number == pytest.approx(40)
    assert little(rate="60 / h", number=40).time.minutes == pytest.approx(40)
    assert little(time="40 min", number=40).rate_per_h == pytest.approx(60)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"rate": "60 / h"}, "exactly two"),
        ({"rate": "60 / h", "time": "1 h", "number": 60}, "exactly two"),
        ({"rate": "0 / h", "number": 3}, "nobody comes"),
        ({"time": "0 min", "number": 3}, "nobody stays"),
        ({"time": "1 min", "number": -3}, "at least 0"),
    ],
)
def test_what_little_refuses(given, words):
    """One figure, three figures and figures that say nothing are refused."""
    with pytest.raises(TheoryError, match=words):
        little(**given)
    with pytest.raises(UnitError):
        little(rate="60", number=1)
