"""Quick pictures for a notebook: ``run.plot()`` and ``study.plot()``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sim.errors import TierSimError
from sim.outcome.frames import busy_over_time, waiting_over_time, waits
from sim.outcome.registry import metric as metric_named
from sim.present.picture import Chart
from sim.present.sketch import sketch
from sim.scenario.wording import did_you_mean, listed
from sim.units import DAY, HOUR, MINUTE

if TYPE_CHECKING:
    from sim.outcome.run import Run
    from sim.study.study import Study

MOST_LINES: Final = 6
MINUTES_A_DAY: Final = DAY / MINUTE


def plot_run(run: Run, what: str = "waits") -> Chart:
    """Draw one run: ``"waits"``, ``"waiting"`` or ``"busy"``.

    Parameters
    ----------
    run : Run
    what : str
        How long visits waited (the share that waits longer than so many minutes), how many wait in
        each queue over time, or how many agents of each pool work over time.

    Raises
    ------
    TierSimError
        If there is no such picture.
    """
    known = {"waits": _waits, "waiting": _waiting, "busy": _busy}
    if what not in known:
        hint = did_you_mean(str(what), known)
        raise TierSimError(f"a run has no plot {what!r}{hint}; there are {listed(known)}")
    return known[what](run)


def _about(run: Run) -> str:
    return f"{run.scenario.name}; seed {run.seed}, replication {run.replication}"


def _waits(run: Run) -> Chart:
    frame = waits(run)
    busiest = frame.queue.value_counts().index[:MOST_LINES]
    longest = max(float(frame.wait_min.quantile(0.99)), 1.0) if len(frame) else 1.0
    at = np.linspace(0, longest, 200)

    def draw(axes: Any) -> None:
        for name in busiest:
            wait = np.sort(frame.wait_min[frame.queue == name].to_numpy())
            if len(wait):
                axes.plot(at, 1 - np.searchsorted(wait, at, side="right") / len(wait), label=name)
        axes.set(xlabel="minutes", ylabel="share that waits longer", ylim=(0, None))

    half = f"{frame.wait_min.median():.1f} min" if len(frame) else "nobody"
    return sketch(
        draw,
        percent="y",
        title=f"Half of {len(frame):,} visits wait no longer than {half}",
        subtitle=f"Share of visits that waits longer than so many minutes; {_about(run)}",
    )


def _over_time(run: Run, frame: Any, by: str, value: str, *, ylabel: str, title: str) -> Chart:
    order = frame.groupby(by)[value].mean().sort_values(ascending=False).index[:MOST_LINES]

    def draw(axes: Any) -> None:
        for name in order:
            mine = frame[frame[by] == name]
            axes.plot(
                mine.time_min / MINUTES_A_DAY, mine[value], label=name, drawstyle="steps-post"
            )
        axes.set(xlabel="days since the period began", ylabel=ylabel, ylim=(0, None))

    return sketch(draw, title=title, subtitle=_about(run))


def _every(run: Run) -> float:
    return max(run.workload.end_ms / HOUR / 24, 5.0)


def _waiting(run: Run) -> Chart:
    frame = waiting_over_time(run, every_min=_every(run))
    most = frame.waiting.max() if len(frame) else 0
    title = f"At most {most:,} wait at once"
    return _over_time(run, frame, "queue", "waiting", ylabel="waiting", title=title)


def _busy(run: Run) -> Chart:
    frame = busy_over_time(run, every_min=_every(run))
    most = frame.busy.max() if len(frame) else 0
    title = f"At most {most:,} of a pool work at once"
    return _over_time(run, frame, "pool", "busy", ylabel="agents at work", title=title)


def plot_study(study: Study, metric: str | None = None) -> Chart:
    """Draw a metric of every scenario of a study with its interval.

    Parameters
    ----------
    study : Study
    metric : str, optional
        The first that the study is about, if absent.
    """
    chosen = study.metrics[0] if metric is None else metric
    known = metric_named(chosen)
    found = [(result.name, result.estimate(chosen)) for result in study]
    unit = {"duration": MINUTE, "share": 1.0}.get(known.unit, 1.0)

    def draw(axes: Any) -> None:
        names = [name for name, _ in found]
        middle = np.array([one.mean for _, one in found]) / unit
        below = np.array([one.mean - one.low for _, one in found]) / unit
        above = np.array([one.high - one.mean for _, one in found]) / unit
        axes.errorbar(middle, names, xerr=[below, above], fmt="o", capsize=4)
        axes.invert_yaxis()
        words = {"duration": "minutes"}.get(known.unit, known.label)
        axes.set(xlabel=words)

    best = ", ".join(f"{name} {known.format(one.mean)}" for name, one in found[:2])
    return sketch(
        draw,
        percent="x" if known.unit == "share" else "",
        title=f"{known.label}: {best}",
        subtitle=f"{study.replications} replications, seed {study.seed}; 95 % intervals",
    )
