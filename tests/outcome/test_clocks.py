"""The clocks of service levels: the cases that other tools got wrong, and what always holds."""

import datetime as dt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.outcome.clocks import NO_STRETCHES, Clocks, Hours, Stretches, hours_named
from sim.outcome.news import longest_silence
from sim.scenario.model import Scenario
from sim.units import DAY, HOUR, MINUTE
from sim.workload.journeys import NOT_YET

OFFICE = {"Mon-Fri": "08:00-17:00"}


def scenario(start="2026-01-05", length="4 weeks", zone="UTC", holidays=(), **hours):
    """Return a scenario with some named hours."""
    return Scenario.model_validate(
        {
            "name": "clocks",
            "period": {"start": start, "length": length, "warm_up": 0, "time_zone": zone},
            "holidays": list(holidays),
            "shifts": {"day": OFFICE},
            "hours": hours,
            "demand": {"volume": "1 / week"},
            "priorities": {"P1": {"share": 1}},
            "topics": {"all": {"share": 1, "difficulty": 0.5}},
            "tiers": {"L1": {"ability": 1, "work": "1 h", "staff": {"day": 1}}},
        }
    )


def read(hours, start, stop, within, pauses=(), *, until=28 * DAY):
    """Read one clock; times are in ms, pauses pairs of them."""
    clocks = Clocks(np.array([3]), *(np.array([t], np.int64) for t in (start, stop, until)))
    stretches = NO_STRETCHES
    if pauses:
        begins, ends = (np.array(side, np.int64) for side in zip(*pauses, strict=True))
        stretches = Stretches(np.full(len(pauses), 3), begins, ends)
    return clocks.read(hours, within, stretches)


def minutes(reading):
    """Return what the one clock shows, in minutes."""
    return reading.elapsed_ms[0] / MINUTE


def clock(day, hour, minute=0):
    """Return an instant of a period that starts at midnight, before any change of the clocks."""
    return day * DAY + hour * HOUR + minute * MINUTE


class TestHours:
    """Which time counts."""

    office = hours_named(scenario(office=OFFICE), "office")

    def test_every_hour(self):
        """`always` counts nights and weekends."""
        always = hours_named(scenario(), "always")
        assert minutes(read(always, clock(4, 16), clock(7, 9), DAY)) == (2 * 24 + 17) * 60

    def test_a_night(self):
        """From Monday 16:50 to Tuesday 08:05 pass 15 office minutes."""
        assert minutes(read(self.office, clock(0, 16, 50), clock(1, 8, 5), DAY)) == 15

    def test_a_weekend(self):
        """From Friday 16:00 to Monday 09:00 pass two office hours."""
        assert minutes(read(self.office, clock(4, 16), clock(7, 9), DAY)) == 120

    def test_created_and_taken_up_while_closed(self):
        """A ticket answered before opening was answered in no time."""
        reading = read(self.office, clock(5, 3), clock(6, 4), 1)
        assert minutes(reading) == 0
        assert not reading.late()[0]

    def test_the_bounds_of_opening(self):
        """The opening instant counts, the closing one does not."""
        assert minutes(read(self.office, clock(0, 7), clock(0, 8), DAY)) == 0
        assert minutes(read(self.office, clock(0, 7), clock(0, 8, 1), DAY)) == 1
        assert minutes(read(self.office, clock(0, 16, 59), clock(0, 17), DAY)) == 1
        assert minutes(read(self.office, clock(0, 17), clock(0, 18), DAY)) == 0

    def test_lunch(self):
        """Hours may have a gap in the day, which does not count (glpi#1912)."""
        split = hours_named(scenario(split={"Mon-Fri": "08:00-12:00, 13:00-17:00"}), "split")
        assert minutes(read(split, clock(0, 11, 30), clock(0, 13, 30), DAY)) == 60

    def test_a_holiday(self):
        """Hours are closed on a holiday: Good Friday is skipped, and counts where they say so."""
        holidays = [dt.date(2026, 1, 9)]
        closed = hours_named(scenario(holidays=holidays, office=OFFICE), "office")
        assert minutes(read(closed, clock(3, 16), clock(7, 9), DAY)) == 120
        kept = hours_named(
            scenario(holidays=holidays, office={**OFFICE, "on_holidays": True}), "office"
        )
        assert minutes(read(kept, clock(3, 16), clock(7, 9), DAY)) == 120 + 9 * 60

    def test_another_zone(self):
        """Hours of a desk elsewhere run on its clock: 08:00 in New York is 13:00 UTC in winter."""
        there = hours_named(scenario(away={**OFFICE, "time_zone": "America/New_York"}), "away")
        assert minutes(read(there, clock(0, 12), clock(0, 14), DAY)) == 60

    def test_clocks_go_forward(self):
        """In the spring night, 01:00 to 04:00 lasts two hours."""
        night = scenario(start="2026-03-28", zone="Europe/Paris", night={"Sat-Sun": "01:00-04:00"})
        hours = hours_named(night, "night")
        assert minutes(read(hours, clock(1, 0), clock(1, 12), DAY)) == 120
        always = hours_named(night, "always")
        # Midnight to noon of that Sunday on the wall is eleven hours.
        assert minutes(read(always, clock(1, 0), clock(1, 11), DAY)) == 11 * 60

    def test_clocks_go_back(self):
        """In the autumn night, 01:00 to 04:00 lasts four hours; office hours stay nine."""
        autumn = scenario(
            start="2026-10-24",
            zone="Europe/Paris",
            night={"Sat-Sun": "01:00-04:00"},
            office=OFFICE,
        )
        assert minutes(read(hours_named(autumn, "night"), clock(1, 0), clock(2, 0), DAY)) == 240
        # Monday 08:00 on the wall is an hour later in elapsed time than it would be.
        office = hours_named(autumn, "office")
        assert minutes(read(office, clock(2, 9), clock(2, 10), DAY)) == 60
        assert minutes(read(office, clock(2, 8), clock(2, 9), DAY)) == 0

    def test_hours_off_the_grid(self):
        """A period that ends at an odd millisecond is searched, not tabulated: same reading."""
        opens, closes = np.array([8 * HOUR + 1]), np.array([17 * HOUR + 7])
        odd = Hours(opens, closes)
        assert odd._grid[0] == 0
        at = np.array([0, 8 * HOUR + 1, 9 * HOUR, 17 * HOUR + 7, DAY])
        assert odd.passed(at).tolist() == [0, 0, HOUR - 1, 9 * HOUR + 6, 9 * HOUR + 6]

    def test_hours_that_never_hold(self):
        """Hours without a spell in the period count nothing."""
        empty = Hours(np.empty(0, np.int64), np.empty(0, np.int64))
        assert empty.passed(np.array([0, DAY])).tolist() == [0, 0]


class TestPauses:
    """Which time does not count."""

    office = hours_named(scenario(office=OFFICE), "office")

    def test_a_pause(self):
        """Pending on the user is not the desk's time (glpi#6902)."""
        reading = read(
            self.office, clock(0, 9), clock(0, 12), 2 * HOUR, [(clock(0, 10), clock(0, 11))]
        )
        assert minutes(reading) == 120
        assert not reading.late()[0]
        assert reading.late(pauses=False)[0]

    def test_a_pause_partly_outside_hours(self):
        """Of a pause overnight only its open part is subtracted: the rest was never counted."""
        reading = read(
            self.office, clock(0, 16), clock(1, 10), DAY, [(clock(0, 16, 30), clock(1, 9))]
        )
        # 60 + 120 open minutes, 30 + 60 of them paused.
        assert minutes(reading) == 90

    def test_a_pause_wholly_outside_hours(self):
        """A pause at night subtracts nothing."""
        reading = read(self.office, clock(0, 16), clock(1, 9), DAY, [(clock(0, 18), clock(1, 7))])
        assert minutes(reading) == 120

    def test_several_pauses(self):
        """Pauses add up (frappe/helpdesk#1554)."""
        pauses = [(clock(0, 9), clock(0, 10)), (clock(0, 11), clock(0, 11, 30))]
        assert minutes(read(self.office, clock(0, 9), clock(0, 12), DAY, pauses)) == 90

    def test_pauses_outside_the_clock(self):
        """What lies before the start or after the stop changes nothing; what straddles is cut."""
        pauses = [(clock(0, 8), clock(0, 9)), (clock(0, 13), clock(0, 14))]
        assert minutes(read(self.office, clock(0, 10), clock(0, 12), DAY, pauses)) == 120
        straddling = [(clock(0, 9), clock(0, 10, 30))]
        assert minutes(read(self.office, clock(0, 10), clock(0, 12), DAY, straddling)) == 90

    def test_a_pause_of_no_length(self):
        """An answer within the same millisecond pauses nothing."""
        pauses = [(clock(0, 10), clock(0, 10))]
        assert minutes(read(self.office, clock(0, 9), clock(0, 12), DAY, pauses)) == 180

    def test_pauses_of_others(self):
        """A pause belongs to its ticket alone."""
        clocks = Clocks(
            np.array([3, 4]),
            np.array([clock(0, 9)] * 2),
            np.array([clock(0, 12)] * 2),
            np.array([0, 0]),
        )
        stretches = Stretches(
            np.array([4, 9]), np.array([clock(0, 10)] * 2), np.array([clock(0, 11)] * 2)
        )
        reading = clocks.read(self.office, DAY, stretches)
        assert (reading.elapsed_ms // MINUTE).tolist() == [180, 120]


class TestStop:
    """When a clock stops, and what is judged."""

    always = Hours.always()

    @pytest.mark.parametrize(("took", "late"), [(59, False), (60, False), (61, True)])
    def test_the_target(self, took, late):
        """The target itself is met."""
        reading = read(self.always, 0, took * MINUTE, HOUR)
        assert reading.judged()[0]
        assert reading.late()[0] == late

    def test_no_time_at_all(self):
        """Start and stop at one instant is a clock of 0, which even a target of 0 allows."""
        reading = read(self.always, HOUR, HOUR, 0)
        assert minutes(reading) == 0
        assert not reading.late()[0]

    def test_open_and_late(self):
        """A ticket that is open past its target is late: nothing can save it."""
        reading = read(self.always, 0, NOT_YET, HOUR, until=61 * MINUTE)
        assert reading.judged()[0]
        assert reading.late()[0]

    def test_open_and_not_late_yet(self):
        """A ticket open at the end that may still make it is left out."""
        reading = read(self.always, 0, NOT_YET, HOUR, until=60 * MINUTE)
        assert not reading.judged()[0]

    def test_open_and_paused(self):
        """While it waits for the user it does not grow late, however long (faveo#218)."""
        reading = read(self.always, 0, NOT_YET, HOUR, [(30 * MINUTE, DAY)], until=DAY)
        assert minutes(reading) == 30
        assert not reading.judged()[0]
        assert reading.judged(pauses=False)[0]


class TestSilence:
    """The clock of promised updates."""

    def read(self, told, pauses=(), stop=10 * HOUR, within=4 * HOUR):
        """Read the longest silence of one ticket, in hours."""
        clocks = Clocks(np.array([0]), np.array([0]), np.array([stop]), np.array([10 * HOUR]))
        news = Stretches(np.zeros(len(told), int), *[np.array(told, np.int64) * HOUR] * 2)
        begins, ends = ([p[side] * HOUR for p in pauses] for side in (0, 1))
        waits = Stretches(
            np.zeros(len(pauses), int), np.array(begins, np.int64), np.array(ends, np.int64)
        )
        return longest_silence(clocks, Hours.always(), within, waits, news)

    def test_none(self):
        """Without news the silence is the whole time."""
        assert self.read([]).elapsed_ms[0] == 10 * HOUR

    def test_between(self):
        """The longest stretch counts, at either end or between (zammad#3140)."""
        assert self.read([1, 4]).elapsed_ms[0] == 6 * HOUR
        assert self.read([5]).elapsed_ms[0] == 5 * HOUR
        assert self.read([1, 8]).elapsed_ms[0] == 7 * HOUR
        assert not self.read([3, 7]).late()[0]

    def test_pauses(self):
        """A silence stands still while the user is asked."""
        reading = self.read([2], pauses=[(2, 7)])
        assert reading.elapsed_ms[0] == 3 * HOUR
        assert reading.running_ms[0] == 8 * HOUR

    def test_news_elsewhere(self):
        """News before the start or after the stop are none."""
        assert self.read([11, 12]).elapsed_ms[0] == 10 * HOUR

    def test_open(self):
        """An open ticket with a silence past the target is late; else it is left out."""
        assert self.read([3, 7], stop=NOT_YET).judged().tolist() == [False]
        assert self.read([7], stop=NOT_YET).judged().tolist() == [True]

    def test_nobody(self):
        """No tickets, no silence."""
        nothing = np.empty(0, np.int64)
        clocks = Clocks(np.empty(0, np.int32), nothing, nothing, nothing)
        reading = longest_silence(clocks, Hours.always(), 1, NO_STRETCHES, NO_STRETCHES)
        assert len(reading.elapsed_ms) == 0


@st.composite
def spells(draw):
    """Draw hours as disjoint spells in whole minutes of two days."""
    bounds = draw(st.lists(st.integers(0, 2880), unique=True, max_size=12))
    bounds = sorted(bounds[: len(bounds) // 2 * 2])
    return np.array(bounds[::2], np.int64), np.array(bounds[1::2], np.int64)


instants = st.integers(0, 3000)


@given(spells(), instants, instants, st.integers(1, 60_000))
def test_business_time_is_what_counting_minutes_gives(hours, one, other, scale):
    """Counting the open minutes one by one gives the same, in whatever unit."""
    opens, closes = hours
    start, stop = sorted((one, other))
    brute = sum(((opens <= m) & (m < closes)).any() for m in range(start, stop))
    clock = Hours(opens * scale, closes * scale)
    assert clock.elapsed(np.array([start * scale]), np.array([stop * scale]))[0] == brute * scale


@given(spells(), st.lists(instants, min_size=3, max_size=3))
def test_a_clock_is_additive_and_never_runs_back(hours, three):
    """From a to c is from a to b and from b to c; and nothing is negative or above real time."""
    clock = Hours(*hours)
    a, b, c = (np.array([t]) for t in sorted(three))
    assert clock.elapsed(a, c) == clock.elapsed(a, b) + clock.elapsed(b, c)
    assert 0 <= clock.elapsed(a, b)[0] <= (b - a)[0]


@given(spells())
def test_table_and_search_agree(hours):
    """The quick table of cells and the search among spells are the same function."""
    table = Hours(*hours)
    search = Hours(*hours)
    search.__dict__["_grid"] = (0, *[np.empty(0, np.int64)] * 2)
    at = np.arange(3000)
    assert (table.passed(at) == search.passed(at)).all()


@given(spells(), instants, instants, st.lists(instants, max_size=8, unique=True))
def test_pauses_never_add_time(hours, one, other, bounds):
    """Pausing takes away the open time inside the pauses, never more than there is."""
    clock = Hours(*hours)
    start, stop = sorted((one, other))
    bounds = sorted(bounds[: len(bounds) // 2 * 2])
    pauses = list(zip(bounds[::2], bounds[1::2], strict=True))
    reading = read(clock, start, stop, 0, pauses)
    opens, closes = hours
    counted = sum(
        ((opens <= m) & (m < closes)).any() and not any(a <= m < b for a, b in pauses)
        for m in range(start, stop)
    )
    assert reading.elapsed_ms[0] == counted
    assert 0 <= reading.elapsed_ms[0] <= reading.running_ms[0]
