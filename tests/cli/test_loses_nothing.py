"""Nothing of anybody's is lost: every command that writes, where files of somebody stand in the way."""

import json
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from sim.cli.top import Exit, main
from sim.scenario.gallery import folder
from sim.writing import RECORD

SMALL = "extends: in-house-desk.yaml\nname: Small\nlesson: Short.\nperiod: {length: 3 weeks, warm_up: 1 week}\n"
TWO = ("--replications", "2", "--jobs", "1")
EXPORT = folder() / "sample-export.csv.gz"


@pytest.fixture
def desk(tmp_path, monkeypatch):
    """Work in a folder of its own, with a short desk in it."""
    monkeypatch.chdir(tmp_path)
    shutil.copy(folder() / "in-house-desk.yaml", tmp_path)
    Path("desk.yaml").write_text(SMALL, encoding="utf-8")
    return tmp_path


@pytest.fixture
def say(capsys):
    """Run a command line; its exit code, output and errors."""

    def run(*words):
        code = main(list(map(str, words)))
        done = capsys.readouterr()
        return code, done.out, done.err

    return run


def _all(place="."):
    """Return every file below a folder, with its content; links as what they say."""
    return {
        str(p): str(p.readlink()) if p.is_symlink() else p.read_bytes()
        for p in sorted(Path(place).rglob("*"))
        if p.is_symlink() or (p.is_file() and p.name != RECORD)
    }


@pytest.fixture
def one_chart(monkeypatch):
    """Draw the first of the charts alone: drawing them all takes a while."""
    from sim.present import report  # noqa: PLC0415 - heavy

    every = report.charts_of
    monkeypatch.setattr(report, "charts_of", lambda *asked: every(*asked)[:1])


def _no_work(monkeypatch):
    """Let nothing be simulated nor read."""
    for work in ("sim.engine.play", "sim.study.runner.Runner.map", "sim.intake.sheet.opened"):
        monkeypatch.setattr(work, lambda *_, **__: pytest.fail("work was begun"))


WRITES = {
    "new": (("new", "OUT.yaml"), ["OUT.yaml"]),
    "new --what-if": (("new", "OUT.yaml", "--what-if"), ["OUT.yaml"]),
    "schema": (("schema", "-o", "OUT.json"), ["OUT.json"]),
    "check --welch": (("check", "desk.yaml", "--welch", "OUT.svg"), ["OUT.svg", "OUT.csv"]),
    "run --save": (
        ("run", "desk.yaml", "--save", "OUT"),
        ["OUT/tickets.csv", "OUT/visits.csv", "OUT/spells.csv", "OUT/events.xes", "OUT/manifest.json"],
    ),
    "compare -o": (
        ("compare", "desk.yaml", *TWO, "-o", "OUT"),
        ["OUT/study.json", "OUT/study.csv", "OUT/command.json", "OUT/manifest.json"],
    ),
    "demo": (
        ("demo", "--replications", "2", "--jobs", "1", "-o", "OUT"),
        ["OUT/report.html", "OUT/charts/01-mine.svg", "OUT/study.csv"],
    ),
    "calibrate": (
        ("calibrate", EXPORT, "-o", "OUT.yaml", "--replications", "2", "--no-predict"),
        [f"OUT{end}" for end in (".yaml", "-calibration.html", "-calibration.txt", "-sample.csv.gz", "-set-aside.csv")],
    ),
    "search": (
        ("search", "desk.yaml", "--within", "1 s", "-o", "OUT.yaml", "--report", "OUT.html"),
        ["OUT.yaml", "OUT.html"],
    ),
    "sensitivity": (
        ("sensitivity", "desk.yaml", "--move", "documentation.quality=40 %:90 %", *TWO, "-o", "OUT.svg"),
        ["OUT.svg", "OUT.csv"],
    ),
    "report": (("report", "study", "OUT.html", "OUT.xlsx"), ["OUT.html", "OUT.xlsx"]),
    "report, charts": (("report", "study"), ["study/report.html", "study/charts/01-mine.png"]),
    "report, check-list": (("report", "study", "OUT.html", "--strict-reporting"), ["stress-des.md"]),
    "deck": (("deck", "study"), ["study/deck.pptx"]),
    "workbook": (("workbook", "study", "-o", "OUT.xlsx"), ["OUT.xlsx"]),
}  # fmt: skip
"""Commands, and files that each would write."""


@pytest.mark.parametrize("name", WRITES)
def test_files_of_somebody_are_left_and_named(desk, say, name, monkeypatch):
    """Refused before any work, all of them named at once, with what to do."""
    words, files = WRITES[name]
    if "study" in words:
        assert say("compare", "desk.yaml", *TWO, "-o", "study")[0] == Exit.FINE
    for one in files:
        Path(one).parent.mkdir(parents=True, exist_ok=True)
        Path(one).write_text(f"mine: {one}", encoding="utf-8")
    before = _all()
    _no_work(monkeypatch)
    code, out, err = say(*words)
    assert code == Exit.BAD_INPUT, out
    assert _all() == before
    foreign = [one for one in files if one != "OUT/manifest.json" or name != "compare -o"]
    assert all(one in err for one in foreign[:6])
    assert "--force" in err


@pytest.mark.parametrize("name", ["new", "schema", "run --save", "check --welch"])
def test_force_replaces_what_it_names(desk, say, name):
    """Each file that goes is said; nothing else goes."""
    words, files = WRITES[name]
    Path("bystander").write_text("mine", encoding="utf-8")
    for one in files:
        Path(one).parent.mkdir(parents=True, exist_ok=True)
        Path(one).write_text("mine", encoding="utf-8")
    code, _, err = say(*words, "--force")
    assert code == Exit.FINE
    assert all(f"--force replaces {one}" in err for one in files)
    assert all(Path(one).read_text(encoding="utf-8") != "mine" for one in files)
    assert Path("bystander").read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("name", ["new", "schema", "run --save", "compare -o", "sensitivity"])
def test_what_it_wrote_itself_is_written_anew(desk, say, name):
    """The same command twice, or again after an update: nobody is asked."""
    words, _ = WRITES[name]
    assert say(*words)[0] == Exit.FINE
    assert say(*words)[0] == Exit.FINE


INPUTS = {
    "new": ("new", "in-house-desk.yaml", "--what-if"),
    "check": ("check", "desk.svg.yaml", "--welch", "LINK.svg"),
    "search": ("search", "desk.yaml", "--within", "1 s", "-o", "desk.yaml"),
    "search, what it extends": ("search", "desk.yaml", "--within", "1 s", "-o", "in-house-desk.yaml"),
    "search, another spelling": ("search", "desk.yaml", "--within", "1 s", "-o", "./x/../desk.yaml"),
    "search, a link": ("search", "desk.yaml", "--within", "1 s", "-o", "link.yaml"),
    "search, a hard link": ("search", "desk.yaml", "--within", "1 s", "-o", "hard.yaml"),
    "calibrate, its sample": ("calibrate", "client-sample.csv.gz"),
    "calibrate, the mapping": ("calibrate", EXPORT, "--as", "map.yaml", "-o", "map.yaml"),
    "report, the theme": ("report", "study", "--theme", "theme.html", "theme.html"),
}  # fmt: skip


@pytest.mark.parametrize("name", list(INPUTS)[2:])
def test_an_input_is_never_an_output(desk, say, name):
    """Whatever it is called, and whatever is forced."""
    Path("x").mkdir()
    Path("link.yaml").symlink_to("desk.yaml")
    Path("hard.yaml").hardlink_to("desk.yaml")
    shutil.copy(EXPORT, "client-sample.csv.gz")
    Path("map.yaml").write_text("extends: servicenow\n", encoding="utf-8")
    Path("theme.html").write_text("footer: Us\n", encoding="utf-8")
    if "study" in INPUTS[name]:
        assert say("compare", "desk.yaml", *TWO, "-o", "study")[0] == Exit.FINE
    before = _all()
    for force in ((), ("--force",)):
        code, _, err = say(*INPUTS[name], *force)
        assert code == Exit.BAD_INPUT
        assert "is read by this command, and is never written by it" in err
        assert _all() == before


def test_a_run_does_not_destroy_a_study(desk, say):
    """`run --save DIR` wrote its manifest over that of the study kept there."""
    assert say("compare", "desk.yaml", *TWO, "-o", "study")[0] == Exit.FINE
    before = _all("study")
    code, _, err = say("run", "desk.yaml", "--save", "study")
    assert code == Exit.BAD_INPUT
    assert "study/manifest.json was written by TierSim as something else" in err
    assert _all("study") == before
    assert say("verify", "study")[0] == Exit.FINE


def test_a_picture_does_not_destroy_a_study(desk, say):
    """The numbers of study.svg are called study.csv."""
    assert say("compare", "desk.yaml", *TWO, "-o", "study")[0] == Exit.FINE
    before = _all("study")
    assert say("check", "desk.yaml", "--welch", "study/study.svg")[0] == Exit.BAD_INPUT
    assert _all("study") == before


@pytest.mark.parametrize("link", ["lock", "manifest.json", "replications", "study.csv", RECORD])
def test_links_in_a_study_folder_lead_nowhere(desk, say, link):
    """Nothing is written through them, in or out."""
    outside = desk / "outside"
    if link == "replications":
        outside.mkdir()
    else:
        outside.write_text("mine", encoding="utf-8")
    Path("study").mkdir()
    Path("study", link).symlink_to(outside)
    code, _, err = say("compare", "desk.yaml", *TWO, "-o", "study")
    assert (code, "study" in err) == (Exit.BAD_INPUT, True)
    assert Path("study", link).is_symlink()
    assert list(outside.iterdir()) == [] if outside.is_dir() else outside.read_text() == "mine"


def test_a_lock_of_somebody_is_none_of_ours(desk, say):
    """A file that happens to be called so is not emptied."""
    Path("study").mkdir()
    Path("study/lock").write_text("combination: 4-8-15", encoding="utf-8")
    code, _, err = say("compare", "desk.yaml", *TWO, "-o", "study")
    assert (code, "study/lock is no lock of a study" in err) == (Exit.BAD_INPUT, True)
    assert Path("study/lock").read_text(encoding="utf-8") == "combination: 4-8-15"


@pytest.mark.usefixtures("one_chart")
def test_a_folder_of_somebody_keeps_its_files(desk, say):
    """Files that a study has no use for live beside it; also those that end as ours did."""
    for name in ("notes.txt", "replications/song.part", "replications/mine.npz", "charts/x.svg"):
        Path("study", name).parent.mkdir(parents=True, exist_ok=True)
        Path("study", name).write_text("mine", encoding="utf-8")
    before = _all("study")
    assert say("compare", "desk.yaml", *TWO, "-o", "study")[0] == Exit.FINE
    assert say("report", "study", "study/a.xlsx")[0] == Exit.FINE
    assert say("compare", "desk.yaml", "--replications", "3", "--jobs", "1", "-o", "study")[0] == 0
    assert before.items() <= _all("study").items()


@pytest.mark.usefixtures("one_chart")
def test_reports_of_a_study_before_do_not_stay(desk, say):
    """They would pass for reports of this one; what somebody changed or added stays."""
    assert say("compare", "desk.yaml", *TWO, "-o", "study")[0] == Exit.FINE
    assert say("report", "study", "study/a.xlsx", "study/b.xlsx")[0] == Exit.FINE
    Path("study/b.xlsx").write_text("with our remarks", encoding="utf-8")
    assert say("compare", "desk.yaml", *TWO, "-o", "study")[0] == Exit.FINE
    assert Path("study/a.xlsx").exists()
    code, _, err = say("compare", "desk.yaml", "--replications", "3", "--jobs", "1", "-o", "study")
    assert (code, "Removed, since it was of the study before: study/a.xlsx" in err) == (0, True)
    assert not Path("study/a.xlsx").exists()
    assert list(Path("study/charts").glob("*.svg")) == []
    assert Path("study/b.xlsx").read_text(encoding="utf-8") == "with our remarks"


def test_tables_of_a_run_before_do_not_stay(desk, say):
    """In the other format they would be of another run."""
    pytest.importorskip("pyarrow")
    assert say("run", "desk.yaml", "--save", "out", "--format", "parquet")[0] == Exit.FINE
    assert say("run", "desk.yaml", "--save", "out", "--seed", "2")[0] == Exit.FINE
    assert list(Path("out").glob("*.parquet")) == []


def test_companions_of_a_calibration_before_do_not_stay(desk, say):
    """Rows set aside of another export, where this one has none."""
    shutil.copy(EXPORT, "whole.csv.gz")
    import gzip  # noqa: PLC0415

    lines = gzip.decompress(EXPORT.read_bytes()).decode().splitlines()
    Path("torn.csv").write_text("\n".join([*lines, ",".join(["x"] * 3)]), encoding="utf-8")
    asked = ("--as", "servicenow", "--replications", "2", "--no-predict")
    assert say("calibrate", "torn.csv", *asked)[0] == Exit.FINE
    assert Path("client-set-aside.csv").exists()
    assert say("calibrate", "whole.csv.gz", *asked)[0] == Exit.FINE
    assert not Path("client-set-aside.csv").exists()


KNOWN_BEFORE = {
    "an ending that extends refuses, calibrate": ("calibrate", EXPORT, "-o", "client.txt"),
    "an ending that extends refuses, search": ("search", "desk.yaml", "-o", "best.txt"),
    "a chart": ("check", "desk.yaml", "--welch", "x.pdf"),
    "a tornado": ("sensitivity", "desk.yaml", "--move", "documentation.quality=40 %:90 %", "-o", "x.pdf"),
    "a report": ("search", "desk.yaml", "--report", "x.docx"),
    "a report of a study": ("report", "study", "x.docx"),
    "a deck": ("deck", "study", "-o", "x.html"),
    "a workbook": ("workbook", "study", "-o", "x.pdf"),
    "a name too long": ("compare", "desk.yaml", "-o", "n" * 300),
    "a name too long, run": ("run", "desk.yaml", "--save", "n" * 300),
    "a name too long, search": ("search", "desk.yaml", "-o", "n" * 300 + ".yaml"),
    "a name too long, calibrate": ("calibrate", EXPORT, "-o", "n" * 250 + ".yaml"),
    "a file for a folder": ("compare", "desk.yaml", "-o", "desk.yaml"),
    "a file for a folder, keep": ("search", "desk.yaml", "--keep", "desk.yaml"),
    "a folder for a file": ("new", "folder.yaml"),
    "a device": ("schema", "-o", "/dev/null"),
    "one file twice": ("search", "desk.yaml", "--report", "x.html", "-o", "x.html"),
    "one file twice, report": ("report", "study", "a.html", "./a.html"),
}  # fmt: skip


@pytest.mark.parametrize("name", KNOWN_BEFORE)
def test_what_can_be_known_is_told_before_the_work(desk, say, name, monkeypatch):
    """One sentence, exit code 2, nothing simulated, nothing left."""
    words = KNOWN_BEFORE[name]
    Path("folder.yaml").mkdir()
    if "study" in words:
        assert say("compare", "desk.yaml", *TWO, "-o", "study")[0] == Exit.FINE
    before = _all()
    _no_work(monkeypatch)
    code, out, err = say(*words)
    assert (code, err.count("\n")) == (Exit.BAD_INPUT, 1), out + err
    assert _all() == before
    assert stat.S_ISCHR(Path("/dev/null").stat().st_mode)


@pytest.mark.parametrize(
    ("words", "package", "extra"),
    [
        (("report", "study", "x.pdf"), "weasyprint", "pdf"),
        (("search", "desk.yaml", "--report", "x.pdf"), "weasyprint", "pdf"),
        (("deck", "study"), "pptx", "office"),
        (("workbook", "study"), "xlsxwriter", "office"),
        (("run", "desk.yaml", "--save", "o", "--format", "parquet"), "pyarrow", "parquet"),
    ],
)
def test_a_missing_extra_is_told_before_the_work(desk, say, monkeypatch, words, package, extra):  # noqa: PLR0917
    """With the line that installs it."""
    if "study" in words:
        assert say("compare", "desk.yaml", *TWO, "-o", "study")[0] == Exit.FINE
    import importlib.util  # noqa: PLC0415

    real = importlib.util.find_spec
    monkeypatch.setattr(
        "importlib.util.find_spec", lambda n, *a: None if n == package else real(n, *a)
    )
    _no_work(monkeypatch)
    code, _, err = say(*words)
    assert (code, f"pip install 'tiersim[{extra}]'" in err) == (Exit.BAD_INPUT, True)


@pytest.mark.parametrize(
    "name", ["with space.yaml", "-dash.yaml", "quo'te.yaml", "$(touch x).yaml", "a;b.yaml"]
)
def test_commands_that_are_shown_can_be_pasted(desk, say, name):
    """A shell runs them as they stand, whatever the file is called."""
    Path(name).write_text(SMALL, encoding="utf-8")
    code, out, _ = say("check", f"./{name}")
    assert code == Exit.FINE
    shown = (
        out[out.index("Next: ") + 6 :].rpartition("  (")[0].replace("tiersim run", "tiersim check")
    )
    assert shown.startswith("tiersim check ")
    shell = f'tiersim() {{ "{sys.executable}" -m sim "$@"; }}; {shown}'
    done = subprocess.run(["bash", "-c", shell], capture_output=True, check=False, text=True)
    assert (done.returncode, Path("x").exists()) == (0, False), done.stderr


def test_names_that_are_no_text(desk, say):
    """A file name is bytes; what is written about it is still text that can be read."""
    name = b"d\xff\n.yaml".decode("utf-8", "surrogateescape")
    try:
        Path(name).write_text(SMALL, encoding="utf-8")
    except OSError:
        pytest.skip("this file system takes no such name")
    assert say("compare", name, *TWO, "-o", "study")[0] == Exit.FINE
    assert json.loads(Path("study/command.json").read_text(encoding="utf-8"))
    assert say("report", "study", "study/a.xlsx", "--no-charts")[0] == Exit.FINE
    assert say("search", name, "--within", "1 s", "--quick", "-o", "best.yaml")[0] in {0, 1, 2}
