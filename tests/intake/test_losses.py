"""Rows that are set aside: said first where they are many, or not like the others."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from sim.calibrate.datapage import data_page
from sim.intake.aside import write_set_aside
from sim.intake.read import read_export

MONDAY = dt.datetime(2024, 1, 1)  # noqa: DTZ001 - local times have no zone
LONG = "Mr Example of Example Ltd, Main Street 5, called about the laptop of his wife again"


def _file(write, bad, rows=2000):
    """Write tickets of ten weeks; ``bad`` tells by number and hour which have no date that can be read."""
    rng = np.random.default_rng(2)
    lines = ["number,opened_at,resolved_at,priority,assignment_group"]
    for n in range(rows):
        opened = MONDAY + dt.timedelta(n * 70 / rows // 1, hours=int(rng.integers(8, 18)))
        done = opened + dt.timedelta(minutes=5)
        # Shapes that do not repeat: a repeated one refuses the whole file.
        shown = (
            f"{'?' * (1 + n % 400)}{n % 7}" if bad(n, opened.hour) else f"{opened:%d.%m.%Y %H:%M}"
        )
        lines.append(f"T{n},{shown},{done:%d.%m.%Y %H:%M},P{n % 3 + 1},{'AB'[n % 2]}")
    return write("\n".join(lines) + "\n")


def test_a_few_rows_that_are_like_the_others_are_no_finding(write):
    """Five slips of two thousand are in their file, and nowhere else."""
    export = read_export(_file(write, lambda n, _: n % 400 == 3), "servicenow")
    assert (len(export.set_aside), export.lost) == (5, "")


def test_rows_of_one_hour_are_missed(write):
    """Fewer than one in a hundred, but all of the morning: the first finding, in words."""
    export = read_export(_file(write, lambda n, hour: hour == 8 and n % 11 == 0), "servicenow")
    assert 10 <= len(export.set_aside) <= 20
    assert "they differ by the hour of 'resolved_at'" in export.lost
    first = data_page(export).findings[0]
    assert (first.about, first.serious, first.text) == ("rows set aside", True, export.lost)


@pytest.mark.parametrize("broken", [30, 0])
def test_more_than_one_in_a_hundred_are_counted_by_reason(write, broken):
    """Rows with too many fields are lost too."""
    path = _file(write, lambda n, _: n % 500 == 0)
    path.write_text(path.read_text() + "x,y\n" * broken)
    lost = read_export(path, "servicenow").lost
    assert lost.startswith("34 of 2,030 rows (1.7 %)" if broken else "")
    assert ("fields in it: …, in the header: … (30)" in lost) == bool(broken)


def test_a_cell_is_not_passed_on(write, tmp_path):
    """A row that is shifted puts a sentence where a date belongs: its beginning and its shape are kept."""
    rows = "".join(f"T{n},{1 + n % 9}.1.2024 08:00\n" for n in range(20))
    text = f'number,opened_at\n{rows}S,13.1.2024 08:00\nT99,"{LONG}"\n'
    export = read_export(write(text), "servicenow")
    said = write_set_aside(export.set_aside, tmp_path / "aside.csv").read_text()
    assert LONG[:40] in said
    assert LONG[:42] not in said
