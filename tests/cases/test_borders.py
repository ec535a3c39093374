"""Every hostile name on every surface: terminal, log, files, charts, reprs, the page."""

import csv
import datetime as dt
import gzip
import importlib.util
import shutil
import subprocess

import pytest
from hostile import (
    LEADS,
    STEERS,
    cells_of_csv,
    desk,
    faults_of_file,
    faults_of_json,
    formulas,
    hostile,
    steering,
)

import sim
from sim import borders
from sim.cli.top import Exit, main
from sim.scenario.file import dump, load
from sim.study.keep import read

FILES = ["html", "pdf", "pptx", "xlsx"]
MODULE = {"pdf": "weasyprint", "pptx": "pptx", "xlsx": "xlsxwriter"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Write two desks, and the study of them with all its reports."""
    place = tmp_path_factory.mktemp("borders")
    first = desk()
    dump(first, place / "first.yaml")
    more = first.with_({"documentation.quality": 0.9}, name=hostile(5))
    dump(more, place / "more.yaml")
    both = [str(place / "first.yaml"), str(place / "more.yaml")]
    said = [*both, "--replications", "3", "--jobs", "1", "-o", str(place / "study")]
    assert main(["compare", *said]) in (Exit.FINE, Exit.GOAL_MISSED)
    there = [kind for kind in FILES if importlib.util.find_spec(MODULE.get(kind, "sim"))]
    reports = [str(place / f"report.{kind}") for kind in there]
    assert main(["report", str(place / "study"), *reports, "--charts", "--signs"]) == Exit.FINE
    saved = ["--save", str(place / "run")]
    assert main(["run", both[0], *saved]) == Exit.FINE
    run = sim.run(first)
    run.event_log(place / "log.xes")
    run.event_log(place / "log.csv")
    return place


def test_a_desk_of_hostile_names_is_read_as_it_was_written(folder):
    """What is data keeps every sign."""
    assert load(folder / "first.yaml") == desk()


def test_nothing_that_is_written_steers_or_computes(folder):
    """Reports, charts, tables and logs of such a desk hold neither control signs nor formulas."""
    written = [path for path in folder.rglob("*.*") if path.is_file()]
    kinds = {path.suffix for path in written}
    assert {".html", ".svg", ".csv", ".json", ".xes"} <= kinds
    wrong = {path.name: faults_of_file(path)[:5] for path in written if faults_of_file(path)}
    assert wrong == {}


def test_the_text_of_a_pdf_steers_nothing(folder):
    """Copied from the PDF, a name is as harmless as in the page."""
    if not (folder / "report.pdf").is_file() or shutil.which("pdftotext") is None:
        pytest.skip("needs WeasyPrint and pdftotext")
    told = subprocess.run(
        ["pdftotext", str(folder / "report.pdf"), "-"], capture_output=True, text=True, check=True
    ).stdout
    assert "cmd|" in told
    assert steering(told.replace("\f", "\n")) == []


COMMANDS = [
    ["check", "first.yaml"],
    ["compare", "first.yaml", "more.yaml", "--replications", "3", "--jobs", "1"],
    ["run", "first.yaml", "--trace", "3"],
    ["ask", "first.yaml", "--replications", "3", "--jobs", "1"],
    ["signs", "first.yaml", "--replications", "3", "--jobs", "1"],
    ["explain", "first.yaml", "--healthy", "more.yaml", "--replications", "3", "--jobs", "1"],
    ["scorecard", "first.yaml", "more.yaml", "--replications", "3", "--jobs", "1"],
    ["theory", "first.yaml", "--replications", "3"],
    ["verify", "study"],
]


@pytest.mark.parametrize("words", COMMANDS, ids=lambda words: words[0])
@pytest.mark.parametrize("as_json", [False, True], ids=["text", "json"])
def test_no_command_lets_a_name_steer_the_terminal(folder, monkeypatch, capsys, words, as_json):
    """Neither in tables nor in sentences, nor in JSON that is printed."""
    monkeypatch.chdir(folder)
    capsys.readouterr()
    assert main([*words, *["--json"] * as_json]) in (Exit.FINE, Exit.GOAL_MISSED)
    out, err = capsys.readouterr()
    assert "cmd|" in out or words[0] == "verify"
    assert (faults_of_json(out) if as_json else steering(out)) == []
    assert steering(err) == []


@pytest.mark.parametrize("steers", STEERS)
@pytest.mark.parametrize("as_json", [False, True], ids=["text", "json"])
def test_no_refusal_lets_a_name_steer_the_terminal(tmp_path, capsys, steers, as_json):
    """Names of files, keys and values that are quoted in a fault; words that are no command."""
    name = f"x{steers}".replace("\0", "").replace("/", "_")
    file = tmp_path / f"{name}.yaml"
    file.write_text(f'"a{steers}": 1\nname: [1]\n'.replace("\0", ""), encoding="utf-8")
    for words in (["check", str(file)], ["check", f"{name}.yaml"], [name], ["run", "--" + name]):
        assert main([*words, *["--json"] * as_json]) == Exit.BAD_INPUT
        out, err = capsys.readouterr()
        assert steering(out) == []
        assert steering(err) == []


def test_a_traceback_and_a_log_steer_nothing(monkeypatch, capsys):
    """A bug is told with names, too."""

    def broken(*_arguments):
        raise ValueError(hostile(0))

    monkeypatch.setattr("sim.scenario.file.read_yaml", broken)
    for words in (["check", __file__, "--debug"], ["check", __file__]):
        assert main(words) == Exit.BUG
        out, err = capsys.readouterr()
        assert "cmd|" in err
        assert steering(out + err) == []


def test_what_a_notebook_shows_steers_nothing(folder):
    """Studies, results, charts and films by their reprs."""
    study = read(folder / "study")
    run = sim.run(study[0].scenario)
    shown = [study, *study, run, run.tickets, study[0].estimate("l1_share")]
    shown += [study.chart(name) for name in ("l1_share", "service levels")]
    shown += [run.animation()] if hasattr(run, "animation") else []
    for one in shown:
        texts = [repr(one), str(one)]
        texts += [getattr(one, how)() for how in ("_repr_html_", "_repr_svg_") if hasattr(one, how)]
        for text in texts:
            assert steering(text) == [], type(one).__name__


@pytest.mark.parametrize("lead", LEADS)
def test_a_cell_begins_no_formula(lead):
    """Whatever stands before it, seen or unseen; plain numbers are left alone."""
    made = borders.cell(f"{lead}1+1")
    assert made.startswith("'")
    assert formulas([made]) == []
    assert [borders.cell(one) for one in ("-4.2", "+3 %", "", "a=b")] == ["-4.2", "+3 %", "", "a=b"]


TICKETS = 260


def test_an_export_of_hostile_names_is_fitted_and_steers_nothing(tmp_path, monkeypatch, capsys):
    """Nor does what is written beside it: what was set aside, the sample, the report."""
    monkeypatch.chdir(tmp_path)
    start = dt.datetime(2026, 1, 5, 8)  # noqa: DTZ001 - local times have no zone
    with open("export.csv", "w", encoding="utf-8", newline="") as file:  # noqa: PTH123
        rows = csv.writer(file)
        rows.writerow(["Number", "Opened", "Resolved", "Assignment group", "Priority", "Category"])
        for number in range(TICKETS):
            opened = start + dt.timedelta(hours=number * 1.7)
            solved = opened + dt.timedelta(hours=1 + number % 5)
            names = [hostile(number % 2), f"{number % 3} {hostile(3)}", hostile(5 + number % 3)]
            when = [f"{one:%Y-%m-%d %H:%M:%S}" for one in (opened, solved)]
            if number % 40 == 0:
                when[0] = ""
            cells = [f"={number}\x1b", *when, *names]
            rows.writerow([one.replace("\0", "") for one in cells])
    code = main(["calibrate", "export.csv", "-o", "desk.yaml"])
    out, err = capsys.readouterr()
    assert code == Exit.FINE, err
    assert steering(out) == []
    assert steering(err) == []
    wrong = {}
    for path in tmp_path.iterdir():
        if path.name.endswith(".csv.gz"):
            cells = cells_of_csv(gzip.decompress(path.read_bytes()).decode())
            found = formulas(cells) + steering("".join(cells))
        elif path.name == "export.csv":
            continue
        else:
            found = faults_of_file(path)
        if found:
            wrong[path.name] = found[:5]
    assert wrong == {}
    assert load("desk.yaml").tiers
