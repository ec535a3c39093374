"""How well a fitted desk reproduces an export, and predicts, in sentences."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Final

import numpy as np

from sim.calibrate.check import TIMES_NOISE, Check, Line
from sim.present.figure_names import figure_name
from sim.present.text import one_line
from sim.scenario.wording import listed
from sim.units import format_share

FAR: Final = 3
"""Figures that a sentence names."""
MEANING: Final = ", to within twice what two random halves of the export differ by"
"""What it is for a figure to be right."""
_BEST: Final = {
    "never left L1, of those that began there": "{} of the tickets that began at L1 never left it",
    "last at L1": "{} of the tickets were last at L1",
    "resolution p50": "half of the tickets were resolved within {}",
    "tickets a week": "{} tickets came in a week",
}
"""What stands in the headline: the first of these that an export shows."""
_TIMES: Final = {
    "half": "resolution p50",
    "3 in 4": "resolution p75",
    "9 in 10": "resolution p90",
}
_LEVEL: Final = "service level made, of those resolved"


def statement(checks: Sequence[Check], missing: str = "") -> tuple[str, tuple[str, ...]]:
    """Say how well a desk does: the prediction first, where there is one.

    Parameters
    ----------
    checks : sequence of Check
        Of the weeks fitted, then of weeks not seen.
    missing : str
        Why there is no prediction.

    Returns
    -------
    headline : str
    sentences : tuple of str
    """
    ahead = [one for one in checks if one.ahead]
    behind = [one for one in checks if not one.ahead]
    first = (ahead or behind)[0]
    sentences = [_times(first), _count(first, MEANING)]
    if ahead and behind:
        sentences += [_in_the_file(behind[0]), f"The desk in the file: {_count(behind[0])}"]
    if not ahead:
        why = f": {missing}" if missing else "."
        sentences.append(f"How well it predicts weeks that it has not seen is not known{why}")
    # What nobody could tell the desk comes before what is off: holidays, and drift.
    sentences += [*first.quiet_days(), *first.calibration.drift.sentences(), *_about(first)]
    export = first.calibration.export
    sentences.insert(0, export.lost)
    headline = _headline(first)
    if export.lost:
        share = format_share(len(export.set_aside) / max(export.rows, 1))
        headline = f"Without {share} of the rows, which cannot be used: {headline[0].lower()}{headline[1:]}"
    return headline, tuple(sentence for sentence in sentences if sentence)


def days_words(first: dt.date, last: dt.date) -> str:
    """Write a range of days as people do.

    Examples
    --------
    >>> days_words(dt.date(2016, 4, 4), dt.date(2016, 4, 17))
    '4 to 17 April 2016'
    >>> days_words(dt.date(2016, 4, 18), dt.date(2016, 5, 1))
    '18 April to 1 May 2016'
    """
    end = f"{last.day} {last:%B} {last.year}"
    if first == last:
        return end
    if first.year != last.year:
        return f"{first.day} {first:%B} {first.year} to {end}"
    begin = f"{first.day}" if first.month == last.month else f"{first.day} {first:%B}"
    return f"{begin} to {end}"


def _headline(check: Check) -> str:
    """Say which desk was held against which weeks, and the one figure that a client knows best."""
    days = days_words(check.window.first, check.window.last)
    figure = _known_best(check)
    if not check.ahead:
        return f"Held against the weeks that it was fitted to ({days}), the desk does so: {figure}."
    fitted = days_words(*check.calibration.export.days_opened())
    return (
        f"Fitted to {fitted} alone, a trial desk foretold {days}, which it had not seen: {figure}."
    )


def _known_best(check: Check) -> str:
    """Write the share that never left L1, or whatever comes nearest to it, foretold and in truth."""
    known = {one.figure: one for one in check.lines}
    for name, what in _BEST.items():
        if name in known:
            one = known[name]
            return f"{what.format(one.shown(one.simulated))} (in truth {one.shown(one.real)})"
    return "nothing that the export shows too"


def _count(check: Check, meaning: str = "") -> str:
    """Say how many figures are right, and how many would be if the desk were."""
    inside = len(check.lines) - len(check.outside())
    mean, low, high = check.if_right
    said = f"{inside} of {len(check.lines)} figures are right{meaning}"
    if np.isfinite(mean):
        said += f"; an exactly right desk would have about {mean:.0f} ({low:.0f} to {high:.0f})"
        if inside < round(low):
            said += ", so that not all that it gets wrong is chance"
    said += "."
    moved = sum(drifted(one) for one in check.outside())
    if check.ahead and moved:
        said += (
            f" Of the {len(check.outside())} others {moved} had moved by more than that in the export "
            "itself since the weeks fitted: no desk fitted before can know that."
        )
    return said


def _in_the_file(check: Check) -> str:
    """Say that the desk that is written is another than the one that was tried."""
    days = days_words(check.window.first, check.window.last)
    return (
        f"The file holds another desk, fitted to all the weeks ({days}). Held against these: "
        f"{_known_best(check)}. {_times(check)}".rstrip()
    )


def _about(check: Check) -> list[str]:
    found = [_shares(check), _distances(check)]
    return [sentence for sentence in found if sentence]


def drifted(line: Line) -> bool:
    """Tell whether a figure of the export moved by more than twice the noise since the weeks fitted."""
    if not np.isfinite(line.fitted):
        return False
    was = Line(line.figure, line.unit, line.real, line.fitted, 0, 0, line.noise)
    return was.outside


def _shares(check: Check) -> str:
    shares = sorted((one for one in check.lines if one.unit == "share"), key=lambda one: -one.off)
    if not shares:
        return ""
    worst = [
        f"“{figure_name(one_line(one.figure))}” "
        f"({format_share(one.real)} real, {format_share(one.simulated)} simulated)"
        for one in shares[:FAR]
    ]
    middle = 100 * float(np.median([one.off for one in shares]))
    return (
        f"Half of the {len(shares)} shares are off by less than {middle:.1f} points; furthest are "
        f"{listed(worst)}."
    )


def _times(check: Check) -> str:
    """Write times to resolution and the service level, simulated and in truth."""
    known = {one.figure: one for one in check.lines}
    times = [
        f"{part} in {one.shown(one.simulated)} (in truth {one.shown(one.real)})"
        for part, name in _TIMES.items()
        if (one := known.get(name))
    ]
    said = f"Resolved: {'; '.join(times)}." if times else ""
    made = known.get(_LEVEL)
    if made is None:
        return said
    share = f"{made.shown(made.simulated)} (in truth {made.shown(made.real)})"
    return f"{said} Service level kept: {share} of those resolved.".strip()


def _distances(check: Check) -> str:
    words = [
        f"{figure_name(one.figure)} {times_noise(one)}"
        for one in check.lines
        if one.unit == "distance"
    ]
    return (
        f"How far the two logs lie apart as a whole, in multiples of the noise: {listed(words)}."
        if words
        else ""
    )


def line_words(line: Line) -> str:
    """Write a figure, real beside simulated, with its name in words."""
    return figure_name(line.figure) + str(line).removeprefix(line.figure)


def check_words(check: Check) -> str:
    """Write all figures of a check, one a line, with their names in words."""
    return "\n".join([*check.quiet_days(), *map(line_words, check.lines)])


def times_noise(line: Line) -> str:
    """Say by how many times the noise a figure is off."""
    if not line.noise:
        return "none" if not line.off else f"over {TIMES_NOISE:.0f}"
    if not np.isfinite(line.noise) or not np.isfinite(line.off):
        return "not known"
    return f"{line.off / line.noise:.1f}"
