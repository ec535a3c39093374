"""Arrivals against the intensity that the scenario states; see ``chance`` for false alarms."""

from itertools import pairwise

import numpy as np
import pytest
from chance import counts_fit, follows, mean_fits, share_fits
from scipy import stats

from scenarios import with_on
from sim.scenario.calendar import hour_of_week
from sim.units import DAY, HOUR, WEEK
from sim.workload.arrivals import hourly_rates, sample_arrivals
from sim.workload.streams import Purpose, stream

LONG = {"demand.volume": "3000 / week", "period.length": "26 weeks"}


def _hours(scenario, seed=1, replication=0):
    arrivals = sample_arrivals(scenario, seed, replication)
    return np.bincount(arrivals.arrival_ms // HOUR, minlength=-(-scenario.period.length // HOUR))


@pytest.mark.parametrize("zone", ["UTC", "Europe/Amsterdam", "America/New_York"])
def test_hours_of_the_week(zone):
    """Tickets come in each hour of the local week in proportion to its weight, over changed clocks."""
    scenario = with_on([], {**LONG, "period.time_zone": zone})
    hour = hour_of_week(scenario.period.start, scenario.period.length, zone)
    counts = np.bincount(hour, _hours(scenario), minlength=168)
    often = np.bincount(hour, minlength=168)
    weights = np.array(scenario.demand.profile.weights())
    assert counts_fit(counts, 3000 * weights * often)


def test_wrong_hours_are_found():
    """The comparison is sharp enough to find a profile that is off by an hour."""
    scenario = with_on([], LONG)
    hour = hour_of_week(scenario.period.start, scenario.period.length, "UTC")
    counts = np.bincount(hour, _hours(scenario), minlength=168)
    weights = np.roll(np.array(scenario.demand.profile.weights()), 1)
    assert not counts_fit(counts, 3000 * weights * np.bincount(hour, minlength=168))


def test_arrivals_are_a_poisson_process():
    """Within a flat hour, the gaps are exponential and the places uniform."""
    flat = with_on([], {**LONG, "demand.profile": {"Mon-Sun": {"00-24": 1}}})
    at = sample_arrivals(flat, 2, 0).arrival_ms
    mean = WEEK / 3000
    # Rounding to milliseconds is nothing against gaps of minutes.
    assert follows(np.diff(at), stats.expon(scale=mean))
    assert follows(at % HOUR, stats.uniform(scale=HOUR))


def test_hours_of_days_of_change():
    """On the night that the clock skips an hour, that hour's tickets do not come."""
    names = {"demand.profile": {"Sun": {"02-03": 1, "04-05": 1}}, "demand.volume": "2000 / week"}
    scenario = with_on(["time zone"], {**names, "period.length": "7 d"})
    counts = _hours(scenario)
    # Sunday 29 March 2026, Amsterdam: 02:00 is 03:00; six days of 24 h lie before.
    assert np.flatnonzero(counts).tolist() == [6 * 24 + 3]
    assert counts_fit(counts[counts > 0], [1000])


def test_busyness_spreads_days():
    """Busy days vary as the gamma factor says: the variance of daily counts is above the mean.

    Var N = m + (cv m)² for a day of mean m (Avramidis, Deslauriers & L'Ecuyer 2004).
    """
    cv, days = 0.3, 4000
    flat = {"demand.profile": {"Mon-Sun": {"00-24": 1}}, "demand.volume": "700 / week"}
    scenario = with_on([], {**flat, "demand.busyness": cv, "period.length": f"{days} d"})
    counts = np.bincount(sample_arrivals(scenario, 3, 0).arrival_ms // DAY, minlength=days)
    size = 1 / cv**2
    expected = stats.nbinom(size, size / (size + 100))
    assert mean_fits(counts, 100)
    assert mean_fits((counts - 100) ** 2, expected.var())
    assert expected.var() == pytest.approx(100 + 900)
    plain = with_on([], {**flat, "period.length": f"{days} d"})
    calm = np.bincount(sample_arrivals(plain, 3, 0).arrival_ms // DAY, minlength=days)
    assert mean_fits((calm - 100) ** 2, 100)


def test_busyness_belongs_to_local_days():
    """All hours of a local day share one factor, also on a day of 23 hours; days differ."""
    scenario = with_on(["time zone", "busyness"], {"period.length": "14 d"})
    plain = with_on(["time zone"], {"period.length": "14 d"})
    factor = hourly_rates(scenario, 1, 0) / hourly_rates(plain, 1, 0)
    # 28 March ends the 6th day; 29 March has 23 hours.
    edges = np.cumsum([0, *[24] * 6, 23, *[24] * 7])
    by_day = [factor[a:b] for a, b in pairwise(edges)]
    assert all(np.allclose(day, day[0]) for day in by_day if len(day))
    assert len({round(float(day[0]), 9) for day in by_day if len(day)}) == 14


@pytest.mark.parametrize("cv", [0.05, 0.14, 1, 2])
def test_busyness_is_gamma(cv):
    """The factors of days have mean 1, the stated variation, and a gamma distribution."""
    days = 3000
    scenario = with_on([], {"demand.busyness": cv, "period.length": f"{days} d"})
    plain = with_on([], {"period.length": f"{days} d"})
    factor = (hourly_rates(scenario, 4, 0) / hourly_rates(plain, 4, 0))[::24]
    assert follows(factor, stats.gamma(cv**-2, scale=cv**2))


def test_holidays():
    """On a holiday a tenth of the tickets come, by the local day."""
    scenario = with_on(["holidays", "time zone"], LONG)
    ratio = hourly_rates(scenario, 1, 0) / hourly_rates(with_on(["time zone"], LONG), 1, 0)
    assert np.flatnonzero(ratio != 1).tolist() == list(range(48, 72))
    assert ratio[48:72] == pytest.approx(0.1)


def test_growth():
    """A volume that grows by half in a year has done so after a year."""
    years = {"demand.growth": "50 %", "period.length": "730 d"}
    ratio = hourly_rates(with_on([], years), 1, 0) / hourly_rates(
        with_on([], {"period.length": "730 d"}), 1, 0
    )
    assert ratio[[0, 365 * 24]] == pytest.approx([1, 1.5])
    assert (np.diff(ratio) > 0).all()


def test_broken_hour():
    """A period that ends within an hour has that part of the hour's tickets, all within it."""
    part = {"period.length": "10 h 15 min", "demand.volume": "50000 / week"}
    flat = {"demand.profile": {"Mon-Sun": {"00-24": 1}}}
    scenario = with_on([], {**part, **flat})
    rates = hourly_rates(scenario, 1, 0)
    assert rates[-1] / rates[0] == pytest.approx(0.25)
    arrivals = sample_arrivals(scenario, 1, 0)
    assert arrivals.arrival_ms.max() < scenario.period.length
    assert counts_fit([len(arrivals)], [50000 / 168 * 10.25])


def test_kinds_have_their_shares():
    """Topics, channels and priorities come in their shares, and a topic's own priorities in theirs."""
    own = {"topics.network.priorities": {"P1": 0.5, "P3": 0.5}}
    arrivals = sample_arrivals(with_on([], {**LONG, **own}), 5, 0)
    for position, share in enumerate((0.5, 0.3, 0.2)):
        assert share_fits(arrivals.topic == position, share)
    assert share_fits(arrivals.channel == 0, 0.6)
    network = arrivals.topic == 2
    for position, share in enumerate((0.1, 0.3, 0.6)):
        assert share_fits(arrivals.priority[~network] == position, share)
    assert share_fits(arrivals.priority[network] == 0, 0.5)
    assert not (arrivals.priority[network] == 1).any()


def test_impact_and_urgency():
    """Shares of impact and urgency meet in the matrix, independently of each other."""
    matrix = {
        "demand.priority_matrix": {
            "wide": {"now": "P1", "later": "P2"},
            "one": {"now": "P2", "later": "P3"},
        },
        "topics.network.impact": {"wide": 0.2, "one": 0.8},
        "topics.network.urgency": {"now": 0.3, "later": 0.7},
    }
    arrivals = sample_arrivals(with_on([], {**LONG, **matrix}), 5, 0)
    mine = arrivals.priority[arrivals.topic == 2]
    for position, share in enumerate((0.06, 0.14 + 0.24, 0.56)):
        assert share_fits(mine == position, share)


def test_topics_come_in_where_they_go_to():
    """Topics with a direct route come in at their tier, the others at the first."""
    arrivals = sample_arrivals(with_on(["direct route"], LONG), 5, 0)
    assert (arrivals.entry_tier == (arrivals.topic == 2)).all()


def test_streams_are_apart():
    """Streams of different purposes, tiers, replications and seeds give different numbers."""
    names = [
        (1, 0, Purpose.TOPIC),
        (1, 0, Purpose.WORK),
        (1, 1, Purpose.TOPIC),
        (2, 0, Purpose.TOPIC),
    ]
    firsts = {stream(*name).random() for name in names}
    firsts |= {stream(1, 0, Purpose.WORK, tier).random() for tier in range(3)}
    firsts |= {stream(1, 0, Purpose.BREAKS, 0, 1).random()}
    assert len(firsts) == 8
    values = list(Purpose)
    assert len({int(purpose) for purpose in values}) == len(values)
