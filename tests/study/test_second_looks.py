"""What ``check`` says of notes, teams, lunch breaks, shifts outside of promises, and gains for nothing."""

import pytest

import sim
from sim.scenario.file import base_of, load
from sim.study.implied import implied
from sim.study.second_looks import option_doubts, paid_lunch


def notes_of(scenario):
    """Return the sentence about notes."""
    (sentence,) = [s for s in implied(scenario).sentences if s.startswith("Notes:")]
    return sentence


def test_complete_notes_are_said_in_peoples_words():
    """22 % of escalations complete is a chance of 68 % for each of four fields, not of 22 %."""
    base = sim.example()
    whole = base.with_({"documentation.complete": "22 %"}, name="22 % complete")
    notes = whole.documentation
    assert notes.arrives_complete() == pytest.approx(0.22)
    assert notes.completeness("summary") == pytest.approx(0.22**0.25)
    assert notes.completeness("runbooks") == base.documentation.quality
    each = base.with_({"documentation.quality": "22 %"}, name="22 % each")
    assert each.documentation.arrives_complete() == pytest.approx(0.22**4)
    assert "22.0 % of the escalations arrive complete" in notes_of(whole)
    assert "0.2 % of the escalations arrive complete" in notes_of(each)
    for sentence in (notes_of(whole), notes_of(each)):
        assert "`documentation.quality`" in sentence
        assert "`documentation.complete`" in sentence
        assert "`documentation.writing`" in sentence


def test_both_ways_play_the_same():
    """What is said in one way or the other is the same desk, and is measured as it was said."""
    base = sim.example()
    whole = base.with_({"documentation.complete": "22 %"}, name="a")
    each = base.with_(
        {f"documentation.{field}": 0.22**0.25 for field in ("summary", "steps", "data", "reason")},
        name="b",
    )
    key = "documented_share"
    mine, theirs = (sim.measure(sim.run(one, seed=4)).values[key] for one in (whole, each))
    assert mine == theirs
    study = sim.compare(whole, replications=6, seed=2, level=0.999)
    assert study[0].estimate(key).low <= 0.22 <= study[0].estimate(key).high


def test_one_dial_undoes_the_other(tmp_path):
    """Turned later, either dial holds: what an earlier one set is gone, in a file and in code."""
    base = sim.example().with_({"documentation.complete": "22 %"}, name="base")
    assert base.with_({"documentation.quality": "80 %"}, name="q").documentation.complete is None
    fields = base.with_({"documentation.summary": "10 %"}, name="s")
    assert fields.with_({"documentation.complete": "30 %"}, name="c").documentation.summary is None
    first = tmp_path / "first.yaml"
    first.write_text(BASE)
    second = tmp_path / "second.yaml"
    second.write_text("extends: first.yaml\nname: second\ndocumentation: {quality: 80 %}\n")
    assert load(second).documentation.arrives_complete() == pytest.approx(0.8**4)
    assert base_of(second) == str(first)
    assert base_of(first) is None


BASE = """\
name: two tiers
shifts: {day: {Mon-Fri: 08:00-17:00}, night: {Mon-Fri: 22:00-06:00}}
hours: {office: {Mon-Fri: 08:00-18:00}}
demand: {volume: 100 / week}
priorities: {P1: {share: 100 %}}
topics: {mail: {share: 30 %, difficulty: 0.3}, network: {share: 70 %, difficulty: 0.5}}
tiers:
  L1: {ability: 0.5, work: 10 min, staff: {day: 3}, cost: 30}
  L2:
    ability: 1
    work: 1 h
    cost: 50
    teams: {a: {topics: [mail], staff: {day: 2}}, b: {topics: [network], staff: {day: 3}}}
documentation: {complete: 22 %}
service_levels: {response: {clock: respond, tier: L1, within: 1 h, hours: office, goal: 80 %}}
"""


@pytest.fixture
def base(tmp_path):
    """Load two tiers, the second with two teams."""
    file = tmp_path / "base.yaml"
    file.write_text(BASE)
    return load(file)


def test_each_team_has_its_own_share(base):
    """Teams share what comes to their tier; where a topic moves, its tickets move with it."""
    known = implied(base)
    comes = {queue.name: queue.comes for queue in known.queues}
    assert comes["L2.a"] + comes["L2.b"] == pytest.approx(known.reaches["L2"])
    assert comes["L2.b"] > 2 * comes["L2.a"] > 0
    moved = base.with_(
        {
            "tiers.L2.teams": {
                "a": {"topics": ["network"], "staff": {"day": 2}},
                "b": {"topics": ["mail"], "staff": {"day": 3}},
            }
        },
        name="moved",
    )
    after = {queue.name: queue.comes for queue in implied(moved).queues}
    assert after == pytest.approx({"L1": 1.0, "L2.a": comes["L2.b"], "L2.b": comes["L2.a"]})
    rows = {row[0]: row[1] for row in implied(moved).rows()}
    assert rows["L2.a"] == f"{100 * comes['L2.b']:.1f} %"


def test_paid_lunch(base):
    """Nine hours paid without a gap are asked back; two halves, or a desk without costs, are not."""
    (sentence,) = paid_lunch(base)
    assert "day (9 h)" in sentence
    halves = base.with_({"shifts.day": {"Mon-Fri": "08:00-12:00, 13:00-17:00"}}, name="halves")
    assert not list(paid_lunch(halves))
    free = base.with_({"tiers.L1.cost": 0, "tiers.L2.cost": 0}, name="free")
    assert not list(paid_lunch(free))


def test_a_shift_outside_of_the_promise(base):
    """People at night do not help a promise that runs in office hours; more by day do."""
    night = base.with_({"tiers.L1.staff.night": 2}, name="night")
    (sentence,) = option_doubts(base, night)
    assert "night at L1" in sentence
    assert "'office'" in sentence
    assert not list(option_doubts(base, base.with_({"tiers.L1.staff.day": 4}, name="day")))
    around = night.with_({"service_levels.response.hours": "always"}, name="always")
    assert not list(option_doubts(base, around))


@pytest.mark.parametrize(
    ("changes", "asks"),
    [
        ({"tiers.L1.ability": 0.7}, "training"),
        ({"topics.mail.runbook": "60 %"}, "runbooks"),
        ({"tiers.L1.ability": 0.7, "tiers.L1.breaks": "15 %"}, ""),
        (
            {
                "topics.mail.runbook": "60 %",
                "knowledge.ages": "1 year",
                "knowledge.upkeep": {"tier": "L1", "time": "4 h"},
            },
            "",
        ),
        ({"tiers.L1.ability": 0.7, "tiers.L1.cost": 34}, ""),
        ({"tiers.L1.ability": 0.3}, ""),
        ({"tiers.L1.staff.day": 4}, ""),
    ],
)
def test_nobody_learns_for_nothing(base, changes, asks):
    """Training and runbooks without time or money are asked back; what is paid for is not."""
    found = list(option_doubts(base, base.with_(changes, name="option")))
    assert len(found) == bool(asks)
    assert asks in "".join(found)
