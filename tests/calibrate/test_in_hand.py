"""What people have in hand, by hand: one ticket at a time, or several; waits though people are free."""

from __future__ import annotations

import numpy as np
import pytest

from sim.calibrate.inhand import _at_once, _idle, _people
from sim.units import HOUR
from sim.workload.journeys import NONE


def _ms(*hours):
    return np.array(hours, np.int64) * HOUR


def test_work_beside_other_work_is_found():
    """Two people; the second takes a ticket up an hour before the last one is done."""
    begin, end = _ms(0, 2, 0, 3), _ms(2, 4, 4, 5)
    agent = np.array([0, 0, 1, 1])
    assert _at_once(begin, end, agent) == pytest.approx(1 / 10)
    assert _at_once(begin, end, np.array([0, 0, 1, 2])) == 0
    assert _at_once(begin, end, np.full(4, NONE)) == 1


def test_waiting_beside_idle_people_is_found():
    """Of four people two work from 0 to 2 h, one to 3 h; a ticket waits from 1 to 4 h."""
    begin, end = _ms(0, 0, 1), _ms(2, 3, 4)
    work, queue = np.array([True, True, False]), np.array([False, False, True])
    assert _idle(begin, end, work, queue, people=4) == pytest.approx(2 / 3)
    assert _idle(begin, end, work, queue, people=2) == pytest.approx(1 / 3)
    assert _idle(begin, end, work, ~(work | queue), people=4) == 0


def test_people_of_a_full_day_are_counted():
    """Three on most days; a fourth who helped once is none of them, and a day with one not counted."""
    day = np.repeat(np.arange(20), 3)
    agent = np.tile(np.arange(3), 20)
    assert _people(np.append(day, 5), np.append(agent, 9)) == (3, pytest.approx(61 / 20))
    assert _people(np.append(day, 20), np.append(agent, 0)) == (3, 3)
    assert np.isnan(_people(day, np.full(len(day), NONE))).all()
