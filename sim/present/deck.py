"""The slides of a study: titles that are findings, charts that can be edited, notes with the method."""

from __future__ import annotations

import io
import math
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from sim.errors import MissingExtraError, StudyError, TierSimError
from sim.present import report_tables as tables
from sim.present.answer import RULE, Answer, answer, few
from sim.present.charts import catalogue
from sim.present.charts.l1_share import l1_share
from sim.present.charts.service_levels import finding, level_names, service_levels
from sim.present.native import Native, bars, lines
from sim.present.numbers import measured
from sim.present.picture import Chart
from sim.present.say import left
from sim.present.sentences import MARKS, changed_words, evidence_words, figure, footer
from sim.present.slide import Deck, Slide
from sim.present.text import one_line, plural, short_names, shortened
from sim.study.asked import words
from sim.study.claims import cost_metric, kept_by, left_unanswered
from sim.study.estimate import Estimate
from sim.study.listing import judged_together
from sim.study.periods import period_words
from sim.study.result import Result
from sim.units import DAY, HOUR, format_duration, format_share

if TYPE_CHECKING:
    from sim.present.report import Asked
    from sim.study.study import Study

MOST_IN_BARS: Final = 6
"""Scenarios that bars of one slide can show; more are shown as a picture."""
LONGEST_TITLE: Final = 190
"""Letters that a title's place holds."""
MOST_OPTIONS: Final = 6
"""Scenarios that the slides show; the report has all."""
_DEFINITIONS: Final = {
    "l1_share": "of what began there",
    "l1_share_all": "of all tickets",
    "l1_share_last": "last handled there",
}
_IN_DAYS: Final = 72
"""Hours from which on the time of late tickets is drawn in days."""
_KEYS: Final = ("bands:", "line:", "shaded:", "◇")
"""How the parts of a subtitle begin that explain marks of a picture."""
_WEEK_STEP: Final = 3
"""Hours between the points of an editable backlog: a week has 56 of them."""


def deck(study: Study, asked: Asked) -> bytes:
    """Return a study as a PowerPoint file of 8 to 12 slides.

    Raises
    ------
    MissingExtraError
        If python-pptx is not installed.
    """
    try:
        import pptx  # noqa: F401, PLC0415 - an extra
    except ImportError:
        raise MissingExtraError("python-pptx", "office", "The deck") from None
    found = Deck(asked.theme, footer(study, brand=asked.theme.footer))
    for slide in slides(study, asked):
        found.add(slide)
    out = io.BytesIO()
    found.save(out)
    return out.getvalue()


def slides(study: Study, asked: Asked) -> list[Slide]:
    """List the slides, those left out that the study cannot feed."""
    told = answer(study)
    best = study[told.best.name if asked.scenario is None else asked.scenario]
    notes = "\n".join(filter(None, (*tables.method(study), judged_together(study))))
    under = f"{period_words(study[0].scenario)} · {evidence_words(study)}"
    headline = finding(study)
    if len(study) > MOST_OPTIONS:
        under += f" · {MOST_OPTIONS} of {len(study)} options, all of them in the report"
        study = few(study, MOST_OPTIONS)
        best = study[best.name] if best.name in study.names else study[told.best.name]
    found = [
        Slide(
            told.headline,
            f"Service-desk simulation · {under}",
            notes=f"{RULE}\n{notes}",
            cover=True,
        ),
        _gains(told, under, notes),
    ]
    if len(study) > 1:
        found.append(_options(study, headline, under, notes))

    def charted(make: Callable[[], Chart], native: Callable[[Chart], Native | None]) -> None:
        """Add a chart, editable where PowerPoint has its kind; leave it out where it says no."""
        try:
            chart = make()
        except (TierSimError, StudyError):
            return
        edited = native(chart)
        found.append(
            Slide(
                chart.title,
                _without_key(chart.subtitle) if edited is not None else chart.subtitle,
                native=edited,
                picture=None if edited is not None else chart,
                notes=f"{chart.title}\n{chart.subtitle}\n{notes}",
            )
        )

    def picture(_: Chart) -> None:
        return None

    def one(name: str) -> Callable[[], Chart]:
        return lambda: catalogue.chart(study, name, theme=asked.theme, scenario=best.name)

    charted(
        lambda: replace(service_levels(study, theme=asked.theme), title=headline),
        lambda _: _levels(study),
    )
    if len(study) > 1:
        charted(lambda: catalogue.chart(study, "differences", theme=asked.theme), picture)
    charted(lambda: l1_share(study, theme=asked.theme), lambda _: _shares(study))
    charted(one("resolution time"), picture)
    charted(one("flow"), picture)
    charted(one("breaches"), lambda chart: _causes(chart, study.replications))
    charted(one("backlog over the week"), lambda chart: _backlog(chart, best))
    if len(study) > 1:
        charted(lambda: catalogue.chart(study, "frontier", theme=asked.theme), picture)
    found.append(_basis(study, under, notes))
    return found


def _without_key(subtitle: str) -> str:
    """Leave out of a subtitle what explains marks, bands and shading that bars do not have.

    Examples
    --------
    >>> _without_key("Share resolved: ● of all ■ of some · 4 weeks · bands: healthy 65–80 %")
    'Share resolved · 4 weeks'
    """
    kept = [part for part in subtitle.split(" · ") if not part.startswith(_KEYS)]
    return " · ".join(part.partition(": ●")[0] for part in kept)


def _gains(told: Answer, under: str, notes: str) -> Slide:
    """Put what the answer gains into a title, where it is short enough for one."""
    title, *rest = told.sentences or (told.headline,)
    if len(title) > LONGEST_TITLE:
        title, rest = told.headline, list(told.sentences)
    return Slide(title.removesuffix("."), under, bullets=rest, notes=notes)


def _options(study: Study, headline: str, under: str, notes: str) -> Slide:
    """Put the options side by side; of promises only those that are not surely kept are named."""
    cost = cost_metric(list(study))
    headings = ["option", "what it changes", "promises met", "resolved by the first line"]
    headings += [words(cost).label] if cost is not None else []
    rows = []
    for result in study:
        kept = kept_by(result)
        told = [f"{len(kept.met)} of {kept.total}" if not kept.unjudged else "– no verdict"]
        told += [f"✗ {one_line(name)}" for name in kept.missed]
        told += [f"? {one_line(name)}" for name in kept.open]
        changed = shortened(changed_words(result, 2), 80)
        cells = [shortened(result.name, 60), changed, "\n".join(told), figure(result, "l1_share")]
        cells += [figure(result, cost)] if cost is not None else []
        rows.append(cells)
    return Slide(
        f"{headline.partition(';')[0]}: the options side by side",
        f"{under} · ✗ missed  ? not yet known",
        table=(headings, rows),
        notes=notes,
    )


def _levels(study: Study) -> Native | None:
    if len(study) > MOST_IN_BARS:
        return None
    levels = level_names(study)
    values, labels = [], []
    for result in study:
        own = [result.verdicts.get(name) for name in levels]
        values.append([None if v is None or not v.estimate.n else v.estimate.mean for v in own])
        labels.append(
            [
                ""
                if v is None
                else f"{MARKS[v.word]} {measured(v.estimate, format_share)}"
                f"{left(left_unanswered(result, name))}"
                for v, name in zip(own, levels, strict=True)
            ]
        )
    goals = [_goal(study, name) for name in levels]
    names = [f"{one_line(name)} (goal {goal})" for name, goal in zip(levels, goals, strict=True)]
    return bars(names, short_names(study.names), values, labels, unit="%")


def _goal(study: Study, name: str) -> str:
    goals = {
        f"{100 * r.scenario.service_levels[name].goal:g} %"
        for r in study
        if name in r.scenario.service_levels
    }
    return " or ".join(sorted(goals))


def _shares(study: Study) -> Native | None:
    if len(study) > MOST_IN_BARS:
        return None
    values, labels = [], []
    for metric in _DEFINITIONS:
        estimates = [r.estimate(metric) if metric in r.metrics else None for r in study]
        values.append([None if e is None or math.isnan(e.mean) else e.mean for e in estimates])
        labels.append(["" if e is None else measured(e, format_share) for e in estimates])
    return bars(short_names(study.names), list(_DEFINITIONS.values()), values, labels, unit="%")


def _causes(chart: Chart, replications: int) -> Native | None:
    """Turn the waterfall's numbers into editable bars, in days or hours as its title has them."""
    rows = [row for row in chart.rows if isinstance(row[1], float)]
    if len(rows) < 2:  # noqa: PLR2004 - nothing but the total
        return None
    names = [str(row[0]) for row in rows]
    hours = [_number(row[1]) for row in rows]
    unit, per = ("d", DAY // HOUR) if max(hours) >= _IN_DAYS else ("h", 1)
    labels = []
    for row in rows:
        mean, low, high = (_number(value) * HOUR for value in row[1:4])
        labels.append(measured(Estimate(mean, low, high, replications), format_duration))
    lengths = [value / per for value in hours]
    return bars(names, ["time of late tickets"], [lengths], [labels], unit=unit)


def _number(value: Any) -> float:
    return float(value) if value is not None else math.nan


def _backlog(chart: Chart, result: Result) -> Native | None:
    tiers = list(result.scenario.tiers)
    by_tier: dict[str, list[tuple[str, float]]] = {tier: [] for tier in tiers}
    for row in chart.rows:
        by_tier[str(row[0])].append((str(row[1]), _number(row[2])))
    hours = [name for name, _ in by_tier[tiers[0]]][::_WEEK_STEP]
    series = [
        [None if math.isnan(value) else value for _, value in by_tier[tier]][::_WEEK_STEP]
        for tier in tiers
    ]
    return lines(hours, [one_line(tier) for tier in tiers], series)


def _basis(study: Study, under: str, notes: str) -> Slide:
    manifest = study.manifest
    again = (
        f"Seed {manifest.seed}, {plural(manifest.replications, 'replication')}, TierSim "
        f"{manifest.versions.get('tiersim', '')}: the same scenarios give the same numbers to the "
        "bit. The assumptions and their sources are in the report."
    )
    bullets = (*_what_differs(study), *tables.method(study)[:3], again)
    title = (
        f"These numbers rest on {plural(study.replications, 'replication')}"
        f"{' of the same tickets for every option' if len(study) > 1 and study.common_tickets else ''}"
    )
    return Slide(title, under, bullets=bullets, notes=notes)


def _what_differs(study: Study) -> Iterable[str]:
    most = 4
    for result in study.results[1 : most + 1]:
        yield f"{one_line(result.name)}: {changed_words(result, 3)}"
    rest = len(study) - 1 - most
    if rest > 0:
        yield f"{plural(rest, 'more option')}: see the report"
