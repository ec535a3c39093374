"""The README runs: every block is executed as a reader would, so that no claim in it can rot."""

import re
import shlex
import shutil
from pathlib import Path

import pytest

from sim.cli.top import COMMANDS, main

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", README, flags=re.DOTALL)


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    """Return an empty folder with the gallery in it, as a reader has."""
    shutil.copytree(ROOT / "scenarios", tmp_path / "scenarios")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_python_runs(checkout, capsys):
    """The Python blocks run one after the other."""
    names = {}
    for kind, text in BLOCKS:
        if kind == "python":
            exec(compile(text, "README.md", "exec"), names)
    assert "Ticket 1717" in capsys.readouterr().out


def test_commands_run(checkout, monkeypatch):
    """The commands that begin with a dollar run one after the other, without a fault.

    A scenario whose first line names a file is written before what comes after it.
    """
    ran = 0
    for kind, text in BLOCKS:
        if kind == "yaml" and (named := re.match(r"# (\S+\.yaml)\n", text)):
            (checkout / named[1]).write_text(text, encoding="utf-8")
        lines = [line[2:] for line in text.splitlines() if line.startswith("$ ")]
        for line in lines if kind == "console" else ():
            words = shlex.split(line)
            assert words[0] == "tiersim"
            monkeypatch.setattr("sys.argv", words)
            assert main(words[1:]) == 0, line
            ran += 1
    assert ran >= 5


def test_every_command_named_exists():
    """Every `tiersim COMMAND` that the README names is one."""
    named = set(re.findall(r"tiersim ([a-z]+)", "\n".join(text for _, text in BLOCKS)))
    assert named <= COMMANDS.keys()


def test_every_link_leads_somewhere():
    """Files that the README links to exist."""
    links = re.findall(r"\]\(([^)#]+)\)", README)
    missing = [link for link in links if "://" not in link and not (ROOT / link).exists()]
    assert not missing


def test_make_targets_exist():
    """The make commands that the README names are targets of the Makefile."""
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE))
    assert set(re.findall(r"^make ([a-z]+)", README, flags=re.MULTILINE)) <= targets
