"""What a reopening does to a clock: it stays stopped, goes on, or starts anew."""

from dataclasses import replace

import numpy as np
import pytest
from pydantic import ValidationError

from sim.outcome.facts import Facts
from sim.outcome.service import levels
from sim.scenario.promises import ServiceLevel
from sim.units import MINUTE
from sim.workload.journeys import NOT_YET


def elapsed(six, reopened, **changes):
    """Return what the clocks of L2's resolution read, in minutes, and which have stopped."""
    known = dict(six.scenario.service_levels)
    plain = known["L2 resolution"].model_dump(mode="json", exclude_unset=True)
    known["L2 resolution"] = ServiceLevel.model_validate(plain | {"reopened": reopened} | changes)
    run = replace(six, scenario=six.scenario.model_copy(update={"service_levels": known}))
    reading = levels(Facts(run))["L2 resolution"].reading
    assert (reading.elapsed_ms <= reading.running_ms).all()
    return dict(
        zip("BCF", zip(reading.elapsed_ms // MINUTE, reading.stopped, strict=True), strict=True)
    )


@pytest.mark.parametrize(
    ("reopened", "minutes"),
    # C: Tue 08:25 to 10:00, and again Thu 09:00 to 09:30; B 280 less 120 for the user; F 20.
    [("stays stopped", 95), ("goes on", 95 + 30), ("starts anew", 95)],
)
def test_by_hand(six, reopened, minutes):
    """The time in which it was solved never counts; two days of it would be 1,020 minutes."""
    assert elapsed(six, reopened) == {"B": (160, True), "C": (minutes, True), "F": (20, True)}


def test_the_longest_run_counts(six):
    """Where the second run is the longer one, it is what a clock that starts anew reads."""
    log = replace(six.log, finished_ms=six.log.finished_ms.copy(), ended_ms=six.log.ended_ms.copy())
    log.finished_ms[9] = log.ended_ms[2] = log.joined_ms[9] + 200 * MINUTE
    longer = replace(six, log=log)
    found = {
        way: elapsed(longer, way)["C"][0] for way in ("stays stopped", "goes on", "starts anew")
    }
    assert found == {"stays stopped": 95, "goes on": 295, "starts anew": 200}


def test_reopened_and_open(six):
    """A ticket that came back and is not solved again has a clock that runs, unless it stays stopped."""
    log = replace(
        six.log,
        **{
            name: getattr(six.log, name).copy()
            for name in ("finished_ms", "ended_ms", "outcome", "ending")
        },
    )
    log.finished_ms[9] = log.ended_ms[2] = log.outcome[9] = NOT_YET
    log.ending[2] = 0
    open_ = replace(six, log=log)
    assert elapsed(open_, "stays stopped")["C"] == (95, True)
    # From Thursday 09:00 to the end of the second week: 8 + 9 + 5 x 9 office hours.
    runs = (8 + 9 + 45) * 60
    assert elapsed(open_, "goes on")["C"] == (95 + runs, np.False_)
    assert elapsed(open_, "starts anew")["C"] == (runs, np.False_)


def test_it_is_about_resolutions_alone():
    """For another clock the key would do nothing, and is refused."""
    with pytest.raises(ValidationError, match="about the clock `resolve`"):
        ServiceLevel(clock="respond", within="1 h", reopened="goes on")
    with pytest.raises(ValidationError, match="stays stopped"):
        ServiceLevel(clock="resolve", within="1 h", reopened="go on")
