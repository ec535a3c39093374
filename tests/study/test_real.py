"""Studies of a real desk: every way of running gives the same bits, and the figures make sense."""

from pathlib import Path

import numpy as np
import pytest

from sim.engine import available_engines
from sim.errors import StudyError
from sim.scenario.file import load
from sim.study.asked import HEADLINE
from sim.study.compare import compare
from sim.study.evaluate import Evaluation, replicate
from sim.study.keep import verify

GALLERY = Path(__file__).parents[2] / "scenarios"


@pytest.fixture(scope="module")
def base():
    """Load the gallery's base desk, for five weeks without a holiday."""
    return load(GALLERY / "in-house-desk.yaml").with_(
        {
            "period.start": "2026-01-05",
            "period.length": "5 weeks",
            "period.warm_up": "1 week",
        },
        name="Base",
    )


@pytest.fixture(scope="module")
def more(base):
    """Change one thing: one more at L1."""
    return base.with_({"tiers.L1.staff.day": 7}, name="One more at L1")


@pytest.fixture(scope="module")
def study(base, more):
    """Compare both, on one worker."""
    return compare([base, more], seed=4, replications=6, jobs=1)


def _equal(one, other):
    for mine, theirs in zip(one, other, strict=True):
        for a, b in zip(mine.replications, theirs.replications, strict=True):
            assert a.differences(b) == []


def test_processes_give_the_same_bits(study, base, more):
    """Values and curves, whoever computed them."""
    from sim.study.runner import Runner, Task, Work  # noqa: PLC0415 - of this test alone

    work = Work((base, more), 4, Evaluation())
    tasks = [Task(r, s) for r in range(6) for s in range(2)]
    for how in ("threads", "processes"):
        with Runner(work, 2, how=how) as runner:
            for task, found in runner.map(tasks):
                expected = study[task.scenario].replications[task.number]
                assert expected.differences(found) == []


def test_engines_give_the_same_bits(base, more, study):
    """A study can be verified by the other engine."""
    for engine in available_engines():
        _equal(
            compare([base, more], seed=4, replications=2, jobs=1, engine=engine),
            [_First(result, 2) for result in study],
        )


class _First:
    def __init__(self, result, count):
        self.replications = result.replications[:count]


def test_tickets_are_common_where_demand_is(study, base, more):
    """Another staffing meets the same tickets; another volume does not."""
    assert study.common_tickets
    busier = base.with_({"demand.volume": "500 / week"}, name="Busier")
    assert not compare([base, busier], replications=2, jobs=1).common_tickets


def test_one_more_answers_sooner(study):
    """The direction is right, shown on few replications because tickets are common."""
    change = study["One more at L1"].difference("response[L1, mean]")
    assert change.estimate.high < 0
    assert change.variance_reduction > 1
    assert study["One more at L1"].difference("staff_cost").estimate.mean > 0


def test_every_metric_can_be_estimated(study):
    """No metric of the registry breaks an estimate, a difference or a curve."""
    result = study[1]
    for metric in result.metrics:
        estimate = result.estimate(metric)
        assert estimate.n + estimate.missing == 6
        result.difference(metric)
    for name in result.replications[0].curves:
        assert result.curve(name).n == 6
    assert len(study.table(result.metrics)) == 2 * len(result.metrics)
    assert 0 < study[0].estimate(HEADLINE).mean < 1
    assert set(study[0].verdicts) == set(study[0].scenario.service_levels)


def test_folder_verifies_by_recomputing(tmp_path, base):
    """What is on disk is what a fresh run gives, by either engine."""
    compare(base, seed=9, replications=2, folder=tmp_path, jobs=1)
    for engine in available_engines():
        found = verify(tmp_path, count=2, engine=engine)
        assert found.sound, found
    assert found.files == 2


def test_replication_alone_is_that_of_the_study(base, study):
    """One replication can be run again alone."""
    run = replicate(base, seed=4, replication=3)
    assert run.engine in {"simpy", "compiled"}
    again = Evaluation()(base, 4, 3)
    assert study[0].replications[3].differences(again) == []
    assert len(run.workload.tickets) > 100


def test_curves_can_be_left_out(base):
    """Without curves the values are the same."""
    found = Evaluation(curves=False)(base, 4, 0)
    whole = Evaluation()(base, 4, 0)
    assert not found.curves
    assert np.array_equal(list(found.values.values()), list(whole.values.values()), equal_nan=True)


def test_arrivals_are_part_of_the_study(tmp_path, base):
    """Replayed tickets are common to all, and a folder belongs to one export."""
    from sim.workload.arrivals import sample_arrivals  # noqa: PLC0415 - of this test alone

    export = sample_arrivals(base, 77, 0)
    other = sample_arrivals(base, 78, 0)
    compare(base, replications=2, arrivals=export, folder=tmp_path, jobs=1)
    with pytest.raises(StudyError, match="other arrivals"):
        compare(base, replications=2, arrivals=other, folder=tmp_path, jobs=1)
    with pytest.raises(StudyError, match="same arrivals"):
        verify(tmp_path)
    assert verify(tmp_path, arrivals=export).sound


def test_warm_up_is_looked_for_in_whole_weeks(base):
    """A desk that starts empty fills up; a quarter is enough to see how long that takes."""
    quarter = base.with_({"period.length": "13 weeks"}, name="A quarter")
    found = compare(quarter, replications=3, jobs=1)[0].warm_up()
    assert found.cut % 7 == 0
    assert found.cut >= 7
    with pytest.raises(StudyError, match="at least 70"):
        compare(base, replications=2, jobs=1)[0].warm_up()
