"""What would it take: bounds, promises, sureness, and the same answer however it is worked out."""

import math
import re
import time
from dataclasses import dataclass

import numpy as np
import pytest
from scipy import special

import sim
from sim.errors import ScenarioError, StudyError
from sim.present import search_words as words
from sim.present.charts.searched import searched
from sim.scenario.file import load
from sim.scenario.search import Search
from sim.study import answer
from sim.study.asked import level_metric
from sim.study.doubt import (
    doubt_of_breaking,
    doubt_of_dearer,
    doubt_of_keeping,
    kept_beside,
    kept_of,
)
from sim.study.held import held
from sim.study.instead import instead
from sim.study.interval import one_sided_p, skewness
from sim.study.keep_desk import write_desk
from sim.study.replication import Replication
from sim.study.search import search
from sim.study.space import DOCUMENTATION, Space

RESPONSE = level_metric("L1 response")
TWO_TIERS = {
    "move": {
        "tiers.L1.staff.day": {"from": 2, "to": 12},
        "tiers.L2.staff.day": {"from": 1, "to": 8},
        DOCUMENTATION: {"from": "40 %", "to": "90 %", "step": "10 %"},
    },
    "hold": [{"level": "L1 response"}, {"metric": "utilisation[L2]", "at_most": 0.85}],
}


@dataclass(frozen=True)
class Formula:
    """Evaluates a desk by a formula, with chance that all desks share and a little of their own.

    Good notes save work at L2 and cost time at L1, so that neither extreme is best.
    """

    noise: float = 0.01
    stop_after: int = 10**9

    def __call__(self, scenario, seed, replication):
        """Return the figures of one replication."""
        first = scenario.tiers["L1"].staff["day"]
        second = scenario.tiers["L2"].staff["day"]
        notes = scenario.documentation.quality
        shared = np.random.default_rng([seed, replication])
        luck = self.noise * shared.standard_normal()
        own = np.random.default_rng([seed, replication, first, second, round(100 * notes)])
        load = 5.0 + 2.0 * notes**4
        spare = first - load
        asked = 4.0 - 2.0 * notes
        staff = 1440.0 * first + 2025.0 * second + 8370.0
        lost = 3000.0 * math.exp(-spare / 2) + 2500.0 * math.exp(2.0 * (asked - second))
        lost *= 1 + luck + 0.1 * self.noise * own.standard_normal()
        response = 1 - 0.4 * math.exp(-spare / 1.5)
        return Replication(
            {
                "total_cost": staff + lost,
                "staff_cost": staff,
                RESPONSE: min(1.0, response + luck),
                "weeks_met[L1 response]": float(response + 3 * luck > 0.85),
                "utilisation[L2]": asked / second + luck,
            }
        )


def asked(**changes):
    """Write the question, with changes."""
    return Search.model_validate(TWO_TIERS | changes)


def every_desk(space, promises, evaluate=None):
    """Return the true cheapest desk, by trying all without chance."""
    sure = evaluate or Formula(noise=0.0)
    best = None
    for design in np.ndindex(*map(len, space.axes)):
        values = sure(space.scenario(design), 0, 0).values
        if all(p.slacks(np.array([values[p.metric]]))[0] >= 0 for p in promises):
            best = min(filter(None, [best, (values["total_cost"], design)]))
    return best


@pytest.fixture(scope="module")
def found(small):
    """Search once with the formula."""
    return search(small, asked(), jobs=1, evaluate=Formula())


@pytest.fixture(scope="module")
def small():
    """Take the gallery's base."""
    return sim.example()


def test_the_cheapest_of_all_is_found(found):
    """On a desk whose every variant can be tried, the answer is the best of them, with few tries."""
    _, best = every_desk(found.space, found.book.promises)
    assert found.best == best
    assert found.sure >= found.confidence
    assert found.simulated < found.considered / 4
    assert all(kept.word == "met" for kept in found.kept)
    assert found.scenario().documentation.quality == pytest.approx(0.8)


def test_no_bound_is_ever_broken(found):
    """Every desk that was simulated lies within what may move."""
    for design in found.book.designs:
        tree = found.space.scenario(design)
        assert 2 <= tree.tiers["L1"].staff["day"] <= 12
        assert 1 <= tree.tiers["L2"].staff["day"] <= 8
        assert 0.4 <= tree.documentation.quality <= 0.9
        assert tree.tiers["L3"] == found.space.base.tiers["L3"]


def test_the_same_answer_from_any_number_of_workers(small, found, monkeypatch):
    """Which process evaluates a desk changes no bit of the answer."""
    # Work as small as this would never be handed out otherwise.
    monkeypatch.setattr("sim.study.runner.SERIAL_BELOW_S", 0.0)
    monkeypatch.setattr("sim.study.runner.THREADS_FROM_S", 0.0)
    twice = search(small, asked(), jobs=2, evaluate=Formula())
    assert same_answer(found, twice)
    assert not same_answer(found, search(small, asked(), seed=2, jobs=1, evaluate=Formula()))


def same_answer(one, other):
    """Tell whether two searches saw the same and say the same."""
    if (one.best, one.sure, one.book.designs) != (other.best, other.sure, other.book.designs):
        return False
    pairs = [(one.book.costs(d), other.book.costs(d)) for d in one.book.designs]
    return all(a.tobytes() == b.tobytes() for a, b in pairs)


@dataclass
class Stopping:
    """Evaluates until Ctrl-C is pressed."""

    after: int
    inner: Formula

    def __call__(self, scenario, seed, replication):
        """Evaluate, or be interrupted."""
        self.after -= 1
        if self.after < 0:
            raise KeyboardInterrupt
        return self.inner(scenario, seed, replication)


@pytest.mark.parametrize("after", [6, 60, 120])
def test_ctrl_c_gives_the_best_so_far(small, after):
    """What was seen until then is answered from, and says that it is no more."""
    found = search(small, asked(), jobs=1, evaluate=Stopping(after, Formula()))
    assert found.stopped.startswith("it was interrupted")
    assert found.replications == after
    assert found.nearest in found.book.designs
    assert "ended early" in words.effort(found)
    assert words.headline(found)


def test_ctrl_c_before_anything_was_seen(small):
    """There is nothing to answer from, and that is said."""
    with pytest.raises(StudyError, match="before any desk"):
        search(small, asked(), jobs=1, evaluate=Stopping(0, Formula()))


def test_the_time_allowed_ends_it(small):
    """A limit that is used up at once still gives what was seen."""
    found = search(small, asked(time="1 s"), jobs=1, evaluate=Slow(Formula()))
    assert "time allowed" in found.stopped
    assert found.nearest is not None
    # The answer may still be asked what it takes to explain it.
    assert answer.at_the_bounds(found, 6)
    assert found.book.replications(found.space.fullest) >= 6


@dataclass(frozen=True)
class Slow:
    """Evaluates, and takes a while."""

    inner: Formula

    def __call__(self, scenario, seed, replication):
        """Wait, then evaluate."""
        time.sleep(0.05)
        return self.inner(scenario, seed, replication)


def test_a_second_search_takes_up_what_the_first_kept(small, tmp_path):
    """It evaluates nothing, and gives the identical answer; an interrupted one goes on from there."""
    folder = tmp_path / "kept"
    search(small, asked(), jobs=1, folder=folder, evaluate=Stopping(60, Formula()))
    first = search(small, asked(), jobs=1, folder=folder, evaluate=Formula())
    assert first.taken_up == 60
    second = search(small, asked(), jobs=1, folder=folder, evaluate=Stopping(0, Formula()))
    assert second.book.evaluations == 0
    assert second.taken_up == second.replications == first.replications
    assert same_answer(first, second)


def test_what_was_kept_for_other_promises_is_measured_again(small, tmp_path):
    """A kept replication serves only a search whose every metric it holds."""

    def only_cost(scenario, seed, replication):
        values = Formula()(scenario, seed, replication).values
        return Replication({name: values[name] for name in ("total_cost", RESPONSE)})

    first = asked(hold=[{"level": "L1 response"}])
    search(small, first, jobs=1, folder=tmp_path, evaluate=only_cost)
    found = search(small, asked(), jobs=1, folder=tmp_path, evaluate=Formula())
    assert found.taken_up == 0
    assert found.best is not None


def test_an_impossible_promise_is_explained(small):
    """Which promise fails at the bounds, and that one of the two has to give."""
    question = asked(move={"tiers.L1.staff.day": {"from": 2, "to": 5}})
    found = search(small, question, jobs=1, evaluate=Formula())
    assert found.best is None
    assert math.isnan(found.sure)
    assert "No desk within the bounds" in words.headline(found)
    lines = list(words.impossible_lines(found, answer.at_the_bounds(found)))
    assert any("L1 response" in line and "has to give" in line for line in lines)


@pytest.mark.parametrize(
    ("promise", "metric", "bound", "sign"),
    [
        ({"level": "L1 response"}, RESPONSE, 0.9, 1),
        ({"level": "L1 response", "weeks": "90 %"}, "weeks_met[L1 response]", 0.9, 1),
        ({"metric": "l1_share", "at_least": "65 %"}, "l1_share", 0.65, 1),
        ({"metric": "utilisation[L2]", "at_most": "75 %"}, "utilisation[L2]", 0.75, -1),
    ],
)
def test_a_promise_becomes_a_bound(small, promise, metric, bound, sign):
    """Each way to say what must hold."""
    (one,) = held(small, asked(hold=[promise]))
    assert (one.metric, one.bound, one.sign) == (metric, bound, sign)
    assert one.slacks(np.array([bound + sign * 0.01])) == pytest.approx(0.01)


def test_people_do_not_help_every_promise(small):
    """Only where more people cannot hurt may a broken promise cut smaller desks."""
    least = {"metric": "utilisation[L2]", "at_least": "50 %"}
    most = {"metric": "utilisation[L2]", "at_most": "80 %"}
    share = {"metric": "l1_share", "at_least": "65 %"}
    found = held(small, asked(hold=[least, most, share, {"level": "L1 response"}]))
    assert [one.helped for one in found] == [False, True, False, True]
    question = asked(hold=[{"level": "L1 response"}, least])
    found = search(small, question, jobs=1, evaluate=Formula())
    promises = held(small, question)
    assert found.best == every_desk(found.space, promises)[1]


def test_a_band_is_two_bounds(small):
    """Neither below its low end nor above its high one."""
    band = {"metric": "l1_share", "at_least": "65 %", "at_most": "80 %"}
    below, above = held(small, asked(hold=[band]))
    assert (below.sign, below.bound, above.sign, above.bound) == (1, 0.65, -1, 0.8)


def test_nothing_said_means_every_service_level(small):
    """The promises of a desk are those that it has."""
    found = held(small, Search())
    assert [one.label for one in found] == list(small.service_levels)


def test_weeks_that_happen_to_be_alike_are_not_sure(small):
    """Four replications in which every week was good do not prove nine weeks in ten."""
    question = asked(hold=[{"level": "L1 response", "weeks": "90 %"}])
    found = search(small, question, jobs=1, evaluate=Formula(noise=0.001))
    design = found.space.fullest
    assert set(found.book.values(design, "weeks_met[L1 response]")) == {1.0}
    assert doubt_of_keeping(found.book, design) > 0.05
    assert found.best is not None


@pytest.mark.parametrize(
    ("hold", "said"),
    [
        ([{"level": "L1 respons"}], "there is no service level 'L1 respons'.*L1 response"),
        ([{"metric": "utilisation[L9]", "at_most": 1}], r"utilisation\[L9\].*did you mean"),
    ],
)
def test_a_promise_about_nothing(small, hold, said):
    """A promise that no figure belongs to is no promise kept."""
    with pytest.raises(StudyError, match=said):
        search(small, asked(hold=hold), jobs=1, evaluate=Formula())


def test_by_default_heads_and_notes_move(small):
    """Every head count by half, and the quality of documentation; choices have to be stated."""
    space = Space(small, Search())
    by_name = {axis.name: axis for axis in space.axes}
    assert list(by_name) == [
        "tiers.L1.staff.day",
        "tiers.L2.staff.day",
        "tiers.L3.staff.day",
        DOCUMENTATION,
    ]
    assert by_name["tiers.L1.staff.day"].labels == ("3", "4", "5", "6", "7", "8", "9")
    assert not by_name[DOCUMENTATION].heads
    assert space.name(space.start).startswith("L1 day 6,")
    assert space.scenario(space.start).tiers == small.tiers


def test_many_axes_have_a_name_that_a_scenario_may_have(small):
    """However much moves, desks can be written down: a name has at most 200 characters."""
    ranges = {f"topics.{topic}.runbook": {"from": "40 %", "to": "95 %"} for topic in small.topics}
    space = Space(small, Search.model_validate({"move": ranges}))
    assert space.possible(space.fullest)
    assert len(space.scenario(space.fullest).name) <= 200 < len(space.name(space.fullest))


def test_a_wrong_path_is_told_before_anything_runs(small):
    """What may move has to be there."""
    question = Search.model_validate({"move": {"tiers.L1.stafff.day": {"from": 1, "to": 2}}})
    with pytest.raises(ScenarioError, match="did you mean 'staff'"):
        Space(small, question)


def test_without_a_cost_nothing_is_the_cheapest(small):
    """A desk that states no price is told so at once; a price in an alternative is one."""
    free = {f"tiers.{name}.cost": 0 for name in small.tiers}
    desk = small.with_(free | {"costs.user_hour": 0}, name="No costs")
    with pytest.raises(StudyError, match=r"'No costs' states no costs.*`tiers\.L1\.cost: 32`"):
        search(desk, asked(), jobs=1, evaluate=Formula())
    Space(desk, asked()).check_costs("utilisation[L1]")
    both = {"tiers.L1.cost": 32, "tiers.L2.cost": 45}
    Space(desk.with_(both, name="Costs"), asked()).check_costs("total_cost")
    pay = {f"tiers.{name}.cost": 32 for name in small.tiers}
    question = Search.model_validate({"choose": {"pay": {"none": {}, "some": pay}}})
    Space(desk, question).check_costs("total_cost")


@pytest.mark.parametrize(
    ("changes", "missing"),
    [
        ({"tiers.L1.cost": 0, "tiers.L2.cost": 0, "tiers.L3.cost": 0}, ["L1", "L2"]),
        ({"tiers.L2.cost": 0}, ["L2"]),
        ({"tiers.L3.cost": 0}, []),
    ],
)
def test_people_without_a_price_are_not_added_for_nothing(small, changes, missing):
    """Users' time alone has a price, or a tier lacks one: refused where its heads move."""
    space = Space(small.with_(changes, name="Half priced"), asked())
    space.check_costs("lost_cost")
    if not missing:
        space.check_costs("total_cost")
        return
    named = ", ".join(f"`tiers.{tier}.cost`" for tier in missing)
    with pytest.raises(StudyError, match=re.escape(f"'Half priced' states no price of {named}:")):
        space.check_costs("total_cost")


def test_people_on_call_need_a_price_too(small):
    """Standing by or being called out has one, or more of them would be free."""
    on_call = {"staff": {"day": 1}, "priority": "P1"}
    question = Search.model_validate({"move": {"tiers.L3.on_call.staff.day": {"from": 0, "to": 2}}})
    free = Space(small.with_({"tiers.L3.on_call": on_call}, name="Free"), question)
    with pytest.raises(StudyError, match=r"`tiers\.L3\.on_call\.standby`"):
        free.check_costs("total_cost")
    paid = {"tiers.L3.on_call": on_call | {"call_out": 80}}
    Space(small.with_(paid, name="Paid"), question).check_costs("total_cost")


def test_one_alternative_is_no_choice(small):
    """A choice has two sides."""
    question = Search.model_validate({"choose": {"L3": {"as is": {}}}})
    with pytest.raises(StudyError, match="no choice"):
        Space(small, question)


def test_steps_together_are_on_axes_of_their_own(small):
    """Steps that are taken at once never undo each other."""
    space = Space(small, asked())
    steps = list(space.steps(space.start))
    for several in space.together(space.start, steps, 2):
        there = space.joined(space.start, [steps[position] for position in several])
        moved = [a != b for a, b in zip(there, space.start, strict=True)]
        assert sum(moved) == len(several) == 2


def test_doubts_say_what_was_seen(found):
    """The leader is hardly doubted; a desk with too few people goes badly with its promises."""
    book = found.book
    assert doubt_of_keeping(book, found.best) < 0.05
    few = min(book.designs, key=lambda d: d[0])
    assert doubt_of_breaking(book, few) < 0.01
    dear = max(book.designs, key=lambda d: book.costs(d).mean())
    assert doubt_of_dearer(book, dear, found.best) < 0.001


def test_a_choice_between_unlike_alternatives(small):
    """Own engineers or none: the choice is the one that the figures speak for."""

    def evaluate(scenario, seed, replication):
        values = dict(Formula()(scenario, seed, replication).values)
        values["total_cost"] -= 5000.0 if scenario.tiers["L3"].provider else 0.0
        return Replication(values)

    provider = {"tiers.L3.staff": None, "tiers.L3.pre_empts": None, "tiers.L3.provider": {}}
    question = asked(choose={"L3": {"own people": {}, "a provider": provider}})
    found = search(small, question, jobs=1, evaluate=evaluate)
    assert found.scenario().tiers["L3"].provider is not None
    assert "L3 a provider instead of own people" in words.what(found, found.best)


def test_the_desk_found_is_a_few_lines(found, small, tmp_path):
    """It extends the base, says what differs and no more, and reads as the same desk."""
    base = tmp_path / "base.yaml"
    sim.dump(small, base)
    path = write_desk(found, base, tmp_path / "below" / ".." / "best.yaml")
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 12
    again = load(path)
    assert sim.differences(again, found.scenario()) == {}
    assert set(sim.differences(small, again)) == {
        "tiers.L1.staff.day",
        "tiers.L2.staff.day",
        DOCUMENTATION,
    }


def test_prices_frontier_and_formula(found):
    """One step away costs more or breaks a promise; the frontier rises; one point is the knee."""
    for price in answer.prices(found, 16):
        assert price.broken or price.unsure or price.cost.high > 0, price.axis
    points = answer.frontier(found)
    assert [p.cost for p in points] == sorted(p.cost for p in points)
    assert [p.slack for p in points] == sorted(p.slack for p in points)
    assert sum(p.knee for p in points) == 1
    assert words.formula_line(found, answer.by_formula(found, 16))
    assert words.frontier_rows(found, points)
    assert answer.binding(found).promise in found.book.promises


def test_promises_costs_and_room_are_told_with_intervals_and_units(found):
    """Every figure with what it is of, in what time, and how sure; one replication has no interval."""
    response, load = found.kept
    low, high = words.ends(response)
    assert (low, high) == pytest.approx((0.9 + response.low, 0.9 + response.high))
    assert words.figure(response).startswith(
        f"L1 response: {100 * response.value:.1f} % ({100 * low:.1f}–{100 * high:.1f} %), at least 90"
    )
    low, high = words.ends(load)
    assert (low, high) == pytest.approx((0.85 - load.high, 0.85 - load.low))
    assert low <= load.value <= high
    assert re.search(r"EUR a week \(|EUR \([\d,–]+ EUR\) a week", words.costs(found, found.best))
    headings = words.frontier_headings(found)
    assert headings[1] == "total cost in a week, EUR"
    rows = words.frontier_rows(found, answer.frontier(found))
    for _, cost, room in rows:
        assert re.fullmatch(r"[\d,]+ \([\d,]+–[\d,]+\)", cost), cost
        assert re.fullmatch(r"[+−][\d.]+ % \([+−][\d.]+ to [+−][\d.]+ %\)", room), room


def test_only_what_is_counted_by_the_week_is_told_so(small):
    """Cost per ticket is for each ticket, not for a week."""
    question = asked(minimise="cost_per_ticket", replications=4)
    evaluate = Formula(noise=0.0)

    def per_ticket(scenario, seed, replication):
        values = evaluate(scenario, seed, replication).values
        return Replication({**values, "cost_per_ticket": values["total_cost"] / 400})

    found = search(small, question, jobs=1, evaluate=per_ticket)
    here = found.best or found.nearest
    assert "week" not in words.costs(found, here)
    assert not any("a week" in line for line in words.price_lines(found, answer.prices(found, 4)))


def test_the_frontier_is_drawn_with_its_knee(found):
    """One desk is the one found, one the knee; every desk of the frontier is in the numbers."""
    chart = searched(found)
    marks = [row[-1] for row in chart.rows]
    assert marks.count("found") == 1
    assert marks.count("knee") <= 1
    assert len(chart.rows) == len(answer.frontier(found))
    assert all(low <= cost <= high for _, cost, low, high, *_ in chart.rows)
    assert "the desk found" in chart.svg()


def test_what_is_no_head_is_weighed_against_heads(found):
    """Better notes have saved a head: with the notes of today it takes one more, and costs more."""
    (notes,) = instead(found)
    assert (notes.today, notes.best) == ("60 %", "80 %")
    assert notes.more_people > 0
    assert notes.cost.low > 0
    sure = Formula(noise=0.0)
    there, here = (
        sure(found.space.scenario(design), 0, 0).values["total_cost"]
        for design in (notes.design, found.best)
    )
    assert notes.cost.mean == pytest.approx(there - here, rel=0.05)
    (line,) = words.instead_lines(found, [notes])
    assert "is cheaper than heads" in line


def test_a_step_that_changes_nothing_leaves_known_what_was(small):
    """One more at L2 leaves L1's promise as sure as it was, from a few replications."""
    found = search(small, asked(), jobs=1, evaluate=Formula())
    there = (found.best[0], found.best[1] + 1, found.best[2])
    found.book.ensure([there], 6)
    response = kept_beside(found.book, there, found.best, 0.95)[0]
    before = kept_of(found.book, found.best, 0.95)[0]
    assert response.word == before.word == "met"
    assert response.low == pytest.approx(before.low, abs=0.003)
    assert kept_of(found.book, there, 0.95)[0].low < before.low


def test_nothing_is_known_with_100_percent(found):
    """However many replications: what was sampled is told with less."""
    assert "100 % confidence" not in words.headline(found)
    assert "99 % confidence" in words.headline(found)


def test_what_is_not_decided_is_named(small):
    """A cheaper desk on the very edge of its promise cannot be decided, and that is said."""

    def edge(scenario, seed, replication):
        heads = scenario.tiers["L1"].staff["day"]
        luck = np.random.default_rng([seed, replication]).standard_normal()
        response = {6: 0.8, 7: 0.9}.get(heads, 0.95) + 0.02 * luck
        return Replication({"total_cost": 1000.0 * heads, RESPONSE: response})

    question = Search.model_validate(
        {
            "move": {"tiers.L1.staff.day": {"from": 6, "to": 9}},
            "hold": [{"level": "L1 response"}],
            "replications": 16,
        }
    )
    found = search(small, question, jobs=1, seed=5, evaluate=edge)
    assert found.scenario().tiers["L1"].staff["day"] == 8
    assert found.undecided == ((1,),)
    assert found.sure < 0.9
    assert any("L1 day 7" in line for line in words.undecided_lines(found))


def test_with_the_engine_itself(small):
    """Real desks, a short period: the answer keeps its promises in replications of another seed."""
    short = small.with_({"period.length": "4 weeks", "period.warm_up": "1 week"}, name="Short")
    question = Search.model_validate(
        {
            "move": {
                "tiers.L1.staff.day": {"from": 4, "to": 8},
                "tiers.L2.staff.day": {"from": 3, "to": 5},
            },
            "hold": [{"level": "L1 response"}],
            "minimise": "staff_cost",
            "replications": 40,
        }
    )
    found = search(short, question, seed=3, jobs=1)
    assert found.best is not None
    other = sim.compare(found.scenario(), replications=30, seed=4, jobs=1, curves=False)
    # One look at 95 %: wrong once in 40 seeds; this one is fixed.
    assert other[0].verdict("L1 response").word != "missed"
    study, strains = answer.strains(found, replications=2, seed=3)
    names = [strain.name for strain in strains]
    assert names[0] == "volume +10 %"
    assert "a security breach" in names
    assert len(list(words.strain_lines(strains, study[0]))) == len(names)
    assert words.binding_line(found, answer.pressing(found, study[0]))


def test_a_promise_with_a_few_bad_weeks_is_not_taken_for_kept():
    """Of 2,000 desks at their bound, with a long tail of bad periods, few are taken to keep it.

    At 5 % the skewed slack of 12 replications passes in 10 % (measured; two standard errors above are
    allowed); Student's t would let 20 % pass. Slack without a tail keeps to its 5 %.
    """
    rng = np.random.default_rng(31)
    passed = {}
    for name, tail in (("bad weeks", 1.0), ("even", 0.0)):
        noise = rng.standard_normal((2000, 12))
        slack = np.exp(0.5) - np.exp(noise) if tail else noise
        errors = slack.std(axis=1, ddof=1) / np.sqrt(12)
        doubts = [
            one_sided_p(one.mean() / error, 12, skewness(one))
            for one, error in zip(slack, errors, strict=True)
        ]
        student = special.stdtr(11, -slack.mean(axis=1) / errors)
        passed[name] = (np.mean(np.array(doubts) < 0.05), np.mean(student < 0.05))
    assert passed["bad weeks"][0] < 0.14
    assert passed["bad weeks"][1] > 0.18
    assert passed["even"][0] < 0.06
