"""TierSim installed as others install it: not editable, in an environment of its own, outside the clone."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import uv

ROOT = Path(__file__).parents[2]
NOT_SENT = (".git", ".venv", ".*_cache", "__pycache__", "*.egg-info", "*.so", "*.c", "results")
"""What lies in a clone that somebody has worked in, and is not what it is built from."""
ABSENT = ("git", "cc", "gcc", "clang", "c++", "g++", "x86_64-linux-gnu-gcc", "cl")
"""Stand on the path of those who have none, say that they were called, and fail."""


@dataclass(frozen=True)
class Place:
    """One way of installing.

    Attributes
    ----------
    name : str
    artefact : {"wheel", "sdist"}
    python : str
        Version, as ``3.12``; empty for the one that runs the tests.
    has_compiler : bool
        Whether a C compiler is found while it is installed.
    lowest : bool
        With the lower bounds of ``pyproject.toml`` exactly, and else with ``constraints.txt``.
    """

    name: str
    artefact: str = "wheel"
    python: str = ""
    has_compiler: bool = True
    lowest: bool = False


PLACES = (
    Place("wheel"),
    Place("sdist", "sdist"),
    Place("sdist without a compiler", "sdist", has_compiler=False),
    Place("lower bounds", lowest=True),
    Place("sdist on Python 3.12", "sdist", python="3.12"),
    Place("sdist on Python 3.13", "sdist", python="3.13"),
    Place("sdist on Python 3.14", "sdist", python="3.14"),
)


def find_python(version: str) -> str | None:
    """Return a Python of a version on this machine: on the path, or among pyenv's; None if there is none."""
    if not version:
        return sys.executable
    versions = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    found = [shutil.which(f"python{version}"), *versions.glob(f"{version}.*/bin/python")]
    asked = "import sys; print('%d.%d' % sys.version_info[:2])"
    for path in filter(None, found):
        done = subprocess.run([path, "-c", asked], capture_output=True, text=True, check=False)
        # One of pyenv's stands on the path, and says only that it is not switched on.
        if done.stdout.strip() == version:
            return str(path)
    return None


def ran(*words: str | Path, folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a command in a folder, and return what it said, whichever way it ended."""
    return subprocess.run(
        [str(word) for word in words],
        cwd=folder,
        env=os.environ | {"UV_SYSTEM_CERTS": "true", "NO_COLOR": "1"} | variables,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )


def run_uv(*words: str | Path, folder: Path, **variables: str) -> None:
    """Run uv, and fail with what it said."""
    done = ran(uv.find_uv_bin(), *words, folder=folder, **variables)
    assert done.returncode == 0, done.stderr


def build(folder: Path) -> dict[str, Path]:
    """Build the wheel and the sdist from a copy of the clone, and return where they are."""
    clone = folder / "clone"
    shutil.copytree(ROOT, clone, ignore=shutil.ignore_patterns(*NOT_SENT))
    run_uv("build", "--sdist", "--wheel", "--out-dir", folder / "dist", folder=clone)
    shutil.rmtree(clone)
    (wheel,) = (folder / "dist").glob("*.whl")
    (sdist,) = (folder / "dist").glob("*.tar.gz")
    return {"wheel": wheel, "sdist": sdist}


def path_without(folder: Path, *, compiler: bool) -> str:
    """Return a path on which there is no git, nor a compiler if none is wanted.

    Whatever is called all the same leaves its name in ``folder / "called"``.
    """
    (folder / "bin").mkdir()
    for name in ABSENT if not compiler else ABSENT[:1]:
        stub = folder / "bin" / name
        stub.write_text(f"#!/bin/sh\necho {name} >> {folder}/called\nexit 127\n")
        stub.chmod(0o755)
    usual = os.environ["PATH"] if compiler else "/usr/bin:/bin"
    return f"{folder / 'bin'}{os.pathsep}{usual}"
