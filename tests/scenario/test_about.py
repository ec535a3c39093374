"""What a gallery file says of itself in words is what its fields say in numbers."""

import re

import pytest

from sim.scenario.file import load
from sim.scenario.gallery import gallery

WORDS = [
    "no",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
]
NUMBERS = {word: value for value, word in enumerate(WORDS)}
SAID = re.compile(
    r"\b(\d[\d,]*(?:\.\d+)?|" + "|".join(WORDS[2:]) + r")\b[ -]?(\w+)?(?: (\w+))?", re.IGNORECASE
)
HEADS = {"people": "L1", "specialists": "L2", "engineers": "L3"}


def facts(scenario):
    """Return each number that a reader may be told of a desk, by what it counts."""
    heads = {
        name: sum((tier.staff or {}).values())
        + sum(sum(team.staff.values()) for team in tier.teams.values())
        for name, tier in scenario.tiers.items()
    }
    week = scenario.demand.volume * 168
    return {
        **{word: heads.get(tier) for word, tier in HEADS.items()},
        "users": scenario.demand.users,
        "tickets": week,
        "tiers": len(scenario.tiers),
        "weeks": (scenario.period.length - scenario.period.warm_up) / 604_800_000,
        "zone": 1,
    }


def said(text):
    """List the numbers in a text, each with the words behind it."""
    for number, second, third in SAID.findall(text):
        value = NUMBERS.get(number.lower())
        yield (float(number.replace(",", "")) if value is None else float(value)), second, third


@pytest.mark.parametrize("name", sorted(gallery()))
def test_numbers_in_about_are_those_of_the_fields(name):
    """Every number is of something that is known here, and has the value that the file has."""
    scenario = load(gallery()[name])
    known = facts(scenario)
    for value, second, third in said(scenario.about):
        what = next((word for word in (second, third) if word in known), None)
        if what is None and (second, third) == ("answer", "first"):
            what = "people"
        if what is None and second == "office":
            what = "users"
        assert what is not None, f"{name}: {value:g} {second} {third} is of nothing that is known"
        assert value == pytest.approx(known[what], rel=0.01), f"{name}: {value:g} {what}"


def test_a_wrong_number_is_seen():
    """The text that the sample had: three specialists and two engineers, where there are four and three."""
    wrong = "Six people answer first, three specialists and two engineers stand behind them."
    known = facts(load(gallery()["in-house-desk"]))
    found = {
        word: value
        for value, second, third in said(wrong)
        for word in (second, third)
        if word in known
    }
    assert found == {"people": 6, "specialists": 3, "engineers": 2}
    assert {word: known[word] for word in found} == {"people": 6, "specialists": 4, "engineers": 3}
