"""Who installs TierSim gets all of it: wheel and sdist, without git, without a compiler, with old packages.

``make installs`` runs these. They fetch packages, so that they are not among the tests of ``make test``.
"""

import json
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from browser import CHROMIUM, FLAGS
from installs.elsewhere import PLACES, ROOT, build, find_python, path_without, ran, run_uv
from installs.lower_bounds import lower_bounds

pytestmark = pytest.mark.installs
SMALL = ("--replications", "2")
GOAL_MISSED = 1
LAST_PLACES = 1e-9
"""Ends of intervals hang on SciPy's quantiles in the last places of a float, figures on nothing."""


@pytest.fixture(scope="session")
def artefacts(tmp_path_factory):
    """Build what is installed."""
    return build(tmp_path_factory.mktemp("built"))


@pytest.fixture(scope="session")
def here(tmp_path_factory):
    """Return what the clone itself makes of the desk that everybody starts from."""
    folder = tmp_path_factory.mktemp("here")
    return study(lambda *words: ran(sys.executable, "-m", "sim", *words, folder=folder), folder)


def study(tiersim, folder):
    """Write a desk, compare it, and return the replications' files and the figures."""
    assert tiersim("new", "my-desk.yaml").returncode == 0
    done = tiersim("compare", "my-desk.yaml", *SMALL, "--json", "-o", "study")
    assert done.returncode == 0, done.stderr
    files = {one.name: one.read_bytes() for one in (folder / "study").rglob("*.npz")}
    assert len(files) == 2
    return files, json.loads(done.stdout)["rows"], done.stderr


@pytest.mark.parametrize("place", PLACES, ids=lambda one: one.name)
def test_everything_works_where_it_was_installed(place, artefacts, here, tmp_path):
    """From an empty folder each command does its work; figures are the clone's to the bit."""
    python = find_python(place.python)
    if python is None:
        pytest.skip(f"there is no Python {place.python} on this machine")
    path = path_without(tmp_path, compiler=place.has_compiler)
    bounds = tmp_path / "constraints.txt"
    lowest = "\n".join(f"{name}=={low}" for name, low in lower_bounds().items())
    bounds.write_text(lowest if place.lowest else (ROOT / "constraints.txt").read_text())
    own = tmp_path / "own"
    run_uv("venv", "--python", python, own, folder=tmp_path)
    # A file of its own: uv would build one that it has built before from what it kept.
    artefact = shutil.copy(artefacts[place.artefact], tmp_path)
    wanted = f"tiersim[all] @ {Path(artefact).as_uri()}"
    to_own = ("--python", own / "bin" / "python", "--constraint", bounds)
    compiler = {} if place.has_compiler else {"CC": "false"}
    run_uv("pip", "install", *to_own, wanted, folder=tmp_path, PATH=path, **compiler)
    empty = tmp_path / "empty"
    empty.mkdir()

    def tiersim(*words):
        return ran(own / "bin" / "tiersim", *words, folder=empty, PATH=path)

    files, rows, said = study(tiersim, empty)
    assert ("SimPy runs" in said) is not place.has_compiler, said
    there, theirs, _ = here
    assert files == there
    for mine, other in zip(rows, theirs, strict=True):
        ends = {name: mine.pop(name) for name in ("low", "high")}
        within = LAST_PLACES if place.lowest else 0
        assert ends == pytest.approx({name: other[name] for name in ends}, rel=within, abs=0)
        assert mine == {name: other[name] for name in mine}
    export = own / "export.csv.gz"
    (sample,) = own.rglob("sample-export.csv.gz")
    export.write_bytes(sample.read_bytes())
    of_search = ("--replications", "4", "--within", "10 s", "--quick")
    for words, allowed in (
        (("demo", *SMALL), 0),
        (("check", "my-desk.yaml"), 0),
        (("report", "study", "report.html", "deck.pptx", "figures.xlsx"), 0),
        (("report", "study", "report.pdf"), 0),
        (("run", "my-desk.yaml", "--save", "log", "--format", "parquet"), 0),
        (("calibrate", export, "--time-zone", "Europe/Amsterdam", *SMALL, "--no-predict"), 0),
        (("search", "my-desk.yaml", *of_search, "-o", "best.yaml"), GOAL_MISSED),
        (("verify", "study"), 0),
    ):
        done = tiersim(*words)
        assert 0 <= done.returncode <= allowed, f"{words}: {done.stdout}\n{done.stderr}"
        assert "Warning" not in done.stderr, f"{words}: {done.stderr}"
    assert (empty / "results" / "demo" / "report.html").is_file()
    assert (empty / "client.yaml").is_file()
    look_at_page(own / "bin" / "tiersim", empty)
    assert "git" not in (
        (tmp_path / "called").read_text() if (tmp_path / "called").exists() else ""
    )


def look_at_page(command, folder):
    """Serve the page, open it in a browser, and wait for its verdict."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="needs Playwright")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    said = (folder / "said.txt").open("w+")
    words = [str(command), "web", "--port", str(port), "--no-browser"]
    server = subprocess.Popen(words, cwd=folder, stdout=said, stderr=said)
    try:
        wait_for(f"http://127.0.0.1:{port}/_stcore/health")
        with sync_api.sync_playwright() as play:
            browser = play.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
            page = browser.new_page()
            page.goto(f"http://127.0.0.1:{port}/")
            page.wait_for_selector("#verdict", timeout=120_000)
            assert re.search(r"\d", page.inner_text("#verdict"))
            browser.close()
    finally:
        server.terminate()
        server.wait(timeout=20)
        said.close()
    assert "Traceback" not in (folder / "said.txt").read_text()


def wait_for(url):
    """Wait until a server answers."""
    for _ in range(600):
        try:
            with urllib.request.urlopen(url, timeout=1):
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError(url)
