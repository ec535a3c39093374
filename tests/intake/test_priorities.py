"""Which priority comes first, in seven languages."""

from __future__ import annotations

import pytest

from sim.intake.priorities import rank

ORDERED = [
    ["1 - Critical", "2 - High", "3 - Moderate", "4 - Low", "5 - Planning"],
    ["5 very high", "4 high", "3 normal", "2 low"],
    ["3 (high)", "2 (medium)", "1 (low)"],
    ["1 - Kritisch", "2", "3"],
    ["4 urgent", "3", "2", "1"],
    ["Urgent", "High", "Normal", "Not urgent"],
    ["Dringend", "Normal", "Nicht dringend"],
    ["Très urgent", "Urgent", "Normal", "Pas urgent"],
    ["Urgente", "Normal", "No urgente"],
    ["Urgente", "Normale", "Non urgente"],
    ["Spoed", "Normaal", "Niet dringend"],
    ["Wichtig", "Normal", "Unwichtig"],
    ["Sehr hoch", "Hoch", "Mittel", "Niedrig"],
    ["Très haute", "Haute", "Moyenne", "Basse", "Très basse"],
    ["La más alta", "Muy alta", "Alta", "Media", "Baja"],
    ["Muito alta", "Alta", "Média", "Baixa"],
    ["Molto alta", "Alta", "Media", "Bassa"],
    ["Altíssima", "Alta", "Média", "Baixa", "Baixíssima"],
    ["Zeer hoog", "Hoog", "Normaal", "Laag"],
    ["CRITICAL", "high", " Medium "],
    ["Critical", "Very high", "High", "Medium-High", "Medium", "Low", "Very low", "Lowest"],
    ["Priority 1", "Priority 2", "Priority 10"],
    ["P0", "P2"],
    ["Sev 1", "Sev 2"],
]


@pytest.mark.parametrize("labels", ORDERED, ids=lambda labels: labels[0])
def test_the_most_urgent_comes_first(labels):
    """Words go before numbers, "not" turns, "very" moves, however it is written; nothing is in doubt."""
    for shown in (labels, labels[::-1], sorted(labels)):
        ranking = rank(shown)
        assert [shown[at] for at in ranking.order()] == labels
        assert not ranking.doubt


@pytest.mark.parametrize(
    ("labels", "first", "says"),
    [
        (["1", "2", "3", "4"], "1", "bare numbers do not tell"),
        (["High", "Low", "Sonstige"], "High", "'Sonstige' does not say"),
    ],
)
def test_a_doubt_is_said(labels, first, says):
    """Bare numbers may run either way; a word that says nothing comes last."""
    ranking = rank(labels)
    assert labels[ranking.order()[0]] == first
    assert says in ranking.doubt


@pytest.mark.parametrize("labels", [["blue", "green"], ["A", "B"], ["P1", "P2", "High"]])
def test_no_order_is_guessed(labels):
    """Where nothing tells, nothing is said to."""
    assert rank(labels) is None
