"""What is installed is what is here: every package and every data file of ``sim`` is named."""

import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
SETUP = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]


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
