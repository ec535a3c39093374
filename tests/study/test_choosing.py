"""The best scenario, chosen on the runner: the same from any number of workers."""

from dataclasses import dataclass

import numpy as np
import pytest

import sim
from sim.errors import StudyError
from sim.study.choosing import choose_best
from sim.study.replication import Replication
from sim.study.selection import select_best

METRIC = "score"


@dataclass(frozen=True)
class Scores:
    """Common luck, and a merit of each scenario: the figures are known without a desk."""

    merits: tuple[float, ...]

    def __call__(self, scenario, seed, replication):
        """Return the score of one replication."""
        position = int(scenario.name)
        rng = np.random.default_rng([seed, replication])
        luck, own = rng.normal(0, 3), rng.normal(0, 0.5, len(self.merits))[position]
        return Replication({METRIC: self.merits[position] + luck + own})


def named(desk, count):
    """Return so many scenarios, named by number."""
    return [desk.with_({}, name=str(position)) for position in range(count)]


def chosen(desk, merits, **asked):
    """Choose among scenarios of given merits."""
    return choose_best(
        named(desk, len(merits)), METRIC, better="higher", evaluate=Scores(merits), seed=3, **asked
    )


@pytest.mark.parametrize("jobs", [1, 2, 3])
def test_the_choice_is_that_of_the_procedure_for_any_number_of_jobs(desk, jobs):
    """Batches and workers change nothing: replications, means and drops are those of one at a time."""
    merits = (0.0, 0.1, 0.2, 0.25)
    found = chosen(desk, merits, indifference=0.1, jobs=jobs, max_replications=400)
    scenarios, scores = named(desk, len(merits)), Scores(merits)
    alone = select_best(
        lambda r, s: [scores(scenarios[i], 3, r).values[METRIC] for i in s],
        len(merits),
        indifference=0.1,
        max_replications=400,
    )
    assert found.selection == alone
    assert found.decided
    assert found.best == "3"
    assert len(set(found.selection.replications)) > 1


def test_a_real_desk():
    """One more agent is best by far, and found with the first replications."""
    base = sim.one_queue(rate="12 / h", work="10 min", staff=3, length="2 weeks", warm_up="1 d")
    desks = [
        base.with_({"tiers.L1.staff.round the clock": heads}, name=f"{heads} agents")
        for heads in (3, 4, 5)
    ]
    steps = []
    found = choose_best(
        desks, "response[L1, mean]", indifference="30 s", jobs=2, progress=steps.append
    )
    assert found.best == "5 agents"
    assert steps[0] == 10
    assert "5 agents: best by" in repr(found)
    assert "dropped after 10 replications" in repr(found)


def test_a_cap_is_said(desk):
    """Equal scenarios are not told apart, and the answer says so."""
    found = chosen(desk, (0.0, 0.0), indifference=0.001, max_replications=15)
    assert not found.decided
    assert found.selection.replications == (15, 15)
    assert repr(found).startswith("not decided")


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        ({"indifference": "1 %"}, "a number, as '0.5 points'"),
        ({"indifference": 1.0, "better": None}, "higher or a lower"),
        ({"indifference": 1.0, "metric": "other"}, "another metric"),
    ],
)
def test_nonsense_is_refused(desk, asked, why):
    """A relative difference, no direction, and a metric that nobody measured."""
    given = {"metric": METRIC, "better": "higher", **asked}
    with pytest.raises(StudyError, match=why):
        choose_best(
            named(desk, 2), given.pop("metric"), evaluate=Scores((0.0, 1.0)), jobs=1, **given
        )
