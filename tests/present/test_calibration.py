"""The calibration report: what it says first, that it holds everything, and that it asks nobody."""

from __future__ import annotations

import datetime as dt
import html
import re
from dataclasses import replace

import numpy as np
import pytest

from sim.calibrate import as_export, calibrate, misfit, write_sample
from sim.intake.read import read_export
from sim.intake.sheet import SetAside
from sim.present.calibration import ORDER, WORST, write_calibration
from sim.present.charts.fitted import fitted_charts
from sim.present.figure_names import figure_name
from sim.present.fitted_words import check_words, drifted, line_words, statement
from sim.scenario.file import load
from sim.scenario.gallery import gallery
from sim.study.evaluate import replicate


@pytest.fixture(scope="module")
def fitted(tmp_path_factory):
    """Give a desk fitted to two months of the gallery's base, and its check."""
    base = load(gallery()["in-house-desk"])
    path = tmp_path_factory.mktemp("export") / "tickets <b>.csv"
    write_sample(as_export(replicate(base, seed=3)), path)
    desk = calibrate(read_export(path, "servicenow"))
    return desk, misfit(desk, replications=2)


def test_one_file_that_asks_nobody(fitted, tmp_path):
    """Nothing in it is fetched from elsewhere, and what a user wrote stays text."""
    desk, found = fitted
    text = write_calibration(desk, [found], tmp_path / "c.html").read_text(encoding="utf-8")
    assert not re.search(r'(?:src|href)="(?!#|data:)', text)
    assert "<script" not in text
    assert "tickets <b>" not in text
    assert "tickets &lt;b&gt;.csv" in text


def test_says_first_how_well_it_does(fitted, tmp_path):
    """The answer stands above all tables; without a prediction it says why there is none."""
    desk, found = fitted
    headline, sentences = statement([found], "the export has one usable week")
    assert headline.startswith("Held against the weeks that it was fitted to")
    never = next(one for one in found.lines if one.figure.startswith("never left L1"))
    assert f"{never.shown(never.simulated)} of the tickets that began at L1" in headline
    assert f"(in truth {never.shown(never.real)})" in headline
    assert re.match(r"Resolved: half in .*; 3 in 4 in .*; 9 in 10 in .*\.", sentences[0])
    assert f"of {len(found.lines)} figures" in sentences[1]
    assert f"about {found.if_right[0]:.0f} (" in sentences[1]
    assert any("one usable week" in sentence for sentence in sentences)
    text = write_calibration(desk, [found], tmp_path / "c.html").read_text(encoding="utf-8")
    assert text.index("Held against") < text.index("<table")


def test_rows_set_aside_are_counted_by_reason(fitted, tmp_path):
    """Reasons that differ in a row number or a value alone are one reason."""
    desk, found = fitted
    aside = tuple(SetAside(n, f"T{n}", f"it repeats row {n - 1}") for n in (7, 9, 12))
    spoilt = replace(desk, export=replace(desk.export, set_aside=aside))
    text = write_calibration(spoilt, [found], tmp_path / "c.html").read_text(encoding="utf-8")
    assert re.search(r"it repeats row ….*?<span>3</span>.*?<span>7</span>", text, re.DOTALL)


def test_a_later_check_stands_first(fitted):
    """A check of weeks that were not fitted is a trial, comes first, and is of another desk."""
    found = fitted[1]
    later = found.window.last + dt.timedelta(1)
    ahead = replace(found, window=replace(found.window, first=later, last=later))
    headline, sentences = statement([found, ahead])
    assert headline.startswith("Fitted to")
    assert "alone, a trial desk foretold" in headline
    assert sentences[2].startswith("The file holds another desk, fitted to all the weeks (")
    assert f"of {len(found.lines)} figures are right" in sentences[3]


def test_drift_is_told_from_misfit(fitted):
    """A figure that moved in the export itself is named as such; one that did not is not."""
    line = next(one for one in fitted[1].lines if one.figure == "0 hand-overs")
    assert not drifted(replace(line, fitted=line.real))
    assert drifted(replace(line, fitted=line.real + 5 * line.noise))
    assert not drifted(replace(line, fitted=float("nan")))


def test_charts_draw_what_their_numbers_say(fitted):
    """There are four, each with a finding, a picture for desk and phone, and its numbers."""
    charts = fitted_charts(fitted[1])
    assert [chart.name for chart in charts] == [
        "time to resolution",
        "arrivals over the week",
        "tickets a week",
        "backlog beside the export",
    ]
    for chart in charts:
        assert re.search(r"\d", chart.title)
        assert chart.svg() == chart.svg()
        assert chart.svg("phone")
        values = np.array([row[2:] for row in chart.rows], dtype=float)
        assert np.isfinite(values).all()


def test_a_client_reads_figures_in_words_by_what_they_are_about(fitted, tmp_path):
    """No figure's name is the tool's own jargon; those outside the noise come first, theme by theme."""
    desk, found = fitted
    text = write_calibration(desk, [found], tmp_path / "c.html").read_text(encoding="utf-8")
    shown = html.unescape(re.sub(r"<wbr>", "", text))
    _, sentences = statement([found])
    for jargon in (r"\d hand-overs", r"\bp\d\d\b", "n-gram \\d", "circadian", "relative event"):
        assert not re.search(jargon, " ".join(sentences))
        assert not re.search(rf"<th[^>]*>[^<]*{jargon}", shown)
    for words in (
        "tickets never handed over",
        "9 in 10 resolved within",
        "paths through the tiers",
    ):
        assert words in shown
    never = next(line for line in found.lines if line.figure == "0 hand-overs")
    assert line_words(never).startswith("tickets never handed over: ")
    assert check_words(found).splitlines()[-len(found.lines) :] == [*map(line_words, found.lines)]
    part = shown[shown.index('<section id="fit">') :]
    captions = re.findall(r"<caption>([^<]*)</caption>", part[: part.index("<details>")])
    themes = [about.capitalize() for about in ORDER]
    assert captions == [theme for theme in themes if theme in captions]
    assert len(captions) == len({line.about for line in found.outside()[:WORST]})
    assert figure_name("a figure of tomorrow, L1") == "a figure of tomorrow, L1"
