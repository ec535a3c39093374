"""Who left unanswered counts in every service level, in the way that the level says."""

from dataclasses import replace

import numpy as np
import pytest

from sim.engine.rules import Ending
from sim.outcome.measures import measure
from sim.scenario.promises import ServiceLevel


def with_level(six, name, **changes):
    """Return the six tickets with one service level changed."""
    levels = dict(six.scenario.service_levels)
    levels[name] = ServiceLevel.model_validate(
        levels[name].model_dump(mode="json", exclude_unset=True) | changes
    )
    return replace(six, scenario=six.scenario.model_copy(update={"service_levels": levels}))


@pytest.mark.parametrize(
    ("leavers", "within", "share", "judged"),
    [
        # A 0, B 20, C 15, E 5 minutes; D left after 25.
        ("missed", "15 min", 3 / 5, 5),
        ("short ones left out", "15 min", 3 / 5, 5),
        ("left out", "15 min", 3 / 4, 4),
        # With 30 minutes D is one who left early.
        ("missed", "30 min", 4 / 5, 5),
        ("short ones left out", "30 min", 1, 4),
        ("left out", "30 min", 1, 4),
    ],
)
def test_three_definitions_by_hand(six, leavers, within, share, judged):
    """Answered in time, out of all who came, of all but short leavers, of the answered."""
    found = measure(with_level(six, "L1 response", leavers=leavers, within=within), curves=False)
    assert found.values["service_level[L1 response]"] == pytest.approx(share)
    assert found.counts["service_level[L1 response]"] == judged
    assert found.values["service_left_out[L1 response]"] == 5 - judged
    # Whatever a level counts, how many left stands beside it.
    assert found.values["left_unanswered[L1 response]"] == 1 / 5


def test_a_leaver_breaks_no_time_that_it_did_not_wait(six):
    """One who left before the target has missed it, and is by no time past it."""
    found = measure(with_level(six, "L1 response", within="30 min"), curves=False)
    assert found.values["breaches[L1 response]"] == 1
    assert found.counts["breach_time[L1 response]"] == 0


def test_a_ticket_given_up_is_never_resolved(six):
    """Given up within the target, a ticket has missed it all the same; responded to, it was."""
    ending = six.log.ending.copy()
    ending[4] = Ending.UNRESOLVED
    log = replace(
        six.log,
        ending=ending,
        ended_ms=np.where(ending == 3, 7 * 86_400_000 * 2 - 1, six.log.ended_ms),
    )
    found = measure(replace(six, log=log), curves=False)
    assert found.values["service_level[any resolution]"] == 2 / 6
    assert found.values["service_left_out[any resolution]"] == 0
    assert found.values["service_level[L1 response]"] == 3 / 5
