"""The calibration report: how good the data are, how well the desk does, where its numbers come from.

One HTML file, in the look of a study's report: it asks no other host, needs no script, prints, and
follows a reader's dark mode.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Final

from sim import writing
from sim.calibrate.check import Check, Line
from sim.calibrate.compared import APART, DEMAND, PROMISED, TIME, WAITS, WAY
from sim.calibrate.datapage import DataPage
from sim.calibrate.figures import WEEK_DAYS
from sim.calibrate.fit import Calibration
from sim.calibrate.level_words import how_levels_come_about, teams_of_levels
from sim.calibrate.lines import shows_first_team
from sim.calibrate.parameters import Origin
from sim.calibrate.write import parameter_rows
from sim.present.charts.fitted import fitted_charts
from sim.present.figure_names import DISTANCES, LEGEND, figure_name
from sim.present.fitted_words import days_words, statement, times_noise
from sim.present.inline_svg import Pictures, variables
from sim.present.report_tables import Table
from sim.present.templates import Shown, environment, inline
from sim.present.text import one_line, plural
from sim.present.theme import DEFAULT, Theme
from sim.study.manifest import version
from sim.units import format_share

FITTED_REPORT: Final = "a calibration's report"
TEMPLATE: Final = "calibration.html.j2"
RULE: Final = (
    "The noise of a figure is how much two halves of the export, cut at random, differ in it: nobody "
    "can ask a simulation to be nearer to the export than the export is to itself. What is further "
    "off than twice the noise stands first. Ranges hold 95 % of the replications."
)
ORDER: Final = (DEMAND, WAY, TIME, WAITS, PROMISED, APART)
_ORIGINS: Final[dict[Origin, str]] = {
    "fitted": "Fitted: chosen so that the desk reproduces the export",
    "assumed": "Assumed: no export holds it",
    "measured": "Measured: counted in the export",
}
SHOWN_TEAMS: Final = 12
WORST: Final = 15
"""Figures outside the noise that stand in the open; more are folded away."""
_PARTICULAR: Final = re.compile(r"'[^']*'|\"[^\"]*\"|\d+")
_HEADINGS: Final = ("figure", "export", "simulated", "noise", "off, in noises")


@dataclass(frozen=True)
class Part:
    """A check on the page."""

    anchor: str
    link: str
    title: str
    count: str
    outside: tuple[Table, ...]
    inside: tuple[Table, ...]
    charts: tuple[Shown, ...]


def write_calibration(
    desk: Calibration,
    checks: Sequence[Check],
    path: str | Path,
    *,
    scenario_file: str = "client.yaml",
    unpredicted: str = "",
    theme: Theme = DEFAULT,
) -> Path:
    """Write the calibration report.

    Parameters
    ----------
    desk : Calibration
    checks : sequence of Check
        Of the weeks fitted, and of weeks not seen where it was predicted.
    path : path
    scenario_file : str
        Where the desk is written, for what stands under "Next".
    unpredicted : str
        Why there is no prediction.
    theme : Theme

    Raises
    ------
    OutputError
        If it cannot be written; then no half of it is left.
    """
    text = page(desk, checks, scenario_file=scenario_file, unpredicted=unpredicted, theme=theme)
    return writing.write(path, text, FITTED_REPORT)


def page(
    desk: Calibration,
    checks: Sequence[Check],
    *,
    scenario_file: str,
    unpredicted: str,
    theme: Theme,
) -> str:
    """Fill the template."""
    pictures = Pictures(theme)
    ordered = sorted(checks, key=lambda one: not one.ahead)
    parts = [_part(check, pictures, theme) for check in ordered]
    headline, sentences = statement(checks, unpredicted)
    origins = Counter(one.origin for one in desk.parameters)
    return (
        environment()
        .get_template(TEMPLATE)
        .render(
            paper=False,
            version=version(),
            title=f"Calibration of {one_line(desk.scenario.name)}",
            source=desk.export.source,
            tickets=plural(len(desk.export), "ticket"),
            days=days_words(*desk.export.days_opened()),
            headline=headline,
            sentences=sentences,
            rule=RULE,
            parts=parts,
            legend=LEGEND,
            distances=DISTANCES.values(),
            page=desk.page,
            weeks=_weeks(desk.page),
            aside=_aside(desk),
            counted=", ".join(f"{origins[one]} are {one}" for one in _ORIGINS).capitalize()
            + ". Brackets in the scenario file are 95 % intervals, as here.",
            parameters=_parameters(desk),
            notices=desk.notices,
            tiers=_tiers(desk),
            method=_method(ordered),
            scenario_file=scenario_file,
            letters=pictures.definitions(),
            dark=variables(theme),
            colours=theme.colours,
            logo=theme.logo_uri(),
            footer=f"TierSim {version()}{f' · {theme.footer}' if theme.footer else ''}",
        )
    )


def _part(check: Check, pictures: Pictures, theme: Theme) -> Part:
    window = check.window
    days = days_words(window.first, window.last)
    outside = check.outside()
    inside = [line for line in check.lines if not line.outside]
    tables = [
        _table(f"{about.capitalize()}: {plural(len(own), 'figure')} within twice the noise", own)
        for about in ORDER
        if (own := [line for line in inside if line.about == about])
    ]
    name = "prediction" if check.ahead else "fit"
    title = f"The desk in the file: {days}, to which it was fitted"
    if check.ahead:
        title = f"A trial desk: {days}, which it had not seen"
    count = f"Outside twice the noise: {len(outside)} of {len(check.lines)} figures"
    if len(outside) > WORST:
        rest = f"{plural(len(outside) - WORST, 'more figure')} outside twice the noise"
        tables.insert(0, _table(rest, outside[WORST:]))
        count += f"; the furthest {WORST} by what they are about"
    worst = [
        _table(about.capitalize(), own)
        for about in ORDER
        if (own := [line for line in outside[:WORST] if line.about == about])
    ]
    return Part(
        name,
        "Prediction" if check.ahead else "Fit",
        title,
        count,
        tuple(worst),
        tuple(tables),
        tuple(
            inline(pictures, chart, prefix=f"{name}-")
            for chart in fitted_charts(check, theme=theme)
        ),
    )


def _table(title: str, lines: Sequence[Line]) -> Table:
    moved = any(isfinite(line.fitted) and line.fitted != line.real for line in lines)
    headings = (*_HEADINGS, "weeks fitted") if moved else _HEADINGS
    rows = []
    for line in lines:
        cells = (
            figure_name(one_line(line.figure)),
            "–" if line.unit == "distance" else line.shown(line.real),
            f"{line.shown(line.simulated)} ({line.shown(line.low)} to {line.shown(line.high)})",
            line.noise_shown,
            times_noise(line),
        )
        fitted = line.shown(line.fitted) if isfinite(line.fitted) else "–"
        rows.append((*cells, fitted) if moved else cells)
    return Table(title, headings, tuple(rows))


def _weeks(found: DataPage) -> Table:
    rows = []
    for week in found.weeks:
        used = found.first <= week.first <= found.last
        shares = (format_share(float(s)) if isfinite(s) else "–" for s in week.shares())
        rows.append((f"{week.first}", f"{week.tickets:,}", *shares, "yes" if used else "left out"))
    headings = ("week of", "tickets", "made service level", "resolved within 24 h", "never left L1")
    note = (
        f"Whole weeks of {WEEK_DAYS} days by when tickets were opened. Weeks at the start that are "
        "not like the later ones are left out (ramp-up, above)."
    )
    return Table("Weeks of the export", (*headings, "in the fit"), tuple(rows), note)


def _aside(desk: Calibration) -> Table:
    """Count the rows set aside by reason; what differs from row to row is left out of a reason."""
    reasons: dict[str, list[int]] = {}
    for one in desk.export.set_aside:
        reasons.setdefault(_PARTICULAR.sub("…", one.reason), []).append(one.row)
    rows = tuple(
        (one_line(reason), f"{len(at):,}", str(at[0]))
        for reason, at in sorted(reasons.items(), key=lambda one: -len(one[1]))
    )
    return Table("Rows set aside", ("reason", "rows", "first row"), rows)


def _parameters(desk: Calibration) -> list[Table]:
    found = []
    for origin, title in _ORIGINS.items():
        rows = tuple(
            (one_line(path), value, interval or "–", one_line(why) or "–")
            for path, value, interval, own, why in parameter_rows(desk)
            if own == origin
        )
        if rows:
            found.append(
                Table(
                    f"{title} ({len(rows)})",
                    ("number", "value", "95 % interval", "how, or why"),
                    rows,
                )
            )
    return found


def _tiers(desk: Calibration) -> Table:
    """Say which teams count as which level of support."""
    names = tuple(desk.scenario.tiers)
    rows = []
    for name, teams in zip(names, teams_of_levels(desk.export, desk.levels), strict=False):
        more = f", … ({len(teams) - SHOWN_TEAMS} more)" if len(teams) > SHOWN_TEAMS else ""
        shown = (f"{one_line(team)} {format_share(share)}" for team, share in teams[:SHOWN_TEAMS])
        rows.append((name, str(len(teams)), (", ".join(shown) or "–") + more))
    note = how_levels_come_about(desk.lines, desk.levels, names)
    what = "stays" if shows_first_team(desk.export) else "tickets that they had last"
    headings = ("level", "teams", f"the largest, with their share of its {what}")
    return Table("Teams by level of support", headings, tuple(rows), note)


def _method(checks: Sequence[Check]) -> list[str]:
    first = checks[0]
    run = (
        f"The desk was run {plural(first.replications, 'time')} over the days compared, after a "
        "warm-up, and until its tickets were done; its tickets are read by the same definitions as "
        "the export's. As many simulated tickets of each tier lose their resolution as lack it in "
        "the export."
    )
    apart = (
        "Distances are those of process simulation (Chapela-Campa et al. 2023), of stays of tickets "
        "with levels of support: of the paths through the tiers, n-grams of three levels (0 to 1); of "
        "the others, earth mover's distances in hours, as explained above."
    )
    noise = (
        "Noise: shares in points, times and counts as a factor. Counts have at least the noise of "
        "one week to the next. Less than a minute is no difference, nor is less than an hour or a day "
        "where all stamps are whole hours or days. Waits that the export never shows are not compared."
    )
    found = [run, apart, noise]
    promise = first.window.promise
    if promise is not None:
        limits = ", ".join(
            f"{one_line(label) or 'others'} {hours:.3g} h"
            for label, hours in promise.within_h.items()
        )
        found.append(
            "The export flags which tickets made their service level, and does not say what was "
            f"promised. Limits on the time to resolution reproduce {format_share(promise.agreement)} "
            f"of the flags ({limits}); simulated tickets are held to them."
        )
    return found


__all__ = ["page", "write_calibration"]
