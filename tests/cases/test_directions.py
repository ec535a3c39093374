"""Every mechanism works in the direction that it must, on the same tickets before and after.

A case holds when the whole paired 95 % interval lies on the right side. A mechanism that did nothing
would pass one case in 40; the seed is fixed, so that a case that passes stays passed.
"""

import pytest
from cases.directions import MECHANISMS, MOVES, PAGE, SWEEPS
from cases.moves import SEED, holds, known

from sim.engine import available_engines
from sim.scenario.gallery import folder
from sim.study.compare import compare
from sim.study.paired import paired_difference

needs_speed = pytest.mark.skipif(
    "compiled" not in available_engines(), reason="thousands of desk-months: compiled engine only"
)
SWEPT_REPLICATIONS = 10


def test_every_mechanism_has_a_case():
    """A mechanism without a direction is one that nobody checked."""
    assert {move.mechanism for move in MOVES} == set(range(1, len(MECHANISMS) + 1))


@needs_speed
@pytest.mark.parametrize("move", MOVES, ids=lambda move: f"{move.mechanism}: {move.what}")
def test_a_move_does_what_it_must(move):
    """Each metric goes where it must, with the whole of its interval."""
    wrong = {
        metric: (expected, difference)
        for metric, expected, difference in move.found(move.study(jobs=1))
        if not holds(expected, difference)
    }
    assert not wrong


@needs_speed
@pytest.mark.parametrize("sweep", SWEEPS, ids=lambda sweep: sweep.path)
def test_a_sweep_never_gets_worse_and_is_best_inside(sweep):
    """What notes are for improves step by step; what they cost makes the best lie inside."""
    spacious = _swept(sweep, sweep.room)
    for metric in sweep.never_up:
        steps = [
            paired_difference(after.values(metric), before.values(metric)).estimate
            for before, after in zip(spacious.results, spacious.results[1:], strict=False)
        ]
        assert all(step.low <= 0 for step in steps), metric
    as_it_is = _swept(sweep, {})
    for study in (spacious, as_it_is):
        assert all(study[-1].difference(metric).estimate.high < 0 for metric in sweep.never_up)
        means = [result.estimate(sweep.best_inside).mean for result in study]
        best = study[means.index(min(means))]
        assert best not in (study[0], study[-1])
        for end in (study[0], study[-1]):
            assert best.difference(sweep.best_inside, end).estimate.high < 0


def _swept(sweep, changes):
    """Run a desk at every value of a sweep."""
    base = known(sweep.scenario).with_(changes, name="base")
    desks = [base.with_({sweep.path: value}, name=str(value)) for value in sweep.values]
    return compare(desks, seed=SEED, replications=SWEPT_REPLICATIONS, curves=False, jobs=1)


@pytest.mark.parametrize("move", MOVES[3:5], ids=lambda move: move.what)
def test_the_readable_engine_agrees(move):
    """A short look with the SimPy engine: the same figures."""
    if "compiled" not in available_engines():
        pytest.skip("there is nothing to compare with")
    slow, fast = (move.study(1, engine=name, jobs=1) for name in ("simpy", "compiled"))
    for metric in move.expects:
        assert slow[1].values(metric).tolist() == fast[1].values(metric).tolist()


def test_the_page_names_every_case():
    """The page is of the cases as they are, and every line of it holds."""
    text = (folder() / PAGE).read_text(encoding="utf-8")
    assert "✗" not in text
    for move in MOVES:
        assert f"| {move.what} |" in text
        assert all(f"`{metric}`" in text for metric in move.expects)
