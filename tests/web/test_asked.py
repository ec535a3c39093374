"""What the page asks, holds in an address, reads from files and keeps: without a browser."""

import base64
import datetime as dt
import zlib

import numpy as np
import pytest
from guarded import assert_within, peak_of

import sim
from sim.intake.guess import guess_mapping
from sim.limits import LINK_CHANGE_CHARACTERS, LINK_CHARACTERS, LINK_UNFOLDED_BYTES
from sim.present.answer import answer
from sim.present.charts import catalogue
from sim.scenario.change import plain as as_written
from sim.scenario.gallery import gallery
from sim.scenario.model import Scenario
from sim.web import moves
from sim.web.answer import QUICK, Desks
from sim.web.files import downloads, missing, of_chart, of_export
from sim.web.searching import Searching
from sim.web.shown import beside, film, headline, plain, reasons, theme
from sim.web.state import Asked, from_params, own_desk, to_params
from sim.web.upload import Way, columns_of, fit_export, guess, read_scenario

SMALL = {"period.length": "3 weeks", "period.warm_up": "1 week", "demand.volume": "120 / week"}


@pytest.fixture(scope="module")
def small():
    """Return a desk that is quickly run."""
    return sim.example().with_(SMALL, name="Small desk")


@pytest.mark.parametrize("name", gallery())
def test_every_desk_of_the_gallery_can_be_moved(name):
    """Each slider and choice is a change that the desk allows."""
    base = sim.example(name)
    for one in moves.heads(base):
        assert base.with_({one.path: one.now + 1}) != base
    for changes in moves.hours(base).values():
        assert base.with_(changes, name="hours")
    given = moves.outsourcing(base)
    if given is not None:
        last = list(base.tiers)[-1]
        assert base.with_(given, name="outsourced").tiers[last].provider is not None
    raised = base.with_({"documentation.quality": 0.9}, name="notes").documentation
    assert {raised.completeness(field) for field in ("summary", "steps", "runbooks")} == {0.9}


def test_a_pattern_of_shifts_shares_out_the_people_there_are():
    """Nobody is added or lost by other hours."""
    for changes in list(moves.hours(sim.example()).values())[1:]:
        assert sum(changes["tiers.L1.staff"].values()) == 6


def test_an_address_holds_the_gallery_desk_by_name_and_an_own_desk_whole(small):
    """What is asked comes back from its parameters, equal."""
    for asked in (Asked("poor-notes", "", {"tiers.L1.staff.day": 7}), own_desk(small)):
        assert from_params(to_params(asked)) == asked
    assert own_desk(small).base() == small


@pytest.mark.parametrize(
    "params",
    [
        {"change": "[1]"},
        {"change": "{" * 10_000},
        {"own": "%%%"},
        {"own": base64.urlsafe_b64encode(zlib.compress(b"\xff\xfe")).decode()},
    ],
)
def test_an_address_that_cannot_be_read_is_refused(params):
    """Broken links end in a sentence."""
    with pytest.raises(sim.ScenarioError, match="link is incomplete"):
        from_params(params)


def packed(data):
    """Fold a desk as a link does."""
    return base64.urlsafe_b64encode(zlib.compress(data, 9)).decode()


@pytest.mark.parametrize(
    ("params", "limit"),
    [
        ({"change": "{" * (LINK_CHANGE_CHARACTERS + 1)}, f"at most {LINK_CHANGE_CHARACTERS:,}"),
        ({"own": "A" * (LINK_CHARACTERS + 1)}, f"at most {LINK_CHARACTERS:,}"),
        ({"own": packed(bytes(LINK_UNFOLDED_BYTES + 1))}, "more than 256 KiB"),
    ],
)
def test_an_address_that_asks_too_much_is_refused_by_the_limit(params, limit):
    """Oversized and exploding links are not unfolded, and say what is read at most."""
    with pytest.raises(sim.ScenarioError, match=limit):
        from_params(params)


DENSE_LINK = """
import base64, sys, zlib
from sim.errors import TierSimError
from sim.limits import LINK_UNFOLDED_BYTES
from sim.web.state import from_params
text = b"topics: {" + b"".join(b"t%d: {}," % i for i in range(30_000))
own = zlib.compress(text[: LINK_UNFOLDED_BYTES - 1] + b"}", 9)
if sys.argv[1] == "short":
    own = zlib.compress((b"a: [" + b"a," * LINK_UNFOLDED_BYTES)[: LINK_UNFOLDED_BYTES - 1] + b"]", 9)
link = base64.urlsafe_b64encode(own).decode()
try:
    from_params({"own": link}).base()
except TierSimError as error:
    print(len(link), "characters:", str(error)[:200])
"""


@pytest.mark.parametrize("kind", ["short", "long"])
def test_a_short_link_of_a_dense_desk_ends(kind):
    """A few hundred characters do not keep the page busy."""
    code, said, peak = peak_of(DENSE_LINK, kind)
    assert code == 0
    assert "characters: " in said
    assert_within(peak, LINK_UNFOLDED_BYTES)


INCIDENT = {"priority": "P1", "topic": "software", "engineers": {"L1": 1}}


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        (
            {"demand.growth": "50 %", "demand.volume": "400 / week", "period.length": "10 years"},
            "tickets and calls",
        ),
        ({"tiers.L1.staff.day": 4000}, "working days of people"),
        (
            {"tiers.L3.on_call": {"staff": {"day": 4000}, "priority": "P1"}},
            "working days of people",
        ),
        ({"incidents": {"a": INCIDENT | {"rate": "1 / h", "linked": 900}}}, "tickets and calls"),
        ({"incidents": {"a": INCIDENT | {"rate": "10 / h"}}}, "incidents"),
        ({"problems": {"count": 9000, "tier": "L3"}}, "problems"),
    ],
)
def test_what_would_keep_the_page_busy_is_for_the_command_line(changes, what):
    """Whatever it is that makes a replication long, and not the volume alone."""
    desk = sim.example().with_(changes, name="Large")
    with pytest.raises(sim.StudyError, match=f"{what} are more than this page simulates"):
        next(Desks().run([desk], 1))


@pytest.mark.parametrize(
    "incident", [{"rate": "9 / h", "linked": 1_000_000}, {"rate": "999 / h", "linked": 0}]
)
def test_incidents_that_would_fill_the_memory_are_a_slip(incident):
    """Calls about incidents count as tickets do."""
    with pytest.raises(sim.ScenarioError, match="in the period"):
        sim.example().with_({"incidents": {"a": INCIDENT | incident}}, name="Slip")


def test_a_desk_too_large_for_a_link_says_so(small):
    """The reader is told to share the file."""
    large = small.model_copy(update={"about": "".join(map(chr, range(0x4E00, 0x9FA0)))})
    with pytest.raises(sim.TierSimError, match="too large for a link"):
        to_params(own_desk(large))


def test_changes_that_come_to_nothing_are_no_change():
    """A slider that was moved back leaves the desk alone on the page."""
    base = sim.example()
    assert Asked(changes={"tiers.L1.staff.day": 6}).changed(base) is None
    assert Asked(changes={"tiers.L1.staff.day": 7}).changed(base).name == "Your change"


def test_a_file_that_is_sent_extends_the_gallery_and_nothing_else():
    """Its faults call it as its user does, and no file of this machine is read."""
    text = b"extends: in-house-desk.yaml\nname: Mine\ntiers: {L1: {staff: {day: 7}}}\n"
    assert read_scenario(text, "mine.yaml").tiers["L1"].staff == {"day": 7}
    for base in ("../desk.yaml", "/etc/desk.yaml", "sent file.yaml"):
        with pytest.raises(sim.ScenarioError, match="may extend one of the gallery"):
            read_scenario(f"extends: {base}\n".encode(), "mine.yaml")
    with pytest.raises(sim.ScenarioError, match=r"^my desk.yaml:3:9: tiers.L9"):
        read_scenario(text.replace(b"L1", b"L9"), "folder/my desk.yaml")


@pytest.fixture(scope="module")
def busy():
    """Return a ticket table whose columns no preset knows: four weeks, sixty tickets a day."""
    rng = np.random.default_rng(4)
    monday = dt.datetime(2026, 1, 5, 8)  # noqa: DTZ001 - local times have no zone
    lines = ["Ref,Raised,Solved,Squad"]
    for day in range(28):
        for n in range(60 if day % 7 < 5 else 12):
            at = monday + dt.timedelta(days=day, minutes=9 * n)
            done = at + dt.timedelta(minutes=round(float(rng.exponential(240))))
            lines.append(f"R{day}-{n},{at},{done},{'Apps' if n % 4 == 0 else 'Desk'}")
    return "\n".join(lines).encode()


def test_an_export_becomes_a_desk(tmp_path):
    """A ticket export that is sent is fitted, and the desk fits into an address."""
    run = sim.run(sim.example().with_({"period.length": "6 weeks"}, name="Short"), seed=3)
    path = sim.calibrate.write_sample(sim.calibrate.as_export(run), tmp_path / "export.csv")
    found = guess(path.read_bytes(), "export.csv")
    assert (found.preset, found.header[0]) == (guess_mapping(path)[0], "number")
    fitted = fit_export(path.read_bytes(), "export.csv", Way(found.preset))
    assert fitted.desk.scenario.name == "export"
    assert len(fitted.desk.scenario.tiers) >= 2
    assert fitted.desk.notices
    assert to_params(own_desk(fitted.desk.scenario))["own"]
    with pytest.raises(sim.ExportError):
        fit_export(b"a,b\n1,2\n", "export.csv", Way("servicenow"))


def test_what_the_command_writes_can_be_taken_away(busy):
    """The mapping, sent with the export again, reads it the same; the commented desk loads."""
    data, way = busy, Way("any", columns=(("id", "Ref"), ("opened", "Raised"), ("team", "Squad")))
    fitted = fit_export(data, "own.csv", way)
    files = {one.name: one.make() for one in of_export(fitted)}
    assert set(files) == {"own-mapping.yaml", "own-commented.yaml", "own-calibration.html"}
    again = fit_export(data, "own.csv", Way("jira", kept=files["own-mapping.yaml"]))
    assert again.desk.scenario == fitted.desk.scenario
    assert read_scenario(files["own-commented.yaml"], "own.yaml") == fitted.desk.scenario
    assert b"</html>" in files["own-calibration.html"]


def test_columns_are_shown_as_they_would_be_taken():
    """A role without a column is shown empty, and a chosen time zone counts."""
    found = guess(b"number,opened_at,Remark\n1,2026-01-05 08:00,x\n", "export.csv")
    assert columns_of(Way("servicenow"), found)["opened"] == "opened_at"
    assert columns_of(Way("servicenow"), found)["team"] == ""
    mapping = Way("any", columns=(("id", "Ref"), ("team", ""))).mapping()
    assert mapping.columns == {"id": ("Ref",)}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("extends: /etc/mapping.yaml\n", "may extend any, jira"),
        ("extends: other.yaml\n", "may extend any, jira"),
        ("columns: {idd: x}\n", "columns.idd"),
        ("columns: [\n", "The mapping"),
        ("", "holds no fields"),
    ],
)
def test_a_mapping_that_is_sent_reads_nothing_of_this_machine(text, said):
    """It may extend a preset, and its faults name no folder of the server."""
    with pytest.raises(sim.ExportError, match=said) as caught:
        Way("any", kept=text.encode() or b" ").mapping()
    assert "tiersim-" not in str(caught.value)


def test_only_what_is_new_is_simulated(small, monkeypatch):
    """Base and earlier desks are kept; more replications add to those there are."""
    desks, more = Desks(), small.with_({"tiers.L1.staff.day": 7}, name="More")
    assert len(list(desks.run([small], 2))) == 2
    assert len(list(desks.run([small, more], 2))) == 2
    assert len(list(desks.run([small, more], 3))) == 2
    assert list(desks.run([more, small], 3)) == []
    alone = sim.compare([small, more], replications=3, curves=False)
    kept = desks.study([small, more], 3)
    assert [r.estimate("l1_share") for r in kept] == [r.estimate("l1_share") for r in alone]


def test_a_run_can_be_left_at_any_time(small):
    """What is done is kept, the rest is never begun, and an answer needs all of it."""
    desks = Desks()
    progress = desks.run([small], QUICK)
    next(progress)
    progress.close()
    assert desks.known(small) == 1
    assert desks.size([small]) == 0
    with pytest.raises(sim.StudyError, match="stopped"):
        desks.study([small], QUICK)


def test_a_desk_too_large_for_a_page_is_refused(small):
    """A page that would stand still for minutes says what to do instead."""
    huge = small.with_({"period.length": "20 y", "demand.volume": "9000 / week"}, name="Huge")
    with pytest.raises(sim.StudyError, match="tiersim compare"):
        next(Desks().run([huge], 1))


def test_what_a_user_wrote_is_escaped(small):
    """Names are neither markup nor Markdown, anywhere on the page."""
    name = '<img src=x onerror="alert(1)">'
    hostile = small.with_({"tiers.L1.staff.day": 7}, name=name)
    desks = Desks()
    list(desks.run([small, hostile], 2))
    study = desks.study([small, hostile], 2)
    told = answer(study)
    for text in (headline(told), reasons(told), beside(study), film(hostile, 1, dark=True)):
        assert "<img" not in text
    assert plain("[a](b) `c` <d>") == r"\[a\](b) \`c\` \<d\>"


def test_a_provider_is_paid_for_in_sight(small):
    """What an outsourced tier saves in staff stands beside what the provider costs."""
    given = small.with_(moves.outsourcing(small), name="Outsourced")
    desks = Desks()
    list(desks.run([small, given], 2))
    assert "Provider cost" in beside(desks.study([small, given], 2))
    assert "Provider cost" not in beside(desks.study([small], 2))


def test_files_are_made_when_they_are_asked_for(small):
    """Scenario, deck and figures hold the answer that stands on the page."""
    more = small.with_({"tiers.L1.staff.day": 7}, name="=cmd")
    desks = Desks()
    list(desks.run([small, more], QUICK))
    found = {one.label: one for one in downloads(desks, [small, more])}
    begins = {"YAML": b"name: =cmd", "PPTX": b"PK"}
    for kind, first in begins.items():
        one = next(one for label, one in found.items() if kind in label)
        assert not one.missing
        assert one.make().startswith(first), kind
    assert b"\n'=cmd," in found["Figures (CSV)"].make()


def test_a_missing_package_is_named_with_its_command(monkeypatch):
    """A button that cannot work says how to make it work."""
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    assert "pip install 'tiersim[office]'" in missing("pptx")
    assert missing("html") == ""


def test_a_picture_is_taken_away_for_a_light_page(small):
    """Who reads in the dark still gets a chart for a white slide."""
    desks = Desks()
    list(desks.run([small], 2))
    study = desks.study([small], 2)
    dark = catalogue.chart(study, "L1 share", theme=theme(dark=True))
    light = catalogue.chart(study, "L1 share")
    assert of_chart(lambda: dark, "L1 share")[0].make() == light.png()


def test_a_shift_that_is_called_after_its_tier_names_it_once():
    """A calibrated desk has a shift `L1 day`: its slider is not called L1 L1 day."""
    tree = as_written(sim.example())
    tree["shifts"] = {"L1 day": tree["shifts"]["day"], **tree["shifts"]}
    tree["tiers"]["L1"]["staff"] = {"L1 day": 6}
    labels = [one.label for one in moves.heads(Scenario.model_validate(tree))]
    assert labels[0] == "L1, day"


def test_a_search_that_nobody_waits_for_ends(small):
    """Its next sign of life ends it, when the reader has left or asked anew."""
    Searching(small).progress("the best so far")
    with pytest.raises(sim.StudyError, match="was left"):
        Searching(small, wanted=lambda: False).progress("the best so far")
