"""A picture of one's own, in the frame of every other chart."""

import pytest

import sim
from sim.present.picture import SLIDE, framed


def curve(axes):
    """Draw a line, points and a goal."""
    axes.plot([0, 1, 2], [1, 2, 4], label="theory")
    axes.plot([0, 1, 2], [1.1, 2.1, 3.9], "o", label="simulation")
    axes.axhline(3, label="goal")
    axes.set(xlabel="staff", ylabel="wait")


def test_lines_are_named_at_their_end_and_points_in_a_legend():
    """Nobody has to match colours with a legend where a name can stand beside its line."""
    chart = sim.sketch(curve, title="It grows", subtitle="minutes")
    with chart.theme.active():
        axes = framed(chart, SLIDE).axes[0]
    assert {text.get_text() for text in axes.texts} == {"theory", "goal"}
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["simulation"]


def test_its_numbers_are_those_that_were_drawn():
    """The CSV beside a picture holds the points of its lines, not of lines across a panel."""
    rows = sim.sketch(curve, title="It grows").rows
    assert [row[1] for row in rows] == ["theory"] * 3 + ["simulation"] * 3
    assert rows[2] == [1, "theory", 2.0, 4.0]


@pytest.mark.parametrize("size", ["slide", "phone"])
def test_panels_stand_side_by_side(size):
    """Two panels are given to the drawing function as two axes, on every size."""

    def two(left, right):
        left.plot([0, 1], [0, 1], label="a")
        right.bar([0, 1], [2, 3], label="b")
        right.set_yscale("log")

    chart = sim.sketch(two, title="Two", panels=2)
    assert chart.svg(size).startswith("<?xml")
    assert [row[3] for row in chart.rows if row[:2] == [2, "b"]] == [2, 3]


def test_names_may_stand_on_an_axis():
    """Bars and points over names, as of fields, keep the names in their numbers."""
    chart = sim.sketch(lambda axes: axes.plot(["a", "b"], [1, 2], "o"), title="Two names")
    assert list(chart.rows) == [[1, "", "a", 1.0], [1, "", "b", 2.0]]


def test_a_line_that_leaves_the_panel_is_named_where_it_does():
    """A curve that shoots up stays a picture: its name stands at the edge, not far above it."""

    def steep(axes):
        axes.plot([0, 1, 2], [0, 1, 1000], label="steep")
        axes.set(xlim=(0, 2), ylim=(0, 10))

    chart = sim.sketch(steep, title="It shoots up")
    with chart.theme.active():
        (label,) = framed(chart, SLIDE).axes[0].texts
    assert label.xy == (2, 10)


def test_shares_are_written_in_per_cent():
    """An axis of shares reads as every other share of the project does."""
    chart = sim.sketch(lambda axes: axes.plot([0, 1], [0, 0.5]), title="Half", percent="y")
    with chart.theme.active():
        figure = framed(chart, SLIDE)
        figure.canvas.draw()
    labels = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert "50 %" in labels
