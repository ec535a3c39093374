"""Every chart by name: report, page, deck, notebooks and command line pick from this list."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final, Literal

from sim.errors import StudyError, TierSimError
from sim.present.picture import Chart
from sim.present.theme import DEFAULT, Theme
from sim.scenario.wording import did_you_mean
from sim.study.settling import too_short
from sim.study.study import Study

Need = Literal["always", "several", "curves", "warm-up", "asked"]


@dataclass(frozen=True)
class Entry:
    """A chart that can be asked for.

    Attributes
    ----------
    name : str
    about : str
        What it shows, for a list of charts.
    place : str
        Module and function, loaded when it is drawn: ``times:times``.
    need : {"always", "several", "curves", "warm-up", "asked"}
        Whether it is drawn for every study, for several scenarios, where curves were kept, where
        the stated warm-up is clearly too short, or only when somebody asks for it.
    one : bool
        Whether it is about one scenario, by default the first: ``scenario=`` chooses.
    fixed : tuple
        Arguments that the name stands for.
    """

    name: str
    about: str
    place: str
    need: Need
    one: bool = False
    fixed: tuple[Any, ...] = ()

    def draw(self, study: Study, *, theme: Theme = DEFAULT, **options: Any) -> Chart:
        """Make the chart."""
        module, function = self.place.split(":")
        make: Callable[..., Chart] = getattr(
            importlib.import_module(f"sim.present.charts.{module}"), function
        )
        return make(study, *self.fixed, theme=theme, **options)


CATALOGUE: Final = (
    Entry(
        "service levels",
        "how often each promise is kept, with goals and intervals",
        "service_levels:service_levels",
        "always",
    ),
    Entry(
        "differences",
        "what each scenario changes against the first, on the same tickets",
        "differences:differences",
        "several",
    ),
    Entry(
        "L1 share", "three shares of the first line, in both bands", "l1_share:l1_share", "always"
    ),
    Entry(
        "L1 resolution",
        "what becomes of the tickets that begin at the first line",
        "waterfalls:l1_resolution",
        "curves",
        one=True,
    ),
    Entry(
        "response time",
        "share of tickets taken up within a time, by tier, with targets",
        "times:times",
        "curves",
        one=True,
        fixed=("response",),
    ),
    Entry(
        "resolution time",
        "share of tickets resolved within a time, by tier, with targets",
        "times:times",
        "curves",
        one=True,
        fixed=("resolution",),
    ),
    Entry("flow", "where tickets go, bounces drawn backwards", "flow:flow", "curves", one=True),
    Entry(
        "breaches",
        "where the time of late tickets went",
        "waterfalls:breaches",
        "curves",
        one=True,
    ),
    Entry("weeks", "each week's share against the goal", "weeks:weeks", "curves", one=True),
    Entry(
        "backlog over the week",
        "open tickets by hour of the week, closed hours shaded",
        "backlog:backlog_week",
        "curves",
        one=True,
    ),
    Entry(
        "backlog", "open tickets by day of the period", "backlog:backlog_period", "curves", one=True
    ),
    Entry(
        "warm up",
        "when the desk has filled up, beside the stated warm-up (Welch's plot)",
        "warm_up:warm_up",
        "warm-up",
        one=True,
    ),
    Entry(
        "utilisation",
        "how busy people are, by weekday and hour",
        "heat:utilisation",
        "curves",
        one=True,
    ),
    Entry(
        "waiting", "how long tickets wait, by weekday and hour", "heat:waiting", "curves", one=True
    ),
    Entry("frontier", "service level against cost", "frontier:frontier", "several"),
    Entry(
        "response curve",
        "metrics over the settings of one dial, as documentation quality",
        "response:response_curve",
        "asked",
    ),
    Entry("tornado", "what moves one metric most", "differences:tornado", "asked"),
)
_BY_NAME: Final = {entry.name: entry for entry in CATALOGUE}


def names() -> tuple[str, ...]:
    """Return the names of all charts, in the order of a report."""
    return tuple(_BY_NAME)


def entry(name: str) -> Entry:
    """Find a chart by name; hyphens, underscores and capitals do not matter.

    Examples
    --------
    >>> entry("service-levels").name
    'service levels'
    >>> entry("servise levels")
    Traceback (most recent call last):
    ...
    sim.errors.TierSimError: there is no chart 'servise levels' (did you mean 'service levels'?); there are service levels, differences, ...
    """
    wanted = " ".join(name.replace("-", " ").replace("_", " ").split()).lower()
    for known, found in _BY_NAME.items():
        if known.lower() == wanted:
            return found
    raise TierSimError(
        f"there is no chart {name!r}{did_you_mean(wanted, _BY_NAME)}; there are {', '.join(_BY_NAME)}"
    )


def chart(study: Study, name: str, *, theme: Theme = DEFAULT, **options: Any) -> Chart:
    """Make a chart of a study.

    Parameters
    ----------
    study : Study
    name : str
        One of ``names()``.
    theme : Theme
    **options
        ``scenario=`` for charts of one scenario, ``tier=`` for times, ``level=`` for breaches and
        the frontier, ``metrics=`` for differences and the response curve, ``metric`` for the
        tornado.

    Raises
    ------
    TierSimError
        If there is no such chart, or the study cannot feed it.
    """
    found = entry(name)
    try:
        return found.draw(study, theme=theme, **options)
    except TypeError as error:
        if "unexpected keyword argument" in str(error) or "missing 1 required" in str(error):
            raise TierSimError(f"the chart {found.name!r}: {_reworded(error)}") from None
        raise


def _reworded(error: TypeError) -> str:
    text = str(error).partition("() ")[2]
    return text.replace("got an unexpected keyword argument", "has no option").replace(
        "missing 1 required positional argument:", "needs the option"
    )


def possible(study: Study, need: Need) -> bool:
    """Tell whether a study can feed charts with a need."""
    if need == "several":
        return len(study) > 1
    if need in ("curves", "warm-up"):
        kept = all(any(one.curves for one in result.replications) for result in study)
        return kept and (need == "curves" or any(map(too_short, study.results)))
    return need == "always"


def standard(study: Study, *, theme: Theme = DEFAULT, scenario: str | int = 0) -> Iterator[Chart]:
    """Make every chart that the study can feed, in the order of a report.

    A chart that says that it cannot be drawn, as one of weeks for a period of some days, is left
    out.

    Parameters
    ----------
    study : Study
    theme : Theme
    scenario : str or int
        For the charts of one scenario.
    """
    for one in CATALOGUE:
        if not possible(study, one.need):
            continue
        shown = scenario
        if one.need == "warm-up" and too_short(study[scenario]) is None:
            shown = next(result.name for result in study if too_short(result))
        try:
            yield one.draw(study, theme=theme, **({"scenario": shown} if one.one else {}))
        except (TierSimError, StudyError):
            continue
    yield from _dial(study, theme)


def _dial(study: Study, theme: Theme) -> Iterator[Chart]:
    """Add the response curve where the scenarios turn one dial."""
    least = 4
    if len(study) < least:
        return
    try:
        yield _BY_NAME["response curve"].draw(study, theme=theme)
    except (TierSimError, StudyError):
        return
