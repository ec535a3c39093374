"""A real export's tickets as the arrivals of a scenario."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import numpy as np
import pytest
from export_files import CHECKOUT

from sim.calibrate.kinds import priorities as fit_priorities
from sim.calibrate.lines import find_lines
from sim.calibrate.parameters import Ledger
from sim.calibrate.paths import find_levels, find_topics
from sim.calibrate.replay import replay
from sim.calibrate.replay_kinds import deal, deal_priorities, deal_topics, spread
from sim.errors import ExportError
from sim.intake.read import read_export
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
    # One row per ticket shows the last team: that a ticket ended at L2 is not that it began there.
    assert not arrivals.entry_tier.any()
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
        "All tickets are taken to come in at L1: the export shows only the team that had each last.",
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


def test_dealing_is_fair():
    """Categories go whole, and topic shares come out near those asked."""
    place = deal([400, 300, 100, 100, 50, 50], [0.5, 0.3, 0.2])
    got = np.bincount(place, weights=[400, 300, 100, 100, 50, 50], minlength=3)
    assert got.tolist() == [500, 300, 200]
    counts = np.bincount(spread([0.2, 0.3, 0.5], 1000, 0.6180339887498949))
    assert np.abs(counts - [200, 300, 500]).max() <= 3


def _labelled(first, priorities, topics=("Mail", "VPN", "Printer")):
    lines = ["number,opened_at,resolved_at,priority,category,assignment_group"]
    for n in range(600):
        at = dt.datetime.combine(first, dt.time(8)) + dt.timedelta(hours=n)
        priority, topic = priorities[n % len(priorities)], topics[n * n % 97 % len(topics)]
        team = "Desk" if n % 3 else "Apps"
        lines.append(f"T{n},{at},{at + dt.timedelta(hours=2)},{priority},{topic},{team}")
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize(
    ("priorities", "topics"),
    [
        (("High", "Medium", "Low"), ("Mail", "VPN", "Printer")),
        (("5 very high", "4 high", "3 normal", "2 low"), ("Mail",)),
        (tuple(f"P{n}" for n in range(1, 19)), tuple(f"Topic {n}" for n in range(14))),
        (("",), ("",)),
    ],
)
def test_a_fitted_desk_under_its_own_export_gives_its_shares(write, priorities, topics):
    """Same names match first, and what was pooled is pooled again."""
    export = read_export(write(_labelled(MONDAY, priorities, topics)), "servicenow")
    levels = find_levels(export, find_lines(export))
    found = find_topics(export, levels, ("L1", "L2"))
    wanted = np.bincount(found.of_ticket) / len(export)
    ledger = Ledger()
    desk = SimpleNamespace(
        priorities=_with_shares(fit_priorities(export, ledger)),
        topics={
            name: SimpleNamespace(share=share)
            for name, share in zip(found.names, wanted, strict=True)
        },
        tiers={"L1": None, "L2": None},
    )
    notices: list[str] = []
    got = deal_priorities(export, desk, notices)
    shares = [one.share for one in desk.priorities.values()]
    assert np.bincount(got, minlength=len(shares)) / len(got) == pytest.approx(shares, abs=1e-4)
    topics = deal_topics(export, desk, levels.entry.astype(np.int64), notices)
    assert (np.bincount(topics, minlength=len(wanted)) / len(topics)).tolist() == wanted.tolist()
    assert any("a scenario has at most 16" in one for one in ledger.notices) == (
        len(priorities) > 16
    )


def _with_shares(tree):
    return {name: SimpleNamespace(**one) for name, one in tree.items()}


def test_high_stays_high(write):
    """Same names match whatever the order and the case; what has no like goes by its urgency."""
    export = read_export(write(_labelled(MONDAY, ("High", "Low", "Very low"))), "servicenow")
    desk = SimpleNamespace(
        priorities=_with_shares(
            {"low": {"share": 0.5}, "Medium": {"share": 0}, "HIGH": {"share": 0.5}}
        )
    )
    notices: list[str] = []
    deal_priorities(export, desk, notices)
    assert notices == ["Priorities: High → HIGH, Low → low, Very low → low."]
