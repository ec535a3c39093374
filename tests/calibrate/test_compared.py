"""What a check compares: figures by hand on a handful of tickets, noise, and the meaning of flags."""

from __future__ import annotations

import dataclasses
import datetime as dt

import numpy as np
import pytest
from export_files import CHECKOUT

from sim.calibrate.compared import (
    Window,
    backlog,
    least_difference_h,
    shown,
    values,
    weekly_counts,
)
from sim.calibrate.curves import curves
from sim.calibrate.lines import find_lines
from sim.calibrate.promise import find_promise
from sim.intake.read import read_export
from sim.scenario.file import load

MONDAY = dt.date(2026, 1, 5)


@pytest.fixture
def desk():
    """Give the gallery's base: its tiers and promises name the figures."""
    return load(CHECKOUT / "scenarios" / "in-house-desk.yaml")


@pytest.fixture
def busy(write, busy_table):
    """Give three weeks of six tickets a day, resolved after 1 to 6 hours."""
    return read_export(write(busy_table(MONDAY, 21)), "servicenow")


def _window(desk, export, promise=None):
    first, last = export.days_opened()
    return Window(first, last, desk, promise)


def test_weeks_and_backlog_are_counted(desk, busy):
    """Six tickets a day make 42 a week; a ticket that is resolved the same day is not open after it."""
    window = _window(desk, busy)
    assert weekly_counts(busy, window).tolist() == [42, 42, 42]
    assert backlog(busy, window).tolist() == [0] * 21
    slow = busy.tickets.resolved_ms + 24 * 3_600_000
    slower = dataclasses.replace(busy, tickets=dataclasses.replace(busy.tickets, resolved_ms=slow))
    # From the first evening on, the six of one day are open.
    assert backlog(slower, window).tolist() == [6] * 21


def test_small_groups_are_left_out(desk, busy):
    """A quantile of a priority with too few tickets is not shown, and so cannot be flagged."""
    lines = find_lines(busy)
    few = busy.where(np.arange(len(busy)) < 40)
    assert "resolution p50, priority 1 - x" in values(busy, lines, _window(desk, busy))
    found = values(few, lines, _window(desk, few))
    assert "resolution p50, priority 1 - x" not in found
    assert "resolution p50" in found


def test_flags_are_found_to_be_a_limit_by_priority(busy):
    """Where tickets make their level within 2 h (priority 1) and 4 h (others), that is found."""
    hours = busy.durations_h()
    urgent = busy.tickets.priority == busy.priorities.index("1 - x")
    made = (hours <= np.where(urgent, 2, 4)).astype(np.int8)
    flagged = dataclasses.replace(busy, tickets=dataclasses.replace(busy.tickets, sla=made))
    promise = find_promise(flagged)
    assert promise.agreement == 1
    assert (promise.made(flagged) == made.astype(bool)).all()


def test_flags_of_something_else_are_not_explained(busy):
    """Where flags have nothing to do with the time to resolution, no limit is claimed (seeded)."""
    flags = np.random.default_rng(1).integers(0, 2, len(busy)).astype(np.int8)
    flagged = dataclasses.replace(busy, tickets=dataclasses.replace(busy.tickets, sla=flags))
    assert find_promise(flagged) is None
    assert find_promise(busy) is None


def test_curves_of_the_same_are_the_same(desk, busy):
    """An export drawn beside itself lies on itself, and arrivals add up to a week's tickets."""
    lines = find_lines(busy)
    found = curves(busy, lines, [(busy, lines), (busy, lines)], _window(desk, busy))
    for one in found:
        assert np.allclose(one.real, one.simulated), one.name
        assert (one.low <= one.high).all()
    arrivals = next(one for one in found if one.name == "arrivals")
    assert arrivals.real.sum() == pytest.approx(42)


FIRST_CONTACTS = """\
number,incident_state,opened_at,sys_updated_at,sys_mod_count,assignment_group,resolved_at
A,Active,2026-01-05 08:00:00,2026-01-05 08:00:30,0,Desk,2026-01-05 08:40:00
A,Resolved,2026-01-05 08:00:00,2026-01-05 08:40:00,1,Desk,2026-01-05 08:40:00
B,New,2026-01-05 08:00:00,2026-01-05 08:00:00,0,Desk,2026-01-05 09:00:00
B,Active,2026-01-05 08:00:00,2026-01-05 08:30:00,1,Desk,2026-01-05 09:00:00
B,Resolved,2026-01-05 08:00:00,2026-01-05 09:00:00,2,Desk,2026-01-05 09:00:00
C,Active,2026-01-05 08:00:00,2026-01-05 08:00:00,0,Desk,2026-01-05 12:00:00
C,Resolved,2026-01-05 08:00:00,2026-01-05 12:00:00,1,Desk,2026-01-05 12:00:00
D,Active,2026-01-05 08:00:00,2026-01-05 08:00:00,0,Desk,2026-01-05 08:50:00
D,Awaiting User Info,2026-01-05 08:00:00,2026-01-05 08:10:00,1,Desk,2026-01-05 08:50:00
D,Resolved,2026-01-05 08:00:00,2026-01-05 08:50:00,2,Desk,2026-01-05 08:50:00
E,Active,2026-01-05 08:00:00,2026-01-05 08:00:00,0,Desk,2026-01-05 08:20:00
E,Active,2026-01-05 08:00:00,2026-01-05 08:10:00,1,Apps,2026-01-05 08:20:00
E,Resolved,2026-01-05 08:00:00,2026-01-05 08:20:00,2,Apps,2026-01-05 08:20:00
"""


def test_first_contacts_by_hand(desk, write):
    """Of four tickets that L1 keeps, one was taken up at once, solved in the hour, and waited for nobody.

    Of the others one lay for half an hour, one took four hours, and one waited for the user; the
    fifth was handed over.
    """
    mapping = write("{extends: servicenow, teams: {L1: [Desk], L2: [Apps]}}", "own.yaml")
    export = read_export(write(FIRST_CONTACTS), mapping)
    lines, window = find_lines(export), _window(desk, export)
    found = values(export, lines, window, fewest=1)
    assert found["settled at once, L1"].value == pytest.approx(1 / 4)
    assert "settled at once, L2" not in found
    assert "settled at once, L1" not in values(export, lines, window)


def test_a_table_shows_no_first_contact(desk, busy):
    """Where no state is known, nothing is said of first contacts."""
    found = values(busy, find_lines(busy), _window(desk, busy), fewest=1)
    assert not any(name.startswith("settled at once") for name in found)


def test_a_table_shows_no_way_through_the_teams(desk, busy):
    """Where tickets began, and came back to, is compared in no table; who had them last is."""
    found = values(busy, find_lines(busy), _window(desk, busy), fewest=1)
    for name in ("began at L1", "never left L1, of those that began there", "0 hand-overs"):
        assert np.isnan(found[name].value)
    assert found["last at L1"].value == pytest.approx(2 / 3)
    # Of each day's six tickets the desk's take 2, 3, 5 and 6 hours, the others' 1 and 4.
    assert found["resolution p50, last at L1"].value == pytest.approx(4)
    assert found["resolution p50, last at L2"].value == pytest.approx(2.5)
    assert "resolution p50, others" not in found


def test_states_that_are_never_shown_are_not_compared(desk, write):
    """In a log without states nobody can tell that no ticket waited from that nobody noted it."""
    path = write(FIRST_CONTACTS)
    export = read_export(path, "servicenow")
    lines, window = find_lines(_stated(export)), _window(desk, export)
    found = shown(values(export, lines, window, fewest=1), export)
    assert found["waited for the user"].value == pytest.approx(1 / 5)
    assert "waiting for a vendor or a change, mean of a stay, L1" not in found
    assert {"reopened", "in queue, mean of a stay, L1", "until taken up p50, L1"} <= found.keys()
    blind = write(FIRST_CONTACTS.replace("incident_state", "colour"), "blind.csv")
    export = read_export(blind, write("{extends: servicenow, kind: events}", "own.yaml"))
    everything = values(export, lines, window, fewest=1)
    left_out = everything.keys() - shown(everything, export).keys()
    assert {"waited for the user", "reopened", "in queue, mean of a stay, L1"} <= left_out
    assert not any(name.startswith(("resolution", "tickets", "last")) for name in left_out)


def _stated(export):
    teams = {"L1": ("Desk",), "L2": ("Apps",)}
    return dataclasses.replace(export, mapping=export.mapping.model_copy(update={"teams": teams}))


def test_less_than_a_stamp_is_no_difference(busy, write, table):
    """Times differ by a minute at least; in an export of whole hours by one, of days by a day."""
    assert least_difference_h(busy) == 1
    assert least_difference_h(read_export(write(table), "servicenow")) == pytest.approx(1 / 60)
    days = "number,opened_at,resolved_at\nA,2026-01-05,2026-01-07\nB,2026-07-06,2026-07-06\n"
    assert least_difference_h(read_export(write(days), "servicenow", time_zone="Asia/Tokyo")) == 24
