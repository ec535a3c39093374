"""The screen of a comparison: what it costs, and that many scenarios still fit on it."""

import pytest

import sim
from sim.present.costs import cost_rows, cost_sentence
from sim.present.overview import MOST_IN_FULL
from sim.present.terminal import study_text

BASE = sim.example("in-house-desk").with_(
    {"period.length": "5 weeks", "period.warm_up": "1 week"}, name="Base"
)


def compared(*changes, replications=3, **named):
    """Compare the base with a scenario for each set of changes."""
    others = [BASE.with_(one, name=f"Option {at}") for at, one in enumerate(changes, 1)]
    return sim.compare([BASE, *others], replications=replications, jobs=1, **named)


def test_total_cost_stands_on_the_screen_with_what_is_in_it():
    """Per week, in a currency, with its interval and its difference; users' time is named."""
    study = compared({"tiers.L1.staff.day": 7})
    text = " ".join(study_text(study, 200).split())
    total = [row for row in cost_rows(study) if row.metric == "total_cost"]
    estimate = study["Option 1"].estimate("total_cost")
    assert [row.scenario for row in total] == ["Base", "Option 1"]
    assert total[1].estimate == estimate
    assert total[1].difference is not None
    assert total[0].difference is None
    assert f"Total cost in a week {estimate.mean:,.0f} EUR ({estimate.low:,.0f}–" in text
    assert "of it users’ lost time" in text
    assert "staff and users’ lost working time at 40 EUR an hour, on average over 4 weeks" in text


def test_time_without_a_price_is_said_to_be_left_out():
    """Total cost is then the desk's alone, and the field to fill in is named."""
    free = BASE.with_({"costs.user_hour": 0}, name="Free")
    study = sim.compare(free, replications=2, jobs=1)
    assert [row.metric for row in cost_rows(study)] == ["total_cost"]
    assert "has no price (`costs.user_hour`), and is not in it" in cost_sentence(study)


@pytest.mark.parametrize(
    "change",
    [{"costs.currency": "USD"}, {"costs.user_hour": 0}, {"demand.volume": "500 / week"}],
)
def test_costs_that_do_not_go_together_are_not_subtracted(change):
    """Each is shown; no difference of total cost is; the one that differs is named, no other."""
    study = compared(change, {"tiers.L1.staff.day": 7}, replications=2)
    by_name = {r.scenario: r for r in cost_rows(study) if r.metric == "total_cost"}
    assert by_name["Option 1"].difference is None
    assert by_name["Option 2"].difference is not None
    assert "Not compared with Base: Option 1." in cost_sentence(study)


def test_a_desk_without_prices_has_no_cost_on_its_screen():
    """Nothing is said of a cost that nobody stated."""
    tiers = {f"tiers.{tier}.cost": 0 for tier in BASE.tiers}
    study = sim.compare(
        BASE.with_({**tiers, "costs.user_hour": 0}, name="No prices"), replications=2, jobs=1
    )
    assert cost_rows(study) == []
    assert "otal cost" not in study_text(study)


def test_many_scenarios_take_a_line_each():
    """However many they are, each is there with its promises, its cost and the change."""
    several = compared(*({"tiers.L1.staff.day": heads} for heads in range(4, 16)), replications=2)
    assert len(several) > MOST_IN_FULL
    text = study_text(several, 140)
    table = text[text.index("resolved by the first line") :].splitlines()
    assert len(text.splitlines()) < 3 * len(several)
    assert "total cost in a week, EUR" in table[0]
    assert [line.split("  ")[0] for line in table[1 : len(several) + 1]] == list(several.names)
    assert "name fewer scenarios" in text
    assert max(map(len, study_text(several, 80).splitlines())) <= 80
