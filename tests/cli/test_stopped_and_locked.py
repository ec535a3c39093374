"""Studies that are stopped from outside, lose their folder, or lie where nothing can be written."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sim.cli.top import Exit, main
from sim.errors import OutputError
from sim.scenario.file import load
from sim.scenario.gallery import folder
from sim.study.compare import compare
from sim.study.store import FOLDER

SMALL = "extends: in-house-desk.yaml\nname: Small\nlesson: Short.\nperiod: {length: 3 weeks, warm_up: 1 week}\n"
STARTS_S = 60.0
TIERSIM = [sys.executable, "-m", "sim"]


@pytest.fixture
def desk(tmp_path, monkeypatch):
    """Work in a folder of its own, with a short desk in it."""
    monkeypatch.chdir(tmp_path)
    shutil.copy(folder() / "in-house-desk.yaml", tmp_path)
    Path("desk.yaml").write_text(SMALL, encoding="utf-8")
    return tmp_path


def _kept():
    return list(Path("study", FOLDER).glob("*.npz"))


def _begun(*words):
    """Start a study that takes a while, and wait until some of it is kept."""
    words = ("compare", "desk.yaml", "--replications", "5000", "--jobs", "2", "-o", "study", *words)
    child = subprocess.Popen(
        [*TIERSIM, *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    end = time.monotonic() + STARTS_S
    while len(_kept()) < 5 and child.poll() is None and time.monotonic() < end:
        time.sleep(0.02)
    return child


@pytest.mark.skipif(os.name == "nt", reason="signals of a Unix system")
@pytest.mark.parametrize("whom", ["the command", "the whole group", "a closed terminal"])
def test_asked_to_stop(desk, whom):
    """As Ctrl-C: one sentence that says what is kept, and no warning of anything left behind."""
    with _begun() as child:
        if whom == "the whole group":
            os.killpg(child.pid, signal.SIGTERM)
        else:
            child.send_signal(signal.SIGHUP if "terminal" in whom else signal.SIGTERM)
        out, err = child.communicate(timeout=STARTS_S)
    assert (child.returncode, out) == (Exit.STOPPED, "")
    kept = len(_kept())
    assert kept >= 5
    said = f"Stopped. {kept:,} finished replications are kept in study; the same command goes on"
    *before, last = err.strip().splitlines()
    assert last.startswith(said)
    # Where nothing is compiled, that is told at the start.
    assert not [line for line in before if line and "SimPy runs" not in line]


@pytest.mark.parametrize("how", ["removed", "moved", "replaced"])
def test_a_folder_that_vanishes_is_told_truly(tmp_path, how):
    """What was kept is not said to be kept where it no longer is."""
    desk = load(folder() / "in-house-desk.yaml").with_(
        {"period.length": "3 weeks", "period.warm_up": "1 week"}, name="Small"
    )
    study = tmp_path / "study"

    def vanish(done, _):
        if done == 2:
            shutil.move(study, tmp_path / "elsewhere")
        if done == 2 and how == "removed":
            shutil.rmtree(tmp_path / "elsewhere")
        if done == 2 and how == "replaced":
            (study / FOLDER).mkdir(parents=True)
            (study / "lock").write_text("", encoding="utf-8")

    with pytest.raises(OutputError, match="is not where it was: it was removed, moved or replaced"):
        compare(desk, replications=5, jobs=1, folder=study, progress=vanish)
    assert list(study.rglob("*.npz")) == []


def _without_rights(*words):
    """Run a command line to which the rights of files apply, though this may be the system's owner."""
    rights = []
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        if shutil.which("setpriv") is None:
            pytest.skip("every right is ours here, and there is no setpriv to give them up")
        rights = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"]
    done = subprocess.run(
        [*rights, *TIERSIM, *words], capture_output=True, text=True, check=False, timeout=300
    )
    return done.returncode, done.stdout, done.stderr


@pytest.fixture
def locked(desk):
    """Keep a study in a folder to which nothing can be written."""
    assert main(["compare", "desk.yaml", "--replications", "2", "--jobs", "1", "-o", "study"]) == 0
    everything = [Path("study"), *Path("study").rglob("*")]
    for path in everything:
        path.chmod(path.stat().st_mode & ~0o222)
    yield desk
    for path in everything:
        path.chmod(path.stat().st_mode | 0o700)


@pytest.mark.usefixtures("locked")
def test_a_study_is_read_where_nothing_can_be_written():
    """Reports go elsewhere, their charts with them."""
    assert _without_rights("verify", "study")[0] == Exit.FINE
    code, out, err = _without_rights("report", "study", "out/a.xlsx", "--no-charts")
    assert (code, "Written: out/a.xlsx" in out) == (Exit.FINE, True), err
    code, _, err = _without_rights("report", "study")
    assert code == Exit.BAD_INPUT
    assert "A study is only read: name a file that lies elsewhere" in err


@pytest.mark.usefixtures("locked")
@pytest.mark.parametrize(
    "words",
    [
        ("compare", "desk.yaml", "--replications", "3", "-o", "study"),
        ("compare", "desk.yaml", "-o", "study/new"),
        ("run", "desk.yaml", "--save", "study/new"),
        ("search", "desk.yaml", "-o", "study/best.yaml"),
        ("search", "desk.yaml", "--keep", "study/new"),
        ("check", "desk.yaml", "--welch", "study/w.svg"),
        ("new", "study/new.yaml"),
    ],
)
def test_a_locked_folder_is_told_before_the_work(words):
    """In a sentence; nothing was simulated for it, which would have taken longer than that."""
    code, out, err = _without_rights(*words)
    assert (code, out) == (Exit.BAD_INPUT, "")
    assert "cannot be written: permission denied" in err


def test_verify_names_the_file_that_is_damaged(desk, capsys):
    """One file of twenty that was cut off: that one, and why; not all twenty."""
    asked = ["compare", "desk.yaml", "--replications", "20", "--jobs", "1", "-o", "study"]
    assert main(asked) == 0
    victim = sorted(_kept())[3]
    os.truncate(victim, 100)
    capsys.readouterr()
    assert main(["verify", "study"]) == 1
    said = capsys.readouterr().out
    assert f"{victim}: its content (100 bytes) does not match its checksum" in said
    assert "replication 3 of 'Small'" in said
    assert "1 of 20 replications is not whole" in said
    Path("study/study.csv").write_text("better figures", encoding="utf-8")
    assert main(["verify", "study"]) == 1
    assert "study/study.csv: it was changed since it was written" in capsys.readouterr().out
    Path("study/study.csv").unlink()
    assert main(["report", "study", "x.xlsx", "--no-charts"]) == Exit.BAD_INPUT
    assert f"{victim} is damaged" in capsys.readouterr().err
    assert main(asked) == 0
    assert main(["verify", "study"]) == 0
    assert Path(f"{victim}.damaged").read_bytes() != victim.read_bytes()
