"""Without a package that an extra brings, the command that needs it names the line that installs it."""

import re
import sys
import tomllib
from pathlib import Path

import pytest
import xlsxwriter

from sim.cli.top import Exit, main
from sim.scenario.gallery import folder

PROJECT = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["project"]
EXTRAS = PROJECT["optional-dependencies"]
NO_COMMAND_NEEDS = {"notebook", "distances", "all", "test"}
"""To run notebooks, to hold distances against another's, and lists of the others."""
SMALL = """\
extends: in-house-desk.yaml
name: Three weeks
period: {length: 3 weeks, warm_up: 1 week}
"""
NEEDED = {
    "python-calamine": ("python_calamine", ["calibrate export.xlsx"]),
    "python-pptx": ("pptx", ["report study deck.pptx", "deck study -o deck.pptx"]),
    "XlsxWriter": ("xlsxwriter", ["report study figures.xlsx", "workbook study -o figures.xlsx"]),
    "weasyprint": ("weasyprint", ["report study report.pdf"]),
    "streamlit": ("streamlit", ["web --no-browser"]),
    "distributed": ("distributed", ["compare desk.yaml --replications 2 --cluster local"]),
    "SALib": (
        "SALib",
        [
            f"sensitivity desk.yaml --method {method} --move documentation.quality=0.4:0.8"
            for method in ("morris", "sobol")
        ],
    ),
    "pyarrow": ("pyarrow", ["run desk.yaml --save log --format parquet"]),
}
"""By package: the name that is imported, and command lines that need it."""


def extra_of(package):
    """Return the extra that brings a package."""
    (extra,) = (
        name
        for name in EXTRAS
        if name not in NO_COMMAND_NEEDS
        and any(re.match(rf"{re.escape(package)}[>=]", one) for one in EXTRAS[name])
    )
    return extra


def files_in(place):
    """List the files below a folder."""
    return sorted(path for path in place.rglob("*") if path.is_file())


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """Return a folder with a desk, a study of it, and something that is called a workbook."""
    here = tmp_path_factory.mktemp("extras")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(here)
        (here / "in-house-desk.yaml").write_bytes((folder() / "in-house-desk.yaml").read_bytes())
        (here / "desk.yaml").write_text(SMALL)
        with xlsxwriter.Workbook(here / "export.xlsx") as book:
            book.add_worksheet().write_row(0, 0, ["number", "opened_at"])
        assert (
            main(
                [
                    "compare",
                    "desk.yaml",
                    "--replications",
                    "2",
                    "--jobs",
                    "1",
                    "-o",
                    "study",
                    "--json",
                ]
            )
            == 0
        )
    return here


@pytest.mark.parametrize("package", NEEDED)
def test_each_command_names_the_line_that_installs_it(place, package, monkeypatch, capsys):
    """Bad input, one sentence, nothing written; every other package is there."""
    module, commands = NEEDED[package]
    monkeypatch.chdir(place)
    for name in [module, *(one for one in sys.modules if one.startswith(f"{module}."))]:
        monkeypatch.setitem(sys.modules, name, None)
    # Exports are read in a process of its own, to which what is missing here would be there.
    monkeypatch.setattr(
        "sim.intake.untrusted.apart",
        lambda _, function, *arguments, memory, seconds, **named: function(  # noqa: ARG005
            *arguments, **named
        ),
    )
    before = files_in(place)
    for command in commands:
        capsys.readouterr()
        code = main(command.split())
        said = capsys.readouterr().err
        assert code == Exit.BAD_INPUT, (command, said)
        assert f"needs {package}, which is not installed: " in said, command
        assert f"pip install 'tiersim[{extra_of(package)}]'" in said, command
    assert files_in(place) == before


def test_every_package_of_every_extra_is_tried():
    """A package that no command needs has no place among the extras."""
    packages = {
        re.split("[>=]", one)[0]
        for name, packages in EXTRAS.items()
        if name not in NO_COMMAND_NEEDS
        for one in packages
    }
    assert packages == set(NEEDED)


def test_all_is_every_extra_that_a_user_may_want():
    """``tiersim[all]`` leaves out what is for developers."""
    (line,) = EXTRAS["all"]
    named = set(re.findall(r"\w+", line.partition("[")[2]))
    assert named == set(EXTRAS) - {"distances", "all", "test"}
