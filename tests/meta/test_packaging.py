"""What is installed is what is here: every package and every data file of ``sim`` is named.

And what is said of versions in several places is the same in all.
"""

import re
import tomllib
from pathlib import Path

import sim

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
SETUP = PROJECT["tool"]["setuptools"]


def pythons():
    """Return the Pythons that TierSim says it runs on, oldest first."""
    said = "\n".join(PROJECT["project"]["classifiers"])
    return re.findall(r"Python :: (3\.\d+)", said)


def test_every_package_is_named():
    """A folder with Python files that setuptools does not know would be missing from a wheel."""
    here = {
        ".".join(path.parent.relative_to(ROOT).parts)
        for path in (ROOT / "sim").rglob("__init__.py")
    }
    assert here == set(SETUP["packages"]) - {"sim.gallery"}


def test_every_data_file_is_named():
    """A template or preset that no pattern names would be missing from a wheel."""
    patterns = SETUP["package-data"]
    code = {".py", ".pyx", ".pxd", ".c", ".so", ".pyc", ".pyd"}
    missing = [
        path.relative_to(ROOT)
        for path in (ROOT / "sim").rglob("*")
        if path.is_file()
        and path.suffix not in code
        and not any(
            path in set((ROOT / package.replace(".", "/")).glob(pattern))
            for package, globs in patterns.items()
            for pattern in globs
        )
    ]
    assert not missing


def test_every_python_that_is_named_is_tried():
    """The oldest is asked for, the workflow tries each, wheels are for each, and CI knows the newest."""
    assert PROJECT["project"]["requires-python"] == f">={pythons()[0]}"
    workflow = (ROOT / ".github" / "workflows" / "tests.yml").read_text()
    assert re.findall(r'"(3\.\d+)"', workflow.partition("matrix:")[2]) == pythons()
    wheels = PROJECT["tool"]["cibuildwheel"]["build"]
    assert wheels == [f"cp{one.replace('.', '')}-*" for one in pythons()]
    assert f"version={pythons()[-1]}\n" in (ROOT / ".ci" / "newest-python").read_text()
    assert PROJECT["tool"]["ruff"]["target-version"] == f"py{pythons()[0].replace('.', '')}"


def test_the_version_that_is_cited_is_the_one_that_runs():
    """The version stands in the package; the citation repeats it, and the change log begins with it."""
    assert f"\nversion: {sim.__version__}\n" in (ROOT / "CITATION.cff").read_text()
    first = re.search(r"^## (\S+?),?(?: |$)", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert first[1] == sim.__version__


def test_what_ci_runs_on_the_newest_python_is_there():
    """A test that was moved would end CI with an error, and not with a failure."""
    named = re.findall(r"tests/[\w/.]+", (ROOT / ".ci" / "newest-python").read_text())
    assert named
    assert [one for one in named if not (ROOT / one).exists()] == []
