"""The command line: what it prints, what it writes, and how it ends."""

import importlib
import json
import re
import subprocess
import sys
import types
from pathlib import Path

import pytest

from sim.cli import scenarios, top
from sim.cli.top import COMMANDS, Exit, main
from sim.present.report import REPORT, check_kind
from sim.scenario.file import load
from sim.scenario.gallery import folder
from sim.study.compare import replicate_until_sure
from sim.writing import RECORD

SMALL = """\
extends: in-house-desk.yaml
name: Three weeks
lesson: Short.
period: {length: 3 weeks, warm_up: 1 week}
"""


@pytest.fixture
def desk(tmp_path, monkeypatch):
    """Work in a folder of its own, with the base and a short desk in it."""
    monkeypatch.chdir(tmp_path)
    base = folder() / "in-house-desk.yaml"
    Path("in-house-desk.yaml").write_text(base.read_text(encoding="utf-8"), encoding="utf-8")
    Path("desk.yaml").write_text(SMALL, encoding="utf-8")
    Path("more.yaml").write_text(
        "extends: desk.yaml\nname: One more\ntiers.L1.staff.day: 7\n", encoding="utf-8"
    )
    return tmp_path


@pytest.fixture
def say(capsys):
    """Run a command line; its exit code, output and errors."""

    def run(*words):
        code = main(list(words))
        done = capsys.readouterr()
        return code, done.out, done.err

    return run


def test_help_names_every_command_and_exit_code(say):
    """The first page says what there is, without importing it."""
    code, out, _ = say("--help")
    assert code == Exit.FINE
    assert all(name in out for name in COMMANDS)
    said = " ".join(out.split())
    assert "1 a goal is missed" in said
    assert "130 stopped" in said
    readme = " ".join((Path(__file__).parents[2] / "README.md").read_text("utf-8").split())
    assert said[said.index("0 fine") :].rstrip(".") in readme.replace("`", "")


@pytest.mark.parametrize("name", list(COMMANDS))
def test_every_command_has_help(say, name):
    """Each command is where the table says, and its summary is the table's."""
    code, out, _ = say(name, "--help")
    assert code == Exit.FINE
    assert "Usage: tiersim" in out
    command = getattr(importlib.import_module(COMMANDS[name].module), name)
    assert command.short_help == COMMANDS[name].summary


def test_a_slip_in_a_command(say):
    """What was typed, what there is, and what may have been meant."""
    code, _, err = say("comprae")
    assert code == Exit.BAD_INPUT
    assert "did you mean 'compare'?" in err


def test_the_version(say):
    """One line."""
    assert say("--version")[1].startswith("tiersim 0.")


def test_new_writes_a_commented_scenario_once(desk, say):
    """A copy of the base with comments, which loads; what somebody changed is left alone."""
    code, out, _ = say("new", "my-desk.yaml")
    assert code == Exit.FINE
    assert "Next: tiersim check my-desk.yaml" in out
    text = Path("my-desk.yaml").read_text(encoding="utf-8")
    assert text.count("# ") > 10
    assert load("my-desk.yaml") == load("in-house-desk.yaml")
    assert say("new", "my-desk.yaml")[0] == Exit.FINE  # the same once more: nothing is lost
    Path("my-desk.yaml").write_text(text + "# mine\n", encoding="utf-8")
    code, _, err = say("new", "my-desk.yaml")
    assert (code, "was changed since TierSim wrote it" in err) == (Exit.BAD_INPUT, True)
    assert Path("my-desk.yaml").read_text(encoding="utf-8") == text + "# mine\n"
    assert say("new", "my-desk.txt")[0] == Exit.BAD_INPUT


def test_new_what_if(tmp_path, monkeypatch, say):
    """A what-if comes with its base, unless the base is there."""
    monkeypatch.chdir(tmp_path)
    code, out, _ = say("new", "more.yaml", "--what-if", "--json")
    assert code == Exit.FINE
    assert json.loads(out)["written"] == ["more.yaml", "in-house-desk.yaml"]
    assert load("more.yaml").tiers["L1"].staff == {"day": 7}


def test_check_says_what_a_scenario_implies(desk, say):
    """Loads, the first line's share, and what to do next."""
    code, out, _ = say("check", "desk.yaml")
    assert code == Exit.FINE
    assert "no fault found" in out
    assert "L1 is expected to resolve" in out
    assert "Next: tiersim run desk.yaml" in out
    assert say("check", "desk.yaml", "more.yaml")[1].count("arithmetic on means") == 1
    code, out, _ = say("check", "desk.yaml", "more.yaml", "--json")
    tree = json.loads(out)
    assert (code, tree["faults"]) == (Exit.FINE, [])
    assert [one["scenario"] for one in tree["scenarios"]] == ["Three weeks", "One more"]


def test_check_names_every_fault_of_every_file(desk, say):
    """Good files are told of all the same; the exit code is 2."""
    Path("bad.yaml").write_text("extends: desk.yaml\ntiers.L1.work: 13\nusers: {hors: a}\n")
    Path("empty.yaml").write_text("")
    code, out, err = say("check", "bad.yaml", "desk.yaml", "empty.yaml", "gone.yaml")
    assert code == Exit.BAD_INPUT
    assert "desk.yaml: Three weeks: no fault found" in out
    lines = err.splitlines()
    assert lines[0].startswith("bad.yaml:2:16: tiers.L1.work: 13 has no unit")
    assert lines[1].startswith("bad.yaml:3:9: users.hors: unknown key 'hors'")
    assert lines[2].startswith("empty.yaml: the file is empty")
    assert lines[3].startswith("gone.yaml: there is no such file")
    assert lines[4] == "tiersim: 4 faults"
    code, out, _ = say("check", "bad.yaml", "--json")
    assert [fault["line"] for fault in json.loads(out)["faults"]] == [2, 3]


def test_a_queue_that_nobody_serves(desk, say):
    """An error in ``check``; a run with it still ends."""
    Path("none.yaml").write_text("extends: desk.yaml\ntiers: {L3: {staff: {day: 0}}}\n")
    code, out, err = say("check", "none.yaml")
    assert code == Exit.BAD_INPUT
    assert err.startswith("none.yaml: tiers.L3.staff: nobody serves this queue")
    assert "no fault found" not in out
    assert out.startswith("none.yaml: None: 1 fault, see below.")
    code, _, err = say("run", "none.yaml")
    assert code == Exit.FINE
    assert err.startswith("none.yaml: tiers.L3.staff: nobody serves this queue")


def test_no_tickets_and_no_staff(desk, say):
    """Nothing to measure is no fault, and stops nothing."""
    Path("calm.yaml").write_text("extends: desk.yaml\ndemand: {volume: 0 / week}\n")
    code, out, _ = say("check", "calm.yaml")
    assert (code, "nothing to measure" in out) == (Exit.FINE, True)
    assert say("run", "calm.yaml")[0] == Exit.FINE
    assert say("compare", "calm.yaml", "--replications", "2", "--jobs", "1")[0] == Exit.FINE


def test_schema(desk, say):
    """Printed, or written; the reference likewise."""
    code, out, _ = say("schema")
    assert (code, json.loads(out)["title"]) == (Exit.FINE, "TierSim scenario")
    assert "$schema=s.json" in say("schema", "-o", "s.json")[1]
    assert Path("s.json").read_text(encoding="utf-8") == out
    assert say("schema", "--reference")[1].startswith("# What a scenario file may say")
    assert say("schema", "--mapping")[1].startswith("# How a file becomes an export")
    assert "Next: tiersim calibrate" in say("schema", "--mapping", "-o", "MAPPING.md")[1]


def test_run_prints_its_figures(desk, say):
    """A table, and JSON with every metric; not measured is null."""
    code, out, _ = say("run", "desk.yaml", "--seed", "5")
    assert code == Exit.FINE
    assert "Resolved by the first line" in out
    assert "Next: tiersim compare desk.yaml" in out
    tree = json.loads(say("run", "desk.yaml", "--json", "--engine", "simpy")[1])
    assert 0.5 < tree["values"]["l1_share"] < 0.9
    assert tree["values"].keys() == tree["counts"].keys()


def test_run_tells_a_story(desk, say):
    """One ticket in sentences; one that is not there is bad input."""
    code, out, _ = say("run", "desk.yaml", "--trace", "3")
    assert (code, out.startswith("Ticket 3 (")) == (Exit.FINE, True)
    code, _, err = say("run", "desk.yaml", "--trace", "99999999")
    assert (code, "there is no ticket 99999999" in err) == (Exit.BAD_INPUT, True)


def test_run_saves_its_log_with_a_manifest(desk, say):
    """Tables, event log, and how they were made."""
    code, out, _ = say("run", "desk.yaml", "--save", "out", "--seed", "4", "--replication", "2")
    assert code == Exit.FINE
    names = {"tickets.csv", "visits.csv", "spells.csv", "events.xes", "manifest.json"}
    assert {path.name for path in Path("out").iterdir()} == names | {RECORD}
    assert all(f"Written: out/{name}" in out for name in names)
    tree = json.loads(Path("out/manifest.json").read_text(encoding="utf-8"))
    assert (tree["seed"], tree["replication"], tree["engine"] != "auto") == (4, 2, True)
    assert tree["scenarios"][0]["scenario"]["name"] == "Three weeks"
    assert tree["command"].startswith("tiersim")


def test_compare_prints_verdicts_and_keeps_the_study(desk, say):
    """The table, files with a manifest, and the next command; run again it is taken up."""
    words = ("compare", "desk.yaml", "more.yaml", "--replications", "3", "--jobs", "1", "-o", "st")
    code, out, _ = say(*words)
    assert code == Exit.FINE
    assert "tiersim report st" in out
    assert "tiers.L1.staff.day 6" in out
    assert "Total cost in a week" in out
    kept = json.loads(Path("st/study.json").read_text(encoding="utf-8"))
    manifest = json.loads(Path("st/manifest.json").read_text(encoding="utf-8"))
    assert manifest["replications"] == 3
    assert Path("st/study.csv").read_text(encoding="utf-8").count("\n") == len(kept) + 1
    tree = json.loads(say(*words, "--json")[1])
    assert tree["rows"] == kept
    assert [(one["scenario"], one["metric"]) for one in tree["costs"]] == [
        (scenario, metric)
        for metric in ("total_cost", "lost_cost")
        for scenario in ("Three weeks", "One more")
    ]
    assert tree["changes"]["One more"] == {"tiers.L1.staff.day": [6, 7]}
    code, _, err = say(*words[:-2], "--seed", "9", "-o", "st")
    assert (code, "holds another study" in err) == (Exit.BAD_INPUT, True)


def test_many_files_are_not_listed_again(desk, say):
    """The next command of a long one is short."""
    files = [f"{heads}.yaml" for heads in range(3, 13)]
    for heads, file in enumerate(files, 3):
        Path(file).write_text(f"extends: desk.yaml\ntiers.L1.staff.day: {heads}\n")
    code, out, _ = say("compare", *files, "--replications", "2", "--jobs", "1")
    assert code == Exit.FINE
    assert "Next: tiersim compare … -o results/study" in out
    assert len(out.splitlines()) < 4 * len(files)


@pytest.fixture
def written_reports(monkeypatch):
    """Stand in for the report, which is drawn and tested in its own room."""
    reports = []

    def write(study, path, **_):
        reports.append((study.names, study.replications, path))
        path.write_text("<html></html>", encoding="utf-8")
        return path

    room = types.ModuleType("sim.present.report")
    room.Asked = lambda **_: None
    room.write_all = lambda study, paths, *_, **__: [write(study, path) for path in paths]
    room.REPORT = REPORT
    room.check_kind = check_kind
    monkeypatch.setitem(sys.modules, "sim.present.report", room)
    monkeypatch.setattr("sim.present.report", room, raising=False)
    return reports


def test_compare_says_which_tiers_count_as_free(desk, say):
    """Where some tiers have a price and others have none, a total flatters those without."""
    Path("free.yaml").write_text("extends: more.yaml\nname: Free\ntiers: {L2: {cost: 0}}\n")
    asked = ("compare", "desk.yaml", "free.yaml", "--replications", "2", "--jobs", "1")
    out = say(*asked)[1]
    assert "Costs leave out L2 in Free: it states no price, and counts as free." in out
    notes = json.loads(say(*asked, "--json")[1])["notes"]
    assert sum("counts as free" in note for note in notes) == 1
    assert "as free" not in say("compare", "desk.yaml", "--replications", "2", "--jobs", "1")[1]


def test_report_is_written_from_what_compare_kept(desk, say, written_reports):
    """Nothing has to be asked again: scenarios, seed and replications are in the folder."""
    words = ("desk.yaml", "more.yaml", "--replications", "3", "--jobs", "1", "--seed", "8")
    assert say("compare", *words, "-o", "st")[0] == Exit.FINE
    code, out, _ = say("report", "st", "--jobs", "1")
    assert code == Exit.FINE
    assert "Written: st/report.html" in out
    assert say("report", "st", "mine.html", "--json")[0] == Exit.FINE
    assert written_reports == [
        (("Three weeks", "One more"), 3, Path("st/report.html")),
        (("Three weeks", "One more"), 3, Path("mine.html")),
    ]


def test_demo_needs_nothing(desk, say, written_reports):
    """Four desks of the gallery, a report, and the way to one's own."""
    code, out, _ = say("demo", "--replications", "2", "--jobs", "1", "-o", "d")
    assert code == Exit.FINE
    assert "Next: tiersim new my-desk.yaml" in out
    ((names, replications, path),) = written_reports
    assert (len(names), replications, path) == (4, 2, Path("d/report.html"))


def test_strict_is_for_missed_goals(desk, say):
    """A missed goal ends with 1 where --strict was given, and with 0 otherwise."""
    Path("late.yaml").write_text(
        "extends: desk.yaml\nservice_levels.L1 response.within: 1 s\n"
        "service_levels.L1 response.goal: 99 %\n"
    )
    words = ("compare", "late.yaml", "--replications", "3", "--jobs", "1")
    assert say(*words)[0] == Exit.FINE
    assert say(*words, "--strict")[0] == Exit.GOAL_MISSED


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (("compare", "desk.yaml", "--precision", "much"), "much"),
        (("compare", "desk.yaml", "--replications", "0"), "0"),
        (("compare", "desk.yaml", "desk.yaml"), "Three weeks"),
        (("compare", "desk.yaml", "--arrivals", "x.csv"), "--as"),
        (("compare", "desk.yaml", "--as", "jira"), "--arrivals"),
        (("compare", "desk.yaml", "--arrivals", "gone.csv", "--as", "jira"), "gone.csv"),
        (("compare",), "PATHS"),
        (("run", "desk.yaml", "--engine", "fast"), "fast"),
        (("run", "desk.yaml", "--seed", "-1"), "-1"),
        (("run", "desk.yaml", "--save", "desk.yaml"), "desk.yaml"),
        (("run", "."), "folder"),
        (("report", "nowhere"), "holds no study"),
        (("report", "desk.yaml"), "holds no study"),
        (("check", "desk.yaml", "--deep"), "--deep"),
    ],
)
def test_bad_input_is_one_clear_message(desk, say, words, text):
    """Exit code 2, a sentence, no traceback, and nothing written."""
    before = sorted(Path().iterdir())
    code, _, err = say(*words)
    assert code == Exit.BAD_INPUT
    assert text in err
    assert "Traceback" not in err
    assert sorted(Path().iterdir()) == before


def test_a_bug_is_said_to_be_one(say, monkeypatch):
    """Exit code 3, what to do, and the traceback with --debug alone."""

    def fail(**_):
        raise ZeroDivisionError("by nothing")

    monkeypatch.setattr(scenarios.schema, "callback", fail)
    code, _, err = say("schema")
    assert code == Exit.BUG
    assert "this is a bug in TierSim" in err
    assert "--debug" in err
    assert "Traceback" not in err
    assert "Traceback" in say("schema", "--debug")[2]


def test_being_stopped(say, monkeypatch):
    """Control-C says so, without a traceback."""

    def stop(**_):
        raise KeyboardInterrupt

    monkeypatch.setattr(scenarios.schema, "callback", stop)
    code, _, err = say("schema")
    assert (code, err.strip()) == (Exit.STOPPED, "Stopped.")


def test_a_study_that_was_stopped_says_what_it_keeps(desk, say, monkeypatch):
    """How many replications are in the folder, and that the same command goes on."""

    def stop(done, _):
        if done == 2:
            raise KeyboardInterrupt

    def stopped(plan, runner, finished, store, _):
        return replicate_until_sure(plan, runner, finished, store, stop)

    words = ("compare", "desk.yaml", "--replications", "3", "--jobs", "1")
    with monkeypatch.context() as patched:
        patched.setattr("sim.study.compare.replicate_until_sure", stopped)
        code, _, err = say(*words, "-o", "st")
        assert code == Exit.STOPPED
        assert err.splitlines()[-1] == (
            "Stopped. 2 finished replications are kept in st; the same command goes on from there."
        )
        assert say(*words)[2].splitlines()[-1] == "Stopped."
    assert say(*words, "-o", "st")[0] == Exit.FINE


def test_errors_as_json(desk, say):
    """With --json an error is JSON too."""
    Path("bad.yaml").write_text("extends: desk.yaml\ntiers.L1.work: 13\n")
    code, out, _ = say("run", "bad.yaml", "--json")
    tree = json.loads(out)
    assert (code, tree["error"]) == (Exit.BAD_INPUT, "ScenarioError")
    assert tree["faults"][0]["path"] == "tiers.L1.work"


def test_without_the_compiled_engine_it_says_so(desk, say, monkeypatch):
    """Once, on standard error, with what to do."""
    monkeypatch.setattr("sim.engine.kernel_fault", lambda: "It is not there.")
    code, out, err = say("run", "desk.yaml", "--json")
    assert code == Exit.FINE
    assert err.count("SimPy runs") == err.count("It is not there.") == 1
    assert json.loads(out)


def test_names_hold_no_markup(desk, say):
    """Brackets in a user's names are printed as they are."""
    Path("odd.yaml").write_text("extends: desk.yaml\nname: '[bold]x[/bold] [/] :smile:'\n")
    code, out, _ = say("run", "odd.yaml")
    assert code == Exit.FINE
    assert "[bold]x[/bold] [/] :smile:" in out


def test_a_reader_that_goes_away(desk):
    """``tiersim schema | head -1`` is no error."""
    command = f"{sys.executable} -m sim schema | head -1"
    done = subprocess.run(command, shell=True, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    assert done.returncode == 0


def test_the_module_is_the_command():
    """``python -m sim`` is ``tiersim``."""
    run = [sys.executable, "-m", "sim", "check", "gone.yaml"]
    done = subprocess.run(run, capture_output=True, text=True, check=False)
    assert done.returncode == Exit.BAD_INPUT
    assert done.stderr.startswith("gone.yaml: there is no such file")


def test_commands_are_in_the_order_people_meet_them():
    """Demo first, report last."""
    assert next(iter(COMMANDS)) == "demo"
    assert top.tiersim.list_commands(None) == list(COMMANDS)


UNSERVED = """\
extends: desk.yaml
name: Nobody at L2
tiers.L2.staff.day: 0
"""


@pytest.mark.parametrize(
    "words",
    [
        ("check", "nobody.yaml"),
        ("compare", "desk.yaml", "nobody.yaml", "--replications", "2"),
        ("ask", "nobody.yaml", "--replications", "2"),
        ("signs", "nobody.yaml", "--replications", "2"),
        ("scorecard", "desk.yaml", "nobody.yaml", "--replications", "2"),
        ("explain", "nobody.yaml", "--healthy", "desk.yaml", "--replications", "2"),
        ("sensitivity", "nobody.yaml", "--replications", "2"),
    ],
    ids=lambda words: words[0],
)
def test_a_queue_that_nobody_serves_is_refused_by_every_study(desk, say, words):
    """What `check` refuses is not simulated: the file, the key, and what would serve it."""
    Path("nobody.yaml").write_text(UNSERVED)
    code, _, err = say(*words)
    assert code == Exit.BAD_INPUT
    assert "nobody.yaml: tiers.L2.staff: nobody serves this queue" in err
    assert "`provider`" in err


@pytest.mark.parametrize(
    "served",
    [
        "tiers.L1.also_serves: {L2: 0 min}",
        "tiers.L2.on_call: {staff: {day: 3}, priority: P4}",
        "tiers.L2.staff: null\ntiers.L2.provider: {hours: office, price: 60}",
    ],
)
def test_a_queue_that_others_serve_is_simulated(desk, say, served):
    """A tier may have nobody of its own where helpers, people on call or a provider take it."""
    text = UNSERVED.replace("tiers.L2.staff.day: 0\n", "") if "null" in served else UNSERVED
    Path("served.yaml").write_text(
        f"{text}tiers.L2.pre_empts: null\n{served}\n" if "null" in served else f"{text}{served}\n"
    )
    assert say("check", "served.yaml")[0] == Exit.FINE
    assert say("compare", "served.yaml", "--replications", "2", "--jobs", "1")[0] == Exit.FINE


def test_a_run_says_what_its_figures_are_of(desk, say):
    """The tickets that count and when, the goals, the cost with its unit, and what pauses are."""
    code, out, _ = say("run", "desk.yaml")
    assert code == Exit.FINE
    assert re.search(r"Three weeks: [\d,]+ tickets counted, in 2 weeks from 22 Dec 2025", out)
    line = next(line for line in out.splitlines() if "Service level: L1 response " in line)
    assert line.rstrip().endswith("90.0 %")
    assert re.search(r"Total cost in a week +[\d,]+ EUR", out)
    assert "No pauses: the clock runs on" in out


def test_signs_say_what_their_figures_are_of(desk, say):
    """Re-explaining is per escalated ticket; money is a week's; intervals are named."""
    code, out, _ = say("signs", "desk.yaml", "--replications", "3", "--jobs", "1")
    assert code == Exit.FINE
    told = next(line for line in out.splitlines() if "users explain again" in line)
    assert "per escalated ticket" in told
    for line in out.splitlines():
        if line.startswith(("What helps most", "Also:")) and "saves" in line:
            assert line.count("EUR)") <= line.count(" a week")
    assert "Means over 3 replications with 95 % intervals" in out
