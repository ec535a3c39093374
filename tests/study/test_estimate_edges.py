"""The edges of a verdict: an interval that just touches its goal."""

import pytest

from sim.study.estimate import Estimate


@pytest.mark.parametrize(
    ("low", "high", "clears"),
    [(0.9, 0.95, True), (0.85, 0.9, None), (0.85, 0.899, False), (0.85, 0.95, None)],
)
def test_the_goal_itself_is_on_the_good_side(low, high, clears):
    """A lower end on the goal meets it; an upper end on the goal does not miss it."""
    assert Estimate((low + high) / 2, low, high, 20).clears(0.9) is clears
    mirrored = Estimate(-(low + high) / 2, -high, -low, 20)
    assert mirrored.clears(-0.9, "lower") is clears
