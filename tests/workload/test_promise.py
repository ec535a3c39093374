"""When tickets are promised, and the clock that tells it."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from scenarios import with_on
from sim.units import DAY, HOUR
from sim.workload.arrivals import Arrivals
from sim.workload.desk import advance, advance_each
from sim.workload.journeys import NEVER_MS
from sim.workload.promise import due

MONDAY_9, FRIDAY_16 = 9 * HOUR, 4 * DAY + 16 * HOUR


def _arrivals(at_ms, priority=0, topic=0):
    count = len(at_ms)
    return Arrivals(
        np.array(at_ms, np.int64),
        np.full(count, topic, np.int16),
        np.full(count, priority, np.int8),
        np.zeros(count, np.int8),
        np.zeros(count, np.int8),
    )


def _with_levels(**levels):
    written = {
        name: {"clock": "resolve", "hours": "office", **level} for name, level in levels.items()
    }
    return with_on(["earliest due"], {"service_levels": written})


def test_hours_of_the_promise():
    """A promise of four office hours made on Friday at four ends on Monday at eleven."""
    scenario = _with_levels(all={"within": "4 h"})
    ends = due(scenario, _arrivals([MONDAY_9, FRIDAY_16]))
    assert ends.tolist() == [13 * HOUR, 7 * DAY + 11 * HOUR]


def test_earliest_promise_counts():
    """Of several promises for a ticket the earliest end counts; others' promises do not."""
    scenario = _with_levels(
        all={"within": "4 h"},
        urgent={"within": "1 h", "priorities": ["P1"]},
        network={"within": "2 h", "topics": ["network"]},
    )
    assert due(scenario, _arrivals([MONDAY_9], priority=0)).tolist() == [10 * HOUR]
    assert due(scenario, _arrivals([MONDAY_9], priority=2)).tolist() == [13 * HOUR]
    assert due(scenario, _arrivals([MONDAY_9], priority=2, topic=2)).tolist() == [11 * HOUR]
    assert due(scenario, _arrivals([MONDAY_9], priority=0, topic=2)).tolist() == [10 * HOUR]


def test_only_promises_that_are_known_ahead():
    """Promises to respond, or for tickets that some tier will resolve, set no due time."""
    scenario = _with_levels(
        response={"clock": "respond", "within": "15 min"},
        first_line={"within": "1 h", "tier": "L1"},
        urgent={"within": "4 h", "priorities": ["P1"]},
    )
    ends = due(scenario, _arrivals([MONDAY_9], priority=0))
    assert ends.tolist() == [13 * HOUR]
    assert due(scenario, _arrivals([MONDAY_9], priority=1)).tolist() == [NEVER_MS]


def test_no_tier_asks():
    """Where no tier serves the earliest due first, nothing is worked out."""
    assert not due(with_on([]), _arrivals([MONDAY_9])).size


SPELLS = st.lists(st.integers(1, 9), min_size=2, max_size=12).map(
    lambda gaps: np.cumsum(gaps[: len(gaps) // 2 * 2]).reshape(-1, 2)
)


@given(SPELLS, st.lists(st.integers(0, 70), min_size=1, max_size=5), st.integers(0, 30))
def test_delays_in_hours_are_counted_one_by_one(spells, starts, delay):
    """A delay in open hours ends when as many open milliseconds have passed, one by one."""
    opens, closes = spells[:, 0].astype(np.int64), spells[:, 1].astype(np.int64)
    is_open = np.zeros(200, bool)
    for begin, end in spells:
        is_open[begin:end] = True
    ends = advance_each(opens, closes, np.array(starts), delay)
    for start, end in zip(starts, ends, strict=True):
        assert end == advance(opens, closes, start, delay)
        passed = np.cumsum(is_open[start:])
        if delay == 0:
            assert end == start
        elif passed[-1] < delay:
            assert end == NEVER_MS
        else:
            assert end == start + int(np.argmax(passed >= delay)) + 1
