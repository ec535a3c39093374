"""A real export's tickets as the arrivals of a scenario."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from export_files import CHECKOUT

from sim.calibrate.replay import deal, rank_priorities, replay, spread
from sim.errors import ExportError
from sim.scenario.file import load
from sim.units import DAY, HOUR, WEEK

MONDAY = dt.date(2026, 1, 5)


@pytest.fixture(scope="module")
def base():
    """Give the gallery's base."""
    return load(CHECKOUT / "scenarios" / "in-house-desk.yaml")


def test_replay_of_a_table(write, busy_table, base):
    """Each ticket arrives when it was opened, as what it was."""
    played = replay(write(busy_table(MONDAY, 28)), "servicenow", base)
    arrivals = played.arrivals
    assert (played.scenario.period.start, played.scenario.period.length) == (MONDAY, 4 * WEEK)
    assert len(arrivals) == 28 * 6
    assert arrivals.arrival_ms[:3].tolist() == [8 * HOUR, 9 * HOUR, 10 * HOUR]
    assert (np.diff(arrivals.arrival_ms) >= 0).all()
    assert arrivals.arrival_ms[-1] == 27 * DAY + 13 * HOUR
    assert arrivals.priority[:6].tolist() == [0, 1, 2, 3, 0, 1]
    assert arrivals.channel[:2].tolist() == [1, 0]
    assert arrivals.entry_tier[:4].tolist() == [1, 0, 0, 1]
    assert arrivals.source == "export.csv"
    types = [a.dtype for a in (arrivals.arrival_ms, arrivals.topic, arrivals.priority)]
    assert types == [np.int64, np.int16, np.int8]


def test_what_was_decided_is_told(write, busy_table, base):
    """Nothing is mapped without a notice."""
    told = " ".join(replay(write(busy_table(MONDAY, 28)), "servicenow", base).notices)
    for words in (
        "Priorities:",
        "Channels:",
        "dealt whole to topics",
        "is taken for the first line",
        "left out",
    ):
        assert words in told


def test_whole_weeks_from_a_monday(write, busy_table, base):
    """Days before the first Monday and after the last whole week are left out, and told."""
    played = replay(write(busy_table(MONDAY - dt.timedelta(2), 20)), "servicenow", base)
    assert (played.scenario.period.start, played.scenario.period.length) == (MONDAY, 2 * WEEK)
    assert any(f"{6 * 6} outside it are left out" in notice for notice in played.notices)


def test_a_stated_window_and_a_short_one(write, busy_table, base):
    """The mapping's window holds to the day, and shortens a warm-up that is as long."""
    mapping = write(
        "{extends: servicenow, window: {from: 2026-01-07, to: 2026-01-09}}", "window.yaml"
    )
    played = replay(write(busy_table(MONDAY, 28)), mapping, base)
    assert played.scenario.period.length == 3 * DAY
    assert played.scenario.period.warm_up < 3 * DAY
    assert len(played.arrivals) == 18
    empty = write("{extends: servicenow, window: {from: 2027-01-04}}", "late.yaml")
    with pytest.raises(ExportError, match="no tickets from 2027"):
        replay(write(busy_table(MONDAY, 28)), empty, base)


def test_elapsed_time_over_a_change_of_the_clock(write, base):
    """Arrivals count real time: the day of the spring change has 23 hours."""
    rows = "".join(f"I{n},2026-03-{23 + n} 12:00\n" for n in range(8))
    played = replay(write("number,opened_at\n" + rows), "servicenow", base)
    assert played.scenario.period.time_zone == "Europe/Amsterdam"
    assert played.scenario.period.length == 7 * DAY - HOUR
    assert played.arrivals.arrival_ms[-1] == 6 * DAY + 11 * HOUR


def test_stated_priorities_and_topics(write, busy_table, base):
    """The mapping's own words go before any rule; unknown names are refused."""
    own = "topics: {Category 0: software}, priorities: {1 - x: P4}"
    mapping = write(f"{{extends: servicenow, {own}}}", "own.yaml")
    played = replay(write(busy_table(MONDAY, 14)), mapping, base)
    topics = list(played.scenario.topics)
    assert topics[played.arrivals.topic[0]] == "software"
    assert played.arrivals.priority[0] == 3
    wrong = write("{extends: servicenow, topics: {Category 0: sofware}}", "wrong.yaml")
    with pytest.raises(ExportError, match="has no 'sofware'"):
        replay(write(busy_table(MONDAY, 14)), wrong, base)


def test_priorities_that_cannot_be_ordered(write, busy_table, base):
    """No order is guessed."""
    text = busy_table(MONDAY, 14).replace("1 - x", "blue").replace("2 - x", "red")
    with pytest.raises(ExportError, match="cannot be told"):
        replay(write(text), "servicenow", base)


def test_ranks():
    """Numbers go before words; words of several languages are known."""
    assert rank_priorities(["P0", "P2"]) == [0, 2]
    assert rank_priorities(["Kritisch", "Hoch", "Mittel", "Niedrig"]) == [0, 1, 2, 3]


def test_dealing_is_fair():
    """Categories go whole, and topic shares come out near those asked."""
    place = deal([400, 300, 100, 100, 50, 50], [0.5, 0.3, 0.2])
    got = np.bincount(place, weights=[400, 300, 100, 100, 50, 50], minlength=3)
    assert got.tolist() == [500, 300, 200]
    counts = np.bincount(spread([0.2, 0.3, 0.5], 1000, 0.6180339887498949))
    assert np.abs(counts - [200, 300, 500]).max() <= 3
