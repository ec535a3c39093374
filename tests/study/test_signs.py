"""Levers, signs, the split of a low L1 share, the scorecard: what they try, add up and claim."""

from dataclasses import dataclass

import pytest

from sim.errors import StudyError
from sim.present import scorecard_text, signs_text, split_text
from sim.present.questions import answers, place
from sim.scenario.model import Scenario
from sim.scenario.promises import Band
from sim.study import levers
from sim.study.asked import HEADLINE
from sim.study.causes import DOCUMENTATION, TRAINING, UNDERSTAFFING, causes_of, split
from sim.study.compare import compare
from sim.study.estimate import Estimate
from sim.study.replication import Replication
from sim.study.scorecard import scorecard
from sim.study.signs import signs

FEW = 4


@pytest.fixture
def bad(desk):
    """Make a desk that bounces, explains again and hurries."""
    changes = {
        "documentation.quality": 0.2,
        "routing.clarity": 0.6,
        "tiers.L1.ability": 0.4,
        "tiers.L1.time_box": "20 min",
        "tiers.L1.short_box": "8 min",
        "tiers.L1.closes_early": 0.1,
        "topics.software.runbook": 0.5,
        "problems": {"count": 5, "tier": "L2"},
        "costs.user_hour": 40,
    }
    return desk.with_(changes, name="Bad desk")


def test_each_lever_is_a_change_that_the_scenario_allows(bad):
    """A lever that cannot be pulled is no lever, and each changes something."""
    kinds = (
        lambda s: levers.more_people(s, "L1"),
        lambda s: levers.training(s, "L1"),
        levers.better_notes,
        levers.summary_template,
        levers.clear_criteria,
        levers.runbooks,
        lambda s: levers.longer_box(s, "L1"),
        lambda s: levers.honest_closure(s, "L1"),
        levers.fixing,
    )
    found = levers.tried(bad, *kinds)
    assert len(found) == len(kinds)
    for lever in found:
        pulled = lever.applied(bad)
        assert pulled.name == lever.name
        assert pulled != bad.with_({}, name=lever.name)
        assert lever.price >= 0


def test_no_lever_where_there_is_nothing_to_pull(desk):
    """A desk with complete notes, clear criteria and no box has none of these levers."""
    best = desk.with_({"documentation.quality": 1}, name="best")
    kinds = (levers.better_notes, levers.summary_template, levers.clear_criteria, levers.fixing)
    assert not levers.tried(best, *kinds, lambda s: levers.longer_box(s, "L1"))


def test_a_lever_on_teams_and_providers(desk):
    """One more is offered for each team, and for no provider."""
    teams = {"a": {"staff": {"day": 2}, "topics": ["software"]}}
    teamed = desk.with_({"tiers.L2.staff": None, "tiers.L2.teams": teams}, name="teams")
    assert [one.name for one in levers.more_people(teamed, "L2")] == ["one more at L2 a"]
    bought = desk.with_({"tiers.L2.staff": None, "tiers.L2.provider": {}}, name="provider")
    assert not list(levers.more_people(bought, "L2"))


def test_the_price_of_training(desk):
    """An hour a week for each of six people at 32."""
    (lever,) = levers.training(desk, "L1")
    assert lever.price == 6 * 32


@pytest.fixture(scope="module")
def found():
    """Keep the signs of the bad desk: they take a second."""
    return {}


def _signs(found, bad):
    if "signs" not in found:
        found["signs"] = signs(bad, replications=FEW, jobs=1)
    return {sign.name: sign for sign in found["signs"]}


def test_signs_show_where_the_model_does_not_work(found, bad):
    """Bouncing and re-explaining show, with the brief's names, and a suspiciously high share does not."""
    here = _signs(found, bad)
    assert here["tickets bounce"].word == "shows"
    assert here["users explain again and again"].word == "shows"
    assert here["the first line resolves too little"].word == "shows"
    assert here["the first line resolves suspiciously much"].word == "does not show"
    assert not here["the first line resolves suspiciously much"].tried


def test_the_lever_that_helps_most_comes_first(found, bad):
    """Those that help for sure come before those that do not, then by effect for money."""
    for sign in _signs(found, bad).values():
        helps = [tried.helps for tried in sign.tried]
        assert helps == sorted(helps, reverse=True)
        for before, after in zip(sign.tried, sign.tried[1:], strict=False):
            if before.helps == after.helps:
                assert before.per_money >= after.per_money
    bouncing = _signs(found, bad)["tickets bounce"]
    assert bouncing.tried[0].lever.name == "clear escalation criteria"
    assert bouncing.tried[0].effect.estimate.high < 0
    assert set(bouncing.evidence) >= {"bounces[returned]", "documented_share[reason]"}


def test_signs_in_words(found, bad):
    """Every figure with its interval, the threshold, the cause, and what helps."""
    here = _signs(found, bad)
    text = " ".join(signs_text.sign_sentences(here["tickets bounce"], "EUR"))
    assert "Tickets bounce: shows." in text
    assert "above 20.0 %" in text
    assert "unclear criteria" in text
    assert "What helps most for its money: clear escalation criteria" in text
    (only,) = signs_text.sign_sentences(here["the first line resolves suspiciously much"])
    assert "does not show" in only
    rows = signs_text.sign_rows(list(here.values()), "EUR")
    assert all(len(row) == len(signs_text.HEADINGS) for row in rows)
    rows = signs_text.lever_rows(here["tickets bounce"], "EUR")
    assert all(len(row) == len(signs_text.LEVER_HEADINGS) for row in rows)


def test_a_desk_of_one_tier_has_no_share_to_judge(desk):
    """Who is alone cannot resolve too little or too much."""
    tree = desk.model_dump(mode="json")
    del tree["tiers"]["L2"]
    alone = signs(Scenario.model_validate(tree), replications=2, jobs=1)
    assert all(sign.metric != HEADLINE for sign in alone)


def test_the_parts_of_a_gap_add_up_to_it(bad, desk):
    """Shapley's parts, replication by replication, sum to the whole difference."""
    causes = causes_of(bad, desk)
    assert set(causes) == {TRAINING, DOCUMENTATION, UNDERSTAFFING}
    found = split(bad, causes, replications=FEW, jobs=1)
    assert sum(part.mean for part in found.parts.values()) == pytest.approx(found.gap, abs=1e-12)
    assert found.gap > 0.1
    assert found.parts[TRAINING].low > 0
    text = " ".join(split_text.split_sentences(found, bad.name, desk.name))
    assert "Bad desk: resolved by the first line" in text
    assert "Most of the gap is" in text
    assert len(split_text.split_rows(found)) == len(found.parts)


def test_a_cause_that_changes_nothing_gets_nothing(desk):
    """What users' time costs moves no ticket: its part is exactly 0, and training gets all."""
    causes = {"training": {"tiers.L1.ability": 0.6}, "prices": {"costs.user_hour": 5}}
    found = split(desk, causes, replications=FEW, jobs=1)
    assert found.parts["prices"].mean == 0
    assert found.parts["prices"].sd == 0
    assert found.parts["training"].mean == pytest.approx(found.gap, abs=1e-15)


def test_two_equal_causes_share_alike(desk):
    """Each of two causes that do the same alone and together gets half."""
    causes = {"one": {"tiers.L1.ability": 0.6}, "other": {"tiers.L1.ability": 0.6}}
    found = split(desk, causes, replications=FEW, jobs=1)
    assert found.parts["one"].mean == pytest.approx(found.gap / 2, abs=1e-15)


def test_desks_that_do_not_differ_have_no_gap(desk):
    """There is nothing to split, and that is said."""
    with pytest.raises(StudyError, match="do not differ in any cause"):
        split(desk, causes_of(desk, desk))


@dataclass(frozen=True)
class Marks:
    """Gives each desk, told by its heads at L1, figures that differ for sure or not at all."""

    def __call__(self, scenario, _seed, replication):
        """Give the figures of one replication."""
        heads = scenario.tiers["L1"].staff["day"]
        luck = (replication * 7919 % 13) / 13 - 0.5
        own = ((replication * heads * 31) % 11) / 11 - 0.5
        return Replication(
            {
                "resolution_rate[L1]": 0.5 + heads / 100 + luck / 1000,
                "escalation[L2, mean, business hours]": 3.6e6 * (10 - heads) + 1e4 * luck,
                "satisfaction": 80 + 5 * own,
                "total_cost": 1000.0 * heads,
            }
        )


@pytest.fixture
def card(desk):
    """Rank three desks."""
    desks = [desk.with_({"tiers.L1.staff.day": n}, name=f"Desk {n}: so") for n in (5, 6, 7)]
    return scorecard(compare(desks, evaluate=Marks(), replications=12, metrics=[], jobs=1))


def test_the_scorecard_ranks_and_claims_only_what_shows(card):
    """Desks stand in the order of the study; a difference of chance alone is not yet known."""
    lines = {line.metric: line for line in card.lines}
    rate = lines["resolution_rate[L1]"]
    assert list(rate.estimates) == ["Desk 5: so", "Desk 6: so", "Desk 7: so"]
    assert len(rate.beats) == 3
    assert ("Desk 5: so", "Desk 6: so") in lines["total_cost"].beats
    assert not lines["satisfaction"].beats
    assert card.wins() == {"Desk 5: so": 1, "Desk 6: so": 0, "Desk 7: so": 2}
    ahead, behind, unsure = card.between("Desk 5: so", "Desk 7: so")
    assert [line.aspect for line in ahead] == ["total cost"]
    assert len(behind) == 2
    assert [line.metric for line in unsure] == ["satisfaction"]


def test_the_scorecard_in_words(card):
    """Who beats whom on what, and what is not yet known; desks by what stands before the colon."""
    text = " ".join(scorecard_text.scorecard_sentences(card))
    assert "Desk 7 is ahead of every other desk on 2 of 4 lines." in text
    assert "Desk 5 beats Desk 7 on total cost of the whole desk; loses on" in text
    assert "on satisfaction of the whole desk it is not yet known." in text
    assert "★ for who beats every other, is said only where" in text
    rows = scorecard_text.scorecard_rows(card, "EUR")
    assert "total cost of the whole desk, a week" in [row[0] for row in rows]
    assert all(len(row) == len(scorecard_text.headings(card)) for row in rows)
    assert sum(scorecard_text.BEST in cell for row in rows for cell in row) == 3


def test_many_lines_make_a_claim_harder(desk):
    """Holm over the whole scorecard: what one line alone would claim is not claimed among many."""

    @dataclass(frozen=True)
    class Faint:
        def __call__(self, scenario, _seed, replication):
            heads = scenario.tiers["L1"].staff["day"]
            luck = [((replication * (7 + i) * 31 + heads) % 17) / 17 - 0.5 for i in range(4)]
            shift = 0.25 * (heads - 5)
            return Replication({"total_cost": 100 + shift + luck[0], "satisfaction": 80 + luck[1]})

    desks = [desk.with_({"tiers.L1.staff.day": n}, name=f"Desk {n}") for n in (5, 6)]
    study = compare(desks, evaluate=Faint(), replications=12, metrics=[], jobs=1)
    alone = study[1].difference("total_cost", study[0]).p
    card = scorecard(study)
    line = next(one for one in card.lines if one.metric == "total_cost")
    assert bool(line.beats) == (2 * alone <= 0.05)


def test_every_question_is_answered_with_intervals(desk, more):
    """Six questions, each answered in sentences whose figures carry their interval."""
    bought = desk.with_(
        {"tiers.L2.staff": None, "tiers.L2.provider": {"price": 60}}, name="L2 outsourced"
    )
    study = compare([desk, bought], replications=FEW, jobs=1, curves=False)
    for name in study.names:
        found = answers(study, name)
        assert len(found) == 6
        text = " ".join(sentence for answer in found for sentence in answer.sentences)
        assert text.count("(") >= 12
        assert "nan" not in text
    inside = answers(study, "Desk")
    assert "L2 outsourced" in " ".join(inside[3].sentences)
    outside = answers(study, "L2 outsourced")
    assert "the provider's intake among it" in " ".join(outside[1].sentences)


@pytest.mark.parametrize(
    ("estimate", "said"),
    [
        (Estimate(0.6, 0.58, 0.62, 9), "below"),
        (Estimate(0.9, 0.88, 0.92, 9), "above"),
        (Estimate(0.79, 0.77, 0.81, 9), "at the upper edge"),
        (Estimate(float("nan"), float("nan"), float("nan"), 0), "not measured"),
    ],
)
def test_where_a_share_lies(estimate, said):
    """Below and above are said only when the whole interval lies there."""
    assert place(estimate, Band(low=0.65, high=0.8)).startswith(said)
