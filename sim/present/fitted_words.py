"""How well a fitted desk reproduces an export, and predicts, in sentences."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Final

import numpy as np

from sim.calibrate.check import TIMES_NOISE, Check, Line
from sim.present.figure_names import figure_name
from sim.present.text import listed, one_line
from sim.units import format_share

FAR: Final = 3
"""Figures that a sentence names."""


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
    # What nobody could tell the desk comes first: holidays, and drift.
    unknown = [*first.quiet_days(), *first.calibration.drift.sentences()]
    sentences = [*unknown, *_about(first)]
    if ahead and behind:
        sentences.append(_count(behind[0]))
    if not ahead:
        why = f": {missing}" if missing else "."
        sentences.append(f"How well it predicts weeks that it has not seen is not known{why}")
    return _count(first), tuple(sentences)


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


def _count(check: Check) -> str:
    inside = len(check.lines) - len(check.outside())
    days = days_words(check.window.first, check.window.last)
    tail = f"{inside} of {len(check.lines)} figures lie within twice the noise of the export itself"
    mean, low, high = check.if_right
    tail += f"; were the desk exactly right, about {mean:.0f} ({low:.0f} to {high:.0f}) would"
    if not check.ahead:
        return f"Held against the weeks that it was fitted to ({days}), {tail}."
    fitted = days_words(*check.calibration.export.days_opened())
    return f"Fitted to {fitted} and asked for {days}, {tail}."


def _about(check: Check) -> list[str]:
    found = [_shares(check), _times(check), _distances(check)]
    moved = [one for one in check.outside() if drifted(one)]
    if check.ahead and check.outside():
        found.append(
            f"Of the {len(check.outside())} figures outside, {len(moved)} had moved by more than "
            "twice the noise in the export itself between the weeks fitted and the weeks asked for: "
            "no desk fitted before can know that."
        )
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
    wanted = ("resolution p50", "resolution p75", "resolution p90")
    lines = [one for one in check.lines if one.figure in wanted]
    words = [
        f"{figure_name(one.figure)} {one.shown(one.real)} real, "
        f"{one.shown(one.simulated)} simulated (a factor of {np.exp(one.off):.2f})"
        for one in sorted(lines, key=lambda one: one.figure)
    ]
    return f"Of the tickets {'; '.join(words)}." if words else ""


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


def times_noise(line: Line) -> str:
    """Say by how many times the noise a figure is off."""
    if not line.noise:
        return "none" if not line.off else f"over {TIMES_NOISE:.0f}"
    if not np.isfinite(line.noise) or not np.isfinite(line.off):
        return "not known"
    return f"{line.off / line.noise:.1f}"
