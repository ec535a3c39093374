"""What the gallery says of itself is true.

Each expected direction is held by the whole paired 95 % interval: a scenario that changed nothing
would pass with 1 chance in 40. The seed is fixed.
"""

import pytest
from cases import lessons
from cases.moves import BASE, difference_of, holds, known

from sim.engine import available_engines
from sim.scenario.gallery import folder, gallery
from sim.study.compare import compare

needs_speed = pytest.mark.skipif(
    "compiled" not in available_engines(), reason="hundreds of desk-months: compiled engine only"
)
SOME = 16
"""Replications; the page is made with more."""


def test_every_scenario_has_a_lesson_with_figures():
    """A scenario that is not on the page is one that nobody measured."""
    assert set(lessons.LESSONS) == set(gallery()) - {BASE}


@pytest.mark.parametrize("name", gallery())
def test_a_scenario_is_short_and_says_what_to_look_for(name):
    """One idea a file, with one sentence that says what to look for."""
    text = gallery()[name].read_text(encoding="utf-8")
    assert 5 <= len(text.splitlines()) <= (40 if name != BASE else 60)
    lesson = known(name).lesson.strip()
    assert lesson.endswith(".")
    assert "\n" not in lesson


@needs_speed
@pytest.mark.parametrize("name", lessons.LESSONS)
def test_a_lesson_is_borne_out(name, monkeypatch):
    """Each figure goes where the lesson says."""
    monkeypatch.setattr(lessons, "REPLICATIONS", SOME)
    study = lessons.measured(name)
    wrong = {}
    for metric, expected in lessons.LESSONS[name].expects.items():
        if expected == "shown":
            assert study[1].estimate(metric).n == SOME
            continue
        difference = difference_of(metric, study[0], study[1])
        if not holds(expected, difference):
            wrong[metric] = (expected, difference)
    assert not wrong


@needs_speed
def test_the_base_is_healthy():
    """L1 resolves what a healthy desk does, and every promise is met, for sure."""
    result = compare(known(BASE), seed=1, replications=40, curves=False)[0]
    share, band = result.estimate("l1_share"), result.scenario.bands.healthy
    assert band.low < share.low < share.high < band.high
    assert {verdict.word for verdict in result.verdicts.values()} == {"met"}


def test_the_page_names_every_scenario():
    """The page in the gallery is of the gallery as it is."""
    text = (folder() / lessons.PAGE).read_text(encoding="utf-8")
    for name in gallery():
        assert f"]({name}.yaml)" in text
        assert known(name).lesson.strip() in text
