"""A desk from what people know: inferred right, told what cannot be, and written with its origins."""

import json

import pytest
from click.testing import CliRunner

import sim
from sim.cli.top import tiersim
from sim.errors import ScenarioError, UnitError
from sim.facts.conflicts import conflict
from sim.facts.desk import desk, latents
from sim.facts.figures import FAR, figures
from sim.facts.infer import infer
from sim.facts.left_open import left_open
from sim.facts.questions import QUESTIONS, known_from
from sim.facts.stated import facts
from sim.present.facts_words import conflict_lines, file_text, open_lines
from sim.scenario.file import load

TWO_TIERS = {
    "tickets": "300 / week",
    "tiers": {
        "L1": {"heads": 5, "work": "12 min", "solves": "70 %"},
        "L2": {"heads": 5, "hours": {"Mon-Fri": "09:00-17:00"}, "takes": "4 h"},
    },
}
IMPOSSIBLE = {
    "tickets": "950 / week",
    "tiers": {"L1": {"heads": 8, "work": "30 min"}},
    "answered_in_time": "90 %",
}


@pytest.fixture(scope="module")
def impossible():
    """Eight people, 190 tickets a day of half an hour, nine in ten answered within 15 minutes."""
    return infer(facts(IMPOSSIBLE))


@pytest.fixture(scope="module")
def clash(impossible):
    """Return what is said of it."""
    return conflict(impossible)


def test_the_numbers_behind_a_known_desk_are_found():
    """A desk whose second line takes 50 minutes a ticket says so by how long its tickets take."""
    known = facts(TWO_TIERS)
    truth = {one.path: one.value(0.0) for one in latents(known)} | {"tiers.L2.work": 50.0}
    (took,) = figures(desk(known, truth), ["resolution[L2, p50]"], seed=99, replications=8)
    tiers = {**TWO_TIERS["tiers"], "L2": TWO_TIERS["tiers"]["L2"] | {"takes": f"{round(took)} ms"}}
    found = infer(facts(TWO_TIERS | {"tiers": tiers}))
    at = [one.path for one in found.latents].index("tiers.L2.work")
    spread = found.covariance[at, at] ** 0.5
    low, high = (found.latents[at].value(found.sds[at] + side * 1.96 * spread) for side in (-1, 1))
    # Without the figure it would be taken for 30 minutes; with it the interval holds the truth.
    assert low < 50 < high
    assert found.numbers()["tiers.L2.work"] > 36
    assert all(abs(off) <= FAR for off in found.off())
    assert conflict(found) is None


def test_the_share_solved_is_what_was_stated():
    """Nobody states an ability; the one with which the stated share comes out is taken."""
    made = desk(facts(TWO_TIERS), {"tiers.L1.work": 12.0, "tiers.L2.work": 30.0})
    assert sim.implied(made).l1_share == pytest.approx(0.70, abs=0.002)


def test_what_cannot_all_be_true_is_told(clash):
    """The promise is missed by the nearest desk, and each way out changes the right thing the right way."""
    assert [fact.key for fact, _ in clash.missed] == ["promises.L1 response.today", "tiers.L1.work"]
    ways = {way.what: way for way in clash.ways_out}
    assert ways["tickets"].needed < 600
    assert ways["heads"].needed > 11
    assert ways["work"].needed < 20
    told = "\n".join(conflict_lines(clash))
    assert "cannot all be true" in told
    assert f"{ways['heads'].needed} people at L1 instead of 8" in told


def test_each_way_out_really_reconciles(clash):
    """With the one change made, the other facts are true together."""
    for way in clash.ways_out:
        known = json.loads(json.dumps(IMPOSSIBLE))
        if way.what == "tickets":
            known["tickets"] = f"{way.needed:.6g} / week"
        elif way.what == "heads":
            known["tiers"]["L1"]["heads"] = round(way.needed)
        elif way.what == "work":
            known["tiers"]["L1"]["work"] = f"{way.needed:.6g} min"
        else:
            known["answered_in_time"] = way.needed
        found = infer(facts(known))
        assert all(abs(off) <= FAR for off in found.off()), way


def test_a_desk_that_is_written_in_spite_of_it_says_so(impossible, clash, tmp_path):
    """Its results never stand without the caution."""
    path = tmp_path / "desk.yaml"
    path.write_text(file_text(impossible, clash), encoding="utf-8")
    assert "cannot all be true" in load(path).caution


def test_what_is_open_is_told_with_what_hangs_on_it():
    """Handling time at L2 is not said: the promise there is kept or missed by it."""
    known = facts(
        {
            "tickets": "300 / week",
            "tiers": {"L1": {"heads": 6, "work": "12 min"}, "L2": {"heads": 2}},
        }
    )
    found = infer(known)
    rows = {one.latent.path: one for one in left_open(found)}
    assert rows["tiers.L2.work"].low < found.numbers()["tiers.L2.work"] < rows["tiers.L2.work"].high
    moved = {one.promise: one for one in rows["tiers.L2.work"].moved}
    assert moved["L2 resolution"].at_low > moved["L2 resolution"].at_high
    # Who sets that one number in the file finds just this, and the first line's answer hangs on another.
    assert moved["L1 response"].at_low == pytest.approx(moved["L1 response"].at_high, abs=0.01)
    for end in (rows["tiers.L2.work"].low, rows["tiers.L2.work"].high):
        numbers = found.numbers() | {"tiers.L2.work": end}
        one = sim.compare(desk(known, numbers), replications=12, seed=1, curves=False)[0]
        share = one.estimate("service_level[L2 resolution]").mean
        assert share in (
            pytest.approx(moved["L2 resolution"].at_low),
            pytest.approx(moved["L2 resolution"].at_high),
        )
    assert any(
        line.startswith("Handling time at L2 is not known")
        for line in open_lines(tuple(rows.values()))
    )


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"tiers": {"L1": {"head": 6}}}, "did you mean 'heads'"),
        ({"tickets": "460"}, "420 / week"),
        ({"tickets": None}, "how many tickets come"),
        ({"when": "office dy"}, "did you mean 'office day'"),
        ({"when": [1, 2]}, "24 hours"),
        ({"tiers": {"L1": {"heads": 6, "work": "20-10 min"}}}, "ends before it begins"),
        ({"tiers": {"L1": {"provider": True, "heads": 2}}}, "people are its own"),
        ({"tiers": {"L1": {"heads": 2, "hours": {"Mon-Sun": "00:00-24:00"}, "on_call": "P1"}}}, "always open"),
        ({"patience": "5 min"}, "give `calls`"),
        ({"promises": {"x": {"clock": "respond", "tier": "L9", "within": "1 h"}}}, "no tier 'L9'"),
    ],
)  # fmt: skip
def test_a_fact_that_cannot_be_is_refused(change, says):
    """Each with its key and what is allowed."""
    with pytest.raises(ScenarioError, match=says):
        facts(TWO_TIERS | change)


@pytest.mark.parametrize(
    ("key", "answer", "says"),
    [
        ("heads", "six", "a number of people"),
        ("hours", "9 to 5", "Mon-Fri 08:00-17:00"),
        ("solves", "170", "170"),
        ("on_call", "everybody", "the tiers"),
        ("pay", "much", "the currency"),
        ("calls", "0", "above 0 %"),
        ("calls", "55 %, soon", "soon"),
    ],
)
def test_an_answer_that_cannot_be_read_says_what_can(key, answer, says):
    """One sentence with an example."""
    question = next(one for one in QUESTIONS if one.key == key)
    with pytest.raises(UnitError, match=says):
        question.read(answer)


def test_answers_become_facts():
    """Bare shares are in per cent, hours are the tiers' own, the last one holds for the rest."""
    known = facts(
        known_from(
            {"count": "1,850 users", "heads": "6, 4, provider", "hours": "Mon-Fri 08:00-18:00; Mon-Fri 09:00-17:00",
             "solves": "70", "work": "13 min, 20-40 min", "on_call": "L2", "pay": "32, 45 CHF", "complete": "22 %"},
            "Ours",
        )
    )  # fmt: skip
    assert known.users == 1850
    assert known.volume_per_week() == pytest.approx(1850 * 1.25 * 12 / 365.25 * 7)
    assert known.tiers["L3"].provider
    assert known.tiers["L2"].hours == known.tiers["L3"].hours == {"Mon-Fri": "09:00-17:00"}
    assert (known.tiers["L1"].solves, known.complete) == (0.7, 0.22)
    assert (known.tiers["L2"].on_call, known.tiers["L2"].cost, known.currency) == ("P1", 45, "CHF")


@pytest.mark.parametrize("hours", [{"Mon-Sun": "00:00-24:00"}, {"Mon-Fri": "06:00-22:00", "Sat": "08:00-12:00"}, {"Mon-Fri": "22:00-06:00"}])  # fmt: skip
def test_long_opening_hours_are_worked_in_shifts(hours):
    """Whatever the hours are, so many people are there throughout, and no shift is longer than ten hours."""
    known = facts({"tickets": "300 / week", "tiers": {"L1": {"heads": 4, "hours": hours}}})
    made = desk(known, {one.path: one.value(0.0) for one in latents(known)})
    covered = sorted(span for name in made.tiers["L1"].staff for span in made.shifts[name].spans())
    wanted = made.hours["L1 hours"].spans()
    assert all(end - start <= 10 * 60 for start, end in covered)
    assert sum(e - s for s, e in covered) == sum(e - s for s, e in wanted)
    assert set(made.tiers["L1"].staff.values()) == {4}


ANSWERS = [
    "460",
    "6, 4",
    "",
    "",
    "55, 5 min",
    "70",
    "13 min, ?",
    "",
    "85",
    "",
    "22",
    "3",
    "",
    "32, 45 EUR",
]


def test_the_command_asks_shows_and_writes(tmp_path):
    """A wrong answer is asked again; the file loads, and says of each number where it comes from."""
    path = tmp_path / "our-desk.yaml"
    answers = ["many", *ANSWERS, "y"]
    found = CliRunner().invoke(
        tiersim, ["new", str(path), "--ask"], input="\n".join(answers) + "\n"
    )
    assert found.exit_code == 0, found.output
    assert "'many' is no number" in found.output
    assert "Is this your desk?" in found.output
    text = path.read_text(encoding="utf-8")
    made = load(path)
    assert (made.name, made.tiers["L1"].staff) == ("Our desk", {"L1 day": 6})
    assert made.channels["phone"].patience == 5 * 60_000
    for key in (
        "patience",
        "volume",
        "ability",
        "work",
        "staff",
        "asks_user",
        "breaks",
        "cost",
        "quality",
    ):
        lines = [line for line in text.splitlines() if line.strip().startswith(f"{key}:")]
        assert lines, key
        assert all(
            any(word in line for word in ("stated", "inferred", "assumed")) for line in lines
        ), lines


def test_a_handling_time_that_had_to_be_replaced_is_told():
    """Somebody who states 45 minutes is told that the desk cannot take them, and is not told a range."""
    known = facts({"tickets": "300 / week", "tiers": {"L1": {"heads": 4, "work": "45 min"}}})
    found = infer(known)
    told = "\n".join(conflict_lines(conflict(found)))
    assert "handling time at L1" in told or "L1 is asked for" in told
    assert "range" not in told


def test_no_answer_is_no_desk(tmp_path):
    """Where answers end too soon nothing is written, and the exit code is 2."""
    path = tmp_path / "our-desk.yaml"
    found = CliRunner().invoke(tiersim, ["new", str(path), "--ask"], input="460\n")
    assert isinstance(found.exception, sim.OutputError)
    assert "Nothing is written" in str(found.exception)
    assert not path.exists()


def test_a_desk_that_cannot_be_is_not_written_by_a_script(tmp_path, clash, monkeypatch):
    """With --json nobody can be asked whether to write it all the same."""
    # What is found is tested above, and takes its time.
    monkeypatch.setattr("sim.facts.conflicts.conflict", lambda *_, **__: clash)
    path = tmp_path / "our-desk.yaml"
    answers = ["950", "8", "", "", "", "", "30 min", "", "90", "", "", "", "", ""]
    found = CliRunner().invoke(
        tiersim, ["new", str(path), "--ask", "--json"], input="\n".join(answers) + "\n"
    )
    told = json.loads(found.stdout)
    assert told["conflict"]["ways_out"]
    assert not path.exists()
