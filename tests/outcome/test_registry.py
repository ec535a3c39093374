"""The registry: every number has words, and the words are complete."""

import math

import pytest

from sim.errors import TierSimError
from sim.outcome import curve, families, glossary, metric


def test_every_value_has_a_definition(measured):
    """Ids of values lead to their family, and each has a denominator."""
    assert measured.values.keys() == measured.counts.keys()
    for name in measured.values:
        assert name.startswith(metric(name).key)


def test_every_curve_has_a_definition(measured):
    """Ids of curves lead to their definition."""
    for name in measured.curves:
        assert curve(name).sentence.endswith(".")


@pytest.mark.parametrize("one", families(), ids=lambda m: m.key)
def test_a_definition_is_complete(one):
    """A definition says what is counted, out of what, who is left out and how open ones count."""
    assert one.sentence.endswith(".")
    for words in (one.label, one.numerator, one.denominator, one.left_out, one.open_tickets):
        assert words
        assert not words.endswith(".")


def test_the_glossary_has_them_all():
    """The glossary names every family."""
    text = glossary()
    assert all(f"`{one.key}`" in text for one in families())


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("l1_share", 0.7134, "71.3 %"),
        ("response[p90]", 13 * 60_000, "13 min"),
        ("tickets", 5106.0, "5,106"),
        ("backlog[mean]", 25.31, "25.3"),
        ("cost_per_ticket", 54.106, "54.11 EUR"),
        ("staff_cost", 25122.4, "25,122 EUR"),
        ("hops", 0.4512, "0.45"),
        ("lost_hours", 0.52, "0.5 h"),
        ("l1_share", math.nan, "–"),
        ("l1_share", None, "–"),
    ],
)
def test_formats(name, value, words):
    """A value is written as people say it, and what is not measured as a dash."""
    assert metric(name).format(value, "EUR") == words


@pytest.mark.parametrize("name", ["", "l1_shar", "response[L1, p90", "[p90]"])
def test_an_unknown_metric(name):
    """An id that leads nowhere is said, not guessed."""
    with pytest.raises(TierSimError, match="there is no metric"):
        metric(name)
