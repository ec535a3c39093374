"""Tidy frames of a run, and what a mistaken argument is told."""

from __future__ import annotations

import numpy as np
import pytest

import sim
from sim.errors import ColumnError, StudyError, TierSimError

DESK = sim.one_queue(
    rate="60 / h", work="10 min", staff=12, work_law="exponential", length="3 weeks"
)
RUN = sim.run(DESK, seed=5)


def test_waits_are_those_of_the_log_in_minutes():
    """One row for each visit that was taken up after the warm-up."""
    frame = RUN.waits()
    log = RUN.log
    counted = (log.joined_ms >= DESK.period.warm_up) & (log.started_ms >= 0)
    assert frame.wait_min.sum() == pytest.approx(
        ((log.started_ms - log.joined_ms)[counted]).sum() / 60_000
    )
    assert not frame.left.any()
    assert set(frame.queue) == {"L1"}
    assert len(RUN.waits("L1")) == len(frame)
    with pytest.raises(TierSimError, match="no queue 'L9'"):
        RUN.waits("L9")


def test_the_queue_over_time_has_the_length_that_little_says():
    """Its mean is rate times wait; that of the busy is rate times work; nobody else is there.

    Both are of the same run, so that only the sampling of times and the edges differ.
    """
    waiting = RUN.waiting_over_time(every_min=1)
    busy = RUN.busy_over_time(every_min=1)
    late = waiting.time_min >= DESK.period.warm_up / 60_000
    hours = 14 * 24
    frame = RUN.waits()
    assert waiting.waiting[late].mean() == pytest.approx(
        frame.wait_min.sum() / 60 / hours, rel=0.03
    )
    worked = RUN.workload.visits.work_ms[RUN.log.joined_ms >= DESK.period.warm_up].sum() / 3_600_000
    assert busy.busy[late].mean() == pytest.approx(worked / hours, rel=0.02)
    assert (busy.on_shift == 12).all()
    assert ((busy.busy == 12) | (waiting.waiting == 0)).all()


def test_parked_work_waits_again():
    """With shifts and parking, whoever waits or works adds up to the open tickets of a queue."""
    run = sim.run(sim.example(), seed=2)
    waiting = run.waiting_over_time(every_min=60)
    busy = run.busy_over_time(every_min=60)
    at = waiting.time_min.unique() * 60_000
    log = run.log
    made = log.joined_ms >= 0
    end = np.where(log.finished_ms[made] < 0, run.workload.end_ms, log.finished_ms[made])
    there = [((log.joined_ms[made] <= t) & (end > t)).sum() for t in at]
    both = (
        waiting.groupby("time_min").waiting.sum().to_numpy()
        + busy.groupby("time_min").busy.sum().to_numpy()
    )
    assert (both == there).all()


@pytest.mark.parametrize("what", ["waits", "waiting", "busy"])
def test_a_run_draws_itself(what, tmp_path):
    """Each plot is a chart that can be saved; one that is not there is named."""
    RUN.plot(what).save(tmp_path / "plot.png")
    assert (tmp_path / "plot.png").stat().st_size > 1000
    with pytest.raises(TierSimError, match=r"no plot 'wait'.*'waits'"):
        RUN.plot("wait")


def test_a_study_draws_a_metric(tmp_path):
    """The first metric of the study, or one that is named."""
    study = sim.compare(DESK, replications=3, metrics=["response[mean]"], curves=False)
    study.plot().save(tmp_path / "plot.png")
    assert "Response time" in study.plot("response[mean]").title


def test_a_glance_is_short():
    """Whatever a notebook shows by itself has twenty lines at most, and says where the rest is."""
    many = [sim.example().with_({"tiers.L1.cost": n}, name=f"pay {n}") for n in range(8)]
    study = sim.compare(many, replications=2, curves=False)
    for one in (DESK, RUN, RUN.tickets, sim.measure(RUN), study, study[0]):
        lines = repr(one).splitlines()
        assert len(lines) <= 20
        assert max(map(len, lines)) < 240
    assert len(str(study).splitlines()) > 20
    assert "print(study)" in repr(study)


@pytest.mark.parametrize(
    ("mistake", "error", "what"),
    [
        (lambda: RUN.tickets["wait"], ColumnError, r"no column 'wait'.*run\.waits\(\).*arrived"),
        (lambda: RUN.tickets["prioritty"], ColumnError, "did you mean 'priority'"),
        (lambda: sim.measure(RUN)["respons[mean]"], ColumnError, "did you mean"),
        (lambda: sim.metric("respons"), TierSimError, "did you mean"),
        (lambda: sim.run("desk.yaml"), StudyError, r"sim\.load\('desk\.yaml'\)"),
        (lambda: sim.compare(["in-house-desk"]), StudyError, r"sim\.example\('in-house-desk'\)"),
        (lambda: sim.compare({"a": 1}), StudyError, "mapping is no scenario"),
        (lambda: sim.implied(7), StudyError, "is no scenario"),
        (lambda: sim.run(DESK, seed=None), StudyError, "`seed` is nothing; it is a whole number"),
        (lambda: sim.compare(DESK, seed=1.5), StudyError, "`seed` is 1.5; it is a whole number"),
        (lambda: sim.compare(DESK, replications=2.5), StudyError, "`replications` is 2.5"),
        (lambda: sim.run(DESK, replication=-1), StudyError, "`replication` is -1"),
        (lambda: DESK.with_(["tiers.L1.work"]), TierSimError, "a mapping of paths to values"),
        (lambda: sim.measure(DESK), TierSimError, "takes a run, not a Scenario"),
    ],
)
def test_a_mistake_is_told_in_a_sentence(mistake, error, what):
    """Each says what was found and what is due, in one sentence and with no traceback of Python's."""
    with pytest.raises(error, match=what):
        mistake()


def test_a_name_that_is_made_of_changes_is_cut():
    """Changes longer than a name may be do not stand in the way of a change."""
    changed = DESK.with_({"about": "x" * 500})
    assert len(changed.name) == 200
    assert changed.name.endswith("…")
