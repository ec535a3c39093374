"""Sentences, the answer and the terminal: what is said, and that it fits."""

import html
import io
import re
from dataclasses import replace

import numpy as np
import pytest
from rich.console import Console

import sim
from sim.present import chart, deck, report
from sim.present.answer import answer
from sim.present.charts.service_levels import finding
from sim.present.numbers import interval, measured, written_change
from sim.present.questions import answers
from sim.present.report_tables import tiers
from sim.present.say import position, say
from sim.present.sentences import change, figure
from sim.present.terminal import (
    implied_table,
    run_table,
    study_text,
    verdict_lines,
)
from sim.scenario.gallery import gallery
from sim.scenario.promises import Band
from sim.study.claims import first_line, promise_claim
from sim.study.estimate import Estimate
from sim.study.manifest import Manifest
from sim.study.replication import Replication
from sim.study.result import Result
from sim.study.study import Study
from sim.units import format_duration, format_share

BASE = sim.load(gallery()["in-house-desk"])
LEVELS = [f"service_level[{name}]" for name in BASE.service_levels]


def told(**options):
    """Make a study of figures: each option a kept share (of every promise) and a cost in a week."""
    results = []
    rng = np.random.default_rng(5)
    noise = rng.normal(0, 0.002, 12)
    for name, (kept, cost) in options.items():
        replications = tuple(
            Replication(
                dict.fromkeys(LEVELS, kept + bit)
                | {"l1_share": 0.7 + bit, "total_cost": cost * (1 + bit), "staff_cost": cost},
                dict.fromkeys(LEVELS, 1000.0),
                tickets=str(number),
            )
            for number, bit in enumerate(noise)
        )
        base = results[0] if results else None
        results.append(Result(BASE.with_({}, name=name), replications, base))
    scenarios = [result.scenario for result in results]
    manifest = Manifest.of(scenarios, seed=5, replications=12)
    return Study(tuple(results), ("l1_share", *LEVELS), 0.95, manifest)


def test_the_cheapest_that_keeps_every_promise_is_named():
    """A dearer one that keeps them too, and a cheaper one that does not, are not the answer."""
    found = answer(told(base=(0.95, 30_000.0), lean=(0.94, 25_000.0), thin=(0.6, 10_000.0)))
    assert found.best.name == "lean"
    assert "least cost of the 2 options" in found.headline
    assert any(
        s.startswith("Of the others that keep every promise, base comes next: +")
        for s in found.sentences
    )
    assert any("thin misses" in s for s in found.sentences)


def test_options_that_miss_as_many_promises_are_a_tie():
    """It is said that none keeps them, before anything else; then the cheapest of them is named."""
    found = answer(told(base=(0.5, 10_000.0), better=(0.6, 20_000.0)))
    assert found.headline.startswith(
        "No option surely keeps every promise, and no clear difference is shown in how many base and "
        "better miss; base is the cheapest of them"
    )


def test_no_winner_is_named_while_an_option_may_keep_its_promises():
    """What is not yet known is said, and how many more replications would tell."""
    found = answer(told(base=(0.9, 10_000.0), better=(0.6, 5_000.0)))
    assert "comes closest" not in found.headline
    assert re.match(
        r"No option surely keeps every promise; whether base keeps L1 response.* is not yet known "
        r"\(more replications are needed\)\.",
        found.headline,
    )


def test_a_winner_is_no_sole_one_while_others_may_keep_their_promises_for_less():
    """The one that surely keeps them is named, with the cheaper one of which that is open."""
    found = answer(told(base=(0.95, 20_000.0), near=(0.9, 19_000.0)))
    assert found.headline.startswith("base keeps every promise at 19,99")
    assert "; whether near keeps L1 response" in found.headline
    assert "alone" not in found.headline
    dear = answer(told(base=(0.95, 20_000.0), near=(0.9, 90_000.0)))
    assert "not yet known" not in dear.headline


def test_the_first_may_be_the_answer():
    """It is not held against itself."""
    found = answer(told(base=(0.95, 20_000.0), dear=(0.97, 30_000.0)))
    assert found.best.name == "base"
    assert any("No other option is shown to be cheaper than base" in s for s in found.sentences)


def test_a_saving_that_breaks_promises_is_named_as_one():
    """A leader sees what could be saved, and at what price."""
    found = answer(told(base=(0.95, 20_000.0), thin=(0.5, 10_000.0)))
    assert found.best.name == "base"
    assert re.match(
        r"thin is 9,999 EUR a week \(9,9\d\d–10,0\d\d EUR\) cheaper than base for the desk and its "
        r"users' lost time, but it misses L1 response, ",
        found.sentences[0],
    )


def test_a_saving_that_may_keep_its_promises_says_what_is_not_known():
    """The option comes first, what it saves as a number above 0, then its doubts."""
    found = answer(told(base=(0.95, 20_000.0), near=(0.9, 19_000.0)))
    assert found.sentences[0].startswith("near is 1,00")
    assert "but it is not yet known whether it keeps L1 response" in found.sentences[0]


def test_what_stays_solved_stands_beside_the_share_of_the_first_line(study):
    """It is another way to count that share, not the first conversations."""
    share, stays, _, first = answers(study)[0].sentences
    assert "never leave it" in share
    assert stays.startswith("Counting only those that stay solved it is ")
    assert first.startswith("Solved in the first conversation")
    assert "stay" not in first


def test_where_no_costs_are_stated_that_is_said():
    """A sentence about money needs money."""
    base = sim.example("in-house-desk")
    free = {"costs.user_hour": 0} | {f"tiers.{tier}.cost": 0 for tier in base.tiers}
    found = sim.compare(base.with_(free), replications=2)
    text = " ".join(s for one in answers(found) for s in one.sentences)
    assert "L1 is in-house; no costs are stated." in text
    assert "not measured a week" not in text


def test_desks_that_keep_their_promises_are_counted():
    """A title ranks nothing."""
    assert finding(told(a=(0.95, 1.0), b=(0.96, 1.0))) == "All desks keep every promise"


def test_one_desk_is_judged_promise_by_promise():
    """Without options there is a verdict for each promise."""
    found = answer(told(base=(0.95, 20_000.0)))
    assert found.headline == "base keeps all 4 promises."
    assert len(found.sentences) == 5


def test_a_verdict_is_a_sentence_a_leader_can_read():
    """Name, promise, verdict, number with interval, target, goal, and the paired difference."""
    study = told(base=(0.92, 1.0), more=(0.96, 2.0))
    sentence = say(promise_claim(study["more"], "L1 response"), study)
    assert re.fullmatch(
        r"more: the promise “L1 response” is met: 96\.\d % \(9\d\.\d–9\d\.\d %\) taken up within "
        r"15 min, goal 90 %\.",
        sentence,
    )


def test_where_the_first_line_lies_is_said_only_when_it_is_known():
    """An interval that leaves the band is not clearly inside."""
    band = Band(low=0.65, high=0.8)
    assert position(Estimate(0.9, 0.88, 0.92, 9), band.low, band.high) == "above"
    assert position(Estimate(0.5, 0.48, 0.52, 9), band.low, band.high) == "below"
    assert position(Estimate(0.79, 0.77, 0.81, 9), band.low, band.high) == "not clearly inside"
    assert "inside the healthy band of 65–80 %" in say(first_line(told(base=(0.9, 1.0))[0]))


@pytest.mark.parametrize(
    ("low", "high", "text"),
    [
        (60_000, 120_000, "1–2 min"),
        (50_000, 120_000, "50 s–2 min"),
        (5_400_000, 9_000_000, "1 h 30 min to 2 h 30 min"),
        (-120_000, 60_000, "−2 to 1 min"),
        (60_000, 60_000, "1 min"),
    ],
)
def test_an_interval_names_its_unit_once(low, high, text):
    """Both ends are read alike, and a minus is not taken for a dash."""
    assert interval(format_duration, low, high) == text


def test_numbers_keep_their_sense():
    """Not measured is said; what cannot be below 0 is not; zero has no sign."""
    nothing = Estimate(float("nan"), float("nan"), float("nan"), 0)
    assert measured(nothing, format_share) == "not measured"
    assert measured(Estimate(5.0, -3.0, 13.0, 4), lambda v: f"{v:.0f} h") == "5 h (0–13 h)"
    assert written_change("l1_share", Estimate(-0.00001, -0.0001, 0.0001, 4)) == (
        "+0.00 points (−0.01 to 0.01)"
    )
    assert written_change("response[mean]", Estimate(-60_000, -120_000, 0, 4)).startswith("−1 min")


def test_the_terminal_shows_a_study_in_80_columns(study):
    """No line is longer, no verdict is a colour alone, every scenario is there."""
    text = study_text(study, 80)
    assert max(map(len, text.splitlines())) <= 80
    assert "\x1b" not in text
    for result in study:
        assert result.name in text
        for verdict in result.verdicts.values():
            assert verdict.word in text
    assert "documentation.quality 60 % → 30 %" in text


@pytest.mark.parametrize("width", [40, 60, 200])
def test_other_widths_fit_too(study, width):
    """A narrow terminal wraps, and cuts nothing off."""
    text = study_text(study, width)
    assert max(map(len, text.splitlines())) <= width
    assert "…" not in text


def test_hostile_names_are_no_markup_in_a_terminal(hostile):
    """Brackets are shown; what steers the screen is not."""
    text = study_text(hostile)
    assert "<script>alert(1)</script>" in text
    assert "\x08" not in text
    assert "\u202e" not in text


def test_verdict_lines_have_a_mark_and_a_word(study):
    """One line for each promise."""
    lines = verdict_lines(study, study[0])
    assert len(lines) == 4
    assert all(line[0] in "✓✗?" for line in lines)


def test_a_run_and_a_check_print_themselves(study):
    """One replication says that it says nothing about how sure it is."""
    console = Console(width=80, file=io.StringIO())
    console.print(run_table(sim.run(study[0].scenario, seed=3)))
    console.print(implied_table(sim.implied(study[0].scenario)))
    text = console.file.getvalue()
    assert "says nothing about how sure" in " ".join(text.split())
    assert "utilisation" in text
    assert max(map(len, text.splitlines())) <= 80


@pytest.mark.parametrize("clear_of_zero", [True, False])
def test_an_interval_clear_of_zero_that_is_not_shown_to_differ_is_explained(
    study, monkeypatch, clear_of_zero
):
    """Screen, text, notebook, report, deck and chart say that verdicts are judged together, where it matters."""
    low = 0.001 if clear_of_zero else -0.001
    told = Estimate(0.01, low, 0.02, 4)
    changes = [
        replace(
            one,
            difference=replace(one.difference, estimate=told),
            effect="no difference shown",
        )
        for one in study.changes()
    ]
    monkeypatch.setattr(type(study), "changes", lambda *_: changes)
    monkeypatch.setattr(report, "charts_of", lambda *_: [])
    slides_said = "\n".join(one.notes for one in deck.slides(study, report.Asked()))
    said = {
        "screen": study_text(study, 200),
        "text": str(study),
        "notebook": html.unescape(study._repr_html_()),
        "report": html.unescape(report.page(study, report.Asked(), paper=False)),
        "deck": slides_said,
    }
    wanted = f"all {len(changes)} are judged together (Holm's adjustment)"
    where = {
        name
        for name, text in said.items()
        if wanted in " ".join(text.split()).replace("\N{NO-BREAK SPACE}", " ")
    }
    assert where == (set(said) if clear_of_zero else set())
    assert ("leaves out 0" in chart(study, "differences").subtitle) == clear_of_zero


def test_each_utilisation_says_what_it_is_of(single):
    """Check, run, questions and report do not mean one thing: each says whether overtime is in it."""
    asked = " ".join(s for one in answers(single) for s in one.sentences)
    assert "utilisation on shift" in asked
    assert "overtime left out" in tiers(single[0]).note
    screen = Console(file=io.StringIO(), width=100)
    screen.print(run_table(sim.run(single[0].scenario, seed=3)))
    lines = [one for one in screen.file.getvalue().splitlines() if "Utilisation: L" in one]
    assert len(lines) == 3
    assert all("on shift, overtime left out" in one for one in lines)


def test_an_index_has_no_more_digits_than_sense(study):
    """A hundredth of a point of a stated formula means nothing; its interval and change have as many."""
    text = figure(study[2], "satisfaction") + change(study[2], "satisfaction")
    assert re.fullmatch(r"\d+\.\d \([\d.–]+\)[−+]\d+\.\d \([^)]*\)", text)
    assert not re.search(r"\.\d\d", text)
