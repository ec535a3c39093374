"""What tables of one row per ticket tell of hours: when things are resolved, and days without times."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from sim.calibrate.compared import Window, shown, values
from sim.calibrate.datapage import data_page
from sim.calibrate.hours import working_hours
from sim.calibrate.lines import find_lines
from sim.calibrate.parameters import Ledger
from sim.calibrate.paths import find_levels
from sim.calibrate.staffing import staff_tiers
from sim.errors import ExportError
from sim.intake.read import read_export
from sim.scenario.gallery import example
from sim.workload.journeys import NOT_YET

MONDAY = dt.datetime(2024, 1, 1)  # noqa: DTZ001 - local times have no zone
HOUR = dt.timedelta(hours=1)
HEAD = "number,opened_at,resolved_at,closed_at,assignment_group"


def _read(write, rows, preset="servicenow"):
    lines = [f"T{n}," + ",".join(map(str, row)) for n, row in enumerate(rows)]
    return read_export(write("\n".join([HEAD, *lines])), preset)


def _hours(export):
    lines = find_lines(export)
    return working_hours(export, find_levels(export, lines), lines)


def test_who_resolves_at_any_hour_works_at_any_hour(write):
    """A desk round the clock is one, weekends too."""
    at = [MONDAY + dt.timedelta(hours=0.9 * n) for n in range(1500)]
    export = _read(write, [(when, when + 0.5 * HOUR, "", "Desk") for when in at])
    (found,) = _hours(export)
    assert (found.start, found.end, found.seen) == (0, 24, True)
    assert found.off == pytest.approx(2 / 7, abs=0.02)
    tree = {"tiers": {"L1": {"work": "600 s"}}, "shifts": {}}
    levels = find_levels(export, find_lines(export))

    ledger = Ledger()
    staff_tiers(tree, 8, levels, [found], ledger, only=["L1"])
    assert tree["shifts"]["L1 off-hours"] == {"Sat-Sun": "00:00-24:00", "on_holidays": True}
    assert any(one.why == "hours in which its tickets were resolved" for one in ledger.parameters)


def test_who_resolves_in_office_hours_works_in_them(write):
    """Tickets come at any hour; they are resolved from 9 to 17 h on working days."""
    rng = np.random.default_rng(1)
    rows = []
    for day in range(84):
        for _ in range(10):
            opened = MONDAY + dt.timedelta(day, hours=float(24 * rng.random()))
            done = MONDAY + dt.timedelta(day + 1, hours=float(9 + 8 * rng.random()))
            if done.weekday() < 5:
                rows.append(
                    (opened.replace(microsecond=0), done.replace(microsecond=0), "", "Desk")
                )
    (found,) = _hours(_read(write, rows))
    assert (found.start, found.end, found.off) == (9, 17, 0)


def test_the_closure_stands_for_a_resolution_that_is_missing(write):
    """Every second ticket has a closing date alone: it was resolved as long before as the others were."""
    rows = [
        (
            MONDAY + n * HOUR,
            "" if n % 2 else MONDAY + (n + 1) * HOUR,
            MONDAY + (n + 3) * HOUR,
            "Desk",
        )
        for n in range(40)
    ]
    export = _read(write, rows)
    assert (export.tickets.resolved_ms != NOT_YET).all()
    assert export.durations_h().tolist() == [1] * 40
    assert any(
        "20 tickets of 40 have a closing date and no resolution date; when they were closed is taken less "
        "2 h" in n
        for n in export.notices
    )


def test_dates_without_times_say_nothing_in_hours(write):
    """Arrivals are spread over the day, durations are not known, and that comes first."""
    rows = [
        (
            f"{MONDAY + dt.timedelta(n // 10):%Y-%m-%d}",
            f"{MONDAY + dt.timedelta(n // 10 + n % 3):%Y-%m-%d}",
            "",
            "Desk",
        )
        for n in range(700)
    ]
    export = _read(write, rows)
    assert not export.timed
    hour = export.tickets.opened_ms // 3_600_000 % 24
    assert set(np.unique(hour)) == set(range(8, 18))
    assert np.isnan(export.durations_h()).all()
    # None is taken for resolved before it was opened, though a third were on the same day.
    assert (export.tickets.resolved_ms > export.tickets.opened_ms).all()
    first = data_page(export).findings[0]
    assert (first.about, first.serious) == ("dates without times", True)
    window = Window(*export.days_opened(), example(), None)
    found = shown(values(export, find_lines(export), window), export)
    assert "tickets a week" in found
    assert not any("resol" in name or "hours" in name for name in found)


def test_updates_without_times_are_refused(write):
    """In which order they were made is not known."""
    text = "number,sys_updated_at,incident_state\n"
    text += "".join(f"T{n},2024-01-0{d},Active\n" for n in range(9) for d in (1, 2, 3))
    with pytest.raises(ExportError, match="no time of day"):
        read_export(write(text), "servicenow")
