"""The distances of two logs: by hand, and against the package of their authors where it is there.

``log-distance-measures`` asks for pandas before 3, so that it lives in an environment of its own:
``pip install -e '.[distances,test]'`` without the constraints file.
"""

from __future__ import annotations

import datetime as dt
import importlib

import numpy as np
import pandas as pd
import pytest

from sim.calibrate.distances import (
    arrival_distance,
    circadian_distance,
    cycle_distance,
    distances,
    earth_movers,
    n_gram_distance,
)
from sim.calibrate.figures import Figures
from sim.calibrate.lines import find_lines
from sim.intake.read import read_export

TICKETS = 60
ZERO = dt.datetime(2026, 3, 23, tzinfo=dt.UTC)


def _log(seed):
    """Give a log as ticket, level, start and end (hours): the lengths of paths are always alike."""
    rng = np.random.default_rng(seed)
    length = np.arange(TICKETS) % 4 + 1
    ticket = np.repeat(np.arange(TICKETS), length).astype(np.int32)
    level = rng.integers(0, 3, len(ticket)).astype(np.int8)
    opened = rng.uniform(0, 24 * 14, TICKETS)
    start, end = [], []
    for one in range(TICKETS):
        cuts = np.sort(rng.exponential(20, length[one])).cumsum()
        start.append(opened[one] + np.append(0.0, cuts[:-1]))
        end.append(opened[one] + cuts)
    return ticket, level, np.concatenate(start), np.concatenate(end), opened


def _theirs(name):
    return importlib.import_module(f"log_distance_measures.{name}")


def test_a_log_is_not_apart_from_itself():
    """Every distance of a log to itself is nothing."""
    ticket, level, start, end, opened = _log(1)
    hour = (start % 168).astype(np.int64)
    assert n_gram_distance((ticket, level), (ticket, level)) == 0
    assert circadian_distance(hour, hour) == 0
    assert cycle_distance(end - start, end - start) == 0
    assert arrival_distance(opened, opened) == 0


def test_a_weekday_that_only_one_has_is_as_far_as_can_be():
    """A log that has nothing on Saturdays is 23 hours away from one that has, on that day."""
    monday, saturday = np.array([9]), np.array([9, 5 * 24 + 3])
    assert circadian_distance(monday, saturday) == pytest.approx(23 / 7)


def test_more_of_the_same_is_no_further():
    """The n-gram distance is of shares: a log twice as long is not apart."""
    ticket, level, *_ = _log(1)
    twice = np.append(ticket, ticket + TICKETS).astype(np.int32), np.append(level, level)
    assert n_gram_distance((ticket, level), twice) == pytest.approx(0, abs=1e-12)


def test_nothing_to_compare_is_not_known(write, table):
    """A ticket table tells of no stays: the distances of stays are not known, the others are none."""
    export = read_export(write(table), "servicenow")
    lines = find_lines(export, export.mapping.model_copy(update={"teams": {"L1": ("Service*",)}}))
    found = distances(export, lines, export, lines)
    assert {name for name, value in found.items() if value == 0} == {
        "cycle time distance",
        "arrival distance",
    }
    assert sum(map(np.isnan, found.values())) == 3
    assert len(Figures(export, lines)) == len(export)


@pytest.mark.parametrize("seed", [2, 3, 4])
def test_the_authors_package_gives_the_same(seed):
    """On generated logs each distance equals that of log-distance-measures."""
    pytest.importorskip("log_distance_measures", reason="needs the extra `distances`")
    config = _theirs("config")
    ids = config.DEFAULT_CSV_IDS
    starts = {"discretize_type": config.AbsoluteTimestampType.START}
    logs = [_log(1), _log(seed)]
    frames = []
    for ticket, level, start, end, _ in logs:
        moments = [pd.to_datetime(ZERO) + pd.to_timedelta(h, unit="h") for h in (start, end)]
        frame = {ids.case: ticket, ids.activity: [f"L{n}" for n in level]}
        frames.append(pd.DataFrame(frame | {ids.start_time: moments[0], ids.end_time: moments[1]}))
    both = frames[0], ids, frames[1], ids
    ours, theirs = {}, {}
    ours["n-gram"] = n_gram_distance(*((t, level) for t, level, *_ in logs))
    theirs["n-gram"] = _theirs("n_gram_distribution").n_gram_distribution_distance(*both)
    ours["circadian"] = circadian_distance(
        *(np.floor(start % 168).astype(np.int64) for _, _, start, _, _ in logs)
    )
    theirs["circadian"] = _theirs(
        "circadian_event_distribution"
    ).circadian_event_distribution_distance(*both, **starts)
    ours["relative"] = earth_movers(
        *(np.floor(start - opened[ticket]) for ticket, _, start, _, opened in logs)
    )
    theirs["relative"] = _theirs(
        "relative_event_distribution"
    ).relative_event_distribution_distance(*both, **starts)
    last = [np.flatnonzero(np.append(np.diff(ticket) != 0, True)) for ticket, *_ in logs]
    ours["cycle"] = cycle_distance(
        *(end[at] - opened for (_, _, _, end, opened), at in zip(logs, last, strict=True))
    )
    theirs["cycle"] = _theirs("cycle_time_distribution").cycle_time_distribution_distance(
        *both, bin_size=dt.timedelta(hours=1)
    )
    ours["arrival"] = arrival_distance(*(opened for *_, opened in logs))
    theirs["arrival"] = _theirs("case_arrival_distribution").case_arrival_distribution_distance(
        *both
    )
    assert ours == pytest.approx(theirs)
    assert all(value > 0 for value in ours.values())
